/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings carry the poke that they show at, and the page of a folder's findings goes by it. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/print.h"
#include "harness/case/pokes.h"
#include "harness/report/listed.h"
#include "planted.h"

#define TRUNCATE "damage { at { section: 0 field: 'virtio.ccw.thinint_isc' } truncate { } }"

/* Each number of the schema has a row, in it what README says, and at least one property claims something of it. */
static void each_poke_is_told(void **state)
{
    uint32_t seen = 0, claimed = 0;
    uint8_t *readme;
    size_t size;

    (void)state;
    assert_int_equal(file_read(LOADER_README, &readme, &size, NULL), 0);
    readme = hs_resize(readme, size + 1, 1);
    readme[size] = 0;
    for (const struct property *property = properties; property->name; property++) {
        claimed |= property->pokes;
    }
    for (const struct poke_row *row = poke_rows; row->number; row++) {
        char *line = hs_format("| `%s` | %s |\n", poke_name(row->number), row->done);

        if (!strstr((const char *)readme, line) || seen & POKE_BIT(row->number)) {
            fail_msg("not in README, or twice: %s", line);
        }
        seen |= POKE_BIT(row->number);
        assert_int_equal(poke_of_name(poke_name(row->number)), row->number);
        assert_ptr_equal(poke_row_of(row->number), row);
        free(line);
    }
    assert_int_equal(seen, POKE_ALL);
    assert_int_equal(hardstop__poke__descriptor.n_values, POKES - 1);
    assert_int_equal(claimed, POKE_ALL);
    assert_int_equal(poke_of_name("all"), 0);
    assert_int_equal(poke_of_name(""), 0);
    assert_null(poke_row_of(0));
    free(readme);
}

/* What is judged of a loader with a defect, saved, and read back. */
static void a_finding_has_the_poke_it_shows_at(void **state)
{
    static const struct {
        enum defect defect;
        const char *damages;
        enum poke poke;
    } rows[] = {
        { CRASHES, TRUNCATE, POKE_NONE },
        { CRASHES, "poke: KICK " TRUNCATE, POKE_NONE },
        { DIES_IN_USE, "poke: [KICK, RESET]", POKE_KICK },
        { HANGS_IN_USE, "poke: KICK", POKE_KICK },
        { REMEMBERS, "poke: [KICK, RESET]", POKE_RESET },
        { LEAVES_MEMORY, "poke: [KICK, WATCH]", POKE_WATCH },
        { LEAVES_A_TRACE, "poke: RETRY " TRUNCATE, POKE_RETRY },
        { DIES_AFTER_REJECTING, "poke: RETRY " TRUNCATE, POKE_RETRY },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        Hardstop__Case *test = planted_case(rows[i].damages);
        struct judgement judgement = { 0 };
        struct finding finding, *read;
        struct planted planted;
        struct oracle oracle = { .loader = &planted.loader };
        char *folder = support_folder();
        size_t n;

        planted_init(&planted, rows[i].defect, test);
        assert_int_equal(oracle_judge(&oracle, test, &judgement, NULL), 0);
        assert_true(finding_of(&judgement, &finding));
        assert_int_equal(finding.poke, rows[i].poke);
        assert_int_equal(finding_save(folder, &finding, test, NULL), 1);
        read = finding_read_all(folder, &n, NULL);
        assert_int_equal(n, 1);
        assert_int_equal(read->poke, rows[i].poke);
        free(read);
        judgement_clear(&judgement);
        oracle_clear(&oracle);
        planted_clear(&planted);
        case_free(test);
        support_remove(folder);
    }
}

