/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mutates payloads, and keeps what the first side saves of them as the next to be mutated. */
#include "harness/compat/search.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/alloc.h"
#include "harness/base/time.h"
#include "harness/case/case.h"
#include "harness/case/hints.h"
#include "harness/message/mutate.h"
#include "harness/message/reflect.h"
#include "harness/message/revert.h"

enum {
    POOL = 64, /* states to go on from */
    TOLD = 256, /* breaks that are told apart */
    MOST_STEPS = 4, /* mutations of one state */
    FROM_SEED = 4, /* one state in so many is made of a seed, not of what came of one */
};

/* A state, and the seed that it came of. */
struct root {
    Hardstop__Case *test;
    const Hardstop__Case *seed;
};

struct run {
    const struct search *search;
    struct random random;
    struct root pool[POOL]; /* the seeds first */
    size_t n, n_seeds;
    uint64_t told[TOLD];
    size_t n_told;
};

/* The message of a payload that a table describes; NULL: the section has another one. */
static ProtobufCMessage *payload_of(Hardstop__Section *section)
{
    return section_is_described(section) ? &section->virtio->base : NULL;
}

/* One step in one of the payloads.  False: there was none. */
static bool step(struct run *run, Hardstop__Case *test)
{
    const struct mutate_options options = { .hints = &case_hints };
    size_t first = random_below(&run->random, test->stream->n_section);

    for (size_t i = 0; i < test->stream->n_section; i++) {
        ProtobufCMessage *payload = payload_of(test->stream->section[(first + i) % test->stream->n_section]);

        if (payload) {
            return mutate_step(payload, &options, &run->random);
        }
    }
    return false;
}

static const struct root *draw(struct run *run)
{
    size_t among = random_one_in(&run->random, FROM_SEED) ? run->n_seeds : run->n;

    return &run->pool[random_below(&run->random, among)];
}

/* Takes over the case: what is drawn from next, in the place of another that was no seed. */
static void keep(struct run *run, Hardstop__Case *test, const Hardstop__Case *seed)
{
    size_t at = run->n;

    if (run->n == POOL) {
        at = run->n_seeds + random_below(&run->random, POOL - run->n_seeds);
        case_free(run->pool[at].test);
    } else {
        run->n++;
    }
    run->pool[at] = (struct root){ test, seed };
}

/* What tells one break from another: the verdict, and the words without their numbers, or the first field. */
static uint64_t sign(const struct compat_leg *leg)
{
    char text[sizeof(leg->words) + sizeof(leg->differences->path) + 16];
    const struct compat_difference *difference = leg->differences;
    size_t n = 0;

    snprintf(text, sizeof(text), "%d %s", leg->verdict, leg->verdict == COMPAT_DIFFERS ? "" : leg->words);
    if (leg->verdict == COMPAT_DIFFERS) {
        map_path_without_indexes(difference->path, text + strlen(text), sizeof(difference->path));
    }
    for (char *c = text; *c; c++) {
        text[n] = *c;
        n += !isxdigit((unsigned char)*c);
    }
    return XXH3_64bits(text, n);
}

static bool is_told(struct run *run, uint64_t signature)
{
    for (size_t i = 0; i < run->n_told; i++) {
        if (run->told[i] == signature) {
            return true;
        }
    }
    if (run->n_told < TOLD) {
        run->told[run->n_told++] = signature;
    }
    return false;
}

static int send(const struct run *run, Hardstop__Case *test, struct compat_trip *trip, struct hs_error *err)
{
    struct compat_state state = { .side = run->search->from, .test = test };

    return compat_send(&state, run->search->to, trip, err);
}

/* Is the message a state of the first side that shows the same?  `test` gets it. */
static bool shows(const struct run *run, const ProtobufCMessage *message, uint64_t signature, Hardstop__Case **test)
{
    Hardstop__Case *made = side_canary(run->search->from, (const Hardstop__Case *)message, NULL);
    struct compat_trip trip;
    bool same = false;

    if (made) {
        same = send(run, made, &trip, NULL) == 0 && sign(&trip.there) == signature;
        compat_trip_clear(&trip);
    }
    if (!same && made) {
        case_free(made);
    }
    *test = same ? made : NULL;
    return same;
}

/* The state that is nearest to its seed and shows the same; a new one. */
static Hardstop__Case *bring_near(const struct run *run, const Hardstop__Case *test, const Hardstop__Case *seed,
                                  uint64_t signature)
{
    const ProtobufCMessage *candidate;
    Hardstop__Case *best = case_clone(test), *made;
    struct revert revert;

    revert_init(&revert, &test->base, &seed->base);
    while (revert_next(&revert, &candidate)) {
        if (shows(run, candidate, signature, &made)) {
            case_free(best);
            best = made;
            revert_accept(&revert);
        } else {
            revert_reject(&revert);
        }
    }
    revert_clear(&revert);
    return best;
}

static int tell(struct run *run, const Hardstop__Case *test, const Hardstop__Case *seed,
                const struct compat_trip *trip, struct hs_error *err)
{
    uint64_t signature = sign(&trip->there);
    struct compat_trip near;
    Hardstop__Case *state;
    int result;

    if (!compat_is_break(&trip->there) || is_told(run, signature)) {
        return 0;
    }
    state = bring_near(run, test, seed, signature);
    result = send(run, state, &near, err);
    if (result == 0 && compat_is_break(&near.there)) {
        run->search->found(run->search->user, state, &near);
    }
    compat_trip_clear(&near);
    case_free(state);
    return result;
}

/* One mutated state.  1: it was sent; 0: the first side does not have it; -1 with a reason. */
static int try_one(struct run *run, struct hs_error *err)
{
    const struct root *root = draw(run);
    const Hardstop__Case *seed = root->seed;
    Hardstop__Case *test = case_clone(root->test), *made;
    struct compat_trip trip;
    int result;

    for (size_t n = 1 + random_below(&run->random, MOST_STEPS); n > 0; n--) {
        step(run, test);
    }
    made = side_canary(run->search->from, test, NULL);
    case_free(test);
    if (!made) {
        return 0;
    }
    result = send(run, made, &trip, err);
    if (result == 0) {
        result = tell(run, made, seed, &trip, err);
    }
    compat_trip_clear(&trip);
    keep(run, made, seed);
    return result < 0 ? -1 : 1;
}

long search_run(const struct search *search, Hardstop__Case *const *seeds, size_t n_seeds, struct hs_error *err)
{
    struct run *run = hs_alloc(sizeof(*run));
    double end = time_now() + search->seconds;
    long sent = 0;
    int result = 0;

    run->search = search;
    random_init(&run->random, search->seed);
    for (size_t i = 0; i < n_seeds && i < POOL / 2; i++) {
        run->pool[run->n++] = (struct root){ seeds[i], seeds[i] };
    }
    run->n_seeds = run->n;
    for (unsigned long i = 0; run->n && result >= 0 && (!search->states || i < search->states) &&
                              (search->seconds <= 0 || time_now() < end); i++) {
        result = try_one(run, err);
        sent += result > 0;
    }
    for (size_t i = run->n_seeds; i < run->n; i++) {
        case_free(run->pool[i].test);
    }
    free(run);
    return result < 0 ? -1 : sent;
}
