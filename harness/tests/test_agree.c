/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The served loader does what a user's QEMU does: whole streams, damaged as raw bytes, are loaded by both, and the
 * outcome and the first words must be the same.  HARDSTOP_AGREE says how many; ci/agree asks for thousands.
 */
#include "support.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/random.h"
#include "harness/loader/capture.h"
#include "harness/loader/confirm.h"
#include "harness/loader/open.h"

enum { INPUTS = 60 };

static const struct {
    const char *name, *setup;
} subjects[] = {
    { "ccw", "binary: 'qemu-system-s390x' machine: 's390-ccw-virtio' device: 'virtio-net-ccw' "
             "device: 'virtio-rng-ccw'" },
    { "pc", "binary: 'qemu-system-x86_64' machine: 'pc' device: 'virtio-net-pci' device: 'virtio-rng-pci'" },
    { "q35", "binary: 'qemu-system-x86_64' machine: 'q35' device: 'e1000' device: 'virtio-rng-pci'" },
    { "no description", "binary: 'qemu-system-x86_64' machine: 'pc-i440fx-2.0' device: 'virtio-net-pci'" },
    { "no footers", "binary: 'qemu-system-s390x' machine: 's390-ccw-virtio-2.4' device: 'virtio-net-ccw'" },
};

/* Where damage is done: each part of a stream is as likely. */
enum place { PLACE_HEADER, PLACE_RAM, PLACE_SECTIONS, PLACE_DESCRIPTION, PLACES };

enum damage { DAMAGE_NONE, DAMAGE_CUT, DAMAGE_FLIP, DAMAGE_ZERO, DAMAGE_INSERT, DAMAGE_DELETE, DAMAGES };

static const char *const damage_names[] = { "nothing", "cut", "flip", "zero", "insert", "delete" };

struct subject {
    Hardstop__Setup *setup;
    struct loader *loader;
    uint8_t *stream;
    size_t size;
    size_t begin[PLACES + 1];
};

static void open_subject(struct subject *subject, const char *text)
{
    struct stream_encoding encoding = { 0 };
    Hardstop__Stream *stream;
    struct hs_error err;
    size_t first = 0;

    subject->setup = (Hardstop__Setup *)support_message(&hardstop__setup__descriptor, text);
    subject->loader = support_open(subject->setup);
    if (capture_stream(subject->setup, TRUST_ALL, &subject->stream, &subject->size, &err) < 0) {
        fail_msg("%s", err.text);
    }
    stream = stream_decode(subject->stream, subject->size, STREAM_ANY, NULL);
    assert_non_null(stream);
    stream_encode(stream, &encoding, NULL, NULL);
    while (stream->section[first]->type != HARDSTOP__SECTION__TYPE__FULL) {
        first++;
    }
    subject->begin[PLACE_HEADER] = 0;
    subject->begin[PLACE_RAM] = encoding.marks[0].start;
    subject->begin[PLACE_SECTIONS] = encoding.marks[first].start;
    subject->begin[PLACE_DESCRIPTION] = encoding.marks[encoding.n_marks - 1].start;
    subject->begin[PLACES] = subject->size;
    hardstop__stream__free_unpacked(stream, NULL);
    stream_encoding_clear(&encoding);
}

static void close_subject(struct subject *subject)
{
    loader_close(subject->loader);
    hardstop__setup__free_unpacked(subject->setup, NULL);
    free(subject->stream);
}

struct input {
    enum damage damage;
    size_t at;
    struct builder bytes;
};

