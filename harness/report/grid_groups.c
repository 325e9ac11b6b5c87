/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers the cells of fields that differ in their indexes alone. */
#include "harness/report/grid.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "harness/base/alloc.h"
#include "harness/wire/map.h"

struct grid_name {
    UT_hash_handle hh;
    size_t group;
    char text[];
};

static struct grid_name *find_name(const struct grid_groups *groups, const char *text)
{
    struct grid_name *name;

    HASH_FIND_STR(groups->names, text, name);
    return name;
}

static size_t group_named(struct grid_groups *groups, const char *text, uint32_t offset)
{
    struct grid_name *name = find_name(groups, text);

    if (!name) {
        name = hs_alloc(sizeof(*name) + strlen(text) + 1);
        strcpy(name->text, text);
        name->group = groups->n;
        HASH_ADD_STR(groups->names, text, name);
        *HS_PUSH(groups->groups, groups->n) = (struct grid_group){ .name = name->text, .offset = offset,
                                                                   .worst = GRID_UNTESTED,
                                                                   .worst_all = GRID_UNTESTED };
    }
    return name->group;
}

static void find_groups(struct grid_groups *groups, const struct audit *audit)
{
    const struct audit_field *last = audit->n_fields ? &audit->fields[audit->n_fields - 1] : NULL;
    uint32_t end = last ? last->offset + last->size : 0;
    uint32_t *last_field = hs_alloc((audit->n_fields + 1) * sizeof(*last_field)); /* of each group */
    char name[512];

    groups->of_field = hs_alloc((audit->n_fields + 1) * sizeof(*groups->of_field));
    groups->next_field = hs_alloc((audit->n_fields + 1) * sizeof(*groups->next_field));
    for (size_t i = 0; i < audit->n_fields; i++) {
        const struct audit_field *field = &audit->fields[i];
        size_t group;

        map_path_without_indexes(field->path, name, sizeof(name));
        group = group_named(groups, name, field->offset);
        groups->of_field[i] = group;
        if (groups->groups[group].fields) {
            groups->next_field[last_field[group]] = i;
        }
        last_field[group] = i;
        groups->groups[group].fields++;
        groups->groups[group].bytes += field->size;
    }
    for (size_t i = 0; i < audit->n_runs; i++) {
        if (audit->runs[i].offset + (uint64_t)audit->runs[i].count > end) {
            groups->of_field[audit->n_fields] = group_named(groups, GRID_BEHIND, end);
            break;
        }
    }
    free(last_field);
}

void grid_each_piece(const struct grid_groups *groups, const struct audit *audit, const struct audit_run *run,
                     grid_piece_fn *piece, void *user)
{
    const struct audit_field *field = audit_field_at(audit, run->offset);
    uint64_t at = run->offset, end = at + run->count;

    while (at < end) {
        size_t i = field ? (size_t)(field - audit->fields) : audit->n_fields;
        uint64_t next = field && field->offset + (uint64_t)field->size < end ? field->offset + field->size : end;

        piece(&groups->groups[groups->of_field[i]], run, at, next - at, user);
        at = next;
        field = i + 1 < audit->n_fields ? field + 1 : NULL;
    }
}

static void count(struct grid_group *group, const struct audit_run *run, uint32_t offset, uint32_t cells, void *user)
{
    bool passed = run->verdict != VERDICT_REJECTED && run->verdict != VERDICT_UNKNOWN;

    (void)offset;
    (void)user;
    group->counts[run->edit][run->verdict] += cells;
    group->passed_all += passed ? cells : 0;
    if (edit_changes_length(run->edit)) {
        group->passed += passed ? cells : 0;
        if (grid_severity(run->verdict) > grid_severity(group->worst)) {
            group->worst = run->verdict;
        }
    }
    if (grid_severity(run->verdict) > grid_severity(group->worst_all)) {
        group->worst_all = run->verdict;
    }
}

void grid_groups_init(struct grid_groups *groups, const struct audit *audit)
{
    *groups = (struct grid_groups){ 0 };
    find_groups(groups, audit);
    for (size_t i = 0; i < audit->n_runs; i++) {
        grid_each_piece(groups, audit, &audit->runs[i], count, NULL);
    }
}

void grid_groups_clear(struct grid_groups *groups)
{
    struct grid_name *name, *next;

    HASH_ITER(hh, groups->names, name, next) {
        HASH_DEL(groups->names, name);
        free(name);
    }
    free(groups->groups);
    free(groups->of_field);
    free(groups->next_field);
    *groups = (struct grid_groups){ 0 };
}

const struct grid_group *grid_group_find(const struct grid_groups *groups, const char *name)
{
    const struct grid_name *found = find_name(groups, name);

    return found ? &groups->groups[found->group] : NULL;
}

int grid_compare_groups(const struct grid_group *a, const struct grid_group *b)
{
    if (a->worst != b->worst) {
        return grid_severity(b->worst) - grid_severity(a->worst);
    }
    if (a->passed != b->passed) {
        return a->passed > b->passed ? -1 : 1;
    }
    return (a->passed_all < b->passed_all) - (a->passed_all > b->passed_all);
}

static int by_badness(const void *left, const void *right, void *user)
{
    const struct grid_group *groups = user;
    const struct grid_group *a = &groups[*(const size_t *)left], *b = &groups[*(const size_t *)right];
    int order = grid_compare_groups(a, b);

    return order ? order : a < b ? -1 : a > b;
}

size_t *grid_groups_worst_first(const struct grid_groups *groups)
{
    size_t *order = hs_alloc((groups->n + 1) * sizeof(*order));

    for (size_t i = 0; i < groups->n; i++) {
        order[i] = i;
    }
    qsort_r(order, groups->n, sizeof(*order), by_badness, groups->groups);
    return order;
}
