/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is started ends with what started it, and with all that it started itself; small limits have words. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/check.h"
#include "harness/base/standard.h"
#include "harness/loader/open.h"
#include "harness/loader/qemu/command_line.h"
#include "harness/loader/qemu/process.h"
#include "harness/message/reflect.h"

/* Ends only when something is wrong: what is awaited comes at once. */
#define LONG_MS 60000

enum { ALIVE_FD = 9 };

/* A wrapper that hangs, with a child and a grandchild that hang, too; each holds ALIVE_FD open. */
static const char script[] = "#!/bin/sh\n(sleep 1000 & sleep 1000) &\necho started >&9\nsleep 1000\n";

static void start_wrapper(struct process *process, const char *path, int alive)
{
    struct arguments arguments = { 0 };
    struct process_given given = { 0 };
    struct hs_error err;

    arguments_add(&arguments, path);
    process_give(&given, alive, ALIVE_FD);
    if (process_start(process, path, &arguments, &given, &err) < 0) {
        fail_msg("%s", err.text);
    }
    arguments_clear(&arguments);
}

static char *write_wrapper(const char *folder)
{
    char *path = support_write(folder, "wrapper", script, strlen(script));

    assert_int_equal(chmod(path, 0700), 0);
    return path;
}

/* The word that the wrapper says when all are there. */
static void await_start(int fd)
{
    struct pollfd events = { .fd = fd, .events = POLLIN };
    char word[8];

    assert_int_equal(poll(&events, 1, LONG_MS), 1);
    assert_int_equal(read(fd, word, sizeof(word)), 8);
}

/* Nobody holds the other end any more. */
static void await_end(int fd)
{
    struct pollfd events = { .fd = fd, .events = POLLIN };
    char byte;

    assert_int_equal(poll(&events, 1, LONG_MS), 1);
    assert_int_equal(read(fd, &byte, 1), 0);
}

static void a_group_ends_with_its_process(void **state)
{
    char *folder = support_folder(), *path = write_wrapper(folder);
    struct process process = { 0 };
    int ends[2];

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    start_wrapper(&process, path, ends[1]);
    close(ends[1]);
    await_start(ends[0]);
    process_kill(&process);
    await_end(ends[0]);
    close(ends[0]);
    /* The guard has gone, too. */
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    free(path);
    support_remove(folder);
}

/* By what a process is ended that has started some. */
static const int deaths[] = { SIGKILL, SIGSEGV, SIGTERM, 0 };

static void a_group_ends_when_we_die(void **state)
{
    char *folder = support_folder(), *path = write_wrapper(folder);

    (void)state;
    for (size_t i = 0; i < HS_COUNT(deaths); i++) {
        int ends[2], ours[2];
        pid_t pid;

        assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
        assert_int_equal(pipe2(ours, O_CLOEXEC), 0);
        pid = fork();
        if (pid == 0) {
            struct process processes[2] = { 0 };
            const struct rlimit no_core = { 0, 0 };

            setrlimit(RLIMIT_CORE, &no_core);
            close(ends[0]);
            signal(SIGSEGV, SIG_DFL);
            start_wrapper(&processes[0], path, ends[1]);
            start_wrapper(&processes[1], path, ends[1]);
            close(ends[1]);
            close(ours[1]);
            /* Until both wrappers run. */
            if (read(ours[0], &pid, 1) == 1 && deaths[i]) {
                raise(deaths[i]);
            }
            _exit(0);
        }
        close(ends[1]);
        close(ours[0]);
        await_start(ends[0]);
        await_start(ends[0]);
        assert_int_equal(write(ours[1], "", 1), 1);
        close(ours[1]);
        await_end(ends[0]);
        close(ends[0]);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
    }
    free(path);
    support_remove(folder);
}

