/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names for the records of guest RAM, storage attributes and hash page tables: "page[pc.ram+0x1000].content",
 * "block[pc.ram].length", "entries[17].n_valid", "end".  Since there may be millions, those of a block's pages that
 * follow each other can be named as one run: "pages[pc.ram+0x0..0x7ffff000]".
 */
#ifndef HARDSTOP_WIRE_RECORDS_H
#define HARDSTOP_WIRE_RECORDS_H

#include "harness/wire/field.h"
#include "harness/wire/ram.h"

struct records_run {
    uint64_t n[RAM_KINDS]; /* how many of each kind */
};

struct records_place {
    const char *path; /* during the call */
    size_t offset, size; /* in the bytes */
    const struct field *field; /* NULL of a run */
    uint64_t value; /* of a number */
    const struct records_run *run; /* of a run, else NULL */
};

typedef void records_visit_fn(void *user, const struct records_place *place);

struct records {
    struct ram_format format;
    bool has_block; /* one was named, before the section and then behind it: the last, which is kept as a copy, */
    uint8_t block[255]; /* since the bytes may move before the next section */
    size_t block_size;
    bool each; /* no runs */
    records_visit_fn *visit;
    void *user;
};

/*
 * Visits the payload, from the cursor to the end, of a section of `idstr`, which ram_is_iterable() knows.  False: it
 * cannot be walked to there, and what was visited means nothing.
 */
bool records_visit(struct records *records, struct bytes in, const uint8_t *idstr, size_t size);

/* "page", "zero" ... */
const char *records_kind_name(enum ram_kind kind);
/* A run in words: "3 page, 5 zero". */
void records_run_text(const struct records_run *run, char *text, size_t size);

#endif
