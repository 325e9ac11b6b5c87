/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fields stand on the wire in the order and with the widths of QEMU 7.2 (hw/s390x/virtio-ccw.c and css.c,
 * hw/virtio/virtio.c and virtio-pci.c, hw/net/virtio-net.c, hw/block/virtio-blk.c, hw/virtio/virtio-balloon.c): written
 * here a second time, because two fields of one width that change places pass every other test.
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/wire/virtio/tables.h"
#include "harness/message/reflect.h"

/* Of arrays, only the first element is listed; %s in a message stands for the config space of a pci device. */
static const struct {
    const char *message, *layout;
} layouts[] = {
    { "ccw { subch_subsection { name: 's390_subch_dev/orb' orb { } }"
      "      adapter_subsection { name: 's390_adapter_info/summary_offset' summary_offset { } } }",
      "ccw.cssid 1 ccw.ssid 1 ccw.migrated_schid 2 ccw.devno 2 ccw.thinint_active 1 "
      "ccw.pmcw.intparm 4 ccw.pmcw.flags 2 ccw.pmcw.devno 2 ccw.pmcw.lpm 1 ccw.pmcw.pnom 1 ccw.pmcw.lpum 1 "
      "ccw.pmcw.pim 1 ccw.pmcw.mbi 2 ccw.pmcw.pom 1 ccw.pmcw.pam 1 ccw.pmcw.chpid 8 ccw.pmcw.chars 4 "
      "ccw.scsw.flags 2 ccw.scsw.ctrl 2 ccw.scsw.cpa 4 ccw.scsw.dstat 1 ccw.scsw.cstat 1 ccw.scsw.count 2 "
      "ccw.mba 8 ccw.mda 4 ccw.sense_data 32 ccw.channel_prog 8 "
      "ccw.last_cmd.cmd_code 1 ccw.last_cmd.flags 1 ccw.last_cmd.count 2 ccw.last_cmd.cda 4 ccw.last_cmd_valid 1 "
      "ccw.id.reserved 1 ccw.id.cu_type 2 ccw.id.cu_model 1 ccw.id.dev_type 2 ccw.id.dev_model 1 ccw.id.unused 1 "
      "ccw.id.ciw[0].type 1 ccw.id.ciw[0].command 1 ccw.id.ciw[0].count 2 ccw.ccw_fmt_1 1 ccw.ccw_no_data_cnt 1 "
      "ccw.subch_subsection[s390_subch_dev/orb].mark 1 ccw.subch_subsection[s390_subch_dev/orb].name_len 1 "
      "ccw.subch_subsection[s390_subch_dev/orb].name 18 ccw.subch_subsection[s390_subch_dev/orb].version_id 4 "
      "ccw.subch_subsection[s390_subch_dev/orb].orb.intparm 4 ccw.subch_subsection[s390_subch_dev/orb].orb.ctrl0 2 "
      "ccw.subch_subsection[s390_subch_dev/orb].orb.lpm 1 ccw.subch_subsection[s390_subch_dev/orb].orb.ctrl1 1 "
      "ccw.subch_subsection[s390_subch_dev/orb].orb.cpa 4 "
      "ccw.indicators.len 4 ccw.indicators.addr 8 ccw.indicators2.len 4 ccw.indicators2.addr 8 "
      "ccw.summary_indicator.len 4 ccw.summary_indicator.addr 8 ccw.config_vector 2 ccw.ind_offset 8 "
      "ccw.adapter_subsection[s390_adapter_info/summary_offset].mark 1 "
      "ccw.adapter_subsection[s390_adapter_info/summary_offset].name_len 1 "
      "ccw.adapter_subsection[s390_adapter_info/summary_offset].name 32 "
      "ccw.adapter_subsection[s390_adapter_info/summary_offset].version_id 4 "
      "ccw.adapter_subsection[s390_adapter_info/summary_offset].summary_offset.summary_offset 4 "
      "ccw.thinint_isc 1 ccw.revision 4 "
      "status 1 isr 1 queue_sel 2 guest_features 4 config_len 4 num_queues 4 " },
    { "pci { version_id: 2 config: '%s' msix_table { } msix_table { } msix_pba: 'x' config_vector: 1 } config: 'abc' "
      "queue { vector: 1 }",
      "pci.version_id 4 pci.config 256 pci.irq_state[0] 4 pci.msix_table[0].address 8 pci.msix_table[0].data 4 "
      "pci.msix_table[0].control 4 pci.msix_pba 1 pci.config_vector 2 status 1 isr 1 queue_sel 2 guest_features 4 "
      "config_len 4 config 3 num_queues 4 queue[0].num 4 queue[0].desc 8 queue[0].last_avail_idx 2 "
      "queue[0].vector 2 " },
    { "net { max_queue_pairs: 2 curr_queue_pairs: 2 more_tx_waiting: 1 curr_guest_offloads: 1 mac_table: 'abcdef'"
      "      subsection { name: 'virtio-net-device/rss' rss { indirections_table: 1 } } }",
      "status 1 isr 1 queue_sel 2 guest_features 4 config_len 4 num_queues 4 "
      "net.mac 6 net.tx_waiting 4 net.mergeable_rx_bufs 4 net.status 2 net.promisc 1 net.allmulti 1 "
      "net.mac_table_in_use 4 net.mac_table 6 net.vlans 512 net.has_vnet_hdr 4 net.multi_overflow 1 net.uni_overflow 1 "
      "net.alluni 1 net.nomulti 1 net.nouni 1 net.nobcast 1 net.has_ufo 1 net.max_queue_pairs 2 net.curr_queue_pairs 2 "
      "net.more_tx_waiting[0] 4 net.curr_guest_offloads 8 net.subsection[virtio-net-device/rss].mark 1 "
      "net.subsection[virtio-net-device/rss].name_len 1 net.subsection[virtio-net-device/rss].name 21 "
      "net.subsection[virtio-net-device/rss].version_id 4 net.subsection[virtio-net-device/rss].rss.enabled 1 "
      "net.subsection[virtio-net-device/rss].rss.redirect 1 net.subsection[virtio-net-device/rss].rss.populate_hash 1 "
      "net.subsection[virtio-net-device/rss].rss.hash_types 4 "
      "net.subsection[virtio-net-device/rss].rss.indirections_len 2 "
      "net.subsection[virtio-net-device/rss].rss.default_queue 2 net.subsection[virtio-net-device/rss].rss.key 40 "
      "net.subsection[virtio-net-device/rss].rss.indirections_table[0] 2 " },
    { "blk { request { vq_index: 1 elem { ndescs: 1 } } }",
      "status 1 isr 1 queue_sel 2 guest_features 4 config_len 4 num_queues 4 "
      "blk.request[0].more 1 blk.request[0].vq_index 4 blk.request[0].elem.index 4 blk.request[0].elem.out_num 4 "
      "blk.request[0].elem.in_num 4 blk.request[0].elem.padding 4 blk.request[0].elem.in_addr[0] 8 "
      "blk.request[0].elem.out_addr[0] 8 blk.request[0].elem.in_sg[0].iov_base 8 "
      "blk.request[0].elem.in_sg[0].iov_len 8 "
      "blk.request[0].elem.out_sg[0].iov_base 8 blk.request[0].elem.out_sg[0].iov_len 8 blk.request[0].elem.ndescs 4 "
      "blk.end 1 " },
    { "balloon { subsection { name: 'virtio-balloon-device/free-page-report' free_page_report { } } }",
      "status 1 isr 1 queue_sel 2 guest_features 4 config_len 4 num_queues 4 balloon.num_pages 4 balloon.actual 4 "
      "balloon.subsection[virtio-balloon-device/free-page-report].mark 1 "
      "balloon.subsection[virtio-balloon-device/free-page-report].name_len 1 "
      "balloon.subsection[virtio-balloon-device/free-page-report].name 38 "
      "balloon.subsection[virtio-balloon-device/free-page-report].version_id 4 "
      "balloon.subsection[virtio-balloon-device/free-page-report].free_page_report.free_page_hint_cmd_id 4 "
      "balloon.subsection[virtio-balloon-device/free-page-report].free_page_report.free_page_hint_status 4 " },
    { "rng { } subsection { virtqueues { } } subsection { packed_virtqueues { } }"
      "subsection { extra_state { subsection { modern_state { } } } }",
      "status 1 isr 1 queue_sel 2 guest_features 4 config_len 4 num_queues 4 "
      "subsection[0].mark 1 subsection[0].name_len 1 subsection[0].version_id 4 "
      "subsection[0].virtqueues.vq[0].avail 8 subsection[0].virtqueues.vq[0].used 8 "
      "subsection[1].mark 1 subsection[1].name_len 1 subsection[1].version_id 4 "
      "subsection[1].packed_virtqueues.vq[0].last_avail_idx 2 "
      "subsection[1].packed_virtqueues.vq[0].last_avail_wrap_counter 1 "
      "subsection[1].packed_virtqueues.vq[0].used_idx 2 subsection[1].packed_virtqueues.vq[0].used_wrap_counter 1 "
      "subsection[1].packed_virtqueues.vq[0].inuse 4 "
      "subsection[2].mark 1 subsection[2].name_len 1 subsection[2].version_id 4 "
      "subsection[2].extra_state.subsection[0].mark 1 subsection[2].extra_state.subsection[0].name_len 1 "
      "subsection[2].extra_state.subsection[0].version_id 4 "
      "subsection[2].extra_state.subsection[0].modern_state.dfselect 4 "
      "subsection[2].extra_state.subsection[0].modern_state.gfselect 4 "
      "subsection[2].extra_state.subsection[0].modern_state.guest_features[0] 4 "
      "subsection[2].extra_state.subsection[0].modern_state.vqs[0].num 2 "
      "subsection[2].extra_state.subsection[0].modern_state.vqs[0].unused 1 "
      "subsection[2].extra_state.subsection[0].modern_state.vqs[0].enabled 1 "
      "subsection[2].extra_state.subsection[0].modern_state.vqs[0].desc[0] 4 "
      "subsection[2].extra_state.subsection[0].modern_state.vqs[0].avail[0] 4 "
      "subsection[2].extra_state.subsection[0].modern_state.vqs[0].used[0] 4 " },
};

