/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The suite must fail when a part of it is defective: each claim here is checked twice, with the part as it is, when it
 * must hold, and with one that has a planted defect, when it must not.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/case/hints.h"
#include "harness/base/check.h"
#include "harness/finding/examine.h"
#include "harness/finding/known.h"
#include "planted.h"
#include "harness/judge/state_bytes.h"
#include "harness/message/mutate.h"
#include "harness/message/reflect.h"

#define TRUNCATE "damage { at { section: 0 field: 'virtio.ccw.thinint_isc' } truncate { } }"
#define INSERT "damage { at { section: 0 field: 'virtio.ccw.mba' } insert: 'A' }"
#define DELETE "damage { at { section: 0 field: 'virtio.ccw.config_vector' } delete: 1 }"

enum { MUTATIONS = 3000, FINDINGS = 7 };

/* The parts that a defect can be planted in; what is NULL or zero is the real one. */
struct parts {
    bool (*mutate)(ProtobufCMessage *msg, const struct mutate_options *options, struct random *random);
    enum property_result (*judge)(const struct judgement *judgement);
    Hardstop__Stream *(*decode)(const uint8_t *data, size_t size, enum stream_framing framing, struct hs_error *err);
    bool (*compare)(const struct state_bytes *left, const ProtobufCBinaryData *names, const struct state_bytes *right,
                    enum state_scope scope, struct state_comparison *comparison);
    int (*save)(const char *folder, const struct finding *finding, const Hardstop__Case *test, struct hs_error *err);
    enum defect loader;
};

struct planting {
    const char *defect;
    bool (*claim)(const struct parts *parts, const char *what);
    struct parts parts;
    const char *what; /* of the claim: a property */
};

/* The mutator. */

static size_t count_elements(const Hardstop__Case *test)
{
    size_t n = test->n_damage + test->n_memory + (test->stream ? test->stream->n_section : 0);

    for (size_t i = 0; test->stream && i < test->stream->n_section; i++) {
        const Hardstop__Section *section = test->stream->section[i];

        if (section->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO) {
            n += section->virtio->n_queue + section->virtio->n_subsection;
        }
    }
    return n;
}

/* How often mutations of a case made its lists longer, shorter, and changed what is frozen. */
struct tally {
    unsigned longer, shorter, thawed;
};

static struct tally mutate_often(const struct parts *parts)
{
    struct mutate_options options = { .hints = &case_hints, .max_size = 1 << 20 };
    struct tally tally = { 0 };
    Hardstop__Case *test = planted_case("");
    struct random random;

    random_init(&random, 1);
    for (int i = 0; i < MUTATIONS; i++) {
        Hardstop__Case *mutant = case_clone(test);

        (parts->mutate ? parts->mutate : mutate_step)(&mutant->base, &options, &random);
        tally.longer += count_elements(mutant) > count_elements(test);
        tally.shorter += count_elements(mutant) < count_elements(test);
        tally.thawed += !mutant->setup || !reflect_equal(&mutant->setup->base, &test->setup->base) ||
                        mutant->captured != test->captured;
        case_free(mutant);
    }
    case_free(test);
    return tally;
}

static bool mutations_change_counts(const struct parts *parts, const char *what)
{
    struct tally tally = mutate_often(parts);

    (void)what;
    return tally.longer && tally.shorter;
}

static bool mutations_heed_hints(const struct parts *parts, const char *what)
{
    (void)what;
    return mutate_often(parts).thawed == 0;
}

static bool mutate_without_counts(ProtobufCMessage *msg, const struct mutate_options *options, struct random *random)
{
    Hardstop__Case *test = (Hardstop__Case *)msg, *mutant = case_clone(test);
    bool done = mutate_step(&mutant->base, options, random);

    if (count_elements(mutant) == count_elements(test)) {
        Hardstop__Case hold = *test;

        *test = *mutant;
        *mutant = hold;
    }
    case_free(mutant);
    return done;
}

