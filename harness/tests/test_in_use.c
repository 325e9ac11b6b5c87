/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices in use, on the real loader: each serves what stands in its rings when the guest runs, and a ring in which one
 * field lies is met by words of QEMU's own.
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/canary/in_use.h"
#include "harness/case/pokes.h"
#include "harness/judge/record.h"
#include "harness/loader/poke.h"
#include "harness/loader/written.h"
#include "harness/message/reflect.h"

#define USED (POKE_BIT(POKE_CONT) | POKE_BIT(POKE_KICK) | POKE_BIT(POKE_STOP))

static Hardstop__Case *read_seed(const struct family *family, enum family_transport transport)
{
    char *path = hs_format(CORPUS_DIR "/cases/in-use/%s/%s.textproto", family_transport_name(transport), family->name);
    Hardstop__Case *seed = support_read_case(path);

    free(path);
    return seed;
}

static bool is_to_be_had(const struct family *family)
{
    return !family->blocked && (!family->host || access(family->host, R_OK | W_OK) == 0);
}

static void every_device_serves_its_requests(void **state)
{
    size_t checked = 0;

    (void)state;
    for (const struct family *family = families; family->name; family++) {
        for (int i = 0; i < FAMILY_TRANSPORTS; i++) {
            Hardstop__Case *seed;
            struct loader *loader;
            struct hs_error err;

            if (!family->device[i] || !is_to_be_had(family)) {
                continue;
            }
            seed = read_seed(family, (enum family_transport)i);
            assert_true(family->host || trust_check(seed->setup, TRUST_NONE, NULL) == 0);
            loader = support_open(seed->setup);
            if (in_use_check(loader, family, seed, &err) < 0) {
                fail_msg("%s: %s", family_transport_name((enum family_transport)i), err.text);
            }
            checked++;
            loader_close(loader);
            case_free(seed);
        }
    }
    print_message("%zu devices\n", checked);
    assert_true(checked >= 46);
}

/* As hardstop seeds --in-use --make does. */
static void they_are_made_again(void **state)
{
    static const struct {
        const char *family;
        enum family_transport transport;
    } made[] = { { "net", FAMILY_CCW }, { "net-packed", FAMILY_PCI }, { "serial", FAMILY_PCI }, { "blk", FAMILY_CCW } };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(made); i++) {
        const struct family *family = family_find(made[i].family);
        Hardstop__Setup *setup = family_setup(family, made[i].transport, HARDSTOP__FRAMING__FOOTER);
        Hardstop__Case *seed = read_seed(family, made[i].transport), *test;
        struct loader *loader;
        struct hs_error err;

        in_use_connect(setup);
        assert_true(reflect_equal(&setup->base, &seed->setup->base));
        test = support_capture(setup, CASE_KEEP_DEVICES);
        case_keep_described(test);
        loader = support_open(setup);
        if (in_use_make(loader, family, test, &err) < 0 || in_use_check(loader, family, test, &err) < 0) {
            fail_msg("%s", err.text);
        }
        assert_int_equal(test->n_ring, seed->n_ring);
        for (size_t k = 0; k < seed->n_ring; k++) {
            assert_true(reflect_equal(&test->ring[k]->base, &seed->ring[k]->base));
        }
        assert_int_equal(test->n_memory, seed->n_memory);
        loader_close(loader);
        case_free(test);
        case_free(seed);
        hardstop__setup__free_unpacked(setup, NULL);
    }
}

/* What is there to be served is seen: with no rings, one request less, a device that the guest has not begun to use. */
static void what_is_not_served_is_noticed(void **state)
{
    const struct family *family = family_find("blk");
    Hardstop__Case *seed = read_seed(family, FAMILY_PCI);
    struct loader *loader = support_open(seed->setup);
    struct hs_error err;

    (void)state;
    assert_int_equal(in_use_check(loader, family, seed, &err), 0);
    seed->ring[0]->split->avail->n_ring--;
    assert_int_equal(in_use_check(loader, family, seed, &err), -1);
    assert_string_equal(err.text, "blk: of queue 0 3 of 4 requests are served");
    seed->ring[0]->split->avail->n_ring++;
    support_virtio(seed, "virtio-blk")->queue[0]->last_avail_idx = 0;
    support_virtio(seed, "virtio-blk")->queue[0]->desc = 0;
    assert_int_equal(in_use_check(loader, family, seed, &err), -1);
    assert_string_equal(err.text, "blk: queue 0 is not in use");
    seed->stream->section[0]->version_id = 99;
    assert_int_equal(in_use_check(loader, family, seed, &err), -1);
    assert_non_null(strstr(err.text, "blk: in use: rejected: "));
    loader_close(loader);
    case_free(seed);
}

