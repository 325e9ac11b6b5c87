/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Damages that make one byte string of another, and findings without the damages that they do not need. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/bench/blame.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/random.h"
#include "planted.h"

static Hardstop__Case *case_of_bytes(const uint8_t *data, size_t size)
{
    Hardstop__Case *test = case_new();

    test->stream = (Hardstop__Stream *)support_message(&hardstop__stream__descriptor, "");
    test->stream->has_rest = true;
    test->stream->rest = (ProtobufCBinaryData){ .len = size, .data = hs_copy(data, size) };
    return test;
}

static void check_damages(const char *from, const char *to, const char *expected)
{
    Hardstop__Case *test = case_of_bytes((const uint8_t *)from, strlen(from));
    char *all = hs_strdup("");

    blame_damages(test, (const uint8_t *)from, strlen(from), (const uint8_t *)to, strlen(to));
    for (size_t i = 0; i < test->n_damage; i++) {
        char *one = damage_text(test->damage[i]), *longer = hs_format("%s%s; ", all, one);

        free(one);
        free(all);
        all = longer;
    }
    assert_string_equal(all, expected);
    free(all);
    case_free(test);
}

static void changes_are_told_apart(void **state)
{
    (void)state;
    check_damages("abcdefgh", "abcdefgh", "");
    check_damages("abcdefgh", "abXXcdefgh", "insert 5858 at offset 2 of the stream; ");
    check_damages("abcdefgh", "abcfgh", "delete 2 bytes at offset 3 of the stream; ");
    check_damages("xaaay", "xaay", "delete 1 byte at offset 3 of the stream; ");
    check_damages("abcdefgh", "abcd", "truncate at offset 4 of the stream; ");
    check_damages("abcdefgh", "abcdefghX", "insert 58 at offset 8 of the stream; ");
    check_damages("abcdefgh", "aXcdefgh", "overwrite with 58 at offset 1 of the stream; ");
    check_damages("abcdefghijklmnop", "aXcdefghijlmnoY",
                  "delete 1 byte at offset 10 of the stream; overwrite with 58 at offset 1 of the stream; "
                  "overwrite with 59 at offset 15 of the stream; ");
}

/* Any edits, many to a string, at places of all kinds. */
static void damages_make_the_bytes(void **state)
{
    uint8_t from[256], to[512];
    struct stream_encoding plain = { 0 };
    struct damage_effect effect;
    struct builder out = { 0 };
    struct random random;

    (void)state;
    random_init(&random, 1);
    for (int i = 0; i < 2000; i++) {
        size_t size = random_below(&random, sizeof(from) + 1), n = size;
        Hardstop__Case *test;

        for (size_t k = 0; k < size; k++) {
            to[k] = from[k] = (uint8_t)random_below(&random, 3);
        }
        for (uint64_t edits = random_below(&random, 5); edits > 0; edits--) {
            size_t at = random_below(&random, n + 1), length = random_below(&random, n - at + 1) / 4;

            if (random_one_in(&random, 2) && n + length <= sizeof(to)) {
                memmove(to + at + length, to + at, n - at);
                n += length;
            } else if (random_one_in(&random, 2)) {
                memmove(to + at, to + at + length, n - at - length);
                n -= length;
            } else {
                memset(to + at, (int)random_below(&random, 5), length);
            }
        }
        test = case_of_bytes(from, size);
        blame_damages(test, from, size, to, n);
        damage_apply(test, &plain, &out, &effect);
        assert_int_equal(out.size, n);
        assert_true(!n || memcmp(out.data, to, n) == 0);
        case_free(test);
    }
    stream_encoding_clear(&plain);
    builder_clear(&out);
}

#define OVERWRITE "damage { at { section: 0 field: 'virtio.ccw.mba' } overwrite: 'A' }"
#define DELETE "damage { at { section: 0 field: 'virtio.ccw.config_vector' } delete: 1 }"

static void only_what_is_needed_is_blamed(void **state)
{
    static const struct {
        enum defect defect;
        const char *damages, *field; /* NULL: no finding */
        size_t left;
    } cases[] = {
        { KEEPS_GARBAGE, OVERWRITE DELETE, "virtio.ccw.config_vector", 1 },
        { KEEPS_GARBAGE, DELETE OVERWRITE, "virtio.ccw.config_vector", 1 },
        { KEEPS_GARBAGE, DELETE, "virtio.ccw.config_vector", 1 },
        { ACCEPTS_ALL, OVERWRITE, "virtio.ccw.mba", 1 },
        { CRASHES, OVERWRITE DELETE, "", 2 },
        { GOOD, DELETE, NULL, 1 },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(cases); i++) {
        Hardstop__Case *test = planted_case(cases[i].damages);
        struct finding finding;
        struct planted planted;
        struct oracle oracle = { .loader = &planted.loader };

        planted_init(&planted, cases[i].defect, test);
        assert_int_equal(blame_reduce(&oracle, test, &finding), cases[i].field != NULL);
        assert_int_equal(test->n_damage, cases[i].left);
        if (cases[i].field) {
            assert_string_equal(finding.field, cases[i].field);
        }
        oracle_clear(&oracle);
        planted_clear(&planted);
        case_free(test);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_told_apart),
        cmocka_unit_test(damages_make_the_bytes),
        cmocka_unit_test(only_what_is_needed_is_blamed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
