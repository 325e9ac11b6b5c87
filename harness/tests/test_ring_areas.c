/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rings laid into guest memory: in step with the section where a field is absent, as given where it is there. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/guest_ram.h"
#include "harness/case/ring_areas.h"
#include "harness/case/ring_decode.h"
#include "harness/message/reflect.h"
#include "harness/wire/tables.h"

/* A device on ccw with a queue of four entries, its rings one behind the other; `more` goes into its section. */
#define CASE(index, more, ring)                                                                                      \
    "stream { section { idstr: 'd' virtio { ccw { } queue { } queue { num: 4 desc: 4096 last_avail_idx: " index " } " \
    "subsection { name: 'virtio/virtqueues' virtqueues { vq { } vq { avail: 8192 used: 12288 } } } " more            \
    " } } } ring { idstr: 'd' queue: 1 " ring " }"
#define MODERN "subsection { name: 'virtio/64bit_features' features_64bit { guest_features: 4294967296 } }"
#define PACKED(wrap)                                                                                                 \
    "subsection { name: 'virtio/64bit_features' features_64bit { guest_features: 21474836480 } } "                   \
    "subsection { name: 'virtio/packed_virtqueues' packed_virtqueues { vq { } "                                      \
    "vq { last_avail_idx: 3 last_avail_wrap_counter: " wrap " } } }"
#define DESC "desc { addr: 0x0102030405060708 len: 9 flags: 2 next: 3 } "

/* Each area as ADDRESS:BYTES. */
static const struct {
    const char *text, *areas;
} rows[] = {
    /* Modern: little-endian.  Two of the ring from where the device goes on, 6, which is place 2. */
    { CASE("6", MODERN, "split { " DESC "avail { flags: 1 ring: [ 5, 7 ] } }"),
      "4096:0807060504030201" "09000000" "0200" "0300 "
      "8192:0100" "0800" "0000" "0000" "0500" "0700" "0000 "
      "12288:0000" "0600" "00000000000000000000000000000000000000000000000000000000000000000000 " },
    /* Around the end, and indexes that do not fit. */
    { CASE("65535", MODERN, "split { avail { ring: [ 5, 7 ] used_event: 258 } used { flags: 1 avail_event: 515 } }"),
      "4096: 8192:0000" "0100" "0700" "0000" "0000" "0500" "0201 "
      "12288:0100" "ffff" "0000000000000000000000000000000000000000000000000000000000000000" "0302 " },
    { CASE("6", MODERN, "split { address: 1 avail { address: 2 idx: 9 } used { address: 3 idx: 1 } }"),
      "1: 2:0000" "0900" "00000000000000000000 "
      "3:0000" "0100" "00000000000000000000000000000000000000000000000000000000000000000000 " },
    /* A legacy device's are one behind the other, in its guest's byte order, unless something else is said. */
    { CASE("6", "", "split { " DESC "}"),
      "4096:0102030405060708" "00000009" "0002" "0003 4160:0000" "0006" "00000000000000000000 "
      "8192:0000" "0006" "00000000000000000000000000000000000000000000000000000000000000000000 " },
    { CASE("6", "subsection { name: 'virtio/device_endian' device_endian { device_endian: 1 } }", "split { }"),
      "4096: 4160:0000" "0600" "00000000000000000000 "
      "8192:0000" "0600" "00000000000000000000000000000000000000000000000000000000000000000000 " },
    { CASE("6", "", "split { }") " setup { binary: 'qemu-system-x86_64' }",
      "4096: 4160:0000" "0600" "00000000000000000000 "
      "8192:0000" "0600" "00000000000000000000000000000000000000000000000000000000000000000000 " },
    { CASE("6", "", "split { }") " setup { binary: 'qemu-system-ppc64-10.0' }",
      "4096: 4160:0000" "0006" "00000000000000000000 "
      "8192:0000" "0006" "00000000000000000000000000000000000000000000000000000000000000000000 " },
    { CASE("6", MODERN, "big_endian: true split { }"),
      "4096: 8192:0000" "0006" "00000000000000000000 "
      "12288:0000" "0006" "00000000000000000000000000000000000000000000000000000000000000000000 " },
    /* The next lap has the other wrap counter. */
    { CASE("0", PACKED("1"), "packed { desc { addr: 1 len: 2 id: 3 flags: 1 } desc { addr: 4 } }"),
      "4096:0400000000000000" "00000000" "0000" "0080" "00000000000000000000000000000000"
      "00000000000000000000000000000000" "0100000000000000" "02000000" "0300" "8100 " },
    { CASE("0", PACKED("0"), "packed { desc { avail: true used: true } driver { off_wrap: 1 flags: 2 } device { } }"),
      "4096:000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
      "0000000000000000" "00000000" "0000" "8080 8192:01000200 12288:00000000 " },
    /* No such queue, one that is not in use, no such section, no form. */
    { CASE("6", MODERN, "split { } } ring { idstr: 'e' queue: 1 split { } } ring { idstr: 'd' split { } } "
                        "ring { idstr: 'd' queue: 2 split { } } ring { idstr: 'd' queue: 1"),
      "4096: 8192:0000" "0600" "00000000000000000000 "
      "12288:0000" "0600" "00000000000000000000000000000000000000000000000000000000000000000000 " },
};

