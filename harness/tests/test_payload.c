/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Payloads with everything in them that a fresh device has not: requests in flight, pixels, domains.  They come back as
 * they went out, their fields stand where QEMU 7.2 puts them, a cut is refused, and so are counts without bytes.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/wire/payload.h"
#include "harness/wire/stream.h"
#include "harness/wire/virtio/tables.h"
#include "harness/message/reflect.h"
#include "harness/message/text.h"

#define CCW \
    "ccw { pmcw { } scsw { } last_cmd { } id { } indicators { } indicators2 { } summary_indicator { } } "
#define QUEUES_3 "queue { vector: 0 } queue { vector: 0 } queue { vector: 0 } "
#define BROKEN "subsection { name: 'virtio/broken' version_id: 1 broken { broken: 1 } } "
enum { CCW_SIZE = 417, COMMON_SIZE = CCW_SIZE + 16, ELEMENT_SIZE = 49168 };

/* Canonical text of a Section's payload: decoding what it encodes gives just this. */
static const struct {
    const char *what, *idstr, *text;
    size_t size; /* of the payload */
    unsigned reading;
} canonical[] = {
    { "devices without a payload", "virtio-scsi", "virtio { " CCW "scsi { } }", COMMON_SIZE },
    { "of input", "virtio-input", "virtio { " CCW "input { } }", COMMON_SIZE },
    { "of 9p", "0000:00:01.0/virtio-9p", "virtio { " CCW "p9 { } " BROKEN "}", COMMON_SIZE + 6 + 13 + 1 },
    { "of vsock", "virtio-vhost_vsock", "virtio { " CCW "vsock { } }", COMMON_SIZE },
    { "serial without ports", "virtio-console", "virtio { " CCW "serial { } }", COMMON_SIZE + 12 },
    { "serial with an element popped", "virtio-console",
      "virtio { " CCW "serial { cols: 80 rows: 25 max_nr_ports: 31 ports_map: 36 "
      "port { id: 2 guest_connected: 1 } port { id: 5 host_connected: 1 elem_popped: 1 iov_idx: 3 "
      "iov_offset: 70000000000 "
      "elem { index: 7 out_num: 1 out_addr: 4096 out_sg { iov_len: 64 } } } port { id: 6 } } " BROKEN "}",
      COMMON_SIZE + 16 + 3 * 10 + 12 + ELEMENT_SIZE + 20 },
    { "serial of a guest of the other byte order", "virtio-console",
      "virtio { " CCW "serial { max_nr_ports: 553648128 ports_map: 1 ports_map: 2 } }", COMMON_SIZE + 20 },
    { "serial with the most ports", "virtio-console",
      "virtio { " CCW "serial { max_nr_ports: 511 ports_map: 0 ports_map: 1 ports_map: 0 ports_map: 0 ports_map: 0 "
      "ports_map: 0 ports_map: 0 ports_map: 0 ports_map: 0 ports_map: 0 ports_map: 0 ports_map: 0 ports_map: 0 "
      "ports_map: 0 ports_map: 0 ports_map: 2147483647 } }", COMMON_SIZE + 12 + 16 * 4 },
    { "serial with a packed ring", "virtio-console",
      "virtio { " CCW "serial { port { elem_popped: 4294967295 iov_idx: 0 iov_offset: 0 elem { ndescs: 1 } } } }",
      COMMON_SIZE + 12 + 10 + 12 + ELEMENT_SIZE + 4, .reading = 1 },
    { "blk with a packed ring", "virtio-blk",
      "virtio { " CCW "queue { vector: 0 } blk { request { elem { ndescs: 2 } } request { elem { ndescs: 0 } } } "
      BROKEN "}", COMMON_SIZE + 16 + 2 * (1 + ELEMENT_SIZE + 4) + 1 + 20, .reading = 1 },
    { "blk with a packed ring as it is written", "virtio-blk",
      "virtio { " CCW "blk { request { elem { index: 65535 ndescs_before: 1 } } request { elem { in_num: 1 "
      "ndescs_before: 65535 } } } " BROKEN "}", COMMON_SIZE + 2 * (1 + 4 + ELEMENT_SIZE) + 1 + 20, .reading = 1 },
    { "gpu with one output", "virtio-gpu", "virtio { " CCW "gpu { scanouts { enable: 1 scanout { } } } }",
      COMMON_SIZE + 4 + 8 + 40 },
    { "gpu with two resources, behind the subsections", "virtio-gpu",
      "virtio { " CCW BROKEN "gpu { resource { resource_id: 1 width: 2 height: 1 format: 1 "
      "iov { addr: 4096 iov_len: 8 } "
      "iov { addr: 70000000000 iov_len: 1 } image: 'abcdefgh' } resource { resource_id: 9 image: '' } "
      "scanouts { enable: -1 scanout { resource_id: 1 width: 2 height: 1 x: -3 y: 4 cursor_resource_id: 9 "
      "cursor_hot_x: 5 cursor_hot_y: 6 cursor_pos_x: 7 cursor_pos_y: 8 } scanout { } } } }",
      COMMON_SIZE + 20 + (20 + 24 + 8) + 20 + 4 + 8 + 80 },
    /* The loader's main loop could go on in the image, if the payload were opaque. */
    { "gpu with an image like a section", "virtio-gpu",
      "virtio { " CCW "gpu { resource { resource_id: 1 width: 4 height: 1 "
      "image: '\\004\\000\\000\\000\\011\\003abc\\000\\000\\000\\000\\000\\000\\000' } scanouts { } } }",
      COMMON_SIZE + 20 + 16 + 4 + 8 },
    { "gpu of 9.0, with its framebuffers", "virtio-gpu",
      "virtio { " CCW BROKEN "gpu { scanouts { enable: 1 scanout { width: 2 fb_format: 1 fb_bytes_pp: 2 fb_width: 3 "
      "fb_height: 4 fb_stride: 5 fb_offset: 6 } scanout { fb_format: 0 fb_bytes_pp: 0 fb_width: 0 fb_height: 0 "
      "fb_stride: 0 fb_offset: 7 } } subsection { name: 'virtio-gpu/blob' version_id: 1 blob { "
      "blob { resource_id: 3 blob_size: 4096 iov { addr: 4096 iov_len: 8 } iov { addr: 70000000000 iov_len: 1 } } "
      "blob { resource_id: 4294967295 } } } } }",
      COMMON_SIZE + 20 + 4 + 8 + 2 * 64 + 6 + 15 + (12 + 24) + 12 + 4, .reading = 1 },
    { "iommu without domains", "virtio-iommu", "virtio { " CCW "iommu { bypass: 1 } " BROKEN "}",
      COMMON_SIZE + 6 + 20 },
    { "iommu with mappings and endpoints", "virtio-iommu",
      "virtio { " CCW "iommu { domain { key: 4 id: 4 mapping { low: 4096 high: 8191 phys_addr: 70000000000 flags: 3 } "
      "mapping { more: 255 } endpoint { id: 8 } endpoint { } endpoint { id: 9 } bypass: 1 } domain { more: 5 } } }",
      COMMON_SIZE + 6 + 2 * (13 + 4 + 1 + 1 + 1) + 2 * 29 + 3 * 5 },
    { "iommu whose counts are wrong", "virtio-iommu",
      "virtio { " CCW "iommu { domains: 3 domain { mappings: 4294967295 mapping { } } } }",
      COMMON_SIZE + 6 + 20 + 29 },
    { "mem", "virtio-mem",
      "virtio { " CCW "mem { addr: 4294967296 region_size: 136314880 block_size: 2097152 node: 1 "
      "usable_region_size: 5 size: 6 requested_size: 7 bitmap: 3 bitmap: 9223372036854775808 } }",
      COMMON_SIZE + 52 + 16 },
    { "mem without blocks", "virtio-mem",
      "virtio { " CCW "mem { addr: 0 region_size: 1 block_size: 0 node: 0 size: 0 } }", COMMON_SIZE + 52 },
    { "mem of 8.0", "virtio-mem",
      "virtio { " CCW "mem { usable_region_size: 5 requested_size: 7 } " BROKEN "}", COMMON_SIZE + 16 + 20,
      .reading = 1 },
    { "mem of 8.0, before guest RAM", "0000:00:01.0/virtio-mem-device-early",
      "virtio_mem_early { addr: 4294967296 region_size: 136314880 block_size: 2097152 node: 1 size: 6 bitmap: 3 "
      "bitmap: 9223372036854775808 }", 36 + 16 },
    { "net with RSS", "virtio-net",
      "virtio { " CCW "net { subsection { name: 'virtio-net-device/rss' version_id: 1 rss { enabled: 1 hash_types: 2 "
      "default_queue: 3 key: 'k' indirections_table: 5 indirections_table: 6 } } } }",
      COMMON_SIZE + 545 + 6 + 21 + 3 + 4 + 2 + 2 + 40 + 4 },
    { "net with RSS of version 2", "virtio-net",
      "virtio { " CCW "net { subsection { name: 'virtio-net-device/rss' version_id: 2 rss { enabled: 1 hash_types: 2 "
      "default_queue: 3 key: 'k' indirections_table: 5 indirections_table: 6 supported_hash_types: 0 } } } }",
      COMMON_SIZE + 545 + 6 + 21 + 3 + 8 + 2 + 2 + 40 + 4 },
    { "net with the state of its back-end", "virtio-net",
      "virtio { " CCW "net { subsection { name: 'virtio-net-device/backend' version_id: 0 backend { "
      "chunk { data: 'abc' } chunk { data: 'd' } } } } }", COMMON_SIZE + 545 + 6 + 25 + 7 + 5 + 4 },
    { "of vhost-user-blk", "vhost-user-blk", "virtio { " CCW "vhost_user_blk { } }", COMMON_SIZE },
    { "vhost-user-blk with requests in flight", "vhost-user-blk",
      "virtio { " CCW BROKEN "vhost_user_blk { subsection { name: 'vhost-user-blk/inflight' version_id: 1 inflight { "
      "size: 5 queue_size: 7 subsection { name: 'vhost-inflight-region/buffer' version_id: 0 "
      "buffer { addr: 'abcde' } } } } } }", COMMON_SIZE + 20 + 6 + 23 + 10 + 6 + 28 + 5 },
    { "a device on mmio", "virtio-rng",
      "virtio { mmio { host_features_sel: 1 guest_features_sel: 2 guest_page_shift: 12 } status: 15 "
      "config: 'abc' queue { num: 8 align: 4096 desc: 1 } queue { align: 0 } rng { } subsection { "
      "name: 'virtio/extra_state' version_id: 1 extra_state { mmio_subsection { name: 'virtio_mmio/state' "
      "version_id: 1 state { guest_features: 1 vqs { num: 8 enabled: 1 desc: 1 avail: 2 used: 3 } } } } } }",
      12 + 16 + 3 + 2 * 18 + 6 + 18 + 6 + 17 + 8 + 1024 * 27 },
    { "features beyond 64", "virtio-rng",
      "virtio { " CCW "rng { } subsection { name: 'virtio/128bit_features' version_id: 1 features_128bit { "
      "guest_features: 5 } } }", COMMON_SIZE + 6 + 22 + 8 },
    { "net whose guest does not use its pairs", "virtio-net",
      "virtio { " CCW QUEUES_3 "net { max_queue_pairs: 3 curr_queue_pairs: 1 } }",
      COMMON_SIZE + 3 * 16 + 6 + 4 + 4 + 2 + 2 + 4 + 512 + 4 + 6 + 1 + 4, .reading = 1 },
    { "net with four queues of one pair", "virtio-net", "virtio { " CCW QUEUES_3 "queue { vector: 0 } net { } }",
      COMMON_SIZE + 4 * 16 + 545, .reading = 1 },
    { "net whose guest controls offloads", "virtio-net",
      "virtio { " CCW "guest_features: 4 net { curr_guest_offloads: 5 } }", COMMON_SIZE + 545 + 8 },
    { "net whose guest has all other features", "virtio-net",
      "virtio { " CCW "guest_features: 4294967291 net { } }", COMMON_SIZE + 545 },
    { "a disk", "/fe.0.0000/0:0:0/scsi-disk",
      "scsi_disk { qdev { unit_attention_key: 6 unit_attention_asc: 41 unit_attention_ascq: 1 "
      "sense_is_ua: 1 sense: 'a' sense_len: 18 } media_changed: 1 media_event: 1 eject_request: 1 tray_open: 1 "
      "tray_locked: 1 }", 110 },
    { "a disk with a reservation", "scsi-disk",
      "scsi_disk { qdev { } subsection { name: 'scsi-disk/pr' version_id: 1 scsi_pr { key: 5 resv_type: 1 } } }",
      110 + 6 + 12 + 9 },
    { "a disk with long sense data and an odd end", "scsi-disk",
      "scsi_disk { qdev { end: 255 subsection { name: 'SCSIDevice/sense' version_id: 1 scsi_sense { sense: 'b' } } } }",
      110 + 6 + 16 + 156 },
    { "a disk with requests", "scsi-disk",
      "scsi_disk { qdev { "
      /* INQUIRY, READ(6) to be retried, READ(16) fresh, READ(10) fresh without a buffer */
      "request { cmd: '\\022' tag: 1 lun: 2 vq_index: 3 elem { index: 4 } } "
      "request { cmd: '\\010' elem { } sector: 70000000000 sector_count: 1 buflen: 512 } "
      "request { retry: 2 cmd: '\\210' elem { } sector: 0 sector_count: 8 buflen: 4096 read_data: 'abc' } "
      "request { retry: 2 cmd: '\\050' elem { } sector: 0 sector_count: 8 buflen: 0 } "
      /* WRITE(10) of fewer sectors than the buffer has, WRITE(12), WRITE AND VERIFY(16) of fewer bytes than sectors */
      "request { cmd: '\\052\\000\\000\\000\\000\\000\\000\\000\\001' elem { } sector: 1 sector_count: 0 buflen: 4096 "
      "write_data: '' } "
      "request { retry: 2 cmd: '\\252\\000\\000\\000\\000\\000\\001' elem { } sector: 1 sector_count: 0 buflen: 0 } "
      "request { cmd: '\\216\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\000\\001' elem { } sector: 1 "
      "sector_count: 2 buflen: 3 write_data: 'xyz' } "
      /* a write of no blocks transfers nothing, so its buffer is read */
      "request { retry: 2 cmd: '\\052' elem { } sector: 0 sector_count: 0 buflen: 1 read_data: '' } "
      "} tray_locked: 1 }",
      110 + 8 * (1 + 16 + 4 + 4 + 4 + ELEMENT_SIZE) + 7 * 16 + (4 + 3) + 3 + 4 },
    { "a disk with a unit attention to report", "scsi-disk",
      "scsi_disk { qdev { unit_attention_key: 6 request { cmd: '\\010' elem { } } } }", 110 + 29 + ELEMENT_SIZE },
    { "a disk that has reported a unit attention", "scsi-disk",
      "scsi_disk { qdev { request { cmd: '\\010' elem { } } } tray_locked: 1 }", 110 + 29 + ELEMENT_SIZE,
      .reading = 2 },
    { "a disk with a request of a packed ring", "scsi-disk",
      "scsi_disk { qdev { request { elem { ndescs: 5 } } } }", 110 + 29 + ELEMENT_SIZE + 4, .reading = 1 },
};

