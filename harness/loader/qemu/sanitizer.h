/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sanitizers in a QEMU: the options they get, and their reports, which they print among QEMU's words, in one form by
 * LLVM's compiler-rt and GCC's libsanitizer.  A QEMU without them does not look at the options.
 */
#ifndef HARDSTOP_LOADER_QEMU_SANITIZER_H
#define HARDSTOP_LOADER_QEMU_SANITIZER_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/loader/frame.h"
#include "harness/loader/report.h"
#include "harness/wire/builder.h"

/*
 * Sets ASAN_OPTIONS and UBSAN_OPTIONS of this process, which is about to become a QEMU: ours, and behind them, so that
 * they count, those that were set.
 */
void sanitizer_set_options(void);

struct sanitizer_report {
    struct loader_report report; /* the first */
    struct loader_frame frames[LOADER_FRAMES]; /* where that is, innermost first; not named unless the report did */
    size_t n_frames;
    char program[512]; /* the path of the file that frames inside the program are of; "" when not said */
};

/*
 * Takes reports, and a sanitizer's warnings, out of `text`, and fills in `found`; false when there is none.  The first
 * one goes to `printed` as it was, with a 0 behind it; that may be NULL, or empty.  Undefined
 * behaviour is reported by a program that then goes on, all else by one that `ended` by it: without, who says so is not
 * the sanitizer.
 */
bool sanitizer_take(struct sanitizer_report *found, char *text, bool ended, struct builder *printed);

/* Is the first line of the text a warning of a sanitizer, or what stands before a report? */
bool sanitizer_warns(const char *text);
/* Takes such lines out of a text. */
void sanitizer_drop_warnings(char *text);

#endif
