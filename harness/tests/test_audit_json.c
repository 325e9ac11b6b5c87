/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An audit's JSON is read back as it was; what contradicts itself is refused with the place; no file does worse. */
#include "support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/audit/audit_json.h"
#include "sample_audit.h"

static char *printed(const struct audit *audit)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    audit_json_print(out, audit);
    fclose(out);
    return text;
}

static char *printed_sample(void)
{
    struct audit audit = { 0 };
    char *text;

    sample_audit(&audit);
    text = printed(&audit);
    audit_clear(&audit);
    return text;
}

static void parse(const char *text, struct audit *audit)
{
    struct hs_error err = { .text = "" };

    if (audit_json_parse(text, strlen(text), audit, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

static void what_was_printed_is_read(void **state)
{
    struct audit audit = { 0 }, sample = { 0 };
    char *text = printed_sample(), *again;

    (void)state;
    parse(text, &audit);
    again = printed(&audit);
    assert_string_equal(again, text);
    sample_audit(&sample);
    assert_int_equal(audit.n_runs, sample.n_runs);
    assert_memory_equal(audit.counts, sample.counts, sizeof(audit.counts));
    assert_int_equal(audit.streams, 77);
    assert_string_equal(audit.setup->global[0], "virtio-net-ccw.max_revision=0");
    assert_int_equal(audit.setup->framing, HARDSTOP__FRAMING__LEGACY);
    for (size_t i = 0; i < audit.n_findings; i++) {
        assert_memory_equal(&audit.findings[i].finding, &sample.findings[i].finding, sizeof(struct finding));
        assert_string_equal(audit.findings[i].path, sample.findings[i].path);
    }
    free(again);
    free(text);
    audit_clear(&audit);
    audit_clear(&sample);
}

static void default_devices_are_said(void **state)
{
    (void)state;
    for (int defaults = 0; defaults < 2; defaults++) {
        struct audit audit = { 0 }, again = { 0 };
        char *text;

        sample_audit(&audit);
        audit.setup->has_defaults = audit.setup->defaults = defaults != 0;
        text = printed(&audit);
        assert_int_equal(strstr(text, "\"defaults\":true") != NULL, defaults);
        parse(text, &again);
        assert_int_equal(again.setup->defaults, defaults);
        audit_clear(&audit);
        audit_clear(&again);
        free(text);
    }
}

static void lists_have_a_line_for_each_element(void **state)
{
    char *text = printed_sample();

    (void)state;
    assert_non_null(strstr(text, "\n{\"path\":\"virtio.status\",\"offset\":4,\"size\":1},\n"));
    assert_non_null(strstr(text, "\n{\"offset\":6,\"field\":\"virtio.queue[0]\",\"edit\":\"insert\",\"value\":\"00\","
                                 "\"verdict\":\"garbage\",\"message\":\"virtio.queue[0]: 1 -> 2\"},\n"));
    assert_non_null(strstr(text, "\n{\"offset\":8,\"count\":11,\"edit\":\"insert\",\"value\":\"00\","
                                 "\"verdict\":\"rejected\",\"message\":\"other\"},\n"));
    assert_non_null(strstr(text, "\n\"insert\":{\"rejected\":37,\"equal\":0,\"garbage\":3,\"crashed\":2,\"hung\":0,"
                                 "\"unknown\":0},\n"));
    assert_null(strstr(text, "\"delete\":{"));
    free(text);
}

static void foreign_texts_are_made_printable(void **state)
{
    struct audit audit = { 0 }, again = { 0 };
    char *text, *second;

    (void)state;
    sample_head(&audit, 8);
    free(audit.setup->machine);
    audit.setup->machine = hs_strdup("\xff\n\"\\");
    audit.section = audit_keep(&audit, "\x80\t/virtio-net");
    sample_add(&audit, EDIT_TRUNCATE, "", 0, 1, VERDICT_EQUAL, "\x1b[2J \xc3\xa4 \"\\");
    sample_add(&audit, EDIT_TRUNCATE, "", 1, 1, VERDICT_REJECTED, "\xc3(\n");
    text = printed(&audit);
    parse(text, &again);
    second = printed(&again);
    assert_string_equal(second, text);
    assert_string_equal(again.setup->machine, "??\"\\");
    assert_string_equal(again.section, "?" "?/virtio-net");
    assert_string_equal(again.runs[0].message, "?[2J \xc3\xa4 \"\\");
    assert_string_equal(again.runs[1].message, "?(?");
    free(second);
    free(text);
    audit_clear(&audit);
    audit_clear(&again);
}

static void framing_may_be_the_machines(void **state)
{
    struct audit audit = { 0 }, again = { 0 };
    char *text;

    (void)state;
    sample_head(&audit, 8);
    audit.setup->has_framing = false;
    text = printed(&audit);
    assert_non_null(strstr(text, "\"framing\":null"));
    parse(text, &again);
    assert_false(again.setup->has_framing);
    free(text);
    audit_clear(&audit);
    audit_clear(&again);
}

/* `text` with the first `from` behind `mark` replaced; free it. */
static char *replaced(const char *text, const char *mark, const char *from, const char *to)
{
    const char *at = strstr(text, mark);

    at = at ? strstr(at, from) : NULL;
    if (!at) {
        fail_msg("no %s behind %s", from, mark);
        return NULL;
    }
    return hs_format("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void other_layouts_are_read(void **state)
{
    static const char *const changes[][3] = {
        { "", "{\"version\":1,", " {\n\t\"version\" : 1 , \"later\": {\"a\": [1, \"]}\\\"\", {}]},\r\n" },
        { "\"fields\"", "[", " [ " },
        { "\"cells\":[", "\n]}", " ] , \"more\":null } \n" },
        { "\"streams\":", "77,", "77,\"x\":[]," },
        { "\"findings\"", ",\"kind\":\"\"", "" }, /* as the first ones of this version were written */
    };
    char *text = printed_sample();

    (void)state;
    for (size_t i = 0; i < HS_COUNT(changes); i++) {
        char *changed = replaced(text, changes[i][0], changes[i][1], changes[i][2]);
        struct audit audit = { 0 };
        char *again;

        parse(changed, &audit);
        again = printed(&audit);
        assert_string_equal(again, text);
        free(again);
        free(changed);
        audit_clear(&audit);
    }
    free(text);
}

/* What is changed in the sample, behind which mark, and the words of the refusal. */
static const struct {
    const char *mark, *from, *to, *words;
} refusals[] = {
    { "", "{\"version\"", "[\"version\"", "no JSON object" },
    { "\"cells\":[", "\n]}", "\n]", "does not end" },
    { "\"cells\":[", "\n]}", "\n]}}", "behind the JSON object" },
    { "\"cells\":[", "\n]}", "\n}", "does not end" },
    { "\"cells\":[", "\n]}", ",\n]}", "\"cells\"[19]: " },
    { "", "\"version\":1", "\"version\":2", "\"version\" is 2; this program reads 1" },
    { "", "\"version\":1,", "", "\"version\" is missing" },
    { "", "\"version\":1,", "\"version\":1,\"version\":1,", "\"version\" is there twice" },
    { "", "\"version\":1,", "\"version\":1,\"new\":x,", "\"new\": " },
    { "", "\"version\":1,", "\"version\":1,2:3,", "a key that is no text" },
    { "", "\"binary\":\"qemu-system-s390x\"", "\"binary\":7", "\"setup\": \"binary\" is no text" },
    { "", "\"machine\"", "\"engine\"", "\"setup\": \"machine\" is missing" },
    { "", "\"device\":[", "\"device\":[1,", "\"setup\": \"device\"[0] is no text" },
    { "", "\"global\":[\"virtio-net-ccw.max_revision=0\"]", "\"global\":{}", "\"setup\": \"global\" is no list" },
    { "", "\"option\"", "\"options\"", "\"setup\": \"option\" is missing" },
    { "", "\"legacy\"", "\"seized\"", "\"setup\": no framing \"seized\"" },
    { "", ",\"framing\":\"legacy\"", "", "\"setup\": \"framing\" is missing" },
    { "", "\"QEMU 7.2.22\"", "7.2", "\"loader\" is no text" },
    { "", "\"fe.0.0001/virtio-net\"", "null", "\"section\" is no text" },
    { "", "\"bytes\":20", "\"bytes\":-1", "\"bytes\" is -1, not from 0" },
    { "", "\"bytes\":20", "\"bytes\":4294967295", "\"bytes\" is 4294967295, not from 0" },
    { "", "\"bytes\":20", "\"bytes\":4294967294", "\"bytes\" is 4294967294, not from 0" },
    { "", "\"bytes\":20", "\"bytes\":20.5", "\"bytes\" is no whole number" },
    { "", "\"bytes\":20", "\"bytes\":19", "\"fields\"[3]: 5 bytes at 15 do not go from 15 on within 19" },
    { "", "\"streams\":77", "\"streams\":99999999999999999999", "\"streams\": too big" },
    { "\"edits\"", "\"rejected\":19", "\"rejected\":18", "\"truncate\": \"rejected\" is 18, the cells have 19" },
    { "\"edits\"", "\"rejected\":19", "\"rejected\":20", "\"truncate\": \"rejected\" is 20, the cells have 19" },
    { "\"edits\"", "\"garbage\":3", "\"garbage\":-3", "\"insert\": \"garbage\" is -3" },
    { "\"edits\"", "\"crashed\":2,", "", "\"insert\": \"crashed\" is missing" },
    { "\"edits\"", "\"truncate\"", "\"delete\"", "\"edits\": \"truncate\" is missing" },
    { "\"edits\"", "{", "{\"delete\":{},", "\"edits\": \"delete\" is there, without cells" },
    { "\"edits\"", "{", "{\"swap\":{},", "\"edits\": no object, or an edit that is none" },
    { "\"fields\"", "\"offset\":4", "\"offset\":5", "\"fields\"[1]: 1 bytes at 5 do not go from 4 on" },
    { "\"fields\"", "\"offset\":4", "\"offset\":3", "\"fields\"[1]: 1 bytes at 3 do not go from 4 on" },
    { "\"fields\"", "\"size\":1}", "\"size\":0}", "\"fields\"[1]: 0 bytes" },
    { "\"fields\"", "\"size\":5}", "\"size\":6}", "\"fields\"[3]: 6 bytes" },
    { "\"fields\"", "\"path\":\"header\"", "\"path\":[]", "\"fields\"[0]: \"path\" is no text" },
    { "\"fields\"", "{", "7,{", "\"fields\"[0]: \"path\" is missing" },
    { "\"fields\"", "[", "{", "\"fields\" is no list" },
    { "\"findings\"", "fedcba9876543210", "fedcba987654321", "\"findings\"[0]: \"fedcba987654321\" is no signature" },
    { "\"findings\"", "fedcba9876543210", "FEDCBA9876543210", "is no signature" },
    { "\"findings\"", "loader-survives", "loader-lives", "\"findings\"[0]: no property \"loader-lives\"" },
    { "\"findings\"", "\"offset\":19", "\"offset\":21", "\"findings\"[0]: \"offset\" is 21, not from 0 to 20" },
    { "\"findings\"", "\"value\":\"00\"", "\"value\":\"01\"", "its cell, insert \"01\" at 19, is not there" },
    { "\"findings\"", "\"cells\":2", "\"cells\":0", "\"findings\"[0]: 0 cells of 85" },
    { "\"findings\"", "\"cells\":2", "\"cells\":86", "\"findings\"[0]: 86 cells of 85" },
    { "\"findings\"", "\"case\"", "\"file\"", "\"findings\"[0]: \"case\" is missing" },
    { "\"findings\"", "\"transport\":\"ccw\"", "\"transport\":\"ccwccwcc\"", "\"transport\" has more than 7 bytes" },
    { "\"cells\":[", "\"offset\":0", "\"offset\":1", "\"cells\"[1]: truncate \"\" at 3 is there twice" },
    { "\"cells\":[", "\"offset\":3", "\"offset\":2", "\"cells\"[1]: truncate \"\" at 2 is there twice" },
    { "\"cells\":[", "\"offset\":0", "\"offset\":-1", "\"cells\"[0]: \"offset\" is -1" },
    { "\"cells\":[", "\"offset\":20", "\"offset\":21", "\"cells\"[3]: \"offset\" is 21, not from 0 to 20" },
    { "\"cells\":[", "\"count\":16", "\"count\":18", "\"cells\"[2]: \"count\" is 18, not from 0 to 17" },
    { "\"cells\":[", "\"count\":16", "\"count\":4294967295", "\"cells\"[2]: \"count\" is 4294967295, not from" },
    { "\"cells\":[", "\"count\":16", "\"count\":0", "\"cells\"[2]: \"count\" is 0" },
    { "\"cells\":[", "\"count\":16,", "", "\"cells\"[2]: \"count\" is missing" },
    { "\"cells\":[", "\"field\":\"header\"", "\"field\":\"footer\"", "the field at 3 is not \"footer\"" },
    { "\"cells\":[", "\"edit\":\"truncate\"", "\"edit\":\"shorten\"", "\"cells\"[0]: no edit \"shorten\"" },
    { "\"cells\":[", "\"verdict\":\"unknown\"", "\"verdict\":\"fine\"", "\"cells\"[1]: no verdict \"fine\"" },
    { "\"cells\":[", "\"value\":\"\"", "\"value\":\"00\"", "\"cells\"[0]: truncate has no value \"00\"" },
    { "\"cells\":[", "\"value\":\"00\"", "\"value\":\"000102030405060708\"", "insert has no value \"0001020304" },
    { "\"cells\":[", "\"value\":\"00\"", "\"value\":\"0\"", "\"cells\"[4]: insert has no value \"0\"" },
    { "\"cells\":[", "\"value\":\"80\"", "\"value\":\"8000\"", "flip has no value \"8000\"" },
    { "\"cells\":[", "\"value\":\"drop\"", "\"value\":\"lose\"", "section has no value \"lose\"" },
    { "\"cells\":[", "\"value\":\"ff\"", "\"value\":\"00\"", "insert \"00\" at 0 is there twice or out of order" },
    { "\"cells\":[", "\"message\":\"no loader\"", "\"message\":\"\\u0000\"", "\"cells\"[1]: " },
    { "\"cells\":[", "\"message\":\"no loader\"", "\"message\":\"\xff\"", "\"cells\"[1]: " },
    { "\"cells\":[", "\"message\":\"no loader\"", "\"offset\":3,\"message\":\"\"", "duplicate" },
};

static void contradictions_are_refused_with_the_place(void **state)
{
    char *text = printed_sample();

    (void)state;
    for (size_t i = 0; i < HS_COUNT(refusals); i++) {
        char *changed = replaced(text, refusals[i].mark, refusals[i].from, refusals[i].to);
        struct audit audit = { 0 }, zero = { 0 };
        struct hs_error err = { .text = "" };

        if (audit_json_parse(changed, strlen(changed), &audit, &err) == 0 || !strstr(err.text, refusals[i].words)) {
            fail_msg("%s -> %s: \"%s\" instead of \"%s\"", refusals[i].from, refusals[i].to, err.text,
                     refusals[i].words);
        }
        assert_memory_equal(&audit, &zero, sizeof(audit));
        free(changed);
    }
    free(text);
}

static bool any_bytes_give_an_answer(const char *text, size_t size)
{
    struct audit audit = { 0 }, again = { 0 };
    struct hs_error err = { .text = "" };
    /* Of its own size, so that a sanitizer sees one byte too many. */
    char *copy = memcpy(malloc(size ? size : 1), text, size), *first, *second;
    bool is_read = audit_json_parse(copy, size, &audit, &err) == 0;

    free(copy);
    if (!is_read) {
        assert_true(*err.text);
        return false;
    }
    first = printed(&audit);
    parse(first, &again);
    second = printed(&again);
    assert_string_equal(first, second);
    free(first);
    free(second);
    audit_clear(&audit);
    audit_clear(&again);
    return true;
}

static void every_damaged_file_gives_an_answer(void **state)
{
    static const char bytes[] = "\"\\{],9\xff";
    char *text = printed_sample();
    size_t size = strlen(text), read = 0;

    (void)state;
    for (size_t at = 0; at < size; at++) {
        char was = text[at];

        assert_true(!any_bytes_give_an_answer(text, at) || at == size - 1);
        for (size_t i = 0; i < sizeof(bytes); i++) {
            text[at] = bytes[i];
            read += any_bytes_give_an_answer(text, size);
        }
        text[at] = was;
    }
    /* Letters of messages may change; hardly anything else. */
    assert_in_range(read, 1, size * sizeof(bytes) / 2);
    free(text);
}

static void no_file_is_too_deep(void **state)
{
    static const char *const marks[][2] = { { "", "{" }, { "\"edits\":", "{" }, { "\"cells\":", "[" } };
    enum { DEPTH = 1 << 20 };
    char *text = printed_sample(), *deep = hs_alloc(DEPTH + 1);

    (void)state;
    memset(deep, '[', DEPTH);
    for (size_t i = 0; i < HS_COUNT(marks); i++) {
        char *to = hs_format("%s%s%s", marks[i][1], i ? "" : "\"new\":", deep);
        char *changed = replaced(text, marks[i][0], marks[i][1], to);

        assert_false(any_bytes_give_an_answer(changed, strlen(changed)));
        free(changed);
        free(to);
    }
    free(deep);
    free(text);
}

static void files_are_written_and_read(void **state)
{
    char *folder = support_folder(), *path = hs_format("%s/audit.json", folder), *missing = hs_format("%s/a/b", folder);
    struct audit audit = { 0 }, again = { 0 };
    struct hs_error err = { .text = "" };
    char *first, *second;

    (void)state;
    sample_audit(&audit);
    assert_int_equal(audit_json_write(path, &audit, NULL), 0);
    assert_int_equal(audit_json_read(path, &again, NULL), 0);
    first = printed(&audit);
    second = printed(&again);
    assert_string_equal(first, second);
    free(first);
    free(second);
    audit_clear(&again);
    assert_int_equal(audit_json_write(missing, &audit, &err), -1);
    assert_int_equal(audit_json_read(missing, &again, &err), -1);
    free(path);
    path = support_write(folder, "bad.json", "{}", 2);
    assert_int_equal(audit_json_read(path, &again, &err), -1);
    assert_non_null(strstr(err.text, "bad.json: "));
    audit_clear(&audit);
    free(path);
    free(missing);
    support_remove(folder);
}

static void a_large_audit_is_read(void **state)
{
    enum { CELLS = 100000 };
    struct audit audit = { 0 }, again = { 0 };
    char *first, *second;

    (void)state;
    sample_head(&audit, CELLS);
    for (uint32_t i = 0; i < CELLS; i++) {
        char message[32];

        snprintf(message, sizeof(message), "message %" PRIu32, i);
        sample_add(&audit, EDIT_INSERT, "00", i, 1, i % 3 ? VERDICT_GARBAGE : VERDICT_REJECTED, message);
    }
    first = printed(&audit);
    parse(first, &again);
    second = printed(&again);
    assert_int_equal(again.n_runs, CELLS);
    assert_int_equal(strcmp(first, second), 0);
    free(first);
    free(second);
    audit_clear(&audit);
    audit_clear(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_printed_is_read),
        cmocka_unit_test(default_devices_are_said),
        cmocka_unit_test(lists_have_a_line_for_each_element),
        cmocka_unit_test(foreign_texts_are_made_printable),
        cmocka_unit_test(framing_may_be_the_machines),
        cmocka_unit_test(other_layouts_are_read),
        cmocka_unit_test(contradictions_are_refused_with_the_place),
        cmocka_unit_test(every_damaged_file_gives_an_answer),
        cmocka_unit_test(no_file_is_too_deep),
        cmocka_unit_test(files_are_written_and_read),
        cmocka_unit_test(a_large_audit_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
