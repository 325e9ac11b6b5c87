/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes seeds from a real QEMU and from a folder of cases. */
#include "harness/tool/campaign_seeds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/walk.h"
#include "harness/case/reframe.h"
#include "harness/case/ring_decode.h"
#include "harness/setup/brought.h"
#include "harness/setup/roster.h"
#include "harness/setup/trust.h"
#include "harness/loader/capture.h"

static int save(const char *to, const char *name, const Hardstop__Case *test, struct hs_error *err)
{
    char *path = hs_format("%s/%s.case", to, name);
    size_t size;
    uint8_t *packed = case_pack(test, &size);
    int result = file_write_own(path, packed, size, err);

    free(packed);
    free(path);
    return result;
}

/* One device's sections of a captured stream, as seed number `i`; of a loader that is brought along, all. */
static int save_device(const char *to, const char *device, const char *framing, size_t i, const Hardstop__Setup *setup,
                       const uint8_t *bytes, size_t size, struct hs_error *err)
{
    Hardstop__Stream *stream = stream_decode(bytes, size, STREAM_ANY, err);
    Hardstop__Case *test;
    char *name;
    int result;

    if (!stream) {
        return hs_fail_in(err, "the captured stream");
    }
    test = case_of_stream(stream, setup, CASE_KEEP_DEVICES);
    name = hs_format("captured-%zu-%s-%s", i, device, framing);
    result = brought_has(setup->binary) || case_keep_sections(test, device)
                 ? save(to, name, test, err)
                 : hs_fail(err, HS_NO_OFFSET, "the captured stream has no section %s", device);
    free(name);
    case_free(test);
    return result;
}

int seeds_capture(const char *to, const char *target, struct hs_error *err)
{
    static const char *const standard[] = { "virtio-net", "virtio-blk", "virtio-rng", "virtio-balloon" };
    static const struct {
        const char *name;
        Hardstop__Framing framing;
    } framings[] = { { "footer", HARDSTOP__FRAMING__FOOTER }, { "legacy", HARDSTOP__FRAMING__LEGACY } };
    const char *device = brought_has(target) ? target : roster_section(target);
    const char *const *devices = device ? &device : standard;
    size_t n_devices = device ? 1 : HS_COUNT(standard);
    Hardstop__Setup *setup;
    int result = 0;

    for (size_t f = 0; f < (brought_has(target) ? 1 : HS_COUNT(framings)); f++) {
        for (size_t i = 0; result == 0 && (setup = roster_setup(target, i, framings[f].framing)); i++) {
            uint8_t *bytes = NULL;
            size_t size;

            result = capture_stream(setup, TRUST_ALL, &bytes, &size, err);
            for (size_t d = 0; d < n_devices && result == 0; d++) {
                result = save_device(to, devices[d], framings[f].name, i, setup, bytes, size, err);
            }
            free(bytes);
            hardstop__setup__free_unpacked(setup, NULL);
        }
    }
    return result;
}

/* Saves the case as it is, and once more without footers. */
static int save_framings(const char *to, const char *name, Hardstop__Case *test, struct hs_error *err)
{
    char *legacy = hs_format("%s-legacy", name);
    int result = save(to, name, test, err);

    if (result == 0 && test->stream && test->setup->framing == HARDSTOP__FRAMING__FOOTER) {
        case_set_framing(test, HARDSTOP__FRAMING__LEGACY);
        result = save(to, legacy, test, err);
    }
    free(legacy);
    return result;
}

/* Where copies go, for which target, what their names begin with, and whether they are for use. */
struct copying {
    const char *to, *target, *under;
    bool uses;
};

/*
 * The folders that lead to a file become part of its copy's name, since two may hold files of the same name; '%' is
 * written like '/', so that no two files get one name.
 */
static char *name_of_copy(const char *below)
{
    char *name = hs_alloc(3 * strlen(below) + 1), *end = name;

    for (; *below; below++) {
        if (*below == '/' || *below == '%') {
            end += sprintf(end, "%%%02X", *below);
        } else {
            *end++ = *below;
        }
    }
    return name;
}

static int copy_one(void *user, const char *path, const char *below, struct hs_error *err)
{
    const struct copying *copying = user;
    Hardstop__Case *test = case_read(path, err);
    char *name, *whole;
    int result = 0;

    if (!test) {
        return -1;
    }
    if (copying->uses) {
        ring_decode_all(test);
    }
    whole = hs_format("%s%s", copying->under, below);
    name = name_of_copy(whole);
    free(whole);
    if (roster_takes(copying->target, test->setup)) {
        /* Refused here with a reason: a target would take a case with a forbidden setup for bytes that are no case. */
        result = trust_check(test->setup, TRUST_NONE, err) < 0 ? hs_fail_in(err, "%s", path)
                                                               : save_framings(copying->to, name, test, err);
    }
    free(name);
    case_free(test);
    return result;
}

int seeds_copy(const char *to, const char *target, const char *from, const char *under, bool uses,
               struct hs_error *err)
{
    return walk_files(from, copy_one, &(struct copying){ to, target, under, uses }, err);
}
