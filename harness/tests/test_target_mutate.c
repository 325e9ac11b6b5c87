/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The case targets' mutator: decided by bytes and seed alone, and damages mostly where one can tell what they do. */
#include "harness/tests/support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/case/hints.h"
#include "fuzzers/target_damage.h"
#include "fuzzers/target_mutate.h"
#include "harness/base/alloc.h"
#include "harness/case/case.h"
#include "harness/case/guest_ram.h"
#include "harness/message/reflect.h"
#include "harness/wire/tables.h"

enum { MAX_SIZE = 65536 };

static Hardstop__Case *sample(void)
{
    char *text = hs_format("section { section_id: 1 idstr: '/fe.0.0001/virtio-rng' virtio { %s } footer { } }"
                           "section { type: EOF }", support_rng_text);
    Hardstop__Setup setup = HARDSTOP__SETUP__INIT;
    Hardstop__Case *test = case_of_stream((Hardstop__Stream *)support_message(&hardstop__stream__descriptor, text),
                                          &setup, CASE_KEEP_DEVICES);

    free(text);
    return test;
}

static size_t mutate(uint8_t *data, size_t size, unsigned seed)
{
    return target_mutate(data, size, MAX_SIZE, seed, NULL);
}

/* The mutator remembers its last result: with and without that, the next one is the same. */
static void memory_changes_nothing(void **state)
{
    uint8_t *warm = hs_alloc(MAX_SIZE), *cold = hs_alloc(MAX_SIZE), *other = hs_alloc(MAX_SIZE), *start;
    Hardstop__Case *test = sample();
    size_t start_size, size, cold_size;

    (void)state;
    start = case_pack(test, &start_size);
    for (unsigned chain = 0; chain < 100; chain++) {
        memcpy(warm, start, start_size);
        size = start_size;
        for (unsigned i = 0; i < 20; i++) {
            unsigned seed = chain * 100 + i;

            memcpy(cold, warm, size);
            cold_size = size;
            size = mutate(warm, size, seed);
            memcpy(other, start, start_size);
            mutate(other, start_size, seed + 1);
            cold_size = mutate(cold, cold_size, seed);
            assert_int_equal(size, cold_size);
            assert_memory_equal(warm, cold, size);
        }
    }
    free(start);
    free(warm);
    free(cold);
    free(other);
    case_free(test);
}

/* In chains of five, as libFuzzer makes them: nearly every damage is done to a stream as it was captured. */
static void damages_meet_captured_streams(void **state)
{
    unsigned damaged = 0, changed = 0, both = 0;
    uint8_t *data = hs_alloc(MAX_SIZE), *start;
    struct stream_encoding encoding = { 0 };
    Hardstop__Case *test = sample();
    size_t start_size, size = 0;

    (void)state;
    start = case_pack(test, &start_size);
    case_free(test);
    for (unsigned i = 0; i < 10000; i++) {
        if (i % 5 == 0) {
            memcpy(data, start, start_size);
            size = start_size;
        }
        size = mutate(data, size, i);
        test = case_parse(data, size, NULL);
        assert_non_null(test);
        if (test->stream) {
            stream_encode(test->stream, &encoding, NULL, NULL);
            damaged += test->n_damage != 0;
            changed += !case_is_captured(test, &encoding);
            both += test->n_damage && !case_is_captured(test, &encoding);
        }
        case_free(test);
    }
    print_message("%u damaged, %u changed, %u both\n", damaged, changed, both);
    assert_true(damaged > 3000);
    assert_true(changed > 3000);
    assert_true(both > 100 && both < 1500);
    stream_encoding_clear(&encoding);
    free(start);
    free(data);
}

/* Walks a message's type and those of its fields, once each; how many fields have a range that the mutator knows. */
static unsigned count_ranges(const ProtobufCMessageDescriptor *type, const ProtobufCMessageDescriptor **seen, size_t *n)
{
    unsigned ranges = 0;

    for (size_t i = 0; i < *n; i++) {
        if (seen[i] == type) {
            return 0;
        }
    }
    seen[(*n)++] = type;
    for (unsigned f = 0; f < type->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &type->fields[f];
        const struct field *row = tables_find(field);
        uint64_t min = 0, max = 0;
        bool known = hints_range(&case_hints, field, &min, &max);

        assert_int_equal(known, row && row->max);
        if (known) {
            assert_int_equal(min, row->min);
            assert_int_equal(max, row->max);
        }
        ranges += known;
        if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
            ranges += count_ranges(field->descriptor, seen, n);
        }
    }
    return ranges;
}

static void the_mutator_knows_the_ranges_of_the_tables(void **state)
{
    const ProtobufCMessageDescriptor *seen[200];
    size_t n = 0;

    (void)state;
    assert_true(count_ranges(&hardstop__case__descriptor, seen, &n) > 10);
}

