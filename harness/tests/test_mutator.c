/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AFL++'s custom mutator as afl-fuzz uses it: loaded at run time, fed with anything, held to the contract. */
#include "support.h"

#include <ctype.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/random.h"
#include "harness/setup/setup.h"
#include "harness/message/reflect.h"

enum {
    STEPS = 300,
    WALK = 10, /* steps before the seed is taken again */
    MAX_SIZE = 1 << 20, /* afl-fuzz's */
    MAX_TRIMS = 1000,
};

/* The functions as AFL++ 4.04c declares them. */
static struct {
    void *(*init)(void *afl, unsigned seed);
    void (*deinit)(void *data);
    size_t (*fuzz)(void *data, uint8_t *input, size_t size, uint8_t **out, uint8_t *other, size_t other_size,
                   size_t max_size);
    const char *(*describe)(void *data, size_t max_size);
    int32_t (*init_trim)(void *data, uint8_t *input, size_t size);
    size_t (*trim)(void *data, uint8_t **out);
    int32_t (*post_trim)(void *data, uint8_t success);
} afl;

static void *library;
static uint8_t *seed; /* a packed case of a captured stream */
static size_t seed_size;

static void *look_up(const char *name)
{
    void *function = dlsym(library, name);

    if (!function) {
        fail_msg("%s is not there", name);
    }
    return function;
}

static int load_library(void **state)
{
    char *path = support_beside("hardstop-mutator.so");

    (void)state;
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fail_msg("%s", dlerror());
    }
    free(path);
    *(void **)&afl.init = look_up("afl_custom_init");
    *(void **)&afl.deinit = look_up("afl_custom_deinit");
    *(void **)&afl.fuzz = look_up("afl_custom_fuzz");
    *(void **)&afl.describe = look_up("afl_custom_describe");
    *(void **)&afl.init_trim = look_up("afl_custom_init_trim");
    *(void **)&afl.trim = look_up("afl_custom_trim");
    *(void **)&afl.post_trim = look_up("afl_custom_post_trim");
    return 0;
}

static Hardstop__Case *read_stream(const char *name)
{
    char *path = hs_format(CORPUS_DIR "/streams/%s", name);
    Hardstop__Setup *setup = setup_standard("ccw", HARDSTOP__FRAMING__FOOTER);
    Hardstop__Case *test;
    uint8_t *data;
    size_t size;

    assert_int_equal(file_read(path, &data, &size, NULL), 0);
    test = case_of_stream(stream_decode(data, size, STREAM_ANY, NULL), setup, CASE_KEEP_DEVICES);
    assert_int_equal(case_keep_sections(test, "virtio-rng"), 1);
    hardstop__setup__free_unpacked(setup, NULL);
    free(data);
    free(path);
    return test;
}

static int make_seed(void **state)
{
    Hardstop__Case *test = read_stream("s390-ccw-virtio-7.2-rng-on.mig");

    seed = case_pack(test, &seed_size);
    case_free(test);
    return load_library(state);
}

static int drop_seed(void **state)
{
    (void)state;
    free(seed);
    return dlclose(library);
}

/* Bytes in a block of their own, so that a sanitizer sees a read behind the end. */
static uint8_t *exact(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    if (size) {
        memcpy(copy, data, size);
    }
    return copy;
}

/* A step from the input; copies the result, which is 0 bytes where the step is to be skipped. */
static size_t fuzz(void *mutator, const uint8_t *input, size_t size, size_t max_size, uint8_t **result)
{
    uint8_t *copy = exact(input, size), *out = NULL;
    size_t n = afl.fuzz(mutator, copy, size, &out, NULL, 0, max_size);

    assert_non_null(out);
    assert_true(n <= max_size);
    *result = exact(out, n);
    if (size) {
        assert_memory_equal(copy, input, size);
    }
    free(copy);
    return n;
}

