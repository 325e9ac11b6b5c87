/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packs, prints, reads and trims cases; tells text from packed bytes. */
#include "harness/case/case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/print.h"
#include "harness/setup/roster.h"
#include "harness/setup/trust.h"
#include "harness/message/reflect.h"
#include "harness/message/text.h"
#include "harness/case/rings.h"
#include "harness/wire/description.h"
#include "harness/wire/map.h"

Hardstop__Case *case_new(void)
{
    Hardstop__Case *test = hs_alloc(sizeof(*test));

    hardstop__case__init(test);
    return test;
}

void case_free(Hardstop__Case *test)
{
    if (test) {
        if (test->stream) {
            stream_let_go(test->stream);
        }
        hardstop__case__free_unpacked(test, NULL);
    }
}

/* A packed case has a stream, and the tag of that field is the control character 12, which no text has. */
bool case_is_text(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((data[i] < 0x20 && data[i] != '\n' && data[i] != '\t' && data[i] != '\r') || data[i] == 0x7f) {
            return false;
        }
    }
    return size > 0;
}

Hardstop__Case *case_parse(const uint8_t *data, size_t size, struct hs_error *err)
{
    if (size == 0) {
        hs_fail(err, 0, "empty: no case");
        return NULL;
    }
    if (case_is_text(data, size)) {
        return (Hardstop__Case *)text_parse(&hardstop__case__descriptor, (const char *)data, size, err);
    }
    return (Hardstop__Case *)reflect_unpack(&hardstop__case__descriptor, data, size, err);
}

Hardstop__Case *case_read(const char *path, struct hs_error *err)
{
    Hardstop__Case *test;
    uint8_t *data;
    size_t size;

    if (file_read(path, &data, &size, err) < 0) {
        return NULL;
    }
    test = case_parse(data, size, err);
    free(data);
    if (!test) {
        hs_fail_in(err, "%s", path);
    }
    return test;
}

Hardstop__Case *case_of_input(const char *target, const uint8_t *data, size_t size)
{
    Hardstop__Case *test =
        size ? (Hardstop__Case *)reflect_unpack(&hardstop__case__descriptor, data, size, NULL) : NULL;

    if (test && test->setup && test->stream && trust_check(test->setup, TRUST_NONE, NULL) == 0) {
        return test;
    }
    case_free(test);
    test = case_new();
    test->setup = roster_setup(target, 0, HARDSTOP__FRAMING__FOOTER);
    test->stream = (Hardstop__Stream *)reflect_new(&hardstop__stream__descriptor);
    test->stream->has_rest = true;
    test->stream->rest.data = hs_copy(data, size);
    test->stream->rest.len = size;
    return test;
}

char *case_text(const Hardstop__Case *test)
{
    return text_print_brief(&test->base);
}

uint8_t *case_pack(const Hardstop__Case *test, size_t *size)
{
    return reflect_pack(&test->base, size);
}

Hardstop__Case *case_clone(const Hardstop__Case *test)
{
    return (Hardstop__Case *)reflect_clone(&test->base);
}

/* Keeps the sections for which `keep` is true; order stays. */
static void filter_sections(Hardstop__Stream *stream, const bool *keep)
{
    size_t kept = 0;

    for (size_t i = 0; i < stream->n_section; i++) {
        if (keep[i]) {
            stream->section[kept++] = stream->section[i];
        } else {
            stream_free_section(stream->section[i]);
        }
    }
    stream->n_section = kept;
}

/* A description of the whole stream is part of what it sends, and stays as it is. */
static void prune_description(Hardstop__Stream *stream, const bool *wanted)
{
    if (stream->has_description) {
        description_keep(stream, wanted);
    }
}

static void drop_iterable(Hardstop__Stream *stream)
{
    bool *keep = hs_alloc(stream->n_section);

    for (size_t i = 0; i < stream->n_section; i++) {
        keep[i] = stream->section[i]->type == HARDSTOP__SECTION__TYPE__FULL ||
                  stream->section[i]->type == HARDSTOP__SECTION__TYPE__EOF;
    }
    filter_sections(stream, keep);
    free(keep);
}

