/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The set of what is done after an accepted load: the bit 1 << N for each number N of `enum Poke` in a case. */
#ifndef HARDSTOP_CASE_POKES_H
#define HARDSTOP_CASE_POKES_H

#include <stdbool.h>
#include <stdint.h>

#include "case.pb-c.h"

uint32_t case_pokes(const Hardstop__Case *test);
void case_set_pokes(Hardstop__Case *test, uint32_t set);

/* Its name in lower case: "kick"; "" where there is no such number. */
const char *poke_name(unsigned number);
/* The set of a list of names, with commas; "all" stands for each.  False where one is none. */
bool pokes_of_list(const char *list, uint32_t *set);
/* All names, with ", " between them. */
const char *poke_names(void);

#endif