/* In a fork, with a smaller limit: the reason why nothing can be loaded. */
static void check_limit(int resource, rlim_t value, const char *words)
{
    Hardstop__Setup *setup = support_setup("ccw", "s390-ccw-virtio", HARDSTOP__FRAMING__FOOTER);
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        struct rlimit limit;
        struct hs_error err = { .text = "" };

        standard_begin();
        getrlimit(resource, &limit);
        limit.rlim_cur = value;
        setrlimit(resource, &limit);
        _exit(loader_open(setup, TRUST_ALL, NULL, &err) || !strstr(err.text, words));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fail_msg("\"%s\" was not said: status %x", words, (unsigned)status);
    }
    hardstop__setup__free_unpacked(setup, NULL);
}

static void small_limits_have_words(void **state)
{
    (void)state;
    check_limit(RLIMIT_NOFILE, 0, "ulimit -n allows 0 open files, and 256 are needed");
    check_limit(RLIMIT_NOFILE, 255, "ulimit -n allows 255 open files");
    check_limit(RLIMIT_FSIZE, 0, "ulimit -f allows files of 0 KiB");
    check_limit(RLIMIT_FSIZE, 1 << 20, "ulimit -f allows files of 1024 KiB, and 65536 are needed");
}

/* Each part of a setup, in its place. */
static void a_command_line_says_all_of_the_setup(void **state)
{
    static const struct {
        const char *setup, *line;
    } rows[] = {
        { "binary: '/bin/true'", "/bin/true -S -display none -nodefaults -m 4M" },
        { "binary: '/bin/true' machine: 'm' memory: '7M' framing: LEGACY global: 'a.b=1' global: 'a.c=2' "
          "option: '-x' option: 'y' device: 'd' device: 'e,f=g'",
          "/bin/true -M m -S -display none -nodefaults -m 7M -global migration.send-section-footer=off -global a.b=1 "
          "-global a.c=2 -x y -device d -device e,f=g" },
        { "binary: '/bin/true' framing: FOOTER device: 'd'",
          "/bin/true -S -display none -nodefaults -m 4M -global migration.send-section-footer=on -device d" },
        { "binary: '/bin/true' memory: '' defaults: true", "/bin/true -S -display none" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        ProtobufCMessage *setup = support_message(&hardstop__setup__descriptor, rows[i].setup);
        struct command_line command;
        struct hs_error err = { .text = "" };
        char *line;

        assert_int_equal(command_line_prepare(&command, (Hardstop__Setup *)setup, TRUST_ALL, &err), 0);
        line = arguments_line(&command.arguments);
        assert_string_equal(line, rows[i].line);
        free(line);
        command_line_clear(&command);
        reflect_free(setup);
    }
}

static void limits_that_are_just_enough_do(void **state)
{
    static const struct {
        int resource;
        rlim_t value;
    } rows[] = { { RLIMIT_NOFILE, 256 }, { RLIMIT_FSIZE, 64 << 20 } };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        struct rlimit before, limit;
        struct loader *loader;
        Hardstop__Setup *setup = support_setup("ccw", "s390-ccw-virtio", HARDSTOP__FRAMING__FOOTER);
        Hardstop__Case *test = support_capture(setup, CASE_KEEP_DEVICES);
        struct loader_answer answer;

        getrlimit(rows[i].resource, &before);
        limit = before;
        limit.rlim_cur = rows[i].value;
        assert_int_equal(setrlimit(rows[i].resource, &limit), 0);
        loader = support_open(setup);
        support_load(loader, test, 0, &answer);
        assert_int_equal(answer.outcome, OUTCOME_ACCEPTED);
        assert_true(answer.saved_size > 1000);
        loader_close(loader);
        setrlimit(rows[i].resource, &before);
        case_free(test);
        hardstop__setup__free_unpacked(setup, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_ends_with_its_process),
        cmocka_unit_test(a_group_ends_when_we_die),
        cmocka_unit_test(a_command_line_says_all_of_the_setup),
        cmocka_unit_test(small_limits_have_words),
        cmocka_unit_test(limits_that_are_just_enough_do),
    };

    standard_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
