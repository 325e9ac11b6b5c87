/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream's own description: a good one names every byte once, and a hostile one is refused without harm. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/random.h"
#include "harness/wire/field_encode.h"
#include "harness/wire/vmdesc.h"

static const char good[] =
    "{ \"page_size\": 4096, \"devices\": ["
    "  { \"name\": \"timer\", \"instance_id\": 0, \"vmsd_name\": \"timer\", \"version\": 2, \"fields\": ["
    "      { \"name\": \"ticks\", \"type\": \"timer\", \"size\": 8 },"
    "      { \"name\": \"unused\", \"type\": \"unused_buffer\", \"size\": 8 } ] },"
    "  { \"name\": \"0000:00:02.0/dev\", \"instance_id\": 7, \"fields\": ["
    "      { \"name\": \"regs\", \"array_len\": 3, \"size\": 2 },"
    "      { \"name\": \"part\", \"size\": 6, \"struct\": { \"vmsd_name\": \"part\", \"fields\": ["
    "          { \"name\": \"a\", \"size\": 1 }, { \"name\": \"b\", \"size\": 4 } ] } },"
    "      { \"name\": \"slot\", \"index\": 1, \"size\": 1, \"type\": \"bool\" },"
    "      { \"name\": \"nothing\", \"size\": 0 } ],"
    "    \"subsections\": [ { \"vmsd_name\": \"dev/more\", \"version\": 1, \"fields\": ["
    "          { \"name\": \"x\", \"size\": 2 } ] } ] },"
    "  { \"name\": \"slirp\", \"instance_id\": 0, \"size\": 21, \"fields\": [ { \"name\": \"data\", \"size\": 21,"
    "      \"type\": \"buffer\" } ] } ] }";

static const struct {
    size_t section;
    const char *path;
    size_t offset, size;
    enum vmdesc_type type;
} expected[] = {
    { 0, "ticks", 0, 8, VMDESC_TIMER },          { 0, "unused", 8, 8, VMDESC_UNUSED },
    { 1, "regs[0]", 0, 2 },         { 1, "regs[1]", 2, 2 }, { 1, "regs[2]", 4, 2 },
    { 1, "part.a", 6, 1 },          { 1, "part.b", 7, 4 },  { 1, "part", 11, 1 },
    { 1, "slot[1]", 12, 1, VMDESC_BOOL },       { 1, "<dev/more>.mark", 13, 1 },
    { 1, "<dev/more>.name_len", 14, 1 }, { 1, "<dev/more>.name", 15, 8 }, { 1, "<dev/more>.version_id", 23, 4 },
    { 1, "<dev/more>.x", 27, 2 },   { 2, "data", 0, 21, VMDESC_BUFFER },
};

static int parse(struct vmdesc *vmdesc, const char *json, struct hs_error *err)
{
    return vmdesc_parse(vmdesc, (const uint8_t *)json, strlen(json), err);
}

static void check_no_gaps(struct vmdesc *vmdesc)
{
    for (size_t i = 0; i < vmdesc->n_sections; i++) {
        const struct vmdesc_section *section = vmdesc_section_at(vmdesc, i);
        size_t covered = 0;

        for (size_t k = 0; k < section->n_fields; k++) {
            assert_int_equal(section->fields[k].offset, covered);
            assert_true(section->fields[k].size > 0);
            covered += section->fields[k].size;
        }
        assert_int_equal(covered, section->size);
    }
}

/* A subsection's header has the four rows of all such headers, and nothing else has one. */
static void check_header(const struct vmdesc_field *field)
{
    const struct field *row = NULL;

    for (size_t i = 0; i < HS_COUNT(field_subsection_header); i++) {
        char *path = hs_format("<dev/more>.%s", field_subsection_header[i].name);

        row = strcmp(field->path, path) == 0 ? &field_subsection_header[i] : row;
        free(path);
    }
    assert_ptr_equal(field->header, row);
}

