/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client for QEMU's qtest socket (softmmu/qtest.c), by which an unmodified QEMU does what its guest would do on its
 * buses: accesses to memory and I/O ports.
 */
#ifndef HARDSTOP_LOADER_QEMU_QTEST_H
#define HARDSTOP_LOADER_QEMU_QTEST_H

#include "harness/loader/qemu/acts.h"
#include "harness/loader/qemu/process.h"
#include "harness/wire/builder.h"

struct qtest {
    int fd, child; /* our end, and QEMU's until it has it; -1: none */
    struct patience *patience; /* for an answer; set before qtest_bus() is used */
    bool is_late; /* patience came to its end; else, where the bus is gone, QEMU closed the connection */
    struct builder *lines; /* all that was asked for, one behind the other; NULL: not wanted */
    char buffer[4096]; /* what was received and not yet taken */
    size_t length;
};

/* For a QEMU that is to be started: adds options, and a descriptor for it.  0, or -1 with a reason. */
int qtest_prepare(struct qtest *qtest, struct arguments *arguments, struct process_given *given, struct hs_error *err);
/* It was started, or was not: its descriptor is closed here. */
void qtest_started(struct qtest *qtest);
void qtest_close(struct qtest *qtest);

struct acts_bus qtest_bus(struct qtest *qtest);

#endif
