/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a program said when it ended, in a form that is the same whatever the program is called, where it was built,
 * and which line, size, address, file or block of memory is named: each number is one #, decimal or 0x and hexadecimal;
 * of a source file only its name is left, and of any other name that begins with a slash only the slash.
 */
#ifndef HARDSTOP_FINDING_WORDS_H
#define HARDSTOP_FINDING_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The last failed assertion of a text, "f(): n >= #", as glibc, GLib or musl word it; false when there is none.  `out`
 * takes at most `size` - 1 characters, as below.
 */
bool words_assertion(const char *text, char *out, size_t size);

/*
 * The line that words_last_line() finds, without the name of the program before it: a word, or `program`, which may be
 * NULL.  False where it gives no reason: it is empty, or a warning.
 */
bool words_last(const char *text, const char *program, char *out, size_t size);

/*
 * The line of a text by which it is known, as it is, and its length without the end of line: the last one, or, where
 * QEMU says "hardware error" and then what is in the processors' registers, the one that says so.
 */
const char *words_last_line(const char *text, size_t *length);

/* The first line in that form, be it empty. */
void words_first(const char *text, const char *program, char *out, size_t size);

#endif
