/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A table by number, and one by text. */
#include "harness/audit/sweep/answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

#define uthash_malloc(size) hs_alloc(size)
#include <uthash.h>

struct sweep_known {
    uint32_t number;
    UT_hash_handle hh;
    char key[]; /* the verdict as one letter, then the text */
};

uint32_t sweep_answers_put(struct sweep_answers *answers, enum verdict verdict, const char *text)
{
    char key[1 + SWEEP_TEXT];
    size_t length = (size_t)snprintf(key, sizeof(key), "%c%s", 'a' + (int)verdict, text);
    struct sweep_known *known;

    length = length < sizeof(key) ? length : sizeof(key) - 1;
    HASH_FIND(hh, answers->known, key, length, known);
    if (known) {
        return known->number;
    }
    known = hs_alloc(sizeof(*known) + length + 1);
    memcpy(known->key, key, length);
    known->number = answers->n;
    HASH_ADD_KEYPTR(hh, answers->known, known->key, length, known);
    *HS_PUSH(answers->list, answers->n) = (struct sweep_answer){ verdict, known->key + 1 };
    return known->number;
}

void sweep_answers_clear(struct sweep_answers *answers)
{
    struct sweep_known *known, *next;

    HASH_ITER(hh, answers->known, known, next) {
        HASH_DEL(answers->known, known);
        free(known);
    }
    free(answers->list);
    memset(answers, 0, sizeof(*answers));
}
