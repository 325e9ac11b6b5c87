/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command lines and environments of libFuzzer and AFL++. */
#include "harness/tool/engine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/arguments.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/loader/limits.h"

/* Sends output to the log, and has the engine end when the command dies. */
static void become_child(const struct instance *instance)
{
    int log = open(instance->log, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0666);

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (log < 0) {
        fprintf(stderr, "hardstop: %s: %s\n", instance->log,
                errno == ELOOP ? "is a symbolic link: remove it" : strerror(errno));
        _exit(127);
    }
    dup2(log, 1);
    dup2(log, 2);
    setenv("HARDSTOP_FINDINGS", instance->findings, 1);
    setenv("HARDSTOP_INSTANCE", instance->name, 1);
}

/* libFuzzer. */

static int libfuzzer_check(const char *programs, struct hs_error *err)
{
    (void)programs;
    (void)err;
    return 0;
}

static char *libfuzzer_corpus(const struct instance *instance)
{
    return hs_format("%s/corpus-%s", instance->work, instance->target);
}

static char *libfuzzer_artifacts(const struct instance *instance)
{
    return hs_format("%s/artifacts-%s/", instance->work, instance->target);
}

static int libfuzzer_prepare(const struct instance *instance, struct hs_error *err)
{
    char *corpus = libfuzzer_corpus(instance), *artifacts = libfuzzer_artifacts(instance);
    int result = file_make_folder(corpus, err) < 0 || file_make_folder(artifacts, err) < 0 ? -1 : 0;

    free(corpus);
    free(artifacts);
    return result;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/*
 * The seeds in the order of their names, in a file.  Of a folder libFuzzer takes them as they come, which is another
 * order in another folder; it gets that where a comma in a name makes no list.
 */
static char *libfuzzer_seeds(const struct instance *instance)
{
    struct dirent **entries = NULL;
    int n = strchr(instance->seeds, ',') ? 0 : scandir(instance->seeds, &entries, is_visible, alphasort);
    char *path = hs_format("%s.list", instance->seeds), *list = hs_strdup("");
    bool is_written, has_comma = false;

    for (int i = 0; i < n; i++) {
        char *longer = hs_format("%s%s%s/%s", list, i ? "," : "", instance->seeds, entries[i]->d_name);

        has_comma |= strchr(entries[i]->d_name, ',') != NULL;
        free(list);
        free(entries[i]);
        list = longer;
    }
    free(entries);
    is_written = n > 0 && !has_comma && file_write_own(path, list, strlen(list), NULL) == 0;
    free(list);
    return is_written ? hs_format("-seed_inputs=@%s", path) : instance->seeds;
}

static void libfuzzer_become(const struct instance *instance, unsigned long seconds)
{
    char *arguments[] = {
        instance->program,
        libfuzzer_corpus(instance),
        libfuzzer_seeds(instance),
        hs_format("-max_total_time=%lu", seconds),
        /* A campaign that was cut short goes on with other numbers, not with the same ones again. */
        hs_format("-seed=%lu", instance->seed + instance->starts),
        instance->inputs ? hs_format("-runs=%lu", instance->inputs) : hs_strdup("-runs=-1"),
        /* Each second it would look for what others have put into the corpus, and then go another way. */
        (char *)(instance->inputs ? "-reload=0" : "-reload=1"),
        hs_format("-artifact_prefix=%s", libfuzzer_artifacts(instance)),
        hs_format("-timeout=%d", LOADER_TARGET_SECONDS),
        (char *)"-max_len=1048576",
        (char *)"-len_control=0",
        (char *)"-rss_limit_mb=0",
        /* What our own code compares depends on when the status is written, and so would the mutations. */
        (char *)"-use_cmp=0",
        (char *)"-print_final_stats=1",
        NULL,
    };

    become_child(instance);
    execv(arguments[0], arguments);
}

static bool libfuzzer_is_regular(int exit_status, bool interrupted)
{
    return exit_status == 0 || (interrupted && exit_status == 72);
}

static int libfuzzer_inspect(const struct instance *instance, struct hs_error *err)
{
    (void)instance;
    (void)err;
    return 0;
}

/* AFL++. */

#define AFL_MUTATOR "hardstop-mutator.so"

static int afl_check(const char *programs, struct hs_error *err)
{
    char *mutator = hs_format("%s/" AFL_MUTATOR, programs), *path = arguments_find_program("afl-fuzz");
    int result = 0;

    if (!path) {
        result = hs_fail(err, HS_NO_OFFSET, "no program afl-fuzz in PATH; on Debian: apt-get install afl++");
    } else if (access(mutator, R_OK) != 0) {
        result = hs_fail(err, HS_NO_OFFSET, "%s is not there: ci/build afl makes it", mutator);
    }
    free(path);
    free(mutator);
    return result;
}

static char *afl_folder(const struct instance *instance)
{
    return hs_format("%s/afl-%s", instance->work, instance->target);
}

static char *afl_name(const struct instance *instance)
{
    return instance->job ? hs_format("secondary-%u", instance->job) : hs_strdup("main");
}

static char *afl_corpus(const struct instance *instance)
{
    char *folder = afl_folder(instance), *name = afl_name(instance);
    char *corpus = hs_format("%s/%s/queue", folder, name);

    free(folder);
    free(name);
    return corpus;
}

static int afl_prepare(const struct instance *instance, struct hs_error *err)
{
    char *folder = afl_folder(instance);
    int result = file_make_folder(folder, err);

    free(folder);
    return result;
}

static void afl_become(const struct instance *instance, unsigned long seconds)
{
    static const char *const environment[][2] = {
        { "AFL_AUTORESUME", "1" }, /* the next campaign goes on from the last one's queue */
        { "AFL_CUSTOM_MUTATOR_ONLY", "1" },
        { "AFL_FAST_CAL", "1" }, /* a load takes a millisecond */
        { "AFL_IMPORT_FIRST", "1" }, /* before anything else, take what -F names */
        { "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES", "1" }, /* ours are found by the target, not by its death */
        { "AFL_NO_AFFINITY", "1" }, /* the QEMUs would be bound to the one core as well */
        { "AFL_NO_UI", "1" },
        { "AFL_SKIP_CPUFREQ", "1" },
        { "AFL_SYNC_TIME", "1" }, /* minutes between two looks at what other processes found */
    };
    const char *slash = strrchr(instance->program, '/');
    char *arguments[24] = {
        (char *)"afl-fuzz",
        (char *)"-i", instance->seeds,
        (char *)"-o", afl_folder(instance),
        (char *)(instance->job ? "-S" : "-M"), afl_name(instance),
        (char *)"-V", hs_format("%lu", seconds),
        (char *)"-s", hs_format("%lu", instance->seed + instance->starts),
        (char *)"-t", hs_format("%d", LOADER_TARGET_AFL_SECONDS * 1000),
        (char *)"-m", (char *)"none",
    };
    size_t n = 15;

    if (instance->job == 0) {
        /* With a queue to go on from, afl-fuzz does not read -i again; -F brings in the seeds that are new since. */
        arguments[n++] = (char *)"-F";
        arguments[n++] = instance->seeds;
    }
    if (instance->inputs) {
        arguments[n++] = (char *)"-E";
        arguments[n++] = hs_format("%lu", instance->inputs);
    }
    arguments[n++] = (char *)"--";
    arguments[n++] = instance->program;
    become_child(instance);
    for (size_t i = 0; i < HS_COUNT(environment); i++) {
        setenv(environment[i][0], environment[i][1], 1);
    }
    setenv("AFL_CUSTOM_MUTATOR_LIBRARY",
           hs_format("%.*s/" AFL_MUTATOR, (int)(slash - instance->program), instance->program), 1);
    /* afl-fuzz throws away what a target says; its findings and its last words belong in the log. */
    setenv("AFL_DRIVER_STDERR_DUPLICATE_FILENAME", instance->log, 1);
    execvp(arguments[0], arguments);
}

static bool afl_is_regular(int exit_status, bool interrupted)
{
    /* An interrupt while it starts ends its fork server first, which it takes for a failure. */
    return exit_status == 0 || (interrupted && exit_status == 1);
}

static int afl_inspect(const struct instance *instance, struct hs_error *err)
{
    static const char *const folders[] = { "crashes", "hangs" };
    char *folder = afl_folder(instance), *name = afl_name(instance);
    int result = 0;

    for (size_t i = 0; i < HS_COUNT(folders) && result == 0; i++) {
        char *path = hs_format("%s/%s/%s", folder, name, folders[i]);
        DIR *directory = opendir(path);
        struct dirent *entry;

        while (directory && result == 0 && (entry = readdir(directory))) {
            if (strncmp(entry->d_name, "id:", 3) == 0) {
                result = hs_fail(err, HS_NO_OFFSET, "%s itself died or hung, which is our own failure: see %s and %s",
                                 instance->program, path, instance->log);
            }
        }
        if (directory) {
            closedir(directory);
        }
        free(path);
    }
    free(folder);
    free(name);
    return result;
}

static const struct engine engines[] = {
    { "libfuzzer", "fuzz", libfuzzer_check, libfuzzer_prepare, libfuzzer_become, libfuzzer_is_regular,
      libfuzzer_corpus, libfuzzer_inspect },
    { "afl", "afl", afl_check, afl_prepare, afl_become, afl_is_regular, afl_corpus, afl_inspect },
};

const struct engine *engine_find(const char *name)
{
    for (size_t i = 0; i < HS_COUNT(engines); i++) {
        if (strcmp(engines[i].name, name) == 0) {
            return &engines[i];
        }
    }
    return NULL;
}