/* Of a file that does not name it, the property does; of no file is anything believed that is no poke. */
static void a_file_may_not_name_it(void **state)
{
    static const struct {
        const char *json;
        enum poke poke;
    } rows[] = {
        { "\"property\": \"loader-survives\"", POKE_NONE },
        { "\"property\": \"accepted-survives-use\"", POKES },
        { "\"property\": \"accepted-survives-use\", \"poke\": \"all\"", POKES },
        { "\"property\": \"accepted-survives-use\", \"poke\": \"kick\"", POKE_KICK },
        { "\"property\": \"accepted-survives-use\", \"poke\": \"kick,stop\"", POKES },
        { "\"property\": \"reset-forgets\"", POKE_RESET },
        { "\"property\": \"reset-forgets\", \"poke\": 7", POKE_RESET },
        { "\"property\": \"rejected-leaves-no-trace\", \"poke\": \"\"", POKE_RETRY },
        { "\"property\": \"nothing-leaves\", \"poke\": \"<b>\"", POKE_WATCH },
        { "\"property\": \"nobody-knows\"", POKE_NONE },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        char *folder = support_folder(), *text = hs_format("{\"verdict\": \"crashed\", %s}", rows[i].json);
        struct finding *read;
        size_t n;

        free(support_write(folder, "00000000000000aa.json", text, strlen(text)));
        read = finding_read_all(folder, &n, NULL);
        assert_int_equal(n, 1);
        if (read->poke != rows[i].poke) {
            fail_msg("%s: %d", rows[i].json, (int)read->poke);
        }
        free(read);
        free(text);
        support_remove(folder);
    }
}

static void a_bad_access_may_be_unsafe(void **state)
{
    static const struct {
        const char *crash;
        enum verdict verdict;
        bool is_unsafe;
    } rows[] = {
        { "SIGSEGV q+0x1", VERDICT_CRASHED, true },          { "SIGBUS", VERDICT_CRASHED, true },
        { "heap-use-after-free q+0x1", VERDICT_CRASHED, true }, { "SIGABRT q+0x1", VERDICT_CRASHED, false },
        { "SIGFPE q+0x1", VERDICT_CRASHED, false },          { "exit(1) q+0x1", VERDICT_CRASHED, false },
        { "", VERDICT_CRASHED, false },                      { "spins at q+0x1", VERDICT_HUNG, false },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        struct finding finding = { .verdict = rows[i].verdict };

        strcpy(finding.crash, rows[i].crash);
        if (finding_may_be_unsafe(&finding) != rows[i].is_unsafe) {
            fail_msg("%s", rows[i].crash);
        }
    }
}

#define SURVIVES "loader-survives"
#define USE "accepted-survives-use"

static const struct finding findings[] = {
    { .signature = 0xa1, .property = USE, .verdict = VERDICT_CRASHED, .device = "virtio-net", .poke = POKE_KICK,
      .crash = "SIGSEGV q+0x1", .message = "first of two" },
    { .signature = 0xa2, .property = USE, .verdict = VERDICT_CRASHED, .device = "virtio-net", .poke = POKE_KICK,
      .crash = "SIGSEGV q+0x1", .message = "second of two" },
    { .signature = 0xa3, .property = USE, .verdict = VERDICT_CRASHED, .device = "virtio-net", .poke = POKE_STOP,
      .crash = "SIGSEGV q+0x1", .message = "the same elsewhere" },
    { .signature = 0xb1, .property = SURVIVES, .verdict = VERDICT_CRASHED, .device = "a", .message = "told" },
    { .signature = 0xb2, .property = SURVIVES, .verdict = VERDICT_CRASHED, .device = "b", .message = "by its alias" },
    { .signature = 0xc1, .property = "rejected-leaves-no-trace", .verdict = VERDICT_REJECTED, .device = "c",
      .field = "virtio.queue[].num", .poke = POKE_RETRY, .message = "later" },
    { .signature = 0xd1, .property = USE, .verdict = VERDICT_HUNG, .device = "d", .poke = POKES, .message = "old" },
};
static struct known_line lines[] = {
    { .name = "one.textproto", .property = SURVIVES, .cause = "is <b>told</b>", .verdict = VERDICT_CRASHED,
      .signature = 0xb1, .aliases = "00000000000000b2" },
    { .name = "two.textproto", .property = SURVIVES, .cause = "of another device", .verdict = VERDICT_CRASHED,
      .signature = 0xb1, .aliases = "-" },
    { .name = "lone.textproto", .property = SURVIVES, .cause = "nobody has it", .verdict = VERDICT_CRASHED,
      .signature = 0xe1, .aliases = "-" },
    { .name = "lone2.textproto", .property = SURVIVES, .cause = "folded", .verdict = VERDICT_CRASHED,
      .signature = 0xe1, .aliases = "-" },
    { .name = KNOWN_NO_CASE, .property = SURVIVES, .cause = "kept", .verdict = VERDICT_CRASHED, .signature = 0xf1,
      .aliases = "-", .kind = KNOWN_KIND_MEMORY },
};
static const struct known known = { .lines = lines, .n = HS_COUNT(lines) };

