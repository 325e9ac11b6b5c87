/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges a case, and a spread of small damages to it, under every property. */
#include "harness/finding/examine.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/time.h"
#include "harness/case/alone.h"
#include "harness/case/case.h"
#include "harness/wire/payload.h"
#include "harness/message/reflect.h"

/* Keeps the first finding of each signature. */
static void keep(struct examination *examination, const struct finding *finding, const Hardstop__Case *test)
{
    for (size_t i = 0; i < examination->n_findings; i++) {
        if (examination->findings[i].finding.signature == finding->signature) {
            return;
        }
    }
    *HS_PUSH(examination->findings, examination->n_findings) =
        (struct examine_finding){ .finding = *finding, .test = case_clone(test) };
}

/* Shares the time since the last case out to those properties that had something to judge in this one. */
static void take_time(struct examination *examination, const bool judged[EXAMINE_PROPERTIES])
{
    double now = time_now(), took = now - examination->since;
    unsigned sharing = 0;

    for (size_t i = 0; i < examination->n; i++) {
        sharing += judged[i];
    }
    for (size_t i = 0; i < examination->n; i++) {
        examination->tallies[i].seconds += judged[i] ? took / sharing : 0;
    }
    examination->seconds += took;
    examination->since = now;
}

static void tally(struct examination *examination, const struct judgement *judgement)
{
    bool judged[EXAMINE_PROPERTIES];
    struct finding finding;

    examination->judged++;
    for (size_t i = 0; i < examination->n; i++) {
        struct examine_tally *tally = &examination->tallies[i];
        enum property_result result = tally->property->judge(judgement);

        judged[i] = result == PROPERTY_PASS || result == PROPERTY_FAIL;
        switch (result) {
        case PROPERTY_PASS:
            tally->passed++;
            break;
        case PROPERTY_FAIL:
            finding_describe(judgement, tally->property, &finding);
            if (!tally->failed++) {
                tally->first = finding;
            }
            keep(examination, &finding, judgement->test);
            break;
        default:
            tally->skipped++;
            break;
        }
    }
    take_time(examination, judged);
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

/* Takes the damage over. */
static int judge_one(struct oracle *oracle, const Hardstop__Case *test, Hardstop__Damage *damage,
                     struct judgement *judgement, struct examination *examination, struct hs_error *err)
{
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
            if (judge_one(oracle, test, small_damage(kinds[k], section, offset), judgement, examination, err) < 0) {
                return -1;
            }
        }
    }
    return 0;
}

/* The number behind the legal range of a field; false where the field holds no such number. */
static bool beyond_range(const struct map_entry *entry, struct builder *value)
{
    const struct field *field = entry->field;
    uint64_t largest = entry->size < 8 ? (UINT64_C(1) << entry->size * 8) - 1 : UINT64_MAX;

    if (!field || !field->max || entry->size > 8 || field->max >= largest || entry->value > field->max) {
        return false;
    }
    builder_reset(value);
    (field->little ? builder_put_le : builder_put_be)(value, entry->size, field->max + 1);
    return true;
}

static int judge_range(struct oracle *oracle, const Hardstop__Case *test, uint32_t section, uint32_t offset,
                       const struct builder *value, struct judgement *judgement, struct examination *examination,
                       struct hs_error *err)
{
    Hardstop__Damage *damage = damage_new(HARDSTOP__DAMAGE__KIND_OVERWRITE, section, offset);

    damage->overwrite.data = hs_copy(value->data, value->size);
    damage->overwrite.len = value->size;
    return judge_one(oracle, test, damage, judgement, examination, err);
}

/* Each row of the tables that the section uses once: elements of an array are read by the same code. */
static int judge_ranges(struct oracle *oracle, const Hardstop__Case *test, uint32_t section,
                        struct judgement *judgement, struct examination *examination, struct hs_error *err)
{
    const struct field **seen = NULL;
    struct builder value = { 0 };
    size_t n_seen = 0;
    struct map map;
    int result = 0;

    map_init_place(&map, test->stream, NULL, section, SIZE_MAX);
    for (size_t i = 0; i < map.n && result == 0; i++) {
        const struct map_entry *entry = &map.entries[i];
        size_t k = 0;

        if (entry->section != section || !map_is_payload(entry) || !beyond_range(entry, &value)) {
            continue;
        }
        while (k < n_seen && seen[k] != entry->field) {
            k++;
        }
        if (k == n_seen) {
            *HS_PUSH(seen, n_seen) = entry->field;
            result = judge_range(oracle, test, section, (uint32_t)(entry->offset - map.encoding.marks[section].payload),
                                 &value, judgement, examination, err);
        }
    }
    map_clear(&map);
    builder_clear(&value);
    free(seen);
    return result;
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
            result = result < 0 ? -1 : judge_ranges(oracle, test, i, judgement, examination, err);
        }
    }
    stream_encoding_clear(&encoding);
    return result;
}

static bool has_failed(const struct examination *examination)
{
    for (size_t i = 0; i < examination->n; i++) {
        if (examination->tallies[i].failed) {
            return true;
        }
    }
    return false;
}

/* Of a stream that is rejected as it is, nothing could be said but that: no damage to it is one that was noticed. */
static int check_base(const struct judgement *judgement, const struct examination *examination, struct hs_error *err)
{
    const struct loader_answer *answer = &judgement->reference.answer;

    if (!judgement->test->given || answer->outcome != OUTCOME_REJECTED || has_failed(examination)) {
        return 0;
    }
    return hs_fail(err, HS_NO_OFFSET, "the stream itself is rejected: %.*s; nothing to check",
                   (int)strcspn(answer->text, "\n"), answer->text);
}

/* A large stream is judged as a whole once: the damages are done to its devices, which are loaded without guest RAM. */
static int judge_damages(struct oracle *oracle, const Hardstop__Case *test, unsigned places,
                         struct judgement *judgement, struct examination *examination, struct hs_error *err)
{
    Hardstop__Case *alone = judgement->plain.out.size < ALONE_LEAST ? NULL : case_alone(test);
    int result;

    examination->alone = alone ? judgement->plain.out.size : 0;
    result = judge_sections(oracle, alone ? alone : test, places, judgement, examination, err);
    case_free(alone);
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
    examination->since = time_now();
    oracle->repeat = true;
    result = oracle_judge(oracle, test, &judgement, err);
    if (result == 0) {
        tally(examination, &judgement);
        result = check_base(&judgement, examination, err);
        if (result == 0 && !test->n_damage) {
            result = judge_damages(oracle, test, places, &judgement, examination, err);
        }
    }
    judgement_clear(&judgement);
    return result;
}

void examination_clear(struct examination *examination)
{
    for (size_t i = 0; i < examination->n_findings; i++) {
        case_free(examination->findings[i].test);
    }
    free(examination->findings);
    memset(examination, 0, sizeof(*examination));
}
