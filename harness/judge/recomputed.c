/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One table of fields with the reason why a loader need not keep them. */
#include "harness/judge/recomputed.h"

#include <string.h>

#include "harness/base/check.h"
#include "harness/wire/tables.h"

#define ELEMENT "VirtQueueElement."
#define FLOWED "what a port held back flows on while the rest is loaded"

/* hw/net/e1000e_core.c: e1000e_intmgr_timer_resume() */
#define E1000E_TIMER(name) \
    { .device = "e1000e", .path = "core." name ".timer", .reason = "while it runs, it is set anew from its register" }

#define E1000E_DERIVED(name) { .device = "e1000e", .path = name, .when = RECOMPUTED_BITS, .mask = UINT64_MAX, \
                               .reason = "follows from its registers, from QEMU 8 on" }

const struct recomputed_rule recomputed_rules[] = {
    /* hw/virtio/virtio-balloon.c: virtio_balloon_free_page_hint_notify(); FREE_PAGE_HINT_S_DONE */
    { .field = "BalloonFreePageReport.free_page_hint_status", .when = RECOMPUTED_SET, .mask = 3,
      .reason = "a migration that has sent all memory says that hints are done with" },
    { .device = "mc146818rtc", .path = "cmos_data",
      .reason = "the clock's registers are set from the time when they are saved" },
    /* hw/rtc/mc146818rtc.c: rtc_post_load(), periodic_timer_update() */
    { .device = "mc146818rtc", .path = "period", .reason = "follows from the clock's registers" },
    { .device = "mc146818rtc", .path = "periodic_timer", .reason = "a time that is past, or far away, is set anew" },
    { .device = "mc146818rtc", .path = "next_periodic_time",
      .reason = "a time that is past, or far away, is set anew" },
    { .device = "mc146818rtc", .path = "irq_coalesced",
      .reason = "no interrupt is due where the periodic timer is found off" },
    /* hw/rtc/pl031.c: pl031_pre_save() */
    { .device = "pl031", .path = "tick_offset_vmstate", .reason = "it runs: it is set from the time when it is saved" },
    /* hw/rtc/goldfish_rtc.c: goldfish_rtc_post_load() */
    { .device = "goldfish_rtc", .path = "irq_pending", .when = RECOMPUTED_BITS, .mask = 0x1,
      .reason = "an alarm whose time is past, set or not, goes off when it is loaded" },
    /* hw/ppc/ppc.c: timebase_pre_save(), QEMU 7.2 and 10.0 */
    { .device = "spapr", .path = "tb.guest_timebase", .reason = "it runs: it is set from the time when it is saved" },
    { .device = "spapr", .path = "tb.time_of_the_day_ns",
      .reason = "it runs: it is set from the time when it is saved" },
    { .device = "hpet", .path = "hpet_counter", .reason = "it runs: it is set from the time when it is saved" },
    /* hw/timer/hpet.c: hpet_offset_needed() */
    { .device = "hpet", .path = "<hpet/offset>*", .when = RECOMPUTED_LEFT_OUT,
      .reason = "left out where the counter stands still" },
    /* hw/input/ps2.c: ps2_common_post_load() */
    { .device = "ps2kbd", .path = "parent_obj.queue.rptr", .when = RECOMPUTED_BITS, .mask = ~UINT64_C(0xff),
      .reason = "cut to the queue's size" },
    { .device = "ps2kbd", .path = "parent_obj.queue.count", .reason = "cut to what the queue may hold" },
    { .device = "ps2kbd", .path = "parent_obj.queue.wptr", .reason = "follows from rptr and count" },
    { .device = "ps2mouse", .path = "parent_obj.queue.rptr", .when = RECOMPUTED_BITS, .mask = ~UINT64_C(0xff),
      .reason = "cut to the queue's size" },
    { .device = "ps2mouse", .path = "parent_obj.queue.count", .reason = "cut to what the queue may hold" },
    { .device = "ps2mouse", .path = "parent_obj.queue.wptr", .reason = "follows from rptr and count" },
    /* hw/input/pckbd.c: kbd_post_load(), kbd_extended_state_pre_save() */
    { .device = "pckbd", .path = "kbd.pending_tmp", .reason = "bits that the machine type does not use are cleared" },
    { .device = "pckbd", .path = "kbd.<pckbd/extended_state>.migration_flags",
      .reason = "says whether a timer runs, which has run out once it is loaded" },
    /* hw/char/serial.c: serial_write_fcr() */
    { .device = "serial", .path = "state.iir", .when = RECOMPUTED_BITS, .mask = 0xc0, .reason = "follows from fcr" },
    { .device = "pci-serial", .path = "state.iir", .when = RECOMPUTED_BITS, .mask = 0xc0,
      .reason = "follows from fcr" },
    /* hw/isa/piix3.c: piix3_pre_save(); a load asks the bus */
    { .device = "PIIX3", .path = "pci_irq_levels_vmstate[]", .reason = "follows from the bus" },
    /* hw/usb/hcd-ehci.c: usb_ehci_pre_save() */
    { .device = "ehci", .path = "ehci.frindex", .when = RECOMPUTED_BITS, .mask = 0x7,
      .reason = "rounded down to a whole frame when it is saved" },
    { .device = "ehci", .path = "ehci.last_run_ns", .reason = "goes back by what frindex is rounded down" },
    /* hw/audio/es1370.c: es1370_update_voices() */
    { .device = "es1370", .path = "chan[].shift", .reason = "follows from sctl" },
    /* hw/audio/intel-hda.c: intel_hda_update_int_sts() */
    { .device = "intel-hda", .path = "int_sts", .reason = "follows from the states of streams and controller" },
    /* hw/net/rtl8139.c: rtl8139_pre_save() */
    { .device = "rtl8139", .path = "TCTR", .reason = "it runs: it is set from the time when it is saved" },
    { .device = "rtl8139", .path = "rtl8139_mmio_io_addr_dummy", .reason = "no version uses it any more" },
    /* hw/audio/sb16.c: vmstate_sb16 */
    { .device = "sb16", .path = "csp_param[0]", .reason = "sent twice; the last counts" },
    /* hw/net/e1000.c: vmstate_e1000_full_mac_state */
    { .device = "e1000", .path = "mac_reg[*", .beside = "<e1000/full_mac_state>*", .when = RECOMPUTED_BESIDE,
      .reason = "sent for old versions; the full state, which follows, counts" },
    { .device = "e1000", .path = "<e1000/mit_state>.mac_reg[*", .beside = "<e1000/full_mac_state>*",
      .when = RECOMPUTED_BESIDE, .reason = "sent for old versions; the full state, which follows, counts" },
    /* cpu.c: cpu_common_post_load() */
    { .device = "cpu_common", .path = "interrupt_request", .when = RECOMPUTED_BITS, .mask = 0x1,
      .reason = "a bit that no version uses any more" },
    /* target/ppc/machine.c: post_load_update_msr(), and hreg_store_msr() of helper_regs.c, QEMU 7.2 and 10.0 */
    { .device = "cpu_common", .path = "interrupt_request", .when = RECOMPUTED_BITS, .mask = 0x4,
      .reason = "asks to leave translated code, for what a processor's state, loaded behind it, changes" },
    /* hw/display/virtio-gpu.c: QEMU 10.0.13 and 11.1 do not keep it */
    { .field = "GpuScanout.fb_bytes_pp", .when = RECOMPUTED_BITS, .mask = UINT64_MAX,
      .reason = "follows from fb_format, from QEMU 10.0.13 on" },
    /* hw/net/e1000e_core.c: e1000e_calc_rxconf(), called by e1000e_core_post_load() from QEMU 8 on */
    E1000E_DERIVED("core.rx_desc_len"),
    E1000E_DERIVED("core.rxbuf_sizes[]"),
    E1000E_DERIVED("core.rx_desc_buf_size"),
    E1000E_TIMER("rdtr"),
    E1000E_TIMER("radv"),
    E1000E_TIMER("raid"),
    E1000E_TIMER("tadv"),
    E1000E_TIMER("tidv"),
    E1000E_TIMER("itr"),
    E1000E_TIMER("eitr[]"),
    /* hw/ide/ahci.c: ahci_state_post_load(); hw/ide/core.c: ide_drive_pio_state_needed() */
    { .device = "ich9_ahci", .path = "ahci.dev[].port_regs.cmd", .when = RECOMPUTED_BITS, .mask = 0xc000,
      .reason = "tells whether the engines run, which are started anew" },
    { .device = "ich9_ahci", .path = "ahci.dev[].port.ifs[].<ide_drive/pio_state>*", .when = RECOMPUTED_LEFT_OUT,
      .reason = "left out where no data is waiting" },
    { .device = "ide", .path = "bus[].ifs[].<ide_drive/pio_state>*", .when = RECOMPUTED_LEFT_OUT,
      .reason = "left out where no data is waiting" },
    { .device = "i2c_bus", .path = "saved_address", .reason = "follows from the device that the bus talks to" },
    { .device = "s390-skeys", .reason = "a new machine saves no keys; one that has loaded saves them all" },
    { .device = "globalstate", .reason = "the run state is what the machine has when it is saved" },
    { .field = ELEMENT "padding", .reason = "padding of the sender's struct" },
    { .field = "IoVec.iov_base", .reason = "addresses in the sender's process" },
    { .field = ELEMENT "in_addr", .when = RECOMPUTED_BEYOND_IN,
      .reason = "unused elements of an array of fixed size" },
    { .field = "IoVec.iov_len", .array = ELEMENT "in_sg", .when = RECOMPUTED_BEYOND_IN,
      .reason = "unused elements of an array of fixed size" },
    { .field = ELEMENT "out_addr", .when = RECOMPUTED_BEYOND_OUT,
      .reason = "unused elements of an array of fixed size" },
    { .field = "IoVec.iov_len", .array = ELEMENT "out_sg", .when = RECOMPUTED_BEYOND_OUT,
      .reason = "unused elements of an array of fixed size" },
    { .field = "ScsiRequest.cmd", .when = RECOMPUTED_BEYOND_COMMAND,
      .reason = "unused bytes of an array of fixed size" },
    { .field = "PciModernQueue.unused", .reason = "padding" },
    { .field = "VirtioSection.config_len", .when = RECOMPUTED_OTHER_LENGTH,
      .reason = "a config space that has grown or shrunk is taken as it fits" },
    { .field = "VirtioSection.config", .when = RECOMPUTED_OTHER_LENGTH,
      .reason = "a config space that has grown or shrunk is taken as it fits" },
    { .field = "RingSize.num_default", .when = RECOMPUTED_LEFT_OUT,
      .reason = "left out where no ring has another size, and by 11.1, whose rings have the device's own sizes" },
    { .field = "VirtqueueState", .when = RECOMPUTED_LEGACY_DEVICE,
      .reason = "a legacy device's ring addresses follow from desc" },
    { .field = "Broken.broken", .when = RECOMPUTED_FALSE_FLAG, .reason = "left out where the device is not broken" },
    { .field = "Started.started", .when = RECOMPUTED_FALSE_FLAG,
      .reason = "left out where the device has not started" },
    { .field = "Disabled.disabled", .when = RECOMPUTED_FALSE_FLAG,
      .reason = "left out where the device is not disabled" },
    { .field = "VirtioSection.isr", .when = RECOMPUTED_BROKEN_DEVICE, .mask = 0x3,
      .reason = "a device that is found broken tells so" },
    { .field = "VirtioSection.status", .when = RECOMPUTED_BROKEN_DEVICE, .mask = 0x40,
      .reason = "a device that is found broken needs a reset" },
    { .field = "PciTransport.irq_state", .reason = "the interrupt line follows from isr" },
    { .field = "VirtioNet.vlans", .reason = "follows from the features" },
    { .field = "VirtioNet.mergeable_rx_bufs", .reason = "follows from the features" },
    { .field = "VirtioNetRss.redirect", .reason = "follows from the features" },
    { .field = "VirtioNetRss.populate_hash", .reason = "follows from the features" },
    { .field = "VirtioSerial.cols", .reason = "sent from the config space, not read" },
    { .field = "VirtioSerial.rows", .reason = "sent from the config space, not read" },
    { .field = "VirtioSerial.max_nr_ports", .reason = "sent from the config space, not read" },
    { .field = "VirtioSerialPort.host_connected", .reason = "follows from the port's backend" },
    { .field = "VirtioSerialPort.elem_popped", .when = RECOMPUTED_FLOWED, .reason = FLOWED },
    { .field = "VirtioSerialPort.iov_idx", .when = RECOMPUTED_FLOWED, .reason = FLOWED },
    { .field = "VirtioSerialPort.iov_offset", .when = RECOMPUTED_FLOWED, .reason = FLOWED },
    { .field = "VirtQueueElement", .when = RECOMPUTED_FLOWED, .reason = FLOWED },
    { .field = "IoVec", .when = RECOMPUTED_FLOWED, .reason = FLOWED },
    { .type = VMDESC_UNUSED, .reason = "bytes that no version uses any more are skipped, and saved as zeros" },
    { .when = RECOMPUTED_NEWER_VERSION, .reason = "an older version of a subsection is saved as the loader's own" },
    { .when = RECOMPUTED_EMPTY_SUBSECTION, .reason = "left out where there is nothing to say" },
    { 0 },
};

