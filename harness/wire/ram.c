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
    RAM_COMPRESS_PAGE = 0x100,
    RAM_FLAGS = 0x1ff,
};

/* STATTR_FLAG_*: hw/s390x/s390-stattrib.c. */
enum {
    STATTR_EOS = 0x01,
    STATTR_MORE = 0x02,
    STATTR_ERROR = 0x04,
    STATTR_DONE = 0x08,
};

typedef int record_fn(struct bytes *in, uint64_t header, uint32_t page_size, bool *end, struct hs_error *err);

static int cut(const struct bytes *in, const char *what, struct hs_error *err)
{
    return hs_fail(err, in->at, "the stream ends in %s", what);
}

static int skip(struct bytes *in, uint64_t n, const char *what, struct hs_error *err)
{
    const uint8_t *ignored;

    return n <= SIZE_MAX && bytes_get(in, n, &ignored) ? 0 : cut(in, what, err);
}

static int skip_counted(struct bytes *in, size_t width, const char *what, struct hs_error *err)
{
    uint64_t n;

    return bytes_get_be(in, width, &n) ? skip(in, n, what, err) : cut(in, what, err);
}

static int skip_block_list(struct bytes *in, uint64_t total, struct hs_error *err)
{
    uint64_t length;

    while (total) {
        size_t at = in->at;

        if (skip_counted(in, 1, "a RAM block's name", err) < 0) {
            return -1;
        }
        if (!bytes_get_be(in, 8, &length)) {
            return cut(in, "a RAM block's length", err);
        }
        if (length == 0 || length > total) {
            return hs_fail(err, at, "a RAM block of %llu bytes where %llu are left", (unsigned long long)length,
                           (unsigned long long)total);
        }
        total -= length;
    }
    return 0;
}

static int skip_ram_record(struct bytes *in, uint64_t header, uint32_t page_size, bool *end, struct hs_error *err)
{
    uint64_t flags = header & (page_size - 1) & RAM_FLAGS;
    bool has_block = flags & (RAM_ZERO | RAM_PAGE | RAM_XBZRLE | RAM_COMPRESS_PAGE);

    *end = flags & RAM_EOS;
    if (has_block && !(flags & RAM_CONTINUE) && skip_counted(in, 1, "a RAM block's name", err) < 0) {
        return -1;
    }
    switch (flags & ~(uint64_t)RAM_CONTINUE) {
    case RAM_EOS:
        return 0;
    case RAM_MEM_SIZE:
        return skip_block_list(in, header & ~(uint64_t)(page_size - 1), err);
    case RAM_ZERO:
        return skip(in, 1, "a zero page", err);
    case RAM_PAGE:
        return skip(in, page_size, "a page", err);
    case RAM_XBZRLE:
        return skip(in, 1, "an encoded page", err) < 0 ? -1 : skip_counted(in, 2, "an encoded page", err);
    case RAM_COMPRESS_PAGE:
        return skip_counted(in, 4, "a compressed page", err);
    default:
        return hs_fail(err, in->at - 8, "a RAM record with flags 0x%llx", (unsigned long long)flags);
    }
}

static int skip_stattr_record(struct bytes *in, uint64_t header, uint32_t page_size, bool *end, struct hs_error *err)
{
    uint64_t flags = header & (page_size - 1);

    *end = flags == STATTR_EOS;
    switch (flags) {
    case STATTR_EOS:
    case STATTR_ERROR:
    case STATTR_DONE:
        return 0;
    case STATTR_MORE:
        return skip_counted(in, 8, "storage attributes", err);
    default:
        return hs_fail(err, in->at - 8, "a storage attribute record with flags 0x%llx", (unsigned long long)flags);
    }
}

static const struct {
    const char *idstr;
    record_fn *skip_record;
} iterables[] = {
    { "ram", skip_ram_record },
    { "s390-storage_attributes", skip_stattr_record },
};

static record_fn *find(const uint8_t *idstr, size_t size)
{
    for (size_t i = 0; i < sizeof(iterables) / sizeof(iterables[0]); i++) {
        if (strlen(iterables[i].idstr) == size && memcmp(iterables[i].idstr, idstr, size) == 0) {
            return iterables[i].skip_record;
        }
    }
    return NULL;
}

bool ram_is_iterable(const uint8_t *idstr, size_t size)
{
    return find(idstr, size) != NULL;
}

int ram_skip(struct bytes *in, const uint8_t *idstr, size_t size, uint32_t page_size, struct hs_error *err)
{
    record_fn *skip_record = find(idstr, size);
    bool end = false;
    uint64_t header;

    while (!end) {
        if (!bytes_get_be(in, 8, &header)) {
            return cut(in, "an iterable section", err);
        }
        if (skip_record(in, header, page_size, &end, err) < 0) {
            return -1;
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
