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
        if (rule->device ? strcmp(device, rule->device) == 0 && (!rule->path || strcmp(entry->path, rule->path) == 0)
                         : entry->type == rule->type) {
            return true;
        }
    }
    return false;
}

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

static bool is_captured(const struct recomputed_rule *rule)
{
    static const char *const streams[] = { "s390-ccw-virtio-7.2-rng-on.mig", "pc-i440fx-2.3-rng-on.mig" };
    bool found = false;

    for (size_t i = 0; i < HS_COUNT(streams); i++) {
        Hardstop__Stream *stream = read_stream(streams[i]);
        struct map map;

        map_init(&map, stream, NULL);
        found = found || is_in_map(rule, stream, &map);
        map_clear(&map);
        hardstop__stream__free_unpacked(stream, NULL);
    }
    return found;
}

static void rules_are_of_what_exists(void **state)
{
    size_t n;

    (void)state;
    for (size_t i = 0; recomputed_rules[i].reason; i++) {
        const struct recomputed_rule *rule = &recomputed_rules[i];

        assert_int_equal((rule->field != NULL) + (rule->device != NULL) + (rule->type != VMDESC_OTHER) +
                             (rule->when == RECOMPUTED_EMPTY_SUBSECTION), 1);
        if (rule->when == RECOMPUTED_EMPTY_SUBSECTION) {
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_of_what_exists),
        cmocka_unit_test(reasons_are_of_what_is_never_kept),
        cmocka_unit_test(names_are_of_messages_and_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
