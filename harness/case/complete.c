/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Splices device sections into a captured stream, and guest memory into its RAM. */
#include "harness/case/complete.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/case/case.h"
#include "harness/case/guest_ram.h"
#include "harness/case/ring_areas.h"
#include "harness/wire/ram.h"

#define uthash_malloc(size) hs_alloc(size)
#include <uthash.h>

enum { PAGE_SIZE = 4096 }; /* of guest RAM, on every machine that streams are captured from */

/* The block that is guest RAM from address 0: "pc.ram", "s390.ram". */
struct block {
    char name[256];
    uint64_t size;
};

static bool main_block(const Hardstop__Section *ram, struct block *block)
{
    struct bytes in = bytes_of(ram->opaque.data, ram->opaque.len);
    uint64_t value, length;
    const uint8_t *text;

    if (!bytes_get_be(&in, 8, &value)) {
        return false;
    }
    while (bytes_get_be(&in, 1, &length) && length && bytes_get(&in, length, &text) && bytes_get_be(&in, 8, &value)) {
        if (length > 4 && length < sizeof(block->name) && memcmp(text + length - 4, ".ram", 4) == 0) {
            memcpy(block->name, text, length);
            block->name[length] = 0;
            block->size = value;
            return true;
        }
    }
    return false;
}

/* A page of guest RAM that the case's guest memory touches, with all that it says of it. */
struct page {
    uint64_t base;
    uint8_t data[PAGE_SIZE];
    Hardstop__GuestMemory area; /* those bytes */
    UT_hash_handle hh;
};

static struct page *page_at(struct page **pages, uint64_t base)
{
    struct page *page;

    HASH_FIND(hh, *pages, &base, sizeof(base), page);
    if (!page) {
        page = hs_alloc(sizeof(*page));
        page->base = base;
        hardstop__guest_memory__init(&page->area);
        page->area.address = base;
        page->area.data = (ProtobufCBinaryData){ .data = page->data, .len = PAGE_SIZE };
        HASH_ADD(hh, *pages, base, sizeof(base), page);
    }
    return page;
}

/* Lays a record into its pages.  What is not in RAM is left out, as a write to it goes nowhere. */
static void lay(struct page **pages, const Hardstop__GuestMemory *memory, const struct block *block)
{
    uint64_t address = memory->address;
    size_t done = 0;

    while (done < memory->data.len && address < block->size) {
        size_t at = (size_t)(address % PAGE_SIZE), room = PAGE_SIZE - at, left = memory->data.len - done;
        size_t n = left < room ? left : room;

        memcpy(page_at(pages, address - at)->data + at, memory->data.data + done, n);
        done += n;
        if (__builtin_add_overflow(address, n, &address)) {
            break;
        }
    }
}

/* What the machine has there beside what the case says: its firmware, for one. */
static void read_pages(struct page *pages, const Hardstop__Stream *captured)
{
    Hardstop__GuestMemory **areas = NULL;
    struct page *page, *next;
    size_t n = 0;

    HASH_ITER(hh, pages, page, next) {
        *HS_PUSH(areas, n) = &page->area;
    }
    guest_ram_read(captured, areas, n);
    free(areas);
}

/* In the order in which the case touches them.  `captured` says what else is there; NULL: zeros. */
static void put_pages(const struct ring_areas *areas, const Hardstop__Stream *captured, const struct block *block,
                      struct builder *out)
{
    struct page *pages = NULL, *page, *next;

    /* Once to know which pages are touched, and over what these hold once more. */
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < areas->n; i++) {
            lay(&pages, areas->list[i], block);
        }
        if (pass == 0 && captured) {
            read_pages(pages, captured);
        }
    }
    HASH_ITER(hh, pages, page, next) {
        ram_put_page(out, block->name, page->base, page->data, PAGE_SIZE);
        HASH_DEL(pages, page);
        free(page);
    }
}

static bool has_memory(const Hardstop__Case *test)
{
    return test->n_memory > 0 || test->n_ring > 0;
}