static Hardstop__Section *section_of(const char *text)
{
    return (Hardstop__Section *)support_message(&hardstop__section__descriptor, text);
}

static void encode(const Hardstop__Section *section, struct builder *out)
{
    struct field_encoder encoder = { .out = out };

    payload_encode(&encoder, section);
}

static const struct payload *payload_of(size_t i)
{
    const struct payload *payload =
        payload_find((const uint8_t *)canonical[i].idstr, strlen(canonical[i].idstr));

    assert_non_null(payload);
    assert_true(canonical[i].reading <= payload->other_readings);
    return payload;
}

/* Decodes the first `size` bytes, from a block of just that size. */
static ProtobufCMessage *decode(size_t i, const struct builder *from, size_t size, size_t *left, struct hs_error *err)
{
    uint8_t *exact = malloc(size ? size : 1);
    struct bytes in = bytes_of(exact, size);
    ProtobufCMessage *message;

    if (size) {
        memcpy(exact, from->data, size);
    }
    message = payload_decode(payload_of(i), &in, false, canonical[i].reading, err);
    *left = bytes_left(&in);
    free(exact);
    return message;
}

static void messages_come_back_as_they_went_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(canonical); i++) {
        Hardstop__Section *section = section_of(canonical[i].text);
        ProtobufCMessage *back;
        struct hs_error err = { .text = "" };
        struct builder bytes = { 0 };
        size_t left;

        encode(section, &bytes);
        if (bytes.size != canonical[i].size) {
            fail_msg("%s: %zu bytes, not %zu", canonical[i].what, bytes.size, canonical[i].size);
        }
        back = decode(i, &bytes, bytes.size, &left, &err);
        if (!back) {
            fail_msg("%s: %s at %llu", canonical[i].what, err.text, (unsigned long long)err.offset);
        }
        assert_int_equal(left, 0);
        if (!reflect_equal(payload_message(section), back)) {
            fail_msg("%s: came back as\n%s", canonical[i].what, text_print(back));
        }
        reflect_free(&section->base);
        reflect_free(back);
        builder_clear(&bytes);
    }
}