static void a_good_description_names_every_byte(void **state)
{
    struct hs_error err = { .text = "" };
    struct vmdesc vmdesc;
    size_t seen[3] = { 0 };

    (void)state;
    if (parse(&vmdesc, good, &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(vmdesc.page_size, 4096);
    assert_int_equal(vmdesc.n_sections, 3);
    for (size_t i = 0; i < HS_COUNT(expected); i++) {
        const struct vmdesc_section *section = vmdesc_section_at(&vmdesc, expected[i].section);
        const struct vmdesc_field *field = &section->fields[seen[expected[i].section]++];

        assert_true(seen[expected[i].section] <= section->n_fields);
        assert_string_equal(field->path, expected[i].path);
        assert_int_equal(field->offset, expected[i].offset);
        assert_int_equal(field->size, expected[i].size);
        assert_int_equal(field->type, expected[i].type);
        check_header(field);
    }
    check_no_gaps(&vmdesc);
    for (size_t i = 0; i < vmdesc.n_sections; i++) {
        assert_int_equal(seen[i], vmdesc_section_at(&vmdesc, i)->n_fields);
    }
    vmdesc_clear(&vmdesc);
}

static void types_are_told(void **state)
{
    static const struct {
        const char *name;
        enum vmdesc_type type;
    } types[] = {
        { "uint8", VMDESC_UINT },        { "uint64", VMDESC_UINT }, { "int32", VMDESC_INT },
        { "uint16 equal", VMDESC_UINT }, { "int32 le", VMDESC_INT }, { "timer", VMDESC_TIMER },
        { "pci config", VMDESC_OTHER },  { "uint", VMDESC_OTHER },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(types); i++) {
        char *json = hs_format("{\"devices\":[{\"name\":\"d\",\"fields\":["
                               "{\"name\":\"f\",\"size\":4,\"type\":\"%s\"}]}]}", types[i].name);
        struct vmdesc vmdesc;

        assert_int_equal(parse(&vmdesc, json, NULL), 0);
        assert_int_equal(vmdesc_section_at(&vmdesc, 0)->fields[0].type, types[i].type);
        vmdesc_clear(&vmdesc);
        free(json);
    }
}

static void sections_go_by_name_and_instance(void **state)
{
    struct vmdesc vmdesc;

    (void)state;
    assert_int_equal(parse(&vmdesc, good, NULL), 0);
    assert_ptr_equal(vmdesc_section(&vmdesc, (const uint8_t *)"timer", 5, 0), &vmdesc.sections[0]);
    assert_ptr_equal(vmdesc_section(&vmdesc, (const uint8_t *)"0000:00:02.0/dev", 16, 7), &vmdesc.sections[1]);
    assert_null(vmdesc_section(&vmdesc, (const uint8_t *)"timer", 5, 1));
    assert_null(vmdesc_section(&vmdesc, (const uint8_t *)"time", 4, 0));
    assert_null(vmdesc_section(&vmdesc, (const uint8_t *)"timer\0", 6, 0));
    assert_null(vmdesc_section(&vmdesc, NULL, 0, 0));
    vmdesc_clear(&vmdesc);
}

#define LONG "a name of seventy characters, which is not more than a device may have."
#define DEVICE(fields) "{\"devices\":[{\"name\":\"d\",\"fields\":[" fields "]}]}"

static const struct {
    const char *json, *reason;
} refused[] = {
    { "", "vmdesc: " },
    { "{", "vmdesc: " },
    { "[]", "no list of devices" },
    { "{}", "no list of devices" },
    { "{\"devices\":{}}", "no list of devices" },
    { "{\"devices\":[{\"name\":\"\\u0000\"}]}", "vmdesc: " },
};

static void what_is_no_description_is_refused_with_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(refused); i++) {
        struct hs_error err = { .text = "" };
        struct vmdesc vmdesc;

        assert_int_equal(parse(&vmdesc, refused[i].json, &err), -1);
        if (!strstr(err.text, refused[i].reason)) {
            fail_msg("%s: \"%s\" does not say \"%s\"", refused[i].json, err.text, refused[i].reason);
        }
        assert_null(vmdesc.sections);
        assert_null(vmdesc.root);
        assert_int_equal(vmdesc.n_sections, 0);
    }
}

#define BAD(fields) "{\"name\":\"d\",\"fields\":[" fields "]}"

