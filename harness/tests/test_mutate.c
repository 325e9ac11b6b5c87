/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mutator's steps, limits and hints, and the reducer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/message/member.h"
#include "harness/message/mutate.h"
#include "harness/message/reduce.h"
#include "harness/message/reflect.h"
#include "harness/message/text.h"
#include "harness/message/value.h"
#include "messages.h"

static const ProtobufCMessageDescriptor *const all = &sample__all__descriptor;

static const ProtobufCFieldDescriptor *field_of(const ProtobufCMessageDescriptor *type, const char *name)
{
    const ProtobufCFieldDescriptor *field = member_find(type, name, strlen(name));

    assert_non_null(field);
    return field;
}

static void steps(ProtobufCMessage *msg, const struct mutate_options *options, uint64_t seed, int count)
{
    struct random random;

    random_init(&random, seed);
    for (int i = 0; i < count; i++) {
        mutate_step(msg, options, &random);
    }
}

/* Every size limit, step by step: valid, changed, within the limit, packs to an equal message. */
static void steps_are_sound(void **state)
{
    static const size_t sizes[] = { 0, 1, 20, 100, 300, 2000, 8000 };

    (void)state;
    for (size_t s = 0; s < HS_COUNT(sizes); s++) {
        const struct mutate_options options = { .max_size = sizes[s] };
        ProtobufCMessage *msg = reflect_new(all);
        size_t limit = sizes[s] ? sizes[s] : REFLECT_MAX_INPUT, largest = 0;
        struct random random;

        random_init(&random, s);
        for (int i = 0; i < (sizes[s] ? 3000 : 300); i++) {
            ProtobufCMessage *before = reflect_clone(msg);
            bool changed = mutate_step(msg, &options, &random);
            size_t size = protobuf_c_message_get_packed_size(msg);

            assert_int_equal(changed, !reflect_equal(msg, before));
            assert_true(messages_check(msg) <= limit);
            largest = size > largest ? size : largest;
            reflect_free(before);
        }
        /* The limit is also used. */
        assert_true(sizes[s] < 100 || largest > sizes[s] / 2);
        reflect_free(msg);
    }
}

/* A few bytes below the limit, in messages whose lengths are about to take a second byte. */
static void the_limit_counts_lengths_around(void **state)
{
    char text[256];

    (void)state;
    for (uint64_t seed = 0; seed < 6000; seed++) {
        struct mutate_options options = { .max_size = seed % 10 };
        ProtobufCMessage *msg;

        snprintf(text, sizeof(text), "r_inner { counted { length: 1 data: '%0*d' } }", (int)(114 + seed / 10 % 10), 0);
        msg = messages_parse(all, text);
        options.max_size += protobuf_c_message_get_packed_size(msg);
        steps(msg, &options, seed, 3);
        assert_true(messages_check(msg) <= options.max_size);
        reflect_free(msg);
    }
}

static void same_seed_gives_the_same(void **state)
{
    ProtobufCMessage *a = messages_grow(5, 500), *b = messages_grow(5, 500), *c = messages_grow(6, 500);

    (void)state;
    assert_true(reflect_equal(a, b));
    assert_false(reflect_equal(a, c));
    reflect_free(a);
    reflect_free(b);
    reflect_free(c);
}

static void large_messages_are_cut_down(void **state)
{
    const struct mutate_options wide = { .max_size = 20000 }, narrow = { .max_size = 500 };

    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        ProtobufCMessage *msg = reflect_new(all);
        struct random random;

        steps(msg, &wide, seed, 1500);
        random_init(&random, seed);
        assert_true(mutate_step(msg, &narrow, &random));
        assert_true(messages_check(msg) <= 500);
        reflect_free(msg);
    }
}

