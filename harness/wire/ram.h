/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Iterable sections carry no length: their records must be walked to find the end.  Formats: ram_load() in
 * migration/ram.c and cmma_load() in hw/s390x/s390-stattrib.c, QEMU 7.2.
 */
#ifndef HARDSTOP_WIRE_RAM_H
#define HARDSTOP_WIRE_RAM_H

#include "harness/base/error.h"
#include "harness/wire/bytes.h"

/* True for an idstr whose sections ram_skip() can walk. */
bool ram_is_iterable(const uint8_t *idstr, size_t size);

/*
 * Moves the cursor behind the payload of one START, PART or END section of `idstr`.  `page_size` is the target's.
 * 0, or -1 with offset and reason.
 */
int ram_skip(struct bytes *in, const uint8_t *idstr, size_t size, uint32_t page_size, struct hs_error *err);

/* Appends the record of a page whose content is given: `data` holds `page_size` bytes. */
void ram_put_page(struct builder *out, const char *block, uint64_t offset, const uint8_t *data, uint32_t page_size);
void ram_put_end(struct builder *out);

#endif
