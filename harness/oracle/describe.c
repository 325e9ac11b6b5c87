/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Describes a failed property, and says which findings are the same. */
#include "harness/oracle/finding.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

/* "queue[3].num" -> "queue[].num": which element it was does not make another bug. */
static void without_indexes(const char *path, char *out, size_t size)
{
    size_t n = 0;

    while (*path && n + 1 < size) {
        out[n++] = *path++;
        if (path[-1] == '[') {
            size_t digits = strspn(path, "0123456789");

            path += path[digits] == ']' ? digits : 0;
        }
    }
    out[n] = 0;
}

static void set_device(struct finding *finding, const void *idstr, size_t size)
{
    map_device_of(idstr, size, finding->device, sizeof(finding->device));
}

/* Where the loader stops reading: behind the first end-of-file mark. */
static size_t end_of_file(const Hardstop__Stream *stream, const struct stream_encoding *encoding)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        if (stream->section[i]->type == HARDSTOP__SECTION__TYPE__EOF) {
            return encoding->marks[i].start + 1;
        }
    }
    return encoding->out.size;
}

/* Device and field where the first byte was damaged. */
static void locate_damage(const struct judgement *judgement, struct finding *finding)
{
    const struct damage_effect *effect = &judgement->effect;
    const Hardstop__Stream *stream = judgement->test->stream;
    const struct map_entry *entry;
    struct map map;

    if (effect->first == SIZE_MAX || !stream) {
        return;
    }
    if (effect->first >= end_of_file(stream, &judgement->plain)) {
        snprintf(finding->field, sizeof(finding->field), STATE_UNREAD);
        return;
    }
    if (effect->section != SIZE_MAX && effect->section < stream->n_section) {
        set_device(finding, stream->section[effect->section]->idstr.data, stream->section[effect->section]->idstr.len);
    }
    map_init(&map, stream, NULL);
    entry = map_at(&map, effect->first);
    without_indexes(entry ? entry->path : "", finding->field, sizeof(finding->field));
    map_clear(&map);
}

static void locate_difference(const struct state_comparison *comparison, struct finding *finding)
{
    if (comparison->n) {
        snprintf(finding->device, sizeof(finding->device), "%s", comparison->differences[0].device);
        without_indexes(comparison->differences[0].path, finding->field, sizeof(finding->field));
    }
}

/* The last line of QEMU's output: of an abort, the reason. */
static void append_last_words(const char *text, struct finding *finding)
{
    size_t end = strlen(text), used = strlen(finding->message), start;

    while (end && text[end - 1] == '\n') {
        end--;
    }
    for (start = end; start && text[start - 1] != '\n';) {
        start--;
    }
    if (start < end) {
        snprintf(finding->message + used, sizeof(finding->message) - used, ": %.*s", (int)(end - start), text + start);
    }
}

static void describe_crash(const struct loader_answer *answer, struct finding *finding)
{
    const struct loader_frame *frame = loader_crash_frame(answer);
    char cause[32];

    if (answer->exited) {
        snprintf(cause, sizeof(cause), "exit(%d)", answer->exit_status);
    } else {
        snprintf(cause, sizeof(cause), "%s", loader_signal_name(answer->signal));
    }
    if (frame) {
        snprintf(finding->crash, sizeof(finding->crash), "%s %s+0x%" PRIx64, cause, frame->module, frame->offset);
    } else {
        snprintf(finding->crash, sizeof(finding->crash), "%s", cause);
    }
    snprintf(finding->message, sizeof(finding->message), "%s%s%s%s, faulting address 0x%" PRIx64 "%s", finding->crash,
             frame && *frame->symbol ? " (near " : "", frame ? frame->symbol : "",
             frame && *frame->symbol ? ")" : "", answer->fault_address,
             answer->saving ? ", while saving what was accepted" : "");
    append_last_words(answer->text, finding);
}

static void describe_hang(const struct loader_answer *answer, struct finding *finding)
{
    const struct loader_frame *frame = loader_hang_frame(answer);

    if (frame) {
        snprintf(finding->crash, sizeof(finding->crash), "spins at %s+0x%" PRIx64, frame->module, frame->offset);
    }
    snprintf(finding->message, sizeof(finding->message), "no answer in time%s%s%s%s%s%s",
             answer->saving ? ", while saving what was accepted" : "", frame ? "; " : "", finding->crash,
             frame && *frame->symbol ? " (near " : "", frame ? frame->symbol : "",
             frame && *frame->symbol ? ")" : "");
}

static void describe_differences(const struct state_comparison *comparison, const char *what, struct finding *finding)
{
    size_t used = (size_t)snprintf(finding->message, sizeof(finding->message), "accepted, %zu field%s %s:",
                                   comparison->n, comparison->n == 1 ? "" : "s", what);

    for (size_t i = 0; i < comparison->n && i < 3 && used < sizeof(finding->message); i++) {
        const struct state_difference *difference = &comparison->differences[i];

        used += (size_t)snprintf(finding->message + used, sizeof(finding->message) - used, "%s %s %s %s -> %s",
                                 i ? ";" : "", difference->device, *difference->path ? difference->path : "section",
                                 difference->left, difference->right);
    }
}

