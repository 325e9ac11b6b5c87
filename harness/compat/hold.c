/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results and states that the parts of a meeting share. */
#include "harness/compat/hold.h"

#include <string.h>

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

/* As the first QEMU that has no other makes it. */
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

Hardstop__Case *hold_canary(struct hold *hold, size_t from, struct hs_error *err)
{
    Hardstop__Case *test = hold->meeting->seed ? side_canary(&hold->sides[from], hold->meeting->seed, err) : NULL;

    if (!test && hold->made) {
        test = side_canary(&hold->sides[from], hold->made, err);
    }
    if (!test && !hold->made) {
        hold->made = make_canary(hold, from, err);
        test = hold->made ? side_canary(&hold->sides[from], hold->made, err) : NULL;
    }
    return test;
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
