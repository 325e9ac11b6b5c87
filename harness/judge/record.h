/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One load and what it answered, kept. */
#ifndef HARDSTOP_JUDGE_RECORD_H
#define HARDSTOP_JUDGE_RECORD_H

#include "harness/loader/loader.h"
#include "harness/wire/builder.h"

struct record {
    struct loader_answer answer; /* its pointers lead to the copies below */
    struct builder text, printed, section, loaded, saved, used, written;
};

/* Copies an answer, whose pointers the loader takes back at its next call; the record is zeroed before first use. */
void record_answer(struct record *record, const struct loader_answer *answer);
void record_clear(struct record *record);

#endif
