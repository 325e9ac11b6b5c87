/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drives a migration out of a QEMU over QMP, through a pipe; before, a guest may run. */
#include "harness/loader/qemu/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/loader/loader.h"
#include "harness/loader/qemu/drain.h"
#include "harness/loader/qemu/object.h"
#include "harness/loader/qemu/running.h"

enum {
    TEXT_SIZE = 16384,
};

/* What QEMU's own words, or its silence, say about a connection that ended. */
static int explain_end(const struct qmp *qmp, struct process *process, const Hardstop__Setup *setup,
                       struct hs_error *err)
{
    char text[TEXT_SIZE];
    struct patience patience = patience_by_clock(LOADER_EXIT_MS);
    int exit_status, signal;

    if (!process->pid || qmp->failure != QMP_FAILURE_GONE) {
        return hs_fail_in(err, "%s", setup->binary);
    }
    if (process_wait(process, &patience, &exit_status, &signal) && signal) {
        return hs_fail(err, HS_NO_OFFSET, "%s was ended by %s", setup->binary, loader_signal_name(signal));
    }
    process_read_errors(process, text, sizeof(text));
    return command_line_explain(setup, text, err);
}

int capture_start(struct qmp *qmp, struct process *process, const Hardstop__Setup *setup,
                  const struct command_line *command, struct patience *patience, struct hs_error *err)
{
    int result;

    memset(process, 0, sizeof(*process));
    result = qmp_start(qmp, process, command->path, &command->arguments, NULL, err);
    if (result == 0) {
        result = qmp_execute(qmp, "qmp_capabilities", NULL, -1, patience, NULL, err);
    }
    return result < 0 ? explain_end(qmp, process, setup, err) : 0;
}

/* Waits for the end of the migration that was begun. */
static int await_migration(struct qmp *qmp, struct patience *patience, struct hs_error *err)
{
    for (;;) {
        const char *status, *reason;
        json_t *answer;

        if (qmp_execute(qmp, "query-migrate", NULL, -1, patience, &answer, err) < 0) {
            return -1;
        }
        status = json_string_value(json_object_get(answer, "status"));
        reason = json_string_value(json_object_get(answer, "error-desc"));
        if (status && (strcmp(status, "failed") == 0 || strcmp(status, "cancelled") == 0)) {
            qmp->failure = QMP_FAILURE_REFUSED;
            hs_fail(err, HS_NO_OFFSET, "the migration %s: %s", status, reason ? reason : "QEMU gives no reason");
            json_decref(answer);
            return -1;
        }
        if (status && strcmp(status, "completed") == 0) {
            json_decref(answer);
            return 0;
        }
        json_decref(answer);
        patience_rest(patience);
        if (patience_is_over(patience)) {
            qmp->failure = QMP_FAILURE_LATE;
            return hs_fail(err, HS_NO_OFFSET, "the migration did not complete in time");
        }
    }
}

/* Capabilities with which QEMU 7.2 saves only to a QEMU that answers, or not while it is stopped. */
static const char *const needing_more[] = {
    "multifd", "zero-copy-send", "postcopy-ram", "postcopy-preempt", "return-path", "x-colo", "background-snapshot",
};

