/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flattens one device of the JSON description into fields with offsets, within a budget. */
#include "harness/wire/vmdesc_walk.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/printable.h"

enum {
    MAX_PATH = 256,
    MAX_DEPTH = 64, /* VMStates nest about six deep */
    SUBSECTION_MARK = 0x05,
    SUBSECTION_FRAME = 6, /* mark, length of the name, version */
    LOOKUP_COST = 16 << 10, /* of the budget: a search of all there is, for each subsection that the bytes hold */
    NULL_MARKER = 0x30, /* of a null pointer in an array: migration/vmstate-types.c */
};

struct walk {
    const struct vmdesc_payload *payload;
    struct vmdesc_section *section;
    size_t budget;
    enum vmdesc_end end;
};

/* What a step of the walk gives: go on, stop where it is, or -1 with a reason. */
enum { GO_ON = 0, STOP = 1 };

static int bad(struct hs_error *err, const char *why)
{
    return hs_fail(err, HS_NO_OFFSET, "vmdesc: %s", why);
}

static int stop(struct walk *walk, enum vmdesc_end end)
{
    walk->end = end;
    return STOP;
}

static enum vmdesc_type type_of(const json_t *field)
{
    static const struct {
        const char *name;
        enum vmdesc_type type;
    } types[] = {
        { "bool", VMDESC_BOOL },           { "timer", VMDESC_TIMER },        { "buffer", VMDESC_BUFFER },
        { "unused_buffer", VMDESC_UNUSED }, { "uint8", VMDESC_UINT },         { "uint16", VMDESC_UINT },
        { "uint32", VMDESC_UINT },         { "uint64", VMDESC_UINT },        { "int8", VMDESC_INT },
        { "int16", VMDESC_INT },           { "int32", VMDESC_INT },          { "int64", VMDESC_INT },
        { "uint8 equal", VMDESC_UINT },    { "uint16 equal", VMDESC_UINT },  { "uint32 equal", VMDESC_UINT },
        { "uint64 equal", VMDESC_UINT },   { "int32 equal", VMDESC_INT },    { "int32 le", VMDESC_INT },
        { "int64 equal", VMDESC_INT },
    };
    const char *name = json_string_value(json_object_get(field, "type"));

    for (size_t i = 0; name && i < HS_COUNT(types); i++) {
        if (strcmp(types[i].name, name) == 0) {
            return types[i].type;
        }
    }
    return VMDESC_OTHER;
}

static int add_field(struct walk *walk, const char *path, size_t size, enum vmdesc_type type,
                     const struct field *header, struct hs_error *err)
{
    struct vmdesc_section *section = walk->section;
    size_t cost = sizeof(*section->fields) + strlen(path) + 1, end;

    if (strlen(path) > MAX_PATH || walk->budget < cost) {
        return bad(err, "more fields than a machine has, or longer names");
    }
    if (__builtin_add_overflow(section->size, size, &end)) {
        return bad(err, "sizes that wrap");
    }
    if (walk->payload && end > walk->payload->size) {
        return stop(walk, VMDESC_END_SHORT);
    }
    walk->budget -= cost;
    *HS_PUSH(section->fields, section->n_fields) =
        (struct vmdesc_field){ printable_copy(path, strlen(path)), section->size, size, type, header };
    section->size = end;
    return GO_ON;
}

static int walk_vmstate(struct walk *walk, const json_t *vmstate, const char *prefix, int depth,
                        struct hs_error *err);

static int get_size(const json_t *object, const char *key, size_t *size, struct hs_error *err)
{
    json_int_t value = json_integer_value(json_object_get(object, key));

    if (value < 0) {
        return bad(err, "a negative size");
    }
    *size = (size_t)value;
    return 0;
}

/* What a VMState's fields and subsections are described to take in all; what wraps or is negative is found later. */
static size_t described_size(const json_t *vmstate, int depth)
{
    const json_t *fields = json_object_get(vmstate, "fields"), *item;
    const json_t *subsections = json_object_get(vmstate, "subsections");
    size_t total = 0, i;

    json_array_foreach(fields, i, item) {
        const json_t *length = json_object_get(item, "array_len");

        total += (size_t)json_integer_value(json_object_get(item, "size")) *
                 (length ? (size_t)json_integer_value(length) : 1);
    }
    for (i = 0; depth < MAX_DEPTH && i < json_array_size(subsections); i++) {
        item = json_array_get(subsections, i);
        total += SUBSECTION_FRAME + json_string_length(json_object_get(item, "vmsd_name")) +
                 described_size(item, depth + 1);
    }
    return total;
}

