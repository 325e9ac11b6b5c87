/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watches a search, and loads what came to a check once more without it. */
#include "harness/bench/defects.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/finding/finding.h"
#include "harness/loader/open.h"

/* Of the inputs that come to a check, so many, and then one of so many, are loaded without it: each starts a QEMU. */
enum { FIRST = 12, ONE_IN = 16, COLUMNS = 8 };

#define VARIABLE "HARDSTOP_DEFECTS"

static bool take_row(struct defect *defect, char *line, const char *transport)
{
    char *columns[COLUMNS] = { line };

    for (size_t i = 1; i < COLUMNS; i++) {
        columns[i] = columns[i - 1] + strcspn(columns[i - 1], "\t");
        HS_CHECK(*columns[i], "%s: no row of %d columns", columns[0], COLUMNS);
        *columns[i]++ = 0;
    }
    snprintf(defect->name, sizeof(defect->name), "%s", columns[0]);
    snprintf(defect->what, sizeof(defect->what), "%s", columns[1]);
    snprintf(defect->device, sizeof(defect->device), "%s", columns[2]);
    defect->at_use = strcmp(columns[5], "use") == 0;
    return strstr(columns[3], transport) != NULL;
}

void defects_read(struct defects *defects, const char *path, const char *transport)
{
    struct hs_error err;
    uint8_t *data;
    size_t size;
    char *text, *line, *rest;

    HS_CHECK(file_read(path, &data, &size, &err) == 0, "%s", err.text);
    text = strndup((const char *)data, size);
    defects->n = 0;
    for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        HS_CHECK(defects->n < DEFECTS_MAX, "%s: more than %d rows", path, DEFECTS_MAX);
        defects->n += *line != '#' && take_row(&defects->rows[defects->n], line, transport);
    }
    free(text);
    free(data);
}

static bool is_listed(const char *list, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = list; *at; at += strcspn(at, ","), at += *at == ',') {
        if (strcspn(at, ",") == length && memcmp(at, name, length) == 0) {
            return true;
        }
    }
    return false;
}

static bool ends_alike(const struct judgement *one, const struct judgement *other)
{
    return one->verdict == other->verdict && one->actual.answer.signal == other->actual.answer.signal &&
           strcmp(one->actual.answer.text, other->actual.answer.text) == 0;
}

static void note(unsigned long *taken, unsigned long loads)
{
    *taken = *taken ? *taken : loads;
}

/* Judges the case by a QEMU without the check. */
static void judge_without(const struct judgement *judgement, const char *name, unsigned long loads,
                          unsigned long taken[DEFECT_AIMS])
{
    struct oracle oracle = { .timeout_ms = LOADER_STEP_MS, .hasty = true };
    struct judgement without = { 0 };
    struct finding finding;
    struct hs_error err;

    setenv(VARIABLE, name, 1);
    oracle.loader = loader_open(judgement->test->setup, TRUST_ALL, NULL, &err);
    HS_CHECK(oracle.loader, "%s", err.text);
    /* Without a verdict there is nothing to compare: a later input may have one. */
    if (oracle_judge(&oracle, judgement->test, &without, &err) == 0 && !ends_alike(judgement, &without) &&
        finding_of(&without, &finding)) {
        note(&taken[DEFECT_VERDICT], loads);
        if (without.verdict == VERDICT_CRASHED || without.verdict == VERDICT_HUNG) {
            note(&taken[DEFECT_CRASH], loads);
        }
    }
    unsetenv(VARIABLE);
    loader_close(oracle.loader);
    judgement_clear(&without);
    oracle_clear(&oracle);
}

static void look(void *user, const struct judgement *judgement, unsigned long loads)
{
    struct defects_watch *watch = user;

    for (size_t i = 0; i < watch->defects->n; i++) {
        const struct defect *defect = &watch->defects->rows[i];
        unsigned long *taken = watch->result->taken[i];

        if (!is_listed(judgement->actual.answer.markers, defect->name)) {
            continue;
        }
        note(&taken[DEFECT_MARKER], loads);
        watch->came[i]++;
        if (!taken[DEFECT_CRASH] && (watch->came[i] <= FIRST || watch->came[i] % ONE_IN == 0)) {
            judge_without(judgement, defect->name, loads, taken);
        }
    }
}

void defects_watch(struct defects_watch *watch, const struct defects *defects, struct defects_result *result,
                   struct search_options *options)
{
    unsetenv(VARIABLE);
    memset(result, 0, sizeof(*result));
    result->loads = options->loads;
    *watch = (struct defects_watch){ .defects = defects, .result = result };
    options->watch = look;
    options->user = watch;
}

static json_t *json_of(const struct defects *defects, const struct defects_result *result)
{
    json_t *all = json_object();

    for (size_t i = 0; i < defects->n; i++) {
        json_t *taken = json_array();

        for (size_t k = 0; k < DEFECT_AIMS; k++) {
            json_array_append_new(taken, result->taken[i][k] ? json_integer((json_int_t)result->taken[i][k])
                                                             : json_null());
        }
        json_object_set_new(all, defects->rows[i].name, taken);
    }
    return json_pack("{s:I, s:o}", "loads", (json_int_t)result->loads, "defects", all);
}

void defects_result_write(const struct defects *defects, const struct defects_result *result, const char *path)
{
    json_t *json = json_of(defects, result);
    char *text = json_dumps(json, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    struct hs_error err;

    HS_CHECK(file_write_own(path, text, strlen(text), &err) == 0, "%s", err.text);
    free(text);
    json_decref(json);
}

static bool read_json(const struct defects *defects, const json_t *json, unsigned long loads,
                      struct defects_result *result)
{
    memset(result, 0, sizeof(*result));
    result->loads = (unsigned long)json_integer_value(json_object_get(json, "loads"));
    for (size_t i = 0; i < defects->n; i++) {
        const json_t *taken = json_object_get(json_object_get(json, "defects"), defects->rows[i].name);

        if (json_array_size(taken) != DEFECT_AIMS) {
            return false;
        }
        for (size_t k = 0; k < DEFECT_AIMS; k++) {
            result->taken[i][k] = (unsigned long)json_integer_value(json_array_get(taken, k));
        }
    }
    return result->loads == loads;
}

bool defects_result_read(const struct defects *defects, const char *path, unsigned long loads,
                         struct defects_result *result)
{
    json_t *json = json_load_file(path, 0, NULL);
    bool good = json && read_json(defects, json, loads, result);

    json_decref(json);
    return good;
}
