/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Says which findings are the same: see finding.h. */
#include "harness/finding/finding.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/check.h"

/* Copies a text with each run of digits as one #: lines, sizes and addresses do not make another bug. */
static void without_numbers(const char *text, size_t length, char *out, size_t size)
{
    size_t n = 0;

    for (size_t i = 0; i < length && n + 1 < size; i++) {
        bool digit = text[i] >= '0' && text[i] <= '9';

        if (!digit || !n || out[n - 1] != '#') {
            out[n++] = digit ? '#' : text[i];
        }
    }
    out[n] = 0;
}

/* A line without the name of the program before it. */
static const char *without_program(const char *line, size_t *length)
{
    const char *colon = strncmp(line, "qemu-system-", strlen("qemu-system-")) == 0 ? strstr(line, ": ") : NULL;

    if (!colon || colon >= line + *length) {
        return line;
    }
    *length -= (size_t)(colon + 2 - line);
    return colon + 2;
}

/* The line of a failed assertion, without the name of the program; NULL when there is none. */
static const char *find_assertion(const char *text, size_t *length)
{
    const char *found = NULL;

    for (const char *line = text; *line; line += *line == '\n') {
        size_t size = strcspn(line, "\n");

        if (memmem(line, size, "ssertion", strlen("ssertion"))) {
            *length = size;
            found = without_program(line, length);
        }
        line += size;
    }
    return found;
}

const char *finding_last_line(const char *text, size_t *length)
{
    size_t end = strlen(text), start;

    while (end && text[end - 1] == '\n') {
        end--;
    }
    for (start = end; start && text[start - 1] != '\n';) {
        start--;
    }
    *length = end - start;
    return text + start;
}

/* How many frames tell two crashes apart: a helper crashes for many callers, and further out all are the same. */
enum { CRASH_FRAMES = 3 };

static void identify_crash(const struct loader_answer *answer, struct finding *finding)
{
    size_t size = sizeof(finding->same), length, used;
    const char *words = find_assertion(answer->text, &length);
    const struct loader_frame *frame = loader_crash_frame(answer);
    const struct loader_frame *end = answer->frames + answer->n_frames;

    if (strcmp(finding->property, "loader-answers") == 0) {
        /* Memory was refused: the device that asked for it says more than the allocator's stack. */
        used = (size_t)snprintf(finding->same, size, "memory: %s: ", finding->device);
        words = finding_last_line(answer->text, &length);
        words = without_program(words, &length);
        without_numbers(words, length, finding->same + used, size - used);
        return;
    }
    used = (size_t)snprintf(finding->same, size, "crash: ");
    if (!words && (answer->exited || answer->signal == SIGABRT)) {
        /* What ends the process says why, whoever called it. */
        words = finding_last_line(answer->text, &length);
        words = length || answer->exited ? without_program(words, &length) : NULL;
    }
    if (words && answer->exited) {
        used += (size_t)snprintf(finding->same + used, size - used, "exit(%d): ", answer->exit_status);
    }
    if (words) {
        without_numbers(words, length, finding->same + used, size - used);
        return;
    }
    used += (size_t)snprintf(finding->same + used, size - used, "%s", finding->crash);
    /* What is behind the loader's own frames is ours. */
    for (int i = 1; frame && i < CRASH_FRAMES && ++frame < end && !strstr(frame->module, "-preload.so"); i++) {
        used += (size_t)snprintf(finding->same + used, size - used, " %s+0x%" PRIx64, frame->module, frame->offset);
    }
}

/* A bool is read in one place for all of them. */
#define NO_BOOL "bool that is neither 0 nor 1"

/* A section that was taken and is not in the state was no section to the loader, whatever its name. */
#define NEVER_LOADED "section that is never loaded"

/*
 * The header of a subsection, "....subsection[virtio/broken].version_id", is read in one place for all of them; its
 * first byte stands for the whole subsection.
 */
static bool is_subsection_header(const char *field)
{
    const char *dot = strrchr(field, '.'), *open = strrchr(field, '[');

    return dot && open && dot > open && dot[-1] == ']' && open - field >= (ptrdiff_t)strlen("subsection") &&
           strncmp(open - strlen("subsection"), "subsection", strlen("subsection")) == 0 &&
           (strcmp(dot, ".version_id") == 0 || strcmp(dot, ".name_len") == 0 || strcmp(dot, ".name") == 0);
}

