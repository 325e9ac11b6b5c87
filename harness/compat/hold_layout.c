/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks both sides, and notes what is not the same. */
#include "harness/compat/hold_layout.h"

#include <string.h>

#include "harness/case/case.h"
#include "harness/compat/descriptions.h"
#include "harness/compat/layout.h"
#include "harness/loader/inventory.h"

#define LAYOUT "layout"

static void note(struct hold *hold, size_t from, size_t to, const char *device, const json_t *layout,
                 const json_t *set_to)
{
    const struct result_of of = hold_result(hold->meeting, device, LAYOUT, from, to);
    json_t *json = result_without(&of, "noted", "");

    json_object_set(json, "layout", (json_t *)layout);
    json_object_set(json, "properties", (json_t *)set_to);
    json_array_append_new(hold->results, json);
}

/* Of the meeting's device; of all that the machine has by itself. */
static Hardstop__Case *fresh_of(struct hold *hold, size_t from, struct hs_error *err)
{
    const Hardstop__Case *all = side_fresh(&hold->sides[from], err);

    return !all                     ? NULL
           : hold->meeting->family ? side_described(&hold->sides[from], hold->meeting->family->section, err)
                                    : case_clone(all);
}

static void note_device(struct hold *hold, size_t from, size_t to, struct hs_error *err)
{
    Hardstop__Case *fresh = fresh_of(hold, from, err);
    json_t *layout, *set_to;

    if (!fresh || !side_fresh(&hold->sides[to], err)) {
        hold_leave_out(hold, from, to, LAYOUT, "unknown", err);
    } else {
        layout = layout_compare(&hold->sides[from], &hold->sides[to], fresh->stream);
        set_to = layout_properties(hold_properties(hold, from), hold_properties(hold, to));
        note(hold, from, to, hold->meeting->device, layout, set_to);
        json_decref(layout);
        json_decref(set_to);
    }
    if (fresh) {
        case_free(fresh);
    }
}

static void note_descriptions(struct hold *hold, size_t from, size_t to, struct hs_error *err)
{
    json_t *one = inventory_descriptions(hold->sides[from].setup, TRUST_ALL, err);
    json_t *other = one ? inventory_descriptions(hold->sides[to].setup, TRUST_ALL, err) : NULL;
    json_t *all = other ? descriptions_compare(one, other) : NULL, *none = json_array(), *rows;
    const char *device;

    if (!all) {
        hold_leave_out(hold, from, to, LAYOUT, "left out", err);
    }
    json_object_foreach (all, device, rows) {
        note(hold, from, to, device, rows, none);
    }
    json_decref(all);
    json_decref(one);
    json_decref(other);
    json_decref(none);
}

void hold_layout(struct hold *hold)
{
    const struct meeting *meeting = hold->meeting;
    struct hs_error err;

    for (size_t from = 0; from < meeting->n; from++) {
        for (size_t to = from + 1; to < meeting->n; to++) {
            if (!(meeting->sends[from][to] || meeting->sends[to][from]) || !hold_is_open(hold, from) ||
                !hold_is_open(hold, to)) {
                continue;
            }
            note_device(hold, from, to, &err);
            if (!meeting->family) {
                note_descriptions(hold, from, to, &err);
            }
        }
    }
}
