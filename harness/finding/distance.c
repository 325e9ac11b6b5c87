/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pairs sections by what they are called, counts the fields that differ, and puts them into words. */
#include "harness/finding/distance.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/print.h"
#include "harness/case/damage.h"
#include "harness/wire/map.h"
#include "harness/wire/row.h"
#include "harness/wire/tables.h"
#include "harness/message/member.h"
#include "harness/message/revert.h"
#include "harness/message/text.h"

enum { PRINTED_BYTES = 16 };

const Hardstop__Section *distance_partner(const Hardstop__Section *section, const Hardstop__Stream *captured)
{
    for (size_t i = 0; captured && section->idstr.len && i < captured->n_section; i++) {
        const Hardstop__Section *other = captured->section[i];

        if (other->instance_id == section->instance_id && other->idstr.len == section->idstr.len &&
            memcmp(other->idstr.data, section->idstr.data, other->idstr.len) == 0) {
            return other;
        }
    }
    return NULL;
}

static size_t differences_of(const Hardstop__Section *section, const Hardstop__Stream *captured,
                             revert_visit_fn *visit, void *user)
{
    static const Hardstop__Section empty = HARDSTOP__SECTION__INIT;
    const Hardstop__Section *partner = distance_partner(section, captured);

    return revert_differences(partner ? &partner->base : &empty.base, &section->base, visit, user);
}

/* Each byte that differs counts, so that a step which makes only some bytes as captured is a gain, and stays. */
static void weigh(void *user, const struct revert_difference *difference)
{
    const ProtobufCFieldDescriptor *field = difference->field;
    size_t *distance = user, index = difference->index, size = 0, other = 0;
    const uint8_t *from = NULL, *to = NULL;

    ++*distance;
    if (member_kind(field) != MEMBER_BYTES) {
        return;
    }
    if (index < member_count(difference->from, field)) {
        from = member_bytes(difference->from, field, index, &size);
    }
    if (index < member_count(difference->to, field)) {
        to = member_bytes(difference->to, field, index, &other);
    }
    *distance += size < other ? other - size : size - other;
    for (size_t i = 0; i < size && i < other; i++) {
        *distance += from[i] != to[i];
    }
}

size_t distance_of_case(const Hardstop__Case *test, const Hardstop__Stream *captured)
{
    size_t distance = 0;

    for (size_t i = 0; captured && test->stream && i < test->stream->n_section; i++) {
        differences_of(test->stream->section[i], captured, weigh, &distance);
    }
    return distance;
}

static void print_bytes(FILE *out, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size && i < PRINTED_BYTES; i++) {
        fprintf(out, "%02x", bytes[i]);
    }
    fprintf(out, "%s (%zu byte%s)", size > PRINTED_BYTES ? "..." : "", size, size == 1 ? "" : "s");
}

/* A scalar that is not in the message is on the wire nevertheless, unless its row says otherwise. */
static void print_absent(FILE *out, const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field)
{
    const struct field *row = tables_find(field);
    char buffer[TEXT_SCALAR_SIZE];

    if (row && row->kind == FIELD_COUNT) {
        fprintf(out, "%" PRIu64, row_tied_count(row, msg));
    } else if (row && row->kind == FIELD_UINT && !row->repeated && !row_is_conditional(row)) {
        fputs(text_scalar(field, row->initial, buffer), out);
    } else if (field->default_value && member_kind(field) == MEMBER_SCALAR) {
        fputs(text_scalar(field, cell_default(field), buffer), out);
    } else {
        fputs("absent", out);
    }
}

static void print_value(FILE *out, const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, size_t index)
{
    char buffer[TEXT_SCALAR_SIZE];
    const uint8_t *bytes;
    size_t size;

    if (index >= member_count(msg, field)) {
        print_absent(out, msg, field);
        return;
    }
    switch (member_kind(field)) {
    case MEMBER_SCALAR:
        fputs(text_scalar(field, member_get(msg, field, index), buffer), out);
        break;
    case MEMBER_BYTES:
        bytes = member_bytes(msg, field, index, &size);
        print_bytes(out, bytes, size);
        break;
    default:
        fputs("present", out);
        break;
    }
}

struct words {
    distance_words_fn *each;
    void *user;
    char device[64];
    size_t n;
};

/* Hands a finished line on, and frees it. */
static void say(struct words *words, char *line)
{
    words->n++;
    words->each(words->user, line);
    free(line);
}

static void say_difference(void *user, const struct revert_difference *difference)
{
    struct words *words = user;
    struct print_memory line;
    FILE *out = print_open(&line);

    fprintf(out, "%s%s%s: ", words->device, *words->device ? " " : "", difference->path);
    print_value(out, difference->from, difference->field, difference->index);
    fputs(" -> ", out);
    print_value(out, difference->to, difference->field, difference->index);
    say(words, print_close(&line));
}

static void say_section(struct words *words, const Hardstop__Section *section, const Hardstop__Stream *captured)
{
    map_device_name(section, words->device, sizeof(words->device));
    if (distance_partner(section, captured)) {
        differences_of(section, captured, say_difference, words);
    } else {
        say(words, hs_format("\"%s\": no such section was captured", words->device));
    }
}

size_t distance_words(const Hardstop__Case *test, const Hardstop__Stream *captured, distance_words_fn *each, void *user)
{
    struct words words = { .each = each, .user = user };

    for (size_t i = 0; captured && test->stream && i < test->stream->n_section; i++) {
        if (test->stream->section[i]->type != HARDSTOP__SECTION__TYPE__EOF) {
            say_section(&words, test->stream->section[i], captured);
        }
    }
    for (size_t i = 0; i < test->n_memory; i++) {
        say(&words, hs_format("guest memory: %zu byte%s at 0x%" PRIx64, test->memory[i]->data.len,
                              test->memory[i]->data.len == 1 ? "" : "s", test->memory[i]->address));
    }
    for (size_t i = 0; i < test->n_ring; i++) {
        say(&words, hs_format("rings of queue %" PRIu32 " of %.*s", test->ring[i]->queue, (int)test->ring[i]->idstr.len,
                              (const char *)test->ring[i]->idstr.data));
    }
    for (size_t i = 0; i < test->n_damage; i++) {
        say(&words, damage_text(test->damage[i]));
    }
    return words.n;
}
