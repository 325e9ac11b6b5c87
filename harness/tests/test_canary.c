/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a canary is made of, and what its check says, with a loader of this test's own that saves what it was given. */
#include "support.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/canary/canary.h"
#include "harness/canary/canary_search.h"
#include "harness/canary/canary_table.h"
#include "harness/message/reflect.h"
#include "harness/wire/tables.h"
#include "planted.h"

/* Accepts all but what `refuses` says, and changes one byte of what it saves where it is told to. */
struct echo {
    struct loader loader;
    bool (*refuses)(const Hardstop__Stream *stream);
    size_t changed; /* offset; 0: none */
    uint8_t saved[4096];
};

static int load(struct loader *loader, const struct loader_input *input, struct loader_answer *answer,
                struct hs_error *err)
{
    struct echo *echo = (struct echo *)loader;
    Hardstop__Stream *stream = stream_decode(input->bytes, input->size, STREAM_FOOTER, NULL);

    (void)err;
    assert_true(input->size <= sizeof(echo->saved));
    memset(answer, 0, sizeof(*answer));
    answer->text = answer->section = "";
    answer->outcome = stream && !(echo->refuses && echo->refuses(stream)) ? OUTCOME_ACCEPTED : OUTCOME_REJECTED;
    memcpy(echo->saved, input->bytes, input->size);
    echo->saved[echo->changed] ^= echo->changed != 0;
    answer->saved = echo->saved;
    answer->saved_size = input->size;
    if (stream) {
        hardstop__stream__free_unpacked(stream, NULL);
    }
    return 0;
}

static void close_nothing(struct loader *loader)
{
    (void)loader;
}

static const struct loader_class echo_class = { .load = load, .close = close_nothing };

static Hardstop__Section *copy_of(const Hardstop__Section *section, uint32_t id)
{
    Hardstop__Section *copy = (Hardstop__Section *)reflect_clone(&section->base);

    copy->section_id = id;
    copy->has_instance_id = true;
    copy->instance_id = id;
    return copy;
}

/* A device of two described sections, perhaps with something unknown between them, and the one that stays as it is. */
static Hardstop__Case *device_case(bool with_unknown)
{
    Hardstop__Case *test = planted_case("");
    Hardstop__Stream *stream = test->stream;
    Hardstop__Section *other = (Hardstop__Section *)support_message(&hardstop__section__descriptor,
                                                                    "section_id: 9 idstr: 'timer' instance_id: 0 "
                                                                    "version_id: 2 opaque: 'xyz' footer { }");

    stream->section = hs_resize(stream->section, 5, sizeof(*stream->section));
    stream->section[4] = stream->section[1];
    stream->section[1] = copy_of(stream->section[0], 8);
    stream->section[2] = copy_of(stream->section[0], 11);
    stream->section[3] = stream->section[4];
    stream->n_section = 4;
    if (with_unknown) {
        memmove(&stream->section[2], &stream->section[1], 3 * sizeof(*stream->section));
        stream->section[1] = other;
        stream->n_section = 5;
    } else {
        reflect_free(&other->base);
    }
    return test;
}

static void the_last_described_section_stays(void **state)
{
    Hardstop__Case *test = device_case(true), *shorter = device_case(false);

    (void)state;
    assert_int_equal(canary_last_section(test->stream), 3);
    assert_int_equal(canary_last_section(shorter->stream), 2);
    case_free(test);
    case_free(shorter);
}

/* The result of a check, its words in `err`. */
static int check(struct echo *echo, const Hardstop__Case *test, const Hardstop__Case *fresh, struct canary *canary,
                 struct hs_error *err)
{
    *err = (struct hs_error){ .text = "" };
    echo->loader.class = &echo_class;
    return canary_check(&echo->loader, test, fresh, canary, err);
}

static const struct canary_gap *gap_of(const struct canary *canary, const char *path)
{
    for (size_t i = 0; i < canary->n_gaps; i++) {
        if (strcmp(canary->gaps[i].path, path) == 0) {
            return &canary->gaps[i];
        }
    }
    fail_msg("no gap %s", path);
    return NULL;
}

