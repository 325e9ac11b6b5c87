/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How LD_PRELOAD is told of a file, whatever its folder is called. */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/loader/qemu/object.h"

SUPPORT_SHARED(folder)

static void a_plain_path_stays(void **state)
{
    struct object_word word;
    struct hs_error err;

    (void)state;
    assert_int_equal(object_word_of("/nowhere/an.so", &word, &err), 0);
    assert_string_equal(word.text, "/nowhere/an.so");
    assert_int_equal(word.folder, -1);
    object_word_clear(&word);
    assert_int_equal(object_word_of("an.so", &word, &err), 0);
    assert_string_equal(word.text, "an.so");
    object_word_clear(&word);
}

/* Whether another process finds the same file there. */
static bool leads_to(const char *word, const char *path)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        struct stat there, here;

        _exit(stat(word, &there) == 0 && stat(path, &here) == 0 && there.st_ino == here.st_ino &&
                      there.st_dev == here.st_dev ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status == 0;
}

static void any_folder_can_be_said(void **state)
{
    static const char *const names[] = { "a folder", "a:folder", "$LIB", "of \"all\": ${ORIGIN}\n" };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        char *below = hs_format("%s/%s", folder, names[i]);
        struct object_word word;
        struct hs_error err;
        char *path, *text;

        assert_int_equal(mkdir(below, 0700), 0);
        path = support_write(below, "an.so", "x", 1);
        assert_int_equal(object_word_of(path, &word, &err), 0);
        assert_null(strpbrk(word.text, " :$"));
        /* Frames of the object are known by its name. */
        assert_string_equal(strrchr(word.text, '/'), "/an.so");
        assert_true(leads_to(word.text, path));
        text = hs_strdup(word.text);
        object_word_clear(&word);
        assert_false(leads_to(text, path));
        free(text);
        free(below);
        free(path);
    }
}

static void what_cannot_be_said_is_told(void **state)
{
    static const char *const paths[] = { "/nowhere/a file.so", "/nowhere/a:file.so", "$LIB.so", "/no where/an.so" };

    (void)state;
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        struct object_word word;
        struct hs_error err = { .text = "" };

        assert_int_equal(object_word_of(paths[i], &word, &err), -1);
        assert_true(*err.text);
        object_word_clear(&word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_path_stays),
        cmocka_unit_test(any_folder_can_be_said),
        cmocka_unit_test(what_cannot_be_said_is_told),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
