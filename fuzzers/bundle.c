/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds QEMUs beside the target. */
#include "fuzzers/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/arguments.h"
#include "harness/base/check.h"
#include "harness/finding/known.h"
#include "harness/setup/program.h"
#include "harness/setup/setup.h"

static struct known known;
static bool is_there;

/* Any will do: the others are looked for beside it. */
static char *find_qemu(void)
{
    static const char *const names[] = { "qemu/" SETUP_BINARY("s390x"), "qemu/" SETUP_BINARY("x86_64") };

    for (size_t i = 0; i < HS_COUNT(names); i++) {
        char *path = arguments_beside(names[i]);

        if (access(path, X_OK) == 0) {
            return path;
        }
        free(path);
    }
    return NULL;
}

static void read_known(void)
{
    char *path = arguments_beside("qemu/known.tsv");
    struct hs_error err;

    if ((access(path, F_OK) == 0 || errno != ENOENT) && known_read(path, &known, &err) < 0) {
        fprintf(stderr, "hardstop: %s\n", err.text);
        exit(2);
    }
    free(path);
}

void bundle_begin(void)
{
    char *qemu = program_given(PROGRAM_ENV) ? NULL : find_qemu(), *object;

    if (!qemu) {
        return;
    }
    is_there = true;
    object = arguments_beside("qemu/libhardstop-preload.so");
    setenv(PROGRAM_ENV, qemu, 1);
    setenv("HARDSTOP_PRELOAD_OBJECT", object, 0);
    unsetenv("ASAN_OPTIONS");
    unsetenv("UBSAN_OPTIONS");
    free(object);
    free(qemu);
    read_known();
}

bool bundle_is_there(void)
{
    return is_there;
}

bool bundle_knows(uint64_t signature)
{
    return known_of_signature(&known, signature) != NULL;
}