static void each_kind_of_step_happens(void **state)
{
    static const char *const verbs[] = {
        "change ", "add ", "delete ", "switch ", "insert ", "remove ", "duplicate ", "move ", "swap ", "splice ",
        "copy into ", "copy over ",
    };
    unsigned seen[HS_COUNT(verbs)] = { 0 }, total = 0;
    char words[160];
    const struct mutate_options options = { .max_size = 4096, .description = words, .description_size = sizeof(words) };
    ProtobufCMessage *msg = messages_grow(1, 300);
    struct random random;

    (void)state;
    random_init(&random, 7);
    for (int i = 0; i < 10000; i++) {
        if (!mutate_step(msg, &options, &random)) {
            continue;
        }
        total++;
        for (size_t v = 0; v < HS_COUNT(verbs); v++) {
            seen[v] += strncmp(words, verbs[v], strlen(verbs[v])) == 0;
        }
    }
    for (size_t v = 0; v < HS_COUNT(verbs); v++) {
        if (seen[v] < 30) {
            fail_msg("%s: %u of %u", verbs[v], seen[v], total);
        }
        total -= seen[v];
    }
    /* Each step has its verb. */
    assert_int_equal(total, 0);
    /* One in a hundred. */
    assert_in_range(seen[3], 30, 300);
    reflect_free(msg);
}

/* Values of a list, of which a step says what it did. */
struct list {
    uint32_t value[32];
    size_t n;
};

static void take_out(struct list *list, size_t at, size_t n)
{
    memmove(list->value + at, list->value + at + n, (list->n - at - n) * sizeof(list->value[0]));
    list->n -= n;
}

static void put_in(struct list *list, size_t at, const uint32_t *values, size_t n)
{
    memmove(list->value + at + n, list->value + at, (list->n - at) * sizeof(list->value[0]));
    memcpy(list->value + at, values, n * sizeof(list->value[0]));
    list->n += n;
}

/* Does to the list what the words say; which of the steps it was, or -1 for another one. */
static int obey(const char *words, struct list *list)
{
    struct list old = *list;
    size_t from, to, n;

    if (sscanf(words, "splice element[%zu]: %zu -> [%zu]", &from, &n, &to) == 3) {
        put_in(list, to, old.value + from, n);
        return 0;
    }
    if (sscanf(words, "move element[%zu] -> [%zu]", &from, &to) == 2) {
        take_out(list, from, 1);
        put_in(list, to, &old.value[from], 1);
        return 1;
    }
    if (sscanf(words, "swap element[%zu] <-> [%zu]", &from, &to) == 2) {
        list->value[from] = old.value[to];
        list->value[to] = old.value[from];
        return 2;
    }
    if (sscanf(words, "remove element[%zu]: %zu", &from, &n) == 2) {
        take_out(list, from, n);
        return 3;
    }
    if (sscanf(words, "duplicate element[%zu]", &from) == 1) {
        put_in(list, from, &old.value[from], 1);
        return 4;
    }
    return -1;
}

static void lists_become_what_is_said(void **state)
{
    char words[160];
    const struct mutate_options options = { .max_size = 300, .description = words, .description_size = sizeof(words) };
    unsigned seen[5] = { 0 };

    (void)state;
    for (uint64_t seed = 0; seed < 3000; seed++) {
        Sample__Counted *msg = (void *)messages_parse(&sample__counted__descriptor, "element: [11, 22, 33, 44, 55]");
        struct list list = { { 11, 22, 33, 44, 55 }, 5 };
        int step;

        steps(&msg->base, &options, seed, 1);
        step = obey(words, &list);
        if (step >= 0) {
            seen[step]++;
            assert_int_equal(msg->n_element, list.n);
            assert_memory_equal(msg->n_element ? msg->element : list.value, list.value, list.n * sizeof(list.value[0]));
        }
        reflect_free(&msg->base);
    }
    for (size_t i = 0; i < HS_COUNT(seen); i++) {
        assert_true(seen[i] > 20);
    }
}

static void steps_are_described(void **state)
{
    char words[200], tiny[10];
    const struct mutate_options options = { .description = words, .description_size = sizeof(words) };
    const struct mutate_options cut = { .description = tiny, .description_size = sizeof(tiny) };
    struct random random;

    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        ProtobufCMessage *msg = messages_parse(all, "r_inner { } r_inner { leaf { number: 77 } }");
        unsigned long long value;

        random_init(&random, seed);
        mutate_step(msg, &options, &random);
        if (sscanf(words, "change r_inner[1].leaf.number: 77 -> %llu", &value) == 1) {
            assert_int_equal(((Sample__All *)msg)->r_inner[1]->leaf->number, value);
            random_init(&random, seed);
            reflect_free(msg);
            msg = messages_parse(all, "r_inner { } r_inner { leaf { number: 77 } }");
            mutate_step(msg, &cut, &random);
            assert_string_equal(tiny, "change r_");
            reflect_free(msg);
            return;
        }
        reflect_free(msg);
    }
    fail_msg("the number never changed");
}