static char *words_of(const struct ring_areas *areas)
{
    struct builder text = { 0 };

    for (size_t i = 0; i < areas->n; i++) {
        char *address = hs_format("%llu:", (unsigned long long)areas->list[i]->address);

        builder_put(&text, address, strlen(address));
        free(address);
        for (size_t k = 0; k < areas->list[i]->data.len; k++) {
            char byte[3];

            snprintf(byte, sizeof(byte), "%02x", areas->list[i]->data.data[k]);
            builder_put(&text, byte, 2);
        }
        builder_put(&text, " ", 1);
    }
    builder_put(&text, "", 1);
    return (char *)text.data;
}

static void rings_lie_where_they_should(void **state)
{
    struct ring_areas areas = { 0 };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        Hardstop__Case *test = (Hardstop__Case *)support_message(&hardstop__case__descriptor, rows[i].text);
        char *words;

        ring_areas_lay(&areas, test);
        words = words_of(&areas);
        if (strcmp(words, rows[i].areas) != 0) {
            fail_msg("row %zu: %s\nnot %s", i, words, rows[i].areas);
        }
        free(words);
        case_free(test);
    }
    ring_areas_clear(&areas);
}

/* Guest memory that holds what a row's areas are, in the place of its rings. */
static void keep_as_memory(Hardstop__Case *test, const struct ring_areas *areas)
{
    for (size_t i = 0; i < areas->n; i++) {
        Hardstop__GuestMemory *memory = (Hardstop__GuestMemory *)reflect_clone(&areas->list[i]->base);

        *HS_PUSH(test->memory, test->n_memory) = memory;
    }
    while (test->n_ring) {
        reflect_free(&test->ring[--test->n_ring]->base);
    }
}

/* Memory that holds rings is read as these, and they lie as before; what is no split ring of the queue stays. */
static void rings_are_read_from_memory(void **state)
{
    size_t read = 0;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        Hardstop__Case *test = (Hardstop__Case *)support_message(&hardstop__case__descriptor, rows[i].text);
        struct ring_areas areas = { 0 };
        size_t n, rings;
        char *words;

        ring_areas_lay(&areas, test);
        n = areas.n;
        keep_as_memory(test, &areas);
        rings = ring_decode_all(test);
        assert_int_equal(rings, test->n_ring);
        assert_int_equal(test->n_memory, rings ? 0 : n);
        read += rings;
        ring_areas_lay(&areas, test);
        words = words_of(&areas);
        /* What a driver and a device only tell each other is not kept. */
        if (!strstr(rows[i].text, "_event") && strcmp(words, rows[i].areas) != 0) {
            fail_msg("row %zu: %s\nnot %s", i, words, rows[i].areas);
        }
        free(words);
        ring_areas_clear(&areas);
        case_free(test);
    }
    /* Not where they lie elsewhere than the section says, nor packed ones. */
    assert_int_equal(read, 8);
}

static void memory_that_is_no_ring_stays(void **state)
{
    static const char *const texts[] = {
        CASE("6", MODERN, "split { }") "memory { address: 4096 data: 'x' } memory { address: 8192 data: 'y' }",
        CASE("6", MODERN, "split { }") "memory { address: 4096 } memory { address: 8192 } memory { address: 12289 }",
        "memory { address: 4096 data: 'x' }",
        /* A ring says whose it is by an idstr, and the first section that has it counts. */
        "stream { section { idstr: 'd' virtio { ccw { } queue { } } } "
        "section { idstr: 'd' virtio { ccw { } queue { num: 4 desc: 4096 } } } } "
        "memory { address: 4096 } memory { address: 4160 } memory { address: 8192 }",
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(texts); i++) {
        Hardstop__Case *test = (Hardstop__Case *)support_message(&hardstop__case__descriptor, texts[i]);
        size_t n = test->n_memory;

        assert_int_equal(ring_decode_all(test), 0);
        assert_int_equal(test->n_memory, n);
        case_free(test);
    }
}

