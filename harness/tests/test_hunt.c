/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A short campaign with the engine of this build finds what anyone finds on the real QEMU, and keeps it.  With AFL++ it
 * also shows who steered: nothing of our own code is instrumented, so its map has nothing but verdicts.
 */
#include "progress.h"
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzzers/feedback.h"
#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/setup/family.h"
#include "harness/finding/finding.h"

enum { MAX_ARGUMENTS = 24 };

SUPPORT_SHARED(work)

static pid_t start(const char *output, const char *const *arguments)
{
    const char *argv[MAX_ARGUMENTS] = { support_beside("hardstop"), "fuzz", "--work", work };
    pid_t pid;

    for (size_t n = 4; *arguments; n++) {
        argv[n] = *arguments++;
    }
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int fd = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);

        dup2(fd, 1);
        dup2(fd, 2);
        execv(argv[0], (char **)argv);
        _exit(127);
    }
    free((char *)argv[0]);
    return pid;
}

static int wait_for(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static char *read_text(const char *path)
{
    uint8_t *data;
    size_t size;
    struct hs_error err;
    char *text;

    if (file_read(path, &data, &size, &err) < 0) {
        fail_msg("%s", err.text);
    }
    text = hs_copy(data, size);
    free(data);
    return text;
}

/* Is there a process that was told of the folder: an engine, a target, a QEMU below it? */
static bool is_running_in(const char *folder)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    bool found = false;

    while (!found && (entry = readdir(proc))) {
        char *path = hs_format("/proc/%s/environ", entry->d_name), text[16384];
        int fd = atoi(entry->d_name) > 0 ? open(path, O_RDONLY) : -1;
        ssize_t n = fd >= 0 ? read(fd, text, sizeof(text)) : -1;

        found = n > 0 && memmem(text, (size_t)n, folder, strlen(folder));
        if (fd >= 0) {
            close(fd);
        }
        free(path);
    }
    closedir(proc);
    return found;
}

/* Ends: the time limit of the test is for what never does. */
static void await_nothing_left(void)
{
    while (is_running_in(work)) {
        usleep(20000);
    }
}

static int run_any(const char *const *arguments, int expected, int or_else)
{
    char *output = hs_format("%s/output", work);
    int status = wait_for(start(output, arguments));

    if (status != expected && status != or_else) {
        fail_msg("status %d\n%s", status, read_text(output));
    }
    await_nothing_left();
    free(output);
    return status;
}

static void run(const char *const *arguments, int expected)
{
    run_any(arguments, expected, expected);
}

static size_t count_findings(void)
{
    char *folder = hs_format("%s/findings", work);
    struct hs_error err;
    size_t n;
    struct finding *findings = finding_read_all(folder, &n, &err);

    assert_non_null(findings);
    for (size_t i = 0; i < n; i++) {
        char *path = finding_case_path(folder, &findings[i]), *text = read_text(path);
        Hardstop__Case *test = case_parse((uint8_t *)text, strlen(text), &err);

        assert_non_null(test);
        assert_string_equal(findings[i].transport, "ccw");
        case_free(test);
        free(text);
        free(path);
    }
    free(findings);
    free(folder);
    return n;
}

#ifdef HUNT_AFL
/* A number of afl-fuzz's statistics. */
static long statistic(const char *instance, const char *name)
{
    char *path = hs_format("%s/afl-ccw_rng/%s/fuzzer_stats", work, instance), *text = read_text(path);
    char *at = strstr(text, name);
    long value = at ? atol(at + strcspn(at, ":") + 1) : -1;

    free(text);
    free(path);
    return value;
}

/* What is new has come from our steps, which name a place in the stream, and from none of AFL++'s. */
static bool has_steps(const char *instance)
{
    char *path = hs_format("%s/afl-ccw_rng/%s/queue", work, instance);
    DIR *queue = opendir(path);
    struct dirent *entry;
    unsigned ours = 0;

    assert_non_null(queue);
    while ((entry = readdir(queue))) {
        ours += strstr(entry->d_name, "_section_") != NULL;
        if (strstr(entry->d_name, ",op:havoc")) {
            fail_msg("%s: not ours", entry->d_name);
        }
    }
    closedir(queue);
    free(path);
    return ours > 0;
}