/* 1024 submessages and eight lone fields: by number alone the array would take 99 of 100 steps. */
static void long_arrays_do_not_swallow_all(void **state)
{
    char words[160];
    const struct mutate_options options = { .description = words, .description_size = sizeof(words) };
    ProtobufCMessage *msg = messages_parse(all, "f_int32: 1 f_sint32: 1 f_int64: 1 f_uint32: 1 f_uint64: 1 "
                                                "f_fixed32: 1 f_fixed64: 1 f_sint64: 1");
    unsigned inside = 0, changes = 0;
    struct random random;

    (void)state;
    for (size_t i = 0; i < 1024; i++) {
        member_insert(msg, field_of(all, "r_inner"), i);
        member_insert(&((Sample__All *)msg)->r_inner[i]->base, field_of(&sample__inner__descriptor, "leaf"), 0);
        member_set(&((Sample__All *)msg)->r_inner[i]->leaf->base, field_of(&sample__leaf__descriptor, "number"), 0, 5);
    }
    random_init(&random, 1);
    for (int i = 0; i < 600; i++) {
        ProtobufCMessage *copy = reflect_clone(msg);

        mutate_step(copy, &options, &random);
        changes += strncmp(words, "change ", 7) == 0;
        inside += strncmp(words, "change r_inner[", 15) == 0;
        reflect_free(copy);
    }
    assert_true(changes > 200 && inside > 0);
    /* 33 in 41 is what the roots give. */
    assert_in_range(100 * inside / changes, 65, 92);
    reflect_free(msg);
}

struct world {
    const ProtobufCFieldDescriptor *frozen, *count, *element, *length, *data, *ranged;
    bool no_ties;
};

static bool is_frozen(void *user, const ProtobufCFieldDescriptor *field)
{
    return field == ((struct world *)user)->frozen;
}

static const ProtobufCFieldDescriptor *counted(void *user, const ProtobufCMessageDescriptor *type,
                                               const ProtobufCFieldDescriptor *field)
{
    const struct world *world = user;

    assert_ptr_equal(&type->fields[field - type->fields], field);
    return world->no_ties ? NULL : field == world->count ? world->element : field == world->length ? world->data : NULL;
}

static bool range_of(void *user, const ProtobufCFieldDescriptor *field, uint64_t *min, uint64_t *max)
{
    *min = 1000;
    *max = 2000;
    return field == ((struct world *)user)->ranged;
}

static unsigned width_of(void *user, const ProtobufCFieldDescriptor *field)
{
    return field == ((struct world *)user)->ranged ? 2 : 0;
}

static unsigned weight_of(void *user, const ProtobufCFieldDescriptor *field)
{
    return field == ((struct world *)user)->frozen ? 0 : 100;
}

static struct world world_of_counted(void)
{
    const ProtobufCMessageDescriptor *type = &sample__counted__descriptor;

    return (struct world){ .count = field_of(type, "count"), .element = field_of(type, "element"),
                           .length = field_of(type, "length"), .data = field_of(type, "data") };
}

/* How many of 1000 messages, each of six steps, end with both ties held. */
static unsigned count_tied(bool no_ties)
{
    struct world world = world_of_counted();
    const struct mutate_hints hints = { .counts = counted, .user = &world };
    const struct mutate_options options = { .hints = &hints, .max_size = 300 };
    unsigned tied = 0;

    world.no_ties = no_ties;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        Sample__Counted *msg = (void *)messages_parse(&sample__counted__descriptor,
                                             "count: 3 element: [1, 2, 3] length: 2 data: 'ab'");

        steps(&msg->base, &options, seed, 6);
        assert_true(messages_check(&msg->base) <= 300);
        tied += msg->count == msg->n_element && msg->length == msg->data.len;
        reflect_free(&msg->base);
    }
    return tied;
}