/* Sizes of arrays, which the lists above leave out: 7.2's payload sizes are in test_roundtrip. */
static const struct {
    const char *message;
    size_t size;
} sizes[] = {
    { "ccw { } rng { }", 417 + 16 },
    { "blk { request { elem { } } }", 16 + 1 + 49168 + 1 },
    { "rng { } subsection { name: 'virtio/virtqueues' virtqueues { } }", 16 + 16407 },
    { "rng { } subsection { name: 'virtio/ringsize' ringsize { } }", 16 + 6 + 15 + 4096 },
    { "rng { } subsection { name: 'virtio/packed_virtqueues' packed_virtqueues { } }", 16 + 6 + 24 + 10240 },
    { "rng { } subsection { name: 'virtio/extra_state' extra_state { subsection { name: 'virtio_pci/modern_state'"
      " modern_state { } } } }", 16 + 6 + 18 + 28717 },
};

/* No element of an array but the first. */
static bool is_listed(const char *path)
{
    for (const char *at = path; (at = strchr(at, '[')); at++) {
        if (at[1] >= '1' && at[1] <= '9' && strncmp(at - 10, "subsection", 10) != 0) {
            return false;
        }
    }
    return true;
}

static void list_place(void *user, const struct field_place *place)
{
    if (is_listed(place->path)) {
        fprintf(user, "%s %zu ", place->path, place->size);
    }
}

