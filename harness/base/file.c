/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads whole files with a limit, shows large ones without, and makes folders. */
#include "harness/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/mapped.h"

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

/* A regular file or pipe; its descriptor, or -1 with a reason. */
static int open_file(const char *path, struct stat *status, struct hs_error *err)
{
    /* Non-blocking open, so that a pipe without a writer is an empty file instead of a wait. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0) {
        return fail(err, path, strerror(errno));
    }
    *status = (struct stat){ .st_mode = S_IFREG };
    if (fstat(fd, status) == 0 && !S_ISREG(status->st_mode) && !S_ISFIFO(status->st_mode)) {
        close(fd);
        return fail(err, path, S_ISDIR(status->st_mode) ? "is a directory, not a file" : "is not a regular file");
    }
    fcntl(fd, F_SETFL, 0);
    return fd;
}

int file_read(const char *path, uint8_t **data, size_t *size, struct hs_error *err)
{
    struct stat status;
    int fd = open_file(path, &status, err), result;

    if (fd < 0) {
        return -1;
    }
    result = read_open(fd, path, data, size, err);
    close(fd);
    return result;
}

int file_open(const char *path, const uint8_t **data, size_t *size, struct hs_error *err)
{
    const struct mapped *mapped;
    struct stat status;
    uint8_t *copy = NULL;
    int fd = open_file(path, &status, err), result;

    if (fd < 0) {
        return -1;
    }
    if (S_ISREG(status.st_mode) && (uint64_t)status.st_size >= FILE_LEAST_SHOWN) {
        mapped = mapped_open(fd, &status);
        if (mapped) {
            *data = mapped->start;
            *size = (size_t)status.st_size;
            return 0;
        }
        result = fail(err, path, strerror(errno));
    } else {
        result = read_open(fd, path, &copy, size, err);
    }
    *data = copy;
    close(fd);
    return result;
}

void file_close(const uint8_t *data)
{
    if (data && !mapped_find(data)) {
        free((uint8_t *)data);
    }
}

int file_check_space(const char *folder, struct hs_error *err)
{
    struct statvfs disk;
    uint64_t left;

    if (statvfs(folder, &disk) < 0 || !disk.f_blocks) {
        return 0;
    }
    left = (uint64_t)disk.f_bavail * disk.f_frsize;
    if (left >= FILE_LEAST_SPACE) {
        return 0;
    }
    return hs_fail(err, HS_NO_OFFSET, "%s: the disk is full: %" PRIu64 " KiB are left, and %" PRIu64 " are needed",
                   folder, left >> 10, (uint64_t)FILE_LEAST_SPACE >> 10);
}

static int make_one_folder(const char *path, struct hs_error *err)
{
    int error = mkdir(path, 0777) < 0 ? errno : 0;
    struct stat status;

    /* What is there may answer with another error than EEXIST, on a file system that cannot be written to. */
    if (!error || (stat(path, &status) == 0 && S_ISDIR(status.st_mode))) {
        return 0;
    }
    return error == EEXIST
               ? fail(err, path, "is not a directory")
               : hs_fail(err, HS_NO_OFFSET, "%s: this folder cannot be made: %s", path, strerror(error));
}

int file_make_folder(const char *path, struct hs_error *err)
{
    char *copy = hs_strdup(path);
    int result = 0;

    for (char *slash = copy + 1; *copy && result == 0 && (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        result = make_one_folder(copy, err);
        *slash = '/';
    }
    result = result < 0 ? -1 : make_one_folder(copy, err);
    free(copy);
    return result;
}
