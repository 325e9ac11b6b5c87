/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes page records one at a time: there may be more of them than there is memory. */
#include "harness/bench/large.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/wire/ram.h"

enum { PAGE_SIZE = 4096 };

static size_t end_section(const Hardstop__Stream *stream)
{
    size_t i = 0;

    while (i + 1 < stream->n_section && stream->section[i]->type != HARDSTOP__SECTION__TYPE__END) {
        i++;
    }
    return i;
}

static bool flush(FILE *file, struct builder *bytes)
{
    bool done = fwrite(bytes->data, 1, bytes->size, file) == bytes->size;

    builder_reset(bytes);
    return done;
}

static bool write_part(FILE *file, const Hardstop__Section *end, const char *block, uint64_t pages)
{
    struct builder bytes = { 0 };
    uint8_t page[PAGE_SIZE];
    bool done = true;

    builder_put_be(&bytes, 1, HARDSTOP__SECTION__TYPE__PART);
    builder_put_be(&bytes, 4, end->section_id);
    for (uint64_t i = 0; i < pages && done; i++) {
        memset(page, (int)(i % 255 + 1), sizeof(page));
        ram_put_page(&bytes, block, i * PAGE_SIZE, page, PAGE_SIZE);
        done = flush(file, &bytes);
    }
    ram_put_end(&bytes);
    if (end->footer) {
        builder_put_be(&bytes, 1, 0x7e);
        builder_put_be(&bytes, 4, end->section_id);
    }
    done = flush(file, &bytes) && done;
    builder_clear(&bytes);
    return done;
}

int large_write(const char *path, const Hardstop__Stream *captured, const char *block, uint64_t pages,
                struct hs_error *err)
{
    size_t end = end_section(captured), at;
    struct stream_encoding encoding = { 0 };
    FILE *file = fopen(path, "wb");
    bool done;

    stream_encode(captured, &encoding, NULL, NULL);
    at = encoding.marks[end].start;
    done = file && fwrite(encoding.out.data, 1, at, file) == at &&
           write_part(file, captured->section[end], block, pages) &&
           fwrite(encoding.out.data + at, 1, encoding.out.size - at, file) == encoding.out.size - at;
    stream_encoding_clear(&encoding);
    if ((file && fclose(file) != 0) || !done) {
        return hs_fail(err, HS_NO_OFFSET, "%s: %s", path, strerror(errno));
    }
    return 0;
}
