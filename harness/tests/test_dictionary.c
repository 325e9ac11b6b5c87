/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The dictionaries of the fuzz targets know every subsection of the tables and every field of the schema. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "case.pb-c.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/wire/framing.h"
#include "harness/wire/virtio/tables.h"
#include "harness/message/member.h"

struct walk {
    const char *dictionary; /* the file's text */
    const char *format; /* of a subsection's entry: the length of its name, and its name */
    size_t entries, missing;
};

static char *read_dictionary(const char *name)
{
    char *file = hs_format("%s_fuzzer.dict", name), *path = support_beside(file), *text;
    struct hs_error err;
    uint8_t *data;
    size_t size;

    assert_int_equal(file_read(path, &data, &size, &err), 0);
    text = hs_copy(data, size);
    free(data);
    free(path);
    free(file);
    return text;
}

/* What is printed is the line to add. */
static void expect_entry(struct walk *walk, char *entry)
{
    walk->entries++;
    if (!strstr(walk->dictionary, entry)) {
        printf("%s\n", entry);
        walk->missing++;
    }
    free(entry);
}

static void walk_subsections(struct walk *walk, const struct table *table)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const struct field *field = &table->fields[i];

        if (field->kind == FIELD_MESSAGE) {
            walk_subsections(walk, field->message);
        }
        for (size_t k = 0; field->kind == FIELD_SUBSECTIONS && field->subsections->known[k].name; k++) {
            const char *name = field->subsections->known[k].name;

            expect_entry(walk, hs_format(walk->format, (unsigned)strlen(name), name));
            walk_subsections(walk, field->subsections->known[k].body);
        }
    }
}

static void expect_subsections(struct walk *walk)
{
    walk_subsections(walk, &virtio_table);
    walk_subsections(walk, &framing_configuration);
    assert_true(walk->entries >= 18);
}

/* The schema is a tree: no message may contain itself. */
static void walk_fields(struct walk *walk, const ProtobufCMessageDescriptor *type)
{
    for (unsigned f = 0; f < type->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &type->fields[f];
        bool is_message = member_kind(field) == MEMBER_MESSAGE;
        const ProtobufCEnumDescriptor *names = field->type == PROTOBUF_C_TYPE_ENUM ? field->descriptor : NULL;

        expect_entry(walk, hs_format(is_message ? "\"%s { \"" : "\"%s: \"", field->name));
        for (unsigned i = 0; names && i < names->n_value_names; i++) {
            expect_entry(walk, hs_format("\"%s\"", names->values_by_name[i].name));
        }
        if (is_message) {
            walk_fields(walk, field->descriptor);
        }
    }
}

static void stream_subsections_are_known(void **unused)
{
    char *text = read_dictionary("wire");
    struct walk walk = { .dictionary = text, .format = "\"\\x05\\x%02x%s\\x00\\x00\\x00\\x01\"" };

    (void)unused;
    expect_subsections(&walk);
    expect_entry(&walk, hs_strdup("\"\\x15/fe.0.0000/virtio-net\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01\""));
    /* What is written by hand. */
    expect_entry(&walk, hs_strdup("\"\\x03ram\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01\""));
    assert_int_equal(walk.missing, 0);
    free(text);
}

static void packed_subsections_are_known(void **unused)
{
    char *text = read_dictionary("mutate");
    /* Field 2 of a subsection's message. */
    struct walk walk = { .dictionary = text, .format = "\"\\x12\\x%02x%s\"" };

    (void)unused;
    expect_subsections(&walk);
    assert_int_equal(walk.missing, 0);
    free(text);
}

static void fields_are_known(void **unused)
{
    char *text = read_dictionary("text");
    struct walk walk = { .dictionary = text };

    (void)unused;
    walk_fields(&walk, &hardstop__case__descriptor);
    assert_true(walk.entries >= 250);
    assert_int_equal(walk.missing, 0);
    free(text);
}

static void no_entry_stands_twice(void **unused)
{
    static const char *const names[] = { "wire", "mutate", "text", "case" };

    (void)unused;
    for (size_t i = 0; i < HS_COUNT(names); i++) {
        char *text = read_dictionary(names[i]);

        for (char *line = text; *line; line += strcspn(line, "\n") + 1) {
            char *entry = hs_format("\n%.*s\n", (int)strcspn(line, "\n"), line);

            if (*line != '#' && strstr(line + 1, entry)) {
                fail_msg("%s:%s", names[i], entry);
            }
            free(entry);
        }
        free(text);
    }
}

static int make(const char *arguments)
{
    char *command = hs_format(DICTIONARY_PATH " %s 2>/dev/null", arguments);
    int status = system(command);

    free(command);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void what_cannot_be_made_is_an_error(void **unused)
{
    (void)unused;
    assert_int_equal(make("/dev/null '' stream"), 0);
    assert_int_equal(make("/dev/null '' nonsense"), 2);
    assert_int_equal(make("/dev/null /nonexistent stream"), 2);
    assert_int_equal(make("/nonexistent/x '' stream"), 2);
    assert_int_equal(make(""), 2);
}

/* A dictionary without an entry fails for each of them. */
static void a_missing_entry_is_noticed(void **unused)
{
    struct walk walk = { .dictionary = "", .format = "%u %s" };

    (void)unused;
    expect_subsections(&walk);
    walk_fields(&walk, &hardstop__case__descriptor);
    assert_int_equal(walk.missing, walk.entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream_subsections_are_known),
        cmocka_unit_test(packed_subsections_are_known),
        cmocka_unit_test(fields_are_known),
        cmocka_unit_test(no_entry_stands_twice),
        cmocka_unit_test(what_cannot_be_made_is_an_error),
        cmocka_unit_test(a_missing_entry_is_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
