/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads a cell fast, and in the other way where that is not enough. */
#include "harness/audit/sweep/judge.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "harness/judge/state_bytes.h"
#include "harness/setup/setup.h"
#include "harness/wire/framing.h"

enum {
    FIRST_MS = 600000, /* of what all loads are compared with: of fast ones by the clock, and a machine may be busy */
};

static int load(struct sweep_judge *judge, const struct builder *bytes, bool fast, enum sweep_phase phase,
                struct loader_answer *answer, struct hs_error *err)
{
    struct loader_input input =
        loader_input_of(judge->plan->test, bytes, judge->cut && bytes == &judge->bytes, &judge->areas);
    int result;

    input.timeout_ms = judge->timeout_ms;
    input.fast = fast;
    if (phase == SWEEP_FAST && input.timeout_ms > LOADER_FAST_MS) {
        input.timeout_ms = LOADER_FAST_MS;
    } else if (phase == SWEEP_REFERENCE || phase == SWEEP_FRESH) {
        input.timeout_ms = FIRST_MS;
    }
    atomic_store_explicit(&judge->pulse->phase, phase, memory_order_relaxed);
    atomic_fetch_add_explicit(&judge->pulse->loads, 1, memory_order_release);
    result = loader_load(judge->loader, &input, answer, err);
    atomic_store_explicit(&judge->pulse->phase, SWEEP_IDLE, memory_order_release);
    return result;
}

static int load_reference(struct sweep_judge *judge, struct sweep_reference *reference, bool fast, bool *refused,
                          struct hs_error *err)
{
    const struct builder *plain = &judge->plan->map.encoding.out;
    struct loader_answer *answer = &reference->answer;

    if (load(judge, plain, fast, SWEEP_REFERENCE, answer, err) < 0) {
        return -1;
    }
    *refused = answer->outcome == OUTCOME_REJECTED;
    if (answer->outcome != OUTCOME_ACCEPTED) {
        return hs_fail(err, HS_NO_OFFSET, "the undamaged stream is not accepted: %s%s%.*s",
                       outcome_name(answer->outcome), *answer->text ? ": " : "", (int)strcspn(answer->text, "\n"),
                       answer->text);
    }
    builder_put(&reference->saved, answer->saved, answer->saved_size);
    answer->saved = reference->saved.data;
    answer->text = answer->section = answer->loaded = "";
    reference->words.program = judge->program;
    reference->words.saved = reference->saved.data;
    reference->words.saved_size = reference->saved.size;
    return 0;
}

/* What the state is when nothing is loaded: by it, a section that was passed over is known.  0, or -1 with a reason. */
static int load_fresh(struct sweep_judge *judge, struct hs_error *err)
{
    const struct stream_encoding *plain = &judge->plan->map.encoding;
    struct loader_answer answer;

    if (!plain->n_marks) {
        return 0;
    }
    builder_put(&judge->bytes, plain->out.data, plain->marks[0].start);
    builder_put_be(&judge->bytes, 1, TYPE_EOF);
    if (load(judge, &judge->bytes, true, SWEEP_FRESH, &answer, err) < 0) {
        return -1;
    }
    if (answer.outcome == OUTCOME_ACCEPTED) {
        builder_put(&judge->fresh, answer.saved, answer.saved_size);
    }
    return 0;
}

static void set_program(struct sweep_judge *judge)
{
    const Hardstop__Setup *setup = judge->plan->test->setup;
    const char *program = setup ? setup_program(setup) : NULL;

    snprintf(judge->program, sizeof(judge->program), "%s", program ? program : "");
}

int sweep_judge_init(struct sweep_judge *judge, const struct sweep_plan *plan, struct loader *loader,
                     struct sweep_pulse *pulse, uint32_t timeout_ms, bool with_fresh, bool *refused,
                     struct hs_error *err)
{
    struct sweep_reference *both[] = { &judge->plain, &judge->fast };
    ProtobufCBinaryData description = { 0 };

