/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares audits run by run: field by field, and in each by binary search. */
#include "harness/audit/baseline.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/wire/map.h"

/* Where the cells of a field, or behind the last one, have their partners. */
struct span {
    uint32_t partner; /* offset of the first one's partner */
    uint32_t count; /* from the first on; 0: no partners */
};

struct comparison {
    const struct audit *now, *earlier;
    struct span *spans; /* one for each field, and one for what is behind */
    uint64_t partners; /* how many cells had one */
    struct baseline *baseline;
};

static uint32_t end_of_fields(const struct audit *audit)
{
    const struct audit_field *last = audit->n_fields ? &audit->fields[audit->n_fields - 1] : NULL;

    return last ? last->offset + last->size : 0;
}

static int by_path(const void *left, const void *right)
{
    const struct audit_field *a = *(const struct audit_field *const *)left;
    const struct audit_field *b = *(const struct audit_field *const *)right;
    int order = strcmp(a->path, b->path);

    return order ? order : (a->offset > b->offset) - (a->offset < b->offset);
}

/* Fields of the same path stand together, in the order of the section; free it. */
static const struct audit_field **sorted_fields(const struct audit *audit)
{
    const struct audit_field **fields = hs_alloc(audit->n_fields * sizeof(*fields));

    for (size_t i = 0; i < audit->n_fields; i++) {
        fields[i] = &audit->fields[i];
    }
    qsort(fields, audit->n_fields, sizeof(*fields), by_path);
    return fields;
}

static void match_fields(struct comparison *comparison)
{
    const struct audit *now = comparison->now, *earlier = comparison->earlier;
    const struct audit_field **left = sorted_fields(now), **right = sorted_fields(earlier);
    size_t i = 0, j = 0;

    while (i < now->n_fields && j < earlier->n_fields) {
        int order = strcmp(left[i]->path, right[j]->path);

        if (order == 0) {
            comparison->spans[left[i] - now->fields] = (struct span){
                right[j]->offset, left[i]->size < right[j]->size ? left[i]->size : right[j]->size,
            };
        }
        /* Where one audit has more fields of a path, those that are left over have no partner. */
        i += order <= 0;
        j += order >= 0;
    }
    free(left);
    free(right);
}

static void match_spans(struct comparison *comparison)
{
    const struct audit *now = comparison->now, *earlier = comparison->earlier;

    comparison->spans = hs_alloc((now->n_fields + 1) * sizeof(*comparison->spans));
    if (now->n_fields && earlier->n_fields) {
        match_fields(comparison);
        comparison->spans[now->n_fields] = (struct span){ end_of_fields(earlier), UINT32_MAX };
        return;
    }
    for (size_t i = 0; i < now->n_fields; i++) {
        comparison->spans[i] = (struct span){ now->fields[i].offset, now->fields[i].size };
    }
    comparison->spans[now->n_fields] = (struct span){ end_of_fields(now), UINT32_MAX };
}

/* Lowers `*count` to how many cells from the offset on have consecutive partners, or none; false: they have none. */
static bool find_place(const struct comparison *comparison, uint32_t offset, uint32_t *count, uint32_t *partner)
{
    const struct audit *now = comparison->now;
    const struct audit_field *field = audit_field_at(now, offset);
    const struct span *span = &comparison->spans[field ? (size_t)(field - now->fields) : now->n_fields];
    uint32_t into = offset - (field ? field->offset : end_of_fields(now));
    uint32_t left = into < span->count ? span->count - into : field ? field->size - into : *count;

    *count = *count < left ? *count : left;
    *partner = span->partner + into;
    return into < span->count;
}

/* The run of the partner of the first of `*count` cells, which is lowered to those that share it; NULL: none. */
static const struct audit_run *find_partner(struct comparison *comparison, const struct audit_run *run, uint32_t offset,
                                            uint32_t *count)
{
    const struct audit *earlier = comparison->earlier;
    const struct audit_run *found;
    uint32_t partner, limit;
    size_t index;

    if (!find_place(comparison, offset, count, &partner)) {
        return NULL;
    }
    index = audit_run_from(earlier, run->edit, run->value, partner);
    found = index < earlier->n_runs ? &earlier->runs[index] : NULL;
    if (!found || found->edit != run->edit || strcmp(found->value, run->value) != 0) {
        return NULL;
    }
    limit = found->offset <= partner ? found->offset + found->count - partner : found->offset - partner;
    *count = *count < limit ? *count : limit;
    if (found->offset > partner) {
        return NULL;
    }
    comparison->partners += *count;
    return found;
}

static void add_run(struct baseline_run **runs, size_t *n, const struct audit_run *run, uint32_t offset,
                    uint32_t count, enum verdict was)
{
    struct baseline_run *last = *n ? &(*runs)[*n - 1] : NULL;

    if (last && last->edit == run->edit && last->value == run->value && last->offset + last->count == offset &&
        last->was == was && last->now == run->verdict && last->message == run->message) {
        last->count += count;
        return;
    }
    *HS_PUSH(*runs, *n) = (struct baseline_run){
        run->edit, run->value, offset, count, was, run->verdict, run->message,
    };
}