_Static_assert(HS_COUNT(recomputed_rules) <= RECOMPUTED_RULES, "a place for each rule");

/* The rows that the names of the rules, and of the fields below, stand for. */
struct rows {
    const struct field *first;
    size_t n;
};

static struct {
    struct rows fields[HS_COUNT(recomputed_rules)], arrays[HS_COUNT(recomputed_rules)];
    struct rows in_num, out_num, elem_popped, features, config_len, broken;
    bool are_found;
} rows;

static struct rows find(const char *name)
{
    struct rows found = { 0 };

    if (name) {
        found.first = tables_named(name, &found.n);
        HS_CHECK(found.first, "no table has a field %s", name);
    }
    return found;
}

static void find_rows(void)
{
    if (rows.are_found) {
        return;
    }
    for (size_t i = 0; recomputed_rules[i].reason; i++) {
        rows.fields[i] = find(recomputed_rules[i].field);
        rows.arrays[i] = find(recomputed_rules[i].array);
    }
    rows.in_num = find(ELEMENT "in_num");
    rows.out_num = find(ELEMENT "out_num");
    rows.elem_popped = find("VirtioSerialPort.elem_popped");
    rows.features = find("Features64.guest_features");
    rows.config_len = find("VirtioSection.config_len");
    rows.broken = find("Broken.broken");
    rows.are_found = true;
}

