/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An audit counted again by other means: a sample of its damages is done with memcpy to a complete captured stream, and
 * each file is loaded by an unmodified QEMU with -incoming.  All verdicts must agree.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/random.h"
#include "harness/loader/capture.h"
#include "harness/loader/open.h"
#include "harness/loader/confirm.h"
#include "harness/audit/sweep/sweep.h"

enum {
    SAMPLES = 30, /* with footers, and as many without */
    OF_A_VERDICT = 6, /* of these, at most: the rest are rejected */
    OF_HUNG = 1, /* it takes seconds */
    HEADER = 6, /* bytes of a section before its idstr: type, id, length */
    HUNG_MS = 5000, /* what is said to be hung is given so long, or so many reads; none that ends lies near */
    HUNG_READS = 20000000,
    SLOW_MS = 300000, /* a new QEMU on a busy machine */
};

static const char idstr[] = "/fe.0.0000/virtio-net";

/* A captured stream, and an audit of one of its sections. */
struct subject {
    Hardstop__Setup *setup;
    uint8_t *stream;
    size_t size;
    size_t start; /* of the section */
    struct audit audit;
    char *folder;
    /* States that two loads of the stream as it is gave. */
    struct confirm_result plain[2];
    Hardstop__Stream *states[2];
};

struct sample {
    enum edit edit;
    const char *value;
    uint32_t offset;
    enum verdict verdict; /* the audit's */
};

static Hardstop__Setup *make_setup(Hardstop__Framing framing)
{
    Hardstop__Setup *setup = (Hardstop__Setup *)support_message(
        &hardstop__setup__descriptor, "binary: 'qemu-system-s390x' machine: 's390-ccw-virtio' memory: '2M' "
                                      "device: 'virtio-net-ccw' device: 'virtio-rng-ccw'");

    setup->has_framing = true;
    setup->framing = framing;
    return setup;
}

static void run_audit(struct subject *subject)
{
    static const struct edit_value value = { { 0x41 }, 1 };
    const struct sweep_options options = {
        .choice.edits = 1u << EDIT_TRUNCATE | 1u << EDIT_INSERT | 1u << EDIT_DELETE, .choice.values = &value,
        .choice.n_values = 1, .choice.lengths = 1,
    };
    struct hs_error err;
    Hardstop__Stream *stream = stream_decode(subject->stream, subject->size, STREAM_ANY, &err);
    Hardstop__Case *test;

    if (!stream) {
        fail_msg("%s", err.text);
    }
    test = case_of_stream(stream, subject->setup, CASE_KEEP_ALL);
    assert_true(case_keep_from(test, support_find(test, idstr)));
    if (sweep(test, &options, loader_open_source, &(struct loader_source){ subject->setup, TRUST_ALL }, NULL,
              &subject->audit, &err) != 0) {
        fail_msg("%s", err.text);
    }
    case_free(test);
}

static void load_file(const struct subject *subject, const void *bytes, size_t size, bool is_hung,
                      struct confirm_result *result)
{
    /* What spins has the audit's time: some of it would crash in the end. */
    const struct confirm_limits limits = { is_hung ? HUNG_MS : SLOW_MS, is_hung ? HUNG_READS : 0 };
    char *path = support_write(subject->folder, "damaged.mig", bytes, size);
    struct hs_error err;

    if (confirm_run(subject->setup, TRUST_ALL, path, &limits, result, &err) < 0) {
        fail_msg("%s", err.text);
    }
    free(path);
}

static void open_subject(struct subject *subject, Hardstop__Framing framing)
{
    const uint8_t *found;
    struct hs_error err;

    memset(subject, 0, sizeof(*subject));
    subject->folder = support_folder();
    subject->setup = make_setup(framing);
    if (capture_stream(subject->setup, TRUST_ALL, &subject->stream, &subject->size, &err) < 0) {
        fail_msg("%s", err.text);
    }
    found = memmem(subject->stream, subject->size, idstr, strlen(idstr));
    assert_non_null(found);
    subject->start = (size_t)(found - subject->stream) - HEADER;
    assert_int_equal(subject->stream[subject->start], 4); /* a full section */
    for (int i = 0; i < 2; i++) {
        load_file(subject, subject->stream, subject->size, false, &subject->plain[i]);
        assert_non_null(subject->plain[i].saved);
        subject->states[i] = stream_decode(subject->plain[i].saved, subject->plain[i].saved_size, STREAM_ANY, &err);
        assert_non_null(subject->states[i]);
    }
    run_audit(subject);
}

