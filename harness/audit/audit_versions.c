/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes each of the audits as the baseline of the other. */
#include "harness/audit/audit_versions.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/baseline.h"
#include "harness/base/alloc.h"
#include "harness/judge/versions.h"

/* A cell's field in the table, which grows in the order of the audit's fields. */
static struct audit_versions_field *field_of(struct audit_versions *versions, const struct audit *audit,
                                             uint32_t offset)
{
    const struct audit_field *field = audit_field_at(audit, offset);
    struct audit_versions_field entry = { .worse = 0 };

    map_path_without_indexes(field ? field->path : "(behind the last byte)", entry.path, sizeof(entry.path));
    for (size_t i = 0; i < versions->n; i++) {
        if (strcmp(versions->fields[i].path, entry.path) == 0) {
            return &versions->fields[i];
        }
    }
    *HS_PUSH(versions->fields, versions->n) = entry;
    return &versions->fields[versions->n - 1];
}

/* Counts the cells of the runs; of each field, too, in its number at `place`. */
static uint64_t count(struct audit_versions *versions, const struct audit *now, const struct baseline_run *runs,
                      size_t n, size_t place)
{
    uint64_t cells = 0;

    for (size_t i = 0; i < n; i++) {
        const struct baseline_run *run = &runs[i];

        for (uint32_t k = 0; run->was != VERDICT_COUNT && run->was != VERDICT_UNKNOWN && k < run->count; k++) {
            *(uint64_t *)((char *)field_of(versions, now, run->offset + k) + place) += 1;
            cells++;
        }
    }
    return cells;
}

static int compare(struct audit_versions *versions, const struct audit *now, const struct audit *other,
                   struct hs_error *err)
{
    struct baseline baseline = { 0 };
    int result = baseline_compare(now, other, &baseline, err);

    if (result == 0 && now == versions->newer) {
        versions->worse =
            count(versions, now, baseline.runs, baseline.n_runs, offsetof(struct audit_versions_field, worse));
        versions->other =
            count(versions, now, baseline.others, baseline.n_others, offsetof(struct audit_versions_field, other));
    } else if (result == 0) {
        versions->fixed =
            count(versions, now, baseline.runs, baseline.n_runs, offsetof(struct audit_versions_field, fixed));
        versions->cells = baseline.same + baseline.better + baseline.worse;
    }
    baseline_clear(&baseline);
    return result;
}

static int by_place(const void *left, const void *right, void *user)
{
    const struct audit_versions *versions = user;
    const struct audit_versions_field *const fields[] = { left, right };
    size_t place[2];

    for (size_t i = 0; i < 2; i++) {
        for (place[i] = 0; place[i] < versions->newer->n_fields; place[i]++) {
            char path[sizeof(fields[i]->path)];

            map_path_without_indexes(versions->newer->fields[place[i]].path, path, sizeof(path));
            if (strcmp(path, fields[i]->path) == 0) {
                break;
            }
        }
    }
    return place[0] < place[1] ? -1 : place[0] > place[1];
}

int audit_versions_compare(const struct audit *one, const struct audit *other, struct audit_versions *versions,
                           struct hs_error *err)
{
    bool swap = versions_order(one->loader, other->loader) >= 0;

    memset(versions, 0, sizeof(*versions));
    versions->older = swap ? other : one;
    versions->newer = swap ? one : other;
    if (compare(versions, versions->newer, versions->older, err) < 0 ||
        compare(versions, versions->older, versions->newer, err) < 0) {
        return -1;
    }
    if (versions->n) {
        qsort_r(versions->fields, versions->n, sizeof(*versions->fields), by_place, versions);
    }
    return 0;
}

void audit_versions_clear(struct audit_versions *versions)
{
    free(versions->fields);
    memset(versions, 0, sizeof(*versions));
}
