/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QEMU that is not entered answers as one that is, but slowly, which is said. */
#include "spawn.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/loader/open.h"
#include "harness/loader/qemu/elf.h"
#include "harness/loader/qemu/slow.h"

static struct loader *open_closed(const Hardstop__Setup *setup)
{
    struct loader_options options = { .preload = support_beside("libclosed-preload.so") };
    struct hs_error err = { .text = "" };
    struct loader *loader = loader_open(setup, TRUST_ALL, &options, &err);

    if (!loader) {
        fail_msg("%s", err.text);
    }
    free((char *)options.preload);
    assert_true(slow_is(loader));
    return loader;
}

/* Both answers, of which only the number of a rejection and the stack of a crash may differ. */
static void compare(const Hardstop__Case *test, enum outcome outcome)
{
    struct loader *entered = support_open(test->setup), *closed = open_closed(test->setup);
    struct loader_answer fast, slow;
    uint8_t *saved;

    assert_false(slow_is(entered));
    assert_string_equal(loader_name(closed), loader_name(entered));
    support_load(entered, test, 0, &fast);
    support_load(closed, test, 0, &slow);
    if (slow.outcome != outcome || fast.outcome != outcome) {
        fail_msg("%s slowly, %s else: %s", outcome_name(slow.outcome), outcome_name(fast.outcome), slow.text);
    }
    assert_int_equal(slow.signal, fast.signal);
    assert_int_equal(slow.exited, fast.exited);
    assert_string_equal(slow.section, fast.section);
    assert_string_equal(slow.loaded, fast.loaded);
    assert_int_equal(slow.n_frames, 0);
    assert_null(strstr(slow.text, "qemu_loadvm_state_section"));
    if (outcome == OUTCOME_ACCEPTED) {
        /* Both begin with the first section of a device. */
        assert_true(slow.saved_size > 1000);
        assert_int_equal(slow.saved[0], HARDSTOP__SECTION__TYPE__FULL);
        assert_int_equal(slow.saved_size, fast.saved_size);
        /* Its clocks, too, are the same each time. */
        saved = hs_copy(slow.saved, slow.saved_size);
        support_load(closed, test, 0, &slow);
        assert_int_equal(slow.saved_size, fast.saved_size);
        assert_memory_equal(slow.saved, saved, slow.saved_size);
        free(saved);
    }
    loader_close(closed);
    loader_close(entered);
}

static void it_answers_as_one_that_is_entered(void **state)
{
    static const char *const transports[] = { "ccw", "pci" };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(transports); i++) {
        Hardstop__Case *test = support_capture_part(transports[i], HARDSTOP__FRAMING__FOOTER, "virtio-rng");

        compare(test, OUTCOME_ACCEPTED);
        support_damage(test, HARDSTOP__DAMAGE__KIND_TRUNCATE, support_find(test, "virtio-rng"), 10);
        compare(test, OUTCOME_REJECTED);
        case_free(test);
    }
}

static void it_crashes_as_one_that_is_entered(void **state)
{
    Hardstop__Case *test = support_crash_case();

    (void)state;
    compare(test, OUTCOME_CRASHED);
    case_free(test);
}

/* Nothing else differs for who gives a command, and it is said once. */
static void a_command_says_that_it_is_slow(void **state)
{
    static const char says[] = "is not entered, so each load starts a process, which is slow: ";
    static const char line[] = "load @/q.textproto";
    char *object = support_beside("libclosed-preload.so"), *folder = support_folder(), *at;
    struct run run = spawn_run(folder, "capture --qemu qemu-system-s390x --device virtio-rng-ccw -o @/q.textproto");

    (void)state;
    assert_int_equal(run.status, 0);
    run_clear(&run);
    run = spawn_run(folder, line);
    assert_int_equal(run.status, 0);
    assert_null(strstr(run.err, says));
    run_clear(&run);
    setenv("HARDSTOP_PRELOAD_OBJECT", object, 1);
    run = spawn_run(folder, line);
    unsetenv("HARDSTOP_PRELOAD_OBJECT");
    assert_int_equal(run.status, 0);
    at = strstr(run.err, says);
    assert_non_null(at);
    assert_non_null(strstr(at, "keep its symbol table"));
    assert_null(strstr(at + 1, says));
    run_clear(&run);
    support_remove(folder);
    free(object);
}

/* What is known not to let anything in is not waited for. */
static void a_static_program_is_no_qemu_that_is_entered(void **state)
{
    char *object = support_beside("libhardstop-preload.so");

    (void)state;
    /* An object is no program, and has no dynamic linker either. */
    assert_true(elf_is_static(object));
    assert_false(elf_is_static("/bin/sh"));
    assert_false(elf_is_static("/etc/passwd"));
    assert_false(elf_is_static("/nonexistent"));
    free(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(it_answers_as_one_that_is_entered),
        SUPPORT_TIDY(it_crashes_as_one_that_is_entered),
        SUPPORT_TIDY(a_command_says_that_it_is_slow),
        SUPPORT_TIDY(a_static_program_is_no_qemu_that_is_entered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