/* A count that was right before another member of a oneof came is right afterwards. */
static void a_switch_takes_its_count_along(void **state)
{
    const ProtobufCMessageDescriptor *type = &sample__choice__descriptor;
    struct world world = { .length = field_of(type, "size"), .data = field_of(type, "blob") };
    const struct mutate_hints hints = { .counts = counted, .user = &world };
    const struct mutate_options options = { .hints = &hints, .max_size = 300 };
    unsigned switched = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 1000; seed++) {
        Sample__Choice *msg = (void *)messages_parse(type, "size: 0 number: 7");

        steps(&msg->base, &options, seed, 1);
        if (msg->what_case == SAMPLE__CHOICE__WHAT_BLOB && msg->blob.len) {
            switched++;
            assert_int_equal(msg->size, msg->blob.len);
        }
        reflect_free(&msg->base);
    }
    assert_true(switched > 20);
}

/* Of a thousand values a few stand for all, with the weight of all; and the only place of its kind is still found. */
static void samples_of_long_arrays_are_fair(void **state)
{
    const ProtobufCFieldDescriptor *leaves = field_of(&sample__inner__descriptor, "leaves");
    const ProtobufCFieldDescriptor *number = field_of(&sample__leaf__descriptor, "number");
    ProtobufCMessage *msg = messages_parse(&sample__inner__descriptor, "leaf { number: 1 }");
    unsigned alone = 0, low = 0;
    struct random random;
    struct pick pick;

    (void)state;
    random_init(&random, 1);
    for (size_t i = 0; i < 1024; i++) {
        member_insert(msg, leaves, i);
        member_set(member_message(msg, leaves, i), number, 0, i + 1);
    }
    for (int i = 0; i < 4096; i++) {
        assert_true(pick_place(&pick, msg, NULL, PICK_CHANGE, &random));
        alone += pick.path[0].field != leaves;
        low += pick.path[0].field == leaves && pick.path[0].index < 512;
    }
    /* One in 33, and half of the rest. */
    assert_in_range(alone, 80, 180);
    assert_in_range(low, 1850, 2120);
    for (size_t i = 0; i < 1024; i++) {
        member_clear(member_message(msg, leaves, i), number);
    }
    member_clear(msg, field_of(&sample__inner__descriptor, "leaf"));
    member_set(member_message(msg, leaves, 700), number, 0, 1);
    for (int i = 0; i < 100; i++) {
        assert_true(pick_place(&pick, msg, NULL, PICK_DELETE, &random));
        assert_int_equal(pick.path[0].index, 700);
    }
    reflect_free(msg);
}

static void ties_are_kept_and_sometimes_broken(void **state)
{
    (void)state;
    assert_in_range(count_tied(false), 600, 950);
    /* Without the hint hardly any would be left. */
    assert_in_range(count_tied(true), 0, 300);
}

static void frozen_fields_never_change(void **state)
{
    static const char start[] = "f_inner { leaf { number: 9 name: 'x' } } f_string: 'free' r_int32: [1, 2, 3]";
    struct world world = { .frozen = field_of(&sample__inner__descriptor, "leaf") };
    const struct mutate_hints freeze = { .frozen = is_frozen, .user = &world };
    const struct mutate_hints weigh = { .weight = weight_of, .user = &world };
    const struct mutate_hints *const hints[] = { &freeze, &weigh };
    unsigned changed = 0;

    (void)state;
    for (size_t h = 0; h < 2; h++) {
        const struct mutate_options options = { .hints = hints[h], .max_size = 500 };
        Sample__All *msg = (void *)messages_parse(all, start), *first = (void *)messages_parse(all, start);
        struct random random;

        random_init(&random, h);
        for (int i = 0; i < 3000 && msg->f_inner && msg->f_inner->leaf; i++) {
            changed += mutate_step(&msg->base, &options, &random);
            if (h == 0) {
                assert_non_null(msg->f_inner);
                assert_true(reflect_equal(&msg->f_inner->leaf->base, &first->f_inner->leaf->base));
            } else {
                assert_true(!msg->f_inner || msg->f_inner->leaf != NULL);
            }
        }
        reflect_free(&msg->base);
        reflect_free(&first->base);
    }
    assert_true(changed > 2500);
}

