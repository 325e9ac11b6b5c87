/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps bytes that leave in a room of its own, and compares guest memory with the copy that ram.c keeps. */
#include "harness/loader/qemu/preload/watch.h"

#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/loader/poke.h"
#include "harness/loader/qemu/preload/ram.h"
#include "harness/loader/written.h"

enum { ROOM = 1 << 20 }; /* of what leaves: more is not kept */

static uint8_t *room = MAP_FAILED;
static size_t used;
static bool is_on;

void watch_reserve(void)
{
    room = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

void watch_begin(void)
{
    used = 0;
    is_on = room != MAP_FAILED && ram_keep();
}

/* An eventfd, by which threads wake each other, is none of these; ours, and the words for a user, are no backends. */
static bool is_backend(int fd)
{
    struct stat status;

    return fd != STDERR_FILENO && (fd < PROTOCOL_FD_SOCKET || fd > PROTOCOL_FD_COUNTERS) && fstat(fd, &status) == 0 &&
           (S_ISREG(status.st_mode) || S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode) ||
            S_ISSOCK(status.st_mode));
}

void watch_bytes(int fd, const struct iovec *parts, int n)
{
    if (!is_on || !is_backend(fd)) {
        return;
    }
    for (int i = 0; i < n; i++) {
        size_t size = parts[i].iov_len < ROOM - used ? parts[i].iov_len : ROOM - used;

        memcpy(room + used, parts[i].iov_base, size);
        used += size;
    }
}

/* Where the next record goes. */
static off_t end;

static void put(const char *kind, uint64_t at, const void *bytes, size_t size)
{
    struct loader_written record = { .at = at, .size = (uint32_t)size };
    struct iovec parts[] = { { &record, sizeof(record) }, { (void *)bytes, size } };

    strncpy(record.kind, kind, sizeof(record.kind) - 1);
    if (size && pwritev(PROTOCOL_FD_OUTPUT, parts, 2, end) == (ssize_t)(sizeof(record) + size)) {
        end += (off_t)(sizeof(record) + size);
    }
}

void watch_end(struct protocol_shared *shared)
{
    off_t begin = lseek(PROTOCOL_FD_OUTPUT, 0, SEEK_END);

    if (!is_on) {
        return;
    }
    is_on = false;
    end = begin;
    ram_for_each_change(put);
    put(LOADER_BACKEND, 0, room, used);
    shared->answer.written_offset = (uint64_t)begin;
    shared->answer.written_size = (uint64_t)(end - begin);
    shared->answer.poked |= POKE_BIT(POKE_WATCH);
}
