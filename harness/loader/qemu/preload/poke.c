/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls QEMU's own functions, in the order in which a machine meets what they do. */
#include "harness/loader/qemu/preload/poke.h"

#include <stddef.h>

#include "harness/base/check.h"
#include "harness/loader/poke.h"
#include "harness/loader/qemu/acts.h"
#include "harness/loader/qemu/preload/clock.h"
#include "harness/loader/qemu/preload/save.h"
#include "harness/loader/qemu/preload/symbols.h"

enum {
    ROUNDS = 8, /* of the main loop; */
    ROUND_MS = 50, /* so much passes in each */
    MOST_OBJECTS = 256, /* of one kind */
    MOST_BYTES = 4096, /* of a region's registers; and of these, each */
    CONFIG_BYTES = 256,
    VIRTUAL_CLOCK = 1, /* QEMU_CLOCK_VIRTUAL of include/qemu/timer.h */
};

static const uint32_t bounds[] = { 0, 1, 0x7fffffff, 0x80000000, UINT32_MAX };

/* Collected first: what is done to one may take others away. */
static struct {
    const char *type;
    void *found[MOST_OBJECTS];
    size_t n;
} objects;

static int collect(void *object, void *user)
{
    (void)user;
    if (objects.n < MOST_OBJECTS && symbols.object_dynamic_cast(object, objects.type)) {
        objects.found[objects.n++] = object;
    }
    return 0;
}

static void collect_below(void *root, const char *type, bool at_any_depth)
{
    objects.type = type;
    objects.n = 0;
    (at_any_depth ? symbols.object_child_foreach_recursive : symbols.object_child_foreach)(root, collect, NULL);
}

static bool can_collect(void)
{
    return symbols.object_child_foreach_recursive && symbols.object_child_foreach && symbols.object_dynamic_cast &&
           symbols.object_resolve_path_component;
}

/* Those that -device makes: with a name, and without one. */
static void for_each_given(void (*act)(void *container))
{
    static const char *const containers[] = { "peripheral", "peripheral-anon" };

    for (size_t i = 0; i < HS_COUNT(containers); i++) {
        void *container = symbols.object_resolve_path_component(symbols.qdev_get_machine(), containers[i]);

        if (container) {
            act(container);
        }
    }
}

static void let_time_pass(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        clock_advance(ROUND_MS);
        symbols.main_loop_wait(true);
    }
}

static bool poke_cont(struct protocol_shared *shared)
{
    void *error = NULL;

    (void)shared;
    if (!symbols.vm_prepare_start || !symbols.bdrv_activate_all || !symbols.qemu_clock_enable || !save_can_run()) {
        return false;
    }
    /* As -incoming does before its guest runs: until then, disks belong to the sender. */
    symbols.bdrv_activate_all(&error);
    if (error) {
        symbols.error_report_err(error);
        return false;
    }
    symbols.vm_prepare_start(false);
    /* As resume_all_vcpus(): until then no timer of the guest's clock runs. */
    symbols.qemu_clock_enable(VIRTUAL_CLOCK, true);
    return true;
}

static bool poke_clock(struct protocol_shared *shared)
{
    (void)shared;
    let_time_pass();
    return true;
}

static void kick(void *device)
{
    int n = symbols.virtio_get_num_queues(device);

    for (int i = 0; i < n; i++) {
        symbols.virtio_queue_notify(device, i);
    }
}

static bool poke_kick(struct protocol_shared *shared)
{
    (void)shared;
    if (!can_collect() || !symbols.virtio_get_num_queues || !symbols.virtio_queue_notify) {
        return false;
    }
    collect_below(symbols.qdev_get_machine(), "virtio-device", true);
    for (size_t i = 0; i < objects.n; i++) {
        kick(objects.found[i]);
    }
    let_time_pass();
    return true;
}

/* From a station to all of them: no filter that a stream may have left keeps it out, unless it keeps all out. */
static void send_packet(void *nic, void *user)
{
    /* Not const: a device may write to what it is given. */
    uint8_t frame[60] = { 255, 255, 255, 255, 255, 255, 0x52, 0x54, 0, 0x12, 0x34, 0x57, 8, 6 };

    (void)user;
    symbols.qemu_receive_packet(symbols.qemu_get_queue(nic), frame, sizeof(frame));
}

static void send_characters(void *chardev)
{
    static const uint8_t text[] = "input";
    int most = symbols.qemu_chr_be_can_write(chardev), n = sizeof(text) - 1;

    /* As a character device does: no more than its other end asks for. */
    if (most > 0) {
        symbols.qemu_chr_be_write(chardev, text, most < n ? most : n);
    }
}

static void press(bool down)
{
    enum { A = 0x1e, LEFT = 0, X = 0 }; /* a scan code; INPUT_BUTTON_LEFT and INPUT_AXIS_X of qapi/ui.json */

    symbols.qemu_input_event_send_key_number(NULL, A, down);
    symbols.qemu_input_queue_btn(NULL, LEFT, down);
    symbols.qemu_input_queue_rel(NULL, X, 5);
    symbols.qemu_input_queue_abs(NULL, X, 5, 0, 100);
    symbols.qemu_input_event_sync();
}

static bool poke_input(struct protocol_shared *shared)
{
    void *chardevs;

    (void)shared;
    if (!can_collect() || !symbols.object_resolve_path || !symbols.qemu_foreach_nic || !symbols.qemu_get_queue ||
        !symbols.qemu_receive_packet || !symbols.qemu_chr_be_can_write || !symbols.qemu_chr_be_write ||
        !symbols.qemu_input_event_send_key_number || !symbols.qemu_input_queue_btn || !symbols.qemu_input_queue_rel ||
        !symbols.qemu_input_queue_abs || !symbols.qemu_input_event_sync) {
        return false;
    }
    symbols.qemu_foreach_nic(send_packet, NULL);
    chardevs = symbols.object_resolve_path("/chardevs", NULL);
    if (chardevs) {
        collect_below(chardevs, "chardev", false);
        for (size_t i = 0; i < objects.n; i++) {
            send_characters(objects.found[i]);
        }
    }
    press(true);
    press(false);
    let_time_pass();
    return true;
}

