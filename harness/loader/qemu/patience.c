/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at a process from outside, by what Linux counts. */
#include "harness/loader/qemu/patience.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    /*
     * A question for a byte that is not there takes less than a microsecond on an idle machine, and a few times as much
     * on a busy one; what does something else between its reads takes longer.
     */
    READ_US = 20,
    /* QEMU's main loop wakes now and then, and to be asked how far it is costs it a fraction of a millisecond. */
    IDLE_US = 5000,
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A file of the process in /proc, "" where it cannot be read. */
static void read_proc(pid_t pid, const char *name, char *text, size_t size)
{
    char path[64];
    ssize_t n = -1;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, text, size - 1);
        close(fd);
    }
    text[n > 0 ? n : 0] = 0;
}

static struct patience_usage usage_of(pid_t pid)
{
    static const char reads[] = "syscr: ";
    struct patience_usage usage = { 0 };
    struct timespec used;
    clockid_t clock;
    char text[1024], *found;

    if (clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, &used) == 0) {
        usage.cpu_us = (uint64_t)used.tv_sec * 1000000 + (uint64_t)used.tv_nsec / 1000;
    }
    read_proc(pid, "io", text, sizeof(text));
    found = strstr(text, reads);
    usage.reads = found ? strtoull(found + strlen(reads), NULL, 10) : 0;
    read_proc(pid, "stat", text, sizeof(text));
    /* Behind the name, which may hold anything. */
    found = strrchr(text, ')');
    usage.asleep = found && strncmp(found, ") S", 3) == 0;
    return usage;
}

struct patience patience_by_clock(uint32_t timeout_ms)
{
    int64_t end = now_ms() + timeout_ms;

    return (struct patience){ .next = end, .end = end };
}

struct patience patience_with(pid_t pid, uint32_t limit_ms)
{
    int64_t now = now_ms();

    return (struct patience){
        .pid = pid, .next = now + LOADER_LOOK_MS, .end = now + (int64_t)limit_ms * LOADER_PATIENCE + LOADER_GRACE_MS,
        .limit_ms = limit_ms, .most_reads = LOADER_READS_BEYOND, .last = usage_of(pid),
    };
}

int patience_pause(const struct patience *patience)
{
    int64_t left = patience->ended ? 0 : patience->next - now_ms();

    return left < 0 ? 0 : left < INT_MAX ? (int)left : INT_MAX;
}

void patience_rest(struct patience *patience)
{
    uint32_t ms = patience->rest_ms ? 2 * patience->rest_ms : LOADER_REST_MS;

    patience->rest_ms = ms < LOADER_LOOK_MS ? ms : LOADER_LOOK_MS;
    nanosleep(&(struct timespec){ .tv_nsec = patience->rest_ms * 1000000L }, NULL);
}

static enum patience_end look(struct patience *patience)
{
    struct patience_usage now = usage_of(patience->pid);
    uint64_t used = now.cpu_us - patience->last.cpu_us, reads = now.reads - patience->last.reads;

    patience->reads += reads;
    patience->spun_us += used > reads * READ_US ? used : 0;
    patience->asleep = now.asleep && used < IDLE_US ? patience->asleep + 1 : 0;
    patience->last = now;
    if (patience->reads >= patience->most_reads) {
        return PATIENCE_READS;
    }
    if (patience->spun_us >= (uint64_t)patience->limit_ms * 1000) {
        return PATIENCE_SPINS;
    }
    return patience->asleep >= LOADER_LOOKS ? PATIENCE_SLEEPS : PATIENCE_LASTS;
}

bool patience_is_over(struct patience *patience)
{
    int64_t now = now_ms();

    if (patience->ended || now < patience->next) {
        return patience->ended != PATIENCE_LASTS;
    }
    if (patience->pid) {
        patience->next = now + LOADER_LOOK_MS;
        patience->ended = look(patience);
    }
    if (!patience->ended && now >= patience->end) {
        patience->ended = PATIENCE_CLOCK;
    }
    return patience->ended != PATIENCE_LASTS;
}
