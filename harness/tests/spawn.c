/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spawn.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "support.h"

enum { MAX_ARGUMENTS = 32 };

static char *read_back(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    char *text = hs_alloc((size_t)size + 1);

    assert_int_equal(pread(fd, text, (size_t)size, 0), size);
    close(fd);
    return text;
}

static void run_child(char **argv, int out, int err)
{
    setpgid(0, 0);
    dup2(out, 1);
    dup2(err, 2);
    execv(argv[0], argv);
    _exit(127);
}

struct spawn spawn_start_at(const char *program, const char *folder, const char *arguments)
{
    char *argv[MAX_ARGUMENTS + 1] = { hs_strdup(program) }, *copy = hs_strdup(arguments), *rest = copy;
    struct spawn spawn = { .out = memfd_create("out", MFD_CLOEXEC), .err = memfd_create("err", MFD_CLOEXEC) };
    size_t n = 1;
    int ends[2];

    for (char *word; (word = strsep(&rest, " "));) {
        char *at = strchr(word, '@');

        at += at && at[1] == '@';

        assert_true(n < MAX_ARGUMENTS);
        argv[n++] = at ? hs_format("%.*s%s%s", (int)(at - word), word, folder, at + 1) : hs_strdup(word);
    }
    assert_int_equal(pipe(ends), 0);
    spawn.alive = ends[0];
    spawn.pid = fork();
    if (spawn.pid == 0) {
        close(ends[0]);
        run_child(argv, spawn.out, spawn.err);
    }
    assert_true(spawn.pid > 0);
    /* Here and there: whoever comes first. */
    setpgid(spawn.pid, spawn.pid);
    close(ends[1]);
    while (n > 0) {
        free(argv[--n]);
    }
    free(copy);
    return spawn;
}

struct spawn spawn_start(const char *folder, const char *arguments)
{
    char *program = support_beside("hardstop");
    struct spawn spawn = spawn_start_at(program, folder, arguments);

    free(program);
    return spawn;
}

static struct run collect(struct spawn *spawn)
{
    struct run run;
    int status;

    assert_int_equal(waitpid(spawn->pid, &status, 0), spawn->pid);
    run.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    run.out = read_back(spawn->out);
    run.err = read_back(spawn->err);
    return run;
}

struct run spawn_end(struct spawn *spawn)
{
    struct run run = collect(spawn);

    close(spawn->alive);
    return run;
}

struct run spawn_run(const char *folder, const char *arguments)
{
    struct spawn spawn = spawn_start(folder, arguments);

    return spawn_end(&spawn);
}

bool spawn_is_gone(struct spawn *spawn, int timeout_ms)
{
    struct run run = collect(spawn);
    struct pollfd fd = { .fd = spawn->alive };
    bool is_gone = poll(&fd, 1, timeout_ms) == 1 && (fd.revents & POLLHUP);

    run_clear(&run);
    close(spawn->alive);
    return is_gone;
}

void run_clear(struct run *run)
{
    free(run->out);
    free(run->err);
}

size_t spawn_count_lines(const char *text)
{
    size_t n = 0;

    for (; *text; text++) {
        n += *text == '\n';
    }
    return n;
}
