/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the object that runs inside QEMU. */
#include "harness/loader/qemu/object.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

#define PRELOAD_NAME "libhardstop-preload.so"

char *object_path(struct hs_error *err)
{
    static const char *const places[] = { "", "../lib/hardstop/" };
    const char *given = getenv("HARDSTOP_PRELOAD_OBJECT");
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (given) {
        return hs_strdup(given);
    }
    self[n > 0 ? n : 0] = 0;
    for (size_t i = 0; i < HS_COUNT(places); i++) {
        char *slash = strrchr(self, '/');
        char *path = hs_format("%.*s/%s" PRELOAD_NAME, slash ? (int)(slash - self) : 0, self, places[i]);

        if (access(path, R_OK) == 0) {
            return path;
        }
        free(path);
    }
    hs_fail(err, HS_NO_OFFSET, PRELOAD_NAME " is not beside %s; set HARDSTOP_PRELOAD_OBJECT to its path", self);
    return NULL;
}
