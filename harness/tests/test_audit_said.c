/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was said of rejections is summed, grouped, kept in JSON, compared and shown, or not known. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/audit/audit_json.h"
#include "harness/audit/audit_said.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/report/html/html.h"
#include "harness/report/messages.h"
#include "sample_audit.h"

#define S NAMING_BIT(NAMING_SECTION)
#define D NAMING_BIT(NAMING_DEVICE)
#define F NAMING_BIT(NAMING_FIELD)
#define OTHER NAMING_BIT(NAMING_OTHER)
#define SILENT NAMING_BIT(NAMING_SILENT)

static const struct text {
    const char *message, *rest;
    unsigned named;
} texts[] = {
    { "no", " | in 'virtio-net' <7>", S | D | F }, { "no", " | in 'virtio-net' <7>", S | D },
    { "VQ 1 is 0x4f", "", D },                     { "VQ 22 is 0x0", "", D },
    { "nothing", "", SILENT },                     { "of 'x'", "", OTHER },
};

/* By letters of `cells`, one a byte: which text, from 0; space: accepted. */
static void fill(struct audit *audit, const char *cells)
{
    char *whole;

    sample_head(audit, 20);
    audit_add_field(audit, "header", 0, 4);
    audit_add_field(audit, "virtio.status", 4, 16);
    for (size_t i = 0; i < HS_COUNT(texts); i++) {
        whole = hs_format("%s%s", texts[i].message, texts[i].rest);
        audit_add_said(audit, whole, texts[i].named);
        free(whole);
    }
    for (uint32_t i = 0; cells[i]; i++) {
        struct audit_run run = { .edit = EDIT_TRUNCATE, .value = "", .offset = i, .count = 1, .message = "" };

        run.verdict = cells[i] == ' ' ? VERDICT_EQUAL : VERDICT_REJECTED;
        if (cells[i] != ' ') {
            run.said = (uint32_t)(cells[i] - '0') + 1;
            run.message = texts[cells[i] - '0'].message;
        }
        audit_add(audit, &run);
    }
}

static char *json_of(const struct audit *audit)
{
    char *text = NULL, *copy;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    audit_json_print(out, audit);
    fclose(out);
    copy = hs_strdup(text);
    free(text);
    return copy;
}

static void refusals_are_summed(void **state)
{
    struct audit audit = { 0 };
    struct audit_refusals refusals;

    (void)state;
    assert_int_equal(audit_refusals(&audit).cells, 0);
    fill(&audit, "000111 234455");
    /* Of one text that names the field and then does not, two runs are made. */
    assert_int_equal(audit.runs[0].count, 3);
    assert_int_equal(audit.runs[1].count, 3);
    refusals = audit_refusals(&audit);
    assert_int_equal(refusals.cells, 12);
    assert_int_equal(refusals.named[NAMING_SECTION], 6);
    assert_int_equal(refusals.named[NAMING_DEVICE], 8);
    assert_int_equal(refusals.named[NAMING_FIELD], 3);
    assert_int_equal(refusals.named[NAMING_REASON], 0);
    assert_int_equal(refusals.named[NAMING_OTHER], 2);
    assert_int_equal(refusals.named[NAMING_SILENT], 2);
    audit_clear(&audit);
}

/* Texts that differ in numbers and quoted words alone are one, but not where they name different things. */
static void texts_of_a_kind_are_one(void **state)
{
    struct audit audit = { 0 };
    struct audit_said_group *groups;
    size_t n;

    (void)state;
    fill(&audit, "01112334");
    groups = audit_said_worst_first(&audit, &n);
    assert_int_equal(n, 4);
    assert_string_equal(groups[0].said->text, "nothing");
    assert_string_equal(groups[1].said->text, "VQ 22 is 0x0");
    assert_int_equal(groups[1].texts, 2);
    assert_int_equal(groups[1].cells, 3);
    assert_int_equal(groups[1].run->offset, 5);
    assert_int_equal(groups[2].said->named, S | D);
    assert_int_equal(groups[2].cells, 3);
    assert_int_equal(groups[2].run->offset, 1);
    assert_int_equal(groups[3].said->named, S | D | F);
    free(groups);
    audit_clear(&audit);
    fill(&audit, "5");
    groups = audit_said_worst_first(&audit, &n);
    assert_int_equal(n, 1);
    assert_int_equal(groups[0].said->named, OTHER);
    free(groups);
    audit_clear(&audit);
}

