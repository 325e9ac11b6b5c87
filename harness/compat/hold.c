/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results and states that the parts of a meeting share. */
#include "harness/compat/hold.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/check.h"
#include "harness/canary/canary.h"
#include "harness/case/case.h"
#include "harness/compat/bytes_beside.h"
#include "harness/compat/layout.h"
#include "harness/loader/inventory.h"

bool hold_is_open(const struct hold *hold, size_t i)
{
    return hold->sides[i].oracle.loader != NULL;
}

const json_t *hold_properties(struct hold *hold, size_t i)
{
    if (!hold->properties[i]) {
        hold->properties[i] = inventory_properties(hold->sides[i].setup, TRUST_ALL, NULL);
        hold->properties[i] = hold->properties[i] ? hold->properties[i] : json_object();
    }
    return hold->properties[i];
}

struct result_of hold_result(const struct meeting *meeting, const char *device, const char *state, size_t from,
                             size_t to)
{
    return (struct result_of){
        .transport = meeting->transport, .device = device, .state = state, .from = meeting->names[from],
        .to = meeting->names[to], .from_setup = meeting->setups[from], .to_setup = meeting->setups[to],
        .folder = meeting->folder,
    };
}

/* Why it may be: how the two sides differ, and the bytes of what was given beside those that were kept. */
void hold_explain(struct hold *hold, json_t *json, size_t one, size_t other, const struct compat_trip *trip)
{
    const struct side *from = &hold->sides[one], *to = &hold->sides[other];
    const Hardstop__Stream *kept = trip->kept ? trip->kept->stream : to->fresh->stream;
    const Hardstop__Stream *given = trip->sent->stream;

    json_object_set_new(json, "layout", layout_compare(from, to, trip->sent->stream));
    json_object_set_new(json, "properties", layout_properties(hold_properties(hold, one),
                                                              hold_properties(hold, other)));
    /* A whole stream has clocks, and says nothing of them. */
    if (!case_is_whole(trip->sent)) {
        json_object_set_new(json, "bytes", bytes_beside(given, from->fresh->stream, kept, to->fresh->stream));
    }
}

void hold_leave_out(struct hold *hold, size_t from, size_t to, const char *state, const char *verdict,
                    const struct hs_error *why)
{
    const struct result_of of = hold_result(hold->meeting, hold->meeting->device, state, from, to);

    json_array_append_new(hold->results, result_without(&of, verdict, why->text));
}

void hold_leave_out_all(struct hold *hold, size_t from, const char *state, const char *verdict,
                        const struct hs_error *why)
{
    for (size_t to = 0; to < hold->meeting->n; to++) {
        if (hold->meeting->sends[from][to]) {
            hold_leave_out(hold, from, to, state, verdict, why);
        }
    }
}

static uint64_t ask_features(struct hold *hold, size_t i)
{
    const struct family *family = hold->meeting->family;
    struct side *side = &hold->sides[i];
    Hardstop__Case *fresh = hold_is_open(hold, i) ? side_described(side, family->section, NULL) : NULL;
    uint64_t offered = UINT64_MAX;

    if (fresh) {
        if (canary_offered(side->oracle.loader, family, fresh, &offered, NULL) < 0) {
            offered = UINT64_MAX;
        }
        case_free(fresh);
    }
    return offered;
}

static uint64_t shared_features(struct hold *hold)
{
    uint64_t shared = UINT64_MAX;

    for (size_t i = 0; i < hold->meeting->n; i++) {
        if (!hold->has_asked) {
            hold->offered[i] = ask_features(hold, i);
        }
        shared &= hold->offered[i];
    }
    hold->has_asked = true;
    return shared;
}

bool hold_offers_more(struct hold *hold, size_t from)
{
    uint64_t shared = shared_features(hold);

    return hold->offered[from] != UINT64_MAX && hold->offered[from] != shared;
}

static Hardstop__Case *make_canary(struct hold *hold, size_t from, struct hs_error *err)
{
    struct side *side = &hold->sides[from];
    Hardstop__Case *test = side_described(side, hold->meeting->family->section, err);
    struct canary canary = { 0 };

    if (test && canary_make(side->oracle.loader, hold->meeting->family, test, &canary, err) < 0) {
        case_free(test);
        test = NULL;
    }
    canary_clear(&canary);
    return test;
}

