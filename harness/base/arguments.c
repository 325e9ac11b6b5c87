/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds argument vectors, writes them for a shell, and searches PATH. */
#include "harness/base/arguments.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/print.h"
#include "harness/base/shell.h"

void arguments_add(struct arguments *arguments, const char *argument)
{
    *HS_PUSH(arguments->argv, arguments->n) = hs_strdup(argument);
    /* And room for the end. */
    arguments->argv = hs_grow(arguments->argv, arguments->n, sizeof(*arguments->argv));
    arguments->argv[arguments->n] = NULL;
}

void arguments_clear(struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->n; i++) {
        free(arguments->argv[i]);
    }
    free(arguments->argv);
    memset(arguments, 0, sizeof(*arguments));
}

char *arguments_line(const struct arguments *arguments)
{
    struct print_memory line;
    FILE *out = print_open(&line);

    for (size_t i = 0; i < arguments->n; i++) {
        char *word = shell_word(arguments->argv[i]);

        fprintf(out, "%s%s", i ? " " : "", word);
        free(word);
    }
    return print_close(&line);
}

static bool is_program(const char *path)
{
    struct stat status;

    if (access(path, X_OK) < 0 || stat(path, &status) < 0) {
        return false;
    }
    errno = EACCES; /* as for the start of a folder */
    return S_ISREG(status.st_mode);
}

char *arguments_beside(const char *name)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    const char *slash;

    self[n > 0 ? n : 0] = 0;
    slash = strrchr(self, '/');
    return hs_format("%.*s/%s", slash ? (int)(slash - self) : 0, self, name);
}

char *arguments_find_program(const char *name)
{
    const char *path = getenv("PATH");

    if (strchr(name, '/')) {
        return is_program(name) ? hs_strdup(name) : NULL;
    }
    for (const char *from = path ? path : ""; *name && *from;) {
        size_t length = strcspn(from, ":");
        char *candidate = hs_format("%.*s/%s", (int)length, from, name);

        if (length && is_program(candidate)) {
            return candidate;
        }
        free(candidate);
        from += length + (from[length] == ':');
    }
    return NULL;
}
