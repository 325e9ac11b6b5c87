/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at a canary beside a fresh device: what it holds, and what it does not. */
#include "harness/canary/canary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/canary/canary_table.h"
#include "harness/judge/state_bytes.h"

size_t canary_last_section(const Hardstop__Stream *stream)
{
    size_t last = 0;

    for (size_t i = 0; i < stream->n_section; i++) {
        last = section_is_described(stream->section[i]) ? i : last;
    }
    return last;
}

static int by_path(const void *left, const void *right)
{
    const struct map_entry *a = left, *b = right;

    return a->section != b->section ? (a->section < b->section ? -1 : 1) : strcmp(a->path, b->path);
}

/* The map of a fresh device, its entries sorted by path. */
static void map_by_path(struct map *map, const Hardstop__Stream *stream)
{
    map_init(map, stream, NULL);
    qsort(map->entries, map->n, sizeof(*map->entries), by_path);
}

static bool same_pattern(const char *left, const char *right)
{
    char a[256], b[256];

    canary_pattern(left, a, sizeof(a));
    canary_pattern(right, b, sizeof(b));
    return strcmp(a, b) == 0;
}

static bool same_gap(const struct canary_gap *gap, const char *path, const char *reason)
{
    return same_pattern(gap->path, path) && (reason ? gap->reason && strcmp(gap->reason, reason) == 0 : !gap->reason);
}

static void add_gap(struct canary *canary, const char *path, const char *reason)
{
    struct canary_gap *gap;

    for (size_t i = canary->n_gaps; i-- > 0;) {
        if (same_gap(&canary->gaps[i], path, reason)) {
            canary->gaps[i].places++;
            return;
        }
    }
    gap = HS_PUSH(canary->gaps, canary->n_gaps);
    snprintf(gap->path, sizeof(gap->path), "%s", path);
    gap->places = 1;
    gap->reason = reason;
}

void canary_tally(struct canary *canary, const char *path, bool held, const char *reason)
{
    canary->places++;
    if (held) {
        canary->held++;
    } else {
        add_gap(canary, path, reason);
    }
}

static void tally(struct canary *canary, const struct map_entry *entry, bool held)
{
    canary_tally(canary, entry->path, held, held ? NULL : canary_reason(entry));
}

static void tally_entry(struct canary *canary, const struct map *map, const struct map_entry *entry,
                        const struct map *fresh)
{
    const struct map_entry *other = bsearch(entry, fresh->entries, fresh->n, sizeof(*fresh->entries), by_path);

    if (entry->field->kind != FIELD_BYTES) {
        tally(canary, entry, entry->value != (other ? other->value : entry->field->initial));
        return;
    }
    for (size_t i = 0; i < entry->size; i++) {
        uint8_t was = other && i < other->size ? fresh->encoding.out.data[other->offset + i] : 0;

        tally(canary, entry, map->encoding.out.data[entry->offset + i] != was);
    }
}

static void tally_all(struct canary *canary, const Hardstop__Stream *stream, const Hardstop__Stream *fresh_stream)
{
    size_t last = canary_last_section(stream);
    struct map map, fresh;

    map_init(&map, stream, NULL);
    map_by_path(&fresh, fresh_stream);
    for (size_t i = 0; i < map.n; i++) {
        const struct map_entry *entry = &map.entries[i];

        if (map_is_payload(entry) && entry->section < last) {
            canary->bytes += entry->size;
            canary->unnamed += map_is_named(entry) ? 0 : entry->size;
        }
        if (canary_is_field(entry, last)) {
            tally_entry(canary, &map, entry, &fresh);
        }
    }
    map_clear(&map);
    map_clear(&fresh);
}

bool canary_is_of_other_layout(const Hardstop__Case *test, const Hardstop__Case *fresh, char *path, size_t size)
{
    size_t last = canary_last_section(fresh->stream);
    struct map map, given;
    bool differs = false;

    map_init(&map, fresh->stream, NULL);
    map_by_path(&given, test->stream);
    for (size_t i = 0; i < map.n && !differs; i++) {
        const struct map_entry *entry = &map.entries[i];

        differs = canary_is_field(entry, last) && !strstr(entry->path, "subsection[") &&
                  !bsearch(entry, given.entries, given.n, sizeof(*given.entries), by_path);
        if (differs) {
            map_path_without_indexes(entry->path, path, size);
        }
    }
    map_clear(&map);
    map_clear(&given);
    return differs;
}

/* What another version makes anew by design is no canary there. */
static int saved_as_given(const Hardstop__Case *test, const struct loader_answer *answer, struct canary *canary,
                          struct hs_error *err)
{
    static struct state_comparison all, comparison;
    Hardstop__Stream *saved;

    if (answer->outcome != OUTCOME_ACCEPTED) {
        return hs_fail(err, HS_NO_OFFSET, "%s: %.*s", outcome_name(answer->outcome),
                       (int)strcspn(answer->text, "\n"), answer->text);
    }
    saved = state_adopt(test->stream, answer->saved, answer->saved_size);
    if (!saved) {
        return hs_fail(err, HS_NO_OFFSET, "what was saved has other sections");
    }
    state_compare(test->stream, NULL, saved, NULL, STATE_WHOLE, &all);
    state_compare(test->stream, NULL, saved, NULL, STATE_GIVEN, &comparison);
    stream_free(saved);
    canary->held -= all.n < canary->held ? all.n : canary->held;
    if (comparison.n) {
        return hs_fail(err, HS_NO_OFFSET, "not saved as given: %s: %s -> %s", comparison.differences[0].path,
                       comparison.differences[0].left, comparison.differences[0].right);
    }
    return 0;
}

static int all_explained(const struct canary *canary, struct hs_error *err)
{
    if (canary->unnamed) {
        return hs_fail(err, HS_NO_OFFSET, "%zu bytes that no table names", canary->unnamed);
    }
    for (size_t i = 0; i < canary->n_gaps; i++) {
        if (!canary->gaps[i].reason) {
            return hs_fail(err, HS_NO_OFFSET, "no canary in %s (%zu places), and no known reason", canary->gaps[i].path,
                           canary->gaps[i].places);
        }
    }
    return 0;
}

int canary_check(struct loader *loader, const Hardstop__Case *test, const Hardstop__Case *fresh,
                 struct canary *canary, struct hs_error *err)
{
    struct stream_encoding plain = { 0 };
    struct ring_areas areas = { 0 };
    struct loader_input input;
    struct loader_answer answer;
    int result;

    stream_encode(test->stream, &plain, NULL, NULL);
    input = loader_input_of(test, &plain.out, false, &areas);
    canary->loads++;
    canary->bytes = canary->unnamed = canary->places = canary->held = canary->n_gaps = 0;
    tally_all(canary, test->stream, fresh->stream);
    result = loader_load(loader, &input, &answer, err);
    ring_areas_clear(&areas);
    stream_encoding_clear(&plain);
    canary->outcome = result < 0 ? OUTCOME_UNKNOWN : answer.outcome;
    return result < 0 || saved_as_given(test, &answer, canary, err) < 0 ? -1 : all_explained(canary, err);
}

void canary_clear(struct canary *canary)
{
    free(canary->gaps);
    memset(canary, 0, sizeof(*canary));
}
