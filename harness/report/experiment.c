/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints trials, and turns them into JSON and back. */
#include "harness/report/experiment.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/printable.h"
#include "harness/report/grid.h"
#include "harness/report/style.h"

static uint64_t cells_of(const struct trial *trial)
{
    uint64_t cells = 0;

    for (int i = 0; i < VERDICT_COUNT; i++) {
        cells += trial->counts[i];
    }
    return cells;
}

static void print_letters(FILE *out, const enum verdict verdicts[TRIAL_LENGTHS])
{
    for (int i = 0; i < TRIAL_LENGTHS; i++) {
        fputc(grid_letter(verdicts[i]), out);
    }
}

static char vector_letter(enum verdict verdict)
{
    return verdict == VERDICT_COUNT ? '-' : grid_letter(verdict);
}

static void print_trial(FILE *out, const struct trial *trial)
{
    uint64_t cells = cells_of(trial), rejected = trial->counts[VERDICT_REJECTED];
    char share[16];

    grid_percent(rejected, cells, share, sizeof(share));
    fprintf(out, "%-8s %-4s %-7s %-7s %7" PRIu32 " %9" PRIu64 "  ", trial->device, trial->transport, trial->state,
            trial->footers ? "footer" : "legacy", trial->bytes, cells);
    style_print(out, rejected == cells ? STYLE_GOOD : STYLE_BAD, "%9s %%", share);
    for (enum verdict verdict = VERDICT_EQUAL; verdict < VERDICT_COUNT; verdict++) {
        fprintf(out, " %8" PRIu64, trial->counts[verdict]);
    }
    fprintf(out, "   %c %c   ", vector_letter(trial->change_missing), vector_letter(trial->change_extra));
    print_letters(out, trial->end_missing);
    fputc(' ', out);
    print_letters(out, trial->end_extra);
    fputs("   ", out);
    print_letters(out, trial->between_missing);
    fputc(' ', out);
    print_letters(out, trial->between_extra);
    fputc('\n', out);
}

static void print_first(FILE *out, const struct trial *trial)
{
    if (!trial->n_first) {
        return;
    }
    fprintf(out, "\n%s %s %s %s, first of those that were not rejected:\n", trial->device, trial->transport,
            trial->state, trial->footers ? "footer" : "legacy");
    for (size_t i = 0; i < trial->n_first; i++) {
        const struct trial_cell *cell = &trial->first[i];

        fprintf(out, "  %7" PRIu32 "  %s %s  %s  %s\n", cell->offset, edit_name(cell->edit), cell->value,
                verdict_name(cell->verdict), cell->field);
    }
    if (*trial->example) {
        fprintf(out, "  shown by %s in the folder of --examples\n", trial->example);
    }
}

/* What the figures say to the first of the three answers. */
static void print_answer(FILE *out, const struct trial *trials, size_t n)
{
    uint64_t cells[2] = { 0 }, rejected[2] = { 0 }, unknown = 0;

    for (size_t i = 0; i < n; i++) {
        cells[trials[i].footers] += cells_of(&trials[i]) - trials[i].counts[VERDICT_UNKNOWN];
        unknown += trials[i].counts[VERDICT_UNKNOWN];
        rejected[trials[i].footers] += trials[i].counts[VERDICT_REJECTED];
    }
    for (int footers = 0; footers < 2; footers++) {
        char share[16], a[GRID_NUMBER_SIZE], b[GRID_NUMBER_SIZE];

        if (cells[footers]) {
            grid_percent(rejected[footers], cells[footers], share, sizeof(share));
            fprintf(out,
                    "%s: %s %% of %s damages, one to four bytes too few or too many, are refused; %s are not.\n",
                    footers ? "With section footers" : "Without, as in 2015", share,
                    grid_number(cells[footers], a), grid_number(cells[footers] - rejected[footers], b));
        }
    }
    if (unknown) {
        fprintf(out, "%" PRIu64 " have no verdict: the harness failed.\n", unknown);
    }
}

