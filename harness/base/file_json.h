/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small JSON files, which may be somebody else's. */
#ifndef HARDSTOP_BASE_FILE_JSON_H
#define HARDSTOP_BASE_FILE_JSON_H

#include <jansson.h>

#include "harness/base/error.h"

/* Far more than a finding or the status of a target needs. */
#define FILE_JSON_MOST ((size_t)1 << 20)

/*
 * Reads a file of one JSON value and at most FILE_JSON_MOST bytes; release it.  NULL with a reason that does not name
 * the file.  A pipe that nobody writes to is an empty file, not a wait.
 */
json_t *file_json_read(const char *path, struct hs_error *err);

#endif
