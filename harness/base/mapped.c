/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private mappings of a file, and which of their bytes are still its own. */
#include "harness/base/mapped.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

/* All that there are: a handful at most, and mostly none. */
static struct mapped *all;

struct mapped *mapped_find(const void *at)
{
    struct mapped *mapped = all;

    while (mapped && ((const uint8_t *)at < mapped->start || (const uint8_t *)at >= mapped->start + mapped->size)) {
        mapped = mapped->next;
    }
    return mapped;
}

/* The kernel's answer to whoever reads behind the end of a file that was longer. */
static void on_bus_error(int number, siginfo_t *info, void *context)
{
    static const char words[] = "hardstop: the file became shorter while it was read\n";

    (void)context;
    if (mapped_find(info->si_addr)) {
        if (write(STDERR_FILENO, words, sizeof(words) - 1) < 0) {
            /* Nobody reads it. */
        }
        _exit(2);
    }
    signal(number, SIG_DFL);
}

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t round_down(size_t size)
{
    return size & ~(page_size() - 1);
}

static size_t round_up(size_t size)
{
    return round_down(size + page_size() - 1);
}

static struct mapped *add(const struct mapped *of, uint8_t *start, size_t size, uint8_t *origin, size_t file_size)
{
    struct mapped *mapped = hs_alloc(sizeof(*mapped));

    *mapped = (struct mapped){ .file = of ? of : mapped, .start = start, .size = size, .origin = origin, .next = all };
    *HS_PUSH(mapped->clean, mapped->n_clean) = (struct mapped_range){ origin, origin + file_size };
    all = mapped;
    return mapped;
}

const struct mapped *mapped_open(int fd, const struct stat *status)
{
    const struct sigaction action = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO };
    size_t size = (size_t)status->st_size;
    struct mapped *mapped;
    uint8_t *start = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_NORESERVE, fd, 0);

    if (start == MAP_FAILED) {
        return NULL;
    }
    sigaction(SIGBUS, &action, NULL);
    mapped = add(NULL, start, round_up(size), start, size);
    mapped->fd = fd;
    mapped->status = *status;
    return mapped;
}

struct mapped *mapped_view(const struct mapped *file, size_t before, size_t behind)
{
    size_t size = (size_t)file->status.st_size, head = round_up(before), all_size = head + round_up(size + behind);
    uint8_t *start = mmap(NULL, all_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    struct mapped *view;

    HS_CHECK(start != MAP_FAILED && mmap(start + head, size, PROT_READ | PROT_WRITE,
                                         MAP_PRIVATE | MAP_NORESERVE | MAP_FIXED, file->fd, 0) != MAP_FAILED,
             "no place for %zu bytes: %s", all_size, strerror(errno));
    view = add(file, start, all_size, start + head, size);
    view->fd = file->fd;
    view->status = file->status;
    return view;
}

void mapped_close(struct mapped *view)
{
    struct mapped **place = &all;

    if (!view) {
        return;
    }
    while (*place != view) {
        place = &(*place)->next;
    }
    *place = view->next;
    munmap(view->start, view->size);
    free(view->clean);
    free(view);
}

bool mapped_clean(const struct mapped *mapped, const uint8_t *from, const uint8_t *to, struct mapped_range *range)
{
    for (size_t i = 0; i < mapped->n_clean; i++) {
        *range = mapped->clean[i];
        range->from = range->from < from ? (uint8_t *)from : range->from;
        range->to = range->to > to ? (uint8_t *)to : range->to;
        if (range->from < range->to) {
            return true;
        }
    }
    return false;
}

/* What is small counts as written, so that there are few ranges. */
static void keep(struct mapped_range **ranges, size_t *n, uint8_t *from, uint8_t *to)
{
    if (to > from && (size_t)(to - from) >= MAPPED_LEAST) {
        *HS_PUSH(*ranges, *n) = (struct mapped_range){ from, to };
    }
}

void mapped_wrote(struct mapped *view, const uint8_t *from, size_t size)
{
    const uint8_t *to = from + size;
    struct mapped_range *left = NULL;
    size_t n = 0;

    for (size_t i = 0; i < view->n_clean; i++) {
        struct mapped_range range = view->clean[i];

        keep(&left, &n, range.from, range.to < from ? range.to : (uint8_t *)from);
        keep(&left, &n, range.from > to ? range.from : (uint8_t *)to, range.to);
    }
    free(view->clean);
    view->clean = left;
    view->n_clean = n;
}

void mapped_forget(const uint8_t *from, size_t size)
{
    const struct mapped *mapped = mapped_find(from);
    const uint8_t *to = from + size;
    struct mapped_range range;

    while (mapped && mapped_clean(mapped, from, to, &range)) {
        size_t first = round_up((size_t)(range.from - mapped->start));
        size_t last = round_down((size_t)(range.to - mapped->start));

        /* Whole pages only: what was written may stand beside. */
        if (last > first) {
            madvise(mapped->start + first, last - first, MADV_DONTNEED);
        }
        from = range.to;
    }
}

int mapped_check(const struct mapped *mapped, struct hs_error *err)
{
    const struct stat *was = &mapped->status;
    struct stat is;

    if (fstat(mapped->fd, &is) < 0) {
        return hs_fail(err, HS_NO_OFFSET, "the file cannot be asked for its size: %s", strerror(errno));
    }
    if (is.st_size != was->st_size || is.st_mtim.tv_sec != was->st_mtim.tv_sec ||
        is.st_mtim.tv_nsec != was->st_mtim.tv_nsec) {
        return hs_fail(err, HS_NO_OFFSET, "the file was changed while it was read: wait until it is whole");
    }
    return 0;
}
