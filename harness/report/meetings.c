/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts together what is the same on several transports and machine types. */
#include "harness/report/meetings.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/print.h"
#include "harness/base/printable.h"
#include "harness/report/meetings_result.h"
#include "harness/report/style.h"

enum { SHOWN = 4 }; /* differences of one state */

/* " pc-q35-7.2 (pci, pcie)" for each machine type */
static void print_places(FILE *out, const json_t *results, size_t at)
{
    const json_t *result = json_array_get(results, at);
    const char *last = "";

    for (size_t i = at; i < json_array_size(results); i++) {
        const json_t *other = json_array_get(results, i);

        if (meetings_is_same(result, other)) {
            printable_print(out, strcmp(last, meetings_word(other, "machine")) ? "%s%s on %s" : "%s%s",
                            *last ? ", " : "  ", meetings_word(other, "transport"), meetings_word(other, "machine"));
            last = meetings_word(other, "machine");
        }
    }
    fputc('\n', out);
}

static void print_differences(FILE *out, const json_t *result)
{
    const json_t *differences = json_object_get(result, "differences");
    size_t n = (size_t)json_integer_value(json_object_get(result, "fields")), shown = 0, i;
    json_t *difference;

    json_array_foreach (differences, i, difference) {
        if (meetings_is_difference(difference) && shown++ < SHOWN) {
            printable_print(out, "  %s: %s %s, given %s%s%s\n", meetings_word(difference, "change"),
                            meetings_word(difference, "device"), meetings_word(difference, "field"),
                            meetings_word(difference, "given"),
                            *meetings_word(difference, "kept") ? ", kept as " : "", meetings_word(difference, "kept"));
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
            printable_print(out, "  layout: %s %s %s, %lld to %lld\n", meetings_word(row, "device"),
                            meetings_word(row, "field"), meetings_word(row, "change"),
                            (long long)json_integer_value(json_object_get(row, "from")),
                            (long long)json_integer_value(json_object_get(row, "to")));
        }
    }
    json_array_foreach (properties, i, row) {
        char *from = json_dumps(json_object_get(row, "from"), JSON_ENCODE_ANY | JSON_COMPACT);
        char *to = json_dumps(json_object_get(row, "to"), JSON_ENCODE_ANY | JSON_COMPACT);

        if (i < SHOWN) {
            printable_print(out, "  property: %s.%s is %.60s, and %.60s\n", meetings_word(row, "device"),
                            meetings_word(row, "property"), from, to);
        }
        free(from);
        free(to);
    }
}

static void print_result(FILE *out, const json_t *results, size_t at, const json_t *baseline)
{
    const json_t *result = json_array_get(results, at);
    enum style style = meetings_is_break(result, baseline) ? STYLE_BAD : STYLE_DIM;

    bool back = meetings_is_back(result);

    style_print(out, style, "%-8s", meetings_word(result, back ? "back" : "verdict"));
    printable_print(out, "  %s, %s: %s -> %s%s%s\n", meetings_word(result, "device"), meetings_word(result, "state"),
                    meetings_word(result, "from"), meetings_word(result, "to"), back ? ", and back" : "",
                    !meetings_is_worse(result) || meetings_is_break(result, baseline)   ? ""
                    : json_is_true(json_object_get(result, "promise"))         ? " (known)"
                                                                               : " (no promise)");
    print_places(out, results, at);
    if (meetings_is_verdict(result, "differs")) {
        print_differences(out, result);
    } else if (*meetings_word(result, back ? "back_words" : "words")) {
        printable_print(out, "  %s\n", meetings_word(result, back ? "back_words" : "words"));
    }
    print_why(out, result);
    if (*meetings_word(result, "case")) {
        printable_print(out, "  hardstop repro --confirm --trust-setup %s\n", meetings_word(result, "case"));
    }
}

/* How many differences of the result, from that one on, have its reason; 0 where one before it has. */
static size_t count_of_reason(const json_t *differences, size_t at)
{
    const char *reason = meetings_word(json_array_get(differences, at), "reason");
    size_t n = 0;

    for (size_t i = 0; i < json_array_size(differences); i++) {
        if (strcmp(meetings_word(json_array_get(differences, i), "reason"), reason) == 0) {
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
        n = strcmp(meetings_word(difference, "change"), "by design") == 0 ? count_of_reason(differences, i) : 0;
        if (n) {
            style_print(out, STYLE_DIM, "%-8s", "design");
            printable_print(out, "  %s, %s: %s -> %s\n", meetings_word(result, "device"),
                            meetings_word(result, "state"), meetings_word(result, "from"), meetings_word(result, "to"));
            printable_print(out, "  %s %s", meetings_word(difference, "device"), meetings_word(difference, "field"));
            fprintf(out, n > 1 ? " and %zu more" : "", n - 1);
            printable_print(out, ": %s\n", meetings_word(difference, "reason"));
        }
    }
}

void meetings_text(FILE *out, const json_t *results, const json_t *baseline, bool all)
{
    struct meetings_counts counts;
    size_t i;
    json_t *result;

    json_array_foreach (results, i, result) {
        bool is_shown = meetings_is_worse(result) || meetings_is_verdict(result, "unknown") ||
                        meetings_is_verdict(result, "left out");

        is_shown |= all && meetings_is_verdict(result, "noted") &&
                    json_array_size(json_object_get(result, "layout")) +
                            json_array_size(json_object_get(result, "properties")) > 0;
        if (is_shown && !meetings_is_told(results, i)) {
            print_result(out, results, i, baseline);
        }
        if (all && !meetings_is_told(results, i)) {
            print_design(out, result);
        }
    }
    meetings_count(results, baseline, &counts);
    if (counts.sought) {
        fprintf(out, "%zu states searched\n", counts.sought);
    }
    fprintf(out, "%zu states sent: %zu kept, %zu not, %zu known not to be, %zu not without a promise; %zu left out, "
                 "%zu without a verdict\n",
            counts.equal + counts.broken + counts.known + counts.unpromised, counts.equal, counts.broken, counts.known,
            counts.unpromised, counts.left_out, counts.unknown);
}

char *meetings_told(const json_t *result)
{
    json_t *alone = json_array();
    struct print_memory memory;

    json_array_append(alone, (json_t *)result);
    meetings_text(print_open(&memory), alone, NULL, false);
    json_decref(alone);
    return print_close(&memory);
}
