/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages and members by reflection: presence, memory, validity, and hostile bytes. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/message/member.h"
#include "harness/message/mutate.h"
#include "harness/message/reflect.h"
#include "harness/message/text.h"
#include "messages.h"

static const ProtobufCMessageDescriptor *const all = &sample__all__descriptor;

static const ProtobufCFieldDescriptor *field_of(const ProtobufCMessageDescriptor *type, const char *name)
{
    const ProtobufCFieldDescriptor *field = member_find(type, name, strlen(name));

    assert_non_null(field);
    return field;
}

static void each_field_comes_and_goes(void **state)
{
    const ProtobufCMessageDescriptor *const types[] = { all, &sample__strict__descriptor,
                                                            &sample__defaults__descriptor };

    (void)state;
    for (size_t t = 0; t < 3; t++) {
        ProtobufCMessage *msg = reflect_new(types[t]), *empty = reflect_new(types[t]);

        for (unsigned f = 0; f < types[t]->n_fields; f++) {
            const ProtobufCFieldDescriptor *field = &types[t]->fields[f];
            bool required = field->label == PROTOBUF_C_LABEL_REQUIRED;

            assert_int_equal(member_count(msg, field), required);
            if (!required) {
                member_insert(msg, field, 0);
                assert_false(reflect_equal(msg, empty));
            }
            assert_int_equal(member_count(msg, field), 1);
            if (member_kind(field) == MEMBER_SCALAR) {
                assert_true(member_get(msg, field, 0) == cell_default(field));
            }
            messages_check(msg);
            member_clear(msg, field);
            assert_int_equal(member_count(msg, field), required);
            assert_true(reflect_equal(msg, empty));
            assert_int_equal(protobuf_c_message_get_packed_size(msg), protobuf_c_message_get_packed_size(empty));
        }
        reflect_free(msg);
        reflect_free(empty);
    }
}

static void defaults_come_back(void **state)
{
    Sample__Defaults *msg = (void *)reflect_new(&sample__defaults__descriptor);
    const ProtobufCFieldDescriptor *text = field_of(msg->base.descriptor, "text");
    const ProtobufCFieldDescriptor *data = field_of(msg->base.descriptor, "data");
    const ProtobufCFieldDescriptor *number = field_of(msg->base.descriptor, "number");

    (void)state;
    assert_true((int64_t)cell_default(number) == -7);
    member_set_bytes(&msg->base, text, 0, "abc", 3);
    member_set_bytes(&msg->base, data, 0, "abc", 3);
    member_set(&msg->base, number, 0, 1);
    member_clear(&msg->base, text);
    member_clear(&msg->base, data);
    member_clear(&msg->base, number);
    assert_string_equal(msg->text, "quo\"te");
    assert_ptr_equal(msg->text, text->default_value);
    assert_int_equal(msg->data.len, 2);
    assert_int_equal(msg->number, -7);
    reflect_free(&msg->base);
}

static void scalars_keep_their_bits(void **state)
{
    static const uint64_t values[] = { 0, 1, 0x7fffffff, 0x80000000, UINT32_MAX, INT64_MAX, UINT64_MAX };
    ProtobufCMessage *msg = reflect_new(all);

    (void)state;
    for (unsigned f = 0; f < all->n_fields; f++) {
        if (member_kind(&all->fields[f]) != MEMBER_SCALAR) {
            continue;
        }
        for (size_t i = 0; i < 7; i++) {
            member_clear(msg, &all->fields[f]);
            member_insert(msg, &all->fields[f], 0);
            member_set(msg, &all->fields[f], 0, values[i]);
            assert_true(member_get(msg, &all->fields[f], 0) == cell_fit(&all->fields[f], values[i]));
            messages_check(msg);
        }
    }
    assert_true(cell_fit(field_of(all, "f_sint32"), 0xffffffff) == UINT64_MAX);
    assert_true(cell_fit(field_of(&sample__leaf__descriptor, "color"), 0x80000000) == (uint64_t)INT32_MIN);
    assert_true(cell_fit(field_of(all, "f_uint32"), UINT64_MAX) == 0xffffffff);
    assert_true(cell_fit(field_of(all, "f_float"), 0xffc12345) == 0x7fc00000);
    reflect_free(msg);
}

