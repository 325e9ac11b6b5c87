/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The properties against loaders of this test's own, each with one planted defect: the properties that claim its
 * absence find it, no other does, and a good loader passes them all.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/finding/examine.h"
#include "harness/message/reflect.h"
#include "planted.h"

#define TRUNCATE "damage { at { section: 0 field: 'virtio.ccw.thinint_isc' } truncate { } }"
#define INSERT "damage { at { section: 0 field: 'virtio.ccw.mba' } insert: 'A' }"
#define APPEND "damage { at { offset: 4294967295 } insert: 'A' }"
#define DELETE "damage { at { section: 0 field: 'virtio.ccw.config_vector' } delete: 1 }"
#define OVERWRITE "damage { at { section: 0 field: 'virtio.ccw.revision' } overwrite: '\\000\\000' }"
#define NO_SECTION "damage { at { offset: 0 } overwrite: '\\000' }"
#define REPEAT "damage { at { section: 0 } repeat: 1 }"
#define SURVIVES "loader-survives "
#define ANSWERS "loader-answers "
#define UNDAMAGED "undamaged-is-accepted "
#define GARBAGE "damage-is-never-garbage "
#define TRUNCATION "truncation-is-rejected "
#define EXTENSION "extension-is-rejected "
#define DELETION "deletion-is-rejected "
#define RESAVES "accepted-resaves-equal "
#define RANGE "out-of-range-is-rejected "
#define STABLE "verdict-is-stable "
#define USE "accepted-survives-use "
#define FORGETS "reset-forgets "
#define LEAVES "nothing-leaves "
#define TRACE "rejected-leaves-no-trace "
#define OUT_OF_RANGE "damage { at { section: 0 field: 'virtio.queue_sel' } overwrite: '\\xff\\xff' }"

#define LATER(damage) "damage { at { section: 0 field: 'virtio.num_queues' } " damage " }"
#define AT_SEL(bytes) "damage { at { section: 0 field: 'virtio.queue_sel' } overwrite: '" bytes "' }"

