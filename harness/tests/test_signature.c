/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which findings are the same, and which are not: pairs of what a loader did. */
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/finding/finding.h"
#include "harness/message/reflect.h"

/* What a loader did, in short: what a judgement is made of. */
struct deed {
    const char *property;
    enum verdict verdict;
    bool pci, legacy;
    const char *device, *path; /* of the first difference */
    bool is_bool;
    int exit_status; /* 0: a signal */
    const char *text; /* QEMU's words */
    int signal;
    uint64_t frames[4]; /* a crash's stack in the program; the second is marked as a device's load in a hang's */
    const char *symbol;
};

#define RESAVES .property = "accepted-resaves-equal", .verdict = VERDICT_EQUAL
#define CRASH .property = "loader-survives", .verdict = VERDICT_CRASHED
#define NO_MEMORY .property = "loader-answers", .verdict = VERDICT_CRASHED, .text = "x: failed to allocate 12 bytes\n"
#define HANG .property = "loader-answers", .verdict = VERDICT_HUNG
#define REFUSED .property = "undamaged-is-accepted", .verdict = VERDICT_REJECTED
#define ASSERTION(line, number) \
    "qemu-system-s390x: ../hw/net/virtio-net.c:" line ": f: Assertion `n >= " number "' failed.\n"

static const struct {
    struct deed one, two;
    bool same;
} pairs[] = {
    /* A field of the common payload is one bug in any device, transport, element, and verdict. */
    { { RESAVES, .device = "virtio-net", .path = "virtio.status" },
      { RESAVES, .device = "virtio-rng", .path = "virtio.status", .pci = true }, true },
    { { RESAVES, .device = "virtio-net", .path = "virtio.queue[0].num" },
      { RESAVES, .device = "virtio-net", .path = "virtio.queue[12].num" }, true },
    { { RESAVES, .device = "virtio-net", .path = "virtio.isr" },
      { .property = "accepted-resaves-equal", .verdict = VERDICT_GARBAGE, .device = "virtio-blk", .path = "virtio.isr",
        .legacy = true }, true },
    { { RESAVES, .device = "virtio-net", .path = "virtio.status" },
      { RESAVES, .device = "virtio-net", .path = "virtio.isr" }, false },
    { { RESAVES, .device = "virtio-net", .path = "virtio.ccw.mba" },
      { RESAVES, .device = "virtio-blk", .path = "virtio.ccw.mba" }, true },
    /* Subsections: which one matters for what is in it, not for its header. */
    { { RESAVES, .device = "virtio-net", .path = "virtio.subsection[virtio/virtqueues].virtqueues.vq[0].avail" },
      { RESAVES, .device = "virtio-rng", .path = "virtio.subsection[virtio/virtqueues].virtqueues.vq[9].avail" },
      true },
    { { RESAVES, .device = "virtio-net", .path = "virtio.subsection[virtio/broken].version_id" },
      { RESAVES, .device = "virtio-net", .path = "virtio.ccw.subch_subsection[s390_subch_dev/orb].version_id" }, true },
    { { RESAVES, .device = "virtio-net", .path = "virtio.subsection[virtio/broken].mark" },
      { RESAVES, .device = "virtio-net", .path = "virtio.subsection[virtio/virtqueues].mark" }, false },
    { { RESAVES, .device = "virtio-net", .path = "virtio.subsection[virtio/broken].version_id" },
      { RESAVES, .device = "virtio-net", .path = "virtio.subsection[virtio/broken].name_len" }, false },
    /* Bools, indicators and instance ids are each read in one place. */
    { { RESAVES, .device = "virtio-net", .path = "virtio.ccw.ccw_fmt_1", .is_bool = true },
      { RESAVES, .device = "scsi-disk", .path = "scsi_disk.tray_open", .is_bool = true }, true },
    { { RESAVES, .device = "virtio-net", .path = "virtio.ccw.ccw_fmt_1", .is_bool = true },
      { RESAVES, .device = "virtio-net", .path = "virtio.ccw.ccw_fmt_1" }, false },
    { { RESAVES, .device = "virtio-net", .path = "virtio.ccw.indicators.len" },
      { RESAVES, .device = "virtio-rng", .path = "virtio.ccw.summary_indicator.len" }, true },
    { { RESAVES, .device = "virtio-net", .path = "virtio.ccw.indicators.len" },
      { RESAVES, .device = "virtio-net", .path = "virtio.ccw.indicators2.addr" }, false },
    { { RESAVES, .device = "virtio-net", .path = STATE_INSTANCE },
      { RESAVES, .device = "timer", .path = STATE_INSTANCE }, true },
    { { RESAVES, .device = "virtio-net", .path = STATE_INSTANCE },
      { RESAVES, .device = "virtio-net", .path = "" }, false },
    /* Elsewhere the device matters, and for a section that was never loaded nothing does. */
    { { RESAVES, .device = "timer", .path = "ticks" }, { RESAVES, .device = "cpu", .path = "ticks" }, false },
    { { RESAVES, .device = "timer", .path = "regs[1].x" }, { RESAVES, .device = "timer", .path = "regs[2].x" }, true },
    { { RESAVES, .device = "virtio-net", .path = "" }, { RESAVES, .device = "junk", .path = "" }, true },
    { { RESAVES, .device = "virtio-net", .path = STATE_UNREAD },
      { RESAVES, .device = "cpu", .path = STATE_UNREAD }, true },
    /* Crashes: an assertion by its words, anything else by its stack. */
    { { CRASH, .device = "virtio-net", .signal = SIGABRT, .text = ASSERTION("12", "3"), .frames = { 1, 2, 3 } },
      { CRASH, .device = "virtio-blk", .signal = SIGABRT, .text = "noise\n" ASSERTION("77", "45"), .pci = true,
        .frames = { 9, 8, 7 } }, true },
    { { CRASH, .signal = SIGABRT, .text = ASSERTION("12", "3"), .frames = { 1, 2, 3 } },
      { CRASH, .signal = SIGABRT, .text = "qemu-system-s390x: ../a.c:1: g: Assertion `x' failed.\n",
        .frames = { 1, 2, 3 } }, false },
    { { CRASH, .device = "virtio-net", .signal = SIGSEGV, .frames = { 1, 2, 3, 4 } },
      { CRASH, .device = "virtio-blk", .signal = SIGSEGV, .frames = { 1, 2, 3, 5 }, .text = "words\n" }, true },
    { { CRASH, .signal = SIGSEGV, .frames = { 1, 2, 3 } }, { CRASH, .signal = SIGSEGV, .frames = { 1, 2, 4 } }, false },
    { { CRASH, .signal = SIGSEGV, .frames = { 1, 2, 3 } }, { CRASH, .signal = SIGBUS, .frames = { 1, 2, 3 } }, false },
    /* An exit says why, whoever called for it; memory that is refused, by the device that asked for it. */
    { { CRASH, .exit_status = 1, .text = "noise\nqemu-system-s390x: cannot map 12\n", .frames = { 1, 2, 3 } },
      { CRASH, .exit_status = 1, .text = "qemu-system-x86_64: cannot map 5\n", .pci = true, .frames = { 4 } }, true },
    { { CRASH, .exit_status = 1, .text = "qemu-system-s390x: cannot map\n", .frames = { 1, 2, 3 } },
      { CRASH, .exit_status = 1, .text = "qemu-system-s390x: bad data\n", .frames = { 1, 2, 3 } }, false },
    { { CRASH, .exit_status = 1, .text = "words\n" }, { CRASH, .exit_status = 2, .text = "words\n" }, false },
    { { NO_MEMORY, .device = "virtio-gpu", .signal = SIGTRAP, .frames = { 1, 2, 3 } },
      { NO_MEMORY, .device = "virtio-gpu", .signal = SIGTRAP, .frames = { 4, 5, 6 }, .pci = true }, true },
    { { NO_MEMORY, .device = "virtio-gpu", .signal = SIGTRAP, .frames = { 1, 2, 3 } },
      { NO_MEMORY, .device = "virtio-net", .signal = SIGTRAP, .frames = { 1, 2, 3 } }, false },
    /* Hangs: by the function of the device's load, wherever in it. */
    { { HANG, .device = "virtio-net", .frames = { 1, 2, 3 }, .symbol = "virtio_load" },
      { HANG, .device = "virtio-rng", .frames = { 7, 8, 9 }, .symbol = "virtio_load", .pci = true }, true },
    { { HANG, .frames = { 1, 2, 3 }, .symbol = "virtio_load" },
      { HANG, .frames = { 1, 2, 3 }, .symbol = "get_x" }, false },
    { { HANG, .frames = { 1, 2, 3 } }, { HANG, .frames = { 1, 5, 3 } }, false },
    /* Refusals of a sound stream: by device and first line. */
    { { REFUSED, .device = "virtio-net", .text = "bad size 12\nmore" },
      { REFUSED, .device = "virtio-net", .text = "bad size 345\nother" }, true },
    { { REFUSED, .device = "virtio-net", .text = "bad size 1" },
      { REFUSED, .device = "virtio-net", .text = "no" }, false },
    { { REFUSED, .device = "virtio-net", .text = "no" }, { REFUSED, .device = "virtio-blk", .text = "no" }, false },
    /* Damages of the length: by framing. */
    { { .property = "deletion-is-rejected", .verdict = VERDICT_EQUAL },
      { .property = "deletion-is-rejected", .verdict = VERDICT_EQUAL, .legacy = true }, false },
    { { .property = "deletion-is-rejected", .verdict = VERDICT_EQUAL },
      { .property = "damage-is-never-garbage", .verdict = VERDICT_GARBAGE }, true },
    { { .property = "deletion-is-rejected", .verdict = VERDICT_EQUAL },
      { RESAVES, .device = "cpu", .path = "x" }, false },
};

