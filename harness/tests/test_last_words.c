/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sanitizer's report gets names and is else as it was; a crash without one is told in libFuzzer's words. */
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzzers/last_words.h"
#include "harness/base/alloc.h"
#include "harness/base/print.h"

static const struct loader_frame frames[] = {
    { .module = "qemu-x", .symbol = "virtio_load", .source = "virtio.c:3123", .offset = 0x10, .in_program = true },
    { .module = "qemu-x", .symbol = "vmstate_load_state", .offset = 0x20, .in_program = true },
    { .module = "libc.so.6", .offset = 0x30 },
};

static char *print(struct loader_answer *answer)
{
    struct print_memory text;
    FILE *out = print_open(&text);

    memcpy(answer->frames, frames, sizeof(frames));
    answer->n_frames = sizeof(frames) / sizeof(*frames);
    last_words_print(out, answer);
    return print_close(&text);
}

static void a_report_gets_names(void **state)
{
    struct loader_answer answer = {
        .text = "words\n",
        .printed = "==17==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602 at pc 0x55\n"
                   "READ of size 8 at 0x602 thread T0\n"
                   "    #0 0x5510 (/usr/bin/qemu-x+0x10) (BuildId: 12)\n"
                   "    #1 0x5520 (/usr/bin/qemu-x+0x20) (BuildId: 12)\n"
                   "    #2 0x7730 (/lib/libc.so.6+0x30)\n"
                   "\n"
                   "0x602 is located 0 bytes to the right of 16-byte region\n"
                   "allocated by thread T0 here:\n"
                   "    #0 0x9910 (/usr/bin/qemu-x+0x910)\n"
                   "SUMMARY: AddressSanitizer: heap-buffer-overflow (/usr/bin/qemu-x+0x10) \n"
                   "==17==ABORTING",
        .report = { .kind = "heap-buffer-overflow" },
    };
    char *text = print(&answer);

    (void)state;
    assert_string_equal(text,
                        "words\n"
                        "==17==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602 at pc 0x55\n"
                        "READ of size 8 at 0x602 thread T0\n"
                        "    #0 0x5510 in virtio_load virtio.c:3123\n"
                        "    #1 0x5520 in vmstate_load_state (qemu-x+0x20)\n"
                        "    #2 0x7730 in ?? (libc.so.6+0x30)\n"
                        "\n"
                        "0x602 is located 0 bytes to the right of 16-byte region\n"
                        "allocated by thread T0 here:\n"
                        "    #0 0x9910 (/usr/bin/qemu-x+0x910)\n"
                        "SUMMARY: AddressSanitizer: heap-buffer-overflow virtio.c:3123 in virtio_load\n"
                        "==17==ABORTING");
    free(text);
}

static void a_signal_is_told_as_libfuzzer_tells_it(void **state)
{
    struct loader_answer answer = { .text = "a.c:1: f: Assertion `x' failed.", .signal = SIGABRT };
    char *text = print(&answer), *head = hs_format("a.c:1: f: Assertion `x' failed.\n==%d== ERROR: libFuzzer: ", getpid());

    (void)state;
    assert_memory_equal(text, head, strlen(head));
    assert_non_null(strstr(text, "libFuzzer: deadly signal\n    #0 0x10 in virtio_load"));
    assert_non_null(strstr(text, "\nSUMMARY: libFuzzer: deadly signal\n"));
    free(head);
    free(text);
}

static void an_exit_is_told_as_libfuzzer_tells_it(void **state)
{
    struct loader_answer answer = { .text = "", .exited = true, .exit_status = 1 };
    char *text = print(&answer);

    (void)state;
    assert_non_null(strstr(text, "== ERROR: libFuzzer: fuzz target exited\n    #0 0x10 in virtio_load"));
    assert_non_null(strstr(text, "\nSUMMARY: libFuzzer: fuzz target exited\n"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_gets_names),
        cmocka_unit_test(a_signal_is_told_as_libfuzzer_tells_it),
        cmocka_unit_test(an_exit_is_told_as_libfuzzer_tells_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
