/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flattens the JSON description into fields with offsets, within a budget. */
#include "harness/wire/vmdesc.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/printable.h"

enum {
    MAX_BYTES = 16 << 20, /* of all fields with their names; a q35 takes 1 MiB.  More is a bomb of array_len */
    MAX_PATH = 256,
    MAX_JSON = 64 << 20, /* a q35 takes 70 KiB */
    MAX_DEPTH = 64, /* VMStates nest about six deep */
    HEADER_SIZE = 5, /* 06 and the length */
};

/* State of the walk through one section. */
struct walk {
    struct vmdesc_section *section;
    size_t offset;
    size_t budget;
};

size_t vmdesc_find(const uint8_t *data, size_t size)
{
    size_t first = size > MAX_JSON ? size - MAX_JSON : 0;

    for (size_t at = size < HEADER_SIZE + 1 ? 0 : size - HEADER_SIZE - 1; at > first; at--) {
        struct bytes in = { data, size, at + 1 };
        uint64_t length;

        if (data[at] == 0x06 && data[at + HEADER_SIZE] == '{' && bytes_get_be(&in, 4, &length) &&
            length == bytes_left(&in)) {
            return at;
        }
    }
    return SIZE_MAX;
}

static int bad(struct hs_error *err, const char *why)
{
    return hs_fail(err, HS_NO_OFFSET, "vmdesc: %s", why);
}

static enum vmdesc_type type_of(const json_t *field)
{
    static const char *const names[] = {
        [VMDESC_BOOL] = "bool", [VMDESC_TIMER] = "timer", [VMDESC_BUFFER] = "buffer", [VMDESC_UNUSED] = "unused_buffer",
    };
    const char *name = json_string_value(json_object_get(field, "type"));

    for (size_t i = VMDESC_BOOL; name && i < HS_COUNT(names); i++) {
        if (strcmp(names[i], name) == 0) {
            return (enum vmdesc_type)i;
        }
    }
    return VMDESC_OTHER;
}

static int add_field(struct walk *walk, const char *path, size_t size, enum vmdesc_type type,
                     const struct field *header, struct hs_error *err)
{
    struct vmdesc_section *section = walk->section;
    size_t cost = sizeof(*section->fields) + strlen(path) + 1;

    if (strlen(path) > MAX_PATH || walk->budget < cost) {
        return bad(err, "more fields than a machine has, or longer names");
    }
    walk->budget -= cost;
    *HS_PUSH(section->fields, section->n_fields) =
        (struct vmdesc_field){ printable_copy(path, strlen(path)), walk->offset, size, type, header };
    if (__builtin_add_overflow(walk->offset, size, &walk->offset)) {
        return bad(err, "sizes that wrap");
    }
    return 0;
}

static int walk_vmstate(struct walk *walk, const json_t *vmstate, const char *prefix, int depth,
                        struct hs_error *err);

static int add_size(const json_t *object, const char *key, size_t *size, struct hs_error *err)
{
    json_int_t value = json_integer_value(json_object_get(object, key));

    if (value < 0) {
        return bad(err, "a negative size");
    }
    *size = (size_t)value;
    return 0;
}

static int walk_element(struct walk *walk, const json_t *field, const char *path, size_t size, int depth,
                        struct hs_error *err)
{
    const json_t *child = json_object_get(field, "struct");
    size_t end;

    child = child ? child : json_object_get(field, "fields") ? field : NULL;
    if (__builtin_add_overflow(walk->offset, size, &end)) {
        return bad(err, "sizes that wrap");
    }
    if (!child) {
        return size ? add_field(walk, path, size, type_of(field), NULL, err) : 0;
    }
    if (walk_vmstate(walk, child, path, depth + 1, err) < 0) {
        return -1;
    }
    /* The field's own size leads: what its parts do not name keeps the field's name. */
    if (walk->offset < end && add_field(walk, path, end - walk->offset, VMDESC_OTHER, NULL, err) < 0) {
        return -1;
    }
    return walk->offset > end ? bad(err, "parts larger than their whole") : 0;
}

