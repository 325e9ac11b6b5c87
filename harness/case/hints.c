/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks fields up in the payload tables, each once, and says which must stay as they are. */
#include "harness/case/hints.h"

#include <string.h>

#include "case.pb-c.h"
#include "harness/base/check.h"
#include "harness/case/case.h"
#include "harness/wire/tables.h"

enum { CACHE_SIZE = 4096 }; /* a power of two, many times the fields of the schema (about 370) */

/* The field's row in the payload tables, or NULL; found once, then kept by the descriptor's address. */
static const struct field *row_of(const ProtobufCFieldDescriptor *descriptor)
{
    static struct {
        const ProtobufCFieldDescriptor *descriptor;
        const struct field *row;
    } cache[CACHE_SIZE];
    static size_t n;
    /* Descriptors stand in arrays: the address in units of one is as good as a hash. */
    size_t slot = (uintptr_t)descriptor / sizeof(*descriptor) % CACHE_SIZE;

    while (cache[slot].descriptor && cache[slot].descriptor != descriptor) {
        slot = (slot + 1) % CACHE_SIZE;
    }
    if (!cache[slot].descriptor) {
        /* A full table would be searched for ever. */
        HS_CHECK(++n < CACHE_SIZE, "more than %d fields", CACHE_SIZE - 1);
        cache[slot].descriptor = descriptor;
        cache[slot].row = tables_find(descriptor);
    }
    return cache[slot].row;
}

static bool is_of(const ProtobufCFieldDescriptor *field, const ProtobufCMessageDescriptor *message)
{
    return message->n_fields && field >= message->fields && field < message->fields + message->n_fields;
}

static bool is_frozen(void *user, const ProtobufCFieldDescriptor *field)
{
    (void)user;
    return case_field_is_aside(field);
}

static bool is_frozen_for_trimming(void *user, const ProtobufCFieldDescriptor *field)
{
    return is_frozen(user, field) || (is_of(field, &hardstop__case__descriptor) && field->id == 2 /* stream */);
}

static bool range_of(void *user, const ProtobufCFieldDescriptor *field, uint64_t *min, uint64_t *max)
{
    const struct field *row = row_of(field);

    (void)user;
    if (!row || !row->max) {
        return false;
    }
    *min = row->min;
    *max = row->max;
    return true;
}

static unsigned width_of(void *user, const ProtobufCFieldDescriptor *field)
{
    const struct field *row = row_of(field);

    (void)user;
    return row ? row->width : 0;
}

/*
 * In percent.  Damages have their own step in target_damage.c, which knows where sections are.  What frames payloads is
 * checked before them: a change there mostly ends the load where it begins.  Opaque payloads belong to devices that no
 * table describes.
 */
static const struct {
    const ProtobufCMessageDescriptor *type;
    const char *field;
    unsigned weight;
} weights[] = {
    { &hardstop__case__descriptor, "stream", 100 },
    { &hardstop__case__descriptor, "ring", 100 },
    { &hardstop__case__descriptor, NULL, 10 },
    { &hardstop__stream__descriptor, "section", 100 },
    { &hardstop__stream__descriptor, NULL, 2 },
    { &hardstop__section__descriptor, "opaque", 10 },
    { &hardstop__section__descriptor, "footer", 20 },
    { &hardstop__section__descriptor, NULL, 5 },
    /* Of another queue, or none, a ring mostly does nothing. */
    { &hardstop__ring__descriptor, "idstr", 2 },
    { &hardstop__ring__descriptor, "queue", 10 },
};

/* The message of a payload that a table describes. */
static bool is_described(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_MESSAGE && (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
           is_of(field, &hardstop__section__descriptor);
}

static unsigned weight_of(void *user, const ProtobufCFieldDescriptor *field)
{
    (void)user;
    if (is_described(field)) {
        return 100;
    }
    for (size_t i = 0; i < HS_COUNT(weights); i++) {
        if (is_of(field, weights[i].type) && (!weights[i].field || strcmp(weights[i].field, field->name) == 0)) {
            return weights[i].weight;
        }
    }
    return 100;
}

static size_t most_of(void *user, const ProtobufCFieldDescriptor *field)
{
    (void)user;
    return is_of(field, &hardstop__case__descriptor) && field->id == 4 /* damage */ ? CASE_MOST_DAMAGES : 0;
}

const struct mutate_hints case_hints = {
    .frozen = is_frozen,
    .range = range_of,
    .width = width_of,
    .weight = weight_of,
    .most = most_of,
};

const struct mutate_hints case_trim_hints = { .frozen = is_frozen_for_trimming };