/* However long a chain of steps is: the setup stays, and what tells whether the stream is as captured. */
static void what_is_tested_stays_the_same(void **state)
{
    uint8_t *data = hs_alloc(MAX_SIZE);
    Hardstop__Case *first = sample();
    size_t size;
    uint8_t *start = case_pack(first, &size);

    (void)state;
    memcpy(data, start, size);
    for (unsigned i = 0; i < 3000; i++) {
        Hardstop__Case *test;

        size = mutate(data, size, i);
        test = case_parse(data, size, NULL);
        assert_non_null(test);
        assert_true(test->setup && reflect_equal(&test->setup->base, &first->setup->base));
        assert_true(!test->has_captured || test->captured == first->captured);
        case_free(test);
    }
    case_free(first);
    free(start);
    free(data);
}

/* Several at once, now and then, but never many. */
static void a_case_gathers_no_damages(void **state)
{
    Hardstop__Case *test = sample();
    struct random random;
    size_t most = 0;

    (void)state;
    random_init(&random, 1);
    for (unsigned i = 0; i < 500; i++) {
        size_t before = test->n_damage;

        target_damage_add(test, &random);
        assert_in_range(test->n_damage, before ? before : 1, before + 1);
        most = test->n_damage > most ? test->n_damage : most;
    }
    assert_int_equal(most, CASE_MOST_DAMAGES);
    case_free(test);
    target_damage_clear();
}

/* Whichever step it is that adds one: those of the schema know no damages, and do. */
static void no_step_gathers_damages(void **state)
{
    uint8_t *data = hs_alloc(MAX_SIZE), *start, *out = hs_alloc(MAX_SIZE);
    Hardstop__Case *test = sample();
    size_t start_size, size, most = 0;

    (void)state;
    start = case_pack(test, &start_size);
    case_free(test);
    for (unsigned chain = 0; chain < 3; chain++) {
        memcpy(data, start, start_size);
        size = start_size;
        for (unsigned i = 0; i < 1000; i++) {
            size_t crossed;

            size = mutate(data, size, chain * 1000 + i);
            crossed = target_cross(data, size, data, size, out, MAX_SIZE, i);
            if (crossed && i % 4 == 0) {
                memcpy(data, out, crossed);
                size = crossed;
            }
            test = (Hardstop__Case *)reflect_unpack(&hardstop__case__descriptor, data, size, NULL);
            assert_non_null(test);
            assert_in_range(test->n_damage, 0, CASE_MOST_DAMAGES);
            most = test->n_damage > most ? test->n_damage : most;
            case_free(test);
        }
    }
    assert_int_equal(most, CASE_MOST_DAMAGES);
    free(start);
    free(data);
    free(out);
    target_mutate_clear();
}

/* A stream of a guest that ran is as it was captured only with that guest's memory. */
static void other_memory_is_no_capture(void **state)
{
    uint8_t *data = hs_alloc(MAX_SIZE), *start, *out = hs_alloc(MAX_SIZE);
    Hardstop__Case *test = sample();
    size_t start_size, changes[2] = { 0 };
    uint64_t memory;

    (void)state;
    memory = guest_ram_hash(test);
    start = case_pack(test, &start_size);
    case_free(test);
    for (unsigned seed = 0; seed < 4000; seed++) {
        size_t size = start_size;

        memcpy(data, start, start_size);
        size = mutate(data, size, seed);
        if (seed % 2) {
            size = target_cross(start, start_size, data, size, out, MAX_SIZE, seed);
        }
        test = (Hardstop__Case *)reflect_unpack(&hardstop__case__descriptor, seed % 2 ? out : data, size, NULL);
        if (test && guest_ram_hash(test) != memory) {
            assert_false(test->has_captured);
            changes[seed % 2]++;
        } else if (test) {
            assert_true(test->has_captured);
        }
        case_free(test);
    }
    assert_true(changes[0] && changes[1]);
    free(start);
    free(data);
    free(out);
    target_mutate_clear();
}

/* What is tested is changed most: payloads that a table describes, then footers and opaque ones, then headers. */
static void payloads_are_changed_most(void **state)
{
    const ProtobufCMessageDescriptor *section = &hardstop__section__descriptor;

    (void)state;
    for (unsigned f = 0; f < section->n_fields; f++) {
        const char *name = section->fields[f].name;
        bool is_payload = (section->fields[f].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) && strcmp(name, "opaque") != 0;
        unsigned expected = is_payload                    ? 100
                            : strcmp(name, "footer") == 0 ? 20
                            : strcmp(name, "opaque") == 0 ? 10
                                                          : 5;

        if (hints_weight(&case_hints, &section->fields[f]) != expected) {
            fail_msg("%s: %u %%", name, hints_weight(&case_hints, &section->fields[f]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_mutator_knows_the_ranges_of_the_tables),
        cmocka_unit_test(memory_changes_nothing),
        cmocka_unit_test(damages_meet_captured_streams),
        cmocka_unit_test(what_is_tested_stays_the_same),
        cmocka_unit_test(a_case_gathers_no_damages),
        cmocka_unit_test(no_step_gathers_damages),
        cmocka_unit_test(other_memory_is_no_capture),
        cmocka_unit_test(payloads_are_changed_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
