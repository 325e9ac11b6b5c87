/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens the loader of another QEMU for a setup. */
#include "harness/judge/beside.h"

#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/loader/open.h"
#include "harness/message/reflect.h"
#include "harness/setup/program.h"

Hardstop__Setup *beside_setup(const Hardstop__Setup *setup, const char *path)
{
    Hardstop__Setup *other = (Hardstop__Setup *)reflect_clone(&setup->base);
    char *binary = program_beside(path, setup->binary ? setup->binary : "");

    free(other->binary);
    other->binary = binary ? binary : hs_strdup(path);
    return other;
}

int beside_open(struct oracle *oracle, const Hardstop__Setup *setup, enum trust trust, const char *path,
                struct hs_error *err)
{
    struct oracle *other;

    if (!path) {
        return 0;
    }
    other = hs_alloc(sizeof(*other));
    other->setup = beside_setup(setup, path);
    /* Which program it is was not the file's choice. */
    other->loader = loader_open(other->setup, trust | TRUST_BINARY, NULL, err);
    oracle->beside = other;
    return other->loader ? 0 : hs_fail_in(err, "the QEMU beside");
}

void beside_close(struct oracle *oracle)
{
    struct oracle *other = oracle->beside;

    if (other) {
        oracle->beside = NULL;
        loader_close(other->loader);
        hardstop__setup__free_unpacked(other->setup, NULL);
        oracle_clear(other);
        free(other);
    }
}
