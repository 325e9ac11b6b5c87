/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads an audit from JSON, and refuses what contradicts itself. */
#include "harness/audit/audit_json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/printable.h"
#include "harness/audit/audit_json_said.h"
#include "harness/message/reflect.h"
#include "harness/setup/framing.h"

/* No sweep has more (EDIT_MAX_CELLS): a file that claims more would only take memory. */
#define MAX_BYTES (UINT32_C(1) << 26)
#define MAX_CELLS (UINT64_C(1) << 27)

enum key {
    KEY_VERSION, KEY_SETUP, KEY_LOADER, KEY_SECTION, KEY_BYTES, KEY_STREAMS, KEY_EDITS, KEY_FIELDS, KEY_FINDINGS,
    KEY_CELLS, KEY_REFUSALS, KEY_MESSAGES, KEY_COUNT,
};

static const char *const keys[KEY_COUNT] = {
    [KEY_VERSION] = "version", [KEY_SETUP] = "setup", [KEY_LOADER] = "loader", [KEY_SECTION] = "section",
    [KEY_BYTES] = "bytes", [KEY_STREAMS] = "streams", [KEY_EDITS] = "edits", [KEY_FIELDS] = "fields",
    [KEY_FINDINGS] = "findings", [KEY_CELLS] = "cells", [KEY_REFUSALS] = "refusals", [KEY_MESSAGES] = "messages",
};

static int read_number(const struct json_part *part, uint32_t max, uint32_t *number, struct hs_error *err)
{
    json_t *value = json_part_parse(part, err);
    uint64_t wide = 0;
    int result = value ? json_as_number(value, part->key, max, &wide, err) : -1;

    *number = (uint32_t)wide;
    json_decref(value);
    return result;
}

static int read_text(const struct json_part *part, struct audit *audit, const char **text, struct hs_error *err)
{
    json_t *value = json_part_parse(part, err);
    int result = json_is_string(value) ? 0 : -1;

    if (result == 0) {
        *text = audit_keep(audit, json_string_value(value));
    } else if (value) {
        hs_fail(err, HS_NO_OFFSET, "\"%s\" is no text", part->key);
    }
    json_decref(value);
    return result;
}

static int read_list(const json_t *setup, const char *key, char ***list, size_t *n, struct hs_error *err)
{
    const json_t *values = json_object_get(setup, key);

    if (!json_is_array(values)) {
        return hs_fail(err, HS_NO_OFFSET, "\"%s\" is %s", key, values ? "no list" : "missing");
    }
    for (size_t i = 0; i < json_array_size(values); i++) {
        const char *text = json_string_value(json_array_get(values, i));

        if (!text) {
            return hs_fail(err, HS_NO_OFFSET, "\"%s\"[%zu] is no text", key, i);
        }
        *HS_PUSH(*list, *n) = printable_copy(text, strlen(text));
    }
    return 0;
}

static int read_framing(const json_t *object, Hardstop__Setup *setup, struct hs_error *err)
{
    const json_t *value = json_object_get(object, "framing");
    const struct setup_framing *framing;
    const char *name;

    if (json_is_null(value)) {
        return 0;
    }
    name = json_get_text(object, "framing", err);
    if (!name) {
        return -1;
    }
    framing = setup_framing_find(name);
    if (!framing) {
        return hs_fail(err, HS_NO_OFFSET, "no framing \"%s\"", name);
    }
    setup_set_framing(setup, framing);
    return 0;
}

static int fill_setup(const json_t *object, Hardstop__Setup *setup, struct hs_error *err)
{
    const char *binary = json_get_text(object, "binary", err);
    const char *machine = binary ? json_get_text(object, "machine", err) : NULL;
    const char *memory = machine ? json_get_text(object, "memory", err) : NULL;

    if (!memory) {
        return -1;
    }
    setup->binary = *binary ? printable_copy(binary, strlen(binary)) : NULL;
    setup->machine = *machine ? printable_copy(machine, strlen(machine)) : NULL;
    if (strcmp(memory, setup->memory) != 0) {
        setup->memory = printable_copy(memory, strlen(memory));
    }
    if (read_list(object, "device", &setup->device, &setup->n_device, err) < 0 ||
        read_list(object, "global", &setup->global, &setup->n_global, err) < 0 ||
        read_list(object, "option", &setup->option, &setup->n_option, err) < 0) {
        return -1;
    }
    setup->has_defaults = setup->defaults = json_is_true(json_object_get(object, "defaults"));
    return read_framing(object, setup, err);
}