/* Memory errors here are the sanitizers' to find. */
static void oneof_members_replace_each_other(void **state)
{
    ProtobufCMessage *msg = reflect_new(all);
    const ProtobufCFieldDescriptor *number = field_of(all, "c_number");

    (void)state;
    for (unsigned a = 0; a < all->n_fields; a++) {
        for (unsigned b = 0; b < all->n_fields; b++) {
            if (a == b || !member_same_oneof(&all->fields[a], number) || !member_same_oneof(&all->fields[b], number)) {
                continue;
            }
            member_clear(msg, &all->fields[b]);
            member_insert(msg, &all->fields[a], 0);
            assert_ptr_equal(member_live(msg, number), &all->fields[a]);
            member_insert(msg, &all->fields[b], 0);
            assert_ptr_equal(member_live(msg, number), &all->fields[b]);
            assert_int_equal(member_count(msg, &all->fields[a]), 0);
            messages_check(msg);
        }
        if (member_same_oneof(&all->fields[a], number)) {
            member_clear(msg, member_live(msg, number));
        }
    }
    assert_null(member_live(msg, number));
    reflect_free(msg);
}

static void check_order(const ProtobufCMessage *msg, const ProtobufCFieldDescriptor *field, const char *expected)
{
    char order[16] = "";

    for (size_t i = 0; i < member_count(msg, field); i++) {
        size_t size;

        order[i] = (char)*member_bytes(msg, field, i, &size);
    }
    assert_string_equal(order, expected);
}

static void repeated_values_keep_their_order(void **state)
{
    ProtobufCMessage *msg = reflect_new(all);
    const ProtobufCFieldDescriptor *field = field_of(all, "r_string");

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        member_insert(msg, field, i);
        member_set_bytes(msg, field, i, &"abcde"[i], 1);
    }
    member_insert(msg, field, 0);
    reflect_copy_value(msg, field, 0, msg, field, 5);
    check_order(msg, field, "eabcde");
    member_remove(msg, field, 0, 1);
    member_move(msg, field, 0, 3);
    check_order(msg, field, "bcdae");
    member_move(msg, field, 3, 0);
    check_order(msg, field, "abcde");
    member_swap(msg, field, 1, 4);
    check_order(msg, field, "aecdb");
    member_remove(msg, field, 1, 3);
    check_order(msg, field, "ab");
    member_clear(msg, field);
    check_order(msg, field, "");
    reflect_free(msg);
}

static void copies_are_deep_and_equality_is_exact(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        const struct mutate_options options = { .max_size = 4096 };
        ProtobufCMessage *msg = messages_grow(seed, 100), *copy = reflect_clone(msg);
        struct random random;

        assert_true(reflect_equal(msg, copy));
        random_init(&random, seed);
        /* Each step of the mutator makes a difference, and only to the message that it is given. */
        assert_true(mutate_step(copy, &options, &random));
        assert_false(reflect_equal(msg, copy));
        reflect_free(copy);
        messages_check(msg);
        reflect_free(msg);
    }
}

static const struct {
    enum reflect_merge how;
    const char *msg, *from, *merged;
} merges[] = {
    { REFLECT_APPEND, "r_int32: [1, 2]", "r_int32: [7]", "r_int32: [1, 2, 7]" },
    { REFLECT_OVERLAY, "r_int32: [1, 2]", "r_int32: [7]", "r_int32: [7, 2]" },
    { REFLECT_OVERLAY, "r_int32: [1]", "r_int32: [7, 8]", "r_int32: [7, 8]" },
    { REFLECT_APPEND, "f_int32: 1 f_bool: true", "f_int32: 2 f_string: 'x'", "f_int32: 2 f_bool: true f_string: 'x'" },
    { REFLECT_APPEND, "f_inner { leaf { number: 1 } leaves { number: 2 } }",
      "f_inner { leaf { name: 'n' } leaves { name: 'o' } }",
      "f_inner { leaf { number: 1 name: 'n' } leaves { number: 2 } leaves { name: 'o' } }" },
    { REFLECT_OVERLAY, "f_inner { leaf { number: 1 } leaves { number: 2 } }",
      "f_inner { leaf { name: 'n' } leaves { name: 'o' } }",
      "f_inner { leaf { number: 1 name: 'n' } leaves { number: 2 name: 'o' } }" },
    { REFLECT_APPEND, "c_number: 1", "c_string: 'x'", "c_string: 'x'" },
    { REFLECT_OVERLAY, "f_int32: 1", "", "f_int32: 1" },
};

