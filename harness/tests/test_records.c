/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of guest RAM have names, alone and as runs; a block's name is that of the record that named it. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/damage.h"
#include "harness/report/show.h"

enum { PAGE = 512 };

static const char json[] = "{\"page_size\": 512, \"devices\": []}";

static void put_part(struct builder *out, int type, const char *records)
{
    builder_put_be(out, 1, (uint64_t)type);
    builder_put_be(out, 4, 2);
    support_put_hex(out, records);
}

static Hardstop__Stream *build(void)
{
    struct builder out = { 0 };
    Hardstop__Stream *stream;
    struct hs_error err;

    support_put_header(&out);
    support_put_section(&out, 1, 2, "ram", 4);
    support_put_hex(&out, "0000000000001004 05 612e72616d 0000000000000e00 01 62 0000000000000200 0000000000000010");
    support_put_footer(&out, 2);
    put_part(&out, 2, "0000000000000008 05 612e72616d");
    builder_put_zeros(&out, PAGE);
    support_put_hex(&out, "0000000000000622 00 0000000000000460 01 0003 aabbcc 0000000000000520 00000002 aabb"
                          "0000000000000002 01 62 ff 0000000000000010");
    support_put_footer(&out, 2);
    put_part(&out, 2, "0000000000000222 00 0000000000000010");
    support_put_footer(&out, 2);
    put_part(&out, 3, "0000000000000080 0000000000000010");
    support_put_footer(&out, 2);
    support_put_hex(&out, "00 06");
    builder_put_be(&out, 4, strlen(json));
    builder_put(&out, json, strlen(json));
    stream = stream_decode(out.data, out.size, STREAM_FOOTER, &err);
    if (!stream) {
        fail_msg("%s at %llu", err.text, (unsigned long long)err.offset);
    }
    builder_clear(&out);
    return stream;
}

/* The lines that name a payload of guest RAM: size, path, value. */
static char *lines(const Hardstop__Stream *stream, bool each)
{
    char *text = NULL;
    struct map map;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    each ? map_init_each(&map, stream, NULL) : map_init(&map, stream, NULL);
    for (size_t i = 0; i < map.n; i++) {
        const struct map_entry *entry = &map.entries[i];
        char words[128] = "";

        if (!map_is_payload(entry)) {
            continue;
        }
        if (entry->part == FIELD_PART_RUN) {
            records_run_text(&map.runs[entry->value], words, sizeof(words));
        } else if (entry->field && entry->field->kind == FIELD_UINT) {
            snprintf(words, sizeof(words), "%llx", (unsigned long long)entry->value);
        } else if (map_text_length(&map, entry)) {
            snprintf(words, sizeof(words), "\"%.*s\"", (int)entry->size,
                     (const char *)map.encoding.out.data + entry->offset);
        }
        fprintf(out, "%zu %zu %s %s\n", entry->section, entry->size, entry->path, words);
    }
    fclose(out);
    map_clear(&map);
    return text;
}

static const char head[] = "0 8 blocks.header 1004\n"
                           "0 1 block[a.ram].idstr_len 5\n"
                           "0 5 block[a.ram].idstr \"a.ram\"\n"
                           "0 8 block[a.ram].length e00\n"
                           "0 1 block[b].idstr_len 1\n"
                           "0 1 block[b].idstr \"b\"\n"
                           "0 8 block[b].length 200\n"
                           "0 8 end.header 10\n";

static const char runs[] = "1 563 pages[a.ram+0x0..0x600] 1 page, 1 zero, 1 xbzrle, 1 compressed\n"
                           "1 11 pages[b+0x0] 1 zero\n"
                           "1 8 end.header 10\n"
                           "2 9 pages[b+0x200] 1 zero\n"
                           "2 8 end.header 10\n"
                           "3 8 hook.header 80\n"
                           "3 8 end.header 10\n";

static const char all[] = "1 8 page[a.ram+0x0].header 8\n"
                          "1 1 page[a.ram+0x0].idstr_len 5\n"
                          "1 5 page[a.ram+0x0].idstr \"a.ram\"\n"
                          "1 512 page[a.ram+0x0].content \n"
                          "1 8 zero[a.ram+0x600].header 622\n"
                          "1 1 zero[a.ram+0x600].fill 0\n"
                          "1 8 xbzrle[a.ram+0x400].header 460\n"
                          "1 1 xbzrle[a.ram+0x400].encoding 1\n"
                          "1 2 xbzrle[a.ram+0x400].len 3\n"
                          "1 3 xbzrle[a.ram+0x400].content \n"
                          "1 8 compressed[a.ram+0x400].header 520\n"
                          "1 4 compressed[a.ram+0x400].len 2\n"
                          "1 2 compressed[a.ram+0x400].content \n"
                          "1 8 zero[b+0x0].header 2\n"
                          "1 1 zero[b+0x0].idstr_len 1\n"
                          "1 1 zero[b+0x0].idstr \"b\"\n"
                          "1 1 zero[b+0x0].fill ff\n"
                          "1 8 end.header 10\n"
                          "2 8 zero[b+0x200].header 222\n"
                          "2 1 zero[b+0x200].fill 0\n"
                          "2 8 end.header 10\n"
                          "3 8 hook.header 80\n"
                          "3 8 end.header 10\n";

static void records_are_named(void **state)
{
    Hardstop__Stream *stream = build();

    (void)state;
    for (int each = 0; each < 2; each++) {
        char *text = lines(stream, each);

        assert_true(strncmp(text, head, strlen(head)) == 0);
        assert_string_equal(text + strlen(head), each ? all : runs);
        free(text);
    }
    stream_free(stream);
}