static void close_subject(struct subject *subject)
{
    for (int i = 0; i < 2; i++) {
        hardstop__stream__free_unpacked(subject->states[i], NULL);
        confirm_result_clear(&subject->plain[i]);
    }
    audit_clear(&subject->audit);
    hardstop__setup__free_unpacked(subject->setup, NULL);
    free(subject->stream);
    support_remove(subject->folder);
}

/* The bytes of one section, as they were saved. */
static ProtobufCBinaryData section_bytes(const Hardstop__Stream *stream, size_t i)
{
    struct stream_encoding encoding = { 0 };
    ProtobufCBinaryData bytes;

    stream_encode(stream, &encoding, NULL, NULL);
    bytes.len = encoding.marks[i].end - encoding.marks[i].start;
    bytes.data = hs_copy(encoding.out.data + encoding.marks[i].start, bytes.len);
    stream_encoding_clear(&encoding);
    return bytes;
}

static bool same_section(const Hardstop__Stream *left, const Hardstop__Stream *right, size_t i)
{
    ProtobufCBinaryData a = section_bytes(left, i), b = section_bytes(right, i);
    bool same = a.len == b.len && memcmp(a.data, b.data, a.len) == 0;

    free(a.data);
    free(b.data);
    return same;
}

/* Device sections alike, but for those that two loads of one stream save otherwise: they hold a clock. */
static bool same_state(const struct subject *subject, const Hardstop__Stream *state)
{
    const Hardstop__Stream *plain = subject->states[0];

    if (state->n_section != plain->n_section || subject->states[1]->n_section != plain->n_section) {
        return false;
    }
    for (size_t i = 0; i < plain->n_section; i++) {
        if (plain->section[i]->type == HARDSTOP__SECTION__TYPE__FULL && !same_section(plain, state, i) &&
            same_section(plain, subject->states[1], i)) {
            return false;
        }
    }
    return true;
}

static enum verdict verdict_of(const struct subject *subject, const struct confirm_result *result)
{
    Hardstop__Stream *state;
    bool same;

    switch (result->outcome) {
    case OUTCOME_REJECTED:
        return VERDICT_REJECTED;
    case OUTCOME_CRASHED:
        return VERDICT_CRASHED;
    case OUTCOME_HUNG:
        return VERDICT_HUNG;
    case OUTCOME_ACCEPTED:
        break;
    case OUTCOME_UNKNOWN:
        return VERDICT_UNKNOWN;
    }
    state = result->saved ? stream_decode(result->saved, result->saved_size, STREAM_ANY, NULL) : NULL;
    if (!state) {
        return VERDICT_GARBAGE;
    }
    same = same_state(subject, state);
    hardstop__stream__free_unpacked(state, NULL);
    return same ? VERDICT_EQUAL : VERDICT_GARBAGE;
}

/* The captured stream with a damage; returns its size. */
static size_t damage(const struct subject *subject, const struct sample *sample, uint8_t *out)
{
    size_t at = subject->start + sample->offset, rest = at;
    unsigned byte;

    memcpy(out, subject->stream, at);
    if (sample->edit == EDIT_TRUNCATE) {
        return at;
    }
    if (sample->edit == EDIT_DELETE) {
        assert_string_equal(sample->value, "1");
        rest++;
    } else {
        assert_int_equal(sscanf(sample->value, "%2x", &byte), 1);
        out[at++] = (uint8_t)byte;
    }
    memcpy(out + at, subject->stream + rest, subject->size - rest);
    return at + subject->size - rest;
}

/* True when the unmodified QEMU's verdict is the sample's. */
static bool agrees(const struct subject *subject, const struct sample *sample, bool tells)
{
    uint8_t *bytes = hs_alloc(subject->size + 1);
    size_t size = damage(subject, sample, bytes);
    struct confirm_result result;
    enum verdict verdict;

    load_file(subject, bytes, size, sample->verdict == VERDICT_HUNG, &result);
    verdict = verdict_of(subject, &result);
    if (verdict != sample->verdict && tells) {
        const struct audit_run *run = audit_run_at(&subject->audit, sample->edit, sample->value, sample->offset);

        print_message("%s %s at %u: %s in the audit (%s), %s by -incoming%s: %s\n", edit_name(sample->edit),
                      sample->value, sample->offset, verdict_name(sample->verdict), run ? run->message : "",
                      verdict_name(verdict), result.saving ? ", while saving" : "", result.text);
    }
    confirm_result_clear(&result);
    free(bytes);
    return verdict == sample->verdict;
}