/* The properties that fail, and those that have something to judge and hold; all others skip. */
static const struct {
    enum defect defect;
    const char *damages;
    enum verdict verdict;
    const char *fail, *pass;
} cases[] = {
    { GOOD, "", VERDICT_EQUAL, "", SURVIVES ANSWERS UNDAMAGED RESAVES STABLE },
    { GOOD, TRUNCATE, VERDICT_REJECTED, "", SURVIVES ANSWERS UNDAMAGED GARBAGE TRUNCATION STABLE },
    { GOOD, INSERT, VERDICT_REJECTED, "", SURVIVES ANSWERS UNDAMAGED GARBAGE EXTENSION STABLE },
    { GOOD, APPEND, VERDICT_REJECTED, "", SURVIVES ANSWERS UNDAMAGED GARBAGE EXTENSION STABLE },
    { GOOD, DELETE, VERDICT_REJECTED, "", SURVIVES ANSWERS UNDAMAGED GARBAGE DELETION STABLE },
    { GOOD, OVERWRITE, VERDICT_GARBAGE, "", SURVIVES ANSWERS UNDAMAGED RESAVES STABLE },
    { GOOD, OUT_OF_RANGE, VERDICT_REJECTED, "", SURVIVES ANSWERS UNDAMAGED RANGE STABLE },
    { GOOD, REPEAT, VERDICT_GARBAGE, "", SURVIVES ANSWERS UNDAMAGED STABLE },
    /* Of two kinds of damage at once, no single claim is made. */
    { GOOD, TRUNCATE INSERT, VERDICT_REJECTED, "", SURVIVES ANSWERS UNDAMAGED GARBAGE STABLE },
    { ACCEPTS_ALL, TRUNCATE, VERDICT_EQUAL, TRUNCATION, SURVIVES ANSWERS UNDAMAGED GARBAGE STABLE },
    { ACCEPTS_ALL, INSERT, VERDICT_EQUAL, EXTENSION, SURVIVES ANSWERS UNDAMAGED GARBAGE STABLE },
    { ACCEPTS_ALL, DELETE, VERDICT_EQUAL, DELETION, SURVIVES ANSWERS UNDAMAGED GARBAGE STABLE },
    { ACCEPTS_ALL, OVERWRITE, VERDICT_EQUAL, RESAVES, SURVIVES ANSWERS UNDAMAGED STABLE },
    /* The payload is there, and was never read: it stands behind an end-of-file mark. */
    { ACCEPTS_ALL, NO_SECTION, VERDICT_EQUAL, RESAVES, SURVIVES ANSWERS UNDAMAGED STABLE },
    { REJECTS_ALL, "", VERDICT_REJECTED, UNDAMAGED, SURVIVES ANSWERS STABLE },
    { REJECTS_ALL, TRUNCATE, VERDICT_REJECTED, UNDAMAGED, SURVIVES ANSWERS STABLE },
    { KEEPS_GARBAGE, TRUNCATE, VERDICT_GARBAGE, GARBAGE TRUNCATION, SURVIVES ANSWERS UNDAMAGED STABLE },
    { KEEPS_GARBAGE, INSERT, VERDICT_GARBAGE, GARBAGE EXTENSION, SURVIVES ANSWERS UNDAMAGED STABLE },
    { KEEPS_GARBAGE, DELETE, VERDICT_GARBAGE, GARBAGE DELETION, SURVIVES ANSWERS UNDAMAGED STABLE },
    { SAVES_GARBAGE, "", VERDICT_EQUAL, RESAVES, SURVIVES ANSWERS UNDAMAGED STABLE },
    { CRASHES, TRUNCATE, VERDICT_CRASHED, SURVIVES, ANSWERS UNDAMAGED GARBAGE STABLE },
    { CRASHES, OVERWRITE, VERDICT_CRASHED, SURVIVES, ANSWERS UNDAMAGED STABLE },
    { EXITS, DELETE, VERDICT_CRASHED, SURVIVES, ANSWERS UNDAMAGED GARBAGE STABLE },
    { EATS_MEMORY, INSERT, VERDICT_CRASHED, ANSWERS, SURVIVES UNDAMAGED GARBAGE STABLE },
    { HANGS, TRUNCATE, VERDICT_HUNG, ANSWERS, SURVIVES UNDAMAGED GARBAGE STABLE },
    { IGNORES_SHORT_READS, TRUNCATE, VERDICT_GARBAGE, GARBAGE TRUNCATION, SURVIVES ANSWERS UNDAMAGED STABLE },
    { IGNORES_SHORT_READS, DELETE, VERDICT_REJECTED, "", SURVIVES ANSWERS UNDAMAGED GARBAGE DELETION STABLE },
    { IGNORES_WHAT_FOLLOWS, APPEND, VERDICT_EQUAL, EXTENSION, SURVIVES ANSWERS UNDAMAGED GARBAGE STABLE },
    { IGNORES_WHAT_FOLLOWS, TRUNCATE, VERDICT_REJECTED, "", SURVIVES ANSWERS UNDAMAGED GARBAGE TRUNCATION STABLE },
    { SKIPS_CHECKS, OUT_OF_RANGE, VERDICT_GARBAGE, RANGE, SURVIVES ANSWERS UNDAMAGED RESAVES STABLE },
    /* The last value of a range is legal, the next is not; of damage of another kind beside it no claim is made. */
    { SKIPS_CHECKS, AT_SEL("\\003\\377"), VERDICT_GARBAGE, "", SURVIVES ANSWERS UNDAMAGED RESAVES STABLE },
    { SKIPS_CHECKS, AT_SEL("\\004\\000"), VERDICT_GARBAGE, RANGE, SURVIVES ANSWERS UNDAMAGED RESAVES STABLE },
    { SKIPS_CHECKS, AT_SEL("\\004"), VERDICT_GARBAGE, RANGE, SURVIVES ANSWERS UNDAMAGED RESAVES STABLE },
    { GOOD, AT_SEL("\\004\\000"), VERDICT_REJECTED, "", SURVIVES ANSWERS UNDAMAGED RANGE STABLE },
    { GOOD, AT_SEL("\\004\\000") LATER("insert: 'A'"), VERDICT_REJECTED, "",
      SURVIVES ANSWERS UNDAMAGED GARBAGE STABLE },
    { GOOD, AT_SEL("\\004\\000") LATER("truncate { }"), VERDICT_REJECTED, "",
      SURVIVES ANSWERS UNDAMAGED GARBAGE STABLE },
    { GOOD, AT_SEL("\\004\\000") LATER("delete: 1"), VERDICT_REJECTED, "", SURVIVES ANSWERS UNDAMAGED GARBAGE STABLE },
    { SKIPS_CHECKS, INSERT, VERDICT_GARBAGE, GARBAGE EXTENSION, SURVIVES ANSWERS UNDAMAGED STABLE },
    /* What is rejected is not used; what is not done after a load finds nothing. */
    { GOOD, "poke: [KICK, RESET]", VERDICT_EQUAL, "", SURVIVES ANSWERS UNDAMAGED RESAVES STABLE USE FORGETS },
    { GOOD, "poke: [KICK, RESET] " TRUNCATE, VERDICT_REJECTED, "",
      SURVIVES ANSWERS UNDAMAGED GARBAGE TRUNCATION STABLE },
    { GOOD, "poke: KICK " OVERWRITE, VERDICT_GARBAGE, "", SURVIVES ANSWERS UNDAMAGED RESAVES STABLE USE },
    { DIES_IN_USE, "poke: KICK", VERDICT_CRASHED, USE, SURVIVES ANSWERS UNDAMAGED STABLE },
    { DIES_IN_USE, "poke: RESET", VERDICT_EQUAL, "", SURVIVES ANSWERS UNDAMAGED RESAVES STABLE USE FORGETS },
    { DIES_IN_USE, "", VERDICT_EQUAL, "", SURVIVES ANSWERS UNDAMAGED RESAVES STABLE },
    { HANGS_IN_USE, "poke: KICK", VERDICT_HUNG, USE, SURVIVES ANSWERS UNDAMAGED STABLE },
    /* What ends it is no fault of the stream. */
    { CANNOT_BE_USED, "poke: KICK", VERDICT_CRASHED, "", SURVIVES ANSWERS UNDAMAGED STABLE },
    { REMEMBERS, "poke: RESET", VERDICT_EQUAL, FORGETS, SURVIVES ANSWERS UNDAMAGED RESAVES STABLE USE },
    { REMEMBERS, "poke: KICK", VERDICT_EQUAL, "", SURVIVES ANSWERS UNDAMAGED RESAVES STABLE USE },
    { GOOD, "poke: [KICK, WATCH]", VERDICT_EQUAL, "", SURVIVES ANSWERS UNDAMAGED RESAVES STABLE USE LEAVES },
    { LEAVES_MEMORY, "poke: [KICK, WATCH]", VERDICT_EQUAL, LEAVES, SURVIVES ANSWERS UNDAMAGED RESAVES STABLE USE },
    { LEAVES_MEMORY_ONCE, "poke: WATCH", VERDICT_EQUAL, "", SURVIVES ANSWERS UNDAMAGED RESAVES STABLE USE LEAVES },
    { LEAVES_MEMORY, "poke: KICK", VERDICT_EQUAL, "", SURVIVES ANSWERS UNDAMAGED RESAVES STABLE USE },
    /* After a rejected load alone a second one is tried. */
    { GOOD, "poke: RETRY", VERDICT_EQUAL, "", SURVIVES ANSWERS UNDAMAGED RESAVES STABLE },
    { GOOD, "poke: [KICK, RETRY] " TRUNCATE, VERDICT_REJECTED, "",
      SURVIVES ANSWERS UNDAMAGED GARBAGE TRUNCATION STABLE TRACE },
    { LEAVES_A_TRACE, "poke: RETRY " TRUNCATE, VERDICT_REJECTED, TRACE,
      SURVIVES ANSWERS UNDAMAGED GARBAGE TRUNCATION STABLE },
    { LEAVES_A_TRACE, "poke: KICK " TRUNCATE, VERDICT_REJECTED, "",
      SURVIVES ANSWERS UNDAMAGED GARBAGE TRUNCATION STABLE },
    { REJECTS_ALL_THEN, "poke: RETRY " TRUNCATE, VERDICT_REJECTED, TRACE,
      SURVIVES ANSWERS UNDAMAGED GARBAGE TRUNCATION STABLE },
    { DIES_AFTER_REJECTING, "poke: RETRY " TRUNCATE, VERDICT_CRASHED, TRACE, SURVIVES ANSWERS UNDAMAGED GARBAGE STABLE },
};

