/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory that a loader's program counts in. */
#include "harness/loader/counters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/alloc.h"

int loader_counters_open(struct loader_counters *counters, void *place, size_t size, struct hs_error *err)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);

    size = (size + page - 1) / page * page;
    *counters = (struct loader_counters){ .fd = memfd_create("hardstop-counters", MFD_CLOEXEC), .size = size,
                                          .is_placed = place != NULL };
    if (counters->fd < 0 || ftruncate(counters->fd, (off_t)size) < 0) {
        return hs_fail(err, HS_NO_OFFSET, "no memory file: %s", strerror(errno));
    }
    counters->bytes = mmap(place, size, PROT_READ | PROT_WRITE, MAP_SHARED | (place ? MAP_FIXED : 0), counters->fd, 0);
    if (counters->bytes == MAP_FAILED) {
        counters->bytes = NULL;
        return hs_fail(err, HS_NO_OFFSET, "no shared memory: %s", strerror(errno));
    }
    return 0;
}

/* Hardly any edge is come by: eight are looked at in one go. */
void loader_counters_each(const struct loader_counters *counters, loader_counters_fn *tell, void *user)
{
    size_t end = counters->first + counters->n;

    for (size_t at = counters->first; at < end; at += sizeof(uint64_t)) {
        uint64_t word = 0;

        memcpy(&word, counters->bytes + at, end - at < sizeof(word) ? end - at : sizeof(word));
        for (size_t i = at; word; i++, word >>= 8) {
            if (word & 0xff) {
                tell(user, i, (uint8_t)word);
            }
        }
    }
}

void loader_counters_close(struct loader_counters *counters)
{
    if (counters->bytes && !counters->is_placed) {
        munmap(counters->bytes, counters->size);
        counters->bytes = NULL;
    }
    close(counters->fd);
    counters->fd = -1;
}

uint64_t *loader_counters_places(const struct loader_counters *counters, struct hs_error *err)
{
    size_t size = counters->n * sizeof(uint64_t);
    uint64_t *places = hs_alloc(size);

    if (!counters->n || pread(counters->fd, places, size, (off_t)counters->size) != (ssize_t)size) {
        free(places);
        hs_fail(err, HS_NO_OFFSET, counters->n ? "it does not say where it counts: -fsanitize-coverage=pc-table"
                                               : "it does not count where it comes by");
        return NULL;
    }
    return places;
}
