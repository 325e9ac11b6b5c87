/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the places of damages in the encoded bytes and does them, last place first. */
#include "harness/case/damage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/print.h"
#include "harness/base/printable.h"
#include "harness/wire/framing.h"
#include "harness/wire/map.h"
#include "harness/message/reflect.h"

enum {
    MAX_REPEAT = 16, /* a section sent more often tells nothing new and only costs time */
    MAX_DAMAGES = 64,
};

/* A damage to bytes, and the place in the encoded stream where it happens. */
struct cut {
    size_t offset;
    size_t order; /* in the case, to keep equal places in order */
    const Hardstop__Damage *damage;
};

Hardstop__Damage *damage_new(int kind, uint32_t section, uint32_t offset)
{
    Hardstop__Damage *damage = (Hardstop__Damage *)reflect_new(&hardstop__damage__descriptor);

    damage->at = (Hardstop__Place *)reflect_new(&hardstop__place__descriptor);
    damage->at->has_section = damage->at->has_offset = true;
    damage->at->section = section;
    damage->at->offset = offset;
    damage->kind_case = (Hardstop__Damage__KindCase)kind;
    if (kind == HARDSTOP__DAMAGE__KIND_TRUNCATE) {
        damage->truncate = (Hardstop__Truncate *)reflect_new(&hardstop__truncate__descriptor);
    }
    return damage;
}

static bool is_section_damage(const Hardstop__Damage *damage)
{
    return damage->kind_case == HARDSTOP__DAMAGE__KIND_SWAP || damage->kind_case == HARDSTOP__DAMAGE__KIND_REPEAT;
}

/* The list of the stream's sections with swaps and repeats done: borrowed pointers; n_section becomes its length. */
static Hardstop__Section **order_sections(const Hardstop__Case *test, Hardstop__Stream *stream, bool *reordered)
{
    size_t count = stream->n_section;
    Hardstop__Section **list = hs_resize(NULL, count + (size_t)MAX_REPEAT * MAX_DAMAGES, sizeof(*list));

    if (count) {
        memcpy(list, stream->section, count * sizeof(*list));
    }
    for (size_t i = 0; i < test->n_damage && i < MAX_DAMAGES && count; i++) {
        const Hardstop__Damage *damage = test->damage[i];
        size_t at = damage->at && damage->at->has_section ? damage->at->section : 0;

        at = at < count ? at : count - 1;
        if (damage->kind_case == HARDSTOP__DAMAGE__KIND_SWAP) {
            size_t other = damage->swap < count ? damage->swap : count - 1;
            Hardstop__Section *moved = list[at];

            *reordered |= other != at;
            list[at] = list[other];
            list[other] = moved;
        } else if (damage->kind_case == HARDSTOP__DAMAGE__KIND_REPEAT) {
            size_t times = damage->repeat < MAX_REPEAT ? damage->repeat : MAX_REPEAT;

            memmove(list + at + times, list + at, (count - at) * sizeof(*list));
            for (size_t k = 0; k < times; k++) {
                list[at + k] = list[at + times];
            }
            count += times;
            *reordered |= times != 0;
        }
    }
    stream->n_section = count;
    return list;
}

size_t damage_field_offset(const Hardstop__Stream *stream, size_t section, const char *field)
{
    size_t length = strlen(field), offset = SIZE_MAX;
    bool *wanted = hs_alloc(stream->n_section * sizeof(*wanted));
    struct map map;

    wanted[section] = true;
    map_init_each(&map, stream, wanted);
    for (size_t i = 0; i < map.n && offset == SIZE_MAX; i++) {
        const char *path = map.entries[i].path;

        /* The first leaf of a message stands for the message. */
        if (map.entries[i].section == section && strncmp(path, field, length) == 0 &&
            (path[length] == 0 || path[length] == '.' || path[length] == '[')) {
            offset = map.entries[i].offset;
        }
    }
    map_clear(&map);
    free(wanted);
    return offset;
}