/* Devices that make no sense, and why. */
static const struct {
    const char *device, *reason;
} bad[] = {
    { "1", "a device without a name" },
    { "{\"name\":3}", "a device without a name" },
    { BAD("{\"name\":\"f\",\"size\":-1}"), "vmdesc: a negative size" },
    { BAD("{\"name\":\"f\",\"size\":-9223372036854775808}"), "a negative size" },
    { BAD("{\"name\":\"f\",\"size\":1,\"array_len\":-5}"), "a negative size" },
    { BAD("{\"size\":4}"), "a field without a name" },
    { BAD("7"), "a field without a name" },
    { BAD("{\"name\":\"f\",\"size\":1,\"array_len\":9223372036854775807}"), "than a machine has" },
    { BAD("{\"name\":\"f\",\"size\":1,\"array_len\":1048577}"), "than a machine has" },
    { BAD("{\"name\":\"" LONG LONG LONG LONG "\",\"size\":1,\"array_len\":1000000}"), "a name of more than" },
    { BAD("{\"name\":\"" LONG "\",\"size\":1,\"array_len\":1000000}"), "than a machine has" },
    { BAD("{\"name\":\"f\",\"size\":9223372036854775807,\"array_len\":3}"), "sizes that wrap" },
    { BAD("{\"name\":\"f\",\"size\":2,\"struct\":{\"fields\":[{\"name\":\"g\",\"size\":3}]}}"),
      "parts larger than their whole" },
    { BAD("{\"name\":\"f\",\"size\":1,\"struct\":{\"subsections\":[{\"vmsd_name\":\"s\"}]}}"),
      "parts larger than their whole" },
    { "{\"name\":\"d\",\"subsections\":[{}]}", "a subsection without a name" },
};

/* One such device has no fields, and says why; those around it have theirs. */
static void a_bad_device_costs_its_own_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(bad); i++) {
        char *json = hs_format("{\"devices\":[{\"name\":\"a\",\"fields\":[{\"name\":\"x\",\"size\":4}]},%s,"
                               "{\"name\":\"b\",\"fields\":[{\"name\":\"y\",\"size\":2}]}]}", bad[i].device);
        struct hs_error err = { .text = "" };
        struct vmdesc vmdesc;

        if (parse(&vmdesc, json, &err) < 0) {
            fail_msg("%s: %s", json, err.text);
        }
        assert_int_equal(vmdesc.n_sections, 3);
        assert_int_equal(vmdesc_section_at(&vmdesc, 0)->n_fields, 1);
        assert_null(vmdesc_section_at(&vmdesc, 0)->trouble);
        assert_int_equal(vmdesc_section_at(&vmdesc, 1)->n_fields, 0);
        assert_int_equal(vmdesc_section_at(&vmdesc, 1)->size, 0);
        if (!vmdesc_section_at(&vmdesc, 1)->trouble || !strstr(vmdesc_section_at(&vmdesc, 1)->trouble, bad[i].reason)) {
            fail_msg("%s: \"%s\" does not say \"%s\"", json, vmdesc_section_at(&vmdesc, 1)->trouble, bad[i].reason);
        }
        assert_int_equal(vmdesc_section_at(&vmdesc, 2)->n_fields, 1);
        vmdesc_clear(&vmdesc);
        free(json);
    }
}

/* One budget for all: many arrays that are each small enough are a bomb, too. */
static void bombs_are_refused_across_devices(void **state)
{
    char *json = hs_strdup("{\"devices\":[");
    struct hs_error err = { .text = "" };
    struct vmdesc vmdesc;

    (void)state;
    for (int i = 0; i < 11; i++) {
        char *longer = hs_format("%s%s{\"name\":\"d\",\"fields\":[{\"name\":\"f\",\"size\":1,\"array_len\":100000}]}",
                                 json, i ? "," : "");

        free(json);
        json = longer;
    }
    json = hs_resize(json, strlen(json) + 3, 1);
    assert_int_equal(parse(&vmdesc, strcat(json, "]}"), &err), 0);
    for (size_t i = 0; i < 10; i++) {
        assert_true(vmdesc_section_at(&vmdesc, i)->n_fields == 100000 || vmdesc_section_at(&vmdesc, i)->trouble);
    }
    assert_int_equal(vmdesc_section_at(&vmdesc, 0)->n_fields, 100000);
    assert_non_null(strstr(vmdesc_section_at(&vmdesc, 10)->trouble, "than a machine has"));
    vmdesc_clear(&vmdesc);
    free(json);
}

