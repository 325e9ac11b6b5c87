/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Damages do what they say, at the place they say, however many there are; and their effect is told. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/damage.h"
#include "harness/wire/map.h"
#include "harness/message/reflect.h"

/* Three sections, each of 15 bytes of header, 4 of payload and 5 of footer, and the end of file. */
#define H(n) "04 0000000" #n " 01 6" #n " 00000000 00000002 "
#define F(n) " 7e0000000" #n
#define ONE H(1) "10111213" F(1)
#define TWO H(2) "20212223" F(2)
#define THREE H(3) "30313233" F(3)
#define END "00"
#define SAME ONE TWO THREE END
#define FOUR_TIMES(text) text text text text
static const char plain[] = SAME;
enum { SECTION_SIZE = 24, PAYLOAD = 15, WHOLE = 3 * SECTION_SIZE + 1 };

/* Text of damages, and the bytes that follow from it, all of them. */
static const struct {
    const char *what, *damages, *bytes;
    size_t first, section;
    const char *flags; /* t, i, d, o, r */
} cases[] = {
    { "truncate in a payload",
      "damage { at { section: 1 offset: 2 } truncate { } }",
      ONE H(2) "2021", SECTION_SIZE + PAYLOAD + 2, 1, "t" },
    { "truncate in a header",
      "damage { at { section: 2 header: true offset: 1 } truncate { } }",
      ONE TWO "04", 2 * SECTION_SIZE + 1, 2, "t" },
    { "truncate the stream", "damage { at { offset: 3 } truncate { } }", "040000", 3, 0, "t" },
    { "truncate at the end", "damage { at { offset: 73 } truncate { } }", SAME, WHOLE, SIZE_MAX, "" },
    { "truncate without a place", "damage { truncate { } }", "", 0, 0, "t" },
    { "insert in a payload",
      "damage { at { section: 0 offset: 2 } insert: '\\252\\273' }",
      H(1) "1011aabb1213" F(1) TWO THREE END, PAYLOAD + 2, 0, "i" },
    { "insert at the end", "damage { at { offset: 1000 } insert: '!' }", SAME "21", WHOLE, SIZE_MAX, "i" },
    { "insert nothing", "damage { at { section: 0 } insert: '' }", SAME, PAYLOAD, 0, "" },
    { "delete",
      "damage { at { section: 1 offset: 1 } delete: 2 }",
      ONE H(2) "2023" F(2) THREE END, SECTION_SIZE + PAYLOAD + 1, 1, "d" },
    { "delete more than there is",
      "damage { at { offset: 70 } delete: 4294967295 }",
      ONE TWO H(3) "30313233 7e0000", 70, 2, "d" },
    { "delete nothing", "damage { at { section: 1 } delete: 0 }", SAME, SECTION_SIZE + PAYLOAD, 1, "" },
    { "overwrite",
      "damage { at { section: 2 offset: 1 } overwrite: '\\377' }",
      ONE TWO H(3) "30ff3233" F(3) END, 2 * SECTION_SIZE + PAYLOAD + 1, 2, "o" },
    { "overwrite with the same", "damage { at { section: 0 } overwrite: '\\020\\021' }", SAME, PAYLOAD, 0, "" },
    { "overwrite over the end",
      "damage { at { offset: 72 } overwrite: '\\001\\002\\003' }",
      ONE TWO THREE "01", WHOLE - 1, 3, "o" },
    { "a field",
      "damage { at { section: 1 field: 'opaque' offset: 3 } overwrite: '\\000' }",
      ONE H(2) "20212200" F(2) THREE END, SECTION_SIZE + PAYLOAD + 3, 1, "o" },
    { "a field of the header", "damage { at { section: 0 field: 'version_id' } delete: 0 }", SAME, 11, 0, "" },
    { "a field that is not there",
      "damage { at { section: 0 field: 'virtio.status' } overwrite: '\\000' }",
      H(1) "00111213" F(1) TWO THREE END, PAYLOAD, 0, "o" },
    { "a section that is not there", "damage { at { section: 99 } overwrite: '\\000' }", SAME, WHOLE, SIZE_MAX, "" },
    { "an offset behind the section",
      "damage { at { section: 0 offset: 4000 } insert: '!' }",
      ONE "21" TWO THREE END, SECTION_SIZE, 1, "i" },
    { "swap", "damage { at { section: 0 } swap: 2 }", THREE TWO ONE END, SIZE_MAX, SIZE_MAX, "r" },
    { "swap with itself", "damage { at { section: 1 } swap: 1 }", SAME, SIZE_MAX, SIZE_MAX, "" },
    { "swap with nothing", "damage { at { section: 2 } swap: 3 }", ONE TWO END THREE, SIZE_MAX, SIZE_MAX, "r" },
    { "repeat", "damage { at { section: 1 } repeat: 2 }", ONE TWO TWO TWO THREE END, SIZE_MAX, SIZE_MAX, "r" },
    { "repeat no times", "damage { at { section: 1 } repeat: 0 }", SAME, SIZE_MAX, SIZE_MAX, "" },
    { "repeat without end",
      "damage { at { section: 1 } repeat: 4294967295 }",
      ONE TWO FOUR_TIMES(FOUR_TIMES(TWO)) THREE END, SIZE_MAX, SIZE_MAX, "r" },
    { "several, in any order",
      "damage { at { section: 2 offset: 3 } delete: 1 } damage { at { section: 0 offset: 1 } insert: '\\001\\002' }"
      "damage { at { section: 1 offset: 2 } overwrite: '\\377' } damage { at { section: 0 offset: 3 } delete: 1 }",
      H(1) "1001021112" F(1) H(2) "2021ff23" F(2) H(3) "303132" F(3) END, PAYLOAD + 1, 0, "ido" },
    { "two at one place, in their order",
      "damage { at { section: 0 } insert: '\\001' } damage { at { section: 0 } insert: '\\002' }",
      H(1) "0102 10111213" F(1) TWO THREE END, PAYLOAD, 0, "i" },
    { "bytes of sections that moved",
      "damage { at { section: 0 offset: 0 } overwrite: '\\377' } damage { at { section: 0 } swap: 1 }",
      H(2) "ff212223" F(2) ONE THREE END, SIZE_MAX, SIZE_MAX, "or" },
    { "no kind", "damage { at { section: 0 } }", SAME, SIZE_MAX, SIZE_MAX, "" },
};