static void places_are_counted_one_by_one(void **state)
{
    Hardstop__Case *fresh = device_case(true), *test = device_case(true);
    Hardstop__VirtioSection *device = test->stream->section[0]->virtio;
    struct canary fresh_canary = { 0 }, canary = { 0 };
    struct echo echo = { 0 };
    struct hs_error err;

    (void)state;
    assert_int_equal(check(&echo, fresh, fresh, &fresh_canary, &err), -1);
    assert_int_equal(fresh_canary.held, 0);
    assert_int_equal(fresh_canary.unnamed, 3);
    /* Both sections of the device, and each of the four bytes of its configuration. */
    assert_int_equal(gap_of(&fresh_canary, "virtio.isr")->places, 2);
    assert_int_equal(gap_of(&fresh_canary, "virtio.config")->places, 8);
    device->isr ^= 1;
    device->config.data[1] ^= 0x20;
    device->config.data[3] ^= 0x20;
    test->stream->section[3]->virtio->isr ^= 1; /* what follows the device does not count */
    assert_int_equal(check(&echo, test, fresh, &canary, &err), -1);
    assert_int_equal(canary.places, fresh_canary.places);
    assert_int_equal(canary.bytes, fresh_canary.bytes);
    assert_int_equal(canary.held, 3);
    assert_int_equal(gap_of(&canary, "virtio.isr")->places, 1);
    assert_int_equal(gap_of(&canary, "virtio.config")->places, 6);
    assert_int_equal(canary.loads, 1);
    canary_clear(&fresh_canary);
    canary_clear(&canary);
    case_free(test);
    case_free(fresh);
}

static void what_is_wrong_with_a_seed_is_said(void **state)
{
    Hardstop__Case *fresh = device_case(true), *test = device_case(true);
    struct canary canary = { 0 };
    struct echo echo = { 0 };
    struct hs_error err;
    struct map map;

    (void)state;
    assert_int_equal(check(&echo, test, fresh, &canary, &err), -1);
    assert_string_equal(err.text, "3 bytes that no table names");
    case_free(test);
    case_free(fresh);
    test = device_case(false);
    fresh = device_case(false);
    test->stream->section[0]->virtio->isr ^= 1;
    assert_int_equal(check(&echo, test, fresh, &canary, &err), -1);
    assert_int_equal(strncmp(err.text, "no canary in virtio.", strlen("no canary in virtio.")), 0);
    assert_non_null(strstr(err.text, ", and no known reason"));
    map_init(&map, test->stream, NULL);
    for (size_t i = 0; i < map.n; i++) {
        echo.changed = strcmp(map.entries[i].path, "virtio.isr") == 0 ? map.entries[i].offset : echo.changed;
    }
    map_clear(&map);
    assert_int_equal(check(&echo, test, fresh, &canary, &err), -1);
    assert_string_equal(err.text, "not saved as given: virtio.isr: 0x1 -> 0x0");
    canary_clear(&canary);
    case_free(test);
    case_free(fresh);
}

/* The value of a number of the first section. */
static struct map_entry entry_of(const Hardstop__Case *test, const char *path)
{
    struct map_entry entry = { .path = path };
    struct map map;

    map_init(&map, test->stream, NULL);
    for (size_t i = map.n; i-- > 0;) {
        if (strcmp(map.entries[i].path, path) == 0) {
            entry = map.entries[i];
        }
    }
    map_clear(&map);
    assert_non_null(entry.field);
    entry.path = path;
    return entry;
}

static uint64_t first_isr;

static bool dislikes_first_isr(const Hardstop__Stream *stream)
{
    return stream->section[0]->virtio->isr == first_isr;
}

static bool dislikes_other_isr(const Hardstop__Stream *stream)
{
    return stream->section[0]->virtio->isr != 1;
}

/* A place that is refused gets another value, once, and then what it had; all others keep their first. */
static void a_refused_value_is_tried_again(void **state)
{
    static bool (*const refusals[])(const Hardstop__Stream *) = { NULL, dislikes_first_isr, dislikes_other_isr };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(refusals); i++) {
        Hardstop__Case *test = device_case(false);
        struct map_entry isr = entry_of(test, "virtio.isr"), sel = entry_of(test, "virtio.queue_sel");
        struct echo echo = { .loader.class = &echo_class, .refuses = refusals[i] };
        struct hs_error err = { .text = "" };
        struct canary_search search = { .loader = &echo.loader, .test = test, .err = &err };
        uint64_t values[3] = { 0, 0, 1 }, expected;

        assert_true(canary_value(&isr, 0, 0, &values[0]));
        assert_true(canary_value(&isr, 0, 1, &values[1]));
        assert_true(canary_value(&sel, 0, 0, &expected));
        first_isr = values[0];
        canary_search_encode(&search);
        assert_int_equal(canary_search_fill(&search), 0);
        assert_int_equal(entry_of(test, "virtio.isr").value, values[i]);
        assert_int_equal(entry_of(test, "virtio.queue_sel").value, expected);
        /* What follows the device stays as it was captured. */
        assert_int_equal(test->stream->section[2]->virtio->isr, 1);
        assert_int_not_equal(test->stream->section[1]->virtio->isr, 1);
        stream_encoding_clear(&search.plain);
        case_free(test);
    }
}

