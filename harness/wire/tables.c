/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds a field's row from the protobuf side. */
#include "harness/wire/tables.h"

#include <string.h>

#include "harness/wire/payload.h"
#include "harness/wire/ring.h"

/* What is looked for in a table: a row, and how many. */
struct wanted {
    const ProtobufCFieldDescriptor *descriptor; /* or, where it is NULL: */
    const char *message, *name;
    size_t n;
};

static const struct field *find_in(const struct table *table, struct wanted *wanted);

static const struct field *find_in_set(const struct subsection_set *set, struct wanted *wanted)
{
    const struct field *found = NULL;

    for (size_t i = 0; !found && set->known[i].name; i++) {
        found = find_in(set->known[i].body, wanted);
    }
    return found;
}

static bool is_here(const struct table *table, const struct wanted *wanted)
{
    const ProtobufCMessageDescriptor *message = table->descriptor;
    size_t length = wanted->message ? strcspn(wanted->message, ".") : 0;

    if (wanted->descriptor) {
        return message->n_fields && wanted->descriptor >= message->fields &&
               wanted->descriptor < message->fields + message->n_fields;
    }
    return strlen(message->short_name) == length && strncmp(message->short_name, wanted->message, length) == 0;
}

static const struct field *find_here(const struct table *table, struct wanted *wanted)
{
    wanted->n = wanted->name ? 1 : table->n_fields;
    for (size_t i = 0; i < table->n_fields; i++) {
        if (!wanted->name || strcmp(table->fields[i].name, wanted->name) == 0) {
            return &table->fields[i];
        }
    }
    return NULL;
}

/* The tables are a tree: no VMState holds itself. */
static const struct field *find_in(const struct table *table, struct wanted *wanted)
{
    const struct field *found = NULL;

    if (is_here(table, wanted)) {
        return find_here(table, wanted);
    }
    for (size_t i = 0; !found && i < table->n_fields; i++) {
        const struct field *field = &table->fields[i];

        if (field->kind == FIELD_MESSAGE) {
            found = find_in(field->message, wanted);
        } else if (field->kind == FIELD_SUBSECTIONS) {
            found = find_in_set(field->subsections, wanted);
        }
    }
    return found;
}

static const struct field *find(struct wanted *wanted)
{
    const struct field *found = NULL;

    for (size_t i = 0; !found && payloads[i]; i++) {
        /* Most sections share one table. */
        if (i == 0 || payloads[i]->table != payloads[i - 1]->table) {
            found = find_in(payloads[i]->table, wanted);
        }
    }
    return found ? found : find_in(&ring_table, wanted);
}

const struct field *tables_find(const ProtobufCFieldDescriptor *descriptor)
{
    struct wanted wanted = { .descriptor = descriptor, .name = descriptor->name };

    return find(&wanted);
}

const struct field *tables_named(const char *name, size_t *n)
{
    const char *dot = strchr(name, '.');
    struct wanted wanted = { .message = name, .name = dot ? dot + 1 : NULL };
    const struct field *found = find(&wanted);

    *n = wanted.n;
    return found;
}
