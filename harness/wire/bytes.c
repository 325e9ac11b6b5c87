/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One bounds check for all reading. */
#include "harness/wire/bytes.h"

#include <string.h>

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

bool bytes_are_zero(const uint8_t *data, size_t n)
{
    return n == 0 || (data[0] == 0 && memcmp(data, data + 1, n - 1) == 0);
}
