/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole files, read and written. */
#ifndef HARDSTOP_BASE_FILE_H
#define HARDSTOP_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"

#define FILE_LEAST_SPACE ((uint64_t)4 << 20)
/* What is copied into memory is no longer than this. */
#define FILE_MAX_SIZE ((size_t)1 << 30)
/* Regular files from this size on can be shown instead. */
#define FILE_LEAST_SHOWN ((size_t)32 << 20)

/* Reads a regular file or pipe of at most FILE_MAX_SIZE bytes into `*data`; free it.  0, or -1 with a reason. */
int file_read(const char *path, uint8_t **data, size_t *size, struct hs_error *err);
/*
 * The same without copying a regular file of FILE_LEAST_SHOWN bytes or more, which may have any size: it is shown as
 * mapped.h tells.  Released with file_close().
 */
int file_open(const char *path, const uint8_t **data, size_t *size, struct hs_error *err);
void file_close(const uint8_t *data);
/*
 * Writes where the path leads, through symbolic links.  A regular or missing file is written beside its place and
 * renamed: it is there whole or not at all, and keeps mode and owner.  Everything else (devices, pipes, what a
 * descriptor in /dev/fd is open on) stays what it is and is written to; "-" and /dev/stdout are standard output.
 * A terminal is given text only.  0, or -1 with a reason.
 */
int file_write(const char *path, const void *data, size_t size, struct hs_error *err);
/*
 * The same for a name that is ours in a folder that may be a stranger's: a symbolic link that stands there is replaced,
 * and its target stays as it was; what is neither link nor regular file is an error.
 */
int file_write_own(const char *path, const void *data, size_t size, struct hs_error *err);
/* Asks before long work whether file_write() would find its way.  0, or -1 with a reason. */
int file_check_writable(const char *path, struct hs_error *err);
/* Whether file_write() with that path writes to standard output. */
bool file_is_stdout(const char *path);
/* Whether file_write() with that path makes a regular file, or replaces one. */
bool file_is_regular(const char *path);
/* Whether file_write() with either path makes or replaces one and the same regular file, which has what came last. */
bool file_is_one(const char *path, const char *other);
/*
 * Whether file_write() failed because nobody reads standard output any more, as behind `| head`: no words are needed.
 */
bool file_reader_is_gone(void);
/*
 * Keeps standard output for file_write() alone: from now on what is printed to `stdout` goes to standard error.  At
 * most once, before anything is printed.
 */
void file_keep_stdout(void);
/*
 * 0 while the disk of a folder has room for what a run writes between two looks (FILE_LEAST_SPACE), else -1 with a
 * reason.  Where the room cannot be told, there is some.
 */
int file_check_space(const char *folder, struct hs_error *err);
/* Makes a folder and those above it; 0 when it is there, or -1 with which of them could not be made, and why. */
int file_make_folder(const char *path, struct hs_error *err);

#endif
