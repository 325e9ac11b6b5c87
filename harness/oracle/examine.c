/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges a case, and a spread of small damages to it, under every property. */
#include "harness/oracle/examine.h"

#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/case.h"
#include "harness/wire/payload.h"
#include "proto/reflect.h"

static void tally(struct examination *examination, const struct judgement *judgement)
{
    examination->judged++;
    for (size_t i = 0; i < examination->n; i++) {
        struct examine_tally *tally = &examination->tallies[i];

        switch (tally->property->judge(judgement)) {
        case PROPERTY_PASS:
            tally->passed++;
            break;
        case PROPERTY_FAIL:
            if (!tally->failed++) {
                finding_describe(judgement, tally->property, &tally->first);
                tally->first_case = case_clone(judgement->test);
            }
            break;
        default:
            tally->skipped++;
            break;
        }
    }
}

static Hardstop__Damage *small_damage(int kind, uint32_t section, uint32_t offset)
{
    static const uint8_t inserted = 0x41; /* no length, type or mark of the format */
    Hardstop__Damage *damage = damage_new(kind, section, offset);

    if (kind == HARDSTOP__DAMAGE__KIND_INSERT) {
        damage->insert.data = hs_copy(&inserted, 1);
        damage->insert.len = 1;
    } else if (kind == HARDSTOP__DAMAGE__KIND_DELETE) {
        damage->delete_ = 1;
    }
    return damage;
}

static int judge_damaged(struct oracle *oracle, const Hardstop__Case *test, uint32_t section, uint32_t offset, int kind,
                         struct judgement *judgement, struct examination *examination, struct hs_error *err)
{
    Hardstop__Damage *damage = small_damage(kind, section, offset);
    Hardstop__Case damaged = *test;
    int result;

    damaged.damage = &damage;
    damaged.n_damage = 1;
    result = oracle_judge(oracle, &damaged, judgement, err);
    if (result == 0) {
        tally(examination, judgement);
    }
    reflect_free(&damage->base);
    return result;
}

static int judge_section(struct oracle *oracle, const Hardstop__Case *test, uint32_t section, size_t size,
                         unsigned places, struct judgement *judgement, struct examination *examination,
                         struct hs_error *err)
{
    static const int kinds[] = {
        HARDSTOP__DAMAGE__KIND_TRUNCATE, HARDSTOP__DAMAGE__KIND_INSERT, HARDSTOP__DAMAGE__KIND_DELETE,
    };

    for (unsigned i = 0; i < places; i++) {
        /* From the payload's first byte to its last, evenly. */
        uint32_t offset = places > 1 ? (uint32_t)((uint64_t)(size ? size - 1 : 0) * i / (places - 1)) : 0;

        for (size_t k = 0; k < HS_COUNT(kinds); k++) {
            if (judge_damaged(oracle, test, section, offset, kinds[k], judgement, examination, err) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

static bool has_described(const Hardstop__Stream *stream)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        if (payload_message(stream->section[i])) {
            return true;
        }
    }
    return false;
}

static int judge_sections(struct oracle *oracle, const Hardstop__Case *test, unsigned places,
                          struct judgement *judgement, struct examination *examination, struct hs_error *err)
{
    const Hardstop__Stream *stream = test->stream;
    bool described_only = has_described(stream);
    struct stream_encoding encoding = { 0 };
    int result = 0;

    stream_encode(stream, &encoding, NULL, NULL);
    for (uint32_t i = 0; i < stream->n_section && result == 0; i++) {
        size_t size = encoding.marks[i].payload_end - encoding.marks[i].payload;

        if (size && (!described_only || payload_message(stream->section[i]))) {
            result = judge_section(oracle, test, i, size, places, judgement, examination, err);
        }
    }
    stream_encoding_clear(&encoding);
    return result;
}

int examine(struct oracle *oracle, const Hardstop__Case *test, unsigned places, struct examination *examination,
            struct hs_error *err)
{
    struct judgement judgement = { 0 };
    int result;

    memset(examination, 0, sizeof(*examination));
    for (const struct property *property = properties; property->name; property++) {
        HS_CHECK(examination->n < EXAMINE_PROPERTIES, "%zu properties", examination->n);
        examination->tallies[examination->n++].property = property;
    }
    oracle->repeat = true;
    result = oracle_judge(oracle, test, &judgement, err);
    if (result == 0) {
        tally(examination, &judgement);
        if (!test->n_damage) {
            result = judge_sections(oracle, test, places, &judgement, examination, err);
        }
    }
    judgement_clear(&judgement);
    return result;
}

void examination_clear(struct examination *examination)
{
    for (size_t i = 0; i < examination->n; i++) {
        case_free(examination->tallies[i].first_case);
    }
    memset(examination, 0, sizeof(*examination));
}