    memset(judge, 0, sizeof(*judge));
    judge->plan = plan;
    judge->loader = loader;
    judge->pulse = pulse;
    judge->timeout_ms = timeout_ms;
    set_program(judge);
    for (int fast = 0; fast < 2; fast++) {
        if (load_reference(judge, both[fast], fast != 0, refused, err) < 0) {
            return -1;
        }
    }
    if (with_fresh && load_fresh(judge, err) < 0) {
        return -1;
    }
    /* A state that is saved fast has no description, and is named by the other's. */
    state_description(judge->plain.saved.data, judge->plain.saved.size, &description);
    for (int fast = 0; fast < 2; fast++) {
        both[fast]->words.description = description;
        both[fast]->words.fresh = judge->fresh.data;
        both[fast]->words.fresh_size = judge->fresh.size;
        /* `fresh` was saved fast; a state that is not has more behind its sections. */
        both[fast]->words.fresh_behind = both[fast]->saved.size - judge->fast.saved.size;
    }
    return 0;
}

void sweep_judge_clear(struct sweep_judge *judge)
{
    struct sweep_reference *both[] = { &judge->plain, &judge->fast };

    for (int fast = 0; fast < 2; fast++) {
        sweep_words_clear(&both[fast]->words);
        builder_clear(&both[fast]->saved);
    }
    builder_clear(&judge->fresh);
    builder_clear(&judge->bytes);
    ring_areas_clear(&judge->areas);
}

/* Loads the cell's bytes one way and says what came of it; VERDICT_UNKNOWN with the reason when nothing did. */
static enum verdict judge_bytes(struct sweep_judge *judge, bool fast, enum outcome *outcome, char text[SWEEP_TEXT])
{
    struct sweep_reference *reference = fast ? &judge->fast : &judge->plain;
    struct loader_answer answer;
    struct hs_error err = { .text = "" };
    enum verdict verdict;

    *outcome = OUTCOME_UNKNOWN;
    if (load(judge, &judge->bytes, fast, fast ? SWEEP_FAST : SWEEP_PLAIN, &answer, &err) < 0) {
        snprintf(text, SWEEP_TEXT, "%.*s", SWEEP_TEXT - 1, err.text);
        return VERDICT_UNKNOWN;
    }
    *outcome = answer.outcome;
    verdict = oracle_verdict(&answer, &reference->answer);
    sweep_words_say(&reference->words, &answer, verdict, text);
    return verdict;
}

/* The same cells in every run. */
static bool is_checked(uint32_t index)
{
    return XXH3_64bits(&index, sizeof(index)) % LOADER_CHECKED_ONE_IN == 0;
}

static int distrust(const struct sweep_cell *cell, enum verdict fast, enum verdict plain, struct hs_error *err)
{
    return hs_fail(err, HS_NO_OFFSET,
                   "fast loads are not to be trusted: %s%s%s at offset %u is %s when loaded fast, and %s when not",
                   edit_name(cell->series->edit), *cell->series->value ? " " : "", cell->series->value, cell->offset,
                   verdict_name(fast), verdict_name(plain));
}

int sweep_judge_cell(struct sweep_judge *judge, uint32_t index, bool plainly, enum verdict *verdict,
                     char text[SWEEP_TEXT], struct hs_error *err)
{
    struct sweep_cell cell = sweep_plan_cell(judge->plan, index);
    enum outcome outcome = OUTCOME_UNKNOWN, plain_outcome;
    enum verdict plain_verdict;
    char plain_text[SWEEP_TEXT];

    judge->cut = sweep_plan_bytes(judge->plan, &cell, &judge->bytes);
    if (!plainly) {
        *verdict = judge_bytes(judge, true, &outcome, text);
    }
    if (outcome != OUTCOME_ACCEPTED && outcome != OUTCOME_REJECTED) {
        *verdict = judge_bytes(judge, false, &outcome, text);
        return 0;
    }
    if (!is_checked(index)) {
        return 0;
    }
    plain_verdict = judge_bytes(judge, false, &plain_outcome, plain_text);
    if (plain_verdict == VERDICT_UNKNOWN) {
        *verdict = plain_verdict;
        strcpy(text, plain_text);
        return 0;
    }
    return plain_outcome != outcome || plain_verdict != *verdict ? distrust(&cell, *verdict, plain_verdict, err) : 0;
}
