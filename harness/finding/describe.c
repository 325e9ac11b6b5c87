/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Describes a failed property: device, field, and a line for a person. */
#include "harness/finding/identify.h"

#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/pokes.h"
#include "harness/finding/disagreement.h"
#include "harness/finding/words.h"
#include "harness/setup/brought.h"
#include "harness/setup/family.h"
#include "harness/judge/range.h"
#include "harness/judge/unloaded.h"
#include "harness/loader/written.h"

static void set_device(struct finding *finding, const void *idstr, size_t size)
{
    map_device_of(idstr, size, finding->device, sizeof(finding->device));
}

__attribute__((format(printf, 2, 3))) static void append(struct finding *finding, const char *fmt, ...)
{
    size_t used = strlen(finding->message);
    va_list args;

    va_start(args, fmt);
    vsnprintf(finding->message + used, sizeof(finding->message) - used, fmt, args);
    va_end(args);
}

/* Of QEMU's output the line by which it is known: of an abort, the reason. */
static void append_last_words(const char *text, struct finding *finding)
{
    size_t length;
    const char *line = words_last_line(text, &length);

    if (length) {
        append(finding, ": %.*s", (int)length, line);
    }
}

/* What ended it, in a word or two, or in a sanitizer's sentence. */
static void print_cause(const struct loader_answer *answer, char *cause, size_t size)
{
    if (loader_report_is_own(&answer->report)) {
        snprintf(cause, size, "%.*s", (int)size - 1, answer->report.kind);
    } else if (answer->exited) {
        snprintf(cause, size, "exit(%d)", answer->exit_status);
    } else {
        snprintf(cause, size, "%s", loader_signal_name(answer->signal));
    }
}

/* Those that a bad access, or a bad instruction, raises; an abort and an exit have no address. */
static bool has_address(const struct loader_answer *answer)
{
    static const int numbers[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };
    bool has = false;

    for (size_t i = 0; i < HS_COUNT(numbers) && !answer->exited; i++) {
        has |= answer->signal == numbers[i];
    }
    return has;
}

static void append_address(const struct loader_answer *answer, struct finding *finding)
{
    char words[LOADER_REPORT_WORDS];

    loader_report_words(&answer->report, words, sizeof(words));
    if (!answer->n_frames && !answer->exited) {
        append(finding, ", without a stack%s",
               brought_has(finding->machine) ? "" : ", as nothing gets into this QEMU");
    } else if (!loader_report_is_own(&answer->report) && has_address(answer)) {
        append(finding, ", faulting address 0x%" PRIx64, answer->fault_address);
    }
    /* It begins with the kind: of an error that the sanitizer found, this has been said. */
    if (loader_report_is_own(&answer->report)) {
        append(finding, "%s", words + strlen(answer->report.kind));
    } else if (*words) {
        append(finding, "; %s", words);
    }
}

/* When it happened, if not while it loaded. */
static void append_moment(const struct loader_answer *answer, struct finding *finding)
{
    const struct poke_row *row = poke_row_of(answer->poke);

    if (answer->saving) {
        append(finding, ", while saving what was accepted");
    } else if (row) {
        append(finding, ", after it was %s, %s", answer->poke == POKE_RETRY ? "rejected" : "accepted", row->moment);
    }
}

static void describe_crash(const struct judgement *judgement, struct finding *finding)
{
    const struct loader_answer *answer = &judgement->actual.answer;
    const struct loader_frame *frame = loader_crash_frame(answer);
    char cause[sizeof(answer->report.kind)], place[LOADER_FRAME_WORDS];

    loader_frame_words(frame, place, sizeof(place));
    print_cause(answer, cause, sizeof(cause));
    if (frame) {
        snprintf(finding->crash, sizeof(finding->crash), "%s %s+0x%" PRIx64, cause, frame->module, frame->offset);
    } else {
        snprintf(finding->crash, sizeof(finding->crash), "%s", cause);
    }
    snprintf(finding->source, sizeof(finding->source), "%s", frame ? frame->source : "");
    snprintf(finding->message, sizeof(finding->message), "%s%s", finding->crash, place);
    append_address(answer, finding);
    append_moment(answer, finding);
    append_last_words(answer->text, finding);
    if (judgement_ran_out_of_memory(judgement) && answer->memory_limit) {
        append(finding, "; a load may take %" PRIu64 " MiB", answer->memory_limit >> 20);
    }
}

