/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A case is the same as text, packed and as a message; and what is no case has a reason. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/case/alone.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/random.h"
#include "harness/case/damage.h"
#include "harness/case/reframe.h"
#include "harness/setup/setup.h"
#include "harness/wire/description.h"
#include "harness/wire/vmdesc.h"
#include "harness/message/reflect.h"

static Hardstop__Stream *build(bool whole)
{
    static const char json[] = "{\"devices\": []}";
    struct builder out = { 0 };
    Hardstop__Stream *stream;

    if (whole) {
        support_put_header(&out);
        support_put_hex(&out, "07 00000001 61");
        support_put_section(&out, 1, 1, "ram", 4);
        support_put_hex(&out, "0000000000000010 7e00000001");
        support_put_hex(&out, "03 00000001 0000000000000010 7e00000001");
        support_put_hex(&out, "08 0001 0000");
    }
    support_put_section(&out, 4, 2, "timer", 2);
    support_put_hex(&out, "aabbccdd 7e00000002");
    support_put_section(&out, 4, 7, "/fe.0.0005/virtio-rng", 1);
    support_put_virtio(&out, support_rng_text);
    support_put_footer(&out, 7);
    support_put_section(&out, 4, 8, "last", 2);
    support_put_hex(&out, "11 7e00000008 00");
    if (whole) {
        support_put_hex(&out, "06 0000000f");
        builder_put(&out, json, strlen(json));
    }
    stream = stream_decode(out.data, out.size, STREAM_FOOTER, NULL);
    assert_non_null(stream);
    builder_clear(&out);
    return stream;
}

static Hardstop__Case *new_case(bool whole, enum case_keep keep)
{
    Hardstop__Setup *setup = setup_standard("ccw", HARDSTOP__FRAMING__FOOTER);
    Hardstop__Case *test = case_of_stream(build(whole), setup, keep);

    hardstop__setup__free_unpacked(setup, NULL);
    return test;
}

static bool is_captured(const Hardstop__Case *test)
{
    struct stream_encoding encoding = { 0 };
    bool result;

    stream_encode(test->stream, &encoding, NULL, NULL);
    result = case_is_captured(test, &encoding);
    stream_encoding_clear(&encoding);
    return result;
}

static void all_forms_hold_the_same_case(void **state)
{
    Hardstop__Case *test = new_case(true, CASE_KEEP_ALL), *of_text, *of_packed, *clone;
    struct hs_error err = { .text = "" };
    uint8_t *packed;
    size_t size;
    char *text, *again;

    (void)state;
    support_damage(test, HARDSTOP__DAMAGE__KIND_TRUNCATE, 1, 5);
    text = case_text(test);
    packed = case_pack(test, &size);
    of_text = case_parse((uint8_t *)text, strlen(text), &err);
    if (!of_text) {
        fail_msg("%s", err.text);
    }
    of_packed = case_parse(packed, size, &err);
    if (!of_packed) {
        fail_msg("%s", err.text);
    }
    clone = case_clone(test);
    assert_true(reflect_equal(&of_text->base, &test->base));
    assert_true(reflect_equal(&of_packed->base, &test->base));
    assert_true(reflect_equal(&clone->base, &test->base));
    assert_true(is_captured(of_text));
    again = case_text(of_packed);
    assert_string_equal(again, text);
    free(again);
    free(text);
    free(packed);
    case_free(of_text);
    case_free(of_packed);
    case_free(clone);
    case_free(test);
    case_free(NULL);
}

static void devices_are_kept_without_what_surrounds_them(void **state)
{
    Hardstop__Case *test = new_case(true, CASE_KEEP_DEVICES), *devices = new_case(false, CASE_KEEP_ALL);

    (void)state;
    assert_true(reflect_equal(&test->stream->base, &devices->stream->base));
    assert_int_equal(test->captured, devices->captured);
    assert_true(is_captured(test));
    case_free(test);
    case_free(devices);
}

