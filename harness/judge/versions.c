/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares the judgements of two loaders. */
#include "harness/judge/versions.h"

#include <string.h>

#include "harness/base/check.h"

const char *versions_way_name(enum versions_way way)
{
    static const char *const names[] = {
        [VERSIONS_AGREE] = "agrees", [VERSIONS_REGRESSION] = "regression", [VERSIONS_FIXED] = "fixed since",
        [VERSIONS_DIFFER] = "differs",
    };

    return names[way];
}

int versions_order(const char *one, const char *other)
{
    return strverscmp(one, other);
}

/* Twice the severity, which leaves a place between two verdicts. */
static int badness(const struct judgement *judgement)
{
    bool should_load = !judgement->is_damaged && judgement->is_captured;

    return 2 * verdict_severity(judgement->verdict == VERDICT_REJECTED && should_load ? VERDICT_GARBAGE
                                                                                      : judgement->verdict) +
           (judgement->verdict == VERDICT_REJECTED && should_load);
}

static void put_in_order(const struct judgement *judgement, struct versions *versions)
{
    const struct judgement *beside = judgement->beside;
    int order = versions_order(judgement->loader, beside->loader);
    bool swap = order ? order > 0 : badness(judgement) > badness(beside);

    versions->older = swap ? beside : judgement;
    versions->newer = swap ? judgement : beside;
}

/*
 * The first difference that the other does not have; NULL also where not all of the other's were kept.  What is behind
 * an end of file no loader reads: who has that difference alone was only looked at more closely.
 */
static const struct state_difference *lacking(const struct state_comparison *one, const struct state_comparison *other)
{
    for (size_t i = 0; other->n <= STATE_DIFFERENCES && i < one->n && i < STATE_DIFFERENCES; i++) {
        if (one->differences[i].what != STATE_UNREAD && !state_find(other, &one->differences[i])) {
            return &one->differences[i];
        }
    }
    return NULL;
}

static const struct state_difference *extra(const struct judgement *one, const struct judgement *other)
{
    const struct state_difference *difference = NULL;

    if (one->has_resave && other->has_resave) {
        difference = lacking(&one->resave, &other->resave);
    }
    return difference ? difference : lacking(&one->garbage, &other->garbage);
}

static enum versions_way way_of(const struct versions *versions, bool older_is_worse, bool newer_is_worse)
{
    if (!older_is_worse && !newer_is_worse) {
        return VERSIONS_AGREE;
    }
    if ((older_is_worse && newer_is_worse) || versions_order(versions->older->loader, versions->newer->loader) == 0) {
        return VERSIONS_DIFFER;
    }
    return newer_is_worse ? VERSIONS_REGRESSION : VERSIONS_FIXED;
}

/* Both accept it, and the verdict is the same. */
static void compare_fields(struct versions *versions)
{
    const struct state_difference *of_older = extra(versions->older, versions->newer);
    const struct state_difference *of_newer = extra(versions->newer, versions->older);

    versions->way = way_of(versions, of_older != NULL, of_newer != NULL);
    versions->difference = of_newer ? of_newer : of_older;
    versions->with_difference = of_newer ? versions->newer : of_older ? versions->older : NULL;
}

/* An equal state beside one that is not: what is not equal. */
static void name_garbage(struct versions *versions)
{
    const struct judgement *garbage = versions->newer->verdict == VERDICT_GARBAGE ? versions->newer : versions->older;
    const struct judgement *other = garbage == versions->newer ? versions->older : versions->newer;

    versions->difference = extra(garbage, other);
    versions->with_difference = versions->difference ? garbage : NULL;
}

static bool is_accepted(const struct judgement *judgement)
{
    return judgement->actual.answer.outcome == OUTCOME_ACCEPTED;
}

/* The check of a ring's indexes against guest memory, in virtio_load() of hw/virtio/virtio.c. */
bool versions_rests_on_firmware(const Hardstop__Case *test, const char *said)
{
    static const char *const words[] = { "inconsistent with Host index 0x", "< last_avail_idx 0x" };

    for (size_t i = 0; !test->n_memory && !test->n_ring && !case_is_whole(test) && i < HS_COUNT(words); i++) {
        if (strstr(said, words[i])) {
            return true;
        }
    }
    return false;
}

bool versions_compare(const struct judgement *judgement, struct versions *versions)
{
    const struct judgement *beside = judgement->beside;

    memset(versions, 0, sizeof(*versions));
    if (!beside || judgement->verdict == VERDICT_UNKNOWN || beside->verdict == VERDICT_UNKNOWN ||
        versions_rests_on_firmware(judgement->test, judgement->actual.answer.text) ||
        versions_rests_on_firmware(beside->test, beside->actual.answer.text) ||
        (judgement->is_damaged && judgement->reference.answer.outcome != beside->reference.answer.outcome)) {
        return false;
    }
    put_in_order(judgement, versions);
    if (versions->older->verdict == versions->newer->verdict) {
        compare_fields(versions);
        return true;
    }
    versions->way = way_of(versions, badness(versions->older) > badness(versions->newer),
                           badness(versions->newer) > badness(versions->older));
    if (is_accepted(versions->older) && is_accepted(versions->newer)) {
        name_garbage(versions);
    }
    return true;
}
