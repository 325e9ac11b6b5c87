/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of devices that descriptions name, and setups made of its rows. */
#include "harness/setup/described.h"

#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/setup/family.h"
#include "harness/setup/setup.h"

#define PC "pc-i440fx-"
#define Q35 "pc-q35-"
#define CCW "s390-ccw-virtio-"
#define DISK "-blockdev", "driver=null-co,node-name=d0,size=1048576"
#define SOUND "-audiodev", "none,id=a0"
#define NULL_CHARDEV "-chardev", "null,id=c0"

const struct described described_devices[] = {
    /* Network. */
    { "e1000", "e1000", Q35, .device = { "e1000" } },
    { "e1000e", "e1000e", Q35, .device = { "e1000e" } },
    { "rtl8139", "rtl8139", Q35, .device = { "rtl8139" } },
    { "pcnet", "pcnet", Q35, .device = { "pcnet" } },
    { "ne2k", "ne2000", Q35, .device = { "ne2k_pci" } },
    { "i82551", "i82551", Q35, .device = { "i82551" } },
    { "vmxnet3", "vmxnet3", Q35, .device = { "vmxnet3" } },
    { "tulip", "tulip", Q35, .device = { "tulip" } },
    /* Storage. */
    { "ahci", "ich9_ahci", Q35, .device = { "ide-hd,bus=ide.0,drive=d0" }, .option = { DISK } },
    { "piix3-ide", "ide", PC, .device = { "ide-hd,bus=ide.0,drive=d0" }, .option = { DISK } },
    { "am53c974", "pciespscsi", Q35, .device = { "am53c974" } },
    { "lsi53c895a", "lsiscsi", Q35, .device = { "lsi53c895a" } },
    { "megasas", "megasas", Q35, .device = { "megasas" } },
    { "megasas-gen2", "megasas-gen2", Q35, .device = { "megasas-gen2" } },
    { "mptsas1068", "mptsas", Q35, .device = { "mptsas1068" } },
    { "pvscsi", "pvscsi", Q35, .device = { "pvscsi" } },
    { "sdhci", "sdhci", Q35, .device = { "sdhci-pci" } },
    { "fdc", "fdc", PC, .device = { "isa-fdc" } },
    /* USB. */
    { "xhci", "xhci", Q35, .device = { "nec-usb-xhci" } },
    { "qemu-xhci", "xhci", Q35, .device = { "qemu-xhci" } },
    { "ehci", "ehci", Q35, .device = { "usb-ehci" } },
    { "uhci", "uhci", PC, .device = { "piix3-usb-uhci" } },
    { "ohci", "ohci", Q35, .device = { "pci-ohci" } },
    { "usb-tablet", "usb-ptr", Q35, .device = { "usb-ehci", "usb-tablet" } },
    { "usb-mouse", "usb-ptr", Q35, .device = { "usb-ehci", "usb-mouse" } },
    { "usb-kbd", "usb-kbd", Q35, .device = { "usb-ehci", "usb-kbd" } },
    { "usb-hub", "usb-hub", PC, .device = { "piix3-usb-uhci", "usb-hub" } },
    { "usb-storage", "usb-storage", Q35, .device = { "usb-ehci", "usb-storage,drive=d0" }, .option = { DISK } },
    { "usb-wacom", "usb-wacom", PC, .device = { "piix3-usb-uhci", "usb-wacom-tablet" } },
    { "usb-audio", "usb-audio", PC, .device = { "piix3-usb-uhci", "usb-audio,audiodev=a0" }, .option = { SOUND } },
    /* Sound. */
    { "intel-hda", "intel-hda", Q35, .device = { "intel-hda" } },
    { "hda-duplex", "hda-audio", Q35, .device = { "intel-hda", "hda-duplex,audiodev=a0" }, .option = { SOUND } },
    { "AC97", "ac97", Q35, .device = { "AC97,audiodev=a0" }, .option = { SOUND } },
    { "ES1370", "es1370", Q35, .device = { "ES1370,audiodev=a0" }, .option = { SOUND } },
    { "sb16", "sb16", PC, .device = { "sb16,audiodev=a0" }, .option = { SOUND } },
    { "cs4231a", "cs4231a", PC, .device = { "cs4231a,audiodev=a0" }, .option = { SOUND } },
    { "gus", "gus", PC, .device = { "gus,audiodev=a0" }, .option = { SOUND } },
    { "adlib", "adlib", PC, .device = { "adlib,audiodev=a0" }, .option = { SOUND } },
    /* Display. */
    { "VGA", "vga", Q35, .device = { "VGA" } },
    { "cirrus-vga", "cirrus_vga", Q35, .device = { "cirrus-vga" } },
    { "vmware-svga", "vmware_vga", Q35, .device = { "vmware-svga" } },
    { "bochs-display", "bochs-display", Q35, .device = { "bochs-display" } },
    /* On the board. */
    { "hpet", "hpet", Q35 },
    { "rtc", "mc146818rtc", Q35 },
    { "i8254", "i8254", Q35 },
    { "i8259", "i8259", Q35 },
    { "i8257", "dma", Q35 },
    { "ioapic", "ioapic", Q35 },
    { "apic", "apic", Q35 },
    { "ps2", "pckbd ps2kbd ps2mouse", Q35 },
    { "vmmouse", "vmmouse", Q35 },
    { "port92", "port92", Q35 },
    { "pcspk", "pcspk", Q35 },
    { "fw_cfg", "fw_cfg", Q35 },
    { "kvmvapic", "kvm-tpr-opt", Q35 },
    { "pci-bus", "PCIBUS PCIHost", Q35 },
    { "timer", "timer", Q35 },
    { "acpi", "acpi_build", Q35 },
    { "mch", "mch", Q35 },
    { "ich9-lpc", "ICH9LPC", Q35 },
    { "ich9-smbus", "ich9_smb", Q35 },
    { "smbus", "i2c_bus", Q35 },
    { "i440fx", "I440FX", PC },
    { "piix3", "PIIX3", PC },
    { "piix4-pm", "piix4_pm", PC },
    { "cpu", "cpu_common cpu", Q35 },
    /* Others. */
    { "isa-serial", "serial", Q35, .device = { "isa-serial,chardev=c0" }, .option = { NULL_CHARDEV } },
    { "pci-serial", "pci-serial", Q35, .device = { "pci-serial,chardev=c0" }, .option = { NULL_CHARDEV } },
    { "isa-parallel", "parallel_isa", Q35, .device = { "isa-parallel,chardev=c0" }, .option = { NULL_CHARDEV } },
    { "i6300esb", "i6300esb_wdt", Q35, .device = { "i6300esb" } },
    { "ib700", "ib700_wdt", Q35, .device = { "ib700" } },
    { "vmgenid", "vmgenid", Q35, .device = { "vmgenid,guid=00112233-4455-6677-8899-aabbccddeeff" } },
    { "ipmi-kcs", "ipmi-bmc-sim ipmi-interface", Q35, .device = { "ipmi-bmc-sim,id=b0", "isa-ipmi-kcs,bmc=b0" } },
    { "pcie-root-port", "pcie-root-port", Q35, .device = { "pcie-root-port,id=p0" } },
    { "pci-bridge", "pci_bridge", Q35, .device = { "pci-bridge,chassis_nr=3" } },
    { "intel-iommu", "iommu-intel", Q35, .device = { "intel-iommu" } },
    { "s390-flic", "qemu-s390-flic", CCW },
    { "s390-css", "s390_css", CCW },
    { "s390-cpu", "cpu_common cpu", CCW },
    /* Nothing of these is migrated, or QEMU refuses to. */
    { "nvme", "nvme", Q35, .device = { "nvme,serial=n,drive=d0" }, .option = { DISK } },
    { "usb-uas", "usb-uas", Q35, .device = { "usb-ehci", "usb-uas" } },
    { "usb-serial", "usb-serial", PC, .device = { "piix3-usb-uhci", "usb-serial,chardev=c0" },
      .option = { NULL_CHARDEV } },
    { "ati-vga", "ati-vga", Q35, .device = { "ati-vga" } },
    { "amd-iommu", "amd-iommu", Q35, .device = { "amd-iommu" } },
    { "edu", "edu", Q35, .device = { "edu" } },
    { "3270", "terminal3270", CCW, .device = { "x-terminal3270,chardev=c0" }, .option = { NULL_CHARDEV } },
    { NULL },
};

const struct described *described_find(const char *name)
{
    for (const struct described *device = described_devices; device->name; device++) {
        if (strcmp(device->name, name) == 0) {
            return device;
        }
    }
    return NULL;
}

static char **copy(const char *const *words, size_t most, size_t *n)
{
    char **list = NULL;

    *n = 0;
    for (size_t i = 0; i < most && words[i]; i++) {
        *HS_PUSH(list, *n) = hs_strdup(words[i]);
    }
    return list;
}

Hardstop__Setup *described_setup(const struct described *device, Hardstop__Framing framing)
{
    Hardstop__Setup *setup = hs_alloc(sizeof(*setup));
    bool is_s390 = strncmp(device->machine, "s390", strlen("s390")) == 0;

    hardstop__setup__init(setup);
    setup->binary = hs_strdup(is_s390 ? SETUP_BINARY("s390x") : SETUP_BINARY("x86_64"));
    setup->machine = hs_format("%s%s", device->machine, FAMILY_VERSION);
    setup->device = copy(device->device, HS_COUNT(device->device), &setup->n_device);
    setup->option = copy(device->option, HS_COUNT(device->option), &setup->n_option);
    setup->has_framing = true;
    setup->framing = framing;
    return setup;
}