/* QEMU 10 and 11 send a framebuffer with some scanouts, and not with others; only how many tells the size. */
static void framebuffers_are_of_the_first_scanouts(void **state)
{
    static const char text[] =
        "virtio { " CCW "gpu { scanouts { scanout { fb_format: 0 fb_bytes_pp: 0 fb_width: 0 fb_height: 0 fb_stride: 0 "
        "fb_offset: 7 } scanout { cursor_pos_y: 1 } scanout { cursor_pos_y: 2 } } } }";
    Hardstop__Section *section = section_of(text);
    struct builder bytes = { 0 };
    ProtobufCMessage *back;
    struct bytes in;

    (void)state;
    encode(section, &bytes);
    assert_int_equal(bytes.size, COMMON_SIZE + 4 + 8 + 3 * 40 + 24);
    in = bytes_of(bytes.data, bytes.size);
    back = payload_decode_best(payload_find((const uint8_t *)"virtio-gpu", 10), &in, NULL, NULL);
    assert_non_null(back);
    assert_true(reflect_equal(payload_message(section), back));
    reflect_free(back);
    reflect_free(&section->base);
    builder_clear(&bytes);
}

/* Each byte at the start and at the end; between, a prime number of steps through the long arrays. */
static size_t next_size(size_t size, size_t whole)
{
    return size + (size < 1500 || size + 200 > whole ? 1 : 67);
}

