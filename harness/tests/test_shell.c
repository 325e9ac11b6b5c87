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
#include "harness/base/shell_split.h"

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

/* Commands and their words.  A line end between words is a shell's end of a command, so some are not for it. */
static const struct {
    const char *text, *words;
    bool is_shells;
} commands[] = {
    { "a b  c\td", "<a><b><c><d>", true },
    { "", "", true },
    { "   ", "", true },
    { "'a b' \"c d\" e\\ f", "<a b><c d><e f>", true },
    { "a'b'\"c\"d", "<abcd>", true },
    { "''", "<>", true },
    { "a '' \"\" b", "<a><><><b>", true },
    { "\"\\\"\\\\\\$\\`\\a\"", "<\"\\$`\\a>", true },
    { "'\\' \\'a\\\"", "<\\><'a\">", true },
    { "a\\\nb \\\nc", "<ab><c>", true },
    { "\"a\\\nb\" 'c\nd'", "<ab><c\nd>", true },
    { "a #b 'c\n", "<a>", true },
    { "a#b '#c' \\#d", "<a#b><#c><#d>", true },
    { "{\"a\":1} '{\"a\": \"$b\"}'", "<{a:1}><{\"a\": \"$b\"}>", true },
    { "'$(touch x)' '`a`;|&<>()'", "<$(touch x)><`a`;|&<>()>", true },
    { "a=b,c=d *? ~x caf\xc3\xa9", "<a=b,c=d><*?><~x><caf\xc3\xa9>", false },
    { "x\\", "<x\\>", true },
    { "a\nb\r\nc", "<a><b><c>", false },
    { "# d'e\na", "<a>", false },
};

static void a_command_is_taken_apart_as_by_a_shell(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(commands); i++) {
        char *script = hs_format("set -f\nf() { for word; do printf '<%%s>' \"$word\"; done; }\nf %s", commands[i].text);
        struct arguments words = { 0 };
        char own[256] = "";

        assert_int_equal(shell_split(commands[i].text, &words, NULL), 0);
        for (size_t k = 0; k < words.n; k++) {
            snprintf(own + strlen(own), sizeof(own) - strlen(own), "<%s>", words.argv[k]);
        }
        assert_string_equal(own, commands[i].words);
        if (commands[i].is_shells) {
            FILE *shell = popen(script, "r");
            char read[256] = "";

            assert_non_null(shell);
            assert_int_equal(fread(read, 1, sizeof(read) - 1, shell), strlen(own));
            assert_int_equal(pclose(shell), 0);
            assert_string_equal(read, own);
        }
        arguments_clear(&words);
        free(script);
    }
}

static void what_only_a_shell_can_do_is_refused(void **state)
{
    static const struct {
        const char *text;
        uint64_t offset;
    } rows[] = {
        { "a $b", 2 },     { "a \"$b\"", 3 },   { "a `b`", 2 },  { "a \"b`c`\"", 4 }, { "a; b", 1 },  { "a | b", 2 },
        { "a > b", 2 },    { "a < b", 2 },      { "a &", 2 },    { "(a)", 0 },        { "a)", 1 },    { "a'b", 1 },
        { "a \"b 'c'", 2 }, { "\"a\\\"", 0 },   { "\"", 0 },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        struct arguments words = { 0 };
        struct hs_error err = { .text = "" };

        assert_int_equal(shell_split(rows[i].text, &words, &err), -1);
        assert_int_equal(err.offset, rows[i].offset);
        assert_string_not_equal(err.text, "");
        arguments_clear(&words);
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
        cmocka_unit_test(a_command_is_taken_apart_as_by_a_shell),
        cmocka_unit_test(what_only_a_shell_can_do_is_refused),
        cmocka_unit_test(programs_are_found_in_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