static void json_keeps_what_was_said(void **state)
{
    struct audit audit = { 0 }, again = { 0 };
    struct hs_error err = { .text = "" };
    char *text, *second;

    (void)state;
    fill(&audit, "000111 234455");
    text = json_of(&audit);
    assert_non_null(strstr(text, "\n\"refusals\":{\"cells\":12,\"section\":6,\"device\":8,\"field\":3,\"reason\":0,"
                                 "\"other\":2,\"silent\":2},\n"));
    assert_non_null(strstr(text, "\n{\"text\":\"no | in 'virtio-net' <7>\",\"names\":[\"section\",\"device\"],"
                                 "\"cells\":3},\n"));
    assert_non_null(strstr(text, ",\"message\":\"VQ 1 is 0x4f\",\"said\":2},\n"));
    assert_int_equal(audit_json_parse(text, strlen(text), &again, &err), 0);
    second = json_of(&again);
    assert_string_equal(second, text);
    free(second);
    free(text);
    audit_clear(&audit);
    audit_clear(&again);
}

/* What an older hardstop wrote has no words to judge: nothing is known, and nothing is claimed. */
static void older_json_knows_nothing(void **state)
{
    struct audit audit = { 0 }, again = { 0 };
    struct hs_error err = { .text = "" };
    char *text, *shown = NULL;
    size_t size;
    FILE *out;

    (void)state;
    sample_audit(&audit);
    text = json_of(&audit);
    assert_null(strstr(text, "\"messages\""));
    assert_null(strstr(text, "\"refusals\""));
    assert_null(strstr(text, "\"said\""));
    assert_int_equal(audit_json_parse(text, strlen(text), &again, &err), 0);
    assert_int_equal(audit_refusals(&again).cells, 0);
    out = open_memstream(&shown, &size);
    messages_line(out, &again);
    fflush(out);
    assert_int_equal(size, 0);
    messages_table(out, &again);
    fclose(out);
    assert_non_null(strstr(shown, "not known"));
    free(shown);
    free(text);
    audit_clear(&audit);
    audit_clear(&again);
}

static const struct {
    const char *from, *to, *words;
} contradictions[] = {
    { "\"said\":2}", "\"said\":6}", "\"said\" is 6 of 6 messages" },
    { "\"said\":2}", "\"said\":-1}", "\"said\" is -1" },
    { "\"said\":2}", "\"said\":\"2\"}", "\"said\" is no whole number" },
    { "\"said\":2}", "\"said\":3}", "\"VQ 1 is 0x4f\" does not begin the message" },
    { "\"said\":1}", "\"said\":0}", "the cells have" },
    { "\"device\"],\"cells\":3}", "\"device\"],\"cells\":4}", "\"messages\"[1]: \"cells\" is 4, the cells have 3" },
    { "\"names\":[", "\"called\":[", "\"messages\"[0]: \"names\" is missing" },
    { "\"refusals\":{\"cells\":12", "\"refusals\":{\"cells\":13", "\"refusals\": \"cells\" is 13" },
    { "\"field\":3,", "\"field\":4,", "\"refusals\": \"field\" is 4, the cells have 3" },
    { "\"other\":2,", "", "\"refusals\": \"other\" is missing" },
    { "{\"text\":\"nothing\"", "{\"text\":7", "\"messages\"[4]: \"text\" is no text" },
};

