/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replays of known findings are kept, read strictly, compared with what is recorded, and shown without an empty cell. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/print.h"
#include "harness/report/matrix.h"

#define LINE(name, qemu, state, signature) name "\t" qemu "\t" state "\t" signature "\twords\n"
#define TWO LINE("a", "7.2.22", "confirmed", "00000000000000aa") LINE("a", "10.0.2", "fixed", "-")

static struct known_line lines[] = {
    { .name = "a", .signature = 0xaa, .kind = KNOWN_KIND_EXIT, .twin = "f()", .cause = "cause" },
    { .name = "b.textproto", .signature = 0xbb, .kind = KNOWN_KIND_SPIN, .scope = KNOWN_SCOPE_TCG, .twin = "none",
      .cause = "cause" },
    { .name = KNOWN_NO_CASE, .signature = 0xcc, .kind = KNOWN_KIND_MEMORY, .twin = "none", .cause = "cause" },
};
static const struct known known = { .lines = lines, .n = HS_COUNT(lines) };

static const struct {
    const char *text, *words; /* NULL: read */
} lists[] = {
    { "", NULL },
    { "# only a comment\n\n", NULL },
    { TWO, NULL },
    { TWO TWO, ":3: a on 7.2.22 is there twice" },
    { LINE("a", "7.2.22", "mended", "-"), ":1: no state \"mended\"" },
    { LINE("a", "7.2.22", "not tried", "-"), ":1: no state \"not tried\"" },
    { LINE("a", "7.2.22", "fixed", "0g"), "no signature \"0g\"" },
    { "a\t7.2.22\tfixed\t-\n", "not case, QEMU, state, signature and words" },
    { "a\t7.2.22\tfixed\t-\twords\tmore\n", "not case, QEMU, state, signature and words" },
    { LINE("a", "7.2.22.22.22.22.22.22.22.22.22.22.22", "fixed", "-"), "too long" },
};

SUPPORT_SHARED(folder)

static int read_text(const char *text, struct replays *replays, struct hs_error *err)
{
    char *path = support_write(folder, "versions.tsv", text, strlen(text));
    int result = replays_read(path, replays, err);

    free(path);
    return result;
}

static void lists_are_read_strictly(void **state)
{
    struct replays replays;
    char *path;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(lists); i++) {
        struct hs_error err = { .text = "" };

        if (read_text(lists[i].text, &replays, &err) != (lists[i].words ? -1 : 0) ||
            (lists[i].words && !strstr(err.text, lists[i].words))) {
            fail_msg("%s: %s", lists[i].text, err.text);
        }
        replays_clear(&replays);
    }
    path = support_write(folder, "versions.tsv", TWO "#\0", sizeof(TWO "#"));
    assert_int_equal(replays_read(path, &replays, NULL), -1);
    replays_clear(&replays);
    free(path);
    assert_int_equal(replays_read("/nowhere/versions.tsv", &replays, NULL), 0);
    assert_int_equal(replays.n, 0);
}

/* What is written is read again, by the list's order and the age of versions; what the list does not have is gone. */
static void what_is_recorded_comes_back(void **state)
{
    static const char text[] = LINE("b.textproto", "10.0.13", "changed", "00000000000000bc")
        LINE("b.textproto", "7.2.22", "not applicable", "-") LINE("gone", "7.2.22", "fixed", "-") TWO;
    static const char sorted[] = TWO LINE("b.textproto", "7.2.22", "not applicable", "-")
        LINE("b.textproto", "10.0.13", "changed", "00000000000000bc");
    char *path = hs_format("%s/written.tsv", folder), *written;
    struct replays replays;
    struct hs_error err;
    const char **versions;
    uint8_t *data;
    size_t size, n;

    (void)state;
    assert_int_equal(read_text(text, &replays, &err), 0);
    versions = replays_versions(&replays, &n);
    assert_int_equal(n, 3);
    assert_string_equal(versions[0], "7.2.22");
    assert_string_equal(versions[1], "10.0.2");
    assert_string_equal(versions[2], "10.0.13");
    assert_int_equal(replays_write(path, &replays, &known, &err), 0);
    assert_int_equal(file_read(path, &data, &size, &err), 0);
    written = hs_copy(data, size);
    assert_string_equal(strstr(written, "\na\t") + 1, sorted);
    free(written);
    free(data);
    free(versions);
    free(path);
    replays_clear(&replays);
}

