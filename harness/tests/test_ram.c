/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Iterable sections: each record is walked to its end, and what is cut or makes no sense is refused at an offset. */
#include "support.h"

#include <string.h>

#include "harness/base/check.h"
#include "harness/wire/ram.h"

enum { PAGE = 512 }; /* the smallest page whose offset bits hold every flag */

/* A record: hex, and so many more bytes. */
struct record {
    const char *what, *idstr, *hex;
    size_t padding;
};

static const struct record records[] = {
    { "zero page", "ram", "0000000000001002 06 70632e72616d 00", 0 },
    { "zero page of the same block", "ram", "0000000000001022 00", 0 },
    { "page", "ram", "0000000000002008 06 70632e72616d", PAGE },
    { "page of the same block", "ram", "0000000000002028", PAGE },
    { "block list", "ram", "0000000000010004 01 61 0000000000008000 02 6262 0000000000008000", 0 },
    { "empty block list", "ram", "0000000000000004", 0 },
    { "encoded page", "ram", "0000000000001040 01 61 01 0003 aabbcc", 0 },
    { "encoded page of the same block", "ram", "0000000000001060 01 0000", 0 },
    { "compressed page", "ram", "0000000000001100 01 61 00000004 aabbccdd", 0 },
    { "storage attributes", "s390-storage_attributes", "0000000000003002 0000000000000005 0102030405", 0 },
    { "attributes done", "s390-storage_attributes", "0000000000000008", 0 },
    { "attributes with an error", "s390-storage_attributes", "0000000000000004", 0 },
    { "valid entries", "spapr/htab", "00000001 0002 0003", 32 },
    { "invalid entries", "spapr/htab", "00000000 0000 0001", 0 },
};

/* What a section begins with, and ends with. */
static const struct {
    const char *idstr, *begin, *end;
} sections[] = {
    { "ram", "", "0000000000000010" },
    { "s390-storage_attributes", "", "0000000000000001" },
    { "spapr/htab", "00000000", "0000000000000000" },
};

static void put_record(struct builder *out, const struct record *record)
{
    support_put_hex(out, record->hex);
    builder_put_zeros(out, record->padding);
}

static void put_begin(struct builder *out, const char *idstr)
{
    for (size_t i = 0; i < HS_COUNT(sections); i++) {
        support_put_hex(out, strcmp(sections[i].idstr, idstr) == 0 ? sections[i].begin : "");
    }
}

static void put_end(struct builder *out, const char *idstr)
{
    for (size_t i = 0; i < HS_COUNT(sections); i++) {
        support_put_hex(out, strcmp(sections[i].idstr, idstr) == 0 ? sections[i].end : "");
    }
}

static int walk(const struct builder *from, size_t size, const char *idstr, size_t *at, struct hs_error *err)
{
    struct bytes in = bytes_of(from->data, size);
    const struct ram_format format = { .page_size = PAGE };
    int result = ram_walk(&in, (const uint8_t *)idstr, strlen(idstr), &format, NULL, NULL, err);

    *at = in.at;
    return result;
}

static void a_record_ends_where_it_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(records); i++) {
        struct builder out = { 0 };
        struct hs_error err = { .text = "" };
        size_t end, at;

        put_begin(&out, records[i].idstr);
        put_record(&out, &records[i]);
        put_record(&out, &records[i]);
        put_end(&out, records[i].idstr);
        end = out.size;
        support_put_hex(&out, "7e000000");
        if (walk(&out, out.size, records[i].idstr, &at, &err) < 0) {
            fail_msg("%s: %s", records[i].what, err.text);
        }
        assert_int_equal(at, end);
        builder_clear(&out);
    }
}

static void every_cut_is_refused_at_an_offset(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(records); i++) {
        struct builder out = { 0 };

        put_begin(&out, records[i].idstr);
        put_record(&out, &records[i]);
        put_end(&out, records[i].idstr);
        for (size_t size = 0; size < out.size; size++) {
            struct hs_error err = { .offset = HS_NO_OFFSET };
            size_t at;

            assert_int_equal(walk(&out, size, records[i].idstr, &at, &err), -1);
            assert_in_range(err.offset, 0, size);
            assert_non_null(strstr(err.text, "the stream ends in"));
        }
        builder_clear(&out);
    }
}

