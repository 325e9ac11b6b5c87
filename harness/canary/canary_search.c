/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steps that every part of the search is made of. */
#include "harness/canary/canary_search.h"

#include <stdio.h>
#include <string.h>

#include "harness/judge/state_bytes.h"
#include "harness/wire/description.h"

Hardstop__VirtioSection *canary_search_device(const struct canary_search *search)
{
    Hardstop__Stream *stream = search->test->stream;

    for (size_t i = 0; i < stream->n_section; i++) {
        if (stream->section[i]->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO) {
            return stream->section[i]->virtio;
        }
    }
    return NULL;
}

/* By the clock: on a busy machine what takes longer is loaded once more, in a fork, and answers the same. */
enum { TRY_MS = 2000 };

static int load(struct canary_search *search, const struct builder *bytes, bool fast)
{
    struct loader_input input = loader_input_of(search->test, bytes, false, &search->areas);

    input.fast = fast;
    input.timeout_ms = fast ? TRY_MS : 0;
    input.most_reads = fast ? LOADER_FAST_READS : 0;
    return loader_load(search->loader, &input, &search->answer, search->err);
}

int canary_search_load(struct canary_search *search, const struct builder *bytes)
{
    search->loads++;
    return load(search, bytes, false);
}

int canary_search_try(struct canary_search *search, const struct builder *bytes)
{
    search->loads++;
    /* No verdict is made of a crash here: what crashes is refused. */
    if (load(search, bytes, true) == 0 &&
        (search->answer.outcome == OUTCOME_REJECTED || search->answer.outcome == OUTCOME_CRASHED ||
         (search->answer.outcome == OUTCOME_ACCEPTED && !description_is_needed(search->test->stream)))) {
        return 0;
    }
    return load(search, bytes, false);
}

void canary_search_encode(struct canary_search *search)
{
    stream_encode(search->test->stream, &search->plain, NULL, NULL);
}

bool canary_search_adopt(struct canary_search *search)
{
    Hardstop__Stream *stream = search->answer.outcome != OUTCOME_ACCEPTED
                                   ? NULL
                                   : state_adopt(search->test->stream, search->answer.saved, search->answer.saved_size);

    if (!stream) {
        return false;
    }
    stream_free(search->test->stream);
    search->test->stream = stream;
    canary_search_encode(search);
    return true;
}

int canary_search_refuse(const struct canary_search *search, const char *step)
{
    const char *text = search->answer.text ? search->answer.text : "";

    return hs_fail(search->err, HS_NO_OFFSET, "%s: %s: %s: %.*s", search->family->name, step,
                   outcome_name(search->answer.outcome), (int)strcspn(text, "\n"), text);
}

bool canary_search_config(const char *said, unsigned *index, unsigned *fixed, unsigned *device)
{
    unsigned read, cmask, wmask, w1cmask;
    const char *from = strstr(said, "Bad config data: i=");

    if (!from || sscanf(from, "Bad config data: i=%x read: %x device: %x cmask: %x wmask: %x w1cmask:%x", index, &read,
                        device, &cmask, &wmask, &w1cmask) != 6) {
        return false;
    }
    *fixed = cmask & ~wmask & ~w1cmask;
    return true;
}

int canary_search_settle(struct canary_search *search, const char *step)
{
    canary_search_encode(search);
    if (canary_search_load(search, &search->plain.out) < 0) {
        return -1;
    }
    return canary_search_adopt(search) ? 0 : canary_search_refuse(search, step);
}
