/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The HTML report without a browser: text stays text, equal audits give equal bytes, large ones stay small. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audits.h"
#include "sample_audit.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/report/grid.h"
#include "harness/report/html/html.h"
#include "harness/report/html/text.h"

#define LOST "\xef\xbf\xbd" /* U+FFFD */

static const char *const labels[2] = { "before <b>", "after" };

static const struct {
    const char *text, *html, *json;
} texts[] = {
    { "", "", "\"\"" },
    { "a<b>&\"c'", "a&#60;b&#62;&#38;&#34;c&#39;", "\"a\\u003cb\\u003e\\u0026\\u0022c\\u0027\"" },
    { "</script>", "&#60;/script&#62;", "\"\\u003c\\u002fscript\\u003e\"" },
    { "\\n", "\\n", "\"\\u005cn\"" },
    { "\n\t\x7f", LOST LOST LOST, "\"" LOST LOST LOST "\"" },
    { "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7",
      "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\xa7\"" },
    { "\xff", LOST, "\"" LOST "\"" },
    { "\xc3", LOST, "\"" LOST "\"" }, /* ends too early */
    { "\xc3<", LOST "&#60;", "\"" LOST "\\u003c\"" }, /* does not swallow what follows */
    { "\xc0\xbc", LOST LOST, "\"" LOST LOST "\"" }, /* '<' in too many bytes */
    { "\xe0\x80\xbc", LOST LOST LOST, "\"" LOST LOST LOST "\"" },
    { "\xed\xa0\x80", LOST LOST LOST, "\"" LOST LOST LOST "\"" }, /* half a surrogate pair */
    { "\xf4\x90\x80\x80", LOST LOST LOST LOST, "\"" LOST LOST LOST LOST "\"" }, /* beyond the last character */
    { "a\xe2\x80\xae" "b", "a" LOST "b", "\"a" LOST "b\"" }, /* turns direction */
    { "\xe2\x80\xa8", LOST, "\"" LOST "\"" }, /* ends a line of JavaScript */
    { "\xc2\x85", LOST, "\"" LOST "\"" },
};

static char *printed(void (*print)(FILE *, const char *), const char *text)
{
    char *result = NULL;
    size_t size;
    FILE *out = open_memstream(&result, &size);

    print(out, text);
    fclose(out);
    return result;
}

static void text_stays_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(texts); i++) {
        char *html = printed(html_escape, texts[i].text), *json = printed(html_json, texts[i].text);

        assert_string_equal(html, texts[i].html);
        assert_string_equal(json, texts[i].json);
        free(html);
        free(json);
    }
}

/* The report of an audit, and of another beside it unless that is NULL; free it. */
static char *report_of(const struct audit *audit, const struct audit *other, size_t *size)
{
    char *folder = support_folder();
    char *path = hs_format("%s/report.html", folder);
    struct hs_error err = { .text = "" };
    uint8_t *data;

    assert_int_equal(html_write(path, audit, other, labels, &err), 0);
    assert_int_equal(file_read(path, &data, size, &err), 0);
    data = hs_resize(data, *size + 1, 1);
    data[*size] = '\0';
    free(path);
    support_remove(folder);
    return (char *)data;
}

static size_t count_of(const char *text, const char *part)
{
    size_t n = 0;

    for (text = strstr(text, part); text; text = strstr(text + 1, part)) {
        n++;
    }
    return n;
}

static void hostile_texts_add_no_markup(void **state)
{
    struct audit audit = { 0 };
    size_t size;
    char *text;

    (void)state;
    audits_hostile(&audit);
    text = report_of(&audit, NULL, &size);
    assert_int_equal(strlen(text), size);
    assert_int_equal(count_of(text, "<script"), 2);
    assert_int_equal(count_of(text, "</script"), 2);
    assert_int_equal(count_of(text, "<style"), 1);
    assert_int_equal(count_of(text, "<img"), 0);
    assert_int_equal(count_of(text, "<svg onload"), 0);
    assert_int_equal(count_of(text, "<!--"), 0);
    assert_non_null(strstr(text, "&#60;/script&#62;&#60;script&#62;document.title=&#39;injected&#39;"));
    /* A quote in a path ends no quotes of the shell. */
    assert_non_null(strstr(text, "repro --confirm --trust-setup "
                                 "&#39;a&#39;\\&#39;&#39; ; rm -rf $HOME ; echo &#39;\\&#39;&#39;&#39;<"));
    free(text);
    audit_clear(&audit);
}