static bool mutate_without_hints(ProtobufCMessage *msg, const struct mutate_options *options, struct random *random)
{
    struct mutate_options blind = *options;

    blind.hints = NULL;
    return mutate_step(msg, &blind, random);
}

/* Properties, each with a loader and a damage under which it does not hold. */

#define OUT_OF_RANGE "damage { at { section: 0 field: 'virtio.queue_sel' } overwrite: '\\xff\\xff' }"

static const struct {
    const char *property;
    enum defect loader;
    const char *damages;
} broken[] = {
    { "loader-survives", CRASHES, TRUNCATE },
    { "loader-answers", HANGS, TRUNCATE },
    { "undamaged-is-accepted", REJECTS_ALL, "" },
    { "damage-is-never-garbage", KEEPS_GARBAGE, INSERT },
    { "truncation-is-rejected", ACCEPTS_ALL, TRUNCATE },
    { "extension-is-rejected", ACCEPTS_ALL, INSERT },
    { "deletion-is-rejected", ACCEPTS_ALL, DELETE },
    { "accepted-resaves-equal", SAVES_GARBAGE, "" },
    { "out-of-range-is-rejected", SKIPS_CHECKS, OUT_OF_RANGE },
    { "verdict-is-stable", IS_UNSTABLE, TRUNCATE },
    { "accepted-survives-use", DIES_IN_USE, "poke: KICK" },
    { PROPERTY_RESET, REMEMBERS, "poke: RESET" },
    { PROPERTY_WATCH, LEAVES_MEMORY, "poke: WATCH" },
    { PROPERTY_RETRY, LEAVES_A_TRACE, "poke: RETRY " TRUNCATE },
    { PROPERTY_VERSIONS, ACCEPTS_ALL, TRUNCATE },
};

static bool property_fails_when_it_should(const struct parts *parts, const char *what)
{
    enum property_result result = PROPERTY_SKIP;

    for (size_t i = 0; i < HS_COUNT(broken); i++) {
        Hardstop__Case *test = strcmp(broken[i].property, what) == 0 ? planted_case(broken[i].damages) : NULL;
        struct judgement judgement = { 0 };
        struct planted planted, good;
        struct oracle beside = { .loader = &good.loader };
        struct oracle oracle = { .loader = &planted.loader, .repeat = true, .beside = &beside };

        if (test) {
            planted_init(&planted, broken[i].loader, test);
            planted_init(&good, GOOD, test);
            assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
            result = (parts->judge ? parts->judge : property_find(what)->judge)(&judgement);
            judgement_clear(&judgement);
            oracle_clear(&oracle);
            oracle_clear(&beside);
            planted_clear(&planted);
            planted_clear(&good);
            case_free(test);
        }
    }
    return result == PROPERTY_FAIL;
}

static enum property_result always_pass(const struct judgement *judgement)
{
    (void)judgement;
    return PROPERTY_PASS;
}

static enum property_result always_skip(const struct judgement *judgement)
{
    (void)judgement;
    return PROPERTY_SKIP;
}

/* Loaders. */

/*
 * An examination is clean, and every property had something to judge.  The loader beside has the same defect, so that
 * another property than that they agree has to find it.
 */
static bool loader_keeps_every_property(const struct parts *parts, const char *what)
{
    Hardstop__Case *test = planted_case("poke: [KICK, RESET, RETRY, WATCH]");
    struct examination examination;
    struct planted planted, twin;
    struct oracle beside = { .loader = &twin.loader };
    struct oracle oracle = { .loader = &planted.loader, .beside = &beside };
    bool clean = true;

    (void)what;
    planted_init(&planted, parts->loader, test);
    planted_init(&twin, parts->loader, test);
    assert_int_equal(examine(&oracle, test, 40, &examination, NULL), 0);
    for (size_t i = 0; i < examination.n; i++) {
        clean = clean && examination.tallies[i].passed && !examination.tallies[i].failed;
    }
    examination_clear(&examination);
    oracle_clear(&oracle);
    oracle_clear(&beside);
    planted_clear(&planted);
    planted_clear(&twin);
    case_free(test);
    return clean;
}

