/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trials as JSON and back; what is read is checked key by key. */
#include "harness/audit/trial_json.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/printable.h"

/* Ten times what all devices on all buses make. */
#define MAX_TRIALS 4096

static json_t *verdict_list(const enum verdict verdicts[TRIAL_LENGTHS])
{
    json_t *list = json_array();

    for (int i = 0; i < TRIAL_LENGTHS; i++) {
        json_array_append_new(list, json_string(verdict_name(verdicts[i])));
    }
    return list;
}

static json_t *first_list(const struct trial *trial)
{
    json_t *list = json_array();

    for (size_t i = 0; i < trial->n_first; i++) {
        const struct trial_cell *cell = &trial->first[i];

        json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:s, s:s}", "edit", edit_name(cell->edit), "value",
                                              cell->value, "offset", (json_int_t)cell->offset, "field", cell->field,
                                              "verdict", verdict_name(cell->verdict)));
    }
    return list;
}

static json_t *vector_json(enum verdict verdict)
{
    return verdict == VERDICT_COUNT ? json_null() : json_string(verdict_name(verdict));
}

json_t *trial_json(const struct trial *trials, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        const struct trial *trial = &trials[i];
        json_t *counts = json_object();

        for (enum verdict verdict = VERDICT_UNKNOWN; verdict < VERDICT_COUNT; verdict++) {
            json_object_set_new(counts, verdict_name(verdict), json_integer((json_int_t)trial->counts[verdict]));
        }
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:o, s:{s:o, s:o}, s:{s:o, s:o}, s:{s:o, s:o}, "
                            "s:o, s:s}",
                            "device", trial->device, "transport", trial->transport, "state", trial->state, "framing",
                            trial->framing, "loader", trial->loader, "program", trial->program, "bytes",
                            (json_int_t)trial->bytes, "streams", (json_int_t)trial->streams, "verdicts", counts,
                            "config_vector", "missing",
                            vector_json(trial->change_missing), "extra", vector_json(trial->change_extra), "end",
                            "missing", verdict_list(trial->end_missing), "extra", verdict_list(trial->end_extra),
                            "between", "missing", verdict_list(trial->between_missing), "extra",
                            verdict_list(trial->between_extra), "first", first_list(trial), "example",
                            trial->example));
    }
    return json_pack("{s:o}", "trials", list);
}

static bool take_text(char *to, size_t size, const json_t *value)
{
    const char *text = json_string_value(value);
    bool good = text && (size_t)snprintf(to, size, "%s", text) < size;

    printable_make(to);
    return good;
}

/* Files of an older hardstop lack it. */
static bool take_new_text(char *to, size_t size, const json_t *value)
{
    *to = 0;
    return !value || take_text(to, size, value);
}

static bool take_verdict(enum verdict *verdict, const json_t *value)
{
    *verdict = json_is_string(value) ? verdict_of_name(json_string_value(value)) : VERDICT_COUNT;
    return *verdict != VERDICT_COUNT;
}

static bool take_vector(enum verdict *verdict, const json_t *value)
{
    *verdict = VERDICT_COUNT;
    return json_is_null(value) || take_verdict(verdict, value);
}

static bool take_number(uint32_t *number, const json_t *value)
{
    *number = (uint32_t)json_integer_value(value);
    return json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) <= UINT32_MAX;
}

static bool take_list(enum verdict verdicts[TRIAL_LENGTHS], const json_t *list)
{
    bool good = json_array_size(list) == TRIAL_LENGTHS;

    for (size_t i = 0; good && i < TRIAL_LENGTHS; i++) {
        good = take_verdict(&verdicts[i], json_array_get(list, i));
    }
    return good;
}