static void labels_are_escaped(void **state)
{
    struct audit audits[2] = { 0 };
    size_t size;
    char *text;

    (void)state;
    audits_tiny(&audits[0]);
    audits_tiny(&audits[1]);
    text = report_of(&audits[0], &audits[1], &size);
    assert_null(strstr(text, "before <b>"));
    assert_non_null(strstr(text, "<h2>before &#60;b&#62;</h2>"));
    assert_non_null(strstr(text, "data-changes=\"worse\">0<"));
    free(text);
    audit_clear(&audits[0]);
    audit_clear(&audits[1]);
}

static void equal_audits_give_equal_bytes(void **state)
{
    struct audit audits[4] = { 0 };
    size_t sizes[2];
    char *reports[2];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        audits_net(&audits[2 * i], true);
        audits_net(&audits[2 * i + 1], false);
        reports[i] = report_of(&audits[2 * i], &audits[2 * i + 1], &sizes[i]);
    }
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(reports[0], reports[1], sizes[0]);
    for (size_t i = 0; i < 4; i++) {
        audit_clear(&audits[i]);
    }
    free(reports[0]);
    free(reports[1]);
}

static void it_needs_nothing_else(void **state)
{
    struct audit audit = { 0 };
    size_t size;
    char *text;

    (void)state;
    audits_net(&audit, true);
    text = report_of(&audit, NULL, &size);
    assert_null(strstr(text, "src="));
    assert_null(strstr(text, "<link"));
    assert_null(strstr(text, "@import"));
    assert_null(strstr(text, "http:"));
    assert_null(strstr(text, "https:"));
    free(text);
    audit_clear(&audit);
}

static void large_audits_stay_small(void **state)
{
    static const struct {
        uint32_t bytes;
        unsigned every; /* a cell in so many passes */
        size_t most;
    } sizes[] = { { 50000, 500, 1500000 }, { 50000, 2, 4000000 } };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(sizes); i++) {
        struct audit audit = { 0 };
        size_t size;

        audits_large(&audit, sizes[i].bytes, sizes[i].every);
        free(report_of(&audit, NULL, &size));
        print_message("%u bytes, one in %u passes: %zu bytes\n", sizes[i].bytes, sizes[i].every, size);
        assert_true(size < sizes[i].most);
        audit_clear(&audit);
    }
}

static void odd_audits_have_a_report(void **state)
{
    struct audit empty = { 0 }, tiny = { 0 };
    size_t size;

    (void)state;
    audits_tiny(&tiny);
    empty.setup = hs_alloc(sizeof(*empty.setup));
    hardstop__setup__init(empty.setup);
    empty.loader = empty.section = audit_keep(&empty, "");
    free(report_of(&empty, NULL, &size));
    free(report_of(&tiny, &empty, &size));
    free(report_of(&empty, &tiny, &size));
    audit_clear(&empty);
    audit_clear(&tiny);
}

