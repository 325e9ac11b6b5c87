/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks for a case's bytes in a saved state. */
#include "harness/judge/given.h"

#include <string.h>

#include "harness/judge/state_bytes.h"
#include "harness/setup/framing.h"
#include "harness/wire/framing.h"

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
static bool has_same_frame(const struct stream_encoding *plain, const struct builder *given)
{
    size_t at = 0;

    if (given->size != plain->out.size) {
        return false;
    }
    for (size_t i = 0; i < plain->n_marks; i++) {
        size_t header = plain->marks[i].start + SECTION_NAME_OFFSET, end = plain->marks[i].payload_end;

        if (header > end || memcmp(given->data + at, plain->out.data + at, header - at) != 0) {
            return false;
        }
        at = end;
    }
    return at == given->size || memcmp(given->data + at, plain->out.data + at, given->size - at) == 0;
}

/* The saved section is found by the bytes of its header behind the section id. */
bool given_is_saved(const struct judgement *judgement, const struct builder *given, const struct builder *saved)
{
    const Hardstop__Stream *stream = judgement->test->stream;

    if (given != &judgement->plain.out && !has_same_frame(&judgement->plain, given)) {
        return false;
    }
    for (size_t i = 0; stream && i < stream->n_section; i++) {
        const struct stream_mark *mark = &judgement->plain.marks[i];
        size_t size = mark->payload_end - mark->start;
        const uint8_t *found;

        if (stream->section[i]->type != HARDSTOP__SECTION__TYPE__FULL) {
            /* It is not saved; what is behind an end-of-file mark was never read. */
            if ((stream->section[i]->type == HARDSTOP__SECTION__TYPE__EOF && i + 1 < stream->n_section) ||
                memcmp(given->data + mark->start, judgement->plain.out.data + mark->start, size) != 0) {
                return false;
            }
            continue;
        }
        if (size < SECTION_NAME_OFFSET) {
            return false;
        }
        size -= SECTION_NAME_OFFSET;
        found = memmem(saved->data, saved->size, given->data + mark->start + SECTION_NAME_OFFSET, size);
        if (!found || !ends_at(saved, found, size, stream->section[i]->footer != NULL)) {
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
