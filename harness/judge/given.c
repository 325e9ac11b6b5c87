/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks for a case's bytes in a saved state. */
#include "harness/judge/given.h"

#include <string.h>

#include "harness/base/check.h"
#include "harness/judge/state_bytes.h"
#include "harness/setup/framing.h"
#include "harness/wire/framing.h"
#include "harness/wire/section_end.h"
#include "harness/wire/vmdesc.h"

enum {
    SECTION_NAME_OFFSET = 5, /* behind type byte and section id, which differs from one machine to the next */
    SECTION_ID_SIZE = 4,
};

/*
 * Does the section whose idstr's length is at `found` end `size` bytes behind?  What follows tells its payload from the
 * beginning of a longer one: a footer has the section's id.
 */
static bool ends_at(const struct builder *saved, const uint8_t *found, size_t size, bool has_footer)
{
    size_t before = (size_t)(found - saved->data), left = saved->size - before;

    if (!has_footer) {
        return left > size;
    }
    return before >= SECTION_ID_SIZE && left > size + SECTION_ID_SIZE && found[size] == FOOTER_MARK &&
           memcmp(found + size + 1, found - SECTION_ID_SIZE, SECTION_ID_SIZE) == 0;
}

/*
 * Are the same bytes in both outside of what given_is_saved() looks for: type bytes and ids, footers, what is around
 * the sections?  There a damage decides what is loaded at all.
 */
static bool has_same_frame(const struct judgement *judgement, const struct builder *given)
{
    const struct stream_encoding *plain = &judgement->plain;
    const Hardstop__Stream *stream = judgement->test->stream;
    size_t at = 0;

    if (!stream || given->size != plain->out.size) {
        return false;
    }
    for (size_t i = 0; i < plain->n_marks; i++) {
        size_t header = plain->marks[i].start + SECTION_NAME_OFFSET, end = plain->marks[i].payload_end;

        if (stream->section[i]->type != HARDSTOP__SECTION__TYPE__FULL) {
            continue;
        }
        if (header > end || memcmp(given->data + at, plain->out.data + at, header - at) != 0) {
            return false;
        }
        at = end;
    }
    return at == given->size || memcmp(given->data + at, plain->out.data + at, given->size - at) == 0;
}

/* A section as it was given, from the length of its idstr on: what comes before differs from machine to machine. */
struct given_section {
    const uint8_t *data;
    size_t header, size; /* up to the payload, and to the payload's end */
    bool has_footer;
};

static bool given_section(const struct judgement *judgement, const struct builder *given, size_t i,
                          struct given_section *section)
{
    const struct stream_mark *mark = &judgement->plain.marks[i];

    *section = (struct given_section){
        .data = given->data + mark->start + SECTION_NAME_OFFSET,
        .has_footer = judgement->test->stream->section[i]->footer != NULL,
    };
    if (mark->payload - mark->start <= SECTION_NAME_OFFSET) {
        return false;
    }
    section->header = mark->payload - mark->start - SECTION_NAME_OFFSET;
    section->size = mark->payload_end - mark->start - SECTION_NAME_OFFSET;
    return true;
}

static bool is_saved_at(const struct builder *saved, size_t at, const struct given_section *section)
{
    return at < saved->size && saved->size - at > section->size &&
           memcmp(saved->data + at, section->data, section->size) == 0 &&
           ends_at(saved, saved->data + at, section->size, section->has_footer);
}

/* The place of the next section with that header, from one on; SIZE_MAX: there is none. */
static size_t find_header(const struct builder *saved, const struct given_section *section, size_t from)
{
    /* The name alone has no zeros, of which a state has too many for a search to be fast. */
    size_t name = section->data[0] + 1u < section->header ? section->data[0] + 1u : section->header;
    const uint8_t *at = saved->data + from, *end = saved->data + saved->size;

    for (; (at = memmem(at, (size_t)(end - at), section->data, name)) != NULL; at++) {
        if ((size_t)(end - at) > section->header && memcmp(at, section->data, section->header) == 0) {
            return (size_t)(at - saved->data);
        }
    }
    return SIZE_MAX;
}