/* Optional subsections that come last may be cut off unseen. */
static void every_cut_is_refused(void **state)
{
    size_t refused = 0;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(canonical); i++) {
        Hardstop__Section *section = section_of(canonical[i].text);
        bool may_be_cut = strstr(canonical[i].text, "subsection") &&
                          (!strstr(canonical[i].text, "gpu {") || strstr(canonical[i].text, "virtio-gpu/blob"));
        struct builder bytes = { 0 };
        size_t left;

        encode(section, &bytes);
        for (size_t size = 0; size < bytes.size; size = next_size(size, bytes.size)) {
            struct hs_error err = { .offset = HS_NO_OFFSET };
            ProtobufCMessage *back = decode(i, &bytes, size, &left, &err);

            if (!back) {
                assert_in_range(err.offset, 0, size);
                assert_true(*err.text);
                refused++;
            } else if (!may_be_cut) {
                fail_msg("%s: %zu of %zu bytes decode", canonical[i].what, size, bytes.size);
            }
            reflect_free(back);
        }
        reflect_free(&section->base);
        builder_clear(&bytes);
    }
    assert_true(refused > 20000);
}

/* Counts and sizes of more than the stream has. */
static const char *const hostile[][2] = {
    { "virtio-console", "virtio { " CCW "serial { nr_active_ports: 4294967295 } }" },
    { "virtio-console", "virtio { " CCW "serial { max_nr_ports: 511 } }" },
    { "virtio-gpu", "virtio { " CCW "gpu { resource { resource_id: 1 iov_cnt: 4294967295 } scanouts { } } }" },
    { "virtio-gpu", "virtio { " CCW "gpu { resource { resource_id: 1 width: 4294967295 height: 4294967295 } } }" },
    { "virtio-gpu", "virtio { " CCW "gpu { resource { resource_id: 1 width: 65536 height: 65536 } } }" },
    /* 2^64 bytes. */
    { "virtio-gpu", "virtio { " CCW "gpu { resource { resource_id: 1 width: 2147483648 height: 2147483648 } "
                    "scanouts { } } }" },
    { "virtio-gpu", "virtio { " CCW "gpu { scanouts { max_outputs: 4294967295 } } }" },
    { "virtio-iommu", "virtio { " CCW "iommu { domain { } domain { mapping { } mapping_end: 9 } domain_end: 7 } }" },
    { "virtio-mem", "virtio { " CCW "mem { region_size: 18446744073709551615 block_size: 1 } }" },
    { "scsi-disk", "scsi_disk { qdev { request { cmd: '\\010' retry: 2 elem { } sector: 0 sector_count: 9 "
                   "buflen: 4294967295 read_len: 4294967295 } } }" },
    { "scsi-disk", "scsi_disk { qdev { request { cmd: '\\012' elem { } sector: 0 sector_count: 4294967295 "
                   "buflen: 4294967295 } } }" },
};