static void fill_answer(const struct deed *deed, struct loader_answer *answer)
{
    answer->text = deed->text ? deed->text : "";
    answer->section = deed->device ? deed->device : "";
    answer->signal = deed->signal;
    answer->exited = deed->exit_status != 0;
    answer->exit_status = deed->exit_status;
    for (size_t i = 0; i < HS_COUNT(deed->frames) && deed->frames[i]; i++) {
        struct loader_frame *frame = &answer->frames[answer->n_frames++];

        strcpy(frame->module, deed->pci ? "qemu-system-x86_64" : "qemu-system-s390x");
        frame->offset = deed->frames[i];
        if (deed->verdict == VERDICT_HUNG && i == 1 && deed->symbol) {
            strcpy(frame->symbol, deed->symbol);
        }
        if (deed->verdict == VERDICT_HUNG && i == 2) {
            strcpy(frame->symbol, "vmstate_load_state");
        }
    }
}

static struct finding describe(const struct deed *deed)
{
    static struct judgement judgement;
    Hardstop__Case *test = (Hardstop__Case *)support_message(
        &hardstop__case__descriptor, deed->legacy ? "setup { binary: 'x' framing: LEGACY } stream { }"
                                                  : "setup { binary: 'x' framing: FOOTER } stream { }");
    struct finding finding;