static bool holds(const struct rows *some, const struct field *row)
{
    return row && row >= some->first && row < some->first + some->n;
}

void recomputed_see(struct recomputed *walk, const struct map_entry *entry)
{
    find_rows();
    if (entry->field == rows.in_num.first) {
        walk->in_num = entry->value;
    } else if (entry->field == rows.out_num.first) {
        walk->out_num = entry->value;
    } else if (entry->field == rows.elem_popped.first) {
        walk->holds_back = entry->value;
    } else if (entry->field == rows.features.first) {
        walk->version_1 = entry->value >> 32 & 1;
    }
}

static bool is_broken(const struct recomputed *walk)
{
    for (size_t i = walk->first; i < walk->end; i++) {
        if (walk->saved->entries[i].field == rows.broken.first) {
            return walk->saved->entries[i].value;
        }
    }
    return false;
}

static bool same_command(const struct recomputed *walk, const struct map_entry *entry, const struct map_entry *other)
{
    static const uint8_t lengths[] = { 6, 10, 10, 16, 16, 12, 16, 16 }; /* by the first three bits */
    const uint8_t *given = walk->given->encoding.out.data + entry->offset;

    return other && entry->size == sizeof(lengths) * 2 && other->size == entry->size &&
           memcmp(given, walk->saved->encoding.out.data + other->offset, lengths[*given >> 5]) == 0;
}

