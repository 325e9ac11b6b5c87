/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two loaders of one case: each planted defect of one of them is a disagreement, and of both none. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/finding/exported.h"
#include "harness/finding/finding.h"
#include "harness/judge/versions.h"
#include "planted.h"

#define OLD "QEMU 7.2.22"
#define NEW "QEMU 10.0.2"
#define TRUNCATE "damage { at { section: 0 field: 'virtio.ccw.thinint_isc' } truncate { } }"
#define INSERT "damage { at { section: 0 field: 'virtio.ccw.mba' } insert: 'A' }"
#define OVERWRITE "damage { at { section: 0 field: 'virtio.ccw.revision' } overwrite: '\\000\\000' }"
#define OUT_OF_RANGE "damage { at { section: 0 field: 'virtio.queue_sel' } overwrite: '\\xff\\xff' }"

/* A judgement by two planted loaders; what is asked first is `names[0]`. */
struct pair {
    Hardstop__Case *test;
    struct planted planted[2];
    struct oracle oracles[2];
    struct judgement judgement;
};

static void judge(struct pair *pair, const char *damages, const enum defect defects[2], const char *const names[2])
{
    memset(pair, 0, sizeof(*pair));
    pair->test = planted_case(damages);
    for (size_t i = 0; i < 2; i++) {
        planted_init(&pair->planted[i], defects[i], pair->test);
        pair->planted[i].name = names[i];
        pair->oracles[i].loader = &pair->planted[i].loader;
    }
    pair->oracles[0].beside = &pair->oracles[1];
    assert_int_equal(oracle_judge(&pair->oracles[0], pair->test, &pair->judgement, NULL), 0);
}

static void clear(struct pair *pair)
{
    judgement_clear(&pair->judgement);
    for (size_t i = 0; i < 2; i++) {
        oracle_clear(&pair->oracles[i]);
        planted_clear(&pair->planted[i]);
    }
    case_free(pair->test);
}

/* `same` is that of the finding: both outcomes, the older loader's first, and the place. */
static const struct {
    const char *damages;
    enum defect older, newer;
    enum versions_way way;
    const char *same;
    const char *says[2]; /* in the message, of the older one and the newer */
} rows[] = {
    { "", GOOD, GOOD, VERSIONS_AGREE, "", { "" } },
    { TRUNCATE, GOOD, GOOD, VERSIONS_AGREE, "", { "" } },
    { TRUNCATE, ACCEPTS_ALL, ACCEPTS_ALL, VERSIONS_AGREE, "", { "" } },
    { INSERT, KEEPS_GARBAGE, KEEPS_GARBAGE, VERSIONS_AGREE, "", { "" } },
    { TRUNCATE, CRASHES, CRASHES, VERSIONS_AGREE, "", { "" } },
    { "", SAVES_GARBAGE, SAVES_GARBAGE, VERSIONS_AGREE, "", { "" } },
    { TRUNCATE, GOOD, ACCEPTS_ALL, VERSIONS_REGRESSION,
      "versions-agree: rejected, accepted: virtio.ccw.thinint_isc",
      { OLD " rejects it: error while loading state", NEW " accepts it as if undamaged" } },
    { TRUNCATE, ACCEPTS_ALL, GOOD, VERSIONS_FIXED, "versions-agree: accepted, rejected: virtio.ccw.thinint_isc",
      { OLD " accepts it", NEW " rejects it" } },
    { OUT_OF_RANGE, GOOD, SKIPS_CHECKS, VERSIONS_REGRESSION, "versions-agree: rejected, accepted: virtio.queue_sel",
      { OLD " rejects it", NEW " accepts it" } },
    { INSERT, ACCEPTS_ALL, KEEPS_GARBAGE, VERSIONS_REGRESSION, "versions-agree: accepted, accepted: virtio.status",
      { OLD " accepts it as if undamaged;", NEW " accepts it with virtio-rng virtio.status" } },
    { INSERT, KEEPS_GARBAGE, ACCEPTS_ALL, VERSIONS_FIXED, "versions-agree: accepted, accepted: virtio.status",
      { OLD " accepts it with virtio-rng virtio.status", NEW " accepts it as if undamaged" } },
    { TRUNCATE, GOOD, CRASHES, VERSIONS_REGRESSION, "versions-agree: lives, crashed: crash: SIGSEGV",
      { OLD " rejects it", NEW " crashes on it" } },
    { TRUNCATE, HANGS, GOOD, VERSIONS_FIXED, "versions-agree: hung, lives: ", { OLD " hangs on it", NEW } },
    { TRUNCATE, HANGS, CRASHES, VERSIONS_REGRESSION, "versions-agree: hung, crashed: crash: SIGSEGV",
      { OLD " hangs on it", NEW " crashes on it" } },
    /* The verdict is the same, and what was not kept is not. */
    { "", GOOD, SAVES_GARBAGE, VERSIONS_REGRESSION, "versions-agree: accepted, accepted: virtio.status",
      { OLD " accepts it;", NEW " accepts it with virtio-rng virtio.status" } },
    { "", SAVES_GARBAGE, GOOD, VERSIONS_FIXED, "versions-agree: accepted, accepted: virtio.status",
      { OLD " accepts it with virtio-rng virtio.status", NEW " accepts it" } },
    /* What a QEMU has saved is to be accepted. */
    { "", GOOD, REJECTS_ALL, VERSIONS_REGRESSION, "versions-agree: accepted, rejected: ", { OLD " accepts it", NEW } },
    { "", REJECTS_ALL, GOOD, VERSIONS_FIXED, "versions-agree: rejected, accepted: ", { OLD " rejects it", NEW } },
};

