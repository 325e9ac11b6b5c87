/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a builder shows of a large file is, byte for byte, what a copy of it would be, and takes next to no memory. */
#include "support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/wire/builder.h"

enum {
    SIZE = (40 << 20) + 123, /* of the file: large enough to be shown */
    STEP = 4099, /* there is a byte that tells where it is */
    HEAD = 100, /* what stands before the file's bytes that a builder shows */
};

static char *folder, *path;
static const uint8_t *file;
static uint8_t *copy;

static int set_up(void **state)
{
    struct hs_error err;
    size_t size;

    (void)state;
    folder = support_folder();
    path = hs_format("%s/large", folder);
    copy = hs_alloc(SIZE);
    for (size_t at = 0; at < SIZE; at += STEP) {
        copy[at] = (uint8_t)(1 + at / STEP % 255);
    }
    HS_CHECK(file_write(path, copy, SIZE, &err) == 0 && file_open(path, &file, &size, &err) == 0, "%s", err.text);
    assert_int_equal(size, SIZE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    file_close(file);
    free(copy);
    free(path);
    support_remove(folder);
    return 0;
}

/* The same put into two builders, from the file that is shown and from the copy of it. */
static void begin(struct builder *shown, struct builder *copied, size_t from)
{
    const char head[HEAD] = "head";

    builder_put(shown, head, HEAD);
    builder_put(shown, file + from, SIZE - from);
    builder_put(copied, head, HEAD);
    builder_put(copied, copy + from, SIZE - from);
}

static void check_and_clear(struct builder *shown, struct builder *copied)
{
    const uint8_t *at = shown->data, *end = at + shown->size;
    struct mapped_range range;

    assert_int_equal(shown->size, copied->size);
    assert_memory_equal(shown->data, copied->data, copied->size);
    assert_true(builder_equal(shown, copied));
    assert_non_null(shown->view);
    assert_null(copied->view);
    for (; mapped_clean(shown->view, at, end, &range); at = range.to) {
        assert_memory_equal(range.from, file + (range.from - shown->view->origin), (size_t)(range.to - range.from));
    }
    builder_clear(shown);
    builder_clear(copied);
}

/* How much of a builder is not the file's. */
static size_t own_bytes(const struct builder *builder)
{
    const uint8_t *at = builder->data, *end = at + builder->size;
    struct mapped_range range;
    size_t own = builder->size;

    for (; mapped_clean(builder->view, at, end, &range); at = range.to) {
        own -= (size_t)(range.to - range.from);
    }
    return own;
}

static void what_is_put_is_shown(void **state)
{
    static const size_t from[] = { 0, HEAD, 5000, SIZE / 2 };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(from); i++) {
        struct builder shown = { 0 }, copied = { 0 };

        begin(&shown, &copied, from[i]);
        assert_int_equal(own_bytes(&shown), HEAD);
        builder_put_be(&shown, 8, 0x0102030405060708);
        builder_put_le(&shown, 3, 0x010203);
        builder_put_zeros(&shown, 70000);
        builder_put(&shown, file, 2 << 20);
        builder_put_be(&copied, 8, 0x0102030405060708);
        builder_put_le(&copied, 3, 0x010203);
        builder_put_zeros(&copied, 70000);
        builder_put(&copied, copy, 2 << 20);
        check_and_clear(&shown, &copied);
    }
}

static void what_the_file_has_there_is_not_written(void **state)
{
    struct builder shown = { 0 }, copied = { 0 };

    (void)state;
    builder_put(&shown, file, 2 << 20);
    builder_put(&shown, copy + (2 << 20), 2 * STEP);
    builder_put(&shown, file + (2 << 20) + 2 * STEP, 2 << 20);
    builder_put(&copied, copy, (4 << 20) + 2 * STEP);
    assert_int_equal(own_bytes(&shown), 0);
    check_and_clear(&shown, &copied);
}

