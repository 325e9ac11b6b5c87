/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the names of the targets that drive a QEMU, one a line: what case_fuzzer is called by. */
#include <stdio.h>

#include "harness/setup/roster.h"

int main(void)
{
    const char *name;

    for (size_t i = 0; (name = roster_name(i)); i++) {
        puts(name);
    }
    return 0;
}