static void deep_nesting_is_refused(void **state)
{
    static const char begin[] = "{\"devices\":[{\"name\":\"d\",\"fields\":[";
    static const char open[] = "{\"name\":\"f\",\"size\":1,\"struct\":{\"fields\":[";

    (void)state;
    for (int depth = 60; depth < 3000; depth += depth < 70 ? 1 : 500) {
        struct builder out = { 0 };
        struct hs_error err = { .text = "" };
        struct vmdesc vmdesc;
        int result;

        builder_put(&out, begin, strlen(begin));
        for (int i = 0; i < depth; i++) {
            builder_put(&out, open, strlen(open));
        }
        for (int i = 0; i < depth; i++) {
            builder_put(&out, "]}}", 3);
        }
        builder_put(&out, "]}]}", 4);
        result = vmdesc_parse(&vmdesc, out.data, out.size, &err);
        /* The parser of JSON has a limit, too. */
        assert_true(result == 0 || (depth > 900 && *err.text));
        if (result == 0) {
            assert_int_equal(vmdesc_section_at(&vmdesc, 0)->trouble == NULL, depth <= 64);
            check_no_gaps(&vmdesc);
            vmdesc_clear(&vmdesc);
        }
        builder_clear(&out);
    }
}

/* Of "dev": a count, a structure with a subsection of its own, an array of pointers, and a subsection. */
static const char fitted_json[] =
    "{\"devices\":[{\"name\":\"dev\",\"instance_id\":0,\"vmsd_name\":\"dev\",\"fields\":["
    "{\"name\":\"n\",\"size\":1},"
    "{\"name\":\"part\",\"size\":11,\"struct\":{\"vmsd_name\":\"p\",\"fields\":[{\"name\":\"a\",\"size\":2}],"
    "\"subsections\":[{\"vmsd_name\":\"p/s\",\"fields\":[]}]}},"
    "{\"name\":\"ptr\",\"array_len\":3,\"size\":1,\"type\":\"struct\",\"struct\":{}},"
    "{\"name\":\"z\",\"size\":1}],"
    "\"subsections\":[{\"vmsd_name\":\"dev/x\",\"fields\":[{\"name\":\"q\",\"size\":2}]}]}]}";

static const char lent[] =
    "{\"devices\":[{\"name\":\"e\",\"fields\":[{\"name\":\"f\",\"size\":1,\"struct\":{\"vmsd_name\":\"dev\","
    "\"fields\":[],\"subsections\":[{\"vmsd_name\":\"dev/y\",\"fields\":[{\"name\":\"r\",\"size\":1}]}]}}]}]}";

/* "05 03 p/s version" */
#define HEADER_P "05 03 702f73 00000001"
#define HEADER_X "05 05 6465762f78 00000001"
#define HEADER_Y "05 05 6465762f79 00000001"
#define PTRS "ptr[0] ptr[1] ptr[2] z "
#define PATHS_P "part.<p/s>.mark part.<p/s>.name_len part.<p/s>.name part.<p/s>.version_id "
#define PATHS_X "<dev/x>.mark <dev/x>.name_len <dev/x>.name <dev/x>.version_id <dev/x>.q "
#define PATHS_Y "<dev/y>.mark <dev/y>.name_len <dev/y>.name <dev/y>.version_id <dev/y>.r "

