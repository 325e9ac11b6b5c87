/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may be shown and what may not, at each edge, and that all printers of foreign bytes agree. */
#include "harness/base/printable.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/error.h"
#include "harness/base/print.h"
#include "harness/tests/support.h"

static const struct {
    const char *text, *shown;
} rows[] = {
    { "", "" },
    { "plain /virtio-net [0].num = 256~", "plain /virtio-net [0].num = 256~" },
    { "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7" },
    /* C0, DEL and ESC */
    { "a\x01" "b\x1f" "c d\x7f~", "a?b?c d?~" },
    { "\x1b[31mred\x1b]0;title\x07", "?[31mred?]0;title?" },
    { "two\nlines\r\t.", "two?lines??." },
    /* C1 in UTF-8, its neighbours, and as single bytes */
    { "\xc2\x80\xc2\x9b\xc2\x9f", "??????" },
    { "\xc2\xa0\xc2\xa1", "\xc2\xa0\xc2\xa1" },
    { "\x9b" "31m", "?31m" },
    /* no UTF-8: alone, cut short, too long a form, a surrogate, beyond the last, in the midst of good text */
    { "\x80\xbf", "??" },
    { "\xc3", "?" },
    { "\xe2\x82", "??" },
    { "\xe2\x82z", "??z" },
    { "\xf0\x9f\x90", "???" },
    { "\xc0\xaf\xc1\xbf", "????" },
    { "\xe0\x9f\xbf", "???" },
    { "\xf0\x8f\xbf\xbf", "????" },
    { "\xed\xa0\x80\xed\xbf\xbf", "??????" },
    { "\xed\x9f\xbf\xee\x80\x80", "\xed\x9f\xbf\xee\x80\x80" },
    { "\xf4\x8f\xbf\xbd", "\xf4\x8f\xbf\xbd" },
    { "\xf4\x90\x80\x80", "????" },
    { "\xf8\x88\x80\x80\x80\xff\xfe", "???????" },
    { "\xc3\xa9\xff\xc3\xa9", "\xc3\xa9?\xc3\xa9" },
    /* direction: LRM, RLM, ALM, the embeddings, the overrides, the isolates */
    { "a\xe2\x80\x8e" "b\xe2\x80\x8f" "c\xd8\x9c.", "a???b???c??." },
    { "\xe2\x80\xaa\xe2\x80\xae", "??????" },
    { "\xe2\x81\xa6\xe2\x81\xa9", "??????" },
    /* unseen: soft hyphen, zero widths, line and paragraph separators, byte order mark, tags */
    { "\xc2\xad\xe2\x80\x8b\xe2\x80\x8d", "????????" },
    { "\xe2\x80\xa8\xe2\x80\xa9\xef\xbb\xbf", "?????????" },
    { "\xf3\xa0\x81\x81", "????" },
    { "\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf", "\xe2\x80\x90\xe2\x80\xa7\xe2\x80\xaf" },
    /* what XML does not allow */
    { "\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd.", "??????\xef\xbf\xbd." },
};

static void each_way_shows_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        size_t size = strlen(rows[i].text);
        char *made = hs_strdup(rows[i].text), *copy = printable_copy(rows[i].text, size), *printed;
        struct print_memory memory;
        struct hs_error err;

        printable_make(made);
        assert_string_equal(made, rows[i].shown);
        assert_string_equal(copy, rows[i].shown);
        printable_write(print_open(&memory), rows[i].text, size);
        printable_print(memory.out, "<%s>\n\n", rows[i].text);
        printed = print_close(&memory);
        assert_memory_equal(printed, rows[i].shown, size);
        assert_int_equal(memory.size, 2 * size + 4);
        assert_memory_equal(printed + size + 1, rows[i].shown, size);
        assert_string_equal(printed + 2 * size + 1, ">\n\n");
        hs_fail(&err, HS_NO_OFFSET, "%s", rows[i].text);
        if (!strchr(rows[i].text, '\n')) {
            assert_string_equal(err.text, rows[i].shown);
        }
        free(printed);
        free(copy);
        free(made);
    }
}

