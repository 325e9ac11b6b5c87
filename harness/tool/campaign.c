/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts, watches and ends the instances of a campaign. */
#include "harness/tool/campaign.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/arguments.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/printable.h"
#include "harness/base/time.h"
#include "harness/loader/open.h"
#include "harness/setup/brought.h"
#include "harness/setup/roster.h"
#include "harness/tool/campaign_seeds.h"
#include "harness/tool/campaign_status.h"

enum {
    MAX_STARTS = 100, /* of one instance in a campaign: what has killed it so often will kill it again */
    POLL_MS = 250,
    STOP_MS = 5000, /* for a target to end by itself when the time is over: it may be in a load */
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/*
 * The folder with the engine's targets: that of this command, where also a target stands that is for a loader which the
 * command brings along; the one beside it where ci/build puts that engine's build; or where they are installed.  Free
 * it; NULL with a reason.
 */
static char *find_programs(const struct engine *engine, const char *target, struct hs_error *err)
{
    bool is_own = strcmp(engine->name, HARDSTOP_ENGINE) == 0 || brought_has(target);
    char *built = is_own ? hs_strdup(".") : hs_format("../../%s/bin", engine->flavour);
    char *installed = hs_format("../lib/hardstop/%s", engine->flavour);
    const char *const places[] = { built, installed };
    char *folder = NULL;

    for (size_t i = 0; !folder && i < HS_COUNT(places); i++) {
        char *candidate = arguments_beside(places[i]), *program = hs_format("%s/%s_fuzzer", candidate, target);

        if (access(program, X_OK) == 0) {
            folder = hs_strdup(candidate);
        } else if (i == 0) {
            hs_fail(err, HS_NO_OFFSET, "no target %s for the engine %s: ci/build %s makes it (%s: %s)", target,
                    engine->name, engine->flavour, program, strerror(errno));
        }
        free(program);
        free(candidate);
    }
    free(installed);
    free(built);
    return folder;
}

static void add_instance(struct campaign *campaign, const char *programs, const char *target, unsigned job)
{
    struct instance *instance;

    instance = HS_PUSH(campaign->instances, campaign->n);
    *instance = (struct instance){ .target = target, .job = job };
    instance->name = job ? hs_format("%s-%u", target, job) : hs_strdup(target);
    instance->program = hs_format("%s/%s_fuzzer", programs, target);
    instance->work = hs_strdup(campaign->work);
    instance->seeds = hs_format("%s/seeds-%s", campaign->work, target);
    instance->log = hs_format("%s/%s.log", campaign->work, instance->name);
    instance->findings = hs_format("%s/findings", campaign->work);
    /* Each start adds one: this far apart, no two starts of any instances have the same seed. */
    instance->seed = campaign->seed + job * 1000ul;
}

static int copy_seeds(const struct campaign *campaign, const struct instance *instance, const char *from,
                      const char *under, struct hs_error *err)
{
    return from ? seeds_copy(instance->seeds, instance->target, from, under, campaign->uses, err) : 0;
}

static int prepare_instance(const struct campaign *campaign, const struct instance *instance, struct hs_error *err)
{
    campaign_status_reset(instance);
    if (file_make_folder(instance->seeds, err) < 0 || file_make_folder(instance->findings, err) < 0 ||
        campaign->engine->prepare(instance, err) < 0) {
        return -1;
    }
    if (instance->job) {
        return 0;
    }
    return seeds_capture(instance->seeds, instance->target, err) < 0 ||
                   copy_seeds(campaign, instance, campaign->seeds, "", err) < 0
               ? -1
               : copy_seeds(campaign, instance, campaign->in_use, "in-use/", err);
}

/* Starts each QEMU once: what it has to say of itself, in the targets' logs nobody would read. */
static int try_loaders(const struct campaign *campaign, struct hs_error *err)
{
    char *tried = hs_strdup("");
    int result = 0;

    for (size_t i = 0; result == 0 && i < campaign->n_targets; i++) {
        Hardstop__Setup *setup = roster_setup(campaign->targets[i], 0, HARDSTOP__FRAMING__FOOTER);

        if (strcmp(setup->binary, tried) != 0) {
            struct loader *loader = loader_open(setup, TRUST_ALL, NULL, err);

            free(tried);
            tried = hs_strdup(setup->binary);
            result = loader ? 0 : -1;
            loader_close(loader);
        }
        hardstop__setup__free_unpacked(setup, NULL);
    }
    free(tried);
    return result;
}

int campaign_open(struct campaign *campaign, struct hs_error *err)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    char *processes;

