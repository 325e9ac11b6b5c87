/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What real machines send decodes, encodes to the same bytes, and every byte of a virtio section has a name. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/loader/capture.h"
#include "harness/wire/map.h"
#include "harness/message/reflect.h"

static const struct {
    const char *transport, *machine;
} machines[] = {
    { "ccw", "s390-ccw-virtio-7.2" },
    { "ccw", "s390-ccw-virtio-2.4" },
    { "pci", "q35" },
    { "pci", "pc-i440fx-2.3" },
};

static const struct {
    const char *name;
    int device;
} devices[] = {
    { "virtio-net", HARDSTOP__VIRTIO_SECTION__DEVICE_NET },
    { "virtio-blk", HARDSTOP__VIRTIO_SECTION__DEVICE_BLK },
    { "virtio-rng", HARDSTOP__VIRTIO_SECTION__DEVICE_RNG },
    { "virtio-balloon", HARDSTOP__VIRTIO_SECTION__DEVICE_BALLOON },
};

struct captured {
    const char *machine;
    bool footers;
    Hardstop__Setup *setup;
    uint8_t *bytes;
    size_t size;
};

static struct captured captures[2 * HS_COUNT(machines)];

static int capture_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(captures); i++) {
        struct captured *captured = &captures[i];
        struct hs_error err;

        captured->machine = machines[i / 2].machine;
        captured->footers = i % 2;
        captured->setup = support_setup(machines[i / 2].transport, captured->machine,
                                        captured->footers ? HARDSTOP__FRAMING__FOOTER : HARDSTOP__FRAMING__LEGACY);
        if (capture_stream(captured->setup, TRUST_ALL, &captured->bytes, &captured->size, &err) < 0) {
            print_error("%s: %s\n", captured->machine, err.text);
            return -1;
        }
    }
    return 0;
}

static int forget_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(captures); i++) {
        hardstop__setup__free_unpacked(captures[i].setup, NULL);
        free(captures[i].bytes);
    }
    return 0;
}

static Hardstop__Stream *decode(const struct captured *captured, enum stream_framing framing)
{
    struct hs_error err;
    Hardstop__Stream *stream = stream_decode(captured->bytes, captured->size, framing, &err);

    if (!stream) {
        fail_msg("%s, footers %d: %s at %llu", captured->machine, captured->footers, err.text,
                 (unsigned long long)err.offset);
    }
    return stream;
}

static void check_same(const Hardstop__Stream *stream, const struct captured *captured)
{
    struct stream_encoding encoding = { 0 };

    stream_encode(stream, &encoding, NULL, NULL);
    assert_int_equal(encoding.out.size, captured->size);
    assert_memory_equal(encoding.out.data, captured->bytes, captured->size);
    stream_encoding_clear(&encoding);
}

static void whole_streams_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(captures); i++) {
        const struct captured *captured = &captures[i];
        Hardstop__Stream *stream = decode(captured, captured->footers ? STREAM_FOOTER : STREAM_LEGACY);
        Hardstop__Stream *guessed = decode(captured, STREAM_ANY);

        assert_non_null(stream->header);
        assert_false(stream->has_rest);
        assert_true(stream->n_section > 8);
        check_same(stream, captured);
        /* The framing can be told from the stream. */
        assert_true(reflect_equal(&stream->base, &guessed->base));
        for (size_t k = 0; k < stream->n_section; k++) {
            assert_int_equal(stream->section[k]->footer != NULL,
                             captured->footers && stream->section[k]->has_section_id);
        }
        hardstop__stream__free_unpacked(stream, NULL);
        hardstop__stream__free_unpacked(guessed, NULL);
    }
}

static const Hardstop__Section *find(const Hardstop__Stream *stream, const char *name, size_t *index)
{
    for (*index = 0; *index < stream->n_section; ++*index) {
        char device[64];

        map_device_name(stream->section[*index], device, sizeof(device));
        if (strcmp(device, name) == 0) {
            return stream->section[*index];
        }
    }
    fail_msg("no section %s", name);
    return NULL;
}

