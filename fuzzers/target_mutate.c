/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mutates and crosses packed cases: the fields of the stream by the schema, the damages by what is there to damage. */
#include "fuzzers/target_mutate.h"

#include <stdlib.h>
#include <string.h>

#include "fuzzers/target_damage.h"
#include "fuzzers/target_last.h"
#include "harness/base/check.h"
#include "harness/case/case.h"
#include "harness/case/damage.h"
#include "harness/case/guest_ram.h"
#include "harness/case/hints.h"
#include "harness/message/mutate.h"
#include "harness/message/note.h"
#include "harness/message/reflect.h"

/* The case in the bytes, or NULL. */
static Hardstop__Case *unpack(const uint8_t *data, size_t size)
{
    return size ? (Hardstop__Case *)reflect_unpack(&hardstop__case__descriptor, data, size, NULL) : NULL;
}

/* For input that is no case, and engines that leave bytes to us. */
static size_t bytes_step(uint8_t *data, size_t size, size_t max_size, struct random *random, struct note *note)
{
    size_t at = random_below(random, size + 1), kind = random_below(random, 3), n;
    ProtobufCBinaryData bytes;

    target_damage_bytes(&bytes, random);
    n = bytes.len;
    if (kind == 0 && size + n <= max_size) {
        memmove(data + at + n, data + at, size - at);
        memcpy(data + at, bytes.data, n);
        size += n;
        note_text(note, "insert %zu bytes at %zu", n, at);
    } else {
        n = n < size - at ? n : size - at;
        if (kind == 1) {
            memmove(data + at, data + at + n, size - at - n);
            size -= n;
        } else {
            memcpy(data + at, bytes.data, n);
        }
        note_text(note, "%s %zu bytes at %zu", kind == 1 ? "delete" : "overwrite", n, at);
    }
    free(bytes.data);
    return size;
}

static void note_damage(struct note *note, const Hardstop__Damage *damage)
{
    char *text = note->room ? damage_text(damage) : NULL;

    if (text) {
        note_text(note, "%s", text);
    }
    free(text);
}

static size_t pack_into(const Hardstop__Case *test, uint8_t *out, size_t max_size, size_t otherwise)
{
    size_t size = hardstop__case__get_packed_size(test);

    return size <= max_size ? hardstop__case__pack(test, out) : otherwise;
}

/* A stream that was captured is not to be accepted with the guest memory of another one. */
static void forget_capture(Hardstop__Case *test, uint64_t memory)
{
    if (guest_ram_hash(test) != memory) {
        test->has_captured = false;
    }
}

size_t target_mutate_described(uint8_t *data, size_t size, size_t max_size, unsigned seed, target_bytes_fn *bytes,
                               char *description, size_t description_size)
{
    struct mutate_options options = { .hints = &case_hints, .max_size = max_size, .size = size, .bytes = bytes,
                                      .description = description, .description_size = description_size };
    struct note note = { .text = description, .room = description_size };
    Hardstop__Case *test = target_last_take(data, size);
    uint64_t memory = test ? guest_ram_hash(test) : 0;
    struct random random;
    size_t packed;

    random_init(&random, seed);
    if (description_size) {
        description[0] = 0;
    }
    if (!test) {
        return bytes && size ? bytes(data, size, max_size) : bytes_step(data, size, max_size, &random, &note);
    }
    switch (target_damage_draw(test, &random)) {
    case TARGET_STEP_ADD:
        target_damage_add(test, &random);
        note_damage(&note, test->damage[test->n_damage - 1]);
        break;
    case TARGET_STEP_DROP:
        target_damage_drop(test, &random);
        note_text(&note, "drop a damage");
        break;
    default:
        mutate_step(&test->base, &options, &random);
        forget_capture(test, memory);
        break;
    }
    packed = pack_into(test, data, max_size, 0);
    if (packed == 0) {
        case_free(test);
        return size;
    }
    target_last_keep(test, data, packed);
    return packed;
}

size_t target_mutate(uint8_t *data, size_t size, size_t max_size, unsigned seed, target_bytes_fn *bytes)
{
    return target_mutate_described(data, size, max_size, seed, bytes, NULL, 0);
}

size_t target_cross(const uint8_t *data1, size_t size1, const uint8_t *data2, size_t size2, uint8_t *out,
                    size_t max_out_size, unsigned seed)
{
    struct mutate_options options = { .hints = &case_hints, .max_size = max_out_size };
    Hardstop__Case *one = unpack(data1, size1), *two = unpack(data2, size2);
    uint64_t memory = one ? guest_ram_hash(one) : 0;
    struct random random;
    size_t size = 0;

    random_init(&random, seed);
    if (one && two && mutate_cross(&one->base, &two->base, &options, &random)) {
        forget_capture(one, memory);
        size = pack_into(one, out, max_out_size, 0);
    }
    case_free(one);
    case_free(two);
    return size;
}

void target_mutate_clear(void)
{
    target_last_clear();
    target_damage_clear();
}
