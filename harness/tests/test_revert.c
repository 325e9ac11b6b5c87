/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Differences of two messages: each is taken back alone, outer before inner, and none is left that could be. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/message/mutate.h"
#include "harness/message/reflect.h"
#include "harness/message/revert.h"
#include "harness/message/text.h"
#include "messages.h"

static const ProtobufCMessageDescriptor *const all = &sample__all__descriptor;

typedef bool predicate(const ProtobufCMessage *msg);

/* Reverts by the predicate, checks each candidate, and returns what is left. */
static ProtobufCMessage *reverted(const ProtobufCMessage *msg, const ProtobufCMessage *reference, predicate *holds,
                                  unsigned *tries)
{
    const ProtobufCMessage *candidate;
    struct revert revert;
    ProtobufCMessage *best;

    *tries = 0;
    revert_init(&revert, msg, reference);
    while (revert_next(&revert, &candidate)) {
        struct hs_error err;

        assert_true(++*tries < 100000);
        assert_true(reflect_valid(candidate, &err));
        assert_false(reflect_equal(candidate, revert.best));
        (holds(candidate) ? revert_accept : revert_reject)(&revert);
    }
    best = reflect_clone(revert.best);
    revert_clear(&revert);
    return best;
}

static bool always(const ProtobufCMessage *msg)
{
    return msg != NULL;
}

static bool never(const ProtobufCMessage *msg)
{
    return msg == NULL;
}

static void any_message_becomes_any_other(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        ProtobufCMessage *one = messages_grow(seed, 60), *two = messages_grow(seed + 1000, 60), *best;
        unsigned tries;

        best = reverted(one, two, always, &tries);
        assert_true(reflect_equal(best, two));
        reflect_free(best);
        best = reverted(one, two, never, &tries);
        assert_true(reflect_equal(best, one));
        assert_true(tries >= revert_differences(one, two, NULL, NULL) / 64);
        assert_int_equal(revert_differences(one, one, NULL, NULL), 0);
        reflect_free(best);
        best = reverted(one, one, always, &tries);
        assert_int_equal(tries, 0);
        reflect_free(best);
        reflect_free(one);
        reflect_free(two);
    }
}

static bool has_seven(const ProtobufCMessage *msg)
{
    const Sample__All *now = (const void *)msg;

    return now->n_r_int32 > 1 && now->r_int32[1] == 7;
}

static bool has_z(const ProtobufCMessage *msg)
{
    const Sample__All *now = (const void *)msg;

    return now->has_f_bytes && memchr(now->f_bytes.data, 'z', now->f_bytes.len);
}

static bool has_leaf_name(const ProtobufCMessage *msg)
{
    const Sample__All *now = (const void *)msg;

    return now->f_inner && now->f_inner->leaf && now->f_inner->leaf->name;
}

/* An element can go back once the number has, which is tried first; the other way round needs a second walk. */
static bool number_needs_string(const ProtobufCMessage *msg)
{
    const Sample__All *now = (const void *)msg;

    return now->has_f_int32 || !now->f_string;
}

static const struct {
    const char *msg, *reference;
    predicate *holds;
    const char *left;
} smallest[] = {
    { "f_int32: 5 f_uint32: 6 r_int32: [9, 7, 9]", "f_int32: 1 r_int32: [1, 2, 3]", has_seven,
      "f_int32: 1\nr_int32: 1\nr_int32: 7\nr_int32: 3\n" },
    { "r_int32: [9, 7, 9, 9]", "r_int32: 1", has_seven, "r_int32: 1\nr_int32: 7\nr_int32: 9\nr_int32: 9\n" },
    { "f_bytes: 'xbzdy'", "f_bytes: 'abcde'", has_z, "f_bytes: \"abzde\"\n" },
    { "f_bytes: 'xz'", "f_bytes: 'abcde'", has_z, "f_bytes: \"xzcde\"\n" },
    { "f_bytes: 'xbcz'", "f_bytes: 'ab'", has_z, "f_bytes: \"abcz\"\n" },
    { "f_inner { leaf { number: 4 name: 'n' } leaves { number: 5 } }", "f_inner { leaf { number: 1 } }", has_leaf_name,
      "f_inner {\n  leaf {\n    number: 1\n    name: \"n\"\n  }\n}\n" },
    { "f_int32: 5 f_string: 's'", "", number_needs_string, "" },
};

static void what_matters_stays(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(smallest); i++) {
        ProtobufCMessage *msg = messages_parse(all, smallest[i].msg), *best;
        ProtobufCMessage *reference = messages_parse(all, smallest[i].reference);
        unsigned tries;
        char *text;

        best = reverted(msg, reference, smallest[i].holds, &tries);
        text = text_print(best);
        assert_string_equal(text, smallest[i].left);
        free(text);
        reflect_free(best);
        reflect_free(msg);
        reflect_free(reference);
    }
}

static void note_path(void *user, const struct revert_difference *difference)
{
    char **paths = user, *longer = hs_format("%s%s ", *paths, difference->path);

    free(*paths);
    *paths = longer;
}

static void differences_are_named_by_their_leaf(void **state)
{
    ProtobufCMessage *from = messages_parse(all, "f_int32: 1 f_inner { leaf { number: 1 } } r_int32: [1, 2]");
    ProtobufCMessage *to = messages_parse(all, "f_int32: 2 f_inner { leaf { number: 1 name: 'x' } counted { } } "
                                               "r_int32: [1, 3, 4]");
    char *paths = hs_strdup("");

    (void)state;
    assert_int_equal(revert_differences(from, to, note_path, &paths), 5);
    assert_string_equal(paths, "f_int32 f_inner.leaf.name f_inner.counted r_int32[1] r_int32[2] ");
    free(paths);
    reflect_free(from);
    reflect_free(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_message_becomes_any_other),
        cmocka_unit_test(what_matters_stays),
        cmocka_unit_test(differences_are_named_by_their_leaf),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