/* Behind the end of the stream, where an examination of one section does not look. */
static bool loader_rejects_what_follows(const struct parts *parts, const char *what)
{
    Hardstop__Case *test = planted_case("damage { at { offset: 4294967295 } insert: 'A' }");
    struct judgement judgement = { 0 };
    struct planted planted;
    struct oracle oracle = { .loader = &planted.loader };
    bool rejects;

    planted_init(&planted, parts->loader, test);
    assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
    rejects = property_find(what)->judge(&judgement) == PROPERTY_PASS;
    judgement_clear(&judgement);
    oracle_clear(&oracle);
    planted_clear(&planted);
    case_free(test);
    return rejects;
}

/* What the oracle looks with. */

/* A byte that differs, anywhere in a payload, is a difference in the field that holds it. */
static bool comparison_sees_every_field(const struct parts *parts, const char *what)
{
    Hardstop__Case *test = planted_case("");
    struct builder saved = { 0 };
    size_t missed = 0, seen = 0;
    struct map map;

    (void)what;
    map_init(&map, test->stream, NULL);
    builder_put(&saved, map.encoding.out.data, map.encoding.out.size);
    for (size_t i = 0; i < map.n; i++) {
        const struct map_entry *entry = &map.entries[i];
        struct state_comparison comparison = { .n = 0 };

        /* A count or a name that changes makes another payload, or none. */
        if (!map_is_payload(entry) || !entry->field || entry->field->kind != FIELD_UINT || strchr(entry->path, '[')) {
            continue;
        }
        saved.data[entry->offset + entry->size - 1] ^= 0x40;
        (parts->compare ? parts->compare : state_compare_bytes)(
            &(struct state_bytes){ map.encoding.out.data, saved.size, STREAM_ANY }, NULL,
            &(struct state_bytes){ saved.data, saved.size, STREAM_ANY }, STATE_GIVEN, &comparison);
        saved.data[entry->offset + entry->size - 1] ^= 0x40;
        missed += comparison.n != 1 || strcmp(comparison.differences[0].path, entry->path) != 0;
        seen++;
    }
    assert_true(seen > 40);
    builder_clear(&saved);
    map_clear(&map);
    case_free(test);
    return missed == 0;
}

static bool compare_without_isr(const struct state_bytes *left, const ProtobufCBinaryData *names,
                                const struct state_bytes *right, enum state_scope scope,
                                struct state_comparison *comparison)
{
    bool done = state_compare_bytes(left, names, right, scope, comparison);

    if (comparison->n == 1 && strcmp(comparison->differences[0].path, "virtio.isr") == 0) {
        comparison->n = 0;
    }
    return done;
}

/* What is decoded and encoded again is the same, where every kind of unknown bytes is in it. */
static bool unknown_bytes_come_back(const struct parts *parts, const char *what)
{
    struct builder given = { 0 };
    struct stream_encoding again = { 0 };
    Hardstop__Stream *stream;
    bool same;

    (void)what;
    support_put_section(&given, 4, 7, "/fe.0.0005/virtio-rng", 1);
    support_put_virtio(&given, support_rng_text);
    support_put_hex(&given, "c0ffee");
    support_put_footer(&given, 7);
    support_put_section(&given, 4, 8, "nobody-knows", 1);
    support_put_hex(&given, "0badcafe");
    support_put_footer(&given, 8);
    support_put_hex(&given, "00 deadbeef");
    stream = (parts->decode ? parts->decode : stream_decode)(given.data, given.size, STREAM_FOOTER, NULL);
    assert_non_null(stream);
    stream_encode(stream, &again, NULL, NULL);
    same = again.out.size == given.size && memcmp(again.out.data, given.data, given.size) == 0;
    hardstop__stream__free_unpacked(stream, NULL);
    stream_encoding_clear(&again);
    builder_clear(&given);
    return same;
}

