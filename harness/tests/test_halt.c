/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processors of a captured stream, by its description, are halted, and nothing else of them changes. */
#include "support.h"

#include <stdio.h>

#include "harness/case/halt.h"
#include "harness/wire/description.h"
#include "harness/wire/stream.h"

#define HALTED "{\"name\": \"halted\", \"type\": \"uint32\", \"size\": 4}"
#define REQUEST "{\"name\": \"interrupt_request\", \"type\": \"uint32\", \"size\": 4}"
#define DEVICE(instance, fields) \
    "{\"name\": \"cpu_common\", \"instance_id\": " instance ", \"version\": 1, \"fields\": [" fields "]}"

static Hardstop__Stream *processors(const char *fields)
{
    char json[1024];
    ProtobufCBinaryData description = { .data = (uint8_t *)json };
    struct builder out = { 0 };
    Hardstop__Stream *stream;

    for (uint32_t id = 0; id < 2; id++) {
        support_put_section(&out, 4, id, "cpu_common", 1);
        out.data[out.size - 5] = (uint8_t)id; /* instance_id */
        support_put_hex(&out, "0000000000000004");
        support_put_footer(&out, id);
    }
    support_put_section(&out, 4, 2, "timer", 2);
    support_put_hex(&out, "aabb");
    support_put_footer(&out, 2);
    support_put_hex(&out, "00");
    description.len = (size_t)snprintf(json, sizeof(json),
                                       "{\"page_size\": 4096, \"devices\": [" DEVICE("0", "%s") ", "
                                       DEVICE("1", "%s") "]}", fields, fields);
    stream = stream_decode_with(out.data, out.size, STREAM_FOOTER, &description, NULL);
    assert_non_null(stream);
    description_set(stream, &description);
    builder_clear(&out);
    return stream;
}

static void each_processor_is_halted(void **state)
{
    Hardstop__Stream *stream = processors(HALTED ", " REQUEST);
    struct builder out = { 0 }, expected = { 0 };

    (void)state;
    for (uint32_t id = 0; id < 2; id++) {
        support_put_section(&expected, 4, id, "cpu_common", 1);
        expected.data[expected.size - 5] = (uint8_t)id;
        support_put_hex(&expected, "0000000100000004");
        support_put_footer(&expected, id);
    }
    assert_true(halt_processors(stream, &out));
    assert_true(builder_equal(&out, &expected));
    builder_clear(&out);
    builder_clear(&expected);
    stream_free(stream);
}

static void what_is_not_described_is_left_out(void **state)
{
    Hardstop__Stream *stream = processors(REQUEST);
    struct builder out = { 0 };

    (void)state;
    assert_false(halt_processors(stream, &out));
    assert_int_equal(out.size, 0);
    builder_clear(&out);
    stream_free(stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_processor_is_halted),
        cmocka_unit_test(what_is_not_described_is_left_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
