/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was given beside what was saved: the quick comparison finds what the whole one does. */
#include "support.h"

#include <string.h>

#include "harness/base/check.h"
#include "harness/base/random.h"
#include "harness/case/reframe.h"
#include "harness/judge/given.h"
#include "harness/message/reflect.h"

enum { TIMES = 20 };

static const char *const seeds[] = {
    CORPUS_DIR "/cases/seeds/ccw/net.textproto",
    CORPUS_DIR "/cases/seeds/ccw/rng.textproto",
    CORPUS_DIR "/cases/seeds/pci/blk.textproto",
    CORPUS_DIR "/cases/seeds/pci/serial.textproto",
};

/* Writes over some bytes of the payloads. */
static void scatter(const struct stream_encoding *encoding, struct builder *bytes, struct random *random)
{
    for (uint64_t n = random_below(random, 4); n > 0; n--) {
        const struct stream_mark *mark = &encoding->marks[random_below(random, encoding->n_marks)];
        uint8_t byte = (uint8_t)random_bits(random);

        if (mark->payload < mark->payload_end) {
            size_t at = mark->payload + random_below(random, mark->payload_end - mark->payload);

            builder_overwrite(bytes, at, &byte, 1);
        }
    }
}

/* A state as a loader saves it: other ids, a device more, and at times a subsection less. */
static void save(const Hardstop__Case *test, struct random *random, struct builder *saved)
{
    Hardstop__Stream *stream = (Hardstop__Stream *)reflect_clone(&test->stream->base);
    struct stream_encoding encoding = { 0 };

    for (size_t i = 0; i < stream->n_section; i++) {
        Hardstop__Section *section = stream->section[i];

        section->section_id += 3;
        if (section->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO && section->virtio->n_subsection &&
            random_one_in(random, 3)) {
            reflect_free(&section->virtio->subsection[--section->virtio->n_subsection]->base);
        }
    }
    stream_encode(stream, &encoding, NULL, NULL);
    scatter(&encoding, &encoding.out, random);
    builder_reset(saved);
    support_put_section(saved, 4, 2, "another", 1);
    support_put_hex(saved, "0102");
    if (stream->section[0]->footer) {
        support_put_footer(saved, 2);
    }
    builder_put(saved, encoding.out.data, encoding.out.size);
    stream_encoding_clear(&encoding);
    stream_free(stream);
}

/* Damaged bytes can be read in two ways: where a payload's end is known, more of it has names. */
static bool is_read_alike(const struct state_comparison *all, const struct state_comparison *some)
{
    for (size_t i = 0; i < all->n && i < STATE_DIFFERENCES; i++) {
        if (i >= some->n || all->differences[i].part == FIELD_PART_UNNAMED ||
            some->differences[i].part == FIELD_PART_UNNAMED) {
            return false;
        }
    }
    return true;
}

static void compare_same(const struct state_comparison *all, const struct state_comparison *some)
{
    assert_int_equal(all->n, some->n);
    for (size_t i = 0; i < all->n && i < STATE_DIFFERENCES; i++) {
        const struct state_difference *a = &all->differences[i], *b = &some->differences[i];

        assert_string_equal(a->idstr, b->idstr);
        assert_string_equal(a->path, b->path);
        assert_string_equal(a->left, b->left);
        assert_string_equal(a->right, b->right);
        assert_int_equal(a->mechanism, b->mechanism);
    }
}

static size_t compare_both(Hardstop__Case *test, struct random *random)
{
    static struct state_comparison all, some;
    struct judgement judgement = { .test = test };
    const struct builder *saved = &judgement.actual.saved;
    size_t told = 0;

    stream_encode(test->stream, &judgement.plain, NULL, NULL);
    for (int i = 0; i < TIMES; i++) {
        builder_reset(&judgement.damaged);
        builder_put(&judgement.damaged, judgement.plain.out.data, judgement.plain.out.size);
        scatter(&judgement.plain, &judgement.damaged, random);
        save(test, random, &judgement.actual.saved);
        if (given_compare(&judgement, saved->data, saved->size, &all)) {
            assert_true(given_compare_differing(&judgement, &some));
            assert_int_equal(!all.n, !some.n);
            if (is_read_alike(&all, &some)) {
                compare_same(&all, &some);
                told++;
            }
        }
    }
    judgement.test = NULL;
    judgement_clear(&judgement);
    return told;
}

static void the_quick_comparison_finds_the_same(void **state)
{
    struct random random;

    (void)state;
    random_init(&random, 1);
    for (size_t i = 0; i < HS_COUNT(seeds) * 2; i++) {
        Hardstop__Case *test = support_read_case(seeds[i / 2]);

        if (i % 2) {
            case_set_framing(test, HARDSTOP__FRAMING__LEGACY);
        }
        assert_in_range(compare_both(test, &random), TIMES / 2, TIMES);
        case_free(test);
    }
}

/* The end-of-file mark is no section to look for, and an answer does not need the bytes to be those undamaged. */
static void what_is_saved_is_told_by_its_bytes(void **state)
{
    struct judgement judgement = { 0 };
    static struct state_comparison comparison;
    Hardstop__Case *test = support_read_case(seeds[1]);

    (void)state;
    judgement.test = test;
    stream_encode(test->stream, &judgement.plain, NULL, NULL);
    builder_put(&judgement.damaged, judgement.plain.out.data, judgement.plain.out.size);
    builder_put(&judgement.actual.saved, judgement.plain.out.data, judgement.plain.out.size);
    assert_true(given_is_saved(&judgement, &judgement.damaged, &judgement.actual.saved));
    assert_true(given_compare_differing(&judgement, &comparison));
    assert_int_equal(comparison.n, 0);
    /* What is missing is not to be seen in a part. */
    builder_reset(&judgement.actual.saved);
    support_put_section(&judgement.actual.saved, 4, 2, "another", 1);
    support_put_hex(&judgement.actual.saved, "00");
    assert_false(given_is_saved(&judgement, &judgement.damaged, &judgement.actual.saved));
    assert_false(given_compare_differing(&judgement, &comparison));
    judgement_clear(&judgement);
    case_free(test);
}

/* A state may hold more than was given, before what was: none of it is cut off for that. */
static void a_payload_may_be_saved_longer(void **state)
{
    struct judgement judgement = { 0 };
    static struct state_comparison all, some;
    Hardstop__Case *test = support_read_case(seeds[1]);
    Hardstop__VirtioSection *device = support_virtio(test, "virtio-rng");
    struct stream_encoding whole = { 0 };

    (void)state;
    assert_in_range(device->n_subsection, 2, 100);
    stream_encode(test->stream, &whole, NULL, NULL);
    builder_put(&judgement.actual.saved, whole.out.data, whole.out.size);
    reflect_free(&device->subsection[0]->base);
    memmove(device->subsection, device->subsection + 1, --device->n_subsection * sizeof(*device->subsection));
    judgement.test = test;
    stream_encode(test->stream, &judgement.plain, NULL, NULL);
    builder_put(&judgement.damaged, judgement.plain.out.data, judgement.plain.out.size);
    assert_true(given_compare(&judgement, judgement.actual.saved.data, judgement.actual.saved.size, &all));
    assert_true(given_compare_differing(&judgement, &some));
    assert_int_equal(all.n, 0);
    assert_int_equal(some.n, 0);
    stream_encoding_clear(&whole);
    judgement_clear(&judgement);
    case_free(test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_quick_comparison_finds_the_same),
        cmocka_unit_test(what_is_saved_is_told_by_its_bytes),
        cmocka_unit_test(a_payload_may_be_saved_longer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
