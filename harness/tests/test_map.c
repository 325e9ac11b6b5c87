/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A map covers each byte of a stream once, and says in whose section, field and payload it is. */
#include "support.h"

#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/wire/map.h"

static const char json[] = "{\"devices\": [{\"name\": \"timer\", \"instance_id\": 0, \"fields\": ["
                           "{\"name\": \"ticks\", \"size\": 3, \"array_len\": 2}]}]}";

static Hardstop__Stream *build(bool footers, bool described)
{
    struct builder out = { 0 };
    Hardstop__Stream *stream;
    struct hs_error err;

    support_put_header(&out);
    support_put_hex(&out, "07 00000001 61 08 0002 0001 ff");
    support_put_section(&out, 4, 1, "timer", 2);
    support_put_hex(&out, "aabbccddeeff");
    if (footers) {
        support_put_footer(&out, 1);
    }
    support_put_section(&out, 4, 2, "/fe.0.0005/virtio-rng", 1);
    support_put_virtio(&out, support_rng_text);
    if (footers) {
        support_put_footer(&out, 2);
    }
    support_put_section(&out, 4, 3, "last", 2);
    support_put_hex(&out, "11");
    if (footers) {
        support_put_footer(&out, 3);
    }
    support_put_hex(&out, "00");
    if (described) {
        support_put_hex(&out, "06");
        builder_put_be(&out, 4, strlen(json));
        builder_put(&out, json, strlen(json));
        support_put_hex(&out, "c0ffee");
    }
    stream = stream_decode(out.data, out.size, footers ? STREAM_FOOTER : STREAM_LEGACY, &err);
    if (!stream) {
        fail_msg("%s at %llu", err.text, (unsigned long long)err.offset);
    }
    builder_clear(&out);
    return stream;
}

static void check_cover(const struct map *map)
{
    size_t covered = 0;

    for (size_t i = 0; i < map->n; i++) {
        const struct map_entry *entry = &map->entries[i];

        assert_int_equal(entry->offset, covered);
        assert_true(entry->size > 0);
        assert_true(*entry->path);
        covered += entry->size;
        if (entry->section != MAP_NO_SECTION) {
            const struct stream_mark *mark = &map->encoding.marks[entry->section];

            assert_in_range(entry->offset, mark->start, mark->end - entry->size);
            assert_int_equal(map_is_payload(entry),
                             entry->offset >= mark->payload && entry->offset < mark->payload_end);
        }
        for (size_t k = 0; k < entry->size; k++) {
            assert_ptr_equal(map_at(map, entry->offset + k), entry);
        }
    }
    assert_int_equal(covered, map->encoding.out.size);
    assert_null(map_at(map, covered));
    assert_null(map_at(map, SIZE_MAX));
}

static void every_byte_is_mapped_once(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        Hardstop__Stream *stream = build(i & 1, i & 2);
        struct map map;

        map_init(&map, stream, NULL);
        check_cover(&map);
        map_clear(&map);
        assert_null(map.entries);
        hardstop__stream__free_unpacked(stream, NULL);
    }
}

static const struct map_entry *find(const struct map *map, size_t section, const char *path)
{
    const struct map_entry *found = NULL;

    for (size_t i = 0; i < map->n; i++) {
        if (map->entries[i].section == section && strcmp(map->entries[i].path, path) == 0) {
            assert_null(found);
            found = &map->entries[i];
        }
    }
    if (!found) {
        fail_msg("no entry %s", path);
    }
    return found;
}