static struct listed list_of(const struct finding *of, size_t n)
{
    struct listed listed = { .command = "hardstop findings", .folder = "work/it's", .known = &known, .findings = of,
                             .n_findings = n, .status = LISTED_STATUSES, .verdict = VERDICT_COUNT };

    listed_make(&listed);
    return listed;
}

static char *page_of(struct listed *listed)
{
    struct print_memory memory;

    listed_html(print_open(&memory), listed);
    return print_close(&memory);
}

static void has(const char *page, const char *text)
{
    if (!strstr(page, text)) {
        fail_msg("not in the page: %s\n%s", text, strstr(page, "<body>"));
    }
}

/* What stands from the section of that heading to the next. */
static char *section_of(const char *page, const char *heading)
{
    const char *start = strstr(page, heading), *end = start ? strstr(start, "</section>") : NULL;

    assert_non_null(end);
    return hs_format("%.*s", (int)(end - start), start);
}

static void the_page_goes_by_moments(void **state)
{
    struct listed listed = list_of(findings, HS_COUNT(findings));
    char *page = page_of(&listed), *section;
    const char *load = strstr(page, "<h2>at the load "), *retry = strstr(page, "<h2>after a rejection: <code>retry");
    const char *kick = strstr(page, "<h2>at <code>kick"), *stop = strstr(page, "<h2>at <code>stop");
    const char *old = strstr(page, "<h2>in use ");

    (void)state;
    has(page, "<h1>4 new findings, 1 known</h1>");
    assert_true(load && load < retry && retry < kick && kick < stop && stop < old);
    assert_int_equal(support_count(page, "<h2>"), 6);
    /* Each poke has a row of the summary, with its claim and its numbers. */
    for (const struct poke_row *row = poke_rows; row->number; row++) {
        char *name = hs_format("<code>%s</code>", poke_name(row->number));

        has(page, name);
        free(name);
    }
    has(page, "<tr><th scope=\"row\"><a href=\"#m0\">at the load</a></th><td class=\"count none\">0</td>"
              "<td class=\"count some\">1</td><td class=\"done\">the stream is loaded, and what was accepted is saved "
              "again</td><td><code>versions-agree</code> <code>loader-survives</code> ");
    has(page, "at <code>kick</code></a></th><td class=\"count some\">1</td><td class=\"count none\">0</td>"
              "<td class=\"done\">each virtio queue is notified</td><td><code>accepted-survives-use</code> </td></tr>");
    has(page, "<tr><th scope=\"row\">in use: <code>watch</code></th>");
    section = section_of(page, "<h2>at <code>kick");
    has(section, "<h2>at <code>kick</code> <span class=\"n\">1</span></h2>\n<p class=\"hint\">What is done: each "
                 "virtio queue is notified.</p>\n<p class=\"hint\"><code>accepted-survives-use</code>: what is accepted can ");
    has(section, "<span class=\"where\">virtio-net \xc2\xb7 <code>SIGSEGV q+0x1</code></span>");
    has(section, "<span>2 cases</span>");
    has(section, "<summary>1 more case</summary>\n<p class=\"detail\">second of two</p>");
    has(section, "hardstop repro --confirm &#39;work/it&#39;\\&#39;&#39;s/00000000000000a1.textproto&#39;");
    has(section, "may be unsafe for memory");
    free(section);
    section = section_of(page, "<h2>at the load");
    /* The folder's two, of which one goes by an alias, and both lines' cases. */
    has(section, "<span>4 cases</span>");
    has(section, "<p>is &#60;b&#62;told&#60;/b&#62;</p>");
    has(section, "<code>two.textproto</code> of the list");
    assert_null(strstr(section, "unsafe"));
    free(section);
    section = section_of(page, "<h2>Known, and not in this folder <span class=\"n\">2</span>");
    has(section, "nobody has it</td><td><code>lone.textproto</code> <code>lone2.textproto</code> </td>");
    has(section, "kept</td><td>not published</td>");
    free(section);
    free(page);
    listed_clear(&listed);
}

