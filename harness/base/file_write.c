/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds out what a path leads to, and writes there in the way that leaves it what it is. */
#include "harness/base/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/mapped.h"
#include "harness/base/printable.h"

enum {
    WRITTEN_AT_ONCE = 64 << 20, /* so much of what a file shows may come into memory */
    MOST_LINKS = 40,  /* as the kernel has it */
    SHOWN_NAME = 200, /* bytes of the name, so that it may get an ending: 255 are allowed */
};

/* What a path leads to. */
struct target {
    int fd;     /* a descriptor of ours, or -1: `path` */
    char *path; /* no symbolic link, but those in /proc that stand for a descriptor */
    bool exists;
    struct stat status; /* where it exists */
};

static int kept_stdout = STDOUT_FILENO;
static bool reader_is_gone;

bool file_reader_is_gone(void)
{
    return reader_is_gone;
}

void file_keep_stdout(void)
{
    int copy;

    HS_CHECK(kept_stdout == STDOUT_FILENO, "standard output is kept already");
    fflush(stdout);
    copy = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (copy >= 0 && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0) {
        kept_stdout = copy;
    }
}

static int fail(struct hs_error *err, const char *path, const char *what)
{
    return hs_fail(err, HS_NO_OFFSET, "%s: %s", strcmp(path, "-") == 0 ? "standard output" : path, what);
}

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? hs_format("%.*s", (int)(slash - path) + 1, path) : hs_strdup("./");
}

static bool is_number(const char *text)
{
    const char *digit = text;

    while (isdigit((unsigned char)*digit)) {
        digit++;
    }
    return digit > text && digit - text < 9 && !*digit;
}

/* Whether the path is a process's name for a descriptor, and which of ours (`*fd`; else it stays -1). */
static bool names_descriptor(const char *path, int *fd)
{
    char *folder = folder_of(path), *real = realpath(folder, NULL), *own = hs_format("/proc/%d/fd", (int)getpid());
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    bool names = real && strncmp(real, "/proc/", 6) == 0 && is_number(name);

    if (names && strcmp(real, own) == 0) {
        *fd = atoi(name);
    }
    free(folder);
    free(real);
    free(own);
    return names;
}

/* The place that a symbolic link names, or NULL where the path is none. */
static char *follow(const char *path)
{
    char to[PATH_MAX], *folder, *next;
    ssize_t size = readlink(path, to, sizeof(to) - 1);

    if (size < 0) {
        return NULL;
    }
    to[size] = 0;
    folder = *to == '/' ? hs_strdup("") : folder_of(path);
    next = hs_format("%s%s", folder, to);
    free(folder);
    return next;
}

static int find_target(const char *path, struct target *target, struct hs_error *err)
{
    char *next;

    *target = (struct target){ .fd = -1, .path = hs_strdup(path) };
    if (strcmp(path, "-") == 0) {
        target->fd = kept_stdout;
        target->exists = fstat(target->fd, &target->status) == 0;
        return 0;
    }
    for (int links = 0; !names_descriptor(target->path, &target->fd) && (next = follow(target->path)); links++) {
        free(target->path);
        target->path = next;
        if (links == MOST_LINKS) {
            fail(err, path, strerror(ELOOP));
            free(target->path);
            return -1;
        }
    }
    target->fd = target->fd == STDOUT_FILENO ? kept_stdout : target->fd;
    target->exists = (target->fd >= 0 ? fstat(target->fd, &target->status) : stat(target->path, &target->status)) == 0;
    return 0;
}

bool file_is_stdout(const char *path)
{
    struct target target;
    bool is;

    if (find_target(path, &target, NULL) < 0) {
        return false;
    }
    is = target.fd == kept_stdout;
    free(target.path);
    return is;
}

