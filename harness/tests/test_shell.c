/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A shell reads back the words that commands are printed with, and programs are found as by a shell. */
#include "support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/alloc.h"
#include "harness/base/arguments.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/printable.h"
#include "harness/base/shell.h"

static const struct {
    const char *word;
    bool quoted;
} words[] = {
    { "work/findings/57db2e6969578d49.textproto", false },
    { "virtio-net-pci,disable-modern=on", false },
    { "", true },
    { "my folder/x", true },
    { "x;touch y", true },
    { "$HOME `id` $(id) \"\\", true },
    { "it's", true },
    { "'''", true },
    { "line\nline", true },
    { "line\n", true },
    { "\x1b[31mred\n\n", true },
    { "line\nline\n", true },
    { "-\x01", true },
    { "\x1b[31mred's 100%\\n\x7f $HOME \"`id`\"", true },
    { "\xff\xc2\x9b"
      "1\xe2\x80\xae.",
      true },
    { "caf\xc3\xa9", true },
};

/* Line ends at the end alone are left as they are. */
static void assert_is_shown(const char *word)
{
    char *shown = printable_copy(word, strlen(word)), *end = strchr(word, '\n');

    if (end && strcmp(end + strspn(end, "\n"), "'") == 0) {
        shown[end - word] = 0;
        assert_memory_equal(shown, word, (size_t)(end - word));
    } else {
        assert_string_equal(shown, word);
    }
    free(shown);
}

static void a_shell_reads_the_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(words); i++) {
        char *word = shell_word(words[i].word), *command = hs_format("printf '%%s' %s", word);
        FILE *shell = popen(command, "r");
        char read[64] = "";

        assert_non_null(shell);
        assert_int_equal(fread(read, 1, sizeof(read) - 1, shell), strlen(words[i].word));
        assert_int_equal(pclose(shell), 0);
        assert_string_equal(read, words[i].word);
        assert_int_equal(*word == '\'' || *word == '"', words[i].quoted);
        assert_is_shown(word);
        free(command);
        free(word);
    }
}

static void check_program(const char *name, const char *folder, const char *expected)
{
    char *found = arguments_find_program(name), *path = expected ? hs_format("%s/%s", folder, expected) : NULL;

    if (path ? !found || strcmp(found, path) != 0 : found != NULL) {
        fail_msg("%s is %s", name, found);
    }
    free(found);
    free(path);
}

/* As a shell finds it, but for the current folder: an empty entry of PATH is none, and a folder is no program. */
static void programs_are_found_in_path(void **state)
{
    char *folder = support_folder(), *path = hs_format(":%s/none:%s/a::%s/b", folder, folder, folder);
    char *kept = hs_strdup(getenv("PATH"));
    struct hs_error err;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char *below = hs_format("%s/%s", folder, ((const char *[]){ "a/both", "b/folder", "b/last" })[i]);

        assert_int_equal(file_make_folder(below, &err), 0);
        free(below);
    }
    free(support_write(folder, "a/plain", "", 0));
    for (size_t i = 0; i < 3; i++) {
        char *program = support_write(folder, ((const char *[]){ "a/first", "b/first", "b/both" })[i], "", 0);

        assert_int_equal(chmod(program, 0700), 0);
        free(program);
    }
    setenv("PATH", path, 1);
    check_program("first", folder, "a/first");
    check_program("both", folder, "b/both");
    check_program("plain", folder, NULL);
    check_program("folder", folder, NULL);
    check_program("dev", folder, NULL);
    check_program("", folder, NULL);
    errno = 0;
    assert_null(arguments_find_program(folder));
    assert_int_equal(errno, EACCES);
    setenv("PATH", kept, 1);
    support_remove(folder);
    free(path);
    free(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shell_reads_the_word),
        cmocka_unit_test(programs_are_found_in_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
