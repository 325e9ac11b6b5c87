/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the objects that a meeting gives, and keeps the case of a break. */
#include "harness/compat/result.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/printable.h"

/* A machine type whose name ends in a version stays as it is; properties may follow it. */
static bool is_promise(const Hardstop__Setup *from, const Hardstop__Setup *to)
{
    const char *one = from->machine ? from->machine : "", *other = to->machine ? to->machine : "";
    size_t length = strcspn(other, ",");

    return length && strcspn(one, ",") == length && strncmp(one, other, length) == 0 &&
           isdigit((unsigned char)other[length - 1]) && memchr(other, '.', length);
}

static json_t *text(const char *words)
{
    return printable_json(words, strlen(words));
}

static json_t *begin(const struct result_of *of, const char *verdict)
{
    return json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:b, s:s}", "transport", of->transport, "device",
                     text(of->device), "state", of->state, "from", of->from, "to", of->to, "machine",
                     of->to_setup->machine ? of->to_setup->machine : "", "promise",
                     is_promise(of->from_setup, of->to_setup), "verdict", verdict);
}

json_t *result_without(const struct result_of *of, const char *verdict, const char *why)
{
    json_t *json = begin(of, verdict);

    json_object_set_new(json, "words", text(why));
    return json;
}

static json_t *differences_json(const struct compat_leg *leg)
{
    json_t *list = json_array();

    for (size_t i = 0; i < leg->n_differences; i++) {
        const struct compat_difference *difference = &leg->differences[i];

        json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:o, s:o, s:s*}", "change",
                                              compat_change_name(difference->change), "device",
                                              text(difference->device), "field", text(difference->path), "given",
                                              text(difference->given), "kept", text(difference->kept),
                                              "reason", difference->reason));
    }
    return list;
}

/* One break is one finding: what it is of, from which side to which, and what shows. */
static void name_finding(const struct result_of *of, const struct compat_leg *leg, struct finding *finding)
{
    const char *field = leg->n_differences ? leg->differences[0].path : "";

    snprintf(finding->same, sizeof(finding->same), "compat: %s %s %s -> %s: %s %s%.200s", of->device, of->state,
             of->from, of->to, compat_verdict_name(leg->verdict), field, leg->words);
    snprintf(finding->message, sizeof(finding->message), "%s", finding->same);
    finding->signature = XXH3_64bits(finding->same, strlen(finding->same));
}

/* The path of the case that shows it; null: none is kept. */
static json_t *keep(const struct result_of *of, struct compat_trip *trip)
{
    struct hs_error err;
    json_t *json;
    char *path;

    if (!of->folder || !trip->finding.signature) {
        return json_null();
    }
    name_finding(of, &trip->there, &trip->finding);
    if (finding_save(of->folder, &trip->finding, trip->sent, &err) < 0) {
        printable_print(stderr, "hardstop: %s\n", err.text);
        return json_null();
    }
    path = finding_case_path(of->folder, &trip->finding);
    json = json_string(path);
    free(path);
    return json;
}

json_t *result_of_trip(const struct result_of *of, struct compat_trip *trip)
{
    const struct compat_leg *leg = &trip->there;
    json_t *json = begin(of, compat_verdict_name(leg->verdict));

    json_object_set_new(json, "section", text(leg->section));
    json_object_set_new(json, "words", text(leg->words));
    json_object_set_new(json, "differences", differences_json(leg));
    json_object_set_new(json, "fields", json_integer((json_int_t)leg->n_given));
    json_object_set_new(json, "back", trip->back.verdict ? json_string(compat_verdict_name(trip->back.verdict))
                                                         : json_null());
    json_object_set_new(json, "back_words", text(trip->back.words));
    json_object_set_new(json, "case", keep(of, trip));
    return json;
}
