/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Damages: what is done to the encoded bytes of a case.
 *
 * Sections are swapped and repeated first, in the order given.  Byte damages are placed on the result, and then done
 * from the last place to the first, so that none moves another's place.
 */
#ifndef HARDSTOP_CASE_DAMAGE_H
#define HARDSTOP_CASE_DAMAGE_H

#include "case.pb-c.h"
#include "harness/wire/stream.h"

/* What a list of damages did as a whole. */
struct damage_effect {
    bool truncated; /* bytes are missing from some place to the end */
    bool inserted;
    bool deleted;
    bool overwritten;
    bool reordered; /* sections were swapped or repeated */
    size_t first; /* offset in the undamaged bytes of the first byte damage; SIZE_MAX: none, or reordered */
    size_t section; /* index of the section of that place, or SIZE_MAX */
};

/*
 * Encodes the case's stream undamaged into `plain`, and the damaged bytes into `out` (reset first).  Returns true
 * when they differ.
 */
bool damage_apply(const Hardstop__Case *test, struct stream_encoding *plain, struct builder *out,
                  struct damage_effect *effect);

/*
 * Does one byte damage at a known offset of `bytes`, and notes it in `effect` (first: SIZE_MAX before the first one);
 * other damages do nothing.  A part of damage_apply().
 */
void damage_do(struct builder *bytes, size_t offset, const Hardstop__Damage *damage, struct damage_effect *effect);

/*
 * After a damage at that place, by which a stream of the case has not `before` bytes any more: where the writer wrote
 * so (Case.as_written), the length of the payload that holds the place follows.  A part of damage_apply(), too.
 */
void damage_follow(struct builder *bytes, const Hardstop__Case *test, const Hardstop__Stream *stream,
                   const struct stream_encoding *encoding, size_t offset, size_t before);

/* The place of a damage in the encoded bytes; a place that does not exist is moved to the nearest that does. */
size_t damage_place(const Hardstop__Place *at, const Hardstop__Stream *stream, const struct stream_encoding *encoding);

/*
 * A new damage of a kind (HARDSTOP__DAMAGE__KIND_...) at an offset of a section's payload; insert, delete, overwrite,
 * swap and repeat are the caller's to fill in.
 */
Hardstop__Damage *damage_new(int kind, uint32_t section, uint32_t offset);

/* Where a field of a section is in the encoded stream, named as by map.h; SIZE_MAX when there is none. */
size_t damage_field_offset(const Hardstop__Stream *stream, size_t section, const char *field);

/* A damage in words, on one line: "delete 2 bytes at section[1].virtio.ccw.config_vector+0"; free it. */
char *damage_text(const Hardstop__Damage *damage);

#endif
