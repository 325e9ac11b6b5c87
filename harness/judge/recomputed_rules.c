/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of what QEMU makes anew, each row with its reason. */
#include "harness/base/check.h"
#include "harness/judge/recomputed.h"

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
