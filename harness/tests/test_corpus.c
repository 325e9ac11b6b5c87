/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each case of corpus/cases/regress shows on the real loader just what corpus/known.tsv says, and each is listed.  So
 * do the cases that are not published, where the folder is that HARDSTOP_PRIVATE names: laid out like corpus/, with a
 * known.tsv of its own.
 */
#include "support.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/loader/loader.h"
#include "harness/finding/known.h"

static Hardstop__Case *read_case(const struct known *known, const struct known_line *line)
{
    char *path = hs_format("%s/%s", known->folder, line->name);
    struct hs_error err;
    Hardstop__Case *test = known_read_case(known, line, &err);
    uint8_t *data;
    size_t size;

    if (!test || file_read(path, &data, &size, &err) < 0) {
        fail_msg("%s", err.text);
    }
    if (*data != '#') {
        fail_msg("%s: no opening comment says what it shows", line->name);
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
    /* Of what only a description names, the whole section is there, with its names. */
    assert_true(hardstop__case__get_packed_size(test) < (test->stream->has_description ? 32768 : 4096));
}

static void judge(const struct known_line *line, const Hardstop__Case *test)
{
    struct loader *loader = support_open(test->setup);
    struct oracle oracle = { .loader = loader, .repeat = true };
    struct judgement judgement = { 0 };
    char version[32], words[640];
    struct hs_error err;

    snprintf(version, sizeof(version), "qemu %.3s", loader_name(loader) + strlen("QEMU "));
    assert_string_equal(line->loader, version);
    if (oracle_judge(&oracle, test, &judgement, &err) < 0) {
        fail_msg("%s: %s", line->name, err.text);
    }
    if (known_compare(line, &judgement, NULL, words, sizeof(words)) != KNOWN_HOLDS) {
        fail_msg("%s: the line says %s, %s, %016" PRIx64 "; it shows %s: %s", line->name, verdict_name(line->verdict),
                 line->property, line->signature, words, judgement.actual.answer.text);
    }
    if (!judgement.is_stable) {
        fail_msg("%s: another verdict at the second load", line->name);
    }
    judgement_clear(&judgement);
    oracle_clear(&oracle);
    loader_close(loader);
}

static void read_list(const char *folder, struct known *known)
{
    char *path = hs_format("%s/known.tsv", folder);
    struct hs_error err;

    if (known_read(path, known, &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_true(known->n > 0);
    free(path);
}

static void lines_hold(const struct known *known)
{
    for (size_t i = 0; i < known->n; i++) {
        if (known_has_case(&known->lines[i])) {
            Hardstop__Case *test = read_case(known, &known->lines[i]);

            check_is_small(known->lines[i].name, test);
            judge(&known->lines[i], test);
            case_free(test);
        }
    }
}

static void each_line_holds(void **state)
{
    struct known known;

    (void)state;
    read_list(CORPUS_DIR, &known);
    lines_hold(&known);
    known_clear(&known);
}

/* What one of the lists has without a partner in the other: a signature, or a case in the wrong one.  0: nothing. */
static uint64_t without_partner(const struct known *published, const struct known *kept)
{
    for (size_t i = 0; i < published->n; i++) {
        const struct known_line *line = &published->lines[i], *other = known_of_signature(kept, line->signature);

        if (known_has_case(line) ? other != NULL : !other || !known_has_case(other)) {
            return line->signature;
        }
    }
    for (size_t i = 0; i < kept->n; i++) {
        if (!known_of_signature(published, kept->lines[i].signature)) {
            return kept->lines[i].signature;
        }
    }
    return 0;
}

static void each_case_outside_the_tree_holds(void **state)
{
    const char *folder = getenv("HARDSTOP_PRIVATE");
    struct known published, kept;

    (void)state;
    if (!folder || !*folder) {
        skip();
    }
    read_list(CORPUS_DIR, &published);
    read_list(folder, &kept);
    if (without_partner(&published, &kept)) {
        fail_msg("%016" PRIx64 ": in one of the lists alone, or published with its case",
                 without_partner(&published, &kept));
    }
    lines_hold(&kept);
    known_clear(&published);
    known_clear(&kept);
}

static void lists_that_do_not_fit_are_noticed(void **state)
{
    struct known_line open = { .name = "a", .signature = 1 }, secret = { .name = KNOWN_NO_CASE, .signature = 2 };
    struct known_line case_of_secret = { .name = "b", .signature = 2 };
    struct known_line both[] = { open, secret };
    struct known published = { .lines = both, .n = 2 }, kept = { .lines = &case_of_secret, .n = 1 };

    (void)state;
    assert_int_equal(without_partner(&published, &kept), 0);
    kept.n = 0; /* the case is not kept */
    assert_int_equal(without_partner(&published, &kept), 2);
    kept.n = 1;
    case_of_secret.signature = 3; /* another one is, of which the tree does not know */
    assert_int_equal(without_partner(&published, &kept), 2);
    published.n = 1;
    assert_int_equal(without_partner(&published, &kept), 3);
    case_of_secret.signature = 1; /* a case that is published */
    assert_int_equal(without_partner(&published, &kept), 1);
    published.n = 2;
    kept.lines = &secret; /* a list that does not have it either */
    assert_int_equal(without_partner(&published, &kept), 2);
}

static void each_case_has_a_line(void **state)
{
    struct dirent **names;
    int n = scandir(CORPUS_DIR "/cases/regress", &names, NULL, alphasort);
    struct known known;

    (void)state;
    read_list(CORPUS_DIR, &known);
    assert_true(n > 0);
    for (int i = 0; i < n; i++) {
        if (*names[i]->d_name != '.' && !known_of_case(&known, names[i]->d_name)) {
            fail_msg("%s is not in known.tsv", names[i]->d_name);
        }
        free(names[i]);
    }
    free(names);
    known_clear(&known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_holds),
        cmocka_unit_test(each_case_has_a_line),
        cmocka_unit_test(each_case_outside_the_tree_holds),
        cmocka_unit_test(lists_that_do_not_fit_are_noticed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
