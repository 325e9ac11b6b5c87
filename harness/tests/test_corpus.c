/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each case of corpus/cases/regress shows on the real loader just what corpus/known.tsv says, and each is listed. */
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
    assert_true(hardstop__case__get_packed_size(test) < 4096);
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
    if (known_compare(line, &judgement, words, sizeof(words)) != KNOWN_HOLDS) {
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

static void read_known(struct known *known)
{
    struct hs_error err;

    if (known_read(CORPUS_DIR "/known.tsv", known, &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_true(known->n > 0);
}

static void each_line_holds(void **state)
{
    struct known known;

    (void)state;
    read_known(&known);
    for (size_t i = 0; i < known.n; i++) {
        Hardstop__Case *test = read_case(&known, &known.lines[i]);

        check_is_small(known.lines[i].name, test);
        judge(&known.lines[i], test);
        case_free(test);
    }
    known_clear(&known);
}

static void each_case_has_a_line(void **state)
{
    struct dirent **names;
    int n = scandir(CORPUS_DIR "/cases/regress", &names, NULL, alphasort);
    struct known known;

    (void)state;
    read_known(&known);
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
