/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What QEMU writes of any virtio device or disk, on any transport and in both framings, a table names to the last byte,
 * and it encodes to the same bytes.  Of the installed QEMU, or, where HARDSTOP_QEMU names another, of that one, which
 * may lack a device or an old machine; "test_devices live" takes the machines' newest types, with footers, and is what
 * test_live.sh runs.
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/setup/family.h"
#include "harness/setup/program.h"
#include "harness/loader/capture.h"
#include "harness/wire/map.h"
#include "harness/wire/payload.h"
#include "harness/message/reflect.h"

static const Hardstop__Framing framings[] = { HARDSTOP__FRAMING__LEGACY, HARDSTOP__FRAMING__FOOTER };

/* What differs from a family's own setup. */
struct variant {
    const char *family;
    enum family_transport transport;
    const char *machine; /* NULL: the family's */
    const char *properties; /* of the device, added to its own */
    const char *device; /* one more */
    const char *option[2]; /* one more */
};

static bool is_live;
static size_t n_lacking; /* setups that another QEMU cannot start */

/* Does another QEMU than the installed one lack what the words say? */
static bool is_lacking(const char *text)
{
    bool lacks = program_given(PROGRAM_ENV) && (strstr(text, " has no device ") || strstr(text, " has no machine "));

    if (lacks) {
        print_message("not captured: %s\n", text);
        n_lacking++;
    }
    return lacks;
}

static void add(char ***list, size_t *n, const char *word)
{
    *list = hs_resize(*list, *n + 1, sizeof(**list));
    (*list)[(*n)++] = hs_strdup(word);
}

static Hardstop__Setup *setup_of(const struct variant *variant, Hardstop__Framing framing)
{
    const struct family *family = family_find(variant->family);
    Hardstop__Setup *setup;

    assert_non_null(family);
    setup = family_setup(family, variant->transport, framing);
    assert_non_null(setup);
    if (variant->machine) {
        free(setup->machine);
        setup->machine = hs_strdup(variant->machine);
    }
    for (size_t i = 0; variant->properties && i < setup->n_device; i++) {
        char *device = setup->device[i];

        if (strcmp(device, family->device[variant->transport]) == 0) {
            setup->device[i] = hs_format("%s,%s", device, variant->properties);
            free(device);
        }
    }
    if (variant->device) {
        add(&setup->device, &setup->n_device, variant->device);
    }
    for (size_t i = 0; variant->option[0] && i < HS_COUNT(variant->option); i++) {
        add(&setup->option, &setup->n_option, variant->option[i]);
    }
    return setup;
}

/* Is it a section that a table must describe? */
static bool is_wanted(const Hardstop__Section *section)
{
    char device[64];

    map_device_name(section, device, sizeof(device));
    return section->has_idstr && (strncmp(device, "virtio-", 7) == 0 || strcmp(device, "scsi-disk") == 0);
}

/* What of a section's payload has no name, in words, or NULL; free it. */
static char *unnamed_in(const struct map *map, const Hardstop__Stream *stream, size_t index)
{
    const Hardstop__Section *section = stream->section[index];
    const struct stream_mark *mark = &map->encoding.marks[index];
    size_t covered = 0;

    if (!payload_message(section)) {
        return hs_format("section %.*s: no table reads it", (int)section->idstr.len, (char *)section->idstr.data);
    }
    for (size_t i = 0; i < map->n; i++) {
        const struct map_entry *entry = &map->entries[i];

        if (entry->section != index || !map_is_payload(entry)) {
            continue;
        }
        if (!map_is_named(entry) || entry->offset != mark->payload + covered) {
            return hs_format("section %.*s: %zu bytes %s at %zu have no name", (int)section->idstr.len,
                             (char *)section->idstr.data, entry->size, entry->path, entry->offset);
        }
        covered += entry->size;
    }
    return covered == mark->payload_end - mark->payload
               ? NULL
               : hs_format("section %.*s: the map leaves bytes out", (int)section->idstr.len,
                           (char *)section->idstr.data);
}

/* The same for a stream; `n` gets the number of sections that were looked at. */
static char *unnamed(const Hardstop__Stream *stream, size_t *n)
{
    bool *wanted = hs_resize(NULL, stream->n_section, sizeof(*wanted));
    char *reason = NULL;
    struct map map;

    *n = 0;
    for (size_t i = 0; i < stream->n_section; i++) {
        wanted[i] = is_wanted(stream->section[i]);
        *n += wanted[i];
    }
    map_init_some(&map, stream, NULL, NULL, wanted);
    for (size_t i = 0; i < stream->n_section && !reason; i++) {
        reason = wanted[i] ? unnamed_in(&map, stream, i) : NULL;
    }
    map_clear(&map);
    free(wanted);
    return reason;
}

