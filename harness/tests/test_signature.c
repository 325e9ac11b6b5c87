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
#include "harness/wire/tables.h"

/* What a loader did, in short: what a judgement is made of. */
struct deed {
    const char *property;
    enum verdict verdict;
    bool pci, legacy;
    const char *device, *path; /* of the first difference */
    enum state_what what;
    enum mechanism mechanism;
    const char *program; /* what the QEMU is called; NULL: as it is in Debian */
    const char *row; /* the difference's, as tables_named() takes it */
    int header; /* of a subsection: one more than the row in field_subsection_header */
    int exit_status; /* 0: a signal */
    const char *text; /* QEMU's words */
    int signal;
    uint64_t frames[4]; /* a crash's stack in the program; the second is marked as a device's load in a hang's */
    const char *symbol;
};

#define RESAVES .property = "accepted-resaves-equal", .verdict = VERDICT_EQUAL
#define BEYOND .property = "out-of-range-is-rejected", .verdict = VERDICT_EQUAL
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
    { { RESAVES, .device = "virtio-net", .path = "virtio.subsection[virtio/broken].version_id", .header = 4 },
      { RESAVES, .device = "virtio-net", .path = "virtio.ccw.subch_subsection[s390_subch_dev/orb].version_id",
        .header = 4 },
      true },
    { { RESAVES, .device = "virtio-net", .path = "virtio.subsection[virtio/broken].mark", .header = 1 },
      { RESAVES, .device = "virtio-net", .path = "virtio.subsection[virtio/virtqueues].mark", .header = 1 }, false },
    { { RESAVES, .device = "virtio-net", .path = "virtio.subsection[virtio/broken].version_id", .header = 4 },
      { RESAVES, .device = "virtio-net", .path = "virtio.subsection[virtio/broken].name_len", .header = 2 }, false },
    /* Bools, indicators and instance ids are each read in one place. */
    { { RESAVES, .device = "virtio-net", .path = "virtio.ccw.ccw_fmt_1", .mechanism = MECHANISM_BOOL },
      { RESAVES, .device = "scsi-disk", .path = "scsi_disk.tray_open", .mechanism = MECHANISM_BOOL }, true },
    { { RESAVES, .device = "virtio-net", .path = "virtio.ccw.ccw_fmt_1", .mechanism = MECHANISM_BOOL },
      { RESAVES, .device = "virtio-net", .path = "virtio.ccw.ccw_fmt_1" }, false },
    { { RESAVES, .device = "virtio-net", .path = "virtio.ccw.indicators.len", .row = "IndAddr.len" },
      { RESAVES, .device = "virtio-rng", .path = "virtio.ccw.summary_indicator.len", .row = "IndAddr.len" }, true },
    { { RESAVES, .device = "virtio-net", .path = "virtio.ccw.indicators.len", .row = "IndAddr.len" },
      { RESAVES, .device = "virtio-net", .path = "virtio.ccw.indicators2.addr", .row = "IndAddr.addr" }, false },
    { { RESAVES, .device = "virtio-net", .path = "instance_id", .what = STATE_INSTANCE },
      { RESAVES, .device = "timer", .path = "instance_id", .what = STATE_INSTANCE }, true },
    { { RESAVES, .device = "virtio-net", .path = "instance_id", .what = STATE_INSTANCE },
      { RESAVES, .device = "virtio-net", .path = "", .what = STATE_MISSING }, false },
    /* A value out of range that is not kept lacks one check; one that is kept is known by its range. */
    { { RESAVES, .device = "virtio-net", .path = "virtio.ccw.thinint_active", .mechanism = MECHANISM_BOOL },
      { BEYOND, .device = "virtio-net", .path = "virtio.ccw.thinint_active", .mechanism = MECHANISM_BOOL }, true },
    { { RESAVES, .device = "virtio-net", .path = "virtio.queue[0].num" },
      { BEYOND, .device = "virtio-rng", .path = "virtio.queue[1].num" }, true },
    { { RESAVES, .device = "virtio-net", .path = "virtio.queue[0].num" }, { BEYOND }, false },
    /* Elsewhere the device matters, and for a section that was never loaded nothing does. */
    { { RESAVES, .device = "timer", .path = "ticks" }, { RESAVES, .device = "cpu", .path = "ticks" }, false },
    { { RESAVES, .device = "timer", .path = "regs[1].x" }, { RESAVES, .device = "timer", .path = "regs[2].x" }, true },
    { { RESAVES, .device = "virtio-net", .path = "", .what = STATE_MISSING },
      { RESAVES, .device = "junk", .path = "", .what = STATE_MISSING }, true },
    { { RESAVES, .device = "virtio-net", .path = "behind the end-of-file mark", .what = STATE_UNREAD },
      { RESAVES, .device = "cpu", .path = "behind the end-of-file mark", .what = STATE_UNREAD }, true },
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
    { { CRASH, .signal = SIGABRT, .text = "q: Size too large: /rom@etc/acpi/rsdp: 0x100000 > 0x1000: Invalid\n" },
      { CRASH, .signal = SIGABRT, .text = "q: Size too large: /rom@etc/acpi/tables: 0xab000 > 0x200000: Invalid\n" },
      true },
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
    /* What the program is called, and where it was built, makes no difference to any of these. */
    { { CRASH, .signal = SIGABRT, .text = ASSERTION("12", "3") },
      { CRASH, .signal = SIGABRT, .program = "q",
        .text = "my own qemu: hw/net/virtio-net.c:99: f: Assertion `n >= 4' failed.\n" }, true },
    { { CRASH, .signal = SIGABRT, .text = ASSERTION("12", "3") },
      { CRASH, .signal = SIGABRT,
        .text = "x: /build/qemu-7.2+dfsg/b/../hw/net/virtio-net.c:9: void f(VirtIO *): Assertion `n >= 4' failed.\n" },
      true },
    { { CRASH, .signal = SIGABRT, .text = ASSERTION("12", "3") },
      { CRASH, .signal = SIGABRT, .text = "x: ../hw/net/virtio-net.c:12: g: Assertion `n >= 3' failed.\n" }, false },
    { { CRASH, .signal = SIGABRT, .text = "**\nERROR:../../hw/a.c:12:f: assertion failed: (n < 3)\n" },
      { CRASH, .signal = SIGABRT, .text = "Bail out! ERROR:/b/hw/a.c:77:f: assertion failed: (n < 3)\n" }, true },
    { { CRASH, .exit_status = 1, .text = "qemu-system-s390x: cannot map 12\n" },
      { CRASH, .exit_status = 1, .text = "q: cannot map 12\n", .program = "q" }, true },
    { { CRASH, .signal = SIGABRT, .text = "Unexpected error in f() at ../../hw/a.c:12:\nq: no\n" },
      { CRASH, .signal = SIGABRT, .text = "Unexpected error in f() at hw/a.c:13:\nqemu-system-s390x: no\n" }, true },
    { { NO_MEMORY, .signal = SIGTRAP }, { NO_MEMORY, .signal = SIGTRAP, .program = "q" }, true },
    { { REFUSED, .device = "virtio-net", .text = "qemu-system-s390x: bad size 12\n" },
      { REFUSED, .device = "virtio-net", .text = "q: bad size 13\n" }, true },
    { { CRASH, .signal = SIGSEGV, .frames = { 1, 2, 3 } },
      { CRASH, .signal = SIGSEGV, .frames = { 1, 2, 3 }, .program = "q" }, true },
    { { HANG, .frames = { 1, 2, 3 } }, { HANG, .frames = { 1, 2, 3 }, .program = "q" }, true },
    /* Without words an abort or an exit goes by its frames; a warning is no reason. */
    { { CRASH, .signal = SIGABRT, .frames = { 1, 2, 3 } }, { CRASH, .signal = SIGABRT, .frames = { 1, 5, 3 } }, false },
    { { CRASH, .signal = SIGABRT, .frames = { 1, 2, 3 }, .text = "q: warning: old\n" },
      { CRASH, .signal = SIGABRT, .frames = { 1, 5, 3 }, .text = "q: warning: old\n" }, false },
    { { CRASH, .signal = SIGABRT, .frames = { 1, 2, 3 }, .text = "q: warning: old\n" },
      { CRASH, .signal = SIGABRT, .frames = { 1, 2, 3 } }, true },
    { { CRASH, .exit_status = 1, .frames = { 1, 2, 3 } }, { CRASH, .exit_status = 1, .frames = { 1, 5, 3 } }, false },
    { { CRASH, .exit_status = 1, .frames = { 1, 2, 3 } }, { CRASH, .exit_status = 2, .frames = { 1, 2, 3 } }, false },
    /* A function that has a name is known by it, at whatever address. */
    { { CRASH, .signal = SIGSEGV, .frames = { 1, 2 }, .symbol = "f" },
      { CRASH, .signal = SIGSEGV, .frames = { 1, 9 }, .symbol = "f", .pci = true }, true },
    { { CRASH, .signal = SIGSEGV, .frames = { 1, 2 }, .symbol = "f" },
      { CRASH, .signal = SIGSEGV, .frames = { 1, 2 }, .symbol = "g" }, false },
    /* A bool and a timer are known whatever device has them, and told apart. */
    { { RESAVES, .device = "ipoctal", .path = "ch[0].rx_enabled", .mechanism = MECHANISM_BOOL },
      { RESAVES, .device = "virtio-net", .path = "virtio.ccw.ccw_fmt_1", .mechanism = MECHANISM_BOOL }, true },
    { { RESAVES, .device = "hpet", .path = "timer[0].qemu_timer", .mechanism = MECHANISM_TIMER },
      { RESAVES, .device = "cpu", .path = "env.tod", .mechanism = MECHANISM_TIMER }, true },
    { { RESAVES, .device = "hpet", .path = "x", .mechanism = MECHANISM_TIMER },
      { RESAVES, .device = "hpet", .path = "x", .mechanism = MECHANISM_BOOL }, false },
    { { RESAVES, .device = "cpu", .path = "<cpu/x>.version_id", .header = 4 },
      { RESAVES, .device = "virtio-net", .path = "virtio.subsection[virtio/broken].version_id", .header = 4 }, true },
    /* Without a stack. */
    { { CRASH, .device = "virtio-net", .signal = SIGSEGV },
      { CRASH, .device = "virtio-net", .signal = SIGSEGV, .pci = true }, true },
    { { CRASH, .device = "virtio-net", .signal = SIGSEGV },
      { CRASH, .device = "virtio-rng", .signal = SIGSEGV }, false },
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

        strcpy(frame->module, deed->program ? deed->program : deed->pci ? "qemu-system-x86_64" : "qemu-system-s390x");
        frame->in_program = true;
        frame->offset = deed->frames[i];
        if (i == 1 && deed->symbol) {
            strcpy(frame->symbol, deed->symbol);
        }
        if (deed->verdict == VERDICT_HUNG && i == 2) {
            strcpy(frame->symbol, "vmstate_load_state");
        }
    }
}

