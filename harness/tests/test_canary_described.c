/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Canaries of a made-up device that only its description names, and of the real hpet and i8254. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/canary/canary_described.h"
#include "harness/canary/places.h"
#include "harness/loader/capture.h"
#include "harness/loader/open.h"
#include "harness/setup/described.h"
#include "harness/wire/description.h"
#include "harness/wire/map.h"

#define FIELDS                                                                                                  \
    "{\"name\":\"on\",\"type\":\"bool\",\"size\":1},{\"name\":\"any\",\"type\":\"uint32\",\"size\":4},"           \
    "{\"name\":\"few\",\"type\":\"uint16\",\"size\":2},{\"name\":\"id\",\"type\":\"uint8\",\"size\":1},"          \
    "{\"name\":\"even\",\"type\":\"uint8\",\"size\":1},{\"name\":\"crash\",\"type\":\"uint8\",\"size\":1},"       \
    "{\"name\":\"hang\",\"type\":\"uint8\",\"size\":1},{\"name\":\"old\",\"type\":\"unused_buffer\",\"size\":2}," \
    "{\"name\":\"lost\",\"type\":\"uint8\",\"size\":1},{\"name\":\"more\",\"type\":\"uint8\",\"size\":1},"        \
    "{\"name\":\"config[0]\",\"type\":\"buffer\",\"size\":2},{\"name\":\"drop\",\"type\":\"uint8\",\"size\":1}"
#define MORE "{\"vmsd_name\":\"toy/more\",\"version\":1,\"fields\":[{\"name\":\"extra\",\"type\":\"uint8\",\"size\":1}]}"
#define DESCRIPTION(subsections) \
    "{\"devices\":[{\"name\":\"toy\",\"instance_id\":0,\"fields\":[" FIELDS "],\"subsections\":[" subsections "]}]}"

/* Offsets in the payload. */
enum { ON, ANY, FEW = 5, ID = 7, EVEN, CRASH, HANG, OLD, LOST = 13, MORE_AT, CONFIG, DROP = 17, SIZE };
enum { HEADER = 17, SUBSECTION = 1 + 1 + 8 + 4 + 1 };

static const uint8_t subsection[SUBSECTION] = "\x05\x08toy/more\0\0\0\x01";
static const uint8_t head[HEADER] = "\x04\0\0\0\x07\x03toy\0\0\0\0\0\0\0\x01";

struct toy {
    struct loader loader;
    struct builder saved;
    bool forgets; /* what it saves it does not load: its subsection */
    unsigned long loads;
};

static void save(struct toy *toy, const uint8_t *payload, const uint8_t *extra)
{
    const char *json = extra ? DESCRIPTION(MORE) : DESCRIPTION("");

    builder_clear(&toy->saved);
    builder_put(&toy->saved, head, HEADER);
    builder_put(&toy->saved, payload, SIZE);
    if (extra) {
        builder_put(&toy->saved, subsection, SUBSECTION - 1);
        builder_put(&toy->saved, extra, 1);
    }
    support_put_footer(&toy->saved, 7);
    builder_put_be(&toy->saved, 1, 0);
    builder_put_be(&toy->saved, 1, 6);
    builder_put_be(&toy->saved, 4, strlen(json));
    builder_put(&toy->saved, json, strlen(json));
}

/* What becomes of a payload: as a device would, with a reason for each place that cannot hold a canary. */
static enum outcome judge(const uint8_t *payload, const char **text)
{
    if (payload[CRASH] || payload[HANG]) {
        return payload[CRASH] ? OUTCOME_CRASHED : OUTCOME_HUNG;
    }
    if (payload[CONFIG] >> 4 != 8) {
        *text = "qemu: Bad config data: i=0x0 read: 11 device: 80 cmask: f0 wmask: 0 w1cmask:0";
        return OUTCOME_REJECTED;
    }
    return payload[FEW] || payload[FEW + 1] > 7 || payload[ID] != 5 || payload[EVEN] % 2 ? OUTCOME_REJECTED
                                                                                         : OUTCOME_ACCEPTED;
}

static int load(struct loader *loader, const struct loader_input *input, struct loader_answer *answer,
                struct hs_error *err)
{
    struct toy *toy = (struct toy *)loader;
    bool has_more = input->size == HEADER + SIZE + SUBSECTION + 5 + 1;
    const uint8_t *extra = input->bytes + HEADER + SIZE + SUBSECTION - 1;
    static const uint8_t none = 0;
    uint8_t payload[SIZE];

