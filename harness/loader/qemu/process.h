/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes of ours: started with descriptors and environment, waited for, ended. */
#ifndef HARDSTOP_LOADER_QEMU_PROCESS_H
#define HARDSTOP_LOADER_QEMU_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "harness/base/arguments.h"
#include "harness/base/error.h"
#include "harness/loader/qemu/patience.h"

/* Two file descriptors: the child gets `from` as `to`; nothing if it is -1. */
struct process_fd {
    int from, to;
};

/* What a child gets beside its arguments. */
struct process_given {
    struct process_fd fds[8];
    size_t n_fds;
    const char *const *environment; /* pairs of name and value that are added, NULL-terminated; NULL: none */
};

/* One descriptor more, for which there must be room; `from` -1: none. */
void process_give(struct process_given *given, int from, int to);

/* What a child's stderr holds until it is read: what does not fit is lost, and the last words matter most. */
#define PROCESS_ERRORS_SIZE (1 << 20)

struct process {
    pid_t pid; /* 0: none; also the number of its process group */
    int error_fd; /* read end of the child's stderr, non-blocking */
};

/* 0 when this process may open as many files, and write as large ones, as a QEMU needs; else -1 with what to do. */
int process_check_limits(struct hs_error *err);

/*
 * Starts `path` in a process group of its own, which does not outlive this process, with what is given, and stdin and
 * stdout on /dev/null unless that says otherwise.  Where an environment is given, the program also has the same
 * addresses at each start.  0, or -1 with a reason.
 */
int process_start(struct process *process, const char *path, const struct arguments *arguments,
                  const struct process_given *given, struct hs_error *err);
/*
 * Ends the child and all of its group with SIGKILL, reaps it and closes error_fd; nothing for a process that was not
 * started.
 */
void process_kill(struct process *process);
/*
 * Waits for the child to end, as long as patience lasts.  True when it did: `exit_status` gets its status, or -1 and
 * `signal` the signal that ended it, or 0.  process_kill() is still needed.
 */
bool process_wait(const struct process *process, struct patience *patience, int *exit_status, int *signal);
/* Has somebody else ended it?  Of a child whose descriptors are closed; one that goes on is waited for a moment. */
bool process_was_killed(const struct process *process);
/* Bytes of the child's address space; 0 where Linux does not say. */
uint64_t process_address_space(const struct process *process);
/* Reads what stderr holds now; at most `size` - 1 bytes are kept, the rest is dropped.  Returns the length. */
size_t process_read_errors(struct process *process, char *text, size_t size);

#endif
