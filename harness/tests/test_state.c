/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two states: what counts as a difference, in a whole state and in what was given to be loaded. */
#include "support.h"

#include <string.h>

#include "harness/base/check.h"
#include "harness/judge/state.h"
#include "harness/judge/state_bytes.h"
#include "harness/message/reflect.h"

#define A(byte) "section { section_id: 1 idstr: 'x/a' instance_id: 0 version_id: 1 opaque: '" byte "' footer { } }"
#define B(byte) "section { section_id: 2 idstr: 'b' instance_id: 0 version_id: 1 opaque: '" byte "' footer { } }"
#define B1(byte) "section { section_id: 3 idstr: 'b' instance_id: 1 version_id: 1 opaque: '" byte "' footer { } }"
#define END "section { type: EOF }"
#define VIRTIO(device, body)                                                                                     \
    "section { section_id: 1 idstr: '" device "' instance_id: 0 version_id: 1 virtio { " body " } footer { } }"
#define BLK(element) VIRTIO("virtio-blk", "ccw { } blk { request { elem { " element " } } }")
#define DISK(command)                                                                                  \
    "section { section_id: 1 idstr: 'scsi-disk' instance_id: 0 version_id: 1 footer { } "              \
    "scsi_disk { qdev { request { cmd: '" command "' elem { } } } } }"
#define PORT(body) VIRTIO("virtio-console", "ccw { } serial { port { id: 1 " body " } }")
#define NET(body) VIRTIO("virtio-net", "ccw { } net { " body " }")
#define RNG(body) VIRTIO("virtio-rng", "ccw { } " body " rng { }")
#define CCW VIRTIO("virtio-rng", "ccw { mba: 1 } rng { }")
#define MMIO VIRTIO("virtio-rng", "mmio { guest_page_shift: 2 } rng { }")
#define PART(name, body) " subsection { name: '" name "' version_id: 1 " body " }"
#define RINGS(version_1, avail)                                    \
    PART("virtio/64bit_features", "features_64bit { guest_features: " version_1 " }") \
    PART("virtio/virtqueues", "virtqueues { vq { avail: " avail " } }")
#define SIZES(first) PART("virtio/ringsize", "ringsize { num_default: " first " }")
#define RSS(version, body) "subsection { name: 'virtio-net-device/rss' version_id: " version " rss { " body " } }"
#define BROKEN(value) PART("virtio/broken", "broken { broken: " value " }")
#define GLOBAL(byte) "section { section_id: 1 idstr: 'globalstate' instance_id: 0 version_id: 1 opaque: '" byte "' }"

#define UNREAD "behind the end-of-file mark", STATE_UNREAD

