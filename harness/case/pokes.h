/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The set of what is done after an accepted load: the bit 1 << N for each number N of `enum Poke` in a case. */
#ifndef HARDSTOP_CASE_POKES_H
#define HARDSTOP_CASE_POKES_H

#include <stdbool.h>
#include <stdint.h>

#include "case.pb-c.h"

uint32_t case_pokes(const Hardstop__Case *test);
void case_set_pokes(Hardstop__Case *test, uint32_t set);

/* What is told of a poke wherever one is told of. */
struct poke_row {
    unsigned number; /* of `enum Poke` */
    const char *done; /* what is done, as README of harness/loader has it */
    const char *moment; /* when a machine dies at it: "when time passed"; "" where none can */
};

/* Each poke, in the order in which they are done; ends with a row whose number is 0. */
extern const struct poke_row poke_rows[];
/* Its row, or NULL. */
const struct poke_row *poke_row_of(unsigned number);
/* The number of that name, or 0. */
unsigned poke_of_name(const char *name);

/* Its name in lower case: "kick"; "" where there is no such number. */
const char *poke_name(unsigned number);
/* The set of a list of names, with commas; "all" stands for each.  False where one is none. */
bool pokes_of_list(const char *list, uint32_t *set);
/* All names, with ", " between them. */
const char *poke_names(void);

#endif
