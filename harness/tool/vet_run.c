/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each step is a process of this very program: what it does can be done again by hand, and a crash ends one step. */
#include "harness/tool/vet_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/printable.h"
#include "harness/base/time.h"
#include "harness/tool/tool.h"
#include "harness/tool/vet_read.h"

#define SELF "/proc/self/exe"
/* In a folder that may be a stranger's: no link is followed, and no pipe waited for. */
#define FLAGS (O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK)

static void become(const char *program, const struct arguments *command, const char *output, const char *log)
{
    int err = open(log, FLAGS, 0666), out;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (err >= 0) {
        dup2(err, STDERR_FILENO);
        out = open(output, FLAGS, 0666);
    }
    if (err < 0 || out < 0) {
        fprintf(stderr, "hardstop: %s: %s\n", err < 0 ? log : output, strerror(errno));
        _exit(TOOL_TROUBLE);
    }
    dup2(out, STDOUT_FILENO);
    execvp(program, command->argv);
    fprintf(stderr, "hardstop: %s: %s\n", program, strerror(errno));
    _exit(TOOL_TROUBLE);
}

int vet_run_command(const char *program, const struct arguments *command, const char *output, const char *log)
{
    pid_t pid = fork();
    int status = -1;

    if (pid == 0) {
        become(program, command, output, log);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
        continue;
    }
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The last line of what a step said; free it. */
static char *last_line(const char *path)
{
    uint8_t *text = NULL;
    size_t size = 0;
    char *line;

    if (file_read(path, &text, &size, NULL) < 0) {
        return hs_strdup("nothing was said");
    }
    while (size && (text[size - 1] == '\n' || text[size - 1] == ' ')) {
        text[--size] = 0;
    }
    line = strrchr((char *)text, '\n');
    line = line ? line + 1 : (char *)text;
    line = *line ? printable_copy(line, strlen(line)) : hs_strdup("nothing was said");
    free(text);
    return line;
}

/* What a step writes or reads is a file, or not there: 0, or -1 with the step's reason. */
static int check_file(struct vet_step *step, const char *path)
{
    struct stat status;

    if (!path || lstat(path, &status) < 0 || S_ISREG(status.st_mode)) {
        return 0;
    }
    vet_set_trouble(step, hs_format("%s: is no regular file", path));
    return -1;
}

/* 0, or -1 with the step's reason.  An exit status of 1 is an answer. */
static int run(struct vet_step *step, const struct arguments *command, const char *output, const char *log)
{
    char *said = hs_format("%s.out", log);
    int status = vet_run_command(SELF, command, step->is_printed ? output : said, log);

    if (status != TOOL_CLEAN && status != TOOL_FINDING) {
        char *line = last_line(log), *words = arguments_line(command);

        vet_set_trouble(step, hs_format("%s: %s", words, line));
        free(words);
        free(line);
    }
    free(said);
    return step->why ? -1 : 0;
}

void vet_run(const struct vet *vet, struct vet_step *step)
{
    char *log = hs_format("%s/against/%s.log", vet->work, step->name);
    double began = time_now();

    step->state = VET_CLEAN;
    if (check_file(step, step->output) == 0 && check_file(step, step->earlier) == 0 &&
        (!step->reference.n || run(step, &step->reference, step->earlier, log) == 0) &&
        run(step, &step->command, step->output, step->log) == 0) {
        vet_read(vet, step);
    }
    step->seconds = time_now() - began;
    free(log);
}
