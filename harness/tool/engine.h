/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fuzzing engines that a campaign can use: how each is started, and how it ends. */
#ifndef HARDSTOP_TOOL_ENGINE_H
#define HARDSTOP_TOOL_ENGINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "harness/base/error.h"

/* One process of a campaign. */
struct instance {
    const char *target; /* "ccw", "pci_net" ... */
    unsigned job; /* 0 for the first of its target */
    char *name; /* of its log and status: "ccw", "ccw-1" ... */
    char *program; /* the target's */
    char *work; /* the campaign's folder */
    char *seeds, *log, *findings; /* folder, file, folder */
    unsigned long seed, inputs; /* the last: after so many, and all seeds, it ends; 0: no limit */
    pid_t pid; /* 0: not running */
    int status; /* of the last end */
    unsigned starts;
};

struct engine {
    const char *name; /* "libfuzzer", "afl" */
    const char *flavour; /* what ci/build calls its build */
    /* Is all there that it needs, `programs` being the folder of the targets?  0, or -1 with a reason. */
    int (*check)(const char *programs, struct hs_error *err);
    /* Makes the instance's folders.  0, or -1 with a reason. */
    int (*prepare)(const struct instance *instance, struct hs_error *err);
    /* In the new process: becomes the engine.  Returns only when it cannot be started. */
    void (*become)(const struct instance *instance, unsigned long seconds);
    /* Is this exit status a regular one?  What is not is a failure of ours. */
    bool (*is_regular)(int exit_status, bool interrupted);
    /* The folder that it puts inputs into that were new to it; free it. */
    char *(*corpus)(const struct instance *instance);
    /* 0, or -1 with a failure of ours that the engine has taken for a finding of its own. */
    int (*inspect)(const struct instance *instance, struct hs_error *err);
};

/* The engine of that name, or NULL. */
const struct engine *engine_find(const char *name);

#endif