    (void)err;
    toy->loads++;
    assert_true(has_more || input->size == HEADER + SIZE + 5 + 1);
    memcpy(payload, input->bytes + HEADER, SIZE);
    memset(answer, 0, sizeof(*answer));
    answer->text = answer->section = "";
    answer->outcome = toy->forgets && has_more ? OUTCOME_REJECTED : judge(payload, &answer->text);
    memset(payload + OLD, 0, 2);
    payload[LOST] = 3;
    save(toy, payload, payload[MORE_AT] ? has_more ? extra : &none : NULL);
    /* A section that is left out. */
    if (payload[DROP]) {
        builder_clear(&toy->saved);
        builder_put_be(&toy->saved, 1, 0);
    }
    answer->saved = toy->saved.data;
    answer->saved_size = toy->saved.size;
    return 0;
}

static void close_nothing(struct loader *loader)
{
    (void)loader;
}

static const struct loader_class toy_class = { .load = load, .close = close_nothing };

static Hardstop__Case *toy_case(void)
{
    ProtobufCBinaryData json = { strlen(DESCRIPTION("")), (uint8_t *)DESCRIPTION("") };
    Hardstop__Case *test = case_new();

    test->stream = (Hardstop__Stream *)support_message(
        &hardstop__stream__descriptor,
        "section { section_id: 7 idstr: 'toy' instance_id: 0 version_id: 1 footer { } "
        "opaque: '\\000\\000\\000\\000\\011\\000\\001\\005\\000\\000\\000\\000\\000\\003\\000\\200\\000\\000' } "
        "section { type: EOF }");
    description_set(test->stream, &json);
    return test;
}