/* What the description says of the sections that are left stays. */
static void drop_frame(Hardstop__Stream *stream)
{
    description_keep(stream, NULL);
    if (stream->header) {
        hardstop__header__free_unpacked(stream->header, NULL);
    }
    if (stream->configuration) {
        hardstop__configuration__free_unpacked(stream->configuration, NULL);
    }
    if (stream->vmdesc) {
        hardstop__vmdesc__free_unpacked(stream->vmdesc, NULL);
    }
    stream->header = NULL;
    stream->configuration = NULL;
    stream->vmdesc = NULL;
}

bool case_is_whole(const Hardstop__Case *test)
{
    return test->whole || (test->stream && test->stream->header);
}

void case_mark_captured(Hardstop__Case *test)
{
    struct stream_encoding encoding = { 0 };

    stream_encode(test->stream, &encoding, NULL, NULL);
    test->has_captured = true;
    test->captured = case_stream_hash(&encoding);
    stream_encoding_clear(&encoding);
}

Hardstop__Case *case_of_stream(Hardstop__Stream *stream, const Hardstop__Setup *setup, enum case_keep keep)
{
    Hardstop__Case *test = case_new();

    test->stream = stream;
    if (keep != CASE_KEEP_ALL) {
        rings_take(test);
        drop_iterable(stream);
    }
    if (keep == CASE_KEEP_DEVICES) {
        drop_frame(stream);
    }
    test->setup = (Hardstop__Setup *)reflect_clone(&setup->base);
    case_mark_captured(test);
    return test;
}

bool case_section_has(const Hardstop__Section *section, const char *part)
{
    return section->has_idstr && section->idstr.len &&
           memmem(section->idstr.data, section->idstr.len, part, strlen(part));
}

int case_fail_section(const Hardstop__Stream *stream, const char *part, struct hs_error *err)
{
    const ProtobufCBinaryData *last = NULL;
    struct print_memory memory;
    FILE *out = print_open(&memory);
    char *names;

    for (size_t i = 0; i < stream->n_section; i++) {
        const Hardstop__Section *section = stream->section[i];
        const ProtobufCBinaryData *idstr = &section->idstr;

        if (!section->has_idstr ||
            (last && last->len == idstr->len && memcmp(last->data, idstr->data, last->len) == 0)) {
            continue;
        }
        fputs(last ? ", " : "; there are ", out);
        fwrite(idstr->data, 1, idstr->len, out);
        last = idstr;
    }
    names = print_close(&memory);
    hs_fail(err, HS_NO_OFFSET, "no section's idstr contains \"%s\"%s", part, last ? names : ": no section has one");
    free(names);
    return -1;
}

size_t case_keep_sections(Hardstop__Case *test, const char *part)
{
    Hardstop__Stream *stream = test->stream;
    bool *keep = hs_alloc(stream->n_section), *match = hs_alloc(stream->n_section);
    size_t matches = 0;

    for (size_t i = 0; i < stream->n_section; i++) {
        match[i] = case_section_has(stream->section[i], part);
        matches += match[i];
        keep[i] = match[i] || (i && match[i - 1]) || stream->section[i]->type == HARDSTOP__SECTION__TYPE__EOF;
    }
    if (matches) {
        prune_description(stream, match);
        filter_sections(stream, keep);
        case_mark_captured(test);
    }
    free(match);
    free(keep);
    return matches;
}

bool case_keep_from(Hardstop__Case *test, size_t index)
{
    Hardstop__Stream *stream = test->stream;
    bool *keep;

    if (index >= stream->n_section || stream->section[index]->type != HARDSTOP__SECTION__TYPE__FULL) {
        return false;
    }
    case_check_captured(test);
    rings_take(test);
    keep = hs_alloc(stream->n_section);
    memset(keep + index, true, stream->n_section - index);
    filter_sections(stream, keep);
    free(keep);
    drop_iterable(stream);
    drop_frame(stream);
    test->has_whole = test->whole = false;
    if (test->has_captured) {
        case_mark_captured(test);
    }
    return true;
}