static void fill_difference(const struct deed *deed, struct state_difference *difference)
{
    size_t n;

    strcpy(difference->device, deed->device);
    strcpy(difference->path, deed->path);
    difference->what = deed->what;
    difference->mechanism = deed->mechanism;
    difference->is_virtio = strncmp(deed->path, "virtio.", strlen("virtio.")) == 0;
    difference->part = strncmp(deed->device, "virtio-", strlen("virtio-")) == 0 ? FIELD_PART_TABLE
                                                                                 : FIELD_PART_DESCRIPTION;
    difference->field = deed->row ? tables_named(deed->row, &n) : NULL;
    if (deed->header) {
        difference->part = FIELD_PART_SUBSECTION_HEADER;
        difference->field = &field_subsection_header[deed->header - 1];
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
        fill_difference(deed, &judgement.resave.differences[0]);
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

/* A stack: for each frame what it is in, p(rogram), l(ibrary) or o(wn), and its address. */
static const struct {
    const char *frames, *same;
    struct loader_report report; /* of a sanitizer */
} stacks[] = {
    { "p1 p2 p3 p4", "crash: SIGSEGV +0x1 +0x2 +0x3" },
    { "l9 p1 p2 p3", "crash: SIGSEGV +0x1 +0x2 +0x3" },
    { "l9 p1 l8 p2 l7 l6 p3 p4", "crash: SIGSEGV +0x1 +0x2 +0x3" },
    /* The program's frames behind our own are those of its start. */
    { "p1 o5 p2", "crash: SIGSEGV +0x1" },
    { "l9 p1 p2 o5 p3", "crash: SIGSEGV +0x1 +0x2" },
    /* None is in the program: the innermost is better than nothing. */
    { "l9 l8", "crash: SIGSEGV +0x9" },
    { "l9 o5 p1", "crash: SIGSEGV +0x9" },
    { "", "crash: SIGSEGV" },
    /* What a sanitizer found itself; of a signal it tells no other bug than the signal does. */
    { "l9 p1 p2 p3 p4", "crash: heap-buffer-overflow +0x1 +0x2 +0x3",
      { .kind = "heap-buffer-overflow", .access = "READ", .size = 8, .where = "0 bytes after 16-byte region" } },
    { "p1", "crash: shift exponent # is too large for #-bit type 'int' +0x1",
      { .kind = "shift exponent 35 is too large for 32-bit type 'int'" } },
    { "p1 p2", "crash: SIGSEGV +0x1 +0x2", { .kind = "stack-overflow", .signal = SIGSEGV, .fault_address = 8 } },
};

static void a_crash_goes_by_its_frames_in_the_program(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(stacks); i++) {
        const struct deed deed = { CRASH, .signal = SIGSEGV };
        static struct judgement judgement;
        Hardstop__Case test = HARDSTOP__CASE__INIT;
        struct finding finding;

        memset(&judgement, 0, sizeof(judgement));
        judgement.test = &test;
        judgement.verdict = VERDICT_CRASHED;
        fill_answer(&deed, &judgement.actual.answer);
        judgement.actual.answer.report = stacks[i].report;
        for (const char *at = stacks[i].frames; *at; at += at[2] ? 3 : 2) {
            struct loader_frame *frame = &judgement.actual.answer.frames[judgement.actual.answer.n_frames++];

            strcpy(frame->module, *at == 'o' ? "libhardstop-preload.so" : *at == 'l' ? "libc.so.6" : "q");
            frame->in_program = *at == 'p';
            frame->offset = (uint64_t)(at[1] - '0');
        }
        finding_describe(&judgement, property_find("loader-survives"), &finding);
        assert_string_equal(finding.same, stacks[i].same);
    }
}

#define SECTION(idstr, footer) \
    "section { section_id: 1 idstr: '" idstr "' instance_id: 0 version_id: 1 opaque: '12345' " footer " }"
#define END "section { type: EOF }"
#define VIRTIO "section { section_id: 1 idstr: 'virtio-rng' instance_id: 0 version_id: 1 virtio { ccw { } rng { } } }"
#define FOOTER "footer { }"
#define CASE(setup, sections, damage) "setup { " setup " } stream { " sections " } damage { " damage " }"

/* A wrong length that was accepted goes by what the bytes have, whatever the setup says. */
static const struct {
    const char *test, *property, *same, *device, *field, *kind;
} lengths[] = {
    { CASE("framing: LEGACY", SECTION("a", FOOTER) END, "at { section: 0 offset: 2 } insert: 'x'"),
      "extension-is-rejected", "wrong length: a opaque", "a", "opaque", "bytes without a name" },
    { CASE("", SECTION("a", FOOTER) END, "at { section: 0 offset: 2 } delete: 1"), "damage-is-never-garbage",
      "wrong length: a opaque", "a", "opaque", "bytes without a name" },
    { CASE("framing: LEGACY", SECTION("a", "") END, "at { section: 0 offset: 2 } insert: 'x'"),
      "damage-is-never-garbage", "wrong length: section without a footer", "a", "opaque", "bytes without a name" },
    { CASE("", SECTION("b", "") END, "at { section: 0 offset: 1 } delete: 2"), "deletion-is-rejected",
      "wrong length: section without a footer", "b", "opaque", "bytes without a name" },
    { CASE("", VIRTIO END, "at { section: 0 field: 'virtio.status' } insert: 'x'"), "extension-is-rejected",
      "wrong length: section without a footer", "virtio-rng", "virtio.status", "field of a table" },
    { CASE("", SECTION("a", "") END, "at { section: 0 header: true offset: 12 } insert: 'x'"), "extension-is-rejected",
      "wrong length: section without a footer", "a", "version_id", "section header" },
    { CASE("", SECTION("a", FOOTER) END, "at { section: 0 header: true offset: 12 } insert: 'x'"),
      "extension-is-rejected", "wrong length: version_id of any section", "a", "version_id", "section header" },
    { CASE("", SECTION("a", FOOTER) END, "at { section: 0 header: true offset: 20 } delete: 1"),
      "deletion-is-rejected", "wrong length: footer.mark of any section", "a", "footer.mark", "footer" },
    /* A zero where a section should begin ends the file, with footers and without. */
    { CASE("", SECTION("hpet", FOOTER) END, "at { section: 0 header: true } insert: '\\000'"),
      "damage-is-never-garbage", "accepted: behind the end-of-file mark", "hpet", "type", "end of file" },
    { CASE("", SECTION("virtio-net", "") END, "at { section: 0 header: true } delete: 1"), "damage-is-never-garbage",
      "accepted: behind the end-of-file mark", "virtio-net", "type", "end of file" },
    { CASE("", SECTION("hpet", FOOTER) END, "at { section: 0 header: true } insert: '\\001'"),
      "damage-is-never-garbage", "wrong length: type of any section", "hpet", "type", "section type" },
    { CASE("", SECTION("a", "") SECTION("b", "") END, "at { section: 0 header: true } delete: 20"),
      "deletion-is-rejected", "wrong length: type of any section", "a", "type", "section type" },
    { CASE("", SECTION("a", FOOTER) END, "at { offset: 1000 } insert: 'x'"), "extension-is-rejected",
      "accepted: behind the end-of-file mark", "", "behind the end-of-file mark", "end of file" },
    /* A command has a length of its own, and no footer. */
    { CASE("", "section { type: COMMAND command { cmd: 1 data: 'ab' } }" END,
           "at { section: 0 field: 'command.data' } insert: 'x'"),
      "extension-is-rejected", "wrong length: command.data of any section", "", "command.data", "section header" },
    { CASE("", SECTION("a", "") END "rest: 'xyz'", "at { offset: 22 } delete: 1"), "deletion-is-rejected",
      "accepted: behind the end-of-file mark", "", "behind the end-of-file mark", "end of file" },
};

static void a_wrong_length_goes_by_the_bytes(void **state)
{
    static struct judgement judgement;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(lengths); i++) {
        Hardstop__Case *test = (Hardstop__Case *)support_message(&hardstop__case__descriptor, lengths[i].test);
        struct finding finding;

        memset(&judgement, 0, sizeof(judgement));
        judgement.test = test;
        judgement.verdict = VERDICT_GARBAGE;
        judgement.actual.answer.text = judgement.actual.answer.section = "";
        judgement.is_damaged = damage_apply(test, &judgement.plain, &judgement.damaged, &judgement.effect);
        finding_describe(&judgement, property_find(lengths[i].property), &finding);
        if (strcmp(finding.same, lengths[i].same) != 0 || strcmp(finding.device, lengths[i].device) != 0 ||
            strcmp(finding.field, lengths[i].field) != 0 || strcmp(finding.kind, lengths[i].kind) != 0) {
            fail_msg("%zu: \"%s\", device %s, field %s, %s", i, finding.same, finding.device, finding.field,
                     finding.kind);
        }
        judgement_clear(&judgement);
        reflect_free(&test->base);
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

/* Stacks of one hang, from the innermost: what shows it is the device's load, whichever function calls that. */
static void a_hang_is_where_the_device_loads(void **state)
{
    static const char *const ways[][5] = {
        { "get_byte", "virtio_load", "vmstate_load_state", "qemu_loadvm_section" },
        { "get_byte", "virtio_load", "vmstate_load_vmsd", "vmstate_load_state", "qemu_loadvm_section" },
        { "get_byte", "virtio_load", "virtio_device_get", "vmstate_load_state", "qemu_loadvm_section" },
        { "virtio_load", "vmstate_load_vmsd", "get_byte", "vmstate_load_vmsd" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(ways); i++) {
        struct loader_answer answer = { 0 };

        for (size_t n = 0; n < HS_COUNT(*ways) && ways[i][n]; n++) {
            strcpy(answer.frames[answer.n_frames++].symbol, ways[i][n]);
        }
        assert_string_equal(loader_hang_frame(&answer)->symbol, "virtio_load");
        answer.n_frames = 1;
        assert_null(loader_hang_frame(&answer));
    }
}

static void a_frame_says_what_is_known_of_it(void **state)
{
    static const struct {
        const char *symbol, *source, *words;
    } frames[] = {
        { "f", "f.c:1", " (in f, f.c:1)" }, { "f", "", " (in f)" }, { "", "f.c:1", " (in f.c:1)" }, { "", "", "" },
    };
    char words[LOADER_FRAME_WORDS];

    (void)state;
    for (size_t i = 0; i < HS_COUNT(frames); i++) {
        struct loader_frame frame = { 0 };

        strcpy(frame.symbol, frames[i].symbol);
        strcpy(frame.source, frames[i].source);
        loader_frame_words(&frame, words, sizeof(words));
        assert_string_equal(words, frames[i].words);
    }
    loader_frame_words(NULL, words, sizeof(words));
    assert_string_equal(words, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_bug_has_one_signature),
        cmocka_unit_test(a_crash_goes_by_its_frames_in_the_program),
        cmocka_unit_test(a_wrong_length_goes_by_the_bytes),
        cmocka_unit_test(signatures_stay_what_they_are),
        cmocka_unit_test(a_hang_is_where_the_device_loads),
        cmocka_unit_test(a_frame_says_what_is_known_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
