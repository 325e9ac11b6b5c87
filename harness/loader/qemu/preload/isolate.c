/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Write-protects the process's pages, copies each before its first change, and writes them back. */
#include "harness/loader/qemu/preload/isolate.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/loader/qemu/preload/digits.h"

enum {
    PAGE = 4096,
    MAX_REGIONS = 1024,
    MAX_COPIES = 32768, /* 128 MiB: many times what a load changes */
    MANY_COPIES = 2, /* times as many as the first load's: most loads change fewer */
    LOADS_WITH_MANY = 64, /* after these, the next one finds out anew what it changes: some ten times a load's time */
    STACK_CLEANED = 64 * 1024,
};

struct region {
    uintptr_t start, end;
    int protection;
    uint64_t first_page; /* number of its first page in `copied` */
};

/* In this module's own memory, which is never protected; the arrays are mapped after the regions are listed. */
static struct region regions[MAX_REGIONS];
static size_t n_regions;
static uint8_t *copied; /* a bit for each page of all regions: it is writable, and is written back */
static uint8_t *copies; /* MAX_COPIES pages */
static uintptr_t *places; /* where each copy belongs */
static size_t n_copies;
static size_t usual_copies; /* of the first load since all was protected */
static unsigned loads_with_many;
static bool active, spoilt;
static uintptr_t data_end; /* the kernel's idea of where the heap ends */
static int statm_fd;
static unsigned long mapped_pages;
static unsigned first_free_fd;

static uintptr_t set_data_end(uintptr_t end)
{
    return (uintptr_t)syscall(SYS_brk, end);
}

static unsigned long count_mapped_pages(void)
{
    char text[64];
    /* Not by the C library's function, which is ours (calls.c) and would touch pages of its own. */
    ssize_t n = syscall(SYS_pread64, statm_fd, text, sizeof(text) - 1, 0);

    if (n <= 0) {
        return 0;
    }
    text[n] = 0;
    return digits_read(&(const char *){ text }, 10);
}

static struct region *find(uintptr_t address)
{
    size_t low = 0, high = n_regions;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (address >= regions[middle].end) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < n_regions && address >= regions[low].start ? &regions[low] : NULL;
}

/* The page's number in `copied`. */
static uint64_t number_of(const struct region *region, uintptr_t page)
{
    return region->first_page + (page - region->start) / PAGE;
}

static bool is_copied(const struct region *region, uintptr_t page)
{
    uint64_t number = number_of(region, page);

    return copied[number / 8] & (1u << number % 8);
}

/* By no function: a sanitizer has its own in the place of memcpy(), and looks at what is copied. */
static void copy_page(void *to, const void *from)
{
#if defined(__x86_64__)
    size_t n = PAGE;

    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
#else
    for (size_t i = 0; i < PAGE / sizeof(uint64_t); i++) {
        ((volatile uint64_t *)to)[i] = ((const volatile uint64_t *)from)[i];
    }
#endif
}

/* For a page that is not copied. */
static void allow(const struct region *region, uintptr_t page)
{
    uint64_t number = number_of(region, page);

    if (n_copies < MAX_COPIES) {
        copy_page(copies + n_copies * PAGE, (const void *)page);
        places[n_copies++] = page;
    } else {
        spoilt = true;
    }
    copied[number / 8] |= (uint8_t)(1u << number % 8);
    if (mprotect((void *)page, PAGE, region->protection) < 0) {
        /* The kernel splits a mapping here, and may have too many. */
        spoilt = true;
        isolate_release();
    }
}

bool isolate_allow(const void *address)
{
    uintptr_t page = (uintptr_t)address & ~(uintptr_t)(PAGE - 1);
    struct region *region = active ? find(page) : NULL;

    /* A page that may be written to faults for another reason. */
    if (!region || is_copied(region, page)) {
        return false;
    }
    allow(region, page);
    return true;
}

void isolate_touch(void *address, size_t size)
{
    uintptr_t page = (uintptr_t)address & ~(uintptr_t)(PAGE - 1);

    for (; active && page < (uintptr_t)address + size; page += PAGE) {
        struct region *region = find(page);

        if (region && !is_copied(region, page)) {
            allow(region, page);
        }
    }
}

void isolate_lose(const void *address)
{
    spoilt |= active && find((uintptr_t)address & ~(uintptr_t)(PAGE - 1));
}

static bool is_in(uintptr_t start, uintptr_t end, const void *address)
{
    return (uintptr_t)address >= start && (uintptr_t)address < end;
}

/* This module: its data may be several mappings, and the handler of faults must not fault. */
extern const char __ehdr_start __attribute__((visibility("hidden")));
extern const char _end __attribute__((visibility("hidden")));

static bool is_ours(uintptr_t start, uintptr_t end)
{
    return start < (uintptr_t)&_end && end > (uintptr_t)&__ehdr_start;
}