void experiment_text(FILE *out, const struct trial *trials, size_t n)
{
    fprintf(out, "One to four bytes missing, or added (zeros), at every offset of a section with another device's "
                 "behind it.\n"
                 "Letters: . rejected, = equal, G garbage, C crashed, H hung, ? unknown.  vector: the two bytes of "
                 "config_vector missing, two too many (-: the section has none).\n"
                 "end, between: 1, 2, 3, 4 bytes missing, then added, at the end of the payload, and of the "
                 "section.\n\n");
    fprintf(out, "%-8s %-4s %-7s %-7s %7s %9s  %11s %8s %8s %8s %8s   %s  %-9s   %s\n", "device", "bus", "state",
            "framing", "bytes", "damages", "rejected", "equal", "garbage", "crashed", "hung", "vector", "end",
            "between");
    for (size_t i = 0; i < n; i++) {
        print_trial(out, &trials[i]);
    }
    for (size_t i = 0; i < n; i++) {
        print_first(out, &trials[i]);
    }
    fputc('\n', out);
    print_answer(out, trials, n);
}

static const struct trial *find_other(const struct trial *trials, size_t n, const struct trial *trial)
{
    for (size_t i = 0; i < n; i++) {
        if (trials[i].footers != trial->footers && strcmp(trials[i].device, trial->device) == 0 &&
            strcmp(trials[i].transport, trial->transport) == 0 && strcmp(trials[i].state, trial->state) == 0) {
            return &trials[i];
        }
    }
    return NULL;
}

/* "99.2 %: 102 equal, 9 garbage"; "100 %" alone where all are rejected, "-" where there is no trial. */
static void print_share(FILE *out, const struct trial *trial)
{
    static const char *const separators[] = { ": ", ", " };
    bool later = false;
    char share[16];

    if (!trial) {
        fputc('-', out);
        return;
    }
    grid_percent(trial->counts[VERDICT_REJECTED], cells_of(trial), share, sizeof(share));
    fprintf(out, "%s %%", share);
    for (enum verdict verdict = VERDICT_EQUAL; verdict < VERDICT_COUNT; verdict++) {
        if (trial->counts[verdict]) {
            fprintf(out, "%s%" PRIu64 " %s", separators[later], trial->counts[verdict], verdict_name(verdict));
            later = true;
        }
    }
}

void experiment_markdown(FILE *out, const struct trial *trials, size_t n)
{
    fputs("| device | state | damages | rejected without footers | rejected with footers |\n"
          "|---|---|---|---|---|\n", out);
    for (size_t i = 0; i < n; i++) {
        const struct trial *other = find_other(trials, n, &trials[i]);
        const struct trial *legacy = trials[i].footers ? other : &trials[i];
        const struct trial *footer = trials[i].footers ? &trials[i] : other;

        if (trials[i].footers && legacy) {
            continue;
        }
        fprintf(out, "| %s %s | %s | %" PRIu64 " | ", trials[i].transport, trials[i].device, trials[i].state,
                cells_of(&trials[i]));
        print_share(out, legacy);
        fputs(" | ", out);
        print_share(out, footer);
        fputs(" |\n", out);
    }
}

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

json_t *experiment_json(const struct trial *trials, size_t n)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        const struct trial *trial = &trials[i];
        json_t *counts = json_object();

        for (enum verdict verdict = VERDICT_UNKNOWN; verdict < VERDICT_COUNT; verdict++) {
            json_object_set_new(counts, verdict_name(verdict), json_integer((json_int_t)trial->counts[verdict]));
        }
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:b, s:I, s:I, s:o, s:{s:o, s:o}, s:{s:o, s:o}, s:{s:o, s:o}, s:o, s:s}",
                            "device", trial->device, "transport", trial->transport, "state", trial->state, "footers",
                            (int)trial->footers, "bytes", (json_int_t)trial->bytes, "streams",
                            (json_int_t)trial->streams, "verdicts", counts, "config_vector", "missing",
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
    trial->footers = json_is_true(json_object_get(value, "footers"));
    return take_text(trial->device, sizeof(trial->device), json_object_get(value, "device")) &&
           take_text(trial->transport, sizeof(trial->transport), json_object_get(value, "transport")) &&
           take_text(trial->state, sizeof(trial->state), json_object_get(value, "state")) &&
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

struct trial *experiment_read(const char *path, size_t *n, struct hs_error *err)
{
    json_t *root = read_json(path, err), *list = json_object_get(root, "trials");
    struct trial *trials = hs_alloc((json_array_size(list) + 1) * sizeof(*trials));

    *n = 0;
    while (*n < json_array_size(list) && take_trial(&trials[*n], json_array_get(list, *n))) {
        ++*n;
    }
    if (root && *n < json_array_size(list)) {
        hs_fail(err, HS_NO_OFFSET, "%s: trial %zu is not one", path, *n);
    }
    if (!root || *n < json_array_size(list)) {
        free(trials);
        trials = NULL;
    }
    json_decref(root);
    return trials;
}
