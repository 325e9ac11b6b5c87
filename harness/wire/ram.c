/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks the records of iterable sections to their end. */
#include "harness/wire/ram.h"

#include <string.h>

/* RAM_SAVE_FLAG_*: migration/ram.c. */
enum {
    RAM_ZERO = 0x02,
    RAM_MEM_SIZE = 0x04,
    RAM_PAGE = 0x08,
    RAM_EOS = 0x10,
    RAM_CONTINUE = 0x20,
    RAM_XBZRLE = 0x40,
    RAM_HOOK = 0x80,
    RAM_COMPRESS_PAGE = 0x100,
    RAM_MULTIFD_FLUSH = 0x200,
    RAM_FLAGS = 0x3ff,
};

/* STATTR_FLAG_*: hw/s390x/s390-stattrib.c. */
enum {
    STATTR_EOS = 0x01,
    STATTR_MORE = 0x02,
    STATTR_ERROR = 0x04,
    STATTR_DONE = 0x08,
};

enum {
    DEFAULT_PAGE_SIZE = 4096,
    ENTRY_SIZE = 16, /* HASH_PTE_SIZE_64: target/ppc/mmu-hash64.h */
    FORGET_AFTER = 64 << 20, /* of a section; so much of what was walked may stay in memory */
};

struct walk {
    struct bytes *in;
    const struct ram_format *format;
    struct ram_record record; /* the one that is walked */
    ram_visit_fn *visit;
    void *user;
    bool end;
    struct hs_error *err;
};

typedef int record_fn(struct walk *walk, uint64_t header);

static bool is_page_size(uint32_t size)
{
    return size >= 512 && size <= (1u << 21) && (size & (size - 1)) == 0;
}

static void read_configuration(struct ram_format *format, const Hardstop__Subsection *subsection)
{
    const Hardstop__ConfigurationCapabilities *list = subsection->capabilities;

    if (subsection->body_case == HARDSTOP__SUBSECTION__BODY_TARGET_PAGE_BITS) {
        uint32_t bits = subsection->target_page_bits->target_page_bits;

        format->page_size = bits < 32 && is_page_size(1u << bits) ? 1u << bits : format->page_size;
    } else if (subsection->body_case == HARDSTOP__SUBSECTION__BODY_CAPABILITIES) {
        for (size_t i = 0; i < list->n_capability; i++) {
            const ProtobufCBinaryData *name = &list->capability[i]->name;

            format->has_addresses |= name->len == strlen("x-ignore-shared") &&
                                     memcmp(name->data, "x-ignore-shared", name->len) == 0;
        }
    }
}

struct ram_format ram_format_of(const Hardstop__Stream *stream, const struct vmdesc *vmdesc)
{
    struct ram_format format = { .page_size = DEFAULT_PAGE_SIZE };

    for (size_t i = 0; stream->configuration && i < stream->configuration->n_subsection; i++) {
        read_configuration(&format, stream->configuration->subsection[i]);
    }
    format.page_size = is_page_size(vmdesc->page_size) ? vmdesc->page_size : format.page_size;
    return format;
}

static int cut(const struct walk *walk, const char *what)
{
    return hs_fail(walk->err, walk->in->at, "the stream ends in %s", what);
}

static int skip(struct walk *walk, uint64_t n, const char *what)
{
    const uint8_t *ignored;

    return n <= SIZE_MAX && bytes_get(walk->in, n, &ignored) ? 0 : cut(walk, what);
}

static int skip_counted(struct walk *walk, size_t width, const char *what)
{
    uint64_t n;

    return bytes_get_be(walk->in, width, &n) ? skip(walk, n, what) : cut(walk, what);
}

static int read_name(struct walk *walk)
{
    uint64_t size;

    if (!bytes_get_be(walk->in, 1, &size) || !bytes_get(walk->in, size, &walk->record.block)) {
        return cut(walk, "a RAM block's name");
    }
    walk->record.block_size = size;
    walk->record.is_named = true;
    return 0;
}

static void visit(struct walk *walk, enum ram_kind kind)
{
    if (walk->visit) {
        walk->record.kind = kind;
        walk->record.end = walk->in->at;
        walk->visit(walk->user, &walk->record);
    }
    walk->record.offset = walk->in->at;
    walk->record.is_named = false;
}

static int walk_block_list(struct walk *walk, uint64_t total)
{
    struct bytes *in = walk->in;
    uint64_t length;

    visit(walk, RAM_KIND_BLOCKS);
    while (total) {
        size_t at = in->at;

        if (read_name(walk) < 0) {
            return -1;
        }
        if (!bytes_get_be(in, 8, &length)) {
            return cut(walk, "a RAM block's length");
        }
        if (length == 0 || length > total) {
            return hs_fail(walk->err, at, "a RAM block of %llu bytes where %llu are left", (unsigned long long)length,
                           (unsigned long long)total);
        }
        if (walk->format->has_addresses && skip(walk, 8, "a RAM block's address") < 0) {
            return -1;
        }
        total -= length;
        visit(walk, RAM_KIND_BLOCK);
    }
    return 0;
}

static int end_record(struct walk *walk, int result, enum ram_kind kind)
{
    if (result == 0) {
        visit(walk, kind);
    }
    return result;
}

static int mark(struct walk *walk, const char *name)
{
    walk->record.mark = name;
    return end_record(walk, 0, RAM_KIND_MARK);
}

