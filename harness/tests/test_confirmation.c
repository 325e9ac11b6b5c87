/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an unmodified QEMU must show for a finding to be confirmed, and all that is no confirmation. */
#include "support.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/case.h"
#include "harness/finding/confirmation.h"
#include "harness/judge/reset.h"
#include "harness/message/reflect.h"
#include "planted.h"

/* What the unmodified QEMU saved. */
enum saved {
    NOTHING,
    AS_SERVED, /* what the served one saved of the damaged stream */
    AS_UNDAMAGED,
    ANOTHER_FIELD, /* as undamaged, but for a field that the served one kept */
};

static const char insertion[] = "damage { at { section: 0 field: 'virtio.ccw.mba' } insert: 'A' }";
/* Of one that asserts: */
static const char words[] = "qemu-system-s390x: ../hw/net/x.c:12: load: Assertion `n < 5' failed.\n";
static const char other_words[] = "qemu-system-s390x: ../hw/net/x.c:12: load: Assertion `p' failed.\n";
static const char same_words_elsewhere[] =
    "qemu-system-s390x: warning: late\nqemu-system-s390x: ../hw/net/x.c:99: load: Assertion `n < 7' failed.\n";

static const struct {
    const char *name;
    enum defect defect; /* of the served QEMU */
    const char *damages;
    /* The served one's crash, where it did. */
    int signal, status;
    const char *text;
    /* The unmodified one. */
    enum outcome outcome;
    enum saved saved;
    int actual_signal, actual_status;
    const char *actual_text;
    bool confirmed;
} rows[] = {
    { "garbage", KEEPS_GARBAGE, insertion, 0, 0, "", OUTCOME_ACCEPTED, AS_SERVED, 0, -1, "", true },
    { "equal instead of garbage", KEEPS_GARBAGE, insertion, 0, 0, "", OUTCOME_ACCEPTED, AS_UNDAMAGED, 0, -1, "",
      false },
    { "another field", KEEPS_GARBAGE, insertion, 0, 0, "", OUTCOME_ACCEPTED, ANOTHER_FIELD, 0, -1, "", false },
    { "garbage that is not saved", KEEPS_GARBAGE, insertion, 0, 0, "", OUTCOME_ACCEPTED, NOTHING, 0, -1, "", false },
    { "rejected instead of garbage", KEEPS_GARBAGE, insertion, 0, 0, "", OUTCOME_REJECTED, NOTHING, 0, 1, "", false },
    { "crashed instead of garbage", KEEPS_GARBAGE, insertion, 0, 0, "", OUTCOME_CRASHED, NOTHING, SIGABRT, -1, words,
      false },
    { "hung instead of garbage", KEEPS_GARBAGE, insertion, 0, 0, "", OUTCOME_HUNG, NOTHING, 0, -1, "", false },
    { "saved otherwise", SAVES_GARBAGE, "", 0, 0, "", OUTCOME_ACCEPTED, AS_SERVED, 0, -1, "", true },
    { "saved as given instead", SAVES_GARBAGE, "", 0, 0, "", OUTCOME_ACCEPTED, AS_UNDAMAGED, 0, -1, "", false },
    { "saved otherwise elsewhere", SAVES_GARBAGE, "", 0, 0, "", OUTCOME_ACCEPTED, ANOTHER_FIELD, 0, -1, "", false },
    { "equal", ACCEPTS_ALL, insertion, 0, 0, "", OUTCOME_ACCEPTED, AS_UNDAMAGED, 0, -1, "", true },
    { "rejected instead of equal", ACCEPTS_ALL, insertion, 0, 0, "", OUTCOME_REJECTED, NOTHING, 0, 1, "", false },
    { "undamaged is rejected", REJECTS_ALL, "", 0, 0, "", OUTCOME_REJECTED, NOTHING, 0, 1, "", true },
    { "accepted instead of rejected", REJECTS_ALL, "", 0, 0, "", OUTCOME_ACCEPTED, AS_UNDAMAGED, 0, -1, "", false },
    { "hung", HANGS, insertion, 0, 0, "", OUTCOME_HUNG, NOTHING, 0, -1, "", true },
    { "rejected instead of hung", HANGS, insertion, 0, 0, "", OUTCOME_REJECTED, NOTHING, 0, 1, "", false },
    { "bad access", CRASHES, insertion, SIGSEGV, 0, "", OUTCOME_CRASHED, NOTHING, SIGSEGV, -1, "", true },
    { "another signal", CRASHES, insertion, SIGSEGV, 0, "", OUTCOME_CRASHED, NOTHING, SIGFPE, -1, "", false },
    { "exit instead of signal", CRASHES, insertion, SIGSEGV, 0, "", OUTCOME_CRASHED, NOTHING, 0, 1, "bad\n", false },
    { "assertion", CRASHES, insertion, SIGABRT, 0, words, OUTCOME_CRASHED, NOTHING, SIGABRT, -1, words, true },
    { "assertion, other numbers", CRASHES, insertion, SIGABRT, 0, words, OUTCOME_CRASHED, NOTHING, SIGABRT, -1,
      same_words_elsewhere, true },
    { "another assertion", CRASHES, insertion, SIGABRT, 0, words, OUTCOME_CRASHED, NOTHING, SIGABRT, -1, other_words,
      false },
    { "bad access instead of assertion", CRASHES, insertion, SIGABRT, 0, words, OUTCOME_CRASHED, NOTHING, SIGSEGV, -1,
      "", false },
    { "rejected instead of assertion", CRASHES, insertion, SIGABRT, 0, words, OUTCOME_REJECTED, NOTHING, 0, 1, words,
      false },
    { "exit", CRASHES, insertion, 0, 3, "qemu-system-s390x: cannot\n", OUTCOME_CRASHED, NOTHING, 0, 3,
      "qemu-system-s390x: cannot\n", true },
    { "another exit status", CRASHES, insertion, 0, 3, "qemu-system-s390x: cannot\n", OUTCOME_CRASHED, NOTHING, 0, 4,
      "qemu-system-s390x: cannot\n", false },
    { "another exit", CRASHES, insertion, 0, 3, "qemu-system-s390x: cannot\n", OUTCOME_CRASHED, NOTHING, 0, 3,
      "qemu-system-s390x: must not\n", false },
};

