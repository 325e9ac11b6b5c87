/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each case of corpus/cases/regress shows on the real loader just what corpus/known.tsv says, and each is listed. */
#include "support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/case/setup.h"
#include "harness/loader/qemu/client.h"
#include "harness/oracle/finding.h"

enum { FIELDS = 5, MAX_KNOWN = 256 };

/* A line of known.tsv. */
struct known {
    const char *name, *loader, *verdict, *property, *cause;
    bool seen;
};

static struct known known[MAX_KNOWN];
static size_t n_known;
static char *table;

static void read_line(char *line)
{
    char *fields[FIELDS];
    size_t n = 0;

    while (n < FIELDS && line) {
        fields[n++] = strsep(&line, "\t");
    }
    if (n != FIELDS || line) {
        fail_msg("known.tsv: %s: not %d fields", fields[0], FIELDS);
    }
    assert_true(n_known < MAX_KNOWN);
    known[n_known++] = (struct known){ fields[0], fields[1], fields[2], fields[3], fields[4], false };
}

static void read_known(void)
{
    uint8_t *data;
    size_t size;
    struct hs_error err;
    char *rest;

    if (file_read(CORPUS_DIR "/known.tsv", &data, &size, &err) < 0) {
        fail_msg("%s", err.text);
    }
    table = rest = hs_copy(data, size);
    free(data);
    for (char *line; (line = strsep(&rest, "\n"));) {
        if (*line && *line != '#') {
            read_line(line);
        }
    }
}

static struct known *find_known(const char *name)
{
    for (size_t i = 0; i < n_known; i++) {
        if (strcmp(known[i].name, name) == 0) {
            return &known[i];
        }
    }
    return NULL;
}

static Hardstop__Case *read_case(const char *name)
{
    char *path = hs_format(CORPUS_DIR "/cases/regress/%s", name);
    struct hs_error err;
    Hardstop__Case *test;
    uint8_t *data;
    size_t size;

    if (file_read(path, &data, &size, &err) < 0) {
        fail_msg("%s", err.text);
    }
    test = case_parse(data, size, &err);
    if (!test || !test->stream || !test->setup || setup_check(test->setup, &err) < 0) {
        fail_msg("%s: %s", name, test ? "not a complete and harmless case" : err.text);
    }
    if (*data != '#') {
        fail_msg("%s: no opening comment says what it shows", name);
    }
    free(data);
    free(path);
    return test;
}

/* Reproducers are minimal: what a machine is made of, its RAM and its firmware, has no place in them. */
static void check_is_small(const char *name, const Hardstop__Case *test)
{
    for (size_t i = 0; i < test->stream->n_section; i++) {
        Hardstop__Section__Type type = test->stream->section[i]->type;

        if (type != HARDSTOP__SECTION__TYPE__FULL && type != HARDSTOP__SECTION__TYPE__EOF) {
            fail_msg("%s: section %zu is of type %d", name, i, type);
        }
    }
    assert_true(hardstop__case__get_packed_size(test) < 4096);
}

static void judge(const struct known *expected, const Hardstop__Case *test)
{
    struct loader *loader = support_open(test->setup);
    struct oracle oracle = { .loader = loader, .repeat = true };
    struct judgement judgement = { 0 };
    const struct property *property = property_find(expected->property);
    char version[32];
    struct finding finding;
    struct hs_error err;

    snprintf(version, sizeof(version), "qemu %.3s", qemu_version(loader));
    assert_string_equal(expected->loader, version);
    if (!property || oracle_judge(&oracle, test, &judgement, &err) < 0) {
        fail_msg("%s: %s", expected->name, property ? err.text : "no such property");
    }
    if (judgement.verdict != verdict_of_name(expected->verdict)) {
        fail_msg("%s: %s, not %s: %s", expected->name, verdict_name(judgement.verdict), expected->verdict,
                 judgement.actual.answer.text);
    }
    if (property->judge(&judgement) != PROPERTY_FAIL) {
        fail_msg("%s: %s: %s", expected->name, property->name, property_result_name(property->judge(&judgement)));
    }
    /* It is also the first thing that a person is told. */
    assert_true(finding_of(&judgement, &finding));
    assert_string_equal(finding.property, expected->property);
    if (!judgement.is_stable) {
        fail_msg("%s: another verdict at the second load", expected->name);
    }
    judgement_clear(&judgement);
    oracle_clear(&oracle);
    loader_close(loader);
}

static void cases_show_what_is_known_of_them(void **state)
{
    struct dirent **names;
    int n = scandir(CORPUS_DIR "/cases/regress", &names, NULL, alphasort);
    size_t judged = 0;

    (void)state;
    read_known();
    for (int i = 0; i < n; i++) {
        const char *name = names[i]->d_name;

        if (*name != '.') {
            struct known *expected = find_known(name);
            Hardstop__Case *test;

            if (!expected) {
                fail_msg("%s is not in known.tsv", name);
            }
            test = read_case(name);
            check_is_small(name, test);
            judge(expected, test);
            expected->seen = true;
            judged++;
            case_free(test);
        }
        free(names[i]);
    }
    if (n >= 0) {
        free(names);
    }
    for (size_t i = 0; i < n_known; i++) {
        if (!known[i].seen) {
            fail_msg("%s is in known.tsv and not in cases/regress", known[i].name);
        }
        assert_true(*known[i].cause);
    }
    free(table);
    assert_true(judged > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_show_what_is_known_of_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