/* Cells that no field holds, and the fields that are there, if any. */
static void cells_without_fields_have_a_place(void **state)
{
    (void)state;
    for (int with_field = 0; with_field < 2; with_field++) {
        struct audit audit = { .bytes = 10 };
        size_t size;
        char *text;

        audit.setup = hs_alloc(sizeof(*audit.setup));
        hardstop__setup__init(audit.setup);
        audit.loader = audit.section = audit_keep(&audit, "");
        if (with_field) {
            audit_add_field(&audit, "only", 0, 3);
        }
        audit_add(&audit, &(struct audit_run){ EDIT_TRUNCATE, "", 0, 7, VERDICT_REJECTED, "no" });
        audit_add(&audit, &(struct audit_run){ EDIT_TRUNCATE, "", 7, 3, VERDICT_GARBAGE, "well" });
        text = report_of(&audit, NULL, &size);
        assert_non_null(strstr(text, GRID_BEHIND));
        assert_int_equal(strstr(text, "<code class=\"path\">only</code>") != NULL, with_field);
        free(text);
        audit_clear(&audit);
    }
}

/* Names that differ in signs alone have anchors of their own, wherever they come in the order. */
static void anchors_are_not_shared(void **state)
{
    static const char *const names[] = { "a b", "a_b", "z" };
    struct audit audit = { 0 };
    size_t size;
    char *text;

    (void)state;
    sample_head(&audit, 3);
    for (uint32_t i = 0; i < HS_COUNT(names); i++) {
        audit_add_field(&audit, names[i], i, 1);
        sample_add(&audit, EDIT_INSERT, "00", i, 1, VERDICT_EQUAL, "");
    }
    text = report_of(&audit, NULL, &size);
    for (size_t i = 0; i < HS_COUNT(names); i++) {
        char *anchor = hs_format("id=\"field-%s-%zu\"", i ? names[i] : "a_b", i);

        assert_int_equal(count_of(text, anchor), 1);
        free(anchor);
    }
    free(text);
    audit_clear(&audit);
}

/* An edit that only one of two audits did has its view, whichever it is. */
static void a_view_of_either_audit_is_there(void **state)
{
    struct audit audits[2] = { 0 };
    size_t size;
    char *text;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        sample_head(&audits[i], 3);
        sample_add(&audits[i], EDIT_INSERT, "00", 0, 3, VERDICT_REJECTED, "");
    }
    sample_add(&audits[1], EDIT_FLIP, "80", 0, 3, VERDICT_REJECTED, "");
    for (size_t i = 0; i < 2; i++) {
        text = report_of(&audits[i], &audits[!i], &size);
        assert_int_equal(count_of(text, "id=\"view-flip\""), 1);
        assert_int_equal(count_of(text, "id=\"view-delete\""), 0);
        free(text);
    }
    audit_clear(&audits[0]);
    audit_clear(&audits[1]);
}

static void says(const char *text, const char *part, size_t times)
{
    if (count_of(text, part) != times) {
        fail_msg("\"%s\" is in the report %zu times, not %zu", part, count_of(text, part), times);
    }
}

