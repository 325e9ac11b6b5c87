/* SPDX-License-Identifier: GPL-2.0-or-later */
/* In haste, as campaigns judge, a machine of the real QEMU gets the verdicts that it gets otherwise, of fewer loads. */
#include "support.h"

#include "harness/audit/edit/edit_plan.h"
#include "harness/base/check.h"
#include "harness/base/random.h"
#include "harness/judge/oracle.h"
#include "harness/wire/description.h"

enum { SAMPLES = 150, TRIES = 30 };

struct outcome_of {
    enum verdict verdict;
    bool differs;
    unsigned long loads;
};

static struct outcome_of judge(struct oracle *oracle, const Hardstop__Case *test)
{
    struct judgement judgement = { 0 };
    struct outcome_of found = { .loads = oracle->loads };
    struct hs_error err;

    if (oracle_judge(oracle, test, &judgement, &err) < 0) {
        fail_msg("%s", err.text);
    }
    found.verdict = judgement.verdict;
    found.differs = judgement.resave.n > 0;
    found.loads = oracle->loads - found.loads;
    judgement_clear(&judgement);
    return found;
}

static struct outcome_of judge_flipped(struct oracle *oracle, const Hardstop__Case *test, size_t section,
                                       const char *bit, uint32_t at)
{
    Hardstop__Damage *damage = edit_damage(test, section, EDIT_FLIP, bit, at);
    Hardstop__Case damaged = *test;
    struct outcome_of found;

    assert_non_null(damage);
    damaged.n_damage = 1;
    damaged.damage = &damage;
    found = judge(oracle, &damaged);
    hardstop__damage__free_unpacked(damage, NULL);
    return found;
}

static size_t payload_size(const Hardstop__Case *test, size_t section)
{
    struct stream_encoding encoding = { 0 };
    size_t size;

    stream_encode(test->stream, &encoding, NULL, NULL);
    size = encoding.marks[section].payload_end - encoding.marks[section].start;
    stream_encoding_clear(&encoding);
    return size;
}

static void flips_have_the_verdicts_that_they_have_otherwise(void **state)
{
    static const char *const sections[] = { "virtio-scsi", "scsi-disk", "virtio-rng" };
    static const char *const bits[] = { "01", "02", "04", "08", "10", "20", "40", "80" };
    Hardstop__Case *test = support_read_case(CORPUS_DIR "/cases/seeds/pci/scsi.textproto");
    struct loader *loader = support_open(test->setup);
    struct oracle hasty = { .loader = loader, .hasty = true, .fast = true };
    struct oracle patient = { .loader = loader };
    unsigned verdicts[VERDICT_COUNT] = { 0 }, different = 0;
    struct random random;

    (void)state;
    random_init(&random, 1);
    for (unsigned i = 0; i < SAMPLES; i++) {
        size_t section = support_find(test, sections[i % HS_COUNT(sections)]);
        uint32_t at = (uint32_t)random_below(&random, payload_size(test, section));
        const char *bit = bits[random_below(&random, HS_COUNT(bits))];
        struct outcome_of soon = judge_flipped(&hasty, test, section, bit, at);
        struct outcome_of late = judge_flipped(&patient, test, section, bit, at);

        assert_int_equal(soon.verdict, late.verdict);
        assert_int_equal(soon.differs, late.differs);
        verdicts[soon.verdict]++;
        different += soon.differs;
    }
    assert_true(verdicts[VERDICT_REJECTED] && verdicts[VERDICT_GARBAGE] && different);
    loader_close(loader);
    oracle_clear(&hasty);
    oracle_clear(&patient);
    case_free(test);
}

/* Was the machine asked once for its description, and did a state that is accepted cost one load? */
static bool needs_no_fork(const Hardstop__Case *test, size_t section)
{
    struct oracle oracle = { .loader = support_open(test->setup), .hasty = true, .fast = true };
    struct outcome_of plain = judge(&oracle, test), flipped;

    flipped = judge_flipped(&oracle, test, section, "01", (uint32_t)payload_size(test, section) - 1);
    assert_int_equal(plain.verdict, VERDICT_EQUAL);
    assert_int_equal(flipped.verdict, VERDICT_GARBAGE);
    loader_close(oracle.loader);
    oracle_clear(&oracle);
    return plain.loads == 2 && flipped.loads == 1;
}

static void what_a_description_names_needs_no_fork(void **state)
{
    Hardstop__Case *test = support_capture_part("pci", HARDSTOP__FRAMING__LEGACY, "acpi_build");
    size_t section = support_find(test, "acpi_build"), tries = 0;

    (void)state;
    description_set(test->stream, NULL);
    /* A fast load has 50 ms by the clock, which a busy machine may take from it: then a fork does it again. */
    while (!needs_no_fork(test, section)) {
        assert_true(++tries < TRIES);
    }
    case_free(test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(flips_have_the_verdicts_that_they_have_otherwise),
        SUPPORT_TIDY(what_a_description_names_needs_no_fork),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
