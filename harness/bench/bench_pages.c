/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ways to put a process's memory back after each load, side by side.  Which pages were written to is told by faults on
 * what mprotect() protects, by the kernel's soft-dirty bits, or by userfaultfd's write-protection; or the load is done
 * in a fork.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/random.h"
#include "harness/base/time.h"

enum {
    PAGE = 4096,
    PAGES = 8192, /* that a QEMU could write to: some 32 MiB */
    KNOWN = 120, /* that every load writes to, */
    SELDOM = 500, /* and those that some do: of a runner of a campaign of an hour, 260 to 720 were written to in all */
    FRESH = 2, /* of these, a load */
};

/* Linux 6.7, of which older headers know nothing: include/uapi/linux/userfaultfd.h and fs.h. */
#define WP_UNPOPULATED (1 << 13)
#define WP_ASYNC (1 << 15)
#define IS_WRITTEN (1 << 1)
#define SCAN_WP_MATCHING (1 << 0)
#define SCAN_CHECK_WPASYNC (1 << 1)

struct page_region {
    uint64_t start, end, categories;
};

struct scan {
    uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages, category_inverted, category_mask,
        category_anyof_mask, return_mask;
};

#define SCAN _IOWR('f', 16, struct scan)

static uint8_t *memory, *copy; /* what loads write to, and what it was */
static struct random random_pages;

static void write_page(size_t page)
{
    memory[page * PAGE + 8]++;
}

/* What stands for a load. */
static void write_some(void)
{
    for (size_t i = 0; i < KNOWN; i++) {
        write_page(i * (PAGES / KNOWN));
    }
    for (size_t i = 0; i < FRESH; i++) {
        write_page(random_below(&random_pages, SELDOM) * (PAGES / SELDOM) + 1);
    }
}

static void put_back(size_t page)
{
    memcpy(memory + page * PAGE, copy + page * PAGE, PAGE);
}

static uint8_t is_listed[PAGES];
static size_t listed[PAGES], n_listed;

static void protect(size_t page, size_t n, int protection)
{
    HS_CHECK(mprotect(memory + page * PAGE, n * PAGE, protection) == 0, "mprotect: %s", strerror(errno));
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    size_t page = (size_t)((uint8_t *)info->si_addr - memory) / PAGE;

    (void)number;
    (void)context;
    if ((uint8_t *)info->si_addr < memory || page >= PAGES || is_listed[page]) {
        abort();
    }
    is_listed[page] = 1;
    listed[n_listed++] = page;
    protect(page, 1, PROT_READ | PROT_WRITE);
}

static bool begin_faults(void)
{
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER };

    sigaction(SIGSEGV, &action, NULL);
    memset(is_listed, 0, sizeof(is_listed));
    n_listed = 0;
    protect(0, PAGES, PROT_READ);
    return true;
}

/* A page that was written to once stays writable, and is put back each time. */
static void round_kept(void)
{
    write_some();
    for (size_t i = 0; i < n_listed; i++) {
        put_back(listed[i]);
    }
}

/* Each load begins with all pages protected. */
static void round_protected(void)
{
    write_some();
    for (size_t i = 0; i < n_listed; i++) {
        put_back(listed[i]);
        protect(listed[i], 1, PROT_READ);
        is_listed[listed[i]] = 0;
    }
    n_listed = 0;
}

static void end_faults(void)
{
    protect(0, PAGES, PROT_READ | PROT_WRITE);
    signal(SIGSEGV, SIG_DFL);
}

static int clear_refs = -1, pagemap = -1;

static void clear_bits(void)
{
    HS_CHECK(pwrite(clear_refs, "4", 1, 0) == 1, "clear_refs: %s", strerror(errno));
}

static uint64_t entries[PAGES];

static void read_bits(void)
{
    off_t at = (off_t)((uintptr_t)memory / PAGE * sizeof(entries[0]));

    HS_CHECK(pread(pagemap, entries, sizeof(entries), at) == sizeof(entries), "pagemap: %s", strerror(errno));
}

static bool is_dirty(size_t page)
{
    return entries[page] >> 55 & 1;
}

static void round_soft_dirty(void)
{
    write_some();
    read_bits();
    for (size_t i = 0; i < PAGES; i++) {
        if (is_dirty(i)) {
            put_back(i);
        }
    }
    clear_bits();
}

/* A kernel without them says that all pages are dirty, or none. */
static bool begin_soft_dirty(void)
{
    clear_refs = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
    pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (clear_refs < 0 || pagemap < 0) {
        return false;
    }
    clear_bits();
    write_page(1);
    read_bits();
    put_back(1);
    return is_dirty(1) && !is_dirty(2);
}

