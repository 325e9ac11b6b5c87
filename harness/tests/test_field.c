/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A message of tables comes back as it went out, its text holds no more than it must, and a cut never goes unseen. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/wire/field_encode.h"
#include "harness/wire/virtio/tables.h"
#include "harness/message/reflect.h"
#include "harness/message/text.h"

enum {
    NET = HARDSTOP__VIRTIO_SECTION__DEVICE_NET,
    BLK = HARDSTOP__VIRTIO_SECTION__DEVICE_BLK,
    BALLOON = HARDSTOP__VIRTIO_SECTION__DEVICE_BALLOON,
    RNG = HARDSTOP__VIRTIO_SECTION__DEVICE_RNG,
};

extern const struct table balloon_table;

#define LEGACY_CCW "ccw { pmcw { } scsw { } last_cmd { } id { } indicators { } indicators2 { } summary_indicator { } } "

/* Canonical texts: decoding what they encode gives just them.  %s stands for a config space, with MSI-X or without. */
static const struct {
    const char *what;
    uint32_t device;
    bool msix;
    const char *text;
} canonical[] = {
    { "nothing but zeros", RNG, false, LEGACY_CCW "rng { }" },
    { "every ccw field", RNG, false,
      "ccw { cssid: 254 ssid: 3 migrated_schid: 65535 devno: 5 thinint_active: 1 "
      "pmcw { intparm: 7 chpid: '\\000\\002' chars: 1 } scsw { cpa: 9 } mba: 11 mda: 'abcd' sense_data: '\\377' "
      "channel_prog: 1 last_cmd { count: 3 } last_cmd_valid: 1 id { cu_type: 5 ciw { } ciw { count: 2 } } "
      "indicators { len: -1 addr: 18446744073709551615 } indicators2 { } summary_indicator { } "
      "config_vector: 4660 ind_offset: 64 thinint_isc: 7 revision: -1 } status: 15 rng { }" },
    { "counted bytes and records", RNG, false,
      LEGACY_CCW "config: 'conf' queue { num: 8 desc: 16384 last_avail_idx: 2 vector: 6 } queue { vector: 0 } "
      "rng { }" },
    { "a count of fewer than none", RNG, false, LEGACY_CCW "config_len: 4294967295 rng { }" },
    { "subsections of all places", RNG, false,
      "ccw { pmcw { } scsw { } last_cmd { } id { } "
      "subch_subsection { name: 's390_subch_dev/orb' version_id: 1 orb { intparm: 3 } } indicators { } "
      "indicators2 { } summary_indicator { } adapter_subsection { name: 's390_adapter_info/summary_offset' "
      "version_id: 9 summary_offset { summary_offset: 77 } } } rng { } "
      "subsection { name: 'virtio/device_endian' version_id: 1 device_endian { device_endian: 2 } } "
      "subsection { name: 'virtio/64bit_features' version_id: 0 features_64bit { guest_features: 4294967296 } } "
      "subsection { name: 'virtio/virtqueues' version_id: 1 virtqueues { vq { } vq { used: 1 } } } "
      "subsection { name: 'virtio/ringsize' version_id: 1 ringsize { num_default: 0 num_default: 256 } } "
      "subsection { name: 'virtio/broken' version_id: 1 broken { broken: 1 } } "
      "subsection { name: 'virtio/broken' version_id: 1 broken { } } "
      "subsection { name: 'virtio/packed_virtqueues' version_id: 1 packed_virtqueues { vq { inuse: 5 } } }" },
    { "pci without MSI-X has no vectors", RNG, false,
      "pci { version_id: 2 config: '%s' irq_state: 0 irq_state: 1 } queue { num: 8 } rng { }" },
    { "pci with MSI-X has two", RNG, true,
      "pci { version_id: 2 config: '%s' msix_table { address: 4276092928 } msix_table { control: 1 } "
      "msix_pba: '\\003' config_vector: 65535 } queue { num: 8 vector: 1 } rng { } "
      "subsection { name: 'virtio/extra_state' version_id: 1 extra_state { subsection { "
      "name: 'virtio_pci/modern_state' version_id: 1 modern_state { gfselect: 1 guest_features: 5 "
      "vqs { } vqs { enabled: 1 desc: 0 desc: 2 } } } } }" },
    { "net with one queue pair", NET, false,
      LEGACY_CCW "queue { vector: 0 } queue { vector: 0 } queue { vector: 0 } "
      "net { mac: 'RT' tx_waiting: 1 mac_table: 'abcdefghijkl' vlans: '\\000\\001' nobcast: 1 }" },
    { "net with two queue pairs and offloads", NET, false,
      LEGACY_CCW "guest_features: 4 queue { vector: 0 } queue { vector: 0 } queue { vector: 0 } queue { vector: 0 } "
      "queue { vector: 0 } net { max_queue_pairs: 2 curr_queue_pairs: 2 more_tx_waiting: 9 curr_guest_offloads: 0 "
      "subsection { name: 'virtio-net-device/rss' version_id: 1 rss { enabled: 1 default_queue: 1 key: 'k' "
      "indirections_table: 0 indirections_table: 0 } } }" },
    { "net with a queue more than one pair has", NET, false,
      LEGACY_CCW "queue { vector: 0 } queue { vector: 0 } queue { vector: 0 } queue { vector: 0 } "
      "net { max_queue_pairs: 0 curr_queue_pairs: 0 }" },
    { "net with two addresses", NET, false,
      LEGACY_CCW "net { mac_table: 'aaaaaabbbbbb' }" },
    { "blk with a request of one queue", BLK, false,
      LEGACY_CCW "queue { vector: 0 } blk { request { elem { index: 3 in_addr: 0 in_addr: 5 out_sg { iov_len: 2 } } } "
      "request { more: 7 elem { } } }" },
    { "blk with a request of two queues", BLK, false,
      LEGACY_CCW "queue { vector: 0 } queue { vector: 0 } blk { request { vq_index: 0 elem { } } }" },
    { "balloon", BALLOON, false,
      LEGACY_CCW "balloon { num_pages: 1 actual: 4294967295 subsection { name: 'virtio-balloon-device/page-poison' "
      "version_id: 1 page_poison { poison_val: 170 } } }" },
};

