/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges a state of one side as a case of the other. */
#include "harness/compat/compat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/printable.h"
#include "harness/case/case.h"
#include "harness/judge/state_bytes.h"
#include "harness/message/reflect.h"

static const char *const verdict_names[] = {
    [COMPAT_UNKNOWN] = "unknown", [COMPAT_EQUAL] = "equal", [COMPAT_DIFFERS] = "differs",
    [COMPAT_REFUSED] = "refused", [COMPAT_HUNG] = "hung",   [COMPAT_CRASHED] = "crashed",
};

static const char *const change_names[] = {
    [COMPAT_LOST] = "lost", [COMPAT_DEFAULTED] = "defaulted", [COMPAT_CHANGED] = "changed",
    [COMPAT_GONE] = "gone", [COMPAT_NEW] = "new",
};

const char *compat_verdict_name(enum compat_verdict verdict)
{
    return verdict_names[verdict];
}

const char *compat_change_name(enum compat_change change)
{
    return change_names[change];
}

bool compat_is_break(const struct compat_leg *leg)
{
    return leg->verdict >= COMPAT_DIFFERS;
}

static bool is_listed(const struct state_comparison *comparison, const struct state_difference *difference)
{
    size_t n = comparison->n < STATE_DIFFERENCES ? comparison->n : STATE_DIFFERENCES;

    for (size_t i = 0; i < n; i++) {
        const struct state_difference *other = &comparison->differences[i];

        if (strcmp(other->idstr, difference->idstr) == 0 && strcmp(other->path, difference->path) == 0) {
            return true;
        }
    }
    return false;
}

static void note(struct compat_leg *leg, enum compat_change change, const struct state_difference *difference,
                 const char *given, const char *kept)
{
    struct compat_difference *to = &leg->differences[leg->n_differences];

    if (leg->n_differences == COMPAT_DIFFERENCES) {
        return;
    }
    leg->n_differences++;
    to->change = change;
    snprintf(to->device, sizeof(to->device), "%s", difference->device);
    snprintf(to->path, sizeof(to->path), "%s", difference->path);
    snprintf(to->given, sizeof(to->given), "%s", given);
    snprintf(to->kept, sizeof(to->kept), "%s", kept);
}

static bool is_missing(const char *value)
{
    return strcmp(value, "missing") == 0;
}

/* What a leg is compared with: of each, the fields that are not the same. */
struct beside {
    struct state_comparison own; /* what was given, and what the first QEMU saves of it */
    struct state_comparison given_fresh; /* what was given, and this QEMU's machine as it starts */
    struct state_comparison saved_fresh; /* what this QEMU saved, and the same */
};

/* A subsection may be known though none is sent of a fresh machine; a field outside of one is always sent. */
static bool is_gone(const struct beside *beside, const struct state_difference *difference)
{
    for (size_t i = 0; i < beside->given_fresh.n && i < STATE_DIFFERENCES; i++) {
        const struct state_difference *other = &beside->given_fresh.differences[i];

        if (strcmp(other->path, difference->path) == 0 && strcmp(other->idstr, difference->idstr) == 0) {
            return is_missing(other->right) && !strchr(difference->path, '<') && !strstr(difference->path, "subsection[");
        }
    }
    return false;
}

static enum compat_change change_of(const struct beside *beside, const struct state_difference *difference)
{
    if (is_missing(difference->right)) {
        return is_gone(beside, difference) ? COMPAT_GONE : COMPAT_LOST;
    }
    return is_listed(&beside->saved_fresh, difference) || beside->saved_fresh.n > STATE_DIFFERENCES
               ? COMPAT_CHANGED : COMPAT_DEFAULTED;
}

/* What was given and is not saved again, but for what the first QEMU does not save again either. */
static void note_given(struct compat_leg *leg, const struct state_comparison *kept, const struct beside *beside)
{
    size_t listed = kept->n < STATE_DIFFERENCES ? kept->n : STATE_DIFFERENCES;

    leg->n_given = kept->n - listed;
    for (size_t i = 0; i < listed; i++) {
        const struct state_difference *difference = &kept->differences[i];

        if (!is_listed(&beside->own, difference)) {
            enum compat_change change = change_of(beside, difference);

            leg->n_given += change != COMPAT_GONE;
            note(leg, change, difference, difference->left, is_missing(difference->right) ? "" : difference->right);
        }
    }
}

/* What is saved and was not given. */
static void note_new(struct compat_leg *leg, const struct state_comparison *added)
{
    size_t listed = added->n < STATE_DIFFERENCES ? added->n : STATE_DIFFERENCES;

    for (size_t i = 0; i < listed; i++) {
        if (is_missing(added->differences[i].right)) {
            note(leg, COMPAT_NEW, &added->differences[i], "", added->differences[i].left);
        }
    }
}