static Hardstop__Stream *decode_without_rest(const uint8_t *data, size_t size, enum stream_framing framing,
                                             struct hs_error *err)
{
    Hardstop__Stream *stream = stream_decode(data, size, framing, err);

    if (stream) {
        stream->rest.len = 0;
    }
    return stream;
}

static Hardstop__Stream *decode_without_opaque(const uint8_t *data, size_t size, enum stream_framing framing,
                                               struct hs_error *err)
{
    Hardstop__Stream *stream = stream_decode(data, size, framing, err);

    for (size_t i = 0; stream && i < stream->n_section; i++) {
        if (stream->section[i]->payload_case == HARDSTOP__SECTION__PAYLOAD_OPAQUE) {
            stream->section[i]->opaque.len = 0;
        }
    }
    return stream;
}

/* Findings. */

static bool each_finding_is_kept(const struct parts *parts, const char *what)
{
    char *folder = support_folder();
    Hardstop__Case *test = planted_case("");
    struct finding *read;
    size_t n;

    (void)what;
    for (unsigned i = 1; i <= FINDINGS; i++) {
        struct finding finding = { .verdict = VERDICT_CRASHED, .signature = i * UINT64_C(0x9e3779b97f4a7c15) };

        (parts->save ? parts->save : finding_save)(folder, &finding, test, NULL);
    }
    read = finding_read_all(folder, &n, NULL);
    free(read);
    case_free(test);
    support_remove(folder);
    return n == FINDINGS;
}

static int save_all_but_one(const char *folder, const struct finding *finding, const Hardstop__Case *test,
                            struct hs_error *err)
{
    return finding->signature == 3 * UINT64_C(0x9e3779b97f4a7c15) ? 1 : finding_save(folder, finding, test, err);
}

static struct finding judge_truncated(enum defect defect, struct known_line *line, enum known_state *now)
{
    Hardstop__Case *test = planted_case(TRUNCATE);
    struct judgement judgement = { 0 };
    struct planted planted;
    struct oracle oracle = { .loader = &planted.loader };
    struct finding finding = { .property = "" };
    char words[640];

    planted_init(&planted, defect, test);
    assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
    finding_of(&judgement, &finding);
    *now = known_compare(line, &judgement, NULL, words, sizeof(words));
    judgement_clear(&judgement);
    oracle_clear(&oracle);
    planted_clear(&planted);
    case_free(test);
    return finding;
}

/* A line written when truncation crashed the loader, and a loader that does so still, unless another is planted. */
static bool known_line_holds(const struct parts *parts, const char *what)
{
    struct known_line line = { .verdict = VERDICT_CRASHED, .property = "loader-survives" };
    enum known_state now;

    (void)what;
    line.signature = judge_truncated(CRASHES, &line, &now).signature;
    assert_int_equal(now, KNOWN_CHANGED);
    judge_truncated(parts->loader ? parts->loader : CRASHES, &line, &now);
    return now == KNOWN_HOLDS;
}

#define PROPERTY(name)                                                                                        \
    { "always passes: " name, property_fails_when_it_should, { .judge = always_pass }, name },                \
    { "always skips: " name, property_fails_when_it_should, { .judge = always_skip }, name }

