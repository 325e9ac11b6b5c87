/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QEMU that is not entered answers as one that is, but slowly, which is said. */
#include "spawn.h"
#include "support.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

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

static bool is_same(const struct loader_frame *frame, const struct loader_frame *other)
{
    return strcmp(frame->module, other->module) == 0 && strcmp(frame->symbol, other->symbol) == 0 &&
           strcmp(frame->source, other->source) == 0 && frame->offset == other->offset &&
           frame->in_program == other->in_program;
}

/* The frames down to where ours call the loader in one, and QEMU's own do in the other. */
static void compare_stacks(const struct loader_answer *slow, const struct loader_answer *fast)
{
    size_t n = 0;

    assert_int_equal(slow->fault_address, fast->fault_address);
    while (n < fast->n_frames && !loader_is_own_frame(&fast->frames[n])) {
        if (n >= slow->n_frames || !is_same(&slow->frames[n], &fast->frames[n])) {
            fail_msg("frame %zu is %s+0x%" PRIx64, n, fast->frames[n].module, fast->frames[n].offset);
        }
        n++;
    }
    assert_true(n >= 3);
}

/* Both answers, of which only the number of a rejection may differ. */
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
    if (outcome == OUTCOME_CRASHED) {
        compare_stacks(&slow, &fast);
    } else {
        assert_int_equal(slow.n_frames, 0);
    }
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

/* A QEMU behind a script, with and without what it is to be entered by: seen by its shape. */
static void a_script_may_keep_the_object_out(void **state)
{
    static const struct {
        const char *words;
        bool is_slow;
    } scripts[] = {
        { "exec qemu-system-s390x \"$@\"", false },
        { "exec env -u LD_PRELOAD qemu-system-s390x \"$@\"", true },
        { "env -u LD_PRELOAD qemu-system-s390x \"$@\"", true },
        { "env -i qemu-system-s390x -version && exec qemu-system-s390x \"$@\"", false },
    };
    char *folder = support_folder();
    Hardstop__Case *test = support_capture_part("ccw", HARDSTOP__FRAMING__FOOTER, "virtio-rng");

    (void)state;
    for (size_t i = 0; i < HS_COUNT(scripts); i++) {
        char *script = hs_format("#!/bin/sh\n%s\n", scripts[i].words);
        char *path = support_write(folder, "qemu", script, strlen(script));
        struct hs_error err = { .text = "" };
        struct loader_answer answer;
        struct loader *loader;

        assert_int_equal(chmod(path, 0700), 0);
        free(test->setup->binary);
        test->setup->binary = hs_strdup(path);
        loader = loader_open(test->setup, TRUST_ALL, NULL, &err);
        if (!loader || slow_is(loader) != scripts[i].is_slow) {
            fail_msg("%s: %s", scripts[i].words, loader ? "the other way" : err.text);
        }
        support_load(loader, test, 0, &answer);
        assert_int_equal(answer.outcome, OUTCOME_ACCEPTED);
        loader_close(loader);
        free(script);
        free(path);
    }
    case_free(test);
    support_remove(folder);
}

/* Where nothing of ours is in the process, either: one that went on would show another second. */
static void a_calendar_stands_still(void **state)
{
    static const char script[] = "#!/bin/sh\nexec env -u LD_PRELOAD qemu-system-x86_64 \"$@\"\n";
    char *folder = support_folder(), *path = support_write(folder, "qemu", script, strlen(script));
    Hardstop__Case *test = support_capture_part("pci", HARDSTOP__FRAMING__FOOTER, "virtio-rng");
    struct hs_error err = { .text = "" };
    struct loader_answer answer;
    struct loader *loader;
    uint8_t *saved;
    size_t size;

    (void)state;
    assert_int_equal(chmod(path, 0700), 0);
    free(test->setup->binary);
    test->setup->binary = hs_strdup(path);
    loader = loader_open(test->setup, TRUST_ALL, NULL, &err);
    if (!loader) {
        fail_msg("%s", err.text);
    }
    assert_true(slow_is(loader));
    support_load(loader, test, 0, &answer);
    saved = hs_copy(answer.saved, answer.saved_size);
    size = answer.saved_size;
    nanosleep(&(struct timespec){ .tv_sec = 1, .tv_nsec = 100000000 }, NULL);
    support_load(loader, test, 0, &answer);
    assert_int_equal(answer.saved_size, size);
    assert_memory_equal(answer.saved, saved, size);
    loader_close(loader);
    free(saved);
    free(path);
    case_free(test);
    support_remove(folder);
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
        SUPPORT_TIDY(a_script_may_keep_the_object_out),
        SUPPORT_TIDY(a_calendar_stands_still),
        SUPPORT_TIDY(a_static_program_is_no_qemu_that_is_entered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