static void describe_verdict(const struct judgement *judgement, const struct property *property,
                             struct finding *finding)
{
    const struct loader_answer *answer = &judgement->actual.answer;

    switch (judgement->verdict) {
    case VERDICT_CRASHED:
        set_device(finding, answer->section, strlen(answer->section));
        describe_crash(answer, finding);
        break;
    case VERDICT_HUNG:
        locate_damage(judgement, finding);
        set_device(finding, answer->section, strlen(answer->section));
        describe_hang(answer, finding);
        break;
    case VERDICT_GARBAGE:
    case VERDICT_EQUAL:
        locate_damage(judgement, finding);
        snprintf(finding->message, sizeof(finding->message), "accepted, saves again as if undamaged");
        if (strcmp(property->name, "accepted-resaves-equal") == 0) {
            locate_difference(&judgement->resave, finding);
            describe_differences(&judgement->resave, "not saved as given", finding);
        } else if (judgement->verdict == VERDICT_GARBAGE) {
            describe_differences(&judgement->garbage, "unlike the undamaged state", finding);
        }
        break;
    default:
        set_device(finding, answer->section, strlen(answer->section));
        snprintf(finding->message, sizeof(finding->message), "%.*s", (int)strcspn(answer->text, "\n"), answer->text);
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
    }
    return "";
}

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

/* The line of a failed assertion, without the name of the program; NULL when there is none. */
static const char *find_assertion(const char *text, size_t *length)
{
    const char *found = NULL;

    for (const char *line = text; *line; line += *line == '\n') {
        size_t size = strcspn(line, "\n");

        if (memmem(line, size, "ssertion", strlen("ssertion"))) {
            const char *colon = strncmp(line, "qemu-system-", strlen("qemu-system-")) == 0 ? strstr(line, ": ") : NULL;

            found = colon && colon < line + size ? colon + 2 : line;
            *length = size - (size_t)(found - line);
        }
        line += size;
    }
    return found;
}

/* How many frames tell two crashes apart: a helper crashes for many callers, and further out all are the same. */
enum { CRASH_FRAMES = 3 };

static void identify_crash(const struct loader_answer *answer, struct finding *finding)
{
    size_t size = sizeof(finding->same), length, used;
    const char *assertion = find_assertion(answer->text, &length);
    const struct loader_frame *frame = loader_crash_frame(answer);
    const struct loader_frame *end = answer->frames + answer->n_frames;

    used = (size_t)snprintf(finding->same, size, "crash: ");
    if (assertion) {
        without_numbers(assertion, length, finding->same + used, size - used);
        return;
    }
    used += (size_t)snprintf(finding->same + used, size - used, "%s", finding->crash);
    for (int i = 1; frame && i < CRASH_FRAMES && ++frame < end; i++) {
        used += (size_t)snprintf(finding->same + used, size - used, " %s+0x%" PRIx64, frame->module, frame->offset);
    }
}

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

/* The place of a finding: the field, and the device where the field's path alone does not tell. */
static void place_of(const struct finding *finding, char *place, size_t size)
{
    const char *device = finding->device, *field = finding->field;

    if (is_subsection_header(field)) {
        snprintf(place, size, "subsection[]%s", strrchr(field, '.'));
        return;
    }
    if (strcmp(finding->property, "accepted-resaves-equal") == 0 && !*field) {
        device = "";
        field = NEVER_LOADED;
    } else if (strcmp(field, "virtio") == 0 || strncmp(field, "virtio.", strlen("virtio.")) == 0 ||
               strcmp(field, STATE_UNREAD) == 0 || strcmp(field, STATE_NO_STREAM) == 0) {
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

/* Says what makes this finding the same as another; see finding.h. */
static void identify(const struct judgement *judgement, struct finding *finding)
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
    place_of(finding, place, sizeof(place));
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

void finding_describe(const struct judgement *judgement, const struct property *property, struct finding *finding)
{
    const Hardstop__Setup *setup = judgement->test->setup;

    memset(finding, 0, sizeof(*finding));
    snprintf(finding->property, sizeof(finding->property), "%s", property->name);
    snprintf(finding->transport, sizeof(finding->transport), "%s", transport_of(judgement->test));
    if (setup) {
        snprintf(finding->machine, sizeof(finding->machine), "%s %s%s", setup->binary ? setup->binary : "?",
                 setup->machine ? setup->machine : "",
                 setup->framing == HARDSTOP__FRAMING__LEGACY ? " (legacy framing)" : "");
    }
    finding->verdict = judgement->verdict;
    describe_verdict(judgement, property, finding);
    identify(judgement, finding);
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

