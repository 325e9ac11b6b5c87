/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of a state that is not the undamaged one: which section, which field, how much, to the last byte. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/sweep/words.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"

enum { LARGE = 600 }; /* more than two stretches that are compared at once */

struct state {
    struct builder bytes;
    size_t a, b; /* where the payloads begin */
};

/* Sections a (LARGE bytes, each with another value than its neighbours) and b ("20212223"), and an end of file. */
static struct state make_state(void)
{
    struct state state = { .a = 0 };

    support_put_section(&state.bytes, 4, 1, "a", 1);
    state.a = state.bytes.size;
    for (unsigned i = 0; i < LARGE; i++) {
        builder_put_be(&state.bytes, 1, i % 251);
    }
    support_put_footer(&state.bytes, 1);
    support_put_section(&state.bytes, 4, 2, "b", 1);
    state.b = state.bytes.size;
    support_put_hex(&state.bytes, "20212223");
    support_put_footer(&state.bytes, 2);
    support_put_hex(&state.bytes, "00");
    return state;
}

/* `description`: JSON, or NULL. */
static void expect_named(const struct builder *now, const struct builder *fresh, char *description,
                         const char *expected)
{
    struct state reference = make_state();
    struct sweep_words words = { .program = "", .saved = reference.bytes.data, .saved_size = reference.bytes.size };
    struct loader_answer answer = { .outcome = OUTCOME_ACCEPTED, .saved = now->data, .saved_size = now->size };
    char text[SWEEP_TEXT];

    if (description) {
        words.description = (ProtobufCBinaryData){ strlen(description), (uint8_t *)description };
    }
    if (fresh) {
        words.fresh = fresh->data;
        words.fresh_size = fresh->size;
    }
    sweep_words_say(&words, &answer, VERDICT_GARBAGE, text);
    assert_string_equal(text, expected);
    sweep_words_clear(&words);
    builder_clear(&reference.bytes);
}

/* What is said of a state beside the reference; `fresh` (or NULL) is the one when nothing was loaded. */
static void expect(const struct builder *now, const struct builder *fresh, const char *expected)
{
    expect_named(now, fresh, NULL, expected);
}

static void each_byte_counts(void **state)
{
    static const size_t places[] = { 0, 1, 255, 256, 257, 511, 512, LARGE - 2, LARGE - 1 };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(places); i++) {
        struct state now = make_state();
        char *expected, was[17] = "", is[17] = "";

        now.bytes.data[now.a + places[i]] ^= 0x80;
        for (size_t k = 0; k < 8 && places[i] + k < LARGE; k++) {
            sprintf(was + 2 * k, "%02x", (unsigned)((places[i] + k) % 251));
            sprintf(is + 2 * k, "%02x", now.bytes.data[now.a + places[i] + k]);
        }
        expected = hs_format("accepted; a opaque+%zu: %s -> %s; 1 byte differs in 1 section", places[i], was, is);
        expect(&now.bytes, NULL, expected);
        free(expected);
        builder_clear(&now.bytes);
    }
}

static void differences_are_counted_in_all_sections(void **state)
{
    struct state now = make_state();

    (void)state;
    now.bytes.data[now.a + 300] ^= 1;
    now.bytes.data[now.a + 301] ^= 1;
    now.bytes.data[now.b + 3] ^= 1;
    expect(&now.bytes, NULL,
           "accepted; a opaque+300: 3132333435363738 -> 3033333435363738; 3 bytes differ in 2 sections");
    builder_clear(&now.bytes);
    now = make_state();
    now.bytes.data[now.b + 3] = 0xff;
    expect(&now.bytes, NULL, "accepted; b opaque: 20212223 -> 202122ff; 1 byte differs in 1 section");
    builder_clear(&now.bytes);
}

/* The state with `size` bytes at an offset replaced by those of a text. */
static struct builder spliced(size_t at, size_t size, const char *hex)
{
    struct state state = make_state();
    struct builder out = { 0 };

    builder_put(&out, state.bytes.data, at);
    support_put_hex(&out, hex);
    builder_put(&out, state.bytes.data + at + size, state.bytes.size - at - size);
    builder_clear(&state.bytes);
    return out;
}

