/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names each byte while a stream is encoded; descriptions name what no table does. */
#include "harness/wire/map.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/wire/description.h"
#include "harness/wire/payload.h"
#include "harness/wire/vmdesc_cache.h"

struct mapping {
    struct map *map;
    const Hardstop__Stream *stream;
    struct vmdesc *vmdesc, *other;
    struct records records;
    size_t walked; /* the section whose records were named last */
    size_t only; /* the place whose entry is wanted; SIZE_MAX: all */
    struct field_place payload; /* of the section whose records are named */
};

/* The path stays an offset until all are there: the arena moves as it grows. */
static void append(const struct mapping *mapping, const char *path, struct map_entry entry)
{
    struct map *map = mapping->map;

    if (mapping->only != SIZE_MAX && (mapping->only < entry.offset || mapping->only - entry.offset >= entry.size)) {
        return;
    }
    entry.path = (const char *)map->paths.size;
    builder_put(&map->paths, path, strlen(path) + 1);
    *HS_PUSH(map->entries, map->n) = entry;
}

static void settle_paths(struct map *map)
{
    for (size_t i = 0; i < map->n; i++) {
        map->entries[i].path = (const char *)map->paths.data + (size_t)map->entries[i].path;
    }
}

static void map_described(struct mapping *mapping, const struct field_place *place, const struct vmdesc_field *field)
{
    const struct field *header = field->header;
    struct map_entry entry = {
        .section = place->section, .offset = place->offset + field->offset, .size = field->size, .field = header,
        .part = header ? FIELD_PART_SUBSECTION_HEADER : FIELD_PART_DESCRIPTION, .type = field->type,
    };
    struct bytes bytes = bytes_of(mapping->map->encoding.out.data + entry.offset, entry.size);

    if (header && header->kind == FIELD_UINT) {
        bytes_get_be(&bytes, entry.size, &entry.value);
    }
    append(mapping, field->path, entry);
}

/* Where a table exists for a payload that is not read by it, somebody else's word was taken. */
static void note_oddity(struct mapping *mapping, const struct field_place *place,
                        const struct vmdesc_section *described, const struct vmdesc_section *fitted)
{
    const Hardstop__Section *section = mapping->stream->section[place->section];
    char *text = NULL;

    if (described && described->trouble) {
        text = hs_format("no names: what describes this section makes no sense: %s", described->trouble);
    } else if (described && !fitted->n_fields && place->size) {
        text = hs_format("no names: %zu bytes are described, which these are not", described->size);
    } else if (fitted->n_fields && payload_find(section->idstr.data, section->idstr.len)) {
        text = hs_strdup("named by the description, with which the table of this device does not agree: another "
                         "transport, a stream of another QEMU, or a damaged one");
    }
    if (text) {
        *HS_PUSH(mapping->map->notes, mapping->map->n_notes) = (struct map_note){ place->section, text };
    }
}

static void map_opaque(struct mapping *mapping, const struct field_place *place)
{
    const Hardstop__Section *section = mapping->stream->section[place->section];
    struct vmdesc *both[] = { mapping->vmdesc, mapping->other };
    const struct vmdesc_section *described = NULL;
    struct vmdesc_section fitted = { 0 };

    for (size_t i = 0; i < 2 && !described; i++) {
        described = vmdesc_section(both[i], section->idstr.data, section->has_idstr ? section->idstr.len : 0,
                                   section->instance_id);
        if (described) {
            vmdesc_fit(both[i], described, mapping->map->encoding.out.data + place->offset, place->size, both[!i],
                       &fitted);
        }
    }
    note_oddity(mapping, place, described, &fitted);
    for (size_t i = 0; i < fitted.n_fields; i++) {
        map_described(mapping, place, &fitted.fields[i]);
    }
    if (fitted.size < place->size || (!described && !place->size)) {
        append(mapping, fitted.rest ? fitted.rest : place->path + place->section_path, (struct map_entry){
            .section = place->section, .offset = place->offset + fitted.size, .size = place->size - fitted.size,
            .part = place->part,
        });
    }
    vmdesc_section_clear(&fitted);
}

