/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a loader is given. */
#ifndef HARDSTOP_LOADER_INPUT_H
#define HARDSTOP_LOADER_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/case/case.h"
#include "harness/case/ring_areas.h"
#include "harness/loader/poke.h"

struct loader_input {
    const uint8_t *bytes; /* a stream; without a header, device sections only, unless said to be whole */
    size_t size;
    /* Behind device sections is read what follows them in a whole stream of the setup, unless that was `cut` off. */
    bool whole, cut;
    /* Not 0: another value of what no stream decides, what fresh memory holds, how much comes at once; not if fast. */
    uint8_t chance;
    Hardstop__GuestMemory *const *memory; /* written into guest RAM before the load */
    size_t n_memory;
    uint32_t pokes; /* what is done after the load: a set of enum poke; if fast, of POKE_FAST */
    const struct builder *again; /* POKE_RETRY: the device sections that are loaded then; NULL: there are none */
    uint32_t timeout_ms; /* best of processor time, not the clock's; 0: LOADER_TIMEOUT_MS */
    uint32_t most_reads; /* beyond the end of the stream; 0: LOADER_READS_BEYOND */
    /*
     * For sweeps, which check samples of it with loads that are not: the clean state may be one that was put back after
     * the load before, and the state is saved without a description.  A loader that has nothing faster ignores it.
     */
    bool fast;
};

/*
 * Of a case, with these bytes, which it borrows as it does the case's guest memory, its rings laid out in `areas`;
 * `cut`: damage_effect.truncated.
 */
struct loader_input loader_input_of(const Hardstop__Case *test, const struct builder *bytes, bool cut,
                                    struct ring_areas *areas);

bool loader_input_is_whole(const struct loader_input *input);

#endif
