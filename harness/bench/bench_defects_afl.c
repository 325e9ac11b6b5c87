/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AFL++'s target of a trial of bench_defects (defects_trial.h): judges its inputs, leaves the result when it has had
 * its loads, and waits for its end.
 */
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/bench/defects_trial.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    struct search *search; /* NULL: not begun */
    struct bench_seeds seeds;
    struct defects defects;
    struct defects_watch watch;
    struct defects_result result;
    struct search_options options;
    struct search_result found;
} state;

static const char *setting(const char *name)
{
    const char *value = getenv(name);

    HS_CHECK(value, "%s is not set: bench_defects --afl starts this", name);
    return value;
}

static void begin(void)
{
    char folder[] = "/tmp/hardstop-defects-XXXXXX";

    /* AFL++ keeps us stopped between runs: nothing else would end us if its fork server went first. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    defects_read(&state.defects, setting(TRIAL_TABLE_ENV), setting(TRIAL_TRANSPORT_ENV));
    bench_seeds_read(&state.seeds, setting(TRIAL_SEEDS_ENV), setting(TRIAL_TRANSPORT_ENV));
    HS_CHECK(state.seeds.n && mkdtemp(folder), "no seeds, or no folder in /tmp");
    state.options = (struct search_options){
        .mode = SEARCH_BYTES, .seeds = &state.seeds, .loads = strtoul(setting(TRIAL_LOADS_ENV), NULL, 10),
        .folder = hs_strdup(folder),
    };
    defects_watch(&state.watch, &state.defects, &state.result, &state.options);
    state.search = search_open(&state.options, &state.found);
}

static void end(void)
{
    char *command = hs_format("rm -rf %s", state.options.folder);

    search_close(state.search);
    HS_CHECK(system(command) == 0, "%s", command);
    defects_result_write(&state.defects, &state.result, setting(TRIAL_PATH_ENV));
    while (true) {
        pause();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!state.search) {
        begin();
    }
    if (size > 1) {
        search_try(state.search, data[0] % state.seeds.n, data + 1, size - 1);
    }
    if (state.found.loads >= state.options.loads) {
        end();
    }
    return 0;
}
