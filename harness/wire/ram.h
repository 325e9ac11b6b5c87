/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Iterable sections carry no length: their records must be walked to find the end.  Formats: ram_load() in
 * migration/ram.c, cmma_load() in hw/s390x/s390-stattrib.c, and htab_load() in hw/ppc/spapr.c, QEMU 7.2 and 10.2;
 * RAM_SAVE_FLAG_MULTIFD_FLUSH since 8.1.
 */
#ifndef HARDSTOP_WIRE_RAM_H
#define HARDSTOP_WIRE_RAM_H

#include "harness/base/error.h"
#include "harness/wire/bytes.h"
#include "harness/wire/vmdesc.h"
#include "stream.pb-c.h"

/* What a stream says, before them, of how its records look. */
struct ram_format {
    uint32_t page_size; /* of the target */
    bool has_addresses; /* of blocks: the capability x-ignore-shared */
};

struct ram_format ram_format_of(const Hardstop__Stream *stream, const struct vmdesc *vmdesc);

enum ram_kind {
    RAM_KIND_BLOCKS, /* says how long all blocks are; behind it, those */
    RAM_KIND_BLOCK, /* name and length of one; has no header */
    RAM_KIND_PAGE, /* the first of those that are a page's, */
    RAM_KIND_ZERO, /* of which all bytes are the same */
    RAM_KIND_XBZRLE, /* of which a difference is sent */
    RAM_KIND_COMPRESSED, /* and the last of them */
    RAM_KIND_ATTRIBUTES, /* of s390 storage */
    RAM_KIND_TABLE, /* how a section of pseries' hash page table begins: its size, -1: none, 0: records follow */
    RAM_KIND_ENTRIES, /* of that table: the number of the first, how many are valid and given, how many are invalid */
    RAM_KIND_MARK, /* only a header: "end", "hook", "multifd_flush", "done", "error" */
    RAM_KINDS,
};

struct ram_record {
    enum ram_kind kind;
    const char *mark; /* which RAM_KIND_MARK */
    size_t offset, end; /* in the bytes */
    uint64_t address; /* in its block, in storage, or the number of an entry */
    bool is_named; /* behind the header, there are the length of the block's name and that */
    const uint8_t *block; /* name of the block, as the last record that is named has it; NULL: none is, so far */
    size_t block_size;
};

typedef void ram_visit_fn(void *user, const struct ram_record *record);

/* True for an idstr whose sections ram_walk() can walk. */
bool ram_is_iterable(const uint8_t *idstr, size_t size);

/*
 * Moves the cursor behind the payload of one START, PART or END section of `idstr`; `visit` (may be NULL) sees each
 * record.  0, or -1 with offset and reason.
 */
int ram_walk(struct bytes *in, const uint8_t *idstr, size_t size, const struct ram_format *format, ram_visit_fn *visit,
             void *user, struct hs_error *err);

/* Appends the record of a page whose content is given: `data` holds `page_size` bytes. */
void ram_put_page(struct builder *out, const char *block, uint64_t offset, const uint8_t *data, uint32_t page_size);
void ram_put_end(struct builder *out);

#endif