/* Lists what can be written to, but for this module, the stack, and what the kernel or `kept` owns. */
static bool list_regions(const void *kept, size_t kept_size, uint64_t *n_pages)
{
    static char line[512];
    FILE *maps = fopen("/proc/self/maps", "re");
    uint64_t pages = 0;

    n_regions = 0;
    while (maps && n_regions < MAX_REGIONS && fgets(line, sizeof(line), maps)) {
        const char *mode = line;
        uintptr_t start, end;

        if (!digits_range(&mode, &start, &end) || strnlen(mode, 4) < 4 || mode[1] != 'w' || is_ours(start, end) ||
            is_in(start, end, kept) || is_in(start, end, (const char *)kept + kept_size - 1) ||
            is_in(start, end, __builtin_frame_address(0)) || strstr(line, "[v") ||
            strstr(line, "/memfd:hardstop-counters")) {
            continue;
        }
        regions[n_regions++] = (struct region){
            .start = start, .end = end, .first_page = pages,
            .protection = (mode[0] == 'r' ? PROT_READ : 0) | PROT_WRITE | (mode[2] == 'x' ? PROT_EXEC : 0),
        };
        pages += (end - start) / PAGE;
    }
    if (maps) {
        fclose(maps);
    }
    *n_pages = pages;
    return maps && n_regions < MAX_REGIONS;
}

/* No hole is left below: whatever a load opens comes behind. */
static void fill_descriptors(void)
{
    unsigned highest = 2;

    for (unsigned fd = 3; fd < 1024; fd++) {
        highest = fcntl((int)fd, F_GETFD) >= 0 ? fd : highest;
    }
    do {
        first_free_fd = (unsigned)dup(2);
    } while (first_free_fd <= highest);
    close((int)first_free_fd);
}

/* True when no descriptor of before was closed: a new one is still the first one behind them. */
static bool has_all_descriptors(void)
{
    unsigned fd = (unsigned)dup(2);

    close((int)fd);
    return fd == first_free_fd;
}

static void *map(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

/* The kernel writes to a thread's own block whenever it is scheduled (rseq), and ends the process where it cannot. */
static void touch_thread(void)
{
    char *block = __builtin_thread_pointer();

    isolate_touch(block - 2 * PAGE, 4 * PAGE);
}

static bool forbid(const struct region *region, uintptr_t start, uintptr_t end)
{
    return start == end || mprotect((void *)start, end - start, region->protection & ~PROT_WRITE) == 0;
}

/*
 * All pages but those that were touched before, which are few, and copied in order.  Their number is not walked: a
 * sanitizer's region may have 15 TB.
 */
static bool protect(const struct region *region)
{
    uintptr_t start = region->start;

    for (size_t i = 0; i < n_copies; i++) {
        if (find(places[i]) == region) {
            if (!forbid(region, start, places[i])) {
                return false;
            }
            start = places[i] + PAGE;
        }
    }
    return forbid(region, start, region->end);
}

static bool protect_all(void)
{
    touch_thread();
    for (size_t i = 0; i < n_regions; i++) {
        if (!protect(&regions[i])) {
            return false;
        }
    }
    return true;
}

/* A load that changed many pages would have them put back after each load that follows. */
static bool forget_copies(void)
{
    if (!usual_copies) {
        usual_copies = n_copies;
    }
    loads_with_many = n_copies > MANY_COPIES * usual_copies ? loads_with_many + 1 : 0;
    if (loads_with_many < LOADS_WITH_MANY) {
        return true;
    }
    for (size_t i = 0; i < n_copies; i++) {
        uint64_t number = number_of(find(places[i]), places[i]);

        copied[number / 8] &= (uint8_t)~(1u << number % 8);
    }
    n_copies = usual_copies = loads_with_many = 0;
    return protect_all();
}

bool isolate_begin(const void *kept, size_t kept_size)
{
    uint64_t n_pages;

    /* All of the heap is below the end of data: no block of it is a mapping that comes and goes. */
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, INT32_MAX);
    statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    fill_descriptors();
    if (statm_fd < 0 || !list_regions(kept, kept_size, &n_pages)) {
        return false;
    }
    copied = map(n_pages / 8 + 1);
    copies = map((size_t)MAX_COPIES * PAGE);
    places = map(MAX_COPIES * sizeof(*places));
    if (!copied || !copies || !places) {
        return false;
    }
    n_copies = usual_copies = loads_with_many = 0;
    spoilt = false;
    active = true;
    if (!protect_all()) {
        return false;
    }
    data_end = set_data_end(0);
    mapped_pages = count_mapped_pages();
    return mapped_pages != 0;
}

bool isolate_restore(void)
{
    for (size_t i = 0; i < n_copies; i++) {
        copy_page((void *)places[i], copies + i * PAGE);
    }
    /* Memory beyond it is zero again when the heap grows there once more. */
    set_data_end(data_end);
    syscall(SYS_close_range, first_free_fd, ~0u, 0);
    isolate_clean_stack();
    return !spoilt && has_all_descriptors() && count_mapped_pages() == mapped_pages && forget_copies();
}

void isolate_release(void)
{
    if (!active) {
        return;
    }
    active = false;
    for (size_t i = 0; i < n_regions; i++) {
        mprotect((void *)regions[i].start, regions[i].end - regions[i].start, regions[i].protection);
    }
}

__attribute__((noinline)) void isolate_clean_stack(void)
{
    char space[STACK_CLEANED];

    explicit_bzero(space, sizeof(space));
}
