/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What streams of large guests cost to show and to load, in time and memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/time.h"
#include "harness/bench/large.h"
#include "harness/judge/oracle.h"
#include "harness/loader/capture.h"
#include "harness/loader/open.h"
#include "harness/report/show.h"
#include "harness/setup/setup.h"

/* What a process of its own needed. */
struct cost {
    double seconds;
    long own_mib, loader_mib; /* at most, of memory: files that are shown are part of it while they are looked at */
};

typedef void work_fn(const Hardstop__Setup *setup, const char *path);

static Hardstop__Case *read_stream(const Hardstop__Setup *setup, const char *path)
{
    Hardstop__Stream *stream;
    const uint8_t *data;
    struct hs_error err;
    size_t size;

    HS_CHECK(file_open(path, &data, &size, &err) == 0, "%s", err.text);
    stream = stream_decode(data, size, STREAM_ANY, &err);
    HS_CHECK(stream, "%s", err.text);
    file_close(data);
    return case_of_stream(stream, setup, CASE_KEEP_ALL);
}

static void show(const Hardstop__Setup *setup, const char *path)
{
    Hardstop__Case *test = read_stream(setup, path);
    FILE *out = fopen("/dev/null", "w");
    struct map map;

    map_init(&map, test->stream, NULL);
    show_text(out, test->stream, &map, &(struct show_options){ 0 });
    map_clear(&map);
    fclose(out);
    case_free(test);
}

static void load(const Hardstop__Setup *setup, const char *path)
{
    Hardstop__Case *test = read_stream(setup, path);
    struct judgement judgement = { 0 };
    struct oracle oracle = { 0 };
    struct hs_error err;

    oracle.loader = loader_open(setup, TRUST_ALL, NULL, &err);
    HS_CHECK(oracle.loader && oracle_judge(&oracle, test, &judgement, &err) == 0, "%s", err.text);
    HS_CHECK(judgement.verdict == VERDICT_EQUAL, "%s: %s", verdict_name(judgement.verdict),
             judgement.actual.answer.text);
    judgement_clear(&judgement);
    loader_close(oracle.loader);
    oracle_clear(&oracle);
    case_free(test);
}

/* In a process of its own, whose memory nobody else has used before. */
static struct cost measure(work_fn *work, const Hardstop__Setup *setup, const char *path)
{
    struct cost cost = { 0 };
    struct rusage own, loader;
    int ends[2], status;
    double begin;
    pid_t pid;

    HS_CHECK(pipe(ends) == 0, "no pipe for %s", path);
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        close(ends[0]);
        begin = time_now();
        work(setup, path);
        cost.seconds = time_now() - begin;
        getrusage(RUSAGE_SELF, &own);
        getrusage(RUSAGE_CHILDREN, &loader);
        cost.own_mib = own.ru_maxrss >> 10;
        cost.loader_mib = loader.ru_maxrss >> 10;
        _exit(write(ends[1], &cost, sizeof(cost)) != (ssize_t)sizeof(cost));
    }
    close(ends[1]);
    HS_CHECK(pid > 0 && read(ends[0], &cost, sizeof(cost)) == (ssize_t)sizeof(cost), "%s: not measured", path);
    close(ends[0]);
    waitpid(pid, &status, 0);
    return cost;
}

static void print_row(const Hardstop__Setup *setup, const char *what, const char *path)
{
    struct cost shown = measure(show, setup, path), loaded = measure(load, setup, path);
    FILE *file = fopen(path, "rb");
    long size = file && fseek(file, 0, SEEK_END) == 0 ? ftell(file) : 0;

    printf("%5s %-10s %9ld %8.1f %8ld %8.1f %8ld %8ld\n", setup->memory, what, size >> 20, shown.seconds,
           shown.own_mib, loaded.seconds, loaded.own_mib, loaded.loader_mib);
    fflush(stdout);
    if (file) {
        fclose(file);
    }
}

static void measure_guest(const char *memory, uint64_t mib, const char *path)
{
    Hardstop__Setup *setup = setup_standard("pci", HARDSTOP__FRAMING__FOOTER);
    Hardstop__Stream *captured;
    struct hs_error err;

    setup->memory = hs_strdup(memory);
    captured = capture_decoded(setup, TRUST_ALL, &err);
    HS_CHECK(captured && large_write(path, captured, "pc.ram", 0, &err) == 0, "%s", err.text);
    print_row(setup, "zero pages", path);
    HS_CHECK(large_write(path, captured, "pc.ram", mib << 8, &err) == 0, "%s", err.text);
    print_row(setup, "full", path);
    stream_free(captured);
    hardstop__setup__free_unpacked(setup, NULL);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *memory;
        uint64_t mib;
    } guests[] = { { "64M", 64 }, { "1G", 1024 }, { "8G", 8192 } };
    unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : HS_COUNT(guests);
    char path[] = "/var/tmp/hardstop-size-XXXXXX";
    int fd = mkstemp(path);

    HS_CHECK(fd >= 0, "no file in %s", path);
    close(fd);
    printf("MiB at most: of what shows or loads, and of QEMU\n");
    printf("%5s %-10s %9s %8s %8s %8s %8s %8s\n", "guest", "memory", "MiB", "show: s", "MiB", "load: s", "MiB", "QEMU");
    for (size_t i = 0; i < n && i < HS_COUNT(guests); i++) {
        measure_guest(guests[i].memory, guests[i].mib, path);
    }
    unlink(path);
    return 0;
}
