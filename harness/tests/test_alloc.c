/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list grows from NULL on, and one that was made some other way, of any length, grows as well. */
#include "support.h"

#include <malloc.h>
#include <stdlib.h>

#include "harness/base/alloc.h"

enum { LONGEST = 70 };

static void any_list_grows(void **state)
{
    (void)state;
    for (size_t made = 0; made < LONGEST; made++) {
        /* Exactly as long as it says; only sanitizers see each byte too many. */
        uint64_t *list = made ? calloc(made, sizeof(*list)) : NULL;
        size_t n = made;

        while (n < 2 * LONGEST) {
            uint64_t *added = HS_PUSH(list, n);

            assert_int_equal(*added, 0);
            *added = n;
            assert_true(malloc_usable_size(list) >= n * sizeof(*list));
        }
        for (size_t i = made; i < n; i++) {
            assert_int_equal(list[i], i + 1);
        }
        free(list);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_list_grows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
