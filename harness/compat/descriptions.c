/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks both descriptions of a device beside each other. */
#include "harness/compat/descriptions.h"

#include <stdio.h>
#include <string.h>

/* The device, and how its fields are called so far: "parent_obj.". */
struct walk {
    json_t *rows;
    const char *device;
    char path[256];
};

static const char *name_of(const json_t *object, const char *key)
{
    const char *name = json_string_value(json_object_get(object, key));

    return name ? name : "";
}

static json_int_t number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static void put(const struct walk *walk, const char *name, const char *change, json_int_t from, json_int_t to)
{
    char field[sizeof(walk->path) + 64];

    snprintf(field, sizeof(field), "%s%s", walk->path, name);
    json_array_append_new(walk->rows, json_pack("{s:s, s:s%, s:s, s:I, s:I}", "device", walk->device, "field", field,
                                                strlen(field), "change", change, "from", from, "to", to));
}

/* Of several of one name the one with as many before it, as two of "unused" are two; NULL: there are fewer. */
static const json_t *partner(const json_t *list, const char *key, const char *name, size_t before)
{
    size_t i;
    json_t *entry;

    json_array_foreach (list, i, entry) {
        if (strcmp(name_of(entry, key), name) == 0 && before-- == 0) {
            return entry;
        }
    }
    return NULL;
}

static size_t before(const json_t *list, const char *key, size_t at)
{
    const char *name = name_of(json_array_get(list, at), key);
    size_t n = 0;

    for (size_t i = 0; i < at; i++) {
        n += strcmp(name_of(json_array_get(list, i), key), name) == 0;
    }
    return n;
}

static void walk_description(struct walk *walk, const json_t *from, const json_t *to);

/* A structure's size is that of memory, and says nothing of what is sent. */
static void walk_field(struct walk *walk, const json_t *from, const json_t *to)
{
    const json_t *inner = json_object_get(from, "Description"), *other = json_object_get(to, "Description");
    json_int_t sizes[2] = { number(from, "size"), number(to, "size") };
    size_t length = strlen(walk->path);

    if (inner && other) {
        snprintf(walk->path + length, sizeof(walk->path) - length, "%s.", name_of(from, "field"));
        walk_description(walk, inner, other);
        walk->path[length] = 0;
    } else if (!inner && !other && sizes[0] != sizes[1]) {
        put(walk, name_of(from, "field"), sizes[1] > sizes[0] ? "grown" : "shrunk", sizes[0], sizes[1]);
    }
}

static void walk_fields(struct walk *walk, const json_t *from, const json_t *to)
{
    size_t i;
    json_t *field;

    json_array_foreach (from, i, field) {
        const json_t *other = partner(to, "field", name_of(field, "field"), before(from, "field", i));

        if (other) {
            walk_field(walk, field, other);
        } else {
            put(walk, name_of(field, "field"), "gone", number(field, "size"), 0);
        }
    }
    json_array_foreach (to, i, field) {
        if (!partner(from, "field", name_of(field, "field"), before(to, "field", i))) {
            put(walk, name_of(field, "field"), "new", 0, number(field, "size"));
        }
    }
}

static void walk_subsections(struct walk *walk, const json_t *from, const json_t *to)
{
    size_t i;
    json_t *subsection;

    json_array_foreach (from, i, subsection) {
        const json_t *other = partner(to, "name", name_of(subsection, "name"), before(from, "name", i));
        size_t length = strlen(walk->path);

        if (other) {
            snprintf(walk->path + length, sizeof(walk->path) - length, "%s.", name_of(subsection, "name"));
            walk_description(walk, subsection, other);
            walk->path[length] = 0;
        } else {
            put(walk, name_of(subsection, "name"), "gone", 0, 0);
        }
    }
    json_array_foreach (to, i, subsection) {
        if (!partner(from, "name", name_of(subsection, "name"), before(to, "name", i))) {
            put(walk, name_of(subsection, "name"), "new", 0, 0);
        }
    }
}

/* A path that is full would be walked for ever, were a description ever within itself. */
static void walk_description(struct walk *walk, const json_t *from, const json_t *to)
{
    if (strlen(walk->path) + 2 >= sizeof(walk->path)) {
        return;
    }
    if (number(from, "version_id") != number(to, "version_id")) {
        put(walk, "version_id", "version", number(from, "version_id"), number(to, "version_id"));
    }
    if (number(from, "minimum_version_id") != number(to, "minimum_version_id")) {
        put(walk, "minimum_version_id", "version", number(from, "minimum_version_id"),
            number(to, "minimum_version_id"));
    }
    walk_fields(walk, json_object_get(from, "Fields"), json_object_get(to, "Fields"));
    walk_subsections(walk, json_object_get(from, "Subsections"), json_object_get(to, "Subsections"));
}

json_t *descriptions_compare(const json_t *from, const json_t *to)
{
    json_t *all = json_object(), *description;
    const char *device;

    json_object_foreach ((json_t *)from, device, description) {
        const json_t *one = json_object_get(description, "Description");
        const json_t *other = json_object_get(json_object_get(to, device), "Description");
        struct walk walk = { .rows = json_array(), .device = device };

        if (one && other) {
            walk_description(&walk, one, other);
        }
        if (json_array_size(walk.rows)) {
            json_object_set(all, device, walk.rows);
        }
        json_decref(walk.rows);
    }
    return all;
}
