/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans meetings in which states are searched for. */
#include "harness/tool/fuzz_compat.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/time.h"
#include "harness/report/meetings_result.h"
#include "harness/setup/program.h"
#include "harness/setup/roster.h"
#include "harness/tool/compat_plan.h"
#include "harness/tool/compat_run.h"
#include "harness/tool/program_option.h"
#include "harness/tool/tool.h"

static bool is_target(const struct campaign *campaign, const struct meeting *meeting)
{
    for (size_t i = 0; i < campaign->n_targets; i++) {
        if (roster_takes(campaign->targets[i], meeting->setups[0])) {
            return true;
        }
    }
    return false;
}

static unsigned jobs_of(const struct campaign *campaign)
{
    return campaign->jobs ? campaign->jobs : (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
}

/* Only what is a target; each meeting gets its part of the time. */
static int share_out(const struct campaign *campaign, struct compat_plan *plan, struct hs_error *err)
{
    size_t n = 0;

    for (size_t i = 0; i < plan->n_meetings; i++) {
        if (plan->meetings[i].family && is_target(campaign, &plan->meetings[i])) {
            struct meeting meeting = plan->meetings[n];

            plan->meetings[n++] = plan->meetings[i];
            plan->meetings[i] = meeting;
        }
    }
    for (size_t i = 0; i < n; i++) {
        plan->meetings[i].search_seconds = (double)campaign->seconds * jobs_of(campaign) / (double)n;
        plan->meetings[i].search_states = campaign->inputs;
        plan->meetings[i].search_seed = campaign->seed;
        plan->meetings[i].states.canary = false; /* it is a seed */
    }
    compat_plan_keep(plan, n);
    return n ? 0 : hs_fail(err, HS_NO_OFFSET, "no device of these targets on a machine type that both QEMUs have");
}

/* The QEMU of the first target, by name. */
static const char *standard_binary(const struct campaign *campaign)
{
    enum family_transport transport = FAMILY_CCW;

    while (transport + 1 < FAMILY_TRANSPORTS && strncmp(campaign->targets[0], family_transport_name(transport),
                                                        strlen(family_transport_name(transport))) != 0) {
        transport++;
    }
    return family_transport_binary(transport);
}

int fuzz_compat(const struct campaign *campaign, const struct outputs *outputs)
{
    const char *own = program_option_given(), *beside = program_given(PROGRAM_BESIDE_ENV);
    char *folder = hs_format("%s/findings", campaign->work);
    struct compat_plan plan = {
        .programs = { own ? own : standard_binary(campaign), beside }, .n_programs = 2,
        .choice = COMPAT_MACHINES_NEWEST, .transport = FAMILY_TRANSPORTS, .folder = folder,
        .seeds = campaign->seeds ? campaign->seeds : "", .states.canary = true,
    };
    struct meetings_counts counts = { 0 };
    struct compat_told told = { .command = "hardstop fuzz", .outputs = outputs, .times = json_array() };
    double began = time_now();
    json_t *results = NULL;
    struct hs_error err;
    int status;

    if (file_make_folder(campaign->work, &err) == 0 && file_make_folder(folder, &err) == 0 &&
        compat_plan_make(&plan, &err) == 0 && share_out(campaign, &plan, &err) == 0) {
        results = compat_run(&plan, jobs_of(campaign), 0, told.times);
        meetings_count(results, NULL, &counts);
    }
    status = !results         ? tool_fail(&err)
             : counts.broken  ? TOOL_FINDING
             : counts.unknown ? TOOL_TROUBLE
                              : TOOL_CLEAN;
    told.results = results;
    told.seconds = time_now() - began;
    if (results && compat_tell(&told, &err) < 0) {
        status = tool_fail(&err);
    }
    json_decref(told.times);
    json_decref(results);
    compat_plan_clear(&plan);
    free(folder);
    return status;
}
