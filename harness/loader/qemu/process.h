/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starting a QEMU for a setup, and explaining why one did not start. */
#ifndef HARDSTOP_LOADER_QEMU_PROCESS_H
#define HARDSTOP_LOADER_QEMU_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "case.pb-c.h"
#include "harness/base/error.h"

/* An argument vector that ends in NULL; released with arguments_clear(). */
struct arguments {
    char **argv;
    size_t n;
};

/* Appends a copy. */
void arguments_add(struct arguments *arguments, const char *argument);
void arguments_clear(struct arguments *arguments);
/* The vector as a line for a shell, quoted where needed; free it. */
char *arguments_line(const struct arguments *arguments);

/* QEMU's command line for a setup: stopped, without display, devices and defaults but the setup's own. */
void process_arguments(struct arguments *arguments, const Hardstop__Setup *setup);

/* The path of the setup's binary, searched in PATH; free it.  NULL with a reason when there is none. */
char *process_find(const Hardstop__Setup *setup, struct hs_error *err);

/* Two file descriptors: the child gets `from` as `to`. */
struct process_fd {
    int from, to;
};

/* What a child's stderr holds until it is read: what does not fit is lost, and the last words matter most. */
#define PROCESS_ERRORS_SIZE (1 << 20)

struct process {
    pid_t pid; /* 0: none */
    int error_fd; /* read end of the child's stderr, non-blocking */
};

/*
 * Starts `path` with the given descriptors, stdin and stdout on /dev/null unless among them, and `environment` (pairs
 * of name and value, NULL-terminated, may be NULL) added.  0, or -1 with a reason.
 */
int process_start(struct process *process, const char *path, const struct arguments *arguments,
                  const struct process_fd *fds, size_t n_fds, const char *const *environment, struct hs_error *err);
/* Ends the child with SIGKILL, reaps it and closes error_fd; nothing for a process that was not started. */
void process_kill(struct process *process);
/*
 * Waits up to `timeout_ms` for the child to end.  True when it did: `exit_status` gets its status, or -1 and `signal`
 * the signal that ended it, or 0.  process_kill() is still needed.
 */
bool process_wait(const struct process *process, uint32_t timeout_ms, int *exit_status, int *signal);
/* Reads what stderr holds now; at most `size` - 1 bytes are kept, the rest is dropped.  Returns the length. */
size_t process_read_errors(struct process *process, char *text, size_t size);

/*
 * Turns QEMU's own start-up error into one that says what to do: an unknown machine or device, a device whose module
 * is not installed.  `text` is what QEMU printed.  Returns -1.
 */
int process_explain(const Hardstop__Setup *setup, const char *text, struct hs_error *err);

#endif
