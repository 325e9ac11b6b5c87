/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which field each byte of a stream belongs to. */
#ifndef HARDSTOP_WIRE_MAP_H
#define HARDSTOP_WIRE_MAP_H

#include "harness/wire/records.h"
#include "harness/wire/stream.h"
#include "harness/wire/vmdesc.h"

#define MAP_NO_SECTION STREAM_NO_SECTION

struct map_entry {
    const char *path; /* "virtio.ccw.devno": below the section, if it is in one */
    size_t section; /* index, or MAP_NO_SECTION */
    size_t offset;
    size_t size;
    enum field_part part;
    enum vmdesc_type type; /* FIELD_PART_DESCRIPTION: as the description has it */
    const struct field *field; /* of a number or bytes that a table describes, or NULL */
    uint64_t value; /* of a number; FIELD_PART_RUN: index in the map's runs */
    struct field_context context;
};

/* What is odd about the names of a section. */
struct map_note {
    size_t section;
    char *text;
};

struct map {
    struct map_note *notes; /* by section, one at most for each */
    size_t n_notes;
    struct map_entry *entries; /* by offset, without gaps */
    size_t n;
    struct records_run *runs;
    size_t n_runs;
    struct builder paths; /* what the entries' paths point into */
    struct stream_encoding encoding; /* of the stream: its bytes, and where its sections are */
};

/*
 * Maps a stream.  Payloads that no table describes are named by `description` (JSON of a vmdesc), or by the stream's
 * own one when that is NULL.
 */
void map_init(struct map *map, const Hardstop__Stream *stream, const ProtobufCBinaryData *description);
/*
 * The same for some of the sections alone; `wanted` has a place for each.  In `other`, another description, sections
 * and subsections are looked up that the first does not describe; NULL: nowhere.
 */
void map_init_some(struct map *map, const Hardstop__Stream *stream, const ProtobufCBinaryData *description,
                   const ProtobufCBinaryData *other, const bool *wanted);
/* The same with each record of guest RAM by itself, which takes half a KiB for one. */
void map_init_each(struct map *map, const Hardstop__Stream *stream, const bool *wanted);
/*
 * As map_init_some() for one section, whose index is given (none has it: all of the stream), and with no entry but that
 * which holds the byte at `offset`, for map_at(), and no marks of sections behind it; SIZE_MAX: all of them.
 */
void map_init_place(struct map *map, const Hardstop__Stream *stream, const ProtobufCBinaryData *description,
                    size_t section, size_t offset);
void map_clear(struct map *map);

/* In a section's payload, not in its header or footer? */
static inline bool map_is_payload(const struct map_entry *entry)
{
    return entry->section != MAP_NO_SECTION && entry->part >= FIELD_PART_SUBSECTION_HEADER;
}

static inline bool map_is_named(const struct map_entry *entry)
{
    return entry->part != FIELD_PART_UNNAMED;
}

/* The value of a number of at most eight bytes; what only a description names is big-endian. */
static inline uint64_t map_number(const struct map *map, const struct map_entry *entry)
{
    struct bytes bytes = bytes_of(map->encoding.out.data + entry->offset, entry->size);
    uint64_t value = entry->value;

    if (entry->part == FIELD_PART_DESCRIPTION && entry->size <= sizeof(value)) {
        bytes_get_be(&bytes, entry->size, &value);
    }
    return value;
}

/* "section type", "field of a table" ... */
const char *map_part_name(enum field_part part);

/* How long the text is of a name, or of bytes that the description names: printable ASCII, then zeros; 0: no text. */
size_t map_text_length(const struct map *map, const struct map_entry *entry);
/* The same of other bytes of that entry, as many as it has. */
size_t map_text_length_of(const struct map_entry *entry, const uint8_t *data);

/* The note on a section, or NULL. */
const char *map_note(const struct map *map, size_t section);

/* The entry that holds the byte at `offset`, or NULL behind the end. */
const struct map_entry *map_at(const struct map *map, size_t offset);

/*
 * "queue[3].num" -> "queue[].num", "page[pc.ram+0x1000].header" -> "page[].header": the field, whichever element it is
 * in; at most `size` - 1 characters.
 */
void map_path_without_indexes(const char *path, char *out, size_t size);

/* The device of an idstr: what is behind its last slash, printable, at most `size` - 1 characters. */
void map_device_of(const void *idstr, size_t length, char *name, size_t size);
/* The same for a section. */
void map_device_name(const Hardstop__Section *section, char *name, size_t size);

#endif
