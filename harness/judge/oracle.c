/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads a case undamaged and damaged, and compares what came out. */
#include "harness/judge/oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/alloc.h"
#include "harness/case/case.h"
#include "harness/case/pokes.h"
#include "harness/judge/given.h"
#include "harness/judge/loads.h"
#include "harness/judge/reset.h"
#include "harness/judge/state_bytes.h"
#include "harness/judge/watched.h"
#include "harness/setup/framing.h"
#include "harness/wire/description.h"

/* The same cases in every run. */
static bool is_one_in(const struct judgement *judgement, uint64_t n)
{
    return XXH3_64bits(judgement->damaged.data, judgement->damaged.size) % n == 0;
}

/* Of the case before. */
static void forget_use(struct judgement *judgement)
{
    judgement->left.n = 0;
    judgement->leak = (struct watched_leak){ 0 };
    judgement->was_reset = judgement->was_retried = judgement->was_watched = judgement->is_unusable = false;
}

/* What a rejected load left: what the undamaged stream gives after it, beside what it gives without. */
static int compare_retry(struct oracle *oracle, struct judgement *judgement, struct hs_error *err)
{
    const struct loader_answer *actual = &judgement->actual.answer, *other = &oracle->retried.record.answer;

    if (loads_retried(oracle, judgement, err) < 0) {
        return -1;
    }
    judgement->is_unusable = !(other->poked & POKE_BIT(POKE_RETRY)) || other->is_refused_again;
    judgement->was_retried = !judgement->is_unusable && !actual->poke &&
                             (actual->is_refused_again || retry_compare(judgement, other, &judgement->left));
    return 0;
}

static bool was_retried(const struct loader_answer *answer)
{
    return answer->poke == POKE_RETRY || answer->poked & POKE_BIT(POKE_RETRY);
}

/* Is there something to do after the rejection, or while the machine is in use? */
static bool is_done_more(const struct judgement *judgement, enum poke poke, bool hasty)
{
    return case_pokes(judgement->test) & POKE_BIT(poke) && (!hasty || is_one_in(judgement, LOADER_RETRIED_ONE_IN));
}

/* What became of the machine in use, beside one without the stream. */
static int compare_reset(struct oracle *oracle, struct judgement *judgement, struct hs_error *err)
{
    const struct loader_answer *actual = &judgement->actual.answer;

    if (!actual->poke && !(actual->used_size && actual->poked & POKE_BIT(POKE_RESET))) {
        return 0;
    }
    if (loads_fresh(oracle, judgement->test, err) < 0) {
        return -1;
    }
    judgement->is_unusable = oracle->fresh.record.answer.poke != POKE_NONE;
    judgement->was_reset = reset_compare(judgement, &oracle->fresh.record.answer, &judgement->left);
    return 0;
}

static int compare_use(struct oracle *oracle, struct judgement *judgement, struct hs_error *err)
{
    const struct loader_answer *actual = &judgement->actual.answer;

    forget_use(judgement);
    if (was_retried(actual)) {
        return compare_retry(oracle, judgement, err);
    }
    if (actual->outcome == OUTCOME_ACCEPTED && actual->poked & POKE_BIT(POKE_WATCH) &&
        is_done_more(judgement, POKE_WATCH, oracle->hasty) && watched_compare(oracle, judgement, err) < 0) {
        return -1;
    }
    return compare_reset(oracle, judgement, err);
}

/*
 * Where a stream has no description, what the loader saves of it has one.  A state that is saved fast has none: that of
 * the machine without the stream has to do, in haste, as what is new is judged again.
 */
