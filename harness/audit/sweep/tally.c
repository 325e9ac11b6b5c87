/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results by cell; the audit is made of them at the end, so that the order in which they came is of no matter. */
#include "harness/audit/sweep/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/sweep/said.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/message/reflect.h"

/* Long enough that handing out costs nothing, short enough that workers end together. */
enum { LARGEST_PIECE = 256, PIECES_LEFT = 4 };

static void find_repeats(struct sweep_tally *tally)
{
    const struct sweep_plan *plan = tally->plan;

    tally->repeats = hs_alloc(plan->cells);
    for (size_t i = 0; i < plan->n_series; i++) {
        const struct edit_series *series = &plan->series[i];

        for (uint32_t k = 0; k < series->count; k++) {
            struct sweep_cell cell = { series, series->offset + k };

            tally->repeats[series->first + k] = sweep_plan_repeats(plan, &cell);
            tally->streams += !tally->repeats[series->first + k];
        }
    }
}

/* A cell and those behind it that repeat it. */
static uint32_t cells_of(const struct sweep_tally *tally, uint32_t cell)
{
    uint32_t end = cell + 1;

    while (end < tally->plan->cells && tally->repeats[end]) {
        end++;
    }
    return end - cell;
}

int sweep_tally_init(struct sweep_tally *tally, const struct sweep_plan *plan, const char *journal, uint64_t hash,
                     struct hs_error *err)
{
    memset(tally, 0, sizeof(*tally));
    tally->plan = plan;
    tally->journal.fd = -1;
    find_repeats(tally);
    tally->results = hs_alloc(plan->cells * sizeof(*tally->results));
    if (sweep_journal_open(&tally->journal, journal, hash, &tally->answers, tally->results, plan->cells, err) < 0) {
        return -1;
    }
    for (uint32_t i = 0; i < plan->cells; i++) {
        if (tally->repeats[i]) {
            tally->results[i] = 0;
        } else if (tally->results[i]) {
            tally->done += cells_of(tally, i);
        } else {
            tally->missing++;
        }
    }
    return 0;
}

void sweep_tally_clear(struct sweep_tally *tally)
{
    sweep_journal_close(&tally->journal);
    sweep_answers_clear(&tally->answers);
    free(tally->repeats);
    free(tally->results);
    free(tally->returned);
    memset(tally, 0, sizeof(*tally));
}

void sweep_tally_put(struct sweep_tally *tally, uint32_t cell, uint32_t answer)
{
    if (tally->results[cell] || tally->repeats[cell]) {
        return;
    }
    tally->results[cell] = answer + 1;
    tally->missing--;
    tally->done += cells_of(tally, cell);
    if (tally->answers.list[answer].verdict != VERDICT_UNKNOWN) {
        sweep_journal_note(&tally->journal, cell, answer);
    }
}

static uint32_t first_missing(const struct sweep_tally *tally, uint32_t from, uint32_t end)
{
    while (from < end && (tally->results[from] || tally->repeats[from])) {
        from++;
    }
    return from;
}

bool sweep_tally_has_more(struct sweep_tally *tally)
{
    tally->cursor = first_missing(tally, tally->cursor, tally->plan->cells);
    return tally->n_returned || tally->cursor < tally->plan->cells;
}

bool sweep_tally_take(struct sweep_tally *tally, unsigned workers, struct sweep_piece *piece)
{
    uint32_t size;

    if (!sweep_tally_has_more(tally)) {
        return false;
    }
    if (tally->n_returned) {
        *piece = tally->returned[--tally->n_returned];
        return true;
    }
    size = (tally->plan->cells - tally->cursor) / (workers * PIECES_LEFT);
    size = size < 1 ? 1 : size > LARGEST_PIECE ? LARGEST_PIECE : size;
    *piece = (struct sweep_piece){ .first = tally->cursor, .end = tally->cursor + size };
    tally->cursor += size;
    return true;
}

void sweep_tally_return(struct sweep_tally *tally, struct sweep_piece piece)
{
    piece.first = first_missing(tally, piece.first, piece.end);
    if (piece.first == piece.end) {
        return;
    }
    *HS_PUSH(tally->returned, tally->n_returned) = piece;
}

