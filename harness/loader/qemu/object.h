/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was built to run in a QEMU: the object of a served one, and our guests. */
#ifndef HARDSTOP_LOADER_QEMU_OBJECT_H
#define HARDSTOP_LOADER_QEMU_OBJECT_H

#include "case.pb-c.h"

#include "harness/base/error.h"

/*
 * The path of the preload object: what HARDSTOP_PRELOAD_OBJECT says, or beside the running program; free it.  NULL with
 * a reason when there is none.
 */
char *object_path(struct hs_error *err);

/* A path as LD_PRELOAD can say it, for processes that live while this one holds it. */
struct object_word {
    char *text;
    int folder; /* that it goes through, a descriptor, or -1 */
};

/*
 * LD_PRELOAD takes a space or a colon for the end of a path, and $ for a word of its own.  A folder with one of these
 * is said as a descriptor of this process: nothing is left behind, however that ends.  0, or -1 with a reason, which a
 * name of the file itself with one of these is, too; object_word_clear() is needed in both cases.
 */
int object_word_of(const char *path, struct object_word *word, struct hs_error *err);
void object_word_clear(struct object_word *word);

/*
 * The path of the guest (harness/guest) for the setup's architecture, beside the running program; free it.  NULL with a
 * reason when there is none.
 */
char *object_guest(const Hardstop__Setup *setup, struct hs_error *err);

#endif
