/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks up the cells that answer the question. */
#include "harness/audit/trial.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/base/printable.h"
#include "harness/setup/setup.h"

/* Zeros are what most of a section holds, so they are the hardest to notice. */
static const struct edit_value zeros[TRIAL_LENGTHS] = { { .size = 1 }, { .size = 2 }, { .size = 3 }, { .size = 4 } };

const struct edit_choice trial_choice = {
    .edits = 1u << EDIT_INSERT | 1u << EDIT_DELETE,
    .values = zeros, .n_values = TRIAL_LENGTHS,
    .lengths = (1u << TRIAL_LENGTHS) - 1,
};

/* The verdict on so many bytes missing from, or added at, an offset. */
static int find_verdict(const struct audit *audit, enum edit edit, unsigned length, uint32_t offset,
                        enum verdict *verdict, struct hs_error *err)
{
    static const char *const values[][TRIAL_LENGTHS] = {
        [EDIT_INSERT] = { "00", "0000", "000000", "00000000" },
        [EDIT_DELETE] = { "1", "2", "3", "4" },
    };
    const struct audit_run *run = audit_run_at(audit, edit, values[edit][length - 1], offset);

    if (!run) {
        return hs_fail(err, offset, "the audit has no %s %s at this offset", edit_name(edit), values[edit][length - 1]);
    }
    *verdict = run->verdict;
    return 0;
}

/* Behind the payload's length; 0: it has none. */
static uint32_t find_payload(const struct audit *audit)
{
    for (size_t i = 0; i < audit->n_fields; i++) {
        if (strcmp(audit->fields[i].path, "length.value") == 0) {
            return audit->fields[i].offset + audit->fields[i].size;
        }
    }
    return 0;
}

/* Where the payload ends, and config_vector begins; UINT32_MAX: it is not there. */
static void find_places(const struct audit *audit, uint32_t *vector, uint32_t *end)
{
    static const char *const names[] = { "virtio.ccw.config_vector", "virtio.pci.config_vector" };

    *vector = UINT32_MAX;
    *end = audit->bytes;
    for (size_t i = 0; i < audit->n_fields; i++) {
        const struct audit_field *field = &audit->fields[i];

        for (size_t k = 0; k < HS_COUNT(names); k++) {
            if (strcmp(field->path, names[k]) == 0) {
                *vector = field->offset;
            }
        }
        if (strcmp(field->path, "footer.mark") == 0) {
            *end = field->offset;
        }
    }
}

static int read_places(struct trial *trial, const struct audit *audit, struct hs_error *err)
{
    uint32_t vector, end;

    find_places(audit, &vector, &end);
    trial->change_missing = trial->change_extra = VERDICT_COUNT;
    if (vector != UINT32_MAX && (find_verdict(audit, EDIT_DELETE, 2, vector, &trial->change_missing, err) < 0 ||
                                 find_verdict(audit, EDIT_INSERT, 2, vector, &trial->change_extra, err) < 0)) {
        return -1;
    }
    for (unsigned n = 1; n <= TRIAL_LENGTHS; n++) {
        if (find_verdict(audit, EDIT_DELETE, n, end - n, &trial->end_missing[n - 1], err) < 0 ||
            find_verdict(audit, EDIT_INSERT, n, end, &trial->end_extra[n - 1], err) < 0 ||
            find_verdict(audit, EDIT_DELETE, n, audit->bytes - n, &trial->between_missing[n - 1], err) < 0 ||
            find_verdict(audit, EDIT_INSERT, n, audit->bytes, &trial->between_extra[n - 1], err) < 0) {
            return -1;
        }
    }
    return 0;
}

/* Keeps the run's first cell among the TRIAL_FIRST first ones, which stand by offset. */
static void note_first(struct trial *trial, const struct audit *audit, const struct audit_run *run)
{
    const struct audit_field *field = audit_field_at(audit, run->offset);
    size_t at = trial->n_first;

    while (at && trial->first[at - 1].offset > run->offset) {
        at--;
    }
    if (at == TRIAL_FIRST) {
        return;
    }
    trial->n_first += trial->n_first < TRIAL_FIRST;
    memmove(&trial->first[at + 1], &trial->first[at], (trial->n_first - at - 1) * sizeof(trial->first[0]));
    trial->first[at] = (struct trial_cell){ .edit = run->edit, .offset = run->offset, .verdict = run->verdict };
    snprintf(trial->first[at].value, sizeof(trial->first[at].value), "%s", run->value);
    snprintf(trial->first[at].field, sizeof(trial->first[at].field), "%s", field ? field->path : "");
}

int trial_read(struct trial *trial, const struct audit *audit, struct hs_error *err)
{
    const char *program = audit->setup ? setup_program(audit->setup) : NULL;
    uint32_t from = strcmp(trial->framing, TRIAL_WRITTEN) == 0 ? find_payload(audit) : 0;

    snprintf(trial->loader, sizeof(trial->loader), "%s", audit->loader ? audit->loader : "");
    snprintf(trial->program, sizeof(trial->program), "%s", program ? program : "");
    printable_make(trial->loader);
    printable_make(trial->program);
    trial->bytes = audit->bytes;
    trial->streams = audit->streams;
    for (size_t i = 0; i < audit->n_runs; i++) {
        struct audit_run run = audit->runs[i];

        if (run.offset + run.count <= from) {
            continue;
        }
        run.count -= run.offset < from ? from - run.offset : 0;
        run.offset = run.offset < from ? from : run.offset;
        trial->counts[run.verdict] += run.count;
        if (run.verdict != VERDICT_REJECTED && run.verdict != VERDICT_UNKNOWN) {
            note_first(trial, audit, &run);
        }
    }
    return read_places(trial, audit, err);
}
