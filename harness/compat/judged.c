/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps judgements in a ring, by what was loaded. */
#include "harness/compat/judged.h"

#include <stdlib.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/case.h"

static XXH128_hash_t hash_of(const Hardstop__Case *test)
{
    Hardstop__Case anywhere = *test;
    XXH128_hash_t hash;
    uint8_t *packed;
    size_t size;

    anywhere.setup = NULL;
    packed = case_pack(&anywhere, &size);
    hash = XXH3_128bits(packed, size);
    free(packed);
    return hash;
}

static struct judged_case *find(struct judged *judged, XXH128_hash_t hash)
{
    for (size_t i = 0; i < JUDGED_CASES; i++) {
        if (judged->cases[i] && XXH128_isEqual(judged->cases[i]->hash, hash)) {
            return judged->cases[i];
        }
    }
    return NULL;
}

static void forget(struct judged_case **place)
{
    if (*place) {
        judgement_clear(&(*place)->judgement);
        case_free((*place)->test);
        free(*place);
        *place = NULL;
    }
}

const struct judgement *judged_case(struct judged *judged, struct oracle *oracle, const Hardstop__Case *test,
                                    struct hs_error *err)
{
    bool whole = case_is_whole(test);
    XXH128_hash_t hash = whole ? (XXH128_hash_t){ 0 } : hash_of(test);
    struct judged_case *known = whole ? NULL : find(judged, hash), **place;

    if (known) {
        return &known->judgement;
    }
    place = whole ? &judged->whole[judged->next_whole++ % HS_COUNT(judged->whole)]
                  : &judged->cases[judged->next++ % JUDGED_CASES];
    forget(place);
    known = *place = hs_alloc(sizeof(*known));
    known->hash = hash;
    known->test = case_clone(test);
    if (oracle_judge(oracle, known->test, &known->judgement, err) < 0) {
        forget(place);
        return NULL;
    }
    return &known->judgement;
}

void judged_clear(struct judged *judged)
{
    for (size_t i = 0; i < JUDGED_CASES; i++) {
        forget(&judged->cases[i]);
    }
    for (size_t i = 0; i < HS_COUNT(judged->whole); i++) {
        forget(&judged->whole[i]);
    }
}
