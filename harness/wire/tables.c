/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds a field's row from the protobuf side. */
#include "harness/wire/tables.h"

#include <string.h>

#include "harness/wire/payload.h"

static const struct field *find_in(const struct table *table, const ProtobufCFieldDescriptor *descriptor);

static const struct field *find_in_set(const struct subsection_set *set, const ProtobufCFieldDescriptor *descriptor)
{
    const struct field *found = NULL;

    for (size_t i = 0; !found && set->known[i].name; i++) {
        found = find_in(set->known[i].body, descriptor);
    }
    return found;
}

/* The tables are a tree: no VMState holds itself. */
static const struct field *find_in(const struct table *table, const ProtobufCFieldDescriptor *descriptor)
{
    const ProtobufCMessageDescriptor *message = table->descriptor;
    bool is_here = message->n_fields && descriptor >= message->fields &&
                   descriptor < message->fields + message->n_fields;
    const struct field *found = NULL;

    for (size_t i = 0; !found && i < table->n_fields; i++) {
        const struct field *field = &table->fields[i];

        if (is_here) {
            found = strcmp(field->name, descriptor->name) == 0 ? field : NULL;
        } else if (field->kind == FIELD_MESSAGE) {
            found = find_in(field->message, descriptor);
        } else if (field->kind == FIELD_SUBSECTIONS) {
            found = find_in_set(field->subsections, descriptor);
        }
    }
    return found;
}

const struct field *tables_find(const ProtobufCFieldDescriptor *descriptor)
{
    const struct field *found = NULL;

    for (size_t i = 0; !found && payloads[i]; i++) {
        /* Most sections share one table. */
        if (i == 0 || payloads[i]->table != payloads[i - 1]->table) {
            found = find_in(payloads[i]->table, descriptor);
        }
    }
    return found;
}
