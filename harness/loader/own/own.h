/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A loader of your own, as a function: what reads QEMU's migration streams in another program than QEMU.  Each load
 * runs in a copy of this process (fork), so it begins in the state that the program was in before, and a crash, a hang
 * or an exit is an answer; time and memory have the limits that loads of QEMU have.  harness/loader/example is one.
 *
 * A setup whose binary has the loader's name is for it; so `--qemu NAME` is of each command.  What the loader saves of
 * an end of file alone (one byte, 0) is the state that it begins with, which `capture` takes.
 */
#ifndef HARDSTOP_LOADER_OWN_OWN_H
#define HARDSTOP_LOADER_OWN_OWN_H

#include "harness/loader/open.h"
#include "harness/wire/builder.h"

struct own_loader {
    const char *name; /* of letters, digits, - and _ */
    /*
     * Loads input->bytes, a whole stream or, without a header, device sections.  0 when it accepts, and then `saved`
     * has its state, as a stream of device sections: what an undamaged stream holds must come back as it was.
     * Negative when it rejects, preferably an errno.  What it prints to standard error are its words.
     */
    int (*load)(const struct loader_input *input, struct builder *saved);
};

/* Adds it, borrowed, to those that loader_open() opens; once, before main() does anything. */
void own_add(const struct own_loader *own);

/* The section that the load is at, by its idstr, for who calls this from a load: findings then name the device. */
void own_at(const char *idstr);

/* Adds `loader`, a variable, in each program that this file is linked into. */
#define OWN_LOADER(loader)                                                    \
    __attribute__((constructor)) static void own_add_##loader(void)           \
    {                                                                         \
        own_add(&(loader));                                                   \
    }

#endif
