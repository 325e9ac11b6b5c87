/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop findings: a finding of which a file is damaged or missing is told of, and the others are listed. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/case/case.h"
#include "harness/finding/finding.h"
#include "spawn.h"

#define WHOLE "00000000000000aa"
#define HURT "00000000000000bb"

static const struct {
    const char *file, *content; /* NULL: it is removed */
    const char *told; /* NULL: nothing is wrong */
} damages[] = {
    { HURT ".json", "{\"verdict\": \"crashed\"}", NULL },
    { HURT ".json", "", HURT ".json: " },
    { HURT ".json", "{\"verdict\": \"crashed\", \"property\": \"loader-s", HURT ".json: " },
    { HURT ".json", "[]", HURT ".json: no JSON object" },
    { HURT ".json", "{\"verdict\": \"delighted\"}", HURT ".json: no verdict in it" },
    { HURT ".json", "{}", HURT ".json: no verdict in it" },
    { HURT ".json", NULL, HURT ".json: missing: its case is there" },
    { HURT ".textproto", NULL, HURT ".textproto: missing: its JSON is there" },
    { HURT ".textproto", "stream { section {", HURT ".textproto" },
    { HURT ".textproto", "\x01\x02garbled", HURT ".textproto" },
    { HURT ".textproto", "# cut short\n", HURT ".textproto" },
    /* What is not a finding's file is no damage. */
    { HURT ".min.textproto", "stream {", NULL },
    { HURT ".mig", "x", NULL },
    { "0000000000000000000b.json", "{", NULL },
    { "notes.json", "{", NULL },
    { "00000000000000BB.json", "{", NULL },
};

static void save(const char *folder, uint64_t signature)
{
    Hardstop__Case *test = (Hardstop__Case *)support_message(
        &hardstop__case__descriptor, "setup { binary: 'qemu-system-x' } stream { section { type: EOF } }");
    struct finding finding = { .verdict = VERDICT_CRASHED, .signature = signature, .property = "loader-survives" };

    snprintf(finding.same, sizeof(finding.same), "crash: %d", (int)signature);
    assert_int_equal(finding_save(folder, &finding, test, NULL), 1);
    case_free(test);
}

/* A folder with two findings, and an empty list. */
static char *make_folder(void)
{
    char *folder = support_folder();

    save(folder, 0xaa);
    save(folder, 0xbb);
    free(support_write(folder, "none.tsv", "", 0));
    return folder;
}

static void do_damage(const char *folder, size_t i)
{
    char *path = hs_format("%s/%s", folder, damages[i].file);

    if (damages[i].content) {
        free(support_write(folder, damages[i].file, damages[i].content, strlen(damages[i].content)));
    } else {
        assert_int_equal(unlink(path), 0);
    }
    free(path);
}

static void check(const char *folder, size_t i)
{
    struct run run = spawn_run(folder, "findings --known @/none.tsv @");
    const char *total = damages[i].told ? ", 1 damaged file (" : "0 fixed (";

    if (run.status != (damages[i].told ? 2 : 1) || !strstr(run.out, "crash: 170\n") || !strstr(run.out, total) ||
        (damages[i].told ? strncmp(run.err, "hardstop: ", 10) != 0 || !strstr(run.err, damages[i].told) : *run.err) ||
        support_count(run.err, damages[i].file) > 1) {
        fail_msg("%zu: status %d\n%s%s", i, run.status, run.out, run.err);
    }
    run_clear(&run);
    run = spawn_run(folder, "findings --json --known @/none.tsv @");
    assert_int_equal(run.status, damages[i].told ? 2 : 1);
    assert_non_null(strstr(run.out, WHOLE));
    run_clear(&run);
}

static void damaged_findings_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(damages); i++) {
        char *folder = make_folder();

        do_damage(folder, i);
        check(folder, i);
        support_remove(folder);
    }
}

