/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Says which findings are the same: by mechanism, else by assertion or last words, else by frames. */
#include "harness/finding/identify.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/finding/words.h"
#include "harness/setup/setup.h"

/* How many frames tell two crashes apart: a helper crashes for many callers, and further out all are the same. */
enum { CRASH_FRAMES = 3 };

/* A function by its name, which other programs have, too; a static one has none, and goes by its address. */
static size_t print_frame(const struct loader_frame *frame, char *out, size_t size)
{
    int n = *frame->symbol ? snprintf(out, size, " %s", frame->symbol)
                           : snprintf(out, size, " +0x%" PRIx64, frame->offset);

    return (size_t)n < size ? (size_t)n : size - 1;
}

/* The innermost frames inside the program; those behind the loader's own call of it are ours. */
static void print_frames(const struct loader_answer *answer, char *out, size_t size)
{
    size_t used = 0, n = 0;

    for (size_t i = 0; i < answer->n_frames && n < CRASH_FRAMES && !loader_is_own_frame(&answer->frames[i]); i++) {
        if (answer->frames[i].in_program) {
            used += print_frame(&answer->frames[i], out + used, size - used);
            n++;
        }
    }
    if (!n && answer->n_frames) {
        print_frame(&answer->frames[0], out, size);
    }
}

static void identify_crash(const struct loader_answer *answer, const char *program, struct finding *finding)
{
    size_t size = sizeof(finding->same), used;
    char *out = finding->same;
    bool says_why = answer->exited || answer->signal == SIGABRT;

    if (strcmp(finding->property, "loader-answers") == 0) {
        /* Memory was refused: the device that asked for it says more than the allocator's stack. */
        used = (size_t)snprintf(out, size, "memory: %s: ", finding->device);
        words_last(answer->text, program, out + used, size - used);
        return;
    }
    used = (size_t)snprintf(out, size, "crash: ");
    if (loader_report_is_own(&answer->report)) {
        words_first(answer->report.kind, NULL, out + used, size - used);
        used = strlen(out);
        print_frames(answer, out + used, size - used);
        return;
    }
    if (answer->exited) {
        used += (size_t)snprintf(out + used, size - used, "exit(%d): ", answer->exit_status);
    }
    /* What ends the process says why, whoever called it. */
    if (words_assertion(answer->text, out + used, size - used) ||
        (says_why && words_last(answer->text, program, out + used, size - used))) {
        return;
    }
    if (!answer->exited) {
        used += (size_t)snprintf(out + used, size - used, "%s", loader_signal_name(answer->signal));
    }
    out[used] = 0;
    if (answer->n_frames) {
        print_frames(answer, out + used, size - used);
    } else if (!answer->exited && *finding->device) {
        snprintf(out + used, size - used, ": %s", finding->device);
    }
}

static void identify_hang(const struct loader_answer *answer, struct finding *finding)
{
    const struct loader_frame *frame = loader_hang_frame(answer);
    size_t used = (size_t)snprintf(finding->same, sizeof(finding->same), "hang:");

    /* The loop is in the device's load: the same function in every program, at another address in each. */
    print_frame(frame, finding->same + used, sizeof(finding->same) - used);
}

static bool is_of_length(const char *property)
{
    static const char *const lengths[] = {
        "damage-is-never-garbage", "truncation-is-rejected", "extension-is-rejected", "deletion-is-rejected",
    };

    for (size_t i = 0; i < HS_COUNT(lengths); i++) {
        if (strcmp(property, lengths[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* What is missing in the section's frame does not depend on what is in the section. */
static bool lacks_footer(const struct place *place)
{
    return place->has_no_footer && place->part != FIELD_PART_SECTION_TYPE;
}

static void identify_accepted(const struct place *place, struct finding *finding)
{
    char words[sizeof(finding->device) + sizeof(finding->field)];
    size_t size = sizeof(finding->same);

    if (place->is_leak) {
        snprintf(finding->same, size, "%s: %s: %s", finding->property, finding->device, finding->field);
        return;
    }
    place_words(place, finding, words, sizeof(words));
    if (place->what == STATE_UNREAD) {
        /* No loader reads what is there, so the property and what was damaged make no difference. */
        snprintf(finding->same, size, "accepted: %s", words);
    } else if (is_of_length(finding->property)) {
        /* Whatever was done to the length, it is a missing check of the length that lets it pass. */
        snprintf(finding->same, size, "wrong length: %s", lacks_footer(place) ? "section without a footer" : words);
    } else {
        /* One check is missing, whether its range is looked at, or what became of it. */
        snprintf(finding->same, size, "%s: %s", place->is_not_kept ? "accepted-resaves-equal" : finding->property,
                 words);
    }
}

void identify(const struct judgement *judgement, const struct place *place, struct finding *finding)
{
    const struct loader_answer *answer = &judgement->actual.answer;
    const Hardstop__Setup *setup = judgement->test->setup;
    const char *program = setup ? setup_program(setup) : NULL;
    size_t used;

    switch (judgement->verdict) {
    case VERDICT_CRASHED:
        identify_crash(answer, program, finding);
        break;
    case VERDICT_HUNG:
        if (loader_hang_frame(answer)) {
            identify_hang(answer, finding);
        } else if (answer->hang == HANG_READS) {
            snprintf(finding->same, sizeof(finding->same), "hang: %s", hang_name(answer->hang));
        } else {
            identify_accepted(place, finding);
        }
        break;
    case VERDICT_REJECTED:
        if (place->is_left) {
            identify_accepted(place, finding);
            break;
        }
        if (answer->is_refused_again) {
            /* What the first stream was refused for is another matter, and the words for the second are few. */
            snprintf(finding->same, sizeof(finding->same), "%s: %s: rejected, too", finding->property,
                     finding->transport);
            break;
        }
        used = (size_t)snprintf(finding->same, sizeof(finding->same), "%s: %s: ", finding->property, finding->device);
        words_first(answer->text, program, finding->same + used, sizeof(finding->same) - used);
        break;
    default:
        identify_accepted(place, finding);
        break;
    }
}
