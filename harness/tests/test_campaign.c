/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fuzz target, or the QEMU under it, is killed at random moments while it runs over known bad cases: what it has
 * announced is there, whole, and the next run goes on to find the rest.
 */
#include "support.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/random.h"
#include "harness/finding/known.h"
#include "harness/tests/progress.h"

enum { ROUNDS = 8 };

static char *folder, *cases;
static uint64_t whole_ms; /* processor time of a run to the end */

static void add_case(const Hardstop__Case *test, const char *name)
{
    size_t size;
    uint8_t *packed = case_pack(test, &size);

    free(support_write(cases, name, packed, size));
    free(packed);
}

/*
 * The cases of the corpus, and one that is new each day: built on a live capture.  None that hangs: it takes its whole
 * time limit in each run, and shows no more here.
 */
static int write_cases(void **state)
{
    Hardstop__Case *test = support_crash_case();
    struct known known;
    struct hs_error err;

    (void)state;
    folder = support_folder();
    cases = hs_format("%s/cases", folder);
    assert_int_equal(file_make_folder(cases, NULL), 0);
    add_case(test, "pci-crash");
    case_free(test);
    if (known_read(CORPUS_DIR "/known.tsv", &known, &err) < 0) {
        fail_msg("%s", err.text);
    }
    for (size_t i = 0; i < known.n; i++) {
        if (known.lines[i].verdict != VERDICT_HUNG && known_has_case(&known.lines[i])) {
            test = known_read_case(&known, &known.lines[i], &err);
            assert_non_null(test);
            add_case(test, known.lines[i].name);
            case_free(test);
        }
    }
    known_clear(&known);
    return 0;
}

static int remove_cases(void **state)
{
    (void)state;
    free(cases);
    support_remove(folder);
    return 0;
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

    whole_ms = progress_run(pid);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fail_msg("the target ended with status 0x%x", status);
    }
    return check_findings(findings, log);
}

/* One of those below the process, or 0. */
static pid_t child_of(pid_t pid, struct random *random)
{
    struct progress_process list[PROGRESS_PROCESSES];
    size_t n = progress_tree(pid, list), below = 0;

    for (size_t i = 1; i < n; i++) {
        if (list[i].parent == pid && !list[i].ended) {
            list[below++] = list[i];
        }
    }
    return below ? list[random_below(random, below)].pid : 0;
}

/* Kills the target, if it runs yet; what is below it follows. */
static bool kill_target(pid_t pid)
{
    struct progress_process list[PROGRESS_PROCESSES], now[PROGRESS_PROCESSES];
    size_t n = progress_tree(pid, list);
    bool runs = n && !list[0].ended;

    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    while (n > 1) {
        /* Another process may have got its number. */
        n -= !progress_tree(list[n - 1].pid, now) || now[0].ended || strcmp(now[0].name, list[n - 1].name) != 0;
        usleep(1000);
    }
    return runs;
}

/* Waits for a random moment of a run, or its end. */
static void await_moment(pid_t pid, struct random *random)
{
    progress_wait(pid, random_below(random, whole_ms));
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
    assert_true(whole_ms > 0);
    random_init(&random, 2015);
    assert_int_equal(file_make_folder(killed, NULL), 0);
    for (int i = 0; i < ROUNDS; i++) {
        pid_t pid = start(killed, log), victim;

        await_moment(pid, &random);
        victim = i % 2 ? child_of(pid, &random) : 0;
        if (victim && kill(victim, SIGKILL) == 0) {
            hit_qemu++;
            await_moment(pid, &random);
        }
        hit_target += kill_target(pid);
        check_findings(killed, log);
    }
    print_message("%zu findings; killed: target %zu, QEMU %zu times\n", all, hit_target, hit_qemu);
    /* Most moments are before the end. */
    assert_true(hit_target >= ROUNDS / 4);
    assert_true(hit_qemu > 0);
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
    for (int i = 0; i < 2; i++) {
        pid_t pid, victim;
        int status;

        findings = hs_format("%s/qemu-%d", folder, i);
        pid = start(findings, log);
        await_moment(pid, &random);
        victim = child_of(pid, &random);
        killed += victim && kill(victim, SIGKILL) == 0;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        assert_int_equal(check_findings(findings, log), expected);
        free(findings);
    }
    assert_true(killed > 0);
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