static const json_t *parts_of(const json_t *field)
{
    const json_t *child = json_object_get(field, "struct");

    return child ? child : json_object_get(field, "fields") ? field : NULL;
}

/* The byte at which the walk is, or -1. */
static int next_byte(const struct walk *walk)
{
    return walk->payload && walk->section->size < walk->payload->size ? walk->payload->data[walk->section->size] : -1;
}

/* Is an element behind a pointer, of which the description says nothing since the array's first pointer was null? */
static bool is_pointed_to(const json_t *parts, size_t size)
{
    return size == 1 && json_object_size(parts) == 0;
}

static int walk_element(struct walk *walk, const json_t *field, const char *path, size_t size, int depth,
                        struct hs_error *err)
{
    const json_t *parts = parts_of(field);
    size_t described, end;
    int result;

    if (!parts) {
        return size ? add_field(walk, path, size, type_of(field), NULL, err) : 0;
    }
    if (walk->payload && walk->payload->pointers && json_object_get(field, "array_len")) {
        if (next_byte(walk) == NULL_MARKER) {
            return add_field(walk, path, 1, VMDESC_OTHER, NULL, err);
        }
        size = is_pointed_to(parts, size) ? walk->payload->pointed : size;
    }
    if (!json_object_size(parts)) {
        return add_field(walk, path, size, VMDESC_OTHER, NULL, err);
    }
    if (__builtin_add_overflow(walk->section->size, size, &end)) {
        return bad(err, "sizes that wrap");
    }
    result = walk_vmstate(walk, parts, path, depth + 1, err);
    if (result != GO_ON) {
        return result;
    }
    described = described_size(parts, depth);
    if (walk->payload ? described > size : walk->section->size > end) {
        return bad(err, "parts larger than their whole");
    }
    /* The field's own size leads: what its parts do not name keeps the field's name. */
    size = walk->payload ? size - described : end - walk->section->size;
    return size ? add_field(walk, path, size, VMDESC_OTHER, NULL, err) : 0;
}

static int walk_field(struct walk *walk, const json_t *field, const char *prefix, int depth, struct hs_error *err)
{
    const char *name = json_string_value(json_object_get(field, "name"));
    const json_t *index = json_object_get(field, "index");
    bool is_array = json_object_get(field, "array_len") != NULL;
    size_t size = 0, n = 1;
    int result = 0;

    if (!name || get_size(field, "size", &size, err) < 0 ||
        (is_array && get_size(field, "array_len", &n, err) < 0)) {
        return name ? -1 : bad(err, "a field without a name");
    }
    if (strlen(prefix) + strlen(name) > MAX_PATH) {
        return bad(err, "a name of more than 256 characters");
    }
    for (size_t i = 0; i < n && result == 0 && size; i++) {
        char *path = is_array ? hs_format("%s%s%s[%zu]", prefix, *prefix ? "." : "", name, i)
                   : index    ? hs_format("%s%s%s[%lld]", prefix, *prefix ? "." : "", name,
                                          (long long)json_integer_value(index))
                              : hs_format("%s%s%s", prefix, *prefix ? "." : "", name);

        result = walk_element(walk, field, path, size, depth, err);
        free(path);
    }
    return result;
}

/* 05, name length, name, version: migration/vmstate.c. */
static int add_header(struct walk *walk, const char *path, const char *name, struct hs_error *err)
{
    const size_t sizes[] = { 1, 1, strlen(name), 4 };
    int result = 0;

    for (size_t i = 0; i < HS_COUNT(sizes) && result == 0; i++) {
        char *part = hs_format("%s.%s", path, field_subsection_header[i].name);

        result = sizes[i] ? add_field(walk, part, sizes[i], VMDESC_OTHER, &field_subsection_header[i], err) : 0;
        free(part);
    }
    return result;
}

static int walk_subsection(struct walk *walk, const json_t *subsection, const char *prefix, int depth,
                           struct hs_error *err)
{
    const char *name = json_string_value(json_object_get(subsection, "vmsd_name"));
    char *path;
    int result;

    if (!name) {
        return bad(err, "a subsection without a name");
    }
    path = hs_format("%s%s<%s>", prefix, *prefix ? "." : "", name);
    result = add_header(walk, path, name, err);
    if (result == 0) {
        result = walk_vmstate(walk, subsection, path, depth + 1, err);
    }
    free(path);
    return result;
}

/* Its header tells what it is called, and its body is the rest: it has no length. */
static int stop_at_subsection(struct walk *walk, const char *name, size_t length, const char *prefix,
                              struct hs_error *err)
{
    char *called = printable_copy(name, length), *path = hs_format("%s%s<%s>", prefix, *prefix ? "." : "", called);
    int result = add_header(walk, path, called, err);

