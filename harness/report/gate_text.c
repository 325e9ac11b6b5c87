/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the failures of an audit. */
#include "harness/report/gate_text.h"

#include <inttypes.h>

#include "harness/report/style.h"

enum { SHOWN_FAILURES = 10 };

static void print_failure(FILE *out, const struct audit *audit, const struct gate_failure *failure)
{
    const struct audit_field *field = audit_field_at(audit, failure->offset);

    fputs("  ", out);
    style_print(out, STYLE_BAD, "%s", verdict_name(failure->verdict));
    fprintf(out, " %s%s%s at %" PRIu32, edit_name(failure->edit), *failure->value ? " " : "", failure->value,
           failure->offset);
    if (failure->count > 1 && !failure->finding) {
        fprintf(out, " to %" PRIu32, failure->offset + failure->count - 1);
    }
    fprintf(out, " %s", field ? field->path : "(behind the last byte)");
    if (failure->was != VERDICT_COUNT) {
        fprintf(out, ", was %s", verdict_name(failure->was));
    }
    fprintf(out, ": %s\n", failure->message);
}

void gate_text(FILE *out, const struct audit *audit, const struct gate *gate, const char *than)
{
    if (gate->unknown) {
        fprintf(out, "%" PRIu64 " damages have no verdict: hardstop itself failed\n", gate->unknown);
    }
    if (!gate->n) {
        if (!gate->unknown) {
            style_print(out, STYLE_GOOD, "nothing %s%s\n", than ? "is worse than " : "fails", than ? than : "");
        }
        return;
    }
    if (gate->cells == 1) {
        style_print(out, STYLE_BAD, "1 damage %s%s\n", than ? "is worse than " : "fails", than ? than : "");
    } else {
        style_print(out, STYLE_BAD, "%" PRIu64 " damages %s%s\n", gate->cells,
                    than ? "are worse than " : "fail", than ? than : "");
    }
    for (size_t i = 0; i < gate->n && i < SHOWN_FAILURES; i++) {
        print_failure(out, audit, &gate->failures[i]);
    }
    if (gate->n > SHOWN_FAILURES) {
        fprintf(out, "  and %zu more places\n", gate->n - SHOWN_FAILURES);
    }
}
