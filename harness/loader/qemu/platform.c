/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table of machine types. */
#include "harness/loader/qemu/platform.h"

#include <string.h>

#include "harness/base/check.h"
#include "harness/setup/setup.h"

static const struct {
    const char *architecture, *machine; /* how its name begins; the first that fits counts */
    enum acts_platform platform;
} table[] = {
    { "x86_64", "microvm", ACTS_MICROVM },
    { "x86_64", "isapc", ACTS_NONE },
    { "x86_64", "x-remote", ACTS_NONE },
    { "x86_64", "", ACTS_PC },
};

enum acts_platform platform_of(const Hardstop__Setup *setup)
{
    struct setup_name architecture = setup_architecture(setup);
    const char *machine = setup->machine ? setup->machine : "";

    for (size_t i = 0; i < HS_COUNT(table); i++) {
        if (strcmp(table[i].architecture, architecture.text) == 0 &&
            strncmp(table[i].machine, machine, strlen(table[i].machine)) == 0) {
            return table[i].platform;
        }
    }
    return ACTS_NONE;
}