static bool has_section(const Hardstop__Stream *stream, const char *name)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        char device[64];

        map_device_name(stream->section[i], device, sizeof(device));
        if (strcmp(device, name) == 0) {
            return true;
        }
    }
    return false;
}

static Hardstop__Stream *decode(const uint8_t *bytes, size_t size, Hardstop__Framing framing)
{
    struct hs_error err = { 0 };
    Hardstop__Stream *stream =
        stream_decode(bytes, size, framing == HARDSTOP__FRAMING__FOOTER ? STREAM_FOOTER : STREAM_LEGACY, &err);

    if (!stream) {
        fail_msg("%s at %llu", err.text, (unsigned long long)err.offset);
    }
    return stream;
}

static void check_same(const Hardstop__Stream *stream, const uint8_t *bytes, size_t size)
{
    struct stream_encoding encoding = { 0 };

    stream_encode(stream, &encoding, NULL, NULL);
    assert_int_equal(encoding.out.size, size);
    assert_memory_equal(encoding.out.data, bytes, size);
    stream_encoding_clear(&encoding);
}

/* Captures the variant in a framing and checks every byte; returns the stream, or NULL where the QEMU lacks a part. */
static Hardstop__Stream *check(const struct variant *variant, Hardstop__Framing framing)
{
    Hardstop__Setup *setup = setup_of(variant, framing);
    Hardstop__Stream *stream, *guessed;
    struct hs_error err = { 0 };
    uint8_t *bytes;
    size_t size, n;
    char *reason;

    if (capture_stream(setup, TRUST_ALL, &bytes, &size, &err) < 0) {
        if (!is_lacking(err.text)) {
            fail_msg("%s %s: %s", variant->family, family_transport_name(variant->transport), err.text);
        }
        hardstop__setup__free_unpacked(setup, NULL);
        return NULL;
    }
    stream = decode(bytes, size, framing);
    check_same(stream, bytes, size);
    guessed = stream_decode(bytes, size, STREAM_ANY, NULL);
    assert_true(guessed && reflect_equal(&stream->base, &guessed->base));
    reason = unnamed(stream, &n);
    if (reason) {
        fail_msg("%s %s, machine %s: %s", variant->family, family_transport_name(variant->transport), setup->machine,
                 reason);
    }
    assert_true(n >= 2);
    assert_true(has_section(stream, family_find(variant->family)->section));
    hardstop__stream__free_unpacked(guessed, NULL);
    hardstop__setup__free_unpacked(setup, NULL);
    free(bytes);
    return stream;
}

static void check_both(const struct variant *variant)
{
    for (size_t i = 0; i < HS_COUNT(framings); i++) {
        Hardstop__Stream *stream = is_live && framings[i] == HARDSTOP__FRAMING__LEGACY ? NULL
                                                                                       : check(variant, framings[i]);

        if (stream) {
            hardstop__stream__free_unpacked(stream, NULL);
        }
    }
}

/* Of the newest version that the QEMU has. */
static const char *const newest[FAMILY_TRANSPORTS] = {
    [FAMILY_CCW] = "s390-ccw-virtio", [FAMILY_PCI] = "q35", [FAMILY_PCIE] = "q35", [FAMILY_MMIO] = "microvm",
};

static void every_byte_of_every_device_is_named(void **state)
{
    size_t n = 0;

    (void)state;
    for (const struct family *family = families; family->name; family++) {
        for (int transport = 0; transport < FAMILY_TRANSPORTS; transport++) {
            if (family->device[transport] && !family->host && !family->blocked) {
                check_both(&(struct variant){ .family = family->name, .transport = (enum family_transport)transport,
                                              .machine = is_live ? newest[transport] : NULL });
                n++;
            }
        }
    }
    assert_true(n >= 52);
    assert_true(n_lacking < n / 4);
}