static bool names(const char *list, const char *name)
{
    const char *found = strstr(list, name);

    return found && found[strlen(name)] == ' ';
}

static void each_defect_is_found_by_its_properties_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(cases); i++) {
        Hardstop__Case *test = planted_case(cases[i].damages);
        struct judgement judgement = { 0 };
        struct planted planted;
        struct oracle oracle = { .loader = &planted.loader, .repeat = true };
        struct finding finding;
        struct hs_error err;

        planted_init(&planted, cases[i].defect, test);
        assert_int_equal(oracle_judge(&oracle, test, &judgement, &err), 0);
        if (judgement.verdict != cases[i].verdict) {
            fail_msg("defect %d, %s: %s", cases[i].defect, cases[i].damages, verdict_name(judgement.verdict));
        }
        for (const struct property *property = properties; property->name; property++) {
            enum property_result result = property->judge(&judgement);
            enum property_result expected = names(cases[i].fail, property->name)   ? PROPERTY_FAIL
                                            : names(cases[i].pass, property->name) ? PROPERTY_PASS
                                                                                   : PROPERTY_SKIP;

            if (result != expected) {
                fail_msg("defect %d, %s: %s: %s", cases[i].defect, cases[i].damages, property->name,
                         property_result_name(result));
            }
        }
        assert_int_equal(finding_of(&judgement, &finding), *cases[i].fail != 0);
        judgement_clear(&judgement);
        oracle_clear(&oracle);
        planted_clear(&planted);
        case_free(test);
    }
}