/* What a queue says of its size is a stranger's word. */
static void no_size_is_too_large(void **state)
{
    Hardstop__Case *test = (Hardstop__Case *)support_message(
        &hardstop__case__descriptor,
        "stream { section { idstr: 'd' virtio { ccw { } queue { num: 4294967295 desc: 18446744073709551615 "
        "last_avail_idx: 4294967295 } } } } memory { address: 7 data: 'own' } "
        "ring { idstr: 'd' split { desc { } avail { ring: [ 1 ] } } } ring { idstr: 'd' packed { desc { } } }");
    struct ring_areas areas = { 0 };

    (void)state;
    for (int i = 0; i < 2; i++) {
        ring_areas_lay(&areas, test);
        assert_int_equal(areas.n, 1 + 3 + 1);
        assert_ptr_equal(areas.list[0], test->memory[0]);
        assert_int_equal(areas.list[2]->data.len, 6 + 2 * 1024);
        assert_int_equal(areas.list[3]->data.len, 6 + 8 * 1024);
        assert_int_equal(areas.list[4]->data.len, 16 * 1024);
    }
    ring_areas_clear(&areas);
    case_free(test);
}

/* A ring of a few bytes takes thousands. */
static void many_rings_have_an_end(void **state)
{
    Hardstop__Case *test = (Hardstop__Case *)support_message(
        &hardstop__case__descriptor, "stream { section { virtio { ccw { } queue { num: 1024 desc: 1 } } } }");
    struct ring_areas areas = { 0 };
    size_t size = 0;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        *HS_PUSH(test->ring, test->n_ring) =
            (Hardstop__Ring *)support_message(&hardstop__ring__descriptor, "packed { }");
    }
    ring_areas_lay(&areas, test);
    for (size_t i = 0; i < areas.n; i++) {
        size += areas.list[i]->data.len;
    }
    assert_in_range(size, 16 << 20, (16 << 20) + 65536);
    ring_areas_clear(&areas);
    case_free(test);
}

static void a_case_without_rings_is_not_copied(void **state)
{
    Hardstop__Case *test = (Hardstop__Case *)support_message(&hardstop__case__descriptor,
                                                             "stream { } memory { address: 7 data: 'own' }");
    struct ring_areas areas = { 0 };

    (void)state;
    ring_areas_lay(&areas, test);
    assert_ptr_equal(areas.list, test->memory);
    assert_int_equal(areas.n, 1);
    ring_areas_clear(&areas);
    case_free(test);
}

/* The mutator knows widths and ranges of rings as it does those of payloads; another ring is another memory. */
static void rings_have_rows_and_a_hash(void **state)
{
    Hardstop__Case *test = (Hardstop__Case *)support_message(&hardstop__case__descriptor,
                                                             CASE("6", "", "split { avail { idx: 1 } }"));
    const ProtobufCFieldDescriptor *flags =
        protobuf_c_message_descriptor_get_field_by_name(&hardstop__virtq_desc__descriptor, "flags");
    uint64_t hash = guest_ram_hash(test);
    size_t n;

    (void)state;
    assert_int_equal(tables_find(flags)->width, 2);
    assert_int_equal(tables_find(flags)->max, 7);
    assert_int_equal(tables_named("VirtqAvail.idx", &n)->width, 2);
    assert_int_equal(tables_named("VirtqEvent", &n)->width, 2);
    test->ring[0]->split->avail->idx = 2;
    assert_true(guest_ram_hash(test) != hash);
    case_free(test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rings_lie_where_they_should),
        cmocka_unit_test(rings_are_read_from_memory),
        cmocka_unit_test(memory_that_is_no_ring_stays),
        cmocka_unit_test(no_size_is_too_large),
        cmocka_unit_test(many_rings_have_an_end),
        cmocka_unit_test(a_case_without_rings_is_not_copied),
        cmocka_unit_test(rings_have_rows_and_a_hash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
