/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Meetings as results, for JUnit XML and SARIF. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/report/meetings.h"
#include "harness/report/meetings_result.h"
#include "harness/report/results.h"

#define RULE "state-is-kept"

static void add_test(const json_t *result, double seconds, const json_t *baseline, struct results *results)
{
    char *group = hs_format("%s %s on %s", meetings_word(result, "transport"), meetings_word(result, "device"),
                            meetings_word(result, "machine"));
    char *name = hs_format("%s: %s to %s", meetings_word(result, "state"), meetings_word(result, "from"),
                           meetings_word(result, "to"));
    struct result_test test = {
        .group = group, .name = name, .type = meetings_word(result, "verdict"),
        .message = meetings_word(result, "words"), .seconds = seconds,
        .state = meetings_is_break(result, baseline)      ? RESULT_FAILED
                 : meetings_is_verdict(result, "unknown")  ? RESULT_ERROR
                 : meetings_is_verdict(result, "left out") ? RESULT_SKIPPED
                                                           : RESULT_PASSED,
    };
    char *text = test.state == RESULT_FAILED || test.state == RESULT_ERROR ? meetings_told(result) : NULL;

    test.text = text;
    results_add_test(results, &test);
    free(text);
    free(name);
    free(group);
}

static const json_t *first_difference(const json_t *result)
{
    size_t i;
    json_t *difference;

    json_array_foreach (json_object_get(result, "differences"), i, difference) {
        if (meetings_is_difference(difference)) {
            return difference;
        }
    }
    return NULL;
}

static void add_class(const json_t *result, const json_t *baseline, struct results *results)
{
    const json_t *difference = first_difference(result);
    bool is_back = meetings_is_back(result), is_break = meetings_is_break(result, baseline);
    const char *field = difference ? meetings_word(difference, "field") : "any";
    const char *words = meetings_word(result, is_back ? "back_words" : "words");
    char *message = hs_format("%s, %s: %s -> %s%s: %s%s%s", meetings_word(result, "device"),
                              meetings_word(result, "state"), meetings_word(result, "from"),
                              meetings_word(result, "to"), is_back ? ", and back" : "",
                              meetings_word(result, is_back ? "back" : "verdict"),
                              difference || *words ? ": " : "", difference ? field : words);
    char *place = hs_format("%s/%s", meetings_word(result, "device"), field);

    results_add_class(results, &(struct result_class){
        .rule = RULE, .signature = meetings_signature(result), .message = message, .place = place,
        .is_warning = !json_is_true(json_object_get(result, "promise")), .path = meetings_word(result, "case"),
        .age = !baseline ? RESULT_AGE_UNKNOWN : is_break ? RESULT_NEW : RESULT_KNOWN,
        .properties = json_pack("{s:O, s:O, s:O}", "verdict", json_object_get(result, "verdict"), "machine",
                                json_object_get(result, "machine"), "promise", json_object_get(result, "promise")),
    });
    free(place);
    free(message);
}

void meetings_results(const json_t *list, const json_t *times, const json_t *baseline, double seconds,
                      struct results *results)
{
    size_t i;
    json_t *result;

    results_add_rule(results, RULE, "the state that one QEMU saves is taken and kept by the other");
    results_add_suite(results, results->command, strchr(results->command, ' ') + 1, seconds);
    json_array_foreach (list, i, result) {
        add_test(result, json_number_value(json_array_get(times, i)), baseline, results);
        if (meetings_is_worse(result)) {
            add_class(result, baseline, results);
        }
    }
}