/* A section and its parts that pseries' hash page table has. */
static void entries_of_a_table_are_named(void **state)
{
    struct builder out = { 0 };
    Hardstop__Stream *stream;
    char *text;

    (void)state;
    support_put_header(&out);
    support_put_section(&out, 1, 2, "spapr/htab", 1);
    support_put_hex(&out, "00000015");
    put_part(&out, 2, "00000000 00000011 0001 0002 000102030405060708090a0b0c0d0e0f 0000000000000000");
    put_part(&out, 3, "00000000 00000000 0000 0003 0000000000000000 00");
    stream = stream_decode(out.data, out.size, STREAM_LEGACY, NULL);
    assert_non_null(stream);
    text = lines(stream, false);
    assert_string_equal(text, "0 4 table.shift 15\n"
                              "1 4 table.shift 0\n"
                              "1 4 entries[17].index 11\n"
                              "1 2 entries[17].n_valid 1\n"
                              "1 2 entries[17].n_invalid 2\n"
                              "1 16 entries[17].content \n"
                              "1 8 end.header 0\n"
                              "2 4 table.shift 0\n"
                              "2 4 entries[0].index 0\n"
                              "2 2 entries[0].n_valid 0\n"
                              "2 2 entries[0].n_invalid 3\n"
                              "2 8 end.header 0\n");
    free(text);
    stream_free(stream);
    builder_clear(&out);
}

static void a_field_of_a_record_is_found(void **state)
{
    Hardstop__Stream *stream = build();
    struct stream_encoding encoding = { 0 };

    (void)state;
    stream_encode(stream, &encoding, NULL, NULL);
    assert_int_equal(damage_field_offset(stream, 1, "page[a.ram+0x0].content"), encoding.marks[1].payload + 14);
    assert_int_equal(damage_field_offset(stream, 2, "zero[b+0x200].fill"), encoding.marks[2].payload + 8);
    assert_int_equal(damage_field_offset(stream, 0, "block[b].length"), encoding.marks[0].payload + 24);
    assert_int_equal(damage_field_offset(stream, 2, "zero[a.ram+0x200].fill"), SIZE_MAX);
    stream_encoding_clear(&encoding);
    stream_free(stream);
}

static void what_is_no_record_has_no_name(void **state)
{
    Hardstop__Stream *stream = build();
    char *text;

    (void)state;
    stream->section[2]->opaque.len--;
    text = lines(stream, false);
    assert_non_null(strstr(text, "\n1 8 end.header 10\n2 16 opaque \n3 8 hook"));
    free(text);
    /* One byte too many: there is a zero behind each copy. */
    stream->section[2]->opaque.len += 2;
    text = lines(stream, false);
    assert_non_null(strstr(text, "\n1 8 end.header 10\n2 18 opaque \n3 8 hook"));
    free(text);
    stream_free(stream);
}

static void a_json_run_has_no_bytes(void **state)
{
    Hardstop__Stream *stream = build();
    char *text = NULL;
    struct map map;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    map_init(&map, stream, NULL);
    show_json(out, stream, &map, &(struct show_options){ 0 });
    fclose(out);
    map_clear(&map);
    assert_non_null(strstr(text, "\"field\": \"pages[b+0x200]\""));
    assert_non_null(strstr(text, "\"records\": {\n      \"zero\": 1\n     }"));
    free(text);
    stream_free(stream);
}

static void what_the_configuration_says_is_kept_to(void **state)
{
    static const struct {
        const char *text;
        uint32_t described, page_size;
        bool has_addresses;
    } rows[] = {
        { "", 0, 4096, false },
        { "", 1024, 1024, false },
        { "", 1000, 4096, false },
        { "configuration { subsection { target_page_bits { target_page_bits: 14 } } }", 0, 16384, false },
        { "configuration { subsection { target_page_bits { target_page_bits: 14 } } }", 8192, 8192, false },
        { "configuration { subsection { target_page_bits { target_page_bits: 40 } } }", 0, 4096, false },
        { "configuration { subsection { capabilities { capability { name: 'x-ignore-shared' } } } }", 0, 4096, true },
        { "configuration { subsection { capabilities { capability { name: 'xbzrle' } } } }", 0, 4096, false },
    };
    struct builder out = { 0 };

    (void)state;
    support_put_hex(&out, "0000000000001004 01 61 0000000000001000 00000000c0000000 0000000000000010");
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        ProtobufCMessage *stream = support_message(&hardstop__stream__descriptor, rows[i].text);
        struct vmdesc vmdesc = { .page_size = rows[i].described };
        struct ram_format format = ram_format_of((Hardstop__Stream *)stream, &vmdesc);
        struct bytes in = bytes_of(out.data, out.size);

        assert_int_equal(format.page_size, rows[i].page_size);
        assert_int_equal(format.has_addresses, rows[i].has_addresses);
        format.page_size = 4096;
        assert_int_equal(ram_walk(&in, (const uint8_t *)"ram", 3, &format, NULL, NULL, NULL) == 0 && in.at == out.size,
                         rows[i].has_addresses);
        protobuf_c_message_free_unpacked(stream, NULL);
    }
    builder_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_named),
        cmocka_unit_test(entries_of_a_table_are_named),
        cmocka_unit_test(a_field_of_a_record_is_found),
        cmocka_unit_test(what_is_no_record_has_no_name),
        cmocka_unit_test(a_json_run_has_no_bytes),
        cmocka_unit_test(what_the_configuration_says_is_kept_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