static void framing_is_that_of_each_section(void **state)
{
    static const Hardstop__Framing framings[] = { HARDSTOP__FRAMING__LEGACY, HARDSTOP__FRAMING__FOOTER,
                                                  HARDSTOP__FRAMING__SIZED, HARDSTOP__FRAMING__LEGACY };
    Hardstop__Case *test = new_case(false, CASE_KEEP_ALL);

    (void)state;
    for (size_t k = 0; k < HS_COUNT(framings); k++) {
        case_set_framing(test, framings[k]);
        for (size_t i = 0; i < test->stream->n_section; i++) {
            const Hardstop__Section *section = test->stream->section[i];
            bool has_end = section->type != HARDSTOP__SECTION__TYPE__EOF;

            assert_int_equal(section->footer != NULL, has_end && framings[k] == HARDSTOP__FRAMING__FOOTER);
            assert_int_equal(section->length != NULL, section->type == HARDSTOP__SECTION__TYPE__FULL &&
                                                          framings[k] == HARDSTOP__FRAMING__SIZED);
        }
        assert_true(test->setup->has_framing);
        assert_int_equal(test->setup->framing, framings[k]);
        assert_true(is_captured(test));
    }
    case_free(test);
}

static void a_changed_stream_is_not_captured_in_another_framing(void **state)
{
    Hardstop__Case *test = new_case(false, CASE_KEEP_ALL);

    (void)state;
    test->stream->section[0]->instance_id++;
    case_set_framing(test, HARDSTOP__FRAMING__FOOTER);
    assert_false(is_captured(test));
    case_free(test);
}

/* Each reading of sized bytes gives the message that they are of, and a length that lies is refused. */
static void sized_sections_are_read_as_they_were_written(void **state)
{
    static const enum stream_framing readings[] = { STREAM_SIZED, STREAM_ANY };
    Hardstop__Case *test = new_case(false, CASE_KEEP_ALL);
    struct stream_encoding encoding = { 0 };

    (void)state;
    case_set_framing(test, HARDSTOP__FRAMING__SIZED);
    stream_encode(test->stream, &encoding, NULL, NULL);
    for (size_t i = 0; i < HS_COUNT(readings); i++) {
        Hardstop__Stream *stream = stream_decode(encoding.out.data, encoding.out.size, readings[i], NULL);

        assert_non_null(stream);
        assert_true(reflect_equal(&stream->base, &test->stream->base));
        stream_free(stream);
    }
    test->stream->section[0]->length->has_value = true;
    test->stream->section[0]->length->value = (uint32_t)encoding.out.size;
    stream_encode(test->stream, &encoding, NULL, NULL);
    assert_null(stream_decode(encoding.out.data, encoding.out.size, STREAM_SIZED, NULL));
    stream_encoding_clear(&encoding);
    case_free(test);
}

/* The length of the first section in the damaged bytes, less what it was. */
static int length_change(Hardstop__Case *test, const char *damage)
{
    Hardstop__Case *with = (Hardstop__Case *)support_message(&hardstop__case__descriptor, damage);
    Hardstop__Case damaged = *test;
    struct stream_encoding plain = { 0 };
    struct builder out = { 0 };
    struct damage_effect effect;
    size_t at;
    int change;

    damaged.n_damage = with->n_damage;
    damaged.damage = with->damage;
    damage_apply(&damaged, &plain, &out, &effect);
    at = plain.marks[0].payload - 4;
    change = (out.data[at + 2] << 8 | out.data[at + 3]) - (plain.out.data[at + 2] << 8 | plain.out.data[at + 3]);
    stream_encoding_clear(&plain);
    builder_clear(&out);
    case_free(with);
    return change;
}

static void a_length_follows_where_it_was_written_so(void **state)
{
    static const struct {
        const char *damage;
        int change;
    } rows[] = {
        { "damage { at { section: 0 offset: 0 } insert: 'abc' }", 3 },
        { "damage { at { section: 0 offset: 2 } delete: 2 }", -2 },
        { "damage { at { section: 0 offset: 2 } delete: 2 } damage { at { section: 0 offset: 1 } insert: 'a' }", -1 },
        { "damage { at { section: 0 offset: 1 } overwrite: 'ab' }", 0 },
        { "damage { at { section: 0 header: true offset: 1 } insert: '' }", 0 },
        { "damage { at { section: 1 offset: 0 } insert: 'abc' }", 0 },
        { "damage { at { section: 0 offset: 1 } truncate { } }", 0 },
    };
    Hardstop__Case *test = new_case(false, CASE_KEEP_ALL);

    (void)state;
    case_set_framing(test, HARDSTOP__FRAMING__SIZED);
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        test->as_written = false;
        assert_int_equal(length_change(test, rows[i].damage), 0);
        test->as_written = true;
        assert_int_equal(length_change(test, rows[i].damage), rows[i].change);
    }
    case_free(test);
}