/* The three indicators of virtio-ccw are loaded in one place. */
static const char *indicator_field(const char *field)
{
    static const char *const prefixes[] = {
        "virtio.ccw.indicators.", "virtio.ccw.indicators2.", "virtio.ccw.summary_indicator.",
    };

    for (size_t i = 0; i < HS_COUNT(prefixes); i++) {
        if (strncmp(field, prefixes[i], strlen(prefixes[i])) == 0) {
            return field + strlen(prefixes[i]);
        }
    }
    return NULL;
}

/* The place of a finding: the field, and the device where the field's path alone does not tell. */
static void place_of(const struct judgement *judgement, const struct finding *finding, char *place, size_t size)
{
    const char *device = finding->device, *field = finding->field;
    bool resaves = strcmp(finding->property, "accepted-resaves-equal") == 0;

    if (is_subsection_header(field)) {
        snprintf(place, size, "subsection[]%s", strrchr(field, '.'));
        return;
    }
    if (indicator_field(field)) {
        snprintf(place, size, "virtio.ccw indicator's %s", indicator_field(field));
        return;
    }
    if (resaves && judgement->resave.n && judgement->resave.differences[0].is_bool) {
        device = "";
        field = NO_BOOL;
    } else if (resaves && !*field) {
        device = "";
        field = NEVER_LOADED;
    } else if (strcmp(field, "virtio") == 0 || strncmp(field, "virtio.", strlen("virtio.")) == 0 ||
               strcmp(field, STATE_UNREAD) == 0 || strcmp(field, STATE_NO_STREAM) == 0 ||
               strcmp(field, STATE_INSTANCE) == 0) {
        device = "";
    } else if (strcmp(field, "opaque") == 0 && strncmp(device, "virtio-", strlen("virtio-")) == 0) {
        device = "virtio";
    }
    snprintf(place, size, "%s%s%s", device, *device && *field ? " " : "", field);
}

/* What did not hold: whatever was done to the length, it is a missing check of the length that lets it pass. */
static const char *claim_of(const struct judgement *judgement, const struct finding *finding)
{
    static const char *const lengths[] = {
        "damage-is-never-garbage", "truncation-is-rejected", "extension-is-rejected", "deletion-is-rejected",
    };
    const Hardstop__Setup *setup = judgement->test->setup;

    for (size_t i = 0; i < HS_COUNT(lengths); i++) {
        if (strcmp(finding->property, lengths[i]) == 0) {
            /* Where there are no footers, that alone is the reason. */
            return setup && setup->framing == HARDSTOP__FRAMING__LEGACY ? "wrong length, legacy framing"
                                                                        : "wrong length";
        }
    }
    return finding->property;
}

void finding_identify(const struct judgement *judgement, struct finding *finding)
{
    const struct loader_answer *answer = &judgement->actual.answer;
    size_t size = sizeof(finding->same), used;
    char place[sizeof(finding->device) + sizeof(finding->field)];

    if (judgement->verdict == VERDICT_CRASHED) {
        identify_crash(answer, finding);
        return;
    }
    if (judgement->verdict == VERDICT_HUNG && *finding->crash) {
        /* The loop is in the device's load: the same function in every program, at another address in each. */
        snprintf(finding->same, size, "hang: %s", *loader_hang_frame(answer)->symbol
                                                      ? loader_hang_frame(answer)->symbol : finding->crash);
        return;
    }
    place_of(judgement, finding, place, sizeof(place));
    if (strcmp(place, STATE_UNREAD) == 0) {
        /* Nobody looks there, whatever was done to it. */
        snprintf(finding->same, size, "accepted: %s", place);
        return;
    }
    used = (size_t)snprintf(finding->same, size, "%s: %s", claim_of(judgement, finding), place);
    if (judgement->verdict == VERDICT_REJECTED && used + 2 < size) {
        used += (size_t)snprintf(finding->same + used, size - used, ": ");
        without_numbers(answer->text, strcspn(answer->text, "\n"), finding->same + used, size - used);
    }
}
