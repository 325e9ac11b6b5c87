/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Minimising, with loaders of this test's own whose defects are known, and once with the real one. */
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/finding/minimize.h"
#include "harness/finding/distance.h"
#include "harness/wire/stream.h"
#include "planted.h"
#include "harness/message/reflect.h"

/* A loader that crashes by what a predicate sees in the stream and the memory, and accepts all else as it is. */
struct fragile {
    struct loader loader;
    bool (*crashes)(struct fragile *fragile, const Hardstop__Stream *stream, const struct loader_input *input);
    bool hangs; /* instead */
    int signal; /* that the predicate sets; 0: SIGSEGV */
    unsigned long loads;
};

static int load(struct loader *loader, const struct loader_input *input, struct loader_answer *answer,
                struct hs_error *err)
{
    struct fragile *fragile = (struct fragile *)loader;
    Hardstop__Stream *stream = stream_decode(input->bytes, input->size, STREAM_FOOTER, NULL);

    (void)err;
    memset(answer, 0, sizeof(*answer));
    answer->text = answer->section = "";
    answer->outcome = OUTCOME_ACCEPTED;
    answer->saved = input->bytes;
    answer->saved_size = input->size;
    fragile->loads++;
    if (stream && fragile->crashes(fragile, stream, input)) {
        answer->outcome = fragile->hangs ? OUTCOME_HUNG : OUTCOME_CRASHED;
        answer->signal = fragile->signal ? fragile->signal : SIGSEGV;
        answer->n_frames = 1;
        strcpy(answer->frames[0].module, "qemu-system-fragile");
    }
    if (stream) {
        hardstop__stream__free_unpacked(stream, NULL);
    }
    return 0;
}

static void close_nothing(struct loader *loader)
{
    (void)loader;
}

static const struct loader_class fragile_class = { .load = load, .close = close_nothing };

static const Hardstop__VirtioSection *virtio_of(const Hardstop__Stream *stream)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        if (stream->section[i]->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO) {
            return stream->section[i]->virtio;
        }
    }
    return NULL;
}

static bool high_isr(struct fragile *fragile, const Hardstop__Stream *stream, const struct loader_input *input)
{
    const Hardstop__VirtioSection *virtio = virtio_of(stream);

    (void)fragile;
    (void)input;
    return virtio && virtio->isr >= 200;
}

static bool cut_short_of_what_memory_says(struct fragile *fragile, const Hardstop__Stream *stream,
                                          const struct loader_input *input)
{
    const Hardstop__VirtioSection *virtio = virtio_of(stream);
    const ProtobufCBinaryData *data = input->n_memory ? &input->memory[0]->data : NULL;

    (void)fragile;
    return virtio && virtio->status == 0xa5 && data && data->len && memchr(data->data, 'm', data->len);
}

static bool every_third_time(struct fragile *fragile, const Hardstop__Stream *stream,
                             const struct loader_input *input)
{
    (void)stream;
    (void)input;
    return fragile->loads % 3 != 2;
}

static bool only_in_haste(struct fragile *fragile, const Hardstop__Stream *stream, const struct loader_input *input)
{
    (void)fragile;
    /* A load that takes a second: too slow for a campaign's limit, unless the field says to take an hour. */
    return high_isr(fragile, stream, input) || input->timeout_ms == 250;
}

/* Without the high isr it still crashes, but elsewhere. */
static bool in_two_ways(struct fragile *fragile, const Hardstop__Stream *stream, const struct loader_input *input)
{
    const Hardstop__VirtioSection *virtio = virtio_of(stream);

    fragile->signal = high_isr(fragile, stream, input) ? SIGSEGV : SIGFPE;
    return fragile->signal == SIGSEGV || (virtio && virtio->queue_sel == 0x1234);
}

static bool is_called(const Hardstop__Section *section, const char *name)
{
    return section->idstr.len == strlen(name) && memcmp(section->idstr.data, name, strlen(name)) == 0;
}

static bool late_comes_before_rng(struct fragile *fragile, const Hardstop__Stream *stream,
                                  const struct loader_input *input)
{
    bool late = false;

    (void)fragile;
    (void)input;
    for (size_t i = 0; i < stream->n_section; i++) {
        late |= is_called(stream->section[i], "late");
        if (stream->section[i]->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO) {
            return late;
        }
    }
    return false;
}

