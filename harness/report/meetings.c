/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts together what is the same on several transports and machine types. */
#include "harness/report/meetings.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/base/printable.h"
#include "harness/report/style.h"

enum { SHOWN = 4 }; /* differences of one state */

static const char *word(const json_t *result, const char *key)
{
    const char *value = json_string_value(json_object_get(result, key));

    return value ? value : "";
}

static bool is_verdict(const json_t *result, const char *verdict)
{
    return strcmp(word(result, "verdict"), verdict) == 0;
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
static bool is_bad_back(const json_t *result)
{
    return is_bad(word(result, "back")) && strcmp(word(result, "back"), "differs") != 0;
}

static bool is_worse(const json_t *result)
{
    return is_bad(word(result, "verdict")) || is_bad_back(result);
}

static bool is_in(const json_t *baseline, const json_t *result)
{
    static const char *const keys[] = { "transport", "device", "state", "from", "to", "machine", "verdict", "words",
                                        "differences", "back", "back_words" };
    size_t i;
    json_t *other;

    json_array_foreach (baseline, i, other) {
        if (has(other, result, keys, HS_COUNT(keys))) {
            return true;
        }
    }
    return false;
}

bool meetings_is_break(const json_t *result, const json_t *baseline)
{
    return is_worse(result) && json_is_true(json_object_get(result, "promise")) && !is_in(baseline, result);
}

void meetings_count(const json_t *results, const json_t *baseline, struct meetings_counts *counts)
{
    size_t i;
    json_t *result;

    memset(counts, 0, sizeof(*counts));
    json_array_foreach (results, i, result) {
        if (meetings_is_break(result, baseline)) {
            counts->broken++;
        } else if (is_worse(result)) {
            *(json_is_true(json_object_get(result, "promise")) ? &counts->known : &counts->unpromised) += 1;
        } else {
            *(is_verdict(result, "equal") ? &counts->equal
              : is_verdict(result, "left out") ? &counts->left_out
                                               : &counts->unknown) += 1;
        }
    }
}

/* What is told once: where it shows is listed. */
static bool is_same(const json_t *one, const json_t *other)
{
    static const char *const keys[] = { "device", "state", "from", "to", "promise", "verdict", "words", "differences",
                                        "back", "back_words" };

    return has(one, other, keys, HS_COUNT(keys));
}

static bool is_told(const json_t *results, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (is_same(json_array_get(results, i), json_array_get(results, at))) {
            return true;
        }
    }
    return false;
}

/* " pc-q35-7.2 (pci, pcie)" for each machine type */
static void print_places(FILE *out, const json_t *results, size_t at)
{
    const json_t *result = json_array_get(results, at);
    const char *last = "";

    for (size_t i = at; i < json_array_size(results); i++) {
        const json_t *other = json_array_get(results, i);

        if (is_same(result, other)) {
            printable_print(out, strcmp(last, word(other, "machine")) ? "%s%s on %s" : "%s%s", *last ? ", " : "  ",
                            word(other, "transport"), word(other, "machine"));
            last = word(other, "machine");
        }
    }
    fputc('\n', out);
}

static bool is_broken_promise(const json_t *difference)
{
    static const char *const kept[] = { "new", "gone", "by design" };

    for (size_t i = 0; i < HS_COUNT(kept); i++) {
        if (strcmp(word(difference, "change"), kept[i]) == 0) {
            return false;
        }
    }
    return true;
}

static void print_differences(FILE *out, const json_t *result)
{
    const json_t *differences = json_object_get(result, "differences");
    size_t n = (size_t)json_integer_value(json_object_get(result, "fields")), shown = 0, i;
    json_t *difference;

    json_array_foreach (differences, i, difference) {
        if (is_broken_promise(difference) && shown++ < SHOWN) {
            printable_print(out, "  %s: %s %s, given %s%s%s\n", word(difference, "change"), word(difference, "device"),
                            word(difference, "field"), word(difference, "given"),
                            *word(difference, "kept") ? ", kept as " : "", word(difference, "kept"));
        }
    }
    if (n > SHOWN) {
        fprintf(out, "  and %zu more\n", n - SHOWN);
    }
}