/* A byte behind the end must not make a cut character whole. */
static void a_character_ends_with_its_text(void **state)
{
    char *copy = printable_copy("ab\xc3\xa9", 3);

    (void)state;
    assert_memory_equal(copy, "ab?", 4);
    free(copy);
}

static void zero_bytes_are_not_the_end(void **state)
{
    char *copy = printable_copy("a\0\x1b" "b", 4);
    json_t *json = printable_json("a\0\x1b" "b\xff", 5);

    (void)state;
    assert_memory_equal(copy, "a??b", 5);
    assert_string_equal(json_string_value(json), "a??b?");
    json_decref(json);
    free(copy);
}

static void json_keeps_lines(void **state)
{
    json_t *json = printable_json("one\ntwo\r\n\xe2\x80\xae", 12);

    (void)state;
    assert_string_equal(json_string_value(json), "one\ntwo?\n???");
    json_decref(json);
}

/* A reason is one line, in which those of a QEMU can be told apart. */
static void lines_of_an_error_stay_apart(void **state)
{
    struct hs_error err;
    char text[2 * sizeof(err.text)];

    (void)state;
    hs_fail(&err, HS_NO_OFFSET, "it ended: one\n\ntwo\x1b\nthree\n\n");
    assert_string_equal(err.text, "it ended: one | two? | three");
    assert_string_equal(hs_reason(&err, "it ended"), "one | two? | three");
    hs_fail(&err, HS_NO_OFFSET, "two\nlines\r\t.");
    assert_string_equal(err.text, "two | lines??.");
    hs_fail(&err, HS_NO_OFFSET, "it ended: one\n\ntwo\x1b\nthree\n\n");
    hs_fail_in(&err, "a\nb");
    assert_string_equal(err.text, "a | b: it ended: one | two? | three");
    assert_string_equal(hs_reason(&err, "a\nb"), "it ended: one | two? | three");
    hs_fail(&err, HS_NO_OFFSET, "\n");
    assert_string_equal(err.text, "");
    /* Longer than it was. */
    memset(text, '\n', sizeof(text));
    for (size_t i = 0; i < sizeof(text); i += 2) {
        text[i] = 'a';
    }
    text[sizeof(text) - 1] = '\0';
    hs_fail(&err, HS_NO_OFFSET, "%s", text);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    assert_memory_equal(err.text, "a | a | a", 9);
}

/* An error cut in the midst of a character is still good text. */
static void a_cut_error_is_printable(void **state)
{
    struct hs_error err;
    char *text = hs_alloc(2 * sizeof(err.text) + 1);

    (void)state;
    for (size_t i = 0; i < sizeof(err.text); i++) {
        memcpy(text + 2 * i, "\xc3\xa9", 2);
    }
    hs_fail(&err, 7, "%s", text);
    assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
    assert_int_equal(err.text[sizeof(err.text) - 2], '?');
    assert_int_equal((unsigned char)err.text[sizeof(err.text) - 3], 0xa9);
    hs_fail_in(&err, "\x1b");
    assert_int_equal(err.text[0], '?');
    assert_int_equal(err.offset, 7);
    free(text);
}

/* The file name of a finding and the path in a page are decoded by the same rule. */
static void next_gives_character_and_length(void **state)
{
    size_t length = 0;

    (void)state;
    assert_int_equal(printable_next("A", 1, &length), 'A');
    assert_int_equal(length, 1);
    assert_int_equal(printable_next("\xe2\x82\xac", 3, &length), 0x20ac);
    assert_int_equal(length, 3);
    assert_int_equal(printable_next("\xe2\x82\xac", 2, &length), PRINTABLE_NOT);
    assert_int_equal(length, 1);
    assert_int_equal(printable_next("\xc2\x9b", 2, &length), PRINTABLE_NOT);
    assert_int_equal(length, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_shows_the_same),
        cmocka_unit_test(a_character_ends_with_its_text),
        cmocka_unit_test(zero_bytes_are_not_the_end),
        cmocka_unit_test(json_keeps_lines),
        cmocka_unit_test(lines_of_an_error_stay_apart),
        cmocka_unit_test(a_cut_error_is_printable),
        cmocka_unit_test(next_gives_character_and_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
