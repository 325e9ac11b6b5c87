/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a load is asked for, written where the served QEMU finds it: see protocol.h. */
#ifndef HARDSTOP_LOADER_QEMU_REQUEST_H
#define HARDSTOP_LOADER_QEMU_REQUEST_H

#include "harness/base/mapped.h"
#include "harness/loader/loader.h"
#include "harness/loader/qemu/protocol.h"

/* The file that most of a stream is in, and that QEMU is to have as PROTOCOL_FD_FILE; NULL: the stream is copied. */
const struct mapped *request_file(const struct loader_input *input);

/* Milliseconds that a load may spin: a limit of time that grows with what there is to read. */
uint32_t request_limit_ms(const struct loader_input *input);

/*
 * Writes all of a request but its memory limit and how its state is saved, with `control` and `stream` (INPUT) open on
 * those files; what is `behind` the input is read as a part of it.  0, or -1 with a reason.
 */
int request_write(struct protocol_shared *shared, int control, int stream, const struct loader_input *input,
                  const struct builder *behind, struct hs_error *err);

#endif