static bool take_first(struct trial *trial, const json_t *list)
{
    bool good = json_is_array(list) && json_array_size(list) <= TRIAL_FIRST;

    for (size_t i = 0; good && i < json_array_size(list); i++) {
        struct trial_cell *cell = &trial->first[trial->n_first++];
        const json_t *value = json_array_get(list, i);
        const char *edit = json_string_value(json_object_get(value, "edit"));

        cell->edit = edit ? edit_of_name(edit) : EDIT_MAX;
        good = cell->edit != EDIT_MAX &&
               take_text(cell->value, sizeof(cell->value), json_object_get(value, "value")) &&
               take_number(&cell->offset, json_object_get(value, "offset")) &&
               take_text(cell->field, sizeof(cell->field), json_object_get(value, "field")) &&
               take_verdict(&cell->verdict, json_object_get(value, "verdict"));
    }
    return good;
}

static bool take_counts(struct trial *trial, const json_t *counts)
{
    bool good = json_is_object(counts);

    for (enum verdict verdict = VERDICT_UNKNOWN; good && verdict < VERDICT_COUNT; verdict++) {
        const json_t *value = json_object_get(counts, verdict_name(verdict));

        good = json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) <= UINT32_MAX;
        trial->counts[verdict] = (uint64_t)json_integer_value(value);
    }
    return good;
}

static const json_t *get(const json_t *object, const char *outer, const char *inner)
{
    return json_object_get(json_object_get(object, outer), inner);
}

static bool take_trial(struct trial *trial, const json_t *value)
{
    return take_text(trial->device, sizeof(trial->device), json_object_get(value, "device")) &&
           take_text(trial->transport, sizeof(trial->transport), json_object_get(value, "transport")) &&
           take_text(trial->state, sizeof(trial->state), json_object_get(value, "state")) &&
           take_text(trial->framing, sizeof(trial->framing), json_object_get(value, "framing")) &&
           take_new_text(trial->loader, sizeof(trial->loader), json_object_get(value, "loader")) &&
           take_new_text(trial->program, sizeof(trial->program), json_object_get(value, "program")) &&
           take_number(&trial->bytes, json_object_get(value, "bytes")) &&
           take_number(&trial->streams, json_object_get(value, "streams")) &&
           take_counts(trial, json_object_get(value, "verdicts")) &&
           take_vector(&trial->change_missing, get(value, "config_vector", "missing")) &&
           take_vector(&trial->change_extra, get(value, "config_vector", "extra")) &&
           take_list(trial->end_missing, get(value, "end", "missing")) &&
           take_list(trial->end_extra, get(value, "end", "extra")) &&
           take_list(trial->between_missing, get(value, "between", "missing")) &&
           take_list(trial->between_extra, get(value, "between", "extra")) &&
           take_first(trial, json_object_get(value, "first")) &&
           take_text(trial->example, sizeof(trial->example), json_object_get(value, "example"));
}

static json_t *read_json(const char *path, struct hs_error *err)
{
    json_error_t error;
    uint8_t *data;
    size_t size;
    json_t *root;

    if (file_read(path, &data, &size, err) < 0) {
        return NULL;
    }
    root = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, &error);
    free(data);
    if (!root) {
        hs_fail(err, (uint64_t)error.position, "%s: %s", path, error.text);
    } else if (!json_is_array(json_object_get(root, "trials"))) {
        hs_fail(err, HS_NO_OFFSET, "%s: no list \"trials\"", path);
        json_decref(root);
        root = NULL;
    }
    return root;
}

struct trial *trial_json_read(const char *path, size_t *n, struct hs_error *err)
{
    json_t *root = read_json(path, err), *list = json_object_get(root, "trials");
    struct trial *trials = NULL;
    bool good = root != NULL;

    *n = 0;
    if (json_array_size(list) > MAX_TRIALS) {
        good = false;
        hs_fail(err, HS_NO_OFFSET, "%s: more than %d trials", path, MAX_TRIALS);
    }
    for (size_t i = 0; good && i < json_array_size(list); i++) {
        good = take_trial(HS_PUSH(trials, *n), json_array_get(list, i));
        if (!good) {
            hs_fail(err, HS_NO_OFFSET, "%s: trial %zu is not one", path, i);
        }
    }
    json_decref(root);
    if (!good) {
        free(trials);
        return NULL;
    }
    return trials ? trials : hs_alloc(1);
}
