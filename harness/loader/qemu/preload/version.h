/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What differs between the QEMUs that are known: a row for each.  The functions that are called in all of them are in
 * symbols.h.
 */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_VERSION_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct version {
    int64_t major, minor;
    size_t saved_header; /* bytes that qemu_save_device_state() writes before the first section */
    size_t incoming_from_src; /* offset of from_src_file in struct MigrationIncomingState, migration/migration.h */
    int inmigrate, paused, running; /* RunState, qapi/run-state.json */
};

/* The row of this QEMU, once version_choose() was asked. */
extern const struct version *version;

/* Takes the row of the version (major, minor, micro); false when there is none. */
bool version_choose(const int64_t *triple);
/* The versions that have a row, "7.2, 8.0". */
const char *version_known(void);

#endif
