/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A case's bytes made into a complete stream, such as a QEMU with -incoming reads. */
#ifndef HARDSTOP_CASE_COMPLETE_H
#define HARDSTOP_CASE_COMPLETE_H

#include "case.pb-c.h"
#include "harness/wire/stream.h"

/*
 * Puts header, configuration and RAM of `captured`, a whole stream of the same setup, before the device sections
 * `bytes`, writes the case's guest memory, and, when `cut` is false, adds the description at the end.  The bytes of a
 * case that is a whole stream already are copied.  `out` is reset first.  Of a page that guest memory touches, the rest
 * is zero; guest memory that is not in RAM is left out.
 * 0, or -1 with a reason.
 */
int complete_stream(const Hardstop__Case *test, const struct builder *bytes, const Hardstop__Stream *captured, bool cut,
                    struct builder *out, struct hs_error *err);

/*
 * The same without what belongs to others: no firmware and no guest RAM of `captured`, which gives header and
 * configuration alone, and no description.  A case that says what guest memory holds has those pages, of which the rest
 * is zero.  `bytes` are device sections, never a whole stream.
 */
int complete_bare(const Hardstop__Case *test, const struct builder *bytes, const Hardstop__Stream *captured,
                  struct builder *out, struct hs_error *err);

/* Where in the bytes of a whole stream its device sections begin; 0 when that cannot be told. */
size_t complete_devices(const uint8_t *bytes, size_t size);

#endif