static void make(struct toy *toy, Hardstop__Case *test, struct canary *canary)
{
    struct hs_error err = { .text = "" };

    toy->loader.class = &toy_class;
    if (canary_make_described(&toy->loader, test, canary, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

static const char *reason_of(const struct canary *canary, const char *path, size_t places)
{
    for (size_t i = 0; i < canary->n_gaps; i++) {
        if (strcmp(canary->gaps[i].path, path) == 0) {
            assert_int_equal(canary->gaps[i].places, places);
            return canary->gaps[i].reason;
        }
    }
    fail_msg("no gap %s", path);
    return NULL;
}

static void a_place_holds_a_canary_or_says_why_not(void **state)
{
    Hardstop__Case *test = toy_case();
    struct canary canary;
    struct toy toy = { 0 };
    const uint8_t *payload;
    uint8_t config;

    (void)state;
    make(&toy, test, &canary);
    payload = test->stream->section[0]->opaque.data;
    assert_int_equal(payload[ON], 1);
    assert_memory_not_equal(payload + ANY, "\0\0\0\x09", 4);
    assert_in_range(payload[FEW + 1], 2, 7); /* not the first value, but a later one */
    assert_int_equal(payload[EVEN] % 2, 0);
    assert_int_not_equal(payload[EVEN], 0);
    /* The bits that are fixed stay, the others are those of the first value. */
    place_value("config[0]", 0, VMDESC_BUFFER, 0, (const uint8_t *)"\x80", &config, 1);
    assert_int_equal(payload[CONFIG], 0x80 | (config & 0xf));
    assert_int_not_equal(config & 0xf, 0);
    assert_int_not_equal(payload[CONFIG + 1], 0);
    /* The subsection came on the way, and is filled in, too. */
    assert_int_equal(test->stream->section[0]->opaque.len, SIZE + SUBSECTION);
    assert_int_not_equal(payload[MORE_AT], 0);
    assert_int_not_equal(payload[SIZE + SUBSECTION - 1], 0);
    assert_int_equal(canary.bytes, SIZE + SUBSECTION);
    assert_int_equal(canary.unnamed, 0);
    assert_int_equal(canary.places, 15);
    assert_int_equal(canary.held, 8);
    assert_string_equal(reason_of(&canary, "id", 1), "no other value was accepted");
    assert_string_equal(reason_of(&canary, "crash", 1), "crashes the loader");
    assert_string_equal(reason_of(&canary, "hang", 1), "hangs the loader");
    assert_string_equal(reason_of(&canary, "old", 2), "no version uses it any more");
    assert_string_equal(reason_of(&canary, "lost", 1), "saved otherwise than given");
    assert_string_equal(reason_of(&canary, "drop", 1), "saved with other parts than given");
    assert_int_equal(canary.loads, toy.loads);
    canary_clear(&canary);
    builder_clear(&toy.saved);
    case_free(test);
}

static void the_same_device_gives_the_same_canary(void **state)
{
    char *texts[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        Hardstop__Case *test = toy_case();
        struct canary canary;
        struct toy toy = { 0 };

        make(&toy, test, &canary);
        texts[i] = case_text(test);
        canary_clear(&canary);
        builder_clear(&toy.saved);
        case_free(test);
    }
    assert_string_equal(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
}

/* A device that refuses the subsection it saved is left without. */
static void what_it_saves_it_must_load(void **state)
{
    Hardstop__Case *test = toy_case();
    struct canary canary;
    struct toy toy = { .forgets = true };

    (void)state;
    make(&toy, test, &canary);
    assert_int_equal(test->stream->section[0]->opaque.len, SIZE);
    assert_string_equal(reason_of(&canary, "more", 1), "saved with other parts than given");
    canary_clear(&canary);
    builder_clear(&toy.saved);
    case_free(test);
}

static void what_is_refused_as_captured_is_said(void **state)
{
    Hardstop__Case *test = toy_case();
    struct canary canary;
    struct toy toy = { .loader.class = &toy_class };
    struct hs_error err;

    (void)state;
    test->stream->section[0]->opaque.data[ID] = 6;
    assert_int_equal(canary_make_described(&toy.loader, test, &canary, &err), -1);
    assert_string_equal(err.text, "as captured: rejected: ");
    canary_clear(&canary);
    builder_clear(&toy.saved);
    case_free(test);
}

static void values_differ_by_path_byte_and_attempt(void **state)
{
    uint8_t now[8] = { 0 }, values[PLACE_ATTEMPTS][8], other[8];

    (void)state;
    for (unsigned i = 0; i < PLACE_ATTEMPTS; i++) {
        place_value("path", 0, VMDESC_OTHER, i, now, values[i], 8);
        assert_memory_not_equal(values[i], now, 8);
        for (unsigned k = 0; k < i; k++) {
            assert_memory_not_equal(values[i], values[k], 8);
        }
    }
    place_value("path", 1, VMDESC_OTHER, 0, now, other, 8);
    assert_memory_not_equal(other, values[0], 8);
    place_value("paths", 0, VMDESC_OTHER, 0, now, other, 8);
    assert_memory_not_equal(other, values[0], 8);
    assert_null(memchr(values[0], 0, 8));
}

/* All the way on the real loader: what is made is accepted, saved as given, and found again in the same way. */
static void real_devices_get_theirs(void **state)
{
    static const struct {
        const char *name;
        size_t least; /* places that hold one */
    } devices[] = { { "hpet", 24 }, { "i8254", 40 } };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(devices); i++) {
        const struct described *device = described_find(devices[i].name);
        Hardstop__Setup *setup = described_setup(device, HARDSTOP__FRAMING__FOOTER);
        struct loader *loader = loader_open(setup, TRUST_ALL, NULL, NULL);
        Hardstop__Stream *stream = capture_decoded(setup, TRUST_ALL, NULL);
        Hardstop__Case *test = case_of_stream(stream, setup, CASE_KEEP_DEVICES);
        struct canary canary;
        struct hs_error err;

        assert_int_equal(case_keep_devices(test, device->sections), 1);
        if (canary_make_described(loader, test, &canary, &err) < 0) {
            fail_msg("%s: %s", device->name, err.text);
        }
        assert_int_equal(canary.unnamed, 0);
        assert_in_range(canary.held, devices[i].least, canary.places);
        canary_clear(&canary);
        case_free(test);
        loader_close(loader);
        hardstop__setup__free_unpacked(setup, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_place_holds_a_canary_or_says_why_not),
        cmocka_unit_test(the_same_device_gives_the_same_canary),
        cmocka_unit_test(what_it_saves_it_must_load),
        cmocka_unit_test(what_is_refused_as_captured_is_said),
        cmocka_unit_test(values_differ_by_path_byte_and_attempt),
        SUPPORT_TIDY(real_devices_get_theirs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