static void add_fields(const struct sweep_plan *plan, struct audit *audit)
{
    for (size_t i = 0; i < plan->map.n; i++) {
        const struct map_entry *entry = &plan->map.entries[i];
        char name[512], device[64] = "";

        if (entry->offset < plan->target.base || entry->offset - plan->target.base >= plan->target.bytes ||
            !entry->size) {
            continue;
        }
        if (plan->target.section == EDIT_WHOLE && entry->section != MAP_NO_SECTION) {
            map_device_name(plan->test->stream->section[entry->section], device, sizeof(device));
        }
        snprintf(name, sizeof(name), "%s%s%s", device, *device ? " " : "", entry->path);
        audit_add_field(audit, name, (uint32_t)(entry->offset - plan->target.base), (uint32_t)entry->size);
    }
}

/* Adds cells with one answer; those of a rejection field by field. */
static void add_cells(struct sweep_said *said, const struct sweep_answer *answer, struct audit_run run)
{
    uint32_t end = run.offset + run.count;

    run.verdict = answer->verdict;
    run.message = answer->text;
    for (; run.offset < end; run.offset += run.count) {
        run.count = end - run.offset;
        if (run.verdict == VERDICT_REJECTED) {
            sweep_said_judge(said, (uint32_t)(answer - said->answers->list), &run);
        }
        audit_add(said->audit, &run);
    }
}

static void add_series(const struct sweep_tally *tally, const struct edit_series *series, struct sweep_said *said)
{
    uint32_t result = 0, length;

    for (uint32_t k = 0; k < series->count; k += length) {
        struct audit_run run = { .edit = series->edit, .value = series->value, .offset = series->offset + k };

        result = tally->results[series->first + k] ? tally->results[series->first + k] : result;
        HS_CHECK(result, "cell %u has no result", series->first + k);
        for (length = 1; k + length < series->count; length++) {
            uint32_t next = tally->results[series->first + k + length];

            if (next && next != result) {
                break;
            }
        }
        run.count = length;
        add_cells(said, &tally->answers.list[result - 1], run);
    }
}

static int in_audits_order(const void *left, const void *right)
{
    const struct edit_series *a = *(const struct edit_series *const *)left;
    const struct edit_series *b = *(const struct edit_series *const *)right;
    struct audit_run first = { .edit = a->edit, .value = a->value, .offset = a->offset };
    struct audit_run second = { .edit = b->edit, .value = b->value, .offset = b->offset };

    return audit_compare_runs(&first, &second);
}

void sweep_tally_fill(const struct sweep_tally *tally, struct audit *audit)
{
    const struct sweep_plan *plan = tally->plan;
    const struct edit_series **series = hs_resize(NULL, plan->n_series, sizeof(*series));
    struct sweep_said said;
    char idstr[512] = "";

    if (plan->target.section != EDIT_WHOLE) {
        const ProtobufCBinaryData *bytes = &plan->test->stream->section[plan->target.section]->idstr;

        snprintf(idstr, sizeof(idstr), "%.*s", (int)bytes->len, (const char *)bytes->data);
    }
    if (!audit->setup && plan->test->setup) {
        audit->setup = (Hardstop__Setup *)reflect_clone(&plan->test->setup->base);
    }
    audit->loader = audit_keep(audit, audit->loader ? audit->loader : "");
    audit->section = audit_keep(audit, idstr);
    audit->bytes = (uint32_t)plan->target.bytes;
    audit->streams = tally->streams;
    add_fields(plan, audit);
    for (size_t i = 0; i < plan->n_series; i++) {
        series[i] = &plan->series[i];
    }
    qsort(series, plan->n_series, sizeof(*series), in_audits_order);
    sweep_said_init(&said, plan, &tally->answers, audit);
    for (size_t i = 0; i < plan->n_series; i++) {
        add_series(tally, series[i], &said);
    }
    sweep_said_clear(&said);
    free(series);
}
