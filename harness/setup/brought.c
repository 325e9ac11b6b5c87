/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A short list of names. */
#include "harness/setup/brought.h"

#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/setup/setup.h"

#define PLAIN "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

static const char *names[16];
static size_t n_names;

void brought_add(const char *name)
{
    HS_CHECK(*name && !name[strspn(name, PLAIN)] && !setup_architecture_in(name, &(size_t){ 0 }),
             "\"%s\" is no name for a loader: letters, digits, - and _, and not what a QEMU is called", name);
    HS_CHECK(!brought_has(name), "there is a loader \"%s\" already", name);
    HS_CHECK(n_names < HS_COUNT(names), "there are %zu loaders already", n_names);
    names[n_names++] = name;
}

const char *brought_name(size_t i)
{
    return i < n_names ? names[i] : NULL;
}

bool brought_has(const char *name)
{
    for (size_t i = 0; name && i < n_names; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

Hardstop__Setup *brought_setup(const char *name, Hardstop__Framing framing)
{
    Hardstop__Setup *setup = hs_alloc(sizeof(*setup));

    hardstop__setup__init(setup);
    setup->binary = hs_strdup(name);
    setup->has_framing = true;
    setup->framing = framing;
    return setup;
}
