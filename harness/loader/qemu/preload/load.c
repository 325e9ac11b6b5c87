/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hands a stream to QEMU's own functions, and has them save the state again. */
#include "harness/loader/qemu/preload/load.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/loader/qemu/preload/beyond.h"
#include "harness/loader/qemu/preload/calls.h"
#include "harness/loader/qemu/preload/incoming.h"
#include "harness/loader/qemu/preload/pieces.h"
#include "harness/loader/qemu/preload/symbols.h"
#include "harness/loader/qemu/preload/vcpu.h"
#include "harness/loader/qemu/preload/version.h"

/* Of `size` bytes from `address` on: those behind the last address there is, which go nowhere. */
static uint64_t bytes_behind_the_end(uint64_t address, uint64_t size)
{
    uint64_t room = address ? -address : UINT64_MAX;

    return size > room ? size - room : 0;
}

static void write_guest_memory(const struct protocol_shared *shared)
{
    off_t at = PROTOCOL_MEMORY_OFFSET;

    for (uint32_t i = 0; i < shared->request.n_memory; i++) {
        uint64_t record[2], behind;
        char chunk[4096];

        if (pread(PROTOCOL_FD_CONTROL, record, sizeof(record), at) != (ssize_t)sizeof(record)) {
            _exit(3);
        }
        at += (off_t)sizeof(record);
        behind = bytes_behind_the_end(record[0], record[1]);
        record[1] -= behind;
        while (record[1]) {
            size_t n = record[1] < sizeof(chunk) ? (size_t)record[1] : sizeof(chunk);

            if (pread(PROTOCOL_FD_CONTROL, chunk, n, at) != (ssize_t)n) {
                _exit(3);
            }
            symbols.cpu_physical_memory_rw(record[0], chunk, n, true);
            at += (off_t)n;
            record[0] += n;
            record[1] -= n;
        }
        at += (off_t)behind;
    }
}

static void *open_file(int fd, bool output)
{
    int own = dup(fd);
    void *channel = symbols.qio_channel_file_new_fd(own);
    void *file = output ? symbols.qemu_file_new_output(channel) : symbols.qemu_file_new_input(channel);

    symbols.object_unref(channel);
    if (!output) {
        calls_begin_input(own);
    }
    return file;
}

/*
 * The guest's run state becomes what the stream said.  QEMU leaves that to a bottom half, which nothing runs here;
 * without it, a stream whose end was never read would save as if it had been.
 */
static void set_run_state(void)
{
    int state = symbols.global_state_received() ? symbols.global_state_get_runstate() : version->paused;

    symbols.runstate_set(version->inmigrate);
    /* As with -S. */
    symbols.runstate_set(state == version->running ? version->paused : state);
}

static void save_again(struct protocol_shared *shared)
{
    void *file;
    int closed;

    lseek(PROTOCOL_FD_OUTPUT, 0, SEEK_SET);
    symbols.global_state_store();
    file = open_file(PROTOCOL_FD_OUTPUT, true);
    if (shared->request.fast) {
        /* It writes a header, which a state does not have. */
        shared->answer.saved_offset = version->saved_header;
        shared->answer.save_result = symbols.qemu_save_device_state(file);
    } else {
        /* What is compared needs names, even where the machine type sends none (hw/core/machine.c). */
        symbols.object_property_set_bool(symbols.qdev_get_machine(), "suppress-vmdesc", false, NULL);
        symbols.trace_enable_events(PROTOCOL_SAVE_EVENT);
        shared->answer.save_result = symbols.qemu_savevm_state_complete_precopy_non_iterable(file, false, false);
    }
    closed = symbols.qemu_fclose(file);
    if (closed < 0 && shared->answer.save_result >= 0) {
        shared->answer.save_result = closed;
    }
    shared->answer.saved_size = (uint64_t)lseek(PROTOCOL_FD_OUTPUT, 0, SEEK_CUR) - shared->answer.saved_offset;
}

/*
 * As process_incoming_migration_co() (migration/migration.c), QEMU loads in a coroutine: its stack is another, smaller
 * one, and what was not read is what that held before.  Some devices leave it while they load (virtio, to set
 * features), and the main loop then does what others have asked for meanwhile.
 */
static void *coroutine;
static struct {
    void *file;
    bool whole, ended;
    int result;
} load;

static void load_in_coroutine(void *user)
{
    (void)user;
    load.result = load.whole ? symbols.qemu_loadvm_state(load.file) : symbols.qemu_load_device_state(load.file);
    load.ended = true;
}

void load_prepare(void)
{
    coroutine = symbols.qemu_coroutine_create(load_in_coroutine, NULL);
}

static int load_file(void *file, bool whole)
{
    load.file = file;
    load.whole = whole;
    load.ended = false;
    symbols.qemu_coroutine_enter(coroutine);
    while (!load.ended) {
        symbols.main_loop_wait(false);
    }
    return load.result;
}

void load_stream(struct protocol_shared *shared)
{
    const char *reason;
    void *file;
    int result;

    write_guest_memory(shared);
    lseek(PROTOCOL_FD_INPUT, 0, shared->request.n_pieces ? SEEK_END : SEEK_SET);
    pieces_begin(shared);
    file = open_file(PROTOCOL_FD_INPUT, false);
    /* Commands look for their answer channel here. */
    *(void **)((char *)symbols.migration_incoming_get_current() + version->incoming_from_src) = file;
    beyond_begin(shared, file);
    shared->answer.phase = PROTOCOL_PHASE_LOADING;
    result = load_file(file, shared->request.whole);
    beyond_end();
    shared->answer.load_result = result;
    reason = incoming_goes_on(result);
    if (reason) {
        snprintf(shared->answer.goes_on, sizeof(shared->answer.goes_on), "%s", reason);
        _exit(0);
    }
    if (result < 0 && shared->request.whole) {
        /* As process_incoming_migration_co(), in which -incoming loads: some ends have no other words. */
        symbols.error_report("load of migration failed: %s", strerror(-result));
    }
    if (result == 0) {
        vcpu_do_work();
        set_run_state();
        shared->answer.phase = PROTOCOL_PHASE_SAVING;
        save_again(shared);
    }
    shared->answer.phase = PROTOCOL_PHASE_FINISHED;
}
