/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command makes of a file: bytes that are no case go to QEMU as they are, whatever they look like. */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "spawn.h"

#define SETUP "--qemu qemu-system-s390x --machine s390-ccw-virtio --device virtio-rng-ccw"

SUPPORT_SHARED(folder)

/* Runs, and demands the exit status and words on standard output and standard error. */
static void expect(const char *arguments, int status, const char *out, const char *err)
{
    struct run run = spawn_run(folder, arguments);

    if (run.status != status || !strstr(run.out, out) || !strstr(run.err, err)) {
        fail_msg("hardstop %s: status %d, not %d; \"%s\" and \"%s\" are wanted:\n%.2000s%s", arguments, run.status,
                 status, out, err, run.out, run.err);
    }
    run_clear(&run);
}

static const struct {
    const char *name, *bytes;
    size_t size;
    const char *why; /* what is said of it */
} streams[] = {
    { "empty", "", 0, "-incoming fd:" },
    { "begin", "QEV", 3, "no header" },
    { "text.mig", "text", 4, "no header" },
    { "binary", "\1\2\3", 3, "no header" },
    /* Messages by chance: with a stream and no setup, with a setup and no stream. */
    { "streamed", "\x12\0", 2, "no header" },
    { "set-up", "\x0a\0\x30\1", 4, "no header" },
    { "version", "QEVM\0\0\0", 7, "(offset " },
};

static void what_is_no_case_is_a_stream(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(streams); i++) {
        char *load = hs_format("load " SETUP " @/%s", streams[i].name);
        char *show = hs_format("show @/%s", streams[i].name);

        free(support_write(folder, streams[i].name, streams[i].bytes, streams[i].size));
        expect(load, 0, "rejected", streams[i].why);
        expect(show, 2, streams[i].size ? "rest" : "", streams[i].why);
        free(load);
        free(show);
    }
    expect("load " SETUP " @/begin", 0, "Not a migration stream", "");
    expect("load " SETUP " @/empty", 0, "Not a migration stream", "");
    expect("check " SETUP " @/binary", 2, "", "the stream itself is rejected");
    expect("audit " SETUP " --whole @/binary", 2, "", "no section of a device");
    expect("minimize " SETUP " @/binary", 2, "", "no finding");
}

/* What `damage` makes of a stream, and QEMU's words: the same ones in each form. */
static const struct {
    const char *damage, *words;
} damages[] = {
    { "--truncate 0", "Not a migration stream" },
    { "--truncate 3", "Not a migration stream" },
    { "--truncate 7", "Unsupported migration stream version" },
    { "--overwrite 0:41", "Not a migration stream" },
    { "--delete 0:8", "Not a migration stream" },
    { "--truncate 4 --overwrite 0:41", "Not a migration stream" },
    { "--truncate 100", "rejected" },
};

static void what_damage_writes_is_loaded(void **state)
{
    static const char *const forms[] = { ".mig", ".textproto", ".case" };

    (void)state;
    expect("capture " SETUP " -o @/whole.mig", 0, "", "");
    for (size_t i = 0; i < HS_COUNT(damages); i++) {
        for (size_t k = 0; k < HS_COUNT(forms); k++) {
            char *damage = hs_format("damage %s @/whole.mig -o @/hurt%s", damages[i].damage, forms[k]);
            char *load = hs_format("load " SETUP " @/hurt%s", forms[k]);

            expect(damage, 0, "", "");
            expect(load, 0, damages[i].words, "");
            free(damage);
            free(load);
        }
    }
    /* And once more, of what has no header. */
    expect("damage --insert 0:51 @/text.mig -o @/again.textproto", 0, "", "no header");
    expect("load " SETUP " @/again.textproto", 0, "Not a migration stream", "");
}

/* Bytes that lack a header do not say that they are device sections. */
static void device_sections_are_no_stream(void **state)
{
    static const char text[] = "setup { binary: 'qemu-system-s390x' machine: 's390-ccw-virtio' }"
                               "stream { section { type: EOF } }";

    (void)state;
    free(support_write(folder, "sections.textproto", text, strlen(text)));
    expect("damage --insert 0:00 @/sections.textproto -o @/sections.mig", 0, "", "no QEMU takes for a stream");
    expect("load " SETUP " @/sections.textproto", 0, "accepted", "");
    expect("load " SETUP " @/sections.mig", 0, "Not a migration stream", "no header");
}

/* A save image of libvirt around the stream, in form `form`; what `command` makes of the stream is in it. */
static void wrap(const char *name, uint8_t form, const char *command)
{
    char *line = hs_format("cd %s && { printf LibvirtQemudSave && printf '\\2\\0\\0\\0\\5\\0\\0\\0\\1\\0\\0\\0\\%o' && "
                           "head -c 68 /dev/zero && %s < whole.mig; } > %s", folder, form, command, name);

    assert_int_equal(system(line), 0);
    free(line);
}

static void containers_are_opened_or_named(void **state)
{
    static const char *const closed[] = { "stream.gz", "gzip.image" };

    (void)state;
    expect("capture " SETUP " -o @/whole.mig", 0, "", "");
    wrap("raw.image", 0, "cat");
    wrap("gzip.image", 1, "gzip");
    expect("load " SETUP " @/raw.image", 0, "accepted", "its stream begins at 97, which is offset 0 here");
    expect("damage --truncate 4 --insert 0:00 @/raw.image -o @/raw.mig", 0, "", "a libvirt save image");
    expect("load " SETUP " @/raw.mig", 0, "Not a migration stream", "");
    wrap("none", 0, "gzip > stream.gz");
    for (size_t i = 0; i < HS_COUNT(closed); i++) {
        char *load = hs_format("load " SETUP " @/%s", closed[i]), *again = hs_format("%s.mig", load);
        struct run run = spawn_run(folder, load);
        const char *command = strstr(run.err, "to extract it: ");

        assert_int_equal(run.status, 2);
        assert_non_null(command);
        assert_int_equal(system(command + strlen("to extract it: ")), 0);
        expect(again, 0, "accepted", "");
        run_clear(&run);
        free(again);
        free(load);
    }
    /* Bytes that would be read as another file are not written, but the case is. */
    expect("damage --overwrite 0:1f8b08 @/whole.mig -o @/zipped.mig", 2, "", "begin as a gzip file does");
    expect("damage --overwrite 0:1f8b08 @/whole.mig -o @/zipped.case", 0, "", "");
    expect("load " SETUP " @/zipped.case", 0, "Not a migration stream", "");
}

