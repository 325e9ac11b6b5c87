/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives the search its seeds, and takes what it finds. */
#include "harness/compat/hold_search.h"

#include "harness/base/time.h"
#include "harness/case/case.h"
#include "harness/compat/search.h"

#define SEARCH "search"
/* So long at least, if only to open the QEMUs took the meeting's time. */
#define LEAST_SECONDS 0.3

enum { MOST_SEEDS = 4 };

struct sought {
    struct hold *hold;
    size_t from, to;
};

static void tell_found(void *user, const Hardstop__Case *state, struct compat_trip *trip)
{
    const struct sought *sought = user;
    const struct result_of of = hold_result(sought->hold->meeting, sought->hold->meeting->device, SEARCH, sought->from,
                                                sought->to);
    json_t *json = result_of_trip(&of, trip);

    (void)state;
    hold_explain(sought->hold, json, sought->from, sought->to, trip);
    json_array_append_new(sought->hold->results, json);
}

/* From each state that the side has, as many as it gives. */
static size_t seeds_of(struct hold *hold, size_t from, Hardstop__Case *seeds[MOST_SEEDS])
{
    const struct meeting *meeting = hold->meeting;
    struct side *side = &hold->sides[from];
    size_t n = 0;

    seeds[0] = side_described(side, meeting->family->section, NULL);
    seeds[1] = hold_canary(hold, from, NULL);
    seeds[2] = seeds[1] && hold_offers_more(hold, from) ? hold_shared_canary(hold, from, seeds[1], NULL) : NULL;
    seeds[3] = hold_has_guest(meeting) ? side_guest(side, NULL) : NULL;
    for (size_t i = 0; i < MOST_SEEDS; i++) {
        if (seeds[i]) {
            seeds[n++] = seeds[i];
        }
    }
    return n;
}

/* Until the part of the meeting's time has passed that is this side's and those before it. */
static double seconds_of(const struct hold *hold, size_t from)
{
    double end = hold->begun + hold->meeting->search_seconds * (double)(from + 1) / (double)hold->meeting->n;
    double left = end - time_now();

    return left > LEAST_SECONDS ? left : LEAST_SECONDS;
}

static void note_sent(struct hold *hold, size_t from, size_t to, long sent)
{
    const struct result_of of = hold_result(hold->meeting, hold->meeting->device, SEARCH, from, to);
    json_t *json = result_without(&of, "noted", "");

    json_object_set_new(json, "states", json_integer(sent));
    json_array_append_new(hold->results, json);
}

void hold_search(struct hold *hold, size_t from)
{
    const struct meeting *meeting = hold->meeting;
    Hardstop__Case *seeds[MOST_SEEDS];
    size_t n = seeds_of(hold, from, seeds);

    for (size_t to = 0; to < meeting->n; to++) {
        struct sought sought = { hold, from, to };
        const struct search search = {
            .from = &hold->sides[from], .to = &hold->sides[to], .seed = meeting->search_seed,
            .seconds = seconds_of(hold, from), .states = meeting->search_states, .found = tell_found, .user = &sought,
        };
        struct hs_error err;
        long sent;

        if (!meeting->sends[from][to] || !hold_is_open(hold, to)) {
            continue;
        }
        sent = search_run(&search, seeds, n, &err);
        if (sent < 0) {
            hold_leave_out(hold, from, to, SEARCH, "unknown", &err);
        } else {
            note_sent(hold, from, to, sent);
        }
    }
    for (size_t i = 0; i < n; i++) {
        case_free(seeds[i]);
    }
}