static void counts_without_bytes_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(hostile); i++) {
        const struct payload *payload = payload_find((const uint8_t *)hostile[i][0], strlen(hostile[i][0]));
        Hardstop__Section *section = section_of(hostile[i][1]);
        struct hs_error err = { .offset = HS_NO_OFFSET };
        struct builder bytes = { 0 };
        struct bytes in;

        encode(section, &bytes);
        in = bytes_of(bytes.data, bytes.size);
        if (payload_decode(payload, &in, true, 0, &err)) {
            fail_msg("%s is accepted", hostile[i][1]);
        }
        assert_in_range(err.offset, 0, bytes.size);
        reflect_free(&section->base);
        builder_clear(&bytes);
    }
}

/*
 * The order and widths of fields, written a second time: two fields of one width that change places pass every other
 * test.  Of arrays, the first element; of an element of a ring, nothing (test_layout has that).
 */
static const char *const layouts[][2] = {
    { "virtio { serial { ports_map: 1 port { iov_idx: 1 iov_offset: 1 } } }",
      "serial.cols 2 serial.rows 2 serial.max_nr_ports 4 serial.ports_map[0] 4 serial.nr_active_ports 4 "
      "serial.port[0].id 4 serial.port[0].guest_connected 1 serial.port[0].host_connected 1 "
      "serial.port[0].elem_popped 4 serial.port[0].iov_idx 4 serial.port[0].iov_offset 8 " },
    { "virtio { subsection { name: 'virtio/broken' broken { } } gpu { resource { iov { } image: 'x' } "
      "scanouts { scanout { } } } }",
      "subsection[virtio/broken].mark 1 subsection[virtio/broken].name_len 1 subsection[virtio/broken].name 13 "
      "subsection[virtio/broken].version_id 4 subsection[virtio/broken].broken.broken 1 "
      "gpu.resource[0].resource_id 4 gpu.resource[0].width 4 gpu.resource[0].height 4 gpu.resource[0].format 4 "
      "gpu.resource[0].iov_cnt 4 gpu.resource[0].iov[0].addr 8 gpu.resource[0].iov[0].iov_len 4 "
      "gpu.resource[0].image 1 gpu.end 4 gpu.scanouts.enable 4 gpu.scanouts.max_outputs 4 "
      "gpu.scanouts.scanout[0].resource_id 4 gpu.scanouts.scanout[0].width 4 gpu.scanouts.scanout[0].height 4 "
      "gpu.scanouts.scanout[0].x 4 gpu.scanouts.scanout[0].y 4 gpu.scanouts.scanout[0].cursor_resource_id 4 "
      "gpu.scanouts.scanout[0].cursor_hot_x 4 gpu.scanouts.scanout[0].cursor_hot_y 4 "
      "gpu.scanouts.scanout[0].cursor_pos_x 4 gpu.scanouts.scanout[0].cursor_pos_y 4 " },
    { "virtio { iommu { domain { mapping { } endpoint { } } } }",
      "iommu.domains 4 iommu.domain[0].more 1 iommu.domain[0].key 8 iommu.domain[0].id 4 iommu.domain[0].mappings 4 "
      "iommu.domain[0].mapping[0].more 1 iommu.domain[0].mapping[0].low 8 iommu.domain[0].mapping[0].high 8 "
      "iommu.domain[0].mapping[0].phys_addr 8 iommu.domain[0].mapping[0].flags 4 iommu.domain[0].mapping_end 1 "
      "iommu.domain[0].endpoint[0].more 1 iommu.domain[0].endpoint[0].id 4 iommu.domain[0].endpoint_end 1 "
      "iommu.domain[0].bypass 1 iommu.domain_end 1 iommu.bypass 1 " },
    { "virtio { mem { } }", "mem.usable_region_size 8 mem.requested_size 8 " },
    { "virtio { net { subsection { name: 'virtio-net-device/rss' rss { supported_hash_types: 1 } } } }",
      "net.mac 6 net.tx_waiting 4 net.mergeable_rx_bufs 4 net.status 2 net.promisc 1 net.allmulti 1 "
      "net.mac_table_in_use 4 net.vlans 512 net.has_vnet_hdr 4 net.multi_overflow 1 net.uni_overflow 1 net.alluni 1 "
      "net.nomulti 1 net.nouni 1 net.nobcast 1 net.has_ufo 1 net.subsection[virtio-net-device/rss].mark 1 "
      "net.subsection[virtio-net-device/rss].name_len 1 net.subsection[virtio-net-device/rss].name 21 "
      "net.subsection[virtio-net-device/rss].version_id 4 net.subsection[virtio-net-device/rss].rss.enabled 1 "
      "net.subsection[virtio-net-device/rss].rss.redirect 1 net.subsection[virtio-net-device/rss].rss.populate_hash 1 "
      "net.subsection[virtio-net-device/rss].rss.hash_types 4 "
      "net.subsection[virtio-net-device/rss].rss.supported_hash_types 4 "
      "net.subsection[virtio-net-device/rss].rss.indirections_len 2 "
      "net.subsection[virtio-net-device/rss].rss.default_queue 2 net.subsection[virtio-net-device/rss].rss.key 40 " },
    { "virtio { mem { addr: 0 region_size: 0 block_size: 0 node: 0 size: 0 bitmap: 1 } }",
      "mem.addr 8 mem.region_size 8 mem.block_size 8 mem.node 4 mem.usable_region_size 8 mem.size 8 "
      "mem.requested_size 8 mem.bitmap[0] 8 " },
    { "scsi_disk { qdev { request { sector: 1 sector_count: 1 buflen: 1 write_data: 'a' read_data: 'bc' } "
      "subsection { name: 'SCSIDevice/sense' scsi_sense { } } } rest: 'abc' }",
      "qdev.unit_attention_key 1 qdev.unit_attention_asc 1 qdev.unit_attention_ascq 1 qdev.sense_is_ua 1 "
      "qdev.sense 96 qdev.sense_len 4 qdev.request[0].retry 1 qdev.request[0].cmd 16 qdev.request[0].tag 4 "
      "qdev.request[0].lun 4 qdev.request[0].vq_index 4 qdev.request[0].sector 8 qdev.request[0].sector_count 4 "
      "qdev.request[0].buflen 4 qdev.request[0].write_data 1 qdev.request[0].read_len 4 qdev.request[0].read_data 2 "
      "qdev.end 1 qdev.subsection[SCSIDevice/sense].mark 1 qdev.subsection[SCSIDevice/sense].name_len 1 "
      "qdev.subsection[SCSIDevice/sense].name 16 qdev.subsection[SCSIDevice/sense].version_id 4 "
      "qdev.subsection[SCSIDevice/sense].scsi_sense.sense 156 media_changed 1 media_event 1 eject_request 1 "
      "tray_open 1 tray_locked 1 rest 3 " },
};