static Hardstop__Case *of_idstrs(const char *idstrs)
{
    char *text = hs_format("stream { %s }", idstrs);
    Hardstop__Case *test = (Hardstop__Case *)support_message(&hardstop__case__descriptor, text);

    free(text);
    return test;
}

/* The last section of a stream without an end of file, too, stays behind the one that is asked for. */
static void the_one_behind_may_be_the_last(void **state)
{
    Hardstop__Case *test = of_idstrs("section { idstr: 'cpu' } section { idstr: 'apic' } section { idstr: 'hpet' }");

    (void)state;
    assert_int_equal(case_keep_sections(test, "apic"), 1);
    assert_int_equal(test->stream->n_section, 2);
    assert_memory_equal(test->stream->section[1]->idstr.data, "hpet", 4);
    case_free(test);
}

static void what_there_is_instead_is_named_once(void **state)
{
    Hardstop__Case *test = of_idstrs("section { idstr: 'cpu' } section { idstr: 'cpu_common' } "
                                     "section { idstr: 'cpu_common' } section { } section { idstr: 'cpu' }");
    struct hs_error err;

    (void)state;
    assert_int_equal(case_fail_section(test->stream, "net\x1b", &err), -1);
    assert_string_equal(err.text, "no section's idstr contains \"net?\"; there are cpu, cpu_common, cpu");
    assert_false(case_section_has(test->stream->section[0], "cpu_"));
    assert_true(case_section_has(test->stream->section[1], "cpu_"));
    assert_false(case_section_has(test->stream->section[3], ""));
    case_free(test);
}

static const struct {
    const char *part;
    size_t matches, left; /* sections, the end of file included */
} keeps[] = {
    { "timer", 1, 3 }, /* and the one behind it */
    { "virtio-rng", 1, 3 },
    { "last", 1, 2 },
    { "t", 3, 4 },
    { "fe.0.0005", 1, 3 },
    { "", 3, 4 },
    { "nothing", 0, 4 },
};

static void sections_are_kept_with_their_neighbour(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(keeps); i++) {
        Hardstop__Case *test = new_case(false, CASE_KEEP_ALL);
        uint64_t captured = test->captured;

        assert_int_equal(case_keep_sections(test, keeps[i].part), keeps[i].matches);
        assert_int_equal(test->stream->n_section, keeps[i].left);
        assert_int_equal(test->stream->section[keeps[i].left - 1]->type, HARDSTOP__SECTION__TYPE__EOF);
        assert_true(is_captured(test));
        assert_int_equal(test->captured != captured, keeps[i].left != 4);
        case_free(test);
    }
}

/* From a section on, without what surrounds devices; a stream that was changed does not become a captured one. */
static void sections_are_kept_from_one_on(void **state)
{
    (void)state;
    for (int changed = 0; changed < 2; changed++) {
        Hardstop__Case *test = new_case(true, CASE_KEEP_ALL);
        size_t n = test->stream->n_section;

        assert_false(case_keep_from(test, n));
        assert_false(case_keep_from(test, 0)); /* RAM */
        assert_int_equal(test->stream->n_section, n);
        test->stream->section[4]->version_id += (uint32_t)changed;
        assert_true(case_keep_from(test, 4));
        assert_int_equal(test->stream->n_section, 3);
        assert_memory_equal(test->stream->section[0]->idstr.data, "/fe.0.0005/virtio-rng", 21);
        assert_memory_equal(test->stream->section[1]->idstr.data, "last", 4);
        assert_int_equal(test->stream->section[2]->type, HARDSTOP__SECTION__TYPE__EOF);
        assert_null(test->stream->header);
        assert_null(test->stream->configuration);
        assert_null(test->stream->vmdesc);
        assert_int_equal(is_captured(test), !changed);
        assert_int_equal(test->has_captured, !changed);
        case_free(test);
    }
}

