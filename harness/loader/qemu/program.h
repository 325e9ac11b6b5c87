/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of the program that serves, which says what the program does not export. */
#ifndef HARDSTOP_LOADER_QEMU_PROGRAM_H
#define HARDSTOP_LOADER_QEMU_PROGRAM_H

#include "harness/loader/loader.h"
#include "harness/loader/qemu/elf.h"
#include "harness/loader/qemu/protocol.h"

/* Why nothing can be preloaded into a program, and what to do: it is static, or gains rights.  NULL: it can. */
const char *program_closed(const char *path);

/* Begins as zeros. */
struct program {
    struct elf *elf; /* NULL: not looked at yet, or it cannot be read */
    char path[4096]; /* what it is, or would be, of */
};

/*
 * What a file has of sanitizers, its own or a library's.  What cannot be read, and a script, has neither and may be or
 * start something that has both.  The last answer is kept.
 */
struct program_sanitizers {
    bool address; /* it has AddressSanitizer */
    bool may_report; /* it is not known to have none */
};
const struct program_sanitizers *program_sanitizers(const char *path);

void program_close(struct program *program);

/* Fills in `shared->program.symbols`; where the file is not there, or no longer, they are MISSING. */
void program_tell(struct program *program, struct protocol_shared *shared);

/*
 * Gives the frames inside the program, whose file is `path`, the names of their functions and their lines, where they
 * have none.  From frame `returns` on they are what calls return to.  Functions of a sanitizer are then no longer
 * inside the program.
 */
void program_name_frames(struct program *program, const char *path, struct loader_frame *frames, size_t n,
                         size_t returns);
/* The frames of an answer, which are those of a report where it has one. */
void program_name_answer(struct program *program, const struct protocol_shared *shared, struct loader_answer *answer);

#endif
