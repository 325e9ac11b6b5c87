/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the parts of a setup apart as QEMU does, to see what they would touch. */
#include "harness/setup/setup.h"

#include <ctype.h>
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

const char *setup_framing_name(const Hardstop__Setup *setup)
{
    if (!setup->has_framing) {
        return "machine";
    }
    return setup->framing == HARDSTOP__FRAMING__LEGACY ? "legacy" : "footer";
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

/*
 * What a stranger's setup may hold.  An option's value is taken apart as QEMU does: a first word, then key=value, each
 * key once, because QEMU takes the last of two.
 */
static const struct {
    const char *option;
    const char *first[8]; /* the first word is one of these; none listed: the first word is a key=value, too */
    const char *keys[8];
} harmless[] = {
    { "-blockdev", { NULL }, { "driver", "node-name", "size", "read-only" } },
    { "-chardev", { "null", "ringbuf" }, { "id", "size" } },
    { "-netdev", { "hubport" }, { "id", "hubid" } },
    { "-fsdev", { "synth" }, { "id" } },
    { "-object", { "memory-backend-ram", "rng-builtin", "iothread", "cryptodev-backend-builtin", "throttle-group" },
      { "id", "size", "queues" } },
    { "-accel", { "tcg" }, { NULL } },
};

/* Values that a key may have, where not every word will do. */
static const struct {
    const char *key;
    const char *values[4];
} bound_keys[] = {
    { "driver", { "null-co", "null-aio" } },
};

static bool is_in(const char *const *list, size_t n, const char *word, size_t length)
{
    for (size_t i = 0; i < n && list[i]; i++) {
        if (strlen(list[i]) == length && memcmp(list[i], word, length) == 0) {
            return true;
        }
    }
    return false;
}

/* A name or number: nothing that could be a path or begin another option. */
static bool is_word(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)text[i]) && !strchr("-_.:", text[i])) {
            return false;
        }
    }
    return length > 0 && text[0] != '-' && text[0] != '.';
}

static bool has_bound_value(const char *key, size_t length, const char *value, size_t size)
{
    for (size_t i = 0; i < HS_COUNT(bound_keys); i++) {
        if (strlen(bound_keys[i].key) == length && memcmp(bound_keys[i].key, key, length) == 0) {
            return is_in(bound_keys[i].values, HS_COUNT(bound_keys[i].values), value, size);
        }
    }
    return true;
}

/* Is `key` the key of a part of `from` before `end`? */
static bool was_given(const char *from, const char *end, const char *key, size_t length)
{
    for (const char *part = from; part < end; part += strcspn(part, ",") + 1) {
        if (strcspn(part, "=,") == length && memcmp(part, key, length) == 0) {
            return true;
        }
    }
    return false;
}

/* The key=value parts from `text` on: words, each key once, and among `keys` unless that is NULL. */
static bool has_harmless_keys(const char *text, const char *const *keys, size_t n)
{
    for (const char *part = text; *part;) {
        size_t length = strcspn(part, ","), key = strcspn(part, "=,");
        const char *value = key < length ? part + key + 1 : part + key;
        size_t size = length - (size_t)(value - part);

        if (!is_word(part, key) || (size && !is_word(value, size)) || was_given(text, part, part, key) ||
            (keys && !is_in(keys, n, part, key)) || !has_bound_value(part, key, value, size)) {
            return false;
        }
        part += length;
        part += *part == ',';
    }
    return true;
}

static bool is_harmless_option(const char *option, const char *value)
{
    for (size_t i = 0; i < HS_COUNT(harmless); i++) {
        size_t first = harmless[i].first[0] ? strcspn(value, ",") : 0;

        if (strcmp(harmless[i].option, option) == 0 &&
            (!first || is_in(harmless[i].first, HS_COUNT(harmless[i].first), value, first)) &&
            has_harmless_keys(value + first + (value[first] == ','), harmless[i].keys, HS_COUNT(harmless[i].keys))) {
            return true;
        }
    }
    return false;
}

/* Devices that are fed by the guest and by harmless backends alone: not those of the host. */
static bool is_harmless_device(const char *device)
{
    static const char *const models[] = {
        "scsi-hd", "scsi-cd", "virtserialport", "virtconsole", "pcie-root-port", "pci-bridge",
    };
    size_t model = strcspn(device, ",");
    bool virtio = strncmp(device, "virtio-", strlen("virtio-")) == 0 && !memmem(device, model, "host", 4) &&
                  !memmem(device, model, "user", 4);

    return is_word(device, model) && (virtio || is_in(models, HS_COUNT(models), device, model)) &&
           !strstr(device, "romfile") && has_harmless_keys(device + model + (device[model] == ','), NULL, 0);
}

static bool is_harmless_global(const char *global)
{
    bool known = strncmp(global, "migration.", strlen("migration.")) == 0 ||
                 strncmp(global, "virtio-", strlen("virtio-")) == 0;

    return known && !strchr(global, ',') && !strstr(global, "romfile") && has_harmless_keys(global, NULL, 0);
}

/* At most 9999 MiB of guest memory, which is only taken as far as it is touched; more may be promised. */
static bool is_modest(const char *memory)
{
    static const char *const keys[] = { "slots", "maxmem" };
    size_t digits = strspn(memory, "0123456789"), unit = digits + strspn(memory + digits, "KM");

    return digits >= 1 && digits <= 4 && unit <= digits + 1 &&
           (!memory[unit] || (memory[unit] == ',' && has_harmless_keys(memory + unit + 1, keys, HS_COUNT(keys))));
}

static int refuse(struct hs_error *err, const char *what, const char *value)
{
    return hs_fail(err, HS_NO_OFFSET,
                   "setup: %s \"%s\" is not among what a file may ask for; give --trust-setup if you know the file",
                   what, value);
}

int setup_check(const Hardstop__Setup *setup, struct hs_error *err)
{
    const char *binary = setup->binary ? setup->binary : "";

    if (strncmp(binary, "qemu-system-", strlen("qemu-system-")) != 0 || !is_word(binary, strlen(binary))) {
        return refuse(err, "binary", binary);
    }
    if (setup->machine && !is_word(setup->machine, strlen(setup->machine))) {
        return refuse(err, "machine", setup->machine);
    }
    if (!is_modest(setup->memory)) {
        return refuse(err, "memory", setup->memory);
    }
    for (size_t i = 0; i < setup->n_device; i++) {
        if (!is_harmless_device(setup->device[i])) {
            return refuse(err, "device", setup->device[i]);
        }
    }
    for (size_t i = 0; i < setup->n_global; i++) {
        if (!is_harmless_global(setup->global[i])) {
            return refuse(err, "global", setup->global[i]);
        }
    }
    for (size_t i = 0; i < setup->n_option; i += 2) {
        const char *value = i + 1 < setup->n_option ? setup->option[i + 1] : "";

        if (!is_harmless_option(setup->option[i], value)) {
            return refuse(err, setup->option[i], value);
        }
    }
    return 0;
}
