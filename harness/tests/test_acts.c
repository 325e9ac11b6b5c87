/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest does on its buses, on machines that are only arrays: a PC with a bridge, and one with virtio-mmio. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/loader/qemu/acts.h"
#include "harness/loader/qemu/platform.h"

enum { WORDS = 64, MOST = 200000 };

struct fake_function {
    unsigned bus, slot, number;
    uint32_t words[WORDS]; /* configuration space */
    uint32_t sizes[6]; /* of its BARs, with the low bits that say what they are; 0: none */
    unsigned touched; /* configuration writes to its BARs */
};

#define VIRTIO_WORDS { [0] = 0x10001af4, [1] = 0x00100000, [2] = 0x02000000, [13] = 0x40,                           \
                       [16] = 0x02146009, [17] = 4, [18] = 0x3000, [19] = 0x1000, [20] = 4, /* notify */             \
                       [24] = 0x04100009, [25] = 4, [26] = 0x2000, [27] = 0x1000 /* device */ }
#define VIRTIO_SIZES { 0x20 | 1, 0x1000, 0, 0, 0x4000 | 4, 0 }

static const struct fake_function machine_functions[] = {
    { 0, 0, 0, { [0] = 0x29c08086, [2] = 0x06000000 }, { 0 }, 0 },
    { 0, 1, 0, VIRTIO_WORDS, VIRTIO_SIZES, 0 },
    { 0, 2, 0, { [0] = 0x000c1b36, [2] = 0x06040000, [3] = 0x00010000 }, { 0 }, 0 },
    { 1, 0, 0, VIRTIO_WORDS, VIRTIO_SIZES, 0 },
    { 0, 31, 0, { [0] = 0x29188086, [2] = 0x06010000, [3] = 0x00800000 }, { 0 }, 0 },
    { 0, 31, 2, { [0] = 0x29228086, [2] = 0x01060000 }, { 0, 0, 0, 0, 0, 0x1000 }, 0 },
};

struct fake {
    struct fake_function functions[HS_COUNT(machine_functions)];
    uint32_t address; /* of port 0xcf8 */
    struct acts_access *made; /* but to configuration space */
    uint32_t *values;
    size_t n;
    size_t left; /* after so many accesses it is gone */
};

static struct fake_function *function_at(struct fake *fake)
{
    unsigned bus = fake->address >> 16 & 0xff, slot = fake->address >> 11 & 31, number = fake->address >> 8 & 7;

    for (size_t i = 0; i < HS_COUNT(machine_functions); i++) {
        struct fake_function *function = &fake->functions[i];
        bool is_behind = function->bus == 1 && (fake->functions[2].words[6] >> 8 & 0xff) == bus;

        if (function->slot == slot && function->number == number && (function->bus == bus || is_behind)) {
            return function;
        }
    }
    return NULL;
}

static void configure(struct fake *fake, bool is_write, uint32_t *value)
{
    struct fake_function *function = function_at(fake);
    unsigned word = fake->address >> 2 & (WORDS - 1), bar = word - 4;

    if (!function) {
        *value = is_write ? *value : UINT32_MAX;
    } else if (!is_write) {
        *value = function->words[word];
    } else if (word >= 4 && word < 10 && function->words[2] >> 16 != 0x0604) {
        uint32_t size = function->sizes[bar] & ~7u;

        function->touched++;
        function->words[word] = size ? (*value & ~(size - 1)) | (function->sizes[bar] & 7) : 0;
    } else {
        function->words[word] = *value;
    }
}

static bool access_fake(void *user, const struct acts_access *access, uint32_t *value)
{
    struct fake *fake = user;

    if (fake->left-- == 0) {
        return false;
    }
    if (access->is_port && access->address == 0xcf8) {
        fake->address = *value;
    } else if (access->is_port && access->address == 0xcfc) {
        configure(fake, access->is_write, value);
    } else {
        assert_true(fake->n < MOST);
        fake->values[fake->n] = *value;
        fake->made[fake->n++] = *access;
    }
    return true;
}

static void act(struct fake *fake, enum poke poke, size_t left, bool survives)
{
    struct acts_bus bus = { .access = access_fake, .user = fake };

    memset(fake, 0, sizeof(*fake));
    memcpy(fake->functions, machine_functions, sizeof(machine_functions));
    fake->made = hs_alloc(MOST * sizeof(*fake->made));
    fake->values = hs_alloc(MOST * sizeof(*fake->values));
    fake->left = left;
    assert_int_equal(acts_do(&bus, ACTS_PC, poke), survives);
}

static void clear(struct fake *fake)
{
    free(fake->made);
    free(fake->values);
}

/* How many writes of that value and size there were to an address. */
static size_t count(const struct fake *fake, uint64_t address, unsigned size, uint32_t value)
{
    size_t n = 0;

    for (size_t i = 0; i < fake->n; i++) {
        n += fake->made[i].is_write && fake->made[i].address == address && fake->made[i].size == size &&
             fake->values[i] == value;
    }
    return n;
}

static uint64_t bar_of(const struct fake *fake, size_t function, unsigned bar)
{
    return fake->functions[function].words[4 + bar] & ~7u;
}

