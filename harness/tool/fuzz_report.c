/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the findings of a campaign's folder. */
#include "harness/tool/fuzz_report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/printable.h"
#include "harness/report/listed.h"
#include "harness/report/verdict.h"
#include "harness/tool/known_list.h"
#include "harness/tool/tool.h"

static json_t *findings_json(const struct finding *findings, size_t n, const char *folder)
{
    json_t *list = json_array();

    for (size_t i = 0; i < n; i++) {
        char *path = finding_case_path(folder, &findings[i]);

        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "property",
                                              findings[i].property, "verdict", verdict_name(findings[i].verdict),
                                              "transport", findings[i].transport, "device", findings[i].device,
                                              "field", findings[i].field, "crash", findings[i].crash, "message",
                                              findings[i].message, "poke", listed_poke_json(&findings[i]),
                                              "case", printable_json(path, strlen(path))));
        free(path);
    }
    return list;
}

struct found {
    const struct finding *findings;
    size_t n, damaged;
    const char *folder, *failure;
    double seconds;
};

/* A test for each target, which fails by our own failure alone, and one for each finding. */
static void make_results(const struct campaign *campaign, const struct found *found, const struct known *known,
                         struct results *results)
{
    results_open(results, "hardstop fuzz");
    results_add_suite(results, found->folder, "fuzz", found->seconds);
    for (size_t i = 0; i < campaign->n_targets; i++) {
        results_add_test(results, &(struct result_test){
            .group = "hardstop fuzz targets", .name = campaign->targets[i], .message = found->failure,
            .state = found->failure ? RESULT_ERROR : RESULT_PASSED, .type = found->failure ? "campaign" : NULL,
            .seconds = found->seconds,
        });
    }
    for (size_t i = 0; i < found->n; i++) {
        char *path = finding_case_path(found->folder, &found->findings[i]);

        known_list_add(known, &found->findings[i], path, results);
        free(path);
    }
}

static int write_page(const struct outputs *outputs, const struct found *found, const struct known *known,
                      struct hs_error *err)
{
    struct listed listed = { .command = "hardstop fuzz", .folder = found->folder, .known = known,
                             .findings = found->findings, .n_findings = found->n, .damaged = found->damaged,
                             .status = LISTED_STATUSES, .verdict = VERDICT_COUNT };
    int result;

    listed_make(&listed);
    result = outputs_write_page(outputs, listed_html, &listed, err);
    listed_clear(&listed);
    return result;
}

static int tell(const struct campaign *campaign, const struct outputs *outputs, const struct found *found,
                struct hs_error *err)
{
    struct known known = { 0 };
    struct results results = { 0 };
    int result = 0;

    if (outputs_has_text(outputs)) {
        verdict_findings(stdout, found->findings, found->n, found->folder, program_invocation_name, NULL);
    }
    if (outputs->junit || outputs->sarif || outputs->html) {
        result = known_list_read(NULL, &known, err);
        make_results(campaign, found, &known, &results);
    }
    if (result == 0) {
        result = outputs_write(outputs, outputs->json ? findings_json(found->findings, found->n, found->folder) : NULL,
                               &results, err);
    }
    result = result < 0 ? -1 : write_page(outputs, found, &known, err);
    results_clear(&results);
    known_clear(&known);
    return result;
}

int fuzz_report(const struct campaign *campaign, const struct outputs *outputs, double seconds, const char *failure,
                struct hs_error *err)
{
    char *folder = hs_format("%s/findings", campaign->work);
    size_t n, damaged = 0;
    struct finding *findings = finding_read_all(folder, &n, err);
    int result = -1;

    if (findings) {
        finding_sort(findings, n);
        finding_check_all(folder, tool_tell_damaged, &damaged);
        result = tell(campaign, outputs, &(struct found){ findings, n, damaged, folder, failure, seconds }, err);
    }
    if (damaged) {
        result = hs_fail(err, HS_NO_OFFSET, "%s: %zu damaged file%s of findings", folder, damaged,
                         damaged == 1 ? "" : "s");
    }
    free(findings);
    free(folder);
    return result < 0 ? -1 : (int)(n > 0);
}
