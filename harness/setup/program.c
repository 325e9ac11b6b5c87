/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds programs, and those of the same build. */
#include "harness/setup/program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/arguments.h"
#include "harness/setup/setup.h"

char *program_beside(const char *path, const char *binary)
{
    size_t n_from, n_to;
    const char *from = setup_architecture_in(path, &n_from), *to = setup_architecture_in(binary, &n_to);

    return from && to ? hs_format("%.*s%.*s%s", (int)(from - path), path, (int)n_to, to, from + n_from) : NULL;
}

const char *program_given(const char *env)
{
    const char *given = getenv(env);

    return given && *given ? given : NULL;
}

char *program_find(const char *binary, struct hs_error *err)
{
    const char *given = program_given(PROGRAM_ENV);
    char *beside = given && !strchr(binary, '/') ? program_beside(given, binary) : NULL;
    char *path = arguments_find_program(beside ? beside : binary);

    if (!path && beside) {
        hs_fail(err, HS_NO_OFFSET, "%s: %s; it is looked for because " PROGRAM_ENV " or --qemu names %s", beside,
                strerror(errno), given);
    } else if (!path && strchr(binary, '/')) {
        hs_fail(err, HS_NO_OFFSET, "%s: %s", binary, strerror(errno));
    } else if (!path) {
        hs_fail(err, HS_NO_OFFSET, "no program %s in PATH; on Debian: apt-get install %s", binary,
                setup_package(binary));
    }
    free(beside);
    return path;
}