static int walk_field(struct walk *walk, const json_t *field, const char *prefix, int depth, struct hs_error *err)
{
    const char *name = json_string_value(json_object_get(field, "name"));
    const json_t *index = json_object_get(field, "index");
    bool is_array = json_object_get(field, "array_len") != NULL;
    size_t size = 0, n = 1;
    int result = 0;

    if (!name || add_size(field, "size", &size, err) < 0 ||
        (is_array && add_size(field, "array_len", &n, err) < 0)) {
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

static int walk_vmstate(struct walk *walk, const json_t *vmstate, const char *prefix, int depth,
                        struct hs_error *err)
{
    const json_t *fields = json_object_get(vmstate, "fields");
    const json_t *subsections = json_object_get(vmstate, "subsections");
    const json_t *item;
    size_t i;

    if (depth > MAX_DEPTH) {
        return bad(err, "nested too deep");
    }
    json_array_foreach(fields, i, item) {
        if (walk_field(walk, item, prefix, depth, err) < 0) {
            return -1;
        }
    }
    json_array_foreach(subsections, i, item) {
        if (walk_subsection(walk, item, prefix, depth, err) < 0) {
            return -1;
        }
    }
    return 0;
}

static int walk_device(struct vmdesc_section *section, const json_t *device, size_t *budget, struct hs_error *err)
{
    struct walk walk = { .section = section, .budget = *budget };
    const char *name = json_string_value(json_object_get(device, "name"));

    if (!name) {
        return bad(err, "a device without a name");
    }
    section->idstr = hs_strdup(name);
    section->instance_id = (uint32_t)json_integer_value(json_object_get(device, "instance_id"));
    if (walk_vmstate(&walk, device, "", 0, err) < 0) {
        return hs_fail_in(err, "%s", name);
    }
    section->size = walk.offset;
    *budget = walk.budget;
    return 0;
}

int vmdesc_parse(struct vmdesc *vmdesc, const uint8_t *json, size_t size, struct hs_error *err)
{
    json_error_t where;
    json_t *root = json_loadb((const char *)json, size, 0, &where);
    const json_t *devices = json_object_get(root, "devices");
    size_t budget = MAX_BYTES, i;
    const json_t *device;
    int result = 0;

    memset(vmdesc, 0, sizeof(*vmdesc));
    if (!root) {
        return hs_fail(err, where.position < 0 ? 0 : (uint64_t)where.position, "vmdesc: %s", where.text);
    }
    if (!json_is_array(devices)) {
        result = bad(err, "no list of devices");
    }
    vmdesc->page_size = (uint32_t)json_integer_value(json_object_get(root, "page_size"));
    vmdesc->sections = hs_alloc(json_array_size(devices) * sizeof(*vmdesc->sections));
    json_array_foreach(devices, i, device) {
        vmdesc->n_sections++;
        result = walk_device(&vmdesc->sections[i], device, &budget, err);
        if (result < 0) {
            break;
        }
    }
    json_decref(root);
    if (result < 0) {
        vmdesc_clear(vmdesc);
    }
    return result;
}

void vmdesc_clear(struct vmdesc *vmdesc)
{
    for (size_t i = 0; i < vmdesc->n_sections; i++) {
        struct vmdesc_section *section = &vmdesc->sections[i];

        for (size_t k = 0; k < section->n_fields; k++) {
            free(section->fields[k].path);
        }
        free(section->fields);
        free(section->idstr);
    }
    free(vmdesc->sections);
    memset(vmdesc, 0, sizeof(*vmdesc));
}

const struct vmdesc_section *vmdesc_section(const struct vmdesc *vmdesc, const uint8_t *idstr, size_t size,
                                            uint32_t instance_id)
{
    for (size_t i = 0; size && i < vmdesc->n_sections; i++) {
        const struct vmdesc_section *section = &vmdesc->sections[i];

        if (section->instance_id == instance_id && strlen(section->idstr) == size &&
            memcmp(section->idstr, idstr, size) == 0) {
            return section;
        }
    }
    return NULL;
}
