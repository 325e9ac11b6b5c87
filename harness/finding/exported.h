/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A finding as a test that needs nothing of ours: two streams, a command line, and what must not happen. */
#ifndef HARDSTOP_FINDING_EXPORTED_H
#define HARDSTOP_FINDING_EXPORTED_H

#include "harness/base/arguments.h"
#include "harness/finding/finding.h"
#include "harness/setup/trust.h"
#include "harness/wire/builder.h"

/* What a QEMU without the fault does with the stream. */
enum exported_claim {
    EXPORTED_SURVIVES, /* refuses it or takes it: it neither ends otherwise nor spins, also when it saves again */
    EXPORTED_REFUSES,  /* refuses it */
    EXPORTED_KEEPS,    /* refuses it, or saves the value at `place` again as it was given */
};

#define EXPORTED_GIVEN 64

/* Where a saved state has the value. */
struct exported_place {
    char device[64], path[256]; /* for people */
    uint8_t head[512]; /* of its section: length and text of the idstr, instance_id; behind it is the version_id */
    size_t head_size;
    size_t at;                     /* bytes from the section's payload on */
    uint8_t given[EXPORTED_GIVEN]; /* what stands there in the stream */
    size_t given_size;
};

/* Zero before first use. */
struct exported {
    struct finding finding;
    enum exported_claim claim;
    struct exported_place place; /* KEEPS */
    struct arguments arguments;  /* of QEMU, from its name on, without -incoming */
    struct builder control;      /* a stream of the same machine that it must take, or the test says nothing */
    struct builder stream;
    uint64_t address_space; /* bytes that QEMU may have in all; 0: no limit */
};

/*
 * Whose finding a test of one QEMU can show: `judgement` itself, but of one of two QEMUs that disagree what the first
 * breaks alone, else what the second does; that is written to `alone`, which borrows all that it has.  The second one's
 * is to be made with TRUST_BINARY.  NULL with a reason, where neither breaks anything alone.
 */
const struct judgement *exported_judgement(const struct judgement *judgement, struct judgement *alone,
                                           struct hs_error *err);

/*
 * Makes it of a judgement that is a finding, and has an unmodified QEMU show it: what the test says of this QEMU is
 * then true.  The streams are without firmware and guest RAM but for what the case says of it.  0, or -1 with a reason:
 * it shows only when the machine is used, or to two QEMUs; it is a stream with guest RAM; QEMU does not take the
 * control; or it does not show the finding.  exported_clear() is needed in both cases.
 */
int exported_make(const struct judgement *judgement, enum trust trust, struct exported *exported, struct hs_error *err);
void exported_clear(struct exported *exported);

#endif
