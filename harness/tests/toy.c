/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares what it is given with the one stream that it takes, and with those of its deeds. */
#include "toy.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#include "support.h"

#include "harness/audit/edit/edit_plan.h"
#include "harness/base/alloc.h"
#include "harness/message/reflect.h"

struct toy_loader {
    struct loader loader;
    struct toy *toy;
    struct builder saved;
};

Hardstop__Case *toy_case(void)
{
    Hardstop__Case *test = case_new();
    struct builder out = { 0 };
    struct hs_error err;

    support_put_section(&out, 4, 1, "a", 1);
    support_put_hex(&out, "10111213");
    support_put_footer(&out, 1);
    support_put_section(&out, 4, 7, "/fe.0.0005/virtio-rng", 1);
    support_put_virtio(&out, support_rng_text);
    support_put_footer(&out, 7);
    support_put_section(&out, 4, 9, "b", 1);
    support_put_hex(&out, "20212223");
    support_put_footer(&out, 9);
    support_put_hex(&out, "00");
    test->stream = stream_decode(out.data, out.size, STREAM_FOOTER, &err);
    if (!test->stream) {
        fail_msg("%s", err.text);
    }
    test->setup = (Hardstop__Setup *)reflect_new(&hardstop__setup__descriptor);
    test->setup->binary = hs_strdup("/usr/bin/qemu-system-toy");
    builder_clear(&out);
    return test;
}

/* The state of a machine that loaded nothing: that of one that did, with zeros for the rng section's payload. */
static void make_nothing(struct toy *toy)
{
    struct stream_encoding plain = { 0 };
    const struct stream_mark *mark;
    Hardstop__Stream *stream;
    size_t status;

    stream_encode(toy->test->stream, &plain, NULL, NULL);
    mark = &plain.marks[TOY_SECTION];
    builder_put(&toy->nothing, plain.out.data, plain.out.size);
    status = damage_field_offset(toy->test->stream, TOY_SECTION, "virtio.status");
    toy->nothing.data[status] = 0;
    toy->nothing.data[status + 1] = 0;
    toy->nothing.data[mark->payload + 1] = 0;
    stream = stream_decode(toy->nothing.data, toy->nothing.size, STREAM_FOOTER, NULL);
    assert_non_null(stream);
    hardstop__stream__free_unpacked(stream, NULL);
    stream_encoding_clear(&plain);
}

void toy_damage(const Hardstop__Case *test, size_t section, enum edit edit, const char *value, uint32_t offset,
                struct builder *out)
{
    Hardstop__Damage *damage = edit_damage(test, section, edit, value, offset);
    Hardstop__Case damaged = *test;
    struct stream_encoding plain = { 0 };
    struct damage_effect effect;

    assert_non_null(damage);
    damaged.n_damage = 1;
    damaged.damage = &damage;
    damage_apply(&damaged, &plain, out, &effect);
    stream_encoding_clear(&plain);
    hardstop__damage__free_unpacked(damage, NULL);
}