/* The planted case with another section and another value in two fields. */
static Hardstop__Case *changed_case(const char *more)
{
    Hardstop__Case *test = planted_case(more);
    Hardstop__Stream *stream = test->stream;
    Hardstop__Section *other = (Hardstop__Section *)support_message(&hardstop__section__descriptor,
                                                                    "section_id: 9 idstr: 'timer' instance_id: 0 "
                                                                    "version_id: 2 opaque: 'xyz' footer { }");

    stream->section = hs_resize(stream->section, stream->n_section + 1, sizeof(*stream->section));
    memmove(stream->section + 1, stream->section, stream->n_section++ * sizeof(*stream->section));
    stream->section[0] = other;
    stream->section[1]->virtio->isr = 255;
    stream->section[1]->virtio->queue_sel = 0x1234;
    return test;
}

struct text {
    char all[2048];
};

static void append(void *user, const char *words)
{
    struct text *text = user;
    size_t used = strlen(text->all);

    snprintf(text->all + used, sizeof(text->all) - used, "%s\n", words);
}

static struct fragile fragile_of(bool (*crashes)(struct fragile *, const Hardstop__Stream *,
                                                 const struct loader_input *))
{
    return (struct fragile){ .loader.class = &fragile_class, .crashes = crashes };
}

/* Minimizes, and demands these words of what is left of the difference. */
static void minimize_to(struct loader *loader, const Hardstop__Case *test, const Hardstop__Case *captured,
                        const char *difference, struct minimized *small)
{
    struct minimize_options options = { .captured = captured->stream };
    struct hs_error err = { .text = "" };
    struct text words = { "" };

    if (minimize(loader, test, &options, small, &err) < 0) {
        fail_msg("%s", err.text);
    }
    distance_words(small->test, captured->stream, append, &words);
    assert_string_equal(words.all, difference);
}

static void what_does_not_matter_goes_back_to_what_was_captured(void **state)
{
    Hardstop__Case *captured = planted_case(""), *test = changed_case("");
    struct fragile fragile = fragile_of(high_isr);
    struct minimize_options options = { .captured = captured->stream };
    struct minimized small, again;
    struct hs_error err = { .text = "" };

    (void)state;
    minimize_to(&fragile.loader, test, captured, "virtio-rng virtio.isr: 1 -> 255\n", &small);
    /* Our own decoder wants the end of file. */
    assert_int_equal(small.test->stream->n_section, 2);
    assert_int_equal(small.test->stream->section[1]->type, HARDSTOP__SECTION__TYPE__EOF);
    assert_false(small.test->has_captured);
    assert_true(small.is_minimal);
    assert_true(small.loads > 0 && small.loads == fragile.loads);
    assert_int_equal(small.finding.verdict, VERDICT_CRASHED);
    /* Once more from the result, and once more from the start: the same. */
    assert_int_equal(minimize(&fragile.loader, small.test, &options, &again, &err), 0);
    assert_true(reflect_equal(&again.test->base, &small.test->base));
    minimized_clear(&again);
    assert_int_equal(minimize(&fragile.loader, test, &options, &again, &err), 0);
    assert_true(reflect_equal(&again.test->base, &small.test->base));
    minimized_clear(&again);
    minimized_clear(&small);
    case_free(test);
    case_free(captured);
}

