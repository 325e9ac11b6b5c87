/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guests that ran before they were captured: the seeds that our small ones made load as they were saved, the guests
 * make them again, and firmware's states are accepted, and audited.  Without its rings, a device's indexes are
 * inconsistent.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/audit/sweep/sweep.h"
#include "harness/case/ring_decode.h"
#include "harness/judge/oracle.h"
#include "harness/loader/capture.h"
#include "harness/loader/open.h"
#include "harness/loader/qemu/running.h"

static const char *const seeds[] = { "ccw/rng", "ccw/net", "ccw/blk", "pci/rng", "pci/net", "pci/blk" };

static Hardstop__Case *read_seed(size_t i)
{
    char *path = hs_format(CORPUS_DIR "/cases/seeds/guest/%s.textproto", seeds[i]);
    Hardstop__Case *seed = support_read_case(path);

    free(path);
    return seed;
}

/* What a real QEMU makes of the case: its words, and whether it saves it as given. */
static bool is_kept(const Hardstop__Case *test, char *words, size_t size)
{
    struct loader *loader = support_open(test->setup);
    struct oracle oracle = { .loader = loader };
    struct judgement judgement = { 0 };
    struct hs_error err;
    bool kept;

    if (oracle_judge(&oracle, test, &judgement, &err) < 0) {
        fail_msg("%s", err.text);
    }
    kept = judgement.verdict == VERDICT_EQUAL && judgement.resave.n == 0;
    snprintf(words, size, "%s", judgement.actual.answer.text);
    judgement_clear(&judgement);
    oracle_clear(&oracle);
    loader_close(loader);
    return kept;
}

static void seeds_of_guests_are_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(seeds); i++) {
        Hardstop__Case *seed = read_seed(i);
        char words[256];

        assert_true(seed->n_memory > 0);
        assert_int_equal(trust_check(seed->setup, TRUST_NONE, NULL), 0);
        if (!is_kept(seed, words, sizeof(words)) || *words) {
            fail_msg("%s is not saved as given: %s", seeds[i], words);
        }
        case_free(seed);
    }
}

/* As a campaign that uses what is accepted reads them. */
static void their_rings_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(seeds); i++) {
        Hardstop__Case *seed = read_seed(i);
        size_t n = seed->n_memory;
        char words[256];

        assert_int_equal(ring_decode_all(seed) * 3, n);
        assert_int_equal(seed->n_memory, 0);
        if (!is_kept(seed, words, sizeof(words)) || *words) {
            fail_msg("%s, its rings read, is not saved as given: %s", seeds[i], words);
        }
        case_free(seed);
    }
}

/* Else the memory of a seed would be there for nothing. */
static void without_its_rings_a_device_is_inconsistent(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(seeds); i++) {
        Hardstop__Case *seed = read_seed(i);
        char words[256];

        while (seed->n_memory) {
            hardstop__guest_memory__free_unpacked(seed->memory[--seed->n_memory], NULL);
        }
        is_kept(seed, words, sizeof(words));
        assert_non_null(strstr(words, "inconsistent with Host index"));
        case_free(seed);
    }
}

static Hardstop__Case *capture_running_case(const Hardstop__Setup *setup, bool small, enum case_keep keep)
{
    uint8_t *bytes = NULL;
    size_t size;
    struct hs_error err;
    Hardstop__Stream *stream;

    if (capture_running(setup, TRUST_ALL, small, &bytes, &size, &err) < 0) {
        fail_msg("%s", err.text);
    }
    stream = stream_decode(bytes, size, STREAM_ANY, &err);
    assert_non_null(stream);
    free(bytes);
    return case_of_stream(stream, setup, keep);
}

/* What a guest has done with the queues, and where they are. */
static void check_queues(const Hardstop__VirtioSection *made, const Hardstop__VirtioSection *seed)
{
    assert_int_equal(made->status, seed->status);
    assert_int_equal(made->guest_features, seed->guest_features);
    assert_int_equal(made->n_queue, seed->n_queue);
    for (size_t i = 0; i < seed->n_queue; i++) {
        assert_int_equal(made->queue[i]->num, seed->queue[i]->num);
        assert_int_equal(made->queue[i]->desc, seed->queue[i]->desc);
        assert_int_equal(made->queue[i]->last_avail_idx, seed->queue[i]->last_avail_idx);
    }
}

static void guests_make_them_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(seeds); i++) {
        Hardstop__Case *seed = read_seed(i), *made = capture_running_case(seed->setup, true, CASE_KEEP_DEVICES);
        const char *device = strchr(seeds[i], '/');
        char *name = hs_format("virtio-%s", device + 1);

        check_queues(support_virtio(made, name), support_virtio(seed, name));
        assert_int_equal(made->n_memory, seed->n_memory);
        for (size_t k = 0; k < seed->n_memory; k++) {
            assert_int_equal(made->memory[k]->address, seed->memory[k]->address);
        }
        free(name);
        case_free(made);
        case_free(seed);
    }
}