/* As find_target(), where a regular file is or will be. */
static bool find_regular(const char *path, struct target *target)
{
    int fd = -1;

    if (find_target(path, target, NULL) < 0) {
        return false;
    }
    if (target->fd < 0 && !names_descriptor(target->path, &fd) &&
        (!target->exists || S_ISREG(target->status.st_mode))) {
        return true;
    }
    free(target->path);
    return false;
}

bool file_is_regular(const char *path)
{
    struct target target;

    if (!find_regular(path, &target)) {
        return false;
    }
    free(target.path);
    return true;
}

static bool is_one_node(const struct stat *left, const struct stat *right)
{
    return left->st_dev == right->st_dev && left->st_ino == right->st_ino;
}

/* Of files that are not there yet: one name in one folder. */
static bool is_one_name(const char *left, const char *right)
{
    char *folders[] = { folder_of(left), folder_of(right) };
    const char *slashes[] = { strrchr(left, '/'), strrchr(right, '/') };
    struct stat nodes[2];
    bool is_one = strcmp(slashes[0] ? slashes[0] + 1 : left, slashes[1] ? slashes[1] + 1 : right) == 0 &&
                  stat(folders[0], &nodes[0]) == 0 && stat(folders[1], &nodes[1]) == 0 &&
                  is_one_node(&nodes[0], &nodes[1]);

    free(folders[0]);
    free(folders[1]);
    return is_one;
}

bool file_is_one(const char *path, const char *other)
{
    struct target left, right;
    bool is_one = false;

    if (!find_regular(path, &left)) {
        return false;
    }
    if (find_regular(other, &right)) {
        is_one = left.exists && right.exists ? is_one_node(&left.status, &right.status)
                                             : left.exists == right.exists && is_one_name(left.path, right.path);
        free(right.path);
    }
    free(left.path);
    return is_one;
}

int file_check_writable(const char *path, struct hs_error *err)
{
    struct target target;
    int result = 0, flags;
    char *folder;

    if (find_target(path, &target, err) < 0) {
        return -1;
    }
    folder = folder_of(target.path);
    if (target.fd >= 0) {
        flags = fcntl(target.fd, F_GETFL);
        errno = EBADF;
        result = flags >= 0 && (flags & O_ACCMODE) != O_RDONLY ? 0 : -1;
    } else if (target.exists && S_ISDIR(target.status.st_mode)) {
        errno = EISDIR;
        result = -1;
    } else if (!target.exists && (!*target.path || target.path[strlen(target.path) - 1] == '/')) {
        errno = ENOENT;
        result = -1;
    } else {
        result = target.exists ? euidaccess(target.path, W_OK) : euidaccess(folder, W_OK | X_OK);
    }
    if (result < 0) {
        fail(err, path, strerror(errno));
    }
    free(folder);
    free(target.path);
    return result;
}

static bool is_text(const char *data, size_t size)
{
    size_t length;

    for (size_t i = 0; i < size; i += length) {
        length = 1;
        if (data[i] != '\n' && data[i] != '\t' && printable_next(data + i, size - i, &length) == PRINTABLE_NOT) {
            return false;
        }
    }
    return true;
}