/* Keeps the sections for which `match` is true, and the end of file; returns how many match. */
static size_t keep_matches(Hardstop__Case *test, const bool *match)
{
    Hardstop__Stream *stream = test->stream;
    bool *keep = hs_alloc(stream->n_section);
    size_t matches = 0;

    for (size_t i = 0; i < stream->n_section; i++) {
        matches += match[i];
        keep[i] = match[i] || stream->section[i]->type == HARDSTOP__SECTION__TYPE__EOF;
    }
    prune_description(stream, match);
    filter_sections(stream, keep);
    case_mark_captured(test);
    free(keep);
    return matches;
}

size_t case_keep_described(Hardstop__Case *test)
{
    bool *match = hs_alloc(test->stream->n_section);
    size_t matches;

    for (size_t i = 0; i < test->stream->n_section; i++) {
        match[i] = section_is_described(test->stream->section[i]);
    }
    matches = keep_matches(test, match);
    free(match);
    return matches;
}

static bool is_of_device(const Hardstop__Section *section, const char *names)
{
    char name[64], word[66], list[256];

    map_device_name(section, name, sizeof(name));
    snprintf(word, sizeof(word), " %s ", name);
    snprintf(list, sizeof(list), " %s ", names);
    return section->type == HARDSTOP__SECTION__TYPE__FULL && strstr(list, word);
}

size_t case_keep_devices(Hardstop__Case *test, const char *names)
{
    bool *match = hs_alloc(test->stream->n_section);
    size_t matches;

    for (size_t i = 0; i < test->stream->n_section; i++) {
        match[i] = is_of_device(test->stream->section[i], names);
    }
    matches = keep_matches(test, match);
    free(match);
    return matches;
}

static bool is_of(const ProtobufCFieldDescriptor *field, const ProtobufCMessageDescriptor *message)
{
    return field >= message->fields && field < message->fields + message->n_fields;
}

bool case_field_is_aside(const ProtobufCFieldDescriptor *field)
{
    if (is_of(field, &hardstop__case__descriptor)) {
        return field->id == 1 /* setup */ || (field->id >= 5 && field->id <= 9) /* captured ... poke */;
    }
    return is_of(field, &hardstop__stream__descriptor) && field->id == 6 /* description */;
}

/* What a file shows counts by its place there: to read it would take longer than all else. */
static uint64_t hash_view(const struct builder *out)
{
    XXH3_state_t *state = XXH3_createState();
    const uint8_t *at = out->data, *end = at + out->size;
    struct mapped_range range;
    uint64_t place[2], hash;

    XXH3_64bits_reset(state);
    while (at < end) {
        if (!mapped_clean(out->view, at, end, &range)) {
            range.from = range.to = (uint8_t *)end;
        }
        XXH3_64bits_update(state, at, (size_t)(range.from - at));
        place[0] = (uint64_t)(range.from - out->view->origin);
        place[1] = (uint64_t)(range.to - out->view->origin);
        XXH3_64bits_update(state, place, sizeof(place));
        at = range.to;
    }
    hash = XXH3_64bits_digest(state);
    XXH3_freeState(state);
    return hash;
}

uint64_t case_stream_hash(const struct stream_encoding *encoding)
{
    const struct builder *out = &encoding->out;

    return out->view ? hash_view(out) : XXH3_64bits(out->data, out->size);
}

bool case_is_captured(const Hardstop__Case *test, const struct stream_encoding *encoding)
{
    return test->has_captured && test->captured == case_stream_hash(encoding);
}

void case_check_captured(Hardstop__Case *test)
{
    struct stream_encoding encoding = { 0 };

    stream_encode(test->stream, &encoding, NULL, NULL);
    test->has_captured = case_is_captured(test, &encoding);
    stream_encoding_clear(&encoding);
}