/* How the two sides differ, which may be why. */
static void print_why(FILE *out, const json_t *result)
{
    const json_t *layout = json_object_get(result, "layout"), *properties = json_object_get(result, "properties");
    size_t i;
    json_t *row;

    json_array_foreach (layout, i, row) {
        if (i < SHOWN) {
            printable_print(out, "  layout: %s %s %s, %lld to %lld\n", word(row, "device"), word(row, "field"),
                            word(row, "change"), (long long)json_integer_value(json_object_get(row, "from")),
                            (long long)json_integer_value(json_object_get(row, "to")));
        }
    }
    json_array_foreach (properties, i, row) {
        char *from = json_dumps(json_object_get(row, "from"), JSON_ENCODE_ANY | JSON_COMPACT);
        char *to = json_dumps(json_object_get(row, "to"), JSON_ENCODE_ANY | JSON_COMPACT);

        if (i < SHOWN) {
            printable_print(out, "  property: %s.%s is %.60s, and %.60s\n", word(row, "device"), word(row, "property"),
                            from, to);
        }
        free(from);
        free(to);
    }
}

static void print_result(FILE *out, const json_t *results, size_t at, const json_t *baseline)
{
    const json_t *result = json_array_get(results, at);
    enum style style = meetings_is_break(result, baseline) ? STYLE_BAD : STYLE_DIM;

    bool back = !is_bad(word(result, "verdict")) && is_bad_back(result);

    style_print(out, style, "%-8s", word(result, back ? "back" : "verdict"));
    printable_print(out, "  %s, %s: %s -> %s%s%s\n", word(result, "device"), word(result, "state"),
                    word(result, "from"), word(result, "to"), back ? ", and back" : "",
                    !is_worse(result) || meetings_is_break(result, baseline)   ? ""
                    : json_is_true(json_object_get(result, "promise"))         ? " (known)"
                                                                               : " (no promise)");
    print_places(out, results, at);
    if (is_verdict(result, "differs")) {
        print_differences(out, result);
    } else if (*word(result, back ? "back_words" : "words")) {
        printable_print(out, "  %s\n", word(result, back ? "back_words" : "words"));
    }
    print_why(out, result);
    if (*word(result, "case")) {
        printable_print(out, "  hardstop repro --confirm --trust-setup %s\n", word(result, "case"));
    }
}

/* How many differences of the result, from that one on, have its reason; 0 where one before it has. */
static size_t count_of_reason(const json_t *differences, size_t at)
{
    const char *reason = word(json_array_get(differences, at), "reason");
    size_t n = 0;

    for (size_t i = 0; i < json_array_size(differences); i++) {
        if (strcmp(word(json_array_get(differences, i), "reason"), reason) == 0) {
            if (i < at) {
                return 0;
            }
            n++;
        }
    }
    return n;
}

/* What is made anew, by its reasons. */
static void print_design(FILE *out, const json_t *result)
{
    const json_t *differences = json_object_get(result, "differences");
    size_t i, n;
    json_t *difference;

    json_array_foreach (differences, i, difference) {
        n = strcmp(word(difference, "change"), "by design") == 0 ? count_of_reason(differences, i) : 0;
        if (n) {
            style_print(out, STYLE_DIM, "%-8s", "design");
            printable_print(out, "  %s, %s: %s -> %s\n", word(result, "device"), word(result, "state"),
                            word(result, "from"), word(result, "to"));
            printable_print(out, "  %s %s", word(difference, "device"), word(difference, "field"));
            fprintf(out, n > 1 ? " and %zu more" : "", n - 1);
            printable_print(out, ": %s\n", word(difference, "reason"));
        }
    }
}

void meetings_text(FILE *out, const json_t *results, const json_t *baseline, bool all)
{
    struct meetings_counts counts;
    size_t i;
    json_t *result;

    json_array_foreach (results, i, result) {
        bool is_shown = is_worse(result) || is_verdict(result, "unknown") || is_verdict(result, "left out");

        if (is_shown && !is_told(results, i)) {
            print_result(out, results, i, baseline);
        }
        if (all && !is_told(results, i)) {
            print_design(out, result);
        }
    }
    meetings_count(results, baseline, &counts);
    fprintf(out, "%zu states sent: %zu kept, %zu not, %zu known not to be, %zu not without a promise; %zu left out, "
                 "%zu without a verdict\n",
            counts.equal + counts.broken + counts.known + counts.unpromised, counts.equal, counts.broken, counts.known,
            counts.unpromised, counts.left_out, counts.unknown);
}
