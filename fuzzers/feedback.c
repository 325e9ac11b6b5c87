/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts verdicts by section, words and field, for libFuzzer and for AFL++. */
#include "fuzzers/feedback.h"

#include <ctype.h>
#include <string.h>
#include <xxhash.h>

#include "fuzzers/afl_map.h"
#include "harness/wire/map.h"
#include "harness/wire/payload.h"

enum { MAX_LINES = 8 }; /* of QEMU's output: the reason, and the chain of "Failed to load ..." */

/* libFuzzer reads this section as coverage; other engines leave it alone. */
__attribute__((section("__libfuzzer_extra_counters"))) uint8_t target_counters[TARGET_COUNTERS];

static void count(uint64_t hash)
{
    size_t place = hash % TARGET_COUNTERS;

    target_counters[place]++;
    afl_map_count(AFL_MAP_STATE + place, 1);
}

static bool is_printable(char c)
{
    return c >= 0x20 && c <= 0x7e;
}

/* Behind a number that begins at `text`. */
static size_t skip_number(const char *text, size_t size)
{
    size_t n = 1;

    while (n < size && (isxdigit((unsigned char)text[n]) || text[n] == 'x')) {
        n++;
    }
    return n;
}

/*
 * Hashes text without its numbers: answers that differ only in values, addresses or indexes are of one class.  So is
 * what is in brackets, as the name of a subsection that the input made up, and all from a byte on that is no text.
 */
static uint64_t class_of(const char *text, size_t size, uint64_t seed)
{
    bool is_inside = false;
    char kept[256];
    size_t n = 0;

    for (size_t i = 0; i < size && n < sizeof(kept) && is_printable(text[i]); i++) {
        is_inside = (is_inside || text[i] == '[') && text[i] != ']';
        if (is_inside) {
            continue;
        }
        if (isdigit((unsigned char)text[i]) && (i == 0 || !isalnum((unsigned char)text[i - 1]))) {
            i += skip_number(text + i, size - i) - 1;
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

static bool is_known(const char *idstr)
{
    return payload_find((const uint8_t *)idstr, strlen(idstr)) != NULL;
}

/* A name that the input made up is as good as any other. */
static uint64_t class_of_device(const char *idstr, uint64_t seed)
{
    size_t size = strlen(idstr);
    char device[64] = "?";

    if (is_known(idstr)) {
        map_device_of(idstr, size, device, sizeof(device));
    }
    return class_of_string(device, seed);
}

/* The section of the stream that a judgement was decided in, with the verdict: the seed of all else. */
static uint64_t where(const struct judgement *judgement)
{
    return class_of_device(judgement->actual.answer.section, (uint64_t)judgement->verdict);
}

/*
 * One line of words; what is quoted is most often a name that the input made up, and may hold quotes and ends of lines
 * itself.  False: the name may go on in the next line.
 */
static bool count_line(const char *line, size_t size, uint64_t seed)
{
    const char *first = memchr(line, '\'', size), *last = first ? memrchr(line, '\'', size) : NULL;
    char rest[512];
    size_t before = first ? (size_t)(first - line) : size;
    size_t behind = first != last ? size - (size_t)(last + 1 - line) : 0;

    before = before < sizeof(rest) ? before : sizeof(rest);
    behind = behind < sizeof(rest) - before ? behind : sizeof(rest) - before;
    memcpy(rest, line, before);
    memcpy(rest + before, line + size - behind, behind);
    count(class_of(rest, before + behind, seed));
    return first == NULL;
}

/* `is_name`: they may begin with the rest of one, as QEMU's trace events end with the line. */
static void count_lines(const char *text, bool is_name, uint64_t seed)
{
    static const char program[] = "qemu-";

    for (int i = 0; i < MAX_LINES && *text; i++) {
        size_t size = strcspn(text, "\n");

        is_name = is_name && strncmp(text, program, strlen(program)) != 0;
        is_name = is_name || !count_line(text, size, seed);
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
    const struct state_difference *first = &comparison->differences[0];

    if (comparison->n) {
        count(class_of_string(first->path, class_of_device(first->device, seed)));
    }
}

void target_feedback(const struct judgement *judgement)
{
    const char *section = judgement->actual.answer.section;
    uint64_t seed = where(judgement);

    count(seed);
    count(class_of_string("reference", (uint64_t)judgement->reference.answer.outcome));
    count_lines(judgement->actual.answer.text, *section && !is_known(section), seed);
    count_field(judgement, seed);
    count_difference(&judgement->resave, VERDICT_EQUAL);
    count_difference(&judgement->garbage, VERDICT_GARBAGE);
    count_difference(&judgement->left, VERDICT_COUNT);
}