static void each_queue_is_kicked(void **state)
{
    struct fake fake;

    (void)state;
    act(&fake, POKE_KICK, SIZE_MAX, true);
    for (size_t function = 1; function < 4; function += 2) {
        assert_int_equal(count(&fake, bar_of(&fake, function, 4) + 0x3000, 2, 0), 1);
        assert_int_equal(count(&fake, bar_of(&fake, function, 4) + 0x3000 + 4 * 63, 2, 63), 1);
        assert_int_equal(count(&fake, bar_of(&fake, function, 0) + 0x10, 2, 5), 1);
    }
    assert_int_equal(fake.n, 2 * 64 * 2);
    clear(&fake);
}

static void a_configuration_is_written_at_its_bounds(void **state)
{
    struct fake fake;

    (void)state;
    act(&fake, POKE_CONFIG, SIZE_MAX, true);
    assert_int_equal(count(&fake, bar_of(&fake, 1, 4) + 0x2000, 4, 0x7fffffff), 1);
    assert_int_equal(count(&fake, bar_of(&fake, 1, 4) + 0x20ff, 1, 0xff), 1);
    assert_int_equal(count(&fake, bar_of(&fake, 1, 4) + 0x2100, 1, 0xff), 0);
    assert_int_equal(count(&fake, bar_of(&fake, 1, 4), 1, 0), 0);
    clear(&fake);
}

/* Those of devices that were given, behind a bridge, too; and of no device that comes with the machine. */
static void registers_of_given_functions_are_used(void **state)
{
    struct fake fake;

    (void)state;
    act(&fake, POKE_REGISTERS, SIZE_MAX, true);
    for (size_t function = 1; function < 4; function += 2) {
        assert_int_equal(count(&fake, bar_of(&fake, function, 4) + 0x14, 1, 0), 1);
        assert_int_equal(count(&fake, bar_of(&fake, function, 4) + 0x30fc, 4, UINT32_MAX), 1);
        assert_int_equal(count(&fake, bar_of(&fake, function, 1) + 0x100, 1, 0), 0);
        assert_int_equal(count(&fake, bar_of(&fake, function, 0) + 0x1e, 2, 0xffff), 1);
    }
    assert_int_equal(fake.functions[5].touched, 0);
    /* The window of the bridge holds what is behind it. */
    assert_true((bar_of(&fake, 3, 4) & 0xfff00000) >> 16 == (fake.functions[2].words[8] & 0xfff0));
    assert_int_not_equal(bar_of(&fake, 1, 4), bar_of(&fake, 3, 4));
    clear(&fake);
}

/* Whenever it goes, nothing more is asked of it. */
static void a_machine_that_is_gone_is_left_alone(void **state)
{
    static const size_t moments[] = { 0, 1, 100, 3000, 5000, 20000 };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(moments); i++) {
        struct fake fake;

        act(&fake, POKE_REGISTERS, moments[i], false);
        assert_int_equal(fake.left, SIZE_MAX);
        clear(&fake);
    }
}

static bool access_mmio(void *user, const struct acts_access *access, uint32_t *value)
{
    unsigned *kicks = user;

    if (!access->is_write) {
        /* The last of 24 has a device. */
        *value = (access->address & 0x1ff) == 0 ? 0x74726976 : access->address == 0xfeb02e08 ? 4 : 0;
    } else {
        assert_int_equal(access->address, 0xfeb02e50);
        assert_int_equal(*value, (*kicks)++);
    }
    return true;
}

static void virtio_mmio_is_found(void **state)
{
    unsigned kicks = 0;
    struct acts_bus bus = { .access = access_mmio, .user = &kicks };

    (void)state;
    assert_true(acts_do(&bus, ACTS_MICROVM, POKE_KICK));
    assert_int_equal(kicks, 64);
}

static void a_platform_follows_from_the_machine(void **state)
{
    static const struct {
        const char *binary, *machine;
        enum acts_platform platform;
    } rows[] = {
        { "qemu-system-x86_64", "q35", ACTS_PC },
        { "/opt/qemu-system-x86_64-10.0.2", "pc-i440fx-7.2", ACTS_PC },
        { "qemu-system-x86_64", NULL, ACTS_PC },
        { "qemu-system-x86_64", "microvm", ACTS_MICROVM },
        { "qemu-system-x86_64", "isapc", ACTS_NONE },
        { "qemu-system-s390x", "s390-ccw-virtio", ACTS_NONE },
        { "qemu-system-aarch64", "virt", ACTS_NONE },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        Hardstop__Setup setup = HARDSTOP__SETUP__INIT;

        setup.binary = (char *)rows[i].binary;
        setup.machine = (char *)rows[i].machine;
        assert_int_equal(platform_of(&setup), rows[i].platform);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_queue_is_kicked),
        cmocka_unit_test(a_configuration_is_written_at_its_bounds),
        cmocka_unit_test(registers_of_given_functions_are_used),
        cmocka_unit_test(a_machine_that_is_gone_is_left_alone),
        cmocka_unit_test(virtio_mmio_is_found),
        cmocka_unit_test(a_platform_follows_from_the_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
