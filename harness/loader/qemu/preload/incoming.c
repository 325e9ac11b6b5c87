/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks QEMU's own functions which capabilities are on, and how far the migration is. */
#include "harness/loader/qemu/preload/incoming.h"

#include <stddef.h>

#include "harness/loader/qemu/preload/symbols.h"

/* PostcopyState: migration/postcopy-ram.h, QEMU 7.2. */
enum { POSTCOPY_ADVISE = 1 };

#define MORE_CONNECTIONS \
    " is on, so QEMU waits for connections beside the stream's, for ever where it is a file: load it without"

const char *incoming_refusal(void)
{
    if (symbols.migrate_multifd()) {
        return "the migration capability multifd" MORE_CONNECTIONS;
    }
    return symbols.migrate_postcopy_preempt() ? "the migration capability postcopy-preempt" MORE_CONNECTIONS : NULL;
}

const char *incoming_goes_on(int result)
{
    /* Threads that listen may still end QEMU, whatever the load returned. */
    if (symbols.postcopy_state_get() > POSTCOPY_ADVISE) {
        return "the stream begins postcopy, in which the sender is asked for pages: a file does not answer";
    }
    if (result >= 0 && symbols.migration_incoming_colo_enabled()) {
        return "the stream begins COLO, in which the sender goes on to send checkpoints: a file does not";
    }
    return NULL;
}