static int read_setup(const struct json_part *part, struct audit *audit, struct hs_error *err)
{
    json_t *object = json_part_parse(part, err);
    int result = -1;

    audit->setup = (Hardstop__Setup *)reflect_new(&hardstop__setup__descriptor);
    if (object) {
        result = fill_setup(object, audit->setup, err);
        result = result < 0 ? hs_fail_in(err, "\"%s\"", part->key) : 0;
    }
    json_decref(object);
    return result;
}

static int read_field(void *user, const json_t *object, struct hs_error *err)
{
    struct audit *audit = user;
    const struct audit_field *last = audit->n_fields ? &audit->fields[audit->n_fields - 1] : NULL;
    const char *path = json_get_text(object, "path", err);
    uint32_t end = last ? last->offset + last->size : 0, offset, size;

    if (!path || json_get_number(object, "offset", audit->bytes, &offset, err) < 0 ||
        json_get_number(object, "size", audit->bytes, &size, err) < 0) {
        return -1;
    }
    if (offset != end || size == 0 || size > audit->bytes - offset) {
        return hs_fail(err, HS_NO_OFFSET, "%" PRIu32 " bytes at %" PRIu32 " do not go from %" PRIu32 " on within %"
                       PRIu32, size, offset, end, audit->bytes);
    }
    audit_add_field(audit, path, offset, size);
    return 0;
}

/* What cells and findings share. */
static int get_place(const struct audit *audit, const json_t *object, struct audit_run *run, struct hs_error *err)
{
    const char *edit = json_get_text(object, "edit", err);
    const char *verdict = edit ? json_get_text(object, "verdict", err) : NULL;

    run->value = verdict ? json_get_text(object, "value", err) : NULL;
    run->message = run->value ? json_get_text(object, "message", err) : NULL;
    if (!run->message || json_get_number(object, "offset", audit->bytes, &run->offset, err) < 0) {
        return -1;
    }
    run->edit = edit_of_name(edit);
    run->verdict = verdict_of_name(verdict);
    if (run->edit == EDIT_MAX || run->verdict == VERDICT_COUNT) {
        return hs_fail(err, HS_NO_OFFSET, "no %s \"%s\"", run->edit == EDIT_MAX ? "edit" : "verdict",
                       run->edit == EDIT_MAX ? edit : verdict);
    }
    return edit_has_value(run->edit, run->value)
               ? 0 : hs_fail(err, HS_NO_OFFSET, "%s has no value \"%s\"", edit, run->value);
}

static int read_count(const struct audit *audit, const json_t *object, struct audit_run *run, struct hs_error *err)
{
    bool alone = edit_kinds[run->edit].place != EDIT_AT_BYTE;
    uint32_t max = alone ? 1 : audit->bytes + 1 - run->offset;

    if (json_get_number(object, "count", max, &run->count, err) < 0) {
        return -1;
    }
    return run->count ? 0 : hs_fail(err, HS_NO_OFFSET, "\"count\" is 0");
}

static int check_field(const struct audit *audit, const json_t *object, const struct audit_run *run,
                       struct hs_error *err)
{
    const char *path = json_get_text(object, "field", err);
    const struct audit_field *field = audit_field_at(audit, run->offset);

    if (!path) {
        return -1;
    }
    return strcmp(path, field ? field->path : "") == 0
               ? 0 : hs_fail(err, HS_NO_OFFSET, "the field at %" PRIu32 " is not \"%s\"", run->offset, path);
}