/* A folder of findings may be somebody else's: neither a pipe nor a huge file in it holds up the others. */
static void no_file_holds_up_the_others(void **state)
{
    char *folder = make_folder(), *path = hs_format("%s/" HURT ".json", folder), *huge;
    struct run run;

    (void)state;
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    run = spawn_run(folder, "findings --known @/none.tsv @");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.out, "1 new, 0 known, 0 fixed, 1 damaged file "));
    run_clear(&run);
    assert_int_equal(unlink(path), 0);
    huge = hs_format("{\"verdict\": \"crashed\", \"more\": \"%0*d\"}", 2 << 20, 0);
    free(support_write(folder, HURT ".json", huge, strlen(huge)));
    run = spawn_run(folder, "findings --known @/none.tsv @");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.err, "bytes, and at most"));
    assert_non_null(strstr(run.out, "1 new, 0 known, 0 fixed, 1 damaged file "));
    run_clear(&run);
    free(huge);
    free(path);
    support_remove(folder);
}

/* Of a name that may not be shown as it is, neither. */
static void a_file_is_named_once(void **state)
{
    char *folder = support_folder(), *odd = hs_format("%s/odd\x1b\xff", folder);
    char *path = hs_format("%s/" HURT ".json", odd);
    struct hs_error err;
    struct run run;

    (void)state;
    assert_int_equal(file_make_folder(path, &err), 0);
    free(support_write(odd, HURT ".textproto", "x {", 3));
    free(support_write(odd, "none.tsv", "", 0));
    run = spawn_run(odd, "findings --known @/none.tsv @");
    assert_int_equal(run.status, 2);
    assert_int_equal(support_count(run.err, "/odd?\?/" HURT ".json: "), 1);
    assert_int_equal(support_count(run.err, "/odd?\?/" HURT ".textproto: "), 1);
    run_clear(&run);
    free(path);
    free(odd);
    support_remove(folder);
}

/* Each file that is damaged counts, whichever finding's it is. */
static void every_damage_is_told(void **state)
{
    char *folder = make_folder();
    struct run run;

    (void)state;
    do_damage(folder, 1);
    do_damage(folder, 10);
    free(support_write(folder, "0000000000000001.json", "{", 1));
    run = spawn_run(folder, "findings --known @/none.tsv @");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.out, "1 new, 0 known, 0 fixed, 4 damaged files"));
    assert_true(strstr(run.err, "0000000000000001.json") < strstr(run.err, HURT));
    run_clear(&run);
    support_remove(folder);
}

/* The page has each finding that is listed, be others damaged; the exit status is the same as without. */
static void a_page_has_what_is_listed(void **state)
{
    char *folder = make_folder(), *page;
    uint8_t *data;
    size_t size;
    struct run run;

    (void)state;
    do_damage(folder, 1);
    run = spawn_run(folder, "findings --known @/none.tsv --html=@/page.html @");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.out, "crash: 170\n"));
    run_clear(&run);
    page = hs_format("%s/page.html", folder);
    assert_int_equal(file_read(page, &data, &size, NULL), 0);
    free(page);
    page = hs_format("%.*s", (int)size, (const char *)data);
    assert_non_null(strstr(page, "<h1>1 new finding, 0 known</h1>"));
    assert_non_null(strstr(page, "<b>1 file of it cannot be read.</b>"));
    assert_int_equal(support_count(page, WHOLE ".textproto"), 1);
    assert_null(strstr(page, HURT));
    free(page);
    free(data);
    run = spawn_run(folder, "findings --known @/none.tsv --json=@/same --html=@/same @");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.err, "one file can take one result"));
    run_clear(&run);
    run = spawn_run(folder, "findings --known @/none.tsv --status fixed --html /dev/stdout @");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.out, "Only those that are fixed."));
    run_clear(&run);
    run = spawn_run(folder, "fuzz --list --html @/page.html");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.err, "--list runs nothing"));
    run_clear(&run);
    support_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damaged_findings_are_told),
        cmocka_unit_test(every_damage_is_told),
        cmocka_unit_test(a_page_has_what_is_listed),
        cmocka_unit_test(no_file_holds_up_the_others),
        SUPPORT_TIDY(a_file_is_named_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