/* Is there a section of the same bytes?  One state after the other has it in the same place. */
static bool is_saved(const struct builder *saved, const struct given_section *section, size_t *place)
{
    size_t at = *place;

    if (is_saved_at(saved, at, section)) {
        return true;
    }
    for (at = find_header(saved, section, 0); at != SIZE_MAX; at = find_header(saved, section, at + 1)) {
        *place = at;
        if (is_saved_at(saved, at, section)) {
            return true;
        }
    }
    return false;
}

static size_t *given_place(struct judgement *judgement, size_t i)
{
    return &judgement->saved_at[i % HS_COUNT(judgement->saved_at)];
}

bool given_is_saved(struct judgement *judgement, const struct builder *given, const struct builder *saved)
{
    const Hardstop__Stream *stream = judgement->test->stream;

    if (given != &judgement->plain.out && !has_same_frame(judgement, given)) {
        return false;
    }
    for (size_t i = 0; stream && i < stream->n_section; i++) {
        struct given_section section;

        if (stream->section[i]->type != HARDSTOP__SECTION__TYPE__FULL) {
            /* It is not saved; what is behind an end-of-file mark was never read. */
            if (stream->section[i]->type == HARDSTOP__SECTION__TYPE__EOF && i + 1 < stream->n_section) {
                return false;
            }
            continue;
        }
        if (!given_section(judgement, given, i, &section) || !is_saved(saved, &section, given_place(judgement, i))) {
            return false;
        }
    }
    return stream != NULL;
}

/* The first section of the message whose first byte, as given, is an end-of-file mark; SIZE_MAX: none is. */
static size_t find_mark(const struct judgement *judgement)
{
    const Hardstop__Stream *stream = judgement->test->stream;

    for (size_t i = 0; stream && i < stream->n_section; i++) {
        size_t at = judgement->plain.marks[i].start;

        if (at < judgement->damaged.size && judgement->damaged.data[at] == HARDSTOP__SECTION__TYPE__EOF) {
            return i;
        }
    }
    return SIZE_MAX;
}

bool given_compare(const struct judgement *judgement, const uint8_t *saved, size_t size,
                   struct state_comparison *comparison)
{
    enum stream_framing framing = setup_reading(judgement->test->setup);
    struct state_bytes given = { judgement->damaged.data, judgement->damaged.size, framing };
    const struct state_bytes after = { saved, size, framing };
    size_t mark;

    /* What was given is what stands in the bytes: a message can be built otherwise than a loader reads it. */
    if (state_compare_bytes(&given, judgement->description, &after, STATE_GIVEN, comparison)) {
        return true;
    }
    /* A loader stops at the mark, and what follows, which made no stream of the whole, is one difference. */
    mark = find_mark(judgement);
    if (mark == SIZE_MAX) {
        return false;
    }
    given.size = judgement->plain.marks[mark].start + 1;
    if (!state_compare_bytes(&given, judgement->description, &after, STATE_GIVEN, comparison)) {
        return false;
    }
    state_note(comparison, judgement->test->stream->section[mark], STATE_UNREAD, "not loaded");
    return true;
}

/* Where the payload ends of the section whose name is at `at`: where that was given, or the first place it could. */
static size_t find_end(const struct builder *saved, size_t at, const struct given_section *section)
{
    struct section_end search = {
        .in = bytes_of(saved->data, saved->size), .is_full = true, .footers = section->has_footer,
    };
    struct bytes id = { saved->data, saved->size, at - SECTION_ID_SIZE };
    size_t end = at + section->size;
    uint64_t section_id = 0;

    bytes_get_be(&id, SECTION_ID_SIZE, &section_id);
    search.section_id = (uint32_t)section_id;
    if (end <= saved->size && section_end_could_be(&search, end)) {
        return end;
    }
    for (end = at + section->header; end < saved->size; end++) {
        if (section_end_could_be(&search, end)) {
            return end;
        }
    }
    return SIZE_MAX;
}