static void check_finding(const struct pair *pair, size_t row)
{
    struct finding finding;

    assert_true(finding_of(&pair->judgement, &finding));
    assert_string_equal(finding.property, PROPERTY_VERSIONS);
    if (strncmp(finding.same, rows[row].same, strlen(rows[row].same)) != 0) {
        fail_msg("row %zu: %s", row, finding.same);
    }
    for (size_t i = 0; i < 2; i++) {
        if (!strstr(finding.message, rows[row].says[i])) {
            fail_msg("row %zu: %s", row, finding.message);
        }
    }
    assert_null(strstr(finding.same, "22"));
    assert_memory_equal(finding.message, versions_way_name(rows[row].way), strlen(versions_way_name(rows[row].way)));
}

/* Whichever is asked first, it is the same finding. */
static void a_defect_of_one_of_them_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * HS_COUNT(rows); i++) {
        size_t row = i / 2, older = i % 2;
        enum defect defects[2];
        const char *names[2];
        struct versions versions;
        struct pair pair;

        defects[older] = rows[row].older;
        defects[!older] = rows[row].newer;
        names[older] = OLD;
        names[!older] = NEW;
        judge(&pair, rows[row].damages, defects, names);
        assert_true(versions_compare(&pair.judgement, &versions));
        if (versions.way != rows[row].way) {
            fail_msg("row %zu: %s", row, versions_way_name(versions.way));
        }
        assert_string_equal(versions.older->loader, OLD);
        assert_int_equal(property_find(PROPERTY_VERSIONS)->judge(&pair.judgement),
                         rows[row].way == VERSIONS_AGREE ? PROPERTY_PASS : PROPERTY_FAIL);
        if (rows[row].way != VERSIONS_AGREE) {
            check_finding(&pair, row);
        }
        clear(&pair);
    }
}

/* Of one version, nobody can say which is the regression. */
static void one_version_is_neither_older_nor_newer(void **state)
{
    static const char *const names[2] = { NEW, NEW };
    char same[2][512];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct versions versions;
        struct finding finding;
        struct pair pair;

        judge(&pair, TRUNCATE, (enum defect[2]){ i ? GOOD : CRASHES, i ? CRASHES : GOOD }, names);
        assert_true(versions_compare(&pair.judgement, &versions));
        assert_int_equal(versions.way, VERSIONS_DIFFER);
        assert_true(finding_of(&pair.judgement, &finding));
        snprintf(same[i], sizeof(same[i]), "%s", finding.same);
        clear(&pair);
    }
    assert_string_equal(same[0], same[1]);
}

/* Without a second one, or where they differ on the undamaged stream already, there is nothing to say. */
static void no_second_loader_is_no_finding(void **state)
{
    static const char *const names[2] = { OLD, NEW };
    struct versions versions;
    struct pair pair;

    (void)state;
    judge(&pair, TRUNCATE, (enum defect[2]){ ACCEPTS_ALL, GOOD }, names);
    assert_non_null(pair.judgement.beside);
    assert_int_equal(pair.oracles[0].loads, 4);
    pair.oracles[0].beside = NULL;
    assert_int_equal(oracle_judge(&pair.oracles[0], pair.test, &pair.judgement, NULL), 0);
    assert_null(pair.judgement.beside);
    assert_false(versions_compare(&pair.judgement, &versions));
    assert_int_equal(property_find(PROPERTY_VERSIONS)->judge(&pair.judgement), PROPERTY_SKIP);
    clear(&pair);

    judge(&pair, TRUNCATE, (enum defect[2]){ ACCEPTS_ALL, REJECTS_ALL }, names);
    assert_int_equal(property_find(PROPERTY_VERSIONS)->judge(&pair.judgement), PROPERTY_SKIP);
    clear(&pair);
}

