/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The properties: each a claim that must hold for each case, named by the claim. */
#ifndef HARDSTOP_JUDGE_PROPERTY_H
#define HARDSTOP_JUDGE_PROPERTY_H

#include "harness/judge/oracle.h"

enum property_result {
    PROPERTY_PASS, /* the claim held */
    PROPERTY_FAIL, /* it did not: a finding */
    PROPERTY_SKIP, /* the case gave nothing to judge */
    PROPERTY_ERROR, /* the harness could not tell */
};

/* Did the load end because it was refused memory?  Within the limit of the answer, where it had one. */
bool judgement_ran_out_of_memory(const struct judgement *judgement);

/* "pass" ... */
const char *property_result_name(enum property_result result);

struct property {
    const char *name;
    const char *claim; /* for people: what README and the rules of SARIF say of it */
    enum property_result (*judge)(const struct judgement *judgement);
    uint32_t pokes; /* those that it is a claim of: a set of enum poke; 0: it is one of the load */
};

/* The one poke that it is a claim of; POKE_NONE of a load's, and POKES where it is one of several. */
enum poke property_poke(const struct property *property);

#define PROPERTY_VERSIONS "versions-agree" /* by name, for those who treat it apart: a finding of two loaders */

#define PROPERTY_RESET "reset-forgets" /* also: what differs is in judgement.left */
#define PROPERTY_WATCH "nothing-leaves" /* the same */
#define PROPERTY_RETRY "rejected-leaves-no-trace" /* the same */

/* The most telling first; ends with a row whose name is NULL. */
extern const struct property properties[];

/* The property of that name, or NULL. */
const struct property *property_find(const char *name);

#endif