/* Of a stream that somebody gave, nobody says that it is sound: that it is rejected is no finding, and no pass. */
static void a_given_stream_may_be_rejected(void **state)
{
    static const struct {
        enum defect defect;
        enum property_result undamaged, truncation, survives;
    } rows[] = {
        { GOOD, PROPERTY_PASS, PROPERTY_PASS, PROPERTY_PASS },
        { ACCEPTS_ALL, PROPERTY_PASS, PROPERTY_FAIL, PROPERTY_PASS },
        { REJECTS_ALL, PROPERTY_SKIP, PROPERTY_SKIP, PROPERTY_PASS },
        { CRASHES, PROPERTY_PASS, PROPERTY_SKIP, PROPERTY_FAIL },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        Hardstop__Case *test = planted_case(TRUNCATE);
        struct judgement judgement = { 0 };
        struct examination examination;
        struct planted planted;
        struct oracle oracle = { .loader = &planted.loader };
        struct hs_error err;

        test->has_given = test->given = true;
        planted_init(&planted, rows[i].defect, test);
        assert_int_equal(oracle_judge(&oracle, test, &judgement, &err), 0);
        assert_int_equal(property_find("undamaged-is-accepted")->judge(&judgement), rows[i].undamaged);
        assert_int_equal(property_find("truncation-is-rejected")->judge(&judgement), rows[i].truncation);
        assert_int_equal(property_find("loader-survives")->judge(&judgement), rows[i].survives);
        assert_int_equal(examine(&oracle, test, 10, &examination, &err), rows[i].defect == REJECTS_ALL ? -1 : 0);
        if (rows[i].defect == REJECTS_ALL) {
            assert_non_null(strstr(err.text, "the stream itself is rejected"));
        }
        examination_clear(&examination);
        judgement_clear(&judgement);
        oracle_clear(&oracle);
        planted_clear(&planted);
        case_free(test);
    }
}

/* A value that was not legal before says nothing of a check. */
static void what_was_illegal_is_not_judged(void **state)
{
    Hardstop__Case *test = planted_case(AT_SEL("\\004\\000"));
    struct judgement judgement = { 0 };
    struct planted planted;
    struct oracle oracle = { .loader = &planted.loader };

    (void)state;
    planted_init(&planted, SKIPS_CHECKS, test);
    assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
    assert_true(judgement.is_sound);
    assert_int_equal(property_find("out-of-range-is-rejected")->judge(&judgement), PROPERTY_FAIL);
    test->stream->section[0]->virtio->has_queue_sel = true;
    test->stream->section[0]->virtio->queue_sel = 2000;
    assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
    assert_true(judgement.is_sound);
    assert_int_equal(property_find("out-of-range-is-rejected")->judge(&judgement), PROPERTY_SKIP);
    judgement_clear(&judgement);
    oracle_clear(&oracle);
    planted_clear(&planted);
    case_free(test);
}

/* In haste the fields of garbage are not looked for; the verdict and the properties are the same. */
static void haste_leaves_out_the_fields_of_garbage(void **state)
{
    Hardstop__Case *test = planted_case(INSERT);

    (void)state;
    for (int hasty = 0; hasty < 2; hasty++) {
        struct judgement judgement = { 0 };
        struct planted planted;
        struct oracle oracle = { .loader = &planted.loader, .hasty = hasty };

        planted_init(&planted, KEEPS_GARBAGE, test);
        assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
        assert_int_equal(judgement.verdict, VERDICT_GARBAGE);
        assert_int_equal(judgement.garbage.n == 0, hasty);
        judgement_clear(&judgement);
        oracle_clear(&oracle);
        planted_clear(&planted);
    }
    case_free(test);
}

static void an_unstable_verdict_is_found(void **state)
{
    Hardstop__Case *test = planted_case(TRUNCATE);
    struct judgement judgement = { 0 };
    struct planted planted;
    struct oracle oracle = { .loader = &planted.loader, .repeat = true };

    (void)state;
    planted_init(&planted, IS_UNSTABLE, test);
    assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
    assert_int_equal(property_find("verdict-is-stable")->judge(&judgement), PROPERTY_FAIL);
    /* Who does not look twice cannot tell. */
    oracle.repeat = false;
    assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
    assert_int_equal(property_find("verdict-is-stable")->judge(&judgement), PROPERTY_SKIP);
    judgement_clear(&judgement);
    oracle_clear(&oracle);
    planted_clear(&planted);
    case_free(test);
}

static void copy_section(Hardstop__Stream *stream, Hardstop__Section__Type type)
{
    Hardstop__Section *copy = (Hardstop__Section *)reflect_clone(&stream->section[0]->base);

    copy->type = type;
    *HS_PUSH(stream->section, stream->n_section) = copy;
}

/* Of what stands behind an end-of-file mark nobody can say that it was kept, though all of it is there again. */
static void behind_a_mark_nothing_is_kept(void **state)
{
    static const Hardstop__Section__Type types[] = { HARDSTOP__SECTION__TYPE__FULL, HARDSTOP__SECTION__TYPE__EOF };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(types); i++) {
        Hardstop__Case *test = planted_case(OVERWRITE);
        struct judgement judgement = { 0 };
        struct planted planted;
        struct oracle oracle = { .loader = &planted.loader };

        stream_free_section(test->stream->section[--test->stream->n_section]);
        copy_section(test->stream, types[i]);
        copy_section(test->stream, HARDSTOP__SECTION__TYPE__FULL);
        copy_section(test->stream, HARDSTOP__SECTION__TYPE__EOF);
        planted_init(&planted, SKIPS_CHECKS, test);
        assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
        assert_int_equal(judgement.actual.answer.outcome, OUTCOME_ACCEPTED);
        assert_int_equal(property_find("accepted-resaves-equal")->judge(&judgement),
                         types[i] == HARDSTOP__SECTION__TYPE__FULL ? PROPERTY_PASS : PROPERTY_SKIP);
        judgement_clear(&judgement);
        oracle_clear(&oracle);
        planted_clear(&planted);
        case_free(test);
    }
}

