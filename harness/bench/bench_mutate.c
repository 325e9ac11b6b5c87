/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mutations a second, in turns: structure-aware steps on a message, the same with unpacking and packing, as libFuzzer
 * calls it, and libFuzzer's own byte mutator on the same packed bytes.  All start from the case again after DEPTH
 * mutations, as libFuzzer does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/case/hints.h"
#include "fuzzers/target_mutate.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/time.h"
#include "harness/bench/bench_seeds.h"
#include "harness/bench/engine.h"
#include "harness/bench/statistics.h"
#include "harness/message/mutate.h"
#include "harness/message/reflect.h"

enum {
    TURNS = 5,
    CALLS = 20, /* of a turn, for each unit of work */
    DEPTH = 5,
    BATCH = 12 * DEPTH, /* mutations between two looks at the clock */
    MAX_SIZE = 1 << 20, /* of an input, as campaigns have it */
    QUEUES = 1024, /* as many as a virtio device may have */
};

struct bench {
    const Hardstop__Case *test;
    uint8_t *packed;
    size_t size;
    uint8_t *data; /* MAX_SIZE bytes */
    unsigned seed;
};

typedef unsigned long measured_fn(struct bench *bench, double *seconds);

static unsigned long steps(struct bench *bench, double *seconds)
{
    const struct mutate_options options = {
        .hints = &case_hints, .max_size = MAX_SIZE, .size = bench->size, .bytes = LLVMFuzzerMutate,
    };
    Hardstop__Case *test = case_clone(bench->test);
    struct random random;
    double start;

    random_init(&random, bench->seed++);
    start = time_now();
    for (int i = 0; i < DEPTH; i++) {
        mutate_step(&test->base, &options, &random);
    }
    *seconds += time_now() - start;
    case_free(test);
    return DEPTH;
}

static size_t restore(struct bench *bench)
{
    memcpy(bench->data, bench->packed, bench->size);
    return bench->size;
}

static unsigned long whole(struct bench *bench, double *seconds)
{
    double start = time_now();
    size_t size = 0;

    for (int i = 0; i < BATCH; i++) {
        size = i % DEPTH ? size : restore(bench);
        size = target_mutate(bench->data, size, MAX_SIZE, bench->seed++, LLVMFuzzerMutate);
    }
    *seconds += time_now() - start;
    return BATCH;
}

static unsigned long bytes(struct bench *bench, double *seconds)
{
    double start = time_now();
    size_t size = 0;

    for (int i = 0; i < BATCH; i++) {
        size = i % DEPTH ? size : restore(bench);
        size = LLVMFuzzerMutate(bench->data, size, MAX_SIZE);
    }
    *seconds += time_now() - start;
    return BATCH;
}

static measured_fn *const measured[] = { steps, whole, bytes };

static double rate(struct bench *bench, measured_fn *measure, unsigned long work)
{
    unsigned long n = 0;
    double seconds = 0;

    for (unsigned long i = 0; i < work * CALLS; i++) {
        n += measure(bench, &seconds);
    }
    return (double)n / seconds;
}

static void measure_case(const char *name, const Hardstop__Case *test, unsigned long work)
{
    struct bench bench = { .test = test, .data = hs_alloc(MAX_SIZE) };
    double rates[HS_COUNT(measured)][TURNS], medians[HS_COUNT(measured)];

    bench.packed = case_pack(test, &bench.size);
    for (int i = 0; i < TURNS; i++) {
        for (size_t k = 0; k < HS_COUNT(measured); k++) {
            rates[k][i] = rate(&bench, measured[k], work);
        }
    }
    for (size_t k = 0; k < HS_COUNT(measured); k++) {
        medians[k] = statistics_median(rates[k], TURNS);
    }
    printf("%-24s %8zu %10.0f %14.0f %18.0f %8.1f %8.1f\n", name, bench.size, medians[0], medians[1], medians[2],
           medians[2] / medians[0], medians[2] / medians[1]);
    fflush(stdout);
    free(bench.packed);
    free(bench.data);
}

/* The seed with the device; gives it QUEUES queue records, each with other values, when `full`. */
static Hardstop__Case *pick_case(const struct bench_seeds *seeds, const char *device, bool full)
{
    Hardstop__Case *test = NULL;
    Hardstop__VirtioSection *section;

    for (size_t i = 0; i < seeds->n && !test; i++) {
        test = memmem(seeds->tests[i]->stream->section[0]->idstr.data, seeds->tests[i]->stream->section[0]->idstr.len,
                      device, strlen(device)) ? case_clone(seeds->tests[i]) : NULL;
    }
    HS_CHECK(test && test->stream->section[0]->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO, "no %s", device);
    section = test->stream->section[0]->virtio;
    HS_CHECK(section->n_queue, "%s without a queue", device);
    section->queue = hs_resize(section->queue, section->n_queue + QUEUES, sizeof(*section->queue));
    while (full && section->n_queue < QUEUES) {
        Hardstop__VirtQueue *queue = (Hardstop__VirtQueue *)reflect_clone(&section->queue[0]->base);

        queue->has_desc = queue->has_last_avail_idx = true;
        queue->desc = (uint64_t)section->n_queue << 12;
        queue->last_avail_idx = (uint32_t)section->n_queue;
        section->queue[section->n_queue++] = queue;
    }
    return test;
}

static void run(void *user)
{
    static const struct {
        const char *name, *device;
        bool full;
    } cases[] = { { "virtio-rng", "virtio-rng", false }, { "virtio-net, 1024 queues", "virtio-net", true } };
    struct bench_seeds seeds = { 0 };

    bench_seeds_capture(&seeds, "ccw");
    printf("mutations a second, median of %d turns\n", TURNS);
    printf("%-24s %8s %10s %14s %18s %17s\n", "", "", "", "unpack,", "", "bytes beside");
    printf("%-24s %8s %10s %14s %18s %8s %8s\n", "case", "bytes", "step", "step, pack", "LLVMFuzzerMutate", "step",
           "whole");
    for (size_t i = 0; i < HS_COUNT(cases); i++) {
        Hardstop__Case *test = pick_case(&seeds, cases[i].device, cases[i].full);

        measure_case(cases[i].name, test, *(unsigned long *)user);
        case_free(test);
    }
    bench_seeds_clear(&seeds);
}

int main(int argc, char **argv)
{
    unsigned long work = argc > 1 ? strtoul(argv[1], NULL, 10) : 5;

    HS_CHECK(work > 0, "no work: %lu", work);
    engine_run(1, run, &work);
}