/* Below the payload's member, without what all virtio devices have. */
static void list_place(void *user, const struct field_place *place)
{
    const char *path = strchr(place->path, '.') + 1;

    if ((strchr(path, '.') || strncmp(place->path, "scsi_disk", 9) == 0) && !strstr(path, ".elem.")) {
        fprintf(user, "%s %zu ", path, place->size);
    }
}

static void fields_stand_in_the_order_of_qemu(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(layouts); i++) {
        Hardstop__Section *section = section_of(layouts[i][0]);
        struct builder bytes = { 0 };
        char *list = NULL;
        size_t size;
        FILE *out = open_memstream(&list, &size);
        struct field_encoder encoder = { .out = &bytes, .visit = list_place, .user = out };

        payload_encode(&encoder, section);
        fclose(out);
        assert_string_equal(list, layouts[i][1]);
        free(list);
        builder_clear(&bytes);
        reflect_free(&section->base);
    }
}

/* A stream of the payload and a section behind it, decoded without a description. */
static Hardstop__Stream *stream_of(size_t i, bool footers, size_t extra, enum stream_framing framing)
{
    Hardstop__Section *section = section_of(canonical[i].text);
    struct builder bytes = { 0 };
    struct hs_error err = { .text = "" };
    Hardstop__Stream *stream;

    support_put_header(&bytes);
    support_put_section(&bytes, 4, 7, canonical[i].idstr, 1);
    encode(section, &bytes);
    builder_put_zeros(&bytes, extra);
    if (footers) {
        support_put_footer(&bytes, 7);
    }
    support_put_section(&bytes, 4, 8, "timer", 1);
    builder_put_zeros(&bytes, 24);
    if (footers) {
        support_put_footer(&bytes, 8);
    }
    builder_put_be(&bytes, 1, 0);
    stream = stream_decode(bytes.data, bytes.size, framing, &err);
    if (!stream) {
        fail_msg("%s: %s at %llu", canonical[i].what, err.text, (unsigned long long)err.offset);
    }
    if (!extra && !reflect_equal(payload_message(stream->section[0]), payload_message(section))) {
        fail_msg("%s: read as\n%s", canonical[i].what, text_print(&stream->section[0]->base));
    }
    builder_clear(&bytes);
    reflect_free(&section->base);
    return stream;
}

