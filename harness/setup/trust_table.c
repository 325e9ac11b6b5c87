/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lists of trust_table.h. */
#include "harness/setup/trust_table.h"

#include <stddef.h>

const struct trust_option_row trust_options[] = {
    { "-blockdev", { NULL }, { "driver", "node-name", "size", "read-only", "read-zeroes" } },
    { "-chardev", { "null", "ringbuf", "file" }, { "id", "size", "path" } },
    { "-netdev", { "hubport" }, { "id", "hubid" } },
    { "-fsdev", { "synth" }, { "id" } },
    { "-object", { "memory-backend-ram", "rng-builtin", "iothread", "cryptodev-backend-builtin", "throttle-group",
                   "filter-dump" },
      { "id", "size", "queues", "netdev", "file" } },
    { "-accel", { "tcg" }, { NULL } },
    { NULL },
};

const struct trust_value_row trust_values[] = {
    { "driver", { "null-co", "null-aio" } },
    /* Where all is thrown away. */
    { "path", { "/dev/null" } },
    { "file", { "/dev/null" } },
    { NULL },
};

static const char *const virtio[] = {
    "", "-device", "-ccw", "-pci", "-pci-transitional", "-pci-non-transitional", NULL,
};
static const char *const itself[] = { "", NULL };

/* Not virtio-input-host (evdev), not virtio-gpu-gl (the host's GPU), nothing of vhost or vfio. */
const struct trust_device_row trust_devices[] = {
    { "virtio", virtio },
    { "virtio-net", virtio },
    { "virtio-blk", virtio },
    { "virtio-scsi", virtio },
    { "virtio-serial", virtio },
    { "virtio-rng", virtio },
    { "virtio-balloon", virtio },
    { "virtio-input", virtio },
    { "virtio-keyboard", virtio },
    { "virtio-mouse", virtio },
    { "virtio-tablet", virtio },
    { "virtio-multitouch", virtio },
    { "virtio-gpu", virtio },
    { "virtio-vga", itself },
    { "virtio-9p", virtio },
    { "virtio-iommu", virtio },
    { "virtio-mem", virtio },
    { "virtio-pmem", virtio },
    { "virtio-crypto", virtio },
    { "scsi-hd", itself },
    { "scsi-cd", itself },
    { "virtserialport", itself },
    { "virtconsole", itself },
    { "pcie-root-port", itself },
    { "pci-bridge", itself },
    /* Not the sound devices, which open the host's where nothing else is said: intel-hda is but a bus of these. */
    { "e1000", itself },
    { "e1000e", itself },
    { "rtl8139", itself },
    { "pcnet", itself },
    { "ne2k_pci", itself },
    { "i82551", itself },
    { "vmxnet3", itself },
    { "tulip", itself },
    { "am53c974", itself },
    { "lsi53c895a", itself },
    { "megasas", itself },
    { "mptsas1068", itself },
    { "pvscsi", itself },
    { "sdhci-pci", itself },
    { "qemu-xhci", itself },
    { "nec-usb-xhci", itself },
    { "usb-ehci", itself },
    { "piix3-usb-uhci", itself },
    { "pci-ohci", itself },
    { "usb-tablet", itself },
    { "usb-mouse", itself },
    { "usb-kbd", itself },
    { "usb-hub", itself },
    { "intel-hda", itself },
    { "VGA", itself },
    { "cirrus-vga", itself },
    { "vmware-svga", itself },
    { "bochs-display", itself },
    { "i6300esb", itself },
    { NULL },
};

const char *const trust_word_properties[] = {
    "id", "bus", "addr", "devno", "mac", /* which it is, and where */
    "drive", "chardev", "netdev", "fsdev", "memdev", "cryptodev", "rng", "iothread", "failover_pair_id", "display",
    "primary-bus", /* others of the command line */
    "name", "serial", "mount_tag", "vendor", "product", "ver", "device_id", /* what the guest reads */
    "rerror", "werror", "tx", "duplex", "x-speed", "x-width", /* choices that are no numbers */
    NULL,
};

const char *const trust_host_properties[] = {
    "romfile", "evdev", "filename", "path", "pcap", /* files */
    "blob", "hostmem", "virgl", "venus", /* the host's GPU and /dev/udmabuf */
    "vhost", "vhostfd", "sysfsdev", NULL,
};

const char *const trust_global_drivers[] = { "migration.", "virtio-mmio.", NULL };

const char *const trust_host_machines[] = { "xen", "x-remote", "nitro", NULL };