static void end_soft_dirty(void)
{
    close(clear_refs);
    close(pagemap);
}

static int fault_fd = -1;

static long scan_written(struct page_region *regions, size_t n)
{
    struct scan scan = {
        .size = sizeof(scan), .flags = SCAN_WP_MATCHING | SCAN_CHECK_WPASYNC, .start = (uintptr_t)memory,
        .end = (uintptr_t)memory + (uint64_t)PAGES * PAGE, .vec = (uintptr_t)regions, .vec_len = n,
        .category_mask = IS_WRITTEN, .return_mask = IS_WRITTEN,
    };

    return ioctl(pagemap, SCAN, &scan);
}

static void round_userfaultfd(void)
{
    static struct page_region regions[PAGES];
    long n;

    write_some();
    n = scan_written(regions, PAGES);
    HS_CHECK(n >= 0, "PAGEMAP_SCAN: %s", strerror(errno));
    for (long i = 0; i < n; i++) {
        for (uint64_t at = regions[i].start; at < regions[i].end; at += PAGE) {
            put_back((size_t)(at - (uintptr_t)memory) / PAGE);
        }
    }
    /* What was put back was written to again. */
    scan_written(regions, PAGES);
}

static bool begin_userfaultfd(void)
{
    struct uffdio_api api = { .api = UFFD_API, .features = WP_ASYNC | WP_UNPOPULATED };
    struct uffdio_register all = { .range = { (uintptr_t)memory, (uint64_t)PAGES * PAGE },
                                   .mode = UFFDIO_REGISTER_MODE_WP };
    struct page_region region;

    fault_fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
    pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    return fault_fd >= 0 && pagemap >= 0 && ioctl(fault_fd, UFFDIO_API, &api) == 0 &&
           ioctl(fault_fd, UFFDIO_REGISTER, &all) == 0 && scan_written(&region, 1) >= 0;
}

static void end_userfaultfd(void)
{
    close(fault_fd);
    close(pagemap);
}

static bool begin_fork(void)
{
    return true;
}

static void round_fork(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        write_some();
        _exit(0);
    }
    HS_CHECK(pid > 0, "no process: %s", strerror(errno));
    waitpid(pid, NULL, 0);
    /* In the child alone the numbers went on. */
    for (int i = 0; i < FRESH; i++) {
        random_bits(&random_pages);
    }
}

static void end_fork(void)
{
}

static const struct {
    const char *name;
    bool (*begin)(void); /* false: not on this kernel */
    void (*round)(void);
    void (*end)(void);
} ways[] = {
    { "mprotect, pages stay writable (what loads use)", begin_faults, round_kept, end_faults },
    { "mprotect, protected again each time", begin_faults, round_protected, end_faults },
    { "soft-dirty bits", begin_soft_dirty, round_soft_dirty, end_soft_dirty },
    { "userfaultfd, PAGEMAP_SCAN", begin_userfaultfd, round_userfaultfd, end_userfaultfd },
    { "fork", begin_fork, round_fork, end_fork },
};

/* Is all as it was? */
static bool is_put_back(void)
{
    return memcmp(memory, copy, (size_t)PAGES * PAGE) == 0;
}

/* Microseconds for a load, in so many seconds of them. */
static double measure(void (*round)(void), double seconds)
{
    double begin = time_now(), now = begin;
    unsigned long rounds = 0;

    while (now - begin < seconds) {
        for (int i = 0; i < 16; i++) {
            round();
        }
        rounds += 16;
        now = time_now();
    }
    HS_CHECK(is_put_back(), "memory was not put back");
    return (now - begin) / (double)rounds * 1e6;
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? atof(argv[1]) : 2, first = 0;

    memory = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    HS_CHECK(memory != MAP_FAILED, "no memory: %s", strerror(errno));
    memset(memory, 0x5a, (size_t)PAGES * PAGE);
    copy = hs_copy(memory, (size_t)PAGES * PAGE);
    printf("%d pages, of which a load writes to %d, most of them each time the same\n\n", PAGES, KNOWN + FRESH);
    printf("%-50s %10s %8s\n", "", "us a load", "ratio");
    for (size_t i = 0; i < HS_COUNT(ways); i++) {
        double cost;

        random_init(&random_pages, 1);
        if (!ways[i].begin()) {
            printf("%-50s %10s\n", ways[i].name, "not here");
            continue;
        }
        cost = measure(ways[i].round, seconds);
        ways[i].end();
        first = i ? first : cost;
        printf("%-50s %10.1f %8.2f\n", ways[i].name, cost, cost / first);
    }
    munmap(memory, (size_t)PAGES * PAGE);
    free(copy);
    return 0;
}
