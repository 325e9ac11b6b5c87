/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What two setups that meet do is told, by loaders with a deed of their own. */
#include "support.h"
#include "toy.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/case.h"
#include "harness/case/damage.h"
#include "harness/compat/bytes_beside.h"
#include "harness/compat/layout.h"
#include "harness/compat/compat.h"
#include "harness/compat/descriptions.h"
#include "harness/compat/meet.h"
#include "harness/compat/search.h"
#include "harness/report/meetings_result.h"
#include "harness/setup/setup.h"

#define IDSTR "/fe.0.0005/virtio-rng"

/* FORGETS: saves more fields otherwise than a judgement lists; PICKY: refuses a status that is odd. */
enum deed { KEEPS, CHANGES, RESETS, FORGETS, PICKY, REFUSES, HANGS, CRASHES };

enum { FIELDS_OF_WORD = 3, BYTES_OF_WORD = 4, FORGOTTEN = 2 * STATE_DIFFERENCES / FIELDS_OF_WORD * FIELDS_OF_WORD };

/* Saves what it was given, but for its deed; of an end of file alone, what it starts with. */
struct echo {
    struct loader loader;
    enum deed deed;
    struct builder fresh, saved;
    size_t status, words; /* where the device's status is, behind its idstr, and its command information words */
};

static uint8_t *device_in(const struct builder *bytes)
{
    return (uint8_t *)memmem(bytes->data, bytes->size, IDSTR, strlen(IDSTR));
}

static uint8_t *status_in(const struct echo *echo, const struct builder *bytes)
{
    return device_in(bytes) + echo->status;
}

static void do_deed(const struct echo *echo)
{
    if (echo->deed == FORGETS) {
        memset(device_in(&echo->saved) + echo->words, 0x55, FORGOTTEN / FIELDS_OF_WORD * BYTES_OF_WORD);
    } else if (echo->deed == CHANGES || echo->deed == RESETS) {
        *status_in(echo, &echo->saved) = echo->deed == RESETS ? *status_in(echo, &echo->fresh) : 0x77;
    }
}

static int echo_load(struct loader *loader, const struct loader_input *input, struct loader_answer *answer,
                     struct hs_error *err)
{
    struct echo *echo = (struct echo *)loader;
    bool is_fresh = input->size == 1;

    (void)err;
    memset(answer, 0, sizeof(*answer));
    answer->text = "";
    answer->section = answer->loaded = "";
    builder_reset(&echo->saved);
    builder_put(&echo->saved, is_fresh ? echo->fresh.data : input->bytes, is_fresh ? echo->fresh.size : input->size);
    answer->outcome = OUTCOME_ACCEPTED;
    if (!is_fresh && (echo->deed >= REFUSES || (echo->deed == PICKY && *status_in(echo, &echo->saved) & 1))) {
        static const enum outcome outcomes[] = {
            [PICKY] = OUTCOME_REJECTED, [REFUSES] = OUTCOME_REJECTED, [HANGS] = OUTCOME_HUNG, [CRASHES] = OUTCOME_CRASHED,
        };

        answer->outcome = outcomes[echo->deed];
        answer->text = "no such ring\nload of migration failed\n";
        answer->section = IDSTR;
        return 0;
    }
    if (!is_fresh) {
        do_deed(echo);
    }
    answer->saved = echo->saved.data;
    answer->saved_size = echo->saved.size;
    return 0;
}

static void echo_close(struct loader *loader)
{
    struct echo *echo = (struct echo *)loader;

    builder_clear(&echo->fresh);
    builder_clear(&echo->saved);
    free(echo);
}

static const struct loader_class echo_class = { .load = echo_load, .close = echo_close };

static void open_echo(struct side *side, enum deed deed)
{
    struct echo *echo = hs_alloc(sizeof(*echo));
    struct stream_encoding encoding = { 0 };
    Hardstop__Case *test = toy_case();

    stream_encode(test->stream, &encoding, NULL, NULL);
    echo->loader.class = &echo_class;
    echo->deed = deed;
    builder_put(&echo->fresh, encoding.out.data, encoding.out.size);
    echo->status = damage_field_offset(test->stream, TOY_SECTION, "virtio.status");
    echo->words = damage_field_offset(test->stream, TOY_SECTION, "virtio.ccw.id.ciw[0].type");
    echo->status -= (size_t)(device_in(&echo->fresh) - echo->fresh.data);
    echo->words -= (size_t)(device_in(&echo->fresh) - echo->fresh.data);
    *side = (struct side){ .setup = test->setup, .oracle.loader = &echo->loader };
    test->setup = NULL;
    stream_encoding_clear(&encoding);
    case_free(test);
}