    if (file_make_folder(campaign->work, err) < 0 || file_check_space(campaign->work, err) < 0) {
        return -1;
    }
    if (!campaign->jobs) {
        campaign->jobs = cores > (long)campaign->n_targets ? (unsigned)((size_t)cores / campaign->n_targets) : 1;
    }
    for (size_t i = 0; i < campaign->n_targets; i++) {
        char *programs = find_programs(campaign->engine, campaign->targets[i], err);

        if (!programs || campaign->engine->check(programs, err) < 0) {
            free(programs);
            return -1;
        }
        for (unsigned job = 0; job < campaign->jobs; job++) {
            add_instance(campaign, programs, campaign->targets[i], job);
        }
        free(programs);
    }
    for (size_t i = 0; i < campaign->n; i++) {
        if (prepare_instance(campaign, &campaign->instances[i], err) < 0) {
            return -1;
        }
    }
    if (try_loaders(campaign, err) < 0) {
        return -1;
    }
    processes = hs_format("%zu", campaign->n);
    setenv("HARDSTOP_PROCESSES", processes, 1);
    free(processes);
    return 0;
}

void campaign_close(struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->n; i++) {
        struct instance *instance = &campaign->instances[i];

        free(instance->name);
        free(instance->program);
        free(instance->work);
        free(instance->seeds);
        free(instance->log);
        free(instance->findings);
    }
    free(campaign->instances);
}

static int start(const struct campaign *campaign, struct instance *instance, double seconds, struct hs_error *err)
{
    if (campaign->inputs) {
        unsigned long done = campaign_status_inputs(instance);

        instance->inputs = done < campaign->inputs ? campaign->inputs - done : 1;
    }
    fflush(NULL);
    instance->pid = fork();
    if (instance->pid == 0) {
        campaign->engine->become(instance, (unsigned long)(seconds + 0.5));
        fprintf(stderr, "hardstop: the engine cannot be started: %s\n", strerror(errno));
        _exit(127);
    }
    instance->starts++;
    return instance->pid < 0 ? hs_fail(err, HS_NO_OFFSET, "no new process: %s", strerror(errno)) : 0;
}

/* Notes the ends of instances; a killed one is started again while time is left.  1 while any runs. */
static int watch(struct campaign *campaign, double left, struct hs_error *err)
{
    int running = 0;

    for (size_t i = 0; i < campaign->n; i++) {
        struct instance *instance = &campaign->instances[i];

        if (instance->pid && waitpid(instance->pid, &instance->status, WNOHANG) == instance->pid) {
            instance->pid = 0;
            if (WIFSIGNALED(instance->status) && left >= 1 && !interrupted) {
                printable_print(stderr, "hardstop: %s was killed (%s); it goes on\n", instance->program,
                                loader_signal_name(WTERMSIG(instance->status)));
                if (instance->starts < MAX_STARTS && start(campaign, instance, left, err) < 0) {
                    return -1;
                }
            }
        }
        running |= instance->pid != 0;
    }
    return running;
}

static void stop(const struct campaign *campaign)
{
    for (size_t i = 0; i < campaign->n; i++) {
        if (campaign->instances[i].pid) {
            kill(campaign->instances[i].pid, interrupted ? SIGTERM : SIGKILL);
        }
    }
}

/* When the folder last changed, in seconds since the epoch; 0: it is not there. */
static double changed_at(char *path)
{
    struct stat status;
    bool is_there = stat(path, &status) == 0;

    free(path);
    return is_there ? (double)status.st_mtim.tv_sec + (double)status.st_mtim.tv_nsec * 1e-9 : 0;
}