static void check_names(const struct map *map, size_t section)
{
    const struct stream_mark *mark = &map->encoding.marks[section];
    size_t covered = 0;

    for (size_t i = 0; i < map->n; i++) {
        const struct map_entry *entry = &map->entries[i];

        if (entry->section == section && map_is_payload(entry)) {
            if (!map_is_named(entry)) {
                fail_msg("%zu bytes %s at %zu have no name", entry->size, entry->path, entry->offset);
            }
            assert_int_equal(entry->offset, mark->payload + covered);
            covered += entry->size;
        }
    }
    assert_int_equal(covered, mark->payload_end - mark->payload);
    assert_true(covered > 200);
}

static void every_byte_of_virtio_is_named_by_a_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(captures); i++) {
        Hardstop__Stream *stream = decode(&captures[i], STREAM_ANY);
        struct map map;

        map_init(&map, stream, NULL);
        for (size_t k = 0; k < HS_COUNT(devices); k++) {
            size_t index;
            const Hardstop__Section *section = find(stream, devices[k].name, &index);

            if (section->payload_case != HARDSTOP__SECTION__PAYLOAD_VIRTIO) {
                fail_msg("%s, %s: no table reads it", captures[i].machine, devices[k].name);
            }
            assert_false(section->virtio->has_rest);
            assert_int_equal(section->virtio->device_case, devices[k].device);
            assert_int_equal(section->virtio->transport_case,
                             strncmp(captures[i].machine, "s390", 4) == 0 ? HARDSTOP__VIRTIO_SECTION__TRANSPORT_CCW
                                                                          : HARDSTOP__VIRTIO_SECTION__TRANSPORT_PCI);
            /* Counts that a real machine sends are right. */
            assert_false(section->virtio->has_config_len || section->virtio->has_num_queues);
            check_names(&map, index);
        }
        map_clear(&map);
        hardstop__stream__free_unpacked(stream, NULL);
    }
}

/* FORMAT: sizes that the sources of QEMU give. */
static void payloads_have_the_sizes_that_qemu_documents(void **state)
{
    static const size_t sizes[] = { 16969, 449, 45526, 306 };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(captures); i++) {
        Hardstop__Stream *stream = decode(&captures[i], STREAM_ANY);
        struct stream_encoding encoding = { 0 };
        size_t index;

        find(stream, "virtio-rng", &index);
        stream_encode(stream, &encoding, NULL, NULL);
        assert_int_equal(encoding.marks[index].payload_end - encoding.marks[index].payload, sizes[i / 2]);
        stream_encoding_clear(&encoding);
        hardstop__stream__free_unpacked(stream, NULL);
    }
}

static void check_form(const struct captured *captured, const void *bytes, size_t size)
{
    struct hs_error err;
    Hardstop__Case *test = case_parse(bytes, size, &err);

    if (!test) {
        fail_msg("%s: %s", captured->machine, err.text);
    }
    check_same(test->stream, captured);
    assert_true(reflect_equal(&test->setup->base, &captured->setup->base));
    case_free(test);
}

static void both_forms_of_a_case_keep_the_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(captures); i++) {
        Hardstop__Case *test = case_of_stream(decode(&captures[i], STREAM_ANY), captures[i].setup, CASE_KEEP_ALL);
        char *text = case_text(test);
        size_t size;
        uint8_t *packed = case_pack(test, &size);

        check_form(&captures[i], text, strlen(text));
        check_form(&captures[i], packed, size);
        free(text);
        free(packed);
        case_free(test);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_streams_come_back),
        cmocka_unit_test(every_byte_of_virtio_is_named_by_a_table),
        cmocka_unit_test(payloads_have_the_sizes_that_qemu_documents),
        cmocka_unit_test(both_forms_of_a_case_keep_the_bytes),
    };

    return cmocka_run_group_tests(tests, capture_all, forget_all);
}
