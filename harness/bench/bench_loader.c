/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads a second: the in-process loader beside one QEMU process for each input, in turns, for both transports. */
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
#include "harness/setup/setup.h"
#include "harness/loader/capture.h"
#include "harness/loader/open.h"
#include "harness/loader/confirm.h"

enum {
    TURNS = 5,
    LOADS = 200, /* of a turn, for each unit of work: some tenths of a second, as are these */
    PROCESSES = 4,
};

/* What is loaded: a virtio-rng section and the one behind it, whole or cut in its middle. */
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
    HS_CHECK(capture_stream(bench->setup, TRUST_ALL, &bytes, &size, &err) == 0, "%s", err.text);
    stream = stream_decode(bytes, size, STREAM_FOOTER, &err);
    captured = stream_decode(bytes, size, STREAM_FOOTER, &err);
    HS_CHECK(stream && captured, "%s", err.text);
    test = case_of_stream(stream, bench->setup, CASE_KEEP_DEVICES);
    HS_CHECK(case_keep_sections(test, "virtio-rng") == 1, "no virtio-rng in %zu bytes", size);
    stream_encode(test->stream, &bench->sections, NULL, NULL);
    HS_CHECK(complete_stream(test, &bench->sections.out, captured, false, &bench->whole, &err) == 0, "%s", err.text);
    bench->path = path;
    bench->loader = loader_open(bench->setup, TRUST_ALL, NULL, &err);
    HS_CHECK(bench->loader, "%s", err.text);
    hardstop__stream__free_unpacked(captured, NULL);
    case_free(test);
    free(bytes);
}

static double in_process(struct bench *bench, unsigned long loads, bool cut)
{
    struct loader_input input = { .bytes = bench->sections.out.data, .size = bench->sections.out.size };
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

static void measure(const char *transport, unsigned long work, const char *path)
{
    struct bench bench = { 0 };

    prepare(&bench, transport, path);
    for (int cut = 0; cut < 2; cut++) {
        double fast[TURNS], slow[TURNS], ours, theirs;

        /* In turns, so that whatever else the machine does meets both. */
        for (int i = 0; i < TURNS; i++) {
            fast[i] = in_process(&bench, work * LOADS, cut);
            slow[i] = one_process_each(&bench, work * PROCESSES, cut);
        }
        ours = statistics_median(fast, TURNS);
        theirs = statistics_median(slow, TURNS);
        printf("%-9s %-24s %12.0f %16.1f %9.1f\n", transport, cut ? "cut: rejected" : "whole: accepted, saved", ours,
               theirs, ours / theirs);
        fflush(stdout);
    }
    loader_close(bench.loader);
    stream_encoding_clear(&bench.sections);
    builder_clear(&bench.whole);
    hardstop__setup__free_unpacked(bench.setup, NULL);
}

int main(int argc, char **argv)
{
    char path[] = "/tmp/hardstop-bench-XXXXXX";
    unsigned long work = argc > 1 ? strtoul(argv[1], NULL, 10) : 5;
    int fd = mkstemp(path);

    HS_CHECK(fd >= 0 && work > 0, "no file in /tmp, or no work: %lu", work);
    close(fd);
    printf("virtio-rng section, median of %d turns\n", TURNS);
    printf("%-9s %-24s %12s %16s %9s\n", "transport", "input", "in-process/s", "process each/s", "ratio");
    measure("ccw", work, path);
    measure("pci", work, path);
    unlink(path);
    return 0;
}
