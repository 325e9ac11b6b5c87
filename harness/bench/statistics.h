/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two samples side by side, without an assumption on how either is distributed. */
#ifndef HARDSTOP_BENCH_STATISTICS_H
#define HARDSTOP_BENCH_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

struct statistics_comparison {
    double u; /* Mann-Whitney U of the first sample: pairs in which it has the larger value, ties counting half */
    double p; /* two-sided */
    bool exact; /* p is counted, not approximated: no ties, and few values */
    double a12; /* Vargha-Delaney: how likely a value of the first is larger than one of the second; 0.5: no effect */
};

/* The middle value, or the mean of the two in the middle.  `n` is at least 1. */
double statistics_median(const double *values, size_t n);
/*
 * Compares two samples of at least one value each.  p comes from the exact distribution of U where no two values are
 * equal and neither sample is longer than 20; otherwise from the normal one, corrected for ties and continuity.
 */
void statistics_compare(const double *first, size_t n_first, const double *second, size_t n_second,
                        struct statistics_comparison *comparison);

/*
 * Loads that trials took to something; 0 of one that did not come to it within `limit`, which then takes its place.
 * `text` gets the median, "1234", ">1234" where no more than half came, or "-" where none did.  Returns how many came.
 */
unsigned statistics_censor(double *values, size_t n, double limit, char *text, size_t size);

#endif