static void describe_hang(const struct loader_answer *answer, struct finding *finding)
{
    const struct loader_frame *frame = loader_hang_frame(answer);
    char place[LOADER_FRAME_WORDS];

    loader_frame_words(frame, place, sizeof(place));
    if (frame) {
        snprintf(finding->crash, sizeof(finding->crash), "spins at %s+0x%" PRIx64, frame->module, frame->offset);
    }
    snprintf(finding->message, sizeof(finding->message), "no answer");
    if (answer->hang == HANG_READS) {
        append(finding, " after %d questions for bytes behind the end of the stream", LOADER_READS_BEYOND);
    } else if (answer->hang == HANG_SLEEPS) {
        append(finding, ": it waits, and nobody would wake it");
    } else if (answer->timeout_ms) {
        append(finding, " in %" PRIu32 " ms of processor time", answer->timeout_ms);
    }
    append_moment(answer, finding);
    append(finding, "%s%s%s", frame ? "; " : "", finding->crash, place);
}

static void describe_differences(const struct state_comparison *comparison, const char *what, struct finding *finding)
{
    size_t used = (size_t)snprintf(finding->message, sizeof(finding->message), "%s, %zu field%s %s:",
                                   finding->verdict == VERDICT_REJECTED ? "rejected" : "accepted", comparison->n,
                                   comparison->n == 1 ? "" : "s", what);

    for (size_t i = 0; i < comparison->n && i < 3 && used < sizeof(finding->message); i++) {
        const struct state_difference *difference = &comparison->differences[i];

        used += (size_t)snprintf(finding->message + used, sizeof(finding->message) - used, "%s %s %s %s -> %s",
                                 i ? ";" : "", difference->device, *difference->path ? difference->path : "section",
                                 difference->left, difference->right);
    }
}

static void describe_range(const struct judgement *judgement, struct finding *finding)
{
    struct range_violation violation;

    if (range_find_violation(judgement, &violation)) {
        snprintf(finding->message, sizeof(finding->message),
                 "accepted, %s is %" PRIu64 ", not %" PRIu64 " to %" PRIu64, violation.path, violation.value,
                 violation.min, violation.max);
    }
}

/* Sections that an end of file keeps from being loaded are what goes wrong, whatever else is unlike. */
static void describe_unloaded(const struct judgement *judgement, struct finding *finding)
{
    enum { NAMED = 3 };
    size_t n, i = 0;
    char *names = unloaded_sections(judgement, &n);

    for (const char *line = names; *line && i < NAMED; line += strcspn(line, "\n") + 1, i++) {
        append(finding, "%s%.*s", i ? ", " : "; never loaded: ", (int)strcspn(line, "\n"), line);
    }
    if (n > NAMED) {
        append(finding, " and %zu more", n - NAMED);
    }
    free(names);
}

/* What a rejected stream does to the next one. */
static void describe_retry(const struct judgement *judgement, struct finding *finding, struct place *place)
{
    if (judgement->left.n) {
        place_of_difference(&judgement->left, finding, place);
        place->is_left = true;
        describe_differences(&judgement->left, "unlike those that the undamaged stream gives without it", finding);
    } else {
        append(finding, "; then, after a reset, the undamaged stream is rejected, too");
        append_last_words(judgement->actual.answer.text, finding);
    }
}

/* What left the host, and for where. */
static void describe_leak(const struct watched_leak *leak, struct finding *finding, struct place *place)
{
    bool is_backend = strcmp(leak->kind, LOADER_BACKEND) == 0;

    *place = (struct place){ .is_leak = true };
    snprintf(finding->device, sizeof(finding->device), "%s", leak->device);
    snprintf(finding->field, sizeof(finding->field), "%s", is_backend ? "what goes to a backend" : "guest memory");
    snprintf(finding->message, sizeof(finding->message),
             "accepted; when it was used, %zu byte%s of fresh host memory went to %s", leak->n, leak->n == 1 ? "" : "s",
             is_backend ? "a backend" : "the guest's");
    append(finding, ", the first %s 0x%" PRIx64 "%s%s", is_backend ? "behind" : "at", leak->at,
           is_backend ? " others" : " of ", is_backend ? "" : leak->kind);
}

static void describe_verdict(const struct judgement *judgement, const struct property *property,
                             struct finding *finding, struct place *place)
{
    const struct loader_answer *answer = &judgement->actual.answer;

