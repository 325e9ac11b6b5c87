/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream that is much larger than its device state is read, changed and loaded without taking its size in memory. */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/bench/large.h"
#include "harness/case/damage.h"
#include "harness/judge/oracle.h"
#include "harness/message/reflect.h"
#include "harness/wire/map.h"

enum {
    HOLE = 300 << 20, /* of a record that holds nothing else: a file with a hole */
    LITTLE = 48 << 10, /* KiB that all of this may take; the hole alone has six times as many */
    PAGES = 10000, /* of a guest's 64 MiB */
};

SUPPORT_SHARED(folder)

static long resident_kib(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* Header, blocks, one compressed page that is a hole, a device's section. */
static char *write_sparse(size_t *size)
{
    char *path = hs_format("%s/sparse", folder);
    struct builder head = { 0 }, tail = { 0 };
    FILE *file = fopen(path, "wb");

    support_put_header(&head);
    support_put_section(&head, 1, 2, "ram", 4);
    support_put_hex(&head, "0000000000001004 01 61 0000000000001000 0000000000000010");
    support_put_footer(&head, 2);
    support_put_hex(&head, "02 00000002 0000000000000100 01 61");
    builder_put_be(&head, 4, HOLE);
    support_put_hex(&tail, "0000000000000010");
    support_put_footer(&tail, 2);
    support_put_section(&tail, 4, 3, "/fe.0.0005/virtio-rng", 1);
    support_put_virtio(&tail, support_rng_text);
    support_put_footer(&tail, 3);
    support_put_hex(&tail, "00");
    assert_non_null(file);
    assert_int_equal(fwrite(head.data, 1, head.size, file), head.size);
    assert_int_equal(fseek(file, (long)head.size + HOLE, SEEK_SET), 0);
    assert_int_equal(fwrite(tail.data, 1, tail.size, file), tail.size);
    assert_int_equal(fclose(file), 0);
    *size = head.size + HOLE + tail.size;
    builder_clear(&head);
    builder_clear(&tail);
    return path;
}

static Hardstop__Case *read_shown(const char *path, size_t size)
{
    Hardstop__Setup setup = HARDSTOP__SETUP__INIT;
    Hardstop__Stream *stream;
    const uint8_t *data;
    struct hs_error err;
    size_t got;

    HS_CHECK(file_open(path, &data, &got, &err) == 0, "%s", err.text);
    assert_true(!size || got == size);
    stream = stream_decode(data, got, STREAM_ANY, &err);
    HS_CHECK(stream, "%s at %llu", err.text, (unsigned long long)err.offset);
    return case_of_stream(stream, &setup, CASE_KEEP_ALL);
}

static void a_large_stream_takes_little_memory(void **state)
{
    long before = resident_kib();
    struct stream_encoding plain = { 0 };
    struct builder damaged = { 0 };
    struct damage_effect effect;
    size_t size;
    char *path = write_sparse(&size);
    Hardstop__Case *test = read_shown(path, size), *copy = case_clone(test);
    struct map map;

    (void)state;
    support_damage(copy, HARDSTOP__DAMAGE__KIND_INSERT, 2, 0)->insert =
        (ProtobufCBinaryData){ 2, hs_copy("\xaa\xbb", 2) };
    support_damage(copy, HARDSTOP__DAMAGE__KIND_DELETE, 0, 30)->delete_ = 1;
    support_damage(copy, HARDSTOP__DAMAGE__KIND_OVERWRITE, 1, 1000000)->overwrite =
        (ProtobufCBinaryData){ 1, hs_copy("\xcc", 1) };
    assert_true(damage_apply(copy, &plain, &damaged, &effect));
    assert_int_equal(plain.out.size, size);
    assert_int_equal(damaged.size, size + 1);
    assert_true(case_is_captured(copy, &plain));
    assert_int_equal(damaged.data[plain.marks[1].payload + 1000000 - 1], 0xcc);
    assert_int_equal(damaged.data[plain.marks[2].payload - 1], 0xaa);
    assert_int_equal(damaged.data[plain.marks[2].payload + 1], plain.out.data[plain.marks[2].payload]);
    copy->damage[2]->overwrite.data[0] = 0;
    copy->damage[0]->insert.len = 0;
    copy->damage[1]->delete_ = 0;
    assert_false(damage_apply(copy, &plain, &damaged, &effect));
    map_init(&map, copy->stream, NULL);
    assert_string_equal(map_at(&map, plain.marks[1].payload + 5000)->path, "pages[a+0x0]");
    assert_int_equal(map_at(&map, plain.marks[1].payload + 5000)->size, 8 + 2 + 4 + HOLE);
    map_clear(&map);
    assert_in_range(resident_kib(), before, before + LITTLE);
    stream_encoding_clear(&plain);
    builder_clear(&damaged);
    reflect_free(&copy->base);
    case_free(test);
    free(path);
}

/* What cannot be read is not copied either. */
static void a_large_cut_stream_takes_little_memory(void **state)
{
    long before = resident_kib();
    Hardstop__Stream *stream;
    const uint8_t *data;
    struct hs_error err;
    bool is_whole;
    size_t size;
    char *path = write_sparse(&size);

    (void)state;
    assert_int_equal(truncate(path, HOLE / 2), 0);
    assert_int_equal(file_open(path, &data, &size, &err), 0);
    stream = stream_decode_part(data, size, STREAM_ANY, &is_whole, &err);
    assert_false(is_whole);
    assert_int_equal(stream->n_section, 1);
    assert_in_range(stream->rest.len, HOLE / 2 - 200, HOLE / 2);
    assert_in_range(resident_kib(), before, before + LITTLE);
    stream_free(stream);
    free(path);
}

static uint32_t filled_section(const Hardstop__Stream *stream)
{
    uint32_t i = 0;

    while (stream->section[i]->opaque.len < PAGES * 4096UL) {
        i++;
    }
    return i;
}

static void judge(struct loader *loader, Hardstop__Case *test, enum verdict expected)
{
    struct oracle oracle = { .loader = loader };
    struct judgement judgement = { 0 };
    struct hs_error err;

    HS_CHECK(oracle_judge(&oracle, test, &judgement, &err) == 0, "%s", err.text);
    if (judgement.verdict != expected) {
        fail_msg("%s: %s", verdict_name(judgement.verdict), judgement.actual.answer.text);
    }
    assert_non_null(judgement.damaged.view);
    assert_true(judgement.is_sound);
    judgement_clear(&judgement);
    oracle_clear(&oracle);
}

static void a_large_stream_is_loaded_from_its_file(void **state)
{
    Hardstop__Setup *setup = support_setup("pci", "pc", HARDSTOP__FRAMING__FOOTER);
    char *path = hs_format("%s/filled", folder);
    Hardstop__Case *captured, *test;
    struct loader *loader;
    struct hs_error err;
    uint32_t rng;

    (void)state;
    setup->memory = hs_strdup("64M");
    captured = support_capture(setup, CASE_KEEP_ALL);
    loader = support_open(setup);
    HS_CHECK(large_write(path, captured->stream, "pc.ram", PAGES, &err) == 0, "%s", err.text);
    test = read_shown(path, 0);
    judge(loader, test, VERDICT_EQUAL);
    rng = support_find(test, "virtio-rng");
    support_damage(test, HARDSTOP__DAMAGE__KIND_INSERT, rng, 40)->insert =
        (ProtobufCBinaryData){ 2, hs_copy("\xaa\xbb", 2) };
    judge(loader, test, VERDICT_REJECTED);
    /* Flags that no record has, behind pages that are fine. */
    test->damage[0]->kind_case = HARDSTOP__DAMAGE__KIND_OVERWRITE;
    test->damage[0]->at->section = filled_section(test->stream);
    test->damage[0]->at->offset = 6 + 5000 * (8 + 7 + 4096);
    judge(loader, test, VERDICT_REJECTED);
    loader_close(loader);
    case_free(test);
    case_free(captured);
    hardstop__setup__free_unpacked(setup, NULL);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_stream_takes_little_memory),
        cmocka_unit_test(a_large_cut_stream_takes_little_memory),
        cmocka_unit_test(a_large_stream_is_loaded_from_its_file),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
