/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One growing block for all writing, of malloc or of a file that is shown. */
#include "harness/wire/builder.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

enum {
    SPARE = 16 << 20, /* address space on both sides of a view, for what comes into it */
    CHUNK = 64 << 10, /* of a view, which is looked at piece by piece */
};

/*
 * Makes the builder a view of the file, or another one with more room, in which the file's first byte is `shift` bytes
 * before the builder's own first one.
 */
static void show(struct builder *out, const struct mapped *file, ptrdiff_t shift, size_t behind)
{
    struct builder old = *out;

    out->view = mapped_view(file, SPARE + (shift < 0 ? (size_t)-shift : 0), behind);
    out->data = out->view->origin + shift;
    out->capacity = (size_t)(out->view->start + out->view->size - out->data);
    out->size = 0;
    builder_put(out, old.data, old.size);
    builder_clear(&old);
}

/* Room for `n` bytes more, which the builder does not have yet. */
static uint8_t *make_room(struct builder *out, size_t n)
{
    size_t wanted = out->size + n;

    HS_CHECK(wanted >= n, "%zu + %zu bytes wrap", out->size, n);
    if (wanted > out->capacity && out->view) {
        show(out, out->view->file, out->data - out->view->origin, wanted + SPARE);
    } else if (wanted > out->capacity) {
        out->capacity = wanted < 256 ? 256 : wanted + wanted / 2;
        out->data = hs_resize(out->data, out->capacity, 1);
    }
    return out->data + out->size;
}

static uint8_t *reserve(struct builder *out, size_t n)
{
    uint8_t *room = make_room(out, n);

    out->size += n;
    return room;
}

/* What the file has there already takes no memory. */
static void write_view(struct builder *out, uint8_t *to, const uint8_t *data, size_t n)
{
    if (n && memcmp(to, data, n) != 0) {
        memcpy(to, data, n);
        mapped_wrote(out->view, to, n);
    }
}

static void put_copy(struct builder *out, const uint8_t *data, size_t n)
{
    uint8_t *room = n ? reserve(out, n) : NULL;

    if (n && out->view) {
        write_view(out, room, data, n);
    } else if (n) {
        memcpy(room, data, n);
    }
}

/* Bytes that are the file's as long as nobody looks at them. */
static void put_range(struct builder *out, const struct mapped *from, const struct mapped_range *range)
{
    size_t n = (size_t)(range->to - range->from);
    ptrdiff_t offset = range->from - from->origin;
    struct mapped_range there;
    uint8_t *at;

    if (!out->view && n >= MAPPED_LEAST) {
        show(out, from->file, offset - (ptrdiff_t)out->size, SPARE);
    }
    at = out->data + out->size;
    if (out->view && out->view->file == from->file && at - out->view->origin == offset &&
        mapped_clean(out->view, at, at + n, &there) && there.from == at && there.to == at + n) {
        out->size += n;
    } else {
        put_copy(out, range->from, n);
    }
}

static void put_mapped(struct builder *out, const struct mapped *from, uint8_t *data, size_t n)
{
    uint8_t *end = data + n;
    struct mapped_range range;

    while (data < end) {
        if (!mapped_clean(from, data, end, &range)) {
            range.from = range.to = end;
        }
        put_copy(out, data, (size_t)(range.from - data));
        put_range(out, from, &range);
        data = range.to;
    }
}

void builder_put(struct builder *out, const void *data, size_t n)
{
    const struct mapped *from = n >= MAPPED_LEAST ? mapped_find(data) : NULL;

    if (from) {
        put_mapped(out, from, (uint8_t *)data, n);
    } else {
        put_copy(out, data, n);
    }
}

void builder_put_zeros(struct builder *out, size_t n)
{
    static const uint8_t zeros[CHUNK];

    while (out->view && n) {
        size_t part = n < CHUNK ? n : CHUNK;

        put_copy(out, zeros, part);
        n -= part;
    }
    if (n) {
        memset(reserve(out, n), 0, n);
    }
}

/* Numbers are most of a stream: eight bytes are written at once, of which the first `width` stay. */
static void put_number(struct builder *out, size_t width, uint64_t bytes)
{
    if (out->view) {
        put_copy(out, (const uint8_t *)&bytes, width);
        return;
    }
    memcpy(make_room(out, sizeof(bytes)), &bytes, sizeof(bytes));
    out->size += width;
}

void builder_put_be(struct builder *out, size_t width, uint64_t value)
{
    put_number(out, width, htobe64(value << (64 - 8 * width)));
}

void builder_put_le(struct builder *out, size_t width, uint64_t value)
{
    put_number(out, width, htole64(value));
}

void builder_overwrite(struct builder *out, size_t at, const void *data, size_t n)
{
    if (out->view) {
        write_view(out, out->data + at, data, n);
    } else if (n) {
        memcpy(out->data + at, data, n);
    }
}

/* Moves what stands before the place instead of what stands behind; false: there is no room for it. */
static bool move_head(struct builder *out, size_t at, size_t removed, size_t added)
{
    ptrdiff_t by = (ptrdiff_t)removed - (ptrdiff_t)added;

    if (!out->view || at > out->size - at - removed || by < out->view->start - out->data) {
        return false;
    }
    memmove(out->data + by, out->data, at);
    out->data += by;
    out->size -= (size_t)by;
    out->capacity -= (size_t)by;
    mapped_wrote(out->view, out->data, at);
    return true;
}

void builder_splice(struct builder *out, size_t at, size_t removed, const void *data, size_t added)
{
    size_t tail = out->size - at - removed;

    if (added != removed && !move_head(out, at, removed, added)) {
        if (added > removed) {
            make_room(out, added - removed);
        }
        if (tail) {
            memmove(out->data + at + added, out->data + at + removed, tail);
        }
        out->size = at + added + tail;
        if (out->view) {
            mapped_wrote(out->view, out->data + at, added + tail);
        }
    }
    builder_overwrite(out, at, data, added);
}

void builder_reset(struct builder *out)
{
    if (out->view) {
        builder_clear(out);
    }
    out->size = 0;
}

void builder_clear(struct builder *out)
{
    if (out->view) {
        mapped_close(out->view);
    } else {
        free(out->data);
    }
    memset(out, 0, sizeof(*out));
}

/* How many bytes from there on both show of one place in a file. */
static size_t shared(const struct builder *left, const struct builder *right, size_t at)
{
    const uint8_t *a = left->data + at, *b = right->data + at;
    struct mapped_range ours, theirs;

    if (left->view->file != right->view->file || a - left->view->origin != b - right->view->origin ||
        !mapped_clean(left->view, a, left->data + left->size, &ours) || ours.from != a ||
        !mapped_clean(right->view, b, right->data + right->size, &theirs) || theirs.from != b) {
        return 0;
    }
    return (size_t)(ours.to - a < theirs.to - b ? ours.to - a : theirs.to - b);
}

bool builder_equal(const struct builder *left, const struct builder *right)
{
    bool views = left->view && right->view;
    size_t n;

    if (left->size != right->size) {
        return false;
    }
    for (size_t at = 0; at < left->size; at += n) {
        size_t rest = left->size - at;

        n = views ? shared(left, right, at) : 0;
        if (n == 0) {
            n = views && rest > CHUNK ? CHUNK : rest;
            if (memcmp(left->data + at, right->data + at, n) != 0) {
                return false;
            }
        }
    }
    return true;
}