/* How much of a path says which subsection it is in, of those that a description names; 0: none. */
static size_t subsection_path(const char *path)
{
    const char *end = strrchr(path, '>');

    return end ? (size_t)(end + 1 - path) : 0;
}

/* Is the body of the innermost subsection that holds the field nothing but zeros? */
static bool is_empty_subsection(const struct recomputed *walk, const struct map_entry *entry)
{
    const struct map *given = walk->given;
    size_t length = subsection_path(entry->path);

    for (size_t i = 0; i < given->n; i++) {
        const struct map_entry *other = &given->entries[i];

        if (other->section == entry->section && other->part > FIELD_PART_SUBSECTION_HEADER &&
            strncmp(other->path, entry->path, length) == 0 &&
            !bytes_are_zero(given->encoding.out.data + other->offset, other->size)) {
            return false;
        }
    }
    return true;
}

/* Is a path, as it is or without its indexes, that of a rule? */
static bool is_path(const char *path, const char *rule)
{
    size_t length = strcspn(rule, "*");
    char pattern[256];

    map_path_without_indexes(path, pattern, sizeof(pattern));
    return strcmp(path, rule) == 0 ||
           (strncmp(pattern, rule, length) == 0 && (rule[length] == '*' || !pattern[length]));
}

/* Does the section that was given hold such a path? */
static bool is_beside(const struct recomputed *walk, const struct map_entry *entry, const char *path)
{
    for (size_t i = 0; i < walk->given->n; i++) {
        const struct map_entry *other = &walk->given->entries[i];

        if (other->section == entry->section && map_is_payload(other) && is_path(other->path, path)) {
            return true;
        }
    }
    return false;
}

/* Does nothing differ but bits of `mask`? */
static bool differs_within(const struct recomputed *walk, uint64_t mask, const struct map_entry *entry,
                           const struct map_entry *other)
{
    return entry->size == other->size &&
           !((map_number(walk->given, entry) ^ map_number(walk->saved, other)) & ~mask);
}

