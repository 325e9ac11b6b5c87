/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers are read and written by width and byte order, no read passes the end, and a builder holds what was put. */
#include "support.h"

#include <string.h>

#include "harness/base/check.h"

static const struct {
    const char *big, *little;
    size_t width;
    uint64_t value;
} numbers[] = {
    { "00", "00", 1, 0 },
    { "ff", "ff", 1, 0xff },
    { "0102", "0201", 2, 0x102 },
    { "800000", "000080", 3, 0x800000 },
    { "fedcba98", "98badcfe", 4, 0xfedcba98 },
    { "0102030405", "0504030201", 5, UINT64_C(0x102030405) },
    { "00000000000001", "01000000000000", 7, 1 },
    { "ffffffffffffffff", "ffffffffffffffff", 8, UINT64_MAX },
    { "8000000000000001", "0100000000000080", 8, UINT64_C(0x8000000000000001) },
};

static void numbers_are_read_and_written_alike(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(numbers); i++) {
        struct builder big = { 0 }, little = { 0 }, put_big = { 0 }, put_little = { 0 };
        struct bytes from_big, from_little;
        uint64_t value = 1;

        support_put_hex(&big, numbers[i].big);
        support_put_hex(&little, numbers[i].little);
        from_big = bytes_of(big.data, big.size);
        from_little = bytes_of(little.data, little.size);
        assert_true(bytes_get_be(&from_big, numbers[i].width, &value));
        assert_int_equal(value, numbers[i].value);
        assert_true(bytes_get_le(&from_little, numbers[i].width, &value));
        assert_int_equal(value, numbers[i].value);
        assert_int_equal(bytes_left(&from_big) + bytes_left(&from_little), 0);
        builder_put_be(&put_big, numbers[i].width, numbers[i].value);
        builder_put_le(&put_little, numbers[i].width, numbers[i].value);
        assert_int_equal(put_big.size, big.size);
        assert_memory_equal(put_big.data, big.data, big.size);
        assert_int_equal(put_little.size, little.size);
        assert_memory_equal(put_little.data, little.data, little.size);
        builder_clear(&big);
        builder_clear(&little);
        builder_clear(&put_big);
        builder_clear(&put_little);
    }
}

static void only_the_low_bytes_are_written(void **state)
{
    struct builder out = { 0 };

    (void)state;
    builder_put_be(&out, 2, 0x12345678);
    builder_put_le(&out, 2, 0x12345678);
    assert_int_equal(out.size, 4);
    assert_memory_equal(out.data, "\x56\x78\x78\x56", 4);
    builder_clear(&out);
}

static void reads_stop_at_the_end(void **state)
{
    static const uint8_t data[] = { 1, 2, 3, 4, 5, 6, 7 };
    const uint8_t *out;
    uint64_t value;

    (void)state;
    for (size_t width = 1; width <= 8; width++) {
        for (size_t size = 0; size < width && size <= sizeof(data); size++) {
            struct bytes in = bytes_of(data, size);

            assert_false(bytes_get_be(&in, width, &value));
            assert_false(bytes_get_le(&in, width, &value));
            assert_false(bytes_get(&in, width, &out));
            assert_int_equal(in.at, 0);
        }
    }
    for (size_t at = 0; at <= sizeof(data); at++) {
        struct bytes in = { data, sizeof(data), at };

        /* A sum of cursor and size would wrap. */
        assert_false(bytes_get(&in, SIZE_MAX, &out));
        assert_false(bytes_get(&in, SIZE_MAX - at + 1, &out) && at);
        assert_int_equal(in.at, at);
        assert_true(bytes_get(&in, bytes_left(&in), &out));
        assert_int_equal(in.at, sizeof(data));
    }
}

static void peek_looks_ahead_and_moves_nothing(void **state)
{
    static const uint8_t data[] = { 0xaa, 0, 0xff };
    struct bytes in = bytes_of(data, sizeof(data));

    (void)state;
    assert_int_equal(bytes_peek(&in, 0), 0xaa);
    assert_int_equal(bytes_peek(&in, 1), 0);
    assert_int_equal(bytes_peek(&in, 2), 0xff);
    assert_int_equal(bytes_peek(&in, 3), -1);
    assert_int_equal(bytes_peek(&in, SIZE_MAX), -1);
    assert_int_equal(in.at, 0);
    in.at = 3;
    assert_int_equal(bytes_peek(&in, 0), -1);
}

static void a_builder_grows_and_keeps_its_bytes(void **state)
{
    struct builder out = { 0 };
    uint8_t block[300];

    (void)state;
    builder_put(&out, NULL, 0);
    builder_put_zeros(&out, 0);
    assert_int_equal(out.size, 0);
    for (unsigned i = 0; i < 100; i++) {
        memset(block, (int)i, sizeof(block));
        builder_put(&out, block, sizeof(block));
        builder_put_zeros(&out, i);
    }
    for (unsigned i = 0, at = 0; i < 100; at += (unsigned)sizeof(block) + i++) {
        memset(block, (int)i, sizeof(block));
        assert_memory_equal(out.data + at, block, sizeof(block));
        assert_true(bytes_are_zero(out.data + at + sizeof(block), i));
    }
    assert_int_equal(out.size, 100 * sizeof(block) + 99 * 100 / 2);
    builder_reset(&out);
    assert_int_equal(out.size, 0);
    assert_non_null(out.data);
    builder_clear(&out);
    assert_null(out.data);
    assert_int_equal(out.capacity, 0);
}

static void one_set_bit_is_not_zero(void **state)
{
    uint8_t data[33] = { 0 };

    (void)state;
    assert_true(bytes_are_zero(NULL, 0));
    assert_true(bytes_are_zero(data, sizeof(data)));
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = 0x10;
        assert_false(bytes_are_zero(data, sizeof(data)));
        assert_true(bytes_are_zero(data, i));
        assert_true(bytes_are_zero(data + i + 1, sizeof(data) - i - 1));
        data[i] = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_and_written_alike),
        cmocka_unit_test(only_the_low_bytes_are_written),
        cmocka_unit_test(reads_stop_at_the_end),
        cmocka_unit_test(peek_looks_ahead_and_moves_nothing),
        cmocka_unit_test(a_builder_grows_and_keeps_its_bytes),
        cmocka_unit_test(one_set_bit_is_not_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
