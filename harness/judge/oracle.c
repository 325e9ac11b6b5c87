/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads a case undamaged and damaged, and compares what came out. */
#include "harness/judge/oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/case.h"
#include "harness/judge/state_bytes.h"
#include "harness/wire/description.h"
#include "harness/wire/framing.h"

enum {
    SECTION_NAME_OFFSET = 5, /* behind type byte and section id, which differs from one machine to the next */
    SECTION_ID_SIZE = 4,
};

static const char *const names[] = {
    [VERDICT_UNKNOWN] = "unknown", [VERDICT_REJECTED] = "rejected", [VERDICT_EQUAL] = "equal",
    [VERDICT_GARBAGE] = "garbage", [VERDICT_CRASHED] = "crashed",   [VERDICT_HUNG] = "hung",
};

const char *verdict_name(enum verdict verdict)
{
    return names[verdict];
}

int verdict_severity(enum verdict verdict)
{
    static const int severity[VERDICT_COUNT] = {
        [VERDICT_REJECTED] = 1, [VERDICT_EQUAL] = 2, [VERDICT_GARBAGE] = 3, [VERDICT_HUNG] = 4, [VERDICT_CRASHED] = 5,
    };

    return severity[verdict];
}

enum verdict verdict_of_name(const char *name)
{
    for (int i = 0; i < VERDICT_COUNT; i++) {
        if (strcmp(names[i], name) == 0) {
            return (enum verdict)i;
        }
    }
    return VERDICT_COUNT;
}

static void keep(struct builder *copy, const void *data, size_t size)
{
    builder_reset(copy);
    builder_put(copy, data, size);
}

/* Copies an answer, whose pointers the loader takes back at its next call. */
static void record_answer(struct record *record, const struct loader_answer *answer)
{
    record->answer = *answer;
    keep(&record->text, answer->text, strlen(answer->text) + 1);
    keep(&record->printed, answer->printed ? answer->printed : "", answer->printed ? strlen(answer->printed) + 1 : 1);
    keep(&record->section, answer->section, strlen(answer->section) + 1);
    keep(&record->loaded, answer->loaded ? answer->loaded : "", answer->loaded ? strlen(answer->loaded) + 1 : 1);
    keep(&record->saved, answer->saved, answer->saved_size);
    record->answer.text = (const char *)record->text.data;
    record->answer.printed = answer->printed ? (const char *)record->printed.data : NULL;
    record->answer.section = (const char *)record->section.data;
    record->answer.loaded = (const char *)record->loaded.data;
    record->answer.saved = record->saved.data;
}

static void record_clear(struct record *record)
{
    builder_clear(&record->text);
    builder_clear(&record->printed);
    builder_clear(&record->section);
    builder_clear(&record->loaded);
    builder_clear(&record->saved);
}

static int load(struct oracle *oracle, const Hardstop__Case *test, const struct builder *bytes, bool cut,
                struct record *record, struct hs_error *err)
{
    struct loader_input input = loader_input_of(test, bytes, cut);
    struct loader_answer answer;

    input.timeout_ms = oracle->timeout_ms;
    oracle->loads++;
    if (loader_load(oracle->loader, &input, &answer, err) < 0) {
        return -1;
    }
    record_answer(record, &answer);
    return 0;
}

static uint64_t hash_of(const Hardstop__Case *test, const struct stream_encoding *plain)
{
    uint64_t hash = case_stream_hash(plain) + case_is_whole(test);

    for (size_t i = 0; i < test->n_memory; i++) {
        hash = XXH3_64bits_withSeed(test->memory[i]->data.data, test->memory[i]->data.len,
                                    hash ^ test->memory[i]->address);
    }
    return hash;
}

/* The undamaged stream's answer: many cases in a row share it. */
static int load_reference(struct oracle *oracle, struct judgement *judgement, struct hs_error *err)
{
    uint64_t hash = hash_of(judgement->test, &judgement->plain);

    if (!oracle->has_cached || oracle->cached != hash) {
        oracle->has_cached = false;
        if (load(oracle, judgement->test, &judgement->plain.out, false, &oracle->reference, err) < 0) {
            return -1;
        }
        oracle->cached = hash;
        oracle->has_cached = true;
    }
    record_answer(&judgement->reference, &oracle->reference.answer);
    return 0;
}

/* Where a stream has no description, what the loader saves of it has one. */
static void find_description(struct judgement *judgement)
{
    const Hardstop__Stream *stream = judgement->test->stream;
    const struct builder *saved = &judgement->reference.saved;

    judgement->description = stream ? description_of(stream) : NULL;
    if (description_is_missing(stream) && state_description(saved->data, saved->size, &judgement->of_reference)) {
        judgement->description = &judgement->of_reference;
    }
}

