/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a loader need not keep: every rule is of something that exists, and holds on its condition alone. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/judge/recomputed.h"
#include "harness/wire/tables.h"

/* As far as rules with a * at their end go, which are of subsections that a fresh machine may not have. */
static bool is_path(const char *rule, const char *path)
{
    char pattern[256];

    map_path_without_indexes(path, pattern, sizeof(pattern));
    return !rule || strchr(rule, '*') || strcmp(rule, pattern) == 0 || strcmp(rule, path) == 0;
}

/* Does the map have a field that the rule is of? */
static bool is_in_map(const struct recomputed_rule *rule, const Hardstop__Stream *stream, const struct map *map)
{
    for (size_t i = 0; i < map->n; i++) {
        const struct map_entry *entry = &map->entries[i];
        char device[64] = "";

        if (!map_is_payload(entry)) {
            continue;
        }
        map_device_name(stream->section[entry->section], device, sizeof(device));
        if (rule->device ? strcmp(device, rule->device) == 0 && is_path(rule->path, entry->path)
                         : entry->type == rule->type) {
            return true;
        }
    }
    return false;
}

#define DEVICES "pc-q35-7.2-devices.mig"
#define E1000 "pc-q35-7.2-e1000.mig" /* without e1000/full_mac_state, which is of 128 KiB */

static Hardstop__Stream *read_stream(const char *name)
{
    char *path = hs_format(CORPUS_DIR "/streams/%s", name);
    Hardstop__Stream *stream;
    uint8_t *data;
    size_t size;

    assert_int_equal(file_read(path, &data, &size, NULL), 0);
    stream = stream_decode(data, size, STREAM_ANY, NULL);
    assert_non_null(stream);
    free(data);
    free(path);
    return stream;
}

/* The streams with the devices of all rules, mapped once. */
static const char *const streams[] = { "s390-ccw-virtio-7.2-rng-on.mig", "pc-i440fx-2.3-rng-on.mig", DEVICES,
                                       E1000, "aarch64-virt-7.2-rng-on.mig", "riscv64-virt-rng-on.mig",
                                       "ppc64-pseries-7.2-spapr.mig" };
static struct {
    Hardstop__Stream *stream;
    struct map map;
} captured[HS_COUNT(streams)];

static int map_streams(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(streams); i++) {
        captured[i].stream = read_stream(streams[i]);
        map_init(&captured[i].map, captured[i].stream, NULL);
    }
    return 0;
}

static int unmap_streams(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(streams); i++) {
        map_clear(&captured[i].map);
        hardstop__stream__free_unpacked(captured[i].stream, NULL);
    }
    return 0;
}

static bool is_captured(const struct recomputed_rule *rule)
{
    for (size_t i = 0; i < HS_COUNT(streams); i++) {
        if (is_in_map(rule, captured[i].stream, &captured[i].map)) {
            return true;
        }
    }
    return false;
}

static void rules_are_of_what_exists(void **state)
{
    size_t n;

    (void)state;
    for (size_t i = 0; recomputed_rules[i].reason; i++) {
        const struct recomputed_rule *rule = &recomputed_rules[i];

        bool is_general = rule->when == RECOMPUTED_EMPTY_SUBSECTION || rule->when == RECOMPUTED_NEWER_VERSION;

        assert_int_equal((rule->field != NULL) + (rule->device != NULL) + (rule->type != VMDESC_OTHER) + is_general, 1);
        if (is_general) {
            continue; /* of any device */
        }
        if (rule->field ? !tables_named(rule->field, &n) : !is_captured(rule)) {
            fail_msg("rule %zu is of nothing: %s%s", i, rule->field ? rule->field : "",
                     rule->device ? rule->device : "");
        }
        if (rule->array) {
            assert_true(tables_named(rule->array, &n)->repeated);
        }
    }
}

