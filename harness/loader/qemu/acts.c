/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds devices as firmware does, and uses them as a driver that has gone wrong may. */
#include "harness/loader/qemu/acts.h"

#include <stddef.h>

enum {
    MOST_FUNCTIONS = 64,
    BARS = 6,
    MOST_QUEUES = 64,
    CONFIG_BYTES = 256,
    PAGE = 4096,
    PAGE_BYTES = 256, /* of each page of registers */
    MOST_REGISTERS = 65536, /* bytes of one region */
    MOST_CAPABILITIES = 48,
};

static uint32_t get(struct acts_bus *bus, bool is_port, uint64_t address, uint8_t size)
{
    const struct acts_access access = { address, size, is_port, false };
    uint32_t value = 0;

    bus->is_gone = bus->is_gone || !bus->access(bus->user, &access, &value);
    return value;
}

static void put(struct acts_bus *bus, bool is_port, uint64_t address, uint8_t size, uint32_t value)
{
    const struct acts_access access = { address, size, is_port, true };

    bus->is_gone = bus->is_gone || !bus->access(bus->user, &access, &value);
}

/* A place where registers answer. */
struct region {
    uint64_t address;
    uint32_t size; /* bytes; 0: there is none */
    bool is_port;
};

static void use_bytes(struct acts_bus *bus, const struct region *region, uint32_t from, uint32_t to, uint8_t size)
{
    const uint32_t top = 1u << (8 * size - 1), bounds[] = { 0, 1, top - 1, top, top - 1 + top };

    for (uint32_t at = from; at + size <= to && at + size <= region->size && !bus->is_gone; at += size) {
        get(bus, region->is_port, region->address + at, size);
        for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
            put(bus, region->is_port, region->address + at, size, bounds[i]);
        }
    }
}

static void use_registers(struct acts_bus *bus, const struct region *region)
{
    for (uint8_t size = 1; size <= 4; size = (uint8_t)(size * 2)) {
        for (uint32_t page = 0; page < region->size && page < MOST_REGISTERS; page += PAGE) {
            use_bytes(bus, region, page, page + PAGE_BYTES, size);
        }
    }
}

static void use_config(struct acts_bus *bus, const struct region *config)
{
    use_bytes(bus, config, 0, CONFIG_BYTES, 1);
    use_bytes(bus, config, 0, CONFIG_BYTES, 4);
}

/* PCI: include/standard-headers/linux/pci_regs.h. */
enum {
    CONFIG_ADDRESS = 0xcf8,
    CONFIG_DATA = 0xcfc,
    COMMAND = 0x04,
    CLASS = 0x08,
    HEADER_TYPE = 0x0c, /* in its third byte */
    FIRST_BAR = 0x10,
    BUSES = 0x18, /* of a bridge: primary, secondary, subordinate */
    PORT_WINDOW = 0x1c,
    MEMORY_WINDOW = 0x20,
    PREFETCH_WINDOW = 0x24,
    CAPABILITIES = 0x34,
    ALL_ENABLED = 0x7, /* ports, memory, bus master */
    VENDOR_CAPABILITY = 0x09,
    IS_MULTIFUNCTION = 0x80,
    CLASS_BRIDGE = 0x06,
    CLASS_PCI_BRIDGE = 0x0604,
    VIRTIO = 0x1af4,
};

struct function {
    uint32_t place; /* as in CONFIG_ADDRESS */
    uint32_t id;
    struct region bars[BARS];
};

struct machine {
    struct function functions[MOST_FUNCTIONS];
    size_t n;
    uint32_t memory, ports; /* where the next regions go: the hole below 4 GiB, and behind the machine's own ports */
    uint32_t n_buses;
};

static uint32_t config_get(struct acts_bus *bus, uint32_t place, uint32_t at)
{
    put(bus, true, CONFIG_ADDRESS, 4, place | at);
    return get(bus, true, CONFIG_DATA, 4);
}

static void config_put(struct acts_bus *bus, uint32_t place, uint32_t at, uint32_t value)
{
    put(bus, true, CONFIG_ADDRESS, 4, place | at);
    put(bus, true, CONFIG_DATA, 4, value);
}

static uint32_t round_up(uint32_t value, uint32_t unit)
{
    return (value + unit - 1) & ~(unit - 1);
}

