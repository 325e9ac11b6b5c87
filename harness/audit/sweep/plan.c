/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lays the cells out in series, so that any of them is found by its number and damaged without encoding again. */
#include "harness/audit/sweep/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/case.h"

/* More cells than this take days and the memory of the machine. */
#define MAX_CELLS (UINT32_C(1) << 26)

static const char *const section_edits[] = { "swap", "repeat", "drop" };

static const struct stream_encoding *plain_of(const struct sweep_plan *plan)
{
    return &plan->map.encoding;
}

static void print_hex(const uint8_t *bytes, size_t size, char *text)
{
    *text = 0;
    for (size_t i = 0; i < size; i++) {
        sprintf(text + 2 * i, "%02x", bytes[i]);
    }
}

/* Returns the series, to be given its value; its cells are counted. */
static struct sweep_series *add_series(struct sweep_plan *plan, enum edit edit, size_t offset, size_t count)
{
    struct sweep_series *series;

    plan->series = hs_grow(plan->series, plan->n_series, sizeof(*plan->series));
    series = &plan->series[plan->n_series];
    *series = (struct sweep_series){ .edit = edit, .offset = (uint32_t)offset, .count = (uint32_t)count,
                                 .first = plan->cells };
    if (count > MAX_CELLS || plan->cells + count > MAX_CELLS) {
        plan->cells = UINT32_MAX;
    } else {
        plan->cells += (uint32_t)count;
    }
    plan->n_series += count != 0 && plan->cells != UINT32_MAX;
    return series;
}

static void add_bytes_series(struct sweep_plan *plan, enum edit edit, size_t offset, size_t count, const uint8_t *bytes,
                           size_t size)
{
    struct sweep_series *series = add_series(plan, edit, offset, count);

    memcpy(series->bytes, bytes, size);
    series->size = (uint8_t)size;
    print_hex(bytes, size, series->value);
}

static void plan_truncate(struct sweep_plan *plan, const struct sweep_options *options)
{
    (void)options;
    add_series(plan, EDIT_TRUNCATE, 0, plan->bytes);
}

/* The same value again is the same cells again. */
static bool was_before(const struct sweep_value *values, size_t i)
{
    for (size_t k = 0; k < i; k++) {
        if (values[k].size == values[i].size && memcmp(values[k].bytes, values[i].bytes, values[i].size) == 0) {
            return true;
        }
    }
    return false;
}

static void plan_insert(struct sweep_plan *plan, const struct sweep_options *options)
{
    for (size_t i = 0; i < options->n_values; i++) {
        const struct sweep_value *value = &options->values[i];

        if (!was_before(options->values, i)) {
            add_bytes_series(plan, EDIT_INSERT, 0, plan->bytes + 1, value->bytes, value->size);
        }
    }
}

static void plan_delete(struct sweep_plan *plan, const struct sweep_options *options)
{
    for (unsigned n = 1; n <= 8 && n <= plan->bytes; n++) {
        if (options->lengths & 1u << (n - 1)) {
            struct sweep_series *series = add_series(plan, EDIT_DELETE, 0, plan->bytes - n + 1);

            series->size = (uint8_t)n;
            snprintf(series->value, sizeof(series->value), "%u", n);
        }
    }
}

static void plan_flip(struct sweep_plan *plan, const struct sweep_options *options)
{
    (void)options;
    for (unsigned bit = 0; bit < 8; bit++) {
        uint8_t mask = (uint8_t)(1u << bit);

        add_bytes_series(plan, EDIT_FLIP, 0, plan->bytes, &mask, 1);
    }
}

static void plan_range(struct sweep_plan *plan, const struct sweep_options *options)
{
    uint8_t values[SWEEP_BOUNDARIES][SWEEP_VALUE_SIZE];

    (void)options;
    for (size_t i = 0; i < plan->map.n; i++) {
        const struct map_entry *entry = &plan->map.entries[i];
        bool described = entry->section != MAP_NO_SECTION &&
                         section_is_described(plan->test->stream->section[entry->section]);
        size_t n;

        if (entry->offset < plan->base || entry->offset - plan->base >= plan->bytes) {
            continue;
        }
        n = sweep_boundaries(&plan->map, entry, described, values);
        for (size_t k = 0; k < n; k++) {
            add_bytes_series(plan, EDIT_RANGE, entry->offset - plan->base, 1, values[k], entry->size);
        }
    }
}

static void plan_section(struct sweep_plan *plan, const struct sweep_options *options)
{
    const struct stream_encoding *plain = plain_of(plan);

    (void)options;
    for (size_t kind = 0; kind < HS_COUNT(section_edits); kind++) {
        for (size_t i = 0; i < plain->n_marks; i++) {
            bool swap = kind == 0;

            if ((plan->section == SWEEP_WHOLE || plan->section == i) && !(swap && i + 1 == plain->n_marks)) {
                struct sweep_series *series = add_series(plan, EDIT_SECTION, plain->marks[i].start - plan->base, 1);

                snprintf(series->value, sizeof(series->value), "%s", section_edits[kind]);
            }
        }
    }
}

