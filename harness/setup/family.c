/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of devices, and setups made of its rows. */
#include "harness/setup/family.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/setup/setup.h"

#define EVERYWHERE(model, properties)                                                \
    { "virtio-" model "-ccw" properties, "virtio-" model "-pci" properties,          \
      "virtio-" model "-pci-non-transitional,bus=port0" properties, "virtio-" model "-device" properties }
/* Never transitional, so there is no device of another name for that. */
#define MODERN(model, properties)                                                    \
    { "virtio-" model "-ccw" properties, "virtio-" model "-pci" properties,          \
      "virtio-" model "-pci,bus=port0" properties, "virtio-" model "-device" properties }
#define PCI_ONLY(model, properties) \
    { NULL, "virtio-" model "-pci" properties, "virtio-" model "-pci,bus=port0" properties }
#define DISK(name) "-blockdev", "driver=null-co,node-name=" name ",size=1048576"

const struct family families[] = {
    { "net", "net", "virtio-net", .device = EVERYWHERE("net", "") },
    { "net-packed", "net", "virtio-net", .device = EVERYWHERE("net", ",packed=on") },
    { "net-mq", "net", "virtio-net", .device = EVERYWHERE("net", ",mq=on,rss=on,netdev=n0"),
      .option = { "-netdev", "tap,id=n0,queues=3,script=no,downscript=no,vhost=off" }, .host = "/dev/net/tun" },
    { "blk", "blk", "virtio-blk", .device = EVERYWHERE("blk", ",drive=d0"), .option = { DISK("d0") } },
    { "blk-mq", "blk", "virtio-blk", .device = EVERYWHERE("blk", ",drive=d0,num-queues=3"), .option = { DISK("d0") } },
    { "scsi", "scsi", "virtio-scsi", .device = EVERYWHERE("scsi", ",id=s0,num_queues=3"),
      .more = { "scsi-hd,bus=s0.0,drive=d0" }, .option = { DISK("d0") } },
    { "serial", "serial", "virtio-console", .device = EVERYWHERE("serial", ",id=s0"),
      .more = { "virtserialport,bus=s0.0,nr=2,chardev=c0", "virtconsole,bus=s0.0,nr=5,chardev=c1" },
      .option = { "-chardev", "null,id=c0", "-chardev", "null,id=c1" } },
    { "rng", "rng", "virtio-rng", .device = EVERYWHERE("rng", "") },
    { "balloon", "balloon", "virtio-balloon",
      .device = EVERYWHERE("balloon", ",free-page-hint=on,free-page-reporting=on,page-poison=on,iothread=t0"),
      .option = { "-object", "iothread,id=t0" } },
    { "keyboard", "input", "virtio-input", .device = MODERN("keyboard", "") },
    { "mouse", "input", "virtio-input", .device = MODERN("mouse", "") },
    { "tablet", "input", "virtio-input", .device = MODERN("tablet", "") },
    { "gpu", "gpu", "virtio-gpu", .device = MODERN("gpu", "") },
    { "9p", "9p", "virtio-9p", .device = EVERYWHERE("9p", ",fsdev=f0,mount_tag=tag"),
      .option = { "-fsdev", "synth,id=f0" } },
    /* Only on the root bus. */
    { "iommu", "iommu", "virtio-iommu", .device = { [FAMILY_PCI] = "virtio-iommu-pci" } },
    /* The size of a block is otherwise that of the huge pages of the host. */
    { "mem", "mem", "virtio-mem", .device = PCI_ONLY("mem", ",memdev=m0,block-size=2M"),
      .option = { "-object", "memory-backend-ram,id=m0,size=16M" }, .memory = "2M,slots=1,maxmem=1G" },
    { "pmem", "pmem", "virtio-pmem", .device = PCI_ONLY("pmem", ",memdev=m0"),
      .option = { "-object", "memory-backend-ram,id=m0,size=16M" }, .memory = "2M,slots=1,maxmem=1G",
      .blocked = "no section: it has no VMState" },
    { "vsock", "vsock", "virtio-vhost_vsock", .host = "/dev/vhost-vsock",
      .device = { "vhost-vsock-ccw,guest-cid=3", "vhost-vsock-pci,guest-cid=3",
                  "vhost-vsock-pci-non-transitional,bus=port0,guest-cid=3", "vhost-vsock-device,guest-cid=3" } },
    { "crypto", "crypto", "virtio-crypto", .device = MODERN("crypto", ",cryptodev=c0"),
      .option = { "-object", "cryptodev-backend-builtin,id=c0" },
      .blocked = "QEMU refuses to migrate it" },
    { NULL },
};

