/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cells of a sweep: all of them, in order, each with the bytes that the damage of a case gives. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/audit/edit/edit_range.h"
#include "harness/audit/sweep/plan.h"
#include "harness/wire/description.h"
#include "toy.h"

static const struct edit_value values[] = {
    { { 0x00 }, 1 }, { { 0xff }, 1 }, { { 0x41 }, 1 }, { { 0x00, 0x00 }, 2 }, { { 1, 2, 3, 4, 5, 6, 7, 8 }, 8 },
    { { 0xff }, 1 },
};

static struct sweep_options all_of(size_t section)
{
    return (struct sweep_options){
        .section = section, .choice.edits = edit_all(), .choice.values = values, .choice.n_values = HS_COUNT(values),
        .choice.lengths = 0x8f,
    };
}

static void make_plan(struct sweep_plan *plan, const Hardstop__Case *test, const struct sweep_options *options)
{
    struct hs_error err;

    if (sweep_plan_init(plan, test, options, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

static void compare_cells(size_t section)
{
    Hardstop__Case *test = toy_case();
    struct sweep_options options = all_of(section);
    struct builder bytes = { 0 }, expected = { 0 }, before = { 0 };
    struct sweep_plan plan;
    size_t repeated = 0;

    make_plan(&plan, test, &options);
    for (uint32_t i = 0; i < plan.cells; i++) {
        struct sweep_cell cell = sweep_plan_cell(&plan, i);
        bool is_first = cell.offset == cell.series->offset, is_same;

        sweep_plan_bytes(&plan, &cell, &bytes);
        toy_damage(test, section, cell.series->edit, cell.series->value, cell.offset, &expected);
        assert_int_equal(bytes.size, expected.size);
        if (bytes.size && memcmp(bytes.data, expected.data, bytes.size) != 0) {
            fail_msg("%s %s at %u", edit_name(cell.series->edit), cell.series->value, cell.offset);
        }
        /* Every length-changing damage changes the bytes, and so does all else but a swap of equal sections. */
        assert_true(bytes.size != plan.map.encoding.out.size ||
                    memcmp(bytes.data, plan.map.encoding.out.data, bytes.size) != 0);
        is_same = !is_first && bytes.size == before.size && memcmp(bytes.data, before.data, bytes.size) == 0;
        assert_int_equal(sweep_plan_repeats(&plan, &cell), is_same);
        repeated += is_same;
        builder_reset(&before);
        builder_put(&before, bytes.data, bytes.size);
    }
    assert_true(repeated > 100);
    builder_clear(&bytes);
    builder_clear(&expected);
    builder_clear(&before);
    sweep_plan_clear(&plan);
    case_free(test);
}

static void cells_have_the_bytes_of_their_damage(void **state)
{
    (void)state;
    compare_cells(TOY_SECTION);
    compare_cells(EDIT_WHOLE);
}

static uint32_t count_cells(const struct sweep_plan *plan, enum edit edit)
{
    uint32_t n = 0;

    for (size_t i = 0; i < plan->n_series; i++) {
        n += plan->series[i].edit == edit ? plan->series[i].count : 0;
    }
    return n;
}

static void every_offset_has_its_cells(void **state)
{
    Hardstop__Case *test = toy_case();
    struct sweep_options options = all_of(TOY_SECTION);
    struct sweep_plan plan;
    uint32_t first = 0, n;

    (void)state;
    make_plan(&plan, test, &options);
    n = (uint32_t)plan.target.bytes;
    assert_int_equal(count_cells(&plan, EDIT_TRUNCATE), n);
    assert_int_equal(count_cells(&plan, EDIT_INSERT), 5 * (n + 1));
    assert_int_equal(count_cells(&plan, EDIT_DELETE), 5 * n - 0 - 1 - 2 - 3 - 7);
    assert_int_equal(count_cells(&plan, EDIT_FLIP), 8 * n);
    assert_int_equal(count_cells(&plan, EDIT_SECTION), 3);
    assert_true(count_cells(&plan, EDIT_RANGE) > 100);
    for (size_t i = 0; i < plan.n_series; i++) {
        assert_int_equal(plan.series[i].first, first);
        assert_true(i == 0 || plan.series[i].edit >= plan.series[i - 1].edit);
        first += plan.series[i].count;
    }
    assert_int_equal(plan.cells, first);
    sweep_plan_clear(&plan);
    options = all_of(EDIT_WHOLE);
    make_plan(&plan, test, &options);
    assert_int_equal(count_cells(&plan, EDIT_SECTION), 3 * test->stream->n_section - 1);
    sweep_plan_clear(&plan);
    case_free(test);
}

/* Of an array the first elements can stand for all. */
static void a_long_array_can_be_cut_short(void **state)
{
    static const struct {
        const char *path;
        unsigned elements;
        bool within;
    } paths[] = {
        { "virtio.status", 1, true },        { "queue[0].num", 1, true },          { "queue[1].num", 1, false },
        { "queue[9].num", 10, true },        { "queue[10].num", 10, false },       { "queue[10].num", 0, true },
        { "a[0].b[2].c", 2, false },         { "subsection[virtio/64bit].x", 1, true },
        { "subsection[virtio].vq[1023].y", 1023, false }, { "", 1, true },         { "a[", 1, true },
    };
    Hardstop__Case *test = toy_case();
    struct sweep_options options = all_of(TOY_SECTION);
    uint32_t cells[2];

    (void)state;
    for (size_t i = 0; i < HS_COUNT(paths); i++) {
        assert_int_equal(edit_is_within(paths[i].path, paths[i].elements), paths[i].within);
    }
    for (unsigned i = 0; i < 2; i++) {
        struct sweep_plan plan;

        options.choice.elements = i;
        make_plan(&plan, test, &options);
        cells[i] = count_cells(&plan, EDIT_RANGE);
        assert_int_equal(count_cells(&plan, EDIT_FLIP), 8 * plan.target.bytes);
        sweep_plan_clear(&plan);
    }
    assert_in_range(cells[1], 1, cells[0] - 1);
    case_free(test);
}

/* The values of one field, in one line. */
static void check_boundaries(const char *path, const char *expected)
{
    Hardstop__Case *test = toy_case();
    char json[] = "{'devices':[{'name':'a','instance_id':0,'version':1,'vmsd_name':'a','fields':["
                  "{'name':'three','type':'buffer','size':3},{'name':'one','type':'uint8','size':1}]}]}";
    ProtobufCBinaryData description = { strlen(json), (uint8_t *)json };
    struct sweep_options options = {
        .section = EDIT_WHOLE, .choice.edits = 1u << EDIT_RANGE,
    };
    struct builder text = { 0 };
    struct sweep_plan plan;

    for (char *quote = json; (quote = strchr(quote, '\'')); *quote = '"') {
        continue;
    }
    description_set(test->stream, &description);
    make_plan(&plan, test, &options);
    for (size_t i = 0; i < plan.n_series; i++) {
        const struct map_entry *entry = map_at(&plan.map, plan.series[i].offset);

        if (strcmp(entry->path, path) == 0 && (entry->section == TOY_SECTION || !strchr(path, '.'))) {
            builder_put(&text, plan.series[i].value, strlen(plan.series[i].value));
            builder_put(&text, " ", 1);
        }
    }
    builder_put_zeros(&text, 1);
    assert_string_equal(text.data, expected);
    builder_clear(&text);
    sweep_plan_clear(&plan);
    case_free(test);
}

static void fields_get_their_boundary_values(void **state)
{
    (void)state;
    check_boundaries("virtio.status", "00 01 7f 80 ff "); /* any value is legal */
    check_boundaries("virtio.ccw.ccw_fmt_1", "00 02 7f 80 ff "); /* a flag, and 1 */
    check_boundaries("virtio.queue[0].num", "00000000 00000001 00000400 00000401 7fffffff 80000000 ffffffff ");
    check_boundaries("virtio.ccw.revision", "00000000 00000001 7fffffff 80000000 "); /* signed, and -1 */
    check_boundaries("one", "00 01 7f 80 ff "); /* only a description names it */
    check_boundaries("three", ""); /* no number's width */
    check_boundaries("virtio.config", ""); /* no number */
}

static void what_is_no_damage_is_refused(void **state)
{
    static const struct {
        enum edit edit;
        const char *value;
        uint32_t offset;
    } none[] = {
        { EDIT_INSERT, "", 0 }, { EDIT_INSERT, "0", 0 }, { EDIT_INSERT, "zz", 0 },
        { EDIT_INSERT, "000102030405060708", 0 }, { EDIT_DELETE, "0", 0 }, { EDIT_DELETE, "11", 0 },
        { EDIT_FLIP, "0102", 0 }, { EDIT_FLIP, "01", 100000 }, { EDIT_RANGE, "", 0 }, { EDIT_SECTION, "burn", 0 },
        { EDIT_SECTION, "swap", 1 }, { EDIT_TRUNCATE, "00", 0 }, { EDIT_TRUNCATE, "", 100000 },
        { EDIT_INSERT, "00", 100000 }, { EDIT_DELETE, "1", 100000 }, { EDIT_MAX, "", 0 }, { EDIT_MAX, "00", 0 },
    };
    Hardstop__Case *test = toy_case();
    struct sweep_options options = { .section = 99, .choice.edits = 1 };
    struct sweep_plan plan;
    struct hs_error err;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(none); i++) {
        assert_null(edit_damage(test, TOY_SECTION, none[i].edit, none[i].value, none[i].offset));
    }
    assert_null(edit_damage(test, 99, EDIT_TRUNCATE, "", 0));
    assert_int_equal(sweep_plan_init(&plan, test, &options, &err), -1);
    assert_non_null(strstr(err.text, "no section 99"));
    sweep_plan_clear(&plan);
    options = (struct sweep_options){ .section = TOY_SECTION, .choice.edits = 1u << EDIT_INSERT };
    assert_int_equal(sweep_plan_init(&plan, test, &options, &err), -1);
    assert_string_equal(err.text, "no damage is asked for");
    sweep_plan_clear(&plan);
    support_damage(test, HARDSTOP__DAMAGE__KIND_TRUNCATE, 0, 0);
    assert_int_equal(sweep_plan_init(&plan, test, &options, &err), -1);
    assert_non_null(strstr(err.text, "damages of its own"));
    sweep_plan_clear(&plan);
    case_free(test);
}

/* The last offset at which there is a damage, counted from the section's end, and the first at which there is none. */
static void damages_end_with_the_section(void **state)
{
    static const struct {
        enum edit edit;
        const char *value;
        uint32_t left;
    } last[] = {
        { EDIT_TRUNCATE, "", 1 }, { EDIT_INSERT, "4142", 0 }, { EDIT_DELETE, "1", 1 }, { EDIT_DELETE, "8", 8 },
        { EDIT_FLIP, "80", 1 },   { EDIT_RANGE, "00", 1 },    { EDIT_RANGE, "00000000", 4 },
    };
    Hardstop__Case *test = toy_case();
    struct stream_encoding plain = { 0 };
    uint32_t size;

    (void)state;
    stream_encode(test->stream, &plain, NULL, NULL);
    size = (uint32_t)(plain.marks[TOY_SECTION].end - plain.marks[TOY_SECTION].start);
    for (size_t i = 0; i < HS_COUNT(last); i++) {
        uint32_t offset = size - last[i].left;
        Hardstop__Damage *damage = edit_damage(test, TOY_SECTION, last[i].edit, last[i].value, offset);

        assert_non_null(damage);
        hardstop__damage__free_unpacked(damage, NULL);
        assert_null(edit_damage(test, TOY_SECTION, last[i].edit, last[i].value, offset + 1));
    }
    stream_encoding_clear(&plain);
    case_free(test);
}

static void too_many_cells_are_told(void **state)
{
    struct edit_list list = { .cells = EDIT_MAX_CELLS - 3 };

    (void)state;
    edit_list_add(&list, 0, 3);
    assert_int_equal(list.cells, EDIT_MAX_CELLS);
    assert_int_equal(list.series[0].first, EDIT_MAX_CELLS - 3);
    edit_list_add(&list, 0, 1);
    assert_int_equal(list.cells, UINT32_MAX);
    edit_list_add(&list, 0, 1);
    assert_int_equal(list.cells, UINT32_MAX);
    free(list.series);
    list = (struct edit_list){ .cells = 0 };
    edit_list_add(&list, 0, (size_t)EDIT_MAX_CELLS + 1);
    assert_int_equal(list.cells, UINT32_MAX);
    free(list.series);
}

static void another_sweep_has_another_hash(void **state)
{
    Hardstop__Case *test = toy_case();
    struct sweep_options options[5];
    uint64_t hashes[HS_COUNT(options)];

    (void)state;
    for (size_t i = 0; i < HS_COUNT(options); i++) {
        options[i] = all_of(TOY_SECTION);
    }
    options[1].section = EDIT_WHOLE;
    options[2].choice.edits ^= 1u << EDIT_FLIP;
    options[3].choice.n_values--, options[3].choice.values++;
    options[4].choice.lengths = 1;
    for (size_t i = 0; i < HS_COUNT(options); i++) {
        struct sweep_plan plan;

        make_plan(&plan, test, &options[i]);
        hashes[i] = sweep_plan_hash(&plan);
        sweep_plan_clear(&plan);
        for (size_t k = 0; k < i; k++) {
            assert_true(hashes[i] != hashes[k]);
        }
    }
    case_free(test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_have_the_bytes_of_their_damage),
        cmocka_unit_test(every_offset_has_its_cells),
        cmocka_unit_test(fields_get_their_boundary_values),
        cmocka_unit_test(a_long_array_can_be_cut_short),
        cmocka_unit_test(what_is_no_damage_is_refused),
        cmocka_unit_test(damages_end_with_the_section),
        cmocka_unit_test(too_many_cells_are_told),
        cmocka_unit_test(another_sweep_has_another_hash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
