/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The search for the end of a payload where neither a table nor the description tells it. */
#ifndef HARDSTOP_WIRE_SECTION_END_H
#define HARDSTOP_WIRE_SECTION_END_H

#include "harness/wire/bytes.h"

struct section_end {
    struct bytes in; /* the stream; its `at` does not count */
    bool footers;
    uint32_t section_id; /* of the section whose end is looked for */
    bool is_full; /* it is a FULL section, behind which QEMU sends no part of another */
    /* Did a START section of that id come before?  NULL: none did. */
    bool (*has_parts)(const void *user, uint32_t id);
    const void *user;
};

/*
 * Could the section end at the offset: is there its footer, if the stream has them, and can the loader's main
 * loop (qemu_loadvm_state_main() in migration/savevm.c of QEMU 7.2) go on behind it?  Payloads are full of zeros, so
 * that without footers a zero counts as the end-of-file mark only where nothing, or the description, follows, and
 * behind that of section 0 not where zeros go on.
 * `search` is a struct section_end; the function is a payload_end_fn.
 */
bool section_end_could_be(const void *search, size_t at);

#endif