    memset(&judgement, 0, sizeof(judgement));
    judgement.test = test;
    judgement.verdict = deed->verdict;
    judgement.effect.first = SIZE_MAX;
    fill_answer(deed, &judgement.actual.answer);
    if (deed->path) {
        judgement.resave.n = 1;
        strcpy(judgement.resave.differences[0].device, deed->device);
        strcpy(judgement.resave.differences[0].path, deed->path);
        judgement.resave.differences[0].is_bool = deed->is_bool;
    }
    finding_describe(&judgement, property_find(deed->property), &finding);
    reflect_free(&test->base);
    return finding;
}

static void the_same_bug_has_one_signature(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(pairs); i++) {
        struct finding one = describe(&pairs[i].one), two = describe(&pairs[i].two);

        assert_true(*one.same && *two.same);
        if ((one.signature == two.signature) != pairs[i].same || (strcmp(one.same, two.same) == 0) != pairs[i].same) {
            fail_msg("pair %zu: \"%s\" and \"%s\"", i, one.same, two.same);
        }
    }
}

/* What a section is called in a folder and in known.tsv must not change by accident. */
static void signatures_stay_what_they_are(void **state)
{
    const struct deed deed = { RESAVES, .device = "virtio-net", .path = "virtio.queue[1].num" };
    struct finding finding = describe(&deed);

    (void)state;
    assert_string_equal(finding.same, "accepted-resaves-equal: virtio.queue[].num");
    assert_int_equal(finding.signature, UINT64_C(0x357f2ce02ab8aad0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bug_has_one_signature),
        cmocka_unit_test(signatures_stay_what_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
