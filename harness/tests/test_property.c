/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The properties against loaders of this test's own, each with one planted defect: the properties that claim its absence
 * find it, no other does, and a good loader passes them all.
 */
#include "support.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/oracle/examine.h"
#include "proto/reflect.h"

enum defect {
    GOOD,
    ACCEPTS_ALL, /* and keeps the state it had */
    REJECTS_ALL,
    KEEPS_GARBAGE, /* accepts what is damaged, and a field is not what it was */
    SAVES_GARBAGE, /* loads right and saves another value, with an empty description */
    CRASHES,
    EXITS,
    EATS_MEMORY,
    HANGS,
    IS_UNSTABLE,
    IGNORES_SHORT_READS, /* zeros for what is missing */
    IGNORES_WHAT_FOLLOWS,
    SKIPS_CHECKS, /* accepts a section whose content it does not know */
};

struct planted {
    struct loader loader;
    enum defect defect;
    struct builder state; /* what the undamaged stream gives */
    struct builder saved;
    unsigned long loads;
};

static Hardstop__Stream *read_all(const uint8_t *bytes, size_t size)
{
    Hardstop__Stream *stream = stream_decode(bytes, size, STREAM_FOOTER, NULL);
    bool known = stream && !stream->has_rest && !stream->vmdesc;

    for (size_t i = 0; known && i < stream->n_section; i++) {
        const Hardstop__Section *section = stream->section[i];

        known = section->type == HARDSTOP__SECTION__TYPE__EOF ||
                (section->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO && !section->virtio->has_rest &&
                 !section->footer->has_section_id && section->section_id == 7 && section->instance_id == 0);
    }
    if (stream && !known) {
        hardstop__stream__free_unpacked(stream, NULL);
    }
    return known ? stream : NULL;
}

static void accept_saved(struct planted *planted, struct loader_answer *answer)
{
    answer->outcome = OUTCOME_ACCEPTED;
    answer->saved = planted->saved.data;
    answer->saved_size = planted->saved.size;
}

static void accept(struct planted *planted, const uint8_t *bytes, size_t size, struct loader_answer *answer)
{
    builder_reset(&planted->saved);
    builder_put(&planted->saved, bytes, size);
    accept_saved(planted, answer);
}

/* The byte of virtio.status, which both garbage loaders change. */
static size_t status_of(const struct builder *bytes)
{
    static const uint8_t status_isr_queue_sel[] = { 15, 1, 0, 0, 0x30 };
    uint8_t *found = memmem(bytes->data, bytes->size, status_isr_queue_sel, sizeof(status_isr_queue_sel));

    assert_non_null(found);
    return (size_t)(found - bytes->data);
}

static void load_well(struct planted *planted, const uint8_t *bytes, size_t size, struct loader_answer *answer)
{
    Hardstop__Stream *stream = read_all(bytes, size);

    if (stream) {
        accept(planted, bytes, size, answer);
        hardstop__stream__free_unpacked(stream, NULL);
    } else {
        answer->outcome = OUTCOME_REJECTED;
        answer->result = -EINVAL;
        answer->text = "error while loading state for instance 0x0 of device '/fe.0.0005/virtio-rng'\n";
    }
}

static void crash(struct loader_answer *answer, int number, const char *text)
{
    answer->outcome = OUTCOME_CRASHED;
    answer->signal = number;
    answer->exited = number == 0;
    answer->text = text;
    answer->n_frames = 1;
    strcpy(answer->frames[0].module, "qemu-system-planted");
    answer->frames[0].offset = 0x1234;
}

/* What the defective loader does with a stream that is not the undamaged one. */
static void load_damaged(struct planted *planted, const struct loader_input *input, struct loader_answer *answer)
{
    const struct builder *state = &planted->state;
    struct builder padded = { 0 };

    switch (planted->defect) {
    case ACCEPTS_ALL:
        accept(planted, state->data, state->size, answer);
        break;
    case KEEPS_GARBAGE:
        accept(planted, state->data, state->size, answer);
        planted->saved.data[status_of(state)] ^= 0x40;
        break;
    case CRASHES:
        crash(answer, SIGSEGV, "");
        break;
    case EXITS:
        crash(answer, 0, "");
        break;
    case EATS_MEMORY:
        crash(answer, SIGTRAP, "qemu: failed to allocate 2147483648 bytes\n");
        break;
    case HANGS:
        answer->outcome = OUTCOME_HUNG;
        break;
    case IS_UNSTABLE:
        load_well(planted, input->bytes, input->size, answer);
        answer->outcome = planted->loads & 1 ? OUTCOME_REJECTED : OUTCOME_CRASHED;
        break;
    case IGNORES_SHORT_READS:
        builder_put(&padded, input->bytes, input->size);
        if (input->size < state->size && memcmp(input->bytes, state->data, input->size) == 0) {
            builder_put_zeros(&padded, state->size - input->size);
            accept(planted, padded.data, padded.size, answer);
        } else {
            load_well(planted, input->bytes, input->size, answer);
        }
        builder_clear(&padded);
        break;
    case IGNORES_WHAT_FOLLOWS:
        load_well(planted, input->bytes, input->size > state->size ? state->size : input->size, answer);
        break;
    case SKIPS_CHECKS:
        accept(planted, input->bytes, input->size, answer);
        break;
    default:
        load_well(planted, input->bytes, input->size, answer);
        break;
    }
}