static const struct planting plantings[] = {
    { "mutator never changes a count", mutations_change_counts, { .mutate = mutate_without_counts }, NULL },
    { "mutator ignores its hints", mutations_heed_hints, { .mutate = mutate_without_hints }, NULL },
    PROPERTY("loader-survives"),
    PROPERTY("loader-answers"),
    PROPERTY("undamaged-is-accepted"),
    PROPERTY("damage-is-never-garbage"),
    PROPERTY("truncation-is-rejected"),
    PROPERTY("extension-is-rejected"),
    PROPERTY("deletion-is-rejected"),
    PROPERTY("accepted-resaves-equal"),
    PROPERTY("out-of-range-is-rejected"),
    PROPERTY("verdict-is-stable"),
    PROPERTY("accepted-survives-use"),
    PROPERTY(PROPERTY_RESET),
    PROPERTY(PROPERTY_RETRY),
    PROPERTY(PROPERTY_WATCH),
    PROPERTY(PROPERTY_VERSIONS),
    { "loader ignores a short read", loader_keeps_every_property, { .loader = IGNORES_SHORT_READS }, NULL },
    { "loader accepts everything", loader_keeps_every_property, { .loader = ACCEPTS_ALL }, NULL },
    { "loader rejects everything", loader_keeps_every_property, { .loader = REJECTS_ALL }, NULL },
    { "loader ignores trailing bytes", loader_rejects_what_follows, { .loader = IGNORES_WHAT_FOLLOWS },
      "extension-is-rejected" },
    { "loader skips a range check", loader_keeps_every_property, { .loader = SKIPS_CHECKS }, NULL },
    { "loader hangs", loader_keeps_every_property, { .loader = HANGS }, NULL },
    { "loader crashes", loader_keeps_every_property, { .loader = CRASHES }, NULL },
    { "loader eats memory", loader_keeps_every_property, { .loader = EATS_MEMORY }, NULL },
    { "loader crashes when it is used", loader_keeps_every_property, { .loader = DIES_IN_USE }, NULL },
    { "loader hangs when it is used", loader_keeps_every_property, { .loader = HANGS_IN_USE }, NULL },
    { "loader remembers over a reset", loader_keeps_every_property, { .loader = REMEMBERS }, NULL },
    { "loader gives host memory away", loader_keeps_every_property, { .loader = LEAVES_MEMORY }, NULL },
    { "loader remembers what it rejected", loader_keeps_every_property, { .loader = LEAVES_A_TRACE }, NULL },
    { "loader keeps garbage", loader_keeps_every_property, { .loader = KEEPS_GARBAGE }, NULL },
    { "loader answers differently the second time", loader_keeps_every_property, { .loader = IS_UNSTABLE }, NULL },
    { "state comparison ignores a field", comparison_sees_every_field, { .compare = compare_without_isr }, NULL },
    { "decoder drops what is behind the end", unknown_bytes_come_back, { .decode = decode_without_rest }, NULL },
    { "decoder drops an unknown payload", unknown_bytes_come_back, { .decode = decode_without_opaque }, NULL },
    { "finding store loses one", each_finding_is_kept, { .save = save_all_but_one }, NULL },
    { "known line is fixed", known_line_holds, { .loader = ACCEPTS_ALL }, NULL },
    { "known line shows another property", known_line_holds, { .loader = EATS_MEMORY }, NULL },
    { "known line shows another verdict", known_line_holds, { .loader = HANGS }, NULL },
    { "known line crashes in another way", known_line_holds, { .loader = EXITS }, NULL },
};

static void is_caught(void **state)
{
    const struct planting *planting = *state;
    const struct parts real = { 0 };

    if (!planting->claim(&real, planting->what)) {
        fail_msg("the claim does not hold without the defect \"%s\"", planting->defect);
    }
    if (planting->claim(&planting->parts, planting->what)) {
        fail_msg("nothing catches the defect \"%s\"", planting->defect);
    }
}

static void every_property_is_planted(void **state)
{
    (void)state;
    for (const struct property *property = properties; property->name; property++) {
        unsigned times = 0;

        for (size_t i = 0; i < HS_COUNT(plantings); i++) {
            times += plantings[i].claim == property_fails_when_it_should &&
                     strcmp(plantings[i].what, property->name) == 0;
        }
        if (times != 2) {
            fail_msg("%s is planted %u times", property->name, times);
        }
    }
}

int main(void)
{
    struct CMUnitTest tests[HS_COUNT(plantings) + 1] = { cmocka_unit_test(every_property_is_planted) };

    for (size_t i = 0; i < HS_COUNT(plantings); i++) {
        tests[i + 1] = (struct CMUnitTest){ .name = plantings[i].defect, .test_func = is_caught,
                                            .initial_state = (void *)(uintptr_t)&plantings[i] };
    }
    return cmocka_run_group_tests_name("planted", tests, NULL, NULL);
}