/* Puts a region where there is room; the number of BARs that it takes. */
static unsigned place_bar(struct acts_bus *bus, struct machine *machine, struct function *function, unsigned bar)
{
    uint32_t at = FIRST_BAR + 4 * bar, answer, *next;
    struct region *region = &function->bars[bar];

    config_put(bus, function->place, at, UINT32_MAX);
    answer = config_get(bus, function->place, at);
    region->is_port = answer & 1;
    region->size = region->is_port ? (~(answer & ~3u) + 1) & 0xffff : ~(answer & ~15u) + 1;
    next = region->is_port ? &machine->ports : &machine->memory;
    /* What is larger is a screen, or memory. */
    if (!answer || region->size > 1 << 20 || (region->size & (region->size - 1))) {
        region->size = 0;
        config_put(bus, function->place, at, 0);
    } else {
        *next = round_up(*next, region->size);
        region->address = *next;
        *next += region->size;
        config_put(bus, function->place, at, (uint32_t)region->address);
    }
    if ((answer & 7) == 4 && bar + 1 < BARS) {
        config_put(bus, function->place, at + 4, 0);
        return 2;
    }
    return 1;
}

static void add_function(struct acts_bus *bus, struct machine *machine, uint32_t place, uint32_t id)
{
    struct function *function = &machine->functions[machine->n++];

    function->place = place;
    function->id = id;
    for (unsigned bar = 0; bar < BARS; bar += place_bar(bus, machine, function, bar)) {
    }
    config_put(bus, place, COMMAND, ALL_ENABLED);
}

/* Those that a PC has by itself: hw/i386/pc_q35.c, pc_piix.c. */
static bool is_of_machine(uint32_t id, uint32_t class)
{
    static const uint32_t own[] = { 0x70108086, 0x71138086, 0x29228086, 0x29308086 };

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (own[i] == id) {
            return true;
        }
    }
    return class >> 8 == CLASS_BRIDGE;
}

static void scan(struct acts_bus *bus, struct machine *machine, uint32_t number);

/* Everything behind it is given one window of each kind. */
static void open_bridge(struct acts_bus *bus, struct machine *machine, uint32_t place, uint32_t number)
{
    enum { MEMORY_UNIT = 1 << 20, PORT_UNIT = 1 << 12 };
    uint32_t memory, ports, secondary = ++machine->n_buses;

    memory = machine->memory = round_up(machine->memory, MEMORY_UNIT);
    ports = machine->ports = round_up(machine->ports, PORT_UNIT);
    config_put(bus, place, BUSES, 0xffu << 16 | secondary << 8 | number);
    scan(bus, machine, secondary);
    config_put(bus, place, BUSES, machine->n_buses << 16 | secondary << 8 | number);
    machine->memory = round_up(machine->memory + 1, MEMORY_UNIT);
    machine->ports = round_up(machine->ports + 1, PORT_UNIT);
    config_put(bus, place, MEMORY_WINDOW, ((machine->memory - 1) & 0xfff00000) | memory >> 16);
    config_put(bus, place, PORT_WINDOW, ((machine->ports - 1) & 0xf000) | ports >> 8);
    config_put(bus, place, PREFETCH_WINDOW, 0x0000fff0);
    config_put(bus, place, COMMAND, ALL_ENABLED);
}

static void scan_function(struct acts_bus *bus, struct machine *machine, uint32_t number, uint32_t place, uint32_t id)
{
    uint32_t class = config_get(bus, place, CLASS) >> 16;

    if (class == CLASS_PCI_BRIDGE && machine->n_buses < 32) {
        open_bridge(bus, machine, place, number);
    } else if (!is_of_machine(id, class) && machine->n < MOST_FUNCTIONS) {
        add_function(bus, machine, place, id);
    }
}

static void scan(struct acts_bus *bus, struct machine *machine, uint32_t number)
{
    for (uint32_t slot = 0; slot < 32 && !bus->is_gone; slot++) {
        uint32_t n = 1;

        for (uint32_t i = 0; i < n && !bus->is_gone; i++) {
            uint32_t place = 0x80000000 | number << 16 | slot << 11 | i << 8, id = config_get(bus, place, 0);

            if (id != UINT32_MAX && id) {
                n = i == 0 && config_get(bus, place, HEADER_TYPE) >> 16 & IS_MULTIFUNCTION ? 8 : n;
                scan_function(bus, machine, number, place, id);
            }
        }
    }
}

/* VIRTIO_PCI_CAP_* of include/standard-headers/linux/virtio_pci.h. */
enum capability {
    CAPABILITY_NOTIFY = 2,
    CAPABILITY_DEVICE = 4,
};

/* Where a virtio function has its registers of that kind; `multiplier` (may be NULL): between those of two queues. */
static struct region find_capability(struct acts_bus *bus, const struct function *function, enum capability kind,
                                     uint32_t *multiplier)
{
    uint32_t at = config_get(bus, function->place, CAPABILITIES) & 0xfc;
    struct region none = { .size = 0 };

    for (int i = 0; i < MOST_CAPABILITIES && at && !bus->is_gone; i++) {
        uint32_t head = config_get(bus, function->place, at);
        uint32_t bar = config_get(bus, function->place, at + 4) & 0xff;
        uint32_t offset = config_get(bus, function->place, at + 8);

        if ((head & 0xff) == VENDOR_CAPABILITY && head >> 24 == (uint32_t)kind && bar < BARS &&
            offset < function->bars[bar].size) {
            const struct region *all = &function->bars[bar];

            if (multiplier) {
                *multiplier = config_get(bus, function->place, at + 16);
            }
            return (struct region){ all->address + offset, all->size - offset, all->is_port };
        }
        at = head >> 8 & 0xfc;
    }
    return none;
}

