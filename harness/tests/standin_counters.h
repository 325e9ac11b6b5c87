/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the stand-in counts: every letter that it obeys, and each of them in the first and the last counter as well. */
#ifndef HARDSTOP_TESTS_STANDIN_COUNTERS_H
#define HARDSTOP_TESTS_STANDIN_COUNTERS_H

enum { STANDIN_COUNTERS = 2 * 4096 + 200 }; /* more than a page, and no multiple of one */

/* Of a letter from 'A' to 'z'. */
#define STANDIN_COUNTER(letter) (1 + ((letter) - 'A') * 140)

#endif