static void sections_that_grow_shrink_or_vanish_are_told(void **state)
{
    struct state plain = make_state();
    const struct {
        size_t at, size;
        const char *hex, *expected;
    } changes[] = {
        { plain.b + 4, 0, "2425", "accepted; b 6 bytes for 4; 2 bytes differ in 1 section" },
        { plain.b + 3, 1, "", "accepted; b opaque: 20212223 -> 202122, 3 bytes for 4; 1 byte differs in 1 section" },
        { plain.b, 0, "1f", "accepted; b opaque: 20212223 -> 1f202122, 5 bytes for 4; 5 bytes differ in 1 section" },
        { plain.b - 1, 1, "02", "accepted; b is not saved; 0 bytes differ in 1 section" },
        { plain.bytes.size - 1, 1, "01", "accepted; what is saved behind the sections differs" },
        { 0, plain.bytes.size, "", "accepted; saves nothing" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(changes); i++) {
        struct builder now = spliced(changes[i].at, changes[i].size, changes[i].hex);

        expect(&now, NULL, changes[i].expected);
        builder_clear(&now);
    }
    builder_clear(&plain.bytes);
}

static void what_was_never_loaded_is_told(void **state)
{
    struct state now = make_state(), fresh = make_state();

    (void)state;
    memset(fresh.bytes.data + fresh.b, 0, 4);
    memset(now.bytes.data + now.b, 0, 4);
    expect(&now.bytes, &fresh.bytes,
           "accepted; b never loaded; b opaque: 20212223 -> 00000000; 4 bytes differ in 1 section");
    memset(fresh.bytes.data + fresh.a, 7, LARGE);
    memset(now.bytes.data + now.a, 7, LARGE);
    expect(&now.bytes, &fresh.bytes,
           "accepted; a and 1 more never loaded; a opaque+0: 0001020304050607 -> 0707070707070707; "
           "601 bytes differ in 2 sections");
    /* Loaded, but not as it should be. */
    now.bytes.data[now.b] = 1;
    now.bytes.data[now.a] = 1;
    expect(&now.bytes, &fresh.bytes,
           "accepted; a opaque+0: 0001020304050607 -> 0107070707070707; 601 bytes differ in 2 sections");
    /* As the undamaged stream leaves it: that it was never loaded makes no difference. */
    builder_clear(&fresh.bytes);
    fresh = make_state();
    expect(&now.bytes, &fresh.bytes,
           "accepted; a opaque+0: 0001020304050607 -> 0107070707070707; 601 bytes differ in 2 sections");
    builder_clear(&now.bytes);
    builder_clear(&fresh.bytes);
}

static void text_is_said_as_text(void **state)
{
    static char description[] = "{\"devices\": [{\"name\": \"b\", \"instance_id\": 0, \"fields\": ["
                                "{\"name\": \"word\", \"type\": \"buffer\", \"size\": 4}]}]}";
    struct state now = make_state();

    (void)state;
    now.bytes.data[now.b + 3] = 0;
    expect_named(&now.bytes, NULL, description,
                 "accepted; b word: \" !\"#\" -> \" !\"\"; 1 byte differs in 1 section");
    /* Both must be text. */
    now.bytes.data[now.b + 1] = 0;
    expect_named(&now.bytes, NULL, description, "accepted; b word: 20212223 -> 20002200; 2 bytes differ in 1 section");
    builder_clear(&now.bytes);
}

/* Fields of the rng section, and what they are changed to. */
static const struct {
    const char *path, *hex, *expected;
} numbers[] = {
    { "virtio.status", "4f", "accepted; virtio-rng virtio.status: 15 -> 79; 1 byte differs in 1 section" },
    { "virtio.ccw.pmcw.intparm", "00010000",
      "accepted; virtio-rng virtio.ccw.pmcw.intparm: 7 -> 65536; 2 bytes differ in 1 section" },
    { "virtio.ccw.revision", "fffffffe",
      "accepted; virtio-rng virtio.ccw.revision: -1 -> -2; 1 byte differs in 1 section" },
    { "virtio.subsection[virtio/64bit_features].features_64bit.guest_features", "ffffffffffffffff",
      "accepted; virtio-rng virtio.subsection[virtio/64bit_features].features_64bit.guest_features: 5100273664 -> "
      "18446744073709551615; 8 bytes differ in 1 section" },
    /* No number. */
    { "virtio.subsection[virtio/64bit_features].name", "ff",
      "accepted; virtio-rng virtio.subsection[virtio/64bit_features].name+0: 76697274696f2f36 -> ff697274696f2f36; "
      "1 byte differs in 1 section" },
};

static void numbers_are_decimal(void **state)
{
    struct builder reference = { 0 };
    Hardstop__Stream *stream;
    struct map map;

    (void)state;
    support_put_section(&reference, 4, 1, "/fe.0.0005/virtio-rng", 1);
    support_put_virtio(&reference, support_rng_text);
    support_put_footer(&reference, 1);
    support_put_hex(&reference, "00");
    stream = stream_decode(reference.data, reference.size, STREAM_FOOTER, NULL);
    assert_non_null(stream);
    map_init(&map, stream, NULL);
    for (size_t i = 0; i < HS_COUNT(numbers); i++) {
        struct builder now = { 0 }, bytes = { 0 };
        struct sweep_words words = { .program = "", .saved = reference.data, .saved_size = reference.size };
        struct loader_answer answer = { .outcome = OUTCOME_ACCEPTED };
        char text[SWEEP_TEXT];
        size_t k = 0;

        while (strcmp(map.entries[k].path, numbers[i].path) != 0) {
            assert_true(++k < map.n);
        }
        builder_put(&now, reference.data, reference.size);
        support_put_hex(&bytes, numbers[i].hex);
        memcpy(now.data + map.entries[k].offset, bytes.data, bytes.size);
        answer.saved = now.data;
        answer.saved_size = now.size;
        sweep_words_say(&words, &answer, VERDICT_GARBAGE, text);
        assert_string_equal(text, numbers[i].expected);
        sweep_words_clear(&words);
        builder_clear(&now);
        builder_clear(&bytes);
    }
    map_clear(&map);
    hardstop__stream__free_unpacked(stream, NULL);
    builder_clear(&reference);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_byte_counts),
        cmocka_unit_test(differences_are_counted_in_all_sections),
        cmocka_unit_test(sections_that_grow_shrink_or_vanish_are_told),
        cmocka_unit_test(what_was_never_loaded_is_told),
        cmocka_unit_test(text_is_said_as_text),
        cmocka_unit_test(numbers_are_decimal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