static bool same_answer(const struct loader_answer *a, const struct loader_answer *b)
{
    return a->outcome == b->outcome && a->saved_size == b->saved_size && a->signal == b->signal &&
           (!a->saved_size || memcmp(a->saved, b->saved, a->saved_size) == 0);
}

enum verdict oracle_verdict(const struct loader_answer *actual, const struct loader_answer *reference)
{
    switch (actual->outcome) {
    case OUTCOME_REJECTED:
        return VERDICT_REJECTED;
    case OUTCOME_CRASHED:
        return VERDICT_CRASHED;
    case OUTCOME_HUNG:
        return VERDICT_HUNG;
    case OUTCOME_ACCEPTED:
        return same_answer(actual, reference) ? VERDICT_EQUAL : VERDICT_GARBAGE;
    case OUTCOME_UNKNOWN:
        break;
    }
    return VERDICT_UNKNOWN;
}

/*
 * Does the section whose idstr's length is at `found` end `size` bytes behind?  What follows tells its payload from the
 * beginning of a longer one: a footer has the section's id.
 */
static bool ends_at(const struct builder *saved, const uint8_t *found, size_t size, bool has_footer)
{
    size_t before = (size_t)(found - saved->data), left = saved->size - before;

    if (!has_footer) {
        return left > size;
    }
    return before >= SECTION_ID_SIZE && left > size + SECTION_ID_SIZE && found[size] == FOOTER_MARK &&
           memcmp(found + size + 1, found - SECTION_ID_SIZE, SECTION_ID_SIZE) == 0;
}

/*
 * Are the payloads of the stream's sections in the saved state as they are, byte for byte?  Answers the usual case
 * without decoding anything: the saved section is found by the bytes of its header behind the section id.
 */
static bool saves_same_payloads(const struct judgement *judgement, const struct builder *saved)
{
    const struct builder *given = &judgement->plain.out;
    const Hardstop__Stream *stream = judgement->test->stream;

    for (size_t i = 0; stream && i < stream->n_section; i++) {
        const struct stream_mark *mark = &judgement->plain.marks[i];
        size_t size = mark->payload_end - mark->start;
        const uint8_t *found;

        if (stream->section[i]->type != HARDSTOP__SECTION__TYPE__FULL) {
            continue;
        }
        if (size < SECTION_NAME_OFFSET) {
            return false;
        }
        size -= SECTION_NAME_OFFSET;
        found = memmem(saved->data, saved->size, given->data + mark->start + SECTION_NAME_OFFSET, size);
        if (!found || !ends_at(saved, found, size, stream->section[i]->footer != NULL)) {
            return false;
        }
    }
    return stream != NULL;
}

/* The first section of the message whose first byte, as given, is an end-of-file mark; SIZE_MAX: none is. */
static size_t find_mark(const struct judgement *judgement)
{
    const Hardstop__Stream *stream = judgement->test->stream;

    for (size_t i = 0; stream && i < stream->n_section; i++) {
        size_t at = judgement->plain.marks[i].start;

        if (at < judgement->damaged.size && judgement->damaged.data[at] == HARDSTOP__SECTION__TYPE__EOF) {
            return i;
        }
    }
    return SIZE_MAX;
}

bool oracle_compare_given(const struct judgement *judgement, const uint8_t *saved, size_t size,
                          struct state_comparison *comparison)
{
    const struct builder *given = &judgement->damaged;
    size_t mark;

    /* What was given is what stands in the bytes: a message can be built otherwise than a loader reads it. */
    if (state_compare_bytes(given->data, given->size, judgement->description, saved, size, STATE_GIVEN, comparison)) {
        return true;
    }
    /* A loader stops at the mark, and what follows, which made no stream of the whole, is one difference. */
    mark = find_mark(judgement);
    if (mark == SIZE_MAX || !state_compare_bytes(given->data, judgement->plain.marks[mark].start + 1,
                                                 judgement->description, saved, size, STATE_GIVEN, comparison)) {
        return false;
    }
    state_note(comparison, judgement->test->stream->section[mark], STATE_UNREAD, "not loaded");
    return true;
}

static bool compare_given(struct judgement *judgement)
{
    const struct builder *saved = &judgement->actual.saved;

    return (!judgement->is_damaged && saves_same_payloads(judgement, saved)) ||
           oracle_compare_given(judgement, saved->data, saved->size, &judgement->resave);
}