static void compare(struct compat_leg *leg, const struct judgement *judgement, const struct judgement *own,
                    const Hardstop__Case *fresh)
{
    const struct builder *saved = &judgement->actual.saved, *given = &judgement->damaged, *start;
    struct beside *beside = hs_alloc(sizeof(*beside));
    struct state_comparison *added = hs_alloc(sizeof(*added));
    struct stream_encoding encoding = { 0 };

    stream_encode(fresh->stream, &encoding, NULL, NULL);
    start = &encoding.out;
    beside->own = own->resave;
    state_compare_bytes(given->data, given->size, judgement->description, start->data, start->size, STATE_GIVEN,
                        &beside->given_fresh);
    state_compare_bytes(saved->data, saved->size, NULL, start->data, start->size, STATE_WHOLE, &beside->saved_fresh);
    note_given(leg, &judgement->resave, beside);
    state_compare_bytes(saved->data, saved->size, judgement->description, given->data, given->size, STATE_GIVEN, added);
    note_new(leg, added);
    leg->verdict = leg->n_given ? COMPAT_DIFFERS : COMPAT_EQUAL;
    stream_encoding_clear(&encoding);
    free(added);
    free(beside);
}

/* In one line, which is the reason: QEMU ends with what its callers say of it. */
static void take_words(struct compat_leg *leg, const struct loader_answer *answer)
{
    size_t length = strcspn(answer->text, "\n");

    snprintf(leg->words, sizeof(leg->words), "%.*s", (int)(length < sizeof(leg->words) ? length : sizeof(leg->words) - 1),
             answer->text);
    snprintf(leg->section, sizeof(leg->section), "%s", answer->section);
}

static void judge(struct compat_leg *leg, const struct judgement *judgement, const struct judgement *own,
                  const Hardstop__Case *fresh)
{
    static const enum compat_verdict verdicts[VERDICT_COUNT] = {
        [VERDICT_REJECTED] = COMPAT_REFUSED, [VERDICT_CRASHED] = COMPAT_CRASHED, [VERDICT_HUNG] = COMPAT_HUNG,
    };

    memset(leg, 0, sizeof(*leg));
    leg->verdict = verdicts[judgement->verdict];
    take_words(leg, &judgement->actual.answer);
    if (judgement->verdict == VERDICT_EQUAL && judgement->has_resave) {
        compare(leg, judgement, own, fresh);
    }
}

static Hardstop__Case *as_case_of(const Hardstop__Case *state, const Hardstop__Setup *setup)
{
    Hardstop__Case *test = case_clone(state);

    hardstop__setup__free_unpacked(test->setup, NULL);
    test->setup = (Hardstop__Setup *)reflect_clone(&setup->base);
    case_mark_captured(test);
    return test;
}

/* What the second side saved goes to the first. */
static int send_back(struct side *from, const Hardstop__Case *state, const struct judgement *there,
                     const struct judgement *own, struct compat_leg *leg, struct hs_error *err)
{
    Hardstop__Stream *saved = state_adopt(state->stream, there->actual.answer.saved, there->actual.answer.saved_size);
    struct judgement judgement = { 0 };
    Hardstop__Case *test;
    int result;

    if (!saved) {
        snprintf(leg->words, sizeof(leg->words), "what was saved again lacks a section");
        return 0;
    }
    test = case_clone(state);
    stream_free(test->stream);
    test->stream = saved;
    case_mark_captured(test);
    result = oracle_judge(&from->oracle, test, &judgement, err);
    if (result == 0) {
        judge(leg, &judgement, own, from->fresh);
    }
    judgement_clear(&judgement);
    case_free(test);
    return result;
}

int compat_send(struct side *from, struct side *to, const Hardstop__Case *state, struct compat_trip *trip,
                Hardstop__Case **sent, struct hs_error *err)
{
    struct judgement own = { 0 }, there = { 0 };
    int result = -1;

    memset(trip, 0, sizeof(*trip));
    *sent = as_case_of(state, to->setup);
    if (side_fresh(from, err) && side_fresh(to, err) && oracle_judge(&from->oracle, state, &own, err) == 0 &&
        oracle_judge(&to->oracle, *sent, &there, err) == 0) {
        judge(&trip->there, &there, &own, to->fresh);
        if (compat_is_break(&trip->there)) {
            finding_of(&there, &trip->finding);
        }
        result = there.verdict == VERDICT_EQUAL ? send_back(from, state, &there, &own, &trip->back, err) : 0;
    }
    judgement_clear(&own);
    judgement_clear(&there);
    return result;
}
