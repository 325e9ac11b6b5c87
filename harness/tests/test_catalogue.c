/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * corpus/README.md tells how to reproduce each case of corpus/known.tsv, and no other, and names the signature of each
 * finding whose case is not published.
 */
#include "support.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/finding/known.h"

#define SECRET "`00000000000000ff`"
#define COMMAND "`hardstop repro --confirm corpus/cases/regress/"

/* The name of the case that the next command in the text reproduces, or NULL; free it. */
static char *next_case(const char **text)
{
    const char *found = strstr(*text, COMMAND);
    size_t length;

    if (!found) {
        return NULL;
    }
    found += strlen(COMMAND);
    length = strcspn(found, "`\n");
    *text = found + length;
    return hs_format("%.*s", (int)length, found);
}

/* What a line without a case lacks in the text, or NULL; free it. */
static char *untold(const char *text, const struct known_line *line)
{
    char *signature = hs_format("`%016" PRIx64 "`", line->signature);
    char *words = strstr(text, signature) ? NULL : hs_format("%s is not told", signature);

    free(signature);
    return words;
}

/* What the two do not agree on: a case that one of them lacks, or that is told twice; NULL: nothing.  Free it. */
static char *disagreement(const char *text, const struct known *known)
{
    bool *told = hs_alloc(known->n);
    const char *all = text;
    char *name, *words = NULL;

    while (!words && (name = next_case(&text))) {
        const struct known_line *line = known_of_case(known, name);

        if (!line || told[line - known->lines]) {
            words = hs_format("%s %s", name, line ? "is told twice" : "is not listed");
        } else {
            told[line - known->lines] = true;
        }
        free(name);
    }
    for (size_t i = 0; !words && i < known->n; i++) {
        const struct known_line *line = &known->lines[i];

        if (!known_has_case(line)) {
            words = untold(all, line);
        } else if (!told[i]) {
            words = hs_format("%s is not told", line->name);
        }
    }
    free(told);
    return words;
}

static void readme_and_list_agree(void **state)
{
    struct known known;
    struct hs_error err;
    uint8_t *data;
    size_t size;
    char *text, *words;

    (void)state;
    if (known_read(CORPUS_DIR "/known.tsv", &known, &err) < 0 ||
        file_read(CORPUS_DIR "/README.md", &data, &size, &err) < 0) {
        fail_msg("%s", err.text);
    }
    text = hs_format("%.*s", (int)size, (const char *)data);
    words = disagreement(text, &known);
    if (words) {
        fail_msg("%s", words);
    }
    free(data);
    free(text);
    known_clear(&known);
}

static void a_disagreement_is_seen(void **state)
{
    static const struct {
        const char *text, *words;
    } texts[] = {
        { COMMAND "a.textproto`\n and " COMMAND "b.textproto` and " SECRET, NULL },
        { COMMAND "a.textproto`", "b.textproto is not told" },
        { "", "a.textproto is not told" },
        { COMMAND "a.textproto`" COMMAND "b.textproto`" COMMAND "c.textproto`", "c.textproto is not listed" },
        { COMMAND "a.textproto`" COMMAND "a.textproto`" COMMAND "b.textproto`", "a.textproto is told twice" },
        { "a.textproto, b.textproto", "a.textproto is not told" },
        { COMMAND "a.textproto` " COMMAND "b.textproto` `00000000000000fe`", "`00000000000000ff` is not told" },
        { COMMAND "a.textproto` " COMMAND "b.textproto` " COMMAND "-` " SECRET, "- is not listed" },
    };
    struct known_line lines[] = { { .name = "a.textproto" }, { .name = "b.textproto" },
                                  { .name = KNOWN_NO_CASE, .signature = 0xff } };
    struct known known = { .lines = lines, .n = HS_COUNT(lines) };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char *words = disagreement(texts[i].text, &known);

        if ((words == NULL) != (texts[i].words == NULL) || (words && strcmp(words, texts[i].words) != 0)) {
            fail_msg("%zu: %s", i, words ? words : "nothing");
        }
        free(words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readme_and_list_agree),
        cmocka_unit_test(a_disagreement_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