static const struct {
    const char *idstr, *hex, *reason;
    uint64_t offset;
} refused[] = {
    { "ram", "0000000000001000", "flags 0x0", 0 },
    { "ram", "0000000000001001", "flags 0x1", 0 },
    { "ram", "000000000000100a 01 61", "flags 0xa", 2 },
    { "ram", "0000000000010004 01 61 0000000000000000", "a RAM block of 0 bytes", 8 },
    { "ram", "0000000000010004 01 61 0000000000010001", "65537 bytes where 65536 are left", 8 },
    { "ram", "0000000000010004 01 61 0000000000008000 01 62 ffffffffffffffff", "where 32768 are left", 18 },
    { "ram", "0000000000001100 01 61 ffffffff", "the stream ends in a compressed page", 14 },
    { "ram", "0000000000001040 01 61 01 ffff", "the stream ends in an encoded page", 13 },
    { "s390-storage_attributes", "0000000000003002 ffffffffffffffff", "the stream ends in storage", 16 },
    { "s390-storage_attributes", "0000000000003003", "flags 0x3", 0 },
    { "s390-storage_attributes", "0000000000000000", "flags 0x0", 0 },
    { "spapr/htab", "00000000 00000001 ffff 0000", "the stream ends in a hash page table's entries", 12 },
};

static void nonsense_is_refused_at_its_offset(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(refused); i++) {
        struct builder out = { 0 };
        struct hs_error err = { .text = "" };
        size_t at;

        support_put_hex(&out, refused[i].hex);
        assert_int_equal(walk(&out, out.size, refused[i].idstr, &at, &err), -1);
        if (!strstr(err.text, refused[i].reason)) {
            fail_msg("%s: \"%s\" does not say \"%s\"", refused[i].hex, err.text, refused[i].reason);
        }
        assert_int_equal(err.offset, refused[i].offset);
        builder_clear(&out);
    }
}

/* Of these, the sections are of four bytes alone. */
static void a_table_may_have_no_entries(void **state)
{
    static const char *const begins[] = { "00000015", "ffffffff" };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(begins); i++) {
        struct builder out = { 0 };
        size_t at;

        support_put_hex(&out, begins[i]);
        support_put_hex(&out, "7e000000");
        assert_int_equal(walk(&out, out.size, "spapr/htab", &at, NULL), 0);
        assert_int_equal(at, 4);
        builder_clear(&out);
    }
}

static void what_is_put_can_be_skipped(void **state)
{
    uint8_t page[PAGE];
    struct builder out = { 0 };
    size_t at;

    (void)state;
    memset(page, 0xa5, sizeof(page));
    ram_put_page(&out, "s390.ram", 0x7000, page, PAGE);
    ram_put_page(&out, "", 0, page, PAGE);
    ram_put_end(&out);
    assert_int_equal(walk(&out, out.size, "ram", &at, NULL), 0);
    assert_int_equal(at, out.size);
    assert_memory_equal(out.data + 8 + 1 + 8, page, PAGE);
    builder_clear(&out);
}

static void only_whole_names_are_iterable(void **state)
{
    static const struct {
        const char *idstr;
        bool iterable;
    } names[] = {
        { "ram", true }, { "s390-storage_attributes", true }, { "ra", false }, { "ramx", false }, { "", false },
        { "spapr/htab", true }, { "spapr", false }, { "s390-storage", false }, { "/ram", false },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(names); i++) {
        assert_int_equal(ram_is_iterable((const uint8_t *)names[i].idstr, strlen(names[i].idstr)), names[i].iterable);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_ends_where_it_ends),
        cmocka_unit_test(every_cut_is_refused_at_an_offset),
        cmocka_unit_test(nonsense_is_refused_at_its_offset),
        cmocka_unit_test(what_is_put_can_be_skipped),
        cmocka_unit_test(a_table_may_have_no_entries),
        cmocka_unit_test(only_whole_names_are_iterable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
