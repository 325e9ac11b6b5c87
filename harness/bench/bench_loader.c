/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads a second: fast, in forks, and with one QEMU process for each input, in turns, for both transports.
 * HARDSTOP_QEMU names another QEMU, of one architecture.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/time.h"
#include "harness/bench/statistics.h"
#include "harness/case/case.h"
#include "harness/case/complete.h"
#include "harness/setup/program.h"
#include "harness/setup/setup.h"
#include "harness/loader/capture.h"
#include "harness/loader/open.h"
#include "harness/loader/confirm.h"

enum { TURNS = 5 };

enum way { FAST, FORK, PROCESS, WAYS };

/* Loads of a turn, for each unit of work: some tenths of a second each. */
static const unsigned long loads_of[WAYS] = { [FAST] = 400, [FORK] = 100, [PROCESS] = 4 };

/* What is loaded into a machine with virtio-net alone: its section, whole or cut in its middle. */
struct bench {
    Hardstop__Setup *setup;
    struct stream_encoding sections;
    struct builder whole; /* the same sections in a complete stream */
    const char *path; /* the file of it */
    struct loader *loader;
};

static void prepare(struct bench *bench, const char *transport, const char *path)
{
    struct hs_error err;
    Hardstop__Stream *stream, *captured;
    Hardstop__Case *test;
    uint8_t *bytes;
    size_t size;

    bench->setup = setup_standard(transport, HARDSTOP__FRAMING__FOOTER);
    /* The first is virtio-net; what saves the state again saves that of all. */
    while (bench->setup->n_device > 1) {
        free(bench->setup->device[--bench->setup->n_device]);
    }
    HS_CHECK(capture_stream(bench->setup, TRUST_ALL, &bytes, &size, &err) == 0, "%s", err.text);
    stream = stream_decode(bytes, size, STREAM_FOOTER, &err);
    captured = stream_decode(bytes, size, STREAM_FOOTER, &err);
    HS_CHECK(stream && captured, "%s", err.text);
    test = case_of_stream(stream, bench->setup, CASE_KEEP_DEVICES);
    HS_CHECK(case_keep_sections(test, "virtio-net") == 1, "no virtio-net in %zu bytes", size);
    stream_encode(test->stream, &bench->sections, NULL, NULL);
    HS_CHECK(complete_stream(test, &bench->sections.out, captured, false, &bench->whole, &err) == 0, "%s", err.text);
    bench->path = path;
    bench->loader = loader_open(bench->setup, TRUST_ALL, NULL, &err);
    HS_CHECK(bench->loader, "%s", err.text);
    hardstop__stream__free_unpacked(captured, NULL);
    case_free(test);
    free(bytes);
}

static double in_process(struct bench *bench, unsigned long loads, bool fast, bool cut)
{
    struct loader_input input = {
        .bytes = bench->sections.out.data, .size = bench->sections.out.size, .fast = fast,
    };
    struct loader_answer answer;
    struct hs_error err;
    double start = time_now();

    input.size = cut ? bench->sections.marks[0].payload + 1000 : input.size;
    for (unsigned long n = 0; n < loads; n++) {
        HS_CHECK(loader_load(bench->loader, &input, &answer, &err) == 0, "%s", err.text);
        HS_CHECK(answer.outcome == (cut ? OUTCOME_REJECTED : OUTCOME_ACCEPTED), "%s", outcome_name(answer.outcome));
    }
    return (double)loads / (time_now() - start);
}

static double one_process_each(struct bench *bench, unsigned long loads, bool cut)
{
    size_t size = cut ? bench->whole.size / 2 : bench->whole.size;
    struct confirm_result result;
    struct hs_error err;
    double start;

    HS_CHECK(file_write(bench->path, bench->whole.data, size, &err) == 0, "%s", err.text);
    start = time_now();
    for (unsigned long n = 0; n < loads; n++) {
        HS_CHECK(confirm_run(bench->setup, TRUST_ALL, bench->path, NULL, &result, &err) == 0, "%s", err.text);
        HS_CHECK(result.outcome == (cut ? OUTCOME_REJECTED : OUTCOME_ACCEPTED), "%s", result.text);
        confirm_result_clear(&result);
    }
    return (double)loads / (time_now() - start);
}

static double measure_once(struct bench *bench, enum way way, unsigned long work, bool cut)
{
    unsigned long loads = work * loads_of[way];

    return way == PROCESS ? one_process_each(bench, loads, cut) : in_process(bench, loads, way == FAST, cut);
}

static void measure(const char *transport, unsigned long work, const char *path)
{
    struct bench bench = { 0 };

    prepare(&bench, transport, path);
    for (int cut = 0; cut < 2; cut++) {
        double rates[WAYS][TURNS], medians[WAYS];

        /* In turns, so that whatever else the machine does meets all. */
        for (int i = 0; i < TURNS; i++) {
            for (enum way way = 0; way < WAYS; way++) {
                rates[way][i] = measure_once(&bench, way, work, cut);
            }
        }
        for (enum way way = 0; way < WAYS; way++) {
            medians[way] = statistics_median(rates[way], TURNS);
        }
        printf("%-9s %-24s %8.0f %8.0f %15.1f %11.1f %14.1f\n", transport,
               cut ? "cut: rejected" : "whole: accepted, saved", medians[FAST], medians[FORK], medians[PROCESS],
               medians[FAST] / medians[FORK], medians[FORK] / medians[PROCESS]);
        fflush(stdout);
    }
    loader_close(bench.loader);
    stream_encoding_clear(&bench.sections);
    builder_clear(&bench.whole);
    hardstop__setup__free_unpacked(bench.setup, NULL);
}

/* One that was chosen serves the machines of its architecture. */
static bool has_qemu(const char *transport)
{
    Hardstop__Setup *setup = setup_standard(transport, HARDSTOP__FRAMING__FOOTER);
    struct hs_error err;
    char *path = program_find(setup->binary, &err);
    bool has = path != NULL;

    if (!has) {
        printf("%-9s left out: %s\n", transport, err.text);
    }
    free(path);
    hardstop__setup__free_unpacked(setup, NULL);
    return has;
}

int main(int argc, char **argv)
{
    char path[] = "/tmp/hardstop-bench-XXXXXX";
    unsigned long work = argc > 1 ? strtoul(argv[1], NULL, 10) : 5;
    int fd = mkstemp(path);

    HS_CHECK(fd >= 0 && work > 0, "no file in /tmp, or no work: %lu", work);
    close(fd);
    printf("virtio-net section, median of %d turns\n", TURNS);
    printf("%-9s %-24s %8s %8s %15s %11s %14s\n", "transport", "input", "fast/s", "forks/s", "process each/s",
           "fast : fork", "fork : process");
    for (size_t i = 0; i < 2; i++) {
        const char *transport = i ? "pci" : "ccw";

        if (has_qemu(transport)) {
            measure(transport, work, path);
        }
    }
    unlink(path);
    return 0;
}