    switch (judgement->verdict) {
    case VERDICT_CRASHED:
        set_device(finding, answer->section, strlen(answer->section));
        describe_crash(judgement, finding);
        break;
    case VERDICT_HUNG:
        place_of_damage(judgement, finding, place);
        set_device(finding, answer->section, strlen(answer->section));
        describe_hang(answer, finding);
        break;
    case VERDICT_GARBAGE:
    case VERDICT_EQUAL:
        place_of_damage(judgement, finding, place);
        snprintf(finding->message, sizeof(finding->message), "accepted, saves again as if undamaged");
        if (strcmp(property->name, PROPERTY_WATCH) == 0) {
            describe_leak(&judgement->leak, finding, place);
        } else if (strcmp(property->name, PROPERTY_RESET) == 0) {
            place_of_difference(&judgement->left, finding, place);
            place->is_left = true;
            describe_differences(&judgement->left, "after a reset unlike those of a fresh machine", finding);
        } else if (strcmp(property->name, "accepted-resaves-equal") == 0) {
            place_of_difference(&judgement->resave, finding, place);
            describe_differences(&judgement->resave, "not saved as given", finding);
        } else if (strcmp(property->name, "out-of-range-is-rejected") == 0) {
            describe_range(judgement, finding);
            place_of_difference(&judgement->resave, finding, place);
            place->is_not_kept = judgement->resave.n > 0;
        } else if (judgement->verdict == VERDICT_GARBAGE) {
            describe_differences(&judgement->garbage, "unlike the undamaged state", finding);
        }
        describe_unloaded(judgement, finding);
        break;
    default:
        set_device(finding, answer->section, strlen(answer->section));
        snprintf(finding->message, sizeof(finding->message), "%.*s", (int)strcspn(answer->text, "\n"), answer->text);
        if (strcmp(property->name, PROPERTY_RETRY) == 0) {
            describe_retry(judgement, finding, place);
        }
        break;
    }
}

static const char *transport_of(const Hardstop__Case *test)
{
    for (size_t i = 0; test->stream && i < test->stream->n_section; i++) {
        const Hardstop__Section *section = test->stream->section[i];

        if (section->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO &&
            section->virtio->transport_case == HARDSTOP__VIRTIO_SECTION__TRANSPORT_CCW) {
            return "ccw";
        }
        if (section->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO &&
            section->virtio->transport_case == HARDSTOP__VIRTIO_SECTION__TRANSPORT_PCI) {
            return "pci";
        }
        if (section->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO &&
            section->virtio->transport_case == HARDSTOP__VIRTIO_SECTION__TRANSPORT_MMIO) {
            return "mmio";
        }
    }
    /* Sections of no virtio device: what else the machine could have. */
    for (enum family_transport i = 0; i < FAMILY_TRANSPORTS; i++) {
        if (test->setup && family_transport_serves(i, test->setup)) {
            return family_transport_name(i);
        }
    }
    return "";
}

void finding_describe(const struct judgement *judgement, const struct property *property, struct finding *finding)
{
    const Hardstop__Setup *setup = judgement->test->setup;
    struct place place = { 0 };

    memset(finding, 0, sizeof(*finding));
    snprintf(finding->property, sizeof(finding->property), "%s", property->name);
    snprintf(finding->transport, sizeof(finding->transport), "%s", transport_of(judgement->test));
    if (setup && brought_has(setup->binary)) {
        snprintf(finding->machine, sizeof(finding->machine), "%s", setup->binary);
    } else if (setup) {
        snprintf(finding->machine, sizeof(finding->machine), "%s %s%s", setup->binary ? setup->binary : "?",
                 setup->machine ? setup->machine : "",
                 setup->framing == HARDSTOP__FRAMING__LEGACY ? " (legacy framing)" : "");
    }
    finding->verdict = judgement->verdict;
    finding->poke = judgement->actual.answer.poke ? judgement->actual.answer.poke : property_poke(property);
    if (strcmp(property->name, PROPERTY_VERSIONS) == 0) {
        disagreement_describe(judgement, finding);
    } else {
        describe_verdict(judgement, property, finding, &place);
        identify(judgement, &place, finding);
    }
    finding_make_printable(finding);
    finding->signature = XXH3_64bits(finding->same, strlen(finding->same));
}

bool finding_of(const struct judgement *judgement, struct finding *finding)
{
    for (const struct property *property = properties; property->name; property++) {
        if (property->judge(judgement) == PROPERTY_FAIL) {
            finding_describe(judgement, property, finding);
            return true;
        }
    }
    return false;
}

