/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of properties. */
#include "harness/judge/property.h"

#include <string.h>

#include "harness/judge/range.h"
#include "harness/judge/versions.h"

const char *property_result_name(enum property_result result)
{
    static const char *const names[] = {
        [PROPERTY_PASS] = "pass", [PROPERTY_FAIL] = "fail", [PROPERTY_SKIP] = "skip", [PROPERTY_ERROR] = "error",
    };

    return names[result];
}

static enum property_result holds(bool claim)
{
    return claim ? PROPERTY_PASS : PROPERTY_FAIL;
}

bool judgement_ran_out_of_memory(const struct judgement *judgement)
{
    /* GLib's g_malloc() ends a process with this sentence when memory is refused. */
    return judgement->verdict == VERDICT_CRASHED && strstr(judgement->actual.answer.text, "failed to allocate");
}

/* Did it come to its end, with what is done after it? */
static bool was_over(const struct judgement *judgement)
{
    return judgement->actual.answer.poke != POKE_NONE;
}

static enum property_result loader_survives(const struct judgement *judgement)
{
    return holds(judgement->verdict != VERDICT_CRASHED || was_over(judgement) ||
                 judgement_ran_out_of_memory(judgement));
}

static enum property_result loader_answers(const struct judgement *judgement)
{
    return holds(was_over(judgement) ||
                 (judgement->verdict != VERDICT_HUNG && !judgement_ran_out_of_memory(judgement)));
}

/* Did it come to a second load? */
static bool ended_in_retry(const struct judgement *judgement)
{
    return judgement->actual.answer.poke == POKE_RETRY;
}

static enum property_result accepted_survives_use(const struct judgement *judgement)
{
    if (judgement->is_unusable || ended_in_retry(judgement) || judgement->verdict == VERDICT_REJECTED ||
        (!was_over(judgement) && !judgement->actual.answer.poked)) {
        return PROPERTY_SKIP;
    }
    return holds(!was_over(judgement));
}

static enum property_result rejected_leaves_no_trace(const struct judgement *judgement)
{
    if (judgement->is_unusable || (!judgement->was_retried && !ended_in_retry(judgement))) {
        return PROPERTY_SKIP;
    }
    return holds(!ended_in_retry(judgement) && !judgement->actual.answer.is_refused_again && !judgement->left.n);
}

static enum property_result nothing_leaves(const struct judgement *judgement)
{
    return judgement->was_watched ? holds(judgement->leak.n == 0) : PROPERTY_SKIP;
}

static enum property_result reset_forgets(const struct judgement *judgement)
{
    return judgement->was_reset ? holds(judgement->left.n == 0) : PROPERTY_SKIP;
}

static enum property_result undamaged_is_accepted(const struct judgement *judgement)
{
    bool accepted = judgement->reference.answer.outcome == OUTCOME_ACCEPTED || judgement->reference.answer.poke;

    /* A stream that somebody has changed, or may have, may be refused. */
    if (!judgement->is_captured || (judgement->test->given && !accepted)) {
        return PROPERTY_SKIP;
    }
    return holds(accepted);
}

static bool only(const struct judgement *judgement, bool kind)
{
    const struct damage_effect *effect = &judgement->effect;

    return kind && judgement->is_damaged &&
           effect->truncated + effect->inserted + effect->deleted + effect->overwritten + effect->reordered == 1;
}

static bool was_accepted(const struct judgement *judgement)
{
    return judgement->actual.answer.outcome == OUTCOME_ACCEPTED;
}

/* A claim on one kind of damage: nothing to judge where another did it too, or where the stream is bad undamaged. */
static enum property_result is_rejected(const struct judgement *judgement, bool kind)
{
    if (!only(judgement, kind) || !judgement->is_sound ||
        (judgement->verdict != VERDICT_REJECTED && !was_accepted(judgement))) {
        return PROPERTY_SKIP;
    }
    return holds(!was_accepted(judgement));
}

static enum property_result truncation_is_rejected(const struct judgement *judgement)
{
    return is_rejected(judgement, judgement->effect.truncated);
}

static enum property_result extension_is_rejected(const struct judgement *judgement)
{
    return is_rejected(judgement, judgement->effect.inserted);
}

