/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of verdicts, and what a judgement holds. */
#include "harness/judge/judgement.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[] = {
    [VERDICT_UNKNOWN] = "unknown", [VERDICT_REJECTED] = "rejected", [VERDICT_EQUAL] = "equal",
    [VERDICT_GARBAGE] = "garbage", [VERDICT_CRASHED] = "crashed",   [VERDICT_HUNG] = "hung",
};

const char *verdict_name(enum verdict verdict)
{
    return names[verdict];
}

int verdict_severity(enum verdict verdict)
{
    static const int severity[VERDICT_COUNT] = {
        [VERDICT_REJECTED] = 1, [VERDICT_EQUAL] = 2, [VERDICT_GARBAGE] = 3, [VERDICT_HUNG] = 4, [VERDICT_CRASHED] = 5,
    };

    return severity[verdict];
}

enum verdict verdict_of_name(const char *name)
{
    for (int i = 0; i < VERDICT_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            return (enum verdict)i;
        }
    }
    return VERDICT_COUNT;
}

void judgement_drop_beside(struct judgement *judgement)
{
    if (judgement->beside) {
        judgement_clear(judgement->beside);
        free(judgement->beside);
        judgement->beside = NULL;
    }
}

void judgement_clear(struct judgement *judgement)
{
    judgement_drop_beside(judgement);
    stream_encoding_clear(&judgement->plain);
    builder_clear(&judgement->damaged);
    record_clear(&judgement->reference);
    record_clear(&judgement->actual);
    memset(judgement, 0, sizeof(*judgement));
}