static void numbers_seek_the_edges(void **state)
{
    const ProtobufCFieldDescriptor *field = field_of(&sample__leaf__descriptor, "number");
    struct world world = { .ranged = field };
    const struct mutate_hints hints = { .range = range_of, .width = width_of, .user = &world };
    static const uint64_t wanted[] = { 0, 1, 999, 1000, 2000, 2001, 255, 256, 257, 65535, 65536, 1500 ^ 1, UINT32_MAX };
    bool seen[HS_COUNT(wanted)] = { false };
    struct random random;

    (void)state;
    random_init(&random, 1);
    for (int i = 0; i < 20000; i++) {
        uint64_t value = value_scalar(&hints, field, 1500, &random);

        assert_true(value <= UINT32_MAX);
        for (size_t w = 0; w < HS_COUNT(wanted); w++) {
            seen[w] |= value == wanted[w];
        }
    }
    for (size_t w = 0; w < HS_COUNT(wanted); w++) {
        if (!seen[w]) {
            fail_msg("%llu never came", (unsigned long long)wanted[w]);
        }
    }
}

static size_t fill(uint8_t *bytes, size_t size, size_t room)
{
    (void)size;
    memset(bytes, 'Q', room);
    return room;
}

static size_t offer_nothing(uint8_t *bytes, size_t size, size_t room)
{
    memset(bytes, 'Q', room);
    return 0 * size;
}

static void another_mutator_of_bytes_is_used(void **state)
{
    (void)state;
    for (int nothing = 0; nothing < 2; nothing++) {
        const struct mutate_options options = { .max_size = 200, .bytes = nothing ? offer_nothing : fill };
        unsigned used = 0;

        for (uint64_t seed = 0; seed < 200; seed++) {
            Sample__Counted *msg = (void *)messages_parse(&sample__counted__descriptor, "data: 'abc'");

            steps(&msg->base, &options, seed, 1);
            assert_true(messages_check(&msg->base) <= 200);
            used += msg->has_data && msg->data.len > 20 && msg->data.data[20] == 'Q';
            reflect_free(&msg->base);
        }
        assert_int_equal(used > 0, !nothing);
    }
}

static void crossing_brings_values_over(void **state)
{
    const struct mutate_options options = { .max_size = 2000 };
    ProtobufCMessage *other = messages_parse(&sample__inner__descriptor, "leaf { number: 4711 name: 'from afar' }");
    unsigned leaves = 0, numbers = 0, names = 0;
    struct random random;

    (void)state;
    random_init(&random, 1);
    for (int i = 0; i < 2000; i++) {
        ProtobufCMessage *msg = messages_parse(all, "f_inner { } f_uint32: 1 r_string: 'a'");
        ProtobufCMessage *before = reflect_clone(msg);
        const Sample__All *now = (void *)msg;

        assert_true(mutate_cross(msg, other, &options, &random));
        assert_false(reflect_equal(msg, before));
        assert_true(messages_check(msg) <= 2000);
        leaves += now->f_inner->leaf != NULL || now->f_inner->n_leaves;
        numbers += now->f_uint32 == 4711;
        names += now->n_r_string == 2;
        reflect_free(before);
        reflect_free(msg);
    }
    assert_true(leaves > 10 && numbers > 10 && names > 10);
    reflect_free(other);
    for (uint64_t seed = 0; seed < 300; seed++) {
        ProtobufCMessage *msg = messages_grow(seed, 60);

        other = messages_grow(seed + 1, 60);
        random_init(&random, seed);
        mutate_cross(msg, other, &options, &random);
        mutate_cross(msg, msg, &options, &random);
        assert_true(messages_check(msg) <= 4096);
        reflect_free(other);
        reflect_free(msg);
    }
}

static size_t most_of(void *user, const ProtobufCFieldDescriptor *field)
{
    const size_t *most = user;

    return strcmp(field->name, "r_uint32") == 0 || strcmp(field->name, "r_inner") == 0 ||
                   strcmp(field->name, "element") == 0
               ? *most
               : 0;
}

