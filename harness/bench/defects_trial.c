/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of a trial; starts afl-fuzz, and ends it once its target has left a result. */
#include "harness/bench/defects_trial.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/bench/engine.h"

const char *const defects_trial_modes[TRIAL_MODES] = { "structure", "bytes", "coverage", "afl" };

enum { LOOK_MS = 200, LOAD_MS = 600000 };

static void search(void *user)
{
    const struct defects_trial *trial = user;
    struct search_options options = {
        .mode = (enum search_mode)trial->mode, .seeds = trial->seeds, .loads = trial->loads, .seed = trial->seed,
        .bytes = LLVMFuzzerMutate, .folder = trial->folder,
    };
    struct search_result *found = hs_alloc(sizeof(*found));
    struct defects_watch watch;
    struct defects_result result;

    defects_watch(&watch, trial->defects, &result, &options);
    search_run(&options, found);
    defects_result_write(trial->defects, &result, trial->path);
    free(found);
}

void defects_trial_search(const struct defects_trial *trial)
{
    struct defects_trial copy = *trial;

    engine_run((uint32_t)trial->seed, search, &copy);
}

/* The seeds' bytes, without their damages, as search.c has them. */
static void write_inputs(const struct defects_trial *trial, const char *folder)
{
    struct hs_error err;

    HS_CHECK(file_make_folder(folder, &err) == 0, "%s", err.text);
    for (size_t i = 0; i < trial->seeds->n; i++) {
        struct stream_encoding encoding = { 0 };
        char *path = hs_format("%s/%zu", folder, i);
        uint8_t *input;

        stream_encode(trial->seeds->tests[i]->stream, &encoding, NULL, NULL);
        input = hs_alloc(1 + encoding.out.size);
        input[0] = (uint8_t)i;
        memcpy(input + 1, encoding.out.data, encoding.out.size);
        HS_CHECK(file_write_own(path, input, 1 + encoding.out.size, &err) == 0, "%s", err.text);
        free(input);
        free(path);
        stream_encoding_clear(&encoding);
    }
}

static void become_afl(const struct defects_trial *trial, const char *program, const char *inputs)
{
    static const char *const environment[] = {
        "AFL_FAST_CAL", "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "AFL_NO_AFFINITY", "AFL_NO_UI", "AFL_SKIP_CPUFREQ",
    };
    char *arguments[] = {
        (char *)"afl-fuzz", (char *)"-i", (char *)inputs, (char *)"-o", hs_format("%s/afl", trial->folder),
        (char *)"-s", hs_format("%lu", (unsigned long)trial->seed), (char *)"-t", hs_format("%d", LOAD_MS),
        (char *)"-m", (char *)"none", (char *)"--", (char *)program, NULL,
    };

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (size_t i = 0; i < HS_COUNT(environment); i++) {
        setenv(environment[i], "1", 1);
    }
    HS_CHECK(freopen(hs_format("%s/afl.log", trial->folder), "w", stdout), "no log");
    dup2(STDOUT_FILENO, STDERR_FILENO);
    execvp(arguments[0], arguments);
    HS_CHECK(false, "afl-fuzz cannot be started: ci/setup installs afl++");
}

void defects_trial_afl(const struct defects_trial *trial, const char *program, const char *transport,
                       const char *seeds, const char *table)
{
    char *inputs = hs_format("%s/inputs", trial->folder);
    pid_t child;

    write_inputs(trial, inputs);
    setenv(TRIAL_TRANSPORT_ENV, transport, 1);
    setenv(TRIAL_SEEDS_ENV, seeds, 1);
    setenv(TRIAL_TABLE_ENV, table, 1);
    setenv(TRIAL_LOADS_ENV, hs_format("%lu", trial->loads), 1);
    setenv(TRIAL_PATH_ENV, trial->path, 1);
    fflush(NULL);
    child = fork();
    HS_CHECK(child >= 0, "no new process");
    if (child == 0) {
        become_afl(trial, program, inputs);
    }
    while (access(trial->path, F_OK) != 0) {
        HS_CHECK(waitpid(child, NULL, WNOHANG) == 0, "afl-fuzz ended by itself: %s/afl.log", trial->folder);
        usleep(LOOK_MS * 1000);
    }
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    free(inputs);
}
