/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of known findings is read strictly, and says of each line whether it still holds. */
#include "support.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/finding/known.h"
#include "planted.h"

/* What follows a signature, but for the cause. */
#define MORE "-\tassertion\tmachine listed\tnot shown\tf_1()\t"
#define CRASH "\tqemu 7.2\tcrashed\tloader-survives\t"
#define GOOD_LINE "a.textproto" CRASH "00000000000000ff\t" MORE "cause\n"
#define SECRET_LINE "-" CRASH "00000000000000fe\t-\tmemory\tonly without KVM\tshown\tnone\ta secret\n"
#define ALIAS_LINE \
    "b" CRASH "00000000000000fd\t00000000000000aa,00000000000000ab\texit\tmachine listed\tshown\tnone\tc\n"

static const struct {
    const char *text, *words; /* NULL: read */
} lists[] = {
    { "", NULL },
    { "# only a comment\n\n", NULL },
    { GOOD_LINE, NULL },
    { GOOD_LINE "b.textproto\tqemu 7.2\thung\tloader-answers\t00000000000000ff\t-\tspin\tmachine listed\tshown\tnone\t"
                "the same bug", NULL },
    { GOOD_LINE SECRET_LINE "-" CRASH "00000000000000fd\t" MORE "another\n", NULL },
    { GOOD_LINE SECRET_LINE ALIAS_LINE, NULL },
    { "--" CRASH "secret\t" MORE "cause\n", "\"secret\" is no signature" },
    { "-" CRASH "\t" MORE "cause\n", "\"\" is no signature" },
    { "#\n" GOOD_LINE GOOD_LINE, ":3: \"a.textproto\" is no name of a case, or is listed twice" },
    { "a.textproto" CRASH "00000000000000ff\tcause\n", ":1: not case, loader" },
    { "a.textproto" CRASH "00000000000000ff\t" MORE "\n", ":1: not case, loader" },
    { "a.textproto" CRASH "00000000000000ff\t" MORE "cause\tmore\n", ":1: not case, loader" },
    { "a.textproto\tqemu 7.2\tcrashed\t\t00000000000000ff\t" MORE "cause\n", "no property \"\"" },
    { "../a" CRASH "00000000000000ff\t" MORE "cause\n", "is no name of a case" },
    { "a\tqemu 7.2\tdelighted\tloader-survives\t00000000000000ff\t" MORE "cause\n", "no verdict \"delighted\"" },
    { "a\tqemu 7.2\tcrashed\tloader-dies\t00000000000000ff\t" MORE "cause\n", "no property \"loader-dies\"" },
    { "a" CRASH "ff\t" MORE "cause\n", "\"ff\" is no signature" },
    { "a" CRASH "00000000000000fg\t" MORE "cause\n", "is no signature" },
    { "a" CRASH "00000000000000ff0\t" MORE "cause\n", "is no signature" },
    { "a" CRASH "00000000000000ffg\t" MORE "cause\n", "is no signature" },
    { "a" CRASH "00000000000000ff\tff\texit\tmachine listed\tshown\tnone\tc\n", "\"ff\" is no alias" },
    { "a" CRASH "00000000000000ff\t00000000000000aa,\texit\tmachine listed\tshown\tnone\tc\n", "is no alias" },
    { "a" CRASH "00000000000000ff\t00000000000000aa 00000000000000ab\texit\tmachine listed\tshown\tnone\tc\n",
      "is no alias" },
    { "a" CRASH "00000000000000ff\t-\tabort\tmachine listed\tshown\tnone\tc\n", "no kind \"abort\"" },
    { "a" CRASH "00000000000000ff\t-\texit\tlisted\tshown\tnone\tc\n", "no scope \"listed\"" },
    { "a" CRASH "00000000000000ff\t-\texit\tmachine listed\tperhaps\tnone\tc\n", "no reach \"perhaps\"" },
    { "a" CRASH "00000000000000ff\t-\tspin\tmachine listed\tshown\tnone\tc\n",
      "\"spin\" is not what crashed and loader-survives can be" },
    { "a" CRASH "00000000000000ff\t-\texit\tmachine listed\tshown\tf\tc\n", "\"f\" is neither function() nor none" },
    { "a" CRASH "00000000000000ff\t-\texit\tmachine listed\tshown\t()\tc\n", "is neither function() nor none" },
    { "a" CRASH "00000000000000fd\t" MORE "c\n" "c" CRASH "00000000000000ff\t00000000000000fd\texit\tmachine listed\t"
      "shown\tnone\tc\n", "00000000000000fd is an alias, and of another finding as well" },
    { ALIAS_LINE "c" CRASH "00000000000000ff\t00000000000000ab\texit\tmachine listed\tshown\tnone\tc\n",
      "00000000000000ab is an alias" },
    { "c" CRASH "00000000000000ff\t00000000000000ff\texit\tmachine listed\tshown\tnone\tc\n", "is an alias" },
};

