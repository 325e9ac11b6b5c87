/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks the table's fields and the described ones side by side. */
#include "harness/wire/agreement.h"

#include <string.h>

struct walk {
    const struct vmdesc_section *described;
    size_t at; /* the described field in which the table's walk is */
    bool holds;
};

static const char *last_name(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot ? dot + 1 : path;
}

/* The path of an array, of that of one of its elements: all of it where it is no element's. */
static size_t array_path(const char *path)
{
    const char *bracket = strrchr(path, '[');
    size_t length = strlen(path);

    return bracket && path[length - 1] == ']' ? (size_t)(bracket - path) : length;
}

/* Where the described field ends that begins with number `i`: elements of one array are one. */
static size_t end_of(const struct vmdesc_section *described, size_t i)
{
    const struct vmdesc_field *fields = described->fields;
    size_t length = array_path(fields[i].path);

    while (fields[i].path[length] && i + 1 < described->n_fields && array_path(fields[i + 1].path) == length &&
           strncmp(fields[i].path, fields[i + 1].path, length + 1) == 0) {
        i++;
    }
    return fields[i].offset + fields[i].size;
}

static bool same_name(const char *path, const char *described)
{
    const char *left = last_name(path), *right = last_name(described);

    return array_path(left) == array_path(right) && strncmp(left, right, array_path(left)) == 0;
}

static void compare_field(void *user, const struct field_place *place)
{
    const struct vmdesc_section *described = ((struct walk *)user)->described;
    const struct vmdesc_field *field;
    struct walk *walk = user;
    size_t end;

    while (walk->at < described->n_fields &&
           described->fields[walk->at].offset + described->fields[walk->at].size <= place->offset) {
        walk->at++;
    }
    if (walk->at >= described->n_fields) {
        walk->holds = false;
        return;
    }
    field = &described->fields[walk->at];
    end = end_of(described, walk->at);
    walk->holds = walk->holds && place->offset + place->size <= end &&
                  (place->offset != field->offset || place->offset + place->size == end ||
                   place->size == field->size || !same_name(place->path, field->path));
}

bool agreement_holds(const struct payload *payload, const ProtobufCMessage *message,
                     const struct vmdesc_section *described)
{
    struct walk walk = { .described = described, .holds = true };
    const ProtobufCBinaryData *rest = payload_rest(message);
    struct builder out = { 0 };
    struct field_encoder encoder = { .out = &out, .visit = compare_field, .user = &walk, .part = FIELD_PART_TABLE };

    if (rest && rest->len) {
        return false;
    }
    field_encode(&encoder, payload->table, message);
    builder_clear(&out);
    return walk.holds;
}
