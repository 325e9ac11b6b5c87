/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names outcomes and signals; picks the frame by which a crash or a hang is known. */
#include "harness/loader/loader.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/case/pokes.h"

uint8_t loader_nothing[1] = { HARDSTOP__SECTION__TYPE__EOF };

const char *outcome_name(enum outcome outcome)
{
    static const char *const names[] = {
        [OUTCOME_UNKNOWN] = "unknown", [OUTCOME_REJECTED] = "rejected", [OUTCOME_ACCEPTED] = "accepted",
        [OUTCOME_CRASHED] = "crashed", [OUTCOME_HUNG] = "hung",
    };

    return names[outcome];
}

struct loader_input loader_input_of(const Hardstop__Case *test, const struct builder *bytes, bool cut,
                                    struct ring_areas *areas)
{
    ring_areas_lay(areas, test);
    return (struct loader_input){
        .bytes = bytes->data, .size = bytes->size, .whole = case_is_whole(test), .cut = cut,
        .memory = areas->list, .n_memory = areas->n, .pokes = case_pokes(test),
    };
}

bool loader_input_is_whole(const struct loader_input *input)
{
    return input->whole || stream_begins(input->bytes, input->size);
}

const char *hang_name(enum hang hang)
{
    static const char *const names[] = {
        [HANG_NONE] = "answers", [HANG_SPINS] = "spins", [HANG_READS] = "reads behind the end of the stream",
        [HANG_SLEEPS] = "sleeps",
    };

    return names[hang];
}

void loader_frame_words(const struct loader_frame *frame, char *text, size_t size)
{
    bool named = frame && *frame->symbol, placed = frame && *frame->source;

    *text = 0;
    if (named || placed) {
        snprintf(text, size, " (in %s%s%s)", frame->symbol, named && placed ? ", " : "", frame->source);
    }
}

void loader_report_words(const struct loader_report *report, char *text, size_t size)
{
    int n = snprintf(text, size, "%s", report->kind);

    if (*report->access && (size_t)n < size) {
        n += snprintf(text + n, size - (size_t)n, ": %s", report->access);
    }
    if (report->size && (size_t)n < size) {
        n += snprintf(text + n, size - (size_t)n, " of %" PRIu64 " byte%s", report->size, report->size == 1 ? "" : "s");
    }
    if (*report->where && (size_t)n < size) {
        snprintf(text + n, size - (size_t)n, ", %s", report->where);
    }
}

bool loader_report_is_own(const struct loader_report *report)
{
    return *report->kind && !report->signal;
}

bool loader_is_own_frame(const struct loader_frame *frame)
{
    return strstr(frame->module, "-preload.so") != NULL;
}

const struct loader_frame *loader_crash_frame(const struct loader_answer *answer)
{
    for (size_t i = 0; i < answer->n_frames; i++) {
        if (answer->frames[i].in_program) {
            return &answer->frames[i];
        }
    }
    return answer->n_frames ? &answer->frames[0] : NULL;
}

/* What walks a device's fields, and what it calls virtio's loader by, which optimised is on no stack. */
static bool is_walk(const struct loader_frame *frame)
{
    static const char *const names[] = { "vmstate_load_state", "vmstate_load_vmsd", "virtio_device_get" };

    for (size_t i = 0; i < HS_COUNT(names); i++) {
        if (strcmp(frame->symbol, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

const struct loader_frame *loader_hang_frame(const struct loader_answer *answer)
{
    for (size_t i = 1; i < answer->n_frames; i++) {
        if (is_walk(&answer->frames[i])) {
            return &answer->frames[i - 1];
        }
    }
    return NULL;
}

bool loader_is_from_outside(int number)
{
    return number == SIGKILL || number == SIGTERM || number == SIGINT || number == SIGHUP;
}

const char *loader_signal_name(int number)
{
    static char text[16];
    const char *abbreviation = sigabbrev_np(number);

    if (abbreviation) {
        snprintf(text, sizeof(text), "SIG%s", abbreviation);
    } else {
        snprintf(text, sizeof(text), "signal %d", number);
    }
    return text;
}
