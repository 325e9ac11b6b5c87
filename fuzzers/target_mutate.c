/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mutates and crosses packed cases: the fields of the stream by the schema, the damages by what is there to damage. */
#include "fuzzers/target_mutate.h"

#include <stdlib.h>
#include <string.h>

#include "fuzzers/hints.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/case.h"
#include "harness/case/damage.h"
#include "proto/mutate.h"
#include "proto/note.h"
#include "proto/reflect.h"

/* The case in the bytes, or NULL. */
static Hardstop__Case *unpack(const uint8_t *data, size_t size)
{
    return size ? (Hardstop__Case *)reflect_unpack(&hardstop__case__descriptor, data, size, NULL) : NULL;
}

static uint64_t pick_section(const Hardstop__Case *test, struct random *random)
{
    const Hardstop__Stream *stream = test->stream;
    uint64_t i = random_below(random, stream->n_section);

    /* What is asked about is what tables describe: one in four elsewhere is enough. */
    for (int tries = 0; tries < 8 && !random_one_in(random, 4) && !section_is_described(stream->section[i]); tries++) {
        i = random_below(random, stream->n_section);
    }
    return i;
}

static uint32_t pick_offset(const Hardstop__Case *test, uint64_t section, struct random *random)
{
    struct stream_encoding encoding = { 0 };
    const struct stream_mark *mark;
    uint64_t size, offset;

    stream_encode(test->stream, &encoding, NULL, NULL);
    mark = &encoding.marks[section];
    size = mark->end - mark->payload + 1;
    /* The large arrays stand at the end and are all alike: half of the places are in the first part. */
    offset = random_below(random, random_one_in(random, 2) && size > 1024 ? 1024 : size);
    stream_encoding_clear(&encoding);
    return (uint32_t)offset;
}

static void set_bytes(ProtobufCBinaryData *bytes, struct random *random)
{
    static const uint8_t usual[] = { 0x00, 0xff, 0x01, 0x80, 0x05, 0x7e };

    bytes->len = random_below(random, 4) + 1;
    bytes->data = hs_alloc(bytes->len);
    for (size_t i = 0; i < bytes->len; i++) {
        bytes->data[i] = random_one_in(random, 2) ? usual[random_below(random, sizeof(usual))]
                                                  : (uint8_t)random_bits(random);
    }
}

/* The kinds, each as often as it is worth. */
static const Hardstop__Damage__KindCase kinds[] = {
    HARDSTOP__DAMAGE__KIND_TRUNCATE,  HARDSTOP__DAMAGE__KIND_TRUNCATE, HARDSTOP__DAMAGE__KIND_TRUNCATE,
    HARDSTOP__DAMAGE__KIND_INSERT,    HARDSTOP__DAMAGE__KIND_INSERT,   HARDSTOP__DAMAGE__KIND_INSERT,
    HARDSTOP__DAMAGE__KIND_DELETE,    HARDSTOP__DAMAGE__KIND_DELETE,   HARDSTOP__DAMAGE__KIND_DELETE,
    HARDSTOP__DAMAGE__KIND_OVERWRITE, HARDSTOP__DAMAGE__KIND_SWAP,     HARDSTOP__DAMAGE__KIND_REPEAT,
};

static Hardstop__Damage *random_damage(const Hardstop__Case *test, struct random *random)
{
    uint64_t section = pick_section(test, random);
    uint32_t offset = pick_offset(test, section, random);
    Hardstop__Damage *damage = damage_new(kinds[random_below(random, HS_COUNT(kinds))], (uint32_t)section, offset);

    switch (damage->kind_case) {
    case HARDSTOP__DAMAGE__KIND_INSERT:
        set_bytes(&damage->insert, random);
        break;
    case HARDSTOP__DAMAGE__KIND_DELETE:
        damage->delete_ = (uint32_t)random_below(random, 4) + 1;
        break;
    case HARDSTOP__DAMAGE__KIND_OVERWRITE:
        set_bytes(&damage->overwrite, random);
        break;
    case HARDSTOP__DAMAGE__KIND_SWAP:
        damage->swap = (uint32_t)random_below(random, test->stream->n_section);
        break;
    case HARDSTOP__DAMAGE__KIND_REPEAT:
        damage->repeat = 1;
        break;
    default:
        break;
    }
    return damage;
}

static void drop_damage(Hardstop__Case *test, size_t i)
{
    hardstop__damage__free_unpacked(test->damage[i], NULL);
    test->damage[i] = test->damage[--test->n_damage];
}

/* One damage more, another, or none: a case with many tells less than one with a single damage. */
static void damage_step(Hardstop__Case *test, struct random *random, struct note *note)
{
    char *text;

    if (test->n_damage && (test->n_damage > 2 || !random_one_in(random, 4))) {
        drop_damage(test, random_below(random, test->n_damage));
        if (random_one_in(random, 4)) {
            note_text(note, "drop a damage");
            return;
        }
    }
    test->damage = hs_resize(test->damage, test->n_damage + 1, sizeof(*test->damage));
    test->damage[test->n_damage++] = random_damage(test, random);
    text = damage_text(test->damage[test->n_damage - 1]);
    note_text(note, "%s", text);
    free(text);
}

/* For input that is no case, and engines that leave bytes to us. */
static size_t bytes_step(uint8_t *data, size_t size, size_t max_size, struct random *random, struct note *note)
{
    size_t at = random_below(random, size + 1), kind = random_below(random, 3), n;
    ProtobufCBinaryData bytes;

    set_bytes(&bytes, random);
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

static size_t pack_into(const Hardstop__Case *test, uint8_t *out, size_t max_size, size_t otherwise)
{
    size_t size = hardstop__case__get_packed_size(test);

    return size <= max_size ? hardstop__case__pack(test, out) : otherwise;
}

size_t target_mutate_described(uint8_t *data, size_t size, size_t max_size, unsigned seed, target_bytes_fn *bytes,
                               char *description, size_t description_size)
{
    struct mutate_options options = { .hints = &case_hints, .max_size = max_size, .bytes = bytes,
                                      .description = description, .description_size = description_size };
    struct note note = { .text = description, .room = description_size };
    Hardstop__Case *test = unpack(data, size);
    struct random random;

    random_init(&random, seed);
    if (description_size) {
        description[0] = 0;
    }
    if (!test) {
        return bytes && size ? bytes(data, size, max_size) : bytes_step(data, size, max_size, &random, &note);
    }
    if (test->stream && test->stream->n_section && random_one_in(&random, 2)) {
        damage_step(test, &random, &note);
    } else {
        mutate_step(&test->base, &options, &random);
    }
    size = pack_into(test, data, max_size, size);
    case_free(test);
    return size;
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
    struct random random;
    size_t size = 0;

    random_init(&random, seed);
    if (one && two && mutate_cross(&one->base, &two->base, &options, &random)) {
        size = pack_into(one, out, max_out_size, 0);
    }
    case_free(one);
    case_free(two);
    return size;
}