    if (result == GO_ON) {
        walk->section->rest = hs_format("%s.opaque", path);
        result = stop(walk, VMDESC_END_SUBSECTION);
    }
    free(path);
    free(called);
    return result;
}

static bool is_called(const json_t *subsection, const char *name, size_t length)
{
    const json_t *called = json_object_get(subsection, "vmsd_name");

    return json_string_length(called) == length && memcmp(json_string_value(called), name, length) == 0;
}

/* A subsection of that name anywhere below a VMState, device or field. */
static const json_t *find_below(const json_t *vmstate, const char *name, size_t length, int depth)
{
    const json_t *subsections = json_object_get(vmstate, "subsections");
    const json_t *fields = json_object_get(vmstate, "fields");
    const json_t *found = NULL, *item;
    size_t i;

    if (depth > MAX_DEPTH) {
        return NULL;
    }
    json_array_foreach(subsections, i, item) {
        found = is_called(item, name, length) ? item : find_below(item, name, length, depth + 1);
        if (found) {
            return found;
        }
    }
    json_array_foreach(fields, i, item) {
        const json_t *parts = parts_of(item);

        found = parts ? find_below(parts, name, length, depth + 1) : NULL;
        if (found) {
            return found;
        }
    }
    return NULL;
}

static const json_t *find_subsection(struct walk *walk, const json_t *vmstate, const char *name, size_t length)
{
    const json_t *found;

    if (walk->budget < LOOKUP_COST) {
        return NULL;
    }
    walk->budget -= LOOKUP_COST;
    found = find_below(vmstate, name, length, 0);
    for (size_t k = 0; !found && k < HS_COUNT(walk->payload->known); k++) {
        const json_t *devices = json_object_get(walk->payload->known[k], "devices");

        for (size_t i = 0; !found && i < json_array_size(devices); i++) {
            found = find_below(json_array_get(devices, i), name, length, 0);
        }
    }
    return found;
}

/* Those that the bytes hold, by the rules of the loader. */
static int walk_held_subsections(struct walk *walk, const json_t *vmstate, const char *prefix, int depth,
                                 struct hs_error *err)
{
    const json_t *parent = json_object_get(vmstate, "vmsd_name");
    int result = 0;

    while (result == GO_ON && next_byte(walk) == SUBSECTION_MARK) {
        struct bytes in = { walk->payload->data, walk->payload->size, walk->section->size + 1 };
        const json_t *subsection;
        const uint8_t *name;
        uint64_t length;

        if (!bytes_get_be(&in, 1, &length) || length <= json_string_length(parent) || !bytes_get(&in, length, &name) ||
            memcmp(name, json_string_value(parent) ? json_string_value(parent) : "", json_string_length(parent)) != 0) {
            break;
        }
        subsection = find_subsection(walk, vmstate, (const char *)name, length);
        result = subsection ? walk_subsection(walk, subsection, prefix, depth, err)
                            : stop_at_subsection(walk, (const char *)name, length, prefix, err);
    }
    return result;
}

static int walk_vmstate(struct walk *walk, const json_t *vmstate, const char *prefix, int depth,
                        struct hs_error *err)
{
    const json_t *fields = json_object_get(vmstate, "fields");
    const json_t *subsections = json_object_get(vmstate, "subsections");
    const json_t *item;
    int result = 0;
    size_t i;

    if (depth > MAX_DEPTH) {
        return bad(err, "nested too deep");
    }
    for (i = 0; i < json_array_size(fields) && result == GO_ON; i++) {
        result = walk_field(walk, json_array_get(fields, i), prefix, depth, err);
    }
    if (result != GO_ON) {
        return result;
    }
    if (walk->payload) {
        return walk_held_subsections(walk, vmstate, prefix, depth, err);
    }
    json_array_foreach(subsections, i, item) {
        result = walk_subsection(walk, item, prefix, depth, err);
        if (result != GO_ON) {
            break;
        }
    }
    return result;
}

int vmdesc_walk(const json_t *device, const struct vmdesc_payload *payload, struct vmdesc_section *section,
                size_t *budget, enum vmdesc_end *end, struct hs_error *err)
{
    struct walk walk = { .payload = payload, .section = section, .budget = *budget, .end = VMDESC_END_ALL };
    int result = walk_vmstate(&walk, device, "", 0, err);

    *budget = walk.budget;
    *end = walk.end;
    return result < 0 ? -1 : 0;
}