/* Elements that do not touch, as many as are listed, and one and two more; as many damages that passed. */
static void places_that_are_left_out_are_counted(void **state)
{
    enum { RANGES = 12, PIECES = 24 };
    static const struct {
        uint32_t elements;
        const char *last_range, *last_piece, *pieces;
    } rows[] = {
        { RANGES, ", 22</p>", "<tr><td>22</td>", NULL },
        { RANGES + 1, ", 22 and 1 more place</p>", "<tr><td>24</td>", NULL },
        { RANGES + 2, ", 22 and 2 more places</p>", "<tr><td>26</td>", NULL },
        { PIECES, ", 22 and 12 more places</p>", "<tr><td>46</td>", NULL },
        { PIECES + 1, ", 22 and 13 more places</p>", "<tr><td>46</td>", ">and 1 more place<" },
        { PIECES + 2, ", 22 and 14 more places</p>", "<tr><td>46</td>", ">and 2 more places<" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        struct audit audit = { 0 };
        size_t size;
        char *text;

        sample_head(&audit, 2 * rows[i].elements);
        for (uint32_t k = 0; k < rows[i].elements; k++) {
            char *far = hs_format("far[%u]", k), *between = hs_format("between%u", k);

            audit_add_field(&audit, far, 2 * k, 1);
            audit_add_field(&audit, between, 2 * k + 1, 1);
            sample_add(&audit, EDIT_INSERT, "00", 2 * k, 1, VERDICT_EQUAL, "");
            free(far);
            free(between);
        }
        text = report_of(&audit, NULL, &size);
        says(text, rows[i].last_range, 1);
        says(text, " more place", (rows[i].elements > RANGES) + (rows[i].elements > PIECES));
        says(text, rows[i].last_piece, 1);
        says(text, "<tr><td colspan=\"5\">and ", rows[i].pieces != NULL);
        if (rows[i].pieces) {
            says(text, rows[i].pieces, 1);
        }
        free(text);
        audit_clear(&audit);
    }
}

/* A stroke ends with its row of 64. */
static void strokes_end_with_their_row(void **state)
{
    struct audit audit = { 0 };
    size_t size;
    char *text;

    (void)state;
    sample_head(&audit, 192);
    audit_add_field(&audit, "all", 0, 192);
    sample_add(&audit, EDIT_INSERT, "00", 0, 50, VERDICT_REJECTED, "");
    sample_add(&audit, EDIT_INSERT, "00", 50, 30, VERDICT_EQUAL, "");
    sample_add(&audit, EDIT_INSERT, "00", 80, 111, VERDICT_REJECTED, "");
    sample_add(&audit, EDIT_INSERT, "00", 191, 1, VERDICT_CRASHED, "");
    text = report_of(&audit, NULL, &size);
    assert_non_null(strstr(text, "<path class=\"ground rejected\" d=\"M0 0h64v3h-64z\"/>"));
    assert_non_null(strstr(text, "<path class=\"equal\" d=\"M50 0.5h14m-64 1h16\"/>"));
    assert_non_null(strstr(text, "<path class=\"crashed\" d=\"M63 2.5h1\"/>"));
    free(text);
    audit_clear(&audit);
}

/* The sum of the changes of length is told where there are two, and one byte is no bytes. */
static void tables_count_what_they_sum(void **state)
{
    static const enum edit edits[] = { EDIT_INSERT, EDIT_DELETE };
    static const char *const values[] = { "00", "1", "00", "2" };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct audit audit = { 0 };
        size_t size;
        char *text;

        sample_head(&audit, 3);
        audit_add_field(&audit, "all", 0, 3);
        if (i >= 2) {
            sample_add(&audit, EDIT_TRUNCATE, "", 0, 1, VERDICT_EQUAL, "");
        }
        sample_add(&audit, edits[i % 2], values[i], 0, 1, VERDICT_EQUAL, "");
        sample_add(&audit, EDIT_FLIP, "80", 0, 1, VERDICT_EQUAL, "");
        text = report_of(&audit, NULL, &size);
        assert_int_equal(count_of(text, "length, in all</th>") > 0, i >= 2);
        assert_int_equal(count_of(text, ">delete 1 byte<") > 0, i == 1);
        assert_int_equal(count_of(text, ">delete 2 bytes<") > 0, i == 3);
        assert_int_equal(count_of(text, ">insert 00<") > 0, i % 2 == 0);
        free(text);
        audit_clear(&audit);
    }
}

/* The sample's: 63 damages change the length, and 56 of them are rejected. */
static void figures_are_those_of_the_audit(void **state)
{
    static const char *const wanted[] = {
        "<span class=\"big\">88.8&#8239;%</span> hard-stopped",
        "<b>63</b> damages took bytes from the section or added some. <b>56</b> of them were refused",
        "<span><b>1 equal</b>: accepted", "<span><b>3 garbage</b>: accepted", "<span><b>2 crashed</b>: the loader",
        "<span><b>1 unknown</b>: hardstop could", "<td class=\"share\">90.4 %</td>", /* truncate: 19 of 21 */
    };
    struct audit audit = { 0 }, other = { 0 };
    size_t size;
    char *text;

    (void)state;
    sample_audit(&audit);
    text = report_of(&audit, NULL, &size);
    for (size_t i = 0; i < HS_COUNT(wanted); i++) {
        if (!strstr(text, wanted[i])) {
            fail_msg("no \"%s\" in the report", wanted[i]);
        }
    }
    assert_int_equal(count_of(text, "class=\"differences\""), 0);
    free(text);
    /* In the report of two it is said that not the same was audited. */
    sample_audit(&other);
    other.loader = audit_keep(&other, "QEMU 9.9.9");
    text = report_of(&audit, &other, &size);
    assert_non_null(strstr(text, "<p class=\"differences\">In the second: loader QEMU 9.9.9 instead of QEMU 7.2.22."));
    free(text);
    audit_clear(&other);
    audit_clear(&audit);
}

