/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges a state of one side as a case of the other. */
#include "harness/compat/compat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/case.h"
#include "harness/judge/given.h"
#include "harness/judge/state_bytes.h"
#include "harness/judge/versions.h"
#include "harness/setup/setup.h"
#include "harness/wire/description.h"

static const char *const verdict_names[] = {
    [COMPAT_UNKNOWN] = "unknown", [COMPAT_LEFT_OUT] = "left out", [COMPAT_EQUAL] = "equal",
    [COMPAT_DIFFERS] = "differs", [COMPAT_REFUSED] = "refused",   [COMPAT_HUNG] = "hung",
    [COMPAT_CRASHED] = "crashed",
};

static const char *const change_names[] = {
    [COMPAT_LOST] = "lost", [COMPAT_DEFAULTED] = "defaulted", [COMPAT_CHANGED] = "changed",
    [COMPAT_GONE] = "gone", [COMPAT_BY_DESIGN] = "by design", [COMPAT_NEW] = "new",
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
    snprintf(to->path, sizeof(to->path), "%s", difference->what == STATE_FIELD ? difference->path : "the section");
    to->reason = difference->reason;
    snprintf(to->given, sizeof(to->given), "%s", given);
    snprintf(to->kept, sizeof(to->kept), "%s", kept);
}

static bool is_missing(const char *value)
{
    return strcmp(value, "missing") == 0;
}

/* A subsection may be known though none is sent of a fresh machine; a section that was read is. */
static bool is_gone(const struct side *side, const struct state_difference *difference)
{
    bool is_field = difference->what == STATE_FIELD && !strchr(difference->path, '<') &&
                    !strstr(difference->path, "subsection[");

    return is_field && !side_has(side, difference->idstr, difference->path);
}

static enum compat_change change_of(const struct side *side, const struct state_list *beside_fresh,
                                    const struct state_difference *difference)
{
    if (is_missing(difference->right)) {
        return is_gone(side, difference) ? COMPAT_GONE : COMPAT_LOST;
    }
    return state_list_find(beside_fresh, difference) ? COMPAT_CHANGED : COMPAT_DEFAULTED;
}

/* Does the first QEMU do the same to the field?  What it saves otherwise, the other may not lose. */
static bool is_own(const struct state_list *own, const struct state_difference *difference)
{
    const struct state_difference *other = state_list_find(own, difference);

    return other && (is_missing(other->right) || !is_missing(difference->right));
}

/* What was given and is not saved again, but for what the first QEMU does not save again either. */
static void note_given(struct compat_leg *leg, const struct side *side, const struct state_list *kept,
                       const struct state_list *own, const struct state_list *beside_fresh)
{
    leg->n_given = 0;
    for (size_t i = 0; i < kept->n; i++) {
        const struct state_difference *difference = &kept->differences[i];

        if (!is_own(own, difference)) {
            enum compat_change change = change_of(side, beside_fresh, difference);

            leg->n_given += change != COMPAT_GONE;
            note(leg, change, difference, difference->left, is_missing(difference->right) ? "" : difference->right);
        }
    }
}

/* A judgement holds the first ones. */
static void list_not_kept(const struct judgement *judgement, struct state_list *list)
{
    struct state_comparison *comparison = hs_alloc(sizeof(*comparison));

    comparison->all = list;
    given_compare(judgement, judgement->actual.saved.data, judgement->actual.saved.size, comparison);
    free(comparison);
}

