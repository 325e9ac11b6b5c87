/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the supervisor (client.c) and the object inside QEMU (preload/) say to each other.  Both are built from this
 * file in one tree, so the layout needs no versioning beyond PROTOCOL_MAGIC.
 *
 * Descriptors, inherited by number: a stream socket for one-byte messages and three memfds.  CONTROL holds one
 * `struct protocol_shared` and, from PROTOCOL_MEMORY_OFFSET, the guest memory records; INPUT is the stream and nothing
 * else, because its end is the stream's end; QEMU writes the state that it saves again to OUTPUT.
 *
 * A stream with much of a file in it is made of pieces, one behind the other, of that FILE and of INPUT, which then
 * holds only what is not in the file.
 */
#ifndef HARDSTOP_LOADER_QEMU_PROTOCOL_H
#define HARDSTOP_LOADER_QEMU_PROTOCOL_H

#include <stdint.h>

#include "harness/loader/qemu/protocol_program.h"

#define PROTOCOL_MAGIC 0x48535041u /* "HSPA" */

/* QEMU's own trace event for each section that it saves; on while what was loaded, not fast, is saved again. */
#define PROTOCOL_SAVE_EVENT "vmstate_save"
/* High numbers, so that QEMU's own descriptors do not meet them. */
enum protocol_fd {
    PROTOCOL_FD_SOCKET = 200,
    PROTOCOL_FD_CONTROL = 201,
    PROTOCOL_FD_INPUT = 202,
    PROTOCOL_FD_OUTPUT = 203,
    PROTOCOL_FD_FILE = 204, /* where there is one */
    PROTOCOL_FD_COUNTERS = 205, /* where they are asked for; see harness/loader/counters.h */
};

struct protocol_piece {
    int64_t fd; /* PROTOCOL_FD_INPUT or PROTOCOL_FD_FILE; of a second stream, PROTOCOL_FD_CONTROL */
    uint64_t offset, size;
};

/* One byte each on the socket. */
enum protocol_message {
    PROTOCOL_ASK = '?', /* from QEMU: where are `program.symbols`, which it does not export? */
    PROTOCOL_TOLD = 'T', /* to QEMU: they are filled in */
    PROTOCOL_HELLO = 'H', /* from QEMU: the preload object runs in a QEMU, qemu_init() comes next */
    PROTOCOL_READY = 'R', /* from QEMU: qemu_init() returned */
    PROTOCOL_REFUSED = 'X', /* from QEMU: cannot serve; `refusal` says why */
    PROTOCOL_CLOSED = 'C', /* from QEMU: the same, for want of functions that can be called */
    PROTOCOL_LOAD = 'L', /* to QEMU: load what `request` describes */
    PROTOCOL_DONE = 'D', /* from QEMU: `answer` is filled in */
};

enum protocol_phase {
    PROTOCOL_PHASE_NONE,
    PROTOCOL_PHASE_LOADING,
    PROTOCOL_PHASE_SAVING, /* the load returned 0 */
    PROTOCOL_PHASE_POKING, /* that is over, too */
    PROTOCOL_PHASE_FINISHED,
};

enum protocol_hang {
    PROTOCOL_ANSWERS,
    PROTOCOL_SPINS, /* it has used its processor time */
    PROTOCOL_READS, /* it has asked too often for bytes behind the end */
};

#define PROTOCOL_MEMORY_OFFSET 65536

struct protocol_shared {
    uint32_t magic;
    struct {
        uint8_t whole; /* 1: a whole stream, header to end; 0: device sections only */
        uint8_t fast; /* 1: in the runner, and saved again without a description */
        uint8_t as_sent; /* 1: saved again with a description only where the machine type sends one */
        uint8_t chance; /* see struct loader_input */
        uint32_t timeout_ms; /* of processor time; of a fast load, of the clock on the wall */
        uint32_t most_reads, pokes, platform; /* see struct loader_input, and enum acts_platform */
        uint32_t n_memory; /* guest memory records in CONTROL: u64 address, u64 size (host order), bytes */
        uint32_t n_pieces; /* 0: the stream is INPUT; */
        uint64_t pieces; /* else: where they are in CONTROL */
        uint64_t again; /* POKE_RETRY: where in CONTROL the piece is that is the second stream; 0: there is none */
        uint64_t memory_limit; /* bytes of address space that one load may add; 0: no limit */
    } request;
    struct {
        uint32_t phase; /* enum protocol_phase, how far the load came */
        int32_t load_result, again_result; /* what the loader returned, and for POKE_RETRY's stream: 0 or -errno */
        int32_t save_result; /* what saving did */
        uint8_t timed_out; /* enum protocol_hang */
        uint8_t waits; /* for what no one in its process will do */
        char goes_on[128]; /* why the migration is not over, so that there is no verdict; "": it is */
        uint8_t exited; /* QEMU called exit() or _exit() while loading or saving */
        int32_t exit_status, signal; /* signal: 0, or that which ended the load */
        uint64_t fault_address; /* si_addr */
        uint8_t at_signal; /* the first frame is where a signal came, not where a call returns to */
        uint32_t n_frames; /* innermost first */
        uint64_t frame_address[PROTOCOL_FRAMES]; /* as unwound, before translation */
        struct protocol_frame frames[PROTOCOL_FRAMES];
        uint8_t markers[PROTOCOL_MARKERS]; /* of a QEMU that has them; not 0: reached */
        uint32_t poke, poked; /* at which it is, and the set of those that came to their end */
        /* In OUTPUT: the state, the last of POKING, and records, each a struct loader_written and its bytes. */
        uint64_t saved_offset, saved_size, used_offset, used_size, written_offset, written_size;
    } answer;
    /*
     * The process that does fast loads, one after the other, and reads requests in the server's place; plain ones it
     * passes on.  Who writes what, and when:
     *   request           the supervisor, before it sends LOAD
     *   answer, busy = 1  blank, then set: the server before it forks the runner; the runner at each later fast request
     *   pid               the server, once it has forked
     *   busy = 0, DONE    the runner after a load; the server for a runner that ended in one
     *   answer.timed_out  the supervisor, which keeps the time of fast loads: SIGABRT while busy, then SIGKILL
     */
    struct {
        int32_t pid;
        volatile uint8_t busy; /* at a load, not answered yet */
    } runner;
    struct protocol_program program;
    int64_t version[3]; /* of QEMU, once ready */
    char refusal[512];
};
_Static_assert(sizeof(struct protocol_shared) <= PROTOCOL_MEMORY_OFFSET, "guest memory comes behind it");

#endif