static uint64_t count_cells(const struct audit *audit, enum verdict verdict)
{
    uint64_t n = 0;

    for (unsigned edit = 0; edit < edit_count; edit++) {
        n += audit->counts[edit][verdict];
    }
    return n;
}

/* The cell of that number among those of a verdict. */
static struct sample find_cell(const struct audit *audit, enum verdict verdict, uint64_t number)
{
    for (size_t i = 0; i < audit->n_runs; i++) {
        const struct audit_run *run = &audit->runs[i];

        if (run->verdict != verdict) {
            continue;
        }
        if (number < run->count) {
            return (struct sample){ run->edit, run->value, run->offset + (uint32_t)number, verdict };
        }
        number -= run->count;
    }
    fail_msg("no cell %llu", (unsigned long long)number);
    return (struct sample){ 0 };
}

/* Draws `n` cells of a verdict, one from each n-th part of them. */
static size_t draw(const struct audit *audit, enum verdict verdict, size_t n, struct random *random,
                   struct sample *samples)
{
    uint64_t cells = count_cells(audit, verdict);

    n = n < cells ? n : (size_t)cells;
    for (size_t i = 0; i < n; i++) {
        uint64_t first = cells * i / n, end = cells * (i + 1) / n;

        samples[i] = find_cell(audit, verdict, first + random_below(random, end - first));
    }
    return n;
}

/* Every verdict that occurs, and SAMPLES in all. */
static void draw_all(const struct audit *audit, uint64_t seed, struct sample samples[SAMPLES], unsigned *per_verdict)
{
    struct random random;
    size_t n = 0, drawn;

    random_init(&random, seed);
    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
        if (verdict != VERDICT_REJECTED) {
            drawn = draw(audit, (enum verdict)verdict, verdict == VERDICT_HUNG ? OF_HUNG : OF_A_VERDICT, &random,
                         samples + n);
            per_verdict[verdict] += (unsigned)drawn;
            n += drawn;
        }
    }
    drawn = draw(audit, VERDICT_REJECTED, SAMPLES - n, &random, samples + n);
    per_verdict[VERDICT_REJECTED] += (unsigned)drawn;
    assert_int_equal(n + drawn, SAMPLES);
}

/* A count that agreed with anything would be none. */
static void a_false_verdict_is_noticed(const struct subject *subject, const struct sample *samples)
{
    static const struct {
        enum verdict is, said;
    } lies[] = {
        { VERDICT_REJECTED, VERDICT_EQUAL }, { VERDICT_EQUAL, VERDICT_GARBAGE }, { VERDICT_GARBAGE, VERDICT_EQUAL },
        { VERDICT_CRASHED, VERDICT_REJECTED },
    };

    for (size_t i = 0; i < HS_COUNT(lies); i++) {
        for (size_t k = 0; k < SAMPLES; k++) {
            if (samples[k].verdict == lies[i].is) {
                struct sample lie = samples[k];

                lie.verdict = lies[i].said;
                assert_false(agrees(subject, &lie, false));
                break;
            }
        }
    }
}

static void an_unmodified_qemu_agrees(void **state)
{
    static const Hardstop__Framing framings[] = { HARDSTOP__FRAMING__FOOTER, HARDSTOP__FRAMING__LEGACY };
    unsigned agreeing = 0, per_verdict[VERDICT_COUNT] = { 0 };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(framings); i++) {
        struct sample samples[SAMPLES];
        struct subject subject;

        open_subject(&subject, framings[i]);
        draw_all(&subject.audit, i + 1, samples, per_verdict);
        for (size_t k = 0; k < SAMPLES; k++) {
            agreeing += agrees(&subject, &samples[k], true);
        }
        a_false_verdict_is_noticed(&subject, samples);
        close_subject(&subject);
    }
    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
        printf("%u %s, ", per_verdict[verdict], verdict_name((enum verdict)verdict));
    }
    printf("%u of %zu agree\n", agreeing, SAMPLES * HS_COUNT(framings));
    assert_int_equal(agreeing, SAMPLES * HS_COUNT(framings));
    /* Without footers a shift passes: a sample without these would show nothing. */
    assert_true(per_verdict[VERDICT_GARBAGE] >= OF_A_VERDICT && per_verdict[VERDICT_CRASHED] >= OF_A_VERDICT);
    assert_int_equal(per_verdict[VERDICT_UNKNOWN], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(an_unmodified_qemu_agrees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