static void messages_are_joined_or_laid_over(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(merges); i++) {
        ProtobufCMessage *msg = text_parse(all, merges[i].msg, strlen(merges[i].msg), NULL);
        ProtobufCMessage *from = text_parse(all, merges[i].from, strlen(merges[i].from), NULL);
        ProtobufCMessage *merged = text_parse(all, merges[i].merged, strlen(merges[i].merged), NULL);

        assert_true(msg && from && merged);
        reflect_merge(msg, from, merges[i].how);
        if (!reflect_equal(msg, merged)) {
            fail_msg("%s", merges[i].merged);
        }
        reflect_free(msg);
        reflect_free(from);
        reflect_free(merged);
    }
}

static void invalid_messages_are_found(void **state)
{
    Sample__All *msg = (void *)reflect_new(all);
    ProtobufCBinaryData bytes = { .len = 5 };
    ProtobufCMessage *other = reflect_new(&sample__leaf__descriptor);
    char *strings[] = { NULL };
    struct hs_error err;

    (void)state;
    assert_true(reflect_valid(&msg->base, &err));
    msg->has_f_bytes = 1;
    msg->f_bytes.len = 5;
    assert_false(reflect_valid(&msg->base, &err));
    msg->has_f_bytes = 0;
    msg->n_r_bytes = 1;
    assert_false(reflect_valid(&msg->base, &err));
    msg->r_bytes = &bytes;
    assert_false(reflect_valid(&msg->base, &err));
    msg->n_r_bytes = 0;
    msg->n_r_string = 1;
    msg->r_string = strings;
    assert_false(reflect_valid(&msg->base, &err));
    msg->n_r_string = 0;
    msg->choice_case = 7;
    assert_false(reflect_valid(&msg->base, &err));
    msg->choice_case = SAMPLE__ALL__CHOICE_C_STRING;
    assert_false(reflect_valid(&msg->base, &err));
    msg->choice_case = 0;
    msg->f_inner = (Sample__Inner *)other;
    assert_false(reflect_valid(&msg->base, &err));
    assert_non_null(strstr(err.text, "f_inner"));
    msg->f_inner = NULL;
    assert_true(reflect_valid(&msg->base, &err));
    reflect_free(other);

    other = reflect_new(&sample__strict__descriptor);
    free(((Sample__Strict *)other)->name);
    ((Sample__Strict *)other)->name = NULL;
    assert_false(reflect_valid(other, &err));
    reflect_free(other);
    free(msg);
}

static void unknown_fields_are_dropped(void **state)
{
    /* Field 2000 with a number, and leaf 17.1 with field 99 as bytes. */
    static const uint8_t bytes[] = { 0x80, 0x7d, 0x05, 0x8a, 0x01, 0x06, 0x0a, 0x04, 0x9a, 0x06, 0x01, 0xff };
    static const uint8_t leaves[] = { 0x12, 0x00, 0x12, 0x04, 0x9a, 0x06, 0x01, 0xff };
    Sample__All *msg = (void *)reflect_unpack(all, bytes, sizeof(bytes), NULL);
    Sample__Inner *inner;
    size_t size;
    uint8_t *packed;

    (void)state;
    assert_non_null(msg);
    assert_int_equal(msg->base.n_unknown_fields, 0);
    assert_int_equal(msg->f_inner->leaf->base.n_unknown_fields, 0);
    packed = reflect_pack(&msg->base, &size);
    assert_int_equal(size, 5);
    free(packed);
    reflect_free(&msg->base);
    /* Leaves of Inner, the second with field 99. */
    inner = (void *)reflect_unpack(&sample__inner__descriptor, leaves, sizeof(leaves), NULL);
    assert_non_null(inner);
    assert_int_equal(inner->n_leaves, 2);
    assert_int_equal(inner->leaves[1]->base.n_unknown_fields, 0);
    reflect_free(&inner->base);
}

static void required_fields_are_required(void **state)
{
    struct hs_error err = { .text = "" };

    (void)state;
    assert_null(reflect_unpack(&sample__strict__descriptor, (const uint8_t *)"", 0, &err));
    assert_non_null(strstr(err.text, "required"));
}

/* `levels` messages, each the only field, `field`, of the one around it, with lengths of five bytes. */
static uint8_t *nest(uint8_t tag, size_t levels)
{
    uint8_t *bytes = hs_alloc(6 * levels);

    for (size_t i = 0; i < levels; i++) {
        size_t rest = 6 * (levels - i - 1);

        bytes[6 * i] = tag;
        for (unsigned k = 0; k < 5; k++) {
            bytes[6 * i + 1 + k] = (uint8_t)((rest >> 7 * k & 0x7f) | (k < 4 ? 0x80 : 0));
        }
    }
    return bytes;
}

