/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Device sections become a whole stream of their machine: with its header and RAM, guest memory, and description. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/complete.h"
#include "harness/wire/ram.h"
#include "harness/message/reflect.h"

enum { PAGE = 4096 };

static const char json[] = "{\"devices\": []}";

/* A machine of two RAM blocks and a device; `blocks` is the list of them. */
static Hardstop__Stream *build(bool footers, const char *blocks)
{
    struct builder out = { 0 };
    Hardstop__Stream *stream;
    struct hs_error err;

    support_put_header(&out);
    support_put_hex(&out, "07 00000001 61");
    support_put_section(&out, 1, 3, "ram", 4);
    support_put_hex(&out, blocks);
    support_put_hex(&out, footers ? "0000000000000010 7e00000003" : "0000000000000010");
    support_put_hex(&out, footers ? "03 00000003 0000000000000010 7e00000003" : "03 00000003 0000000000000010");
    support_put_section(&out, 4, 5, "timer", 2);
    support_put_hex(&out, footers ? "aabb 7e00000005 00 06" : "aabb 00 06");
    builder_put_be(&out, 4, strlen(json));
    builder_put(&out, json, strlen(json));
    stream = stream_decode(out.data, out.size, footers ? STREAM_FOOTER : STREAM_LEGACY, &err);
    if (!stream) {
        fail_msg("%s", err.text);
    }
    builder_clear(&out);
    return stream;
}

#define TWO_BLOCKS "0000000000007004 04 62696f73 0000000000001000 08 733339302e72616d 0000000000006000"
/* The first is called ".ram" and nothing before it: no machine's RAM. */
#define OTHER_BLOCK "0000000000007004 04 2e72616d 0000000000001000 08 733339302e72616d 0000000000006000"
#define NO_RAM "0000000000001004 04 62696f73 0000000000001000"

static void complete(const char *text, Hardstop__Stream *captured, bool cut, struct builder *out)
{
    Hardstop__Case *test = (Hardstop__Case *)support_message(&hardstop__case__descriptor, text);
    struct builder devices = { 0 };
    struct hs_error err;

    support_put_hex(&devices, "d0d1d2");
    if (complete_stream(test, &devices, captured, cut, out, &err) < 0) {
        fail_msg("%s", err.text);
    }
    builder_clear(&devices);
    case_free(test);
}

static void devices_stand_between_ram_and_description(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        bool footers = i & 1, cut = i & 2;
        Hardstop__Stream *captured = build(footers, TWO_BLOCKS);
        struct stream_encoding plain = { 0 };
        struct builder out = { 0 };
        size_t before, behind = cut ? 0 : strlen(json) + 5;

        stream_encode(captured, &plain, NULL, NULL);
        before = plain.marks[2].start;
        complete("", captured, cut, &out);
        assert_int_equal(out.size, before + 3 + behind);
        assert_memory_equal(out.data, plain.out.data, before);
        assert_memory_equal(out.data + before, "\xd0\xd1\xd2", 3);
        assert_memory_equal(out.data + before + 3, plain.out.data + plain.out.size - behind, behind);
        builder_clear(&out);
        stream_encoding_clear(&plain);
        hardstop__stream__free_unpacked(captured, NULL);
    }
}

/* The pages that a stream's RAM sections hold, in order: address and content. */
static void check_page(const uint8_t **at, uint64_t address, size_t offset, const char *content)
{
    struct bytes in = bytes_of(*at, 8 + 1 + 8 + PAGE);
    uint64_t header;
    size_t length = strlen(content);

    assert_true(bytes_get_be(&in, 8, &header));
    assert_int_equal(header & ~(uint64_t)(PAGE - 1), address);
    assert_int_equal(header & 0x08, 0x08);
    assert_memory_equal(*at + 8, "\x08s390.ram", 9);
    *at += 17;
    assert_true(bytes_are_zero(*at, offset));
    assert_memory_equal(*at + offset, content, length);
    assert_true(bytes_are_zero(*at + offset + length, PAGE - offset - length));
    *at += PAGE;
}