static const struct {
    size_t section;
    const char *path;
    size_t size;
    uint64_t value;
    enum field_part part;
    bool field;
} entries[] = {
    { MAP_NO_SECTION, "header.magic", 4, 0x5145564d, FIELD_PART_STREAM, true },
    { MAP_NO_SECTION, "configuration.type", 1, 7, FIELD_PART_STREAM, false },
    { MAP_NO_SECTION, "configuration.name", 1, 0, FIELD_PART_STREAM, true },
    { 1, "type", 1, 4, FIELD_PART_SECTION_TYPE, true },
    { 1, "idstr", 5, 0, FIELD_PART_SECTION_HEADER, true },
    { 1, "ticks[0]", 3, 0, FIELD_PART_DESCRIPTION, false },
    { 1, "ticks[1]", 3, 0, FIELD_PART_DESCRIPTION, false },
    { 1, "footer.mark", 1, 0x7e, FIELD_PART_FOOTER, true },
    { 1, "footer.section_id", 4, 1, FIELD_PART_FOOTER, true },
    { 2, "virtio.ccw.pmcw.intparm", 4, 7, FIELD_PART_TABLE, true },
    { 2, "virtio.ccw.sense_data", 32, 0, FIELD_PART_TABLE, true },
    { 2, "virtio.ccw.id.ciw[2].count", 2, 2, FIELD_PART_TABLE, true },
    { 2, "virtio.ccw.subch_subsection[s390_subch_dev/orb].orb.intparm", 4, 0x11223344, FIELD_PART_TABLE, true },
    { 2, "virtio.ccw.revision", 4, UINT64_MAX, FIELD_PART_TABLE, true },
    { 2, "virtio.config_len", 4, 4, FIELD_PART_TABLE, true },
    { 2, "virtio.queue[0].last_avail_idx", 2, 2, FIELD_PART_TABLE, true },
    { 2, "virtio.subsection[virtio/64bit_features].features_64bit.guest_features", 8, UINT64_C(0x130000000),
      FIELD_PART_TABLE, true },
    { 0, "command.data", 1, 0, FIELD_PART_SECTION_HEADER, true },
    { 3, "opaque", 1, 0, FIELD_PART_UNNAMED, false },
    { 4, "type", 1, 0, FIELD_PART_SECTION_TYPE, true },
    { MAP_NO_SECTION, "vmdesc.json", sizeof(json) - 1, 0, FIELD_PART_STREAM, true },
    { 2, "virtio.subsection[virtio/64bit_features].mark", 1, 5, FIELD_PART_SUBSECTION_HEADER, true },
    { 2, "virtio.subsection[virtio/64bit_features].name_len", 1, 21, FIELD_PART_SUBSECTION_HEADER, true },
    { 2, "virtio.subsection[virtio/64bit_features].name", 21, 0, FIELD_PART_SUBSECTION_HEADER, true },
    { 2, "virtio.subsection[virtio/64bit_features].version_id", 4, 1, FIELD_PART_SUBSECTION_HEADER, true },
    { MAP_NO_SECTION, "rest", 3, 0, FIELD_PART_UNNAMED, false },
};

static void entries_tell_section_field_and_value(void **state)
{
    Hardstop__Stream *stream = build(true, true);
    struct map map;

    (void)state;
    map_init(&map, stream, NULL);
    for (size_t i = 0; i < HS_COUNT(entries); i++) {
        const struct map_entry *entry = find(&map, entries[i].section, entries[i].path);

        if (entry->size != entries[i].size || entry->value != entries[i].value ||
            entry->part != entries[i].part || (entry->field != NULL) != entries[i].field) {
            fail_msg("%s: size %zu, value 0x%llx, %s, field %d", entry->path, entry->size,
                     (unsigned long long)entry->value, map_part_name(entry->part), entry->field != NULL);
        }
    }
    map_clear(&map);
    hardstop__stream__free_unpacked(stream, NULL);
}

/* Names are text, as far as they can be printed; numbers and bytes of a table are not. */
static void names_are_text(void **state)
{
    Hardstop__Stream *stream = build(true, true);
    const struct map_entry *name;
    struct map map;

    (void)state;
    map_init(&map, stream, NULL);
    assert_int_equal(map_text_length(&map, find(&map, 1, "idstr")), 5);
    assert_int_equal(map_text_length(&map, find(&map, MAP_NO_SECTION, "configuration.name")), 1);
    assert_int_equal(map_text_length(&map, find(&map, 2, "virtio.subsection[virtio/64bit_features].name")), 21);
    assert_int_equal(map_text_length(&map, find(&map, 2, "virtio.subsection[virtio/64bit_features].mark")), 0);
    assert_int_equal(map_text_length(&map, find(&map, 1, "idstr_len")), 0);
    assert_int_equal(map_text_length(&map, find(&map, 1, "ticks[0]")), 0);
    assert_int_equal(map_text_length(&map, find(&map, 3, "opaque")), 0);
    assert_int_equal(map_text_length(&map, find(&map, MAP_NO_SECTION, "rest")), 0);
    /* Zeros may stand behind a text, and nothing else. */
    name = find(&map, 1, "idstr");
    memset(map.encoding.out.data + name->offset + 2, 0, name->size - 2);
    assert_int_equal(map_text_length(&map, name), 2);
    map.encoding.out.data[name->offset + name->size - 1] = 'x';
    assert_int_equal(map_text_length(&map, name), 0);
    map_clear(&map);
    hardstop__stream__free_unpacked(stream, NULL);
}

