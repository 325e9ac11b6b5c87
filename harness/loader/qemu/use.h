/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Uses an unmodified QEMU that has accepted a stream, by QMP and qtest: see harness/loader/poke.h. */
#ifndef HARDSTOP_LOADER_QEMU_USE_H
#define HARDSTOP_LOADER_QEMU_USE_H

#include "harness/loader/poke.h"
#include "harness/loader/qemu/qmp.h"
#include "harness/loader/qemu/qtest.h"

/* A QEMU that has loaded. */
struct used {
    struct qmp *qmp;
    struct qtest *qtest; /* by which what a guest does is done, or NULL: it is left out */
    enum acts_platform platform;
    struct patience *patience;
    uint8_t *reset; /* the state after a reset, free it; NULL: there was none, or QEMU refused to save it */
    size_t reset_size;
};

/*
 * Does those of the set that can be done; `at` says which is being done.  What QEMU refuses is passed over.  0, or -1
 * when a connection failed, which `qmp->failure` tells.
 */
int use_machine(struct used *used, uint32_t pokes, enum poke *at, struct hs_error *err);

/* The commands, for a person to type; "": none.  Free it. */
char *use_words(uint32_t pokes);

#endif
