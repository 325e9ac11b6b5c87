/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/tool/canary_file.h"

#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/case/case.h"

char *canary_file_text(const char *title, const struct canary *canary, const Hardstop__Case *test)
{
    char *text = hs_strdup(title), *body = case_text(test), *longer;

    for (size_t i = 0; i < canary->n_gaps; i++) {
        const struct canary_gap *gap = &canary->gaps[i];

        longer = hs_format("%s%s#   %s (%zu): %s\n", text, i ? "" : "# Without one, and why:\n", gap->path, gap->places,
                           gap->reason);
        free(text);
        text = longer;
    }
    longer = hs_format("%s%s", text, body);
    free(text);
    free(body);
    return longer;
}

json_t *canary_file_gaps(const struct canary *canary)
{
    json_t *gaps = json_array();

    for (size_t i = 0; i < canary->n_gaps; i++) {
        json_array_append_new(gaps, json_pack("{s:s, s:I, s:s?}", "path", canary->gaps[i].path, "places",
                                              (json_int_t)canary->gaps[i].places, "reason", canary->gaps[i].reason));
    }
    return gaps;
}
