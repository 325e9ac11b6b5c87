/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports of sanitizers are read from what a program printed, as different compilers' libraries word them. */
#include "support.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/loader/qemu/sanitizer.h"

#define RULE "=================================================================\n"
#define FRAME(n, module, offset) "    #" n " 0x55e173eaef0d  (" module "+0x" offset ") (BuildId: b3cfc4e6)\n"
#define STACK FRAME("0", "/lib/libasan.so.8", "47680") FRAME("1", "/usr/bin/qemu-x", "def0d") \
    FRAME("2", "/lib/x86_64-linux-gnu/libc.so.6", "27249") "\n"
#define END "==17==ABORTING\n"
#define LEGEND "Shadow bytes around the buggy address:\n  0x0c047fff7fb0: 00 00 00 00\n=>0x0c047fff8000: fa fa[fd]fd fa\n" \
    "  Addressable:           00\n"

static const struct row {
    const char *text;
    bool ended;
    const char *words, *left; /* "": there is no report */
    int signal;
    uint64_t fault_address;
    size_t n_frames;
} rows[] = {
    { "words\n", true, "", "words\n", 0, 0, 0 },
    { "words\n" RULE "==17==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000014 at pc 0x55 bp 0x7ff\n"
      "READ of size 4 at 0x602000000014 thread T0\n" STACK
      "0x602000000014 is located 4 bytes inside of 16-byte region [0x602000000010,0x602000000020)\n"
      "freed by thread T0 here:\n" STACK "SUMMARY: AddressSanitizer: heap-use-after-free (/usr/bin/qemu-x+0xdef0d) \n"
      LEGEND END, true, "heap-use-after-free: READ of 4 bytes, 4 bytes inside of 16-byte region", "words\n", 0, 0, 3 },
    { RULE "==17==ERROR: AddressSanitizer: stack-buffer-overflow on address 0x7ff at pc 0x55 bp 0x7ff sp 0x7ff\n"
      "WRITE of size 1 at 0x7ffdb312231c thread T0\n" STACK
      "Address 0x7ffdb312231c is located in stack of thread T0 at offset 60 in frame\n" FRAME("0", "/usr/bin/qemu-x", "1")
      "\n  This frame has 1 object(s):\n    [32, 48) 'x' (line 9) <== Memory access at offset 60\n" END, true,
      "stack-buffer-overflow: WRITE of 1 byte, in stack", "", 0, 0, 3 },
    { RULE "==17==ERROR: AddressSanitizer: global-buffer-overflow on address 0x55 at pc 0x55 bp 0x7ff sp 0x7ff\n"
      "READ of size 8 at 0x55 thread T0\n" STACK
      "0x55 is located 0 bytes to the right of global variable 'g' defined in '../a.c:4:5' (0x51) of size 16\n" END, true,
      "global-buffer-overflow: READ of 8 bytes, 0 bytes to the right of global variable 'g'", "", 0, 0, 3 },
    { "AddressSanitizer:DEADLYSIGNAL\n" RULE
      "==17==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000018 (pc 0x55 bp 0x7ffe sp 0x7ffe T0)\n"
      "==17==The signal is caused by a READ memory access.\n==17==Hint: address points to the zero page.\n" STACK
      "AddressSanitizer can not provide additional info.\nSUMMARY: AddressSanitizer: SEGV (/usr/bin/qemu-x+0x1) \n" END,
      true, "SEGV: READ, the zero page", "", SIGSEGV, 0x18, 3 },
    { "AddressSanitizer:DEADLYSIGNAL\n" RULE
      "==17==ERROR: AddressSanitizer: SEGV on unknown address (pc 0x55 bp 0x7ff sp 0x7ff T0)\n"
      "==17==The signal is caused by a WRITE memory access.\n==17==Hint: this fault was caused by a dereference of a high "
      "value address (see register values below).  Disassemble the provided pc.\n" STACK END, true,
      "SEGV: WRITE, a high value address", "", SIGSEGV, 0, 3 },
    { "AddressSanitizer:DEADLYSIGNAL\n" RULE
      "==17==ERROR: AddressSanitizer: stack-overflow on address 0x7ffe27b56ff8 (pc 0x55 bp 0x7ffe sp 0x7ffe T0)\n" STACK,
      true, "stack-overflow", "", SIGSEGV, 0x7ffe27b56ff8, 3 },
    { "UndefinedBehaviorSanitizer:DEADLYSIGNAL\n==17==ERROR: UndefinedBehaviorSanitizer: FPE on unknown address 0x55 (pc "
      "0x55 bp 0x7ff sp 0x7ff T17)\n" STACK END, true, "FPE", "", SIGFPE, 0x55, 3 },
    { RULE "==17==ERROR: AddressSanitizer: attempting double-free on 0x602000000010 in thread T0:\n" STACK
      "SUMMARY: AddressSanitizer: double-free (/usr/bin/qemu-x+0x1) in free\n" END, true, "double-free", "", 0, 0, 3 },
    { RULE "==17==ERROR: AddressSanitizer: memcpy-param-overlap: memory ranges [0x1,0x7) and [0x2, 0x8) overlap\n" STACK
      END, true, "memcpy-param-overlap", "", 0, 0, 3 },
    { "../hw/a.c:9:71: runtime error: shift exponent 35 is too large for 32-bit type 'int'\n" STACK
      "SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior ../hw/a.c:9:71 in \nwords\n", false,
      "shift exponent 35 is too large for 32-bit type 'int'", "words\n", 0, 0, 3 },
    { "words\n../hw/a.c:12:219: runtime error: store to misaligned address 0x41 for type 'int', which requires 4 byte "
      "alignment\n0x41: note: pointer points here\n 00 00 00  be be be\n              ^ \n" STACK "more\n", false,
      "store to misaligned address 0x41 for type 'int', which requires 4 byte alignment", "words\nmore\n", 0, 0, 3 },
    /* The first is what it is known by, and all are taken out. */
    { "a.c:1:2: runtime error: division by zero\nwords\na.c:1:2: runtime error: index 7 out of bounds for type 'int[4]'\n"
      RULE "==17==ERROR: AddressSanitizer: stack-buffer-overflow on address 0x7ff at pc 0x55\n" STACK END, true,
      "division by zero", "words\n", 0, 0, 0 },
    /* Warnings, and what a program that did not end by it cannot have said. */
    { "==17==WARNING: ASan doesn't fully support makecontext/swapcontext functions\nwords\n"
      "==17==WARNING: AddressSanitizer failed to allocate 0xfff bytes\n", true, "", "words\n", 0, 0, 0 },
    { "==17==ERROR: AddressSanitizer: SEGV on unknown address 0x55\n", false, "",
      "==17==ERROR: AddressSanitizer: SEGV on unknown address 0x55\n", 0, 0, 0 },
    { RULE "==17==ERROR: LeakSanitizer: detected memory leaks\n", true, "",
      "==17==ERROR: LeakSanitizer: detected memory leaks\n", 0, 0, 0 },
    { "Unknown section 'a b: runtime error: c'\n", false, "", "Unknown section 'a b: runtime error: c'\n", 0, 0, 0 },
    /* Cut anywhere, as by a full pipe. */
    { "==17==ERROR: AddressSanitizer: ", true, "", "", 0, 0, 0 },
    { "==17==ERROR: AddressSanitizer: SEGV\n    #0 0x", true, "SEGV", "", SIGSEGV, 0, 1 },
    { "==", true, "", "==", 0, 0, 0 },
};