/* Whatever the path: a zero in them would be what a fresh device has there. */
static void values_have_no_zeros(void **state)
{
    struct field wide = { .kind = FIELD_UINT, .width = 8 }, few = { .kind = FIELD_UINT, .width = 4, .max = 3 };
    char path[32];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        struct map_entry entry = { .path = path, .field = &wide }, ranged = { .path = path, .field = &few };
        uint64_t value;
        uint8_t byte;

        snprintf(path, sizeof(path), "virtio.some.field%d", i);
        assert_true(canary_value(&entry, 0, 0, &value));
        for (int k = 0; k < 8; k++) {
            assert_int_not_equal(value >> (8 * k) & 0xff, 0);
        }
        assert_true(canary_byte(&entry, (size_t)i, 0, &byte));
        assert_int_not_equal(byte, 0);
        ranged.value = (uint64_t)i % 4;
        assert_true(canary_value(&ranged, 0, 0, &value));
        assert_in_range(value, 1, 3);
        assert_true(value != ranged.value);
    }
}

/* A field of that row, with its value 0. */
static struct map_entry of_row(const char *name)
{
    size_t n;

    return (struct map_entry){ .path = name, .part = FIELD_PART_TABLE, .field = tables_named(name, &n) };
}

static const char *reason_of(const char *name)
{
    struct map_entry entry = of_row(name);

    return canary_reason(&entry);
}

static void patterns_and_values_are_sound(void **state)
{
    struct field flag = { .kind = FIELD_UINT, .width = 1, .max = 1 }, wide = { .kind = FIELD_UINT, .width = 8 };
    struct map_entry entry = { .path = "virtio.ccw.thinint_active", .field = &flag, .value = 1 };
    char pattern[64];
    uint64_t value, other;
    uint8_t byte;

    (void)state;
    canary_pattern("virtio.queue[12].x.subsection[virtio/broken].broken", pattern, sizeof(pattern));
    assert_string_equal(pattern, "virtio.queue#.x.subsection:virtio/broken.broken");
    canary_pattern("virtio.queue[12].num", pattern, 8);
    assert_int_equal(strlen(pattern), 7 - 1);
    assert_true(canary_value(&entry, 0, 0, &value));
    assert_int_equal(value, 0);
    entry = (struct map_entry){ .path = "virtio.ccw.mba", .field = &wide };
    assert_true(canary_value(&entry, 0, 0, &value));
    assert_true(canary_value(&entry, 0, 1, &other));
    assert_true(value != other);
    for (int i = 0; i < 8; i++) {
        assert_int_not_equal(value >> (8 * i) & 0xff, 0);
    }
    entry = of_row("VirtQueue.desc");
    assert_false(canary_value(&entry, 0, 0, &value));
    assert_false(canary_byte(&entry, 0, 0, &byte));
    /* A ring that is not set up gets its canary, one that is keeps what it has. */
    entry = of_row("VirtqueueState.avail");
    assert_true(canary_value(&entry, 0, 0, &value));
    entry.value = 7;
    assert_false(canary_value(&entry, 0, 0, &value));
    /* The configuration has vector 0, queue 4 the sixth of three. */
    entry = of_row("PciTransport.config_vector");
    entry.value = 9;
    assert_true(canary_value(&entry, 3, 0, &value));
    assert_int_equal(value, 0);
    entry = of_row("VirtQueue.vector");
    entry.context = (struct field_context){ .array = &wide, .index = 4 };
    entry.value = 9;
    assert_true(canary_value(&entry, 3, 0, &value));
    assert_int_equal(value, 5 % 3);
    assert_string_equal(reason_of("CcwTransport.devno"), "must be the machine's own");
    assert_string_equal(reason_of("IoVec.iov_base"), "addresses in the sender's process");
    /* Not kept in some states is no reason: a canary is in another. */
    assert_null(reason_of("VirtioSection.status"));
    assert_null(reason_of("VirtioSection.config"));
    assert_null(reason_of("VirtQueue.num"));
}

/* A rule of a field that no table has would be a rule of nothing. */
static void rules_are_of_fields_that_exist(void **state)
{
    size_t n;

    (void)state;
    for (size_t i = 0; canary_rules[i].field; i++) {
        if (!tables_named(canary_rules[i].field, &n)) {
            fail_msg("no table has a field %s", canary_rules[i].field);
        }
        assert_true(canary_rules[i].reason || canary_rules[i].what != CANARY_FILL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_described_section_stays),
        cmocka_unit_test(places_are_counted_one_by_one),
        cmocka_unit_test(what_is_wrong_with_a_seed_is_said),
        cmocka_unit_test(a_refused_value_is_tried_again),
        cmocka_unit_test(values_have_no_zeros),
        cmocka_unit_test(patterns_and_values_are_sound),
        cmocka_unit_test(rules_are_of_fields_that_exist),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