static void add_worse(struct baseline *baseline, const struct audit_run *run, uint32_t offset, uint32_t count,
                      enum verdict was)
{
    baseline->worse += count;
    add_run(&baseline->runs, &baseline->n_runs, run, offset, count, was);
}

static void add_words(const struct comparison *comparison, const struct audit_run *run, uint32_t offset,
                      uint32_t count, const struct audit_run *partner)
{
    const unsigned places = NAMING_BIT(NAMING_SECTION) | NAMING_BIT(NAMING_DEVICE) | NAMING_BIT(NAMING_FIELD);
    struct baseline_words *words;
    unsigned now, was;

    if (!partner || !partner->said || !run->said) {
        return;
    }
    now = comparison->now->said[run->said - 1].named;
    was = comparison->earlier->said[partner->said - 1].named;
    if (!((was ^ now) & places)) {
        return;
    }
    words = was & ~now & places ? &comparison->baseline->vaguer : &comparison->baseline->clearer;
    if (!words->cells) {
        *words = (struct baseline_words){ 0, run->edit, run->value, offset, was, now };
    }
    words->cells += count;
}

static void add_cells(struct baseline *baseline, const struct audit_run *run, uint32_t offset, uint32_t count,
                      const struct audit_run *partner)
{
    enum verdict was = partner ? partner->verdict : VERDICT_COUNT;
    int order = verdict_severity(run->verdict) - verdict_severity(was == VERDICT_COUNT ? VERDICT_UNKNOWN : was);

    if (run->verdict == VERDICT_UNKNOWN) {
        baseline->unknown += count;
    } else if (was == VERDICT_COUNT || was == VERDICT_UNKNOWN) {
        if (edit_fails_by_itself(run->edit, run->verdict)) {
            add_worse(baseline, run, offset, count, was);
        } else {
            baseline->alone += count;
        }
    } else if (order > 0) {
        add_worse(baseline, run, offset, count, was);
    } else if (order < 0) {
        baseline->better += count;
    } else {
        baseline->same += count;
        if (was == VERDICT_GARBAGE && audit_leaves_other(run->message, partner->message)) {
            add_run(&baseline->others, &baseline->n_others, run, offset, count, was);
        }
    }
}

static void compare_run(struct comparison *comparison, const struct audit_run *run)
{
    uint32_t end = run->offset + run->count;

    for (uint32_t offset = run->offset, count; offset < end; offset += count) {
        const struct audit_run *partner;

        count = end - offset;
        partner = find_partner(comparison, run, offset, &count);
        add_cells(comparison->baseline, run, offset, count, partner);
        add_words(comparison, run, offset, count, partner);
    }
}

static int by_number(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

static void find_new_findings(const struct comparison *comparison)
{
    const struct audit *now = comparison->now, *earlier = comparison->earlier;
    uint64_t *signatures = hs_alloc(earlier->n_findings * sizeof(*signatures));
    struct baseline *baseline = comparison->baseline;

    for (size_t i = 0; i < earlier->n_findings; i++) {
        signatures[i] = earlier->findings[i].finding.signature;
    }
    qsort(signatures, earlier->n_findings, sizeof(*signatures), by_number);
    for (size_t i = 0; i < now->n_findings; i++) {
        if (!bsearch(&now->findings[i].finding.signature, signatures, earlier->n_findings, sizeof(*signatures),
                     by_number)) {
            *HS_PUSH(baseline->findings, baseline->n_findings) = &now->findings[i];
        }
    }
    free(signatures);
}

static void device_of(const struct audit *audit, char name[64])
{
    if (*audit->section) {
        map_device_of(audit->section, strlen(audit->section), name, 64);
    } else {
        strcpy(name, "a whole stream");
    }
}

int baseline_check(const struct audit *now, const struct audit *earlier, struct hs_error *err)
{
    char device[64], was[64];

    device_of(now, device);
    device_of(earlier, was);
    return strcmp(device, was) == 0
               ? 0
               : hs_fail(err, HS_NO_OFFSET, "the baseline is an audit of %s, and this one is of %s", was, device);
}

int baseline_compare(const struct audit *now, const struct audit *earlier, struct baseline *baseline,
                     struct hs_error *err)
{
    struct comparison comparison = { .now = now, .earlier = earlier, .baseline = baseline };

    if (baseline_check(now, earlier, err) < 0) {
        return -1;
    }
    match_spans(&comparison);
    for (size_t i = 0; i < now->n_runs; i++) {
        compare_run(&comparison, &now->runs[i]);
    }
    free(comparison.spans);
    if (!comparison.partners) {
        baseline_clear(baseline);
        return hs_fail(err, HS_NO_OFFSET, "the baseline has no cell of this audit: other edits, values or fields");
    }
    find_new_findings(&comparison);
    return 0;
}

void baseline_clear(struct baseline *baseline)
{
    free(baseline->runs);
    free(baseline->others);
    free(baseline->findings);
    memset(baseline, 0, sizeof(*baseline));
}
