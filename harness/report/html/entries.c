/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts findings that are read as one into one row. */
#include "harness/report/html/entries.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/case/pokes.h"

enum poke entries_moment(size_t i)
{
    size_t at = 0;

    if (i < 2) {
        return i ? POKE_RETRY : POKE_NONE;
    }
    for (const struct poke_row *row = poke_rows; row->number; row++) {
        at += row->number != POKE_RETRY;
        if (row->number != POKE_RETRY && at == i - 1) {
            return (enum poke)row->number;
        }
    }
    return POKES;
}

/* Does a developer read the same in both? */
static bool is_one_row(const struct entry *a, const struct entry *b)
{
    const struct finding *one = a->finding, *other = b->finding;

    if (one->poke != other->poke || a->status != b->status) {
        return false;
    }
    if (a->line || b->line) {
        return a->line && b->line && a->line->signature == b->line->signature;
    }
    return one->verdict == other->verdict && strcmp(one->property, other->property) == 0 &&
           strcmp(one->device, other->device) == 0 && strcmp(one->field, other->field) == 0 &&
           strcmp(one->crash, other->crash) == 0;
}

void entries_make(struct entries *entries, const struct listed *listed)
{
    *entries = (struct entries){ .listed = listed };
    for (size_t i = 0; i < listed->n_findings; i++) {
        const struct finding *finding = &listed->findings[i];
        struct entry entry = { .finding = finding, .line = known_of_signature(listed->known, finding->signature),
                               .status = listed_status_of(listed, finding) };

        if (listed_is_wanted(listed, entry.status, finding->verdict)) {
            while (entry.first < entries->n && !is_one_row(&entries->list[entry.first], &entry)) {
                entry.first++;
            }
            *HS_PUSH(entries->list, entries->n) = entry;
        }
    }
}

void entries_clear(struct entries *entries)
{
    free(entries->list);
}

bool entries_is_row(const struct entries *entries, size_t i, enum listed_status status)
{
    return entries->list[i].first == i && (status == LISTED_STATUSES || entries->list[i].status == status);
}

size_t entries_count(const struct entries *entries, size_t moment, enum listed_status status)
{
    size_t n = 0;

    for (size_t i = 0; i < entries->n; i++) {
        n += entries_is_row(entries, i, status) &&
             (moment == ENTRIES_ALL || entries->list[i].finding->poke == entries_moment(moment));
    }
    return n;
}

bool entry_may_be_unsafe(const struct entry *entry)
{
    return finding_may_be_unsafe(entry->finding) || (entry->line && entry->line->kind == KNOWN_KIND_MEMORY);
}
