/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fuzz target, or the QEMU under it, is killed at random moments while it runs over known bad cases: what it has
 * announced is there, whole, and the next run goes on to find the rest.
 */
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/random.h"
#include "harness/finding/finding.h"

enum { ROUNDS = 12, MAX_MS = 1200, MAX_CHILDREN = 8 };

static char *folder, *cases;

static void add_case(const Hardstop__Case *test, const char *name)
{
    size_t size;
    uint8_t *packed = case_pack(test, &size);

    free(support_write(cases, name, packed, size));
    free(packed);
}

/* The cases of the corpus, and one that is new each day: built on a live capture. */
static int write_cases(void **state)
{
    Hardstop__Case *test;
    DIR *directory = opendir(CORPUS_DIR "/cases/regress");
    struct dirent *entry;

    (void)state;
    folder = support_folder();
    cases = hs_format("%s/cases", folder);
    assert_int_equal(file_make_folder(cases, NULL), 0);
    test = support_crash_case();
    add_case(test, "pci-crash");
    case_free(test);
    assert_non_null(directory);
    while ((entry = readdir(directory))) {
        char *path = hs_format(CORPUS_DIR "/cases/regress/%s", entry->d_name);

        if (entry->d_name[0] != '.') {
            test = support_read_case(path);
            add_case(test, entry->d_name);
            case_free(test);
        }
        free(path);
    }
    closedir(directory);
    return 0;
}

static int remove_cases(void **state)
{
    (void)state;
    free(cases);
    support_remove(folder);
    return 0;
}

static void pause_ms(uint64_t ms)
{
    nanosleep(&(struct timespec){ .tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000 }, NULL);
}

static pid_t start(const char *findings, const char *log)
{
    char *program = support_beside("pci_fuzzer");
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);

        dup2(fd, 1);
        dup2(fd, 2);
        setenv("HARDSTOP_FINDINGS", findings, 1);
        execl(program, program, cases, (char *)NULL);
        _exit(127);
    }
    free(program);
    return pid;
}

static size_t children_of(pid_t pid, pid_t children[MAX_CHILDREN])
{
    char *path = hs_format("/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "r");
    size_t n = 0;
    int child;

    if (!file) {
        fail_msg("%s: cannot be read", path);
    }
    while (n < MAX_CHILDREN && fscanf(file, "%d", &child) == 1) {
        children[n++] = (pid_t)child;
    }
    fclose(file);
    free(path);
    return n;
}

static bool is_running(pid_t pid)
{
    char *path = hs_format("/proc/%d/exe", (int)pid), target[64];
    bool running = readlink(path, target, sizeof(target)) > 0;

    free(path);
    return running;
}

static bool holds(const struct finding *findings, size_t n, uint64_t signature)
{
    for (size_t i = 0; i < n; i++) {
        if (findings[i].signature == signature) {
            return true;
        }
    }
    return false;
}

/* Every finding of the folder has a case that parses; every one announced in the log is in the folder. */
static size_t check_findings(const char *findings, const char *log)
{
    static const char announcement[] = "hardstop: new finding ";
    struct finding *list;
    struct hs_error err;
    uint8_t *data;
    size_t n, size;
    char *text;

    list = finding_read_all(findings, &n, &err);
    if (!list) {
        fail_msg("%s", err.text);
    }
    for (size_t i = 0; i < n; i++) {
        char *path = finding_case_path(findings, &list[i]);
        Hardstop__Case *test;

        assert_int_equal(file_read(path, &data, &size, &err), 0);
        test = case_parse(data, size, &err);
        assert_non_null(test);
        assert_non_null(test->stream);
        case_free(test);
        free(data);
        free(path);
    }
    assert_int_equal(file_read(log, &data, &size, NULL), 0);
    text = hs_copy(data, size);
    for (const char *at = text; (at = strstr(at, announcement)); at++) {
        uint64_t signature = strtoull(at + strlen(announcement), NULL, 16);

        if (!holds(list, n, signature)) {
            fail_msg("%016" PRIx64 " was announced and is not there", signature);
        }
    }
    free(text);
    free(data);
    free(list);
    return n;
}

static size_t run_to_the_end(const char *findings, const char *log)
{
    pid_t pid = start(findings, log);
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fail_msg("the target ended with status 0x%x", status);
    }
    return check_findings(findings, log);
}

/* Kills the target; the QEMUs below it follow. */
static void kill_target(pid_t pid)
{
    pid_t children[MAX_CHILDREN];
    size_t n = children_of(pid, children);

    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    for (int patience = 0; n > 0; patience++) {
        n -= !is_running(children[n - 1]);
        assert_true(patience < 200);
        pause_ms(10);
    }
}

static void killing_loses_no_finding(void **state)
{
    char *whole = hs_format("%s/whole", folder), *killed = hs_format("%s/killed", folder);
    char *log = hs_format("%s/log", folder);
    size_t all, hit_target = 0, hit_qemu = 0;
    struct random random;

    (void)state;
    all = run_to_the_end(whole, log);
    assert_true(all >= 5);
    /* Nothing new is found in what is known. */
    assert_int_equal(run_to_the_end(whole, log), all);
    random_init(&random, 2015);
    assert_int_equal(file_make_folder(killed, NULL), 0);
    for (int i = 0; i < ROUNDS; i++) {
        pid_t pid = start(killed, log), children[MAX_CHILDREN];
        size_t n;

        pause_ms(random_below(&random, MAX_MS));
        n = children_of(pid, children);
        if (i % 2 && n) {
            kill(children[random_below(&random, n)], SIGKILL);
            hit_qemu++;
            pause_ms(random_below(&random, MAX_MS));
        }
        hit_target += waitpid(pid, NULL, WNOHANG) == 0;
        if (is_running(pid)) {
            kill_target(pid);
        }
        check_findings(killed, log);
    }
    print_message("%zu findings; killed: target %zu, QEMU %zu times\n", all, hit_target, hit_qemu);
    assert_true(hit_target >= ROUNDS / 4);
    assert_true(hit_qemu >= ROUNDS / 8);
    assert_int_equal(run_to_the_end(killed, log), all);
    free(whole);
    free(killed);
    free(log);
}

/* A QEMU that dies under the target costs no verdict: the load is done again. */
static void the_death_of_a_qemu_changes_no_result(void **state)
{
    char *log = hs_format("%s/log", folder), *findings = hs_format("%s/peace", folder);
    size_t expected = run_to_the_end(findings, log), killed = 0;
    struct random random;

    (void)state;
    free(findings);
    random_init(&random, 7);
    for (int i = 0; i < 4; i++) {
        pid_t children[MAX_CHILDREN], pid;
        size_t n;
        int status;

        findings = hs_format("%s/qemu-%d", folder, i);
        pid = start(findings, log);
        pause_ms(100 + random_below(&random, 2000));
        n = children_of(pid, children);
        killed += n && kill(children[random_below(&random, n)], SIGKILL) == 0;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        assert_int_equal(check_findings(findings, log), expected);
        free(findings);
    }
    assert_true(killed >= 3);
    free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killing_loses_no_finding),
        cmocka_unit_test(the_death_of_a_qemu_changes_no_result),
    };

    return cmocka_run_group_tests(tests, write_cases, remove_cases);
}
