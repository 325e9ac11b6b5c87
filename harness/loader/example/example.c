/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A loader of one small device, which copies as many bytes as the stream says: a length that it does not check. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/loader/own/own.h"
#include "harness/wire/bytes.h"

#define ID "example-device"
/* FULL, section 1, its name, instance 0, version 1; and behind the payload. */
#define HEADER "\4\0\0\0\1\x0e" ID "\0\0\0\0\0\0\0\1"
#define FOOTER "\x7e\0\0\0\1"

struct device {
    uint8_t mode, used, table[64], data[16];
};

static bool take(struct bytes *in, size_t n, void *to)
{
    const uint8_t *from;
    bool is_there = bytes_get(in, n, &from);

    if (is_there) {
        memcpy(to, from, n);
    }
    return is_there;
}

static bool load_device(struct bytes *in, struct device *device)
{
    char header[sizeof(HEADER) - 1], footer[5];

    own_at(ID);
    return take(in, sizeof(header), header) && memcmp(header, HEADER, sizeof(header)) == 0 &&
           take(in, 1, &device->mode) && device->mode <= 3 && take(in, 1, &device->used) &&
           take(in, device->used, device->data) && take(in, 64, device->table) &&
           take(in, 5, footer) && memcmp(footer, FOOTER, 5) == 0;
}

static int load(const struct loader_input *input, struct builder *saved)
{
    struct device device = { .mode = 1, .used = 4, .table = "as a fresh device has it", .data = "\x10\x20\x30\x40" };
    struct bytes in = bytes_of(input->bytes, input->size);

    in.at = input->size >= 8 && memcmp(input->bytes, "QEVM\0\0\0\3", 8) == 0 ? 8 : 0;
    if ((bytes_peek(&in, 0) == 4 && !load_device(&in, &device)) || bytes_peek(&in, 0) != 0 || bytes_left(&in) != 1) {
        fprintf(stderr, "example: no sound section of " ID ", or not the end of file behind it\n");
        return -EINVAL;
    }
    builder_put(saved, HEADER, sizeof(HEADER) - 1);
    builder_put(saved, &device, 2);
    builder_put(saved, device.data, device.used);
    builder_put(saved, device.table, 64);
    builder_put(saved, FOOTER "\0", 6);
    return 0;
}

static const struct own_loader example = { .name = "example", .load = load };
OWN_LOADER(example)
