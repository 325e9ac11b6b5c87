/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A target beside whose program lies a QEMU, as on OSS-Fuzz: it takes that one, its first crash ends it with QEMU's
 * report as the last words, the input is where libFuzzer would put it, and what known.tsv knows ends nothing.
 */
#include "spawn.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/arguments.h"
#include "harness/base/file.h"

enum { CRASH = 77 };

#define SEED PACKED_DIR "/regress/ccw-net-queue-num.case"

static char *folder;

static char *within(const char *name)
{
    return hs_format("%s/%s", folder, name);
}

/* The program itself is copied: a link leads to where it lies now. */
static void put(const char *name, const char *from, bool copied)
{
    char *path = within(name);
    struct hs_error err;
    uint8_t *data;
    size_t size;

    if (!copied) {
        assert_int_equal(symlink(from, path), 0);
    } else if (link(from, path) < 0) {
        assert_int_equal(file_read(from, &data, &size, &err), 0);
        assert_int_equal(file_write(path, data, size, &err), 0);
        assert_int_equal(chmod(path, 0700), 0);
        free(data);
    }
    free(path);
}

static int make_bundle(void **state)
{
    char *target = support_beside("case_fuzzer"), *object = support_beside("libhardstop-preload.so"), *path;
    char *qemu = arguments_find_program("qemu-system-s390x");
    struct hs_error err;

    (void)state;
    folder = support_folder();
    path = within("qemu");
    assert_int_equal(file_make_folder(path, &err), 0);
    assert_non_null(qemu);
    put("ccw_fuzzer", target, true);
    put("qemu/qemu-system-s390x", qemu, false);
    put("qemu/libhardstop-preload.so", object, false);
    /* What the environment says for this process is nothing to QEMU. */
    setenv("ASAN_OPTIONS", "nonsense=1", 1);
    unsetenv("HARDSTOP_QEMU");
    unsetenv("HARDSTOP_FINDINGS");
    unsetenv("HARDSTOP_PRELOAD_OBJECT");
    free(path);
    free(object);
    free(target);
    free(qemu);
    return 0;
}

static int remove_bundle(void **state)
{
    (void)state;
    support_remove(folder);
    return 0;
}

static struct run run_seed(const char *options)
{
    char *program = within("ccw_fuzzer"), *words = hs_format("%s " SEED, options);
    struct spawn spawn = spawn_start_at(program, folder, words);

    free(words);
    free(program);
    return spawn_end(&spawn);
}

static const char *last_line(char *text)
{
    size_t length = strlen(text);
    const char *end;

    text[length ? length - 1 : 0] = 0;
    end = strrchr(text, '\n');
    return end ? end + 1 : text;
}

static void a_crash_ends_it_with_the_report_last(void **state)
{
    /* Standard error of the process is closed. */
    struct run run = run_seed("-close_fd_mask=3 -exact_artifact_path=@/kept");
    const char *written = strstr(run.err, "Test unit written to ");
    uint8_t *kept, *seed;
    size_t kept_size, seed_size;
    struct hs_error err;
    char *path;

    (void)state;
    assert_int_equal(run.status, CRASH);
    assert_non_null(strstr(run.err, "hardstop: new finding af1f2ff89b972e42"));
    assert_non_null(written);
    written += strlen("Test unit written to ");
    path = hs_copy(written, strcspn(written, "\n"));
    assert_memory_equal(path, folder, strlen(folder));
    assert_int_equal(file_read(path, &kept, &kept_size, &err), 0);
    assert_int_equal(file_read(SEED, &seed, &seed_size, &err), 0);
    assert_int_equal(kept_size, seed_size);
    assert_memory_equal(kept, seed, seed_size);
    assert_non_null(strstr(written, "== ERROR: libFuzzer: deadly signal\n    #0 "));
    assert_memory_equal(last_line(run.err), "SUMMARY: ", strlen("SUMMARY: "));
    free(kept);
    free(seed);
    free(path);
    run_clear(&run);
}

static void what_is_known_ends_nothing(void **state)
{
    struct run run;

    (void)state;
    put("qemu/known.tsv", CORPUS_DIR "/known.tsv", false);
    run = run_seed("-seed=1");
    assert_int_equal(run.status, 0);
    assert_null(strstr(run.err, "hardstop: "));
    run_clear(&run);
}

/* As libFuzzer has it: the input is in a file already. */
static void an_input_that_was_given_is_not_kept(void **state)
{
    struct run run = run_seed("-artifact_prefix=@/");

    (void)state;
    assert_int_equal(run.status, CRASH);
    assert_null(strstr(run.err, "Test unit written to "));
    run_clear(&run);
}

static void a_folder_for_findings_takes_them_in_a_bundle_too(void **state)
{
    char *findings = within("findings"), *kept = within("findings/af1f2ff89b972e42.textproto");
    struct run run;

    (void)state;
    setenv("HARDSTOP_FINDINGS", findings, 1);
    run = run_seed("-seed=1");
    unsetenv("HARDSTOP_FINDINGS");
    assert_int_equal(run.status, 0);
    assert_int_equal(access(kept, R_OK), 0);
    run_clear(&run);
    free(kept);
    free(findings);
}

static void a_broken_list_is_an_error_and_no_crash(void **state)
{
    char *list = within("qemu/known.tsv");
    struct run run;

    (void)state;
    assert_int_equal(unlink(list), 0);
    free(list);
    free(support_write(folder, "qemu/known.tsv", "no list\n", 8));
    run = run_seed("-seed=1");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.err, "known.tsv"));
    run_clear(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_ends_it_with_the_report_last),
        cmocka_unit_test(an_input_that_was_given_is_not_kept),
        cmocka_unit_test(a_folder_for_findings_takes_them_in_a_bundle_too),
        cmocka_unit_test(what_is_known_ends_nothing),
        cmocka_unit_test(a_broken_list_is_an_error_and_no_crash),
    };

    return cmocka_run_group_tests(tests, make_bundle, remove_bundle);
}