static Hardstop__Case *build(const char *damages)
{
    Hardstop__Case *test = (Hardstop__Case *)support_message(&hardstop__case__descriptor, damages);
    struct builder bytes = { 0 };

    support_put_hex(&bytes, plain);
    assert_int_equal(bytes.size, WHOLE);
    test->stream = stream_decode(bytes.data, bytes.size, STREAM_FOOTER, NULL);
    assert_non_null(test->stream);
    builder_clear(&bytes);
    return test;
}

static void check_bytes(const char *what, const struct builder *damaged, const char *expected)
{
    struct builder bytes = { 0 };
    size_t same = 0;

    support_put_hex(&bytes, expected);
    while (same < bytes.size && same < damaged->size && bytes.data[same] == damaged->data[same]) {
        same++;
    }
    if (same != bytes.size || same != damaged->size) {
        fail_msg("%s: %zu bytes, not %zu, and the first that differs is %zu", what, damaged->size, bytes.size, same);
    }
    builder_clear(&bytes);
}

static void check_effect(const char *what, const struct damage_effect *effect, const char *flags)
{
    bool told[] = { effect->truncated, effect->inserted, effect->deleted, effect->overwritten, effect->reordered };

    for (size_t i = 0; i < HS_COUNT(told); i++) {
        if (told[i] != (strchr(flags, "tidor"[i]) != NULL)) {
            fail_msg("%s: flag %c is %d", what, "tidor"[i], told[i]);
        }
    }
}

static void damages_do_what_they_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(cases); i++) {
        Hardstop__Case *test = build(cases[i].damages);
        struct stream_encoding encoding = { 0 };
        struct damage_effect effect;
        struct builder damaged = { 0 }, bytes = { 0 };
        bool differs = damage_apply(test, &encoding, &damaged, &effect);

        support_put_hex(&bytes, plain);
        assert_int_equal(encoding.out.size, WHOLE);
        assert_memory_equal(encoding.out.data, bytes.data, WHOLE);
        if (effect.first != cases[i].first || effect.section != cases[i].section) {
            fail_msg("%s: first at %zu, in section %zu", cases[i].what, effect.first, effect.section);
        }
        check_bytes(cases[i].what, &damaged, cases[i].bytes);
        check_effect(cases[i].what, &effect, cases[i].flags);
        assert_int_equal(differs, *cases[i].flags != 0);
        builder_clear(&bytes);
        builder_clear(&damaged);
        stream_encoding_clear(&encoding);
        case_free(test);
    }
}

static void each_single_byte_can_be_cut_out(void **state)
{
    Hardstop__Case *test = build("damage { at { } delete: 1 }");
    struct stream_encoding encoding = { 0 };
    struct damage_effect effect;
    struct builder damaged = { 0 };

    (void)state;
    for (uint32_t at = 0; at < WHOLE; at++) {
        test->damage[0]->at->offset = at;
        damage_apply(test, &encoding, &damaged, &effect);
        assert_int_equal(damaged.size, WHOLE - 1);
        assert_int_equal(effect.first, at);
        assert_memory_equal(damaged.data, encoding.out.data, at);
        assert_memory_equal(damaged.data + at, encoding.out.data + at + 1, WHOLE - 1 - at);
    }
    builder_clear(&damaged);
    stream_encoding_clear(&encoding);
    case_free(test);
}