static int read_cell(void *user, const json_t *object, struct hs_error *err)
{
    struct audit *audit = user;
    struct audit_run run = { .count = 1 };

    if (get_place(audit, object, &run, err) < 0 ||
        (run.verdict == VERDICT_REJECTED && audit_json_get_said(audit, object, &run, err) < 0) ||
        (run.verdict == VERDICT_REJECTED ? read_count(audit, object, &run, err)
                                         : check_field(audit, object, &run, err)) < 0) {
        return -1;
    }
    if (audit_cells(audit, run.edit) + run.count > MAX_CELLS) {
        return hs_fail(err, HS_NO_OFFSET, "%s: more damages than an audit has", edit_name(run.edit));
    }
    if (!audit_can_add(audit, &run)) {
        return hs_fail(err, HS_NO_OFFSET, "%s \"%s\" at %" PRIu32 " is there twice or out of order",
                       edit_name(run.edit), run.value, run.offset);
    }
    audit_add(audit, &run);
    return 0;
}

static int check_count(const struct audit *audit, const json_t *verdicts, enum edit edit, enum verdict verdict,
                       struct hs_error *err)
{
    const char *name = verdict_name(verdict);
    uint64_t count;

    if (json_as_number(json_object_get(verdicts, name), name, UINT64_MAX, &count, err) < 0) {
        return hs_fail_in(err, "\"%s\"", edit_name(edit));
    }
    return count == audit->counts[edit][verdict]
               ? 0 : hs_fail(err, HS_NO_OFFSET, "\"%s\": \"%s\" is %" PRIu64 ", the cells have %" PRIu64,
                             edit_name(edit), name, count, audit->counts[edit][verdict]);
}

static int check_edits(const struct audit *audit, const json_t *edits, struct hs_error *err)
{
    size_t n = 0;

    for (unsigned edit = 0; edit < edit_count; edit++) {
        const json_t *verdicts = json_object_get(edits, edit_name((enum edit)edit));

        if ((verdicts != NULL) != (audit_cells(audit, (enum edit)edit) > 0)) {
            return hs_fail(err, HS_NO_OFFSET, "\"%s\" is %s", edit_name((enum edit)edit),
                           verdicts ? "there, without cells" : "missing");
        }
        n += verdicts != NULL;
        for (int verdict = 0; verdicts && verdict < VERDICT_COUNT; verdict++) {
            if (check_count(audit, verdicts, (enum edit)edit, (enum verdict)verdict, err) < 0) {
                return -1;
            }
        }
    }
    return json_is_object(edits) && json_object_size(edits) == n
               ? 0 : hs_fail(err, HS_NO_OFFSET, "no object, or an edit that is none");
}

static int read_edits(const struct json_part *part, const struct audit *audit, struct hs_error *err)
{
    json_t *edits = json_part_parse(part, err);
    int result = -1;

    if (edits) {
        result = check_edits(audit, edits, err);
        result = result < 0 ? hs_fail_in(err, "\"%s\"", part->key) : 0;
    }
    json_decref(edits);
    return result;
}

static int get_signature(const json_t *object, uint64_t *signature, struct hs_error *err)
{
    const char *text = json_get_text(object, "signature", err);

    if (!text) {
        return -1;
    }
    *signature = strtoull(text, NULL, 16);
    return strlen(text) == 16 && strspn(text, "0123456789abcdef") == 16
               ? 0 : hs_fail(err, HS_NO_OFFSET, "\"%s\" is no signature", text);
}

/* The first files of this version were written without some keys. */
static bool is_later(const json_t *object, const char *key)
{
    return (strcmp(key, "kind") == 0 || strcmp(key, "source") == 0) && !json_object_get(object, key);
}

static int get_texts(const json_t *object, struct finding *finding, struct hs_error *err)
{
    for (size_t i = 0; i < FINDING_TEXTS; i++) {
        const struct finding_text *place = &finding_texts[i];
        const char *text = is_later(object, place->key) ? "" : json_get_text(object, place->key, err);

        if (!text) {
            return -1;
        }
        if (strlen(text) >= place->size) {
            return hs_fail(err, HS_NO_OFFSET, "\"%s\" has more than %zu bytes", place->key, place->size - 1);
        }
        strcpy((char *)finding + place->offset, text);
    }
    return 0;
}

static uint64_t all_cells(const struct audit *audit)
{
    uint64_t cells = 0;

    for (unsigned i = 0; i < edit_count; i++) {
        cells += audit_cells(audit, (enum edit)i);
    }
    return cells;
}