/* Old machines, and what a device's properties change in what it sends. */
static const struct variant variants[] = {
    { "net", FAMILY_CCW, .machine = "s390-ccw-virtio-2.4" },
    { "blk-mq", FAMILY_CCW, .machine = "s390-ccw-virtio-2.4" },
    { "scsi", FAMILY_CCW, .machine = "s390-ccw-virtio-2.4" },
    { "serial", FAMILY_CCW, .machine = "s390-ccw-virtio-2.9" },
    { "balloon", FAMILY_CCW, .machine = "s390-ccw-virtio-2.9" },
    { "gpu", FAMILY_CCW, .machine = "s390-ccw-virtio-2.9" },
    /* Without a description, so that nothing but the tables tells where a section ends. */
    { "net", FAMILY_PCI, .machine = "pc-i440fx-2.0" },
    { "scsi", FAMILY_PCI, .machine = "pc-i440fx-2.0" },
    { "serial", FAMILY_PCI, .machine = "pc-i440fx-2.0" },
    { "blk", FAMILY_PCI, .machine = "pc-i440fx-2.3" },
    { "scsi", FAMILY_PCI, .machine = "pc-i440fx-2.3" },
    { "serial", FAMILY_PCI, .machine = "pc-i440fx-2.6" },
    { "balloon", FAMILY_PCI, .machine = "pc-i440fx-2.6" },
    { "keyboard", FAMILY_PCI, .machine = "pc-i440fx-2.6" },
    { "net", FAMILY_PCI, .machine = "pc-q35-4.2" },
    { "gpu", FAMILY_PCIE, .machine = "pc-q35-4.2" },
    { "iommu", FAMILY_PCI, .machine = "pc-q35-7.0" },
    { "mem", FAMILY_PCI, .machine = "pc-q35-5.1" },
    { "net", FAMILY_PCI, NULL, "disable-modern=on" },
    { "serial", FAMILY_PCI, NULL, "disable-modern=on" },
    { "scsi", FAMILY_PCI, NULL, "disable-legacy=on" },
    { "blk", FAMILY_PCI, NULL, "disable-legacy=on" },
    { "net", FAMILY_CCW, NULL, "max_revision=0" },
    { "net", FAMILY_CCW, NULL, "packed=on" },
    { "blk", FAMILY_CCW, NULL, "packed=on" },
    { "scsi", FAMILY_PCI, NULL, "packed=on" },
    { "gpu", FAMILY_PCI, NULL, "packed=on" },
    { "blk", FAMILY_PCI, NULL, "vectors=0" },
    { "gpu", FAMILY_PCI, NULL, "vectors=0" },
    { "net", FAMILY_PCIE, NULL, "vectors=9" },
    { "gpu", FAMILY_CCW, NULL, "max_outputs=2" },
    { "gpu", FAMILY_PCI, NULL, "max_outputs=16" },
    { "serial", FAMILY_CCW, NULL, "max_ports=33" },
    { "serial", FAMILY_PCI, NULL, "max_ports=511" },
    { "serial", FAMILY_PCI, NULL, "max_ports=6,disable-modern=on" },
    { "mem", FAMILY_PCI, NULL, "requested-size=4M,block-size=2M" },
    { "scsi", FAMILY_CCW, NULL, "num_queues=4", "scsi-cd,bus=s0.0,drive=d1",
      { "-blockdev", "driver=null-co,node-name=d1,size=1048576,read-only=on" } },
    { "scsi", FAMILY_PCI, NULL, NULL, "scsi-cd,bus=s0.0", { NULL } },
};

static void every_byte_of_every_variant_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(variants); i++) {
        struct variant variant = variants[i];

        if (!is_live) {
            check_both(&variant);
        } else if (!variant.machine) {
            variant.machine = newest[variant.transport];
            check_both(&variant);
        }
    }
}

/* Captures and checks a setup that is no family's; returns how many sections are virtio's or a disk's, 0 with why. */
static size_t check_setup(const char *text, struct hs_error *err)
{
    Hardstop__Setup *setup = (Hardstop__Setup *)support_message(&hardstop__setup__descriptor, text);
    Hardstop__Stream *stream;
    uint8_t *bytes;
    size_t size, n = 0;
    char *reason;

    if (capture_stream(setup, TRUST_ALL, &bytes, &size, err) == 0) {
        stream = decode(bytes, size, HARDSTOP__FRAMING__FOOTER);
        check_same(stream, bytes, size);
        reason = unnamed(stream, &n);
        if (reason) {
            fail_msg("%s: %s", text, reason);
        }
        hardstop__stream__free_unpacked(stream, NULL);
        free(bytes);
    }
    reflect_free(&setup->base);
    return n;
}

