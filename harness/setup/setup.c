/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The standard setups, and what the names of binaries and framings are. */
#include "harness/setup/setup.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/setup/framing.h"

enum { MAX_STANDARD_DEVICES = 4 };

static const struct {
    const char *transport, *binary, *machine;
    const char *global; /* NULL: none */
    const char *devices[MAX_STANDARD_DEVICES];
} standards[] = {
    { "ccw", SETUP_BINARY("s390x"), "s390-ccw-virtio", NULL,
      { "virtio-net-ccw", "virtio-blk-ccw,drive=d0", "virtio-rng-ccw", "virtio-balloon-ccw" } },
    { "pci", SETUP_BINARY("x86_64"), "q35", NULL,
      { "virtio-net-pci", "virtio-blk-pci,drive=d0", "virtio-rng-pci", "virtio-balloon-pci" } },
    { "mmio", SETUP_BINARY("x86_64"), "microvm", "virtio-mmio.force-legacy=false",
      { "virtio-net-device", "virtio-blk-device,drive=d0", "virtio-rng-device", "virtio-balloon-device" } },
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

const char *setup_framing_name(const Hardstop__Setup *setup)
{
    const struct setup_framing *framing = setup_framing_of(setup);

    return framing ? framing->name : "machine";
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
        setup->n_global = standards[i].global != NULL;
        setup->global = setup->n_global ? copy_all(&standards[i].global, 1) : NULL;
        setup->option = copy_all(standard_options, HS_COUNT(standard_options));
        setup->n_option = HS_COUNT(standard_options);
        setup->has_framing = true;
        setup->framing = framing;
        return setup;
    }
    return NULL;
}

/* The path of a program without its folder. */
static const char *name_in(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

const char *setup_program(const Hardstop__Setup *setup)
{
    return setup->binary ? name_in(setup->binary) : NULL;
}

const char *setup_architecture_in(const char *path, size_t *length)
{
    const char *name = name_in(path);

    if (strncmp(name, SETUP_PROGRAM, strlen(SETUP_PROGRAM)) != 0) {
        return NULL;
    }
    name += strlen(SETUP_PROGRAM);
    *length = strcspn(name, "-.");
    return name;
}

struct setup_name setup_architecture(const Hardstop__Setup *setup)
{
    size_t length = 0;
    const char *text = setup->binary ? setup_architecture_in(setup->binary, &length) : NULL;
    struct setup_name name = { "" };

    if (text) {
        snprintf(name.text, sizeof(name.text), "%.*s", (int)length, text);
    } else if (setup->machine && strncmp(setup->machine, "s390-ccw", strlen("s390-ccw")) == 0) {
        snprintf(name.text, sizeof(name.text), "s390x");
    }
    return name;
}

/* What a machine starts with, 7.2 to 11.1; others: 4M. */
static const struct {
    const char *architecture, *memory;
} least[] = {
    { "x86_64", "2M" }, { "i386", "2M" }, { "ppc64", "256M" }, /* its firmware's real mode area */
};

const char *setup_memory(const Hardstop__Setup *setup)
{
    struct setup_name name = setup_architecture(setup);

    if (strcmp(setup->memory, hardstop__setup__memory__default_value) != 0) {
        return setup->memory;
    }
    for (size_t i = 0; i < HS_COUNT(least); i++) {
        if (strcmp(name.text, least[i].architecture) == 0) {
            return least[i].memory;
        }
    }
    return "4M";
}

const char *setup_package(const char *binary)
{
    return strstr(binary, "x86_64") || strstr(binary, "i386") ? SETUP_PACKAGE("x86") : SETUP_PACKAGE("misc");
}