/* Which kinds go with a verdict and a property. */
static void a_kind_fits_its_verdict(void **state)
{
    static const struct {
        enum verdict verdict;
        const char *property;
        unsigned kinds; /* bits */
    } pairs[] = {
        { VERDICT_CRASHED, "loader-survives",
          1 << KNOWN_KIND_ASSERTION | 1 << KNOWN_KIND_EXIT | 1 << KNOWN_KIND_MEMORY },
        { VERDICT_CRASHED, "accepted-survives-use",
          1 << KNOWN_KIND_ASSERTION | 1 << KNOWN_KIND_EXIT | 1 << KNOWN_KIND_MEMORY },
        { VERDICT_CRASHED, "loader-answers", 1 << KNOWN_KIND_HUGE_ALLOCATION },
        { VERDICT_HUNG, "loader-answers", 1 << KNOWN_KIND_SPIN },
        { VERDICT_EQUAL, "accepted-resaves-equal", 1 << KNOWN_KIND_NOT_SAVED },
        { VERDICT_GARBAGE, "accepted-resaves-equal", 1 << KNOWN_KIND_NOT_SAVED },
        { VERDICT_GARBAGE, "damage-is-never-garbage", 1 << KNOWN_KIND_ACCEPTED },
        { VERDICT_EQUAL, "extension-is-rejected", 1 << KNOWN_KIND_ACCEPTED },
        { VERDICT_REJECTED, "undamaged-is-accepted", 0 },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(pairs); i++) {
        for (int kind = 0; kind <= KNOWN_KINDS; kind++) {
            assert_int_equal(known_kind_fits((enum known_kind)kind, pairs[i].verdict, pairs[i].property),
                             (pairs[i].kinds >> kind) & 1);
        }
    }
}

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

/* The same fault in another version is no new finding. */
static void a_line_is_found_by_its_aliases(void **state)
{
    char *folder = support_folder();
    char *path = support_write(folder, "known.tsv", GOOD_LINE ALIAS_LINE, strlen(GOOD_LINE ALIAS_LINE));
    const struct known_line *line;
    struct known known;

    (void)state;
    assert_int_equal(known_read(path, &known, NULL), 0);
    line = known_of_case(&known, "b");
    assert_ptr_equal(known_of_signature(&known, 0xfd), line);
    assert_ptr_equal(known_of_signature(&known, 0xaa), line);
    assert_ptr_equal(known_of_signature(&known, 0xab), line);
    assert_null(known_of_signature(&known, 0));
    assert_null(known_of_signature(&known, 0xac));
    assert_string_equal(known_kind_name(line->kind), "exit");
    assert_string_equal(known_scope_name(line->scope), "machine listed");
    assert_string_equal(known_reach_name(line->reach), "shown");
    assert_string_equal(line->twin, "none");
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
    state = known_compare(line, &judgement, NULL, words, size);
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
    char words[640], aliases[40];

    (void)state;
    assert_int_equal(state_of(KEEPS_GARBAGE, &line, &finding, words, sizeof(words)), KNOWN_CHANGED);
    assert_non_null(strstr(words, "garbage, damage-is-never-garbage, "));
    line.signature = finding.signature;
    assert_int_equal(state_of(KEEPS_GARBAGE, &line, &finding, words, sizeof(words)), KNOWN_HOLDS);
    line.signature = 1;
    snprintf(aliases, sizeof(aliases), "00000000000000aa,%016" PRIx64, finding.signature);
    line.aliases = aliases;
    assert_int_equal(state_of(KEEPS_GARBAGE, &line, &finding, words, sizeof(words)), KNOWN_HOLDS);
    assert_int_equal(state_of(GOOD, &line, &finding, words, sizeof(words)), KNOWN_FIXED);
    assert_string_equal(words, "rejected, and every property holds: error while loading state for instance # of "
                               "device '/'");
    assert_int_equal(state_of(ACCEPTS_ALL, &line, &finding, words, sizeof(words)), KNOWN_CHANGED);
    assert_non_null(strstr(words, "equal, extension-is-rejected"));
    assert_int_equal(state_of(CRASHES, &line, &finding, words, sizeof(words)), KNOWN_CHANGED);
    /* One signature, but another verdict, or another property that fails first. */
    line.verdict = VERDICT_EQUAL;
    assert_int_equal(state_of(KEEPS_GARBAGE, &line, &finding, words, sizeof(words)), KNOWN_CHANGED);
    line.verdict = VERDICT_GARBAGE;
    line.property = "extension-is-rejected";
    assert_int_equal(state_of(KEEPS_GARBAGE, &line, &finding, words, sizeof(words)), KNOWN_CHANGED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read_strictly),
        cmocka_unit_test(a_zero_byte_is_refused),
        cmocka_unit_test(lines_are_found_by_case_and_signature),
        cmocka_unit_test(a_line_is_found_by_its_aliases),
        cmocka_unit_test(a_kind_fits_its_verdict),
        cmocka_unit_test(a_line_may_have_no_case),
        cmocka_unit_test(a_line_holds_or_says_what_is_shown_now),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
