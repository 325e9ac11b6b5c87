/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One bounds check for all reading, one growing block for all writing. */
#include "harness/wire/bytes.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

bool bytes_get(struct bytes *bytes, size_t n, const uint8_t **out)
{
    if (bytes->size - bytes->at < n) {
        return false;
    }
    *out = bytes->data + bytes->at;
    bytes->at += n;
    return true;
}

bool bytes_get_be(struct bytes *bytes, size_t width, uint64_t *value)
{
    const uint8_t *data;

    if (!bytes_get(bytes, width, &data)) {
        return false;
    }
    *value = 0;
    for (size_t i = 0; i < width; i++) {
        *value = *value << 8 | data[i];
    }
    return true;
}

bool bytes_get_le(struct bytes *bytes, size_t width, uint64_t *value)
{
    const uint8_t *data;

    if (!bytes_get(bytes, width, &data)) {
        return false;
    }
    *value = 0;
    for (size_t i = width; i > 0; i--) {
        *value = *value << 8 | data[i - 1];
    }
    return true;
}

int bytes_peek(const struct bytes *bytes, size_t ahead)
{
    return ahead < bytes_left(bytes) ? bytes->data[bytes->at + ahead] : -1;
}

static uint8_t *reserve(struct builder *out, size_t n)
{
    size_t wanted = out->size + n;

    HS_CHECK(wanted >= n, "%zu + %zu bytes wrap", out->size, n);
    if (wanted > out->capacity) {
        out->capacity = wanted < 256 ? 256 : wanted + wanted / 2;
        out->data = hs_resize(out->data, out->capacity, 1);
    }
    out->size = wanted;
    return out->data + wanted - n;
}

void builder_put(struct builder *out, const void *data, size_t n)
{
    if (n) {
        memcpy(reserve(out, n), data, n);
    }
}

void builder_put_zeros(struct builder *out, size_t n)
{
    if (n) {
        memset(reserve(out, n), 0, n);
    }
}

void builder_put_be(struct builder *out, size_t width, uint64_t value)
{
    uint8_t *data = reserve(out, width);

    for (size_t i = width; i > 0; i--, value >>= 8) {
        data[i - 1] = (uint8_t)value;
    }
}

void builder_put_le(struct builder *out, size_t width, uint64_t value)
{
    uint8_t *data = reserve(out, width);

    for (size_t i = 0; i < width; i++, value >>= 8) {
        data[i] = (uint8_t)value;
    }
}

void builder_reset(struct builder *out)
{
    out->size = 0;
}

void builder_clear(struct builder *out)
{
    free(out->data);
    memset(out, 0, sizeof(*out));
}

bool bytes_are_zero(const uint8_t *data, size_t n)
{
    return n == 0 || (data[0] == 0 && memcmp(data, data + 1, n - 1) == 0);
}
