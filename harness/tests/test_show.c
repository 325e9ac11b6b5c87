/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream as people and scripts are shown it: the exact text, runs of zeros, chosen sections, large numbers. */
#include "support.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/report/show.h"
#include "planted.h"

static const char json[] = "{\"devices\": [{\"name\": \"timer\", \"instance_id\": 2, \"fields\": ["
                           "{\"name\": \"mode\", \"size\": 1}, {\"name\": \"ticks\", \"size\": 1, \"array_len\": 12}, "
                           "{\"name\": \"few\", \"size\": 1, \"array_len\": 9}, {\"name\": \"pad\", \"size\": 17}, "
                           "{\"name\": \"label\", \"size\": 4}]}]}";

/* A described section, between a configuration and one of which nothing is known. */
static Hardstop__Stream *build(void)
{
    struct builder out = { 0 };
    Hardstop__Stream *stream;
    struct hs_error err;

    support_put_header(&out);
    support_put_section(&out, 4, 1, "timer", 2);
    out.data[out.size - 5] = 2;
    support_put_hex(&out,
                    "07 05 00000000000000000000 06 000000000000000009 0000000000000000000000000000000000 61620000");
    support_put_footer(&out, 1);
    support_put_section(&out, 4, 2, "plain", 3);
    support_put_hex(&out, "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021");
    support_put_footer(&out, 2);
    support_put_hex(&out, "00 c0ffee");
    stream = stream_decode(out.data, out.size, STREAM_FOOTER, &err);
    if (!stream) {
        fail_msg("%s", err.text);
    }
    builder_clear(&out);
    return stream;
}

typedef size_t show_fn(FILE *out, const Hardstop__Stream *stream, const struct map *map,
                       const struct show_options *options);

/* What is shown; free it.  `unnamed` gets the number of bytes without a name. */
static char *shown(show_fn *show, const Hardstop__Stream *stream, const struct show_options *options, size_t *unnamed)
{
    const ProtobufCBinaryData description = { sizeof(json) - 1, (uint8_t *)(uintptr_t)json };
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct map map;

    map_init(&map, stream, &description);
    *unnamed = show(out, stream, &map, options);
    map_clear(&map);
    fclose(out);
    return text;
}

static const char head[] =
    "stream\n"
    "         0      4  header.magic                                 0x5145564d (1363498573)\n"
    "         4      4  header.version                               3\n";
static const char timer[] =
    "[0] FULL timer instance 2 version 2, at 8, payload of 43 bytes at 27\n"
    "         8      1  type                                         4\n"
    "         9      4  section_id                                   1\n"
    "        13      1  idstr_len                                    5\n"
    "        14      5  idstr                                        \"timer\"\n"
    "        19      4  instance_id                                  2\n"
    "        23      4  version_id                                   2\n"
    "        27      1  mode                                         07\n"
    "        28      1  ticks[0]                                     05\n"
    "        29     10  10 zero fields, ticks[1] to ticks[10]\n"
    "        39      1  ticks[11]                                    06\n"
    "        40      1  few[0]                                       00\n"
    "        41      1  few[1]                                       00\n"
    "        42      1  few[2]                                       00\n"
    "        43      1  few[3]                                       00\n"
    "        44      1  few[4]                                       00\n"
    "        45      1  few[5]                                       00\n"
    "        46      1  few[6]                                       00\n"
    "        47      1  few[7]                                       00\n"
    "        48      1  few[8]                                       09\n"
    "        49     17  pad                                          17 zero bytes\n"
    "        66      4  label                                        61620000\n"
    "        70      1  footer.mark                                  0x7e (126)\n"
    "        71      4  footer.section_id                            1\n";
static const char rest[] =
    "[1] FULL plain instance 0 version 3, at 75, payload of 33 bytes at 94\n"
    "        75      1  type                                         4\n"
    "        76      4  section_id                                   2\n"
    "        80      1  idstr_len                                    5\n"
    "        81      5  idstr                                        \"plain\"\n"
    "        86      4  instance_id                                  0\n"
    "        90      4  version_id                                   3\n"
    "        94     33  opaque                                       "
    "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20...  (no name)\n"
    "       127      1  footer.mark                                  0x7e (126)\n"
    "       128      4  footer.section_id                            2\n"
    "[2] EOF, at 132, payload of 0 bytes at 133\n"
    "       132      1  type                                         0\n"
    "stream\n"
    "       133      3  rest                                         c0ffee  (no name)\n";

static void the_text_is_exact(void **state)
{
    Hardstop__Stream *stream = build();
    size_t unnamed;
    char *text = shown(show_text, stream, &(struct show_options){ 0 }, &unnamed);

    (void)state;
    assert_true(strncmp(text, head, strlen(head)) == 0);
    assert_true(strncmp(text + strlen(head), timer, strlen(timer)) == 0);
    assert_string_equal(text + strlen(head) + strlen(timer), rest);
    assert_int_equal(unnamed, 33);
    free(text);
    /* A chosen section alone, and nothing without a name in it. */
    text = shown(show_text, stream, &(struct show_options){ .section = "tim" }, &unnamed);
    assert_string_equal(text, timer);
    assert_int_equal(unnamed, 0);
    free(text);
    hardstop__stream__free_unpacked(stream, NULL);
}

