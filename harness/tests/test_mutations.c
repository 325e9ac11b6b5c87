/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many random mutations of every seed: each result is a valid message, packs and decodes to itself, encodes to bytes
 * that decode and encode to themselves, and comes out the same for the same seed.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "harness/case/hints.h"
#include "harness/base/alloc.h"
#include "harness/case/damage.h"
#include "harness/setup/family.h"
#include "harness/message/mutate.h"
#include "harness/message/reflect.h"

enum {
    MUTATIONS = 60, /* of each seed, unless HARDSTOP_MUTATIONS says otherwise: ci/soak asks for 10,000 */
    CHAIN = 20, /* in a row, before the seed itself is taken again: one step may spoil the rest of its chain */
};

static void packs_to_itself(const Hardstop__Case *test)
{
    struct hs_error err;
    size_t size;
    uint8_t *packed;
    ProtobufCMessage *back;

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
    free(packed);
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

static uint64_t hash_of(const Hardstop__Case *test)
{
    size_t size;
    uint8_t *packed = reflect_pack(&test->base, &size);
    uint64_t hash = XXH3_64bits(packed, size);

    free(packed);
    return hash;
}

/* Mutates `n` times; `look` at each result, or only at the last of each chain. */
static struct totals mutate(const Hardstop__Case *seed, unsigned long n, bool look)
{
    struct mutate_options options = { .hints = &case_hints };
    struct totals totals = { 0 };
    Hardstop__Case *test = NULL;
    struct random random;

    random_init(&random, 1);
    for (unsigned long i = 0; i < n; i++) {
        if (i % CHAIN == 0) {
            case_free(test);
            test = case_clone(seed);
        }
        totals.steps += mutate_step(&test->base, &options, &random);
        if (look) {
            packs_to_itself(test);
            encodes_to_itself(test, &totals);
        }
        if (i % CHAIN == CHAIN - 1) {
            totals.hash = totals.hash * 31 + hash_of(test);
        }
    }
    case_free(test);
    return totals;
}

static void mutations_of_seeds_are_sound(void **state)
{
    const char *asked = getenv("HARDSTOP_MUTATIONS");
    unsigned long n = asked ? strtoul(asked, NULL, 10) : MUTATIONS;
    size_t seeds = 0;

    (void)state;
    assert_true(n >= CHAIN);
    for (const struct family *family = families; family->name; family++) {
        char *path = hs_format(CORPUS_DIR "/cases/seeds/" SEEDS_TRANSPORT "/%s.textproto", family->name);
        Hardstop__Case *seed = access(path, R_OK) == 0 ? support_read_case(path) : NULL;
        struct totals totals;

        free(path);
        if (!seed) {
            continue;
        }
        totals = mutate(seed, n, true);
        assert_true(mutate(seed, n, false).hash == totals.hash);
        /* A mutator that finds nothing to do, or bytes that never decode, would make all of this empty. */
        assert_true(totals.steps > n * 9 / 10 && totals.decoded > n / 2);
        print_message("%s %s: %lu mutations, %lu decode\n", SEEDS_TRANSPORT, family->name, totals.steps,
                      totals.decoded);
        case_free(seed);
        seeds++;
    }
    assert_true(seeds >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutations_of_seeds_are_sound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