/*
 * One more part of the RAM section `ram`, with the pages that the case's guest memory touches, and what `captured` (or
 * NULL) has in these.
 */
static int put_memory(const Hardstop__Case *test, const Hardstop__Section *ram, const Hardstop__Stream *captured,
                      struct builder *out, struct hs_error *err)
{
    struct ring_areas areas = { 0 };
    struct block block;

    if (!ram || !main_block(ram, &block)) {
        return hs_fail(err, HS_NO_OFFSET, "the machine has no RAM block that the case's guest memory could go to");
    }
    builder_put_be(out, 1, HARDSTOP__SECTION__TYPE__PART);
    builder_put_be(out, 4, ram->section_id);
    ring_areas_lay(&areas, test);
    put_pages(&areas, captured, &block, out);
    ring_areas_clear(&areas);
    ram_put_end(out);
    if (ram->footer) {
        builder_put_be(out, 1, 0x7e);
        builder_put_be(out, 4, ram->section_id);
    }
    return 0;
}

static size_t first_device(const Hardstop__Stream *stream, const struct stream_encoding *encoding)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        if (stream->section[i]->type == HARDSTOP__SECTION__TYPE__FULL ||
            stream->section[i]->type == HARDSTOP__SECTION__TYPE__EOF) {
            return encoding->marks[i].start;
        }
    }
    return encoding->out.size;
}

int complete_stream(const Hardstop__Case *test, const struct builder *bytes, const Hardstop__Stream *captured, bool cut,
                    struct builder *out, struct hs_error *err)
{
    struct stream_encoding encoding = { 0 };
    int result;
    size_t end;

    builder_reset(out);
    if (case_is_whole(test) || stream_begins(bytes->data, bytes->size)) {
        builder_put(out, bytes->data, bytes->size);
        return 0;
    }
    stream_encode(captured, &encoding, NULL, NULL);
    builder_put(out, encoding.out.data, first_device(captured, &encoding));
    result = has_memory(test) ? put_memory(test, guest_ram_section(captured), captured, out, err) : 0;
    builder_put(out, bytes->data, bytes->size);
    end = captured->n_section ? encoding.marks[captured->n_section - 1].end : encoding.out.size;
    if (!cut) {
        builder_put(out, encoding.out.data + end, encoding.out.size - end);
    }
    stream_encoding_clear(&encoding);
    return result;
}

/* The bytes of one section of the stream; none where it is not there. */
static void put_section(const Hardstop__Stream *stream, const struct stream_encoding *encoding,
                        const Hardstop__Section *section, struct builder *out)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        if (stream->section[i] == section) {
            builder_put(out, encoding->out.data + encoding->marks[i].start,
                        encoding->marks[i].end - encoding->marks[i].start);
        }
    }
}

int complete_bare(const Hardstop__Case *test, const struct builder *bytes, const Hardstop__Stream *captured,
                  struct builder *out, struct hs_error *err)
{
    struct stream_encoding encoding = { 0 };
    int result = 0;

    builder_reset(out);
    stream_encode(captured, &encoding, NULL, NULL);
    builder_put(out, encoding.out.data, captured->n_section ? encoding.marks[0].start : encoding.out.size);
    if (has_memory(test)) {
        put_section(captured, &encoding, guest_ram_section(captured), out);
        result = put_memory(test, guest_ram_section(captured), NULL, out, err);
    }
    builder_put(out, bytes->data, bytes->size);
    stream_encoding_clear(&encoding);
    return result;
}

size_t complete_devices(const uint8_t *bytes, size_t size)
{
    Hardstop__Stream *stream = stream_decode(bytes, size, STREAM_ANY, NULL);
    struct stream_encoding encoding = { 0 };
    size_t at = 0;

    if (stream) {
        stream_encode(stream, &encoding, NULL, NULL);
        at = first_device(stream, &encoding);
    }
    stream_encoding_clear(&encoding);
    stream_free(stream);
    return at;
}
