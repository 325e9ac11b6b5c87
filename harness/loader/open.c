/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which loader a setup is for: one that was added, or that of QEMU. */
#include "harness/loader/open.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "harness/base/alloc.h"
#include "harness/loader/qemu/client.h"
#include "harness/loader/qemu/object.h"
#include "harness/setup/brought.h"
#include "harness/setup/program.h"

static const struct loader_kind **kinds;
static size_t n_kinds;

void loader_add(const struct loader_kind *kind)
{
    brought_add(kind->name);
    *HS_PUSH(kinds, n_kinds) = kind;
}

/* NULL: it is for QEMU. */
static const struct loader_kind *kind_of(const Hardstop__Setup *setup)
{
    for (size_t i = 0; setup->binary && i < n_kinds; i++) {
        if (strcmp(kinds[i]->name, setup->binary) == 0) {
            return kinds[i];
        }
    }
    return NULL;
}

struct loader *loader_open(const Hardstop__Setup *setup, enum trust trust, const struct loader_options *options,
                           struct hs_error *err)
{
    const struct loader_kind *kind = kind_of(setup);

    return kind ? kind->open(kind, setup, trust, options, err) : qemu_open(setup, trust, options, err);
}

struct loader *loader_open_source(void *source, struct hs_error *err)
{
    const struct loader_source *from = source;

    return loader_open(from->setup, from->trust, NULL, err);
}

/* Takes the path over. */
static uint64_t hash_file(char *path, uint64_t hash)
{
    struct stat status;

    if (path && stat(path, &status) == 0) {
        uint64_t words[] = {
            status.st_dev, status.st_ino, (uint64_t)status.st_size, (uint64_t)status.st_mtim.tv_sec,
            (uint64_t)status.st_mtim.tv_nsec,
        };

        hash = XXH3_64bits_withSeed(words, sizeof(words), hash);
    }
    free(path);
    return hash;
}

uint64_t loader_files(const Hardstop__Setup *setup)
{
    uint64_t hash;

    if (kind_of(setup)) {
        return hash_file(hs_strdup("/proc/self/exe"), 0);
    }
    hash = hash_file(program_find(setup->binary ? setup->binary : "", NULL), 0);

    return hash_file(object_path(NULL), hash);
}

char *loader_object(struct hs_error *err)
{
    return object_path(err);
}
