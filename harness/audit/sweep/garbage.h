/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a state that a damaged stream gave differs from that of the undamaged one, in words. */
#ifndef HARDSTOP_AUDIT_SWEEP_GARBAGE_H
#define HARDSTOP_AUDIT_SWEEP_GARBAGE_H

#include "harness/audit/sweep/answers.h"
#include "harness/loader/loader.h"
#include "harness/wire/map.h"

/* The state that the undamaged stream gives, with names for its bytes. */
struct sweep_words {
    const char *program; /* base name, which begins a loader's lines of text; or "" */
    const uint8_t *saved; /* borrowed, as all here */
    size_t saved_size;
    ProtobufCBinaryData description; /* data NULL: none */
    const uint8_t *fresh; /* the state when nothing was loaded; NULL: not known */
    size_t fresh_size;
    size_t fresh_behind; /* how much longer than `fresh`'s a state like `saved` is behind its sections */
    /* Made when first needed: */
    bool is_read;
    Hardstop__Stream *stream; /* NULL: the state is no stream */
    struct map map;
    struct sweep_span *spans, *fresh_spans; /* of each section: in the state at hand, and when nothing was loaded */
};

void sweep_garbage_say(struct sweep_words *words, const struct loader_answer *answer, char text[SWEEP_TEXT]);
void sweep_garbage_clear(struct sweep_words *words);

#endif