/* All that a machine has by itself. */
static void machines_with_their_default_devices_are_the_same(void **state)
{
    static const struct {
        const char *setup;
        size_t n; /* sections of virtio devices */
    } machines[] = {
        { "binary: 'qemu-system-s390x' machine: 's390-ccw-virtio' defaults: true", 1 },
        { "binary: 'qemu-system-x86_64' machine: 'q35' defaults: true device: 'virtio-rng-pci'", 1 },
        { "binary: 'qemu-system-x86_64' machine: 'microvm' defaults: true device: 'virtio-rng-device'", 1 },
    };
    struct hs_error err = { .text = "" };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(machines); i++) {
        if (check_setup(machines[i].setup, &err) != machines[i].n) {
            fail_msg("%s: %s", machines[i].setup, err.text);
        }
    }
}

/* On pci, s390x has them behind a device that no version migrates. */
static void pci_devices_of_s390x_are_not_migrated(void **state)
{
    struct hs_error err = { .text = "" };

    (void)state;
    assert_int_equal(check_setup("binary: 'qemu-system-s390x' machine: 's390-ccw-virtio' device: 'virtio-rng-pci'",
                                 &err), 0);
    assert_non_null(strstr(err.text, "zpci"));
}

/* Skips, with the reason, where the device needs what this machine does not let us have. */
static void skip_unless_possible(const struct variant *variant)
{
    const struct family *family = family_find(variant->family);
    int fd = open(family->host, O_RDWR | O_CLOEXEC);
    Hardstop__Setup *setup;
    struct hs_error err = { 0 };
    uint8_t *bytes;
    size_t size;

    if (fd < 0) {
        print_message("%s is not captured: %s: %s\n", family->name, family->host, strerror(errno));
        skip();
    }
    close(fd);
    setup = setup_of(variant, HARDSTOP__FRAMING__FOOTER);
    if (capture_stream(setup, TRUST_ALL, &bytes, &size, &err) == 0) {
        free(bytes);
    } else if (strstr(err.text, strerror(EPERM)) || strstr(err.text, strerror(EACCES))) {
        hardstop__setup__free_unpacked(setup, NULL);
        print_message("%s is not captured: %s\n", family->name, err.text);
        skip();
    }
    hardstop__setup__free_unpacked(setup, NULL);
}

/*
 * No guest has set the queue pairs up, so nothing but the section's end tells that their fields are there.  The
 * machines without a description do not even tell the end.
 */
static void queue_pairs_are_named(void **state)
{
    static const struct variant some[] = {
        { "net-mq", FAMILY_CCW },
        { "net-mq", FAMILY_PCI },
        { "net-mq", FAMILY_PCIE },
        { "net-mq", FAMILY_CCW, "s390-ccw-virtio-2.4" },
        { "net-mq", FAMILY_PCI, "pc-i440fx-2.0" },
        { "net-mq", FAMILY_PCI, "pc-i440fx-2.6", "packed=on" },
    };

    (void)state;
    /* The tap devices are not for others to see; whoever may not have a namespace may not have those either. */
    if (unshare(CLONE_NEWNET) < 0) {
        print_message("net-mq is not captured: no network namespace: %s\n", strerror(errno));
        skip();
    }
    skip_unless_possible(&some[0]);
    for (size_t i = 0; i < HS_COUNT(some); i++) {
        for (size_t k = 0; k < HS_COUNT(framings); k++) {
            Hardstop__Stream *stream = check(&some[i], framings[k]);
            const Hardstop__VirtioNet *net = NULL;

            if (!stream) {
                continue;
            }
            for (size_t s = 0; s < stream->n_section && !net; s++) {
                bool is_virtio = stream->section[s]->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO;

                net = is_virtio && stream->section[s]->virtio->device_case == HARDSTOP__VIRTIO_SECTION__DEVICE_NET
                          ? stream->section[s]->virtio->net
                          : NULL;
            }
            assert_non_null(net);
            assert_int_equal(net->max_queue_pairs, 3);
            assert_int_equal(net->curr_queue_pairs, 1);
            hardstop__stream__free_unpacked(stream, NULL);
        }
    }
}

static void vsock_is_named(void **state)
{
    (void)state;
    skip_unless_possible(&(struct variant){ "vsock", FAMILY_CCW });
    for (int transport = 0; transport < FAMILY_TRANSPORTS; transport++) {
        check_both(&(struct variant){ "vsock", (enum family_transport)transport });
    }
}

