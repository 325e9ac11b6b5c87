/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that hold a stream in another form, or look like one and hold none: known by their first bytes. */
#ifndef HARDSTOP_WIRE_CONTAINER_H
#define HARDSTOP_WIRE_CONTAINER_H

#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"

/* What the bytes are, "a gzip file"; NULL where no row of the table in container.c knows them. */
const char *container_name(const uint8_t *data, size_t size);

/*
 * Finds the stream in the content of the file `path`.  0: it begins at `*offset`, which is 0 for what is no container.
 * -1: it cannot be read in place; the reason names what the file is, and the command that extracts the stream.
 */
int container_open(const char *path, const uint8_t *data, size_t size, size_t *offset, struct hs_error *err);

#endif