static void on_record(void *user, const struct records_place *place)
{
    struct mapping *mapping = user;
    struct map *map = mapping->map;
    struct map_entry entry = {
        .section = mapping->payload.section, .offset = place->offset, .size = place->size, .field = place->field,
        .part = place->run ? FIELD_PART_RUN : FIELD_PART_RECORD, .value = place->run ? map->n_runs : place->value,
    };

    if (place->run) {
        *HS_PUSH(map->runs, map->n_runs) = *place->run;
    }
    append(mapping, place->path, entry);
}

/* The section before that one which has its id and is no whole one; SIZE_MAX: none. */
static size_t part_before(const Hardstop__Stream *stream, size_t index)
{
    uint32_t id = stream->section[index]->section_id;

    while (index-- > 0) {
        const Hardstop__Section *section = stream->section[index];

        if (section->has_section_id && section->section_id == id && section->type != HARDSTOP__SECTION__TYPE__FULL) {
            return index;
        }
    }
    return SIZE_MAX;
}

static struct bytes payload_of(const struct mapping *mapping, size_t index)
{
    const struct stream_encoding *encoding = &mapping->map->encoding;
    size_t end = index == mapping->payload.section ? mapping->payload.offset + mapping->payload.size
                                                   : encoding->marks[index].payload_end;

    return (struct bytes){ encoding->out.data, end, encoding->marks[index].payload };
}

static void ignore(void *user, const struct records_place *place)
{
    (void)user;
    (void)place;
}

/* A record may leave out the name of its block, where the section before has named it. */
static void find_block(struct mapping *mapping, size_t index, const Hardstop__Section *named)
{
    struct records records = { .format = mapping->records.format, .visit = ignore };
    size_t before = part_before(mapping->stream, index);

    if (before == SIZE_MAX || before != mapping->walked) {
        mapping->records.has_block = false;
    }
    for (; before != SIZE_MAX && !mapping->records.has_block; before = part_before(mapping->stream, before)) {
        records_visit(&records, payload_of(mapping, before), named->idstr.data, named->idstr.len);
        mapping->records.has_block = records.has_block;
        mapping->records.block_size = records.block_size;
        memcpy(mapping->records.block, records.block, records.block_size);
    }
    mapping->walked = index;
}

/* The section that says what the one of that index is called, or NULL. */
static const Hardstop__Section *named_as(const Hardstop__Stream *stream, size_t index)
{
    while (index != SIZE_MAX && !stream_type_has_header((int)stream->section[index]->type)) {
        index = part_before(stream, index);
    }
    return index == SIZE_MAX ? NULL : stream->section[index];
}

/* False: the section is none of records, or not one to its end, and nothing was named. */
static bool map_records(struct mapping *mapping, const struct field_place *place)
{
    const Hardstop__Section *named = named_as(mapping->stream, place->section);
    struct map *map = mapping->map;
    size_t n = map->n, n_runs = map->n_runs, paths = map->paths.size;
    struct bytes in;

    if (!named || !ram_is_iterable(named->idstr.data, named->idstr.len)) {
        return false;
    }
    mapping->payload = *place;
    in = payload_of(mapping, place->section);
    find_block(mapping, place->section, named);
    if (records_visit(&mapping->records, in, named->idstr.data, named->idstr.len)) {
        return true;
    }
    map->n = n;
    map->n_runs = n_runs;
    map->paths.size = paths;
    return false;
}

static void on_place(void *user, const struct field_place *place)
{
    struct mapping *mapping = user;
    const struct stream_encoding *encoding = &mapping->map->encoding;
    bool is_first = place->part == FIELD_PART_SECTION_HEADER && place->offset == encoding->marks[place->section].start;

    if (place->section != MAP_NO_SECTION && place->part == FIELD_PART_UNNAMED && !place->field) {
        if (!map_records(mapping, place)) {
            map_opaque(mapping, place);
        }
        return;
    }
    append(mapping, place->path + place->section_path, (struct map_entry){
        .section = place->section, .offset = place->offset, .size = place->size,
        .part = is_first ? FIELD_PART_SECTION_TYPE : place->part, .field = place->field, .value = place->value,
        .context = place->context,
    });
}

