/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One table of containers, and libvirt's header, behind which a stream may stand as it is. */
#include "harness/wire/container.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/shell.h"
#include "harness/wire/bytes.h"
#include "harness/wire/stream.h"

struct container;

typedef int open_fn(const char *path, struct bytes in, size_t *offset, struct hs_error *err);

static open_fn open_libvirt, name_snapshot, name_mapped;

struct container {
    const char *name;
    size_t at; /* of the magic */
    const char *magic;
    size_t size;
    const char *capability; /* as it stands in the configuration section of a stream, where that decides; else NULL */
    const char *command; /* before the path, with what redirects it: "gzip -dc <" */
    const char *why; /* where no command helps */
    open_fn *open;
};

#define MAGIC(at, text) at, text, sizeof(text) - 1

static const struct container containers[] = {
    /* src/qemu/qemu_saveimage.h, libvirt 10 */
    { "a libvirt save image", MAGIC(0, "LibvirtQemudSave"), .open = open_libvirt },
    { "a libvirt save image that was not finished", MAGIC(0, "LibvirtQemudPart"), .open = open_libvirt },
    { "a gzip file", MAGIC(0, "\x1f\x8b\x08"), .command = "gzip -dc <" },
    { "an xz file", MAGIC(0, "\xfd""7zXZ\0"), .command = "xz -dc <" },
    { "a zstd file", MAGIC(0, "\x28\xb5\x2f\xfd"), .command = "zstd -dc <" },
    { "a bzip2 file", MAGIC(4, "1AY&SY"), .command = "bzip2 -dc <" },
    { "an lz4 file", MAGIC(0, "\x04\x22\x4d\x18"), .command = "lz4 -dc <" },
    { "an lzop file", MAGIC(0, "\x89LZO\0\r\n\x1a\n"), .command = "lzop -dc <" },
    { "a zip archive", MAGIC(0, "PK\3\4"), .command = "unzip -p" },
    { "a tar archive", MAGIC(257, "ustar\0"), .command = "tar -xOf - <" },
    { "a tar archive", MAGIC(257, "ustar  \0"), .command = "tar -xOf - <" },
    /* block/qcow2.h, QEMU 7.2 */
    { "a qcow2 image", MAGIC(0, "QFI\xfb"), .open = name_snapshot },
    /* MultiFDInit_t of migration/multifd.c, QEMU 7.2: magic and version */
    { "a channel of a multifd migration", MAGIC(0, "\x11\x22\x33\x44\0\0\0\1"),
      .why = "it carries pages of RAM alone; the stream is what the migration's main channel carried" },
    /* Pages at fixed places behind a bitmap: docs/devel/migration/mapped-ram.rst, QEMU 10.0 */
    { "a stream with mapped RAM", MAGIC(0, "QEVM\0\0\0\3\7"), .capability = "\nmapped-ram", .open = name_mapped },
    { "an ELF file", MAGIC(0, "\x7f""ELF"),
      .why = "a core dump, as dump-guest-memory writes one, has no device state" },
};

/* Does the configuration section, whose machine's name comes first, list the capability? */
static bool has_capability(const uint8_t *data, size_t size, const char *capability)
{
    enum { NAME_LEN = 9, SUBSECTIONS_MAX = 128 };
    struct bytes in = { data, size, NAME_LEN };
    const uint8_t *name;
    uint64_t length;

    return bytes_get_be(&in, 4, &length) && bytes_get(&in, length, &name) &&
           memmem(name + length, bytes_left(&in) < SUBSECTIONS_MAX ? bytes_left(&in) : SUBSECTIONS_MAX, capability,
                  strlen(capability));
}

static const struct container *find(const uint8_t *data, size_t size)
{
    bool is_stream = stream_begins(data, size);

    for (size_t i = 0; i < HS_COUNT(containers); i++) {
        const struct container *row = &containers[i];

        if (is_stream && row->at) {
            continue; /* whatever a stream holds there */
        }
        if (size >= row->at && size - row->at >= row->size && memcmp(data + row->at, row->magic, row->size) == 0 &&
            (!row->capability || has_capability(data, size, row->capability))) {
            return row;
        }
    }
    return NULL;
}

