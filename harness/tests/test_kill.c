/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Claim: a campaign that is killed at any place and time (the command, a target, the QEMU under it) loses no finding
 * that it has saved, and the next start goes on.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/random.h"
#include "harness/case/case.h"
#include "harness/finding/finding.h"
#include "harness/tests/support.h"

enum {
    KILLS = 24,
    MAX_PROCESSES = 64,
};

static char *work;

static void pause_ms(unsigned ms)
{
    nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000L }, NULL);
}

static pid_t start_campaign(const char *seconds)
{
    char *program = support_beside("hardstop");
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        int log = open("/dev/null", O_WRONLY);

        dup2(log, 1);
        dup2(log, 2);
        execl(program, program, "fuzz", "--time", seconds, "--work", work, (char *)NULL);
        _exit(127);
    }
    free(program);
    return pid;
}

/* Parent and name of a process, from /proc; false when it is gone. */
static bool read_process(pid_t pid, pid_t *parent, char *name, size_t size)
{
    char *path = hs_format("/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    char text[512], *open, *close;
    bool found = false;

    free(path);
    if (file && fgets(text, sizeof(text), file)) {
        open = strchr(text, '(');
        close = strrchr(text, ')');
        if (open && close && sscanf(close + 2, "%*c %d", parent) == 1) {
            snprintf(name, size, "%.*s", (int)(close - open - 1), open + 1);
            found = true;
        }
    }
    if (file) {
        fclose(file);
    }
    return found;
}

/* The processes below `root`, itself included. */
static size_t tree_of(pid_t root, pid_t *pids, char names[][32])
{
    size_t n = 0, before;
    struct dirent *entry;

    pids[n] = root;
    snprintf(names[n++], 32, "hardstop");
    do {
        DIR *proc = opendir("/proc");

        before = n;
        while ((entry = readdir(proc)) && n < MAX_PROCESSES) {
            pid_t pid = (pid_t)atoi(entry->d_name), parent;
            bool known = pid <= 0;
            char name[32];

            for (size_t i = 0; i < n; i++) {
                known |= pids[i] == pid;
            }
            if (known || !read_process(pid, &parent, name, sizeof(name))) {
                continue;
            }
            for (size_t i = 0; i < n; i++) {
                if (pids[i] == parent) {
                    pids[n] = pid;
                    memcpy(names[n++], name, sizeof(name));
                    break;
                }
            }
        }
        closedir(proc);
    } while (n > before && n < MAX_PROCESSES);
    return n;
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
    campaign = start_campaign("120");
    pause_ms(4000);
    for (int i = 0; i < KILLS; i++) {
        pid_t pids[MAX_PROCESSES];
        char names[MAX_PROCESSES][32];
        size_t count = tree_of(campaign, pids, names);
        size_t victim = random_below(&random, count);

        hit[strncmp(names[victim], "qemu", 4) == 0 ? 2 : strstr(names[victim], "_fuzzer") ? 1 : 0]++;
        kill(pids[victim], SIGKILL);
        if (victim == 0) {
            assert_int_equal(waitpid(campaign, NULL, 0), campaign);
            campaign = start_campaign("120");
            pause_ms(1500);
        }
        pause_ms((unsigned)random_below(&random, 400));
        findings = check_findings(findings, &n);
    }
    print_message("killed: command %u, target %u, QEMU %u times; %zu findings\n", hit[0], hit[1], hit[2], n);
    assert_true(hit[0] && hit[1] && hit[2]);
    assert_true(n > 0);

    /* And the next start goes on to a regular end. */
    kill(campaign, SIGKILL);
    assert_int_equal(waitpid(campaign, NULL, 0), campaign);
    campaign = start_campaign("4");
    assert_int_equal(waitpid(campaign, &status, 0), campaign);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 1);
    findings = check_findings(findings, &n);
    free(findings);
}

static int make_work(void **state)
{
    (void)state;
    work = support_folder();
    return 0;
}

static int remove_work(void **state)
{
    (void)state;
    support_remove(work);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(killing_loses_no_finding) };

    return cmocka_run_group_tests(tests, make_work, remove_work);
}