/* Has each instance done enough to be looked at?  What it has done is right. */
static bool check_engine(void)
{
    static const char *const instances[] = { "main", "secondary-1" };
    bool enough = true;

    for (int i = 0; i < 2; i++) {
        char *stats = hs_format("%s/afl-ccw_rng/%s/fuzzer_stats", work, instances[i]);
        bool began = access(stats, R_OK) == 0;

        free(stats);
        if (!began) {
            return false;
        }
        /* The places that were reserved, and the one or six that AFL++ keeps: no edge of ours is in the map. */
        assert_in_range(statistic(instances[i], "total_edges"), AFL_MAP_PLACES + 1, AFL_MAP_PLACES + 6);
        assert_int_equal(statistic(instances[i], "saved_crashes"), 0);
        /* Two seeds; what has come to them has come for a verdict that was new. */
        enough &= statistic(instances[i], "corpus_count") > 2 && statistic(instances[i], "execs_done") > 20 &&
                  has_steps(instances[i]);
    }
    return enough;
}

/* The main instance has taken the seed that was not there when its queue began. */
static bool has_new_seeds(void)
{
    char *path = hs_format("%s/afl-ccw_rng/main/queue", work);
    DIR *queue = opendir(path);
    struct dirent *entry;
    bool found = false;

    assert_non_null(queue);
    while ((entry = readdir(queue))) {
        found |= strstr(entry->d_name, "sync:seeds-ccw_rng") != NULL;
    }
    closedir(queue);
    free(path);
    return found;
}
#else
static bool check_engine(void)
{
    return true;
}

static bool has_new_seeds(void)
{
    return true;
}
#endif

static bool has_seed(const char *name)
{
    char *path = hs_format("%s/seeds-ccw_rng/%s.case", work, name);
    bool found = access(path, R_OK) == 0;

    free(path);
    return found;
}

/* A folder of seeds: those of the regressions, and one that is rejected in a device that no other has. */
static char *make_seeds(void)
{
    Hardstop__Setup *setup = family_setup(family_find("rng"), FAMILY_CCW, HARDSTOP__FRAMING__FOOTER);
    char *seeds = hs_format("%s/more/below", work), *copy;
    Hardstop__Case *test;
    uint8_t *data;
    size_t size;

    setup->device = hs_resize(setup->device, setup->n_device + 1, sizeof(*setup->device));
    setup->device[setup->n_device++] = hs_strdup("virtio-balloon-ccw");
    test = support_capture(setup, CASE_KEEP_DEVICES);
    support_damage(test, HARDSTOP__DAMAGE__KIND_TRUNCATE, support_find(test, "virtio-balloon"), 20);
    data = case_pack(test, &size);
    assert_int_equal(file_make_folder(seeds, NULL), 0);
    free(support_write(seeds, "balloon.case", data, size));
    copy = hs_format("cp " CORPUS_DIR "/cases/regress/*.textproto %s", seeds);
    assert_int_equal(system(copy), 0);
    free(copy);
    free(data);
    case_free(test);
    hardstop__setup__free_unpacked(setup, NULL);
    free(seeds);
    return hs_format("%s/more", work);
}

static void a_campaign_finds_and_goes_on(void **state)
{
    static const char *const first[] = { "--time", "10", "--jobs", "2", "ccw_rng", NULL };
    const char *second[] = { "--time", NULL, "--jobs", "2", "--seed", "7", "ccw_rng", "--seeds", NULL, NULL };
    char *seeds, seconds[16];
    size_t n;

    (void)state;
    /* However long that takes, something is found. */
    while (run_any(first, 1, 0) != 1 || !check_engine()) {
    }
    n = count_findings();
    print_message("%zu findings\n", n);
    assert_true(n > 0);
    /* Findings stay, and the engine takes its corpus up again, with the seeds that have come to it. */
    seeds = make_seeds();
    second[8] = seeds;
    second[1] = seconds;
    /* On a busy machine the engine is not through with its corpus in a short time, however often it begins. */
    for (unsigned n_seconds = 4; n_seconds == 4 || !has_new_seeds(); n_seconds *= 2) {
        snprintf(seconds, sizeof(seconds), "%u", n_seconds);
        run(second, 1);
    }
    assert_true(count_findings() >= n);
    assert_true(has_seed("below%2Fballoon.case"));
    assert_true(has_seed("below%2Fccw-rng-config-len.textproto"));
    assert_false(has_seed("below%2Fccw-net-queue-num.textproto"));
    assert_false(has_seed("below%2Fpci-net-queue-num.textproto"));
    free(seeds);
}

