/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads seeds from files, or takes them from a real QEMU. */
#include "harness/bench/bench_seeds.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/setup/setup.h"
#include "harness/loader/capture.h"

static void add(struct bench_seeds *seeds, Hardstop__Case *test)
{
    *HS_PUSH(seeds->tests, seeds->n) = test;
}

static bool is_of(const Hardstop__Case *test, const char *transport)
{
    return test->setup && test->stream && test->setup->n_device && strstr(test->setup->device[0], transport);
}

void bench_seeds_read(struct bench_seeds *seeds, const char *folder, const char *transport)
{
    for (int below = 0; below < 2; below++) {
        char *pattern = hs_format("%s/%s*.textproto", folder, below ? "*/" : "");
        glob_t found = { 0 };

        glob(pattern, 0, NULL, &found);
        for (size_t k = 0; k < found.gl_pathc; k++) {
            struct hs_error err;
            Hardstop__Case *test = case_read(found.gl_pathv[k], &err);

            HS_CHECK(test, "%s", err.text);
            if (is_of(test, transport)) {
                add(seeds, test);
            } else {
                case_free(test);
            }
        }
        globfree(&found);
        free(pattern);
    }
}

void bench_seeds_capture(struct bench_seeds *seeds, const char *transport)
{
    static const char *const devices[] = { "virtio-net", "virtio-blk", "virtio-rng", "virtio-balloon" };
    static const Hardstop__Framing framings[] = { HARDSTOP__FRAMING__FOOTER, HARDSTOP__FRAMING__LEGACY };

    for (size_t i = 0; i < HS_COUNT(framings); i++) {
        Hardstop__Setup *setup = setup_standard(transport, framings[i]);
        struct hs_error err;
        uint8_t *bytes;
        size_t size;

        HS_CHECK(setup, "no transport %s", transport);
        HS_CHECK(capture_stream(setup, TRUST_ALL, &bytes, &size, &err) == 0, "%s", err.text);
        for (size_t k = 0; k < HS_COUNT(devices); k++) {
            Hardstop__Stream *stream = stream_decode(bytes, size, STREAM_ANY, &err);

            HS_CHECK(stream, "%s", err.text);
            add(seeds, case_of_stream(stream, setup, CASE_KEEP_DEVICES));
            HS_CHECK(case_keep_sections(seeds->tests[seeds->n - 1], devices[k]) == 1, "no %s", devices[k]);
        }
        free(bytes);
        hardstop__setup__free_unpacked(setup, NULL);
    }
}

void bench_seeds_clear(struct bench_seeds *seeds)
{
    for (size_t i = 0; i < seeds->n; i++) {
        case_free(seeds->tests[i]);
    }
    free(seeds->tests);
    memset(seeds, 0, sizeof(*seeds));
}
