/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a pair of byte strings to damages, and from many damages to few. */
#include "harness/bench/blame.h"

#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/message/reflect.h"

enum {
    MAX_HUNKS = 8, /* on either side of the place where the length changes */
    MAX_GAP = 4, /* so many equal bytes do not end a hunk */
};

/* What is left of a byte string behind one change of length, as if it were in its place. */
struct pair {
    const uint8_t *from, *to;
    size_t from_size, to_size;
    size_t place; /* of the change, in `from` */
    size_t deleted, inserted; /* one of them is zero */
};

static Hardstop__Damage *add_damage(Hardstop__Case *test, int kind, size_t offset)
{
    Hardstop__Damage *damage = damage_new(kind, 0, (uint32_t)offset);

    damage->at->has_section = false;
    test->damage = hs_resize(test->damage, test->n_damage + 1, sizeof(*test->damage));
    test->damage[test->n_damage++] = damage;
    return damage;
}

static ProtobufCBinaryData copy_bytes(const uint8_t *data, size_t size)
{
    return (ProtobufCBinaryData){ .len = size, .data = hs_copy(data, size) };
}

/* The last of the places with the fewest differences: within equal bytes that is where the first difference shows. */
static size_t best_place(const struct pair *pair)
{
    size_t common = pair->from_size - pair->deleted, best, fewest, differences = 0;

    for (size_t i = 0; i < common; i++) {
        differences += pair->from[i + pair->deleted] != pair->to[i + pair->inserted];
    }
    best = 0;
    fewest = differences;
    for (size_t i = 0; i < common; i++) {
        differences -= pair->from[i + pair->deleted] != pair->to[i + pair->inserted];
        differences += pair->from[i] != pair->to[i];
        if (differences <= fewest) {
            fewest = differences;
            best = i + 1;
        }
    }
    return best;
}

/* Overwrites what differs from `start` to `end` of `from`; its byte i stands for `to`'s byte i + `shift`. */
static void add_hunks(Hardstop__Case *test, const struct pair *pair, size_t start, size_t end, ptrdiff_t shift)
{
    const uint8_t *to = pair->to + shift;
    size_t hunks = 0;

    for (size_t i = start; i < end; i++) {
        size_t stop = i + 1, equal = 0;

        if (pair->from[i] == to[i]) {
            continue;
        }
        hunks++;
        for (size_t k = i + 1; k < end && (equal < MAX_GAP || hunks == MAX_HUNKS); k++) {
            equal = pair->from[k] == to[k] ? equal + 1 : 0;
            stop = equal ? stop : k + 1;
        }
        add_damage(test, HARDSTOP__DAMAGE__KIND_OVERWRITE, i)->overwrite = copy_bytes(to + i, stop - i);
        i = stop - 1;
    }
}

void blame_damages(Hardstop__Case *test, const uint8_t *from, size_t from_size, const uint8_t *to, size_t to_size)
{
    struct pair pair = {
        .from = from, .to = to, .from_size = from_size, .to_size = to_size,
        .deleted = from_size > to_size ? from_size - to_size : 0,
        .inserted = to_size > from_size ? to_size - from_size : 0,
    };
    size_t behind;

    pair.place = best_place(&pair);
    behind = pair.place + pair.deleted;
    /* Of damages at one place the last in the list is done first: what is overwritten is there no more later on. */
    if (pair.inserted) {
        add_damage(test, HARDSTOP__DAMAGE__KIND_INSERT, pair.place)->insert =
            copy_bytes(to + pair.place, pair.inserted);
    } else if (pair.deleted && behind == from_size) {
        add_damage(test, HARDSTOP__DAMAGE__KIND_TRUNCATE, pair.place);
    } else if (pair.deleted) {
        add_damage(test, HARDSTOP__DAMAGE__KIND_DELETE, pair.place)->delete_ = (uint32_t)pair.deleted;
    }
    add_hunks(test, &pair, 0, pair.place, 0);
    add_hunks(test, &pair, behind, from_size, (ptrdiff_t)pair.inserted - (ptrdiff_t)pair.deleted);
}

static bool judge(struct oracle *oracle, const Hardstop__Case *test, struct finding *finding)
{
    struct judgement judgement = { 0 };
    struct hs_error err;
    bool found;

    HS_CHECK(oracle_judge(oracle, test, &judgement, &err) == 0, "%s", err.text);
    found = finding_of(&judgement, finding);
    judgement_clear(&judgement);
    return found;
}

bool blame_reduce(struct oracle *oracle, Hardstop__Case *test, struct finding *finding)
{
    if (!judge(oracle, test, finding)) {
        return false;
    }
    /* A crash or a hang is known by where it is in the loader, whatever was damaged. */
    if (finding->verdict == VERDICT_CRASHED || finding->verdict == VERDICT_HUNG) {
        return true;
    }
    for (size_t i = test->n_damage; i-- > 0;) {
        Hardstop__Damage *damage = test->damage[i];
        struct finding without;

        test->n_damage--;
        memmove(test->damage + i, test->damage + i + 1, (test->n_damage - i) * sizeof(*test->damage));
        if (judge(oracle, test, &without) && without.verdict == finding->verdict &&
            strcmp(without.property, finding->property) == 0) {
            *finding = without;
            reflect_free(&damage->base);
        } else {
            memmove(test->damage + i + 1, test->damage + i, (test->n_damage - i) * sizeof(*test->damage));
            test->damage[i] = damage;
            test->n_damage++;
        }
    }
    return true;
}