/* Damages move with the sections that they are in; what has no device sections, or is damaged elsewhere, stays whole. */
static void devices_leave_the_rest_behind(void **state)
{
    Hardstop__Case *whole = new_case(true, CASE_KEEP_ALL), *alone;
    uint32_t first = 0;

    (void)state;
    while (whole->stream->section[first]->type != HARDSTOP__SECTION__TYPE__FULL) {
        first++;
    }
    assert_true(first > 0);
    support_damage(whole, HARDSTOP__DAMAGE__KIND_TRUNCATE, first + 1, 3);
    alone = case_alone(whole);
    assert_non_null(alone);
    assert_false(case_is_whole(alone));
    assert_true(is_captured(alone));
    assert_int_equal(alone->stream->section[0]->type, HARDSTOP__SECTION__TYPE__FULL);
    assert_int_equal(alone->stream->n_section, whole->stream->n_section - first);
    assert_int_equal(alone->damage[0]->at->section, 1);
    assert_int_equal(alone->damage[0]->at->offset, 3);
    assert_null(case_alone(alone));
    whole->damage[0]->at->section = 0;
    assert_null(case_alone(whole));
    whole->damage[0]->at->has_section = false;
    assert_null(case_alone(whole));
    case_free(alone);
    case_free(whole);
}

static void sections_that_a_table_describes_are_kept_alone(void **state)
{
    Hardstop__Case *test = new_case(false, CASE_KEEP_ALL);

    (void)state;
    assert_int_equal(case_keep_described(test), 1);
    assert_int_equal(test->stream->n_section, 2);
    assert_memory_equal(test->stream->section[0]->idstr.data, "/fe.0.0005/virtio-rng", 21);
    assert_int_equal(test->stream->section[1]->type, HARDSTOP__SECTION__TYPE__EOF);
    assert_true(is_captured(test));
    case_free(test);
}

/* Which devices a description names, in its order, each with a space behind it; free it. */
static char *names_of(const Hardstop__Stream *stream)
{
    const ProtobufCBinaryData *json = description_of(stream);
    struct builder names = { 0 };
    struct vmdesc vmdesc;

    if (json) {
        assert_int_equal(vmdesc_parse(&vmdesc, json->data, json->len, NULL), 0);
        for (size_t i = 0; i < vmdesc.n_sections; i++) {
            builder_put(&names, vmdesc.sections[i].idstr, strlen(vmdesc.sections[i].idstr));
            builder_put(&names, " ", 1);
        }
        vmdesc_clear(&vmdesc);
    }
    builder_put_zeros(&names, 1);
    return (char *)names.data;
}

/* A stream with its description: of what is there, of a table's device, of another instance, and of what is not there. */
static Hardstop__Case *new_described(enum case_keep keep)
{
    static const char json[] =
        "{\"page_size\":4096,\"devices\":[{\"name\":\"timer\",\"instance_id\":0,\"fields\":["
        "{\"name\":\"high\",\"size\":3},{\"name\":\"low\",\"size\":1}]},"
        "{\"name\":\"/fe.0.0005/virtio-rng\",\"instance_id\":0,\"fields\":[]},"
        "{\"name\":\"last\",\"instance_id\":1,\"fields\":[]},{\"name\":\"gone\",\"instance_id\":0,\"fields\":[]},"
        "{\"name\":\"last\",\"instance_id\":0,\"fields\":[{\"name\":\"x\",\"size\":1}]}]}";
    Hardstop__Setup *setup = setup_standard("ccw", HARDSTOP__FRAMING__FOOTER);
    Hardstop__Stream *stream = build(true);
    Hardstop__Case *test;

    free(stream->vmdesc->json.data);
    stream->vmdesc->json.data = hs_copy(json, strlen(json));
    stream->vmdesc->json.len = strlen(json);
    test = case_of_stream(stream, setup, keep);
    hardstop__setup__free_unpacked(setup, NULL);
    return test;
}

static void check_names(const Hardstop__Case *test, const char *expected)
{
    char *names = names_of(test->stream);

    assert_string_equal(names, expected);
    free(names);
}

static void sections_keep_their_names_without_the_end_of_the_stream(void **state)
{
    static const struct {
        const char *part, *names;
    } parts[] = {
        { "timer", "timer " }, { "last", "last " }, { "virtio-rng", "" }, { "t", "timer last " },
    };
    Hardstop__Case *whole = new_described(CASE_KEEP_ALL), *devices = new_described(CASE_KEEP_DEVICES);

    (void)state;
    assert_false(whole->stream->has_description);
    check_names(devices, "timer last ");
    assert_true(is_captured(devices));
    for (size_t i = 0; i < HS_COUNT(parts); i++) {
        Hardstop__Case *test = case_clone(devices);

        assert_int_equal(case_keep_sections(test, parts[i].part) > 0, 1);
        check_names(test, parts[i].names);
        assert_int_equal(test->stream->has_description, *parts[i].names != 0);
        case_free(test);
    }
    assert_true(case_keep_from(whole, 4));
    check_names(whole, "last ");
    case_keep_described(devices);
    check_names(devices, "");
    case_free(devices);
    case_free(whole);
}