/* A seed, a ring of it with one field that lies, laid over the seed's own, and what QEMU says to that. */
static const struct {
    const char *family, *ring, *words;
} lies[] = {
    { "blk", "split { desc { len: 0 } }", "virtio: zero sized buffers are not allowed" },
    { "blk", "split { desc { next: 999 } }", "Desc next is 999" },
    { "blk", "split { desc { next: 0 } }", "Looped descriptor" },
    { "blk", "split { desc { flags: 4 len: 17 } }", "Invalid size for indirect buffer table" },
    { "blk", "split { desc { flags: 3 } desc { flags: 1 } }", "Incorrect order for descriptors" },
    { "blk", "split { avail { ring: 999 } }", "Guest says index 999 is available" },
    { "blk", "split { avail { idx: 0 } }", "Guest index 0x0 inconsistent with Host index" },
    { "blk", "split { used { idx: 0 } }", "< last_avail_idx" },
    { "net-packed", "packed { desc { len: 0 } }", "virtio: zero sized buffers are not allowed" },
};

static void a_field_that_lies_alone_is_met_by_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(lies); i++) {
        Hardstop__Case *seed = read_seed(family_find(lies[i].family), FAMILY_PCI);
        struct loader *loader = support_open(seed->setup);
        struct loader_answer answer;

        case_set_pokes(seed, USED);
        support_load(loader, seed, 0, &answer);
        if (*answer.text) {
            fail_msg("%s, as it is: %s", lies[i].family, answer.text);
        }
        for (size_t k = 0; k < seed->n_ring; k++) {
            ProtobufCMessage *lie = support_message(&hardstop__ring__descriptor, lies[i].ring);

            reflect_merge(&seed->ring[k]->base, lie, REFLECT_OVERLAY);
            reflect_free(lie);
        }
        support_load(loader, seed, 0, &answer);
        if (!strstr(answer.text, lies[i].words)) {
            fail_msg("%s: %s: %s, and says: %s", lies[i].family, lies[i].ring, outcome_name(answer.outcome), answer.text);
        }
        loader_close(loader);
        case_free(seed);
    }
}

/* What devices hand to guest and backends, by what is in a request, or behind it. */
static const struct {
    const char *family, *kind, *bytes;
    size_t size;
} written[] = {
    { "net", LOADER_BACKEND, "\377\377\377\377\377\377\122\124\0\22\64\126\10\6", 14 },
    { "serial", LOADER_BACKEND, "hello", 5 },
    { "9p", "pc.ram", "9P2000.L", 8 },
    { "scsi", "pc.ram", "QEMU HARDDISK", 13 },
};

static bool was_written(const struct loader_answer *answer, const char *kind, const void *bytes, size_t size)
{
    struct loader_written record;

    for (size_t at = 0; at + sizeof(record) <= answer->written_size; at += sizeof(record) + record.size) {
        memcpy(&record, answer->written + at, sizeof(record));
        if (strcmp(record.kind, kind) == 0 && memmem(answer->written + at + sizeof(record), record.size, bytes, size)) {
            return true;
        }
    }
    return false;
}

static void what_is_written_is_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(written); i++) {
        Hardstop__Case *seed = read_seed(family_find(written[i].family), FAMILY_PCI);
        struct loader *loader = support_open(seed->setup);
        struct loader_answer answer;

        case_set_pokes(seed, USED | POKE_BIT(POKE_WATCH));
        support_load(loader, seed, 0, &answer);
        assert_int_equal(answer.poked, USED | POKE_BIT(POKE_WATCH));
        if (!was_written(&answer, written[i].kind, written[i].bytes, written[i].size)) {
            fail_msg("%s: not seen in %s: %s", written[i].family, written[i].kind, written[i].bytes);
        }
        loader_close(loader);
        case_free(seed);
    }
}

/* Many times in one process that is put back, and once in a process of its own: each time the same becomes of it. */
static void use_is_the_same_in_a_fast_load(void **state)
{
    size_t checked = 0;

    (void)state;
    for (const struct family *family = families; family->name; family++) {
        struct loader_answer answer;
        struct record plain = { .answer = { 0 } };
        Hardstop__Case *seed;
        struct loader *loader;

        if (!family->device[FAMILY_PCI] || !is_to_be_had(family) || family->host) {
            continue;
        }
        seed = read_seed(family, FAMILY_PCI);
        loader = support_open(seed->setup);
        case_set_pokes(seed, POKE_FAST);
        support_load(loader, seed, 0, &answer);
        record_answer(&plain, &answer);
        for (int i = 0; i < 5; i++) {
            support_load_fast(loader, seed, &answer);
            assert_int_equal(answer.outcome, OUTCOME_ACCEPTED);
            assert_int_equal(answer.poked, plain.answer.poked);
            assert_int_equal(answer.poked, POKE_FAST);
            assert_string_equal(answer.text, plain.answer.text);
            assert_int_equal(answer.used_size, plain.answer.used_size);
        }
        checked++;
        record_clear(&plain);
        loader_close(loader);
        case_free(seed);
    }
    assert_true(checked >= 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(every_device_serves_its_requests),
        SUPPORT_TIDY(they_are_made_again),
        SUPPORT_TIDY(what_is_not_served_is_noticed),
        SUPPORT_TIDY(what_is_written_is_seen),
        SUPPORT_TIDY(use_is_the_same_in_a_fast_load),
        SUPPORT_TIDY(a_field_that_lies_alone_is_met_by_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
