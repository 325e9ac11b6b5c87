/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AFL++'s custom mutator: the library that AFL_CUSTOM_MUTATOR_LIBRARY names.  Debian has no header for it. */
#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "case.pb-c.h"
#include "fuzzers/target_mutate.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/random.h"
#include "harness/case/hints.h"
#include "harness/message/reduce.h"
#include "harness/message/reflect.h"

#define EXPORT __attribute__((visibility("default")))

enum {
    TRIM_STEPS = 64, /* runs that one entry of the queue is worth; each is a load */
    CROSS_ONE_IN = 8,
    STEPS_FROM_ENTRY = 32, /* in a row; AFL++'s own hundreds are for targets that run thousands of times a second */
    DESCRIPTION_SIZE = 64, /* file names are made of it */
};

struct mutator {
    struct random random;
    uint8_t *out;
    size_t room;
    char description[DESCRIPTION_SIZE];
    struct reduce reduce;
    bool reducing;
    size_t limit; /* bytes that a trimmed input may have: as many as the untrimmed */
    int steps;
};

EXPORT void *afl_custom_init(void *afl, unsigned seed);
EXPORT void afl_custom_deinit(void *data);
EXPORT size_t afl_custom_fuzz(void *data, uint8_t *input, size_t size, uint8_t **out, uint8_t *other,
                              size_t other_size, size_t max_size);
EXPORT uint32_t afl_custom_fuzz_count(void *data, const uint8_t *input, size_t size);
EXPORT const char *afl_custom_describe(void *data, size_t max_size);
EXPORT int32_t afl_custom_init_trim(void *data, uint8_t *input, size_t size);
EXPORT size_t afl_custom_trim(void *data, uint8_t **out);
EXPORT int32_t afl_custom_post_trim(void *data, uint8_t success);

/* The buffer is there from the start: AFL++ takes a NULL for a failure. */
static void make_room(struct mutator *mutator, size_t size)
{
    if (size > mutator->room || !mutator->out) {
        mutator->out = hs_resize(mutator->out, size ? size : 1, 1);
        mutator->room = size;
    }
}

void *afl_custom_init(void *afl, unsigned seed)
{
    struct mutator *mutator = hs_alloc(sizeof(*mutator));

    (void)afl;
    random_init(&mutator->random, seed);
    make_room(mutator, 1);
    return mutator;
}

static void stop_reducing(struct mutator *mutator)
{
    if (mutator->reducing) {
        reduce_clear(&mutator->reduce);
        mutator->reducing = false;
    }
}

void afl_custom_deinit(void *data)
{
    struct mutator *mutator = data;

    stop_reducing(mutator);
    target_mutate_clear();
    free(mutator->out);
    free(mutator);
}

size_t afl_custom_fuzz(void *data, uint8_t *input, size_t size, uint8_t **out, uint8_t *other, size_t other_size,
                       size_t max_size)
{
    struct mutator *mutator = data;
    unsigned seed = (unsigned)random_bits(&mutator->random);
    size_t result;

    make_room(mutator, max_size);
    *out = mutator->out;
    if (size > max_size) {
        return 0;
    }
    if (other && other_size && random_one_in(&mutator->random, CROSS_ONE_IN)) {
        result = target_cross(input, size, other, other_size, mutator->out, max_size, seed);
        if (result) {
            strcpy(mutator->description, "cross");
            return result;
        }
    }
    if (size) {
        memcpy(mutator->out, input, size);
    }
    result = target_mutate_described(mutator->out, size, max_size, seed, NULL, mutator->description,
                                     sizeof(mutator->description));
    /* 0 skips an input that is as it was: it has been run. */
    return result == size && size && memcmp(mutator->out, input, size) == 0 ? 0 : result;
}

uint32_t afl_custom_fuzz_count(void *data, const uint8_t *input, size_t size)
{
    (void)data;
    (void)input;
    (void)size;
    return STEPS_FROM_ENTRY;
}

/* The step that fuzz took last, fit for a file name. */
const char *afl_custom_describe(void *data, size_t max_size)
{
    struct mutator *mutator = data;

    if (max_size < sizeof(mutator->description)) {
        mutator->description[max_size] = 0;
    }
    for (char *c = mutator->description; *c; c++) {
        *c = isalnum((unsigned char)*c) || *c == '.' || *c == '+' ? *c : '_';
    }
    return mutator->description;
}

/* Goes to the next candidate that is not too large as it packs; foreign bytes can be shorter than ours. */
static bool find_candidate(struct mutator *mutator)
{
    const ProtobufCMessage *candidate;

    while (reduce_next(&mutator->reduce, &candidate)) {
        if (protobuf_c_message_get_packed_size(candidate) <= mutator->limit) {
            return true;
        }
        reduce_reject(&mutator->reduce);
    }
    stop_reducing(mutator);
    return false;
}

int32_t afl_custom_init_trim(void *data, uint8_t *input, size_t size)
{
    struct mutator *mutator = data;
    ProtobufCMessage *test = size ? reflect_unpack(&hardstop__case__descriptor, input, size, NULL) : NULL;

    stop_reducing(mutator);
    if (!test) {
        return 0;
    }
    reduce_init(&mutator->reduce, test, &case_trim_hints);
    reflect_free(test);
    mutator->reducing = true;
    mutator->limit = size;
    mutator->steps = 0;
    return find_candidate(mutator) ? TRIM_STEPS : 0;
}

size_t afl_custom_trim(void *data, uint8_t **out)
{
    struct mutator *mutator = data;
    const ProtobufCMessage *candidate = mutator->reduce.candidate;

    HS_CHECK(mutator->reducing, "a trim step behind the last one");
    make_room(mutator, mutator->limit);
    *out = mutator->out;
    return protobuf_c_message_pack(candidate, mutator->out);
}

int32_t afl_custom_post_trim(void *data, uint8_t success)
{
    struct mutator *mutator = data;

    HS_CHECK(mutator->reducing, "a trim step behind the last one");
    if (success) {
        reduce_accept(&mutator->reduce);
    } else {
        reduce_reject(&mutator->reduce);
    }
    mutator->steps++;
    if (mutator->steps == TRIM_STEPS) {
        stop_reducing(mutator);
    }
    return mutator->reducing && find_candidate(mutator) ? mutator->steps : TRIM_STEPS;
}
