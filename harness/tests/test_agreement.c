/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table and a description that disagree: the description wins, and the map says so. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/wire/map.h"

/*
 * The payload of a virtio device on ccw with `more` bytes behind it, and what is said of it: in `fields`, "A-3" stands
 * for the size of all, less three.
 */
static Hardstop__Stream *build(const char *fields, size_t more, bool own)
{
    struct builder out = { 0 }, payload = { 0 };
    char *json, *again;
    Hardstop__Stream *stream;
    ProtobufCBinaryData description;

    support_put_virtio(&payload, support_rng_text);
    builder_put_zeros(&payload, more);
    again = hs_strdup(fields);
    for (char *size = again; (size = strstr(size, "A-")); size += 3) {
        char digits[8];

        snprintf(digits, sizeof(digits), "%3zu", payload.size - (size_t)(size[2] - '0'));
        memcpy(size, digits, 3);
    }
    json = hs_format("{\"devices\": [{\"name\": \"virtio-rng\", \"instance_id\": 0, \"fields\": [%s]}]}", again);
    support_put_header(&out);
    support_put_section(&out, 4, 1, "virtio-rng", 1);
    builder_put(&out, payload.data, payload.size);
    support_put_footer(&out, 1);
    builder_put_be(&out, 1, 0);
    if (own) {
        builder_put_be(&out, 1, 6);
        builder_put_be(&out, 4, strlen(json));
        builder_put(&out, json, strlen(json));
    }
    description = (ProtobufCBinaryData){ strlen(json), (uint8_t *)json };
    stream = stream_decode_with(out.data, out.size, STREAM_FOOTER, own ? NULL : &description, NULL);
    assert_non_null(stream);
    builder_clear(&payload);
    builder_clear(&out);
    free(again);
    free(json);
    return stream;
}

static const struct {
    const char *what, *fields;
    size_t more; /* bytes that no table has a field for */
    bool is_borrowed; /* the description is not the stream's own */
    bool table; /* the table reads it */
    const char *note; /* "" : none */
} cases[] = {
    { "one field for all", "{\"name\":\"virtio\",\"size\":A-0}", 0, false, true, "" },
    { "more bytes than the table has", "{\"name\":\"virtio\",\"size\":A-0}", 2, false, false,
      "named by the description" },
    { "more bytes, told by another's description", "{\"name\":\"virtio\",\"size\":A-0}", 2, true, true, "" },
    { "borders of the table", "{\"name\":\"ids\",\"size\":2},{\"name\":\"rest\",\"size\":A-2}", 0, false, true, "" },
    { "a border within a number", "{\"name\":\"ids\",\"size\":3},{\"name\":\"rest\",\"size\":A-3}", 0, false, false,
      "named by the description" },
    { "a number of another size", "{\"name\":\"cssid\",\"size\":2},{\"name\":\"rest\",\"size\":A-2}", 0, false, false,
      "named by the description" },
    { "an array of bytes", "{\"name\":\"all\",\"size\":1,\"array_len\":A-0}", 0, false, true, "" },
    { "less than all", "{\"name\":\"virtio\",\"size\":A-1}", 0, false, true, "" },
    { "nothing that makes sense", "{\"name\":\"virtio\",\"size\":-1}", 0, false, true, "" },
};

static void the_description_wins_and_it_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(cases); i++) {
        Hardstop__Stream *stream = build(cases[i].fields, cases[i].more, !cases[i].is_borrowed);
        bool is_table = section_is_described(stream->section[0]);
        const char *note;
        struct map map;

        map_init(&map, stream, NULL);
        note = map_note(&map, 0);
        if (is_table != cases[i].table || (note != NULL) != (*cases[i].note != 0) ||
            (note && !strstr(note, cases[i].note))) {
            fail_msg("%s: %s, \"%s\"", cases[i].what, is_table ? "table" : "description", note ? note : "");
        }
        map_clear(&map);
        stream_free(stream);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_description_wins_and_it_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
