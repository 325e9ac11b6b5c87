/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A place on the stack of a loader that crashed or hangs. */
#ifndef HARDSTOP_LOADER_FRAME_H
#define HARDSTOP_LOADER_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOADER_FRAMES 24

/* A return address on the stack of a crash; names are "" when not known. */
struct loader_frame {
    char module[32];
    char symbol[64]; /* the function that the address is in: an exported one, or what symbols say of the others */
    char source[64]; /* "FILE:LINE", where the program has debug information */
    uint64_t offset; /* in the module */
    bool in_program; /* the module is the loader's own program, whatever that is called */
};

#define LOADER_FRAME_WORDS 160
/* " (in FUNCTION, FILE:LINE)", of what is known; "" for nothing, and for no frame. */
void loader_frame_words(const struct loader_frame *frame, char *text, size_t size);
/* Is it a frame of what this suite put into the loader's process? */
bool loader_is_own_frame(const struct loader_frame *frame);

#endif
