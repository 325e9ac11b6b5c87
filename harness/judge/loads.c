/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hands cases to the loader, and keeps what many in a row have in common. */
#include "harness/judge/loads.h"

#include <xxhash.h>

#include "harness/case/case.h"
#include "harness/case/guest_ram.h"
#include "harness/case/pokes.h"

int loads_run(struct oracle *oracle, const Hardstop__Case *test, const struct builder *bytes, bool cut, bool fast,
              struct record *record, struct hs_error *err)
{
    struct loader_input input = loader_input_of(test, bytes, cut, &oracle->areas);
    struct loader_answer answer;

    input.timeout_ms = fast ? LOADER_FAST_MS : oracle->timeout_ms;
    input.most_reads = fast && !oracle->hasty ? LOADER_FAST_READS : oracle->most_reads;
    input.fast = fast;
    input.chance = oracle->chance;
    input.again = oracle->plain;
    oracle->loads++;
    if (loader_load(oracle->loader, &input, &answer, err) < 0) {
        return -1;
    }
    record_answer(record, &answer);
    return 0;
}

static uint64_t hash_of(const Hardstop__Case *test, const struct stream_encoding *plain)
{
    uint64_t hash = case_stream_hash(plain) + case_is_whole(test);

    return XXH3_64bits_withSeed(&hash, sizeof(hash), guest_ram_hash(test));
}

/* Loads, unless what is kept is of the same case. */
static int load_once(struct oracle *oracle, struct reference *kept, uint64_t hash, const Hardstop__Case *test,
                     const struct builder *bytes, bool fast, struct hs_error *err)
{
    if (kept->is_there && kept->hash == hash) {
        return 0;
    }
    kept->is_there = false;
    if (loads_run(oracle, test, bytes, false, fast, &kept->record, err) < 0) {
        return -1;
    }
    kept->is_there = loads_count(oracle, &kept->record.answer, fast);
    kept->hash = hash;
    return 0;
}

int loads_fresh(struct oracle *oracle, const Hardstop__Case *test, struct hs_error *err)
{
    const struct builder nothing = { .data = loader_nothing, .size = sizeof(loader_nothing) };
    const struct stream_encoding none = { .out = nothing };
    Hardstop__Case fresh = *test;

    fresh.stream = NULL;
    fresh.has_whole = fresh.whole = false;
    return load_once(oracle, &oracle->fresh, hash_of(&fresh, &none) + case_pokes(test), &fresh, &nothing, false, err);
}

int loads_retried(struct oracle *oracle, const struct judgement *judgement, struct hs_error *err)
{
    static uint8_t refused[] = { 0xff }; /* no section's type */
    const struct builder bytes = { .data = refused, .size = sizeof(refused) };
    Hardstop__Case retried = *judgement->test;
    Hardstop__Poke retry = HARDSTOP__POKE__RETRY;

    retried.poke = &retry;
    retried.n_poke = 1;
    return load_once(oracle, &oracle->retried, hash_of(&retried, &judgement->plain), &retried, &bytes, false, err);
}

int loads_reference(struct oracle *oracle, struct judgement *judgement, bool fast, struct hs_error *err)
{
    struct reference *reference = fast ? &oracle->fast_reference : &oracle->reference;
    Hardstop__Case plain = *judgement->test;

    plain.n_poke = judgement->is_damaged ? 0 : plain.n_poke;
    if (load_once(oracle, reference, hash_of(&plain, &judgement->plain) + case_pokes(&plain), &plain,
                  &judgement->plain.out, fast, err) < 0) {
        return -1;
    }
    record_answer(&judgement->reference, &reference->record.answer);
    return 0;
}

static bool is_answer(const struct loader_answer *answer)
{
    return answer->outcome == OUTCOME_ACCEPTED || answer->outcome == OUTCOME_REJECTED;
}

bool loads_ended_badly(const struct loader_answer *answer)
{
    return answer->outcome == OUTCOME_CRASHED || answer->hang == HANG_READS;
}

bool loads_count(const struct oracle *oracle, const struct loader_answer *answer, bool fast)
{
    return !fast || is_answer(answer) || (oracle->hasty && loads_ended_badly(answer));
}
