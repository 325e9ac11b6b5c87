/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of numbers and the byte operations of the mutator. */
#include "harness/message/value.h"

#include <string.h>

#include "harness/base/check.h"
#include "harness/message/member.h"

/* Tries to find a value that differs; a draw fails seldom, so the chance that all do is small. */
#define TRIES 8
/* Largest step of arithmetic: off-by-some errors are small. */
#define MAX_STEP 35
/* Largest run of bytes that one change adds. */
#define MAX_RUN 16

static const uint64_t float_values[] = {
    0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f7fffff, 0x00000001, 0x00800000,
};

static const uint64_t double_values[] = {
    0, UINT64_C(0x8000000000000000), UINT64_C(0x3ff0000000000000), UINT64_C(0xbff0000000000000),
    UINT64_C(0x7ff0000000000000), UINT64_C(0xfff0000000000000), UINT64_C(0x7ff8000000000000),
    UINT64_C(0x7fefffffffffffff), 1, UINT64_C(0x0010000000000000),
};

static uint64_t low_bits(unsigned bits)
{
    return bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

/* A number next to where something ends: the range that is legal, the width, a power of two. */
static uint64_t boundary(const struct mutate_hints *hints, const ProtobufCFieldDescriptor *field, struct random *random)
{
    unsigned bits = hints_bits(hints, field);
    uint64_t min, max, power;

    if (hints_range(hints, field, &min, &max) && random_one_in(random, 2)) {
        const uint64_t ends[] = { min, max, min - 1, max + 1 };

        return ends[random_below(random, HS_COUNT(ends))];
    }
    power = low_bits((unsigned)random_below(random, bits + 1)) + 1;
    switch (random_below(random, 8)) {
    case 0:
        return 0;
    case 1:
        return 1;
    case 2:
        return low_bits(bits);
    case 3:
        return -power;
    case 4:
        return power - 1;
    case 5:
        return power + 1;
    default:
        return power;
    }
}

static uint64_t draw_number(const struct mutate_hints *hints, const ProtobufCFieldDescriptor *field, uint64_t old,
                            struct random *random)
{
    uint64_t step;

    switch (random_below(random, 4)) {
    case 0:
        return old ^ UINT64_C(1) << random_below(random, hints_bits(hints, field));
    case 1:
        step = 1 + random_below(random, MAX_STEP);
        return random_one_in(random, 2) ? old + step : old - step;
    default:
        return boundary(hints, field, random);
    }
}

static uint64_t draw(const struct mutate_hints *hints, const ProtobufCFieldDescriptor *field, uint64_t old,
                     struct random *random)
{
    const ProtobufCEnumDescriptor *names = field->descriptor;

    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        return !old;
    case PROTOBUF_C_TYPE_ENUM:
        return (uint64_t)names->values[random_below(random, names->n_values)].value;
    case PROTOBUF_C_TYPE_FLOAT:
        return random_one_in(random, 2) ? float_values[random_below(random, HS_COUNT(float_values))]
                                        : old ^ UINT64_C(1) << random_below(random, 32);
    case PROTOBUF_C_TYPE_DOUBLE:
        return random_one_in(random, 2) ? double_values[random_below(random, HS_COUNT(double_values))]
                                        : old ^ UINT64_C(1) << random_below(random, 64);
    default:
        return draw_number(hints, field, old, random);
    }
}

uint64_t value_scalar(const struct mutate_hints *hints, const ProtobufCFieldDescriptor *field, uint64_t old,
                      struct random *random)
{
    for (int i = 0; i < TRIES; i++) {
        uint64_t value = cell_fit(field, draw(hints, field, old, random));

        if (value != old) {
            return value;
        }
    }
    return old;
}

static size_t insert_run(uint8_t *bytes, size_t size, size_t room, struct random *random)
{
    static const uint8_t fills[] = { 0, 0xff, ' ', 'A' };
    size_t longest = room - size < MAX_RUN ? room - size : MAX_RUN;
    size_t run = 1 + random_below(random, longest), at = random_below(random, size + 1);
    uint8_t fill = fills[random_below(random, HS_COUNT(fills))];
    uint64_t how = random_below(random, 3);

    memmove(bytes + at + run, bytes + at, size - at);
    for (size_t i = 0; i < run; i++) {
        /* Repeated are bytes before `at`: those behind it have just been moved. */
        bytes[at + i] = how == 0 ? fill : how == 1 && at ? bytes[i % at] : (uint8_t)random_bits(random);
    }
    return size + run;
}

static size_t erase_run(uint8_t *bytes, size_t size, struct random *random)
{
    size_t at = random_below(random, size), run = 1 + random_below(random, size - at);

    /* Mostly a few bytes; now and then all that follows. */
    if (run > MAX_RUN && !random_one_in(random, 4)) {
        run = 1 + random_below(random, MAX_RUN);
    }
    memmove(bytes + at, bytes + at + run, size - at - run);
    return size - run;
}

/* Writes a boundary number of 1, 2, 4 or 8 bytes in either byte order. */
static void overwrite_number(uint8_t *bytes, size_t size, struct random *random)
{
    size_t width = (size_t)1 << random_below(random, 4);
    bool big = random_one_in(random, 2);
    uint64_t value;
    size_t at;

    while (width > size) {
        width /= 2;
    }
    at = random_below(random, size - width + 1);
    value = low_bits((unsigned)random_below(random, 8 * width + 1)) + random_below(random, 3);
    for (size_t i = 0; i < width; i++) {
        bytes[at + i] = (uint8_t)(value >> 8 * (big ? width - 1 - i : i));
    }
}

size_t value_bytes(uint8_t *bytes, size_t size, size_t room, struct random *random)
{
    uint64_t step = random_below(random, 7);

    HS_CHECK(size <= room, "%zu bytes in a room of %zu", size, room);
    if (size == 0 || (step < 2 && size < room)) {
        return size < room ? insert_run(bytes, size, room, random) : size;
    }
    switch (step) {
    case 2:
        return erase_run(bytes, size, random);
    case 3:
        overwrite_number(bytes, size, random);
        break;
    case 4:
        bytes[random_below(random, size)] = (uint8_t)random_bits(random);
        break;
    case 5:
        bytes[random_below(random, size)] += (uint8_t)(random_below(random, 2 * MAX_STEP + 1) - MAX_STEP);
        break;
    default:
        bytes[random_below(random, size)] ^= (uint8_t)(1 << random_below(random, 8));
    }
    return size;
}

void value_to_text(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] &= 0x7f;
        if (bytes[i] == 0) {
            bytes[i] = '0';
        }
    }
}

size_t value_packed_size(const ProtobufCFieldDescriptor *field, uint64_t value)
{
    size_t size = 1;

    switch (field->type) {
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return 4;
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return 8;
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SINT64:
        value = value << 1 ^ -(value >> 63);
        break;
    default:
        break;
    }
    while (value >>= 7) {
        size++;
    }
    return size;
}