/* What this QEMU makes anew, and the first one does not. */
static void note_design(struct compat_leg *leg, const struct state_comparison *design,
                        const struct state_comparison *own)
{
    for (size_t i = 0; i < design->n && i < STATE_DIFFERENCES; i++) {
        const struct state_difference *difference = &design->differences[i];

        if (!state_find(own, difference)) {
            note(leg, COMPAT_BY_DESIGN, difference, difference->left,
                 is_missing(difference->right) ? "" : difference->right);
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

/* What a side made anew by design of what it was given. */
static void compare_design(const struct judgement *judgement, const Hardstop__Stream *saved, const struct side *side,
                           struct state_comparison *design)
{
    state_compare(judgement->test->stream, judgement->description, saved, description_of(side->fresh->stream),
                  STATE_DESIGN, design);
}

/* By the side itself, with what it makes anew by design; see side_judge(). */
static const struct judgement *judge_own(struct compat_state *state, struct hs_error *err)
{
    const struct judgement *own = side_judge(state->side, state->test, err);
    Hardstop__Stream *saved;

    if (own && !state->has_own_design) {
        const struct loader_answer *answer = &own->actual.answer;

        state->has_own_design = true;
        saved = state_adopt(state->test->stream, answer->saved, answer->saved_size);
        if (saved) {
            compare_design(own, saved, state->side, &state->own_design);
            stream_free(saved);
        }
    }
    return own;
}

/* What was given and not saved again, beside what the first QEMU makes of it. */
static int compare_given(struct compat_leg *leg, const struct side *side, const struct judgement *judgement,
                         const Hardstop__Stream *saved, struct compat_state *state, struct hs_error *err)
{
    const struct judgement *own = judge_own(state, err);
    struct state_list kept = { 0 }, of_own = { 0 }, beside_fresh = { 0 };
    struct state_comparison *comparison = hs_alloc(sizeof(*comparison));

    if (own) {
        list_not_kept(judgement, &kept);
        list_not_kept(own, &of_own);
        comparison->all = &beside_fresh;
        if (saved) {
            const Hardstop__Stream *fresh = side->fresh->stream;

            state_compare(saved, description_of(fresh), fresh, NULL, STATE_WHOLE, comparison);
        }
        note_given(leg, side, &kept, &of_own, &beside_fresh);
    }
    state_list_clear(&kept);
    state_list_clear(&of_own);
    state_list_clear(&beside_fresh);
    free(comparison);
    return own ? 0 : -1;
}

/* Whether the side saved what it was given; `saved` are those sections as it did, NULL: it lacks one. */
static int compare(struct compat_leg *leg, const struct side *side, const struct judgement *judgement,
                   const Hardstop__Stream *saved, struct compat_state *state, struct hs_error *err)
{
    struct state_comparison *other = hs_alloc(sizeof(*other));
    int result = judgement->resave.n ? compare_given(leg, side, judgement, saved, state, err) : 0;

    if (saved) {
        state_compare(saved, description_of(side->fresh->stream), judgement->test->stream, judgement->description,
                      STATE_GIVEN, other);
        note_new(leg, other);
        compare_design(judgement, saved, side, other);
        if (other->n) {
            result = result < 0 || !judge_own(state, err) ? -1 : 0;
            note_design(leg, other, &state->own_design);
        }
    }
    leg->verdict = leg->n_given ? COMPAT_DIFFERS : COMPAT_EQUAL;
    free(other);
    return result;
}

/*
 * In QEMU's words: a warning, or a device that is out of order from now on, virtio_error() of hw/virtio/virtio.c, and
 * is taken all the same.
 */
static bool is_aside(const char *line)
{
    static const char *const marks[] = { ": warning: ", " inconsistent with Host index 0x" };

    for (size_t i = 0; i < HS_COUNT(marks); i++) {
        if (memmem(line, strcspn(line, "\n"), marks[i], strlen(marks[i]))) {
            return true;
        }
    }
    return false;
}

/* In one line, which is the reason: QEMU ends with what its callers say of it. */
static void take_words(struct compat_leg *leg, const struct loader_answer *answer)
{
    const char *line = answer->text, *next = line;
    size_t length;

    for (; *next; next += strcspn(next, "\n"), next += *next == '\n') {
        if (!is_aside(next)) {
            line = next;
            break;
        }
    }
    /* "qemu-system-s390x: REASON" */
    length = strcspn(line, ": \n");
    if (strncmp(line, SETUP_PROGRAM, strlen(SETUP_PROGRAM)) == 0 && strncmp(line + length, ": ", 2) == 0) {
        line += length + 2;
    }
    length = strcspn(line, "\n");
    length = length < sizeof(leg->words) ? length : sizeof(leg->words) - 1;
    snprintf(leg->words, sizeof(leg->words), "%.*s", (int)length, line);
    snprintf(leg->section, sizeof(leg->section), "%s", answer->section);
}

/* Is each section read by a table, or by a description, on both sides? */
static bool is_named_alike(const Hardstop__Stream *given, const Hardstop__Stream *saved)
{
    for (size_t i = 0; i < given->n_section; i++) {
        if (section_is_described(given->section[i]) != section_is_described(saved->section[i])) {
            return false;
        }
    }
    return true;
}

/* `saved` gets, of what was accepted, the sections as they were saved, or NULL; free it. */
static int judge(struct compat_leg *leg, const struct side *side, const struct judgement *judgement,
                 struct compat_state *state, Hardstop__Stream **saved, struct hs_error *err)
{
    static const enum compat_verdict verdicts[VERDICT_COUNT] = {
        [VERDICT_REJECTED] = COMPAT_REFUSED, [VERDICT_CRASHED] = COMPAT_CRASHED, [VERDICT_HUNG] = COMPAT_HUNG,
    };

    memset(leg, 0, sizeof(*leg));
    leg->verdict = verdicts[judgement->verdict];
    take_words(leg, &judgement->actual.answer);
    *saved = NULL;
    if (judgement->verdict == VERDICT_EQUAL && state->only_taken) {
        leg->verdict = COMPAT_EQUAL;
        return 0;
    }
    if (judgement->verdict != VERDICT_EQUAL) {
        return 0;
    }
    *saved = state_adopt_any(judgement->test->stream, judgement->actual.answer.saved,
                             judgement->actual.answer.saved_size);
    if (*saved && !is_named_alike(judgement->test->stream, *saved)) {
        leg->verdict = COMPAT_UNKNOWN;
        snprintf(leg->words, sizeof(leg->words), "what is saved again has a layout that no table of ours names");
        return 0;
    }
    if (!judgement->has_resave) {
        snprintf(leg->words, sizeof(leg->words), "what was saved again cannot be read as sections");
        return 0;
    }
    return compare(leg, side, judgement, *saved, state, err);
}

/* What the other side saved goes to the first. */
static int send_back(struct compat_state *state, struct compat_trip *trip, struct hs_error *err)
{
    const struct judgement *judgement = side_judge(state->side, trip->kept, err);
    Hardstop__Stream *again = NULL;
    int result = judgement ? judge(&trip->back, state->side, judgement, state, &again, err) : -1;

    if (again) {
        stream_free(again);
    }
    return result;
}

static void set_aside(struct compat_leg *leg, const char *why)
{
    leg->verdict = COMPAT_LEFT_OUT;
    snprintf(leg->words, sizeof(leg->words), "%s", why);
}

/* A device that looks into guest memory as it is loaded. */
static int leave_out(struct compat_state *state, struct compat_leg *leg, struct hs_error *err)
{
    const struct judgement *own = judge_own(state, err);

    if (own && own->verdict != VERDICT_EQUAL) {
        set_aside(leg, "the QEMU that saved it does not take it without the guest's memory");
    }
    return own ? 0 : -1;
}

int compat_send(struct compat_state *state, struct side *to, struct compat_trip *trip, struct hs_error *err)
{
    const struct judgement *there = NULL;
    Hardstop__Stream *saved = NULL;
    int result = -1;

    memset(trip, 0, sizeof(*trip));
    trip->sent = side_case(to, state->test);
    if (side_fresh(state->side, err) && side_fresh(to, err)) {
        there = side_judge(to, trip->sent, err);
    }
    if (there) {
        result = judge(&trip->there, to, there, state, &saved, err);
        if (result == 0 && state->without_memory && there->verdict != VERDICT_EQUAL) {
            result = leave_out(state, &trip->there, err);
        }
        if (compat_is_break(&trip->there) && versions_rests_on_firmware(trip->sent, trip->there.words)) {
            set_aside(&trip->there, "it rests on the firmware in the other QEMU's memory, which a stream brings along");
        }
        if (compat_is_break(&trip->there)) {
            finding_of(there, &trip->finding);
        }
    }
    if (saved) {
        int back;

        trip->kept = case_clone(state->test);
        stream_free(trip->kept->stream);
        trip->kept->stream = saved;
        case_mark_captured(trip->kept);
        back = send_back(state, trip, err);
        result = result < 0 ? result : back;
    }
    return result;
}

void compat_trip_clear(struct compat_trip *trip)
{
    case_free(trip->sent);
    if (trip->kept) {
        case_free(trip->kept);
    }
}