/* Ctrl-C ends everything at once, lists what was found, and is no failure. */
static void an_interrupt_ends_it(void **state)
{
    static const char *const arguments[] = { "--time", "36000", "--jobs", "1", "ccw_rng", NULL };
    char *output = hs_format("%s/output", work), *text;
    pid_t pid = start(output, arguments);

    (void)state;
    assert_true(progress_wait_for(pid, "fuzz"));
    assert_int_equal(kill(pid, SIGINT), 0);
    assert_int_equal(wait_for(pid), 1);
    text = read_text(output);
    assert_non_null(strstr(text, "distinct findings"));
    await_nothing_left();
    free(text);
    free(output);
}

/* One that cannot be read does not vanish from the list in silence, nor does it keep the others from it. */
static void a_damaged_finding_is_told(void **state)
{
    static const char *const arguments[] = { "--time", "1", "--jobs", "1", "ccw_rng", NULL };
    char *findings = hs_format("%s/findings", work), *output = hs_format("%s/output", work), *damaged, *text;

    (void)state;
    damaged = support_write(findings, "00000000000000bb.json", "{", 1);
    run(arguments, 2);
    text = read_text(output);
    assert_non_null(strstr(text, "distinct findings"));
    assert_non_null(strstr(text, "00000000000000bb.json: "));
    assert_non_null(strstr(text, "2 damaged files of findings"));
    assert_int_equal(unlink(damaged), 0);
    free(text);
    free(damaged);
    free(output);
    free(findings);
}

/* A folder's name is bytes: what cannot be shown of it leaves no finding out. */
static void any_folder_is_listed(void **state)
{
    char *odd = hs_format("%s/odd\xff", work), *findings = hs_format("%s/findings", odd), *text;
    char *output = hs_format("%s/output", work);
    const char *const arguments[] = { "--json", "--time", "1", "--jobs", "1", "--work", odd, "ccw_rng", NULL };
    Hardstop__Case *test = (Hardstop__Case *)support_message(
        &hardstop__case__descriptor, "setup { binary: 'qemu-system-x' } stream { section { type: EOF } }");
    struct finding finding = { .verdict = VERDICT_CRASHED, .signature = 0xaa, .property = "loader-survives" };

    (void)state;
    assert_int_equal(file_make_folder(findings, NULL), 0);
    assert_int_equal(finding_save(findings, &finding, test, NULL), 1);
    run(arguments, 1);
    text = read_text(output);
    assert_non_null(strstr(text, "/odd?/findings/00000000000000aa.textproto\""));
    free(text);
    case_free(test);
    free(output);
    free(findings);
    free(odd);
}

/* A file among the seeds that is none, and a machine without the engine or QEMU, are told in one line. */
static void trouble_is_told(void **state)
{
    char *seeds = hs_format("%s/bad", work), *output = hs_format("%s/output", work), *text;
    const char *const arguments[] = { "--time", "1", "--seeds", seeds, "ccw_rng", NULL };

    (void)state;
    assert_int_equal(file_make_folder(seeds, NULL), 0);
    free(support_write(seeds, "one.textproto", "damage {", 8));
    run(arguments, 2);
    text = read_text(output);
    assert_non_null(strstr(text, "one.textproto"));
    free(text);
    setenv("PATH", seeds, 1);
    run(arguments, 2);
    text = read_text(output);
    assert_int_equal(strncmp(text, "hardstop: ", 10), 0);
    assert_non_null(strstr(text, "PATH"));
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    free(text);
    free(output);
    free(seeds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_campaign_finds_and_goes_on),
        cmocka_unit_test(an_interrupt_ends_it),
        cmocka_unit_test(a_damaged_finding_is_told),
        cmocka_unit_test(any_folder_is_listed),
        cmocka_unit_test(trouble_is_told),
    };

    return cmocka_run_group_tests(tests, make_work, remove_work);
}
