/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens each QEMU once, makes its states, and sends them. */
#include "harness/compat/meeting.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/printable.h"
#include "harness/canary/canary.h"
#include "harness/case/case.h"
#include "harness/compat/layout.h"
#include "harness/loader/inventory.h"
#include "harness/judge/state.h"
#include "harness/wire/map.h"

/* The state of a whole stream: with what is no section of a device. */
#define WHOLE "whole"

struct hold {
    const struct meeting *meeting;
    struct side sides[MEETING_SIDES];
    struct hs_error why[MEETING_SIDES]; /* it is not open */
    json_t *properties[MEETING_SIDES]; /* of each side's devices; NULL: not asked yet */
    Hardstop__Case *made; /* a canary state, where the seed is of another machine type; NULL: none yet */
    json_t *results;
};

static bool is_open(const struct hold *hold, size_t i)
{
    return hold->sides[i].oracle.loader != NULL;
}

static bool is_any_open(const struct hold *hold)
{
    bool any = false;

    for (size_t i = 0; i < hold->meeting->n; i++) {
        any |= is_open(hold, i);
    }
    return any;
}

/* A machine type whose name ends in a version stays as it is; properties may follow it. */
static bool is_promise(const Hardstop__Setup *from, const Hardstop__Setup *to)
{
    const char *one = from->machine ? from->machine : "", *other = to->machine ? to->machine : "";
    size_t length = strcspn(other, ",");

    return length && strcspn(one, ",") == length && strncmp(one, other, length) == 0 &&
           isdigit((unsigned char)other[length - 1]) && memchr(other, '.', length);
}

static json_t *text(const char *words)
{
    return printable_json(words, strlen(words));
}

static json_t *begin(const struct hold *hold, const char *device, const char *state, size_t from, size_t to)
{
    const struct meeting *meeting = hold->meeting;
    const Hardstop__Setup *setup = meeting->setups[to];

    return json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:b}", "transport", meeting->transport, "device", text(device),
                     "state", state, "from", meeting->names[from], "to", meeting->names[to], "machine",
                     setup->machine ? setup->machine : "", "promise", is_promise(meeting->setups[from], setup));
}

static void leave_out(struct hold *hold, const char *device, const char *state, size_t from, size_t to,
                      const char *verdict, const struct hs_error *why)
{
    json_t *json = begin(hold, device, state, from, to);

    json_object_set_new(json, "verdict", json_string(verdict));
    json_object_set_new(json, "words", text(why->text));
    json_array_append_new(hold->results, json);
}

static json_t *differences_json(const struct compat_leg *leg)
{
    json_t *list = json_array();

    for (size_t i = 0; i < leg->n_differences; i++) {
        const struct compat_difference *difference = &leg->differences[i];

        json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:o, s:o, s:s*}", "change",
                                              compat_change_name(difference->change), "device",
                                              text(difference->device), "field", text(difference->path), "given",
                                              text(difference->given), "kept", text(difference->kept),
                                              "reason", difference->reason));
    }
    return list;
}

/* One break is one finding: what it is of, from which side to which, and what shows. */
static void name_finding(const json_t *result, const struct compat_leg *leg, struct finding *finding)
{
    const char *field = leg->n_differences ? leg->differences[0].path : "";

    snprintf(finding->same, sizeof(finding->same), "compat: %s %s %s -> %s: %s %s%.200s",
             json_string_value(json_object_get(result, "device")), json_string_value(json_object_get(result, "state")),
             json_string_value(json_object_get(result, "from")), json_string_value(json_object_get(result, "to")),
             compat_verdict_name(leg->verdict), field, leg->words);
    snprintf(finding->message, sizeof(finding->message), "%s", finding->same);
    finding->signature = XXH3_64bits(finding->same, strlen(finding->same));
}

/* The path of the case that shows it; null: none is kept. */
static json_t *keep(const struct hold *hold, const json_t *result, struct compat_trip *trip,
                    const Hardstop__Case *sent)
{
    struct hs_error err;
    json_t *json;
    char *path;

    if (!hold->meeting->folder || !trip->finding.signature) {
        return json_null();
    }
    name_finding(result, &trip->there, &trip->finding);
    if (finding_save(hold->meeting->folder, &trip->finding, sent, &err) < 0) {
        printable_print(stderr, "hardstop: %s\n", err.text);
        return json_null();
    }
    path = finding_case_path(hold->meeting->folder, &trip->finding);
    json = json_string(path);
    free(path);
    return json;
}

static const json_t *properties_of(struct hold *hold, size_t i)
{
    if (!hold->properties[i]) {
        hold->properties[i] = inventory_properties(hold->sides[i].setup, TRUST_ALL, NULL);
        hold->properties[i] = hold->properties[i] ? hold->properties[i] : json_object();
    }
    return hold->properties[i];
}

static void explain(struct hold *hold, json_t *json, size_t from, size_t to, const Hardstop__Case *sent)
{
    json_object_set_new(json, "layout", layout_compare(&hold->sides[from], &hold->sides[to], sent->stream));
    json_object_set_new(json, "properties", layout_properties(properties_of(hold, from), properties_of(hold, to)));
}

static void tell(struct hold *hold, const char *device, const char *state, size_t from, size_t to,
                 struct compat_trip *trip, const Hardstop__Case *sent)
{
    const struct compat_leg *leg = &trip->there;
    json_t *json = begin(hold, device, state, from, to);