static int check_options(const struct sweep_plan *plan, const struct sweep_options *options, struct hs_error *err)
{
    if (plan->test->n_damage) {
        return hs_fail(err, HS_NO_OFFSET, "the case has damages of its own");
    }
    if (!plan->test->stream || !plain_of(plan)->out.size) {
        return hs_fail(err, HS_NO_OFFSET, "the case has no stream");
    }
    if (plan->section != SWEEP_WHOLE && plan->section >= plain_of(plan)->n_marks) {
        return hs_fail(err, HS_NO_OFFSET, "the stream has no section %zu, only %zu sections", plan->section,
                       plain_of(plan)->n_marks);
    }
    if (plain_of(plan)->out.size > UINT32_MAX / 2) {
        return hs_fail(err, HS_NO_OFFSET, "the stream is too large to be swept");
    }
    for (size_t i = 0; i < options->n_values; i++) {
        HS_CHECK(options->values[i].size >= 1 && options->values[i].size <= SWEEP_VALUE_SIZE, "%u bytes",
                 options->values[i].size);
    }
    return 0;
}

int sweep_plan_init(struct sweep_plan *plan, const Hardstop__Case *test, const struct sweep_options *options,
                    struct hs_error *err)
{
    static void (*const planners[EDIT_COUNT])(struct sweep_plan *, const struct sweep_options *) = {
        [EDIT_TRUNCATE] = plan_truncate, [EDIT_INSERT] = plan_insert, [EDIT_DELETE] = plan_delete,
        [EDIT_FLIP] = plan_flip,         [EDIT_RANGE] = plan_range,   [EDIT_SECTION] = plan_section,
    };

    memset(plan, 0, sizeof(*plan));
    plan->test = test;
    plan->section = options->section;
    if (test->stream) {
        map_init(&plan->map, test->stream, options->description);
    }
    if (check_options(plan, options, err) < 0) {
        return -1;
    }
    plan->bytes = plain_of(plan)->out.size;
    if (plan->section != SWEEP_WHOLE) {
        const struct stream_mark *mark = &plain_of(plan)->marks[plan->section];

        plan->base = mark->start;
        plan->bytes = mark->end - mark->start;
    }
    for (int edit = 0; edit < EDIT_COUNT && plan->cells != UINT32_MAX; edit++) {
        if (options->edits & 1u << edit) {
            planners[edit](plan, options);
        }
    }
    if (plan->cells == UINT32_MAX || !plan->cells) {
        return hs_fail(err, HS_NO_OFFSET, plan->cells ? "too many damages for one sweep: choose fewer values or edits"
                                                      : "no damage is asked for");
    }
    return 0;
}

void sweep_plan_clear(struct sweep_plan *plan)
{
    map_clear(&plan->map);
    free(plan->series);
    memset(plan, 0, sizeof(*plan));
}

struct sweep_cell sweep_plan_cell(const struct sweep_plan *plan, uint32_t index)
{
    size_t low = 0, high = plan->n_series;

    HS_CHECK(index < plan->cells, "cell %u of %u", index, plan->cells);
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (plan->series[middle].first <= index) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (struct sweep_cell){ &plan->series[low], plan->series[low].offset + (index - plan->series[low].first) };
}

bool sweep_plan_repeats(const struct sweep_plan *plan, const struct sweep_cell *cell)
{
    const struct sweep_series *series = cell->series;
    const uint8_t *before;

    if (cell->offset == series->offset || (series->edit != EDIT_DELETE && series->edit != EDIT_INSERT)) {
        return false;
    }
    before = plain_of(plan)->out.data + plan->base + cell->offset - 1;
    if (series->edit == EDIT_DELETE) {
        return before[0] == before[series->size];
    }
    for (size_t i = 0; i < series->size; i++) {
        if (series->bytes[i] != before[0]) {
            return false;
        }
    }
    return true;
}

uint64_t sweep_plan_hash(const struct sweep_plan *plan)
{
    size_t size;
    uint8_t *packed = case_pack(plan->test, &size);
    XXH64_hash_t hash = XXH3_64bits(packed, size);
    uint64_t numbers[] = { plan->section, plan->base, plan->bytes, plan->cells };

    free(packed);
    hash = XXH3_64bits_withSeed(numbers, sizeof(numbers), hash);
    for (size_t i = 0; i < plan->n_series; i++) {
        const struct sweep_series *series = &plan->series[i];

        hash = XXH3_64bits_withSeed(series->value, strlen(series->value), hash + (uint64_t)series->edit);
        hash = XXH3_64bits_withSeed(&series->offset, sizeof(series->offset), hash + series->count);
    }
    return hash;
}
