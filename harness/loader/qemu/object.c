/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what was built to run in a QEMU, beside the program. */
#include "harness/loader/qemu/object.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/arguments.h"
#include "harness/base/check.h"
#include "harness/setup/setup.h"

#define PRELOAD_NAME "libhardstop-preload.so"
#define UNSAYABLE " :$" /* in LD_PRELOAD */

/* Beside the running program, or where it is installed; NULL when it is not there. */
static char *find(const char *name)
{
    char *beside = arguments_beside(name), *installed = hs_format("../lib/hardstop/%s", name);

    if (access(beside, R_OK) != 0) {
        free(beside);
        beside = arguments_beside(installed);
    }
    free(installed);
    if (access(beside, R_OK) != 0) {
        free(beside);
        beside = NULL;
    }
    return beside;
}

char *object_path(struct hs_error *err)
{
    const char *given = getenv("HARDSTOP_PRELOAD_OBJECT");
    char *path = given ? hs_strdup(given) : find(PRELOAD_NAME);

    if (!path) {
        hs_fail(err, HS_NO_OFFSET, PRELOAD_NAME " is not beside this program; set HARDSTOP_PRELOAD_OBJECT to its path");
    }
    return path;
}

int object_word_of(const char *path, struct object_word *word, struct hs_error *err)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *folder;

    *word = (struct object_word){ .folder = -1 };
    if (strpbrk(name, UNSAYABLE)) {
        return hs_fail(err, HS_NO_OFFSET, "%s: LD_PRELOAD cannot say a file's name with a space, a colon or a $ in it; "
                                          "give it another name", path);
    }
    if (!strpbrk(path, UNSAYABLE)) {
        word->text = hs_strdup(path);
        return 0;
    }
    folder = hs_copy(path, (size_t)(name - path));
    word->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (word->folder < 0) {
        hs_fail(err, HS_NO_OFFSET, "%s: %s", folder, strerror(errno));
    } else {
        word->text = hs_format("/proc/%d/fd/%d/%s", (int)getpid(), word->folder, name);
    }
    free(folder);
    return word->folder < 0 ? -1 : 0;
}

void object_word_clear(struct object_word *word)
{
    if (word->folder >= 0) {
        close(word->folder);
    }
    free(word->text);
    *word = (struct object_word){ .folder = -1 };
}

char *object_guest(const Hardstop__Setup *setup, struct hs_error *err)
{
    static const struct {
        const char *architecture, *guest;
    } guests[] = { { "s390x", "hardstop-guest-ccw" }, { "x86_64", "hardstop-guest-pci" } };
    struct setup_name name = setup_architecture(setup);
    char *path;

    for (size_t i = 0; i < HS_COUNT(guests); i++) {
        if (strcmp(name.text, guests[i].architecture) == 0) {
            path = find(guests[i].guest);
            if (!path) {
                hs_fail(err, HS_NO_OFFSET, "%s is not beside this program; ci/build makes it", guests[i].guest);
            }
            return path;
        }
    }
    hs_fail(err, HS_NO_OFFSET, "there is no guest for %s; there are for " SETUP_BINARY("%s") " and " SETUP_BINARY("%s"),
            setup_program(setup), guests[0].architecture, guests[1].architecture);
    return NULL;
}
