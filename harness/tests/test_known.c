/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of known findings is read strictly, and says of each line whether it still holds. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/finding/known.h"
#include "planted.h"

#define GOOD_LINE "a.textproto\tqemu 7.2\tcrashed\tloader-survives\t00000000000000ff\tcause\n"

#define SECRET_LINE "-\tqemu 7.2\tcrashed\tloader-survives\t00000000000000fe\ta secret\n"

static const struct {
    const char *text, *words; /* NULL: read */
} lists[] = {
    { "", NULL },
    { "# only a comment\n\n", NULL },
    { GOOD_LINE, NULL },
    { GOOD_LINE "b.textproto\tqemu 7.2\thung\tloader-answers\t00000000000000ff\tthe same bug", NULL },
    { GOOD_LINE SECRET_LINE "-\tqemu 7.2\tcrashed\tloader-survives\t00000000000000fd\tanother\n", NULL },
    { "--\tqemu 7.2\tcrashed\tloader-survives\tsecret\tcause\n", "\"secret\" is no signature" },
    { "-\tqemu 7.2\tcrashed\tloader-survives\t\tcause\n", "\"\" is no signature" },
    { "#\n" GOOD_LINE GOOD_LINE, ":3: \"a.textproto\" is no name of a case, or is listed twice" },
    { "a.textproto\tqemu 7.2\tcrashed\tloader-survives\tcause\n", ":1: not case, loader" },
    { "a.textproto\tqemu 7.2\tcrashed\tloader-survives\t00000000000000ff\t\n", ":1: not case, loader" },
    { "a.textproto\tqemu 7.2\tcrashed\tloader-survives\t00000000000000ff\tcause\tmore\n", ":1: not case, loader" },
    { "a.textproto\tqemu 7.2\tcrashed\t\t00000000000000ff\tcause\n", "no property \"\"" },
    { "../a\tqemu 7.2\tcrashed\tloader-survives\t00000000000000ff\tcause\n", "is no name of a case" },
    { "a\tqemu 7.2\tdelighted\tloader-survives\t00000000000000ff\tcause\n", "no verdict \"delighted\"" },
    { "a\tqemu 7.2\tcrashed\tloader-dies\t00000000000000ff\tcause\n", "no property \"loader-dies\"" },
    { "a\tqemu 7.2\tcrashed\tloader-survives\tff\tcause\n", "\"ff\" is no signature" },
    { "a\tqemu 7.2\tcrashed\tloader-survives\t00000000000000fg\tcause\n", "is no signature" },
    { "a\tqemu 7.2\tcrashed\tloader-survives\t00000000000000ff0\tcause\n", "is no signature" },
    { "a\tqemu 7.2\tcrashed\tloader-survives\t00000000000000ffg\tcause\n", "is no signature" },
};

static void lists_are_read_strictly(void **state)
{
    char *folder = support_folder();

    (void)state;
    for (size_t i = 0; i < HS_COUNT(lists); i++) {
        char *path = support_write(folder, "known.tsv", lists[i].text, strlen(lists[i].text));
        struct known known;
        struct hs_error err = { .text = "" };
        int result = known_read(path, &known, &err);

        if (result != (lists[i].words ? -1 : 0) || (lists[i].words && !strstr(err.text, lists[i].words))) {
            fail_msg("%s: %d, %s", lists[i].text, result, err.text);
        }
        known_clear(&known);
        free(path);
    }
    support_remove(folder);
}

/* What is behind a zero byte would be lost. */
static void a_zero_byte_is_refused(void **state)
{
    static const char list[] = GOOD_LINE "#\0\n" "b.textproto\tqemu 7.2\thung\n";
    char *folder = support_folder(), *path = support_write(folder, "known.tsv", list, sizeof(list) - 1);
    struct known known;
    struct hs_error err = { .text = "" };

    (void)state;
    assert_int_equal(known_read(path, &known, &err), -1);
    assert_non_null(strstr(err.text, "a zero byte in it"));
    known_clear(&known);
    free(path);
    support_remove(folder);
}

