/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the build asks of the roster.  Without arguments, the names of the targets that drive a QEMU are printed, one a
 * line: what case_fuzzer is called by.  With files of cases, a name, a tab and a file for each seed of a target.
 */
#include <stdio.h>

#include "harness/base/check.h"
#include "harness/case/case.h"
#include "harness/setup/roster.h"

static void print_takers(const char *path)
{
    struct hs_error err;
    Hardstop__Case *test = case_read(path, &err);
    const char *name;

    HS_CHECK(test, "%s", err.text);
    for (size_t i = 0; (name = roster_name(i)); i++) {
        if (test->setup && roster_takes(name, test->setup)) {
            printf("%s\t%s\n", name, path);
        }
    }
    case_free(test);
}

int main(int argc, char **argv)
{
    const char *name;

    for (size_t i = 0; argc == 1 && (name = roster_name(i)); i++) {
        puts(name);
    }
    for (int i = 1; i < argc; i++) {
        print_takers(argv[i]);
    }
    return 0;
}
