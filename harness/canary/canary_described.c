/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All places at once; what is refused is halved until the culprits are found, and these get other values. */
#include "harness/canary/canary_described.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/canary/canary_search.h"
#include "harness/canary/places.h"
#include "harness/judge/state_bytes.h"
#include "harness/message/reflect.h"
#include "harness/wire/description.h"

enum {
    MAX_GROWTHS = 24, /* new layouts that are followed */
    MAX_SETTLE = 4, /* loads until a state is saved as it was loaded */
    TIMEOUT_MS = 5000, /* of a load: no verdict is made of it, and what took long is left alone */
};

struct described_search {
    struct canary_search base;
    struct places places;
    unsigned attempt;
    unsigned growths;
    bool has_grown; /* in this pass: the places are to be found anew */
};

static int load(struct described_search *search, const struct builder *bytes)
{
    struct loader_input input = { .bytes = bytes->data, .size = bytes->size, .timeout_ms = TIMEOUT_MS };

    search->base.loads++;
    return loader_load(search->base.loader, &input, &search->base.answer, search->base.err);
}

/* What was saved, in the layout that its description tells; NULL where it was not accepted, or lacks a section. */
static Hardstop__Stream *saved_state(struct described_search *search)
{
    const struct loader_answer *answer = &search->base.answer;
    Hardstop__Stream *saved;
    ProtobufCBinaryData json;

    if (answer->outcome != OUTCOME_ACCEPTED) {
        return NULL;
    }
    saved = state_adopt(search->base.test->stream, answer->saved, answer->saved_size);
    if (saved && state_description(answer->saved, answer->saved_size, &json)) {
        description_set(saved, &json);
        description_keep(saved, NULL);
    }
    return saved;
}

static Hardstop__Stream *exchange(struct described_search *search, Hardstop__Stream *stream)
{
    Hardstop__Stream *before = search->base.test->stream;

    search->base.test->stream = stream;
    canary_search_encode(&search->base);
    return before;
}

/* Loads the test as it is, and goes on with what is saved, until that is the same: 1, or 0 when it never is. */
static int settle(struct described_search *search)
{
    struct builder before = { 0 };
    bool same = false;

    for (int i = 0; i < MAX_SETTLE && !same; i++) {
        const struct builder *now = &search->base.plain.out;
        Hardstop__Stream *saved;

        if (load(search, now) < 0) {
            builder_clear(&before);
            return -1;
        }
        saved = saved_state(search);
        if (!saved) {
            break;
        }
        builder_clear(&before);
        builder_put(&before, now->data, now->size);
        stream_free(exchange(search, saved));
        same = before.size == now->size && memcmp(before.data, now->data, now->size) == 0;
    }
    builder_clear(&before);
    return same;
}

/* More is saved than before: a subsection that has something to say now.  Kept, if the loader takes what it saves. */
static int follow_growth(struct described_search *search, Hardstop__Stream *saved)
{
    Hardstop__Stream *clone = (Hardstop__Stream *)reflect_clone(&search->base.test->stream->base);
    int settled;

    stream_free(exchange(search, saved));
    search->growths++;
    settled = settle(search);
    if (settled > 0 && places_are_named(search->base.test->stream)) {
        search->has_grown = true;
        stream_free(clone);
    } else {
        stream_free(exchange(search, clone));
        settled = settled < 0 ? -1 : 0;
    }
    return settled;
}

/* Goes on with what was saved of places `from` to `to`: 1, or 0 where it is to be given up, or -1. */
static int keep(struct described_search *search, size_t from, size_t to)
{
    size_t size = search->base.plain.out.size;
    Hardstop__Stream *saved = saved_state(search), *before;

    if (!saved) {
        if (search->base.answer.outcome == OUTCOME_ACCEPTED) {
            places_set_fate(&search->places, from, to, FATE_LAYOUT);
        }
        return 0;
    }
    before = exchange(search, saved);
    if (search->base.plain.out.size == size) {
        places_compare(&search->places, from, to, search->base.plain.out.data);
        stream_free(before);
        return 1;
    }
    saved = exchange(search, before);
    places_set_fate(&search->places, from, to, FATE_LAYOUT);
    if (search->base.plain.out.size == size && search->growths < MAX_GROWTHS) {
        struct stream_encoding grown = { 0 };
        bool is_larger;

        stream_encode(saved, &grown, NULL, NULL);
        is_larger = grown.out.size > size;
        stream_encoding_clear(&grown);
        if (is_larger) {
            return follow_growth(search, saved);
        }
    }
    stream_free(saved);
    return 0;
}

/* Loads with places `from` to `to` filled in; 0, or -1 without an answer. */
static int try_places(struct described_search *search, size_t from, size_t to)
{
    struct builder bytes = { 0 };
    int result;

    do {
        builder_clear(&bytes);
        builder_put(&bytes, search->base.plain.out.data, search->base.plain.out.size);
        places_write(&search->places, from, to, bytes.data);
        result = load(search, &bytes);
    } while (result == 0 && search->base.answer.outcome == OUTCOME_REJECTED &&
             places_mend_config(&search->places, from, to, search->base.answer.text));
    builder_clear(&bytes);
    return result;
}

static int fill(struct described_search *search, size_t from, size_t to)
{
    size_t middle = from + (to - from) / 2;
    int kept;

    if (from == to || search->has_grown) {
        return 0;
    }
    if (try_places(search, from, to) < 0) {
        return -1;
    }
    places_set_outcome(&search->places, from, to, search->base.answer.outcome);
    kept = keep(search, from, to);
    if (kept || to - from == 1) {
        return kept < 0 ? -1 : 0;
    }
    return fill(search, from, middle) < 0 ? -1 : fill(search, middle, to);
}

static int fill_all(struct described_search *search)
{
    int result = 0;

    for (search->attempt = 0; search->attempt < PLACE_ATTEMPTS && result == 0; search->attempt++) {
        do {
            search->has_grown = false;
            places_find(&search->places, search->base.test->stream, search->attempt);
            result = fill(search, 0, search->places.n);
        } while (result == 0 && search->has_grown);
    }
    return result;
}

int canary_make_described(struct loader *loader, Hardstop__Case *test, struct canary *canary, struct hs_error *err)
{
    struct described_search search = { .base = { .loader = loader, .test = test, .err = err } };
    int result = -1;

    memset(canary, 0, sizeof(*canary));
    canary_search_encode(&search.base);
    if (settle(&search) <= 0) {
        result = hs_fail(err, HS_NO_OFFSET, "as captured: %s: %.*s", outcome_name(search.base.answer.outcome),
                         (int)strcspn(search.base.answer.text, "\n"), search.base.answer.text);
    } else if (fill_all(&search) == 0) {
        settle(&search);
        places_tally(&search.places, test->stream, canary);
        result = 0;
    }
    case_mark_captured(test);
    canary->loads = search.base.loads;
    places_clear(&search.places);
    stream_encoding_clear(&search.base.plain);
    return result;
}
