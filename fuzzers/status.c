/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts, and writes the counts. */
#include "fuzzers/status.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/file_json.h"
#include "harness/base/time.h"

static struct {
    char *path; /* NULL: nothing is counted */
    json_int_t runs, loads, findings, verdicts[VERDICT_COUNT];
    double started, written, last_finding; /* the last negative: there was none */
} status;

static double seconds(void)
{
    return time_now() - status.started;
}

/* What the process before this one had counted. */
static void take_over(const json_t *before)
{
    const json_t *last = json_object_get(before, "last_finding");

    status.runs = json_integer_value(json_object_get(before, "runs"));
    status.loads = json_integer_value(json_object_get(before, "loads"));
    status.findings = json_integer_value(json_object_get(before, "findings"));
    status.started -= json_number_value(json_object_get(before, "seconds"));
    status.last_finding = json_is_number(last) ? json_number_value(last) : -1;
    for (int i = 0; i < VERDICT_COUNT; i++) {
        status.verdicts[i] = json_integer_value(
            json_object_get(json_object_get(before, "verdicts"), verdict_name((enum verdict)i)));
    }
}

void status_count(enum verdict verdict, unsigned long loads)
{
    status.runs++;
    status.loads += (json_int_t)loads;
    status.verdicts[verdict]++;
}

void status_found(void)
{
    status.findings++;
    status.last_finding = seconds();
    status.written = 0;
}

static void write_now(void)
{
    json_t *verdicts, *all;
    char *text;

    if (!status.path) {
        return;
    }
    status.written = time_now();
    verdicts = json_object();
    for (int i = 0; i < VERDICT_COUNT; i++) {
        json_object_set_new(verdicts, verdict_name((enum verdict)i), json_integer(status.verdicts[i]));
    }
    all = json_pack("{s:I, s:I, s:f, s:I, s:o, s:o}", "runs", status.runs, "loads", status.loads, "seconds", seconds(),
                    "findings", status.findings, "last_finding",
                    status.last_finding < 0 ? json_null() : json_real(status.last_finding), "verdicts", verdicts);
    text = json_dumps(all, JSON_REAL_PRECISION(9));
    file_write_own(status.path, text, strlen(text), NULL);
    free(text);
    json_decref(all);
}

void status_write(void)
{
    if (time_now() - status.written >= 1.0) {
        write_now();
    }
}

void status_begin(const char *folder, const char *instance)
{
    json_t *before;

    free(status.path);
    memset(&status, 0, sizeof(status));
    status.started = status.written = time_now();
    status.last_finding = -1;
    if (folder) {
        status.path = hs_format("%s/status-%s", folder, instance);
        before = file_json_read(status.path, NULL);
        take_over(before);
        json_decref(before);
        atexit(write_now);
    }
}