static void guest_memory_goes_to_the_block_of_ram(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        bool footers = i & 1;
        Hardstop__Stream *captured = build(footers, i & 2 ? OTHER_BLOCK : TWO_BLOCKS);
        struct stream_encoding plain = { 0 };
        struct builder out = { 0 };
        const uint8_t *at;
        size_t before, end = footers ? 5 : 0;

        stream_encode(captured, &plain, NULL, NULL);
        before = plain.marks[2].start;
        complete("memory { address: 0x2010 data: 'abc' } memory { address: 0x4ffe data: 'wxyz' }", captured, true,
                 &out);
        assert_int_equal(out.size, before + 5 + 3 * (17 + PAGE) + 8 + end + 3);
        at = out.data + before;
        assert_memory_equal(at, "\2\0\0\0\3", 5);
        at += 5;
        check_page(&at, 0x2000, 0x10, "abc");
        check_page(&at, 0x4000, PAGE - 2, "wx");
        check_page(&at, 0x5000, 0, "yz");
        assert_memory_equal(at, "\0\0\0\0\0\0\0\x10", 8);
        assert_memory_equal(at + 8, "\x7e\0\0\0\3", end);
        assert_memory_equal(at + 8 + end, "\xd0\xd1\xd2", 3);
        builder_clear(&out);
        stream_encoding_clear(&plain);
        hardstop__stream__free_unpacked(captured, NULL);
    }
}

static void records_of_one_page_share_it(void **state)
{
    Hardstop__Stream *captured = build(true, TWO_BLOCKS);
    struct builder out = { 0 };
    uint8_t *page;

    (void)state;
    complete("memory { address: 0x1000 data: 'first' } memory { address: 0x1100 data: 'second' }", captured, true,
             &out);
    page = memmem(out.data, out.size, "first", 5);
    assert_non_null(page);
    assert_memory_equal(page + 0x100, "second", 6);
    builder_clear(&out);
    hardstop__stream__free_unpacked(captured, NULL);
}

/* Records at the end of RAM and of the address space; how many pages are sent, and whether "first" is in one. */
static const struct {
    const char *memory;
    size_t pages;
    bool has_first;
} ends[] = {
    { "memory { address: 0x5ffb data: 'first' }", 1, true },
    { "memory { address: 0x5ffe data: 'first' }", 1, false },
    { "memory { address: 0x6000 data: 'first' }", 0, false },
    { "memory { address: 0xfffffffffffffffb data: 'first' }", 0, false },
    { "memory { address: 0xffffffffffffffff data: 'first' }", 0, false },
    { "memory { address: 0xfffffffffffff000 data: 'first' }", 0, false },
    { "memory { address: 0xffffffffffffffff data: 'zz' } memory { address: 0 data: 'first' }", 1, true },
    { "memory { address: 0x1000 data: '' }", 0, false },
    /* Once each, with what was said last. */
    { "memory { address: 0x1000 data: 'xxxxx' } memory { address: 0x1100 data: 'y' } "
      "memory { address: 0x1000 data: 'first' }", 1, true },
    { "memory { address: 0x1000 data: 'first' } memory { address: 0x1002 data: 'x' }", 1, false },
    { "memory { address: 0x1ffe data: 'xyz' } memory { address: 0x1000 data: 'first' }", 2, true },
};

static void memory_has_an_end(void **state)
{
    static const char *const captured_blocks[] = {
        TWO_BLOCKS,
        /* As large as can be said: not even that makes an end of the address space. */
        "fffffffffffff004 04 62696f73 0000000000001000 08 733339302e72616d ffffffffffffe000",
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(ends); i++) {
        for (size_t k = 0; k < HS_COUNT(captured_blocks); k++) {
            Hardstop__Stream *captured = build(true, captured_blocks[k]);
            struct stream_encoding plain = { 0 };
            struct builder out = { 0 };
            size_t size;

            stream_encode(captured, &plain, NULL, NULL);
            complete(ends[i].memory, captured, true, &out);
            size = out.size - plain.marks[2].start - 5 - 8 - 5 - 3;
            assert_int_equal(size % (17 + PAGE), 0);
            if (k == 0) {
                assert_int_equal(size / (17 + PAGE), ends[i].pages);
                assert_int_equal(memmem(out.data, out.size, "first", 5) != NULL, ends[i].has_first);
            }
            builder_clear(&out);
            stream_encoding_clear(&plain);
            hardstop__stream__free_unpacked(captured, NULL);
        }
    }
}

/* Guest RAM that is somebody's, from that address on. */
static void fill_page(Hardstop__Stream *captured, uint64_t at)
{
    Hardstop__Section *end = captured->section[1];
    uint8_t page[PAGE];
    struct builder out = { 0 };

    assert_int_equal(end->type, HARDSTOP__SECTION__TYPE__END);
    memset(page, 'F', sizeof(page));
    ram_put_page(&out, "s390.ram", at, page, PAGE);
    ram_put_end(&out);
    free(end->opaque.data);
    end->opaque.data = hs_copy(out.data, out.size);
    end->opaque.len = out.size;
    builder_clear(&out);
}

