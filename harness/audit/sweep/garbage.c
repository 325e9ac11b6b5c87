/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compares states section by section, without decoding them: one loader saves the same sections each time, so their
 * headers are found by their bytes.
 */
#include "harness/audit/sweep/garbage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

enum {
    SHOWN_BYTES = 8, /* of a field */
    SHOWN_SIZE = 24, /* of these in hex, or of a number of 64 bits, with its end */
    SHOWN_TEXT = 48, /* characters; a longer text is shown by its bytes */
    STEP = 256, /* equal stretches are passed over in steps of this */
};

/* Where a section's payload is in a state; data NULL: the section is not there. */
struct sweep_span {
    const uint8_t *data;
    size_t size;
};

static const ProtobufCBinaryData *description_of(const struct sweep_words *words)
{
    return words->description.data ? &words->description : NULL;
}

static bool is_section(const struct sweep_words *words, size_t i)
{
    return words->stream->section[i]->type == HARDSTOP__SECTION__TYPE__FULL;
}

/*
 * Where a header is in `saved`, from `at` on: most often at `guess`, as far behind the section before as in the
 * reference.  A search through all that is between took a tenth of an audit's time.
 */
static const uint8_t *find_header(const uint8_t *header, size_t header_size, const uint8_t *saved, size_t size,
                                  size_t at, size_t guess)
{
    if (guess >= at && guess <= size && size - guess >= header_size &&
        memcmp(saved + guess, header, header_size) == 0) {
        return saved + guess;
    }
    return memmem(saved + at, size - at, header, header_size);
}

/*
 * Finds the payloads of the reference's sections in a state, into `spans`, one for each.  Behind its sections the state
 * has `less` bytes less than the reference.
 */
static void find_sections(const struct sweep_words *words, const uint8_t *saved, size_t size, size_t less,
                          struct sweep_span *spans)
{
    const struct stream_mark *marks = words->map.encoding.marks;
    struct sweep_span *last = NULL;
    size_t at = 0, reference_at = 0, tail = 0, behind;

    memset(spans, 0, words->stream->n_section * sizeof(*spans));
    for (size_t i = 0; i < words->stream->n_section; i++) {
        const uint8_t *found = NULL;

        if (is_section(words, i)) {
            found = find_header(words->saved + marks[i].start, marks[i].payload - marks[i].start, saved, size, at,
                                at + (marks[i].start - reference_at));
        }
        if (!found) {
            continue;
        }
        if (last) {
            last->size = (size_t)(found - last->data) - tail;
        }
        at = (size_t)(found - saved) + (marks[i].payload - marks[i].start);
        reference_at = marks[i].payload;
        tail = marks[i].end - marks[i].payload_end;
        last = &spans[i];
        last->data = saved + at;
        behind = words->saved_size - marks[i].payload_end - less;
        last->size = size - at > behind ? size - at - behind : 0;
    }
}

static void read_reference(struct sweep_words *words)
{
    const struct builder *encoded = &words->map.encoding.out;
    size_t n;

    if (words->is_read) {
        return;
    }
    words->is_read = true;
    words->stream = stream_decode_with(words->saved, words->saved_size, STREAM_ANY, description_of(words), NULL);
    if (!words->stream) {
        return;
    }
    map_init(&words->map, words->stream, description_of(words));
    if (encoded->size != words->saved_size || memcmp(encoded->data, words->saved, words->saved_size) != 0) {
        /* Names at the wrong bytes are worse than none. */
        sweep_garbage_clear(words);
        words->is_read = true;
        return;
    }
    n = words->stream->n_section;
    words->spans = hs_alloc(n * sizeof(*words->spans));
    words->fresh_spans = hs_alloc(n * sizeof(*words->fresh_spans));
    if (words->fresh) {
        find_sections(words, words->fresh, words->fresh_size, words->fresh_behind, words->fresh_spans);
    }
}

