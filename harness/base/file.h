/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole files. */
#ifndef HARDSTOP_BASE_FILE_H
#define HARDSTOP_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"

/* A machine with more state than this is not what the suite is for. */
#define FILE_MAX_SIZE ((size_t)1 << 30)

/* Reads a regular file or pipe of at most FILE_MAX_SIZE bytes into `*data`; free it.  0, or -1 with a reason. */
int file_read(const char *path, uint8_t **data, size_t *size, struct hs_error *err);
/* Writes beside `path` and renames: the file is there whole or not at all.  0, or -1 with a reason. */
int file_write(const char *path, const void *data, size_t size, struct hs_error *err);
/* Makes a folder and those above it; 0 when it is there. */
int file_make_folder(const char *path, struct hs_error *err);

#endif