size_t damage_place(const Hardstop__Place *at, const Hardstop__Stream *stream, const struct stream_encoding *encoding)
{
    size_t base = 0, limit = encoding->out.size, section, found;

    if (at && at->has_section && encoding->n_marks) {
        section = at->section < encoding->n_marks ? at->section : encoding->n_marks - 1;
        base = at->has_header && at->header ? encoding->marks[section].start : encoding->marks[section].payload;
        limit = encoding->marks[section].end;
        if (at->field && *at->field) {
            found = damage_field_offset(stream, section, at->field);
            base = found != SIZE_MAX ? found : base;
        }
    }
    if (!at) {
        return base;
    }
    return at->offset < limit - base ? base + at->offset : limit;
}

static int by_place_from_the_end(const void *left, const void *right)
{
    const struct cut *a = left, *b = right;

    if (a->offset != b->offset) {
        return a->offset > b->offset ? -1 : 1;
    }
    return a->order > b->order ? -1 : a->order < b->order;
}

static size_t at_most(size_t n, size_t limit)
{
    return n < limit ? n : limit;
}

void damage_do(struct builder *bytes, size_t offset, const Hardstop__Damage *damage, struct damage_effect *effect)
{
    size_t at = at_most(offset, bytes->size), n;

    switch (damage->kind_case) {
    case HARDSTOP__DAMAGE__KIND_TRUNCATE:
        effect->truncated |= at < bytes->size;
        bytes->size = at;
        break;
    case HARDSTOP__DAMAGE__KIND_INSERT:
        effect->inserted |= damage->insert.len != 0;
        builder_splice(bytes, at, 0, damage->insert.data, damage->insert.len);
        break;
    case HARDSTOP__DAMAGE__KIND_DELETE:
        n = at_most(damage->delete_, bytes->size - at);
        effect->deleted |= n != 0;
        builder_splice(bytes, at, n, NULL, 0);
        break;
    case HARDSTOP__DAMAGE__KIND_OVERWRITE:
        n = at_most(damage->overwrite.len, bytes->size - at);
        effect->overwritten |= n && memcmp(bytes->data + at, damage->overwrite.data, n) != 0;
        builder_overwrite(bytes, at, damage->overwrite.data, n);
        break;
    default:
        return;
    }
    effect->first = at_most(effect->first, at);
}

static size_t section_at(const struct stream_encoding *encoding, size_t offset)
{
    for (size_t i = 0; i < encoding->n_marks; i++) {
        if (offset >= encoding->marks[i].start && offset < encoding->marks[i].end) {
            return i;
        }
    }
    return SIZE_MAX;
}

void damage_follow(struct builder *bytes, const Hardstop__Case *test, const Hardstop__Stream *stream,
                   const struct stream_encoding *encoding, size_t offset, size_t before)
{
    for (size_t i = 0; test->as_written && bytes->size != before && i < encoding->n_marks; i++) {
        const struct stream_mark *mark = &encoding->marks[i];
        size_t lost = before > bytes->size ? before - bytes->size : 0;
        uint8_t length[LENGTH_SIZE];
        uint32_t now;

        if (!stream->section[i]->length || offset < mark->payload || offset > mark->payload_end) {
            continue;
        }
        memcpy(length, bytes->data + mark->payload - LENGTH_SIZE, LENGTH_SIZE);
        now = (uint32_t)length[0] << 24 | (uint32_t)length[1] << 16 | (uint32_t)length[2] << 8 | length[3];
        now += (uint32_t)(lost ? 0 : bytes->size - before) - (uint32_t)at_most(lost, mark->payload_end - offset);
        for (int k = 0; k < LENGTH_SIZE; k++) {
            length[k] = (uint8_t)(now >> 8 * (LENGTH_SIZE - 1 - k));
        }
        builder_overwrite(bytes, mark->payload - LENGTH_SIZE, length, LENGTH_SIZE);
        return;
    }
}

