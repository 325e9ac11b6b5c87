/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The real QEMU beside itself agrees; beside one whose device lacks a feature, it does not where that is asked for. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/finding/finding.h"
#include "harness/judge/beside.h"
#include "harness/message/reflect.h"
#include "harness/setup/setup.h"
#include "spawn.h"

#define QEMU SETUP_BINARY("s390x")
#define FEATURES "virtio.subsection[virtio/64bit_features].features_64bit.guest_features"
/* VIRTIO_RING_F_EVENT_IDX, bit 29 of 64, big endian. */
#define EVENT_IDX "damage { at { section: 0 field: '" FEATURES "' } overwrite: '\\000\\000\\000\\000\\040' }"

static const char setup_text[] = "binary: '" QEMU "' machine: 's390-ccw-virtio-7.2' device: 'virtio-rng-ccw%s'";

static Hardstop__Setup *setup_with(const char *more)
{
    char *text = hs_format(setup_text, more);
    Hardstop__Setup *setup = (Hardstop__Setup *)support_message(&hardstop__setup__descriptor, text);

    free(text);
    return setup;
}

static Hardstop__Case *capture(const char *damages)
{
    Hardstop__Setup *setup = setup_with("");
    Hardstop__Case *test = support_capture(setup, CASE_KEEP_ALL), *damaged;

    case_keep_from(test, support_find(test, "virtio-rng"));
    damaged = (Hardstop__Case *)support_message(&hardstop__case__descriptor, damages);
    test->damage = damaged->damage;
    test->n_damage = damaged->n_damage;
    damaged->damage = NULL;
    damaged->n_damage = 0;
    case_free(damaged);
    reflect_free(&setup->base);
    return test;
}

static void one_qemu_agrees_with_itself(void **state)
{
    static const char *const damages[] = { "", EVENT_IDX, "damage { at { section: 0 field: 'virtio.ccw.mba' } delete: 1 }" };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        Hardstop__Case *test = capture(damages[i]);
        struct oracle oracle = { .loader = support_open(test->setup) };
        struct judgement judgement = { 0 };
        struct hs_error err;

        if (beside_open(&oracle, test->setup, TRUST_ALL, QEMU, &err) < 0 ||
            oracle_judge(&oracle, test, &judgement, &err) < 0) {
            fail_msg("%s", err.text);
        }
        assert_string_equal(judgement.beside->loader, judgement.loader);
        assert_int_equal(property_find(PROPERTY_VERSIONS)->judge(&judgement), PROPERTY_PASS);
        beside_close(&oracle);
        assert_null(oracle.beside);
        judgement_clear(&judgement);
        loader_close(oracle.loader);
        oracle_clear(&oracle);
        case_free(test);
    }
}

static void a_qemu_without_a_feature_differs(void **state)
{
    Hardstop__Case *test = capture(EVENT_IDX);
    Hardstop__Setup *other = setup_with(",event_idx=off");
    struct oracle beside = { .loader = support_open(other), .setup = other };
    struct oracle oracle = { .loader = support_open(test->setup), .beside = &beside };
    struct judgement judgement = { 0 };
    struct finding finding;

    (void)state;
    assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
    assert_true(finding_of(&judgement, &finding));
    assert_string_equal(finding.same, "versions-agree: rejected, accepted: " FEATURES);
    if (!strstr(finding.message, "differs: QEMU ") || !strstr(finding.message, " rejects it: " QEMU ": Features 0x")) {
        fail_msg("%s", finding.message);
    }
    judgement_clear(&judgement);
    loader_close(oracle.loader);
    loader_close(beside.loader);
    oracle_clear(&oracle);
    oracle_clear(&beside);
    hardstop__setup__free_unpacked(other, NULL);
    case_free(test);
}

/* The command asks the second one, too, and says what it did. */
static void the_command_names_both(void **state)
{
    char *folder = support_folder();
    Hardstop__Case *test = capture("");
    char *text = case_text(test), *path = support_write(folder, "rng.textproto", text, strlen(text));
    struct run run = spawn_run(folder, "load @/rng.textproto --beside " QEMU);

    (void)state;
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "\nbeside it, QEMU "));
    assert_non_null(strstr(run.out, "no finding\n"));
    run_clear(&run);
    run = spawn_run(folder, "load @/rng.textproto --json");
    assert_null(strstr(run.out, "beside"));
    run_clear(&run);
    free(path);
    free(text);
    case_free(test);
    support_remove(folder);
}

static void an_audit_beside_the_same_has_nothing_worse(void **state)
{
    static const char arguments[] = "audit --qemu " QEMU " --beside-qemu " QEMU " --machine s390-ccw-virtio-7.2 "
                                    "--device virtio-rng-ccw --edits delete --work @/work";
    char *folder = support_folder();
    struct run run = spawn_run(folder, arguments);

    (void)state;
    /* Without the second one, it exits with 1: not each damage is rejected. */
    if (run.status != 0 ||
        !strstr(run.out, "the newer is worse in 0, the older in 0, and 0 leave other values\nnothing is worse than ")) {
        fail_msg("status %d\n%.6000s%s", run.status, run.out, run.err);
    }
    run_clear(&run);
    support_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(one_qemu_agrees_with_itself),
        SUPPORT_TIDY(a_qemu_without_a_feature_differs),
        SUPPORT_TIDY(the_command_names_both),
        SUPPORT_TIDY(an_audit_beside_the_same_has_nothing_worse),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