/* Is what comes of a row's case left to loads in a fork? */
static bool is_left(size_t row, bool hasty)
{
    enum verdict verdict = cases[row].verdict;
    const char *pokes = cases[row].damages;
    bool is_used = strstr(pokes, "RESET") || strstr(pokes, "WATCH");

    if (verdict == VERDICT_REJECTED) {
        is_used = strstr(pokes, "RETRY");
    }
    return verdict == VERDICT_HUNG || cases[row].defect == REJECTS_ALL || is_used ||
           (verdict == VERDICT_CRASHED && !hasty);
}

/* In haste, a second stream is tried after some rejected ones alone, and some machines in use are watched. */
static bool is_sampled(size_t row, bool hasty)
{
    return hasty && (strstr(cases[row].damages, "RETRY") || strstr(cases[row].damages, "WATCH"));
}

static void settle_fast(bool hasty)
{
    for (size_t i = 0; i < HS_COUNT(cases); i++) {
        Hardstop__Case *test = planted_case(cases[i].damages);
        struct finding findings[2] = { { .signature = 0 } };
        unsigned long loads[2];

        for (int fast = 0; fast < 2 && !is_sampled(i, hasty); fast++) {
            struct judgement judgement = { 0 };
            struct planted planted;
            struct oracle oracle = { .loader = &planted.loader, .hasty = hasty, .fast = fast };

            planted_init(&planted, cases[i].defect, test);
            assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
            assert_int_equal(judgement.verdict, cases[i].verdict);
            assert_int_equal(finding_of(&judgement, &findings[fast]), *cases[i].fail != 0);
            loads[fast] = planted.loads;
            judgement_clear(&judgement);
            oracle_clear(&oracle);
            planted_clear(&planted);
        }
        if (!is_sampled(i, hasty)) {
            assert_int_equal(findings[0].signature, findings[1].signature);
            assert_int_equal(loads[1] > loads[0], is_left(i, hasty));
        }
        case_free(test);
    }
}

/* What fast loads settle has the verdict and the finding that it has without them, and what they do not is repeated. */
static void fast_loads_settle_what_is_no_crash(void **state)
{
    (void)state;
    settle_fast(false);
}

static void in_haste_they_settle_crashes_too(void **state)
{
    (void)state;
    settle_fast(true);
}

/* Of what fast loads settle, one in 256 is loaded in a fork as well: that they lie does not stay hidden. */
static void fast_loads_are_not_trusted(void **state)
{
    struct judgement judgement = { 0 };
    struct planted planted;
    struct oracle oracle = { .loader = &planted.loader, .fast = true };
    struct hs_error err = { .text = "" };
    unsigned failed = 0, judged = 0;

    (void)state;
    for (unsigned i = 0; i < 4096 && !failed; i++) {
        char damages[64];
        Hardstop__Case *test;

        snprintf(damages, sizeof(damages), "damage { insert: '\\%03o\\%03o' }", i >> 8, i & 0xff);
        test = planted_case(damages);
        if (i == 0) {
            planted_init(&planted, IS_GOOD_IN_FORKS, test);
        }
        failed += oracle_judge(&oracle, test, &judgement, &err) < 0;
        judged++;
        case_free(test);
    }
    assert_int_equal(failed, 1);
    assert_int_equal(judgement.verdict, VERDICT_UNKNOWN);
    assert_string_equal(err.text, "fast loads are not to be trusted: equal when loaded fast, and rejected when not");
    /* Two loads of the reference, one of each case, one more of that. */
    assert_int_equal(planted.loads, judged + 3);
    judgement_clear(&judgement);
    oracle_clear(&oracle);
    planted_clear(&planted);
}

/* Many cases in a row share a reference, and no other does. */
static void a_reference_is_that_of_its_case(void **state)
{
    Hardstop__Case *test = planted_case(TRUNCATE), *other = planted_case("");
    struct judgement judgement = { 0 };
    struct planted planted;
    struct oracle oracle = { .loader = &planted.loader };
    const struct record *reference = &judgement.reference;

    (void)state;
    planted_init(&planted, GOOD, test);
    other->stream->section[0]->virtio->isr = 77;
    for (unsigned i = 1; i <= 3; i++) {
        assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
        assert_int_equal(planted.loads, 1 + i);
        assert_memory_equal(reference->saved.data, planted.state.data, planted.state.size);
    }
    assert_int_equal(oracle_judge(&oracle, other, &judgement, NULL), 0);
    assert_int_equal(reference->saved.size, judgement.plain.out.size);
    assert_memory_equal(reference->saved.data, judgement.plain.out.data, judgement.plain.out.size);
    assert_memory_not_equal(reference->saved.data, planted.state.data, planted.state.size);
    judgement_clear(&judgement);
    oracle_clear(&oracle);
    planted_clear(&planted);
    case_free(test);
    case_free(other);
}