/* A small message, so that each kind of step meets the field often. */
static void a_list_is_filled_to_its_limit(void **state)
{
    size_t most = 5, largest = 0;
    const struct mutate_hints hints = { .most = most_of, .user = &most };
    const struct mutate_options options = { .hints = &hints, .max_size = 300 };
    Sample__Counted *msg = (void *)messages_parse(&sample__counted__descriptor, "element: [1, 2, 3]");
    struct random random;

    (void)state;
    random_init(&random, 1);
    for (int i = 0; i < 5000; i++) {
        mutate_step(&msg->base, &options, &random);
        assert_in_range(msg->n_element, 0, most);
        largest = msg->n_element > largest ? msg->n_element : largest;
    }
    assert_int_equal(largest, most);
    reflect_free(&msg->base);
}

/* No step adds to a field beyond its limit, and one that has more already is let be, or loses some. */
static void fields_are_filled_to_their_limit(void **state)
{
    static const struct {
        const char *start;
        size_t most, least; /* of both fields, and how many one has once, at least */
    } rows[] = {
        { "", 1, 1 }, { "", 3, 3 }, { "r_uint32: [1, 2, 3, 4, 5] r_inner { } r_inner { }", 3, 5 },
        { "r_uint32: [1, 2, 3]", 0, 4 },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        size_t most = rows[i].most, largest[2] = { 0 };
        const struct mutate_hints hints = { .most = most_of, .user = &most };
        const struct mutate_options options = { .hints = &hints, .max_size = 4096 };
        Sample__All *msg = (void *)messages_parse(all, rows[i].start), *other = (void *)messages_grow(i, 200);
        struct random random;

        random_init(&random, i);
        for (int k = 0; k < 3000; k++) {
            size_t before[2] = { msg->n_r_uint32, msg->n_r_inner }, now[2];

            largest[0] = before[0] > largest[0] ? before[0] : largest[0];
            largest[1] = before[1] > largest[1] ? before[1] : largest[1];
            if (k % 2) {
                mutate_cross(&msg->base, &other->base, &options, &random);
            } else {
                mutate_step(&msg->base, &options, &random);
            }
            now[0] = msg->n_r_uint32;
            now[1] = msg->n_r_inner;
            for (size_t f = 0; most && f < 2; f++) {
                if (now[f] > most && now[f] > before[f]) {
                    fail_msg("row %zu: %zu after %zu", i, now[f], before[f]);
                }
            }
        }
        assert_true(largest[0] >= rows[i].least && largest[1] >= (most ? most : rows[i].least));
        reflect_free(&msg->base);
        reflect_free(&other->base);
    }
}

typedef bool predicate(const ProtobufCMessage *msg);

/* Reduces by the predicate, checks each candidate, and returns the result as text. */
static char *reduced(const ProtobufCMessage *msg, predicate *holds, const struct mutate_hints *hints)
{
    const ProtobufCMessage *candidate;
    struct reduce reduce;
    unsigned tries = 0;
    char *text;

    reduce_init(&reduce, msg, hints);
    while (reduce_next(&reduce, &candidate)) {
        assert_false(reflect_equal(candidate, reduce.best));
        assert_true(messages_check(candidate) <= REFLECT_MAX_INPUT);
        assert_true(++tries < 100000);
        if (holds(candidate)) {
            reduce_accept(&reduce);
        } else {
            reduce_reject(&reduce);
        }
    }
    assert_true(holds(reduce.best));
    text = text_print(reduce.best);
    reduce_clear(&reduce);
    return text;
}

static bool always(const ProtobufCMessage *msg)
{
    return msg != NULL;
}

/* Two elements that must stand in this order, a string with a letter, and a field that must be there. */
static bool is_interesting(const ProtobufCMessage *msg)
{
    const Sample__All *now = (const void *)msg;
    size_t i = 0;

    while (i < now->n_r_int32 && now->r_int32[i] != 30) {
        i++;
    }
    while (i < now->n_r_int32 && now->r_int32[i] != 70) {
        i++;
    }
    return i < now->n_r_int32 && now->f_string && strchr(now->f_string, 'k') && now->f_inner && now->f_inner->leaf &&
           now->f_inner->leaf->has_number;
}