/* Each family that has a host file has a test above, run with its name as the argument: ctest shows it as skipped. */
static void no_device_is_left_out(void **state)
{
    (void)state;
    for (const struct family *family = families; family->name; family++) {
        assert_true(!family->host || strcmp(family->name, "net-mq") == 0 || strcmp(family->name, "vsock") == 0);
    }
}

/* A device that QEMU does not migrate makes the migration fail, or (without a VMState) has no section. */
static void blocked_devices_have_no_stream(void **state)
{
    size_t refused = 0, absent = 0;

    (void)state;
    for (const struct family *family = families; family->name; family++) {
        for (int transport = 0; family->blocked && transport < FAMILY_TRANSPORTS; transport++) {
            Hardstop__Setup *setup =
                family_setup(family, (enum family_transport)transport, HARDSTOP__FRAMING__FOOTER);
            struct hs_error err = { 0 };
            uint8_t *bytes;
            size_t size;

            if (!setup) {
                continue;
            }
            if (capture_stream(setup, TRUST_ALL, &bytes, &size, &err) < 0) {
                assert_non_null(strstr(err.text, "non-migratable device"));
                assert_non_null(strstr(err.text, family->section));
                refused++;
            } else {
                Hardstop__Stream *stream = decode(bytes, size, HARDSTOP__FRAMING__FOOTER);

                assert_false(has_section(stream, family->section));
                hardstop__stream__free_unpacked(stream, NULL);
                free(bytes);
                absent++;
            }
            hardstop__setup__free_unpacked(setup, NULL);
        }
    }
    assert_int_equal(refused, 4);
    assert_int_equal(absent, 2);
}

/* Each is a stream that a QEMU with one more subsection or field would write. */
static const struct {
    const char *family, *from, *to, *reason;
} planted[] = {
    { "balloon", "virtio/virtqueues", "virtio/virtquests", "virtio-balloon: no table reads it" },
    { "gpu", "virtio/64bit_features", "virtio/65bit_features", "virtio-gpu: no table reads it" },
    { "balloon", "virtio/virtqueues", "phlegm/virtqueues", "virtio-balloon: no table reads it" },
};

static void what_no_table_names_is_reported(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(planted); i++) {
        Hardstop__Setup *setup =
            setup_of(&(struct variant){ planted[i].family, FAMILY_CCW }, HARDSTOP__FRAMING__FOOTER);
        struct hs_error err = { 0 };
        Hardstop__Stream *stream;
        uint8_t *bytes, *at;
        size_t size, n;
        char *reason;

        assert_int_equal(capture_stream(setup, TRUST_ALL, &bytes, &size, &err), 0);
        at = memmem(bytes, size, planted[i].from, strlen(planted[i].from));
        assert_non_null(at);
        memcpy(at, planted[i].to, strlen(planted[i].to));
        stream = decode(bytes, size, HARDSTOP__FRAMING__FOOTER);
        check_same(stream, bytes, size);
        reason = unnamed(stream, &n);
        if (!reason || !strstr(reason, planted[i].reason)) {
            fail_msg("%s: \"%s\" does not say \"%s\"", planted[i].to, reason ? reason : "", planted[i].reason);
        }
        free(reason);
        free(bytes);
        hardstop__stream__free_unpacked(stream, NULL);
        hardstop__setup__free_unpacked(setup, NULL);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest net_mq[] = { SUPPORT_TIDY(queue_pairs_are_named) };
    const struct CMUnitTest vsock[] = { SUPPORT_TIDY(vsock_is_named) };
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(every_byte_of_every_device_is_named),
        SUPPORT_TIDY(every_byte_of_every_variant_is_named),
        SUPPORT_TIDY(machines_with_their_default_devices_are_the_same),
        SUPPORT_TIDY(pci_devices_of_s390x_are_not_migrated),
        cmocka_unit_test(no_device_is_left_out),
        SUPPORT_TIDY(blocked_devices_have_no_stream),
        SUPPORT_TIDY(what_no_table_names_is_reported),
    };

    if (argc > 1 && strcmp(argv[1], "net-mq") == 0) {
        return cmocka_run_group_tests(net_mq, NULL, NULL);
    }
    if (argc > 1 && strcmp(argv[1], "vsock") == 0) {
        return cmocka_run_group_tests(vsock, NULL, NULL);
    }
    is_live = argc > 1 && strcmp(argv[1], "live") == 0;
    return argc > 1 && !is_live ? 2 : cmocka_run_group_tests(tests, NULL, NULL);
}
