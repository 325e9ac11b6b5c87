/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds up what the targets of a campaign have written of themselves. */
#include "harness/tool/campaign_status.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/file_json.h"
#include "harness/judge/judgement.h"

enum { NAMED = 3 /* targets, each by itself in the status line */ };

struct sum {
    json_int_t inputs, loads, findings, verdicts[VERDICT_COUNT];
    double rate, last; /* loads a second; seconds since the last new finding, negative: there is none */
};

static char *path_of(const struct instance *instance)
{
    return hs_format("%s/status-%s", instance->findings, instance->name);
}

void campaign_status_reset(const struct instance *instance)
{
    char *path = path_of(instance);

    unlink(path);
    free(path);
}

static void add(struct sum *sum, const struct instance *instance)
{
    char *path = path_of(instance);
    json_t *status = file_json_read(path, NULL), *last = json_object_get(status, "last_finding");
    double seconds = json_number_value(json_object_get(status, "seconds"));
    json_int_t loads = json_integer_value(json_object_get(status, "loads"));

    sum->inputs += json_integer_value(json_object_get(status, "runs"));
    sum->loads += loads;
    sum->rate += seconds > 0 ? (double)loads / seconds : 0;
    sum->findings += json_integer_value(json_object_get(status, "findings"));
    for (int i = 0; i < VERDICT_COUNT; i++) {
        sum->verdicts[i] += json_integer_value(
            json_object_get(json_object_get(status, "verdicts"), verdict_name((enum verdict)i)));
    }
    if (json_is_number(last) && (sum->last < 0 || seconds - json_number_value(last) < sum->last)) {
        sum->last = seconds - json_number_value(last);
    }
    json_decref(status);
    free(path);
}

/* Of a target's processes, or of all (NULL). */
static struct sum sum_of(const struct campaign *campaign, const char *target)
{
    struct sum sum = { .last = -1 };

    for (size_t i = 0; i < campaign->n; i++) {
        if (!target || strcmp(target, campaign->instances[i].target) == 0) {
            add(&sum, &campaign->instances[i]);
        }
    }
    return sum;
}

static void show(const struct campaign *campaign, const char *target)
{
    struct sum sum = sum_of(campaign, target);

    fprintf(stderr, " | %s %lld inputs, %.0f loads/s, %lld new", target ? target : "all", (long long)sum.inputs,
            sum.rate, (long long)sum.findings);
}

void campaign_status_show(const struct campaign *campaign, double left)
{
    if (!isatty(STDERR_FILENO)) {
        return;
    }
    fprintf(stderr, "\r%4.0f s left", left > 0 ? left : 0);
    for (size_t i = 0; campaign->n_targets <= NAMED && i < campaign->n_targets; i++) {
        show(campaign, campaign->targets[i]);
    }
    if (campaign->n_targets > NAMED) {
        show(campaign, NULL);
    }
    fputs("\033[K", stderr);
}

static json_t *verdicts_json(const struct sum *sum)
{
    json_t *verdicts = json_object();

    for (int i = 0; i < VERDICT_COUNT; i++) {
        json_object_set_new(verdicts, verdict_name((enum verdict)i), json_integer(sum->verdicts[i]));
    }
    return verdicts;
}

static json_t *instance_json(const struct instance *instance)
{
    struct sum sum = { .last = -1 };

    add(&sum, instance);
    return json_pack("{s:s, s:b, s:i, s:I, s:I, s:I, s:o}", "name", instance->name, "running", instance->pid != 0,
                     "starts", (int)instance->starts, "inputs", sum.inputs, "loads", sum.loads, "findings_new",
                     sum.findings, "verdicts", verdicts_json(&sum));
}

int campaign_status_write(const struct campaign *campaign, const char *path, double left, bool ended,
                          struct hs_error *err)
{
    struct sum sum = sum_of(campaign, NULL);
    json_t *targets = json_array(), *status;
    char *text;
    int result;

    for (size_t i = 0; i < campaign->n; i++) {
        json_array_append_new(targets, instance_json(&campaign->instances[i]));
    }
    status = json_pack("{s:i, s:s, s:f, s:f, s:I, s:I, s:f, s:I, s:o, s:o, s:o}", "version", 1, "state",
                       ended ? "ended" : "running", "seconds", (double)campaign->seconds - left, "left",
                       left > 0 && !ended ? left : 0.0, "inputs", sum.inputs, "loads", sum.loads, "loads_per_second",
                       sum.rate, "findings_new", sum.findings, "last_new",
                       sum.last < 0 ? json_null() : json_real(sum.last), "verdicts", verdicts_json(&sum), "targets",
                       targets);
    text = json_dumps(status, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    result = file_write_own(path, text, strlen(text), err);
    free(text);
    json_decref(status);
    return result;
}

unsigned long campaign_status_inputs(const struct instance *instance)
{
    struct sum sum = { .last = -1 };

    add(&sum, instance);
    return sum.inputs > 0 ? (unsigned long)sum.inputs : 0;
}

double campaign_status_since_finding(const struct campaign *campaign)
{
    return sum_of(campaign, NULL).last;
}

void campaign_status_sum_up(const struct campaign *campaign)
{
    struct sum sum = sum_of(campaign, NULL);

    fprintf(stderr, "hardstop: %lld inputs, %lld loads, %lld new finding%s", (long long)sum.inputs,
            (long long)sum.loads, (long long)sum.findings, sum.findings == 1 ? "" : "s");
    if (sum.verdicts[VERDICT_UNKNOWN]) {
        fprintf(stderr, "; %lld without a verdict, see %s/*.log", (long long)sum.verdicts[VERDICT_UNKNOWN],
                campaign->work);
    }
    if (campaign->is_idle) {
        fprintf(stderr, "; it has ended, as nothing new came for %lu s", campaign->idle);
    }
    fputc('\n', stderr);
}