static void all_of_a_run_is_shown_to_who_asks(void **state)
{
    Hardstop__Stream *stream = build();
    size_t unnamed;
    char *text = shown(show_text, stream, &(struct show_options){ .section = "timer", .all = true }, &unnamed);

    (void)state;
    assert_null(strstr(text, "zero fields"));
    assert_non_null(strstr(text, "        29      1  ticks[1]                                     00\n"));
    assert_non_null(strstr(text, "        38      1  ticks[10]                                    00\n"));
    free(text);
    hardstop__stream__free_unpacked(stream, NULL);
}

static json_t *json_of(const Hardstop__Stream *stream, const char *section, size_t *unnamed)
{
    char *text = shown(show_json, stream, &(struct show_options){ .section = section }, unnamed);
    json_t *root = json_loads(text, 0, NULL);

    assert_non_null(root);
    free(text);
    return root;
}

/* Names of the fields of a list, each with a comma. */
static void check_fields(const json_t *fields, const char *names)
{
    char all[1024] = "";
    const json_t *field;
    size_t i;

    json_array_foreach(fields, i, field) {
        strcat(strcat(all, json_string_value(json_object_get(field, "field"))), ",");
    }
    assert_string_equal(all, names);
}

static void json_has_each_field_in_its_place(void **state)
{
#define FRAME "type,section_id,idstr_len,idstr,instance_id,version_id,"
#define FOOTER "footer.mark,footer.section_id,"
    Hardstop__Stream *stream = build();
    size_t unnamed;
    json_t *root = json_of(stream, NULL, &unnamed), *sections = json_object_get(root, "sections"), *section;

    (void)state;
    assert_int_equal(unnamed, 33);
    assert_int_equal(json_array_size(sections), 3);
    check_fields(json_object_get(root, "fields"), "header.magic,header.version,rest,");
    check_fields(json_object_get(json_array_get(sections, 1), "fields"), FRAME "opaque," FOOTER);
    check_fields(json_object_get(json_array_get(sections, 2), "fields"), "type,");
    json_decref(root);
    root = json_of(stream, "timer", &unnamed);
    sections = json_object_get(root, "sections");
    section = json_array_get(sections, 0);
    assert_int_equal(unnamed, 0);
    assert_int_equal(json_array_size(sections), 1);
    check_fields(json_object_get(root, "fields"), "");
    check_fields(json_object_get(section, "fields"),
                 FRAME "mode,ticks[0],ticks[1],ticks[2],ticks[3],ticks[4],ticks[5],ticks[6],ticks[7],ticks[8],"
                 "ticks[9],ticks[10],ticks[11],few[0],few[1],few[2],few[3],few[4],few[5],few[6],few[7],few[8],pad,"
                 "label," FOOTER);
    assert_int_equal(json_integer_value(json_object_get(section, "instance_id")), 2);
    assert_int_equal(json_integer_value(json_object_get(section, "payload_offset")), 27);
    assert_int_equal(json_integer_value(json_object_get(section, "payload_size")), 43);
    json_decref(root);
    hardstop__stream__free_unpacked(stream, NULL);
}

/* The value of a field of the first section. */
static const json_t *value_of(const json_t *root, const char *name)
{
    const json_t *field, *section = json_array_get(json_object_get(root, "sections"), 0);
    size_t i;

    json_array_foreach(json_object_get(section, "fields"), i, field) {
        if (strcmp(json_string_value(json_object_get(field, "field")), name) == 0) {
            return json_object_get(field, "value");
        }
    }
    fail_msg("no field %s", name);
    return NULL;
}

/* JSON numbers end at 2^63. */
static void numbers_are_not_bent(void **state)
{
    static const struct {
        uint64_t desc;
        const char *text;
    } rows[] = {
        { INT64_MAX, NULL }, { UINT64_C(1) << 63, "8000000000000000" }, { UINT64_MAX, "ffffffffffffffff" },
    };
    Hardstop__Case *test = planted_case("");

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        Hardstop__VirtQueue *queue = test->stream->section[0]->virtio->queue[0];
        const json_t *value;
        size_t unnamed;
        json_t *root;

        queue->has_desc = true;
        queue->desc = rows[i].desc;
        root = json_of(test->stream, "rng", &unnamed);
        value = value_of(root, "virtio.queue[0].desc");
        if (rows[i].text) {
            assert_string_equal(json_string_value(value), rows[i].text);
        } else {
            assert_int_equal(json_integer_value(value), rows[i].desc);
        }
        json_decref(root);
    }
    case_free(test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_is_exact),
        cmocka_unit_test(all_of_a_run_is_shown_to_who_asks),
        cmocka_unit_test(json_has_each_field_in_its_place),
        cmocka_unit_test(numbers_are_not_bent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
