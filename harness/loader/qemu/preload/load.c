/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hands a stream to QEMU's own functions. */
#include "harness/loader/qemu/preload/load.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/loader/poke.h"
#include "harness/loader/qemu/preload/beyond.h"
#include "harness/loader/qemu/preload/counters.h"
#include "harness/loader/qemu/preload/file.h"
#include "harness/loader/qemu/preload/fresh.h"
#include "harness/loader/qemu/preload/incoming.h"
#include "harness/loader/qemu/preload/pieces.h"
#include "harness/loader/qemu/preload/poke.h"
#include "harness/loader/qemu/preload/ram.h"
#include "harness/loader/qemu/preload/save.h"
#include "harness/loader/qemu/preload/symbols.h"
#include "harness/loader/qemu/preload/vcpu.h"
#include "harness/loader/qemu/preload/watch.h"
#include "harness/loader/qemu/traces.h"

/* Of `size` bytes from `address` on: those behind the last address there is, which go nowhere. */
static uint64_t bytes_behind_the_end(uint64_t address, uint64_t size)
{
    uint64_t room = address ? -address : UINT64_MAX;

    return size > room ? size - room : 0;
}

static void write_chunk(uint64_t address, void *bytes, size_t size)
{
    if (symbols.physical_memory_write) {
        symbols.physical_memory_write(address, bytes, size);
    } else {
        symbols.cpu_physical_memory_rw(address, bytes, size, true);
    }
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
            write_chunk(record[0], chunk, n);
            at += (off_t)n;
            record[0] += n;
            record[1] -= n;
        }
        at += (off_t)behind;
    }
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
    uint8_t chance;
    int result;
    void *error; /* where this QEMU's loader tells its reason so, not by writing it */
} load;

static void load_in_coroutine(void *user)
{
    (void)user;
    fresh_fill_heap(load.chance);
    fresh_fill_stack(load.chance);
    load.result = load.whole ? symbols.qemu_loadvm_state(load.file, &load.error)
                             : symbols.qemu_load_device_state(load.file, &load.error);
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
    load.error = NULL;
    symbols.qemu_coroutine_enter(coroutine);
    while (!load.ended) {
        symbols.main_loop_wait(false);
    }
    return load.result;
}

/* As process_incoming_migration_co(), in which -incoming loads: some ends have no other words. */
static void report_failure(int result, bool whole)
{
    if (load.error) {
        symbols.error_prepend(&load.error, "load of migration failed: %s: ", strerror(-result));
        symbols.error_report_err(load.error);
    } else if (whole) {
        symbols.error_report("load of migration failed: %s", strerror(-result));
    }
}

/*
 * How much QEMU gets at once.  Where a stream ends in a large read, QEMU 7.2 takes stale bytes from its buffer if that
 * held all the rest (qemu_peek_buffer, migration/qemu-file.c).  Device sections alone would most often fit into its
 * 32 KiB, what is left of a whole stream seldom does.
 */
static size_t portion(const struct protocol_shared *shared)
{
    return shared->request.chance ? 512 : shared->request.whole ? SIZE_MAX : 4096;
}

/* Loads the stream that the request describes; what the loader returned. */
static int load_input(struct protocol_shared *shared)
{
    void *file;
    int result;

    lseek(PROTOCOL_FD_INPUT, 0, shared->request.n_pieces ? SEEK_END : SEEK_SET);
    pieces_begin(shared);
    file = file_open_input(PROTOCOL_FD_INPUT, portion(shared));
    load.chance = shared->request.chance;
    /* Commands look for their answer channel in from_src_file, the first member of struct MigrationIncomingState. */
    *(void **)symbols.migration_incoming_get_current() = file;
    beyond_begin(shared, file);
    result = load_file(file, shared->request.whole);
    beyond_end();
    return result;
}

/* As where a tool that was refused a state tries another one: loadvm resets the machine first. */
static void load_again(struct protocol_shared *shared)
{
    shared->answer.phase = PROTOCOL_PHASE_POKING;
    shared->answer.poke = POKE_RETRY;
    /* Which sections it begins is told of the first load alone. */
    symbols.trace_enable_events("-" TRACES_FULL);
    symbols.trace_enable_events("-" TRACES_PART);
    symbols.qemu_system_reset(0);
    /* What is reset may write there, such as an answer to a request that was under way. */
    ram_put_back();
    shared->request.pieces = shared->request.again;
    shared->request.n_pieces = 1;
    load_prepare();
    shared->answer.again_result = load_input(shared);
    if (shared->answer.again_result < 0) {
        report_failure(shared->answer.again_result, false);
    } else {
        save_used(shared);
    }
    shared->answer.poked |= POKE_BIT(POKE_RETRY);
    shared->answer.poke = POKE_NONE;
}

static void use(struct protocol_shared *shared)
{
    bool is_watched = shared->request.pokes & POKE_BIT(POKE_WATCH);

    if (is_watched) {
        watch_begin();
    }
    fresh_fill_stack(load.chance);
    if (shared->request.pokes) {
        poke_machine(shared);
    }
    if (is_watched) {
        watch_end(shared);
    }
}

void load_stream(struct protocol_shared *shared)
{
    const char *reason;
    bool may_go_on;
    int result;

    write_guest_memory(shared);
    may_go_on = shared->request.again && symbols.qemu_system_reset && ram_keep();
    shared->answer.phase = PROTOCOL_PHASE_LOADING;
    result = load_input(shared);
    shared->answer.load_result = result;
    reason = incoming_goes_on(result);
    if (reason) {
        snprintf(shared->answer.goes_on, sizeof(shared->answer.goes_on), "%s", reason);
        _exit(0);
    }
    if (result < 0) {
        report_failure(result, shared->request.whole);
        if (may_go_on) {
            load_again(shared);
        }
    } else if (result == 0) {
        vcpu_do_work();
        save_again(shared);
        use(shared);
    }
    counters_hand_over();
    shared->answer.phase = PROTOCOL_PHASE_FINISHED;
}
