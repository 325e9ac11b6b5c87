/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what was built to run in a QEMU, beside the program. */
#include "harness/loader/qemu/object.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/arguments.h"
#include "harness/base/check.h"
#include "harness/setup/setup.h"

#define PRELOAD_NAME "libhardstop-preload.so"

/* Beside the running program, or where it is installed; NULL when it is not there. */
static char *find(const char *name)
{
    char *beside = arguments_beside(name), *installed = hs_format("../lib/hardstop/%s", name);

    if (access(beside, R_OK) != 0) {
        free(beside);
        beside = arguments_beside(installed);
    }
    free(installed);
    if (access(beside, R_OK) != 0) {
        free(beside);
        beside = NULL;
    }
    return beside;
}

char *object_path(struct hs_error *err)
{
    const char *given = getenv("HARDSTOP_PRELOAD_OBJECT");
    char *path = given ? hs_strdup(given) : find(PRELOAD_NAME);

    if (!path) {
        hs_fail(err, HS_NO_OFFSET, PRELOAD_NAME " is not beside this program; set HARDSTOP_PRELOAD_OBJECT to its path");
    }
    return path;
}

char *object_guest(const Hardstop__Setup *setup, struct hs_error *err)
{
    static const struct {
        const char *architecture, *guest;
    } guests[] = { { "s390x", "hardstop-guest-ccw" }, { "x86_64", "hardstop-guest-pci" } };
    struct setup_name name = setup_architecture(setup);
    char *path;

    for (size_t i = 0; i < HS_COUNT(guests); i++) {
        if (strcmp(name.text, guests[i].architecture) == 0) {
            path = find(guests[i].guest);
            if (!path) {
                hs_fail(err, HS_NO_OFFSET, "%s is not beside this program; ci/build makes it", guests[i].guest);
            }
            return path;
        }
    }
    hs_fail(err, HS_NO_OFFSET, "there is no guest for %s; there are for " SETUP_BINARY("%s") " and " SETUP_BINARY("%s"),
            setup_program(setup), guests[0].architecture, guests[1].architecture);
    return NULL;
}
