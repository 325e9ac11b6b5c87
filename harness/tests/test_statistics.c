/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Medians, Mann-Whitney and Vargha-Delaney, against textbook values and against counting by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/base/check.h"
#include "harness/base/random.h"
#include "harness/bench/statistics.h"

static void near(double actual, double expected, double tolerance)
{
    if (!(fabs(actual - expected) <= tolerance)) {
        fail_msg("%.9g, not %.9g", actual, expected);
    }
}

static void medians(void **state)
{
    (void)state;
    near(statistics_median((const double[]){ 7 }, 1), 7, 0);
    near(statistics_median((const double[]){ 9, 1, 5 }, 3), 5, 0);
    near(statistics_median((const double[]){ 10, 1, 2, 4 }, 4), 3, 0);
}

/* Hollander and Wolfe (1973), p. 69: permeability of the human chorioamnion at term and before; R's wilcox.test(). */
static void hollander_and_wolfe(void **state)
{
    static const double term[] = { 0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46 };
    static const double early[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };
    struct statistics_comparison comparison;

    (void)state;
    statistics_compare(term, HS_COUNT(term), early, HS_COUNT(early), &comparison);
    assert_true(comparison.exact);
    near(comparison.u, 35, 0);
    near(comparison.a12, 0.7, 1e-12);
    near(comparison.p, 0.2544, 0.00005);
    statistics_compare(early, HS_COUNT(early), term, HS_COUNT(term), &comparison);
    near(comparison.u, 15, 0);
    near(comparison.p, 0.2544, 0.00005);
}

/* Without an overlap there is one order of C(n+m, n) at each end. */
static void samples_apart(void **state)
{
    static const struct {
        size_t n;
        double p;
    } cases[] = { { 3, 2.0 / 20 }, { 5, 2.0 / 252 }, { 10, 2.0 / 184756 } };
    struct statistics_comparison comparison;
    double low[10], high[10];

    (void)state;
    for (size_t i = 0; i < 10; i++) {
        low[i] = (double)i;
        high[i] = 100 - (double)i;
    }
    for (size_t i = 0; i < HS_COUNT(cases); i++) {
        statistics_compare(high, cases[i].n, low, cases[i].n, &comparison);
        assert_true(comparison.exact);
        near(comparison.u, (double)(cases[i].n * cases[i].n), 0);
        near(comparison.a12, 1, 0);
        near(comparison.p, cases[i].p, 1e-12);
        statistics_compare(low, cases[i].n, high, cases[i].n, &comparison);
        near(comparison.u, 0, 0);
        near(comparison.a12, 0, 0);
    }
}

/*
 * By hand.  1 2 2 3 | 2 3 4 4: ranks 1, 3 3 3, 5.5 5.5, 7.5 7.5, so R = 1 + 3 + 3 + 5.5 = 12.5 and U = 2.5; the ties
 * of 3, 2 and 2 add to 36, so the variance is 16/12 * (9 - 36/56) = 11.142857, and z = 5/3.338092 = 1.497862.
 */
static void equal_values_share_their_rank(void **state)
{
    static const double first[] = { 1, 2, 2, 3 }, second[] = { 2, 3, 4, 4 };
    struct statistics_comparison comparison;

    (void)state;
    statistics_compare(first, 4, second, 4, &comparison);
    assert_false(comparison.exact);
    near(comparison.u, 2.5, 0);
    near(comparison.a12, 2.5 / 16, 1e-12);
    near(comparison.p, 0.134169, 1e-5);
    statistics_compare(second, 4, first, 4, &comparison);
    near(comparison.u, 13.5, 0);
    near(comparison.p, 0.134169, 1e-5);
}

static void nothing_but_ties(void **state)
{
    static const double same[] = { 4, 4, 4, 4, 4 };
    struct statistics_comparison comparison;

    (void)state;
    statistics_compare(same, 5, same, 5, &comparison);
    near(comparison.a12, 0.5, 0);
    near(comparison.p, 1, 0);
}

/* Every pair counted, which needs no ranks. */
static void ranks_agree_with_pairs(void **state)
{
    struct statistics_comparison comparison, other;
    struct random random;

    (void)state;
    random_init(&random, 1);
    for (int i = 0; i < 500; i++) {
        size_t n = 1 + random_below(&random, 20), m = 1 + random_below(&random, 20);
        double first[20], second[20], pairs = 0;

        for (size_t k = 0; k < 20; k++) {
            first[k] = (double)random_below(&random, 12);
            second[k] = (double)random_below(&random, 9);
        }
        for (size_t k = 0; k < n * m; k++) {
            pairs += first[k / m] > second[k % m] ? 1 : first[k / m] == second[k % m] ? 0.5 : 0;
        }
        statistics_compare(first, n, second, m, &comparison);
        statistics_compare(second, m, first, n, &other);
        near(comparison.u, pairs, 1e-9);
        near(comparison.u + other.u, (double)(n * m), 1e-9);
        near(comparison.p, other.p, 1e-12);
        assert_true(comparison.p > 0 && comparison.p <= 1);
    }
}

static void who_did_not_come_counts_as_the_limit(void **state)
{
    double most[] = { 0, 4, 2 }, few[] = { 0, 4, 0, 2 }, none[] = { 0, 0 };
    char text[32];

    (void)state;
    assert_int_equal(statistics_censor(most, 3, 10, text, sizeof(text)), 2);
    assert_string_equal(text, "4");
    assert_true(most[0] > 9 && most[1] < 5);
    assert_int_equal(statistics_censor(few, 4, 10, text, sizeof(text)), 2);
    assert_string_equal(text, ">7");
    assert_int_equal(statistics_censor(none, 2, 10, text, sizeof(text)), 0);
    assert_string_equal(text, "-");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_did_not_come_counts_as_the_limit),
        cmocka_unit_test(medians),          cmocka_unit_test(hollander_and_wolfe),
        cmocka_unit_test(samples_apart),    cmocka_unit_test(equal_values_share_their_rank),
        cmocka_unit_test(nothing_but_ties), cmocka_unit_test(ranks_agree_with_pairs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