/* What is in `captured` is somebody's: none of it but header, configuration and sizes of RAM is handed on. */
static void a_bare_stream_has_no_ram_but_the_cases(void **state)
{
    Hardstop__Stream *captured = build(true, TWO_BLOCKS);
    Hardstop__Case *test =
        (Hardstop__Case *)support_message(&hardstop__case__descriptor, "memory { address: 0x1001 data: 'xy' }");
    Hardstop__Case *none = case_new();
    uint8_t page[PAGE] = { 0, 'x', 'y' };
    struct builder devices = { 0 }, out = { 0 }, wanted = { 0 };

    (void)state;
    fill_page(captured, 0x1000);
    support_put_hex(&devices, "d0d1d2");
    builder_put(&out, "left from before", 16);
    assert_int_equal(complete_bare(none, &devices, captured, &out, NULL), 0);
    support_put_header(&wanted);
    support_put_hex(&wanted, "07 00000001 61 d0d1d2");
    assert_true(builder_equal(&out, &wanted));

    assert_int_equal(complete_bare(test, &devices, captured, &out, NULL), 0);
    builder_reset(&wanted);
    support_put_header(&wanted);
    support_put_hex(&wanted, "07 00000001 61");
    support_put_section(&wanted, 1, 3, "ram", 4);
    support_put_hex(&wanted, TWO_BLOCKS "0000000000000010 7e00000003 02 00000003");
    ram_put_page(&wanted, "s390.ram", 0x1000, page, PAGE);
    ram_put_end(&wanted);
    support_put_hex(&wanted, "7e00000003 d0d1d2");
    assert_true(builder_equal(&out, &wanted));
    builder_clear(&devices);
    builder_clear(&out);
    builder_clear(&wanted);
    case_free(test);
    case_free(none);
    hardstop__stream__free_unpacked(captured, NULL);
}

static void memory_without_ram_has_a_reason(void **state)
{
    Hardstop__Stream *captured = build(true, NO_RAM);
    Hardstop__Case *test =
        (Hardstop__Case *)support_message(&hardstop__case__descriptor, "memory { address: 1 data: 'x' }");
    struct builder devices = { 0 }, out = { 0 };
    struct hs_error err = { .text = "" };

    (void)state;
    support_put_hex(&devices, "00");
    assert_int_equal(complete_stream(test, &devices, captured, false, &out, &err), -1);
    assert_non_null(strstr(err.text, "no RAM block"));
    builder_clear(&devices);
    builder_clear(&out);
    case_free(test);
    hardstop__stream__free_unpacked(captured, NULL);
}

static void whole_streams_stay_as_they_are(void **state)
{
    Hardstop__Stream *captured = build(true, TWO_BLOCKS);
    Hardstop__Case *test = case_new();
    struct builder whole = { 0 }, out = { 0 };

    (void)state;
    support_put_hex(&whole, "5145564d 00000003 00 ff");
    builder_put(&out, "left from before", 16);
    assert_int_equal(complete_stream(test, &whole, captured, false, &out, NULL), 0);
    assert_int_equal(out.size, whole.size);
    assert_memory_equal(out.data, whole.data, whole.size);
    /* One that is said to be whole needs no header, and one that was whole has lost it to a damage. */
    builder_reset(&whole);
    support_put_hex(&whole, "00ff");
    for (int i = 0; i < 2; i++) {
        test->whole = i == 0;
        test->stream = (Hardstop__Stream *)support_message(&hardstop__stream__descriptor, i == 0 ? "" : "header {}");
        assert_int_equal(complete_stream(test, &whole, captured, false, &out, NULL), 0);
        assert_int_equal(out.size, 2);
        hardstop__stream__free_unpacked(test->stream, NULL);
        test->stream = NULL;
    }
    builder_clear(&whole);
    builder_clear(&out);
    case_free(test);
    hardstop__stream__free_unpacked(captured, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_stand_between_ram_and_description),
        cmocka_unit_test(guest_memory_goes_to_the_block_of_ram),
        cmocka_unit_test(records_of_one_page_share_it),
        cmocka_unit_test(memory_has_an_end),
        cmocka_unit_test(a_bare_stream_has_no_ram_but_the_cases),
        cmocka_unit_test(memory_without_ram_has_a_reason),
        cmocka_unit_test(whole_streams_stay_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