/* Has nothing new come for so long?  `began`, as time_now(), counts as the first. */
static bool is_idle(const struct campaign *campaign, double began)
{
    double newest = 0, of_finding;
    struct timespec now;

    if (!campaign->idle || time_now() - began <= (double)campaign->idle) {
        return false;
    }
    of_finding = campaign_status_since_finding(campaign);
    if (of_finding >= 0 && of_finding <= (double)campaign->idle) {
        return false;
    }

    for (size_t i = 0; i < campaign->n; i++) {
        double corpus = changed_at(campaign->engine->corpus(&campaign->instances[i]));

        newest = corpus > newest ? corpus : newest;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec - newest > (double)campaign->idle;
}

int campaign_run(struct campaign *campaign, struct hs_error *err)
{
    double began = time_now(), end = began + (double)campaign->seconds;
    int running = 1;

    signal(SIGINT, on_interrupt);
    signal(SIGTERM, on_interrupt);
    for (size_t i = 0; i < campaign->n; i++) {
        if (start(campaign, &campaign->instances[i], (double)campaign->seconds, err) < 0) {
            return -1;
        }
    }
    while (running > 0) {
        double left = end - time_now();

        running = watch(campaign, left, err);
        /* Engines do not notice that what they write is cut short: they are stopped before. */
        if (!campaign->is_full && file_check_space(campaign->work, NULL) < 0) {
            campaign->is_full = true;
            interrupted = 1;
        }
        if (!interrupted && is_idle(campaign, began)) {
            campaign->is_idle = true;
            interrupted = 1;
        }
        if (interrupted || left * 1000 < -STOP_MS) {
            stop(campaign);
        }
        campaign_status_show(campaign, left);
        if (campaign->status && campaign_status_write(campaign, campaign->status, left, running <= 0, err) < 0) {
            campaign->status = NULL;
            running = -1;
        }
        nanosleep(&(struct timespec){ .tv_nsec = POLL_MS * 1000000L }, NULL);
    }
    if (isatty(STDERR_FILENO)) {
        fputc('\n', stderr);
    }
    if (running == 0) {
        campaign_status_sum_up(campaign);
    }
    return running;
}

/* Files that an engine opened and could not fill.  Empty ones elsewhere mean something: AFL++ marks things by them. */
static int remove_empty(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    static const char *const folders[] = { "/corpus-", "/artifacts-", "/seeds-", "/findings/" };

    (void)where;
    for (size_t i = 0; kind == FTW_F && status->st_size == 0 && i < HS_COUNT(folders); i++) {
        if (strstr(path, folders[i])) {
            unlink(path);
        }
    }
    return 0;
}

static int check_space(const struct campaign *campaign, struct hs_error *err)
{
    if (!campaign->is_full && file_check_space(campaign->work, err) == 0) {
        return 0;
    }
    nftw(campaign->work, remove_empty, 16, FTW_PHYS);
    if (file_check_space(campaign->work, err) == 0) {
        hs_fail(err, HS_NO_OFFSET, "%s: the disk was full", campaign->work);
    }
    return hs_fail_in(err, "the campaign has ended");
}

int campaign_check(const struct campaign *campaign, struct hs_error *err)
{
    if (check_space(campaign, err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < campaign->n; i++) {
        const struct instance *instance = &campaign->instances[i];
        int status = instance->status;

        if (campaign->engine->inspect(instance, err) < 0) {
            return -1;
        }
        if (WIFEXITED(status) && campaign->engine->is_regular(WEXITSTATUS(status), interrupted)) {
            continue;
        }
        if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM) &&
            instance->starts < MAX_STARTS) {
            continue;
        }
        return hs_fail(err, HS_NO_OFFSET, "%s ended with %s %d, which is our own failure: see %s", instance->program,
                       WIFEXITED(status) ? "status" : "signal",
                       WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), instance->log);
    }
    return 0;
}
