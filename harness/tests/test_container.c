/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands around a stream is known by its first bytes, and opened or named with what to do. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/wire/container.h"

static const struct {
    size_t at;
    const char *bytes;
    size_t size;
    const char *name, *words;
} rows[] = {
    { 0, "\x1f\x8b\x08", 3, "a gzip file", "gzip -dc < 'a file' > 'a file.mig'" },
    { 0, "\xfd""7zXZ", 6, "an xz file", "xz -dc < 'a file' > 'a file.mig'" },
    { 0, "\x28\xb5\x2f\xfd", 4, "a zstd file", "zstd -dc < " },
    { 0, "BZh91AY&SY", 10, "a bzip2 file", "bzip2 -dc < " },
    { 0, "\x04\x22\x4d\x18", 4, "an lz4 file", "lz4 -dc < " },
    { 0, "\x89LZO\0\r\n\x1a\n", 9, "an lzop file", "lzop -dc < " },
    { 0, "PK\3\4", 4, "a zip archive", "unzip -p 'a file' > " },
    { 257, "ustar\0" "00", 8, "a tar archive", "tar -xOf - < 'a file'" },
    { 257, "ustar  ", 8, "a tar archive", "tar -xOf - < 'a file'" },
    { 0, "QFI\xfb", 4, "a qcow2 image", "-drive if=none,file=IMAGE -loadvm SNAPSHOT" },
    { 0, "\x11\x22\x33\x44\0\0\0\1", 8, "a channel of a multifd migration", "main channel" },
    { 0, "\x7f""ELF", 4, "an ELF file", "no device state" },
};

static void each_is_known_by_all_of_its_magic(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        size_t size = rows[i].at + rows[i].size, offset;
        uint8_t *bytes = hs_alloc(size);
        struct hs_error err = { .text = "" };

        memcpy(bytes + rows[i].at, rows[i].bytes, rows[i].size);
        assert_int_equal(container_open("a file", bytes, size, &offset, &err), -1);
        if (!strstr(err.text, rows[i].name) || !strstr(err.text, rows[i].words) || strncmp(err.text, "a file: ", 8) != 0) {
            fail_msg("\"%s\" and \"%s\" are not in: %s", rows[i].name, rows[i].words, err.text);
        }
        assert_string_equal(container_name(bytes, size), rows[i].name);
        /* A byte less, or another one. */
        for (size_t left = 0; left < rows[i].at + 3; left++) {
            assert_null(container_name(bytes, left));
        }
        bytes[rows[i].at + 2] ^= 0x80;
        if (rows[i].at || strncmp(rows[i].bytes, "BZh", 3) != 0) {
            assert_null(container_name(bytes, size));
            assert_int_equal(container_open("a file", bytes, size, &offset, &err), 0);
            assert_int_equal(offset, 0);
        }
        free(bytes);
    }
}

static void mapped_ram_is_told_by_its_capability(void **state)
{
    static const char mapped[] = "QEVM\0\0\0\3\7\0\0\0\3q35\5\x1a"
                                 "configuration/capabilities\0\0\0\1\0\0\0\1\nmapped-ram";
    uint8_t bytes[sizeof(mapped) - 1];
    struct hs_error err = { .text = "" };
    size_t offset;

    (void)state;
    memcpy(bytes, mapped, sizeof(bytes));
    assert_int_equal(container_open("a/b", bytes, sizeof(bytes), &offset, &err), -1);
    assert_non_null(strstr(err.text, "a/b: is a stream with mapped RAM"));
    assert_non_null(strstr(err.text, "-global migration.mapped-ram=on -incoming file:a/b "));
    for (size_t size = 0; size < sizeof(bytes); size++) {
        assert_null(container_name(bytes, size));
    }
    bytes[sizeof(bytes) - 1] ^= 1;
    assert_int_equal(container_open("a/b", bytes, sizeof(bytes), &offset, &err), 0);
    assert_int_equal(offset, 0);
}