static int fail_with(struct hs_error *err, const char *path, const char *before, const char *after)
{
    char *file = hs_format("%s.mig", path), *to = shell_word(file), *from = shell_word(path);

    hs_fail(err, HS_NO_OFFSET, "no stream as it is; to extract it: %s %s%s > %s", before, from, after, to);
    free(file);
    free(from);
    free(to);
    return -1;
}

/*
 * Behind the magic, as u32 in the byte order of the machine that saved it, which the version tells, since it is small:
 * version, length of what is between header and stream, whether the guest ran, form of the stream; then 15 more.
 */
static int open_libvirt(const char *path, struct bytes in, size_t *offset, struct hs_error *err)
{
    enum { VERSION, LENGTH, RAN, FORM, NUMBERS };
    enum { MAGIC_SIZE = 16, HEADER_SIZE = 92 };
    static const char *const tools[] = { NULL, "gzip", "bzip2", "xz", "lzop", "zstd" };
    uint64_t numbers[NUMBERS];
    char *before, *after;

    if (in.size < HEADER_SIZE) {
        return hs_fail(err, in.size, "its header of %d bytes is cut", HEADER_SIZE);
    }
    in.at = MAGIC_SIZE;
    bytes_get_le(&in, 4, &numbers[VERSION]);
    for (int i = 0, big = numbers[VERSION] > UINT16_MAX; i < NUMBERS; i++) {
        in.at = MAGIC_SIZE + 4 * (size_t)i;
        (big ? bytes_get_be : bytes_get_le)(&in, 4, &numbers[i]);
    }
    *offset = HEADER_SIZE + (size_t)numbers[LENGTH];
    if (*offset > in.size) {
        return hs_fail(err, MAGIC_SIZE + 4 * LENGTH, "the stream would begin behind its end, at %zu", *offset);
    }
    if (numbers[FORM] == 0) {
        return 0;
    }
    if (numbers[FORM] >= HS_COUNT(tools)) {
        return hs_fail(err, MAGIC_SIZE + 4 * FORM, "the stream in it has a form of its own, number %u; save it as raw",
                       (unsigned)numbers[FORM]);
    }
    before = hs_format("tail -c +%zu <", *offset + 1);
    after = hs_format(" | %s -dc", tools[numbers[FORM]]);
    fail_with(err, path, before, after);
    free(before);
    free(after);
    return -1;
}

/* A path that goes through a shell, a monitor and QEMU's own commas, or a word for it. */
static const char *plain_path(const char *path, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./";

    return path[strspn(path, plain)] ? word : path;
}

/* QEMU alone takes a snapshot out of its image: by loading it. */
static int name_snapshot(const char *path, struct bytes in, size_t *offset, struct hs_error *err)
{
    const char *name = plain_path(path, "IMAGE");

    (void)in;
    (void)offset;
    return hs_fail(err, HS_NO_OFFSET, "no stream as it is; to extract that of a snapshot: printf 'migrate \"exec:cat > "
                   "%s.mig\"\\nquit\\n' | QEMU_COMMAND_LINE -drive if=none,file=%s -loadvm SNAPSHOT -S -monitor stdio; "
                   "qemu-img snapshot -l %s lists them", name, name, name);
}

/* The same: its pages are not in the stream, but behind it. */
static int name_mapped(const char *path, struct bytes in, size_t *offset, struct hs_error *err)
{
    const char *name = plain_path(path, "FILE");

    (void)in;
    (void)offset;
    return hs_fail(err, HS_NO_OFFSET, "no stream as it is; to load it, and make one of it: printf "
                   "'migrate_set_capability mapped-ram off\\nmigrate \"exec:cat > %s.mig\"\\nquit\\n' | "
                   "QEMU_COMMAND_LINE -global migration.mapped-ram=on -incoming file:%s -S -monitor stdio",
                   name, name);
}

const char *container_name(const uint8_t *data, size_t size)
{
    const struct container *row = find(data, size);

    return row ? row->name : NULL;
}

int container_open(const char *path, const uint8_t *data, size_t size, size_t *offset, struct hs_error *err)
{
    const struct container *row = find(data, size);
    int result;

    *offset = 0;
    if (!row) {
        return 0;
    }
    result = row->open ? row->open(path, bytes_of(data, size), offset, err)
             : row->command ? fail_with(err, path, row->command, "")
                            : hs_fail(err, HS_NO_OFFSET, "no stream; %s", row->why);
    return result < 0 ? hs_fail_in(err, "%s: is %s", path, row->name) : 0;
}