static int walk_ram_record(struct walk *walk, uint64_t header)
{
    uint32_t page_size = walk->format->page_size;
    uint64_t flags = header & (page_size - 1) & RAM_FLAGS;
    bool has_block = flags & (RAM_ZERO | RAM_PAGE | RAM_XBZRLE | RAM_COMPRESS_PAGE);

    walk->end = flags & RAM_EOS;
    walk->record.address = header & ~(uint64_t)(page_size - 1);
    if (has_block && !(flags & RAM_CONTINUE) && read_name(walk) < 0) {
        return -1;
    }
    switch (flags & ~(uint64_t)RAM_CONTINUE) {
    case RAM_EOS:
        return mark(walk, "end");
    case RAM_HOOK:
        return mark(walk, "hook");
    case RAM_MULTIFD_FLUSH:
        return mark(walk, "multifd_flush");
    case RAM_MEM_SIZE:
        return walk_block_list(walk, walk->record.address);
    case RAM_ZERO:
        return end_record(walk, skip(walk, 1, "a zero page"), RAM_KIND_ZERO);
    case RAM_PAGE:
        return end_record(walk, skip(walk, page_size, "a page"), RAM_KIND_PAGE);
    case RAM_XBZRLE:
        return skip(walk, 1, "an encoded page") < 0
                   ? -1
                   : end_record(walk, skip_counted(walk, 2, "an encoded page"), RAM_KIND_XBZRLE);
    case RAM_COMPRESS_PAGE:
        return end_record(walk, skip_counted(walk, 4, "a compressed page"), RAM_KIND_COMPRESSED);
    default:
        return hs_fail(walk->err, walk->in->at - 8, "a RAM record with flags 0x%llx", (unsigned long long)flags);
    }
}

static int walk_stattr_record(struct walk *walk, uint64_t header)
{
    uint64_t flags = header & (walk->format->page_size - 1);

    walk->end = flags == STATTR_EOS;
    walk->record.address = header - flags;
    switch (flags) {
    case STATTR_EOS:
        return mark(walk, "end");
    case STATTR_ERROR:
        return mark(walk, "error");
    case STATTR_DONE:
        return mark(walk, "done");
    case STATTR_MORE:
        return end_record(walk, skip_counted(walk, 8, "storage attributes"), RAM_KIND_ATTRIBUTES);
    default:
        return hs_fail(walk->err, walk->in->at - 8, "a storage attribute record with flags 0x%llx",
                       (unsigned long long)flags);
    }
}

/* Only where this is 0 do records follow. */
static int begin_table(struct walk *walk)
{
    uint64_t shift;

    if (!bytes_get_be(walk->in, 4, &shift)) {
        return cut(walk, "a hash page table's size");
    }
    walk->end = shift != 0;
    return end_record(walk, 0, RAM_KIND_TABLE);
}

static int walk_table_record(struct walk *walk, uint64_t header)
{
    uint64_t n_valid = header >> 16 & 0xffff;

    walk->end = header == 0;
    walk->record.address = header >> 32;
    return walk->end ? mark(walk, "end")
                     : end_record(walk, skip(walk, n_valid * ENTRY_SIZE, "a hash page table's entries"),
                                  RAM_KIND_ENTRIES);
}

struct iterable {
    const char *idstr;
    record_fn *walk_record; /* behind its first 8 bytes */
    int (*begin)(struct walk *walk); /* what a section begins with; NULL: a record */
};

static const struct iterable iterables[] = {
    { "ram", walk_ram_record, NULL },
    { "s390-storage_attributes", walk_stattr_record, NULL },
    { "spapr/htab", walk_table_record, begin_table },
};

static const struct iterable *find(const uint8_t *idstr, size_t size)
{
    for (size_t i = 0; i < sizeof(iterables) / sizeof(iterables[0]); i++) {
        if (strlen(iterables[i].idstr) == size && memcmp(iterables[i].idstr, idstr, size) == 0) {
            return &iterables[i];
        }
    }
    return NULL;
}

bool ram_is_iterable(const uint8_t *idstr, size_t size)
{
    return find(idstr, size) != NULL;
}

int ram_walk(struct bytes *in, const uint8_t *idstr, size_t size, const struct ram_format *format,
             ram_visit_fn *visit_record, void *user, struct hs_error *err)
{
    struct walk walk = { .in = in, .format = format, .visit = visit_record, .user = user, .err = err };
    const struct iterable *iterable = find(idstr, size);
    size_t walked = in->at;
    uint64_t header;

    walk.record.offset = in->at;
    if (iterable->begin && iterable->begin(&walk) < 0) {
        return -1;
    }
    while (!walk.end) {
        if (!bytes_get_be(in, 8, &header)) {
            return cut(&walk, "an iterable section");
        }
        if (iterable->walk_record(&walk, header) < 0) {
            return -1;
        }
        if (in->at - walked >= (walk.end ? MAPPED_LEAST : FORGET_AFTER)) {
            mapped_forget(in->data + walked, in->at - walked);
            walked = in->at;
        }
    }
    return 0;
}

void ram_put_page(struct builder *out, const char *block, uint64_t offset, const uint8_t *data, uint32_t page_size)
{
    size_t length = strlen(block);

    builder_put_be(out, 8, offset | RAM_PAGE);
    builder_put_be(out, 1, length);
    builder_put(out, block, length);
    builder_put(out, data, page_size);
}

void ram_put_end(struct builder *out)
{
    builder_put_be(out, 8, RAM_EOS);
}
