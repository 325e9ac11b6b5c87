/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts a QEMU, asks for its lists, and captures each device that there is a table for. */
#include "harness/tool/doctor_qemu.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/print.h"
#include "harness/loader/capture.h"
#include "harness/loader/inventory.h"
#include "harness/loader/open.h"
#include "harness/message/reflect.h"
#include "harness/setup/family.h"
#include "harness/setup/setup.h"
#include "harness/wire/map.h"
#include "harness/wire/stream.h"
#include "harness/tool/program_option.h"

enum {
    MEASURED_MS = 300, /* for each kind of load */
};

struct examination {
    diagnosis_tell_fn *tell;
    void *user;
    const char *path;
    Hardstop__Setup *setup; /* the plainest one that it starts with */
    struct inventory inventory;
};

__attribute__((format(printf, 5, 6))) static void tell(const struct examination *examination, const char *name,
                                                       bool good, bool needed, const char *fmt, ...)
{
    struct diagnosis diagnosis = { .good = good, .needed = needed };
    va_list args;

    va_start(args, fmt);
    vsnprintf(diagnosis.text, sizeof(diagnosis.text), fmt, args);
    va_end(args);
    examination->tell(examination->user, name, &diagnosis);
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Of an empty list of sections: what a load costs beside its sections.  0: one was not accepted. */
static double loads_per_second(struct loader *loader, bool fast)
{
    struct loader_input input = { .bytes = loader_nothing, .size = sizeof(loader_nothing), .fast = fast };
    struct loader_answer answer;
    double begin = seconds(), now = begin;
    unsigned n = 0;

    for (; now - begin < MEASURED_MS / 1e3; n++, now = seconds()) {
        if (loader_load(loader, &input, &answer, NULL) < 0 || answer.outcome != OUTCOME_ACCEPTED) {
            return 0;
        }
    }
    return n / (now - begin);
}

/* Can it be entered? */
static bool examine_entry(const struct examination *examination)
{
    struct hs_error err;
    struct loader *loader = loader_open(examination->setup, TRUST_ALL, NULL, &err);
    double fast, slow;

    if (!loader) {
        tell(examination, "entry", false, true, "%s", err.text);
        return false;
    }
    fast = loads_per_second(loader, true);
    slow = loads_per_second(loader, false);
    tell(examination, "entry", fast && slow, true, "%s, %.0f fast loads a second, %.0f in forks", loader_name(loader),
         fast, slow);
    loader_close(loader);
    return true;
}

static void examine_machines(const struct examination *examination)
{
    const struct inventory *inventory = &examination->inventory;

    for (enum family_transport i = 0; i < FAMILY_TRANSPORTS; i++) {
        Hardstop__Setup *setup = family_setup(family_find("rng"), i, HARDSTOP__FRAMING__FOOTER);

        if (setup && strcmp(setup->binary, examination->setup->binary) == 0) {
            bool has = inventory_has_machine(inventory, setup->machine);

            tell(examination, "machines", has, false, "%zu types, %s%s, which the %s seeds are for",
                 inventory->n_machines, has ? "" : "without ", setup->machine, family_transport_name(i));
        }
        hardstop__setup__free_unpacked(setup, NULL);
    }
}

/* Bytes of the first section of a family, and those without a name. */
static void count_bytes(const Hardstop__Stream *stream, const char *section, size_t *size, size_t *unnamed)
{
    size_t first = MAP_NO_SECTION;
    struct map map;

    *size = *unnamed = 0;
    map_init(&map, stream, NULL);
    for (size_t i = 0; i < map.n; i++) {
        const struct map_entry *entry = &map.entries[i];
        char device[64];

        if (!map_is_payload(entry)) {
            continue;
        }
        map_device_name(stream->section[entry->section], device, sizeof(device));
        if (first == MAP_NO_SECTION && strcmp(device, section) == 0) {
            first = entry->section;
        }
        if (entry->section == first) {
            *size += entry->size;
            *unnamed += map_is_named(entry) ? 0 : entry->size;
        }
    }
    map_clear(&map);
}

static void examine_device(const struct examination *examination, const struct family *family,
                           enum family_transport transport)
{
    Hardstop__Setup *setup = family_setup(family, transport, HARDSTOP__FRAMING__FOOTER);
    size_t size, unnamed;
    Hardstop__Stream *stream;
    struct hs_error err;
    char name[64];

    if (!setup || family->blocked || family->host || strcmp(setup->binary, examination->setup->binary) != 0) {
        hardstop__setup__free_unpacked(setup, NULL);
        return;
    }
    snprintf(name, sizeof(name), "%s %s", family_transport_name(transport), family->name);
    stream = capture_decoded(setup, TRUST_ALL, &err);
    if (stream) {
        count_bytes(stream, family->section, &size, &unnamed);
        if (unnamed) {
            tell(examination, name, false, false, "%zu of %zu bytes have no name in our tables", unnamed, size);
        } else {
            tell(examination, name, size > 0, false, "%zu bytes, all have a name", size);
        }
        stream_free(stream);
    } else {
        tell(examination, name, false, false, "%s", err.text);
    }
    hardstop__setup__free_unpacked(setup, NULL);
}

/* Of "virtio-net-device" or "virtio-pmem" the name of the family. */
static bool is_family(const char *type)
{
    for (const struct family *family = families; family->name; family++) {
        const char *rest = type + strlen("virtio-");
        size_t length = strlen(family->name);

        if (strncmp(type, "virtio-", strlen("virtio-")) == 0 && strncmp(rest, family->name, length) == 0 &&
            (!rest[length] || strcmp(rest + length, "-device") == 0)) {
            return true;
        }
    }
    return false;
}

static void examine_unknown(const struct examination *examination)
{
    struct print_memory memory;
    FILE *out = print_open(&memory);
    char *names;
    size_t n = 0;

    for (size_t i = 0; i < examination->inventory.n_virtio; i++) {
        if (!is_family(examination->inventory.virtio[i])) {
            fprintf(out, "%s%s", n++ ? ", " : "", examination->inventory.virtio[i]);
        }
    }
    names = print_close(&memory);
    if (n) {
        tell(examination, "without a table", false, false,
             "of %zu virtio devices the stream's own description alone names what is theirs: %s", n, names);
    }
    free(names);
}

/* Of the architecture's usual machine, without a device of ours. */
static Hardstop__Setup *plain_setup(const char *path)
{
    static const char *const machines[][2] = {
        { "x86_64", "q35" }, { "s390x", "s390-ccw-virtio" }, { "aarch64", "virt" }, { "ppc64", "pseries" },
        { "riscv64", "virt" },
    };
    Hardstop__Setup *setup = (Hardstop__Setup *)reflect_new(&hardstop__setup__descriptor);
    size_t length = 0;
    const char *name = setup_architecture_in(path, &length);

    setup->binary = hs_format(SETUP_PROGRAM "%.*s", (int)length, name ? name : "");
    setup->has_framing = true;
    setup->framing = HARDSTOP__FRAMING__FOOTER;
    for (size_t i = 0; i < HS_COUNT(machines); i++) {
        if (strcmp(setup->binary + strlen(SETUP_PROGRAM), machines[i][0]) == 0) {
            setup->machine = hs_strdup(machines[i][1]);
        }
    }
    return setup;
}

static void examine_lists(struct examination *examination)
{
    struct hs_error err;

    if (inventory_read(examination->setup, TRUST_ALL, &examination->inventory, &err) < 0) {
        tell(examination, "lists", false, true, "%s", err.text);
        return;
    }
    examine_machines(examination);
    for (enum family_transport i = 0; i < FAMILY_TRANSPORTS; i++) {
        for (const struct family *family = families; family->name; family++) {
            examine_device(examination, family, i);
        }
    }
    examine_unknown(examination);
}

void doctor_qemu(diagnosis_tell_fn *each, void *user)
{
    struct examination examination = { .tell = each, .user = user, .path = program_option_given() };

    examination.setup = plain_setup(examination.path);
    tell(&examination, "program", true, true, "%s", examination.path);
    if (examine_entry(&examination)) {
        examine_lists(&examination);
    }
    inventory_clear(&examination.inventory);
    hardstop__setup__free_unpacked(examination.setup, NULL);
}
