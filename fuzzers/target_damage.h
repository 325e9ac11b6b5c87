/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mutator's steps on a case's damages. */
#ifndef HARDSTOP_FUZZERS_TARGET_DAMAGE_H
#define HARDSTOP_FUZZERS_TARGET_DAMAGE_H

#include "case.pb-c.h"
#include "harness/base/random.h"

enum target_step {
    TARGET_STEP_FIELDS, /* one of harness/message/mutate.h */
    TARGET_STEP_ADD, /* a new damage */
    TARGET_STEP_DROP, /* one damage less */
};

/*
 * What the next step of a case is.  What a damage does can be told only where the undamaged stream is accepted and
 * kept: always where it is as it was captured, seldom where fields have changed.  So most cases get either changed
 * fields or damages, and few get both.
 */
enum target_step target_damage_draw(const Hardstop__Case *test, struct random *random);
/* Adds a damage to a case that has a section, mostly in the place of another; it is the last of the list then. */
void target_damage_add(Hardstop__Case *test, struct random *random);
/* New bytes for a damage; free their data. */
void target_damage_bytes(ProtobufCBinaryData *bytes, struct random *random);
/* Drops one of the damages; there is one. */
void target_damage_drop(Hardstop__Case *test, struct random *random);
/* Gives back the memory that these steps keep. */
void target_damage_clear(void);

#endif