static int find_description(struct oracle *oracle, struct judgement *judgement, bool fast, struct hs_error *err)
{
    const Hardstop__Stream *stream = judgement->test->stream;
    const struct builder *saved = fast && oracle->hasty ? &oracle->fresh.record.saved : &judgement->reference.saved;

    judgement->description = stream ? description_of(stream) : NULL;
    if (!description_is_missing(stream)) {
        return 0;
    }
    if (fast && oracle->hasty && loads_fresh(oracle, judgement->test, err) < 0) {
        return -1;
    }
    if (state_description(saved->data, saved->size, &judgement->of_reference)) {
        judgement->description = &judgement->of_reference;
    }
    return 0;
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

static bool compare_given(struct judgement *judgement, bool hasty)
{
    const struct builder *saved = &judgement->actual.saved;

    return given_is_saved(judgement, &judgement->damaged, saved) ||
           (hasty && given_compare_differing(judgement, &judgement->resave)) ||
           given_compare(judgement, saved->data, saved->size, &judgement->resave);
}

/* Is each byte that was given where it was, or another in its place? */
static bool has_same_places(const struct damage_effect *effect)
{
    return !effect->truncated && !effect->inserted && !effect->deleted && !effect->reordered;
}

static void compare_states(struct judgement *judgement, bool hasty)
{
    const struct record *actual = &judgement->actual, *reference = &judgement->reference;
    enum stream_framing framing = setup_reading(judgement->test->setup);

    judgement->garbage.n = judgement->resave.n = 0;
    judgement->has_resave = false;
    if (actual->answer.outcome != OUTCOME_ACCEPTED) {
        return;
    }
    if (judgement->verdict == VERDICT_GARBAGE && !hasty) {
        state_compare_bytes(&(struct state_bytes){ reference->saved.data, reference->saved.size, framing }, NULL,
                            &(struct state_bytes){ actual->saved.data, actual->saved.size, framing }, STATE_WHOLE,
                            &judgement->garbage);
    }
    if (has_same_places(&judgement->effect)) {
        judgement->has_resave = compare_given(judgement, hasty);
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
    result = loads_run(oracle, judgement->test, &judgement->damaged, judgement->effect.truncated, false, &again, err);
    judgement->is_stable = result == 0 && same_answer(&again.answer, &judgement->actual.answer);
    record_clear(&again);
    return result;
}

static int judge_loads(struct oracle *oracle, struct judgement *judgement, bool fast, struct hs_error *err)
{
    if (loads_reference(oracle, judgement, fast, err) < 0 || find_description(oracle, judgement, fast, err) < 0) {
        return -1;
    }
    if (!judgement->is_damaged || !loads_count(oracle, &judgement->reference.answer, fast)) {
        record_answer(&judgement->actual, &judgement->reference.answer);
    } else if (loads_run(oracle, judgement->test, &judgement->damaged, judgement->effect.truncated, fast,
                         &judgement->actual, err) < 0) {
        return -1;
    }
    judgement->is_sound = judgement->reference.answer.outcome == OUTCOME_ACCEPTED &&
                          (judgement->is_captured ||
                           given_is_saved(judgement, &judgement->plain.out, &judgement->reference.saved));
    judgement->verdict = oracle_verdict(&judgement->actual.answer, &judgement->reference.answer);
    return 0;
}

/* Is there nothing to do with what was accepted that a fast load does not do? */
static bool is_done_fast(const struct judgement *judgement, bool hasty)
{
    uint32_t others = case_pokes(judgement->test) & ~(POKE_FAST | POKE_BIT(POKE_RETRY));

    return !others || (others == POKE_BIT(POKE_WATCH) && !is_done_more(judgement, POKE_WATCH, hasty));
}

/*
 * Is that all there is to say?  Of a crash or a hang it is the load in a fork that counts, but in haste, where one that
 * is new is judged again.  A state that was saved fast has no description, so it must do without its own: tables name
 * all of the stream, or its payloads came back byte for byte.
 */
static bool is_settled(struct judgement *judgement, bool hasty)
{
    const struct loader_answer *answer = &judgement->actual.answer;
    enum outcome reference = judgement->reference.answer.outcome;

    if (hasty && is_done_fast(judgement, hasty) && loads_ended_badly(answer)) {
        return true;
    }
    if (reference != OUTCOME_ACCEPTED && (reference != OUTCOME_REJECTED || judgement->is_captured)) {
        return false;
    }
    if (answer->outcome == OUTCOME_REJECTED) {
        return !is_done_more(judgement, POKE_RETRY, hasty);
    }
    return answer->outcome == OUTCOME_ACCEPTED && is_done_fast(judgement, hasty) &&
           (!description_is_needed(judgement->test->stream) || (hasty && judgement->description) ||
            (has_same_places(&judgement->effect) &&
             given_is_saved(judgement, &judgement->damaged, &judgement->actual.saved)));
}

/* Was there something to compare, where there should be? */
static bool was_compared(const struct judgement *judgement)
{
    return judgement->actual.answer.outcome != OUTCOME_ACCEPTED || judgement->has_resave ||
           !has_same_places(&judgement->effect);
}

static int judge_plainly(struct oracle *oracle, struct judgement *judgement, struct hs_error *err)
{
    if (judge_loads(oracle, judgement, false, err) < 0 || load_again(oracle, judgement, err) < 0) {
        return -1;
    }
    compare_states(judgement, oracle->hasty);
    return compare_use(oracle, judgement, err);
}

/* 1 when that settles it, 0 when it does not; what fails here is left to loads in a fork. */
static int judge_fast(struct oracle *oracle, struct judgement *judgement, struct hs_error *err)
{
    enum verdict verdict;
    bool differs;

    if (judge_loads(oracle, judgement, true, err) < 0 || !is_settled(judgement, oracle->hasty)) {
        return 0;
    }
    judgement->was_repeated = false;
    forget_use(judgement);
    if (judgement->actual.answer.poke && compare_reset(oracle, judgement, err) < 0) {
        return -1;
    }
    compare_states(judgement, oracle->hasty);
    if (!was_compared(judgement)) {
        return 0;
    }
    if (!is_one_in(judgement, LOADER_CHECKED_ONE_IN)) {
        return 1;
    }
    verdict = judgement->verdict;
    differs = judgement->resave.n > 0;
    if (judge_plainly(oracle, judgement, err) < 0) {
        return -1;
    }
    /* A crash or a hang counts: saving with a description does more. */
    if (verdict_severity(judgement->verdict) < verdict_severity(VERDICT_HUNG) &&
        (judgement->verdict != verdict || (judgement->resave.n > 0) != differs)) {
        return hs_fail(err, HS_NO_OFFSET, "fast loads are not to be trusted: %s when loaded fast, and %s when not",
                       verdict_name(verdict), verdict_name(judgement->verdict));
    }
    return 1;
}

static int judge_here(struct oracle *oracle, const Hardstop__Case *test, struct judgement *judgement,
                      struct hs_error *err)
{
    int settled = 0;

    snprintf(judgement->loader, sizeof(judgement->loader), "%s", loader_name(oracle->loader));
    judgement->is_damaged = damage_apply(test, &judgement->plain, &judgement->damaged, &judgement->effect);
    judgement->is_captured = case_is_captured(test, &judgement->plain);
    oracle->plain = &judgement->plain.out;
    if (oracle->fast) {
        settled = judge_fast(oracle, judgement, err);
    }
    return settled ? (settled < 0 ? -1 : 0) : judge_plainly(oracle, judgement, err);
}

static int judge_beside(struct oracle *oracle, struct judgement *judgement, struct hs_error *err)
{
    struct oracle *beside = oracle->beside;
    unsigned long before;
    int result;

    if (!beside) {
        judgement_drop_beside(judgement);
        return 0;
    }
    if (!judgement->beside) {
        judgement->beside = hs_alloc(sizeof(*judgement->beside));
    }
    judgement->elsewhere = *judgement->test;
    judgement->elsewhere.setup = beside->setup ? beside->setup : judgement->test->setup;
    /* What it answered within another limit may not be its answer. */
    beside->reference.is_there &= beside->timeout_ms == oracle->timeout_ms;
    beside->timeout_ms = oracle->timeout_ms;
    beside->most_reads = oracle->most_reads;
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
    if (judge_here(oracle, test, judgement, err) < 0 || judge_beside(oracle, judgement, err) < 0) {
        judgement->verdict = VERDICT_UNKNOWN;
        return -1;
    }
    return 0;
}

void oracle_clear(struct oracle *oracle)
{
    record_clear(&oracle->reference.record);
    record_clear(&oracle->fast_reference.record);
    record_clear(&oracle->fresh.record);
    record_clear(&oracle->retried.record);
    ring_areas_clear(&oracle->areas);
    memset(oracle, 0, sizeof(*oracle));
}