static void places_are_those_of_the_field(void **state)
{
    static const struct {
        const char *at, *path;
        size_t ahead;
    } places[] = {
        { "section: 0 field: 'virtio.ccw.config_vector'", "virtio.ccw.config_vector", 0 },
        { "section: 0 field: 'virtio.ccw.config_vector' offset: 1", "virtio.ccw.config_vector", 1 },
        /* The first leaf stands for the message, and no name for another that begins with it. */
        { "section: 0 field: 'virtio.ccw.pmcw'", "virtio.ccw.pmcw.intparm", 0 },
        { "section: 0 field: 'virtio.ccw.indicators'", "virtio.ccw.indicators.len", 0 },
        { "section: 0 field: 'virtio.queue'", "virtio.queue[0].num", 0 },
        { "section: 0 field: 'virtio.queue[0].vector'", "virtio.queue[0].vector", 0 },
        { "section: 0 field: 'virtio.config'", "virtio.config", 0 },
        { "section: 0 field: 'footer'", "footer.mark", 0 },
        { "section: 0 field: 'virtio.subsection[virtio/64bit_features]'",
          "virtio.subsection[virtio/64bit_features].mark", 0 },
    };
    struct builder bytes = { 0 };
    Hardstop__Stream *stream;
    struct map *map = hs_alloc(sizeof(*map));

    (void)state;
    support_put_section(&bytes, 4, 1, "virtio-rng", 1);
    support_put_virtio(&bytes, support_rng_text);
    support_put_footer(&bytes, 1);
    support_put_hex(&bytes, "00");
    stream = stream_decode(bytes.data, bytes.size, STREAM_FOOTER, NULL);
    assert_non_null(stream);
    map_init(map, stream, NULL);
    for (size_t i = 0; i < HS_COUNT(places); i++) {
        ProtobufCMessage *at = support_message(&hardstop__place__descriptor, places[i].at);
        size_t place = damage_place((Hardstop__Place *)at, stream, &map->encoding);
        const struct map_entry *entry = map_at(map, place - places[i].ahead);

        assert_non_null(entry);
        assert_string_equal(entry->path, places[i].path);
        assert_int_equal(entry->offset, place - places[i].ahead);
        reflect_free(at);
    }
    map_clear(map);
    free(map);
    hardstop__stream__free_unpacked(stream, NULL);
    builder_clear(&bytes);
}

static void a_case_without_sections_can_be_damaged(void **state)
{
    static const char *const texts[] = { "stream { rest: \"abc\" } damage { at { offset: 1 } truncate {} }",
                                         "damage { at { section: 3 offset: 1 } swap: 1 } damage { repeat: 2 }" };
    struct stream_encoding encoding = { 0 };
    struct builder damaged = { 0 };
    struct damage_effect effect;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(texts); i++) {
        Hardstop__Case *test = (Hardstop__Case *)support_message(&hardstop__case__descriptor, texts[i]);

        assert_int_equal(damage_apply(test, &encoding, &damaged, &effect), i == 0);
        assert_int_equal(damaged.size, i == 0);
        case_free(test);
    }
    stream_encoding_clear(&encoding);
    builder_clear(&damaged);
}

static void damages_are_told_in_words(void **state)
{
    static const struct {
        const char *damage, *words;
    } told[] = {
        { "at { section: 1 field: 'virtio.status' offset: 2 } delete: 1",
          "delete 1 byte at section[1].virtio.status+2" },
        { "at { section: 1 offset: 2 } delete: 3", "delete 3 bytes at section[1] payload+2" },
        { "at { section: 1 header: true } truncate { }", "truncate at section[1] header+0" },
        { "at { offset: 7 } insert: 'AB'", "insert 4142 at offset 7 of the stream" },
        { "at { offset: 7 } insert: ''", "insert nothing at offset 7 of the stream" },
        { "overwrite: '0123456789abcdefX'",
          "overwrite with 30313233343536373839616263646566... at offset 0 of the stream" },
        { "at { section: 4 } swap: 5", "swap with section[5] at section[4] payload+0" },
        { "at { section: 4 } repeat: 1", "repeat 1 time at section[4] payload+0" },
        { "", "no damage at offset 0 of the stream" },
        { "at { section: 0 field: 'a\\n\\033[2J' } truncate { }", "truncate at section[0].a??[2J+0" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(told); i++) {
        ProtobufCMessage *damage = support_message(&hardstop__damage__descriptor, told[i].damage);
        char *words = damage_text((Hardstop__Damage *)damage);

        assert_string_equal(words, told[i].words);
        free(words);
        reflect_free(damage);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(damages_do_what_they_say),
        cmocka_unit_test(each_single_byte_can_be_cut_out),
        cmocka_unit_test(places_are_those_of_the_field),
        cmocka_unit_test(a_case_without_sections_can_be_damaged),
        cmocka_unit_test(damages_are_told_in_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