/* A state whose status is not that of a fresh device. */
static Hardstop__Case *make_state(struct side *side)
{
    struct hs_error err;
    Hardstop__Case *test = side_described(side, "virtio-rng", &err);

    assert_non_null(test);
    test->stream->section[0]->virtio->status ^= 4;
    case_mark_captured(test);
    return test;
}

static const struct {
    enum deed from, to;
    enum compat_verdict there, back;
    size_t n_given;
    enum compat_change change; /* where n_given is not 0 */
} deeds[] = {
    { KEEPS, KEEPS, COMPAT_EQUAL, COMPAT_EQUAL, 0, 0 },
    { KEEPS, CHANGES, COMPAT_DIFFERS, COMPAT_EQUAL, 1, COMPAT_CHANGED },
    { KEEPS, RESETS, COMPAT_DIFFERS, COMPAT_EQUAL, 1, COMPAT_DEFAULTED },
    { KEEPS, FORGETS, COMPAT_DIFFERS, COMPAT_EQUAL, FORGOTTEN, COMPAT_CHANGED },
    { KEEPS, REFUSES, COMPAT_REFUSED, COMPAT_UNKNOWN, 0, 0 },
    { KEEPS, HANGS, COMPAT_HUNG, COMPAT_UNKNOWN, 0, 0 },
    { KEEPS, CRASHES, COMPAT_CRASHED, COMPAT_UNKNOWN, 0, 0 },
    { REFUSES, KEEPS, COMPAT_EQUAL, COMPAT_REFUSED, 0, 0 },
    /* What a QEMU does not keep of its own is no difference. */
    { CHANGES, CHANGES, COMPAT_EQUAL, COMPAT_EQUAL, 0, 0 },
    { FORGETS, FORGETS, COMPAT_EQUAL, COMPAT_EQUAL, 0, 0 },
};

/* The same bytes, from whomever they come, are loaded once by each side: on the way back, too. */
static void what_comes_again_is_not_loaded_again(void **state)
{
    struct side sides[3];
    struct hs_error err;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(sides); i++) {
        open_echo(&sides[i], KEEPS);
    }
    for (size_t from = 0; from < HS_COUNT(sides); from++) {
        Hardstop__Case *test = make_state(&sides[from]);
        struct compat_state sent = { .side = &sides[from], .test = test };

        for (size_t to = 0; to < HS_COUNT(sides); to++) {
            struct compat_trip trip;

            assert_int_equal(compat_send(&sent, &sides[to], &trip, &err), 0);
            assert_int_equal(trip.there.verdict, COMPAT_EQUAL);
            assert_int_equal(trip.back.verdict, COMPAT_EQUAL);
            compat_trip_clear(&trip);
        }
        case_free(test);
    }
    for (size_t i = 0; i < HS_COUNT(sides); i++) {
        assert_int_equal(sides[i].oracle.loads, 1);
        side_close(&sides[i]);
    }
}

static void each_deed_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(deeds); i++) {
        struct side from, to;
        struct compat_state sent = { .side = &from };
        struct compat_trip trip;
        struct hs_error err;

        open_echo(&from, deeds[i].from);
        open_echo(&to, deeds[i].to);
        sent.test = make_state(&from);
        assert_int_equal(compat_send(&sent, &to, &trip, &err), 0);
        if (trip.there.verdict != deeds[i].there || trip.back.verdict != deeds[i].back ||
            trip.there.n_given != deeds[i].n_given ||
            (deeds[i].n_given && trip.there.differences[0].change != deeds[i].change)) {
            fail_msg("deed %zu: %s, back %s, %zu fields", i, compat_verdict_name(trip.there.verdict),
                     compat_verdict_name(trip.back.verdict), trip.there.n_given);
        }
        assert_int_equal(compat_is_break(&trip.there), deeds[i].there >= COMPAT_DIFFERS);
        if (deeds[i].n_given) {
            assert_string_equal(trip.there.differences[0].path,
                                deeds[i].to == FORGETS ? "virtio.ccw.id.ciw[0].type" : "virtio.status");
        }
        if (deeds[i].to >= REFUSES) {
            assert_string_equal(trip.there.words, "no such ring");
        }
        compat_trip_clear(&trip);
        case_free(sent.test);
        side_close(&from);
        side_close(&to);
    }
}