static struct sweep_span reference_span(const struct sweep_words *words, size_t i)
{
    const struct stream_mark *mark = &words->map.encoding.marks[i];

    return (struct sweep_span){ words->saved + mark->payload, mark->payload_end - mark->payload };
}

static bool is_same(struct sweep_span a, struct sweep_span b)
{
    return a.data && b.data && a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

/*
 * Names the sections whose payload is not what the undamaged stream gives, but what is there when nothing is loaded.
 * Returns how many bytes of text.
 */
static size_t say_unloaded(const struct sweep_words *words, char *text, size_t size)
{
    size_t found = 0, used = 0;
    char device[64];

    for (size_t i = 0; i < words->stream->n_section; i++) {
        if (!is_section(words, i) || is_same(words->spans[i], reference_span(words, i)) ||
            !is_same(words->spans[i], words->fresh_spans[i])) {
            continue;
        }
        if (!found++) {
            map_device_name(words->stream->section[i], device, sizeof(device));
            used = (size_t)snprintf(text, size, " %s", device);
        }
    }
    if (found > 1) {
        used += (size_t)snprintf(text + used, size - used, " and %zu more", found - 1);
    }
    if (found) {
        used += (size_t)snprintf(text + used, size - used, " never loaded;");
    }
    return used;
}

/* How many of the first `size` bytes differ; `first` gets the offset of the first, or `size`. */
static size_t count_differences(const uint8_t *left, const uint8_t *right, size_t size, size_t *first)
{
    size_t count = 0;

    *first = size;
    for (size_t at = 0; at < size; at += STEP) {
        size_t n = size - at < STEP ? size - at : STEP;

        if (memcmp(left + at, right + at, n) == 0) {
            continue;
        }
        for (size_t i = at; i < at + n; i++) {
            if (left[i] != right[i]) {
                *first = count ? *first : i;
                count++;
            }
        }
    }
    return count;
}

static void print_bytes(const struct sweep_span *span, size_t at, size_t n, char text[SHOWN_SIZE])
{
    *text = 0;
    for (size_t i = 0; i < n && at + i < span->size; i++) {
        sprintf(text + 2 * i, "%02x", span->data[at + i]);
    }
}

/* A field of text that is text in both states, as in `runstate: "paused" -> "running"`; false where it is none. */
static bool say_text(const struct map_entry *entry, struct sweep_span was, struct sweep_span is, size_t at, char *text,
                     size_t size)
{
    size_t before, now;

    if (at + entry->size > was.size || at + entry->size > is.size) {
        return false;
    }
    before = map_text_length_of(entry, was.data + at);
    now = map_text_length_of(entry, is.data + at);
    if (!before || !now || before > SHOWN_TEXT || now > SHOWN_TEXT) {
        return false;
    }
    snprintf(text, size, " %s: \"%.*s\" -> \"%.*s\"", entry->path, (int)before, (const char *)was.data + at, (int)now,
             (const char *)is.data + at);
    return true;
}

/* A number as a table has it, in decimal; what the description alone names stays bytes: it does not say whose order. */
static bool print_number(const struct map_entry *entry, struct sweep_span span, size_t at, char *text, size_t size)
{
    const struct field *field = entry->field;
    struct bytes in = bytes_of(span.data + at, entry->size);
    uint64_t value;

    if (!field || field->kind == FIELD_BYTES || at + entry->size > span.size || entry->size > sizeof(value) ||
        !(field->little ? bytes_get_le : bytes_get_be)(&in, entry->size, &value)) {
        return false;
    }
    if (field->is_signed) {
        unsigned unused = 64 - 8 * (unsigned)entry->size;

        snprintf(text, size, "%" PRId64, (int64_t)(value << unused) >> unused);
    } else {
        snprintf(text, size, "%" PRIu64, value);
    }
    return true;
}

/*
 * " virtio.queue[3].num: 256 -> 16640", or bytes in hex, of the byte at `first` of section `i`; nothing behind the
 * reference's end.
 */
static void say_field(const struct sweep_words *words, size_t i, size_t first, char *text, size_t size)
{
    struct sweep_span reference = reference_span(words, i);
    size_t payload = words->map.encoding.marks[i].payload, at = first, n = 1;
    const struct map_entry *entry = map_at(&words->map, payload + first);
    char was[SHOWN_SIZE], is[SHOWN_SIZE], within[32] = "";

    *text = 0;
    if (first >= reference.size ||
        (entry && say_text(entry, reference, words->spans[i], entry->offset - payload, text, size))) {
        return;
    }
    if (entry && entry->size > SHOWN_BYTES) {
        snprintf(within, sizeof(within), "+%zu", payload + first - entry->offset);
        n = entry->offset + entry->size - payload - first;
        n = n < SHOWN_BYTES ? n : SHOWN_BYTES;
    } else if (entry) {
        at = entry->offset - payload;
        n = entry->size;
    }
    if (!entry || !print_number(entry, reference, at, was, sizeof(was)) ||
        !print_number(entry, words->spans[i], at, is, sizeof(is))) {
        print_bytes(&reference, at, n, was);
        print_bytes(&words->spans[i], at, n, is);
    }
    snprintf(text, size, " %s%s: %s -> %s", entry ? entry->path : "", within, was, is);
}

/* The first section that differs, its first field that does, and how much in all. */
static void say_sections(const struct sweep_words *words, char *text, size_t size)
{
    size_t sections = 0, bytes = 0, used = 0;
    char device[64], where[SWEEP_TEXT / 2];

    for (size_t i = 0; i < words->stream->n_section; i++) {
        struct sweep_span reference = reference_span(words, i), span = words->spans[i];
        size_t shared = span.size < reference.size ? span.size : reference.size, first = 0;

        if (!is_section(words, i) || is_same(span, reference)) {
            continue;
        }
        if (span.data) {
            bytes += count_differences(reference.data, span.data, shared, &first) + reference.size - shared +
                     span.size - shared;
        }
        if (sections++) {
            continue;
        }
        map_device_name(words->stream->section[i], device, sizeof(device));
        if (!span.data) {
            used = (size_t)snprintf(text, size, " %s is not saved", device);
            continue;
        }
        say_field(words, i, first, where, sizeof(where));
        used = (size_t)snprintf(text, size, " %s%s", device, where);
        if (span.size != reference.size) {
            used += (size_t)snprintf(text + used, size - used, "%s %zu bytes for %zu", *where ? "," : "", span.size,
                                     reference.size);
        }
    }
    if (sections) {
        snprintf(text + used, size - used, "; %zu byte%s in %zu section%s", bytes, bytes == 1 ? " differs" : "s differ",
                 sections, sections == 1 ? "" : "s");
    } else {
        snprintf(text, size, " what is saved behind the sections differs");
    }
}

void sweep_garbage_say(struct sweep_words *words, const struct loader_answer *answer, char text[SWEEP_TEXT])
{
    size_t used;

    read_reference(words);
    if (!answer->saved_size) {
        snprintf(text, SWEEP_TEXT, "accepted; saves nothing");
        return;
    }
    used = (size_t)snprintf(text, SWEEP_TEXT, "accepted;");
    if (!words->stream) {
        snprintf(text + used, SWEEP_TEXT - used, " saves other bytes, %zu for %zu", answer->saved_size,
                 words->saved_size);
        return;
    }
    find_sections(words, answer->saved, answer->saved_size, 0, words->spans);
    used += say_unloaded(words, text + used, SWEEP_TEXT - used);
    say_sections(words, text + used, SWEEP_TEXT - used);
}

void sweep_garbage_clear(struct sweep_words *words)
{
    if (words->stream) {
        stream_free(words->stream);
        map_clear(&words->map);
    }
    free(words->spans);
    free(words->fresh_spans);
    words->spans = words->fresh_spans = NULL;
    words->stream = NULL;
    words->is_read = false;
}
