/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replaces the pages that clang's counters are in by those of a file. */
#include "harness/loader/qemu/preload/counters.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/loader/qemu/preload/program.h"
#include "harness/loader/qemu/preload/symbols.h"

enum { PAGE = 4096 };

/* What stays QEMU's own. */
static struct {
    char *start;
    size_t size;
    off_t offset;
} ends[2];

static uintptr_t round_down(const void *address)
{
    return (uintptr_t)address & ~(uintptr_t)(PAGE - 1);
}

/* The table has a pair of words for each counter: an address, and whether a function begins there. */
static void write_places(const struct protocol_shared *shared)
{
    const uintptr_t *places = symbols.counters_places;
    uint64_t some[512];

    for (uint64_t i = 0; places && i < shared->program.counters.n;) {
        size_t n = 0;
        off_t at = (off_t)(shared->program.counters.size + i * sizeof(some[0]));

        for (; n < sizeof(some) / sizeof(some[0]) && i < shared->program.counters.n; i++) {
            some[n++] = places[2 * i] - program_start();
        }
        syscall(SYS_pwrite64, PROTOCOL_FD_COUNTERS, some, n * sizeof(some[0]), at);
    }
}

static void keep(size_t end, char *start, char *stop, char *origin)
{
    ends[end].start = start;
    ends[end].size = stop > start ? (size_t)(stop - start) : 0;
    ends[end].offset = start - origin;
    memset(ends[end].start, 0, ends[end].size);
}

void counters_share(struct protocol_shared *shared)
{
    char *start = symbols.counters_start, *stop = symbols.counters_stop;
    char *origin = (char *)round_down(start), *from = (char *)round_down(start + PAGE - 1), *to;

    if (!start || !stop || stop <= start || !shared->program.counters.size) {
        return;
    }
    if ((size_t)(stop - origin) > shared->program.counters.size) {
        stop = origin + shared->program.counters.size;
    }
    to = (char *)round_down(stop);
    if (to > from && mmap(from, (size_t)(to - from), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
                          PROTOCOL_FD_COUNTERS, from - origin) == MAP_FAILED) {
        return;
    }
    keep(0, start, from < stop ? from : stop, origin);
    keep(1, to > from ? to : from, stop, origin);
    shared->program.counters.first = (uint64_t)(start - origin);
    shared->program.counters.n = (uint64_t)(stop - start);
    write_places(shared);
}

/* Others may count in the same memory. */
static void hand_over(char *start, size_t size, off_t offset)
{
    static unsigned char counts[PAGE];

    if (syscall(SYS_pread64, PROTOCOL_FD_COUNTERS, counts, size, offset) != (ssize_t)size) {
        return;
    }
    for (size_t i = 0; i < size; i++) {
        counts[i] = (unsigned char)(counts[i] + start[i]);
    }
    syscall(SYS_pwrite64, PROTOCOL_FD_COUNTERS, counts, size, offset);
    memset(start, 0, size);
}

void counters_hand_over(void)
{
    for (size_t i = 0; i < 2; i++) {
        if (ends[i].size) {
            hand_over(ends[i].start, ends[i].size, ends[i].offset);
        }
    }
}