/*
 * What is behind the device is there for streams that are read too far.  If it is modern, QEMU loads and saves 1024
 * queues of it, as of the device itself: half the time of each load.
 */
#define WITNESS "virtio-rng-pci,disable-legacy=off,disable-modern=on"

static const struct {
    const char *name, *binary, *machine;
    const char *before, *behind; /* the device */
    const char *global; /* NULL: none */
} transports[FAMILY_TRANSPORTS] = {
    [FAMILY_CCW] = { "ccw", SETUP_BINARY("s390x"), "s390-ccw-virtio-" FAMILY_VERSION, NULL, "virtio-rng-ccw" },
    [FAMILY_PCI] = { "pci", SETUP_BINARY("x86_64"), "pc-q35-" FAMILY_VERSION, NULL, WITNESS },
    [FAMILY_PCIE] = { "pcie", SETUP_BINARY("x86_64"), "pc-q35-" FAMILY_VERSION, "pcie-root-port,id=port0",
                      WITNESS },
    /* Not legacy, so that the proxy sends state of its own. */
    [FAMILY_MMIO] = { "mmio", SETUP_BINARY("x86_64"), FAMILY_MMIO_MACHINE, NULL, "virtio-rng-device",
                      "virtio-mmio.force-legacy=false" },
};

const char *family_transport_name(enum family_transport transport)
{
    return transports[transport].name;
}

enum family_transport family_transport_find(const char *name)
{
    unsigned i = 0;

    while (i < FAMILY_TRANSPORTS && strcmp(transports[i].name, name) != 0) {
        i++;
    }
    return (enum family_transport)i;
}

char *family_transport_names(const char *separator)
{
    char *names = hs_strdup(""), *longer;

    for (size_t i = 0; i < FAMILY_TRANSPORTS; i++) {
        longer = hs_format("%s%s%s", names, i ? separator : "", transports[i].name);
        free(names);
        names = longer;
    }
    return names;
}

const char *family_transport_binary(enum family_transport transport)
{
    return transports[transport].binary;
}

static bool is_of_architecture(enum family_transport transport, const Hardstop__Setup *setup)
{
    struct setup_name name = setup_architecture(setup);
    size_t length;
    const char *own = setup_architecture_in(transports[transport].binary, &length);

    return strlen(name.text) == length && memcmp(name.text, own, length) == 0;
}

bool family_transport_serves(enum family_transport transport, const Hardstop__Setup *setup)
{
    bool mmio = setup->machine && strncmp(setup->machine, FAMILY_MMIO_MACHINE, strlen(FAMILY_MMIO_MACHINE)) == 0;

    return setup->binary && is_of_architecture(transport, setup) && mmio == (transport == FAMILY_MMIO);
}

const struct family *family_find(const char *name)
{
    for (const struct family *family = families; family->name; family++) {
        if (strcmp(family->name, name) == 0) {
            return family;
        }
    }
    return NULL;
}

static void append(char ***list, size_t *n, const char *word)
{
    if (word) {
        *HS_PUSH(*list, *n) = hs_strdup(word);
    }
}

Hardstop__Setup *family_setup(const struct family *family, enum family_transport transport,
                              Hardstop__Framing framing)
{
    Hardstop__Setup *setup;

    if (!family->device[transport]) {
        return NULL;
    }
    setup = hs_alloc(sizeof(*setup));
    hardstop__setup__init(setup);
    setup->binary = hs_strdup(transports[transport].binary);
    setup->machine = hs_strdup(transports[transport].machine);
    append(&setup->device, &setup->n_device, transports[transport].before);
    append(&setup->device, &setup->n_device, family->device[transport]);
    for (size_t i = 0; i < HS_COUNT(family->more); i++) {
        append(&setup->device, &setup->n_device, family->more[i]);
    }
    append(&setup->device, &setup->n_device, transports[transport].behind);
    append(&setup->global, &setup->n_global, transports[transport].global);
    for (size_t i = 0; i < HS_COUNT(family->option); i++) {
        append(&setup->option, &setup->n_option, family->option[i]);
    }
    if (family->memory) {
        setup->memory = hs_strdup(family->memory);
    }
    setup->has_framing = true;
    setup->framing = framing;
    return setup;
}
