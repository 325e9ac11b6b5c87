/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Claim: our own parser reads any bytes without harm, and what it reads as a stream encodes to the same bytes.  The
 * stream format has one encoding for each content, and what is not understood is kept as it is; so there is no
 * exception.
 */
#include <string.h>

#include "harness/base/check.h"
#include "harness/wire/container.h"
#include "harness/wire/map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *data, size_t size, enum stream_framing framing)
{
    Hardstop__Stream *stream = stream_decode(data, size, framing, NULL);
    struct map map;
    size_t covered = 0;

    if (!stream) {
        return;
    }
    map_init(&map, stream, NULL);
    HS_CHECK(map.encoding.out.size == size, "%zu bytes decoded, %zu encoded", size, map.encoding.out.size);
    HS_CHECK(memcmp(map.encoding.out.data, data, size) == 0, "encoded bytes differ from the %zu decoded", size);
    for (size_t i = 0; i < map.n; i++) {
        HS_CHECK(map.entries[i].offset == covered, "%s at %zu, %zu bytes mapped", map.entries[i].path,
                 map.entries[i].offset, covered);
        covered += map.entries[i].size;
    }
    HS_CHECK(covered == size, "%zu of %zu bytes mapped", covered, size);
    map_clear(&map);
    hardstop__stream__free_unpacked(stream, NULL);
}

/* Whatever stands around a stream, its place is inside the bytes, or one line says what they are. */
static void check_container(const uint8_t *data, size_t size)
{
    struct hs_error err = { .offset = HS_NO_OFFSET };
    size_t offset;

    if (container_open("file", data, size, &offset, &err) < 0) {
        HS_CHECK(err.text[0] && !strpbrk(err.text, "\n\r\033"), "an error is not one line: %s", err.text);
    } else {
        HS_CHECK(offset <= size && (!offset || container_name(data, size)), "a stream at %zu of %zu", offset, size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_container(data, size);
    check(data, size, STREAM_FOOTER);
    check(data, size, STREAM_LEGACY);
    return 0;
}