static void names_are_of_messages_and_fields(void **state)
{
    const struct field *row;
    size_t n;

    (void)state;
    row = tables_named("VirtQueue.num", &n);
    assert_string_equal(row->name, "num");
    assert_int_equal(n, 1);
    row = tables_named("VirtqueueState", &n);
    assert_string_equal(row->name, "avail");
    assert_int_equal(n, 2);
    assert_null(tables_named("VirtQueue.nu", &n));
    assert_null(tables_named("VirtQueue.numb", &n));
    assert_null(tables_named("VirtQueu", &n));
    assert_null(tables_named("VirtQueues.num", &n));
    assert_null(tables_named("", &n));
}

/* A field that is kept in some states, or some elements of it in no state: only the second is a reason for all. */
static void reasons_are_of_what_is_never_kept(void **state)
{
    static const struct {
        const char *field;
        bool is_never_kept;
    } fields[] = {
        { "IoVec.iov_base", true },           { "VirtQueueElement.in_addr", true }, { "ScsiRequest.cmd", true },
        { "VirtioNet.vlans", true },          { "VirtqueueState.avail", false },    { "Broken.broken", false },
        { "VirtioSection.config_len", false }, { "VirtioSection.isr", false },      { "VirtQueue.num", false },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(fields); i++) {
        size_t n;
        struct map_entry entry = { .part = FIELD_PART_TABLE, .field = tables_named(fields[i].field, &n) };

        if ((recomputed_reason(&entry) != NULL) != fields[i].is_never_kept) {
            fail_msg("%s", fields[i].field);
        }
    }
}

static const struct map_entry *entry_of(const Hardstop__Stream *stream, const struct map *map, const char *device,
                                        const char *path)
{
    for (size_t i = 0; i < map->n; i++) {
        char name[64] = "";

        if (map_is_payload(&map->entries[i])) {
            map_device_name(stream->section[map->entries[i].section], name, sizeof(name));
        }
        if (strcmp(name, device) == 0 && strcmp(map->entries[i].path, path) == 0) {
            return &map->entries[i];
        }
    }
    fail_msg("no %s %s", device, path);
    return NULL;
}

static void set(struct map *map, const struct map_entry *entry, uint64_t value)
{
    for (size_t i = 0; i < entry->size; i++) {
        map->encoding.out.data[entry->offset + i] = (uint8_t)(value >> 8 * (entry->size - 1 - i));
    }
}

/* What a description names: by its device, in any element, and no more of its bits than the rule says. */
static void rules_hold_as_far_as_they_say(void **state)
{
    static const struct {
        const char *device, *path;
        uint64_t given, saved;
        bool is_left_out, is_by_design;
    } fields[] = {
        { "ps2kbd", "parent_obj.queue.rptr", 0x7fffff03, 0x03, .is_by_design = true },
        { "ps2kbd", "parent_obj.queue.rptr", 0x7fffff03, 0x02, .is_by_design = false },
        { "ps2mouse", "parent_obj.queue.rptr", 0x100, 0, .is_by_design = true },
        { "ps2kbd", "parent_obj.queue.rptr", 0x103, 0, .is_left_out = true, .is_by_design = false },
        { "ps2kbd", "parent_obj.queue.wptr", 1, 2, .is_by_design = true },
        { "ps2kbd", "parent_obj.write_cmd", 1, 2, .is_by_design = false },
        { "serial", "state.iir", 0x07, 0xc7, .is_by_design = true },
        { "serial", "state.iir", 0x07, 0xc6, .is_by_design = false },
        { "ehci", "ehci.frindex", 0x3fff, 0x3ff8, .is_by_design = true },
        { "ehci", "ehci.frindex", 0x3fff, 0x1ff8, .is_by_design = false },
        { "es1370", "chan[1].shift", 7, 1, .is_by_design = true },
        { "es1370", "chan[1].leftover", 7, 1, .is_by_design = false },
        { "cpu_common", "interrupt_request", 3, 2, .is_by_design = true },
        { "cpu_common", "interrupt_request", 3, 1, .is_by_design = false },
        { "cpu_common", "interrupt_request", 2, 6, .is_by_design = true },
        { "ich9_ahci", "ahci.dev[1].port_regs.cmd", 0x1, 0xc001, .is_by_design = true },
        { "ich9_ahci", "ahci.dev[1].port_regs.cmd", 0x1, 0xc000, .is_by_design = false },
        { "sb16", "csp_param[0]", 7, 1, .is_by_design = true },
        { "sb16", "csp_param[1]", 7, 1, .is_by_design = false },
        { "hpet", "hpet_counter", 7, 1, .is_by_design = true },
        { "hpet", "config", 7, 1, .is_by_design = false },
        { "hpet", "config", 7, 1, .is_left_out = true, .is_by_design = false },
    };
    Hardstop__Stream *stream = read_stream(DEVICES);
    struct map given, saved;

    (void)state;
    map_init(&given, stream, NULL);
    map_init(&saved, stream, NULL);
    for (size_t i = 0; i < HS_COUNT(fields); i++) {
        const struct map_entry *entry = entry_of(stream, &given, fields[i].device, fields[i].path);
        const struct map_entry *other = &saved.entries[entry - given.entries];
        struct recomputed walk = { .given = &given, .saved = &saved };

        set(&given, entry, fields[i].given);
        set(&saved, other, fields[i].saved);
        if (recomputed_is(&walk, stream->section[entry->section], entry, fields[i].is_left_out ? NULL : other) !=
            fields[i].is_by_design) {
            fail_msg("row %zu: %s %s", i, fields[i].device, fields[i].path);
        }
    }
    map_clear(&given);
    map_clear(&saved);
    hardstop__stream__free_unpacked(stream, NULL);
}