static struct region part_of(const struct region *all, uint32_t from, uint32_t size)
{
    uint32_t left = all->size > from ? all->size - from : 0;

    return (struct region){ all->address + from, left < size ? left : size, all->is_port };
}

/* A legacy function has all in its first region, of ports: virtio_pci.h. */
enum { LEGACY_NOTIFY = 0x10, LEGACY_CONFIG = 0x14, LEGACY_CONFIG_MSIX = 0x18 };

static void kick_function(struct acts_bus *bus, const struct function *function)
{
    uint32_t multiplier = 0;
    struct region notify = find_capability(bus, function, CAPABILITY_NOTIFY, &multiplier);
    const struct region *legacy = &function->bars[0];

    for (uint32_t i = 0; i < MOST_QUEUES && !bus->is_gone; i++) {
        if ((uint64_t)i * multiplier + 2 <= notify.size) {
            put(bus, notify.is_port, notify.address + i * multiplier, 2, i);
        }
        if (legacy->is_port && legacy->size >= LEGACY_CONFIG) {
            put(bus, true, legacy->address + LEGACY_NOTIFY, 2, i);
        }
    }
}

static void configure_function(struct acts_bus *bus, const struct function *function)
{
    struct region modern = find_capability(bus, function, CAPABILITY_DEVICE, NULL), legacy;

    use_config(bus, &modern);
    if (function->bars[0].is_port) {
        legacy = part_of(&function->bars[0], LEGACY_CONFIG, LEGACY_CONFIG_MSIX - LEGACY_CONFIG + CONFIG_BYTES);
        use_config(bus, &legacy);
    }
}

static void use_function(struct acts_bus *bus, const struct function *function, enum poke poke)
{
    bool is_virtio = (function->id & 0xffff) == VIRTIO;

    if (poke == POKE_KICK && is_virtio) {
        kick_function(bus, function);
    } else if (poke == POKE_CONFIG && is_virtio) {
        configure_function(bus, function);
    } else if (poke == POKE_REGISTERS) {
        for (unsigned i = 0; i < BARS; i++) {
            use_registers(bus, &function->bars[i]);
        }
    }
}

static void use_pc(struct acts_bus *bus, enum poke poke)
{
    static struct machine machine;

    machine.n = 0;
    machine.memory = 0xe0000000;
    machine.ports = 0xc000;
    machine.n_buses = 0;
    scan(bus, &machine, 0);
    for (size_t i = 0; i < machine.n && !bus->is_gone; i++) {
        use_function(bus, &machine.functions[i], poke);
    }
}

/* virtio-mmio: include/standard-headers/linux/virtio_mmio.h. */
enum { MMIO_BASE = 0xfeb00000, MMIO_SIZE = 512, MMIO_DEVICES = 24, MMIO_DEVICE_ID = 0x8, MMIO_NOTIFY = 0x50,
       MMIO_CONFIG = 0x100, MMIO_MAGIC = 0x74726976 };

static void use_mmio(struct acts_bus *bus, const struct region *all, enum poke poke)
{
    struct region config = part_of(all, MMIO_CONFIG, CONFIG_BYTES), registers = part_of(all, 0, MMIO_CONFIG);

    if (poke == POKE_KICK) {
        for (uint32_t i = 0; i < MOST_QUEUES; i++) {
            put(bus, false, all->address + MMIO_NOTIFY, 4, i);
        }
    } else if (poke == POKE_CONFIG) {
        use_config(bus, &config);
    } else {
        use_registers(bus, &registers);
    }
}

static void use_microvm(struct acts_bus *bus, enum poke poke)
{
    for (uint32_t i = 0; i < MMIO_DEVICES && !bus->is_gone; i++) {
        const struct region all = { MMIO_BASE + i * MMIO_SIZE, MMIO_SIZE, false };

        if (get(bus, false, all.address, 4) == MMIO_MAGIC && get(bus, false, all.address + MMIO_DEVICE_ID, 4)) {
            use_mmio(bus, &all, poke);
        }
    }
}

bool acts_do(struct acts_bus *bus, enum acts_platform platform, enum poke poke)
{
    if (platform == ACTS_PC) {
        use_pc(bus, poke);
    } else if (platform == ACTS_MICROVM) {
        use_microvm(bus, poke);
    }
    return !bus->is_gone;
}