struct found {
    size_t n;
    uint32_t status;
};

static void note_found(void *user, const Hardstop__Case *state, struct compat_trip *trip)
{
    struct found *found = user;

    found->n++;
    found->status = state->stream->section[0]->virtio->status;
    assert_int_equal(trip->there.verdict, COMPAT_REFUSED);
}

/* States that the one has and the other refuses are found, told once, and no further from the seed than they show. */
static void states_are_searched_for(void **state)
{
    (void)state;
    for (int picky = 0; picky < 2; picky++) {
        struct side from, to;
        struct found found = { 0 };
        struct hs_error err;
        Hardstop__Case *seed;
        struct search search = { .from = &from, .to = &to, .seed = 1, .states = 2000, .found = note_found,
                                 .user = &found };

        open_echo(&from, KEEPS);
        open_echo(&to, picky ? PICKY : KEEPS);
        seed = make_state(&from);
        seed->stream->section[0]->virtio->status &= ~1u;
        assert_true(search_run(&search, &seed, 1, &err) > 500);
        assert_int_equal(found.n, picky);
        assert_int_equal(found.status & 1, picky);
        case_free(seed);
        side_close(&from);
        side_close(&to);
    }
}

/* A side whose machine starts with another stream. */
static void open_with(struct side *side, void (*change)(Hardstop__Stream *stream), struct builder *bytes)
{
    struct stream_encoding encoding = { 0 };
    struct echo *echo;
    Hardstop__Case *test = toy_case();

    open_echo(side, KEEPS);
    echo = (struct echo *)side->oracle.loader;
    if (change) {
        change(test->stream);
        stream_encode(test->stream, &encoding, NULL, NULL);
        builder_reset(&echo->fresh);
        builder_put(&echo->fresh, encoding.out.data, encoding.out.size);
        stream_encoding_clear(&encoding);
    } else {
        builder_reset(&echo->fresh);
        builder_put(&echo->fresh, bytes->data, bytes->size);
    }
    case_free(test);
}

static void make_newer(Hardstop__Stream *stream)
{
    stream->section[TOY_SECTION]->version_id = 7;
}

static void drop_last_device(Hardstop__Stream *stream)
{
    /* Only the end of file is behind it. */
    stream_free_section(stream->section[2]);
    stream->section[2] = stream->section[3];
    stream->n_section = 3;
}

/* The device's payload with a subsection that no table has, at its end. */
static void put_subsection(struct builder *bytes)
{
    static const uint8_t more[] = { 5, 5, 'n', 'e', 'w', '/', 's', 0, 0, 0, 1 };
    struct stream_encoding encoding = { 0 };
    Hardstop__Case *test = toy_case();
    size_t end;

    stream_encode(test->stream, &encoding, NULL, NULL);
    end = encoding.marks[TOY_SECTION].payload_end;
    builder_put(bytes, encoding.out.data, end);
    builder_put(bytes, more, sizeof(more));
    builder_put(bytes, encoding.out.data + end, encoding.out.size - end);
    stream_encoding_clear(&encoding);
    case_free(test);
}

static void check_layout(struct side *from, struct side *to, const char *device, const char *field, const char *change)
{
    struct hs_error err = { .text = "" };
    const Hardstop__Case *one = side_fresh(from, &err), *other = one ? side_fresh(to, &err) : NULL;
    json_t *layout, *row;

    if (!other) {
        fail_msg("%s", err.text);
    }
    layout = layout_compare(from, to, one->stream);
    row = json_array_get(layout, 0);
    if (json_array_size(layout) != 1 || strcmp(json_string_value(json_object_get(row, "device")), device) != 0 ||
        strcmp(json_string_value(json_object_get(row, "field")), field) != 0 ||
        strcmp(json_string_value(json_object_get(row, "change")), change) != 0) {
        fail_msg("%s", json_dumps(layout, 0));
    }
    json_decref(layout);
    side_close(to);
}