static void a_guest_without_its_device_gives_up(void **state)
{
    static const char *const setups[] = {
        "binary: 'qemu-system-s390x' machine: 's390-ccw-virtio' device: 'virtio-gpu-ccw'",
        "binary: 'qemu-system-x86_64' machine: 'pc' device: 'virtio-gpu-pci'",
        /* Where a device is a legacy one. */
        "binary: 'qemu-system-x86_64' machine: 'pc-i440fx-2.4' device: 'virtio-rng-pci'",
    };
    uint8_t *bytes = NULL;
    size_t size;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(setups); i++) {
        Hardstop__Setup *setup = (Hardstop__Setup *)support_message(&hardstop__setup__descriptor, setups[i]);
        struct hs_error err = { .text = "" };

        assert_int_equal(capture_running(setup, TRUST_ALL, true, &bytes, &size, &err), -1);
        assert_non_null(strstr(err.text, "no virtio device that it knows"));
        setup->binary[strlen(setup->binary) - 1] = 0;
        assert_int_equal(capture_running(setup, TRUST_ALL, true, &bytes, &size, &err), -1);
        hardstop__setup__free_unpacked(setup, NULL);
    }
}

/* All processors halted, and none that takes interrupts: only then nothing wakes the guest. */
static void a_halted_guest_is_known(void **state)
{
    (void)state;
    assert_true(running_is_halted("CPU#0\r\nEFL=00000006 [-----P-] HLT=1\r\n\r\nCPU#1\r\nEFL=00000002 HLT=1\r\n"));
    assert_false(running_is_halted("CPU#0\r\nEFL=00000206 [-----P-] HLT=1\r\n"));
    assert_false(running_is_halted("CPU#0\r\nEFL=00000006 HLT=0\r\nCPU#1\r\nEFL=00000002 HLT=1\r\n"));
    assert_false(running_is_halted("CPU#0\r\nPSW=mask 0002000180000000\r\n"));
}

/* Machines whose firmware finds nothing to start, and a section that is audited. */
static const struct {
    const char *setup, *section;
} booted[] = {
    { "binary: 'qemu-system-s390x' machine: 's390-ccw-virtio' device: 'virtio-rng-ccw' device: 'virtio-net-ccw'",
      "virtio-rng" },
    { "binary: 'qemu-system-x86_64' machine: 'q35' memory: '8M' device: 'virtio-rng-pci' "
      "device: 'virtio-net-pci,romfile=' option: '-boot' option: 'reboot-timeout=1' option: '-smp' option: '3'",
      "ICH9LPC" },
    { "binary: 'qemu-system-x86_64' machine: 'pc' memory: '8M' device: 'virtio-rng-pci' "
      "option: '-boot' option: 'reboot-timeout=1'",
      "mc146818rtc" },
    { "binary: 'qemu-system-x86_64' machine: 'microvm' memory: '8M' device: 'virtio-rng-device' option: '-smp' "
      "option: '2'",
      "mc146818rtc" },
};

/* An audit asks with device sections alone, fast, and with loads of their own: what it finds is what they say. */
static void check_audit(Hardstop__Case *test, const char *section)
{
    const struct sweep_options options = { .choice.edits = 1u << EDIT_TRUNCATE | 1u << EDIT_SECTION };
    struct loader_source source = { test->setup, TRUST_ALL };
    struct audit audit = { 0 };
    struct hs_error err;

    assert_true(case_keep_from(test, support_find(test, section)));
    if (sweep(test, &options, loader_open_source, &source, NULL, &audit, &err) != 0) {
        fail_msg("%s", err.text);
    }
    assert_true(audit_cells(&audit, EDIT_TRUNCATE) > 50);
    assert_int_equal(audit.counts[EDIT_TRUNCATE][VERDICT_REJECTED], audit_cells(&audit, EDIT_TRUNCATE));
    /* Left out or swapped, it is never loaded, or loads as before. */
    assert_true(audit.counts[EDIT_SECTION][VERDICT_GARBAGE] > 0);
    audit_clear(&audit);
}

static void booted_guests_are_as_good_as_fresh_ones(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(booted); i++) {
        Hardstop__Setup *setup = (Hardstop__Setup *)support_message(&hardstop__setup__descriptor, booted[i].setup);
        Hardstop__Case *test = capture_running_case(setup, false, CASE_KEEP_ALL);
        char words[256];

        if (!is_kept(test, words, sizeof(words))) {
            fail_msg("%s is not saved as given: %s", booted[i].setup, words);
        }
        check_audit(test, booted[i].section);
        case_free(test);
        hardstop__setup__free_unpacked(setup, NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(seeds_of_guests_are_kept),
        SUPPORT_TIDY(their_rings_are_read),
        SUPPORT_TIDY(without_its_rings_a_device_is_inconsistent),
        SUPPORT_TIDY(guests_make_them_again),
        SUPPORT_TIDY(a_guest_without_its_device_gives_up),
        SUPPORT_TIDY(a_halted_guest_is_known),
        SUPPORT_TIDY(booted_guests_are_as_good_as_fresh_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