static const struct {
    const char *left, *right;
    enum state_scope scope;
    size_t n;
    const char *device, *path; /* of the first difference */
    enum state_what what;
} compared[] = {
    { A("1") B("2") END, A("1") B("2") END, STATE_WHOLE, 0, "", "" },
    { A("1") B("2") END, A("1") B("3") END, STATE_WHOLE, 1, "b", "opaque" },
    { A("1") B("2") END, A("3") B("3") END, STATE_GIVEN, 2, "a", "opaque" },
    { A("1") END, A("1") B("2") END, STATE_WHOLE, 0, "", "" },
    { A("1") B("2") END, A("1") END, STATE_WHOLE, 1, "b", "", STATE_MISSING },
    { A("1") B("2") END, A("1") END, STATE_GIVEN, 1, "b", "", STATE_MISSING },
    /* The last byte counts as any other, and so do more of them. */
    { A("12345") END, A("12346") END, STATE_WHOLE, 1, "a", "opaque" },
    { A("12345") END, A("12346") END, STATE_GIVEN, 1, "a", "opaque" },
    { A("12345") END, A("123450") END, STATE_WHOLE, 1, "a", "opaque" },
    { A("12345") END, A("1234") END, STATE_WHOLE, 1, "a", "opaque" },
    /* Fields that only the right side has count for the whole state, and not for what was given. */
    { RNG(""), RNG(BROKEN("1")), STATE_WHOLE, 5, "virtio-rng", "virtio.subsection[virtio/broken].mark" },
    { RNG(""), RNG(BROKEN("1")), STATE_GIVEN, 0, "", "" },
    { RNG(""), RNG("config: 'a'"), STATE_WHOLE, 2, "virtio-rng", "virtio.config_len" },
    { RNG(BROKEN("1")), RNG(""), STATE_WHOLE, 5, "virtio-rng", "virtio.subsection[virtio/broken].mark" },
    /* The last of two counts for what was given. */
    { B("9") A("1") B("2") END, A("1") B("2") END, STATE_GIVEN, 0, "", "" },
    { B("2") A("1") B("9") END, A("1") B("2") END, STATE_GIVEN, 1, "b", "opaque" },
    { B("9") A("1") B("2") END, A("1") B("2") END, STATE_WHOLE, 1, "b", "opaque" },
    { B("9") B1("2") END, B("9") B1("2") END, STATE_GIVEN, 0, "", "" },
    { B("8") B1("2") END, B("9") B1("2") END, STATE_GIVEN, 1, "b", "opaque" },
    /* Nobody reads behind the end, and that is one difference, after all others. */
    { A("1") END B("2") END, A("1") B("7") END, STATE_GIVEN, 1, "b", UNREAD },
    { A("1") END B("2") B1("4") END, A("1") B("2") END, STATE_GIVEN, 1, "b", UNREAD },
    { A("1") END B("2") END, A("0") B("7") END, STATE_GIVEN, 2, "a", "opaque" },
    { A("1") END END, A("1") END, STATE_GIVEN, 0, "", "" },
    { A("1") END "rest: 'x'", A("1") END, STATE_GIVEN, 1, "", UNREAD },
    { A("1") END B("2") END, A("1") B("7") END, STATE_WHOLE, 1, "b", "opaque" },
    /* Another instance of the same name is one difference of its own. */
    { B1("1") END, B("1") END, STATE_GIVEN, 1, "b", "instance_id", STATE_INSTANCE },
    /* What a loader recomputes by design, and what looks like it. */
    { GLOBAL("1"), GLOBAL("2"), STATE_GIVEN, 0, "", "" },
    { GLOBAL("1"), GLOBAL("2"), STATE_WHOLE, 1, "globalstate", "opaque" },
    { BLK("in_num: 1 in_addr: [7, 8] padding: 1 in_sg { iov_base: 5 }"), BLK("in_num: 1 in_addr: 7"), STATE_GIVEN, 0,
      "", "" },
    { BLK("in_num: 2 in_addr: [7, 8]"), BLK("in_num: 2 in_addr: 7"), STATE_GIVEN, 1, "virtio-blk",
      "virtio.blk.request[0].elem.in_addr[1]" },
    { BLK("in_num: 1 out_num: 0 out_sg { iov_len: 8 }"), BLK("in_num: 1"), STATE_GIVEN, 0, "", "" },
    { BLK("out_num: 1 out_sg { iov_len: 8 }"), BLK("out_num: 1"), STATE_GIVEN, 1, "virtio-blk",
      "virtio.blk.request[0].elem.out_sg[0].iov_len" },
    { DISK("\\000abcdefg"), DISK("\\000abcdexx"), STATE_GIVEN, 0, "", "" },
    { DISK("\\000abcdefg"), DISK("\\000abcdxfg"), STATE_GIVEN, 1, "scsi-disk", "scsi_disk.qdev.request[0].cmd" },
    { DISK("\\040abcdefg"), DISK("\\040abcdexx"), STATE_GIVEN, 1, "scsi-disk", "scsi_disk.qdev.request[0].cmd" },
    { RNG("config: 'ab' config_len: 2"), RNG("config: 'a'"), STATE_GIVEN, 0, "", "" },
    { PORT("elem_popped: 1 iov_idx: 2 elem { in_num: 1 in_addr: 7 in_sg { iov_len: 8 } }"), PORT(""), STATE_GIVEN, 0,
      "", "" },
    { PORT("elem_popped: 1 iov_idx: 2 elem { }"), PORT("elem_popped: 1 iov_idx: 3 elem { }"), STATE_GIVEN, 1,
      "virtio-console", "virtio.serial.port[0].iov_idx" },
    { PORT("elem_popped: 1 elem { }"), PORT("elem_popped: 2 elem { }"), STATE_GIVEN, 1, "virtio-console",
      "virtio.serial.port[0].elem_popped" },
    /* What looks like another transport's by its damage is one difference, in either direction. */
    { CCW, MMIO, STATE_GIVEN, 1, "virtio-rng", "virtio.mmio.host_features_sel" },
    { MMIO, CCW, STATE_WHOLE, 1, "virtio-rng", "virtio.ccw.cssid" },
    { RNG("config: 'ab'"), RNG("config: 'ac'"), STATE_GIVEN, 1, "virtio-rng", "virtio.config" },
    { RNG(RINGS("1", "5")), RNG(RINGS("1", "6")), STATE_GIVEN, 0, "", "" },
    { RNG(RINGS("4294967296", "5")), RNG(RINGS("4294967296", "6")), STATE_GIVEN, 1, "virtio-rng",
      "virtio.subsection[virtio/virtqueues].virtqueues.vq[0].avail" },
    { RNG("isr: 1 status: 15"), RNG("isr: 3 status: 79" BROKEN("1")), STATE_GIVEN, 0, "", "" },
    { RNG("isr: 1"), RNG("isr: 3"), STATE_GIVEN, 1, "virtio-rng", "virtio.isr" },
    { RNG("isr: 3"), RNG("isr: 1" BROKEN("1")), STATE_GIVEN, 1, "virtio-rng", "virtio.isr" },
    { RNG("status: 15"), RNG("status: 31" BROKEN("1")), STATE_GIVEN, 1, "virtio-rng", "virtio.status" },
    { RNG(BROKEN("0")), RNG(""), STATE_GIVEN, 0, "", "" },
    { RNG(BROKEN("1")), RNG(""), STATE_GIVEN, 5, "virtio-rng", "virtio.subsection[virtio/broken].mark" },
    { RNG(BROKEN("1") BROKEN("0")), RNG(""), STATE_GIVEN, 0, "", "" },
    { RNG(RINGS("4294967296", "5") RINGS("4294967296", "6")), RNG(RINGS("4294967296", "6")), STATE_GIVEN, 0, "", "" },
    { RNG(SIZES("8")), RNG(""), STATE_GIVEN, 0, "", "" },
    { RNG(SIZES("8")), RNG(SIZES("9")), STATE_GIVEN, 1, "virtio-rng",
      "virtio.subsection[virtio/ringsize].ringsize.num_default[0]" },
    { NET(RSS("1", "enabled: 1")), NET(RSS("2", "enabled: 1 supported_hash_types: 511")), STATE_GIVEN, 0, "", "" },
    { NET(RSS("2", "enabled: 1 supported_hash_types: 511")), NET(RSS("1", "enabled: 1")), STATE_GIVEN, 2, "virtio-net",
      "virtio.net.subsection[virtio-net-device/rss].version_id" },
    { NET("mergeable_rx_bufs: 1"), NET(""), STATE_GIVEN, 0, "", "" },
    { NET("promisc: 1"), NET(""), STATE_GIVEN, 1, "virtio-net", "virtio.net.promisc" },
};

