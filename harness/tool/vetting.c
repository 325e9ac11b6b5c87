/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps that there are, and how they end. */
#include "harness/tool/vetting.h"

#include <stdlib.h>

#include "harness/base/printable.h"

const struct vet_kind_row vet_kinds[VET_KINDS] = {
    [VET_KNOWN] = { "known", "no known finding comes back", 20 },
    [VET_OWN] = { "own", "what it saves it takes, and saves again as it was", 40 },
    [VET_COMPAT] = { "compat", "the older QEMU and this one take and keep each other's state", 180 },
    [VET_AUDIT] = { "audit", "no damage is let pass that was refused", 40 },
    [VET_CAMPAIGN] = { "campaign", VET_CAMPAIGN_INPUTS " inputs from one seed: what they find", 120 },
};

const char *vet_state_name(enum vet_state state)
{
    static const char *const names[] = {
        [VET_CLEAN] = "clean", [VET_WORSE] = "worse", [VET_TROUBLE] = "no answer", [VET_LEFT_OUT] = "left out",
        [VET_NOT_DONE] = "not done",
    };

    return names[state];
}

void vet_set_trouble(struct vet_step *step, char *why)
{
    printable_make(why);
    step->state = step->state == VET_WORSE ? VET_WORSE : VET_TROUBLE;
    free(step->why);
    step->why = why;
}

void vet_clear(struct vet *vet)
{
    for (size_t i = 0; i < vet->n; i++) {
        struct vet_step *step = &vet->steps[i];

        for (size_t k = 0; k < step->n_findings; k++) {
            free(step->findings[k].text);
        }
        arguments_clear(&step->command);
        arguments_clear(&step->reference);
        free(step->findings);
        free(step->name);
        free(step->output);
        free(step->log);
        free(step->folder);
        free(step->earlier);
        free(step->why);
    }
    free(vet->steps);
    vet->steps = NULL;
    vet->n = 0;
}
