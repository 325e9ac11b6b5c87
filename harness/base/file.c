/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads whole files with a limit; writes them beside their place and renames. */
#include "harness/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"

static int fail(struct hs_error *err, const char *path, const char *what)
{
    return hs_fail(err, HS_NO_OFFSET, "%s: %s", path, what);
}

static int read_open(int fd, const char *path, uint8_t **data, size_t *size, struct hs_error *err)
{
    size_t capacity = 0;
    ssize_t n;

    *data = NULL;
    *size = 0;
    for (;;) {
        if (*size == capacity) {
            capacity = capacity ? capacity * 2 : 65536;
            *data = hs_resize(*data, capacity, 1);
        }
        n = read(fd, *data + *size, capacity - *size);
        if (n <= 0) {
            break;
        }
        *size += (size_t)n;
        if (*size > FILE_MAX_SIZE) {
            errno = EFBIG;
            n = -1;
            break;
        }
    }
    if (n < 0) {
        fail(err, path, strerror(errno));
        free(*data);
        *data = NULL;
        return -1;
    }
    return 0;
}

int file_read(const char *path, uint8_t **data, size_t *size, struct hs_error *err)
{
    /* Non-blocking open, so that a pipe without a writer is an empty file instead of a wait. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    int result;

    if (fd < 0) {
        return fail(err, path, strerror(errno));
    }
    if (fstat(fd, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
        close(fd);
        return fail(err, path, S_ISDIR(status.st_mode) ? "is a directory, not a file" : "is not a regular file");
    }
    fcntl(fd, F_SETFL, 0);
    result = read_open(fd, path, data, size, err);
    close(fd);
    return result;
}

static int write_open(int fd, const void *data, size_t size)
{
    while (size) {
        ssize_t n = write(fd, data, size);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return -1;
        }
        data = (const char *)data + n;
        size -= (size_t)n;
    }
    /* A rename must not become durable before the bytes. */
    return fsync(fd);
}

int file_write(const char *path, const void *data, size_t size, struct hs_error *err)
{
    char *beside = hs_format("%s.new-%d", path, (int)getpid());
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    int result = fd < 0 ? -1 : write_open(fd, data, size);

    if (fd >= 0 && close(fd) < 0) {
        result = -1;
    }
    if (result == 0) {
        result = rename(beside, path);
    }
    if (result < 0) {
        fail(err, path, strerror(errno));
        unlink(beside);
    }
    free(beside);
    return result;
}

int file_make_folder(const char *path, struct hs_error *err)
{
    char *copy = hs_strdup(path);
    struct stat status;
    int result = 0;

    for (char *slash = copy + 1; *copy && (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        mkdir(copy, 0777);
        *slash = '/';
    }
    if (mkdir(copy, 0777) < 0 && errno != EEXIST) {
        result = fail(err, path, strerror(errno));
    } else if (stat(copy, &status) < 0 || !S_ISDIR(status.st_mode)) {
        result = fail(err, path, "is not a directory");
    }
    free(copy);
    return result;
}