static void differences_are_those_that_count(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(compared); i++) {
        ProtobufCMessage *left = support_message(&hardstop__stream__descriptor, compared[i].left);
        ProtobufCMessage *right = support_message(&hardstop__stream__descriptor, compared[i].right);
        struct state_comparison comparison = { .n = 0 };

        state_compare((Hardstop__Stream *)left, NULL, (Hardstop__Stream *)right, NULL, compared[i].scope, &comparison);
        if (comparison.n != compared[i].n || comparison.differences[0].what != compared[i].what ||
            strcmp(comparison.differences[0].device, compared[i].device) != 0 ||
            strcmp(comparison.differences[0].path, compared[i].path) != 0) {
            fail_msg("%zu: %zu differences, the first in %s %s", i, comparison.n, comparison.differences[0].device,
                     comparison.differences[0].path);
        }
        reflect_free(left);
        reflect_free(right);
    }
}

/* A device that only the stream's description names, and what its fields are. */
#define DESCRIBED(bytes) \
    "section { section_id: 1 idstr: 'dev' instance_id: 0 version_id: 1 opaque: '" bytes "' footer { } }"
static const char description[] =
    "{\"devices\": [{\"name\": \"dev\", \"instance_id\": 0, \"fields\": ["
    "{\"name\": \"on\", \"type\": \"bool\", \"size\": 1}, {\"name\": \"n\", \"type\": \"uint8\", \"size\": 1}, "
    "{\"name\": \"expires\", \"type\": \"timer\", \"size\": 8}, "
    "{\"name\": \"word\", \"type\": \"buffer\", \"size\": 6}, "
    "{\"name\": \"old\", \"type\": \"unused_buffer\", \"size\": 1}], "
    "\"subsections\": [{\"vmsd_name\": \"dev/x\", \"fields\": ["
    "{\"name\": \"y\", \"type\": \"uint8\", \"size\": 1}]}]}]}";
