/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks QEMU over and over what its guest does. */
#include "harness/loader/qemu/running.h"

#include <stdlib.h>
#include <string.h>

#include "harness/loader/limits.h"

/* The flag by which an x86 takes interrupts: IF of EFLAGS. */
#define TAKES_INTERRUPTS 0x200ul

bool running_is_halted(const char *registers)
{
    const char *flags = registers;
    bool any = false;

    while ((flags = strstr(flags, "EFL=")) != NULL) {
        size_t length = strcspn(flags, "\r\n");

        if (strtoul(flags + strlen("EFL="), NULL, 16) & TAKES_INTERRUPTS || !memmem(flags, length, "HLT=1", 5)) {
            return false;
        }
        any = true;
        flags += length;
    }
    return any;
}

enum state { STATE_RUNS, STATE_HALTED, STATE_STOPPED, STATE_READY };

static int ask_whether_halted(struct qmp *qmp, enum state *state, struct hs_error *err)
{
    struct patience patience = patience_by_clock(LOADER_CAPTURE_MS);
    json_t *answer;

    if (qmp_execute(qmp, "human-monitor-command", json_pack("{s:s}", "command-line", "info registers -a"), -1,
                    &patience, &answer, err) < 0) {
        return -1;
    }
    if (json_is_string(answer) && running_is_halted(json_string_value(answer))) {
        *state = STATE_HALTED;
    }
    json_decref(answer);
    return 0;
}

static int ask_status(struct qmp *qmp, enum state *state, struct hs_error *err)
{
    struct patience patience = patience_by_clock(LOADER_CAPTURE_MS);
    const char *status;
    json_t *answer;

    if (qmp_execute(qmp, "query-status", NULL, -1, &patience, &answer, err) < 0) {
        return -1;
    }
    status = json_string_value(json_object_get(answer, "status"));
    *state = json_is_true(json_object_get(answer, "running")) ? STATE_RUNS
             : status && strcmp(status, "shutdown") == 0      ? STATE_READY
                                                              : STATE_STOPPED;
    json_decref(answer);
    return 0;
}

static int ask_state(struct qmp *qmp, enum state *state, struct hs_error *err)
{
    enum state later;

    if (ask_status(qmp, state, err) < 0 || (*state == STATE_RUNS && ask_whether_halted(qmp, state, err) < 0)) {
        return -1;
    }
    if (*state != STATE_HALTED) {
        return 0;
    }
    /* A guest that has stopped between the two questions has halted, too. */
    if (ask_status(qmp, &later, err) < 0) {
        return -1;
    }
    *state = later == STATE_RUNS ? STATE_HALTED : later;
    return 0;
}

int running_await_end(struct qmp *qmp, bool small, struct hs_error *err)
{
    struct patience patience = patience_by_clock(LOADER_RUN_MS);
    enum state state = STATE_RUNS;

    if (qmp_execute(qmp, "cont", NULL, -1, &patience, NULL, err) < 0) {
        return -1;
    }
    while (state == STATE_RUNS) {
        patience_rest(&patience);
        if (ask_state(qmp, &state, err) < 0) {
            return -1;
        }
        if (state == STATE_RUNS && patience_is_over(&patience)) {
            qmp->failure = QMP_FAILURE_REFUSED;
            return hs_fail(err, HS_NO_OFFSET, "the guest has not stopped by itself in %d s", LOADER_RUN_MS / 1000);
        }
    }
    if (small && state != STATE_READY) {
        qmp->failure = QMP_FAILURE_REFUSED;
        return hs_fail(err, HS_NO_OFFSET,
                       "the guest found no virtio device that it knows: net, blk or rng, as of virtio 1.0");
    }
    return 0;
}