/* What a payload holds behind all that its table knows has no name, whoever describes the section. */
static void the_rest_of_a_payload_has_no_name(void **state)
{
    Hardstop__Stream *stream = build(true, false);
    Hardstop__VirtioSection *virtio = stream->section[2]->virtio;
    const struct map_entry *rest;
    struct map map;

    (void)state;
    virtio->has_rest = true;
    virtio->rest = (ProtobufCBinaryData){ 3, hs_copy("ABC", 3) };
    map_init(&map, stream, NULL);
    rest = find(&map, 2, "virtio.rest");
    assert_int_equal(rest->size, 3);
    assert_int_equal(rest->part, FIELD_PART_UNNAMED);
    assert_false(map_is_named(rest));
    assert_true(map_is_payload(rest));
    assert_int_equal(map_text_length(&map, rest), 0);
    check_cover(&map);
    map_clear(&map);
    hardstop__stream__free_unpacked(stream, NULL);
}

#define BUFFERS \
    "{\"devices\": [{\"name\": \"timer\", \"instance_id\": 0, \"fields\": [" \
    "{\"name\": \"letter\", \"type\": \"buffer\", \"size\": 1}, " \
    "{\"name\": \"word\", \"type\": \"buffer\", \"size\": 2}, " \
    "{\"name\": \"number\", \"type\": \"uint16\", \"size\": 2}, " \
    "{\"name\": \"flag\", \"type\": \"buffer\", \"size\": 1}]}]}"

/* A buffer of one byte is a number as likely as a letter. */
static void buffers_are_text_from_two_bytes_on(void **state)
{
    static const struct {
        const char *path;
        size_t length;
    } texts[] = { { "letter", 0 }, { "word", 2 }, { "number", 0 }, { "flag", 0 } };
    Hardstop__Stream *stream = build(true, false);
    ProtobufCBinaryData description = { sizeof(BUFFERS) - 1, (uint8_t *)BUFFERS };
    struct map map;

    (void)state;
    map_init(&map, stream, &description);
    for (size_t i = 0; i < HS_COUNT(texts); i++) {
        const struct map_entry *entry = find(&map, 1, texts[i].path);

        memcpy(map.encoding.out.data + entry->offset, "ab", entry->size);
        assert_int_equal(map_text_length(&map, entry), texts[i].length);
    }
    map_clear(&map);
    hardstop__stream__free_unpacked(stream, NULL);
}

#define TIMER(size) \
    "{\"devices\": [{\"name\": \"timer\", \"fields\": [{\"name\": \"x\", \"size\": " size "}]}]}"

static void what_nothing_describes_has_no_name(void **state)
{
    Hardstop__Stream *stream = build(true, false);
    ProtobufCBinaryData description = { sizeof(json) - 1, (uint8_t *)json };
    struct map map;

    (void)state;
    map_init(&map, stream, NULL);
    assert_false(map_is_named(find(&map, 1, "opaque")));
    map_clear(&map);
    map_init(&map, stream, &description);
    assert_true(map_is_named(find(&map, 1, "ticks[1]")));
    check_cover(&map);
    map_clear(&map);
    /* A description of another size, less or more, does not fit. */
    for (int i = 0; i < 2; i++) {
        description.data = (uint8_t *)(i ? TIMER("5") : TIMER("7"));
        description.len = strlen((char *)description.data);
        map_init(&map, stream, &description);
        assert_false(map_is_named(find(&map, 1, "opaque")));
        check_cover(&map);
        map_clear(&map);
    }
    hardstop__stream__free_unpacked(stream, NULL);
}

static void a_stream_of_nothing_has_an_empty_map(void **state)
{
    Hardstop__Stream stream = HARDSTOP__STREAM__INIT;
    struct map map;

    (void)state;
    map_init(&map, &stream, NULL);
    assert_int_equal(map.n, 0);
    assert_null(map_at(&map, 0));
    map_clear(&map);
}

static const struct {
    const char *idstr, *device;
    size_t size;
} names[] = {
    { "0000:00:02.0/virtio-net", "virtio-net", 32 }, { "timer", "timer", 32 },       { "a/b/c", "c", 32 },
    { "a/", "", 32 },                                { "virtio-balloon", "virt", 5 }, { "x\ny\x7f", "x?y?", 32 },
    { "", "", 32 },                                  { "abc", "", 1 },
};

static void device_names_are_short_and_printable(void **state)
{
    Hardstop__Section section = HARDSTOP__SECTION__INIT;
    char name[32] = "?";

    (void)state;
    map_device_name(&section, name, sizeof(name));
    assert_string_equal(name, "");
    section.has_idstr = true;
    for (size_t i = 0; i < HS_COUNT(names); i++) {
        section.idstr.data = (uint8_t *)names[i].idstr;
        section.idstr.len = strlen(names[i].idstr);
        map_device_name(&section, name, names[i].size);
        assert_string_equal(name, names[i].device);
    }
}