static ProtobufCMessage *message_of(size_t i)
{
    char *config = support_pci_config(canonical[i].msix);
    char *text = hs_strdup(canonical[i].text);
    const char *hole = strstr(text, "%s");
    char *whole = hole ? hs_format("%.*s%s%s", (int)(hole - text), text, config, hole + 2) : hs_strdup(text);
    ProtobufCMessage *message = support_message(&hardstop__virtio_section__descriptor, whole);

    free(whole);
    free(text);
    free(config);
    return message;
}

static void encode(const ProtobufCMessage *message, struct builder *out)
{
    struct field_encoder encoder = { .out = out };

    field_encode(&encoder, &virtio_table, message);
}

/* Decodes `size` bytes from a block of just that size; `left` gets how many were not read. */
static ProtobufCMessage *decode(size_t i, const struct builder *from, size_t size, size_t *left, struct hs_error *err)
{
    uint8_t *exact = malloc(size ? size : 1);
    struct field_decoder decoder = { .in = bytes_of(exact, size), .device = canonical[i].device, .err = err };
    Hardstop__VirtioSection *message =
        (Hardstop__VirtioSection *)reflect_new(&hardstop__virtio_section__descriptor);

    if (size) {
        memcpy(exact, from->data, size);
    }
    decoder.root = &message->base;
    if (field_decode_into(&decoder, &virtio_table, &message->base) < 0) {
        reflect_free(&message->base);
        message = NULL;
    }
    *left = bytes_left(&decoder.in);
    free(exact);
    return message ? &message->base : NULL;
}

static void messages_come_back_as_they_went_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(canonical); i++) {
        ProtobufCMessage *message = message_of(i), *back;
        struct hs_error err = { .text = "" };
        struct builder bytes = { 0 };
        size_t left;

        encode(message, &bytes);
        back = decode(i, &bytes, bytes.size, &left, &err);
        if (!back) {
            fail_msg("%s: %s", canonical[i].what, err.text);
        }
        assert_int_equal(left, 0);
        if (!reflect_equal(message, back)) {
            fail_msg("%s: came back as\n%s", canonical[i].what, text_print(back));
        }
        reflect_free(message);
        reflect_free(back);
        builder_clear(&bytes);
    }
}

/* The optional subsections come last, so a cut before or in one may look like a stream that lacks it. */
static void every_cut_is_seen(void **state)
{
    size_t refused = 0;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(canonical); i++) {
        ProtobufCMessage *message = message_of(i), *back;
        bool has_subsections = strstr(canonical[i].text, "subsection");
        struct builder bytes = { 0 };
        size_t left, step;

        encode(message, &bytes);
        /* Each byte of the small ones, and a prime number of steps through long arrays. */
        step = bytes.size < 4000 ? 1 : 37;
        for (size_t size = 0; size < bytes.size; size += step) {
            struct hs_error err = { .offset = HS_NO_OFFSET };

            back = decode(i, &bytes, size, &left, &err);
            if (!back) {
                assert_in_range(err.offset, 0, size);
                assert_true(*err.text);
                refused++;
            } else if (!has_subsections) {
                fail_msg("%s: %zu of %zu bytes decode", canonical[i].what, size, bytes.size);
            }
            reflect_free(back);
        }
        reflect_free(message);
        builder_clear(&bytes);
    }
    assert_true(refused > 5000);
}

