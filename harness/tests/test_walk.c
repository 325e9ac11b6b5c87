/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A walk takes each file once and ends, wherever the links in the folder lead. */
#include "harness/base/walk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "support.h"

/* What was taken, a name a line, and the name at which to fail. */
struct taken {
    char text[4000];
    const char *fail_at;
};

static int take(void *user, const char *path, const char *name, struct hs_error *err)
{
    struct taken *taken = user;

    assert_true(strlen(path) > strlen(name));
    assert_string_equal(path + strlen(path) - strlen(name), name);
    assert_true(strlen(taken->text) + strlen(name) + 2 < sizeof(taken->text));
    strcat(strcat(taken->text, name), "\n");
    return taken->fail_at && strcmp(name, taken->fail_at) == 0 ? hs_fail(err, HS_NO_OFFSET, "enough") : 0;
}

static void make_folder(const char *folder, const char *name)
{
    char *path = hs_format("%s/%s", folder, name);

    assert_int_equal(file_make_folder(path, NULL), 0);
    free(path);
}

static void make_link(const char *folder, const char *name, const char *to)
{
    char *path = hs_format("%s/%s", folder, name);

    assert_int_equal(symlink(to, path), 0);
    free(path);
}

static void files_come_by_name(void **state)
{
    char *folder = support_folder(), *none = hs_format("%s/none", folder);
    struct taken taken = { .fail_at = "b/x" };
    struct hs_error err;

    (void)state;
    make_folder(folder, "b/below");
    free(support_write(folder, "b/x", "", 0));
    free(support_write(folder, "b/below/y", "", 0));
    free(support_write(folder, "c", "", 0));
    free(support_write(folder, "a", "", 0));
    free(support_write(folder, ".hidden", "", 0));
    make_link(folder, "d", "a");
    make_link(folder, "dangling", "nowhere");
    assert_int_equal(walk_files(folder, take, &taken, &err), -1);
    assert_string_equal(err.text, "enough");
    assert_string_equal(taken.text, "a\nb/below/y\nb/x\n");
    taken = (struct taken){ .text = "" };
    assert_int_equal(walk_files(folder, take, &taken, &err), 0);
    assert_string_equal(taken.text, "a\nb/below/y\nb/x\nc\nd\n");
    assert_int_equal(walk_files(none, take, &taken, &err), -1);
    assert_non_null(strstr(err.text, "/none: No such file or directory"));
    free(none);
    support_remove(folder);
}

/* Each folder of a chain twice in the one before: two to the power of thirty ways to the last; and circles of two. */
static void ways_are_not_counted(void **state)
{
    char *folder = support_folder(), name[40], to[40];
    struct taken taken = { .text = "" };

    (void)state;
    for (int i = 0; i < 30; i++) {
        snprintf(name, sizeof(name), "f%02d", i);
        make_folder(folder, name);
        for (char end = 'a'; end <= 'b'; end++) {
            snprintf(name, sizeof(name), "f%02d/%c", i, end);
            snprintf(to, sizeof(to), "../%s%02d", i < 29 ? "f" : "last", i < 29 ? i + 1 : 0);
            make_link(folder, name, to);
        }
    }
    make_folder(folder, "last00");
    free(support_write(folder, "last00/file", "", 0));
    make_link(folder, "last00/circle", "..");
    make_link(folder, "last00/round", "../f00");
    assert_int_equal(walk_files(folder, take, &taken, NULL), 0);
    assert_non_null(strstr(taken.text, "/file\n"));
    assert_ptr_equal(strchr(taken.text, '\n') + 1, taken.text + strlen(taken.text));
    support_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_come_by_name),
        cmocka_unit_test(ways_are_not_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