/* As the transports do, which know the device's byte order, or that it is a modern one. */
static void use_config(void *device, uint32_t at)
{
    symbols.virtio_config_readb(device, at);
    symbols.virtio_config_readl(device, at);
    for (size_t i = 0; i < HS_COUNT(bounds); i++) {
        symbols.virtio_config_writeb(device, at, bounds[i]);
        symbols.virtio_config_modern_writel(device, at, bounds[i]);
    }
}

static bool poke_config(struct protocol_shared *shared)
{
    (void)shared;
    if (!can_collect() || !symbols.virtio_config_readb || !symbols.virtio_config_readl ||
        !symbols.virtio_config_writeb || !symbols.virtio_config_modern_writel) {
        return false;
    }
    collect_below(symbols.qdev_get_machine(), "virtio-device", true);
    for (size_t i = 0; i < objects.n; i++) {
        for (uint32_t at = 0; at < CONFIG_BYTES; at++) {
            use_config(objects.found[i], at);
        }
    }
    let_time_pass();
    return true;
}

/* `size`: 1 << it is that of the access, MO_8 to MO_64 of include/exec/memop.h. */
static void use_register(void *region, uint64_t at, uint32_t size)
{
    uint64_t value = 0;

    symbols.memory_region_dispatch_read(region, at, &value, size, 0);
    for (size_t i = 0; i < HS_COUNT(bounds); i++) {
        symbols.memory_region_dispatch_write(region, at, bounds[i], size, 0);
    }
}

static void use_registers(void *container)
{
    collect_below(container, "memory-region", true);
    for (size_t i = 0; i < objects.n; i++) {
        uint64_t size = symbols.memory_region_size(objects.found[i]);

        for (uint32_t access = 0; access < 4; access++) {
            for (uint64_t at = 0; at + (1u << access) <= size && at < MOST_BYTES; at += 1u << access) {
                use_register(objects.found[i], at, access);
            }
        }
    }
}

static bool poke_registers(struct protocol_shared *shared)
{
    (void)shared;
    if (!can_collect() || !symbols.memory_region_size || !symbols.memory_region_dispatch_read ||
        !symbols.memory_region_dispatch_write) {
        return false;
    }
    for_each_given(use_registers);
    let_time_pass();
    return true;
}

static bool poke_stop(struct protocol_shared *shared)
{
    if (!symbols.vm_state_notify || !symbols.qemu_clock_enable) {
        return false;
    }
    symbols.qemu_clock_enable(VIRTUAL_CLOCK, false);
    save_stop();
    save_used(shared);
    return true;
}

static bool poke_reset(struct protocol_shared *shared)
{
    if (!symbols.qemu_system_reset) {
        return false;
    }
    symbols.qemu_system_reset(0);
    save_used(shared);
    return true;
}

static void unplug(void *device)
{
    void *error = NULL;

    symbols.qdev_unplug(device, &error);
    if (error) {
        symbols.error_free(error);
    }
}

static void unplug_all(void *container)
{
    collect_below(container, "device", false);
    for (size_t i = 0; i < objects.n; i++) {
        unplug(objects.found[i]);
    }
}

static bool poke_unplug(struct protocol_shared *shared)
{
    (void)shared;
    if (!can_collect() || !symbols.qdev_unplug || !symbols.error_free) {
        return false;
    }
    for_each_given(unplug_all);
    let_time_pass();
    return true;
}

static bool access_bus(void *user, const struct acts_access *access, uint32_t *value)
{
    void *space = access->is_port ? symbols.address_space_io : symbols.address_space_memory;

    (void)user;
    /* A little-endian guest's, as all of these platforms are, and so is who runs this. */
    symbols.address_space_rw(space, access->address, 0, value, access->size, access->is_write);
    return true;
}

/* Where the guest's own way is known, that is gone. */
static bool act(struct protocol_shared *shared, enum poke poke)
{
    struct acts_bus bus = { .access = access_bus };

    if (!(POKE_BIT(poke) & ACTS_POKES) || shared->request.platform == ACTS_NONE || !symbols.address_space_rw ||
        !symbols.address_space_memory || !symbols.address_space_io) {
        return false;
    }
    acts_do(&bus, (enum acts_platform)shared->request.platform, poke);
    let_time_pass();
    return true;
}

void poke_machine(struct protocol_shared *shared)
{
    static const struct {
        enum poke poke;
        bool (*do_it)(struct protocol_shared *shared); /* false: not here */
    } pokes[] = {
        { POKE_CONT, poke_cont },       { POKE_CLOCK, poke_clock },         { POKE_KICK, poke_kick },
        { POKE_INPUT, poke_input },     { POKE_CONFIG, poke_config },       { POKE_REGISTERS, poke_registers },
        { POKE_STOP, poke_stop },       { POKE_RESET, poke_reset },         { POKE_UNPLUG, poke_unplug },
    };

    shared->answer.phase = PROTOCOL_PHASE_POKING;
    for (size_t i = 0; i < HS_COUNT(pokes); i++) {
        uint32_t bit = POKE_BIT(pokes[i].poke);

        if (shared->request.pokes & bit) {
            shared->answer.poke = pokes[i].poke;
            shared->answer.poked |= act(shared, pokes[i].poke) || pokes[i].do_it(shared) ? bit : 0;
        }
    }
    shared->answer.poke = POKE_NONE;
}
