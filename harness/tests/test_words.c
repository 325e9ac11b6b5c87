/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program says at its end, in the one form that names, folders and numbers do not change. */
#include "support.h"

#include <string.h>

#include "harness/base/check.h"
#include "harness/finding/words.h"

static const struct {
    const char *text, *assertion, *last; /* NULL: none */
} said[] = {
    { "", NULL, NULL },
    { "\n\n", NULL, NULL },
    { "q: no\n", NULL, "no" },
    { "q: no", NULL, "no" },
    { "one\nq: two\n\n", NULL, "two" },
    { "two words: no\n", NULL, "two words: no" },
    { "my qemu: no\n", NULL, "no" },
    { "my qemus: no\n", NULL, "my qemus: no" },
    { "my qemu\n", NULL, "my qemu" },
    { "a: b: c\n", NULL, "b: c" },
    { "q:no\n", NULL, "q:no" },
    { "(q:12): GLib-ERROR **: failed to allocate 123 bytes\n", NULL, "GLib-ERROR **: failed to allocate # bytes" },
    { "(a b:12): x\n", NULL, "x" },
    { "(no end: x\n", NULL, "(no end: x" },
    { "0x12 and 3\n", NULL, "# and #" },
    { "0xfFg, 0xg, 10x1f, a0x1\n", NULL, "#g, #xg, #x#f, a#x#" },
    { "at /var/run/a-1, '/b': /rom@etc/x: 0xa000 > 0x1000\n", NULL, "at /, '/': /: # > #" },
    { "and/or / 1/2 //x\n", NULL, "and/or / #/# /" },
    { "q: warning: old\n", NULL, NULL },
    { "q: info: old\n", NULL, NULL },
    { "q: warnings: old\n", NULL, "warnings: old" },
    { "error in f() at ../../hw/s390x/a-b.c:12: no\n", NULL, "error in f() at a-b.c:#: no" },
    { "at /build/qemu-7.2+dfsg/b/../a_1.h: no, and/or b.\n", NULL, "at a_#.h: no, and/or b." },
    { "q: ../../hw/a.c:12: f: Assertion `n >= 3' failed.\n", "f(): n >= #", "a.c:#: f: Assertion `n >= #' failed." },
    { "my qemu: a.c:12: int f(void *, int): Assertion `a(b: c) == 'x'' failed.\nAborted\n", "f(): a(b: c) == 'x'",
      "Aborted" },
    { "q: a.c:1: char *g(void): Assertion `0' failed.", "g(): #",
      "a.c:#: char *g(void): Assertion `#' failed." },
    { "**\nERROR:../../hw/a.c:12:f: assertion failed: (n < 3)\nBail out!\n", "f(): assertion failed: (n < #)",
      "Bail out!" },
    { "Bail out! ERROR:a.c:7:f: assertion failed (a == b): (1 == 2)\n", "f(): assertion failed (a == b): (# == #)",
      "Bail out! ERROR:a.c:#:f: assertion failed (a == b): (# == #)" },
    { "**\nDomain:ERROR:/x/a.c:7:f: code should not be reached\n", "f(): code should not be reached",
      "code should not be reached" },
    { "ERROR: something failed\n", NULL, "something failed" },
    { "Assertion failed: n >= 3 (../../hw/a.c: f: 12)\n", "f(): n >= #",
      "Assertion failed: n >= # (a.c: f: #)" },
    { "Assertion failed: (n) >= 3 (a.c: f: 12)\n", "f(): (n) >= #",
      "Assertion failed: (n) >= # (a.c: f: #)" },
    { "Assertion failed: no place\n", NULL, "Assertion failed: no place" },
    { "q: x\nqemu: hardware error: no 7\nCPU #0:\nR0=1 R1=2\nF1=3\n", NULL, "hardware error: no #" },
    { "qemu: hardware error: a\nCPU #0:\nqemu: hardware error: b\nCPU #0:\n", NULL, "hardware error: b" },
    { "q: qemu: hardware error: a\nlast\n", NULL, "last" },
    { "q: a.c:1: f: Assertion `a' failed.\nq: a.c:1: g: Assertion `b' failed.\n", "g(): b",
      "a.c:#: g: Assertion `b' failed." },
};

static void words_have_one_form(void **state)
{
    char out[200];

    (void)state;
    for (size_t i = 0; i < HS_COUNT(said); i++) {
        bool found = words_assertion(said[i].text, out, sizeof(out));

        if (found != (said[i].assertion != NULL) || (found && strcmp(out, said[i].assertion) != 0)) {
            fail_msg("%zu: assertion %s", i, found ? out : "not found");
        }
        found = words_last(said[i].text, "my qemu", out, sizeof(out));
        if (found != (said[i].last != NULL) || (found && strcmp(out, said[i].last) != 0)) {
            fail_msg("%zu: last words %s", i, found ? out : "not found");
        }
    }
}

static void words_fit(void **state)
{
    char out[8];
    size_t length;

    (void)state;
    assert_true(words_last("q: abcdefghijk\n", NULL, out, sizeof(out)));
    assert_string_equal(out, "abcdefg");
    assert_true(words_assertion("q: a.c:1: f: Assertion `abcdef' failed.\n", out, sizeof(out)));
    assert_string_equal(out, "f(): ab");
    words_first("q: one 12\ntwo\n", NULL, out, sizeof(out));
    assert_string_equal(out, "one #");
    words_first("", NULL, out, sizeof(out));
    assert_string_equal(out, "");
    assert_int_equal(strncmp(words_last_line("one\ntwo\n\n", &length), "two", 3), 0);
    assert_int_equal(length, 3);
    words_last_line("", &length);
    assert_int_equal(length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_have_one_form),
        cmocka_unit_test(words_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