static void what_outgrows_a_view_gets_a_larger_one(void **state)
{
    struct builder shown = { 0 }, copied = { 0 };

    (void)state;
    begin(&shown, &copied, HEAD);
    for (int i = 0; i < 2; i++) {
        builder_put(&shown, copy, 12 << 20);
        builder_put(&copied, copy, 12 << 20);
    }
    assert_int_equal(own_bytes(&shown), HEAD + (24 << 20));
    check_and_clear(&shown, &copied);
}

/* In the order in which damages are done: from the last place on. */
static const struct {
    size_t at, removed, added;
} splices[] = {
    { SIZE, 0, 5 }, { SIZE - 10, 3, 0 }, { SIZE - 5000, 7, 7 }, { SIZE / 2 + 1, 9, 9 }, { 2 << 20, 0, 3 },
    { 6000, 0, 3 }, { 5000, 4, 0 }, { 300, 1, 2 }, { HEAD, 8, 3 }, { 0, 0, 1 },
};

static void what_changes_is_all_that_takes_memory(void **state)
{
    static const uint8_t data[] = { 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9 };
    struct builder shown = { 0 }, copied = { 0 }, plain = { 0 };

    (void)state;
    begin(&shown, &copied, HEAD);
    begin(&plain, &copied, HEAD);
    copied.size /= 2;
    assert_true(builder_equal(&shown, &plain));
    for (size_t i = 0; i < HS_COUNT(splices); i++) {
        builder_splice(&shown, splices[i].at, splices[i].removed, data, splices[i].added);
        builder_splice(&copied, splices[i].at, splices[i].removed, data, splices[i].added);
    }
    assert_in_range(own_bytes(&shown), 1, (2 << 20) + 16000);
    assert_false(builder_equal(&shown, &plain));
    builder_clear(&plain);
    /* A copy of a view is as small. */
    builder_put(&plain, shown.data, shown.size);
    assert_true(builder_equal(&shown, &plain));
    assert_int_equal(own_bytes(&plain), own_bytes(&shown));
    builder_overwrite(&plain, 20 << 20, "\xee", 1);
    assert_false(builder_equal(&shown, &plain));
    builder_clear(&plain);
    check_and_clear(&shown, &copied);
}

static void what_is_forgotten_is_read_again(void **state)
{
    struct builder shown = { 0 }, copied = { 0 };

    (void)state;
    begin(&shown, &copied, HEAD);
    builder_overwrite(&shown, 10 << 20, "\xee", 1);
    builder_overwrite(&copied, 10 << 20, "\xee", 1);
    mapped_forget(shown.data, shown.size);
    mapped_forget(file + 1, SIZE - 1);
    mapped_forget(copied.data, copied.size);
    check_and_clear(&shown, &copied);
    assert_memory_equal(file, copy, SIZE);
}

static void a_file_that_changes_is_told(void **state)
{
    char *other = hs_format("%s/other", folder);
    volatile const uint8_t *data;
    const uint8_t *bytes;
    struct hs_error err;
    size_t size;
    int status;
    pid_t pid;

    (void)state;
    assert_int_equal(file_write(other, copy, SIZE, &err), 0);
    assert_int_equal(file_open(other, &bytes, &size, &err), 0);
    assert_int_equal(mapped_check(mapped_find(bytes), &err), 0);
    assert_int_equal(truncate(other, 4096), 0);
    assert_int_equal(mapped_check(mapped_find(bytes), &err), -1);
    assert_non_null(strstr(err.text, "changed"));
    pid = fork();
    if (pid == 0) {
        data = bytes;
        _exit(data[SIZE / 2] == 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 2);
    free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_put_is_shown),
        cmocka_unit_test(what_the_file_has_there_is_not_written),
        cmocka_unit_test(what_outgrows_a_view_gets_a_larger_one),
        cmocka_unit_test(what_changes_is_all_that_takes_memory),
        cmocka_unit_test(what_is_forgotten_is_read_again),
        cmocka_unit_test(a_file_that_changes_is_told),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
