/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Canary states: every field of a device's sections holds a distinct, legal, non-default value, as far as the real
 * loader accepts it and saves it again as given.  A shift within a fresh device's zeros is invisible; here it is not.
 */
#ifndef HARDSTOP_CANARY_CANARY_H
#define HARDSTOP_CANARY_CANARY_H

#include "harness/setup/family.h"
#include "harness/loader/loader.h"

/* Places that do not hold a canary: those of one field, or of one array, taken together. */
struct canary_gap {
    char path[256]; /* of the first */
    size_t places; /* numbers, or single bytes of a blob */
    const char *reason; /* from the table of reasons; NULL: no rule gives one */
};

struct canary {
    size_t bytes; /* of the device's sections: payloads */
    size_t unnamed; /* of these, which no table names */
    size_t places; /* numbers, and single bytes of blobs, in the device's sections */
    size_t held; /* of these, which differ from the fresh device and from zero */
    struct canary_gap *gaps;
    size_t n_gaps;
    unsigned long loads;
    enum outcome outcome; /* of the load that checked it */
};

/*
 * Makes a canary of a fresh capture by loading it again and again: `test` holds the family's described sections and a
 * following one, which stays as it is.  0, or -1 with a reason: `test` then is not one.
 */
int canary_make(struct loader *loader, const struct family *family, Hardstop__Case *test, struct canary *canary,
                struct hs_error *err);

/* The features that the device of a fresh capture offers, by this loader.  0, or -1 with a reason. */
int canary_offered(struct loader *loader, const struct family *family, const Hardstop__Case *fresh, uint64_t *offered,
                   struct hs_error *err);
/* Gives the device these features, as if its guest had taken them. */
void canary_set_features(Hardstop__Case *test, uint64_t features);

/*
 * Is `test` a canary, beside the capture `fresh` of the same setup: accepted, saved again as given, each byte
 * named, and in each place a value, or a reason why not?  What this loader makes anew by design (judge/recomputed.h) is
 * saved as given, and held by no place.  0, or -1 with what is wrong.
 * `canary` is filled in as far as that came.
 */
int canary_check(struct loader *loader, const Hardstop__Case *test, const Hardstop__Case *fresh,
                 struct canary *canary, struct hs_error *err);

/*
 * Has the device in `fresh`, which another QEMU sends, a field that it does not have in `test`?  Fields of subsections
 * do not count.  `path` gets that of the first, without indexes.
 */
bool canary_is_of_other_layout(const Hardstop__Case *test, const Hardstop__Case *fresh, char *path, size_t size);

/* Counts a place, and remembers it as one without a canary unless one is `held`. */
void canary_tally(struct canary *canary, const char *path, bool held, const char *reason);

void canary_clear(struct canary *canary);

#endif
