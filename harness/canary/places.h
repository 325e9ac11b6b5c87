/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The places of a described device's sections that a canary is tried in, and what became of it. */
#ifndef HARDSTOP_CANARY_PLACES_H
#define HARDSTOP_CANARY_PLACES_H

#include "harness/canary/canary.h"
#include "harness/wire/map.h"

#define PLACE_MOST 8 /* bytes of the largest number; what is larger is a blob, each byte of which is a place */

#define PLACE_ATTEMPTS 4 /* values that are tried in a place */

/* What became of the last value that was tried in a place. */
enum fate {
    FATE_NONE, /* none was tried */
    FATE_KEPT, /* saved as given */
    FATE_ALTERED, /* saved otherwise */
    FATE_LAYOUT, /* with it the device saves other parts, and does not take these again, or leaves parts out */
    FATE_REJECTED,
    FATE_CRASHED,
    FATE_HUNG,
    FATE_UNUSED, /* the description says that nothing is kept there */
    FATES,
};

struct place {
    uint64_t key; /* of its path and byte: stays while the layout changes */
    size_t offset; /* in the encoded stream */
    unsigned size;
    size_t byte; /* of a blob */
    bool is_config; /* a byte of a PCI configuration space, a field of the name "config[0]" */
    uint8_t value[PLACE_MOST]; /* to be tried */
};

struct place_memory; /* what is remembered of places between layouts */

struct places {
    struct place *list; /* where to try, in the order of the stream */
    size_t n;
    struct place_memory *memory;
};

/*
 * The value of `size` bytes to try in a place where `now` stands, in the given attempt; another one for each path, byte
 * of a blob, and attempt.  `out` and `now` are in the order of the wire.
 */
void place_value(const char *path, size_t byte, enum vmdesc_type type, unsigned attempt, const uint8_t *now,
                 uint8_t *out, unsigned size);

/*
 * Finds the places that hold no canary yet and were not tried in this attempt, with a value for each.  What stands in a
 * place when it is first seen is taken for the fresh device's.
 */
void places_find(struct places *places, const Hardstop__Stream *stream, unsigned attempt);

/* Does the description name every byte of the sections? */
bool places_are_named(const Hardstop__Stream *stream);

/* Writes the values of places `from` to `to` into the encoded stream. */
void places_write(const struct places *places, size_t from, size_t to, uint8_t *data);

/* Places `from` to `to` were loaded, and `data` was saved: which values are there? */
void places_compare(struct places *places, size_t from, size_t to, const uint8_t *data);
/* Places `from` to `to` were loaded together, and the loader did not accept them. */
void places_set_outcome(struct places *places, size_t from, size_t to, enum outcome outcome);
void places_set_fate(struct places *places, size_t from, size_t to, enum fate fate);

/*
 * Puts back the bits that QEMU says are fixed of a byte of configuration space; false when that changes none of places
 * `from` to `to`.
 */
bool places_mend_config(struct places *places, size_t from, size_t to, const char *said);

/* Counts the places of a canary, and those that hold none with what became of them. */
void places_tally(const struct places *places, const Hardstop__Stream *stream, struct canary *canary);

void places_clear(struct places *places);

#endif