/* A case of some sections has its rings already: there is no RAM to take them from. */
static void without_ram_no_rings_are_taken(void **state)
{
    static const char text[] =
        "stream { section { idstr: 'a/virtio-rng' type: FULL virtio { queue { num: 8 desc: 8192 } } } section { type: EOF } }"
        "memory { address: 8192 data: 'a' } memory { address: 8320 data: 'b' } memory { address: 12288 data: 'c' }";
    Hardstop__Case *test = case_parse((const uint8_t *)text, sizeof(text) - 1, NULL);

    (void)state;
    assert_non_null(test);
    assert_true(case_keep_from(test, 0));
    assert_int_equal(test->n_memory, 3);
    for (size_t i = 0; i < test->n_memory; i++) {
        assert_int_equal(test->memory[i]->data.len, 1);
        assert_int_equal(test->memory[i]->data.data[0], "abc"[i]);
    }
    case_free(test);
}

/* And by these names damages find their place; what is sent is the same with and without them. */
static void a_kept_description_names_fields_and_is_not_sent(void **state)
{
    Hardstop__Case *test = new_described(CASE_KEEP_DEVICES), *bare = case_clone(test), *read;
    struct stream_encoding with = { 0 }, without = { 0 };
    char *text;

    (void)state;
    case_keep_sections(test, "timer");
    case_keep_sections(bare, "timer");
    description_set(bare->stream, NULL);
    stream_encode(test->stream, &with, NULL, NULL);
    stream_encode(bare->stream, &without, NULL, NULL);
    assert_int_equal(with.out.size, without.out.size);
    assert_memory_equal(with.out.data, without.out.data, with.out.size);
    text = case_text(test);
    assert_non_null(strstr(text, "description: '{\"page_size\":4096,\"devices\":[{\"name\":\"timer\""));
    read = case_parse((const uint8_t *)text, strlen(text), NULL);
    assert_non_null(read);
    assert_int_equal(damage_field_offset(read->stream, 0, "low"), with.marks[0].payload + 3);
    assert_int_equal(damage_field_offset(bare->stream, 0, "low"), SIZE_MAX);
    stream_encoding_clear(&with);
    stream_encoding_clear(&without);
    free(text);
    case_free(read);
    case_free(bare);
    case_free(test);
}

static void what_is_no_part_of_the_input_is_told_by_its_field(void **state)
{
    static const struct {
        const ProtobufCMessageDescriptor *type;
        const char *field;
        bool aside;
    } fields[] = {
        { &hardstop__case__descriptor, "whole", true },      { &hardstop__case__descriptor, "damage", false },
        { &hardstop__case__descriptor, "setup", true },      { &hardstop__case__descriptor, "captured", true },
        { &hardstop__stream__descriptor, "description", true }, { &hardstop__case__descriptor, "memory", false },
        { &hardstop__stream__descriptor, "vmdesc", false },  { &hardstop__section__descriptor, "version_id", false },
        { &hardstop__case__descriptor, "poke", true },       { &hardstop__case__descriptor, "ring", false },
        { &hardstop__stream__descriptor, "rest", false },    { &hardstop__section__descriptor, "instance_id", false },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(fields); i++) {
        const ProtobufCFieldDescriptor *field =
            protobuf_c_message_descriptor_get_field_by_name(fields[i].type, fields[i].field);

        assert_int_equal(case_field_is_aside(field), fields[i].aside);
    }
}

static void a_changed_stream_is_not_captured(void **state)
{
    Hardstop__Case *test = new_case(false, CASE_KEEP_ALL);

    (void)state;
    assert_true(is_captured(test));
    /* A damage is no change of the stream. */
    support_damage(test, HARDSTOP__DAMAGE__KIND_TRUNCATE, 0, 0);
    assert_true(is_captured(test));
    test->stream->section[0]->version_id++;
    assert_false(is_captured(test));
    test->stream->section[0]->version_id--;
    assert_true(is_captured(test));
    test->has_captured = false;
    assert_false(is_captured(test));
    case_free(test);
}