void map_init(struct map *map, const Hardstop__Stream *stream, const ProtobufCBinaryData *description)
{
    map_init_some(map, stream, description, NULL, NULL);
}

/* `mapping` says what is wanted. */
static void init(struct mapping mapping, const ProtobufCBinaryData *description, const ProtobufCBinaryData *other,
                 const bool *wanted)
{
    struct vmdesc own, more;

    memset(mapping.map, 0, sizeof(*mapping.map));
    vmdesc_take(&own, description ? description : description_of(mapping.stream));
    vmdesc_take(&more, other);
    mapping.vmdesc = &own;
    mapping.other = &more;
    mapping.walked = SIZE_MAX;
    mapping.records.format = ram_format_of(mapping.stream, &own);
    mapping.records.visit = on_record;
    mapping.records.user = &mapping;
    stream_encode_some(mapping.stream, &mapping.map->encoding, on_place, &mapping, wanted,
                       mapping.only == SIZE_MAX ? 0 : mapping.only + 1);
    settle_paths(mapping.map);
    vmdesc_give_back(&own);
    vmdesc_give_back(&more);
}

void map_init_some(struct map *map, const Hardstop__Stream *stream, const ProtobufCBinaryData *description,
                   const ProtobufCBinaryData *other, const bool *wanted)
{
    init((struct mapping){ .map = map, .stream = stream, .only = SIZE_MAX }, description, other, wanted);
}

void map_init_each(struct map *map, const Hardstop__Stream *stream, const bool *wanted)
{
    init((struct mapping){ .map = map, .stream = stream, .only = SIZE_MAX, .records.each = true }, NULL, NULL, wanted);
}

void map_init_place(struct map *map, const Hardstop__Stream *stream, const ProtobufCBinaryData *description,
                    size_t section, size_t offset)
{
    bool *wanted = section < stream->n_section ? hs_alloc(stream->n_section * sizeof(*wanted)) : NULL;

    if (wanted) {
        wanted[section] = true;
    }
    init((struct mapping){ .map = map, .stream = stream, .only = offset }, description, NULL, wanted);
    free(wanted);
}

/* Names have a row whose kind is bytes, in whatever is not a payload's field. */
static bool may_be_text(const struct map_entry *entry)
{
    switch (entry->part) {
    case FIELD_PART_SUBSECTION_HEADER:
        return entry->field->kind == FIELD_BYTES;
    case FIELD_PART_SECTION_HEADER:
    case FIELD_PART_STREAM:
        return entry->field && entry->field->kind == FIELD_BYTES;
    case FIELD_PART_RECORD:
        return entry->field->kind == FIELD_BYTES && strcmp(entry->field->name, "idstr") == 0;
    case FIELD_PART_DESCRIPTION:
        return entry->type == VMDESC_BUFFER && entry->size > 1;
    default:
        return false;
    }
}

size_t map_text_length_of(const struct map_entry *entry, const uint8_t *data)
{
    size_t length = 0;

    while (length < entry->size && data[length] >= 0x20 && data[length] <= 0x7e) {
        length++;
    }
    return may_be_text(entry) && bytes_are_zero(data + length, entry->size - length) ? length : 0;
}

size_t map_text_length(const struct map *map, const struct map_entry *entry)
{
    return map_text_length_of(entry, map->encoding.out.data + entry->offset);
}

const char *map_note(const struct map *map, size_t section)
{
    for (size_t i = 0; i < map->n_notes; i++) {
        if (map->notes[i].section == section) {
            return map->notes[i].text;
        }
    }
    return NULL;
}

void map_clear(struct map *map)
{
    for (size_t i = 0; i < map->n_notes; i++) {
        free(map->notes[i].text);
    }
    free(map->notes);
    free(map->entries);
    free(map->runs);
    builder_clear(&map->paths);
    stream_encoding_clear(&map->encoding);
    memset(map, 0, sizeof(*map));
}

const struct map_entry *map_at(const struct map *map, size_t offset)
{
    size_t low = 0, high = map->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct map_entry *entry = &map->entries[middle];

        if (offset < entry->offset) {
            high = middle;
        } else if (offset - entry->offset >= entry->size) {
            low = middle + 1;
        } else {
            return entry;
        }
    }
    return NULL;
}
