/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QEMU that is vetted: steps in a fixed order, each a command of hardstop that its user could give. */
#ifndef HARDSTOP_TOOL_VETTING_H
#define HARDSTOP_TOOL_VETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/arguments.h"
#include "harness/base/error.h"

#define VET_CAMPAIGN_INPUTS "2000"

/* In the order in which they are done. */
enum vet_kind {
    VET_KNOWN, /* known findings: does one come back? */
    VET_OWN, /* the streams of its own devices: taken, and kept? */
    VET_COMPAT, /* and those of the older QEMU, both ways */
    VET_AUDIT, /* of each device: is a damage let pass that was refused? */
    VET_CAMPAIGN, /* so many inputs from one seed */
    VET_KINDS,
};

struct vet_kind_row {
    const char *name, *claim;
    unsigned seconds; /* that a step takes, of one QEMU: some three times what two idle cores were seen to need */
};

extern const struct vet_kind_row vet_kinds[VET_KINDS];

enum vet_state {
    VET_CLEAN,
    VET_WORSE, /* something is new or worse */
    VET_TROUBLE, /* no answer */
    VET_LEFT_OUT, /* for want of time, or because there is nothing to ask */
    VET_NOT_DONE, /* it has not come to this one yet, and never does where it is killed */
};

/* "clean", "worse", "no answer", "left out", "not done". */
const char *vet_state_name(enum vet_state state);

struct vet_finding {
    char *text; /* lines, printable */
    uint64_t signature; /* of what it is one; 0: it only tells of the step */
    bool is_worse; /* it fails the step */
};

struct vet_step {
    enum vet_kind kind;
    char *name; /* also of its files: "known", "audit-ccw-net" */
    struct arguments command;
    struct arguments reference; /* the same of the older QEMU; none: argv is NULL */
    unsigned long planned; /* seconds of the budget that it takes */
    bool is_printed; /* the command prints its JSON, and has no --json FILE */
    char *output, *log; /* paths: the JSON, and what else was said */
    char *folder; /* of a campaign */
    char *earlier; /* the JSON that it is compared with, or NULL */
    enum vet_state state;
    char *why; /* it is left out, or has no answer; else NULL */
    double seconds; /* that it took */
    struct vet_finding *findings;
    size_t n_findings;
};

struct vet {
    const char *program, *older; /* the QEMU, and --against or NULL */
    const char *baseline; /* the folder of an earlier vetting, or NULL */
    const char *work; /* the folder for all that comes of it */
    const char *since, *tree; /* a commit of that tree of QEMU's, or NULL */
    const char *seeds; /* folder of canary seeds */
    unsigned long budget; /* seconds; 0: no limit */
    bool kinds[VET_KINDS]; /* which are wanted */
    enum vet_kind minimum; /* a budget that does not reach its first step is no vetting */
    bool campaign_fails;
    struct vet_step *steps;
    size_t n;
};

/* The step has no answer, for that reason, which it takes and makes printable.  What is worse stays worse. */
void vet_set_trouble(struct vet_step *step, char *why);

void vet_clear(struct vet *vet);

#endif