/* The page without style and script, which the browser tests look at. */
static char *body_of(const struct audit *audit, const struct audit *other)
{
    size_t size;
    char *text = report_of(audit, other, &size), *from = strstr(text, "<body>"), *to = strstr(text, "<script>");
    char *body;

    assert_true(from && to && from < to);
    body = hs_format("%.*s", (int)(to - from), from);
    free(text);
    return body;
}

/* The page of the sample, beside one in which some damages have other verdicts, is the one that is kept. */
static void a_page_is_as_it_was_kept(void **state)
{
    static const uint32_t moved[] = { 0, 2, 3, 7, 10, 13 };
    struct audit audit = { 0 }, other = { 0 };
    struct hs_error err = { .text = "" };
    char *page, *kept;
    uint8_t *data;
    size_t size;

    (void)state;
    sample_audit(&audit);
    sample_audit(&other);
    for (size_t i = 0; i < HS_COUNT(moved); i++) {
        struct audit_run *run = &other.runs[moved[i]];

        other.counts[run->edit][run->verdict] -= run->count;
        run->verdict = run->verdict == VERDICT_REJECTED ? VERDICT_GARBAGE : VERDICT_REJECTED;
        other.counts[run->edit][run->verdict] += run->count;
    }
    sample_add(&other, EDIT_SECTION, "swap", 0, 1, VERDICT_HUNG, "spins");
    other.findings[0].finding.signature = 77;
    page = body_of(&audit, &other);
    if (file_read(SAMPLE_PAGE, &data, &size, &err) < 0) {
        fail_msg("%s", err.text);
    }
    kept = hs_copy(data, size);
    if (strcmp(kept, page) != 0) {
        assert_int_equal(file_write("sample_page.html", page, strlen(page), &err), 0);
        fail_msg("where it is meant, take sample_page.html over to %s", SAMPLE_PAGE);
    }
    free(kept);
    free(data);
    free(page);
    audit_clear(&other);
    audit_clear(&audit);
}

static void a_report_that_cannot_be_written_is_an_error(void **state)
{
    struct audit audit = { 0 };
    struct hs_error err = { .text = "" };

    (void)state;
    audits_tiny(&audit);
    assert_int_equal(html_write("/nonexistent/folder/report.html", &audit, NULL, NULL, &err), -1);
    assert_non_null(strstr(err.text, "/nonexistent/folder/report.html"));
    audit_clear(&audit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_stays_text),
        cmocka_unit_test(hostile_texts_add_no_markup),
        cmocka_unit_test(labels_are_escaped),
        cmocka_unit_test(equal_audits_give_equal_bytes),
        cmocka_unit_test(it_needs_nothing_else),
        cmocka_unit_test(large_audits_stay_small),
        cmocka_unit_test(odd_audits_have_a_report),
        cmocka_unit_test(cells_without_fields_have_a_place),
        cmocka_unit_test(anchors_are_not_shared),
        cmocka_unit_test(a_view_of_either_audit_is_there),
        cmocka_unit_test(places_that_are_left_out_are_counted),
        cmocka_unit_test(strokes_end_with_their_row),
        cmocka_unit_test(tables_count_what_they_sum),
        cmocka_unit_test(figures_are_those_of_the_audit),
        cmocka_unit_test(a_page_is_as_it_was_kept),
        cmocka_unit_test(a_report_that_cannot_be_written_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