/* Payloads and the paths of their fields; a path with a size behind it where that is not the described one. */
static const struct {
    const char *what, *hex, *paths;
    size_t left; /* bytes without a name at the end */
} fits[] = {
    { "as described", "01 aabb " HEADER_P " 303030 ff " HEADER_X " 1122",
      "n part.a " PATHS_P PTRS PATHS_X, 0 },
    { "the last subsection is not there", "01 aabb " HEADER_P " 303030 ff",
      "n part.a " PATHS_P PTRS, 0 },
    { "an inner subsection is not there", "01 aabb 303030 ff " HEADER_X " 1122", "n part.a " PTRS PATHS_X, 0 },
    { "none is there", "01 aabb 303030 ff", "n part.a " PTRS, 0 },
    { "twice", "01 aabb 303030 ff " HEADER_X " 1122 " HEADER_X " 3344", "n part.a " PTRS PATHS_X PATHS_X, 0 },
    { "one that only the other description has", "01 aabb 303030 ff " HEADER_Y " 77 " HEADER_X " 1122",
      "n part.a " PTRS PATHS_Y PATHS_X, 0 },
    { "one that nothing describes", "01 aabb 303030 ff 05 05 6465762f7a 00000001 77",
      "n part.a " PTRS "<dev/z>.mark <dev/z>.name_len <dev/z>.name <dev/z>.version_id ", 1 },
    { "one whose name cannot be printed", "01 aabb 303030 ff 05 05 6465762f00 00000001 77",
      "n part.a " PTRS "<dev/?>.mark <dev/?>.name_len <dev/?>.name <dev/?>.version_id ", 1 },
    { "what begins like a subsection of another VMState", "01 aabb 050301 ff", "n part.a " PTRS, 0 },
    { "a pointer that is not null", "01 aabb " HEADER_P " 30 01020304 30 ff " HEADER_X " 1122",
      "n part.a " PATHS_P "ptr[0] ptr[1]4 ptr[2] z " PATHS_X, 0 },
    { "two of them, each of its size", "01 aabb " HEADER_P " 0102 30 0304 ff " HEADER_X " 1122", "", 31 },
    { "a damaged header of a subsection", "01 aabb " HEADER_P " 303030 ff 06 05 6465762f78 00000001 1122",
      "n part.a " PATHS_P PTRS PATHS_X, 0 },
    { "cut", "01 aa", "", 2 },
    { "nothing", "", "", 0 },
};

static char *paths_of(const struct vmdesc *vmdesc, const struct vmdesc *other, const struct builder *payload,
                      size_t *covered)
{
    struct vmdesc_section fitted;
    struct builder paths = { 0 };
    size_t at = 0;

    vmdesc_fit(vmdesc, vmdesc_section_at(vmdesc, 0), payload->data, payload->size, other, &fitted);
    for (size_t i = 0; i < fitted.n_fields; i++) {
        const struct vmdesc_field *field = &fitted.fields[i];
        bool is_pointed_to = strncmp(field->path, "ptr", 3) == 0 && field->size > 1;
        char *path = is_pointed_to ? hs_format("%s%zu ", field->path, field->size) : hs_format("%s ", field->path);

        assert_int_equal(field->offset, at);
        at += field->size;
        builder_put(&paths, path, strlen(path));
        free(path);
    }
    assert_int_equal(fitted.size, at);
    *covered = at;
    builder_put_zeros(&paths, 1);
    vmdesc_section_clear(&fitted);
    return (char *)paths.data;
}

static void a_description_fits_bytes_with_other_subsections(void **state)
{
    struct vmdesc vmdesc, other;

    (void)state;
    assert_int_equal(parse(&vmdesc, fitted_json, NULL), 0);
    assert_int_equal(parse(&other, lent, NULL), 0);
    for (size_t i = 0; i < HS_COUNT(fits); i++) {
        struct builder payload = { 0 };
        size_t covered;
        char *paths;

        support_put_hex(&payload, fits[i].hex);
        paths = paths_of(&vmdesc, &other, &payload, &covered);
        if (strcmp(paths, fits[i].paths) != 0 || covered + fits[i].left != payload.size) {
            fail_msg("%s: \"%s\", %zu of %zu bytes", fits[i].what, paths, covered, payload.size);
        }
        builder_clear(&payload);
        free(paths);
    }
    vmdesc_clear(&vmdesc);
    vmdesc_clear(&other);
}

/* A payload of nothing but subsections is not looked up for ever. */
static void hostile_subsections_do_no_harm(void **state)
{
    struct builder payload = { 0 };
    struct vmdesc vmdesc;
    size_t covered;

    (void)state;
    assert_int_equal(parse(&vmdesc, fitted_json, NULL), 0);
    support_put_hex(&payload, "01 aabb 303030 ff");
    for (int i = 0; i < 100000; i++) {
        support_put_hex(&payload, HEADER_X " 1122");
    }
    free(paths_of(&vmdesc, NULL, &payload, &covered));
    assert_in_range(covered, 1000, payload.size / 10);
    builder_clear(&payload);
    vmdesc_clear(&vmdesc);
}