static void same_seed_gives_the_same(void **state)
{
    void *one = afl.init(NULL, 2015), *two = afl.init(NULL, 2015), *three = afl.init(NULL, 2016);
    unsigned differ = 0;

    (void)state;
    for (int i = 0; i < STEPS; i++) {
        uint8_t *a, *b, *c;
        size_t n = fuzz(one, seed, seed_size, MAX_SIZE, &a), k = fuzz(three, seed, seed_size, MAX_SIZE, &c);

        assert_int_equal(fuzz(two, seed, seed_size, MAX_SIZE, &b), n);
        assert_memory_equal(a, b, n);
        assert_string_equal(afl.describe(one, 60), afl.describe(two, 60));
        differ += n != k || memcmp(a, c, n) != 0;
        free(a);
        free(b);
        free(c);
    }
    assert_true(differ > STEPS / 2);
    afl.deinit(one);
    afl.deinit(two);
    afl.deinit(three);
}

/* Many walks from the seed: every result is a case, of the same setup, and most steps lead to something new. */
static void cases_stay_cases(void **state)
{
    Hardstop__Case *first = case_parse(seed, seed_size, NULL);
    uint8_t *now = exact(seed, seed_size);
    size_t size = seed_size;
    void *mutator = afl.init(NULL, 1);
    unsigned skipped = 0, damaged = 0;

    (void)state;
    for (int i = 0; i < STEPS; i++) {
        Hardstop__Case *test;
        uint8_t *next;
        size_t n;

        if (i % WALK == 0) {
            free(now);
            now = exact(seed, seed_size);
            size = seed_size;
        }
        n = fuzz(mutator, now, size, MAX_SIZE, &next);
        if (n == 0) {
            skipped++;
            free(next);
            continue;
        }
        assert_true(n != size || memcmp(now, next, n) != 0);
        test = (Hardstop__Case *)reflect_unpack(&hardstop__case__descriptor, next, n, NULL);
        assert_non_null(test);
        assert_true(reflect_equal(&test->setup->base, &first->setup->base));
        damaged += test->n_damage > 0;
        case_free(test);
        free(now);
        now = next;
        size = n;
    }
    assert_true(skipped < STEPS / 4);
    assert_true(damaged > STEPS / 4);
    free(now);
    case_free(first);
    afl.deinit(mutator);
}

/* Now and then a piece of the other input gets in. */
static void other_inputs_are_used(void **state)
{
    Hardstop__Case *test = read_stream("s390-ccw-virtio-7.2-rng-off.mig");
    void *mutator = afl.init(NULL, 3);
    unsigned crossed = 0;
    uint8_t *other;
    size_t size;

    (void)state;
    test->n_memory = 1;
    test->memory = hs_alloc(sizeof(*test->memory));
    test->memory[0] = (Hardstop__GuestMemory *)reflect_new(&hardstop__guest_memory__descriptor);
    other = case_pack(test, &size);
    for (int i = 0; i < STEPS; i++) {
        uint8_t *out = NULL;
        size_t n = afl.fuzz(mutator, seed, seed_size, &out, other, size, MAX_SIZE);

        if (n && strcmp(afl.describe(mutator, 60), "cross") == 0) {
            Hardstop__Case *child = case_parse(out, n, NULL);

            assert_non_null(child);
            case_free(child);
            crossed++;
        }
    }
    assert_true(crossed > STEPS / 20);
    assert_true(crossed < STEPS / 2);
    free(other);
    case_free(test);
    afl.deinit(mutator);
}

static void limits_are_kept(void **state)
{
    static const size_t limits[] = { 0, 1, 16, 100 };
    void *mutator = afl.init(NULL, 4);
    int skipped = 0;

    (void)state;
    for (size_t k = 0; k < HS_COUNT(limits); k++) {
        for (int i = 0; i < 50; i++) {
            uint8_t *result;

            fuzz(mutator, seed, seed_size, limits[k], &result);
            free(result);
            fuzz(mutator, seed, limits[k], limits[k], &result);
            free(result);
        }
    }
    /* A step that does not fit is skipped: it is not the input again. */
    for (int i = 0; i < STEPS; i++) {
        uint8_t *result;
        size_t n = fuzz(mutator, seed, seed_size, seed_size, &result);

        skipped += n == 0;
        assert_true(n != seed_size || memcmp(result, seed, n) != 0);
        free(result);
    }
    assert_true(skipped > 0 && skipped < STEPS);
    afl.deinit(mutator);
}

