/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a setup does without a stream: it may be at fault itself, and what it says then is no word of a load. */
#ifndef HARDSTOP_LOADER_QEMU_LONE_START_H
#define HARDSTOP_LOADER_QEMU_LONE_START_H

#include "harness/loader/qemu/command_line.h"

struct lone_start {
    char *line; /* that it was started by */
    char *said;
    uint64_t size; /* of its address space: what a load adds to */
};

/*
 * Starts the QEMU that was prepared for the setup, and ends it.  The last start is kept: streams of one setup come in a
 * row.  NULL with a reason.
 */
const struct lone_start *lone_start(const Hardstop__Setup *setup, const struct command_line *command,
                                    struct hs_error *err);

/* The length of the lines with which `text` begins, and what was said, but for numbers, too. */
size_t lone_start_words(const struct lone_start *start, const char *text);

#endif
