/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A known case is the same finding whatever its QEMU is called: by name, path, a link, or a script that starts it. */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/finding/known.h"

/* One of each kind: an assertion, an exit, refused memory, a hang, a frame's length, a field. */
static const char *const cases[] = {
    "ccw-rng-config-vector.textproto", "ccw-blk-elem-in-addr.textproto", "ccw-gpu-iov-cnt.textproto",
    "ccw-rng-config-len.textproto",    "ccw-rng-legacy-insert.textproto", "ccw-rng-ccw-fmt-1.textproto",
};

SUPPORT_SHARED(folder)

/* The path of a program in PATH; free it. */
static char *path_of(const char *name)
{
    char *all = hs_strdup(getenv("PATH")), *rest = all, *path = NULL;

    for (char *part; !path && (part = strsep(&rest, ":"));) {
        path = hs_format("%s/%s", part, name);
        if (access(path, X_OK) < 0) {
            free(path);
            path = NULL;
        }
    }
    free(all);
    assert_non_null(path);
    return path;
}

static char *make_link(const char *path)
{
    char *link = hs_format("%s/my own emulator", folder);

    assert_int_equal(symlink(path, link), 0);
    return link;
}

static char *make_script(const char *name)
{
    char *text = hs_format("#!/bin/sh\nexec %s \"$@\"\n", name);
    char *script = support_write(folder, "wrapper.sh", text, strlen(text));

    assert_int_equal(chmod(script, 0755), 0);
    free(text);
    return script;
}

static void shows_the_same(const struct known_line *line, Hardstop__Case *test, const char *binary)
{
    char *own = test->setup->binary, words[640];
    struct oracle oracle = { 0 };
    struct judgement judgement = { 0 };
    struct hs_error err;

    test->setup->binary = (char *)binary;
    oracle.loader = support_open(test->setup);
    if (oracle_judge(&oracle, test, &judgement, &err) < 0) {
        fail_msg("%s: %s: %s", line->name, binary, err.text);
    }
    if (known_compare(line, &judgement, NULL, words, sizeof(words)) != KNOWN_HOLDS) {
        fail_msg("%s: %s: %s", line->name, binary, words);
    }
    if (judgement.verdict == VERDICT_CRASHED) {
        assert_true(loader_crash_frame(&judgement.actual.answer)->in_program);
    }
    judgement_clear(&judgement);
    loader_close(oracle.loader);
    oracle_clear(&oracle);
    test->setup->binary = own;
}

static void a_known_case_is_known_by_every_name(void **state)
{
    static const char name[] = "qemu-system-s390x";
    char *path = path_of(name), *link = make_link(path), *script = make_script(name);
    const char *const binaries[] = { name, path, link, script };
    struct known known;
    struct hs_error err;

    (void)state;
    assert_int_equal(known_read(CORPUS_DIR "/known.tsv", &known, &err), 0);
    for (size_t i = 0; i < HS_COUNT(cases); i++) {
        const struct known_line *line = known_of_case(&known, cases[i]);
        Hardstop__Case *test = known_read_case(&known, line, &err);

        assert_non_null(test);
        for (size_t k = 0; k < HS_COUNT(binaries); k++) {
            shows_the_same(line, test, binaries[k]);
        }
        case_free(test);
    }
    known_clear(&known);
    free(path);
    free(link);
    free(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(a_known_case_is_known_by_every_name),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