#define DEV(on, n, expires, word, old, version) \
    DESCRIBED(on n expires word old "\\005\\005dev/x\\000\\000" version "\\001")
#define LATER "\\000\\000\\000\\000\\000\\000\\000\\001"
#define AT_ONCE "\\000\\000\\000\\000\\000\\000\\000\\000"
#define UNARMED "\\377\\377\\377\\377\\377\\377\\377\\377"
#define BEFORE "\\377\\377\\377\\377\\377\\377\\377\\376"
#define RUN "run\\000\\000\\000"
#define SOUND "\\000\\001"
#define FINE DEV("\\001", "\\001", LATER, RUN, "\\000", SOUND)

/* What is behind a difference is told by the wire type and both values; the like of it is not. */
static const struct {
    const char *left, *right;
    const char *path; /* of the one difference; NULL: there is none */
    enum field_part part;
    enum mechanism mechanism;
    const char *given, *saved;
} told[] = {
    { VIRTIO("virtio-rng", "ccw { ccw_fmt_1: 2 }"), VIRTIO("virtio-rng", "ccw { ccw_fmt_1: 1 }"),
      "virtio.ccw.ccw_fmt_1", FIELD_PART_TABLE, MECHANISM_BOOL, "0x2", "0x1" },
    { VIRTIO("virtio-rng", "ccw { ccw_fmt_1: 1 }"), VIRTIO("virtio-rng", "ccw { }"), "virtio.ccw.ccw_fmt_1",
      FIELD_PART_TABLE, MECHANISM_NONE, "0x1", "0x0" },
    { VIRTIO("virtio-rng", "ccw { ccw_fmt_1: 2 }"), VIRTIO("virtio-rng", "ccw { }"), "virtio.ccw.ccw_fmt_1",
      FIELD_PART_TABLE, MECHANISM_NONE, "0x2", "0x0" },
    { RNG("isr: 2"), RNG("isr: 1"), "virtio.isr", FIELD_PART_TABLE, MECHANISM_NONE, "0x2", "0x1" },
    { VIRTIO("virtio-blk", "ccw { } blk { request { more: 7 } }"),
      VIRTIO("virtio-blk", "ccw { } blk { request { more: 1 } }"), "virtio.blk.request[0].more", FIELD_PART_TABLE,
      MECHANISM_BOOL, "0x7", "0x1" },
    { RNG(" subsection { name: 'virtio/device_endian' version_id: 257 device_endian { } }"),
      RNG(PART("virtio/device_endian", "device_endian { }")),
      "virtio.subsection[virtio/device_endian].version_id", FIELD_PART_SUBSECTION_HEADER, MECHANISM_NONE, "0x101",
      "0x1" },
    { FINE, FINE, NULL, 0, 0, NULL, NULL },
    { DEV("\\002", "\\001", LATER, RUN, "\\000", SOUND), FINE,
      "on", FIELD_PART_DESCRIPTION, MECHANISM_BOOL, "02", "01" },
    { DEV("\\000", "\\001", LATER, RUN, "\\000", SOUND), FINE,
      "on", FIELD_PART_DESCRIPTION, MECHANISM_NONE, "00", "01" },
    { DEV("\\001", "\\002", LATER, RUN, "\\000", SOUND), FINE,
      "n", FIELD_PART_DESCRIPTION, MECHANISM_NONE, "02", "01" },
    { DEV("\\001", "\\001", BEFORE, RUN, "\\000", SOUND),
      DEV("\\001", "\\001", AT_ONCE, RUN, "\\000", SOUND),
      "expires", FIELD_PART_DESCRIPTION, MECHANISM_TIMER, "fffffffffffffffe", "0000000000000000" },
    { DEV("\\001", "\\001", UNARMED, RUN, "\\000", SOUND),
      DEV("\\001", "\\001", AT_ONCE, RUN, "\\000", SOUND),
      "expires", FIELD_PART_DESCRIPTION, MECHANISM_NONE, "ffffffffffffffff", "0000000000000000" },
    { DEV("\\001", "\\001", BEFORE, RUN, "\\000", SOUND), FINE,
      "expires", FIELD_PART_DESCRIPTION, MECHANISM_NONE, "fffffffffffffffe", "0000000000000001" },
    /* Text is told as text, and what only begins like it is not. */
    { DEV("\\001", "\\001", LATER, "stop\\000\\000", "\\000", SOUND), FINE,
      "word", FIELD_PART_DESCRIPTION, MECHANISM_NONE, "\"stop\"", "\"run\"" },
    { DEV("\\001", "\\001", LATER, "a\\000b\\000\\000\\000", "\\000", SOUND), FINE,
      "word", FIELD_PART_DESCRIPTION, MECHANISM_NONE, "610062000000", "\"run\"" },
    { DEV("\\001", "\\001", LATER, "\\177un\\000\\000\\000", "\\000", SOUND), FINE,
      "word", FIELD_PART_DESCRIPTION, MECHANISM_NONE, "7f756e000000", "\"run\"" },
    /* Bytes that are not used any more need not be kept. */
    { DEV("\\001", "\\001", LATER, RUN, "\\007", SOUND), FINE,
      NULL, 0, 0, NULL, NULL },
    { DEV("\\001", "\\001", LATER, RUN, "\\000", "\\001\\001"), FINE,
      "<dev/x>.version_id", FIELD_PART_SUBSECTION_HEADER, MECHANISM_NONE, "0x101", "0x1" },
};