/* As the side saves it: a state that it has by its own account. */
static Hardstop__Case *with_features(struct hold *hold, size_t from, const Hardstop__Case *canary, uint64_t features,
                                     struct hs_error *err)
{
    Hardstop__Case *test = case_clone(canary), *own;

    if (features != UINT64_MAX) {
        canary_set_features(test, features);
    }
    own = side_canary(&hold->sides[from], test, err);
    case_free(test);
    return own;
}

static bool is_taken_by_all(struct hold *hold, const Hardstop__Case *canary)
{
    for (size_t i = 0; i < hold->meeting->n; i++) {
        if (hold_is_open(hold, i)) {
            Hardstop__Case *taken = side_canary(&hold->sides[i], canary, NULL);

            if (!taken) {
                return false;
            }
            case_free(taken);
        }
    }
    return true;
}

static XXH64_hash_t hash_of(const Hardstop__Case *test)
{
    size_t size;
    uint8_t *packed = case_pack(test, &size);
    XXH64_hash_t hash = XXH3_64bits(packed, size);

    free(packed);
    return hash;
}

/*
 * What a side makes holds whatever it takes, such as buffers outside of RAM, which no guest has, and which others may
 * refuse: what all take is better.  Of several not the first is taken, but one that does not depend on their order.
 */
static const Hardstop__Case *shared_canary(struct hold *hold)
{
    XXH64_hash_t least = 0;

    for (size_t i = 0; i < hold->meeting->n && !hold->has_made; i++) {
        Hardstop__Case *made = hold_is_open(hold, i) ? make_canary(hold, i, &hold->unmade[i]) : NULL;
        Hardstop__Case *other = made;

        hold->made[i] = made ? case_clone(made) : NULL;
        if (made) {
            canary_set_features(made, shared_features(hold));
        }
        if (made && is_taken_by_all(hold, made) && (!hold->shared || hash_of(made) < least)) {
            least = hash_of(made);
            other = hold->shared;
            hold->shared = made;
        }
        case_free(other);
    }
    hold->has_made = true;
    return hold->shared;
}

/*
 * A seed, which is of another QEMU and machine type, has other features than the side offers: too many, and it is
 * refused; too few, and what others lack of the side's is not seen.
 */
Hardstop__Case *hold_canary(struct hold *hold, size_t from, struct hs_error *err)
{
    const Hardstop__Case *seed = hold->meeting->seed;
    Hardstop__Case *test;

    shared_features(hold);
    test = seed ? with_features(hold, from, seed, hold->offered[from], err) : NULL;
    if (!test && shared_canary(hold)) {
        test = with_features(hold, from, hold->shared, hold->offered[from], err);
    }
    if (!test && hold->made[from]) {
        test = side_canary(&hold->sides[from], hold->made[from], err);
    } else if (!test && err) {
        *err = hold->unmade[from];
    }
    return test || !seed ? test : side_canary(&hold->sides[from], seed, err);
}

void hold_clear_canaries(struct hold *hold)
{
    for (size_t i = 0; i < hold->meeting->n; i++) {
        case_free(hold->made[i]);
    }
    case_free(hold->shared);
}

Hardstop__Case *hold_shared_canary(struct hold *hold, size_t from, const Hardstop__Case *canary, struct hs_error *err)
{
    return with_features(hold, from, canary, shared_features(hold), err);
}

/* See harness/guest: for these devices, as the first one of the machine. */
bool hold_has_guest(const struct meeting *meeting)
{
    static const char *const devices[] = { "net", "blk", "rng" };
    static const char *const transports[] = { "ccw", "pci" };
    bool device = false, transport = false;

    for (size_t i = 0; i < HS_COUNT(devices); i++) {
        device |= meeting->family && strcmp(meeting->family->name, devices[i]) == 0;
    }
    for (size_t i = 0; i < HS_COUNT(transports); i++) {
        transport |= strcmp(meeting->transport, transports[i]) == 0;
    }
    return device && transport;
}
