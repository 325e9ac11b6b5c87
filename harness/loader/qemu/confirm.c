/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watches a QEMU load a file by -incoming, and tells its ends apart. */
#include "harness/loader/qemu/confirm.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/loader/qemu/arrival.h"
#include "harness/loader/qemu/capture.h"
#include "harness/loader/qemu/lone_start.h"
#include "harness/loader/qemu/platform.h"
#include "harness/loader/qemu/process.h"
#include "harness/loader/qemu/program.h"
#include "harness/loader/qemu/qmp.h"
#include "harness/loader/qemu/said.h"
#include "harness/loader/qemu/use.h"
#include "harness/setup/program.h"

/*
 * The stream's descriptor in QEMU.  A file is read without a pause: what comes by a pipe (exec:) lets QEMU do other
 * things in between, timers of devices that are half loaded among them, and what becomes of that is another thing each
 * time.
 */
#define INCOMING_FD COMMAND_LINE_FD

/* How QEMU is told of it, and what one says that wants to be told otherwise: before 8.2, and from 11.1 on. */
static const struct {
    const char *uri, *refusal;
} incoming[] = {
    { "file:/dev/fd/" INCOMING_FD, "unknown migration protocol" },
    { "fd:" INCOMING_FD, "fd: migration to a file is not supported" },
};

/* QEMU's last words after every error that a loader returned. */
static const char rejection[] = "load of migration failed";