/* An element can go once the number is gone, which is tried later. */
static bool number_needs_element(const ProtobufCMessage *msg)
{
    const Sample__All *now = (const void *)msg;

    return !now->has_f_int32 || now->n_r_int32;
}

static void reducing_tries_again(void **state)
{
    ProtobufCMessage *msg = messages_parse(all, "f_int32: 1 r_int32: [1, 2]");
    char *text = reduced(msg, number_needs_element, NULL);

    (void)state;
    assert_string_equal(text, "");
    free(text);
    reflect_free(msg);
}

static void reducing_reaches_the_minimum(void **state)
{
    ProtobufCMessage *msg = messages_grow(3, 200);
    const ProtobufCFieldDescriptor *list = field_of(all, "r_int32");
    char *text;

    (void)state;
    member_clear(msg, list);
    for (uint64_t i = 0; i < 100; i++) {
        member_insert(msg, list, i);
        member_set(msg, list, i, i);
    }
    member_set_bytes(msg, field_of(all, "f_string"), 0, "a monkey", 8);
    member_clear(msg, field_of(all, "f_inner"));
    member_insert(msg, field_of(all, "f_inner"), 0);
    member_insert(&((Sample__All *)msg)->f_inner->base, field_of(&sample__inner__descriptor, "leaf"), 0);
    member_set(&((Sample__All *)msg)->f_inner->leaf->base, field_of(&sample__leaf__descriptor, "number"), 0, 99);
    text = reduced(msg, is_interesting, NULL);
    assert_string_equal(text, "f_string: \"k\"\n"
                              "f_inner {\n  leaf {\n    number: 0\n  }\n}\nr_int32: 30\nr_int32: 70\n");
    free(text);
    text = reduced(msg, always, NULL);
    assert_string_equal(text, "");
    free(text);
    reflect_free(msg);
}

static void reducing_keeps_ties_and_frozen_fields(void **state)
{
    struct world world = world_of_counted();
    const struct mutate_hints hints = { .frozen = is_frozen, .counts = counted, .user = &world };
    ProtobufCMessage *msg = messages_parse(
        all, "f_string: 'stay' counted { count: 4 element: [1, 2, 3, 4] } f_int32: 5");
    ProtobufCMessage *wrong = messages_parse(all, "counted { count: 1 element: [1, 2, 3, 4] }");
    ProtobufCMessage *deep = messages_parse(all, "f_inner { leaf { number: 9 name: 'x' } leaves { } } f_int32: 5");
    const ProtobufCMessage *candidate;
    struct reduce reduce;
    bool tied = true;
    char *text;

    (void)state;
    world.frozen = field_of(all, "f_string");
    text = reduced(msg, always, &hints);
    assert_string_equal(text, "f_string: \"stay\"\n");
    free(text);
    reduce_init(&reduce, msg, &hints);
    while (reduce_next(&reduce, &candidate)) {
        const Sample__Counted *now = ((const Sample__All *)candidate)->counted;

        if (now && now->n_element < 4) {
            tied &= now->count == now->n_element;
        }
        reduce_reject(&reduce);
    }
    assert_true(tied);
    reduce_clear(&reduce);
    /* What was wrong from the start stays so. */
    reduce_init(&reduce, wrong, &hints);
    while (reduce_next(&reduce, &candidate)) {
        const Sample__Counted *now = ((const Sample__All *)candidate)->counted;

        assert_true(!now || now->n_element == 4 || now->count == 1);
        reduce_reject(&reduce);
    }
    reduce_clear(&reduce);
    /* Nor does a message go that holds what is frozen. */
    world.frozen = field_of(&sample__leaf__descriptor, "number");
    text = reduced(deep, always, &hints);
    assert_string_equal(text, "f_inner {\n  leaf {\n    number: 9\n  }\n}\n");
    free(text);
    reflect_free(deep);
    reflect_free(wrong);
    reflect_free(msg);
}