/* e1000's registers are sent twice where the full state is sent: then what is sent first need not be kept. */
static void a_register_counts_where_it_is_sent_last(void **state)
{
    Hardstop__Stream *stream = read_stream(E1000);
    const struct map_entry *entry;
    struct recomputed walk = { 0 };
    struct map map;

    (void)state;
    map_init(&map, stream, NULL);
    walk.given = walk.saved = &map;
    entry = entry_of(stream, &map, "e1000", "mac_reg[CTRL]");
    assert_false(recomputed_is(&walk, stream->section[entry->section], entry, entry));
    map.entries[entry - map.entries + 1].path = "<e1000/full_mac_state>.mac_reg[0]";
    assert_true(recomputed_is(&walk, stream->section[entry->section], entry, entry));
    map_clear(&map);
    hardstop__stream__free_unpacked(stream, NULL);
}

/* What a subsection holds, its header too, may be left out; but what is saved must be what was given. */
static void a_subsection_may_be_left_out_but_not_altered(void **state)
{
    static const char *const paths[] = { "<hpet/offset>.mark", "<hpet/offset>.hpet_offset" };
    Hardstop__Stream *stream = read_stream(DEVICES);
    struct map map;
    size_t section;

    (void)state;
    map_init(&map, stream, NULL);
    section = entry_of(stream, &map, "hpet", "config")->section;
    for (size_t i = 0; i < HS_COUNT(paths); i++) {
        struct map_entry entry = { .path = paths[i], .section = section, .size = 1, .part = FIELD_PART_DESCRIPTION };
        struct recomputed walk = { .given = &map, .saved = &map };

        assert_true(recomputed_is(&walk, stream->section[section], &entry, NULL));
        assert_false(recomputed_is(&walk, stream->section[section], &entry, &entry));
    }
    map_clear(&map);
    hardstop__stream__free_unpacked(stream, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rules_are_of_what_exists, map_streams, unmap_streams),
        cmocka_unit_test(rules_hold_as_far_as_they_say),
        cmocka_unit_test(a_register_counts_where_it_is_sent_last),
        cmocka_unit_test(a_subsection_may_be_left_out_but_not_altered),
        cmocka_unit_test(reasons_are_of_what_is_never_kept),
        cmocka_unit_test(names_are_of_messages_and_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
