/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an audit is made of, in turns: fast loads beside loads with a process of their own; and how long the audits of
 * virtio-net take beside their budgets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/base/time.h"
#include "harness/bench/statistics.h"
#include "harness/case/case.h"
#include "harness/loader/capture.h"
#include "harness/loader/open.h"
#include "harness/setup/setup.h"
#include "harness/audit/sweep/sweep.h"
#include "harness/message/text.h"

enum {
    TURNS = 5,
    FAST_LOADS = 1000, /* of a turn, for each unit of work: some tenths of a second, as are these */
    LOADS = 200,
};

static const struct {
    const char *name, *setup;
    double budget; /* seconds of an audit, on two cores */
} transports[] = {
    { "ccw", "binary: '" SETUP_BINARY("s390x") "' machine: 's390-ccw-virtio' memory: '2M' device: 'virtio-net-ccw' "
             "device: 'virtio-rng-ccw'", 240 },
    { "pci", "binary: '" SETUP_BINARY("x86_64") "' machine: 'q35' memory: '2M' device: 'virtio-net-pci' "
             "device: 'virtio-rng-pci'", 600 },
};

/* A capture from the section of virtio-net on. */
static Hardstop__Case *capture(const char *text, Hardstop__Framing framing)
{
    struct hs_error err;
    Hardstop__Setup *setup = (Hardstop__Setup *)text_parse(&hardstop__setup__descriptor, text, strlen(text), &err);
    Hardstop__Stream *stream;
    Hardstop__Case *test;
    uint8_t *bytes;
    size_t size, i = 0;

    HS_CHECK(setup, "%s", err.text);
    setup->has_framing = true;
    setup->framing = framing;
    HS_CHECK(capture_stream(setup, TRUST_ALL, &bytes, &size, &err) == 0, "%s", err.text);
    stream = stream_decode(bytes, size, STREAM_ANY, &err);
    HS_CHECK(stream, "%s", err.text);
    while (i < stream->n_section && !section_is_described(stream->section[i])) {
        i++;
    }
    test = case_of_stream(stream, setup, CASE_KEEP_ALL);
    HS_CHECK(case_keep_from(test, i), "no virtio section in %zu bytes", size);
    hardstop__setup__free_unpacked(setup, NULL);
    free(bytes);
    return test;
}

static double rate(struct loader *loader, const struct stream_encoding *plain, bool cut, bool fast, unsigned long loads)
{
    struct loader_input input = { .bytes = plain->out.data, .size = plain->out.size, .fast = fast };
    struct loader_answer answer;
    struct hs_error err;
    double start = time_now();

    input.size = cut ? plain->marks[0].payload + 1000 : input.size;
    for (unsigned long n = 0; n < loads; n++) {
        HS_CHECK(loader_load(loader, &input, &answer, &err) == 0, "%s", err.text);
        HS_CHECK(answer.outcome == (cut ? OUTCOME_REJECTED : OUTCOME_ACCEPTED), "%s", outcome_name(answer.outcome));
    }
    return (double)loads / (time_now() - start);
}

static void measure_loads(const char *name, const Hardstop__Case *test, unsigned long work)
{
    struct stream_encoding plain = { 0 };
    struct hs_error err;
    /* Each has a QEMU, so that neither has to change its way. */
    struct loader *loaders[2] = { loader_open(test->setup, TRUST_ALL, NULL, &err),
                                  loader_open(test->setup, TRUST_ALL, NULL, &err) };

    HS_CHECK(loaders[0] && loaders[1], "%s", err.text);
    stream_encode(test->stream, &plain, NULL, NULL);
    for (int cut = 0; cut < 2; cut++) {
        double rates[2][TURNS], slow, fast;

        for (int i = 0; i < TURNS; i++) {
            for (int way = 0; way < 2; way++) {
                rates[way][i] = rate(loaders[way], &plain, cut, way, work * (way ? FAST_LOADS : LOADS));
            }
        }
        slow = statistics_median(rates[0], TURNS);
        fast = statistics_median(rates[1], TURNS);
        printf("%-9s %-24s %12.0f %16.0f %9.1f\n", name, cut ? "cut: rejected" : "whole: accepted, saved", fast, slow,
               fast / slow);
        fflush(stdout);
    }
    stream_encoding_clear(&plain);
    loader_close(loaders[0]);
    loader_close(loaders[1]);
}

/* True when the audit keeps its budget; 0 is none. */
static bool measure_audit(const char *name, const Hardstop__Case *test, unsigned edits, double budget)
{
    static const struct edit_value values[] = { { { 0x00 }, 1 }, { { 0xff }, 1 }, { { 0x41 }, 1 } };
    const struct sweep_options options = {
        .choice.edits = edits, .choice.values = values,
        .choice.n_values = HS_COUNT(values), .choice.lengths = 1,
    };
    bool legacy = test->setup->framing == HARDSTOP__FRAMING__LEGACY;
    struct audit audit = { 0 };
    struct hs_error err;
    double start = time_now(), seconds;
    uint64_t cells = 0;

    HS_CHECK(sweep(test, &options, loader_open_source, &(struct loader_source){ test->setup, TRUST_ALL }, NULL, &audit,
                   &err) == 0,
             "%s", err.text);
    seconds = time_now() - start;
    for (unsigned edit = 0; edit < edit_count; edit++) {
        cells += audit_cells(&audit, (enum edit)edit);
    }
    printf("%-9s footers %-4s %10llu damages %8u loads %8.1f s", name, legacy ? "off" : "on",
           (unsigned long long)cells, audit.streams, seconds);
    printf(budget > 0 ? " of %3.0f s\n" : "\n", budget);
    fflush(stdout);
    audit_clear(&audit);
    return budget == 0 || seconds <= budget;
}

static bool measure_audits(bool quick)
{
    bool keeps_budget = true;

    if (quick) {
        Hardstop__Case *test = capture(transports[0].setup, HARDSTOP__FRAMING__FOOTER);

        printf("audit of virtio-net: truncate\n");
        measure_audit(transports[0].name, test, 1u << EDIT_TRUNCATE, 0);
        case_free(test);
        return true;
    }
    printf("audit of virtio-net: truncate, insert 00, ff and 41, delete 1\n");
    for (size_t i = 0; i < HS_COUNT(transports); i++) {
        for (int legacy = 0; legacy < 2; legacy++) {
            Hardstop__Case *test = capture(transports[i].setup,
                                           legacy ? HARDSTOP__FRAMING__LEGACY : HARDSTOP__FRAMING__FOOTER);

            keeps_budget &= measure_audit(transports[i].name, test, edit_defaults(), transports[i].budget);
            case_free(test);
        }
    }
    return keeps_budget;
}

/* bench_audit WORK: 1 is a quick look, which has no budget to keep. */
int main(int argc, char **argv)
{
    unsigned long work = argc > 1 ? strtoul(argv[1], NULL, 10) : 5;

    HS_CHECK(work > 0, "no work: %lu", work);
    printf("virtio-net and all behind it, median of %d turns\n", TURNS);
    printf("%-9s %-24s %12s %16s %9s\n", "transport", "input", "fast/s", "process each/s", "ratio");
    for (size_t i = 0; i < HS_COUNT(transports); i++) {
        Hardstop__Case *test = capture(transports[i].setup, HARDSTOP__FRAMING__FOOTER);

        measure_loads(transports[i].name, test, work);
        case_free(test);
    }
    return measure_audits(work == 1) ? 0 : 1;
}
