/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds programs, and those of the same build. */
#include "harness/setup/program.h"

#include <errno.h>
#include <stdbool.h>
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

char *program_chosen(const char *from, const char *value, struct hs_error *err)
{
    char *path = arguments_find_program(value);
    size_t n;

    if (!path) {
        hs_fail(err, HS_NO_OFFSET, "%s: no program %s", from, value);
    } else if (!setup_architecture_in(path, &n)) {
        hs_fail(err, HS_NO_OFFSET,
                "%s: %s is not called " SETUP_PROGRAM "ARCHITECTURE; a link with such a name will do", from, value);
        free(path);
        path = NULL;
    }
    return path;
}

int program_check(const char *env, struct hs_error *err)
{
    const char *given = program_given(env);
    char *path = given ? program_chosen(env, given, err) : NULL;
    int result = given && !path ? -1 : 0;

    free(path);
    return result;
}

char *program_find(const char *binary, struct hs_error *err)
{
    const char *given = program_given(PROGRAM_ENV);
    bool is_meant = given && !strchr(binary, '/') && setup_architecture_in(binary, &(size_t){ 0 });
    char *chosen = is_meant ? program_chosen(PROGRAM_ENV, given, err) : NULL;
    char *beside = chosen ? program_beside(chosen, binary) : NULL;
    char *path = is_meant && !chosen ? NULL : arguments_find_program(beside ? beside : binary);

    if (path || (is_meant && !chosen)) {
        /* The reason is there. */
    } else if (beside) {
        hs_fail(err, HS_NO_OFFSET, "%s: %s; it is looked for because " PROGRAM_ENV " or --qemu names %s", beside,
                strerror(errno), given);
    } else if (strchr(binary, '/')) {
        hs_fail(err, HS_NO_OFFSET, "%s: %s", binary, strerror(errno));
    } else {
        hs_fail(err, HS_NO_OFFSET, "no program %s in PATH; on Debian: apt-get install %s", binary,
                setup_package(binary));
    }
    free(beside);
    free(chosen);
    return path;
}
