/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ranks, the Mann-Whitney test and the Vargha-Delaney effect size. */
#include "harness/bench/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

enum { EXACT_MAX = 20 };

struct value {
    double value;
    bool is_first;
};

static int by_number(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return a < b ? -1 : a > b;
}

static int by_value(const void *left, const void *right)
{
    return by_number(&((const struct value *)left)->value, &((const struct value *)right)->value);
}

double statistics_median(const double *values, size_t n)
{
    double *sorted, median;

    HS_CHECK(n > 0, "no values have no median");
    sorted = hs_copy(values, n * sizeof(*values));
    qsort(sorted, n, sizeof(*sorted), by_number);
    median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    free(sorted);
    return median;
}

unsigned statistics_censor(double *values, size_t n, double limit, char *text, size_t size)
{
    unsigned came = 0;

    for (size_t i = 0; i < n; i++) {
        came += values[i] > 0;
        values[i] = values[i] > 0 ? values[i] : limit;
    }
    snprintf(text, size, "-");
    if (came) {
        snprintf(text, size, "%s%.0f", came * 2 > n ? "" : ">", statistics_median(values, n));
    }
    return came;
}

/* The sum of the first sample's ranks; equal values share the mean of theirs.  `ties` gets the sum of t^3 - t. */
static double sum_ranks(struct value *values, size_t n, double *ties)
{
    double sum = 0;
    size_t end;

    qsort(values, n, sizeof(*values), by_value);
    *ties = 0;
    for (size_t i = 0; i < n; i = end) {
        double t;

        for (end = i + 1; end < n && values[end].value == values[i].value; end++) {
        }
        t = (double)(end - i);
        *ties += t * t * t - t;
        for (size_t k = i; k < end; k++) {
            sum += values[k].is_first ? (double)(i + end + 1) / 2 : 0;
        }
    }
    return sum;
}

/* How likely U is at most `u`: the share of the orders of both samples that have it. */
static double exact_lower_tail(size_t n, size_t m, size_t u)
{
    static double ways[EXACT_MAX + 1][EXACT_MAX * EXACT_MAX + 1];
    double lower = 0, all = 0;

    /*
     * ways[i][s]: how many choices of i of the ranks seen so far have s as their sum less the least it can be.  Ranks
     * are taken one by one, so i goes down: no rank is chosen twice.
     */
    memset(ways, 0, sizeof(ways));
    ways[0][0] = 1;
    for (size_t rank = 1; rank <= n + m; rank++) {
        for (size_t i = rank < n ? rank : n; i > 0; i--) {
            for (size_t s = rank - i; s <= n * m; s++) {
                ways[i][s] += ways[i - 1][s - (rank - i)];
            }
        }
    }
    for (size_t s = 0; s <= n * m; s++) {
        all += ways[n][s];
        lower += s <= u ? ways[n][s] : 0;
    }
    return lower / all;
}

/* Two-sided, for the normal distribution that U tends to. */
static double normal_p(double n, double m, double u, double ties)
{
    double total = n + m, mean = n * m / 2;
    double variance = n * m / 12 * (total + 1 - ties / (total * (total - 1)));
    double distance = fabs(u - mean) - 0.5;

    /* All values are equal, or U is in the middle. */
    if (variance <= 0 || distance <= 0) {
        return 1;
    }
    return erfc(distance / sqrt(variance) / sqrt(2));
}

void statistics_compare(const double *first, size_t n_first, const double *second, size_t n_second,
                        struct statistics_comparison *comparison)
{
    double n = (double)n_first, m = (double)n_second, ties, smaller;
    struct value *values;

    HS_CHECK(n_first && n_second, "samples of %zu and %zu values", n_first, n_second);
    values = hs_alloc((n_first + n_second) * sizeof(*values));
    for (size_t i = 0; i < n_first + n_second; i++) {
        values[i] = (struct value){ i < n_first ? first[i] : second[i - n_first], i < n_first };
    }
    comparison->u = sum_ranks(values, n_first + n_second, &ties) - n * (n + 1) / 2;
    comparison->a12 = comparison->u / (n * m);
    comparison->exact = ties == 0 && n_first <= EXACT_MAX && n_second <= EXACT_MAX;
    if (comparison->exact) {
        smaller = comparison->u < n * m - comparison->u ? comparison->u : n * m - comparison->u;
        comparison->p = fmin(1, 2 * exact_lower_tail(n_first, n_second, (size_t)smaller));
    } else {
        comparison->p = normal_p(n, m, comparison->u, ties);
    }
    free(values);
}