static void wrong_types_count_as_nothing(void **state)
{
    static const char *const jsons[] = {
        "{\"devices\":[],\"page_size\":\"big\"}",
        "{\"devices\":[{\"name\":\"d\",\"fields\":\"none\",\"subsections\":3}]}",
        DEVICE("{\"name\":\"f\",\"size\":\"4\"}"),
        DEVICE("{\"name\":\"f\",\"size\":1.5}"),
        DEVICE("{\"name\":\"f\",\"size\":1,\"struct\":[]}"),
        DEVICE("{\"name\":\"f\",\"size\":1,\"index\":{}}"),
        DEVICE("{\"name\":\"f\",\"size\":0,\"array_len\":9223372036854775807}"),
        DEVICE("{\"name\":\"f\",\"size\":4,\"array_len\":\"x\"}"),
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(jsons); i++) {
        struct hs_error err = { .text = "" };
        struct vmdesc vmdesc;

        if (parse(&vmdesc, jsons[i], &err) < 0) {
            fail_msg("%s: %s", jsons[i], err.text);
        }
        check_no_gaps(&vmdesc);
        vmdesc_clear(&vmdesc);
    }
}

static void flipped_bytes_do_no_harm(void **state)
{
    struct random random;
    char json[sizeof(good)];
    int parsed = 0;

    (void)state;
    random_init(&random, 1);
    for (int i = 0; i < 5000; i++) {
        struct vmdesc vmdesc;

        memcpy(json, good, sizeof(good));
        for (uint64_t n = random_below(&random, 4) + 1; n > 0; n--) {
            static const char usual[] = "0123456789-\"{}[],:";
            uint64_t at = random_below(&random, sizeof(good) - 1);

            json[at] = random_one_in(&random, 4) ? (char)random_bits(&random)
                                                 : usual[random_below(&random, sizeof(usual) - 1)];
        }
        if (vmdesc_parse(&vmdesc, (uint8_t *)json, sizeof(good) - 1, NULL) == 0) {
            check_no_gaps(&vmdesc);
            vmdesc_clear(&vmdesc);
            parsed++;
        }
    }
    assert_in_range(parsed, 100, 4900);
}

static void a_description_is_found_at_the_end_only(void **state)
{
    static const struct {
        const char *hex;
        size_t at;
    } streams[] = {
        { "00 06 00000002 7b7d", 1 },
        { "06 00000002 7b7d", SIZE_MAX }, /* the end of file stands before it */
        { "00 06 00000002 7b7d 00", SIZE_MAX },
        { "00 06 00000003 7b7d", SIZE_MAX },
        { "00 06 00000002 5b5d", SIZE_MAX },
        { "00 06 00000008 7b 06 00000001 7b 7d", 1 },
        { "00 06 00000001 7b", 1 },
        { "00 06 00000000", SIZE_MAX },
        { "", SIZE_MAX },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(streams); i++) {
        struct builder out = { 0 };

        support_put_hex(&out, streams[i].hex);
        assert_int_equal(vmdesc_find(out.data, out.size), streams[i].at);
        builder_clear(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_description_names_every_byte),
        cmocka_unit_test(types_are_told),
        cmocka_unit_test(sections_go_by_name_and_instance),
        cmocka_unit_test(what_is_no_description_is_refused_with_a_reason),
        cmocka_unit_test(a_bad_device_costs_its_own_names),
        cmocka_unit_test(bombs_are_refused_across_devices),
        cmocka_unit_test(deep_nesting_is_refused),
        cmocka_unit_test(a_description_fits_bytes_with_other_subsections),
        cmocka_unit_test(hostile_subsections_do_no_harm),
        cmocka_unit_test(wrong_types_count_as_nothing),
        cmocka_unit_test(flipped_bytes_do_no_harm),
        cmocka_unit_test(a_description_is_found_at_the_end_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