static const struct {
    const char *what, *bytes, *reason;
    size_t size;
} refused[] = {
    { "nothing", "", "empty", 0 },
    { "words", "this is no case at all, but a line of text", "line 1", 42 },
    { "an unknown field", "setup { }\nstraem { }\n", "line 2", 21 },
    { "an open message", "setup {", "line 1", 7 },
    { "a number that does not fit", "stream { section { section_id: 4294967296 } }", "line 1", 45 },
    { "a cut tag", "\x12", "", 1 },
    { "a length behind the end", "\x0a\x7f\x01", "", 3 },
    { "a group", "\x0b\x0c", "", 2 },
    { "a varint without end", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "", 13 },
    { "zeros", "\0\0\0\0", "", 4 },
};

static void what_is_no_case_has_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(refused); i++) {
        struct hs_error err = { .text = "" };
        Hardstop__Case *test = case_parse((const uint8_t *)refused[i].bytes, refused[i].size, &err);

        if (test || !*err.text || !strstr(err.text, refused[i].reason) || strchr(err.text, '\n')) {
            fail_msg("%s: %s", refused[i].what, test ? "accepted" : err.text);
        }
    }
}

/* A packed case may begin with many printable characters: tag, length and the path of a binary. */
static void a_packed_case_is_not_taken_for_text(void **state)
{
    char binary[128];

    (void)state;
    for (size_t length = 1; length + 1 < sizeof(binary); length++) {
        Hardstop__Case *test = new_case(false, CASE_KEEP_ALL), *back;
        struct hs_error err = { .text = "" };
        uint8_t *packed;
        size_t size;

        memset(binary, 'x', length);
        binary[length] = 0;
        hardstop__setup__free_unpacked(test->setup, NULL);
        test->setup = (Hardstop__Setup *)reflect_new(&hardstop__setup__descriptor);
        test->setup->binary = hs_strdup(binary);
        packed = case_pack(test, &size);
        back = case_parse(packed, size, &err);
        if (!back || !reflect_equal(&back->base, &test->base)) {
            fail_msg("a binary of %zu characters: %s", length, err.text);
        }
        free(packed);
        case_free(back);
        case_free(test);
    }
}

static void hostile_bytes_do_no_harm(void **state)
{
    Hardstop__Case *whole = new_case(true, CASE_KEEP_ALL);
    struct random random;
    unsigned parsed = 0;

    (void)state;
    random_init(&random, 3);
    for (int form = 0; form < 2; form++) {
        size_t size;
        uint8_t *bytes = form ? case_pack(whole, &size) : (uint8_t *)case_text(whole);

        size = form ? size : strlen((char *)bytes);
        for (int i = 0; i < 3000; i++) {
            size_t cut = i % 3 ? size : random_below(&random, size) + 1;
            uint8_t *copy = hs_copy(bytes, cut);
            Hardstop__Case *test;

            for (uint64_t n = random_below(&random, 4); n > 0; n--) {
                copy[random_below(&random, cut)] = (uint8_t)random_bits(&random);
            }
            test = case_parse(copy, cut, NULL);
            if (test) {
                assert_true(reflect_valid(&test->base, NULL));
                parsed++;
            }
            case_free(test);
            free(copy);
        }
        free(bytes);
    }
    assert_in_range(parsed, 100, 5900);
    case_free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_forms_hold_the_same_case),
        cmocka_unit_test(framing_is_that_of_each_section),
        cmocka_unit_test(a_changed_stream_is_not_captured_in_another_framing),
        cmocka_unit_test(sized_sections_are_read_as_they_were_written),
        cmocka_unit_test(a_length_follows_where_it_was_written_so),
        cmocka_unit_test(the_one_behind_may_be_the_last),
        cmocka_unit_test(what_there_is_instead_is_named_once),
        cmocka_unit_test(devices_are_kept_without_what_surrounds_them),
        cmocka_unit_test(sections_are_kept_with_their_neighbour),
        cmocka_unit_test(sections_are_kept_from_one_on),
        cmocka_unit_test(devices_leave_the_rest_behind),
        cmocka_unit_test(sections_that_a_table_describes_are_kept_alone),
        cmocka_unit_test(sections_keep_their_names_without_the_end_of_the_stream),
        cmocka_unit_test(a_kept_description_names_fields_and_is_not_sent),
        cmocka_unit_test(without_ram_no_rings_are_taken),
        cmocka_unit_test(what_is_no_part_of_the_input_is_told_by_its_field),
        cmocka_unit_test(a_changed_stream_is_not_captured),
        cmocka_unit_test(what_is_no_case_has_a_reason),
        cmocka_unit_test(a_packed_case_is_not_taken_for_text),
        cmocka_unit_test(hostile_bytes_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