#define LINE "qemu-system-s390x -M s390-ccw-virtio -m 4 -device virtio-rng-ccw -display none -S"

/* The command line that a stream belongs to, typed and from a file, for each command that starts a QEMU. */
static void a_qemu_command_line_is_a_setup(void **state)
{
    static const char file[] = "# as a log has it\nLC_ALL=C \\\n" LINE " \\\n -serial 'mon:stdio'\n";
    static const char *const commands[] = {
        "load @/line.mig -- " LINE, "load @/line.mig -- @@/line.cmd", "repro @/line.mig -- @@/line.cmd",
        "load --json @/line.mig -- @@/line.cmd -audiodev none,id=a", "load @/line.case -- " LINE,
        "check --places 1 @/line.case -- @@/line.cmd", "load --memory 4 @/line.mig -- @@/line.cmd -m 8",
    };

    (void)state;
    free(support_write(folder, "line.cmd", file, strlen(file)));
    expect("capture -o @/line.mig -- @@/line.cmd", 0, "",
           "left out: LC_ALL=C -display none -S; as null: -serial mon:stdio\n");
    expect("capture --section virtio-rng -o @/line.case -- " LINE, 0, "", "left out: -display none -S\n");
    for (size_t i = 0; i < HS_COUNT(commands); i++) {
        expect(commands[i], strncmp(commands[i], "check", 5) == 0, "", "left out: ");
    }
    expect("audit --section virtio-rng --edits truncate --work @/work -- " LINE, 0, "truncate", "left out: ");
    /* Another machine's stream: the words are heard. */
    expect("load @/line.mig -- " LINE " -m 8", 0, "Size mismatch", "");
    expect("load @/line.mig -- qemu-system-s390x -M s390-ccw-virtio -m 4", 0, "virtio-rng", "");
}

/* Nothing is run by a shell, and what cannot be read has a reason. */
static void what_is_no_command_line_is_refused(void **state)
{
    static const struct {
        const char *file, *words;
    } rows[] = {
        { "qemu-system-s390x $(touch @)", "only a shell knows what $ stands for" },
        { "qemu-system-s390x `touch @`", "only a shell knows what ` stands for" },
        { "qemu-system-s390x; touch @", "only a shell knows what ; stands for" },
        { "qemu-system-s390x -M 's390", "a quote that nothing ends" },
        { "qemu-system-s390x -M", "ends behind -M, which takes a value" },
        { "", "does not begin with a program" },
        { "-M q35", "does not begin with a program" },
        { "qemu-system-nonsense", "no program qemu-system-nonsense in PATH" },
    };
    char *marker = hs_format("%s/ran", folder);

    (void)state;
    free(support_write(folder, "eof.textproto", "stream { section { type: EOF } }", 32));
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        const char *at = strchr(rows[i].file, '@');
        char *file = at ? hs_format("%.*s%s%s", (int)(at - rows[i].file), rows[i].file, marker, at + 1)
                        : hs_strdup(rows[i].file);

        free(support_write(folder, "none.cmd", file, strlen(file)));
        expect("load @/eof.textproto -- @@/none.cmd", 2, "", rows[i].words);
        free(file);
    }
    assert_int_equal(access(marker, F_OK), -1);
    free(support_write(folder, "none.cmd", "qemu\0", 5));
    expect("load @/eof.textproto -- @@/none.cmd", 2, "", "is no text of a command line");
    expect("load @/eof.textproto -- @@/missing", 2, "", "missing: No such file or directory");
    expect("load -- " LINE, 2, "", "which stream or case?");
    expect("capture -- @@/none.cmd", 2, "", "is no text of a command line");
    /* Words behind "--" that are none stay what they are; so do those of a command that takes no setup. */
    expect("load -- @/missing.mig", 2, "", "missing.mig: No such file or directory");
    expect("show -- @/eof.textproto", 0, "EOF", "");
    expect("show @/eof.textproto -- " LINE, 2, "", "one file at a time");
    free(marker);
}

/* Under KVM, no fork can load: whether this machine has it or not, that is no finding. */
static void kvm_is_no_finding(void **state)
{
    (void)state;
    free(support_write(folder, "eof.textproto", "stream { section { type: EOF } }", 32));
    expect("load @/eof.textproto -- qemu-system-x86_64 -accel kvm -nodefaults", 2, "", "KVM");
    expect("load @/eof.textproto -- qemu-system-x86_64 -accel tcg -nodefaults", 0, "accepted", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(what_is_no_case_is_a_stream),
        SUPPORT_TIDY(what_damage_writes_is_loaded),
        SUPPORT_TIDY(device_sections_are_no_stream),
        SUPPORT_TIDY(containers_are_opened_or_named),
        SUPPORT_TIDY(a_qemu_command_line_is_a_setup),
        SUPPORT_TIDY(what_is_no_command_line_is_refused),
        SUPPORT_TIDY(kvm_is_no_finding),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