static void make_input(struct input *input, const struct subject *subject, struct random *random)
{
    enum place place = (enum place)random_below(random, PLACES);
    size_t from = subject->begin[place], size = subject->begin[place + 1] - from;
    size_t n = 1 + random_below(random, 4), rest;
    uint8_t added[4] = { 0 };

    input->damage = (enum damage)random_below(random, DAMAGES);
    /* Of an empty stream QEMU 7.2 says what depends on the way it comes: exec: spins. */
    input->at = from + random_below(random, size);
    input->at += input->at == 0;
    rest = input->at;
    builder_reset(&input->bytes);
    builder_put(&input->bytes, subject->stream, input->damage == DAMAGE_NONE ? subject->size : input->at);
    if (input->damage == DAMAGE_NONE || input->damage == DAMAGE_CUT) {
        return;
    }
    if (input->damage == DAMAGE_FLIP) {
        added[0] = subject->stream[rest++] ^ (uint8_t)(1u << random_below(random, 8));
        builder_put(&input->bytes, added, 1);
    } else if (input->damage != DAMAGE_DELETE) {
        builder_put(&input->bytes, added, n);
    }
    if (input->damage == DAMAGE_ZERO || input->damage == DAMAGE_DELETE) {
        rest = rest + n < subject->size ? rest + n : subject->size;
    }
    builder_put(&input->bytes, subject->stream + rest, subject->size - rest);
}

/* The line without the program's name; what QEMU says of itself as a process is left out. */
static void first_words(const char *text, char *words, size_t size)
{
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        const char *end = text + strcspn(text, "\n"), *colon = memmem(text, (size_t)(end - text), ": ", 2);

        if (colon && strncmp(text, "qemu-system-", 12) == 0 && strncmp(colon, ": warning: ", 11) != 0) {
            snprintf(words, size, "%.*s", (int)(end - colon - 2), colon + 2);
            return;
        }
    }
    *words = 0;
}

static bool agrees(const struct subject *subject, const char *folder, const struct input *input, const char *name)
{
    struct loader_input asked = { .bytes = input->bytes.data, .size = input->bytes.size, .whole = true };
    char *path = support_write(folder, "stream.mig", input->bytes.data, input->bytes.size);
    char served[256], plain[256];
    struct loader_answer answer;
    struct confirm_result result;
    struct hs_error err = { .text = "" };
    bool same;

    loader_load(subject->loader, &asked, &answer, &err);
    first_words(answer.text, served, sizeof(served));
    if (confirm_run(subject->setup, TRUST_ALL, path, 0, &result, &err) < 0) {
        fail_msg("%s", err.text);
    }
    first_words(result.text, plain, sizeof(plain));
    same = answer.outcome == result.outcome &&
           (answer.outcome != OUTCOME_REJECTED || strcmp(served, plain) == 0);
    if (!same) {
        print_message("%s, %s at %zu of %zu: served %s \"%s\" %s, plain %s \"%s\"\n", name,
                      damage_names[input->damage], input->at, subject->size, outcome_name(answer.outcome), served,
                      err.text, outcome_name(result.outcome), plain);
    }
    confirm_result_clear(&result);
    free(path);
    return same;
}

static void a_plain_qemu_agrees(void **state)
{
    const char *asked = getenv("HARDSTOP_AGREE");
    unsigned long n = asked ? strtoul(asked, NULL, 10) : INPUTS, agreeing = 0;
    struct subject opened[HS_COUNT(subjects)];
    struct input input = { 0 };
    struct random random;
    char *folder = support_folder();

    (void)state;
    random_init(&random, 1);
    for (size_t i = 0; i < HS_COUNT(subjects); i++) {
        open_subject(&opened[i], subjects[i].setup);
    }
    for (unsigned long i = 0; i < n; i++) {
        size_t k = i % HS_COUNT(subjects);

        make_input(&input, &opened[k], &random);
        agreeing += agrees(&opened[k], folder, &input, subjects[k].name);
    }
    for (size_t i = 0; i < HS_COUNT(subjects); i++) {
        close_subject(&opened[i]);
    }
    builder_clear(&input.bytes);
    support_remove(folder);
    print_message("%lu of %lu agree\n", agreeing, n);
    assert_int_equal(agreeing, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(a_plain_qemu_agrees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
