/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes, replaces and drops damages. */
#include "fuzzers/target_damage.h"

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/case.h"
#include "harness/case/damage.h"
#include "harness/case/hints.h"

/* Reused: a large stream's memory takes longer to get than to fill. */
static struct stream_encoding encoding;

static bool is_captured(const Hardstop__Case *test)
{
    stream_encode(test->stream, &encoding, NULL, NULL);
    return case_is_captured(test, &encoding);
}

enum target_step target_damage_draw(const Hardstop__Case *test, struct random *random)
{
    enum { DRAWS = 48 };
    uint64_t draw;

    if (!test->stream || !test->stream->n_section) {
        return TARGET_STEP_FIELDS;
    }
    /* Streams are looked at only where it matters: encoding is most of the work on a large one. */
    draw = random_below(random, DRAWS);
    if (test->n_damage) {
        if (draw < 9) {
            return draw < 3 ? TARGET_STEP_FIELDS : TARGET_STEP_DROP;
        }
        return is_captured(test) ? TARGET_STEP_ADD : draw % 2 ? TARGET_STEP_DROP : TARGET_STEP_FIELDS;
    }
    if (draw < 16) {
        return TARGET_STEP_FIELDS;
    }
    return draw >= 45 || is_captured(test) ? TARGET_STEP_ADD : TARGET_STEP_FIELDS;
}

static uint64_t pick_section(const Hardstop__Case *test, struct random *random)
{
    const Hardstop__Stream *stream = test->stream;
    uint64_t i = random_below(random, stream->n_section);

    /* Devices that a table describes are what is tested: one damage in four elsewhere is enough. */
    for (int tries = 0; tries < 8 && !random_one_in(random, 4) && !section_is_described(stream->section[i]); tries++) {
        i = random_below(random, stream->n_section);
    }
    return i;
}

static uint32_t pick_offset(const Hardstop__Case *test, uint64_t section, struct random *random)
{
    const struct stream_mark *mark;
    uint64_t size;

    stream_encode(test->stream, &encoding, NULL, NULL);
    mark = &encoding.marks[section];
    size = mark->end - mark->payload + 1;
    /* At the end stand large arrays of like elements: three damages of four are done before them. */
    return (uint32_t)random_below(random, size > 1024 && !random_one_in(random, 4) ? 1024 : size);
}

/* Mostly as many bytes as a field has; now and then as many as a record, or an array of records. */
static size_t pick_size(struct random *random)
{
    return 1 + random_below(random, random_one_in(random, 4) ? random_one_in(random, 4) ? 4096 : 64 : 4);
}

void target_damage_bytes(ProtobufCBinaryData *bytes, struct random *random)
{
    static const uint8_t usual[] = { 0x00, 0xff, 0x01, 0x80, 0x05, 0x7e };

    bytes->len = pick_size(random);
    bytes->data = hs_alloc(bytes->len);
    /* All behind the first eight are zero, as most of a stream is. */
    for (size_t i = 0; i < bytes->len && i < 8; i++) {
        bytes->data[i] = random_one_in(random, 2) ? usual[random_below(random, sizeof(usual))]
                                                  : (uint8_t)random_bits(random);
    }
}

/* The kinds, each as often as it is worth. */
static const Hardstop__Damage__KindCase kinds[] = {
    HARDSTOP__DAMAGE__KIND_TRUNCATE,  HARDSTOP__DAMAGE__KIND_TRUNCATE, HARDSTOP__DAMAGE__KIND_TRUNCATE,
    HARDSTOP__DAMAGE__KIND_INSERT,    HARDSTOP__DAMAGE__KIND_INSERT,   HARDSTOP__DAMAGE__KIND_INSERT,
    HARDSTOP__DAMAGE__KIND_DELETE,    HARDSTOP__DAMAGE__KIND_DELETE,   HARDSTOP__DAMAGE__KIND_DELETE,
    HARDSTOP__DAMAGE__KIND_OVERWRITE, HARDSTOP__DAMAGE__KIND_SWAP,     HARDSTOP__DAMAGE__KIND_REPEAT,
};

static Hardstop__Damage *random_damage(const Hardstop__Case *test, struct random *random)
{
    uint64_t section = pick_section(test, random);
    uint32_t offset = pick_offset(test, section, random);
    Hardstop__Damage *damage = damage_new(kinds[random_below(random, HS_COUNT(kinds))], (uint32_t)section, offset);

    switch (damage->kind_case) {
    case HARDSTOP__DAMAGE__KIND_INSERT:
        target_damage_bytes(&damage->insert, random);
        break;
    case HARDSTOP__DAMAGE__KIND_DELETE:
        damage->delete_ = (uint32_t)pick_size(random);
        break;
    case HARDSTOP__DAMAGE__KIND_OVERWRITE:
        target_damage_bytes(&damage->overwrite, random);
        break;
    case HARDSTOP__DAMAGE__KIND_SWAP:
        damage->swap = (uint32_t)random_below(random, test->stream->n_section);
        break;
    case HARDSTOP__DAMAGE__KIND_REPEAT:
        damage->repeat = 1;
        break;
    default:
        break;
    }
    return damage;
}

void target_damage_drop(Hardstop__Case *test, struct random *random)
{
    size_t i = random_below(random, test->n_damage);

    hardstop__damage__free_unpacked(test->damage[i], NULL);
    test->damage[i] = test->damage[--test->n_damage];
}

void target_damage_add(Hardstop__Case *test, struct random *random)
{
    if (test->n_damage && (test->n_damage >= CASE_MOST_DAMAGES || !random_one_in(random, 4))) {
        target_damage_drop(test, random);
    }
    test->damage = hs_resize(test->damage, test->n_damage + 1, sizeof(*test->damage));
    test->damage[test->n_damage] = random_damage(test, random);
    test->n_damage++;
}

void target_damage_clear(void)
{
    stream_encoding_clear(&encoding);
}
