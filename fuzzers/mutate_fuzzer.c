/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Claim: any bytes are a packed case, or are refused within a budget.  What mutator and reducer make of a case is valid
 * and unpacks as it packs, and the same seed makes the same.
 */
#include <stdlib.h>
#include <xxhash.h>

#include "harness/base/check.h"
#include "harness/case/case.h"
#include "harness/case/hints.h"
#include "harness/message/mutate.h"
#include "harness/message/reduce.h"
#include "harness/message/reflect.h"

/* A larger case could grow beyond what is unpacked again; a whole reduction would try thousands of candidates. */
enum { MAX_CASE = 1 << 16, CANDIDATES = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_message(const ProtobufCMessage *msg)
{
    struct hs_error err = { .text = "" };
    bool valid = reflect_valid(msg, &err);
    size_t size;
    uint8_t *bytes = reflect_pack(msg, &size);
    ProtobufCMessage *again = reflect_unpack(msg->descriptor, bytes, size, &err);

    HS_CHECK(valid && again && reflect_equal(msg, again), "%zu bytes packed unpack otherwise: %s", size, err.text);
    reflect_free(again);
    free(bytes);
}

static ProtobufCMessage *mutated(const ProtobufCMessage *msg, struct random random)
{
    const struct mutate_options options = { .hints = &case_hints, .max_size = 2 * MAX_CASE };
    ProtobufCMessage *result = reflect_clone(msg);

    mutate_step(result, &options, &random);
    check_message(result);
    mutate_cross(result, msg, &options, &random);
    check_message(result);
    return result;
}

static void check_reduce(const ProtobufCMessage *msg, struct random random)
{
    const ProtobufCMessage *candidate;
    struct reduce reduce;

    reduce_init(&reduce, msg, &case_hints);
    for (int i = 0; i < CANDIDATES && reduce_next(&reduce, &candidate); i++) {
        check_message(candidate);
        random_one_in(&random, 2) ? reduce_accept(&reduce) : reduce_reject(&reduce);
    }
    check_message(reduce.best);
    reduce_clear(&reduce);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ProtobufCMessage *msg = reflect_unpack(&hardstop__case__descriptor, data, size, NULL), *one, *two;
    struct random random = { XXH3_64bits(data, size) }; /* so that a packed case is an input as it is */

    if (msg && size <= MAX_CASE) {
        one = mutated(msg, random);
        two = mutated(msg, random);
        HS_CHECK(reflect_equal(one, two), "the same seed made two messages");
        check_reduce(one, random);
        reflect_free(one);
        reflect_free(two);
    }
    reflect_free(msg);
    return 0;
}
