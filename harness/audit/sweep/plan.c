/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lays the cells out in series, so that any of them is found by its number and damaged without encoding again. */
#include "harness/audit/sweep/plan.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/case.h"

static const struct stream_encoding *plain_of(const struct sweep_plan *plan)
{
    return &plan->map.encoding;
}

static int check_options(const struct sweep_plan *plan, const struct sweep_options *options, struct hs_error *err)
{
    if (plan->test->n_damage) {
        return hs_fail(err, HS_NO_OFFSET, "the case has damages of its own");
    }
    if (!plan->test->stream || !plain_of(plan)->out.size) {
        return hs_fail(err, HS_NO_OFFSET, "the case has no stream");
    }
    if (plain_of(plan)->out.size > UINT32_MAX / 2) {
        return hs_fail(err, HS_NO_OFFSET, "the stream is too large to be swept");
    }
    for (size_t i = 0; i < options->choice.n_values; i++) {
        HS_CHECK(options->choice.values[i].size >= 1 && options->choice.values[i].size <= EDIT_VALUE_SIZE,
                 "%u bytes", options->choice.values[i].size);
    }
    return 0;
}

/* The cells of the chosen edits, in the order of the table. */
static void add_cells(struct sweep_plan *plan, const struct edit_choice *choice)
{
    struct edit_list list = { 0 };

    for (unsigned edit = 0; edit < edit_count && list.cells != UINT32_MAX; edit++) {
        if (choice->edits & 1u << edit) {
            list.edit = (enum edit)edit;
            edit_kinds[edit].plan(&plan->target, choice, &list);
        }
    }
    plan->series = list.series;
    plan->n_series = list.n;
    plan->cells = list.cells;
}

int sweep_plan_init(struct sweep_plan *plan, const Hardstop__Case *test, const struct sweep_options *options,
                    struct hs_error *err)
{
    memset(plan, 0, sizeof(*plan));
    plan->test = test;
    if (test->stream) {
        map_init(&plan->map, test->stream, NULL);
    }
    if (check_options(plan, options, err) < 0) {
        return -1;
    }
    if (!edit_target_init(&plan->target, test->stream, plain_of(plan), options->section)) {
        return hs_fail(err, HS_NO_OFFSET, "the stream has no section %zu, only %zu sections", options->section,
                       plain_of(plan)->n_marks);
    }
    plan->target.map = &plan->map;
    add_cells(plan, &options->choice);
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

/* Where lengths follow, the cell at a payload's first byte is the first that changes its length. */
static bool has_own_length(const struct sweep_plan *plan, uint32_t offset)
{
    size_t section = plan->target.section;

    return plan->test->as_written &&
           (section == EDIT_WHOLE || plan->target.base + offset == plain_of(plan)->marks[section].payload);
}

bool sweep_plan_repeats(const struct sweep_plan *plan, const struct sweep_cell *cell)
{
    const struct edit_series *series = cell->series;
    const struct edit_kind *kind = &edit_kinds[series->edit];

    return cell->offset != series->offset && kind->repeats && !has_own_length(plan, cell->offset) &&
           kind->repeats(series, plain_of(plan)->out.data + plan->target.base + cell->offset - 1);
}

/* Sections in another order are encoded anew: there are few such cells. */
static void reorder(const struct sweep_plan *plan, struct edit_made *made, struct builder *out)
{
    Hardstop__Damage *damages[] = { &made->damage };
    Hardstop__Case damaged = *plan->test;
    struct stream_encoding plain = { 0 };
    struct damage_effect effect;

    damaged.n_damage = 1;
    damaged.damage = damages;
    damage_apply(&damaged, &plain, out, &effect);
    stream_encoding_clear(&plain);
}

bool sweep_plan_bytes(const struct sweep_plan *plan, const struct sweep_cell *cell, struct builder *out)
{
    const struct builder *plain = &plain_of(plan)->out;
    struct damage_effect effect = { .first = SIZE_MAX };
    struct edit_made made;

    HS_CHECK(edit_make(&plan->target, cell->series, cell->offset, &made), "%s %s at %u",
             edit_name(cell->series->edit), cell->series->value, cell->offset);
    if (edit_kinds[cell->series->edit].place == EDIT_AT_SECTION) {
        reorder(plan, &made, out);
        return false;
    }
    builder_reset(out);
    builder_put(out, plain->data, plain->size);
    damage_do(out, plan->target.base + cell->offset, &made.damage, &effect);
    if (!effect.truncated) {
        damage_follow(out, plan->test, plan->test->stream, plain_of(plan), plan->target.base + cell->offset,
                      plain->size);
    }
    return effect.truncated;
}

uint64_t sweep_plan_hash(const struct sweep_plan *plan)
{
    size_t size;
    uint8_t *packed = case_pack(plan->test, &size);
    XXH64_hash_t hash = XXH3_64bits(packed, size);
    uint64_t numbers[] = { plan->target.section, plan->target.base, plan->target.bytes, plan->cells };

    free(packed);
    hash = XXH3_64bits_withSeed(numbers, sizeof(numbers), hash);
    for (size_t i = 0; i < plan->n_series; i++) {
        const struct edit_series *series = &plan->series[i];

        hash = XXH3_64bits_withSeed(series->value, strlen(series->value), hash + (uint64_t)series->edit);
        hash = XXH3_64bits_withSeed(&series->offset, sizeof(series->offset), hash + series->count);
    }
    return hash;
}
