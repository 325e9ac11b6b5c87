/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs, mutates and crosses cases; keeps a QEMU for each of the setups seen last. */
#include "fuzzers/target.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "fuzzers/hints.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/time.h"
#include "harness/case/case.h"
#include "harness/loader/qemu/client.h"
#include "harness/oracle/finding.h"
#include "harness/wire/payload.h"
#include "proto/mutate.h"
#include "proto/reflect.h"

enum {
    POOL = 4, /* setups served at once: each is a QEMU of some 60 MB */
    CAMPAIGN_TIMEOUT_MS = 250, /* a hang costs its whole limit */
    MAX_FAILURES = 20, /* harness failures in a row: the campaign is not testing anything any more */
};

/* libFuzzer reads this section as coverage; other engines leave it alone. */
__attribute__((section("__libfuzzer_extra_counters"))) uint8_t target_counters[TARGET_COUNTERS];

/* A loader for each setup, the least recently used closed for a new one. */
struct served {
    uint64_t setup; /* hash */
    struct oracle oracle;
    unsigned long used;
};

static struct {
    struct served pool[POOL];
    unsigned long uses;
    const char *findings;
    uint32_t timeout_ms;
    unsigned failures;
    uint64_t hasty[64]; /* signatures that went away when they were judged with patience */
    size_t n_hasty;
    struct {
        unsigned long runs, loads, verdicts[VERDICT_COUNT], findings;
        double started, written;
    } status;
} state;

static void read_settings(void)
{
    const char *timeout = getenv("HARDSTOP_TIMEOUT_MS");
    const char *findings = getenv("HARDSTOP_FINDINGS");
    struct hs_error err;

    if (!state.findings) {
        state.findings = findings && *findings ? findings : "findings";
        state.timeout_ms = timeout && atoi(timeout) > 0 ? (uint32_t)atoi(timeout) : CAMPAIGN_TIMEOUT_MS;
        HS_CHECK(file_make_folder(state.findings, &err) == 0, "%s", err.text);
        state.status.started = state.status.written = time_now();
    }
}

/* The oracle for a setup; NULL when its QEMU does not start. */
static struct oracle *oracle_for(const Hardstop__Setup *setup, struct hs_error *err)
{
    size_t size;
    uint8_t *packed = reflect_pack(&setup->base, &size);
    uint64_t hash = XXH3_64bits(packed, size);
    struct served *oldest = &state.pool[0];
    struct loader *loader;

    free(packed);
    state.uses++;
    for (size_t i = 0; i < POOL; i++) {
        struct served *served = &state.pool[i];

        if (served->oracle.loader && served->setup == hash) {
            served->used = state.uses;
            return &served->oracle;
        }
        oldest = served->used < oldest->used ? served : oldest;
    }
    loader = qemu_open(setup, NULL, err);
    if (!loader) {
        return NULL;
    }
    loader_close(oldest->oracle.loader);
    oracle_clear(&oldest->oracle);
    *oldest = (struct served){ .setup = hash, .used = state.uses,
                               .oracle = { .loader = loader, .timeout_ms = state.timeout_ms, .hasty = true } };
    return &oldest->oracle;
}

/* The case in the bytes, or NULL. */
static Hardstop__Case *unpack(const uint8_t *data, size_t size)
{
    return size ? (Hardstop__Case *)reflect_unpack(&hardstop__case__descriptor, data, size, NULL) : NULL;
}

static void count(const char *what, uint64_t more)
{
    target_counters[XXH3_64bits_withSeed(what, strlen(what), more) % TARGET_COUNTERS]++;
}

/* Feedback: what came out, in which section, and at which sentence, with the numbers left out. */
static void give_feedback(const struct judgement *judgement)
{
    const struct loader_answer *answer = &judgement->actual.answer;
    char sentence[128];
    size_t n = 0;

    for (const char *c = answer->text; *c && *c != '\n' && n + 1 < sizeof(sentence); c++) {
        if (*c < '0' || *c > '9') {
            sentence[n++] = *c;
        }
    }
    sentence[n] = 0;
    count(answer->section, judgement->verdict);
    count(sentence, judgement->verdict);
    count("reference", judgement->reference.answer.outcome);
    if (judgement->resave.n) {
        count(judgement->resave.differences[0].path, VERDICT_EQUAL);
    }
    if (judgement->garbage.n) {
        count(judgement->garbage.differences[0].path, VERDICT_GARBAGE);
    }
}

/*
 * Judges once more, with patience: a hang gets its full time, fields are named, and what was haste goes away: 1 when the
 * finding stays, 0 when it goes, -1 without a verdict.
 */
static int confirm_finding(struct oracle *oracle, const Hardstop__Case *test, struct finding *finding)
{
    struct oracle patient = { .loader = oracle->loader };
    struct judgement judgement = { 0 };
    int confirmed = oracle_judge(&patient, test, &judgement, NULL);

    if (confirmed == 0) {
        confirmed = finding_of(&judgement, finding);
    }
    oracle->loads += patient.loads;
    judgement_clear(&judgement);
    oracle_clear(&patient);
    return confirmed;
}