/* Nobody tells the decoder which reading is right, where the payload ends, or how the stream is framed. */
static void the_reading_that_comes_out_even_is_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(canonical); i++) {
        for (int footers = 0; footers < 2; footers++) {
            reflect_free(&stream_of(i, footers, 0, footers ? STREAM_FOOTER : STREAM_LEGACY)->base);
            reflect_free(&stream_of(i, footers, 0, STREAM_ANY)->base);
        }
    }
}

/* Where no reading comes out even, nothing is lost. */
static void bytes_behind_the_last_field_are_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(canonical); i++) {
        Hardstop__Stream *stream = stream_of(i, true, 5, STREAM_FOOTER);
        struct stream_encoding encoding = { 0 };

        stream_encode(stream, &encoding, NULL, NULL);
        assert_int_equal(encoding.marks[0].payload_end - encoding.marks[0].payload, canonical[i].size + 5);
        stream_encoding_clear(&encoding);
        reflect_free(&stream->base);
    }
}

/* Where the end is known, what a table says is still read, and the rest kept behind it. */
static void a_rest_hides_no_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(canonical); i++) {
        Hardstop__Section *section = section_of(canonical[i].text), *read = section_of("");
        struct builder bytes = { 0 }, again = { 0 };
        const ProtobufCBinaryData *rest;
        ProtobufCMessage *message;
        struct bytes in;

        encode(section, &bytes);
        support_put_hex(&bytes, "eeeeeeeeeeee");
        in = bytes_of(bytes.data, bytes.size);
        message = payload_decode_best(payload_of(i), &in, NULL, NULL);
        rest = message ? payload_rest(message) : NULL;
        if (!rest || (!canonical[i].reading && rest->len != 6)) {
            fail_msg("%s: %zu bytes are left", canonical[i].what, rest ? rest->len : 0);
        }
        payload_set(read, payload_of(i), message);
        encode(read, &again);
        assert_int_equal(again.size, bytes.size);
        assert_memory_equal(again.data, bytes.data, bytes.size);
        builder_clear(&bytes);
        builder_clear(&again);
        reflect_free(&section->base);
        reflect_free(&read->base);
    }
}