static void reports_are_read_and_taken_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        const struct row *row = &rows[i];
        char *text = hs_strdup(row->text), words[LOADER_REPORT_WORDS];
        struct sanitizer_report found;
        bool any = sanitizer_take(&found, text, row->ended, NULL);

        loader_report_words(&found.report, words, sizeof(words));
        if (any != (*row->words != 0) || strcmp(words, row->words) != 0 || strcmp(text, row->left) != 0 ||
            found.report.signal != row->signal || found.report.fault_address != row->fault_address ||
            found.n_frames != row->n_frames) {
            fail_msg("row %zu: \"%s\", left \"%s\", signal %d, %zu frames", i, words, text, found.report.signal,
                     found.n_frames);
        }
        free(text);
    }
}

/* Any piece of a text has a boundary somewhere; the sanitizer of this test looks on. */
static void a_cut_report_does_no_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        for (size_t length = 0; length < strlen(rows[i].text); length++) {
            char *text = hs_format("%.*s", (int)length, rows[i].text);
            struct sanitizer_report found;

            sanitizer_take(&found, text, true, NULL);
            assert_true(strlen(text) <= length);
            free(text);
        }
    }
}

static void warnings_alone_are_dropped(void **state)
{
    char text[] = "==17==WARNING: ASan doesn't fully support makecontext/swapcontext functions\nwords\n"
        "==17==ERROR: AddressSanitizer: SEGV\n==17==WARNING: late\nmore";

    (void)state;
    sanitizer_drop_warnings(text);
    assert_string_equal(text, "words\n==17==ERROR: AddressSanitizer: SEGV\nmore");
}

