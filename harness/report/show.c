/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks a map of a stream once for people and once for scripts. */
#include "harness/report/show.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/print.h"
#include "harness/base/printable.h"
#include "harness/case/case.h"
#include "harness/report/style.h"

enum {
    ZERO_RUN = 8, /* this many zero elements in a row say no more than their number */
    SHOWN_BYTES = 32,
};

static const char *type_name(int type)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(&hardstop__section__type__descriptor, type);

    return value ? value->name : "?";
}

static bool is_wanted(const Hardstop__Stream *stream, const struct map_entry *entry, const struct show_options *options)
{
    if (!options->section) {
        return true;
    }
    return entry->section != MAP_NO_SECTION && case_section_has(stream->section[entry->section], options->section);
}

static const uint8_t *bytes_of_entry(const struct map *map, const struct map_entry *entry)
{
    return map->encoding.out.data + entry->offset;
}

static void print_hex(FILE *out, const uint8_t *data, size_t size, size_t most)
{
    for (size_t i = 0; i < size && i < most; i++) {
        fprintf(out, "%02x", data[i]);
    }
    fputs(size > most ? "..." : "", out);
}

static bool is_number(const struct map_entry *entry)
{
    return entry->field && entry->field->kind != FIELD_BYTES;
}

static void print_value(FILE *out, const struct map *map, const struct map_entry *entry)
{
    const uint8_t *data = bytes_of_entry(map, entry);
    size_t text = map_text_length(map, entry);
    char words[128];

    if (entry->part == FIELD_PART_RUN) {
        records_run_text(&map->runs[entry->value], words, sizeof(words));
        fputs(words, out);
    } else if (is_number(entry)) {
        if (entry->field->is_signed) {
            fprintf(out, "%" PRId64, (int64_t)entry->value);
        } else if (entry->value < 10) {
            fprintf(out, "%" PRIu64, entry->value);
        } else {
            fprintf(out, "0x%" PRIx64 " (%" PRIu64 ")", entry->value, entry->value);
        }
    } else if (text) {
        fprintf(out, "\"%.*s\"", (int)text, (const char *)data);
    } else if (entry->size > 16 && bytes_are_zero(data, entry->size)) {
        fprintf(out, "%zu zero bytes", entry->size);
    } else {
        print_hex(out, data, entry->size, SHOWN_BYTES);
    }
}

static void print_section_line(FILE *out, const Hardstop__Stream *stream, const struct map *map, size_t index)
{
    const Hardstop__Section *section = stream->section[index];
    const struct stream_mark *mark = &map->encoding.marks[index];

    style_print(out, STYLE_BOLD, "[%zu] %s", index, type_name((int)section->type));
    if (section->has_idstr) {
        fputc(' ', out);
        printable_write(out, (const char *)section->idstr.data, section->idstr.len);
        fprintf(out, " instance %u version %u", section->instance_id, section->version_id);
    }
    fprintf(out, ", at %zu, payload of %zu bytes at %zu\n", mark->start, mark->payload_end - mark->payload,
            mark->payload);
    if (map_note(map, index)) {
        style_print(out, STYLE_WARN, "  %s\n", map_note(map, index));
    }
}

/* How many entries from `i` on are zero array elements of one section. */
static size_t zero_run(const struct map *map, size_t i)
{
    size_t n = 0;

    while (i + n < map->n && map->entries[i + n].section == map->entries[i].section &&
           strchr(map->entries[i + n].path, '[') &&
           bytes_are_zero(bytes_of_entry(map, &map->entries[i + n]), map->entries[i + n].size)) {
        n++;
    }
    return n;
}

static void print_entry(FILE *out, const struct map *map, const struct map_entry *entry)
{
    fprintf(out, "  %8zu %6zu  %-44s ", entry->offset, entry->size, entry->path);
    print_value(out, map, entry);
    if (!map_is_named(entry)) {
        style_print(out, STYLE_WARN, "  (no name)");
    }
    fputc('\n', out);
}

size_t show_text(FILE *out, const Hardstop__Stream *stream, const struct map *map, const struct show_options *options)
{
    size_t last = MAP_NO_SECTION, unnamed = 0, run;

    for (size_t i = 0; i < map->n; i++) {
        const struct map_entry *entry = &map->entries[i];

        if (!is_wanted(stream, entry, options)) {
            continue;
        }
        if (entry->section != last && entry->section != MAP_NO_SECTION) {
            print_section_line(out, stream, map, entry->section);
        } else if (entry->section != last || i == 0) {
            style_print(out, STYLE_BOLD, "stream\n");
        }
        last = entry->section;
        unnamed += map_is_payload(entry) && !map_is_named(entry) ? entry->size : 0;
        run = options->all ? 0 : zero_run(map, i);
        if (run > ZERO_RUN) {
            const struct map_entry *end = &map->entries[i + run - 1];

            style_print(out, STYLE_DIM, "  %8zu %6zu  %zu zero fields, %s to %s\n", entry->offset,
                        end->offset + end->size - entry->offset, run, entry->path, end->path);
            i += run - 1;
            continue;
        }
        print_entry(out, map, entry);
    }
    return unnamed;
}