static void save(struct confirm_result *result, const struct builder *state)
{
    result->saved = hs_copy(state->data, state->size);
    result->saved_size = state->size;
}

/* The state of the case with a field changed that no planted loader changes. */
static void save_another(struct confirm_result *result, const Hardstop__Case *test)
{
    Hardstop__Case *copy = case_clone(test);
    struct stream_encoding encoding = { 0 };

    support_virtio(copy, "virtio-rng")->has_guest_features = true;
    support_virtio(copy, "virtio-rng")->guest_features ^= 0x10;
    stream_encode(copy->stream, &encoding, NULL, NULL);
    save(result, &encoding.out);
    stream_encoding_clear(&encoding);
    case_free(copy);
}

static void set_crash(struct loader_answer *answer, size_t i)
{
    if (rows[i].defect == CRASHES) {
        answer->signal = rows[i].signal;
        answer->exited = !rows[i].signal;
        answer->exit_status = rows[i].status;
        answer->text = rows[i].text;
    }
}

static void each_row_is_confirmed_or_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        Hardstop__Case *test = planted_case(rows[i].damages);
        struct confirm_result actual = { .outcome = rows[i].outcome, .signal = rows[i].actual_signal,
                                         .exit_status = rows[i].actual_status,
                                         .text = hs_strdup(rows[i].actual_text) };
        struct confirm_result reference = { .outcome = OUTCOME_ACCEPTED };
        struct judgement judgement = { 0 };
        struct planted planted;
        struct oracle oracle = { .loader = &planted.loader };
        struct confirmation confirmation;
        struct finding finding;

        planted_init(&planted, rows[i].defect, test);
        assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
        set_crash(&judgement.actual.answer, i);
        if (!finding_of(&judgement, &finding)) {
            fail_msg("%s: no finding", rows[i].name);
        }
        save(&reference, &planted.state);
        if (rows[i].saved == AS_SERVED) {
            save(&actual, &judgement.actual.saved);
        } else if (rows[i].saved == AS_UNDAMAGED) {
            save(&actual, &planted.state);
        } else if (rows[i].saved == ANOTHER_FIELD) {
            save_another(&actual, test);
        }
        confirmation = confirmation_of(&judgement, &actual, &reference, NULL);
        if (confirmation.confirmed != rows[i].confirmed || !*confirmation.why) {
            fail_msg("%s: %s: %s", rows[i].name, confirmation.confirmed ? "confirmed" : "not confirmed",
                     confirmation.why);
        }
        confirm_result_clear(&actual);
        confirm_result_clear(&reference);
        judgement_clear(&judgement);
        oracle_clear(&oracle);
        planted_clear(&planted);
        case_free(test);
    }
}