/* `text` with the first `from` replaced; free it. */
static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);

    if (!at) {
        fail_msg("no %s", from);
        return NULL;
    }
    return hs_format("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static void contradictions_are_refused(void **state)
{
    struct audit audit = { 0 };
    char *text;

    (void)state;
    fill(&audit, "000111 234455");
    text = json_of(&audit);
    for (size_t i = 0; i < HS_COUNT(contradictions); i++) {
        char *changed = replaced(text, contradictions[i].from, contradictions[i].to);
        struct audit again = { 0 };
        struct hs_error err = { .text = "" };

        if (audit_json_parse(changed, strlen(changed), &again, &err) == 0 ||
            !strstr(err.text, contradictions[i].words)) {
            fail_msg("%zu: \"%s\"", i, err.text);
        }
        free(changed);
    }
    free(text);
    audit_clear(&audit);
}

/* Told, and no reason to fail: the verdicts are the same. */
static void worse_words_fail_nothing(void **state)
{
    struct audit now = { 0 }, earlier = { 0 }, old = { 0 };
    struct baseline baseline = { 0 };
    struct hs_error err;
    char *shown = NULL;
    size_t size;
    FILE *out = open_memstream(&shown, &size);

    (void)state;
    fill(&now, "0 1114 0");
    fill(&earlier, "0000125 ");
    assert_int_equal(baseline_compare(&now, &earlier, &baseline, &err), 0);
    /* At 2 and 3 without the field; at 5 silent; at 4 as it was; at 6 and 7 one of the two has been accepted. */
    assert_int_equal(baseline.vaguer.cells, 3);
    assert_int_equal(baseline.vaguer.offset, 2);
    assert_int_equal(baseline.vaguer.was, S | D | F);
    assert_int_equal(baseline.vaguer.now, S | D);
    assert_int_equal(baseline.clearer.cells, 0);
    assert_int_equal(baseline.worse, 2);
    messages_compared(out, &now, &baseline, "the baseline");
    fclose(out);
    assert_string_equal(shown, "3 refusals say less of where than in the baseline, which fails nothing\n"
                               "  e.g. truncate at 2, header: section, device, was section, device, field\n");
    free(shown);
    baseline_clear(&baseline);
    assert_int_equal(baseline_compare(&earlier, &now, &baseline, &err), 0);
    assert_int_equal(baseline.clearer.cells, 3);
    assert_int_equal(baseline.vaguer.cells, 0);
    baseline_clear(&baseline);
    sample_head(&old, 20);
    sample_add(&old, EDIT_TRUNCATE, "", 0, 8, VERDICT_REJECTED, "no");
    assert_int_equal(baseline_compare(&now, &old, &baseline, &err), 0);
    assert_int_equal(baseline.vaguer.cells + baseline.clearer.cells, 0);
    baseline_clear(&baseline);
    audit_clear(&old);
    audit_clear(&now);
    audit_clear(&earlier);
}

static void a_terminal_is_shown_what_is_named(void **state)
{
    struct audit audit = { 0 };
    char *shown = NULL;
    size_t size;
    FILE *out = open_memstream(&shown, &size);

    (void)state;
    fill(&audit, "0111 2334");
    messages_line(out, &audit);
    messages_table(out, &audit);
    fclose(out);
    assert_string_equal(shown,
                        "of 8 refusals 50.0 % name the section, 87.5 % the device, 12.5 % the field, 0 % what was "
                        "read and what is right, 0 % name another section, 12.5 % say nothing\n"
                        "    refusals  what they name of the damaged place; the worst first\n"
                        "          1  silent\n    | nothing\n    e.g. truncate at 8, virtio.status\n"
                        "          3  device  (2 texts like this one)\n    | VQ 22 is 0x0\n"
                        "    e.g. truncate at 6, virtio.status\n"
                        "          3  section, device\n    | no\n    | in 'virtio-net' <7>\n"
                        "    e.g. truncate at 1, header\n"
                        "          1  section, device, field\n    | no\n    | in 'virtio-net' <7>\n"
                        "    e.g. truncate at 0, header\n");
    free(shown);
    audit_clear(&audit);
}

static void a_page_shows_what_is_named(void **state)
{
    struct audit audit = { 0 };
    struct hs_error err;
    char path[] = "/tmp/hardstop-said-XXXXXX";
    uint8_t *page;
    size_t size;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    fill(&audit, "0111 2334");
    assert_int_equal(html_write(path, &audit, NULL, (const char *const[2]){ NULL, NULL }, &err), 0);
    assert_int_equal(file_read(path, &page, &size, &err), 0);
    assert_non_null(memmem(page, size, "data-naming=\"field\">12.5 % the field<", 37));
    assert_non_null(strstr((char *)page, "<tr><td>3</td><td>section, device</td><td>no<br>in &#39;virtio-net&#39; "
                                         "&#60;7&#62;</td><td>truncate at 1, <code>header</code></td></tr>"));
    free(page);
    unlink(path);
    audit_clear(&audit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refusals_are_summed),
        cmocka_unit_test(texts_of_a_kind_are_one),
        cmocka_unit_test(json_keeps_what_was_said),
        cmocka_unit_test(older_json_knows_nothing),
        cmocka_unit_test(contradictions_are_refused),
        cmocka_unit_test(worse_words_fail_nothing),
        cmocka_unit_test(a_terminal_is_shown_what_is_named),
        cmocka_unit_test(a_page_shows_what_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