static void any_words_of_a_loader_can_be_kept(void **state)
{
    Hardstop__Case *test = planted_case("");
    char *folder = support_folder();
    struct judgement judgement = { 0 };
    struct planted planted;
    struct oracle oracle = { .loader = &planted.loader };
    struct finding finding, *read;
    struct hs_error err;
    size_t n;

    (void)state;
    planted_init(&planted, REJECTS_ALL, test);
    assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
    assert_true(finding_of(&judgement, &finding));
    assert_string_equal(finding.message, "?[31mcaf\xc3\xa9 \"quoted\\\"??");
    assert_string_equal(finding.device, "virtio??rng");
    if (finding_save(folder, &finding, test, &err) != 1) {
        fail_msg("%s", err.text);
    }
    read = finding_read_all(folder, &n, NULL);
    assert_int_equal(n, 1);
    assert_string_equal(read->message, finding.message);
    free(read);
    judgement_clear(&judgement);
    oracle_clear(&oracle);
    planted_clear(&planted);
    case_free(test);
    support_remove(folder);
}

static int load_nothing(struct loader *loader, const struct loader_input *input, struct loader_answer *answer,
                        struct hs_error *err)
{
    (void)loader;
    (void)input;
    memset(answer, 0, sizeof(*answer));
    return hs_fail(err, HS_NO_OFFSET, "no loader today");
}

static void close_nothing(struct loader *loader)
{
    (void)loader;
}

static void a_loader_that_cannot_load_gives_no_verdict(void **state)
{
    static const struct loader_class class = { .load = load_nothing, .close = close_nothing };
    struct loader loader = { &class };
    struct oracle oracle = { .loader = &loader };
    Hardstop__Case *test = planted_case(TRUNCATE);
    struct judgement judgement = { 0 };
    struct hs_error err;

    (void)state;
    assert_int_equal(oracle_judge(&oracle, test, &judgement, &err), -1);
    assert_string_equal(err.text, "no loader today");
    assert_int_equal(judgement.verdict, VERDICT_UNKNOWN);
    judgement_clear(&judgement);
    oracle_clear(&oracle);
    case_free(test);
}

static void in_haste_some_rejected_ones_are_followed_by_another(void **state)
{
    struct judgement judgement = { 0 };
    struct planted planted;
    struct oracle oracle = { .loader = &planted.loader, .hasty = true, .fast = true };
    unsigned tried = 0;

    (void)state;
    for (unsigned byte = 1; byte < 256; byte++) {
        Hardstop__Case *test = planted_case("poke: RETRY " INSERT);

        test->damage[0]->insert.data[0] = (uint8_t)byte;
        planted_init(&planted, LEAVES_A_TRACE, test);
        assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
        assert_int_equal(judgement.verdict, VERDICT_REJECTED);
        tried += judgement.was_retried && judgement.left.n;
        planted_clear(&planted);
        case_free(test);
    }
    assert_in_range(tried, 255 / LOADER_RETRIED_ONE_IN / 2, 255 / LOADER_RETRIED_ONE_IN * 2);
    judgement_clear(&judgement);
    oracle_clear(&oracle);
}

static void in_haste_those_that_are_not_watched_are_loaded_once(void **state)
{
    struct judgement judgement = { 0 };
    struct planted planted;
    struct oracle oracle = { .loader = &planted.loader, .hasty = true, .fast = true };
    unsigned watched = 0, once = 0;

    (void)state;
    for (unsigned byte = 1; byte < 256; byte++) {
        Hardstop__Case *test = planted_case("poke: WATCH " INSERT);
        unsigned long before;

        test->damage[0]->insert.data[0] = (uint8_t)byte;
        planted_init(&planted, ACCEPTS_ALL, test);
        /* The first also loads what the others are compared with. */
        assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
        before = planted.loads;
        assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
        watched += judgement.was_watched;
        once += planted.loads == before + 1;
        planted_clear(&planted);
        case_free(test);
    }
    assert_in_range(watched, 255 / LOADER_RETRIED_ONE_IN / 2, 255 / LOADER_RETRIED_ONE_IN * 2);
    assert_in_range(once, 255 - 255 / LOADER_RETRIED_ONE_IN * 2 - 255 / 64, 255);
    judgement_clear(&judgement);
    oracle_clear(&oracle);
}

