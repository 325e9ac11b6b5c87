/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JUnit XML is well-formed whatever an audit's texts hold, and says what failed and where. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/report/audit_results.h"
#include "harness/report/junit.h"
#include "sample_audit.h"

static char *printed(const struct audit *audit, const struct gate *gate)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct results results;

    audit_results(audit, gate, &results);
    junit_print(out, &results);
    results_clear(&results);
    fclose(out);
    return text;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("no %s in\n%s", part, text);
    }
}

/* By a reader that is not ours. */
static bool is_well_formed(const char *text)
{
    char *folder = support_folder(), *path = support_write(folder, "junit.xml", text, strlen(text));
    char *command = hs_format("%s --noout %s 2>%s/errors", XMLLINT_PATH, path, folder);
    int status = system(command);

    free(command);
    free(path);
    support_remove(folder);
    return status == 0;
}

static void each_edit_and_value_is_a_testcase(void **state)
{
    struct audit audit = { 0 };
    struct gate gate = { 0 };
    char *text;

    (void)state;
    sample_audit(&audit);
    sample_add_finding(&audit, 5, "accepted-resaves-equal", VERDICT_EQUAL,
                       &(struct audit_run){ .edit = EDIT_FLIP, .value = "80", .offset = 5 }, 1);
    gate_judge(&audit, GATE_ALL, NULL, &gate);
    text = printed(&audit, &gate);
    assert_true(is_well_formed(text));
    assert_has(
        text, "<testsuite name=\"fe.0.0001/virtio-net on s390-ccw-virtio (legacy framing)\" tests=\"6\" failures=\"3\" "
              "errors=\"0\"");
    assert_has(text, "<testcase classname=\"fe_0_0001/virtio-net on s390-ccw-virtio (legacy framing)\" "
                     "name=\"insert 00\" time=\"0.000\"><failure type=\"garbage\" "
                     "message=\"5 failing of 21 cells: 2 crashed, 3 garbage, 16 rejected\">offset 5 (virtio.queue[0]), 3 cells: garbage: virtio.queue[0]: 1 -&gt; 2\n"
                     "offset 19 (footer), 2 cells: crashed: SIGSEGV\n</failure></testcase>");
    /* A finding's cells are not those of one edit and value. */
    assert_has(text, "name=\"flip 80\" time=\"0.000\"><failure type=\"crashed\" "
                     "message=\"1 failing and 1 finding of 20 cells: 1 crashed, 1 equal, 18 rejected\">");
    assert_has(text, "name=\"insert ff\" time=\"0.000\"></testcase>");
    assert_has(text, "name=\"truncate\" time=\"0.000\"><failure type=\"equal\"");
    assert_has(text, "offset 20 (behind the last field), 1 cell: equal: \n");
    assert_has(text, "finding: message &lt;0005&gt; &amp; &quot;more&quot;; "
                     "hardstop repro --confirm 'findings/0005 &lt;&amp;&gt;.textproto'");
    free(text);
    gate_clear(&gate);
    audit_clear(&audit);
}

/* Of one edit, failures with two values are in two test cases; one that also has unknown cells is no error. */
static void failures_belong_to_their_value(void **state)
{
    struct audit audit = { 0 };
    struct gate gate = { 0 };
    char *text;

    (void)state;
    sample_head(&audit, 9);
    sample_add(&audit, EDIT_INSERT, "00", 0, 2, VERDICT_GARBAGE, "one");
    sample_add(&audit, EDIT_INSERT, "00", 2, 1, VERDICT_UNKNOWN, "none");
    sample_add(&audit, EDIT_INSERT, "ff", 4, 3, VERDICT_EQUAL, "two");
    gate_judge(&audit, GATE_ALL, NULL, &gate);
    text = printed(&audit, &gate);
    assert_has(text, "tests=\"2\" failures=\"2\" errors=\"0\"");
    assert_has(text,
               "name=\"insert 00\" time=\"0.000\"><failure type=\"garbage\" message=\"2 failing of 3 cells: "
               "2 garbage, 1 unknown\">offset 0 (behind the last field), 2 cells: garbage: one\n</failure></testcase>");
    assert_has(text, "name=\"insert ff\" time=\"0.000\"><failure type=\"equal\" "
                     "message=\"3 failing of 3 cells: 3 equal\">"
                     "offset 4 (behind the last field), 3 cells: equal: two\n</failure></testcase>");
    free(text);
    gate_clear(&gate);
    audit_clear(&audit);
}

