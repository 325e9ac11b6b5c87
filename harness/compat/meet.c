/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens each QEMU once, makes its states, and sends them. */
#include "harness/compat/meet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/time.h"
#include "harness/case/case.h"
#include "harness/compat/hold_layout.h"
#include "harness/compat/hold_search.h"
#include "harness/judge/state.h"
#include "harness/wire/map.h"

static bool is_any_open(const struct hold *hold)
{
    bool any = false;

    for (size_t i = 0; i < hold->meeting->n; i++) {
        any |= hold_is_open(hold, i);
    }
    return any;
}

static void send_state(struct hold *hold, size_t from, const char *device, const char *state, Hardstop__Case *test)
{
    struct compat_state own = {
        .side = &hold->sides[from], .test = test, .without_memory = strcmp(state, BOOTED) == 0,
        .only_taken = strcmp(state, WHOLE) == 0 || strcmp(state, BOOTED_WHOLE) == 0,
    };

    for (size_t to = 0; to < hold->meeting->n; to++) {
        const struct result_of of = hold_result(hold->meeting, device, state, from, to);
        struct compat_trip trip;
        struct hs_error err = { .text = "" };
        json_t *json;

        if (!hold->meeting->sends[from][to] || !hold_is_open(hold, to)) {
            continue;
        }
        if (compat_send(&own, &hold->sides[to], &trip, &err) < 0) {
            json = result_without(&of, "unknown", err.text);
        } else {
            json = result_of_trip(&of, &trip);
            if (compat_is_break(&trip.there) || compat_is_break(&trip.back)) {
                hold_explain(hold, json, from, to, &trip);
            }
        }
        json_array_append_new(hold->results, json);
        compat_trip_clear(&trip);
    }
}

static void send_device(struct hold *hold, size_t from, const char *state, Hardstop__Case *test, const char *verdict,
                        const struct hs_error *why)
{
    if (test) {
        send_state(hold, from, hold->meeting->device, state, test);
        case_free(test);
    } else {
        hold_leave_out_all(hold, from, state, verdict, why);
    }
}

/* Sections with one last part of their idstr are of one device, and go together. */
static bool is_first_of_name(const Hardstop__Stream *stream, size_t at, const char *name)
{
    for (size_t i = 0; i < at; i++) {
        const Hardstop__Section *section = stream->section[i];
        char other[64];

        map_device_name(section, other, sizeof(other));
        if (section->type == HARDSTOP__SECTION__TYPE__FULL && strcmp(other, name) == 0) {
            return false;
        }
    }
    return true;
}

static bool has_section(struct side *side, const Hardstop__Section *section)
{
    const Hardstop__Case *fresh = side->oracle.loader ? side_fresh(side, NULL) : NULL;

    return fresh && state_partner(fresh->stream, section) != SIZE_MAX;
}

/* Does everybody that it is sent to have it? */
static bool is_shared(struct hold *hold, size_t from, const Hardstop__Section *section)
{
    bool shared = true;

    for (size_t to = 0; to < hold->meeting->n; to++) {
        shared &= !hold->meeting->sends[from][to] || !hold_is_open(hold, to) || has_section(&hold->sides[to], section);
    }
    return shared;
}

/* Each device's sections alone; with a family, of which the state is sent as a whole, those that somebody lacks. */
static void send_each_section(struct hold *hold, size_t from, const char *state, const Hardstop__Case *all)
{
    for (size_t i = 0; i < all->stream->n_section; i++) {
        const Hardstop__Section *section = all->stream->section[i];
        Hardstop__Case *test;
        char name[64];

        map_device_name(section, name, sizeof(name));
        if (section->type != HARDSTOP__SECTION__TYPE__FULL || !*name || !is_first_of_name(all->stream, i, name) ||
            (hold->meeting->family && (section_is_described(section) || is_shared(hold, from, section)))) {
            continue;
        }
        test = case_clone(all);
        case_keep_devices(test, name);
        send_state(hold, from, name, state, test);
        case_free(test);
    }
}