static void nesting_is_limited(void **state)
{
    static const struct {
        uint8_t tag;
        size_t levels;
        bool passes;
    } cases[] = {
        { 0x0a, REFLECT_MAX_DEPTH, true }, { 0x0a, REFLECT_MAX_DEPTH + 1, false }, { 0x0a, 200000, false },
        { 0x12, 200000, true }, /* an unknown field is not entered */
    };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        uint8_t *bytes = nest(cases[i].tag, cases[i].levels);
        ProtobufCMessage *msg = reflect_unpack(&sample__deep__descriptor, bytes, 6 * cases[i].levels, NULL);

        assert_int_equal(msg != NULL, cases[i].passes);
        reflect_free(msg);
        free(bytes);
    }
}

/* Strings of one letter are small, and a block each: that many of them, and whether they are accepted. */
static void check_blocks(size_t n, bool accepted)
{
    const unsigned tag = field_of(all, "r_string")->id << 3 | 2;
    uint8_t *bytes = hs_alloc(4 * n);
    struct hs_error err = { .text = "" };
    ProtobufCMessage *msg;

    assert_in_range(tag, 0x80, 0x3fff);
    for (size_t i = 0; i < n; i++) {
        const uint8_t string[] = { (uint8_t)(tag | 0x80), (uint8_t)(tag >> 7), 1, 'x' };

        memcpy(bytes + 4 * i, string, sizeof(string));
    }
    msg = reflect_unpack(all, bytes, 4 * n, &err);
    assert_int_equal(msg != NULL, accepted);
    assert_int_equal(strstr(err.text, "memory") != NULL, !accepted);
    reflect_free(msg);
    free(bytes);
}

static void amplification_is_limited(void **state)
{
    size_t size = (size_t)4 << 20;
    uint8_t *bytes = hs_alloc(size);
    struct hs_error err = { .text = "" };

    (void)state;
    /* leaves: field 2 of Inner, without content. */
    for (size_t i = 0; i < size; i += 2) {
        bytes[i] = 0x12;
    }
    assert_null(reflect_unpack(&sample__inner__descriptor, bytes, size, &err));
    assert_non_null(strstr(err.text, "memory"));
    free(bytes);
    assert_null(reflect_unpack(all, NULL, REFLECT_MAX_INPUT + 1, &err));
    check_blocks(REFLECT_MAX_BLOCKS / 2, true);
    check_blocks(REFLECT_MAX_BLOCKS, false);
}

/* Whatever the bytes: a message that is valid and packs, or an error with a reason. */
static void check_hostile(const uint8_t *bytes, size_t size)
{
    struct hs_error err = { .text = "" };
    ProtobufCMessage *msg = reflect_unpack(all, bytes, size, &err);

    if (msg) {
        messages_check(msg);
        reflect_free(msg);
    } else {
        assert_true(err.text[0] && (err.offset <= size || err.offset == HS_NO_OFFSET));
    }
}

static void hostile_bytes_are_survived(void **state)
{
    struct random random;

    (void)state;
    random_init(&random, 1);
    for (int round = 0; round < 300; round++) {
        ProtobufCMessage *msg = messages_grow((uint64_t)round, 150);
        size_t size;
        uint8_t *bytes = reflect_pack(msg, &size);

        for (size_t cut = 0; cut <= size; cut += 1 + size / 50) {
            uint8_t *exact = hs_copy(bytes, cut);

            check_hostile(exact, cut);
            free(exact);
        }
        for (int i = 0; i < 50 && size; i++) {
            bytes[random_below(&random, size)] ^= (uint8_t)(1 << random_below(&random, 8));
            check_hostile(bytes, size);
        }
        for (size_t i = 0; i < size; i++) {
            bytes[i] = (uint8_t)random_bits(&random);
        }
        check_hostile(bytes, size);
        free(bytes);
        reflect_free(msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_field_comes_and_goes),
        cmocka_unit_test(defaults_come_back),
        cmocka_unit_test(scalars_keep_their_bits),
        cmocka_unit_test(oneof_members_replace_each_other),
        cmocka_unit_test(repeated_values_keep_their_order),
        cmocka_unit_test(copies_are_deep_and_equality_is_exact),
        cmocka_unit_test(messages_are_joined_or_laid_over),
        cmocka_unit_test(invalid_messages_are_found),
        cmocka_unit_test(unknown_fields_are_dropped),
        cmocka_unit_test(required_fields_are_required),
        cmocka_unit_test(nesting_is_limited),
        cmocka_unit_test(amplification_is_limited),
        cmocka_unit_test(hostile_bytes_are_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