static void frames_tell_module_offset_and_program(void **state)
{
    char text[] = RULE "==17==ERROR: AddressSanitizer: SEGV on unknown address 0x55\n" STACK END;
    struct sanitizer_report found;

    (void)state;
    assert_true(sanitizer_take(&found, text, true, NULL));
    assert_string_equal(found.program, "/usr/bin/qemu-x");
    assert_string_equal(found.frames[0].module, "libasan.so.8");
    assert_false(found.frames[0].in_program);
    assert_string_equal(found.frames[1].module, "qemu-x");
    assert_true(found.frames[1].in_program);
    assert_int_equal(found.frames[1].offset, 0xdef0d);
}

static void frames_may_be_named_already(void **state)
{
    char text[] = RULE "==17==ERROR: AddressSanitizer: SEGV on unknown address 0x55\n"
        "    #0 0x55e173eaef0d in virtio_net_load /build/../hw/net/virtio-net.c:33:7\n"
        "    #1 0x55e173eaef0d in free (/lib/libasan.so.8+0x12)\n    #2 0x55e173eaef0d in main ../a.c\n" END;
    struct sanitizer_report found;

    (void)state;
    assert_true(sanitizer_take(&found, text, true, NULL));
    assert_int_equal(found.n_frames, 3);
    assert_string_equal(found.frames[0].symbol, "virtio_net_load");
    assert_string_equal(found.frames[0].source, "virtio-net.c:33");
    assert_true(found.frames[0].in_program);
    assert_string_equal(found.frames[1].symbol, "free");
    assert_string_equal(found.frames[1].source, "");
    assert_string_equal(found.frames[1].module, "libasan.so.8");
    assert_string_equal(found.frames[2].source, "a.c");
}

static void the_users_options_come_last(void **state)
{
    const char *all;

    (void)state;
    setenv("ASAN_OPTIONS", "symbolize=1", 1);
    unsetenv("UBSAN_OPTIONS");
    sanitizer_set_options();
    all = getenv("ASAN_OPTIONS");
    assert_non_null(strstr(all, "symbolize=0:"));
    assert_string_equal(all + strlen(all) - strlen(":symbolize=1"), ":symbolize=1");
    assert_null(strchr(getenv("UBSAN_OPTIONS"), ' '));
    assert_non_null(strstr(getenv("UBSAN_OPTIONS"), "print_stacktrace=1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_are_read_and_taken_out),
        cmocka_unit_test(a_cut_report_does_no_harm),
        cmocka_unit_test(warnings_alone_are_dropped),
        cmocka_unit_test(frames_tell_module_offset_and_program),
        cmocka_unit_test(frames_may_be_named_already),
        cmocka_unit_test(the_users_options_come_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