static void send_fresh(struct hold *hold, size_t from)
{
    const struct meeting *meeting = hold->meeting;
    struct side *side = &hold->sides[from];
    struct hs_error err;
    const Hardstop__Case *fresh = side_fresh(side, &err);

    if (meeting->family) {
        send_device(hold, from, "fresh", side_described(side, meeting->family->section, &err), "unknown", &err);
    }
    if (fresh) {
        send_each_section(hold, from, "fresh", fresh);
    } else {
        hold_leave_out_all(hold, from, "fresh", "unknown", &err);
    }
    if (!meeting->family) {
        send_device(hold, from, WHOLE, side_whole(side, &err), "unknown", &err);
    }
}

/* After the firmware ran: where nothing of it is known that stops by itself, it is left out. */
static void send_booted(struct hold *hold, size_t from)
{
    struct hs_error err;
    Hardstop__Case *devices, *whole;

    if (side_booted(&hold->sides[from], &devices, &whole, &err) < 0) {
        hold_leave_out_all(hold, from, BOOTED, "left out", &err);
        return;
    }
    send_each_section(hold, from, BOOTED, devices);
    send_device(hold, from, BOOTED_WHOLE, whole, "unknown", &err);
    case_free(devices);
}

/* What is refused for its features tells nothing of its fields: so without those that another lacks, too. */
static void send_canaries(struct hold *hold, size_t from)
{
    struct hs_error err;
    Hardstop__Case *own = hold_canary(hold, from, &err);

    if (own && hold_offers_more(hold, from)) {
        send_device(hold, from, SHARED_CANARY, hold_shared_canary(hold, from, own, &err), "left out", &err);
    }
    send_device(hold, from, CANARY, own, "left out", &err);
}

static void send_all(struct hold *hold, size_t from)
{
    const struct meeting *meeting = hold->meeting;
    struct hs_error err;

    if (!hold_is_open(hold, from)) {
        hold_leave_out_all(hold, from, "fresh", meeting->strict && is_any_open(hold) ? "unknown" : "left out",
                           &hold->why[from]);
        return;
    }
    for (size_t to = 0; to < meeting->n; to++) {
        if (meeting->sends[from][to] && !hold_is_open(hold, to)) {
            hold_leave_out(hold, from, to, "fresh", meeting->strict ? "unknown" : "left out", &hold->why[to]);
        }
    }
    if (meeting->states.fresh) {
        send_fresh(hold, from);
    }
    if (meeting->states.booted && !meeting->family) {
        send_booted(hold, from);
    }
    if (meeting->states.guest && hold_has_guest(meeting)) {
        send_device(hold, from, "guest", side_guest(&hold->sides[from], &err), "left out", &err);
    }
    if (meeting->states.canary && meeting->family) {
        send_canaries(hold, from);
    }
    if (meeting->search_seconds > 0 && meeting->family) {
        hold_search(hold, from);
    }
}

json_t *meet(const struct meeting *meeting)
{
    struct hold *hold = hs_alloc(sizeof(*hold));
    json_t *results = json_array();

    hold->meeting = meeting;
    hold->results = results;
    hold->begun = time_now();
    for (size_t i = 0; i < meeting->n; i++) {
        side_open(&hold->sides[i], meeting->setups[i], &hold->why[i]);
    }
    if (meeting->states.layout) {
        hold_layout(hold);
    }
    for (size_t i = 0; i < meeting->n; i++) {
        send_all(hold, i);
    }
    for (size_t i = 0; i < meeting->n; i++) {
        side_close(&hold->sides[i]);
        json_decref(hold->properties[i]);
    }
    hold_clear_canaries(hold);
    free(hold);
    return results;
}

json_t *meet_lost(const struct meeting *meeting, const char *verdict, const char *why)
{
    struct hold *hold = hs_alloc(sizeof(*hold));
    json_t *results = json_array();
    struct hs_error err;

    hold->meeting = meeting;
    hold->results = results;
    hs_fail(&err, HS_NO_OFFSET, "%s", why);
    for (size_t i = 0; i < meeting->n; i++) {
        hold_leave_out_all(hold, i, "fresh", verdict, &err);
    }
    free(hold);
    return results;
}
