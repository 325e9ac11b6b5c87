/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many random mutations of every seed: each result is a valid message, packs and decodes to itself, encodes to bytes
 * that decode and encode to themselves, and comes out the same for the same seed.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "fuzzers/hints.h"
#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/case/damage.h"
#include "harness/case/family.h"
#include "proto/mutate.h"
#include "proto/reflect.h"

enum {
    MUTATIONS = 10000, /* of each seed */
    CHAIN = 20, /* in a row, before the seed itself is taken again */
};

static Hardstop__Case *read_seed(const char *transport, const char *name)
{
    char *path = hs_format(CORPUS_DIR "/cases/seeds/%s/%s.textproto", transport, name);
    Hardstop__Case *seed = NULL;
    struct hs_error err;
    uint8_t *data;
    size_t size;

    if (file_read(path, &data, &size, NULL) == 0) {
        seed = case_parse(data, size, &err);
        if (!seed) {
            fail_msg("%s: %s", path, err.text);
        }
        free(data);
    }
    free(path);
    return seed;
}

/* Packs, unpacks and compares; the hash of the packed bytes. */
static uint64_t packs_to_itself(const Hardstop__Case *test)
{
    struct hs_error err;
    size_t size;
    uint8_t *packed;
    ProtobufCMessage *back;
    uint64_t hash;

    if (!reflect_valid(&test->base, &err)) {
        fail_msg("not valid: %s", err.text);
    }
    packed = reflect_pack(&test->base, &size);
    back = reflect_unpack(&hardstop__case__descriptor, packed, size, &err);
    if (!back) {
        fail_msg("does not unpack: %s", err.text);
    }
    assert_true(reflect_equal(&test->base, back));
    reflect_free(back);
    hash = XXH3_64bits(packed, size);
    free(packed);
    return hash;
}

struct totals {
    uint64_t hash;
    unsigned long steps, decoded;
};

/* What decodes encodes to the same bytes; what does not says where and why. */
static void encodes_to_itself(const Hardstop__Case *test, struct totals *totals)
{
    struct stream_encoding once = { 0 }, twice = { 0 };
    struct builder damaged = { 0 };
    struct damage_effect effect;
    struct hs_error err = { 0 };
    Hardstop__Stream *back;

    damage_apply(test, &once, &damaged, &effect);
    back = stream_decode(once.out.data, once.out.size, STREAM_FOOTER, &err);
    if (back) {
        stream_encode(back, &twice, NULL, NULL);
        assert_int_equal(once.out.size, twice.out.size);
        assert_memory_equal(once.out.data, twice.out.data, once.out.size);
        hardstop__stream__free_unpacked(back, NULL);
        totals->decoded++;
    } else {
        assert_true(err.text[0]);
    }
    stream_encoding_clear(&once);
    stream_encoding_clear(&twice);
    builder_clear(&damaged);
}

static void mutate_all(const Hardstop__Case *seed, int n, bool look, struct totals *totals)
{
    struct mutate_options options = { .hints = &case_hints };
    Hardstop__Case *test = NULL;
    struct random random;

    random_init(&random, 1);
    for (int i = 0; i < n; i++) {
        if (i % CHAIN == 0) {
            case_free(test);
            test = case_clone(seed);
        }
        totals->steps += mutate_step(&test->base, &options, &random);
        if (look) {
            totals->hash = totals->hash * 31 + packs_to_itself(test);
            encodes_to_itself(test, totals);
        } else if (i % CHAIN == CHAIN - 1) {
            size_t size;
            uint8_t *packed = reflect_pack(&test->base, &size);

            totals->hash ^= XXH3_64bits(packed, size);
            free(packed);
        }
    }
    case_free(test);
}

static void seeds_of_a_transport(void **state)
{
    size_t seeds = 0;

    (void)state;
    for (const struct family *family = families; family->name; family++) {
        Hardstop__Case *seed = read_seed(SEEDS_TRANSPORT, family->name);
        struct totals totals = { 0 };

        if (!seed) {
            continue;
        }
        mutate_all(seed, MUTATIONS, true, &totals);
        print_message("%s %s: %lu of %d changed it, %lu decode\n", SEEDS_TRANSPORT, family->name, totals.steps, MUTATIONS, totals.decoded);
        case_free(seed);
        seeds++;
    }
    assert_true(seeds >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeds_of_a_transport),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