static void unknown_cells_are_errors(void **state)
{
    struct audit audit = { 0 };
    struct gate gate = { 0 };
    char *text;

    (void)state;
    sample_audit(&audit);
    gate_judge(&audit, 1u << VERDICT_HUNG, NULL, &gate);
    text = printed(&audit, &gate);
    assert_true(is_well_formed(text));
    assert_has(text, "tests=\"6\" failures=\"0\" errors=\"1\"");
    assert_has(text, "<error type=\"unknown\" message=\"1 unknown of 21 cells: 1 equal, 19 rejected, 1 unknown\">"
                     "offset 3: no loader</error>");
    free(text);
    gate_clear(&gate);
    audit_clear(&audit);
}

static void foreign_texts_cannot_break_the_xml(void **state)
{
    static const char hostile[] = "]]></failure><a b='\"\x01\x1b\xff\n&amp;<!--";
    static const char no_character[] = "\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd \xc3\xa4";
    struct audit audit = { 0 };
    struct gate gate = { 0 };
    char *text;

    (void)state;
    sample_head(&audit, 40);
    audit.section = audit_keep(&audit, hostile);
    free(audit.setup->machine);
    audit.setup->machine = hs_strdup(hostile);
    audit_add_field(&audit, hostile, 0, 40);
    for (uint32_t i = 0; i < 30; i++) {
        sample_add(&audit, EDIT_TRUNCATE, "", i, 1, VERDICT_EQUAL, i % 2 ? hostile : no_character);
    }
    sample_add(&audit, EDIT_DELETE, "1", 0, 1, VERDICT_UNKNOWN, hostile);
    gate_judge(&audit, GATE_ALL, NULL, &gate);
    text = printed(&audit, &gate);
    assert_true(is_well_formed(text));
    assert_has(text, "and at 10 more places\n");
    assert_has(text, "offset 19 (");
    assert_null(strstr(text, "offset 20 ("));
    assert_has(text, ": ??????\xef\xbf\xbd \xc3\xa4\n");
    free(text);
    gate_clear(&gate);
    audit_clear(&audit);
}

static void broken_xml_is_noticed(void **state)
{
    (void)state;
    assert_true(is_well_formed("<a>&amp;</a>"));
    assert_false(is_well_formed("<a>&</a>"));
    assert_false(is_well_formed("<a>\x01</a>"));
    assert_false(is_well_formed("<a>\xef\xbf\xbe</a>"));
}

static void results_of_a_command_are_counted_by_their_states(void **state)
{
    struct results results;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    results_open(&results, "hardstop <x>");
    for (int i = 0; i < 2; i++) {
        results_add_suite(&results, i ? "b" : "a", "x", 1.25);
        for (int k = RESULT_PASSED; k <= RESULT_SKIPPED; k++) {
            results_add_test(&results, &(struct result_test){
                .group = "g 7.2", .name = "n", .state = (enum result_state)k, .type = "t", .message = "one\ntwo",
                .text = k == RESULT_ERROR ? NULL : "three\nfour", .seconds = 0.0625 * k });
        }
    }
    junit_print(out, &results);
    fclose(out);
    assert_true(is_well_formed(text));
    assert_has(text, "<testsuites name=\"hardstop &lt;x&gt;\" tests=\"8\" failures=\"2\" errors=\"2\" skipped=\"2\" "
                     "time=\"2.500\">\n  <testsuite name=\"a\" tests=\"4\" failures=\"1\" errors=\"1\" "
                     "skipped=\"1\" time=\"1.250\">\n"
                     "    <testcase classname=\"g 7_2\" name=\"n\" time=\"0.000\"></testcase>\n"
                     "    <testcase classname=\"g 7_2\" name=\"n (2)\" time=\"0.062\"><failure type=\"t\" "
                     "message=\"one?two\">three\nfour</failure></testcase>\n"
                     "    <testcase classname=\"g 7_2\" name=\"n (3)\" time=\"0.125\"><error type=\"t\" "
                     "message=\"one?two\"/></testcase>\n"
                     "    <testcase classname=\"g 7_2\" name=\"n (4)\" time=\"0.188\"><skipped "
                     "message=\"one?two\"/></testcase>\n  </testsuite>\n");
    free(text);
    results_clear(&results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_edit_and_value_is_a_testcase),
        cmocka_unit_test(failures_belong_to_their_value),
        cmocka_unit_test(unknown_cells_are_errors),
        cmocka_unit_test(foreign_texts_cannot_break_the_xml),
        cmocka_unit_test(broken_xml_is_noticed),
        cmocka_unit_test(results_of_a_command_are_counted_by_their_states),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