/* What a step did is told in characters that a file name may have, and not more of them than there is room. */
static void steps_are_described(void **state)
{
    static const size_t rooms[] = { 0, 1, 7, 60, 4000 };
    void *mutator = afl.init(NULL, 5);

    (void)state;
    for (int i = 0; i < STEPS; i++) {
        size_t room = rooms[(size_t)i % HS_COUNT(rooms)], n;
        const char *text;
        uint8_t *result;

        n = fuzz(mutator, seed, seed_size, MAX_SIZE, &result);
        free(result);
        text = afl.describe(mutator, room);
        assert_non_null(text);
        assert_true(strlen(text) <= room);
        assert_true(!n || !room || *text);
        for (; *text; text++) {
            assert_true(isalnum((unsigned char)*text) || strchr("._+", *text));
        }
    }
    afl.deinit(mutator);
}

/* Trims as afl-fuzz does, with an answer for each candidate; returns how many there were. */
static unsigned trim(void *mutator, uint8_t **data, size_t *size, bool (*passes)(const uint8_t *data, size_t size))
{
    int32_t steps, at = 0;
    unsigned tried = 0;
    uint8_t *copy = exact(*data, *size);

    steps = afl.init_trim(mutator, copy, *size);
    free(copy);
    assert_true(steps >= 0);
    while (at < steps) {
        uint8_t *out = NULL;
        size_t n = afl.trim(mutator, &out);
        bool good;

        assert_non_null(out);
        /* afl-fuzz ends with an error where it is larger. */
        assert_true(n <= *size);
        good = passes(out, n);
        if (good) {
            free(*data);
            *data = exact(out, n);
            *size = n;
        }
        at = afl.post_trim(mutator, good);
        assert_true(at >= 0);
        assert_true(++tried < MAX_TRIMS);
    }
    return tried;
}

static bool pass_all(const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    return true;
}

static bool pass_none(const uint8_t *data, size_t size)
{
    (void)data;
    (void)size;
    return false;
}

static bool pass_truncated(const uint8_t *data, size_t size)
{
    Hardstop__Case *test = case_parse(data, size, NULL);
    bool truncated = false;

    for (size_t i = 0; test && i < test->n_damage; i++) {
        truncated |= test->damage[i]->kind_case == HARDSTOP__DAMAGE__KIND_TRUNCATE;
    }
    case_free(test);
    return truncated;
}

static uint8_t *damaged_seed(size_t *size)
{
    Hardstop__Case *test = case_parse(seed, seed_size, NULL);
    uint8_t *packed;

    for (uint32_t i = 0; i < 10; i++) {
        support_damage(test, i == 6 ? HARDSTOP__DAMAGE__KIND_TRUNCATE : HARDSTOP__DAMAGE__KIND_DELETE, 0, i);
    }
    packed = case_pack(test, size);
    case_free(test);
    return packed;
}

/* What does not matter goes; the stream, without which the case tells nothing, stays. */
static void trimming_keeps_what_matters(void **state)
{
    void *mutator = afl.init(NULL, 6);
    size_t size, before;
    uint8_t *data = damaged_seed(&size);
    Hardstop__Case *first = case_parse(seed, seed_size, NULL), *test;

    (void)state;
    before = size;
    assert_true(trim(mutator, &data, &size, pass_truncated) > 0);
    assert_true(size < before);
    test = case_parse(data, size, NULL);
    assert_int_equal(test->n_damage, 1);
    assert_int_equal(test->damage[0]->kind_case, HARDSTOP__DAMAGE__KIND_TRUNCATE);
    assert_true(reflect_equal(&test->stream->base, &first->stream->base));
    assert_true(reflect_equal(&test->setup->base, &first->setup->base));
    case_free(test);
    case_free(first);
    free(data);
    afl.deinit(mutator);
}

