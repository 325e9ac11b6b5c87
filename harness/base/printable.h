/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from outside (names in streams and files, words of a loader, file names) made fit to be shown: the only place
 * that decides which characters a terminal, a page or a reader may be given.
 */
#ifndef HARDSTOP_BASE_PRINTABLE_H
#define HARDSTOP_BASE_PRINTABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

/* In place of a character: the bytes may not be shown. */
#define PRINTABLE_NOT UINT32_MAX

/*
 * The first character of `size` bytes, at least one, of UTF-8; `*length` gets its bytes.  PRINTABLE_NOT for a byte that
 * is no UTF-8 (`*length` is 1), and for characters that act instead of being seen: C0 and C1 controls with line ends,
 * DEL, marks that turn the direction of text, invisible ones, and those that XML does not allow.
 */
uint32_t printable_next(const char *text, size_t size, size_t *length);

/* Puts a ? for each byte that may not be shown; the text keeps its length, and becomes one line. */
void printable_make(char *text);
/* A copy of `size` bytes, likewise; free it. */
char *printable_copy(const char *text, size_t size);
/* Prints `size` bytes, likewise. */
void printable_write(FILE *out, const char *text, size_t size);
/*
 * Prints by printf rules; what comes out is made printable likewise, but for line ends at the end of `fmt`.  For each
 * line that has a name from outside in it, and no colour.
 */
__attribute__((format(printf, 2, 3))) void printable_print(FILE *out, const char *fmt, ...);
/* A JSON string of `size` bytes, likewise, but with its line ends, which JSON escapes; never NULL. */
json_t *printable_json(const char *text, size_t size);

#endif
