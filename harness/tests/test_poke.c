/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done to the real QEMU after an accepted load: all of it, the same each time, and what it finds. */
#include "support.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/pokes.h"
#include "harness/finding/finding.h"
#include "harness/loader/capture.h"
#include "harness/loader/confirm.h"
#include "harness/message/reflect.h"

#define SEEDS CORPUS_DIR "/cases/seeds/"

struct judged {
    Hardstop__Case *test;
    struct oracle oracle;
    struct judgement judgement;
};

static void judge_case(struct judged *judged, Hardstop__Case *test, uint32_t pokes)
{
    struct hs_error err = { .text = "" };

    memset(judged, 0, sizeof(*judged));
    judged->test = test;
    case_set_pokes(judged->test, pokes);
    judged->oracle.loader = support_open(judged->test->setup);
    if (oracle_judge(&judged->oracle, judged->test, &judged->judgement, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

static void judge(struct judged *judged, const char *path, uint32_t pokes)
{
    judge_case(judged, support_read_case(path), pokes);
}

static void clear(struct judged *judged)
{
    judgement_clear(&judged->judgement);
    loader_close(judged->oracle.loader);
    oracle_clear(&judged->oracle);
    case_free(judged->test);
}

static enum property_result result(const struct judged *judged, const char *property)
{
    return property_find(property)->judge(&judged->judgement);
}

/* A QEMU has functions for all of them, on each transport; the device of the simplest kind survives. */
static void each_is_done(void **state)
{
    static const char *const seeds[] = { SEEDS "ccw/rng.textproto", SEEDS "pci/rng.textproto",
                                         SEEDS "mmio/rng.textproto" };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(seeds); i++) {
        struct judged judged;

        judge(&judged, seeds[i], POKE_ALL);
        assert_int_equal(judged.judgement.actual.answer.outcome, OUTCOME_ACCEPTED);
        assert_int_equal(judged.judgement.actual.answer.poked, POKE_ALL & ~POKE_BIT(POKE_RETRY));
        assert_int_equal(result(&judged, "accepted-survives-use"), PROPERTY_PASS);
        assert_int_not_equal(result(&judged, PROPERTY_RESET), PROPERTY_SKIP);
        clear(&judged);
    }
}

/*
 * What is rejected is followed by the undamaged stream.  A PCI device keeps the version that the stream says it has, and
 * reads the next stream by that (pci_device_load, hw/pci/pci.c): the canary says 1, which has no irq_state.
 */
static void a_rejected_stream_is_followed_by_another(void **state)
{
    static const struct {
        const char *seed;
        enum property_result result;
    } tried[] = {
        { SEEDS "ccw/rng.textproto", PROPERTY_PASS },
        { SEEDS "mmio/rng.textproto", PROPERTY_PASS },
        { SEEDS "pci/rng.textproto", PROPERTY_FAIL },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(tried); i++) {
        Hardstop__Case *test = support_read_case(tried[i].seed);
        struct finding finding;
        struct judged judged;

        support_damage(test, HARDSTOP__DAMAGE__KIND_DELETE, 0, 300)->delete_ = 3;
        judge_case(&judged, test, POKE_ALL);
        assert_int_equal(judged.judgement.verdict, VERDICT_REJECTED);
        assert_int_equal(judged.judgement.actual.answer.poked, POKE_BIT(POKE_RETRY));
        assert_int_equal(judged.judgement.was_retried, true);
        assert_int_equal(result(&judged, PROPERTY_RETRY), tried[i].result);
        assert_int_equal(finding_of(&judged.judgement, &finding), tried[i].result == PROPERTY_FAIL);
        if (tried[i].result == PROPERTY_FAIL) {
            assert_string_equal(finding.same, PROPERTY_RETRY ": pci: rejected, too");
            assert_non_null(strstr(finding.message, "the undamaged stream is rejected, too"));
        }
        clear(&judged);
    }
}

/* Takes the record of guest memory at that address away. */
static void drop_memory(Hardstop__Case *test, uint64_t address)
{
    for (size_t i = 0; i < test->n_memory; i++) {
        if (test->memory[i]->address == address) {
            reflect_free(&test->memory[i]->base);
            test->memory[i] = test->memory[--test->n_memory];
            return;
        }
    }
    fail_msg("no memory at %" PRIu64, address);
}

/* Its sizes of rings are left over a reset by QEMU 7.2, and one that is broken or disabled answers nothing. */
static void mend(Hardstop__VirtioSection *device)
{
    for (size_t i = 0; i < device->n_subsection; i++) {
        Hardstop__Subsection *part = device->subsection[i];

        if (part->body_case == HARDSTOP__SUBSECTION__BODY_RINGSIZE) {
            part->ringsize->n_num_default = 0;
        } else if (part->body_case == HARDSTOP__SUBSECTION__BODY_BROKEN) {
            part->broken->broken = 0;
        } else if (part->body_case == HARDSTOP__SUBSECTION__BODY_DISABLED) {
            part->disabled->disabled = 0;
        }
    }
}

/*
 * A reset ends the requests that are under way, and says so in guest memory: what that then holds is not what the
 * undamaged stream belongs to, and no fault of the rejected one.
 */
static void guest_memory_is_put_back_before_it(void **state)
{
    Hardstop__Case *test = support_read_case(SEEDS "mmio/scsi.textproto");
    Hardstop__VirtioSection *device = support_virtio(test, "virtio-scsi");
    Hardstop__Damage *damage;
    struct judged judged;

    (void)state;
    mend(device);
    device->queue[4]->last_avail_idx = 0;
    drop_memory(test, 1085442);
    drop_memory(test, 1086466);
    damage = support_damage(test, HARDSTOP__DAMAGE__KIND_OVERWRITE, (uint32_t)test->stream->n_section - 1, 0);
    damage->at->has_header = damage->at->header = true;
    damage->overwrite.data = hs_copy("\xff", 1);
    damage->overwrite.len = 1;
    judge_case(&judged, test, POKE_BIT(POKE_RETRY));
    assert_int_equal(judged.judgement.reference.answer.outcome, OUTCOME_ACCEPTED);
    assert_int_equal(judged.judgement.verdict, VERDICT_REJECTED);
    assert_int_equal(result(&judged, PROPERTY_RETRY), PROPERTY_PASS);
    clear(&judged);
}

static size_t count_lines(const struct builder *acts, const char *begin)
{
    size_t n = 0;

    for (const uint8_t *at = acts->data; at < acts->data + acts->size; at++) {
        n += (at == acts->data || at[-1] == '\n') && strncmp((const char *)at, begin, strlen(begin)) == 0;
    }
    return n;
}

/* Whatever is done is done to a QEMU of which nothing is ours, too; what its guest does, by qtest. */
static void an_unmodified_one_is_used(void **state)
{
    Hardstop__Case *test = support_read_case(SEEDS "pci/rng.textproto");
    const struct confirm_limits limits = { .pokes = POKE_ALL };
    struct confirm_result confirmed;
    struct hs_error err = { .text = "" };
    char *folder = support_folder(), *path;
    uint8_t *stream;
    size_t size;

    (void)state;
    assert_int_equal(capture_stream(test->setup, TRUST_ALL, &stream, &size, &err), 0);
    path = support_write(folder, "used.mig", stream, size);
    if (confirm_run(test->setup, TRUST_ALL, path, &limits, &confirmed, &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(confirmed.outcome, OUTCOME_ACCEPTED);
    assert_int_equal(confirmed.poke, POKE_NONE);
    assert_string_equal(confirmed.commands, "cont, stop, system_reset, device_del");
    assert_non_null(confirmed.reset);
    assert_true(count_lines(&confirmed.acts, "outl 0xcf8 0x8") > 100);
    assert_true(count_lines(&confirmed.acts, "write") > 1000);
    confirm_result_clear(&confirmed);
    support_remove(folder);
    free(path);
    free(stream);
    case_free(test);
}

/*
 * QEMU 7.2's virtio_net_change_num_queues() asserts that the device's queues are one more than pairs (hw/net/virtio-net.c);
 * a stream with another number of queues is accepted, and the next reset by the guest ends QEMU.
 */
static void an_end_in_use_is_found(void **state)
{
    struct judged judged;
    struct finding finding;

    (void)state;
    judge(&judged, SEEDS "pci/net.textproto", 1u << POKE_REGISTERS);
    assert_int_equal(judged.judgement.verdict, VERDICT_CRASHED);
    assert_int_equal(judged.judgement.actual.answer.poke, POKE_REGISTERS);
    assert_int_equal(result(&judged, "loader-survives"), PROPERTY_PASS);
    assert_int_equal(result(&judged, "undamaged-is-accepted"), PROPERTY_PASS);
    assert_true(finding_of(&judged.judgement, &finding));
    assert_string_equal(finding.property, "accepted-survives-use");
    assert_non_null(strstr(finding.message, "registers"));
    clear(&judged);
    judge(&judged, SEEDS "pci/net.textproto", POKE_ALL & ~(1u << POKE_REGISTERS));
    assert_int_equal(judged.judgement.actual.answer.poke, POKE_NONE);
    clear(&judged);
}

/* What is not asked for is not done, and nothing is said of it. */
static void none_is_done_by_itself(void **state)
{
    struct judged judged;

    (void)state;
    judge(&judged, SEEDS "pci/rng.textproto", 0);
    assert_int_equal(judged.judgement.actual.answer.poked, 0);
    assert_int_equal(result(&judged, "accepted-survives-use"), PROPERTY_SKIP);
    assert_int_equal(result(&judged, PROPERTY_RESET), PROPERTY_SKIP);
    clear(&judged);
}

/* What is found, and what a reset leaves; but for the guest's count of ticks, which is the processor's. */
static void it_is_the_same_each_time(void **state)
{
    struct judged first, second;

    (void)state;
    judge(&first, SEEDS "ccw/rng.textproto", POKE_ALL);
    judge(&second, SEEDS "ccw/rng.textproto", POKE_ALL);
    assert_int_not_equal(first.judgement.actual.answer.used_size, 0);
    assert_int_equal(first.judgement.actual.answer.used_size, second.judgement.actual.answer.used_size);
    assert_int_equal(first.judgement.left.n, second.judgement.left.n);
    for (size_t i = 0; i < first.judgement.left.n && i < STATE_DIFFERENCES; i++) {
        assert_string_equal(first.judgement.left.differences[i].path, second.judgement.left.differences[i].path);
        assert_string_equal(first.judgement.left.differences[i].right, second.judgement.left.differences[i].right);
    }
    clear(&first);
    clear(&second);
}

static void names_and_numbers_are_one(void **state)
{
    uint32_t set = 0;

    (void)state;
    assert_true(pokes_of_list("all", &set));
    assert_int_equal(set, POKE_ALL);
    for (unsigned i = POKE_NONE + 1; i < POKES; i++) {
        uint32_t one = 0;

        assert_true(pokes_of_list(poke_name(i), &one));
        assert_int_equal(one, UINT32_C(1) << i);
        assert_non_null(strstr(poke_names(), poke_name(i)));
    }
    assert_string_equal(poke_name(POKE_KICK), "kick");
    assert_string_equal(poke_name(POKE_NONE), "");
    assert_string_equal(poke_name(POKES), "");
    assert_true(pokes_of_list("stop,kick", &set));
    assert_int_equal(set, 1u << POKE_STOP | 1u << POKE_KICK);
    assert_false(pokes_of_list("", &set));
    assert_false(pokes_of_list("kick,none", &set));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_numbers_are_one),
        cmocka_unit_test(each_is_done),
        cmocka_unit_test(a_rejected_stream_is_followed_by_another),
        cmocka_unit_test(guest_memory_is_put_back_before_it),
        cmocka_unit_test(an_end_in_use_is_found),
        cmocka_unit_test(an_unmodified_one_is_used),
        cmocka_unit_test(none_is_done_by_itself),
        cmocka_unit_test(it_is_the_same_each_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