static int read_finding(void *user, const json_t *object, struct hs_error *err)
{
    struct audit *audit = user;
    struct audit_finding finding = { 0 };
    struct audit_run run = { 0 };

    finding.path = json_get_text(object, "case", err);
    if (!finding.path || get_signature(object, &finding.finding.signature, err) < 0 ||
        get_place(audit, object, &run, err) < 0 || get_texts(object, &finding.finding, err) < 0 ||
        json_get_number(object, "cells", UINT32_MAX, &finding.cells, err) < 0) {
        return -1;
    }
    if (!property_find(finding.finding.property)) {
        return hs_fail(err, HS_NO_OFFSET, "no property \"%s\"", finding.finding.property);
    }
    if (!audit_run_at(audit, run.edit, run.value, run.offset)) {
        return hs_fail(err, HS_NO_OFFSET, "its cell, %s \"%s\" at %" PRIu32 ", is not there", edit_name(run.edit),
                       run.value, run.offset);
    }
    if (finding.cells == 0 || finding.cells > all_cells(audit)) {
        return hs_fail(err, HS_NO_OFFSET, "%" PRIu32 " cells of %" PRIu64, finding.cells, all_cells(audit));
    }
    finding.finding.verdict = run.verdict;
    finding.edit = run.edit;
    finding.value = run.value;
    finding.offset = run.offset;
    audit_add_finding(audit, &finding);
    return 0;
}

static int read_version(const struct json_part *part, struct hs_error *err)
{
    uint32_t version;

    if (read_number(part, UINT32_MAX, &version, err) < 0) {
        return -1;
    }
    return version == AUDIT_JSON_VERSION
               ? 0 : hs_fail(err, HS_NO_OFFSET, "\"%s\" is %" PRIu32 "; this program reads %d", part->key, version,
                             AUDIT_JSON_VERSION);
}

static int read_parts(const struct json_part *parts, struct audit *audit, struct hs_error *err)
{
    /* Places are checked against `bytes`, the names of fields against `fields`, and counts against the cells. */
    if (read_version(&parts[KEY_VERSION], err) < 0 || read_setup(&parts[KEY_SETUP], audit, err) < 0 ||
        read_text(&parts[KEY_LOADER], audit, &audit->loader, err) < 0 ||
        read_text(&parts[KEY_SECTION], audit, &audit->section, err) < 0 ||
        read_number(&parts[KEY_BYTES], MAX_BYTES, &audit->bytes, err) < 0 ||
        read_number(&parts[KEY_STREAMS], UINT32_MAX, &audit->streams, err) < 0 ||
        json_part_each(&parts[KEY_FIELDS], read_field, audit, err) < 0 ||
        audit_json_read_messages(&parts[KEY_MESSAGES], audit, err) < 0 ||
        json_part_each(&parts[KEY_CELLS], read_cell, audit, err) < 0 ||
        audit_json_check_said(&parts[KEY_MESSAGES], &parts[KEY_REFUSALS], audit, err) < 0 ||
        read_edits(&parts[KEY_EDITS], audit, err) < 0) {
        return -1;
    }
    return json_part_each(&parts[KEY_FINDINGS], read_finding, audit, err);
}

int audit_json_parse(const char *text, size_t size, struct audit *audit, struct hs_error *err)
{
    struct json_part parts[KEY_COUNT] = { 0 };

    for (int i = 0; i < KEY_COUNT; i++) {
        parts[i].key = keys[i];
        parts[i].is_optional = i == KEY_REFUSALS || i == KEY_MESSAGES;
    }
    if (json_parts_split(text, size, parts, KEY_COUNT, err) < 0 || read_parts(parts, audit, err) < 0) {
        audit_clear(audit);
        return -1;
    }
    return 0;
}

int audit_json_read(const char *path, struct audit *audit, struct hs_error *err)
{
    uint8_t *data;
    size_t size;
    int result;

    if (file_read(path, &data, &size, err) < 0) {
        return -1;
    }
    result = audit_json_parse((const char *)data, size, audit, err);
    free(data);
    return result < 0 ? hs_fail_in(err, "%s", path) : 0;
}