static const struct {
    const char *given, *kept;
    uint32_t device;
} trimmed[] = {
    { LEGACY_CCW "status: 0 isr: 0 config: '' queue { num: 0 vector: 0 } rng { }",
      LEGACY_CCW "queue { vector: 0 } rng { }", RNG },
    { LEGACY_CCW "config_len: 2 config: '\\000\\000' num_queues: 1 queue { vector: 0 } rng { }",
      LEGACY_CCW "config: '\\000\\000' queue { vector: 0 } rng { }", RNG },
    { LEGACY_CCW "net { mac: 'a\\000\\000\\000\\000\\000' vlans: '\\000' mac_table_in_use: 1 mac_table: 'abcdef' }",
      LEGACY_CCW "net { mac: 'a' mac_table: 'abcdef' }", NET },
    { LEGACY_CCW "blk { request { more: 1 elem { in_addr: 0 in_sg { } in_sg { iov_len: 0 } } } end: 0 }",
      LEGACY_CCW "blk { request { elem { } } }", BLK },
    /* More than the wire has room for. */
    { LEGACY_CCW "net { mac: 'abcdefgh' }", LEGACY_CCW "net { mac: 'abcdef' }", NET },
    /* A count that is not tied, and what the loader makes of it. */
    { LEGACY_CCW "config_len: 1 config: '\\017\\000' rng { }", NULL, RNG },
    { LEGACY_CCW "num_queues: 2 queue { vector: 0 } rng { }", NULL, RNG },
    { LEGACY_CCW "num_queues: 4294967295 rng { }", NULL, RNG },
    { LEGACY_CCW "config_len: 2147483647 rng { }", NULL, RNG },
};

static void zeros_and_right_counts_are_left_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(trimmed); i++) {
        ProtobufCMessage *given = support_message(&hardstop__virtio_section__descriptor, trimmed[i].given);
        ProtobufCMessage *kept, *back = NULL;
        struct hs_error err = { .offset = HS_NO_OFFSET };
        struct builder bytes = { 0 }, again = { 0 };
        size_t left, which = 0;

        while (canonical[which].device != trimmed[i].device) {
            which++;
        }
        encode(given, &bytes);
        back = decode(which, &bytes, bytes.size, &left, &err);
        if (trimmed[i].kept) {
            kept = support_message(&hardstop__virtio_section__descriptor, trimmed[i].kept);
            assert_non_null(back);
            if (!reflect_equal(back, kept)) {
                fail_msg("%s: came back as\n%s", trimmed[i].given, text_print(back));
            }
            encode(back, &again);
            assert_int_equal(again.size, bytes.size);
            assert_memory_equal(again.data, bytes.data, bytes.size);
            reflect_free(kept);
        } else {
            assert_true(!back || !reflect_equal(back, given));
            assert_true(back || err.offset <= bytes.size);
        }
        reflect_free(given);
        reflect_free(back);
        builder_clear(&bytes);
        builder_clear(&again);
    }
}

/* The VMState "virtio-balloon-device" probes what follows: migration/vmstate.c. */
static const struct {
    const char *what, *name;
    int length; /* as it is on the wire; -1: of the name */
    const char *tail;
    enum { READ, LEFT, REFUSED } then;
} probes[] = {
    { "known", "virtio-balloon-device/page-poison", -1, "00000001 000000aa", READ },
    { "unknown", "virtio-balloon-device/page-pleasure", -1, "00000001 000000aa", REFUSED },
    { "unknown beginning of a known one", "virtio-balloon-device/page-poiso", -1, "00000001", REFUSED },
    { "of no name but the VMState's", "virtio-balloon-device", -1, "00000001", LEFT },
    { "of a foreign VMState", "virtio-console-device/page-poison", -1, "00000001", LEFT },
    { "name longer than what is left", "virtio-balloon-device/page-poison", 200, "", LEFT },
    { "known, without a version", "virtio-balloon-device/page-poison", -1, "0000", REFUSED },
    { "known, without a body", "virtio-balloon-device/page-poison", -1, "00000001 0000", REFUSED },
    { "empty name", "", -1, "", LEFT },
};

static void subsections_are_probed_as_qemu_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(probes); i++) {
        struct hs_error err = { .text = "" };
        struct builder bytes = { 0 };
        struct field_decoder decoder = { .err = &err };
        Hardstop__VirtioBalloon *balloon;
        size_t start;

        support_put_hex(&bytes, "00000001 00000002");
        start = bytes.size;
        support_put_hex(&bytes, "05");
        builder_put_be(&bytes, 1, probes[i].length < 0 ? strlen(probes[i].name) : (size_t)probes[i].length);
        builder_put(&bytes, probes[i].name, strlen(probes[i].name));
        support_put_hex(&bytes, probes[i].tail);
        decoder.in = bytes_of(bytes.data, bytes.size);
        balloon = (Hardstop__VirtioBalloon *)field_decode(&decoder, &balloon_table);
        if ((probes[i].then == REFUSED) != !balloon) {
            fail_msg("%s: %s", probes[i].what, balloon ? "accepted" : err.text);
        }
        if (!balloon) {
            assert_in_range(err.offset, start, bytes.size);
        } else {
            assert_int_equal(decoder.in.at, probes[i].then == READ ? bytes.size : start);
            assert_int_equal(balloon->n_subsection, probes[i].then == READ);
            reflect_free(&balloon->base);
        }
        builder_clear(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_come_back_as_they_went_out),
        cmocka_unit_test(every_cut_is_seen),
        cmocka_unit_test(zeros_and_right_counts_are_left_out),
        cmocka_unit_test(subsections_are_probed_as_qemu_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