static void an_image_is_named_where_that_needs_no_quotes(void **state)
{
    static const char *const paths[][2] = {
        { "a/b-1.qcow2", "file=a/b-1.qcow2 " }, { "a,b", "file=IMAGE " }, { "a'b", "file=IMAGE " }, { "a$b", "file=IMAGE " },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(paths); i++) {
        struct hs_error err = { .text = "" };
        size_t offset;

        assert_int_equal(container_open(paths[i][0], (const uint8_t *)"QFI\xfb", 4, &offset, &err), -1);
        assert_non_null(strstr(err.text, paths[i][1]));
    }
}

static void a_stream_is_no_container(void **state)
{
    size_t offset = 1;

    (void)state;
    assert_int_equal(container_open("a file", (const uint8_t *)"QEVM\0\0\0\3", 8, &offset, NULL), 0);
    assert_int_equal(offset, 0);
    assert_null(container_name(NULL, 0));
    assert_null(container_name((const uint8_t *)"QEVM1AY&SY", 10)); /* bzip2's magic is at 4 */
    assert_int_equal(container_open("a file", NULL, 0, &offset, NULL), 0);
}

/* Of a libvirt save image: what its numbers say, in both byte orders. */
static const struct {
    const char *magic;
    uint32_t version, length, form;
    size_t size; /* of what is behind the header */
    const char *words; /* of the reason; NULL: it opens */
    uint64_t error; /* the reason's offset */
} images[] = {
    { "LibvirtQemudSave", 2, 4096, 0, 5000, NULL, 0 },
    { "LibvirtQemudSave", 1, 7, 0, 7, NULL, 0 },
    { "LibvirtQemudPart", 2, 10, 0, 12, NULL, 0 },
    { "LibvirtQemudSave", 2, 11, 0, 10, "behind its end, at 103", 20 },
    { "LibvirtQemudSave", 2, UINT32_MAX, 0, 10, "behind its end", 20 },
    { "LibvirtQemudSave", 2, 8, 1, 10, "tail -c +101 < image | gzip -dc > image.mig", HS_NO_OFFSET },
    { "LibvirtQemudSave", 2, 8, 3, 10, "xz -dc > image.mig", HS_NO_OFFSET },
    { "LibvirtQemudSave", 2, 8, 5, 10, "zstd -dc > image.mig", HS_NO_OFFSET },
    { "LibvirtQemudPart", 2, 8, 6, 10, "a form of its own, number 6", 28 },
    { "LibvirtQemudPart", 2, 8, UINT32_MAX, 10, "a form of its own, number 4294967295", 28 },
};

static void a_save_image_is_opened_or_says_why_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * HS_COUNT(images); i++) {
        void (*put)(struct builder *, size_t, uint64_t) = i % 2 ? builder_put_be : builder_put_le;
        struct hs_error err = { .text = "" };
        struct builder image = { 0 };
        size_t k = i / 2, offset = 0;
        int result;

        builder_put(&image, images[k].magic, 16);
        put(&image, 4, images[k].version);
        put(&image, 4, images[k].length);
        put(&image, 4, 1);
        put(&image, 4, images[k].form);
        builder_put_zeros(&image, 60 + images[k].size);
        result = container_open("image", image.data, image.size, &offset, &err);
        if (!images[k].words) {
            assert_int_equal(result, 0);
            assert_int_equal(offset, 92 + images[k].length);
        } else if (result == 0 || err.offset != images[k].error || !strstr(err.text, images[k].words)) {
            fail_msg("%zu: \"%s\" is not in: %s", k, images[k].words, err.text);
        }
        assert_int_equal(container_open("image", image.data, 91, &offset, &err), -1);
        assert_non_null(strstr(err.text, "its header of 92 bytes is cut"));
        builder_clear(&image);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_known_by_all_of_its_magic),
        cmocka_unit_test(an_image_is_named_where_that_needs_no_quotes),
        cmocka_unit_test(mapped_ram_is_told_by_its_capability),
        cmocka_unit_test(a_stream_is_no_container),
        cmocka_unit_test(a_save_image_is_opened_or_says_why_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