static int load(struct loader *loader, const struct loader_input *input, struct loader_answer *answer,
                struct hs_error *err)
{
    struct planted *planted = (struct planted *)loader;
    bool undamaged = input->size == planted->state.size &&
                     memcmp(input->bytes, planted->state.data, input->size) == 0;

    (void)err;
    memset(answer, 0, sizeof(*answer));
    answer->text = "";
    answer->section = "/fe.0.0005/virtio-rng";
    planted->loads++;
    if (!undamaged) {
        load_damaged(planted, input, answer);
    } else if (planted->defect == REJECTS_ALL) {
        answer->outcome = OUTCOME_REJECTED;
    } else {
        load_well(planted, input->bytes, input->size, answer);
        if (planted->defect == SAVES_GARBAGE) {
            planted->saved.data[status_of(&planted->saved)] ^= 0x40;
            support_put_hex(&planted->saved, "06 00000002 7b7d");
            accept_saved(planted, answer);
        }
    }
    return 0;
}

static void nothing_to_close(struct loader *loader)
{
    (void)loader;
}

static const struct loader_class planted_class = { "planted", "a loader with one defect", load, nothing_to_close };

static Hardstop__Case *build(const char *damages)
{
    Hardstop__Case *test = (Hardstop__Case *)support_message(&hardstop__case__descriptor, damages);
    struct stream_encoding encoding = { 0 };
    struct builder out = { 0 };

    support_put_section(&out, 4, 7, "/fe.0.0005/virtio-rng", 1);
    support_put_virtio(&out, support_rng_text);
    support_put_footer(&out, 7);
    support_put_hex(&out, "00");
    test->stream = stream_decode(out.data, out.size, STREAM_FOOTER, NULL);
    assert_non_null(test->stream);
    test->setup = (Hardstop__Setup *)reflect_new(&hardstop__setup__descriptor);
    stream_encode(test->stream, &encoding, NULL, NULL);
    test->has_captured = true;
    test->captured = case_stream_hash(&encoding);
    stream_encoding_clear(&encoding);
    builder_clear(&out);
    return test;
}

static void plant(struct planted *planted, enum defect defect, const Hardstop__Case *test)
{
    struct stream_encoding encoding = { 0 };

    memset(planted, 0, sizeof(*planted));
    planted->loader.class = &planted_class;
    planted->defect = defect;
    stream_encode(test->stream, &encoding, NULL, NULL);
    planted->state = encoding.out;
    encoding.out = (struct builder){ 0 };
    stream_encoding_clear(&encoding);
}

static void unplant(struct planted *planted)
{
    builder_clear(&planted->state);
    builder_clear(&planted->saved);
}

#define TRUNCATE "damage { at { section: 0 field: 'virtio.ccw.thinint_isc' } truncate { } }"
#define INSERT "damage { at { section: 0 field: 'virtio.ccw.mba' } insert: 'A' }"
#define APPEND "damage { at { offset: 4294967295 } insert: 'A' }"
#define DELETE "damage { at { section: 0 field: 'virtio.ccw.config_vector' } delete: 1 }"
#define OVERWRITE "damage { at { section: 0 field: 'virtio.ccw.revision' } overwrite: '\\000\\000' }"
#define REPEAT "damage { at { section: 0 } repeat: 1 }"
#define SURVIVES "loader-survives "
#define ANSWERS "loader-answers "
#define UNDAMAGED "undamaged-is-accepted "
#define GARBAGE "damage-is-never-garbage "
#define TRUNCATION "truncation-is-rejected "
#define EXTENSION "extension-is-rejected "
#define DELETION "deletion-is-rejected "
#define RESAVES "accepted-resaves-equal "
#define STABLE "verdict-is-stable "

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
    { GOOD, REPEAT, VERDICT_GARBAGE, "", SURVIVES ANSWERS UNDAMAGED STABLE },
    /* Of two kinds of damage at once, no single claim is made. */
    { GOOD, TRUNCATE INSERT, VERDICT_REJECTED, "", SURVIVES ANSWERS UNDAMAGED GARBAGE STABLE },
    { ACCEPTS_ALL, TRUNCATE, VERDICT_EQUAL, TRUNCATION, SURVIVES ANSWERS UNDAMAGED GARBAGE STABLE },
    { ACCEPTS_ALL, INSERT, VERDICT_EQUAL, EXTENSION, SURVIVES ANSWERS UNDAMAGED GARBAGE STABLE },
    { ACCEPTS_ALL, DELETE, VERDICT_EQUAL, DELETION, SURVIVES ANSWERS UNDAMAGED GARBAGE STABLE },
    { ACCEPTS_ALL, OVERWRITE, VERDICT_EQUAL, RESAVES, SURVIVES ANSWERS UNDAMAGED STABLE },
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
    { SKIPS_CHECKS, INSERT, VERDICT_GARBAGE, GARBAGE EXTENSION, SURVIVES ANSWERS UNDAMAGED STABLE },
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
        Hardstop__Case *test = build(cases[i].damages);
        struct judgement judgement = { 0 };
        struct planted planted;
        struct oracle oracle = { .loader = &planted.loader, .repeat = true };
        struct finding finding;
        struct hs_error err;

        plant(&planted, cases[i].defect, test);
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
        unplant(&planted);
        case_free(test);
    }
}