static json_t *json_text(const void *data, size_t size)
{
    return printable_json(data, size);
}

static json_t *json_bytes(const uint8_t *data, size_t size)
{
    struct print_memory memory;
    json_t *text;
    char *hex;

    print_hex(print_open(&memory), data, size, SIZE_MAX);
    hex = print_close(&memory);
    text = json_string(hex);
    free(hex);
    return text;
}

static json_t *json_run(const struct records_run *run)
{
    json_t *object = json_object();

    for (int kind = 0; kind < RAM_KINDS; kind++) {
        if (run->n[kind]) {
            json_object_set_new(object, records_kind_name((enum ram_kind)kind),
                                json_integer((json_int_t)run->n[kind]));
        }
    }
    return object;
}

static json_t *json_entry(const struct map *map, const struct map_entry *entry)
{
    json_t *object = json_pack("{s:s, s:I, s:I, s:b}", "field", entry->path, "offset", (json_int_t)entry->offset,
                               "size", (json_int_t)entry->size, "named", (int)map_is_named(entry));

    if (entry->part == FIELD_PART_RUN) {
        json_object_set_new(object, "records", json_run(&map->runs[entry->value]));
    } else if (is_number(entry)) {
        /* JSON numbers end at 2^63: larger ones are given in hex like bytes. */
        json_object_set_new(object, "value",
                            entry->value > INT64_MAX && !entry->field->is_signed
                                ? json_bytes(bytes_of_entry(map, entry), entry->size)
                                : json_integer((json_int_t)entry->value));
    } else if (entry->size < MAPPED_LEAST) {
        /* More than a script should have to read in hex: it has offset and size. */
        json_object_set_new(object, "bytes", json_bytes(bytes_of_entry(map, entry), entry->size));
    }
    return object;
}

static json_t *json_section(const Hardstop__Stream *stream, const struct map *map, size_t index)
{
    const Hardstop__Section *section = stream->section[index];
    const struct stream_mark *mark = &map->encoding.marks[index];
    json_t *object = json_pack("{s:I, s:s, s:I, s:I, s:I}", "index", (json_int_t)index, "type",
                               type_name((int)section->type), "offset", (json_int_t)mark->start, "payload_offset",
                               (json_int_t)mark->payload, "payload_size",
                               (json_int_t)(mark->payload_end - mark->payload));

    if (section->has_section_id) {
        json_object_set_new(object, "section_id", json_integer(section->section_id));
    }
    if (section->has_idstr) {
        json_object_set_new(object, "idstr", json_text(section->idstr.data, section->idstr.len));
        json_object_set_new(object, "instance_id", json_integer(section->instance_id));
        json_object_set_new(object, "version_id", json_integer(section->version_id));
    }
    if (map_note(map, index)) {
        json_object_set_new(object, "note", json_string(map_note(map, index)));
    }
    json_object_set_new(object, "fields", json_array());
    return object;
}

size_t show_json(FILE *out, const Hardstop__Stream *stream, const struct map *map, const struct show_options *options)
{
    json_t *root = json_pack("{s:i, s:I, s:[], s:[]}", "version", 1, "bytes", (json_int_t)map->encoding.out.size,
                             "fields", "sections");
    json_t *sections = json_object_get(root, "sections"), *fields = json_object_get(root, "fields"), *section;
    size_t last = MAP_NO_SECTION, unnamed = 0;
    json_t *list = fields;

    for (size_t i = 0; i < map->n; i++) {
        const struct map_entry *entry = &map->entries[i];

        if (!is_wanted(stream, entry, options)) {
            continue;
        }
        if (entry->section == MAP_NO_SECTION) {
            list = fields;
        } else if (entry->section != last) {
            section = json_section(stream, map, entry->section);
            list = json_object_get(section, "fields");
            json_array_append_new(sections, section);
        }
        last = entry->section;
        unnamed += map_is_payload(entry) && !map_is_named(entry) ? entry->size : 0;
        json_array_append_new(list, json_entry(map, entry));
    }
    json_dumpf(root, out, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    fputc('\n', out);
    json_decref(root);
    return unnamed;
}