/* A device on pci with so many vectors of MSI-X, in queue, table and pending bits. */
static char *pci_text(unsigned vectors)
{
    char *config = support_pci_config(true), *text, *longer;

    if (!vectors) {
        /* What stands where capabilities would counts only where the status says that there are some. */
        memcpy(config + 4 * 0x06, "\\000", 4);
    } else {
        sprintf(config + 4 * 0x42, "\\%03o", (vectors - 1) & 0xff);
        sprintf(config + 4 * 0x43, "\\%03o", (vectors - 1) >> 8);
        config[4 * 0x44] = '\\';
    }
    text = hs_format("virtio { pci { config: '%s' ", config);
    for (unsigned i = 0; i < vectors; i++) {
        longer = hs_format("%s msix_table { data: %u }", text, i + 1);
        free(text);
        text = longer;
    }
    longer = vectors ? hs_format("%s msix_pba: '%0*d' config_vector: 1 } queue { vector: 2 } rng { } }", text,
                                 (int)(vectors / 8 + (vectors % 8 != 0)), 0)
                     : hs_format("%s } queue { } rng { } }", text);
    free(config);
    free(text);
    return longer;
}

static void vectors_are_those_of_config_space(void **state)
{
    static const unsigned counts[] = { 0, 1, 7, 8, 9, 16, 17, 256, 257, 2048 };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(counts); i++) {
        unsigned n = counts[i];
        char *text = pci_text(n);
        Hardstop__Section *section = section_of(text);
        struct hs_error err = { .text = "" };
        struct builder bytes = { 0 };
        ProtobufCMessage *back;
        struct bytes in;

        encode(section, &bytes);
        assert_int_equal(bytes.size, 4 + 256 + 16 + 16 * n + (n + 7) / 8 + (n ? 2 : 0) + 16 + 14 + (n ? 2 : 0));
        in = bytes_of(bytes.data, bytes.size);
        back = payload_decode(payload_find((const uint8_t *)"virtio-rng", 10), &in, false, 0, &err);
        if (!back || bytes_left(&in) || !reflect_equal(back, payload_message(section))) {
            fail_msg("%u vectors: %s, %zu bytes left", n, err.text, bytes_left(&in));
        }
        reflect_free(back);
        reflect_free(&section->base);
        builder_clear(&bytes);
        free(text);
    }
}

static void each_payload_is_found_by_its_name_alone(void **state)
{
    (void)state;
    for (size_t i = 0; payloads[i]; i++) {
        const struct payload *payload = payloads[i];
        const ProtobufCFieldDescriptor *member =
            protobuf_c_message_descriptor_get_field(&hardstop__section__descriptor, payload->tag);
        char *path = hs_format("pci/0:0/%s", payload->idstr);

        assert_ptr_equal(member->descriptor, payload->table->descriptor);
        assert_ptr_equal(payload_find((uint8_t *)path, strlen(path)), payload);
        assert_null(payload_find((uint8_t *)path, strlen(path) - 1));
        free(path);
    }
    assert_null(payload_find(NULL, 0));
    assert_null(payload_find((const uint8_t *)"virtio-rng/", 11));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_come_back_as_they_went_out),
        cmocka_unit_test(framebuffers_are_of_the_first_scanouts),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(counts_without_bytes_are_refused),
        cmocka_unit_test(fields_stand_in_the_order_of_qemu),
        cmocka_unit_test(the_reading_that_comes_out_even_is_taken),
        cmocka_unit_test(bytes_behind_the_last_field_are_kept),
        cmocka_unit_test(a_rest_hides_no_field),
        cmocka_unit_test(vectors_are_those_of_config_space),
        cmocka_unit_test(each_payload_is_found_by_its_name_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