    json_object_set_new(json, "verdict", json_string(compat_verdict_name(leg->verdict)));
    json_object_set_new(json, "section", text(leg->section));
    json_object_set_new(json, "words", text(leg->words));
    json_object_set_new(json, "differences", differences_json(leg));
    json_object_set_new(json, "fields", json_integer((json_int_t)leg->n_given));
    json_object_set_new(json, "back", trip->back.verdict ? json_string(compat_verdict_name(trip->back.verdict))
                                                         : json_null());
    json_object_set_new(json, "back_words", text(trip->back.words));
    json_object_set_new(json, "case", keep(hold, json, trip, sent));
    if (compat_is_break(leg) || compat_is_break(&trip->back)) {
        explain(hold, json, from, to, sent);
    }
    json_array_append_new(hold->results, json);
}

static void send_state(struct hold *hold, size_t from, const char *device, const char *state, Hardstop__Case *test)
{
    struct compat_state own = { .side = &hold->sides[from], .test = test, .only_taken = strcmp(state, WHOLE) == 0 };

    for (size_t to = 0; to < hold->meeting->n; to++) {
        struct compat_trip trip;
        Hardstop__Case *sent;
        struct hs_error err = { .text = "" };

        if (!hold->meeting->sends[from][to] || !is_open(hold, to)) {
            continue;
        }
        if (compat_send(&own, &hold->sides[to], &trip, &sent, &err) < 0) {
            leave_out(hold, device, state, from, to, "unknown", &err);
        } else {
            tell(hold, device, state, from, to, &trip, sent);
        }
        case_free(sent);
    }
    compat_state_clear(&own);
}

static void leave_out_all(struct hold *hold, size_t from, const char *state, const char *verdict,
                          const struct hs_error *why)
{
    for (size_t to = 0; to < hold->meeting->n; to++) {
        if (hold->meeting->sends[from][to]) {
            leave_out(hold, hold->meeting->device, state, from, to, verdict, why);
        }
    }
}

static void send_device(struct hold *hold, size_t from, const char *state, Hardstop__Case *test, const char *verdict,
                        const struct hs_error *why)
{
    if (test) {
        send_state(hold, from, hold->meeting->device, state, test);
        case_free(test);
    } else {
        leave_out_all(hold, from, state, verdict, why);
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
        shared &= !hold->meeting->sends[from][to] || !is_open(hold, to) || has_section(&hold->sides[to], section);
    }
    return shared;
}

/* Each device's sections alone; with a family, of which the state is sent as a whole, those that somebody lacks. */
static void send_each_section(struct hold *hold, size_t from)
{
    struct hs_error err;
    const Hardstop__Case *fresh = side_fresh(&hold->sides[from], &err);

    if (!fresh) {
        leave_out_all(hold, from, "fresh", "unknown", &err);
        return;
    }
    for (size_t i = 0; i < fresh->stream->n_section; i++) {
        const Hardstop__Section *section = fresh->stream->section[i];
        Hardstop__Case *test;
        char name[64];

        map_device_name(section, name, sizeof(name));
        if (section->type != HARDSTOP__SECTION__TYPE__FULL || !*name || !is_first_of_name(fresh->stream, i, name) ||
            (hold->meeting->family && (section_is_described(section) || is_shared(hold, from, section)))) {
            continue;
        }
        test = side_device(&hold->sides[from], name, &err);
        if (test) {
            send_state(hold, from, name, "fresh", test);
            case_free(test);
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

static Hardstop__Case *canary_of(struct hold *hold, size_t from, struct hs_error *err)
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
static bool has_guest(const struct meeting *meeting)
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

static void send_all(struct hold *hold, size_t from)
{
    const struct meeting *meeting = hold->meeting;
    struct hs_error err;

    if (!is_open(hold, from)) {
        leave_out_all(hold, from, "fresh", meeting->strict && is_any_open(hold) ? "unknown" : "left out",
                      &hold->why[from]);
        return;
    }
    for (size_t to = 0; to < meeting->n; to++) {
        if (meeting->sends[from][to] && !is_open(hold, to)) {
            leave_out(hold, meeting->device, "fresh", from, to, meeting->strict ? "unknown" : "left out",
                      &hold->why[to]);
        }
    }
    if (meeting->fresh && meeting->family) {
        send_device(hold, from, "fresh", side_described(&hold->sides[from], meeting->family->section, &err), "unknown",
                    &err);
    }
    if (meeting->fresh) {
        send_each_section(hold, from);
    }
    if (meeting->fresh && !meeting->family) {
        send_device(hold, from, WHOLE, side_whole(&hold->sides[from], &err), "unknown", &err);
    }
    if (meeting->guest && has_guest(meeting)) {
        send_device(hold, from, "guest", side_guest(&hold->sides[from], &err), "left out", &err);
    }
    if (meeting->canary && meeting->family) {
        send_device(hold, from, "canary", canary_of(hold, from, &err), "left out", &err);
    }
}

json_t *meeting_hold(const struct meeting *meeting)
{
    struct hold *hold = hs_alloc(sizeof(*hold));
    json_t *results = json_array();

    hold->meeting = meeting;
    hold->results = results;
    for (size_t i = 0; i < meeting->n; i++) {
        side_open(&hold->sides[i], meeting->setups[i], &hold->why[i]);
    }
    for (size_t i = 0; i < meeting->n; i++) {
        send_all(hold, i);
    }
    for (size_t i = 0; i < meeting->n; i++) {
        side_close(&hold->sides[i]);
        json_decref(hold->properties[i]);
    }
    if (hold->made) {
        case_free(hold->made);
    }
    free(hold);
    return results;
}

json_t *meeting_lost(const struct meeting *meeting, const char *why)
{
    struct hold *hold = hs_alloc(sizeof(*hold));
    json_t *results = json_array();
    struct hs_error err;

    hold->meeting = meeting;
    hold->results = results;
    hs_fail(&err, HS_NO_OFFSET, "%s", why);
    for (size_t i = 0; i < meeting->n; i++) {
        leave_out_all(hold, i, "fresh", "unknown", &err);
    }
    free(hold);
    return results;
}