void toy_init(struct toy *toy, size_t section, const struct toy_deed *deeds, size_t n_deeds)
{
    struct stream_encoding plain = { 0 };

    memset(toy, 0, sizeof(*toy));
    toy->test = toy_case();
    toy->section = section;
    toy->deeds = deeds;
    toy->n_deeds = n_deeds;
    toy->counts = mmap(NULL, sizeof(*toy->counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(toy->counts, MAP_FAILED);
    stream_encode(toy->test->stream, &plain, NULL, NULL);
    builder_put(&toy->good, plain.out.data, plain.out.size);
    stream_encoding_clear(&plain);
    make_nothing(toy);
    toy->streams = hs_alloc(n_deeds * sizeof(*toy->streams));
    for (size_t i = 0; i < n_deeds; i++) {
        toy_damage(toy->test, section, deeds[i].edit, deeds[i].value, deeds[i].offset, &toy->streams[i]);
    }
}

void toy_clear(struct toy *toy)
{
    for (size_t i = 0; i < toy->n_deeds; i++) {
        builder_clear(&toy->streams[i]);
    }
    free(toy->streams);
    free(toy->known);
    builder_clear(&toy->good);
    builder_clear(&toy->nothing);
    case_free(toy->test);
    munmap(toy->counts, sizeof(*toy->counts));
}

static int by_number(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return a < b ? -1 : a > b;
}

void toy_know(struct toy *toy, const struct builder *streams, size_t n)
{
    assert_true(n <= TOY_STREAMS);
    toy->known = hs_alloc(n * sizeof(*toy->known));
    toy->n_known = n;
    for (size_t i = 0; i < n; i++) {
        toy->known[i] = XXH3_64bits(streams[i].data, streams[i].size);
    }
    qsort(toy->known, n, sizeof(*toy->known), by_number);
}

static void count(struct toy *toy, const struct loader_input *input)
{
    uint64_t hash, *found;

    if (!input->fast) {
        toy->counts->plain++;
        toy->counts->plain_ms = input->timeout_ms;
        return;
    }
    toy->counts->fast++;
    toy->counts->fast_ms = input->timeout_ms;
    if (!toy->known) {
        return;
    }
    hash = XXH3_64bits(input->bytes, input->size);
    found = bsearch(&hash, toy->known, toy->n_known, sizeof(hash), by_number);
    if (found) {
        toy->counts->of[found - toy->known]++;
    }
}

static void accept(struct toy_loader *loader, const struct builder *state, struct loader_answer *answer)
{
    builder_reset(&loader->saved);
    builder_put(&loader->saved, state->data, state->size);
    answer->outcome = OUTCOME_ACCEPTED;
    answer->saved = loader->saved.data;
    answer->saved_size = loader->saved.size;
}

static void save_longer(struct toy_loader *loader, struct loader_answer *answer)
{
    const struct toy *toy = loader->toy;
    struct builder twice = { 0 };
    size_t first = damage_field_offset(toy->test->stream, TOY_SECTION, "type");

    builder_put(&twice, toy->good.data, first);
    builder_put(&twice, toy->good.data, toy->good.size);
    accept(loader, &twice, answer);
    builder_clear(&twice);
}

static int act(struct toy_loader *loader, enum toy_act what, bool fast, struct loader_answer *answer)
{
    struct toy *toy = loader->toy;

    switch (what) {
    case TOY_EQUAL:
        accept(loader, &toy->good, answer);
        return 0;
    case TOY_GARBAGE:
        accept(loader, &toy->good, answer);
        loader->saved.data[damage_field_offset(toy->test->stream, TOY_SECTION, "virtio.status")] ^= 0x40;
        return 0;
    case TOY_SKIPS:
        accept(loader, &toy->nothing, answer);
        return 0;
    case TOY_LONGER:
        save_longer(loader, answer);
        return 0;
    case TOY_FAULTS_FAST:
        if (!fast) {
            return 0;
        }
        /* fall through */
    case TOY_FAULTS:
        answer->outcome = OUTCOME_CRASHED;
        answer->signal = SIGSEGV;
        answer->fault_address = (uintptr_t)&answer;
        answer->n_frames = 1;
        strcpy(answer->frames[0].module, "qemu-system-toy");
        strcpy(answer->frames[0].symbol, "toy_load");
        return 0;
    case TOY_ABORTS:
        abort();
    case TOY_EXITS:
        _exit(3);
    case TOY_FAILS_PLAIN:
        return fast ? 0 : -1;
    case TOY_SPINS:
        for (;;) {
            pause();
        }
    default:
        return -1;
    }
}

static int load(struct loader *base, const struct loader_input *input, struct loader_answer *answer,
                struct hs_error *err)
{
    static char text[256];
    struct toy_loader *loader = (struct toy_loader *)base;
    struct toy *toy = loader->toy;

    memset(answer, 0, sizeof(*answer));
    answer->section = "";
    answer->text = text;
    answer->outcome = OUTCOME_REJECTED;
    answer->result = -EINVAL;
    snprintf(text, sizeof(text), "qemu-system-toy: not %zu bytes\n" TOY_SAYS, input->size / 16);
    if (toy->dies) {
        abort();
    }
    if (toy->refuses) {
        return 0;
    }
    if (input->size == toy->good.size && memcmp(input->bytes, toy->good.data, input->size) == 0) {
        toy->counts->references++;
        toy->counts->first_ms = input->timeout_ms;
        return act(loader, TOY_EQUAL, input->fast, answer);
    }
    if (input->size == 1 && !input->bytes[0]) {
        toy->counts->fresh++;
        return act(loader, toy->dies_when_fresh ? TOY_ABORTS : TOY_SKIPS, input->fast, answer);
    }
    count(toy, input);
    if (toy->pause_us) {
        usleep(toy->pause_us);
    }
    if (toy->garbles) {
        return act(loader, input->fast ? TOY_EQUAL : TOY_GARBAGE, input->fast, answer);
    }
    if (toy->lies && input->fast) {
        return act(loader, TOY_EQUAL, true, answer);
    }
    for (size_t i = 0; i < toy->n_deeds; i++) {
        if (input->size == toy->streams[i].size &&
            memcmp(input->bytes, toy->streams[i].data, input->size) == 0) {
            return act(loader, toy->deeds[i].act, input->fast, answer) < 0
                       ? hs_fail(err, HS_NO_OFFSET, "the toy is broken") : 0;
        }
    }
    return 0;
}

static void close_toy(struct loader *base)
{
    struct toy_loader *loader = (struct toy_loader *)base;

    builder_clear(&loader->saved);
    free(loader);
}

struct loader *toy_open(void *user, struct hs_error *err)
{
    static const struct loader_class class = { .load = load, .close = close_toy };
    struct toy *toy = user;
    struct toy_loader *loader;

    toy->counts->opened++;
    if (toy->is_shut) {
        hs_fail(err, HS_NO_OFFSET, "the toy is shut");
        return NULL;
    }
    loader = hs_alloc(sizeof(*loader));
    loader->loader.class = &class;
    loader->toy = toy;
    return &loader->loader;
}

char *toy_dump(const struct audit *audit)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    fprintf(out, "%s, %u bytes, %u streams, %zu fields\n", audit->section, audit->bytes, audit->streams,
            audit->n_fields);
    for (size_t i = 0; i < audit->n_runs; i++) {
        const struct audit_run *run = &audit->runs[i];

        fprintf(out, "%s %s %u+%u %s: %s\n", edit_name(run->edit), run->value, run->offset, run->count,
                verdict_name(run->verdict), run->message);
    }
    fclose(out);
    return text;
}
