/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the list of known findings, and tells findings by it. */
#include "harness/tool/known_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/tool/tool.h"

int known_list_read(const char *given, struct known *known, struct hs_error *err)
{
    char *own = given ? NULL : tool_corpus("known.tsv");
    const char *path = given ? given : own;
    int result = path ? known_read(path, known, err) : 0;

    if (!path) {
        fprintf(stderr,
                "hardstop: the list of known findings is not where it was when this hardstop was built: all count "
                "as new; --known FILE names one\n");
    }
    free(own);
    return result;
}

void known_list_add(const struct known *known, const struct finding *finding, const char *path,
                    struct results *results)
{
    const struct known_line *line = known_of_signature(known, finding->signature);
    /* Two findings can be alike in all but the signature. */
    char *name = hs_format("%s %s %s %016" PRIx64, finding->property, finding->device, finding->field,
                           finding->signature);
    char *text = hs_format("%s\n%s%s\n%s", finding->machine, line ? "known: " : "new", line ? line->cause : "", path);

    results_add_test(results, &(struct result_test){
        .group = results->command, .name = name, .state = RESULT_FAILED, .type = verdict_name(finding->verdict),
        .message = finding->message, .text = text,
    });
    results_add_finding(results, finding, path, line ? RESULT_KNOWN : RESULT_NEW, NULL);
    free(text);
    free(name);
}