/* Whatever a stranger's files are called, or say, no text of theirs is markup. */
static void no_text_becomes_markup(void **state)
{
#define EVIL "</code><script>x()</script>\"'&<img src=x>\xe2\x80\xae\x1b\xff"
    struct finding evil = { .signature = 1, .verdict = VERDICT_GARBAGE };
    struct listed listed;
    char *page;

    (void)state;
    for (size_t i = 0; i < FINDING_TEXTS; i++) {
        snprintf((char *)&evil + finding_texts[i].offset, finding_texts[i].size, "%s", EVIL);
    }
    evil.transport[0] = 0;
    listed = list_of(&evil, 1);
    listed.folder = EVIL;
    snprintf(listed.rows[1].replayed, sizeof(listed.rows[1].replayed), "%s", EVIL);
    listed.rows[1].status = listed.rows[3].status = LISTED_UNCLEAR;
    snprintf(listed.rows[3].replayed, sizeof(listed.rows[3].replayed), "%s", EVIL);
    page = page_of(&listed);
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "<img"));
    assert_null(strstr(page, "</code></code>"));
    assert_null(strstr(page, "\xe2\x80\xae"));
    assert_null(strchr(page, 0x1b));
    assert_null(strchr(page, 0xff));
    assert_true(support_count(page, "&#60;script&#62;") >= 7);
    free(page);
    listed_clear(&listed);
}

/* A filter is told; a state that asks for more than another is the one that counts. */
static void states_are_those_of_the_lines(void **state)
{
    struct listed listed = list_of(findings, HS_COUNT(findings));
    char *page;

    (void)state;
    for (size_t i = 0; i < listed.n; i++) {
        if (listed.rows[i].line == &lines[1]) {
            listed.rows[i].status = LISTED_FIXED;
            strcpy(listed.rows[i].replayed, "equal");
        }
    }
    listed.damaged = 2;
    page = page_of(&listed);
    has(page, "count\">new</th><th scope=\"col\" class=\"count\">known</th><th scope=\"col\" class=\"count\">fixed</th>"
              "<th scope=\"col\">what is done</th>");
    has(page, "<span class=\"tag s2\">fixed</span>");
    has(page, "of the list</span>; replayed: equal</p>");
    has(page, "<b>2 files of it cannot be read.</b>");
    free(page);
    listed.damaged = 0;
    listed.status = LISTED_NEW;
    listed.verdict = VERDICT_HUNG;
    page = page_of(&listed);
    has(page, "<h1>1 new finding, 0 known</h1>");
    has(page, " Only those that are new and hung.");
    assert_null(strstr(page, "cannot be read"));
    assert_null(strstr(page, "security contact"));
    assert_null(strstr(page, "id=\"elsewhere\""));
    assert_int_equal(support_count(page, "<li class=\"finding\""), 1);
    free(page);
    listed_clear(&listed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_poke_is_told),
        cmocka_unit_test(a_finding_has_the_poke_it_shows_at),
        cmocka_unit_test(a_file_may_not_name_it),
        cmocka_unit_test(a_bad_access_may_be_unsafe),
        cmocka_unit_test(the_page_goes_by_moments),
        cmocka_unit_test(no_text_becomes_markup),
        cmocka_unit_test(states_are_those_of_the_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