static void differences_tell_what_is_behind_them(void **state)
{
    ProtobufCBinaryData json = { sizeof(description) - 1, (uint8_t *)description };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(told); i++) {
        ProtobufCMessage *left = support_message(&hardstop__stream__descriptor, told[i].left);
        ProtobufCMessage *right = support_message(&hardstop__stream__descriptor, told[i].right);
        struct state_comparison comparison = { .n = 0 };
        const struct state_difference *first = &comparison.differences[0];

        state_compare((Hardstop__Stream *)left, &json, (Hardstop__Stream *)right, &json, STATE_GIVEN, &comparison);
        assert_int_equal(comparison.n, told[i].path != NULL);
        if (told[i].path && (strcmp(first->path, told[i].path) != 0 || first->part != told[i].part ||
                             first->mechanism != told[i].mechanism || first->what != STATE_FIELD ||
                             strcmp(first->left, told[i].given) != 0 || strcmp(first->right, told[i].saved) != 0)) {
            fail_msg("%zu: %s, %s, mechanism %d, %s -> %s", i, first->path, map_part_name(first->part),
                     first->mechanism, first->left, first->right);
        }
        reflect_free(left);
        reflect_free(right);
    }
}

#define RTC(fields) \
    "section { section_id: 1 idstr: 'rtc' instance_id: 0 version_id: 1 opaque: '" fields "' footer { } }"
#define SUB(letter) "\\005\\005rtc/" letter "\\000\\000\\000\\001"
#define RTC_FIELDS \
    "{\"devices\": [{\"name\": \"rtc\", \"instance_id\": 0, \"vmsd_name\": \"rtc\", \"fields\": [" \
    "{\"name\": \"a\", \"size\": 1}, {\"name\": \"b\", \"size\": 1}]"
static const char rtc_with[] = RTC_FIELDS ", \"subsections\": [{\"vmsd_name\": \"rtc/x\", \"fields\": ["
                                          "{\"name\": \"y\", \"size\": 1}]}]}]}";
static const char rtc_without[] = RTC_FIELDS "}]}";