static void lines_are_found_by_case_and_signature(void **state)
{
    char *folder = support_folder();
    char *path = support_write(folder, "known.tsv", GOOD_LINE, strlen(GOOD_LINE));
    struct known known;
    struct hs_error err = { .text = "" };

    (void)state;
    assert_int_equal(known_read(path, &known, NULL), 0);
    assert_string_equal(known_of_case(&known, "a.textproto")->cause, "cause");
    assert_null(known_of_case(&known, "a.textprot"));
    assert_ptr_equal(known_of_signature(&known, 0xff), known.lines);
    assert_null(known_of_signature(&known, 0xfe));
    assert_null(known_read_case(&known, known.lines, &err));
    assert_non_null(strstr(err.text, "/cases/regress/a.textproto"));
    known_clear(&known);
    free(path);
    path = hs_format("%s/missing.tsv", folder);
    assert_int_equal(known_read(path, &known, &err), -1);
    known_clear(&known);
    free(path);
    support_remove(folder);
}

/* Campaigns know it by its signature, and nobody is told how to do it. */
static void a_line_may_have_no_case(void **state)
{
    char *folder = support_folder();
    char *path = support_write(folder, "known.tsv", GOOD_LINE SECRET_LINE, strlen(GOOD_LINE SECRET_LINE));
    const struct known_line *line;
    struct known known;
    struct hs_error err = { .text = "" };

    (void)state;
    assert_int_equal(known_read(path, &known, NULL), 0);
    line = known_of_signature(&known, 0xfe);
    assert_string_equal(line->cause, "a secret");
    assert_false(known_has_case(line));
    assert_true(known_has_case(known_of_signature(&known, 0xff)));
    assert_null(known_read_case(&known, line, &err));
    assert_string_equal(err.text, "00000000000000fe: its case is not published");
    known_clear(&known);
    free(path);
    support_remove(folder);
}

static enum known_state state_of(enum defect defect, const struct known_line *line, struct finding *finding,
                                 char *words, size_t size)
{
    Hardstop__Case *test = planted_case("damage { at { section: 0 field: 'virtio.ccw.mba' } insert: 'A' }");
    struct judgement judgement = { 0 };
    struct planted planted;
    struct oracle oracle = { .loader = &planted.loader };
    enum known_state state;

    planted_init(&planted, defect, test);
    assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
    finding_of(&judgement, finding);
    state = known_compare(line, &judgement, words, size);
    judgement_clear(&judgement);
    oracle_clear(&oracle);
    planted_clear(&planted);
    case_free(test);
    return state;
}

static void a_line_holds_or_says_what_is_shown_now(void **state)
{
    struct known_line line = { .verdict = VERDICT_GARBAGE, .property = "damage-is-never-garbage" };
    struct finding finding = { .property = "" };
    char words[640];

    (void)state;
    assert_int_equal(state_of(KEEPS_GARBAGE, &line, &finding, words, sizeof(words)), KNOWN_CHANGED);
    assert_non_null(strstr(words, "garbage, damage-is-never-garbage, "));
    line.signature = finding.signature;
    assert_int_equal(state_of(KEEPS_GARBAGE, &line, &finding, words, sizeof(words)), KNOWN_HOLDS);
    assert_int_equal(state_of(GOOD, &line, &finding, words, sizeof(words)), KNOWN_FIXED);
    assert_string_equal(words, "rejected, and every property holds");
    assert_int_equal(state_of(ACCEPTS_ALL, &line, &finding, words, sizeof(words)), KNOWN_FIXED);
    assert_non_null(strstr(words, "equal, extension-is-rejected"));
    assert_int_equal(state_of(CRASHES, &line, &finding, words, sizeof(words)), KNOWN_FIXED);
    /* One signature, but another verdict, or another property that fails first. */
    line.verdict = VERDICT_EQUAL;
    assert_int_equal(state_of(KEEPS_GARBAGE, &line, &finding, words, sizeof(words)), KNOWN_FIXED);
    line.verdict = VERDICT_GARBAGE;
    line.property = "extension-is-rejected";
    assert_int_equal(state_of(KEEPS_GARBAGE, &line, &finding, words, sizeof(words)), KNOWN_FIXED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read_strictly),
        cmocka_unit_test(a_zero_byte_is_refused),
        cmocka_unit_test(lines_are_found_by_case_and_signature),
        cmocka_unit_test(a_line_may_have_no_case),
        cmocka_unit_test(a_line_holds_or_says_what_is_shown_now),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
