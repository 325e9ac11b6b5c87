/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has QEMU's own functions save the state. */
#include "harness/loader/qemu/preload/save.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "harness/loader/qemu/preload/describe.h"
#include "harness/loader/qemu/preload/file.h"
#include "harness/loader/qemu/preload/symbols.h"

enum { HEADER = 8 }; /* magic and version of a stream: migration/savevm.c */

/* RunState, whose numbers differ between versions: qapi/run-state.json. */
static struct {
    int inmigrate, paused, running, suspended, internal_error, shutdown;
} states;

static int run_state(const char *name)
{
    return symbols.qapi_enum_parse(symbols.RunState_lookup, name, -1, NULL);
}

void save_prepare(void)
{
    states.inmigrate = run_state("inmigrate");
    states.paused = run_state("paused");
    states.running = run_state("running");
    states.suspended = run_state("suspended");
    states.internal_error = run_state("internal-error");
    states.shutdown = run_state("shutdown");
}

/*
 * The guest's run state becomes what the stream said.  QEMU leaves that to a bottom half, which nothing runs here;
 * without it, a stream whose end was never read would save as if it had been.
 */
static void set_run_state(void)
{
    int state = symbols.global_state_received() ? symbols.global_state_get_runstate() : states.paused;

    symbols.runstate_set(states.inmigrate);
    /* As with -S. */
    symbols.runstate_set(state == states.running ? states.paused : state);
}

/* Some versions begin with a stream's header, which a state does not have. */
static uint64_t size_of_header(uint64_t at)
{
    char begin[4];

    return pread(PROTOCOL_FD_OUTPUT, begin, sizeof(begin), (off_t)at) == sizeof(begin) && !memcmp(begin, "QEVM", 4)
               ? HEADER
               : 0;
}

/* 0 and what was written from `at` on, or a negative errno. */
static int save_at(uint64_t at, uint64_t *size)
{
    void *file, *error = NULL;
    int result, closed;

    lseek(PROTOCOL_FD_OUTPUT, (off_t)at, SEEK_SET);
    file = file_open_output(PROTOCOL_FD_OUTPUT);
    result = symbols.qemu_save_device_state(file, &error);
    if (error) {
        symbols.error_report_err(error);
    }
    closed = symbols.qemu_fclose(file);
    *size = (uint64_t)lseek(PROTOCOL_FD_OUTPUT, 0, SEEK_CUR) - at;
    return closed < 0 && result >= 0 ? closed : result;
}

void save_again(struct protocol_shared *shared)
{
    set_run_state();
    shared->answer.phase = PROTOCOL_PHASE_SAVING;
    symbols.global_state_store();
    if (!shared->request.fast) {
        symbols.trace_enable_events(PROTOCOL_SAVE_EVENT);
    }
    shared->answer.save_result = save_at(0, &shared->answer.saved_size);
    shared->answer.saved_offset = size_of_header(0);
    if (!shared->request.fast && shared->answer.save_result >= 0) {
        shared->answer.saved_size += describe_state(PROTOCOL_FD_OUTPUT, shared->answer.saved_size,
                                                     shared->request.as_sent);
    }
    shared->answer.saved_size -= shared->answer.saved_offset;
}

bool save_can_run(void)
{
    const int others[] = { states.running, states.suspended, states.internal_error, states.shutdown };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (!symbols.runstate_check || symbols.runstate_check(others[i])) {
            return false;
        }
    }
    return true;
}

void save_stop(void)
{
    if (symbols.runstate_check && symbols.runstate_check(states.running)) {
        symbols.runstate_set(states.paused);
        symbols.vm_state_notify(false, states.paused);
    }
}

void save_used(struct protocol_shared *shared)
{
    uint64_t at = shared->answer.saved_offset + shared->answer.saved_size, header;

    if (save_at(at, &shared->answer.used_size) < 0) {
        shared->answer.used_size = 0;
        return;
    }
    header = size_of_header(at);
    shared->answer.used_offset = at + header;
    shared->answer.used_size -= header;
}
