/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the place of a finding in the map, and what it has in common with others. */
#include "harness/finding/place.h"

#include <stdio.h>
#include <string.h>

#include "harness/wire/tables.h"

static const char *kind_of(const struct place *place)
{
    static const char *const whats[STATE_WHATS] = {
        [STATE_MISSING] = "section", [STATE_INSTANCE] = "section", [STATE_UNREAD] = "end of file",
    };

    return place->what == STATE_FIELD ? map_part_name(place->part) : whats[place->what];
}

/* Where the loader stops reading: behind the first end-of-file mark. */
static size_t end_of_file(const Hardstop__Stream *stream, const struct stream_encoding *encoding)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        if (stream->section[i]->type == HARDSTOP__SECTION__TYPE__EOF) {
            return encoding->marks[i].start + 1;
        }
    }
    return encoding->out.size;
}

/* A zero where a section's type was is an end-of-file mark now, and what follows is behind it. */
static bool ends_file(const struct judgement *judgement, const struct map_entry *entry)
{
    size_t first = judgement->effect.first;

    return entry->part == FIELD_PART_SECTION_TYPE && first < judgement->damaged.size &&
           judgement->damaged.data[first] == HARDSTOP__SECTION__TYPE__EOF;
}

static void place_at(const struct judgement *judgement, const struct map *map, struct finding *finding,
                     struct place *place)
{
    const struct map_entry *entry = map_at(map, judgement->effect.first);

    if (entry) {
        place->is_known = true;
        place->what = ends_file(judgement, entry) ? STATE_UNREAD : STATE_FIELD;
        place->part = entry->part;
        place->field = entry->field;
        map_path_without_indexes(entry->path, finding->field, sizeof(finding->field));
    }
}

static void place_in_section(const Hardstop__Section *section, struct finding *finding, struct place *place)
{
    bool could_have_footer = section->has_idstr || section->type == HARDSTOP__SECTION__TYPE__PART ||
                             section->type == HARDSTOP__SECTION__TYPE__END;

    map_device_name(section, finding->device, sizeof(finding->device));
    place->is_virtio = section->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO;
    place->has_no_footer = could_have_footer && !section->footer;
}

void place_of_damage(const struct judgement *judgement, struct finding *finding, struct place *place)
{
    const struct damage_effect *effect = &judgement->effect;
    const Hardstop__Stream *stream = judgement->test->stream;
    struct map map;

    if (effect->first == SIZE_MAX || !stream) {
        return;
    }
    if (effect->first >= end_of_file(stream, &judgement->plain)) {
        *place = (struct place){ .is_known = true, .what = STATE_UNREAD };
        snprintf(finding->field, sizeof(finding->field), "%s", state_what_name(STATE_UNREAD));
    } else {
        if (effect->section < stream->n_section) {
            place_in_section(stream->section[effect->section], finding, place);
        }
        map_init_place(&map, stream, judgement->description, effect->section, effect->first);
        place_at(judgement, &map, finding, place);
        map_clear(&map);
    }
    snprintf(finding->kind, sizeof(finding->kind), "%s", place->is_known ? kind_of(place) : "");
}

void place_of_difference(const struct state_comparison *comparison, struct finding *finding, struct place *place)
{
    const struct state_difference *first = &comparison->differences[0];

    if (!comparison->n) {
        return;
    }
    *place = (struct place){ .is_known = true, .what = first->what, .part = first->part, .field = first->field,
                             .is_virtio = first->is_virtio, .mechanism = first->mechanism };
    snprintf(finding->device, sizeof(finding->device), "%s", first->device);
    map_path_without_indexes(first->path, finding->field, sizeof(finding->field));
    snprintf(finding->kind, sizeof(finding->kind), "%s", kind_of(place));
}

/* The three indicators of virtio-ccw are loaded in one place. */
static bool is_indicator(const struct field *field)
{
    size_t n;
    const struct field *rows = tables_named("IndAddr", &n);

    return field && field >= rows && field < rows + n;
}

/* Frames are read by the same code for every device. */
static bool is_framing(enum field_part part)
{
    return part <= FIELD_PART_FOOTER;
}

static void field_words(const struct place *place, const struct finding *finding, char *words, size_t size)
{
    const char *device = finding->device, *field = finding->field;

    if (place->part == FIELD_PART_SUBSECTION_HEADER && strcmp(place->field->name, "mark") != 0) {
        snprintf(words, size, "subsection[].%s", place->field->name);
        return;
    }
    if (is_indicator(place->field)) {
        snprintf(words, size, "virtio.ccw indicator's %s", place->field->name);
        return;
    }
    if (is_framing(place->part)) {
        snprintf(words, size, "%s of any %s", field, place->part == FIELD_PART_STREAM ? "stream" : "section");
        return;
    }
    if (place->is_virtio) {
        device = "";
    } else if (place->part == FIELD_PART_UNNAMED && strncmp(device, "virtio-", strlen("virtio-")) == 0) {
        device = "virtio";
    }
    snprintf(words, size, "%s%s%s", device, *device && *field ? " " : "", field);
}

/* "virtio.ccw" of "virtio.ccw.id.cu_type": what is not reset there is forgotten in one place. */
static void part_words(const char *field, char *words, size_t size)
{
    size_t length = strcspn(field, ".");

    length += field[length] ? 1 + strcspn(field + length + 1, ".") : 0;
    snprintf(words, size, "%.*s", (int)length, field);
}

void place_words(const struct place *place, const struct finding *finding, char *words, size_t size)
{
    if (place->mechanism != MECHANISM_NONE) {
        snprintf(words, size, "%s", mechanism_name(place->mechanism));
    } else if (place->what == STATE_MISSING) {
        /* A section that was taken and is not in the state was no section to the loader, whatever its name. */
        snprintf(words, size, "section that is never loaded");
    } else if (place->what != STATE_FIELD) {
        snprintf(words, size, "%s", state_what_name(place->what));
    } else if (place->is_left && place->is_virtio) {
        part_words(finding->field, words, size);
    } else if (place->is_known) {
        field_words(place, finding, words, size);
    } else {
        snprintf(words, size, "%s", finding->device);
    }
}
