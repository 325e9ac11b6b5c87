/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Says what each of two QEMUs did, and by what the difference is known. */
#include "harness/finding/disagreement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/finding/identify.h"
#include "harness/finding/words.h"
#include "harness/judge/versions.h"
#include "harness/setup/setup.h"

static char *say_difference(const struct versions *versions, const struct judgement *judgement)
{
    const struct state_difference *difference = versions->difference;

    if (judgement != versions->with_difference) {
        return hs_strdup(judgement->verdict == VERDICT_EQUAL && judgement->is_damaged ? " as if undamaged" : "");
    }
    return hs_format(" with %s %s %s -> %s", difference->device, *difference->path ? difference->path : "section",
                     difference->left, difference->right);
}

/* "QEMU 7.2.22 rejects it: WORDS". */
static char *say_one(const struct versions *versions, const struct judgement *judgement)
{
    static const char *const verbs[] = {
        [OUTCOME_UNKNOWN] = "says nothing of", [OUTCOME_REJECTED] = "rejects", [OUTCOME_ACCEPTED] = "accepts",
        [OUTCOME_CRASHED] = "crashes on", [OUTCOME_HUNG] = "hangs on",
    };
    const struct loader_answer *answer = &judgement->actual.answer;
    bool accepts = answer->outcome == OUTCOME_ACCEPTED;
    char *difference = say_difference(versions, judgement), *words;
    size_t length = strcspn(answer->text, "\n");
    const char *line = answer->outcome == OUTCOME_CRASHED ? words_last_line(answer->text, &length) : answer->text;

    length = accepts ? 0 : length;
    words = hs_format("%s %s it%s%s%.*s", *judgement->loader ? judgement->loader : "a loader", verbs[answer->outcome],
                      accepts ? difference : "", length ? ": " : "", (int)length, line);
    free(difference);
    return words;
}

static void say(const struct versions *versions, struct finding *finding)
{
    char *older = say_one(versions, versions->older), *newer = say_one(versions, versions->newer);

    /* Neither may leave no room for the other. */
    snprintf(finding->message, sizeof(finding->message), "%s: %.220s; %.220s", versions_way_name(versions->way), older,
             newer);
    free(older);
    free(newer);
}

static const struct judgement *with_outcome(const struct versions *versions, enum outcome outcome)
{
    return versions->newer->actual.answer.outcome == outcome   ? versions->newer
           : versions->older->actual.answer.outcome == outcome ? versions->older
                                                               : NULL;
}

/* What tells a crash or a hang, as it would of a finding of its own. */
static void identify_end(const struct judgement *ended, struct finding *finding, char *words, size_t size)
{
    struct finding alone = *finding;
    struct place place = { 0 };

    place_of_damage(ended, &alone, &place);
    map_device_of(ended->actual.answer.section, strlen(ended->actual.answer.section), alone.device,
                  sizeof(alone.device));
    memcpy(finding->device, alone.device, sizeof(alone.device));
    memcpy(finding->field, alone.field, sizeof(alone.field));
    memcpy(finding->kind, alone.kind, sizeof(alone.kind));
    identify(ended, &place, &alone);
    snprintf(words, size, "%s", alone.same);
}

static void identify_place(const struct versions *versions, struct finding *finding, char *words, size_t size)
{
    const struct judgement *rejected = with_outcome(versions, OUTCOME_REJECTED);
    const Hardstop__Setup *setup = rejected ? rejected->test->setup : NULL;
    struct place place = { 0 };

    if (versions->difference) {
        struct state_comparison one = { .n = 1, .differences[0] = *versions->difference };

        place_of_difference(&one, finding, &place);
    } else {
        place_of_damage(versions->newer, finding, &place);
    }
    if (place.is_known || !rejected) {
        place_words(&place, finding, words, size);
        return;
    }
    map_device_of(rejected->actual.answer.section, strlen(rejected->actual.answer.section), finding->device,
                  sizeof(finding->device));
    /* QEMU names the device where a check is a device's own. */
    words_first(rejected->actual.answer.text, setup ? setup_program(setup) : NULL, words, size);
    if (!*words) {
        snprintf(words, size, "%s", finding->device);
    }
}

/* What one of them does; "lives" beside an end of the other, which is the same fault whatever this one says instead. */
static const char *deed_of(const struct judgement *judgement, const struct judgement *ended)
{
    enum outcome outcome = judgement->actual.answer.outcome;

    return ended && outcome != OUTCOME_CRASHED && outcome != OUTCOME_HUNG ? "lives" : outcome_name(outcome);
}

void disagreement_describe(const struct judgement *judgement, struct finding *finding)
{
    const struct judgement *ended;
    struct versions versions;
    char words[sizeof(finding->same)] = "";

    if (!versions_compare(judgement, &versions)) {
        return;
    }
    say(&versions, finding);
    ended = with_outcome(&versions, OUTCOME_CRASHED);
    ended = ended ? ended : with_outcome(&versions, OUTCOME_HUNG);
    if (ended) {
        identify_end(ended, finding, words, sizeof(words));
    } else {
        identify_place(&versions, finding, words, sizeof(words));
    }
    snprintf(finding->same, sizeof(finding->same), "%s: %s, %s: %.400s", finding->property,
             deed_of(versions.older, ended), deed_of(versions.newer, ended), words);
}
