/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a result says: is it worse than equal, is a promise broken, is it known, was it told already. */
#include "harness/report/meetings_result.h"

#include <string.h>
#include <xxhash.h>

#include "harness/base/check.h"

const char *meetings_word(const json_t *result, const char *key)
{
    const char *value = json_string_value(json_object_get(result, key));

    return value ? value : "";
}

bool meetings_is_verdict(const json_t *result, const char *verdict)
{
    return strcmp(meetings_word(result, "verdict"), verdict) == 0;
}

static bool has(const json_t *one, const json_t *other, const char *const *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *left = json_object_get(one, keys[i]), *right = json_object_get(other, keys[i]);

        if (left != right && !json_equal(left, right)) {
            return false;
        }
    }
    return true;
}

static bool is_bad(const char *verdict)
{
    static const char *const worse[] = { "differs", "refused", "hung", "crashed" };

    for (size_t i = 0; i < HS_COUNT(worse); i++) {
        if (strcmp(verdict, worse[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* What was saved again must be taken back; a field that is not kept on the way back is told by the other direction. */
bool meetings_is_back(const json_t *result)
{
    const char *back = meetings_word(result, "back");

    return !is_bad(meetings_word(result, "verdict")) && is_bad(back) && strcmp(back, "differs") != 0;
}

bool meetings_is_worse(const json_t *result)
{
    return is_bad(meetings_word(result, "verdict")) || meetings_is_back(result);
}

/* "10.0" of "10.0.13"; all of what is no version. */
static size_t series_length(const char *name)
{
    const char *dot = name[strspn(name, "0123456789.")] ? NULL : strchr(name, '.');

    dot = dot ? strchr(dot + 1, '.') : NULL;
    return dot ? (size_t)(dot - name) : strlen(name);
}

static bool has_side(const json_t *results, const char *name)
{
    size_t i;
    json_t *result;

    json_array_foreach (results, i, result) {
        if (strcmp(meetings_word(result, "from"), name) == 0 || strcmp(meetings_word(result, "to"), name) == 0) {
            return true;
        }
    }
    return false;
}

/* A point release that the baseline does not have is taken for that of its series which it has. */
static bool is_side(const json_t *baseline, const char *name, const char *known)
{
    size_t length = series_length(name);

    return has_side(baseline, name) ? strcmp(name, known) == 0
                                    : series_length(known) == length && strncmp(name, known, length) == 0;
}

static bool is_in(const json_t *baseline, const json_t *result)
{
    static const char *const keys[] = { "transport", "device", "state", "machine", "verdict", "words", "differences",
                                        "back", "back_words" };
    size_t i;
    json_t *other;

    json_array_foreach (baseline, i, other) {
        if (has(other, result, keys, HS_COUNT(keys)) &&
            is_side(baseline, meetings_word(result, "from"), meetings_word(other, "from")) &&
            is_side(baseline, meetings_word(result, "to"), meetings_word(other, "to"))) {
            return true;
        }
    }
    return false;
}

bool meetings_is_break(const json_t *result, const json_t *baseline)
{
    return meetings_is_worse(result) && json_is_true(json_object_get(result, "promise")) && !is_in(baseline, result);
}

void meetings_count(const json_t *results, const json_t *baseline, struct meetings_counts *counts)
{
    size_t i;
    json_t *result;

    memset(counts, 0, sizeof(*counts));
    json_array_foreach (results, i, result) {
        counts->sought += (size_t)json_integer_value(json_object_get(result, "states"));
        if (meetings_is_break(result, baseline)) {
            counts->broken++;
        } else if (meetings_is_worse(result)) {
            *(json_is_true(json_object_get(result, "promise")) ? &counts->known : &counts->unpromised) += 1;
        } else {
            *(meetings_is_verdict(result, "equal")      ? &counts->equal
              : meetings_is_verdict(result, "left out") ? &counts->left_out
              : meetings_is_verdict(result, "noted")    ? &counts->noted
                                                        : &counts->unknown) += 1;
        }
    }
}

/* What is told once: where it shows is listed. */
bool meetings_is_same(const json_t *one, const json_t *other)
{
    static const char *const keys[] = { "device", "state", "from", "to", "promise", "verdict", "words", "differences",
                                        "back", "back_words" };
    static const char *const noted[] = { "layout", "properties" };

    return has(one, other, keys, HS_COUNT(keys)) &&
           (!meetings_is_verdict(one, "noted") || has(one, other, noted, HS_COUNT(noted)));
}

size_t meetings_place(const json_t *results, size_t at)
{
    size_t i = 0;

    while (i < at && !meetings_is_same(json_array_get(results, i), json_array_get(results, at))) {
        i++;
    }
    return i;
}

bool meetings_is_told(const json_t *results, size_t at)
{
    return meetings_place(results, at) < at;
}

bool meetings_is_difference(const json_t *difference)
{
    static const char *const kept[] = { "new", "gone", "by design" };

    for (size_t i = 0; i < HS_COUNT(kept); i++) {
        if (strcmp(meetings_word(difference, "change"), kept[i]) == 0) {
            return false;
        }
    }
    return true;
}

uint64_t meetings_signature(const json_t *result)
{
    static const char *const keys[] = { "device", "state", "from", "to", "verdict", "words", "back", "back_words" };
    XXH64_hash_t hash = 0;
    size_t i;
    json_t *difference;

    for (i = 0; i < HS_COUNT(keys); i++) {
        hash = XXH3_64bits_withSeed(meetings_word(result, keys[i]), strlen(meetings_word(result, keys[i])), hash);
    }
    json_array_foreach (json_object_get(result, "differences"), i, difference) {
        if (meetings_is_difference(difference)) {
            hash = XXH3_64bits_withSeed(meetings_word(difference, "field"),
                                        strlen(meetings_word(difference, "field")), hash);
        }
    }
    return hash;
}
