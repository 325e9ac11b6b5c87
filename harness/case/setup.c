/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/case/setup.h"

#include <stdbool.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

enum { MAX_STANDARD_DEVICES = 4 };

static const struct {
    const char *transport, *binary, *machine;
    const char *devices[MAX_STANDARD_DEVICES];
} standards[] = {
    { "ccw", "qemu-system-s390x", "s390-ccw-virtio",
      { "virtio-net-ccw", "virtio-blk-ccw,drive=d0", "virtio-rng-ccw", "virtio-balloon-ccw" } },
    { "pci", "qemu-system-x86_64", "q35",
      { "virtio-net-pci", "virtio-blk-pci,drive=d0", "virtio-rng-pci", "virtio-balloon-pci" } },
};

static const char *const standard_options[] = { "-blockdev", "driver=null-co,node-name=d0,size=1048576" };

static char **copy_all(const char *const *values, size_t n)
{
    char **copy = hs_resize(NULL, n, sizeof(*copy));

    for (size_t i = 0; i < n; i++) {
        copy[i] = hs_strdup(values[i]);
    }
    return copy;
}

Hardstop__Setup *setup_standard(const char *transport, Hardstop__Framing framing)
{
    for (size_t i = 0; i < HS_COUNT(standards); i++) {
        Hardstop__Setup *setup;

        if (strcmp(standards[i].transport, transport) != 0) {
            continue;
        }
        setup = hs_alloc(sizeof(*setup));
        hardstop__setup__init(setup);
        setup->binary = hs_strdup(standards[i].binary);
        setup->machine = hs_strdup(standards[i].machine);
        setup->device = copy_all(standards[i].devices, MAX_STANDARD_DEVICES);
        setup->n_device = MAX_STANDARD_DEVICES;
        setup->option = copy_all(standard_options, HS_COUNT(standard_options));
        setup->n_option = HS_COUNT(standard_options);
        setup->has_framing = true;
        setup->framing = framing;
        return setup;
    }
    return NULL;
}

/* What a stranger's setup may hold beside machine, devices and globals: an option, and how its value must begin. */
static const struct {
    const char *option;
    const char *values[6];
} harmless[] = {
    { "-blockdev", { "driver=null-co", "driver=null-aio" } },
    { "-chardev", { "null,", "ringbuf," } },
    { "-netdev", { "hubport," } },
    { "-object", { "memory-backend-ram,", "rng-builtin", "iothread,", "cryptodev-backend-builtin,", "throttle-group,",
                   "can-bus," } },
    { "-accel", { "tcg" } },
    { "-smp", { "" } },
    { "-cpu", { "" } },
};

static bool is_harmless(const char *option, const char *value)
{
    for (size_t i = 0; i < HS_COUNT(harmless); i++) {
        for (size_t k = 0; k < HS_COUNT(harmless[i].values) && harmless[i].values[k]; k++) {
            const char *start = harmless[i].values[k];

            if (strcmp(harmless[i].option, option) == 0 && strncmp(value, start, strlen(start)) == 0) {
                return true;
            }
        }
    }
    return false;
}

int setup_check(const Hardstop__Setup *setup, struct hs_error *err)
{
    static const char advice[] = "a setup from a file may not do that; give --trust-setup if you know the file";
    const char *binary = setup->binary ? setup->binary : "";

    if (strncmp(binary, "qemu-system-", strlen("qemu-system-")) != 0 || strchr(binary, '/')) {
        return hs_fail(err, HS_NO_OFFSET, "setup: binary \"%s\" is not the bare name of a qemu-system-*: %s", binary,
                       advice);
    }
    for (size_t i = 0; i < setup->n_option; i += 2) {
        const char *value = i + 1 < setup->n_option ? setup->option[i + 1] : "";

        if (!is_harmless(setup->option[i], value)) {
            return hs_fail(err, HS_NO_OFFSET, "setup: option \"%s %s\": %s", setup->option[i], value, advice);
        }
    }
    return 0;
}