/* Without a captured stream everything that can go goes. */
static void memory_and_damages_shrink_too(void **state)
{
    Hardstop__Case *test = changed_case("memory { address: 4096 data: 'ammo' } memory { address: 8192 data: 'x' }"
                                        "damage { at { section: 1 field: 'virtio.status' } overwrite: '\\245' }"
                                        "damage { at { section: 0 } overwrite: 'Y' }");
    struct fragile fragile = fragile_of(cut_short_of_what_memory_says);
    struct minimize_options options = { .captured = NULL };
    struct minimized small;
    struct hs_error err = { .text = "" };
    struct text words = { "" };

    (void)state;
    if (minimize(&fragile.loader, test, &options, &small, &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(small.test->n_memory, 1);
    assert_int_equal(small.test->memory[0]->data.len, 1);
    assert_int_equal(small.test->memory[0]->data.data[0], 'm');
    assert_int_equal(small.test->stream->n_section, 2);
    assert_true(small.bytes_after < small.bytes_before / 2);
    assert_true(small.test->setup != NULL);
    assert_false(small.test->has_captured);
    assert_int_equal(distance_words(small.test, NULL, append, &words), 1 + small.test->n_damage);
    assert_non_null(strstr(words.all, "guest memory: 1 byte at 0x"));
    minimized_clear(&small);
    case_free(test);
}

static void damages_are_placed_by_field(void **state)
{
    Hardstop__Case *captured = planted_case(""), *test = planted_case("");
    struct fragile fragile = fragile_of(high_isr);
    struct minimized small;
    Hardstop__Damage *damage;
    struct stream_encoding encoding = { 0 };
    size_t isr = damage_field_offset(test->stream, 0, "virtio.isr");

    (void)state;
    stream_encode(test->stream, &encoding, NULL, NULL);
    damage = support_damage(test, HARDSTOP__DAMAGE__KIND_OVERWRITE, 0, (uint32_t)(isr - encoding.marks[0].payload));
    damage->overwrite.data = hs_copy("\xff", 1);
    damage->overwrite.len = 1;
    minimize_to(&fragile.loader, test, captured, "overwrite with ff at section[0].virtio.isr+0\n", &small);
    /* Nothing but damages has changed: the mark is still right. */
    assert_true(small.test->has_captured);
    assert_int_equal(small.test->captured, test->captured);
    stream_encoding_clear(&encoding);
    minimized_clear(&small);
    case_free(test);
    case_free(captured);
}

static void another_finding_is_not_taken_for_it(void **state)
{
    Hardstop__Case *captured = planted_case(""), *test = changed_case("");
    struct fragile fragile = fragile_of(in_two_ways);
    struct minimized small;

    (void)state;
    minimize_to(&fragile.loader, test, captured, "virtio-rng virtio.isr: 1 -> 255\n", &small);
    minimized_clear(&small);
    case_free(test);
    case_free(captured);
}

/* Both ends of a swap move when a section before them goes. */
static void a_swap_keeps_its_partners(void **state)
{
    Hardstop__Case *test = changed_case("damage { at { section: 1 } swap: 2 }");
    Hardstop__Stream *stream = test->stream;
    struct fragile fragile = fragile_of(late_comes_before_rng);
    struct minimize_options options = { .captured = NULL };
    struct minimized small;
    struct hs_error err = { .text = "" };

    (void)state;
    stream->section = hs_resize(stream->section, stream->n_section + 1, sizeof(*stream->section));
    stream->section[stream->n_section] = stream->section[stream->n_section - 1];
    stream->section[stream->n_section++ - 1] = (Hardstop__Section *)support_message(
        &hardstop__section__descriptor,
        "section_id: 10 idstr: 'late' instance_id: 0 version_id: 2 opaque: 'xyz' footer { }");
    if (minimize(&fragile.loader, test, &options, &small, &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(small.test->stream->n_section, 3);
    assert_int_equal(small.test->n_damage, 1);
    assert_int_equal(small.test->damage[0]->swap, 1);
    assert_true(is_called(small.test->stream->section[1], "late"));
    minimized_clear(&small);
    case_free(test);
}

/* Two sections of one name, which their instances tell apart, and bytes that differ in length, too. */
static void distances_are_exact(void **state)
{
#define TIMER(instance, bytes) \
    "section { type: FULL section_id: 9 idstr: 'timer' instance_id: " instance " version_id: 2 opaque: '" bytes "' } "
    static const struct {
        const char *sections;
        size_t distance;
    } rows[] = {
        { TIMER("1", "abcd"), 0 },
        { TIMER("0", "aaaa"), 0 },
        { TIMER("1", "abXY"), 1 + 2 },
        { TIMER("1", "abcdEFG"), 1 + 3 },
        { TIMER("1", "a"), 1 + 3 },
        { TIMER("1", "Xbc"), 1 + 1 + 1 },
        { TIMER("0", "aaab") TIMER("1", "abcd"), 1 + 1 },
    };
    Hardstop__Stream *captured = (Hardstop__Stream *)support_message(&hardstop__stream__descriptor,
                                                                     TIMER("0", "aaaa") TIMER("1", "abcd"));

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        char *text = hs_format("stream { %s }", rows[i].sections);
        Hardstop__Case *test = (Hardstop__Case *)support_message(&hardstop__case__descriptor, text);

        assert_int_equal(distance_of_case(test, captured), rows[i].distance);
        assert_int_equal(distance_of_case(test, NULL), 0);
        case_free(test);
        free(text);
    }
    hardstop__stream__free_unpacked(captured, NULL);
}

static const struct {
    bool (*crashes)(struct fragile *, const Hardstop__Stream *, const struct loader_input *);
    bool changed;
    const char *words;
} refused[] = {
    { high_isr, false, "no finding" },
    { every_third_time, true, "unstable: 2 of 3 replays show " },
};

static void what_cannot_be_minimised_has_a_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(refused); i++) {
        Hardstop__Case *test = refused[i].changed ? changed_case("") : planted_case("");
        struct fragile fragile = fragile_of(refused[i].crashes);
        struct minimize_options options = { .captured = NULL };
        struct minimized small;
        struct hs_error err = { .text = "" };

        assert_int_equal(minimize(&fragile.loader, test, &options, &small, &err), -1);
        if (strncmp(err.text, refused[i].words, strlen(refused[i].words)) != 0) {
            fail_msg("%s", err.text);
        }
        minimized_clear(&small);
        case_free(test);
    }
}

static void a_limit_ends_the_search_with_what_there_is(void **state)
{
    Hardstop__Case *test = changed_case("");
    struct fragile fragile = fragile_of(high_isr);
    struct minimize_options options = { .max_loads = 6 };
    struct minimized small;
    struct hs_error err = { .text = "" };

    (void)state;
    if (minimize(&fragile.loader, test, &options, &small, &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_false(small.is_minimal);
    assert_true(small.bytes_after < small.bytes_before);
    /* What comes out is confirmed all the same. */
    assert_int_equal(small.loads, 6 + 3);
    minimized_clear(&small);
    case_free(test);
}

/* What only the short limit takes for a hang is no reproducer of one. */
static void a_hang_holds_with_the_long_limit(void **state)
{
    Hardstop__Case *captured = planted_case(""), *test = changed_case("");
    struct fragile fragile = fragile_of(only_in_haste);
    struct minimized small;

    (void)state;
    fragile.hangs = true;
    minimize_to(&fragile.loader, test, captured, "virtio-rng virtio.isr: 1 -> 255\n", &small);
    assert_int_equal(small.finding.verdict, VERDICT_HUNG);
    minimized_clear(&small);
    case_free(test);
    case_free(captured);
}

/* On the real QEMU: many fields of a captured stream are changed, and the one that crashes it is named. */
static void a_crash_of_the_real_loader_comes_down_to_its_field(void **state)
{
    Hardstop__Case *captured = support_capture_part("ccw", HARDSTOP__FRAMING__FOOTER, "virtio-net");
    Hardstop__Case *test = case_clone(captured);
    Hardstop__VirtioSection *virtio = support_virtio(test, "virtio-net");
    struct loader *loader = support_open(test->setup);
    struct minimized small;

    (void)state;
    virtio->queue[0]->has_num = true;
    virtio->queue[0]->num = 0;
    virtio->queue_sel = 2;
    virtio->has_queue_sel = true;
    virtio->ccw->has_mba = true;
    virtio->ccw->mba = 77;
    minimize_to(loader, test, captured, "virtio-net virtio.queue[0].num: 256 -> 0\n", &small);
    assert_int_equal(small.test->stream->n_section, 1);
    minimized_clear(&small);
    loader_close(loader);
    case_free(test);
    case_free(captured);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_matter_goes_back_to_what_was_captured),
        cmocka_unit_test(memory_and_damages_shrink_too),
        cmocka_unit_test(damages_are_placed_by_field),
        cmocka_unit_test(another_finding_is_not_taken_for_it),
        cmocka_unit_test(a_swap_keeps_its_partners),
        cmocka_unit_test(distances_are_exact),
        cmocka_unit_test(what_cannot_be_minimised_has_a_reason),
        cmocka_unit_test(a_limit_ends_the_search_with_what_there_is),
        cmocka_unit_test(a_hang_holds_with_the_long_limit),
        SUPPORT_TIDY(a_crash_of_the_real_loader_comes_down_to_its_field),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