static void a_difference_from_the_record_is_seen(void **state)
{
    struct replay now = { .name = "a", .qemu = "7.2.22", .state = KNOWN_HOLDS, .signature = 0xaa };
    struct replays recorded;
    struct hs_error err;

    (void)state;
    assert_int_equal(read_text(TWO, &recorded, &err), 0);
    assert_true(matrix_is_expected(&now, &recorded));
    now.signature = 0xab; /* an alias, where the record has the signature */
    assert_false(matrix_is_expected(&now, &recorded));
    now = (struct replay){ .name = "a", .qemu = "10.0.2", .state = KNOWN_FIXED };
    assert_true(matrix_is_expected(&now, &recorded));
    now.state = KNOWN_CHANGED;
    assert_false(matrix_is_expected(&now, &recorded));
    now = (struct replay){ .name = "a", .qemu = "11.1.3", .state = KNOWN_HOLDS, .signature = 0xaa };
    assert_true(matrix_is_expected(&now, &recorded));
    now.state = KNOWN_FIXED;
    assert_false(matrix_is_expected(&now, &recorded));
    now.state = KNOWN_NOT_APPLICABLE;
    assert_false(matrix_is_expected(&now, &recorded));
    now.state = KNOWN_NOT_TRIED;
    assert_true(matrix_is_expected(&now, &recorded));
    replays_clear(&recorded);
}

static void no_cell_is_empty(void **state)
{
    struct print_memory memory;
    struct replays replays;
    struct hs_error err;
    char *text;

    (void)state;
    assert_int_equal(read_text(TWO "b.textproto\t10.0.2\tchanged\t00000000000000bc\tx | y\n", &replays, &err), 0);
    matrix_markdown(print_open(&memory), &known, &replays);
    text = print_close(&memory);
    assert_string_equal(text, "| case | kind | in scope | guest's check | 7.2.22 | 10.0.2 |\n"
                              "|---|---|---|---|---|---|\n"
                              "| a | exit | yes | `f()` | confirmed | fixed: words |\n"
                              "| b | spin | no | none | not replayed | changed: x \\| y |\n"
                              "| `00000000000000cc` | memory | yes | none | not published | not published |\n"
                              "| all | | | | 1 confirmed | 1 fixed, 1 changed |\n");
    free(text);
    replays_clear(&replays);
}

/* The page has a row for each fault: cases that show one alike share it, and one that differs on a QEMU does not. */
static void a_page_folds_what_is_one_fault(void **state)
{
    static struct known_line of_one_fault[] = {
        { .name = "a.textproto", .signature = 0xaa, .twin = "none", .cause = "takes <anything>" },
        { .name = "b.textproto", .signature = 0xaa, .twin = "f()", .cause = "not told" },
        { .name = "c.textproto", .signature = 0xaa, .twin = "none", .cause = "another" },
        { .name = KNOWN_NO_CASE, .signature = 0xaa, .twin = "none", .cause = "secret" },
    };
    const struct known list = { .lines = of_one_fault, .n = HS_COUNT(of_one_fault) };
    struct replays replays, none = { 0 };
    struct print_memory memory;
    char *page;

    (void)state;
    assert_int_equal(read_text(LINE("a.textproto", "7.2.22", "confirmed", "00000000000000aa")
                               LINE("b.textproto", "7.2.22", "confirmed", "00000000000000aa")
                               LINE("c.textproto", "7.2.22", "fixed", "-"), &replays, NULL), 0);
    matrix_html(print_open(&memory), &list, &replays, &none);
    page = print_close(&memory);
    assert_non_null(strstr(page, "<h1>3 known faults on 1 QEMUs</h1>"));
    assert_non_null(strstr(page, "takes &#60;anything&#62;"));
    assert_non_null(strstr(page, "<summary>2 cases</summary><code>a.textproto</code> <code>b.textproto</code> "));
    assert_null(strstr(page, "not told"));
    assert_non_null(strstr(page, "<td class=\"v k1\"><details><summary>fixed</summary><span class=\"n\">words</span>"
                                 "</details><span class=\"n\">not as recorded</span></td>"));
    assert_non_null(strstr(page, "its case is not published"));
    assert_non_null(strstr(page, "<td>1 confirmed<br>1 fixed<br></td>"));
    free(page);
    replays_clear(&replays);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read_strictly),
        cmocka_unit_test(what_is_recorded_comes_back),
        cmocka_unit_test(a_difference_from_the_record_is_seen),
        cmocka_unit_test(no_cell_is_empty),
        cmocka_unit_test(a_page_folds_what_is_one_fault),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