static Hardstop__VirtioSection *message_of(const char *text)
{
    char *config = support_pci_config(true);
    const char *hole = strstr(text, "%s");
    char *whole = hole ? hs_format("%.*s%s%s", (int)(hole - text), text, config, hole + 2) : hs_strdup(text);
    ProtobufCMessage *message = support_message(&hardstop__virtio_section__descriptor, whole);

    free(whole);
    free(config);
    return (Hardstop__VirtioSection *)message;
}

static void fields_stand_in_the_order_of_qemu(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(layouts); i++) {
        Hardstop__VirtioSection *message = message_of(layouts[i].message);
        struct builder bytes = { 0 };
        char *list = NULL;
        size_t size;
        FILE *out = open_memstream(&list, &size);
        struct field_encoder encoder = { .out = &bytes, .visit = list_place, .user = out };

        field_encode(&encoder, &virtio_table, &message->base);
        fclose(out);
        assert_string_equal(list, layouts[i].layout);
        free(list);
        builder_clear(&bytes);
        reflect_free(&message->base);
    }
}

static void arrays_have_the_length_of_qemu(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(sizes); i++) {
        struct builder bytes = { 0 };

        support_put_virtio(&bytes, sizes[i].message);
        if (bytes.size != sizes[i].size) {
            fail_msg("%s: %zu bytes, not %zu", sizes[i].message, bytes.size, sizes[i].size);
        }
        builder_clear(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_stand_in_the_order_of_qemu),
        cmocka_unit_test(arrays_have_the_length_of_qemu),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