/* Two sides of which one holds a subsection: the rest is compared field by field all the same. */
static const struct {
    const char *left, *right;
    bool left_knows, right_knows; /* the side's description has the subsection */
    enum state_scope scope;
    size_t n;
    const char *path, *given, *saved;
} halves[] = {
    { RTC("12" SUB("x") "3"), RTC("12"), true, false, STATE_GIVEN, 5, "<rtc/x>.mark", "0x5", "missing" },
    { RTC("12"), RTC("12" SUB("x") "3"), false, true, STATE_GIVEN, 0, "", "", "" },
    { RTC("12"), RTC("12" SUB("x") "3"), false, true, STATE_WHOLE, 5, "<rtc/x>.mark", "missing", "0x5" },
    { RTC("17"), RTC("12" SUB("x") "3"), false, true, STATE_GIVEN, 1, "b", "37", "32" },
    /* Taken out of a stream that describes it, and put into one that does not. */
    { RTC("17"), RTC("12" SUB("x") "3"), true, true, STATE_GIVEN, 1, "b", "37", "32" },
    { RTC("12" SUB("x") "3"), RTC("12" SUB("x") "4"), false, true, STATE_GIVEN, 1, "<rtc/x>.y", "33", "34" },
    { RTC("12" SUB("x") "3"), RTC("12" SUB("x") "4"), false, false, STATE_GIVEN, 1, "<rtc/x>.opaque", "33",
      "34" },
    /* What nobody describes is told as it is; by the size, it is what was there. */
    { RTC("17" SUB("z") "34"), RTC("12"), true, false, STATE_GIVEN, 6, "b", "37", "32" },
    { RTC("12" SUB("z") "34"), RTC("12"), true, false, STATE_GIVEN, 5, "<rtc/z>.mark", "0x5", "missing" },
    /* A subsection with nothing to say is not saved again; that it was there is a difference of two states. */
    { RTC("12" SUB("x") "\\000"), RTC("12"), true, false, STATE_GIVEN, 0, "", "", "" },
    { RTC("12" SUB("z") "\\000\\000"), RTC("12"), true, false, STATE_GIVEN, 0, "", "", "" },
    { RTC("12" SUB("x") "\\000"), RTC("12"), true, false, STATE_WHOLE, 5, "<rtc/x>.mark", "0x5", "missing" },
    { RTC("12" SUB("x") "\\000"), RTC("12" SUB("x") "\\001"), true, true, STATE_GIVEN, 1, "<rtc/x>.y", "00", "01" },
    { RTC("17" SUB("z") "3"), RTC("12"), true, false, STATE_GIVEN, 6, "b", "37", "32" },
    { RTC("123"), RTC("12"), false, false, STATE_GIVEN, 1, "opaque", "313233", "3132" },
};

static void subsections_differ_by_themselves(void **state)
{
    ProtobufCBinaryData with = { sizeof(rtc_with) - 1, (uint8_t *)rtc_with };
    ProtobufCBinaryData without = { sizeof(rtc_without) - 1, (uint8_t *)rtc_without };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(halves); i++) {
        ProtobufCMessage *left = support_message(&hardstop__stream__descriptor, halves[i].left);
        ProtobufCMessage *right = support_message(&hardstop__stream__descriptor, halves[i].right);
        struct state_comparison comparison = { .n = 0 };
        const struct state_difference *first = &comparison.differences[0];

        state_compare((Hardstop__Stream *)left, halves[i].left_knows ? &with : &without, (Hardstop__Stream *)right,
                      halves[i].right_knows ? &with : &without, halves[i].scope, &comparison);
        if (comparison.n != halves[i].n || strcmp(first->path, halves[i].path) != 0 ||
            strncmp(first->left, halves[i].given, strlen(halves[i].given)) != 0 ||
            strncmp(first->right, halves[i].saved, strlen(halves[i].saved)) != 0) {
            fail_msg("%zu: %zu differences, the first %s: %s -> %s", i, comparison.n, first->path, first->left,
                     first->right);
        }
        reflect_free(left);
        reflect_free(right);
    }
}

static void put_state(struct builder *out, const char *byte, bool has_footer)
{
    support_put_section(out, 4, 7, "a", 1);
    support_put_hex(out, byte);
    if (has_footer) {
        support_put_footer(out, 7);
    }
    support_put_hex(out, "00");
}

/* Whatever framing is said to be theirs, what the bytes hold is compared. */
static void a_framing_is_only_a_hint(void **state)
{
    static const enum stream_framing framings[] = { STREAM_ANY, STREAM_LEGACY, STREAM_FOOTER, STREAM_SIZED };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(framings) * 2; i++) {
        struct builder left = { 0 }, right = { 0 };
        struct state_comparison comparison = { .n = 0 };

        put_state(&left, "31", i & 1);
        put_state(&right, "32", i & 1);
        assert_true(state_compare_bytes(&(struct state_bytes){ left.data, left.size, framings[i / 2] }, NULL,
                                        &(struct state_bytes){ right.data, right.size, framings[i / 2] }, STATE_GIVEN,
                                        &comparison));
        assert_int_equal(comparison.n, 1);
        assert_string_equal(comparison.differences[0].device, "a");
        builder_clear(&left);
        builder_clear(&right);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_framing_is_only_a_hint),
        cmocka_unit_test(differences_are_those_that_count),
        cmocka_unit_test(differences_tell_what_is_behind_them),
        cmocka_unit_test(subsections_differ_by_themselves),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