static void damage_bytes(const Hardstop__Case *test, const Hardstop__Stream *stream,
                         const struct stream_encoding *encoding, struct builder *out, struct damage_effect *effect)
{
    struct cut cuts[MAX_DAMAGES];
    size_t n = 0;

    for (size_t i = 0; i < test->n_damage && i < MAX_DAMAGES; i++) {
        if (!is_section_damage(test->damage[i])) {
            cuts[n++] = (struct cut){ damage_place(test->damage[i]->at, stream, encoding), i, test->damage[i] };
        }
    }
    qsort(cuts, n, sizeof(*cuts), by_place_from_the_end);
    for (size_t i = 0; i < n; i++) {
        size_t before = out->size;

        damage_do(out, cuts[i].offset, cuts[i].damage, effect);
        if (!effect->truncated) {
            damage_follow(out, test, stream, encoding, cuts[i].offset, before);
        }
    }
    if (effect->reordered) {
        /* An offset in the reordered bytes means nothing in the undamaged ones. */
        effect->first = SIZE_MAX;
    }
    effect->section = effect->first == SIZE_MAX ? SIZE_MAX : section_at(encoding, effect->first);
}

bool damage_apply(const Hardstop__Case *test, struct stream_encoding *plain, struct builder *out,
                  struct damage_effect *effect)
{
    static const Hardstop__Stream empty = HARDSTOP__STREAM__INIT;
    Hardstop__Stream stream = test->stream ? *test->stream : empty;
    struct stream_encoding reordered = { 0 };
    const struct stream_encoding *base = plain;
    Hardstop__Section **list;

    *effect = (struct damage_effect){ .first = SIZE_MAX, .section = SIZE_MAX };
    stream_encode(&stream, plain, NULL, NULL);
    builder_reset(out);
    if (!test->n_damage) {
        builder_put(out, plain->out.data, plain->out.size);
        return false;
    }
    list = order_sections(test, &stream, &effect->reordered);
    if (effect->reordered) {
        stream.section = list;
        stream_encode(&stream, &reordered, NULL, NULL);
        base = &reordered;
    }
    builder_put(out, base->out.data, base->out.size);
    damage_bytes(test, &stream, base, out, effect);
    free(list);
    stream_encoding_clear(&reordered);
    return !builder_equal(out, &plain->out);
}

static void print_bytes(FILE *out, const ProtobufCBinaryData *bytes)
{
    for (size_t i = 0; i < bytes->len && i < 16; i++) {
        fprintf(out, "%02x", bytes->data[i]);
    }
    fputs(bytes->len > 16 ? "..." : bytes->len ? "" : "nothing", out);
}

static void print_place(FILE *out, const Hardstop__Place *at)
{
    if (!at || !at->has_section) {
        fprintf(out, " at offset %u of the stream", at ? at->offset : 0);
    } else if (at->field && *at->field) {
        fprintf(out, " at section[%u].%s+%u", at->section, at->field, at->offset);
    } else {
        fprintf(out, " at section[%u] %s+%u", at->section, at->has_header && at->header ? "header" : "payload",
                at->offset);
    }
}

char *damage_text(const Hardstop__Damage *damage)
{
    struct print_memory memory;
    FILE *out = print_open(&memory);
    char *text;

    switch (damage->kind_case) {
    case HARDSTOP__DAMAGE__KIND_TRUNCATE:
        fputs("truncate", out);
        break;
    case HARDSTOP__DAMAGE__KIND_INSERT:
        fputs("insert ", out);
        print_bytes(out, &damage->insert);
        break;
    case HARDSTOP__DAMAGE__KIND_DELETE:
        fprintf(out, "delete %u byte%s", damage->delete_, damage->delete_ == 1 ? "" : "s");
        break;
    case HARDSTOP__DAMAGE__KIND_OVERWRITE:
        fputs("overwrite with ", out);
        print_bytes(out, &damage->overwrite);
        break;
    case HARDSTOP__DAMAGE__KIND_SWAP:
        fprintf(out, "swap with section[%u]", damage->swap);
        break;
    case HARDSTOP__DAMAGE__KIND_REPEAT:
        fprintf(out, "repeat %u time%s", damage->repeat, damage->repeat == 1 ? "" : "s");
        break;
    default:
        fputs("no damage", out);
        break;
    }
    print_place(out, damage->at);
    text = print_close(&memory);
    printable_make(text);
    return text;
}