/* A report of the one, and of the other. */
static void a_report_is_confirmed_by_the_same_report(void **state)
{
    static const struct {
        const char *kind, *actual_kind, *actual_symbol;
        bool confirmed;
    } reports[] = {
        { "heap-buffer-overflow", "heap-buffer-overflow", "virtio_load", true },
        { "heap-buffer-overflow", "heap-use-after-free", "virtio_load", false },
        { "heap-buffer-overflow", "heap-buffer-overflow", "main", false },
        { "heap-buffer-overflow", "", "", false },
        { "", "heap-buffer-overflow", "virtio_load", false },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(reports); i++) {
        static struct judgement judgement;
        static struct confirm_result actual;
        static const struct confirm_result reference = { .outcome = OUTCOME_ACCEPTED };
        Hardstop__Case test = HARDSTOP__CASE__INIT;
        struct loader_answer *answer = &judgement.actual.answer;

        memset(&judgement, 0, sizeof(judgement));
        memset(&actual, 0, sizeof(actual));
        judgement.test = &test;
        judgement.verdict = VERDICT_CRASHED;
        answer->outcome = actual.outcome = OUTCOME_CRASHED;
        answer->text = answer->section = answer->loaded = actual.text = "";
        answer->n_frames = actual.n_frames = 1;
        answer->frames[0] = (struct loader_frame){ .symbol = "virtio_load", .in_program = true };
        actual.frames[0].in_program = true;
        strcpy(answer->report.kind, reports[i].kind);
        strcpy(actual.report.kind, reports[i].actual_kind);
        strcpy(actual.frames[0].symbol, reports[i].actual_symbol);
        answer->signal = *reports[i].kind ? 0 : SIGSEGV;
        actual.signal = *reports[i].actual_kind ? 0 : SIGSEGV;
        assert_int_equal(confirmation_of(&judgement, &actual, &reference, NULL).confirmed, reports[i].confirmed);
    }
}

/* A reset that leaves something is confirmed by one that leaves the same. */
static void what_a_reset_leaves_is_confirmed(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        Hardstop__Case *test = planted_case("poke: RESET");
        struct confirm_result actual = { .outcome = OUTCOME_ACCEPTED }, fresh[2] = { { .outcome = OUTCOME_ACCEPTED } };
        struct judgement judgement = { 0 };
        struct planted planted;
        struct oracle oracle = { .loader = &planted.loader };
        const struct loader_answer *used = &judgement.actual.answer, *other = &oracle.fresh.record.answer;
        struct confirmation confirmation;

        planted_init(&planted, REMEMBERS, test);
        assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
        assert_true(confirmation_wants_fresh(&judgement));
        fresh[0].reset = (uint8_t *)other->used;
        fresh[0].reset_size = i == 2 ? 0 : other->used_size;
        /* A field that two machines do not have alike says nothing. */
        fresh[1] = fresh[0];
        fresh[1].reset = (uint8_t *)(i == 4 ? used->used : other->used);
        actual.reset = (uint8_t *)(i == 1 ? other->used : used->used);
        actual.reset_size = i == 3 ? 0 : used->used_size;
        confirmation = confirmation_of(&judgement, &actual, &actual, fresh);
        assert_int_equal(confirmation.confirmed, i == 0);
        judgement_clear(&judgement);
        oracle_clear(&oracle);
        planted_clear(&planted);
        case_free(test);
    }
}

#define PART(name, byte) "section { section_id: 1 idstr: '" name "' instance_id: 0 version_id: 1 opaque: '" byte "' } "
#define END "section { type: EOF } "

static void encode(const char *text, struct stream_encoding *encoding)
{
    ProtobufCMessage *stream = support_message(&hardstop__stream__descriptor, text);

    stream_encode((Hardstop__Stream *)stream, encoding, NULL, NULL);
    reflect_free(stream);
}

/* What was never loaded cannot be left. */
static void what_is_behind_the_end_is_not_left(void **state)
{
    static const struct {
        const char *stream;
        size_t n;
    } given[] = { { PART("a", "1") PART("b", "9") END, 1 }, { PART("a", "1") END PART("b", "9"), 0 } };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(given); i++) {
        Hardstop__Case test = HARDSTOP__CASE__INIT;
        struct judgement judgement = { .test = &test };
        struct stream_encoding fresh = { 0 }, used = { 0 };
        struct state_comparison left = { .n = 0 };

        test.stream = (Hardstop__Stream *)support_message(&hardstop__stream__descriptor, given[i].stream);
        encode(PART("a", "0") PART("b", "0") END, &fresh);
        encode(PART("a", "0") PART("b", "9") END, &used);
        assert_true(reset_compare_states(&judgement, fresh.out.data, fresh.out.size, used.out.data, used.out.size,
                                         &left));
        assert_int_equal(left.n, given[i].n);
        stream_encoding_clear(&fresh);
        stream_encoding_clear(&used);
        stream_free(test.stream);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_is_confirmed_or_not),
        cmocka_unit_test(a_report_is_confirmed_by_the_same_report),
        cmocka_unit_test(what_a_reset_leaves_is_confirmed),
        cmocka_unit_test(what_is_behind_the_end_is_not_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
