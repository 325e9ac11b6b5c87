/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client for QMP, QEMU's JSON protocol, over a socket that a QEMU is started with. */
#ifndef HARDSTOP_LOADER_QEMU_QMP_H
#define HARDSTOP_LOADER_QEMU_QMP_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "harness/base/error.h"
#include "harness/loader/limits.h"
#include "harness/loader/qemu/process.h"

/* A longer message is refused; the longest that QEMU sends here have a few hundred bytes. */
#define QMP_MESSAGE_MAX (16u << 20)

/* Why the last call failed. */
enum qmp_failure {
    QMP_FAILURE_NONE,
    QMP_FAILURE_REFUSED, /* QEMU answered with an error; the connection goes on */
    QMP_FAILURE_GONE, /* QEMU closed the connection, in general by ending */
    QMP_FAILURE_LATE, /* patience is at an end; the answer may still come, so the connection can only be closed */
    QMP_FAILURE_GARBLED, /* not QMP, or too long; the connection can only be closed */
};

struct qmp {
    int fd; /* -1: none */
    enum qmp_failure failure;
    char *buffer; /* what was received and not yet taken */
    size_t length, scanned, capacity; /* `scanned` bytes hold no newline */
};

void qmp_close(struct qmp *qmp);

/*
 * Executes `command`, a QMP name, and waits for its return; events are skipped.  `arguments` (NULL: none) is an object
 * and is released here; `fd` (-1: none) is sent along and stays open.  `result` (may be NULL) gets what QEMU returned,
 * released with json_decref().  0, or -1 with a reason, of which the kind is in `qmp->failure`.
 */
int qmp_execute(struct qmp *qmp, const char *command, json_t *arguments, int fd, struct patience *patience,
                json_t **result, struct hs_error *err);

/*
 * Starts `path` with `arguments`, a QMP connection in addition, and what is `given` (NULL: nothing more), and
 * waits up to LOADER_START_MS for the greeting.
 * The greeting comes before QEMU makes its devices: a process that ends then is QMP_FAILURE_GONE in the first command.
 * `process` begins as zeros.  0, or -1 with a reason; qmp_close() and process_kill() are needed in both cases, so that
 * the caller can read how and with what words a process ended.
 */
int qmp_start(struct qmp *qmp, struct process *process, const char *path, const struct arguments *arguments,
              const struct process_given *given, struct hs_error *err);

#endif
