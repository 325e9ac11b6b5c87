/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices in use: a guest has brought the device up, and in each of its queues stands what the device has not served
 * yet.  Where a guest only ran to its end nothing is left to do, and what a loaded state does is seen no more.
 */
#ifndef HARDSTOP_CANARY_IN_USE_H
#define HARDSTOP_CANARY_IN_USE_H

#include "harness/setup/family.h"
#include "harness/loader/loader.h"

/*
 * Connects the devices of a family's setup to what takes something: a port of the network that is recorded, a file, a
 * disk that reads as zeros.  All of it goes to /dev/null, as a stranger's file may ask for.
 */
void in_use_connect(Hardstop__Setup *setup);

/*
 * Makes a device in use of a fresh capture: all that it offers is negotiated, each queue has rings (Ring in
 * proto/ring.proto) with the requests of the table in in_use_table.c, whose bytes are guest memory.  0, or -1 with a
 * reason.
 */
int in_use_make(struct loader *loader, const struct family *family, Hardstop__Case *test, struct hs_error *err);

/*
 * Is the case accepted, and does the device take each request when the guest runs, each queue is kicked and something
 * comes from outside, but those that it keeps until there is something to tell?  0, or -1 with which queue it does not
 * serve.
 */
int in_use_check(struct loader *loader, const struct family *family, const Hardstop__Case *test, struct hs_error *err);

#endif
