/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of an answer: one printable line, the same each time, and cheap where the answers are many. */
#ifndef HARDSTOP_AUDIT_SWEEP_WORDS_H
#define HARDSTOP_AUDIT_SWEEP_WORDS_H

#include "harness/loader/loader.h"
#include "harness/audit/sweep/answers.h"
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

/* Says what an answer of that verdict is. */
void sweep_words_say(struct sweep_words *words, const struct loader_answer *answer, enum verdict verdict,
                     char text[SWEEP_TEXT]);
/* Forgets all but what is borrowed. */
void sweep_words_clear(struct sweep_words *words);

#endif
