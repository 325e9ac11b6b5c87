/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running the command as a user does, to its end or until a signal. */
#ifndef HARDSTOP_TESTS_SPAWN_H
#define HARDSTOP_TESTS_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A command that runs, as the leader of a process group. */
struct spawn {
    pid_t pid;
    int out, err; /* what it writes */
    int alive; /* a pipe that all of its processes hold the other end of */
};

/* How a run ended, and what it said; released with run_clear(). */
struct run {
    int status; /* of its exit, or minus the signal */
    char *out, *err;
};

/*
 * Starts "hardstop ARGUMENTS", split at spaces; "@" stands for the folder, and "@@" for "@" and the folder.
 * Fails the running test when it cannot, as
 * all here.
 */
struct spawn spawn_start(const char *folder, const char *arguments);
/* The same of a program at another place. */
struct spawn spawn_start_at(const char *program, const char *folder, const char *arguments);
/* Waits for its end. */
struct run spawn_end(struct spawn *spawn);
/* Starts it and waits. */
struct run spawn_run(const char *folder, const char *arguments);
/* Waits for its end; true when none of its processes, nor of theirs, is left within `timeout_ms` more. */
bool spawn_is_gone(struct spawn *spawn, int timeout_ms);
void run_clear(struct run *run);
/* How many lines a text of theirs has, each with its end. */
size_t spawn_count_lines(const char *text);

#endif
