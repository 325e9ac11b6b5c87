/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that shows a file: where nobody wrote into it, its bytes are the file's, and cost none of their own.  For
 * streams with guest RAM, of which only a few bytes are looked at, and fewer changed.
 */
#ifndef HARDSTOP_BASE_MAPPED_H
#define HARDSTOP_BASE_MAPPED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "harness/base/error.h"

/* Less than this is copied: that is simpler, and as fast. */
#define MAPPED_LEAST ((size_t)1 << 20)

struct mapped_range {
    uint8_t *from, *to;
};

struct mapped {
    const struct mapped *file; /* that of mapped_open(), by which one knows that two show the same */
    uint8_t *start; /* all of the memory; what does not show the file is zero at first */
    size_t size;
    uint8_t *origin; /* the byte at `at` is that at offset `at - origin` in the file, */
    struct mapped_range *clean; /* as long as it is in one of these, which are in order */
    size_t n_clean;
    int fd;
    struct stat status; /* of the file when it was opened */
    struct mapped *next;
};

/*
 * Shows a regular file, which is not empty, for reading; takes the descriptor over.  It stays until the process ends,
 * since messages refer to it.  A file that becomes shorter ends the process with a sentence and status 2.  NULL and
 * errno.
 */
const struct mapped *mapped_open(int fd, const struct stat *status);
/*
 * Shows the same file once more, to be written into, which changes no file: with so much room before its first byte and
 * behind its last.  Released with mapped_close().
 */
struct mapped *mapped_view(const struct mapped *file, size_t before, size_t behind);
void mapped_close(struct mapped *view);

/* What holds that byte, or NULL. */
struct mapped *mapped_find(const void *at);
/* The first bytes in `from` to `to` that are the file's; false: none. */
bool mapped_clean(const struct mapped *mapped, const uint8_t *from, const uint8_t *to, struct mapped_range *range);
/* From now on these bytes are not the file's. */
void mapped_wrote(struct mapped *view, const uint8_t *from, size_t size);
/* Gives memory back in which bytes were read; they can be read again.  Does nothing for other memory. */
void mapped_forget(const uint8_t *from, size_t size);
/* Whether the file still is what it was when it was opened.  0, or -1 with a reason. */
int mapped_check(const struct mapped *mapped, struct hs_error *err);

#endif