static const struct {
    const char *path, *without;
    size_t size;
} paths[] = {
    { "virtio.queue[12].num", "virtio.queue[].num", 64 },
    { "a[0].b[1023]", "a[].b[]", 64 },
    { "virtio.subsection[virtio/64bit_features].x", "virtio.subsection[virtio/64bit_features].x", 64 },
    { "s[64bit].x", "s[64bit].x", 64 },
    { "page[pc.ram+0x1000].header", "page[].header", 64 },
    { "pages[/rom@etc/a+b+0x0..0xfff000]", "pages[]", 64 },
    { "attributes[0x3000].len", "attributes[].len", 64 },
    { "block[/rom@etc/acpi/rsdp].length", "block[].length", 64 },
    { "s[0y]", "s[0y]", 64 },
    { "s[7", "s[7", 64 },
    { "abc[5]d", "abc[]", 6 },
    { "", "", 64 },
};

static void only_indexes_leave_a_path(void **state)
{
    char out[64];

    (void)state;
    for (size_t i = 0; i < HS_COUNT(paths); i++) {
        map_path_without_indexes(paths[i].path, out, paths[i].size);
        assert_string_equal(out, paths[i].without);
    }
}

/* Names that are not used cost one section its own, which is said there. */
static void odd_descriptions_are_noted(void **state)
{
    static const struct {
        const char *json, *note; /* NULL: none */
    } cases[] = {
        { "{\"devices\": [{\"name\": \"timer\", \"fields\": [{\"name\": \"t\", \"size\": 6}]}]}", NULL },
        { "{\"devices\": [{\"name\": \"timer\", \"fields\": [{\"name\": \"t\", \"size\": -6}]}]}",
          "a negative size" },
        { "{\"devices\": [{\"name\": \"timer\", \"fields\": [{\"name\": \"t\", \"size\": 5}]}]}",
          "5 bytes are described" },
        { "{\"devices\": []}", NULL },
    };
    Hardstop__Stream *stream = build(true, false);

    (void)state;
    for (size_t i = 0; i < HS_COUNT(cases); i++) {
        ProtobufCBinaryData description = { strlen(cases[i].json), (uint8_t *)cases[i].json };
        const char *note = NULL;
        struct map map;

        map_init(&map, stream, &description);
        for (size_t k = 0; k < stream->n_section; k++) {
            bool is_timer = case_section_has(stream->section[k], "timer");

            note = is_timer ? map_note(&map, k) : note;
            assert_true(is_timer || !map_note(&map, k));
        }
        if ((note != NULL) != (cases[i].note != NULL) || (note && !strstr(note, cases[i].note))) {
            fail_msg("%zu: \"%s\"", i, note ? note : "");
        }
        map_clear(&map);
    }
    stream_free(stream);
}

/* A map of one place ends behind it, and has what the whole map has there. */
static void a_place_is_what_it_is_in_the_whole_map(void **state)
{
    for (int i = 0; i < 4; i++) {
        Hardstop__Stream *stream = build(i & 1, i & 2);
        struct map map, place;

        (void)state;
        map_init(&map, stream, NULL);
        for (size_t k = 0; k < map.n; k++) {
            const struct map_entry *entry = &map.entries[k];
            size_t last = entry->offset + entry->size - 1;
            const struct map_entry *found;

            map_init_place(&place, stream, NULL, entry->section, last);
            found = map_at(&place, last);
            assert_int_equal(place.n, 1);
            assert_non_null(found);
            assert_string_equal(found->path, entry->path);
            assert_int_equal(found->offset, entry->offset);
            assert_int_equal(found->size, entry->size);
            assert_int_equal(found->value, entry->value);
            map_clear(&place);
        }
        map_clear(&map);
        stream_free(stream);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_is_mapped_once),
        cmocka_unit_test(entries_tell_section_field_and_value),
        cmocka_unit_test(a_place_is_what_it_is_in_the_whole_map),
        cmocka_unit_test(names_are_text),
        cmocka_unit_test(odd_descriptions_are_noted),
        cmocka_unit_test(what_nothing_describes_has_no_name),
        cmocka_unit_test(the_rest_of_a_payload_has_no_name),
        cmocka_unit_test(buffers_are_text_from_two_bytes_on),
        cmocka_unit_test(a_stream_of_nothing_has_an_empty_map),
        cmocka_unit_test(device_names_are_short_and_printable),
        cmocka_unit_test(only_indexes_leave_a_path),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
