/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The text format: what is written, what is read, what is refused, and that protoc agrees. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/message/mutate.h"
#include "harness/message/reflect.h"
#include "harness/message/text.h"
#include "harness/message/value.h"
#include "messages.h"

#ifndef PROTOC_PATH
#define PROTOC_PATH ""
#endif
#ifndef SAMPLE_PROTO_DIR
#define SAMPLE_PROTO_DIR "."
#endif

static const ProtobufCMessageDescriptor *const all = &sample__all__descriptor;

static void text_is_as_expected(void **state)
{
    static const char expected[] = "f_int32: -1\n"
                                   "f_float: 0.1\n"
                                   "f_double: 0.1\n"
                                   "f_color: BLUE\n"
                                   "f_string: \"a\\n\\r\\t\\\"\\'\\\\\\001\\177\"\n"
                                   "f_bytes: \"\\000\\377\"\n"
                                   "f_inner {\n"
                                   "  leaves {\n"
                                   "    number: 1\n"
                                   "  }\n"
                                   "  leaves {\n"
                                   "  }\n"
                                   "}\n"
                                   "r_bool: true\n"
                                   "r_bool: false\n"
                                   "c_number: 0\n";
    ProtobufCMessage *msg = messages_parse(all, expected);
    char *text = text_print(msg);

    (void)state;
    assert_string_equal(text, expected);
    assert_int_equal(((Sample__All *)msg)->f_bytes.len, 2);
    assert_int_equal(((Sample__All *)msg)->choice_case, SAMPLE__ALL__CHOICE_C_NUMBER);
    free(text);
    reflect_free(msg);
}

static void round_trip_is_exact(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 400; seed++) {
        ProtobufCMessage *msg = messages_grow(seed, 120), *back;
        char *text = text_print(msg), *again;

        back = messages_parse(all, text);
        assert_true(reflect_equal(msg, back));
        again = text_print(back);
        assert_string_equal(text, again);
        free(text);
        free(again);
        reflect_free(back);
        text = text_print_brief(msg);
        back = messages_parse(all, text);
        assert_true(reflect_equal(msg, back));
        free(text);
        reflect_free(msg);
        reflect_free(back);
    }
}

static void brief_text_is_as_expected(void **state)
{
    static const char expected[] = "f_string: '{\"a\": 1}'\n"
                                   "f_bytes: \"\\000\\377\"\n"
                                   "f_inner {\n"
                                   "  leaves { number: 1 }\n"
                                   "  leaves { }\n"
                                   "}\n"
                                   "r_int32: [1000000000, 1000000001, 1000000002, 1000000003, 1000000004, 1000000005, "
                                   "1000000006,\n"
                                   "  1000000007, 1000000008]\n"
                                   "r_bool: true\n"
                                   "r_string: \"one: \\', two: \\\"\"\n";
    ProtobufCMessage *msg = messages_parse(all, expected);
    char *text = text_print_brief(msg);

    (void)state;
    assert_string_equal(text, expected);
    free(text);
    reflect_free(msg);
}