static int write_all(int fd, const char *data, size_t size)
{
    while (size) {
        ssize_t n = write(fd, data, size < WRITTEN_AT_ONCE ? size : WRITTEN_AT_ONCE);

        if (n < 0 && errno == EAGAIN) {
            /* Whoever shares the pipe with us made it non-blocking. */
            poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
        } else if (n < 0 && errno != EINTR) {
            return -1;
        }
        if (n >= (ssize_t)MAPPED_LEAST) {
            mapped_forget((const uint8_t *)data, (size_t)n);
        }
        data += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
    return 0;
}

/* A device, pipe or descriptor; -1 and errno, which is ENOTTY when a terminal would get bytes that are no text. */
static int write_open(int fd, const void *data, size_t size)
{
    if (fd == kept_stdout && kept_stdout == STDOUT_FILENO) {
        fflush(stdout);
    }
    if (isatty(fd) && !is_text(data, size)) {
        errno = ENOTTY;
        return -1;
    }
    if (write_all(fd, data, size) < 0) {
        reader_is_gone |= fd == kept_stdout && errno == EPIPE;
        return -1;
    }
    return 0;
}

static int write_node(const struct target *target, int flags, const void *data, size_t size)
{
    int fd = open(target->path, O_WRONLY | O_NOCTTY | O_CLOEXEC | flags), result, reason;

    if (fd < 0) {
        return -1;
    }
    result = write_open(fd, data, size);
    reason = errno;
    if (close(fd) < 0 && result == 0) {
        return -1;
    }
    errno = reason;
    return result;
}

/* The new file gets what people set on the old one; who may not give files away keeps the rest. */
static void inherit(int fd, const struct target *target)
{
    if (target->exists && fchown(fd, target->status.st_uid, target->status.st_gid) == 0) {
        fchmod(fd, target->status.st_mode & 07777);
    } else if (target->exists) {
        fchmod(fd, target->status.st_mode & 0777);
    }
}

/* -1 and errno; `*in_place` says that the file can only be written where it is: its folder is not ours to change. */
static int write_beside(const struct target *target, const char *beside, const void *data, size_t size, bool *in_place)
{
    int fd, result;

    unlink(beside);
    fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        *in_place = target->exists && (errno == EACCES || errno == EPERM || errno == EROFS);
        return -1;
    }
    inherit(fd, target);
    result = write_all(fd, data, size);
    /* A rename must not become durable before the bytes. */
    result = result == 0 ? fsync(fd) : result;
    result = close(fd) == 0 ? result : -1;
    if (result == 0) {
        result = rename(beside, target->path);
        /* What is mounted there by itself, as into a container, cannot be renamed onto. */
        *in_place = result < 0 && target->exists && errno == EBUSY;
    }
    return result;
}

static int write_regular(const struct target *target, const void *data, size_t size)
{
    const char *slash = strrchr(target->path, '/'), *name = slash ? slash + 1 : target->path;
    char *folder = folder_of(target->path), *beside = hs_format("%s%.*s.new-%d", folder, SHOWN_NAME, name, getpid());
    bool in_place = false;
    int result, reason;

    if (target->exists && euidaccess(target->path, W_OK) < 0) {
        result = -1;
        reason = errno;
    } else {
        result = write_beside(target, beside, data, size, &in_place);
        reason = errno;
        unlink(beside);
    }
    if (in_place) {
        result = write_node(target, O_TRUNC, data, size);
        reason = errno;
    }
    free(beside);
    free(folder);
    errno = reason;
    return result;
}

int file_write(const char *path, const void *data, size_t size, struct hs_error *err)
{
    struct target target;
    int result, fd = -1;

    if (find_target(path, &target, err) < 0) {
        return -1;
    }
    if (target.fd >= 0) {
        result = write_open(target.fd, data, size);
    } else if (target.exists && !S_ISREG(target.status.st_mode)) {
        result = write_node(&target, 0, data, size);
    } else if (names_descriptor(target.path, &fd)) {
        result = write_node(&target, O_TRUNC, data, size);
    } else {
        result = write_regular(&target, data, size);
    }
    if (result < 0) {
        fail(err, path,
             errno == ENOTTY ? "is a terminal, and this is not text: name a file, or redirect" : strerror(errno));
    }
    free(target.path);
    return result;
}

int file_write_own(const char *path, const void *data, size_t size, struct hs_error *err)
{
    struct target target = { .fd = -1, .path = (char *)path };

    target.exists = lstat(path, &target.status) == 0 && !S_ISLNK(target.status.st_mode);
    if (target.exists && !S_ISREG(target.status.st_mode)) {
        return fail(err, path, "is not a regular file");
    }
    return write_regular(&target, data, size) < 0 ? fail(err, path, strerror(errno)) : 0;
}
