/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a sanitizer in the loader's program says is the verdict, whether the load is fast or not, and what it does not
 * say stays as it would be without.
 */
#include "support.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "harness/base/check.h"
#include "harness/loader/loader.h"
#include "harness/loader/qemu/client.h"

static struct loader *loader;

static int open_loader(void **state)
{
    struct rlimit data;

    (void)state;
    /* A sanitizer reserves more memory than ci/mutants allows for. */
    assert_int_equal(getrlimit(RLIMIT_DATA, &data), 0);
    data.rlim_cur = data.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_DATA, &data), 0);
    loader = support_open_beside(STANDIN, NULL);
    return 0;
}

static int close_loader(void **state)
{
    (void)state;
    loader_close(loader);
    return 0;
}

static struct loader_answer load(const char *letters, bool fast)
{
    struct loader_input input = {
        .bytes = (const uint8_t *)letters, .size = strlen(letters), .fast = fast,
        .timeout_ms = strchr(letters, 'h') ? 200 : 30000,
    };
    struct loader_answer answer;
    struct hs_error err = { .text = "" };

    if (loader_load(loader, &input, &answer, &err) < 0) {
        fail_msg("\"%s\": %s", letters, err.text);
    }
    return answer;
}

/* See standin_loader.c and standin_errors.h. */
static const struct row {
    const char *letters;
    enum outcome outcome;
    const char *words; /* of the report: it begins with them */
    int signal;
    const char *symbol; /* where it is; "": the stack does not matter */
    const char *text;
    bool saving;
} rows[] = {
    { "uv", OUTCOME_ACCEPTED, "", 0, "", "", false },
    { "ur", OUTCOME_REJECTED, "", 0, "", "", false },
    { "uH", OUTCOME_CRASHED, "heap-buffer-overflow: READ of 1 byte, 0 bytes ", 0, "standin_read_behind", "", false },
    { "F", OUTCOME_CRASHED, "heap-use-after-free: WRITE of 4 bytes, 4 bytes inside of 24-byte region", 0,
      "standin_write_freed", "", false },
    { "O", OUTCOME_CRASHED, "global-buffer-overflow: WRITE of 24 bytes, 0 bytes ", 0, "standin_copy_too_much", "", false },
    { "s", OUTCOME_CRASHED, "SEGV: WRITE, the zero page", SIGSEGV, "obey", "", false },
    { "U", OUTCOME_CRASHED, "shift exponent 35 is too large for 32-bit type 'int'", 0, "standin_shift_too_far", "",
      false },
    { "Uu", OUTCOME_CRASHED, "shift exponent 35 is too large for 32-bit type 'int'", 0, "standin_shift_too_far", "",
      false },
    { "Ur", OUTCOME_CRASHED, "shift exponent 35 is too large for 32-bit type 'int'", 0, "standin_shift_too_far", "",
      false },
    { "3UH", OUTCOME_CRASHED, "shift exponent 35 is too large for 32-bit type 'int'", 0, "standin_shift_too_far",
      "words of its own\n", false },
    { "3H", OUTCOME_CRASHED, "heap-buffer-overflow: READ of 1 byte", 0, "standin_read_behind", "words of its own\n",
      false },
    { "u+H", OUTCOME_CRASHED, "heap-buffer-overflow: READ of 1 byte", 0, "standin_read_behind", "", true },
    { "a", OUTCOME_CRASHED, "", SIGABRT, "", "", false },
    { "E", OUTCOME_CRASHED, "", 0, "", "", false },
    { "M", OUTCOME_CRASHED, "", SIGABRT, "", "\n(process:1): GLib-ERROR **: failed to allocate 1 bytes\n", false },
    { "h", OUTCOME_HUNG, "", 0, "", "", false },
    { "uiiv", OUTCOME_ACCEPTED, "", 0, "", "", false },
};

static void check(const struct row *row, bool fast)
{
    struct loader_answer answer = load(row->letters, fast);
    const struct loader_frame *frame = loader_crash_frame(&answer);
    char words[LOADER_REPORT_WORDS];

    loader_report_words(&answer.report, words, sizeof(words));
    if (answer.outcome != row->outcome || strncmp(words, row->words, strlen(row->words)) != 0 ||
        !*words != !*row->words || answer.signal != row->signal || answer.saving != row->saving) {
        fail_msg("\"%s\"%s: %s, \"%s\", signal %d%s", row->letters, fast ? ", fast" : "", outcome_name(answer.outcome),
                 words, answer.signal, answer.saving ? ", saving" : "");
    }
    if (strcmp(answer.text, row->text)) fail_msg("%s %d: [%s]", row->letters, fast, answer.text);
    if (*row->symbol && (!frame || strcmp(frame->symbol, row->symbol) != 0 || !strchr(frame->source, ':'))) {
        fail_msg("\"%s\"%s: in %s, %s", row->letters, fast ? ", fast" : "", frame ? frame->symbol : "no frame",
                 frame ? frame->source : "");
    }
    assert_false(*row->words && answer.exited);
}

static void reports_are_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        check(&rows[i], false);
        check(&rows[i], true);
        /* In a new process, and in one whose memory was put back. */
        check(&rows[0], true);
        check(&rows[i], true);
    }
}

static void a_page_is_put_back_with_what_the_sanitizer_knows_of_it(void **state)
{
    (void)state;
    for (int i = 0; i < 300; i++) {
        struct loader_answer answer = load(i % 3 ? "pm" : "pr", true);
        static char first[64];

        /* The process is always the same: nothing made it end. */
        if (i % 3) {
            assert_int_equal(answer.outcome, OUTCOME_ACCEPTED);
            assert_true(answer.saved_size < sizeof(first));
            if (!*first) {
                memcpy(first, answer.saved, answer.saved_size);
            }
            assert_memory_equal(first, answer.saved, answer.saved_size);
        }
    }
    assert_int_equal(qemu_restarts(loader), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_are_verdicts),
        cmocka_unit_test(a_page_is_put_back_with_what_the_sanitizer_knows_of_it),
    };

    return cmocka_run_group_tests(tests, open_loader, close_loader);
}