static void an_unstable_verdict_is_found(void **state)
{
    Hardstop__Case *test = build(TRUNCATE);
    struct judgement judgement = { 0 };
    struct planted planted;
    struct oracle oracle = { .loader = &planted.loader, .repeat = true };

    (void)state;
    plant(&planted, IS_UNSTABLE, test);
    assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
    assert_int_equal(property_find("verdict-is-stable")->judge(&judgement), PROPERTY_FAIL);
    /* Who does not look twice cannot tell. */
    oracle.repeat = false;
    assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
    assert_int_equal(property_find("verdict-is-stable")->judge(&judgement), PROPERTY_SKIP);
    judgement_clear(&judgement);
    oracle_clear(&oracle);
    unplant(&planted);
    case_free(test);
}

static int load_nothing(struct loader *loader, const struct loader_input *input, struct loader_answer *answer,
                        struct hs_error *err)
{
    (void)loader;
    (void)input;
    memset(answer, 0, sizeof(*answer));
    return hs_fail(err, HS_NO_OFFSET, "no loader today");
}

static void a_loader_that_cannot_load_gives_no_verdict(void **state)
{
    static const struct loader_class class = { "none", "cannot load", load_nothing, nothing_to_close };
    struct loader loader = { &class };
    struct oracle oracle = { .loader = &loader };
    Hardstop__Case *test = build(TRUNCATE);
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

/* Damages at many places: a good loader keeps every claim, and every claim had something to judge. */
static void an_examination_of_a_good_loader_is_clean(void **state)
{
    Hardstop__Case *test = build("");
    struct examination examination;
    struct planted planted;
    struct oracle oracle = { .loader = &planted.loader };

    (void)state;
    plant(&planted, GOOD, test);
    assert_int_equal(examine(&oracle, test, 40, &examination, NULL), 0);
    assert_int_equal(examination.judged, 1 + 40 * 3);
    for (size_t i = 0; i < examination.n; i++) {
        if (examination.tallies[i].failed || !examination.tallies[i].passed) {
            fail_msg("%s: %u pass, %u fail: %s", examination.tallies[i].property->name, examination.tallies[i].passed,
                     examination.tallies[i].failed, examination.tallies[i].first.message);
        }
    }
    examination_clear(&examination);
    oracle_clear(&oracle);
    unplant(&planted);
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
        { REJECTS_ALL, "undamaged-is-accepted", 31 },  { CRASHES, "loader-survives", 30 },
        { HANGS, "loader-answers", 30 },               { KEEPS_GARBAGE, "damage-is-never-garbage", 30 },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(found); i++) {
        Hardstop__Case *test = build("");
        struct examination examination;
        struct planted planted;
        struct oracle oracle = { .loader = &planted.loader };
        const struct examine_tally *tally = examination.tallies;

        plant(&planted, found[i].defect, test);
        assert_int_equal(examine(&oracle, test, 10, &examination, NULL), 0);
        while (strcmp(tally->property->name, found[i].property) != 0) {
            tally++;
        }
        assert_int_equal(tally->failed, found[i].failed);
        assert_string_equal(tally->first.property, found[i].property);
        assert_non_null(tally->first_case);
        examination_clear(&examination);
        oracle_clear(&oracle);
        unplant(&planted);
        case_free(test);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_defect_is_found_by_its_properties_alone),
        cmocka_unit_test(an_unstable_verdict_is_found),
        cmocka_unit_test(a_loader_that_cannot_load_gives_no_verdict),
        cmocka_unit_test(an_examination_of_a_good_loader_is_clean),
        cmocka_unit_test(an_examination_finds_the_defect),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
