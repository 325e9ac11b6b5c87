/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer of a served QEMU, from the memory shared with it. */
#ifndef HARDSTOP_LOADER_QEMU_ANSWER_H
#define HARDSTOP_LOADER_QEMU_ANSWER_H

#include "harness/loader/loader.h"
#include "harness/loader/qemu/process.h"
#include "harness/loader/qemu/protocol.h"
#include "harness/loader/qemu/sanitizer.h"
#include "harness/loader/qemu/traces.h"

/* What an answer points into, until the next one. */
struct answer_room {
    uint8_t *saved; /* freed by the owner */
    size_t saved_capacity;
    struct builder used, written; /* cleared by the owner */
    char text[PROCESS_ERRORS_SIZE + 1]; /* filled in before answer_read(): what QEMU printed */
    bool has_no_reports; /* QEMU has no sanitizer: what looks like a report of one is the stream's */
    struct traces traces; /* cleared by the owner */
    struct sanitizer_report found; /* what `text` then told of, if anything */
    struct builder printed; /* that, as it was printed; cleared by the owner */
};

/*
 * Fills in the answer to the last request; `output` is the file that holds the saved state.  0, or -1 with a reason
 * when there is no verdict.  QEMU's damaged memory is not trusted: sizes and counts are checked.
 */
int answer_read(struct answer_room *room, const struct protocol_shared *shared, int output,
                struct loader_answer *answer, struct hs_error *err);
/* The frames alone. */
void answer_read_frames(const struct protocol_shared *shared, struct loader_answer *answer);

#endif
