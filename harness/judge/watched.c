/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares what was written in two loads, byte by byte. */
#include "harness/judge/watched.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/case/rings.h"
#include "harness/loader/written.h"

/*
 * The C library fills what is allocated with the complement of the value that it is asked for, what is freed with the
 * value (M_PERTURB); the loader fills stacks with one less.
 */
enum { CHANCE = 0x3c, OTHER = 0xc3 };

static bool is_fresh(uint8_t a, uint8_t b)
{
    static const uint8_t pairs[][2] = { { OTHER, CHANCE }, { CHANCE, OTHER }, { CHANCE - 1, OTHER - 1 } };

    for (size_t i = 0; i < HS_COUNT(pairs); i++) {
        if (a == pairs[i][0] && b == pairs[i][1]) {
            return true;
        }
    }
    return false;
}

/* A record in what was written, and the bytes behind it. */
struct reading {
    struct loader_written record;
    const uint8_t *bytes;
    size_t next;
};

static bool read_record(const struct loader_answer *answer, size_t at, struct reading *reading)
{
    size_t left = answer->written_size - at;

    if (at > answer->written_size || left < sizeof(reading->record)) {
        return false;
    }
    memcpy(&reading->record, answer->written + at, sizeof(reading->record));
    reading->record.kind[sizeof(reading->record.kind) - 1] = 0;
    reading->bytes = answer->written + at + sizeof(reading->record);
    reading->next = at + sizeof(reading->record) + reading->record.size;
    return reading->record.size <= left - sizeof(reading->record);
}

static bool is_same_place(const struct loader_written *a, const struct loader_written *b)
{
    return a->at == b->at && strcmp(a->kind, b->kind) == 0;
}

/* The record of the same place; both lists are in the same order. */
static bool find_place(const struct loader_answer *answer, size_t *from, const struct loader_written *record,
                       struct reading *found)
{
    for (size_t at = *from; read_record(answer, at, found); at = found->next) {
        if (is_same_place(&found->record, record)) {
            *from = found->next;
            return true;
        }
    }
    return false;
}

static void compare(const struct reading *a, const struct reading *b, struct watched_leak *leak)
{
    uint32_t size = a->record.size < b->record.size ? a->record.size : b->record.size;

    for (uint32_t i = 0; i < size; i++) {
        if (!is_fresh(a->bytes[i], b->bytes[i])) {
            continue;
        }
        if (!leak->n++) {
            snprintf(leak->kind, sizeof(leak->kind), "%s", a->record.kind);
            leak->at = a->record.at + i;
        }
    }
}

void watched_find(const struct loader_answer *a, const struct loader_answer *b, bool with_memory,
                  struct watched_leak *leak)
{
    struct reading one, other;
    size_t from = 0;

    *leak = (struct watched_leak){ 0 };
    for (size_t at = 0; read_record(a, at, &one); at = one.next) {
        if ((with_memory || strcmp(one.record.kind, LOADER_BACKEND) == 0) &&
            find_place(b, &from, &one.record, &other)) {
            compare(&one, &other, leak);
        }
    }
}

static bool reads_zeros(const char *option)
{
    return strstr(option, "read-zeroes=on") || strstr(option, "read-zeroes=yes") || strstr(option, "read-zeroes=true");
}

/* A disk that is none says nothing to a read, and leaves what is there, unless it is to read as zeros. */
static bool has_empty_disk(const Hardstop__Setup *setup)
{
    for (size_t i = 0; setup && i < setup->n_option; i++) {
        const char *option = setup->option[i];

        if ((strstr(option, "null-co") || strstr(option, "null-aio")) && !reads_zeros(option)) {
            return true;
        }
    }
    return false;
}

/* Guest memory from address 0 on, as far as a place in its block is an address. */
static bool is_address(const struct watched_leak *leak)
{
    size_t length = strlen(leak->kind);

    return length > 4 && strcmp(leak->kind + length - 4, ".ram") == 0 && leak->at < RINGS_MOST;
}

/* Whose ring has a descriptor of the place, by the rings of the case. */
static void name_device(const Hardstop__Case *test, struct watched_leak *leak)
{
    for (size_t i = 0; i < test->n_ring; i++) {
        const Hardstop__Ring *ring = test->ring[i];
        bool split = ring->form_case == HARDSTOP__RING__FORM_SPLIT;
        size_t n = split                                            ? ring->split->n_desc
                   : ring->form_case == HARDSTOP__RING__FORM_PACKED ? ring->packed->n_desc
                                                                    : 0;

        for (size_t k = 0; k < n; k++) {
            uint64_t addr = split ? ring->split->desc[k]->addr : ring->packed->desc[k]->addr;
            uint32_t len = split ? ring->split->desc[k]->len : ring->packed->desc[k]->len;
            const char *slash = ring->idstr.len ? memrchr(ring->idstr.data, '/', ring->idstr.len) : NULL;
            size_t skipped = slash ? (size_t)(slash + 1 - (const char *)ring->idstr.data) : 0;

            if (leak->at - addr < len) {
                snprintf(leak->device, sizeof(leak->device), "%.*s", (int)(ring->idstr.len - skipped),
                         (const char *)ring->idstr.data + skipped);
                return;
            }
        }
    }
}

static int load_with(struct oracle *oracle, struct judgement *judgement, uint8_t chance, struct record *record,
                     struct hs_error *err)
{
    int result;

    oracle->chance = chance;
    result =
        loads_run(oracle, judgement->test, &judgement->damaged, judgement->effect.truncated, false, record, err);
    oracle->chance = 0;
    return result;
}

static int find(struct oracle *oracle, struct judgement *judgement, struct watched_leak *leak, struct hs_error *err)
{
    struct record a = { 0 }, b = { 0 };
    int result = load_with(oracle, judgement, CHANCE, &a, err);

    if (result == 0) {
        result = load_with(oracle, judgement, OTHER, &b, err);
    }
    if (result == 0) {
        watched_find(&a.answer, &b.answer, !has_empty_disk(judgement->test->setup), leak);
    }
    record_clear(&a);
    record_clear(&b);
    return result;
}

int watched_compare(struct oracle *oracle, struct judgement *judgement, struct hs_error *err)
{
    struct watched_leak again = { 0 };

    if (find(oracle, judgement, &judgement->leak, err) < 0 ||
        (judgement->leak.n && find(oracle, judgement, &again, err) < 0)) {
        return -1;
    }
    judgement->was_watched = true;
    if (judgement->leak.n && (again.at != judgement->leak.at || strcmp(again.kind, judgement->leak.kind) != 0)) {
        judgement->leak = (struct watched_leak){ 0 };
    }
    if (judgement->leak.n && is_address(&judgement->leak)) {
        name_device(judgement->test, &judgement->leak);
    }
    return 0;
}