static void trimming_ends(void **state)
{
    void *mutator = afl.init(NULL, 7);
    size_t size;
    uint8_t *data = damaged_seed(&size), *untouched;

    (void)state;
    assert_true(trim(mutator, &data, &size, pass_none) > 10);
    assert_true(trim(mutator, &data, &size, pass_all) > 0);
    assert_int_equal(size, seed_size);
    /* Nothing is left to take from a case without damages. */
    assert_int_equal(trim(mutator, &data, &size, pass_all), 0);
    free(data);
    /* A trim that afl-fuzz gave up half way. */
    data = damaged_seed(&size);
    assert_true(afl.init_trim(mutator, data, size) > 0);
    afl.trim(mutator, &untouched);
    assert_true(afl.init_trim(mutator, data, size) > 0);
    free(data);
    afl.deinit(mutator);
}

/* A list that somebody else packed is longer as we write it; what is trimmed must not be. */
static void trimming_does_not_grow(void **state)
{
    /* stream { section { virtio { pci { irq_state: 0 (64 times, packed) } } } } */
    static const uint8_t wrapped[] = { 0x12, 0x48, 0x1a, 0x46, 0x4a, 0x44, 0x12, 0x42, 0x1a, 0x40 };
    Hardstop__Case *test = case_new();
    void *mutator = afl.init(NULL, 9);
    uint8_t *damages, *data;
    size_t size, n;

    (void)state;
    support_damage(test, HARDSTOP__DAMAGE__KIND_TRUNCATE, 0, 1);
    support_damage(test, HARDSTOP__DAMAGE__KIND_TRUNCATE, 0, 2);
    damages = case_pack(test, &n);
    case_free(test);
    size = sizeof(wrapped) + 64 + n;
    data = hs_alloc(size);
    memcpy(data, wrapped, sizeof(wrapped));
    memcpy(data + sizeof(wrapped) + 64, damages, n);
    test = case_parse(data, size, NULL);
    assert_int_equal(test->stream->section[0]->virtio->pci->n_irq_state, 64);
    assert_int_equal(test->n_damage, 2);
    assert_true(hardstop__case__get_packed_size(test) > size);
    case_free(test);
    trim(mutator, &data, &size, pass_all);
    free(data);
    free(damages);
    afl.deinit(mutator);
}

/* Any bytes: none of them end the process, and none are left unchanged for good. */
static void hostile_bytes_are_taken(void **state)
{
    void *mutator = afl.init(NULL, 8);
    struct random random;
    unsigned changed = 0;

    (void)state;
    random_init(&random, 8);
    for (int i = 0; i < STEPS; i++) {
        size_t size = random_below(&random, i % 2 ? 64 : seed_size + 1), n;
        uint8_t *data = exact(seed, size), *result;

        for (size_t k = 0; k < size; k++) {
            if (i % 3 == 0 || random_one_in(&random, 50)) {
                data[k] = (uint8_t)random_bits(&random);
            }
        }
        n = fuzz(mutator, data, size, MAX_SIZE, &result);
        changed += n > 0;
        free(result);
        afl.describe(mutator, 20);
        trim(mutator, &data, &size, i % 2 ? pass_all : pass_none);
        free(data);
    }
    assert_true(changed > STEPS / 2);
    afl.deinit(mutator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_gives_the_same), cmocka_unit_test(cases_stay_cases),
        cmocka_unit_test(other_inputs_are_used),    cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(steps_are_described),      cmocka_unit_test(trimming_keeps_what_matters),
        cmocka_unit_test(trimming_ends),            cmocka_unit_test(trimming_does_not_grow),
        cmocka_unit_test(hostile_bytes_are_taken),
    };

    return cmocka_run_group_tests(tests, make_seed, drop_seed);
}
