/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Claim: a campaign that is killed at any place and time (the command, a target, the QEMU under it) loses no finding
 * that it has saved, and the next start goes on.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/random.h"
#include "harness/case/case.h"
#include "harness/finding/finding.h"
#include "harness/tests/progress.h"
#include "harness/tests/support.h"

enum { KILLS = 12 };

SUPPORT_SHARED(work)

static pid_t start_campaign(const char *option, const char *value)
{
    char *program = support_beside("hardstop");
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        int log = open("/dev/null", O_WRONLY);

        dup2(log, 1);
        dup2(log, 2);
        execl(program, program, "fuzz", option, value, "--work", work, (char *)NULL);
        _exit(127);
    }
    free(program);
    return pid;
}

/* Every finding that was there is there, and each is whole. */
static struct finding *check_findings(struct finding *before, size_t *n)
{
    char *folder = hs_format("%s/findings", work);
    struct finding *now;
    struct hs_error err;
    size_t count, size;
    uint8_t *data;

    now = finding_read_all(folder, &count, &err);
    assert_non_null(now);
    for (size_t i = 0; i < *n; i++) {
        bool found = false;

        for (size_t k = 0; k < count; k++) {
            found |= now[k].signature == before[i].signature;
        }
        assert_true(found);
    }
    for (size_t k = 0; k < count; k++) {
        char *path = finding_case_path(folder, &now[k]);
        Hardstop__Case *test;

        assert_int_equal(file_read(path, &data, &size, &err), 0);
        test = case_parse(data, size, &err);
        assert_non_null(test);
        case_free(test);
        free(data);
        free(path);
    }
    free(folder);
    free(before);
    *n = count;
    return now;
}

/* 0 the command, or what is of no other kind; 1 a target; 2 a QEMU. */
static unsigned kind_of(const struct progress_process *process)
{
    return strncmp(process->name, "qemu", 4) == 0 ? 2 : strstr(process->name, "_fuzzer") ? 1 : 0;
}

/* One of the list, of the kind if there is one. */
static size_t draw(const struct progress_process *list, size_t n, unsigned kind, struct random *random)
{
    size_t drawn = random_below(random, n), seen = 0;

    for (size_t i = 0; i < n; i++) {
        if (kind_of(&list[i]) == kind && random_one_in(random, ++seen)) {
            drawn = i;
        }
    }
    return drawn;
}

/* Kills one process below the campaign, of the kind if there is one; the campaign that then runs. */
static pid_t strike(pid_t campaign, unsigned kind, struct random *random, unsigned hit[3])
{
    struct progress_process below[PROGRESS_PROCESSES];
    size_t victim;

    /* A QEMU that is killed while it gives the seeds ends the command. */
    assert_true(progress_wait_for(campaign, "_fuzzer") && progress_wait(campaign, random_below(random, 1000)));
    victim = draw(below, progress_tree(campaign, below), kind, random);
    hit[kind_of(&below[victim])]++;
    kill(below[victim].pid, SIGKILL);
    if (victim == 0) {
        assert_int_equal(waitpid(campaign, NULL, 0), campaign);
        campaign = start_campaign("--time", "36000");
    }
    return campaign;
}

static void killing_loses_no_finding(void **state)
{
    struct finding *findings = NULL;
    unsigned hit[3] = { 0 };
    struct random random;
    size_t n = 0;
    pid_t campaign;
    int status;

    (void)state;
    random_init(&random, 2015);
    campaign = start_campaign("--time", "36000");
    /* Each kind is hit; then something is found in peace, however long it takes, and more kills are not to lose it. */
    for (unsigned i = 0; i < KILLS || !hit[0] || !hit[1] || !hit[2]; i++) {
        campaign = strike(campaign, i % 3, &random, hit);
        findings = check_findings(findings, &n);
    }
    while (!n) {
        assert_true(progress_wait_for(campaign, "_fuzzer") && progress_wait(campaign, 500));
        findings = check_findings(findings, &n);
    }
    for (unsigned i = 0; i < KILLS / 4; i++) {
        campaign = strike(campaign, i % 3, &random, hit);
        findings = check_findings(findings, &n);
    }
    print_message("killed: command %u, target %u, QEMU %u times; %zu findings\n", hit[0], hit[1], hit[2], n);

    /* And the next start goes on to a regular end, which on a busy machine no time would be sure to reach. */
    kill(campaign, SIGKILL);
    assert_int_equal(waitpid(campaign, NULL, 0), campaign);
    campaign = start_campaign("--inputs", "1");
    assert_int_equal(waitpid(campaign, &status, 0), campaign);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    findings = check_findings(findings, &n);
    free(findings);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(killing_loses_no_finding) };

    return cmocka_run_group_tests(tests, make_work, remove_work);
}