static enum property_result deletion_is_rejected(const struct judgement *judgement)
{
    return is_rejected(judgement, judgement->effect.deleted);
}

static enum property_result damage_is_never_garbage(const struct judgement *judgement)
{
    if (judgement->damaged.size == judgement->plain.out.size || judgement->effect.reordered || !judgement->is_sound) {
        return PROPERTY_SKIP;
    }
    return holds(judgement->verdict != VERDICT_GARBAGE);
}

static enum property_result accepted_resaves_equal(const struct judgement *judgement)
{
    if (!was_accepted(judgement) || !judgement->has_resave) {
        return PROPERTY_SKIP;
    }
    return holds(judgement->resave.n == 0);
}

static enum property_result out_of_range_is_rejected(const struct judgement *judgement)
{
    struct range_violation violation;

    if (!judgement->is_sound || (judgement->verdict != VERDICT_REJECTED && !was_accepted(judgement)) ||
        !range_find_violation(judgement, &violation)) {
        return PROPERTY_SKIP;
    }
    return holds(!was_accepted(judgement));
}

static enum property_result verdict_is_stable(const struct judgement *judgement)
{
    return judgement->was_repeated ? holds(judgement->is_stable) : PROPERTY_SKIP;
}

static enum property_result versions_agree(const struct judgement *judgement)
{
    struct versions versions;

    return versions_compare(judgement, &versions) ? holds(versions.way == VERSIONS_AGREE) : PROPERTY_SKIP;
}

const struct property properties[] = {
    /* First: whoever names a second QEMU asks for nothing else. */
    { PROPERTY_VERSIONS, "two QEMUs give the same verdict, and the same fields that are not as given (--beside)",
      versions_agree, 0 },
    { "loader-survives", "no signal, abort, sanitizer report, stray exit", loader_survives, 0 },
    { "loader-answers", "without spinning, with bounded memory", loader_answers, 0 },
    { "accepted-survives-use", "what is accepted can be used: run, kicked, written to, reset (--poke)",
      accepted_survives_use, POKE_ALL & ~(POKE_BIT(POKE_WATCH) | POKE_BIT(POKE_RETRY)) },
    { PROPERTY_RESET, "after a reset nothing of the stream is left in its devices (--poke)", reset_forgets,
      POKE_BIT(POKE_RESET) },
    { PROPERTY_WATCH, "no fresh memory of the host goes to the guest or to a backend (--poke=watch)", nothing_leaves,
      POKE_BIT(POKE_WATCH) },
    { PROPERTY_RETRY, "after a rejected load and a reset, a good load gives what it gives without them (--poke=retry)",
      rejected_leaves_no_trace, POKE_BIT(POKE_RETRY) },
    { "undamaged-is-accepted", "the stream as captured loads: that of a case that says so, or of --captured",
      undamaged_is_accepted, 0 },
    { "damage-is-never-garbage", "no damage that changes the length is accepted with a state that differs",
      damage_is_never_garbage, 0 },
    { "truncation-is-rejected", "every proper prefix is rejected", truncation_is_rejected, 0 },
    { "extension-is-rejected", "bytes inserted or appended anywhere are rejected", extension_is_rejected, 0 },
    { "deletion-is-rejected", "bytes missing anywhere are rejected", deletion_is_rejected, 0 },
    { "accepted-resaves-equal", "what is accepted saves again as it was", accepted_resaves_equal, 0 },
    { "out-of-range-is-rejected", "a value outside its legal range is rejected", out_of_range_is_rejected, 0 },
    { "verdict-is-stable", "the same case twice gives the same verdict", verdict_is_stable, 0 },
    { NULL, NULL, NULL, 0 },
};

const struct property *property_find(const char *name)
{
    for (const struct property *property = properties; property->name; property++) {
        if (strcmp(property->name, name) == 0) {
            return property;
        }
    }
    return NULL;
}

enum poke property_poke(const struct property *property)
{
    enum poke poke = POKE_NONE;

    for (enum poke i = POKE_NONE + 1; i < POKES; i++) {
        if (property->pokes & POKE_BIT(i)) {
            poke = poke == POKE_NONE ? i : POKES;
        }
    }
    return poke;
}
