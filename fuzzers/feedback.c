/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts verdicts by section, words and field, for libFuzzer and for AFL++. */
#include "fuzzers/feedback.h"

#include <ctype.h>
#include <string.h>
#include <xxhash.h>

#include "fuzzers/afl_map.h"
#include "harness/wire/map.h"

enum { MAX_LINES = 8 }; /* of QEMU's output: the reason, and the chain of "Failed to load ..." */

/* libFuzzer reads this section as coverage; other engines leave it alone. */
__attribute__((section("__libfuzzer_extra_counters"))) uint8_t target_counters[TARGET_COUNTERS];

static void count(uint64_t hash)
{
    size_t place = hash % TARGET_COUNTERS;

    target_counters[place]++;
    afl_map_count(AFL_MAP_STATE + place, 1);
}

/*
 * Hashes text without its numbers: answers that differ only in values, addresses or indexes are of one class.  What is
 * quoted is left out as well, for it is most often a name that the input made up.
 */
static uint64_t class_of(const char *text, size_t size, uint64_t seed)
{
    bool is_quoted = false;
    char kept[256];
    size_t n = 0;

    for (size_t i = 0; i < size && n < sizeof(kept); i++) {
        is_quoted ^= text[i] == '\'';
        if (is_quoted || text[i] == '\'') {
            continue;
        }
        if (isdigit((unsigned char)text[i]) && (i == 0 || !isalnum((unsigned char)text[i - 1]))) {
            while (i + 1 < size && (isxdigit((unsigned char)text[i + 1]) || text[i + 1] == 'x')) {
                i++;
            }
        } else {
            kept[n++] = text[i];
        }
    }
    return XXH3_64bits_withSeed(kept, n, seed);
}

static uint64_t class_of_string(const char *text, uint64_t seed)
{
    return class_of(text, strlen(text), seed);
}

/* The section of the stream that a judgement was decided in, with the verdict: the seed of all else. */
static uint64_t where(const struct judgement *judgement)
{
    char device[64];
    const char *section = judgement->actual.answer.section;

    map_device_of(section, strlen(section), device, sizeof(device));
    return class_of_string(device, (uint64_t)judgement->verdict);
}

static void count_lines(const char *text, uint64_t seed)
{
    for (int i = 0; i < MAX_LINES && *text; i++) {
        size_t size = strcspn(text, "\n");

        count(class_of(text, size, seed));
        text += size + (text[size] == '\n');
    }
}

static void count_field(const struct judgement *judgement, uint64_t seed)
{
    const struct damage_effect *effect = &judgement->effect;
    const Hardstop__Stream *stream = judgement->test->stream;
    const struct map_entry *entry;
    struct map map;

    if (!judgement->is_damaged || effect->first == SIZE_MAX || !stream || effect->section >= stream->n_section) {
        return;
    }
    map_init_place(&map, stream, NULL, effect->section, effect->first);
    entry = map_at(&map, effect->first);
    count(class_of_string(entry ? entry->path : "", seed));
    map_clear(&map);
}

static void count_difference(const struct state_comparison *comparison, uint64_t seed)
{
    if (comparison->n) {
        count(class_of_string(comparison->differences[0].path,
                              class_of_string(comparison->differences[0].device, seed)));
    }
}

void target_feedback(const struct judgement *judgement)
{
    uint64_t seed = where(judgement);

    count(seed);
    count(class_of_string("reference", (uint64_t)judgement->reference.answer.outcome));
    count_lines(judgement->actual.answer.text, seed);
    count_field(judgement, seed);
    count_difference(&judgement->resave, VERDICT_EQUAL);
    count_difference(&judgement->garbage, VERDICT_GARBAGE);
}