/* What an index is checked against is the firmware's, unless the case says what guest memory holds. */
static void firmware_is_no_difference(void **state)
{
    static const char *const says[] = {
        "q: VQ 1 size 0x8 Guest index 0x1421 inconsistent with Host index 0x0: delta 0x1421\n",
        "q: VQ 1 size 0x8 < last_avail_idx 0x0 - used_idx 0x1000\n",
    };
    Hardstop__GuestMemory memory = HARDSTOP__GUEST_MEMORY__INIT, *memories[] = { &memory };

    (void)state;
    for (size_t i = 0; i < 2 * HS_COUNT(says); i++) {
        struct pair pair;
        struct versions versions;
        struct judgement *one;

        judge(&pair, TRUNCATE, (enum defect[2]){ ACCEPTS_ALL, GOOD }, (const char *const[2]){ OLD, NEW });
        one = i % 2 ? pair.judgement.beside : &pair.judgement;
        assert_true(versions_compare(&pair.judgement, &versions));
        one->actual.answer.text = says[i / 2];
        assert_false(versions_compare(&pair.judgement, &versions));
        pair.test->n_memory = 1;
        pair.test->memory = memories;
        pair.judgement.elsewhere.n_memory = 1;
        assert_true(versions_compare(&pair.judgement, &versions));
        pair.test->n_memory = 0;
        pair.test->memory = NULL;
        clear(&pair);
    }
}

/* Of two that differ, what one of them breaks alone is told, of the first if it does. */
static void a_test_is_of_one_of_two(void **state)
{
    static const struct {
        const char *damages, *property; /* NULL: neither breaks one */
        enum defect defects[2];
        size_t which;
    } cases[] = {
        { TRUNCATE, "truncation-is-rejected", { ACCEPTS_ALL, GOOD }, 0 },
        { TRUNCATE, "truncation-is-rejected", { GOOD, ACCEPTS_ALL }, 1 },
        { TRUNCATE, "loader-answers", { HANGS, CRASHES }, 0 },
        { OVERWRITE, NULL, { GOOD, GOOD }, 0 },
    };
    static const char *const names[] = { NEW, OLD };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(cases); i++) {
        struct judgement alone;
        const struct judgement *chosen;
        struct finding finding;
        struct hs_error err;
        struct pair pair;

        judge(&pair, cases[i].damages, cases[i].defects, names);
        if (!cases[i].property) {
            pair.judgement.beside->verdict = VERDICT_REJECTED;
            pair.judgement.beside->actual.answer.outcome = OUTCOME_REJECTED;
        }
        assert_true(finding_of(&pair.judgement, &finding));
        assert_string_equal(finding.property, PROPERTY_VERSIONS);
        chosen = exported_judgement(&pair.judgement, &alone, &err);
        if (cases[i].property) {
            assert_ptr_equal(chosen, &alone);
            assert_true(finding_of(chosen, &finding));
            assert_string_equal(finding.property, cases[i].property);
            assert_string_equal(chosen->loader, names[cases[i].which]);
        } else {
            assert_null(chosen);
            assert_non_null(strstr(err.text, "neither " NEW " nor " OLD " breaks a property alone"));
        }
        judgement_drop_beside(&pair.judgement);
        assert_ptr_equal(exported_judgement(&pair.judgement, &alone, &err), &pair.judgement);
        clear(&pair);
    }
}

static void what_nobody_reads_is_no_difference(void **state)
{
    static const enum state_what whats[] = { STATE_UNREAD, STATE_FIELD };

    (void)state;
    for (size_t i = 0; i < 2 * HS_COUNT(whats); i++) {
        struct pair pair;
        struct versions versions;
        struct judgement *one;

        judge(&pair, "", (enum defect[2]){ GOOD, GOOD }, (const char *const[2]){ OLD, NEW });
        one = i % 2 ? pair.judgement.beside : &pair.judgement;
        pair.judgement.has_resave = pair.judgement.beside->has_resave = true;
        one->resave.n = 1;
        one->resave.differences[0].what = whats[i / 2];
        assert_true(versions_compare(&pair.judgement, &versions));
        assert_int_equal(versions.way == VERSIONS_AGREE, whats[i / 2] == STATE_UNREAD);
        clear(&pair);
    }
}

static void versions_are_numbers(void **state)
{
    (void)state;
    assert_true(versions_order("QEMU 7.2.22", "QEMU 10.0.2") < 0);
    assert_true(versions_order("QEMU 10.0.13", "QEMU 10.0.2") > 0);
    assert_int_equal(versions_order("QEMU 10.0.2", "QEMU 10.0.2"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_defect_of_one_of_them_is_found),
        cmocka_unit_test(one_version_is_neither_older_nor_newer),
        cmocka_unit_test(no_second_loader_is_no_finding),
        cmocka_unit_test(firmware_is_no_difference),
        cmocka_unit_test(what_nobody_reads_is_no_difference),
        cmocka_unit_test(a_test_is_of_one_of_two),
        cmocka_unit_test(versions_are_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
