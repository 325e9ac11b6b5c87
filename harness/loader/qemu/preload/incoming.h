/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What -incoming needs beside the stream: process_incoming_migration_co() and multifd_load_setup() in
 * migration/migration.c and multifd.c, QEMU 7.2.  All else that a capability needs (decompression threads, xbzrle's
 * buffers, userfaultfd) qemu_loadvm_state() sets up by itself.
 */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_INCOMING_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_INCOMING_H

/* After qemu_init(): why a QEMU with these capabilities loads nothing from a file, and what to do; NULL: it does. */
const char *incoming_refusal(void);
/*
 * After a load that returned `result`: why there is no verdict, because the migration goes on in other threads and with
 * the sender's help; NULL: it is over.
 */
const char *incoming_goes_on(int result);

#endif
