/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A description for streams that have none: a loader of the same setup describes its own state. */
#ifndef HARDSTOP_JUDGE_BORROW_H
#define HARDSTOP_JUDGE_BORROW_H

#include "harness/loader/loader.h"
#include "stream.pb-c.h"

/* Fills in what the loader saves before any load.  0, or -1 with a reason. */
int borrow_state(struct loader *loader, struct loader_answer *answer, struct hs_error *err);

/*
 * Where a stream lacks a description (see description_is_missing()), has the loader save its state as it is before any
 * load, and puts into the message what the description of that says of the stream's sections.  Returns false where the
 * loader has none to give.
 */
bool borrow_description(struct loader *loader, Hardstop__Stream *stream);

#endif