/* A regular file, opened for QEMU; -1 with a reason. */
static int open_stream(const char *path, struct hs_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat stat;

    if (fd < 0 || fstat(fd, &stat) < 0) {
        hs_fail(err, HS_NO_OFFSET, "%s: %s", path, strerror(errno));
    } else if (!S_ISREG(stat.st_mode)) {
        hs_fail(err, HS_NO_OFFSET, "%s: not a file", path);
    } else {
        return fd;
    }
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

/* What is started: the setup's QEMU, with -incoming and without. */
struct attempt {
    const Hardstop__Setup *setup;
    struct command_line with, without;
    int stream;
    struct confirm_limits limits;
    struct watch *watch; /* NULL: none */
    bool acts; /* what a guest does is done, too */
    struct qtest qtest; /* by this */
};

/* Is there something among the pokes that a guest of the setup does? */
static bool needs_guest(const Hardstop__Setup *setup, uint32_t pokes)
{
    return (pokes & ACTS_POKES) && platform_of(setup) != ACTS_NONE;
}

static struct patience patience_for(const struct attempt *attempt, const struct process *process)
{
    struct patience patience = patience_with(process->pid, attempt->limits.timeout_ms);

    patience.most_reads = attempt->limits.most_reads;
    return patience;
}

static int judge_hang(const struct attempt *attempt, const struct patience *patience, struct process *process,
                      struct confirm_result *result, struct hs_error *err)
{
    static const enum hang hangs[] = {
        [PATIENCE_SPINS] = HANG_SPINS, [PATIENCE_READS] = HANG_READS, [PATIENCE_SLEEPS] = HANG_SLEEPS,
    };

    if (patience->ended == PATIENCE_CLOCK) {
        return hs_fail(err, HS_NO_OFFSET, "%s neither answers nor gets processor time", attempt->setup->binary);
    }
    said_read(process, result);
    if (attempt->watch) {
        watch_interrupt(process);
    }
    result->outcome = OUTCOME_HUNG;
    result->hang = hangs[patience->ended];
    return 0;
}

static int judge_end(const struct attempt *attempt, struct process *process, struct confirm_result *result,
                     struct hs_error *err)
{
    size_t length = said_read(process, result);

    if (result->exit_status == 1 && strstr(result->text, rejection)) {
        result->outcome = OUTCOME_REJECTED;
        return 0;
    }
    /* Half: the kernel does not fill each page of a pipe. */
    if (result->exit_status == 1 && length > PROCESS_ERRORS_SIZE / 2) {
        return hs_fail(err, HS_NO_OFFSET, "%s: its last words are lost behind %zu bytes of errors",
                       attempt->setup->binary, length);
    }
    if (loader_is_from_outside(result->signal)) {
        return hs_fail(err, HS_NO_OFFSET, "%s was ended from outside by %s", attempt->setup->binary,
                       loader_signal_name(result->signal));
    }
    if (!result->saving && !result->poke && !lone_start(attempt->setup, &attempt->without, err)) {
        return -1;
    }
    result->outcome = OUTCOME_CRASHED;
    return 0;
}

/* Judges a connection that ended or stayed silent. */
static int judge_silence(const struct attempt *attempt, const struct qmp *qmp, const struct patience *patience,
                         struct process *process, struct confirm_result *result, struct hs_error *err)
{
    struct patience ending = patience_for(attempt, process);

    result->outcome = OUTCOME_UNKNOWN;
    if (qmp->failure == QMP_FAILURE_LATE) {
        return judge_hang(attempt, patience, process, result, err);
    }
    if (qmp->failure != QMP_FAILURE_GONE) {
        return hs_fail_in(err, "%s", attempt->setup->binary);
    }
    if (!process_wait(process, &ending, &result->exit_status, &result->signal)) {
        return judge_hang(attempt, &ending, process, result, err);
    }
    return judge_end(attempt, process, result, err);
}

/* Migrates an accepted state out again; only what QEMU says about that is added to the text. */
static int save(const struct attempt *attempt, struct qmp *qmp, struct process *process, struct confirm_result *result,
                struct hs_error *err)
{
    struct patience patience = patience_for(attempt, process);
    struct hs_error reason;
    char *text;

    if (capture_save(qmp, &patience, &result->saved, &result->saved_size, &reason) == 0) {
        said_read(process, result);
        return 0;
    }
    if (qmp->failure == QMP_FAILURE_NONE) {
        result->outcome = OUTCOME_UNKNOWN;
        return hs_fail(err, HS_NO_OFFSET, "%s", reason.text);
    }
    if (qmp->failure != QMP_FAILURE_REFUSED) {
        result->saving = true;
        return judge_silence(attempt, qmp, &patience, process, result, err);
    }
    said_read(process, result);
    text = hs_format("%sthe state was not saved again: %s\n", result->text, reason.text);
    free(result->text);
    result->text = text;
    return 0;
}

/* Of what was saved only if QEMU survives that. */
static int use(struct attempt *attempt, struct qmp *qmp, struct process *process, struct confirm_result *result,
               struct hs_error *err)
{
    struct patience patience = patience_for(attempt, process);
    struct used used = { .qmp = qmp, .qtest = attempt->acts ? &attempt->qtest : NULL,
                         .platform = platform_of(attempt->setup), .patience = &patience };
    uint32_t pokes = attempt->limits.pokes;
    int status;

    attempt->qtest.patience = &patience;
    attempt->qtest.lines = &result->acts;
    status = use_machine(&used, pokes, &result->poke, err);
    result->reset = used.reset;
    result->reset_size = used.reset_size;
    free(result->commands);
    result->commands = use_words(status == 0 ? pokes : pokes & (POKE_BIT(result->poke + 1) - 1));
    return status == 0 ? 0 : judge_silence(attempt, qmp, &patience, process, result, err);
}

/* Starts it; with a qtest socket where a guest's acts are asked for. */
static int start(struct attempt *attempt, struct qmp *qmp, struct process *process, struct process_given *given,
                 struct hs_error *err)
{
    int status;

    if (attempt->acts && qtest_prepare(&attempt->qtest, &attempt->with.arguments, given, err) < 0) {
        memset(qmp, 0, sizeof(*qmp));
        qmp->fd = -1;
        return -1;
    }
    status = qmp_start(qmp, process, attempt->with.path, &attempt->with.arguments, given, err);
    qtest_started(&attempt->qtest);
    return status;
}

static int run(struct attempt *attempt, struct confirm_result *result, struct hs_error *err)
{
    struct process_given given = { 0 };
    struct process process = { 0 };
    struct patience patience;
    struct qmp qmp;
    int status;

    process_give(&given, attempt->stream, atoi(INCOMING_FD));
    if (attempt->watch) {
        watch_begin(attempt->watch, &given);
    }
    status = start(attempt, &qmp, &process, &given, err);
    patience = patience_for(attempt, &process);
    if (status < 0 && qmp.failure != QMP_FAILURE_GONE) {
        hs_fail_in(err, "%s", attempt->setup->binary);
    } else if (status < 0 || arrival_await(&qmp, &patience, &result->outcome, err) < 0) {
        status = judge_silence(attempt, &qmp, &patience, &process, result, err);
    } else if (result->outcome == OUTCOME_ACCEPTED) {
        bool unsaved = attempt->limits.unsaved;

        status = unsaved ? 0 : save(attempt, &qmp, &process, result, err);
        if (status == 0 && result->outcome == OUTCOME_ACCEPTED && (result->saved || unsaved)) {
            status = use(attempt, &qmp, &process, result, err);
        }
    } else {
        said_read(&process, result);
    }
    qtest_close(&attempt->qtest);
    capture_quit(&qmp, &process);
    return status < 0 ? -1 : said_finish(attempt->setup, &attempt->without, result, err);
}

/* The program that runs another one with less address space, and how much that is, in `*all`. */
static int limit_memory(struct attempt *attempt, uint64_t *all, struct hs_error *err)
{
    const struct lone_start *start =
        attempt->limits.memory ? lone_start(attempt->setup, &attempt->without, err) : NULL;
    struct arguments limited = { 0 };
    char *option;

    if (!attempt->limits.memory) {
        return 0;
    }
    if (!start) {
        return -1;
    }
    free(attempt->with.path);
    attempt->with.path = arguments_find_program("prlimit");
    if (!attempt->with.path) {
        return hs_fail(err, HS_NO_OFFSET, "no program prlimit in PATH; on Debian: apt-get install util-linux");
    }
    *all = start->size + attempt->limits.memory;
    option = hs_format("--as=%" PRIu64, *all);
    arguments_add(&limited, "prlimit");
    arguments_add(&limited, option);
    for (size_t i = 0; i < attempt->with.arguments.n; i++) {
        arguments_add(&limited, attempt->with.arguments.argv[i]);
    }
    arguments_clear(&attempt->with.arguments);
    attempt->with.arguments = limited;
    free(option);
    return 0;
}

/* Loads once, told of the stream in the way of that index. */
static int run_by(struct attempt *attempt, enum trust trust, const char *path, size_t way,
                  struct confirm_result *result, struct hs_error *err)
{
    int status = -1;

    if (command_line_prepare(&attempt->with, attempt->setup, trust, err) == 0 &&
        limit_memory(attempt, &result->address_space, err) == 0) {
        if (attempt->limits.pokes) {
            /* A device that is used may ask for it; a served QEMU does not obey. */
            arguments_add(&attempt->with.arguments, "-no-shutdown");
        }
        arguments_add(&attempt->with.arguments, "-incoming");
        arguments_add(&attempt->with.arguments, incoming[way].uri);
        result->command_line =
            command_line_shell(&attempt->with.arguments, attempt->setup->binary, attempt->without.path, path);
        status = run(attempt, result, err);
    }
    command_line_clear(&attempt->with);
    return status;
}

static bool is_refused(const struct confirm_result *result, size_t way)
{
    return result->outcome == OUTCOME_CRASHED && result->exit_status == 1 &&
           strstr(result->text, incoming[way].refusal);
}

static void begin_result(struct confirm_result *result)
{
    memset(result, 0, sizeof(*result));
    result->exit_status = -1;
    result->commands = hs_strdup("");
    result->text = hs_strdup("");
}

int confirm_watched(const Hardstop__Setup *setup, enum trust trust, const char *path,
                    const struct confirm_limits *limits, struct watch *watch, struct confirm_result *result,
                    struct hs_error *err)
{
    static size_t way; /* streams of one QEMU come in a row */
    struct attempt attempt = { .setup = setup, .watch = watch, .qtest = { .fd = -1, .child = -1 } };
    int status = -1;

    begin_result(result);
    if (limits) {
        attempt.limits = *limits;
    }
    if (!attempt.limits.timeout_ms) {
        attempt.limits.timeout_ms = LOADER_TIMEOUT_MS;
    }
    if (!attempt.limits.most_reads) {
        attempt.limits.most_reads = LOADER_READS_BEYOND;
    }
    attempt.acts = needs_guest(setup, attempt.limits.pokes);
    attempt.stream = open_stream(path, err);
    if (attempt.stream < 0) {
        return -1;
    }
    if (command_line_prepare(&attempt.without, setup, trust, err) == 0) {
        status = run_by(&attempt, trust, path, way, result, err);
    }
    for (size_t i = 0; status == 0 && is_refused(result, way) && i < HS_COUNT(incoming); i++) {
        confirm_result_clear(result);
        begin_result(result);
        way = (way + 1) % HS_COUNT(incoming);
        status = run_by(&attempt, trust, path, way, result, err);
    }
    close(attempt.stream);
    command_line_clear(&attempt.without);
    return status;
}

int confirm_run(const Hardstop__Setup *setup, enum trust trust, const char *path, const struct confirm_limits *limits,
                struct confirm_result *result, struct hs_error *err)
{
    return confirm_watched(setup, trust, path, limits, NULL, result, err);
}

int confirm_arguments(const Hardstop__Setup *setup, enum trust trust, struct arguments *arguments,
                      struct hs_error *err)
{
    struct command_line command;
    int status = command_line_prepare(&command, setup, trust, err);

    *arguments = command.arguments;
    memset(&command.arguments, 0, sizeof(command.arguments));
    command_line_clear(&command);
    return status;
}

void confirm_result_clear(struct confirm_result *result)
{
    free(result->text);
    free(result->commands);
    free(result->command_line);
    free(result->saved);
    free(result->reset);
    builder_clear(&result->acts);
    memset(result, 0, sizeof(*result));
}