/* A slow rejection looks like a hang each time it comes: once is enough to find out. */
static bool was_hasty(uint64_t signature)
{
    for (size_t i = 0; i < HS_COUNT(state.hasty); i++) {
        if (state.hasty[i] == signature) {
            return true;
        }
    }
    return false;
}

static void keep_finding(struct oracle *oracle, const struct judgement *judgement)
{
    struct finding finding;
    struct hs_error err;
    uint64_t signature;
    int result;

    if (!finding_of(judgement, &finding) || finding_is_known(state.findings, finding.signature) ||
        was_hasty(finding.signature)) {
        return;
    }
    signature = finding.signature;
    result = confirm_finding(oracle, judgement->test, &finding);
    if (result == 0) {
        state.hasty[state.n_hasty++ % HS_COUNT(state.hasty)] = signature;
    }
    if (result <= 0) {
        return;
    }
    result = finding_save(state.findings, &finding, judgement->test, &err);
    HS_CHECK(result >= 0, "a finding could not be saved: %s", err.text);
    if (result > 0) {
        state.status.findings++;
        fprintf(stderr, "hardstop: new finding %016" PRIx64 ": %s: %s in %s %s: %s\n", finding.signature,
                finding.property, verdict_name(finding.verdict), finding.device, finding.field, finding.message);
    }
}

static void write_status(const char *transport)
{
    char *path, *text, *verdicts, *longer;
    double time = time_now();

    if (time - state.status.written < 1.0) {
        return;
    }
    state.status.written = time;
    verdicts = hs_strdup("");
    for (int i = 0; i < VERDICT_COUNT; i++) {
        longer = hs_format("%s%s\"%s\": %lu", verdicts, i ? ", " : "", verdict_name((enum verdict)i),
                           state.status.verdicts[i]);
        free(verdicts);
        verdicts = longer;
    }
    path = hs_format("%s/status-%s", state.findings, transport);
    text = hs_format("{\"runs\": %lu, \"loads\": %lu, \"seconds\": %.1f, \"findings\": %lu, \"verdicts\": {%s}}\n",
                     state.status.runs, state.status.loads, time - state.status.started, state.status.findings,
                     verdicts);
    file_write(path, text, strlen(text), NULL);
    free(verdicts);
    free(path);
    free(text);
}

static void on_failure(const struct hs_error *err)
{
    fprintf(stderr, "hardstop: no verdict: %s\n", err->text);
    state.failures++;
    HS_CHECK(state.failures < MAX_FAILURES, "%u cases in a row without a verdict; the last: %s", state.failures,
             err->text);
}

void target_run(const char *transport, const uint8_t *data, size_t size)
{
    static struct judgement judgement;
    Hardstop__Case *test;
    struct oracle *oracle;
    struct hs_error err;
    unsigned long before;

    read_settings();
    test = case_of_input(transport, data, size);
    oracle = oracle_for(test->setup, &err);
    if (!oracle) {
        on_failure(&err);
    } else {
        before = oracle->loads;
        if (oracle_judge(oracle, test, &judgement, &err) < 0) {
            on_failure(&err);
        } else {
            state.failures = 0;
            give_feedback(&judgement);
            keep_finding(oracle, &judgement);
        }
        state.status.loads += oracle->loads - before;
        state.status.verdicts[judgement.verdict]++;
    }
    state.status.runs++;
    write_status(transport);
    case_free(test);
}

/* Mutation. */

static uint64_t pick_section(const Hardstop__Case *test, struct random *random)
{
    const Hardstop__Stream *stream = test->stream;
    uint64_t i = random_below(random, stream->n_section);

    /* What is asked about is what tables describe: one in four elsewhere is enough. */
    for (int tries = 0; tries < 8 && !random_one_in(random, 4) && !payload_message(stream->section[i]); tries++) {
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
static void damage_step(Hardstop__Case *test, struct random *random)
{
    if (test->n_damage && (test->n_damage > 2 || !random_one_in(random, 4))) {
        drop_damage(test, random_below(random, test->n_damage));
        if (random_one_in(random, 4)) {
            return;
        }
    }
    test->damage = hs_resize(test->damage, test->n_damage + 1, sizeof(*test->damage));
    test->damage[test->n_damage++] = random_damage(test, random);
}

static size_t pack_into(const Hardstop__Case *test, uint8_t *out, size_t max_size, size_t otherwise)
{
    size_t size = hardstop__case__get_packed_size(test);

    return size <= max_size ? hardstop__case__pack(test, out) : otherwise;
}

size_t target_mutate(uint8_t *data, size_t size, size_t max_size, unsigned seed, target_bytes_fn *bytes)
{
    struct mutate_options options = { .hints = &case_hints, .max_size = max_size, .bytes = bytes };
    Hardstop__Case *test = unpack(data, size);
    struct random random;

    random_init(&random, seed);
    if (!test) {
        return bytes && size ? bytes(data, size, max_size) : size;
    }
    if (test->stream && test->stream->n_section && random_one_in(&random, 2)) {
        damage_step(test, &random);
    } else {
        mutate_step(&test->base, &options, &random);
    }
    size = pack_into(test, data, max_size, size);
    case_free(test);
    return size;
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
