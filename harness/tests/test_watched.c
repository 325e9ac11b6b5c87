/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host memory in what two loads wrote: what counts as it, and that no list of records is trusted. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/base/random.h"
#include "harness/judge/watched.h"
#include "harness/loader/written.h"

static void put(struct builder *out, const char *kind, uint64_t at, const char *hex)
{
    struct loader_written record = { .at = at };
    struct builder bytes = { 0 };

    support_put_hex(&bytes, hex);
    strncpy(record.kind, kind, sizeof(record.kind) - 1);
    record.size = (uint32_t)bytes.size;
    builder_put(out, &record, sizeof(record));
    builder_put(out, bytes.data, bytes.size);
    builder_clear(&bytes);
}

/* Fresh memory of the heap is c3 in the first load and 3c in the second, of a stack 3b and c2. */
static const struct {
    struct {
        const char *kind;
        uint64_t at;
        const char *hex;
    } a[2], b[2];
    bool memory;
    size_t n;
    const char *kind;
    uint64_t at;
} rows[] = {
    { { { "pc.ram", 16, "00c30000" } }, { { "pc.ram", 16, "003c0000" } }, true, 1, "pc.ram", 17 },
    { { { "pc.ram", 16, "00c30000" } }, { { "pc.ram", 16, "003c0000" } }, false, 0, "", 0 },
    { { { "pc.ram", 16, "3c3b00c3" } }, { { "pc.ram", 16, "c3c2003c" } }, true, 3, "pc.ram", 16 },
    { { { "backend", 0, "61c3" } }, { { "backend", 0, "613c" } }, false, 1, "backend", 1 },
    /* What is as it should be, though it looks like it, or though it differs. */
    { { { "pc.ram", 16, "c3c3" } }, { { "pc.ram", 16, "c3c3" } }, true, 0, "", 0 },
    { { { "pc.ram", 16, "3cc2" } }, { { "pc.ram", 16, "3c3b" } }, true, 0, "", 0 },
    { { { "pc.ram", 16, "0102" } }, { { "pc.ram", 16, "0304" } }, true, 0, "", 0 },
    { { { "pc.ram", 16, "c3" } }, { { "vga.vram", 16, "3c" } }, true, 0, "", 0 },
    { { { "pc.ram", 16, "c3" } }, { { "pc.ram", 17, "3c" } }, true, 0, "", 0 },
    /* A place that only one of them wrote to is passed over, as is what is behind the end of the other. */
    { { { "pc.ram", 0, "c3" }, { "pc.ram", 16, "c3" } }, { { "pc.ram", 16, "3c" } }, true, 1, "pc.ram", 16 },
    { { { "pc.ram", 16, "c3" } }, { { "pc.ram", 0, "3c" }, { "pc.ram", 16, "3c" } }, true, 1, "pc.ram", 16 },
    { { { "backend", 0, "c3c3" } }, { { "backend", 0, "3c" } }, true, 1, "backend", 0 },
};

static void host_memory_is_told_from_what_should_be_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        struct builder a = { 0 }, b = { 0 };
        struct loader_answer one = { 0 }, other = { 0 };
        struct watched_leak leak;

        for (size_t k = 0; k < 2; k++) {
            if (rows[i].a[k].kind) {
                put(&a, rows[i].a[k].kind, rows[i].a[k].at, rows[i].a[k].hex);
            }
            if (rows[i].b[k].kind) {
                put(&b, rows[i].b[k].kind, rows[i].b[k].at, rows[i].b[k].hex);
            }
        }
        one.written = a.data;
        one.written_size = a.size;
        other.written = b.data;
        other.written_size = b.size;
        watched_find(&one, &other, rows[i].memory, &leak);
        if (leak.n != rows[i].n || strcmp(leak.kind, rows[i].kind) != 0 || leak.at != rows[i].at) {
            fail_msg("row %zu: %zu bytes, the first in \"%s\" at %llu", i, leak.n, leak.kind,
                     (unsigned long long)leak.at);
        }
        builder_clear(&a);
        builder_clear(&b);
    }
}

static void no_list_is_trusted(void **state)
{
    struct random random;

    (void)state;
    random_init(&random, 14);
    for (int i = 0; i < 20000; i++) {
        struct builder a = { 0 };
        struct loader_answer one = { 0 }, other = { 0 };
        struct watched_leak leak;

        put(&a, "pc.ram", 0, "c3c3c3c3");
        put(&a, "backend", 0, "c3");
        for (int k = 0; k < 3; k++) {
            a.data[random_below(&random, a.size)] = (uint8_t)random_bits(&random);
        }
        /* With nothing behind its end. */
        one.written_size = other.written_size = random_below(&random, a.size + 1);
        one.written = other.written = memcpy(malloc(one.written_size ? one.written_size : 1), a.data, one.written_size);
        watched_find(&one, &other, true, &leak);
        assert_int_equal(leak.n, 0);
        free((void *)one.written);
        builder_clear(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(host_memory_is_told_from_what_should_be_there),
        cmocka_unit_test(no_list_is_trusted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
