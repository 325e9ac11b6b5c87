/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares outcomes, words of crashes, and saved states of two QEMUs. */
#include "harness/finding/confirmation.h"

#include <string.h>

#include "harness/judge/given.h"
#include "harness/judge/property.h"
#include "harness/judge/reset.h"
#include "harness/judge/state_bytes.h"
#include "harness/setup/framing.h"

static bool is_same_field(const struct state_difference *a, const struct state_difference *b)
{
    return strcmp(a->idstr, b->idstr) == 0 && strcmp(a->path, b->path) == 0;
}

/* The same, also where one of the two has no names for the section's bytes. */
static bool may_be_same_field(const struct state_difference *a, const struct state_difference *b)
{
    bool is_unnamed = a->part == FIELD_PART_UNNAMED || b->part == FIELD_PART_UNNAMED;

    return is_same_field(a, b) || (is_unnamed && strcmp(a->idstr, b->idstr) == 0);
}

typedef bool alike_fn(const struct state_difference *a, const struct state_difference *b);

static bool has_field(const struct state_comparison *comparison, const struct state_difference *wanted, alike_fn *alike)
{
    for (size_t i = 0; i < comparison->n && i < STATE_DIFFERENCES; i++) {
        if (alike(&comparison->differences[i], wanted)) {
            return true;
        }
    }
    return false;
}

/* Is one of the fields that differ in-process among those that differ here?  Clocks alone are no confirmation. */
static bool shares_a_field(const struct state_comparison *one, const struct state_comparison *other, alike_fn *alike)
{
    for (size_t i = 0; i < one->n && i < STATE_DIFFERENCES; i++) {
        if (has_field(other, &one->differences[i], alike)) {
            return true;
        }
    }
    return false;
}

static struct confirmation of_states(const struct judgement *judgement, const struct confirm_result *actual,
                                     const struct confirm_result *reference)
{
    enum stream_framing framing = setup_reading(judgement->test->setup);
    const struct state_bytes after = { actual->saved, actual->saved_size, framing };
    const struct state_bytes undamaged = { reference->saved, reference->saved_size, framing };
    struct state_comparison comparison = { .n = 0 };
    bool done;

    if (judgement->resave.n) {
        done = actual->saved &&
               given_compare(judgement, actual->saved, actual->saved_size, &comparison);
        if (done && shares_a_field(&judgement->resave, &comparison, is_same_field)) {
            return (struct confirmation){ true, "accepted, and a field is not saved as given" };
        }
        return (struct confirmation){ false, "accepted, but no such field is saved otherwise than given" };
    }
    if (judgement->verdict == VERDICT_GARBAGE) {
        done = state_compare_bytes(&undamaged, judgement->description, &after, STATE_WHOLE, &comparison);
        if (done && shares_a_field(&judgement->garbage, &comparison, is_same_field)) {
            return (struct confirmation){ true, "accepted, with fields unlike those of the undamaged stream" };
        }
        return (struct confirmation){ false, "accepted, but no such field is unlike the undamaged stream's" };
    }
    return (struct confirmation){ true, "accepted, though damaged" };
}

/*
 * The finding as it would be if the served QEMU had ended as the unmodified one did, from the same stack, unless that
 * has told of its own.
 */
static bool is_same_crash(const struct judgement *judgement, const struct confirm_result *actual)
{
    struct judgement other = *judgement;
    struct finding found, there;

    if (*actual->report.kind) {
        memcpy(other.actual.answer.frames, actual->frames, sizeof(actual->frames));
        other.actual.answer.n_frames = actual->n_frames;
    }
    other.actual.answer.report = actual->report;
    other.actual.answer.signal = actual->signal;
    other.actual.answer.poke = actual->poke;
    other.actual.answer.exited = actual->signal == 0 && !*actual->report.kind;
    other.actual.answer.exit_status = actual->exit_status;
    other.actual.answer.text = actual->text;
    return finding_of(judgement, &found) && finding_of(&other, &there) && strcmp(found.same, there.same) == 0;
}

static bool is_of(const struct judgement *judgement, const char *property)
{
    struct finding finding;

    return finding_of(judgement, &finding) && strcmp(finding.property, property) == 0;
}

bool confirmation_wants_fresh(const struct judgement *judgement)
{
    return is_of(judgement, PROPERTY_RESET);
}

/* Leaves out the fields that are in the other comparison, too. */
static void drop_fields(struct state_comparison *from, const struct state_comparison *other)
{
    size_t n = 0;

    for (size_t i = 0; i < from->n && i < STATE_DIFFERENCES; i++) {
        if (!has_field(other, &from->differences[i], is_same_field)) {
            from->differences[n++] = from->differences[i];
        }
    }
    from->n = n;
}

static struct confirmation of_reset(const struct judgement *judgement, const struct confirm_result *actual,
                                    const struct confirm_result fresh[2])
{
    struct state_comparison left = { .n = 0 }, unlike = { .n = 0 };

    if (!fresh ||
        !reset_compare_states(judgement, fresh[0].reset, fresh[0].reset_size, actual->reset, actual->reset_size,
                              &left) ||
        !reset_compare_states(judgement, fresh[0].reset, fresh[0].reset_size, fresh[1].reset, fresh[1].reset_size,
                              &unlike)) {
        return (struct confirmation){ false, "accepted, and its state after a reset could not be compared" };
    }
    drop_fields(&left, &unlike);
    if (!shares_a_field(&judgement->left, &left, may_be_same_field)) {
        return (struct confirmation){ false, "accepted, and after a reset no such field is the stream's" };
    }
    return (struct confirmation){ true, "accepted, and after a reset a field is not that of a fresh machine" };
}

struct confirmation confirmation_of(const struct judgement *judgement, const struct confirm_result *actual,
                                    const struct confirm_result *reference, const struct confirm_result fresh[2])
{
    struct confirmation confirmation = {
        .confirmed = actual->outcome == judgement->actual.answer.outcome,
        .why = outcome_name(actual->outcome),
    };

    if (is_of(judgement, PROPERTY_RETRY)) {
        return (struct confirmation){ false, "rejected, and with -incoming a process ends there: a second load needs "
                                             "one that goes on" };
    }
    if (is_of(judgement, PROPERTY_WATCH)) {
        return (struct confirmation){ false, "accepted, and what it writes when it is used is not looked at" };
    }
    if (judgement->actual.answer.poke == POKE_INPUT) {
        return (struct confirmation){ false, "accepted, and something must come from outside to show more" };
    }
    if (judgement->actual.answer.poke != POKE_NONE && actual->poke == POKE_NONE) {
        return (struct confirmation){ false, "accepted, and a guest must act to show more" };
    }
    if (confirmation.confirmed && confirmation_wants_fresh(judgement)) {
        return of_reset(judgement, actual, fresh);
    }
    if (confirmation.confirmed && actual->outcome == OUTCOME_ACCEPTED) {
        return of_states(judgement, actual, reference);
    }
    if (confirmation.confirmed && actual->outcome == OUTCOME_CRASHED && !is_same_crash(judgement, actual)) {
        return (struct confirmation){ false, "crashed, but otherwise" };
    }
    return confirmation;
}