static void compare_states(struct judgement *judgement, bool hasty)
{
    const struct record *actual = &judgement->actual, *reference = &judgement->reference;
    bool changed_length = judgement->effect.truncated || judgement->effect.inserted || judgement->effect.deleted;

    judgement->garbage.n = judgement->resave.n = 0;
    judgement->has_resave = false;
    if (actual->answer.outcome != OUTCOME_ACCEPTED) {
        return;
    }
    if (judgement->verdict == VERDICT_GARBAGE && !hasty) {
        state_compare_bytes(reference->saved.data, reference->saved.size, NULL, actual->saved.data, actual->saved.size,
                            STATE_WHOLE, &judgement->garbage);
    }
    if (!changed_length && !judgement->effect.reordered) {
        judgement->has_resave = compare_given(judgement);
    }
}

static int load_again(struct oracle *oracle, struct judgement *judgement, struct hs_error *err)
{
    struct record again = { 0 };
    int result;

    judgement->was_repeated = oracle->repeat;
    judgement->is_stable = true;
    if (!oracle->repeat) {
        return 0;
    }
    result = load(oracle, judgement->test, &judgement->damaged, judgement->effect.truncated, &again, err);
    judgement->is_stable = result == 0 && same_answer(&again.answer, &judgement->actual.answer);
    record_clear(&again);
    return result;
}

static int judge_here(struct oracle *oracle, const Hardstop__Case *test, struct judgement *judgement,
                      struct hs_error *err)
{
    snprintf(judgement->loader, sizeof(judgement->loader), "%s", loader_name(oracle->loader));
    judgement->is_damaged = damage_apply(test, &judgement->plain, &judgement->damaged, &judgement->effect);
    judgement->is_captured = case_is_captured(test, &judgement->plain);
    if (load_reference(oracle, judgement, err) < 0) {
        return -1;
    }
    find_description(judgement);
    if (!judgement->is_damaged) {
        record_answer(&judgement->actual, &judgement->reference.answer);
    } else if (load(oracle, test, &judgement->damaged, judgement->effect.truncated, &judgement->actual, err) < 0) {
        return -1;
    }
    judgement->is_sound = judgement->reference.answer.outcome == OUTCOME_ACCEPTED &&
                          (judgement->is_captured || saves_same_payloads(judgement, &judgement->reference.saved));
    if (load_again(oracle, judgement, err) < 0) {
        return -1;
    }
    judgement->verdict = oracle_verdict(&judgement->actual.answer, &judgement->reference.answer);
    compare_states(judgement, oracle->hasty);
    return 0;
}

static void drop_beside(struct judgement *judgement)
{
    if (judgement->beside) {
        judgement_clear(judgement->beside);
        free(judgement->beside);
        judgement->beside = NULL;
    }
}

static int judge_beside(struct oracle *oracle, struct judgement *judgement, struct hs_error *err)
{
    struct oracle *beside = oracle->beside;
    unsigned long before;
    int result;

    if (!beside) {
        drop_beside(judgement);
        return 0;
    }
    if (!judgement->beside) {
        judgement->beside = hs_alloc(sizeof(*judgement->beside));
    }
    judgement->elsewhere = *judgement->test;
    judgement->elsewhere.setup = beside->setup ? beside->setup : judgement->test->setup;
    /* What it answered within another limit may not be its answer. */
    beside->has_cached = beside->has_cached && beside->timeout_ms == oracle->timeout_ms;
    beside->timeout_ms = oracle->timeout_ms;
    beside->hasty = oracle->hasty;
    before = beside->loads;
    result = oracle_judge(beside, &judgement->elsewhere, judgement->beside, err);
    oracle->loads += beside->loads - before;
    return result < 0 ? hs_fail_in(err, "%s, beside", judgement->beside->loader) : 0;
}

int oracle_judge(struct oracle *oracle, const Hardstop__Case *test, struct judgement *judgement, struct hs_error *err)
{
    judgement->test = test;
    judgement->verdict = VERDICT_UNKNOWN;
    if (judge_here(oracle, test, judgement, err) < 0) {
        return -1;
    }
    if (judge_beside(oracle, judgement, err) < 0) {
        judgement->verdict = VERDICT_UNKNOWN;
        return -1;
    }
    return 0;
}

void judgement_clear(struct judgement *judgement)
{
    drop_beside(judgement);
    stream_encoding_clear(&judgement->plain);
    builder_clear(&judgement->damaged);
    record_clear(&judgement->reference);
    record_clear(&judgement->actual);
    memset(judgement, 0, sizeof(*judgement));
}

void oracle_clear(struct oracle *oracle)
{
    record_clear(&oracle->reference);
    memset(oracle, 0, sizeof(*oracle));
}