/* Is there another one behind it that a loader takes for the same? */
static bool is_given_again(const struct judgement *judgement, size_t i, const struct given_section *section)
{
    struct given_section other;

    for (size_t k = i + 1; k + 1 < judgement->test->stream->n_section; k++) {
        if (!given_section(judgement, &judgement->damaged, k, &other) ||
            (other.header == section->header && memcmp(other.data, section->data, other.header) == 0)) {
            return true;
        }
    }
    return false;
}

/* The sections alone that differ, given and saved; each with its length, so that no end has to be looked for. */
struct differing {
    struct builder given, saved;
};

static void put_section(struct builder *out, const uint8_t *name, size_t header, size_t size)
{
    builder_put(out, name - SECTION_NAME_OFFSET, SECTION_NAME_OFFSET + header);
    builder_put_be(out, LENGTH_SIZE, size - header);
    builder_put(out, name + header, size - header);
}

static bool put_differing(struct judgement *judgement, size_t i, struct differing *differing)
{
    const struct builder *saved = &judgement->actual.saved;
    struct given_section section;
    size_t at, end;

    if (judgement->test->stream->section[i]->type != HARDSTOP__SECTION__TYPE__FULL ||
        !given_section(judgement, &judgement->damaged, i, &section)) {
        return false;
    }
    at = *given_place(judgement, i);
    if (is_saved_at(saved, at, &section)) {
        return true;
    }
    at = find_header(saved, &section, 0);
    end = at == SIZE_MAX || at < SECTION_NAME_OFFSET ? SIZE_MAX : find_end(saved, at, &section);
    if (end == SIZE_MAX || saved->data[at - SECTION_NAME_OFFSET] != HARDSTOP__SECTION__TYPE__FULL ||
        is_given_again(judgement, i, &section)) {
        return false;
    }
    put_section(&differing->given, section.data, section.header, section.size);
    put_section(&differing->saved, saved->data + at, section.header, end - at);
    return true;
}

/* The end-of-file mark, and the description. */
static void put_end(struct builder *out, const struct builder *state)
{
    size_t description = vmdesc_find(state->data, state->size);

    builder_put_be(out, 1, HARDSTOP__SECTION__TYPE__EOF);
    if (description != SIZE_MAX) {
        builder_put(out, state->data + description, state->size - description);
    }
}

static bool keep_differing(struct judgement *judgement, struct differing *differing)
{
    const Hardstop__Stream *stream = judgement->test->stream;
    size_t last = stream && stream->n_section ? stream->n_section - 1 : 0;

    if (!last || stream->rest.len || stream->section[last]->type != HARDSTOP__SECTION__TYPE__EOF ||
        !has_same_frame(judgement, &judgement->damaged)) {
        return false;
    }
    for (size_t i = 0; i < last; i++) {
        if (!put_differing(judgement, i, differing)) {
            return false;
        }
    }
    put_end(&differing->given, &judgement->damaged);
    put_end(&differing->saved, &judgement->actual.saved);
    return true;
}

bool given_compare_differing(struct judgement *judgement, struct state_comparison *comparison)
{
    struct differing differing = { 0 };
    struct state_bytes given, saved;
    bool done = keep_differing(judgement, &differing);

    if (done) {
        given = (struct state_bytes){ differing.given.data, differing.given.size, STREAM_SIZED };
        saved = (struct state_bytes){ differing.saved.data, differing.saved.size, STREAM_SIZED };
        done = state_compare_bytes(&given, judgement->description, &saved, STATE_GIVEN, comparison);
    }
    builder_clear(&differing.given);
    builder_clear(&differing.saved);
    return done;
}