/* Other ways to write the same. */
static void all_spellings_are_read(void **state)
{
    static const char *const cases[][2] = {
        { "# a seed\n\nf_int32 : 5 # five\n", "f_int32: 5\n" },
        { "f_int32:0x10 f_uint32:010,f_int64:-0x8000000000000000;",
          "f_int32: 16\nf_int64: -9223372036854775808\nf_uint32: 8\n" },
        { "f_int32: - 1", "f_int32: -1\n" },
        { "f_uint64: 18446744073709551615", "f_uint64: 18446744073709551615\n" },
        { "r_int32: [1, 2,3] r_int32: 4 r_int32: []", "r_int32: 1\nr_int32: 2\nr_int32: 3\nr_int32: 4\n" },
        { "r_inner: [{}, <leaf{number:1}>]", "r_inner {\n}\nr_inner {\n  leaf {\n    number: 1\n  }\n}\n" },
        { "f_inner: < leaf: { number: 2 } >", "f_inner {\n  leaf {\n    number: 2\n  }\n}\n" },
        { "f_string: 'a\"' \"b'\"\n 'c'", "f_string: \"a\\\"b\\'c\"\n" },
        { "f_bytes: \"\\x41\\X4a\\1012\\0\\a\\?\"", "f_bytes: \"AJA2\\000\\007?\"\n" },
        { "f_bool: True r_bool: [t, f, 1, 0, false]",
          "f_bool: true\nr_bool: true\nr_bool: false\nr_bool: true\nr_bool: false\nr_bool: false\n" },
        { "f_color: -2147483648 r_color: [0, GREEN]", "f_color: FAR\nr_color: RED\nr_color: GREEN\n" },
        { "r_double: [1, -1.5e3, .5f, inf, -Infinity, nan, 1e400]",
          "r_double: 1\nr_double: -1500\nr_double: 0.5\n"
          "r_double: inf\nr_double: -inf\nr_double: nan\nr_double: inf\n" },
        { "strict { number: 1 name: '' data: '' leaf { } text: 'x' color: RED }",
          "strict {\n  number: 1\n  name: \"\"\n  data: \"\"\n  leaf {\n  }\n  text: \"x\"\n  color: RED\n}\n" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ProtobufCMessage *msg = messages_parse(all, cases[i][0]);
        char *text = text_print(msg);

        assert_string_equal(text, cases[i][1]);
        free(text);
        reflect_free(msg);
    }
}

static void errors_have_place_and_reason(void **state)
{
    static const struct {
        const char *text;
        uint64_t offset;
        const char *reason;
    } cases[] = {
        { "f_int32: 1\n nope: 2", 12, "line 2, column 2: All has no field nope" },
        { "f_int32: 2147483648", 9, "out of range" },
        { "f_int32: -2147483649", 10, "out of range" },
        { "f_uint32: -1", 11, "out of range" },
        { "f_uint32: 4294967296", 10, "out of range" },
        { "f_uint64: 18446744073709551616", 10, "more than 64 bits" },
        { "f_int32: 1.5", 9, "whole number" },
        { "f_int32: 08", 9, "whole number" },
        { "f_int32: 1x", 9, "whole number" },
        { "f_double: 0x10", 10, "decimal number" },
        { "f_double: 1.5.5", 10, "a number" },
        { "f_int32 1", 8, ": expected, not 1" },
        { "f_int32: ", 9, "not the end" },
        { "f_int32: 1 f_int32: 1", 11, "given twice" },
        { "f_inner {} f_inner {}", 11, "given twice" },
        { "c_number: 1 c_string: 'a'", 12, "same oneof" },
        { "f_int32: [1]", 9, "a single value" },
        { "r_int32: [1 2]", 12, ", or ]" },
        { "r_int32: [1,]", 12, "whole number" },
        { "f_color: PINK", 9, "Color expected, not PINK" },
        { "f_bool: 2", 8, "out of range" },
        { "f_bool: maybe", 8, "true or false" },
        { "f_string: 'a", 10, "does not end" },
        { "f_string: 'a\n'", 12, "on its line" },
        { "f_string: 'a\\000'", 15, "zero byte" },
        { "f_bytes: '\\q'", 11, "escape" },
        { "f_bytes: '\\x'", 12, "escape" },
        { "f_bytes: '\\777'", 11, "escape" },
        { "f_inner { leaf {}", 17, "not the end" },
        { "f_inner { >", 10, "field's name" },
        { "f_inner: 1", 9, "{ expected" },
        { "}", 0, "field's name" },
        { "strict { number: 1 }", 19, "lacks its name" },
        { "f_int32: 1 \x01", 11, "byte 0x01" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct hs_error err = { .text = "" };

        if (text_parse(all, cases[i].text, strlen(cases[i].text), &err)) {
            fail_msg("%s: accepted", cases[i].text);
        }
        if (err.offset != cases[i].offset || !strstr(err.text, cases[i].reason)) {
            fail_msg("%s: %llu, %s", cases[i].text, (unsigned long long)err.offset, err.text);
        }
    }
    assert_null(text_parse(all, "f_int32: 1\0", 11, NULL));
    assert_null(text_parse(all, "# \0", 3, NULL));
}

static void depth_and_memory_are_limited(void **state)
{
    static const size_t levels[] = { REFLECT_MAX_DEPTH, REFLECT_MAX_DEPTH + 1, 100000 };
    size_t size = (size_t)12 << 20;
    struct hs_error err = { .text = "" };
    ProtobufCMessage *msg;
    char *text;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        text = hs_alloc(6 * levels[i]);
        for (size_t level = 0; level < levels[i]; level++) {
            memcpy(text + 5 * level, "deep{", 5);
        }
        memset(text + 5 * levels[i], '}', levels[i]);
        msg = text_parse(&sample__deep__descriptor, text, 6 * levels[i], NULL);
        assert_int_equal(msg != NULL, i == 0);
        reflect_free(msg);
        free(text);
    }
    /* Eight characters of text make a message of some fifty bytes, and a pointer. */
    text = hs_alloc(size);
    for (size_t i = 0; i < size; i += 8) {
        memcpy(text + i, "leaves{}", 8);
    }
    msg = text_parse(&sample__inner__descriptor, text, size, &err);
    assert_null(msg);
    assert_non_null(strstr(err.text, "memory"));
    free(text);
}

static void damaged_text_is_survived(void **state)
{
    struct random random;
    unsigned accepted = 0, refused = 0;

    (void)state;
    random_init(&random, 3);
    for (uint64_t seed = 0; seed < 300; seed++) {
        ProtobufCMessage *msg = messages_grow(seed, 60);
        char *text = text_print(msg);

        for (int i = 0; i < 30; i++) {
            size_t size = strlen(text), room = size + 32;
            uint8_t *bytes = hs_alloc(room);
            struct hs_error err = { .text = "" };
            ProtobufCMessage *back;

            memcpy(bytes, text, size);
            size = value_bytes(bytes, size, room, &random);
            bytes = hs_resize(bytes, size, 1);
            back = text_parse(all, (const char *)bytes, size, &err);
            if (back) {
                char *again = text_print(back);
                ProtobufCMessage *same = messages_parse(all, again);

                assert_true(reflect_valid(back, NULL) && reflect_equal(back, same));
                reflect_free(same);
                reflect_free(back);
                free(again);
                accepted++;
            } else {
                assert_true(err.offset <= size && strstr(err.text, "line "));
                refused++;
            }
            free(bytes);
        }
        free(text);
        reflect_free(msg);
    }
    assert_true(accepted > 100 && refused > 100);
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *bytes = hs_alloc(1 << 20);

    assert_non_null(file);
    *size = fread(bytes, 1, (1 << 20) - 1, file);
    fclose(file);
    return bytes;
}

static void run_protoc(const char *folder, const char *how, const char *from, const char *to)
{
    char *command = hs_format("%s --%s=sample.All -I %s sample.proto < %s/%s > %s/%s", PROTOC_PATH, how,
                              SAMPLE_PROTO_DIR, folder, from, folder, to);

    if (system(command)) {
        fail_msg("failed: %s", command);
    }
    free(command);
}

/* Both ways, character for character and value for value. */
static void protoc_agrees(void **state)
{
    char folder[] = "/tmp/test_text.XXXXXX";
    char *bin, *text;

    (void)state;
    if (access(PROTOC_PATH, X_OK)) {
        skip();
    }
    assert_non_null(mkdtemp(folder));
    bin = hs_format("%s/bin", folder);
    text = hs_format("%s/text", folder);
    for (uint64_t seed = 0; seed < 20; seed++) {
        ProtobufCMessage *msg = messages_grow(1000 + seed, 300), *back;
        char *ours = text_print(msg), *theirs;
        size_t size;
        uint8_t *packed = reflect_pack(msg, &size);

        write_file(bin, packed, size);
        run_protoc(folder, "decode", "bin", "text");
        theirs = read_file(text, &size);
        assert_string_equal(ours, theirs);
        write_file(text, ours, strlen(ours));
        free(theirs);
        run_protoc(folder, "encode", "text", "bin");
        theirs = read_file(bin, &size);
        back = reflect_unpack(all, (const uint8_t *)theirs, size, NULL);
        assert_non_null(back);
        assert_true(reflect_equal(msg, back));
        free(theirs);
        free(ours);
        free(packed);
        reflect_free(msg);
        reflect_free(back);
    }
    unlink(bin);
    unlink(text);
    rmdir(folder);
    free(bin);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_as_expected),
        cmocka_unit_test(round_trip_is_exact),
        cmocka_unit_test(brief_text_is_as_expected),
        cmocka_unit_test(all_spellings_are_read),
        cmocka_unit_test(errors_have_place_and_reason),
        cmocka_unit_test(depth_and_memory_are_limited),
        cmocka_unit_test(damaged_text_is_survived),
        cmocka_unit_test(protoc_agrees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