static bool needs_more(json_t *capability)
{
    const char *name = json_string_value(json_object_get(capability, "capability"));

    for (size_t i = 0; i < HS_COUNT(needing_more); i++) {
        if (name && json_is_true(json_object_get(capability, "state")) && strcmp(name, needing_more[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Turns off what cannot go to a file. */
static int choose_capabilities(struct qmp *qmp, struct patience *patience, struct hs_error *err)
{
    json_t *all, *capability, *off = json_array();
    size_t i;

    if (qmp_execute(qmp, "query-migrate-capabilities", NULL, -1, patience, &all, err) < 0) {
        json_decref(off);
        return -1;
    }
    json_array_foreach(all, i, capability)
    {
        if (needs_more(capability)) {
            json_object_set_new(capability, "state", json_false());
            json_array_append(off, capability);
        }
    }
    json_decref(all);
    return qmp_execute(qmp, "migrate-set-capabilities", json_pack("{s:o}", "capabilities", off), -1, patience, NULL,
                       err);
}

int capture_save(struct qmp *qmp, struct patience *patience, uint8_t **stream, size_t *size, struct hs_error *err)
{
    struct drain drain;
    int fd = drain_begin(&drain, err), result = -1;

    if (fd < 0) {
        return -1;
    }
    if (choose_capabilities(qmp, patience, err) == 0 &&
        qmp_execute(qmp, "getfd", json_pack("{s:s}", "fdname", "stream"), fd, patience, NULL, err) == 0 &&
        qmp_execute(qmp, "migrate", json_pack("{s:s}", "uri", "fd:stream"), -1, patience, NULL, err) == 0 &&
        await_migration(qmp, patience, err) == 0) {
        result = 0;
    }
    close(fd);
    return drain_end(&drain, result == 0, stream, size, err);
}

void capture_quit(struct qmp *qmp, struct process *process)
{
    struct patience patience = patience_by_clock(LOADER_EXIT_MS);
    int exit_status, signal;

    if (process->pid && (qmp->failure == QMP_FAILURE_NONE || qmp->failure == QMP_FAILURE_REFUSED)) {
        /* QEMU may end before its answer is out: only the end counts. */
        qmp_execute(qmp, "quit", NULL, -1, &patience, NULL, NULL);
        process_wait(process, &patience, &exit_status, &signal);
    }
    qmp_close(qmp);
    process_kill(process);
}

int capture_ask(const Hardstop__Setup *setup, enum trust trust, capture_ask_fn *ask, void *user, struct hs_error *err)
{
    struct patience patience = patience_by_clock(LOADER_CAPTURE_MS);
    struct command_line command;
    struct process process;
    struct qmp qmp;
    int result = command_line_prepare(&command, setup, trust, err);

    if (result == 0) {
        result = capture_start(&qmp, &process, setup, &command, &patience, err);
        if (result == 0) {
            result = ask(user, &qmp, &patience, err);
        }
        capture_quit(&qmp, &process);
    }
    command_line_clear(&command);
    return result;
}

/* What lets a guest stop by itself, and which it is. */
static int add_running(struct command_line *command, const Hardstop__Setup *setup, bool small, struct hs_error *err)
{
    char *guest = small ? object_guest(setup, err) : NULL;

    if (small && !guest) {
        return -1;
    }
    arguments_add(&command->arguments, "-action");
    arguments_add(&command->arguments, "reboot=shutdown,shutdown=pause,panic=pause");
    if (guest) {
        arguments_add(&command->arguments, "-kernel");
        arguments_add(&command->arguments, guest);
    }
    free(guest);
    return 0;
}

static int run_and_save(struct qmp *qmp, enum qemu_when when, uint8_t **stream, size_t *size, struct hs_error *err)
{
    struct patience patience;

    if (when != QEMU_FRESH && running_await_end(qmp, when == QEMU_SMALL, err) < 0) {
        return -1;
    }
    patience = patience_by_clock(LOADER_CAPTURE_MS);
    return capture_save(qmp, &patience, stream, size, err);
}

int qemu_capture(const Hardstop__Setup *setup, enum trust trust, enum qemu_when when, uint8_t **stream,
                 size_t *size, struct hs_error *err)
{
    struct patience patience = patience_by_clock(LOADER_CAPTURE_MS);
    struct process process;
    struct command_line command;
    struct qmp qmp;
    int result = command_line_prepare(&command, setup, trust, err);

    if (result == 0 && when != QEMU_FRESH) {
        result = add_running(&command, setup, when == QEMU_SMALL, err);
    }
    if (result == 0) {
        result = capture_start(&qmp, &process, setup, &command, &patience, err);
        if (result == 0 && run_and_save(&qmp, when, stream, size, err) < 0) {
            result = explain_end(&qmp, &process, setup, err);
        }
        capture_quit(&qmp, &process);
    }
    command_line_clear(&command);
    return result;
}