static bool applies(struct recomputed *walk, const struct recomputed_rule *rule, const struct map_entry *entry,
                    const struct map_entry *other)
{
    switch (rule->when) {
    case RECOMPUTED_ALWAYS:
        return true;
    case RECOMPUTED_BEYOND_IN:
        return entry->context.index >= walk->in_num;
    case RECOMPUTED_BEYOND_OUT:
        return entry->context.index >= walk->out_num;
    case RECOMPUTED_BEYOND_COMMAND:
        return same_command(walk, entry, other);
    case RECOMPUTED_LEGACY_DEVICE:
        return !walk->version_1;
    case RECOMPUTED_FALSE_FLAG:
        /* A subsection's header is followed by its flag, whose value decides for both. */
        while (entry->part == FIELD_PART_SUBSECTION_HEADER) {
            entry++;
        }
        return entry->value == 0;
    case RECOMPUTED_OTHER_LENGTH:
        /* config_len comes first on the wire: config may differ only where config_len did. */
        walk->other_length = walk->other_length || entry->field == rows.config_len.first;
        return walk->other_length;
    case RECOMPUTED_EMPTY_SUBSECTION:
        return !other && is_empty_subsection(walk, entry);
    case RECOMPUTED_FLOWED:
        return walk->holds_back && (!other || (entry->field == rows.elem_popped.first && other->value == 0));
    case RECOMPUTED_BROKEN_DEVICE:
        return other && differs_within(walk, rule->mask, entry, other) && other->value > entry->value &&
               is_broken(walk);
    case RECOMPUTED_BITS:
        return other && differs_within(walk, rule->mask, entry, other);
    case RECOMPUTED_SET:
        return other && map_number(walk->saved, other) == rule->mask;
    case RECOMPUTED_BESIDE:
        return is_beside(walk, entry, rule->beside);
    case RECOMPUTED_LEFT_OUT:
        return !other;
    case RECOMPUTED_NEWER_VERSION:
        return other && other->value > entry->value;
    }
    return false;
}

static bool is_of_field(size_t i, const struct map_entry *entry)
{
    const struct recomputed_rule *rule = &recomputed_rules[i];

    if (entry->part == FIELD_PART_SUBSECTION_HEADER) {
        return (rule->when == RECOMPUTED_FALSE_FLAG || rule->when == RECOMPUTED_LEFT_OUT) &&
               entry->context.subsection && rows.fields[i].first == entry->context.subsection->fields;
    }
    return holds(&rows.fields[i], entry->field) && (!rule->array || entry->context.array == rows.arrays[i].first);
}

static bool is_of_description(const struct recomputed_rule *rule, const struct map_entry *entry)
{
    if (rule->device) {
        return !rule->path || is_path(entry->path, rule->path);
    }
    if (rule->when == RECOMPUTED_NEWER_VERSION) {
        return entry->part == FIELD_PART_SUBSECTION_HEADER && entry->field &&
               strcmp(entry->field->name, "version_id") == 0;
    }
    if (rule->when == RECOMPUTED_EMPTY_SUBSECTION) {
        return subsection_path(entry->path) != 0;
    }
    return rule->type != VMDESC_OTHER && rule->type == entry->type;
}

/* Thousands of fields may differ, and few rules are about the device. */
static void choose_rules(struct recomputed *walk, const Hardstop__Section *section)
{
    char device[64];

    map_device_name(section, device, sizeof(device));
    walk->section = section;
    walk->n_rules = 0;
    for (size_t i = 0; recomputed_rules[i].reason; i++) {
        if (!recomputed_rules[i].device || strcmp(recomputed_rules[i].device, device) == 0) {
            walk->rules[walk->n_rules++] = (uint8_t)i;
        }
    }
}

const char *recomputed_why(struct recomputed *walk, const Hardstop__Section *section, const struct map_entry *entry,
                           const struct map_entry *other)
{
    find_rows();
    if (walk->section != section) {
        choose_rules(walk, section);
    }
    for (size_t i = 0; i < walk->n_rules; i++) {
        const struct recomputed_rule *rule = &recomputed_rules[walk->rules[i]];

        if ((rule->field ? is_of_field(walk->rules[i], entry) : is_of_description(rule, entry)) &&
            applies(walk, rule, entry, other)) {
            return rule->reason;
        }
    }
    return NULL;
}

const char *recomputed_reason(const struct map_entry *entry)
{
    find_rows();
    for (size_t i = 0; recomputed_rules[i].reason; i++) {
        const struct recomputed_rule *rule = &recomputed_rules[i];

        if (rule->field && rule->when <= RECOMPUTED_BEYOND_COMMAND && is_of_field(i, entry)) {
            return rule->reason;
        }
    }
    return NULL;
}
