/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for answers that are no state: rejections, crashes, hangs. */
#include "harness/audit/sweep/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/printable.h"
#include "harness/audit/sweep/garbage.h"
#include "harness/finding/naming.h"
#include "harness/finding/words.h"

/* Skips "qemu-system-s390x: ": who speaks is known. */
static const char *without_program(const struct sweep_words *words, const char *line)
{
    size_t length = strlen(words->program);

    if (length && strncmp(line, words->program, length) == 0 && strncmp(line + length, ": ", 2) == 0) {
        return line + length + 2;
    }
    return line;
}

static void say_rejected(const struct sweep_words *words, const struct loader_answer *answer, char *text)
{
    size_t used = 0;

    for (const char *at = answer->text; *at && used < SWEEP_TEXT - 1; at += strspn(at, "\r\n")) {
        const char *line = without_program(words, at), *before = used ? NAMING_BREAK : "";
        size_t length = strcspn(line, "\r\n"), room = SWEEP_TEXT - 1 - used - strlen(before);

        at = line + length;
        if (length && used + strlen(before) < SWEEP_TEXT - 1) {
            used += (size_t)sprintf(text + used, "%s%.*s", before, (int)(length < room ? length : room), line);
        }
    }
    if (!used) {
        snprintf(text, SWEEP_TEXT, "error %d without a word", answer->result);
    }
}

/*
 * " in SYMBOL at FILE:LINE", or the place in its module.  An address in no known module differs each time, and is left
 * out.
 */
static void print_frame(const struct loader_frame *frame, char *text, size_t size)
{
    *text = 0;
    if (frame && *frame->symbol) {
        snprintf(text, size, " in %s%s%s", frame->symbol, *frame->source ? " at " : "", frame->source);
    } else if (frame && *frame->module) {
        snprintf(text, size, " at %s+0x%" PRIx64, frame->module, frame->offset);
    }
}

static void say_crashed(const struct sweep_words *words, const struct loader_answer *answer, char *text)
{
    const char *saving = answer->saving ? ", while saving what was accepted" : "";
    char frame[160];
    size_t length;
    const char *line = words_last_line(answer->text, &length);
    const char *said = without_program(words, line);

    length -= length ? (size_t)(said - line) : 0;
    print_frame(loader_crash_frame(answer), frame, sizeof(frame));
    if (loader_report_is_own(&answer->report)) {
        snprintf(text, SWEEP_TEXT, "%s%s%s%s%s", answer->report.kind, *answer->report.access ? ", " : "",
                 answer->report.access, frame, saving);
    } else if (answer->exited) {
        snprintf(text, SWEEP_TEXT, "exit(%d)%s%s%.*s", answer->exit_status, saving, length ? ": " : "", (int)length,
                 length ? said : "");
    } else if (length && memmem(said, length, "Assertion", strlen("Assertion"))) {
        snprintf(text, SWEEP_TEXT, "%.*s%s", (int)(length < SWEEP_TEXT / 2 ? length : SWEEP_TEXT / 2), said, saving);
    } else {
        snprintf(text, SWEEP_TEXT, "%s%s%s", loader_signal_name(answer->signal), frame, saving);
    }
}

static void say_hung(const struct loader_answer *answer, char *text)
{
    char frame[160];

    print_frame(loader_hang_frame(answer), frame, sizeof(frame));
    snprintf(text, SWEEP_TEXT, "%s%s%s", *frame ? "spins" : "no answer in time", frame,
             answer->saving ? ", while saving what was accepted" : "");
}

void sweep_words_say(struct sweep_words *words, const struct loader_answer *answer, enum verdict verdict,
                     char text[SWEEP_TEXT])
{
    switch (verdict) {
    case VERDICT_REJECTED:
        say_rejected(words, answer, text);
        break;
    case VERDICT_EQUAL:
        snprintf(text, SWEEP_TEXT, "accepted, saves again as if undamaged");
        break;
    case VERDICT_GARBAGE:
        sweep_garbage_say(words, answer, text);
        break;
    case VERDICT_CRASHED:
        say_crashed(words, answer, text);
        break;
    case VERDICT_HUNG:
        say_hung(answer, text);
        break;
    default:
        snprintf(text, SWEEP_TEXT, "no outcome");
        break;
    }
    printable_make(text);
}

void sweep_words_clear(struct sweep_words *words)
{
    sweep_garbage_clear(words);
}