/* Whose buffer it is, where a ring says so. */
static void what_leaves_is_named_by_its_ring(void **state)
{
    static const struct {
        const char *case_text, *same;
    } rows[] = {
        { "poke: WATCH", "nothing-leaves: : guest memory" },
        { "poke: WATCH ring { idstr: '/fe.0.0005/virtio-rng' split { desc { addr: 1572833 len: 31 } "
          "desc { addr: 1572864 len: 2 } } }", "nothing-leaves: virtio-rng: guest memory" },
        { "poke: WATCH ring { idstr: 'rng' packed { desc { addr: 1572800 len: 66 } } }",
          "nothing-leaves: rng: guest memory" },
        { "poke: WATCH ring { idstr: 'rng' packed { desc { addr: 1572800 len: 65 } } } ring { }",
          "nothing-leaves: : guest memory" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        Hardstop__Case *test = planted_case(rows[i].case_text);
        struct judgement judgement = { 0 };
        struct planted planted;
        struct oracle oracle = { .loader = &planted.loader };
        struct finding finding;

        planted_init(&planted, LEAVES_MEMORY, test);
        assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
        assert_int_equal(judgement.leak.n, 2);
        assert_true(finding_of(&judgement, &finding));
        assert_string_equal(finding.same, rows[i].same);
        assert_non_null(strstr(finding.message, "2 bytes of fresh host memory went to the guest's"));
        assert_non_null(strstr(finding.message, "the first at 0x180001"));
        judgement_clear(&judgement);
        oracle_clear(&oracle);
        planted_clear(&planted);
        case_free(test);
    }
}

/* A disk that is none leaves a buffer of the host's as it is, by design; asked to read as zeros, it does not. */
static void an_empty_disk_is_no_finding(void **state)
{
    static const struct {
        const char *option;
        size_t n;
    } rows[] = {
        { "driver=null-co,node-name=d0", 0 }, { "driver=null-aio,node-name=d0", 0 },
        { "driver=null-co,node-name=d0,read-zeroes=on", 2 }, { "driver=file,node-name=d0", 2 },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        Hardstop__Case *test = planted_case("poke: WATCH");
        struct judgement judgement = { 0 };
        struct planted planted;
        struct oracle oracle = { .loader = &planted.loader };

        *HS_PUSH(test->setup->option, test->setup->n_option) = hs_strdup(rows[i].option);
        planted_init(&planted, LEAVES_MEMORY, test);
        assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
        assert_true(judgement.was_watched);
        assert_int_equal(judgement.leak.n, rows[i].n);
        judgement_clear(&judgement);
        oracle_clear(&oracle);
        planted_clear(&planted);
        case_free(test);
    }
}

/* Damages at many places: a good loader keeps every claim, and every claim had something to judge. */
/* Rows with a legal range in the payload of planted_case(). */
enum { RANGES = 7 };

static void an_examination_of_a_good_loader_is_clean(void **state)
{
    Hardstop__Case *test = planted_case("poke: [KICK, RESET, RETRY, WATCH]");
    struct examination examination;
    struct planted planted, other;
    struct oracle beside = { .loader = &other.loader };
    struct oracle oracle = { .loader = &planted.loader, .beside = &beside };

    (void)state;
    planted_init(&planted, GOOD, test);
    planted_init(&other, GOOD, test);
    assert_int_equal(examine(&oracle, test, 40, &examination, NULL), 0);
    assert_int_equal(examination.judged, 1 + 40 * 3 + RANGES);
    for (size_t i = 0; i < examination.n; i++) {
        if (examination.tallies[i].failed || !examination.tallies[i].passed) {
            fail_msg("%s: %u pass, %u fail: %s", examination.tallies[i].property->name, examination.tallies[i].passed,
                     examination.tallies[i].failed, examination.tallies[i].first.message);
        }
    }
    examination_clear(&examination);
    oracle_clear(&oracle);
    oracle_clear(&beside);
    planted_clear(&planted);
    planted_clear(&other);
    case_free(test);
}

/* Loads of what is cut at the first byte of the payload, and at the last. */
struct cuts {
    struct loader loader;
    size_t payload, payload_end;
    unsigned first, last;
};

static int count_cuts(struct loader *loader, const struct loader_input *input, struct loader_answer *answer,
                      struct hs_error *err)
{
    struct cuts *cuts = (struct cuts *)loader;

    (void)err;
    memset(answer, 0, sizeof(*answer));
    answer->text = answer->section = "";
    answer->outcome = OUTCOME_REJECTED;
    cuts->first += input->size == cuts->payload;
    cuts->last += input->size == cuts->payload_end - 1;
    return 0;
}

/* However many places: from the first byte to the last. */
static void an_examination_reaches_both_ends(void **state)
{
    static const struct loader_class class = { .load = count_cuts, .close = close_nothing };

    (void)state;
    for (unsigned places = 1; places < 9; places++) {
        Hardstop__Case *test = planted_case("");
        struct stream_encoding plain = { 0 };
        struct cuts cuts = { .loader.class = &class };
        struct oracle oracle = { .loader = &cuts.loader };
        struct examination examination;

        stream_encode(test->stream, &plain, NULL, NULL);
        cuts.payload = plain.marks[0].payload;
        cuts.payload_end = plain.marks[0].payload_end;
        assert_int_equal(examine(&oracle, test, places, &examination, NULL), 0);
        /* Each load is done twice. */
        assert_int_equal(cuts.first, 2);
        assert_int_equal(cuts.last, places > 1 ? 2 : 0);
        examination_clear(&examination);
        oracle_clear(&oracle);
        stream_encoding_clear(&plain);
        case_free(test);
    }
}

/* The case that is kept of a finding of that signature, or NULL. */
static const Hardstop__Case *kept_case(const struct examination *examination, uint64_t signature)
{
    const Hardstop__Case *kept = NULL;

    for (size_t i = 0; i < examination->n_findings; i++) {
        if (examination->findings[i].finding.signature == signature) {
            assert_null(kept);
            kept = examination->findings[i].test;
        }
    }
    return kept;
}

/* What is told of a property, and the case that goes with it, are those of its first failure. */
static void the_first_failure_is_kept(void **state)
{
    Hardstop__Case *test = planted_case("");
    struct examination examination;
    struct planted planted;
    struct oracle oracle = { .loader = &planted.loader };

    (void)state;
    planted_init(&planted, CRASHES, test);
    assert_int_equal(examine(&oracle, test, 10, &examination, NULL), 0);
    for (size_t i = 0; i < examination.n; i++) {
        const struct examine_tally *tally = &examination.tallies[i];

        assert_int_equal(tally->passed + tally->failed + tally->skipped, examination.judged);
        if (strcmp(tally->property->name, "loader-survives") == 0) {
            const Hardstop__Case *kept = kept_case(&examination, tally->first.signature);

            assert_int_equal(kept->n_damage, 1);
            assert_int_equal(kept->damage[0]->kind_case, HARDSTOP__DAMAGE__KIND_TRUNCATE);
            assert_int_equal(kept->damage[0]->at->offset, 0);
        }
    }
    examination_clear(&examination);
    oracle_clear(&oracle);
    planted_clear(&planted);
    case_free(test);
}

static void an_examination_finds_the_defect(void **state)
{
    static const struct {
        enum defect defect;
        const char *property;
        unsigned failed;
    } found[] = {
        { ACCEPTS_ALL, "truncation-is-rejected", 10 }, { ACCEPTS_ALL, "deletion-is-rejected", 10 },
        { REJECTS_ALL, "undamaged-is-accepted", 31 + RANGES },
        { CRASHES, "loader-survives", 30 + RANGES },   { HANGS, "loader-answers", 30 + RANGES },
        { SKIPS_CHECKS, "out-of-range-is-rejected", RANGES },
        { KEEPS_GARBAGE, "damage-is-never-garbage", 30 },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(found); i++) {
        Hardstop__Case *test = planted_case("");
        struct examination examination;
        struct planted planted;
        struct oracle oracle = { .loader = &planted.loader };
        const struct examine_tally *tally = examination.tallies;

        planted_init(&planted, found[i].defect, test);
        assert_int_equal(examine(&oracle, test, 10, &examination, NULL), 0);
        while (strcmp(tally->property->name, found[i].property) != 0) {
            tally++;
        }
        assert_int_equal(tally->failed, found[i].failed);
        assert_string_equal(tally->first.property, found[i].property);
        assert_non_null(kept_case(&examination, tally->first.signature));
        /* A missing check of a field's range is one of each field. */
        assert_true(found[i].defect != SKIPS_CHECKS || examination.n_findings >= RANGES);
        examination_clear(&examination);
        oracle_clear(&oracle);
        planted_clear(&planted);
        case_free(test);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_defect_is_found_by_its_properties_alone),
        cmocka_unit_test(a_given_stream_may_be_rejected),
        cmocka_unit_test(what_was_illegal_is_not_judged),
        cmocka_unit_test(haste_leaves_out_the_fields_of_garbage),
        cmocka_unit_test(an_unstable_verdict_is_found),
        cmocka_unit_test(behind_a_mark_nothing_is_kept),
        cmocka_unit_test(fast_loads_settle_what_is_no_crash),
        cmocka_unit_test(in_haste_they_settle_crashes_too),
        cmocka_unit_test(in_haste_some_rejected_ones_are_followed_by_another),
        cmocka_unit_test(in_haste_those_that_are_not_watched_are_loaded_once),
        cmocka_unit_test(fast_loads_are_not_trusted),
        cmocka_unit_test(a_reference_is_that_of_its_case),
        cmocka_unit_test(any_words_of_a_loader_can_be_kept),
        cmocka_unit_test(a_loader_that_cannot_load_gives_no_verdict),
        cmocka_unit_test(what_leaves_is_named_by_its_ring),
        cmocka_unit_test(an_empty_disk_is_no_finding),
        cmocka_unit_test(an_examination_of_a_good_loader_is_clean),
        cmocka_unit_test(an_examination_reaches_both_ends),
        cmocka_unit_test(the_first_failure_is_kept),
        cmocka_unit_test(an_examination_finds_the_defect),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
