/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Describes a failed property, gives it a signature, and keeps it in a folder. */
#include "harness/oracle/finding.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/case/case.h"

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
        snprintf(finding->field, sizeof(finding->field), "behind the end-of-file mark");
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

/* Where each text of a finding stands in its struct. */
static const struct {
    const char *key;
    size_t offset, size;
} texts[] = {
#define TEXT(member) { #member, offsetof(struct finding, member), sizeof(((struct finding *)0)->member) }
    TEXT(property), TEXT(device), TEXT(field), TEXT(crash), TEXT(machine), TEXT(transport), TEXT(message),
};

/* QEMU's words and idstrs can hold any byte; what a finding says is printable. */
static void make_printable(struct finding *finding)
{
    for (size_t i = 0; i < HS_COUNT(texts); i++) {
        for (char *c = (char *)finding + texts[i].offset; *c; c++) {
            *c = *c >= 0x20 && *c < 0x7f ? *c : '?';
        }
    }
}

void finding_describe(const struct judgement *judgement, const struct property *property, struct finding *finding)
{
    const Hardstop__Setup *setup = judgement->test->setup;
    char *identity;

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
    make_printable(finding);
    identity = hs_format("%s|%s|%s|%s", finding->transport, verdict_name(finding->verdict), finding->device,
                         *finding->crash ? finding->crash : finding->field);
    finding->signature = XXH3_64bits(identity, strlen(identity));
    free(identity);
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

/* A folder of findings. */

char *finding_case_path(const char *folder, const struct finding *finding)
{
    return hs_format("%s/%016" PRIx64 ".textproto", folder, finding->signature);
}

static char *json_path(const char *folder, uint64_t signature)
{
    return hs_format("%s/%016" PRIx64 ".json", folder, signature);
}

static int save_json(const char *path, const struct finding *finding, struct hs_error *err)
{
    json_t *object = json_object();
    char *text;
    int result;

    for (size_t i = 0; i < HS_COUNT(texts); i++) {
        const char *value = (const char *)finding + texts[i].offset;

        json_object_set_new(object, texts[i].key, json_stringn_nocheck(value, strlen(value)));
    }
    json_object_set_new(object, "verdict", json_string(verdict_name(finding->verdict)));
    text = json_dumps(object, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
    json_decref(object);
    if (!text) {
        return hs_fail(err, HS_NO_OFFSET, "%s: a text of the finding is not UTF-8", path);
    }
    result = file_write(path, text, strlen(text), err);
    free(text);
    return result;
}

static int save_case(const char *path, const struct finding *finding, const Hardstop__Case *test, struct hs_error *err)
{
    char *text = case_text(test);
    char *commented = hs_format("# %s: %s\n# %s, device %s, field %s\n# %s\n# hardstop repro --confirm THIS_FILE\n%s",
                                finding->property, verdict_name(finding->verdict), finding->machine, finding->device,
                                *finding->field ? finding->field : "-", finding->message, text);
    int result = file_write(path, commented, strlen(commented), err);

    free(text);
    free(commented);
    return result;
}

static bool read_one(const char *folder, const char *name, struct finding *finding)
{
    char *path = hs_format("%s/%s", folder, name);
    json_t *object = json_load_file(path, 0, NULL);
    char *end;

    free(path);
    memset(finding, 0, sizeof(*finding));
    finding->signature = strtoull(name, &end, 16);
    if (!json_is_object(object) || end != name + 16 || strcmp(end, ".json") != 0) {
        json_decref(object);
        return false;
    }
    for (size_t i = 0; i < HS_COUNT(texts); i++) {
        const char *value = json_string_value(json_object_get(object, texts[i].key));

        snprintf((char *)finding + texts[i].offset, texts[i].size, "%s", value ? value : "");
    }
    finding->verdict = verdict_of_name(json_string_value(json_object_get(object, "verdict"))
                                           ? json_string_value(json_object_get(object, "verdict"))
                                           : "");
    json_decref(object);
    return finding->verdict != VERDICT_COUNT;
}

bool finding_is_known(const char *folder, uint64_t signature)
{
    char *name = hs_format("%016" PRIx64 ".json", signature);
    struct finding finding;
    bool known = read_one(folder, name, &finding);

    free(name);
    return known;
}

int finding_save(const char *folder, const struct finding *finding, const Hardstop__Case *test, struct hs_error *err)
{
    char *json, *text;
    int result;

    if (finding_is_known(folder, finding->signature)) {
        return 0;
    }
    json = json_path(folder, finding->signature);
    text = finding_case_path(folder, finding);
    /* The JSON comes last: where it is, the finding is whole. */
    result = save_case(text, finding, test, err) < 0 || save_json(json, finding, err) < 0 ? -1 : 1;
    free(json);
    free(text);
    return result;
}

static int by_signature(const void *left, const void *right)
{
    const struct finding *a = left, *b = right;

    return a->signature < b->signature ? -1 : a->signature > b->signature;
}

struct finding *finding_read_all(const char *folder, size_t *n, struct hs_error *err)
{
    struct finding *findings = hs_alloc(sizeof(*findings)), finding;
    DIR *directory = opendir(folder);
    struct dirent *entry;

    *n = 0;
    if (!directory) {
        hs_fail(err, HS_NO_OFFSET, "%s: %s", folder, strerror(errno));
        free(findings);
        return NULL;
    }
    while ((entry = readdir(directory))) {
        if (strlen(entry->d_name) == 21 && read_one(folder, entry->d_name, &finding)) {
            findings = hs_resize(findings, *n + 1, sizeof(*findings));
            findings[(*n)++] = finding;
        }
    }
    closedir(directory);
    qsort(findings, *n, sizeof(*findings), by_signature);
    return findings;
}

static int by_severity(const void *left, const void *right)
{
    static const int severity[VERDICT_COUNT] = {
        [VERDICT_CRASHED] = 5, [VERDICT_HUNG] = 4, [VERDICT_GARBAGE] = 3, [VERDICT_EQUAL] = 2, [VERDICT_REJECTED] = 1,
    };
    const struct finding *a = left, *b = right;
    int order = severity[b->verdict] - severity[a->verdict];

    order = order ? order : strcmp(a->transport, b->transport);
    order = order ? order : strcmp(a->device, b->device);
    order = order ? order : strcmp(a->field, b->field);
    return order ? order : by_signature(left, right);
}

void finding_sort(struct finding *findings, size_t n)
{
    qsort(findings, n, sizeof(*findings), by_severity);
}