/* One-minimal by brute force: the reducer offers nothing more for its own result. */
static bool has_five_bytes(const ProtobufCMessage *msg)
{
    return protobuf_c_message_get_packed_size(msg) >= 5;
}

static void reducing_ends_at_a_minimum(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        ProtobufCMessage *msg = messages_grow(seed, 100), *small;
        const ProtobufCMessage *candidate;
        struct reduce reduce;
        char *text;

        if (has_five_bytes(msg)) {
            text = reduced(msg, has_five_bytes, NULL);
            small = messages_parse(all, text);
            reduce_init(&reduce, small, NULL);
            while (reduce_next(&reduce, &candidate)) {
                assert_false(has_five_bytes(candidate));
                reduce_reject(&reduce);
            }
            reduce_clear(&reduce);
            reflect_free(small);
            free(text);
        }
        reflect_free(msg);
    }
}

/* What a reader checks first: the sum of what is in the list. */
static void repair_sum(void *user, ProtobufCMessage *msg)
{
    Sample__Counted *counted = (Sample__Counted *)msg;
    unsigned *calls = user;

    ++*calls;
    counted->has_count = true;
    counted->count = 0x80000000;
    for (size_t i = 0; i < counted->n_element; i++) {
        counted->count ^= counted->element[i];
    }
}

static void check_sum(const ProtobufCMessage *msg, const struct mutate_options *options)
{
    const Sample__Counted *counted = (const Sample__Counted *)msg;
    uint32_t sum = 0x80000000;

    for (size_t i = 0; i < counted->n_element; i++) {
        sum ^= counted->element[i];
    }
    assert_int_equal(counted->count, sum);
    assert_true(messages_check(msg) <= options->max_size);
}

static void what_was_changed_is_repaired(void **state)
{
    static const char text[] = "element: [1, 2, 4, 8, 16, 32] data: \"12345678901234567890\"";
    ProtobufCMessage *other = messages_parse(&sample__counted__descriptor, "element: [1000, 2000]");
    unsigned calls = 0, steps = 0;
    struct mutate_options options = { .repair = repair_sum, .user = &calls };
    struct random random;

    (void)state;
    random_init(&random, 1);
    for (int i = 0; i < 500; i++) {
        ProtobufCMessage *msg = messages_parse(&sample__counted__descriptor, text);

        /* There is no room for a sum, unless something is taken out: then it is made once more. */
        options.max_size = protobuf_c_message_get_packed_size(msg) + (i % 2 ? 100 : 2);
        for (int k = 0; k < 10; k++) {
            if (k % 5 ? mutate_step(msg, &options, &random) : mutate_cross(msg, other, &options, &random)) {
                steps++;
                check_sum(msg, &options);
            }
        }
        reflect_free(msg);
    }
    assert_true(steps > 4000);
    assert_true(calls > steps + 100);
    reflect_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_sound),
        cmocka_unit_test(the_limit_counts_lengths_around),
        cmocka_unit_test(same_seed_gives_the_same),
        cmocka_unit_test(large_messages_are_cut_down),
        cmocka_unit_test(each_kind_of_step_happens),
        cmocka_unit_test(lists_become_what_is_said),
        cmocka_unit_test(steps_are_described),
        cmocka_unit_test(long_arrays_do_not_swallow_all),
        cmocka_unit_test(a_switch_takes_its_count_along),
        cmocka_unit_test(samples_of_long_arrays_are_fair),
        cmocka_unit_test(ties_are_kept_and_sometimes_broken),
        cmocka_unit_test(frozen_fields_never_change),
        cmocka_unit_test(numbers_seek_the_edges),
        cmocka_unit_test(another_mutator_of_bytes_is_used),
        cmocka_unit_test(crossing_brings_values_over),
        cmocka_unit_test(what_was_changed_is_repaired),
        cmocka_unit_test(fields_are_filled_to_their_limit),
        cmocka_unit_test(a_list_is_filled_to_its_limit),
        cmocka_unit_test(reducing_reaches_the_minimum),
        cmocka_unit_test(reducing_tries_again),
        cmocka_unit_test(reducing_keeps_ties_and_frozen_fields),
        cmocka_unit_test(reducing_ends_at_a_minimum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