static void layouts_are_put_side_by_side(void **state)
{
    struct builder bytes = { 0 };
    struct side from, to;

    (void)state;
    open_echo(&from, KEEPS);
    open_with(&to, make_newer, NULL);
    check_layout(&from, &to, "virtio-rng", "the section", "version");
    open_with(&to, drop_last_device, NULL);
    check_layout(&from, &to, "b", "the section", "gone");
    put_subsection(&bytes);
    open_with(&to, NULL, &bytes);
    check_layout(&from, &to, "virtio-rng", "new/s", "grown");
    side_close(&from);
    builder_clear(&bytes);
}

#define DESCRIPTION(version, fields, subsections)                                                       \
    "{\"d\": {\"Description\": {\"version_id\": " version ", \"Fields\": [" fields "], \"Subsections\": [" subsections \
    "]}}}"
#define LEAF(name, size) "{\"field\": \"" name "\", \"size\": " size "}"

/* What QEMUs say of all their devices: leaves by their sizes, structures by what is in them. */
static void descriptions_are_put_side_by_side(void **state)
{
    static const struct {
        const char *from, *to, *field, *change; /* NULL: nothing is told */
    } rows[] = {
        { DESCRIPTION("1", LEAF("a", "4"), ""), DESCRIPTION("1", LEAF("a", "4"), ""), NULL, NULL },
        { DESCRIPTION("1", LEAF("a", "4"), ""), DESCRIPTION("1", LEAF("a", "16"), ""), "a", "grown" },
        { DESCRIPTION("1", LEAF("a", "4"), ""), DESCRIPTION("2", LEAF("a", "4"), ""), "version_id", "version" },
        { DESCRIPTION("1", LEAF("u", "1") "," LEAF("u", "2"), ""), DESCRIPTION("1", LEAF("u", "1"), ""), "u", "gone" },
        { DESCRIPTION("1", "", ""), DESCRIPTION("1", "", "{\"name\": \"d/more\"}"), "d/more", "new" },
        { DESCRIPTION("1", "{\"field\": \"s\", \"size\": 9, \"Description\": {\"Fields\": [" LEAF("b", "1") "]}}", ""),
          DESCRIPTION("1", "{\"field\": \"s\", \"size\": 8, \"Description\": {\"Fields\": []}}", ""), "s.b", "gone" },
        { "{\"d\": 7}", "{\"d\": {\"Description\": []}}", NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        json_t *from = json_loads(rows[i].from, 0, NULL), *to = json_loads(rows[i].to, 0, NULL);
        json_t *all = descriptions_compare(from, to), *row = json_array_get(json_object_get(all, "d"), 0);

        assert_non_null(to);
        assert_int_equal(json_array_size(json_object_get(all, "d")), rows[i].field != NULL);
        if (rows[i].field) {
            assert_string_equal(json_string_value(json_object_get(row, "field")), rows[i].field);
            assert_string_equal(json_string_value(json_object_get(row, "change")), rows[i].change);
        }
        json_decref(all);
        json_decref(from);
        json_decref(to);
    }
}

static void properties_are_put_side_by_side(void **state)
{
    json_t *from = json_pack("{s:{s:b, s:i, s:i}}", "rng", "modern", 1, "addr", 1, "same", 2);
    json_t *to = json_pack("{s:{s:b, s:i, s:i}}", "rng", "modern", 0, "addr", 2, "same", 2);
    json_t *differing = layout_properties(from, to);

    (void)state;
    assert_int_equal(json_array_size(differing), 1);
    assert_string_equal(json_string_value(json_object_get(json_array_get(differing, 0), "property")), "modern");
    json_decref(differing);
    json_decref(from);
    json_decref(to);
}

static const json_t *find_row(const json_t *rows, const char *field)
{
    size_t i;
    json_t *row;

    json_array_foreach (rows, i, row) {
        if (strcmp(json_string_value(json_object_get(row, "field")), field) == 0) {
            return row;
        }
    }
    return NULL;
}

/* A byte less, so that no table fits: by what both begin and end with. */
static void bytes_stand_where_they_were(void **state)
{
    struct stream_encoding encoding = { 0 };
    struct builder bytes = { 0 };
    Hardstop__Case *one = toy_case();
    size_t at = damage_field_offset(one->stream, TOY_SECTION, "virtio.status");
    Hardstop__Stream *other;
    const json_t *row;
    json_t *rows;

    (void)state;
    one->stream->section[TOY_SECTION]->virtio->status = 0x5a;
    stream_encode(one->stream, &encoding, NULL, NULL);
    builder_put(&bytes, encoding.out.data, at);
    builder_put(&bytes, encoding.out.data + at + 1, encoding.out.size - at - 1);
    other = stream_decode(bytes.data, bytes.size, STREAM_ANY, NULL);
    assert_non_null(other);
    assert_false(section_is_described(other->section[TOY_SECTION]));
    rows = bytes_beside(one->stream, one->stream, other, other);
    row = find_row(rows, "virtio.status");
    assert_non_null(row);
    assert_string_equal(json_string_value(json_object_get(row, "given")), "5a");
    assert_true(json_is_null(json_object_get(row, "other")));
    json_decref(rows);
    rows = bytes_beside(other, other, one->stream, one->stream);
    row = find_row(rows, "virtio.status");
    assert_string_equal(json_string_value(json_object_get(row, "other")), "5a");
    assert_true(json_is_null(json_object_get(row, "given")));
    json_decref(rows);
    stream_free(other);
    stream_encoding_clear(&encoding);
    builder_clear(&bytes);
    case_free(one);
}

/* What differs is marked, what is around it is there, and the rest is not. */
static void bytes_are_put_side_by_side(void **state)
{
    Hardstop__Case *one = toy_case(), *other = toy_case();
    const json_t *row;
    json_t *rows;

    (void)state;
    other->stream->section[TOY_SECTION]->virtio->status ^= 4;
    rows = bytes_beside(one->stream, one->stream, other->stream, other->stream);
    row = find_row(rows, "virtio.status");
    assert_non_null(row);
    assert_true(json_is_true(json_object_get(row, "differs")));
    assert_string_not_equal(json_string_value(json_object_get(row, "given")),
                            json_string_value(json_object_get(row, "other")));
    assert_int_equal(json_array_size(rows), 5);
    assert_false(json_is_true(json_object_get(json_array_get(rows, 0), "differs")));
    json_decref(rows);
    rows = bytes_beside(one->stream, one->stream, one->stream, one->stream);
    assert_int_equal(json_array_size(rows), 0);
    json_decref(rows);
    case_free(one);
    case_free(other);
}

static void a_meeting_that_is_lost_has_no_verdict(void **state)
{
    const struct meeting meeting = {
        .transport = "ccw", .device = "rng", .n = 2, .names = { "1", "2" }, .setups = { &(Hardstop__Setup){ 0 },
        &(Hardstop__Setup){ 0 } }, .sends = { { false, true }, { true, false } },
    };
    json_t *results = meet_lost(&meeting, "unknown", "it was dark\n\nand late\n");
    struct meetings_counts counts;

    (void)state;
    meetings_count(results, NULL, &counts);
    assert_int_equal(counts.unknown, 2);
    /* All that shows it has one line for it. */
    assert_string_equal(json_string_value(json_object_get(json_array_get(results, 0), "words")), "it was dark | and late");
    json_decref(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_deed_is_told),
        cmocka_unit_test(what_comes_again_is_not_loaded_again),
        cmocka_unit_test(states_are_searched_for),
        cmocka_unit_test(layouts_are_put_side_by_side),
        cmocka_unit_test(descriptions_are_put_side_by_side),
        cmocka_unit_test(properties_are_put_side_by_side),
        cmocka_unit_test(bytes_stand_where_they_were),
        cmocka_unit_test(bytes_are_put_side_by_side),
        cmocka_unit_test(a_meeting_that_is_lost_has_no_verdict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
