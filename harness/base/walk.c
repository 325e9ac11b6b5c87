/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks through folders, and remembers where it was. */
#include "harness/base/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/alloc.h"

struct place {
    dev_t device;
    ino_t number;
};

struct walk {
    walk_fn *take;
    void *user;
    size_t prefix; /* of a path: the folder where the walk began, and a slash */
    struct place *seen;
    size_t n_seen;
};

static bool is_new(struct walk *walk, const struct stat *status)
{
    for (size_t i = 0; i < walk->n_seen; i++) {
        if (walk->seen[i].device == status->st_dev && walk->seen[i].number == status->st_ino) {
            return false;
        }
    }
    *HS_PUSH(walk->seen, walk->n_seen) = (struct place){ status->st_dev, status->st_ino };
    return true;
}

static int walk_below(struct walk *walk, const char *folder, struct hs_error *err)
{
    struct dirent **names;
    int n = scandir(folder, &names, NULL, alphasort), result = 0;

    if (n < 0) {
        return hs_fail(err, HS_NO_OFFSET, "%s: %s", folder, strerror(errno));
    }
    for (int i = 0; i < n; i++) {
        char *path = hs_format("%s/%s", folder, names[i]->d_name);
        struct stat status;

        if (result == 0 && names[i]->d_name[0] != '.' && stat(path, &status) == 0) {
            if (!S_ISDIR(status.st_mode)) {
                result = walk->take(walk->user, path, path + walk->prefix, err);
            } else if (is_new(walk, &status)) {
                result = walk_below(walk, path, err);
            }
        }
        free(path);
        free(names[i]);
    }
    free(names);
    return result;
}

int walk_files(const char *folder, walk_fn *take, void *user, struct hs_error *err)
{
    struct walk walk = { .take = take, .user = user, .prefix = strlen(folder) + 1 };
    struct stat status;
    int result;

    if (stat(folder, &status) == 0) {
        is_new(&walk, &status);
    }
    result = walk_below(&walk, folder, err);
    free(walk.seen);
    return result;
}
