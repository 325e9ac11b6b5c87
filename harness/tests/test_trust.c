/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stranger's file starts nothing that reaches the host: hostile setups, each by every command that could start a
 * QEMU, with and without words of the user's.  A stand-in for QEMU writes down what it is handed.
 */
#include "support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "spawn.h"

#define BINARY "qemu-system-x86_64"

/*
 * Parts of setups without a binary, and a word of each that no QEMU may be handed.  "@" is the folder: marker files in
 * it are made, and the FIFO is read, by a QEMU that obeys.
 */
static const struct {
    const char *setup, *word;
} hostile[] = {
    { "option: '-incoming' option: 'exec:touch @/marker'", "exec:" },
    { "option: '-incoming' option: 'fd:0'", "fd:0" },
    { "option: '-incoming' option: 'file:@/fifo'", "-incoming" },
    { "option: '-incoming'", "-incoming" },
    { "option: '-D' option: '@/marker'", "-D" },
    { "option: '-pidfile' option: '@/marker'", "-pidfile" },
    { "option: '-writeconfig' option: '@/marker'", "-writeconfig" },
    { "option: '-readconfig' option: '@/fifo'", "-readconfig" },
    { "option: '-loadvm' option: 'x'", "-loadvm" },
    { "option: '-plugin' option: '@/marker'", "-plugin" },
    { "option: '-L' option: '@/marker'", "-L" },
    { "option: '-kernel' option: '@/fifo'", "-kernel" },
    { "option: '-bios' option: '@/fifo'", "-bios" },
    { "option: '-monitor' option: 'tcp:127.0.0.1:4444,server'", "-monitor" },
    { "option: '-qmp' option: 'unix:@/marker,server'", "-qmp" },
    { "option: '-serial' option: 'file:@/marker'", "-serial" },
    { "option: '-spice' option: 'port=5900'", "-spice" },
    { "option: '-vnc' option: 'unix:@/marker'", "-vnc" },
    { "option: '-daemonize'", "-daemonize" },
    { "option: '-chroot' option: '@/marker'", "-chroot" },
    { "option: '-runas' option: 'nobody'", "-runas" },
    { "option: '-trace' option: 'enable=*,file=@/marker'", "-trace" },
    { "option: '-drive' option: 'file=@/fifo,format=raw'", "-drive" },
    { "option: '-hda' option: '@/fifo'", "-hda" },
    { "option: '-blockdev' option: 'driver=file,filename=@/fifo,node-name=d0'", "filename" },
    { "option: '-blockdev' option: 'driver=null-co,node-name=d0,driver=file'", "driver=file" },
    { "option: '-blockdev'", "-blockdev" },
    { "option: '-accel' option: 'tcg' option: '-blockdev'", "-blockdev" },
    { "option: '-chardev' option: 'file,id=c,path=@/marker'", "-chardev" },
    { "option: '-chardev' option: 'null,id=c,logfile=@/marker'", "logfile" },
    { "option: '-chardev' option: 'null,id=hardstop'", "hardstop" },
    { "option: '-netdev' option: 'user,id=n,guestfwd=tcp:10.0.2.100:80-cmd:touch @/marker'", "guestfwd" },
    { "option: '-netdev' option: 'tap,id=n,script=@/marker'", "script" },
    { "option: '-object' option: 'memory-backend-file,id=m,mem-path=@/marker,size=1M,share=on'", "mem-path" },
    { "option: '-object' option: 'secret,id=s,file=@/fifo'", "secret" },
    { "option: '-name' option: '-incoming'", "-name" },
    { "option: '-smp' option: '2'", "-smp" },
    { "option: '@/words'", "words" },
    { "option: '-accel' option: 'tcg' option: 'x' option: '-daemonize'", "-daemonize" },
    { "option: '-accel' option: 'kvm'", "kvm" },
    { "option: '-accel' option: 'tcg,'", "tcg," },
    { "option: ''", "" },
    { "option: '-fsdev' option: 'local,id=f,path=@/marker,security_model=none'", "-fsdev" },
    { "device: 'vfio-pci,host=01:00.0'", "vfio" },
    { "device: 'vhost-vsock-pci,guest-cid=3'", "vhost" },
    { "device: 'ivshmem-plain,memdev=m'", "ivshmem" },
    { "device: 'virtio-input-host-pci,evdev=@/fifo'", "evdev" },
    { "device: 'virtio-gpu-gl-pci'", "-gl" },
    { "device: 'usb-host'", "usb-host" },
    { "device: 'loader,file=@/fifo,addr=0'", "loader" },
    { "device: 'virtio-net-pci,romfile=@/fifo'", "romfile" },
    { "device: 'virtio-net-pci,romfile=1'", "romfile" },
    { "device: 'virtio-net-pci,x-unknown=word'", "x-unknown" },
    { "device: 'virtio-gpu-pci,blob=on'", "blob" },
    { "device: 'virtserialport,chardev=hardstop'", "hardstop" },
    { "device: 'virtio-rng-pci\\n-incoming\\nexec:touch @/marker'", "exec:" },
    { "device: '-incoming'", "-incoming" },
    { "device: 'virtio-rng-pci,help'", "help" },
    { "device: '{\"driver\": \"vfio-pci\"}'", "vfio" },
    { "device: 'virtio-rng-pci' device: 'scsi-generic,drive=d0'", "scsi-generic" },
    { "global: 'virtio-net-pci.romfile=@/fifo'", "romfile" },
    { "global: 'driver=virtio-net-pci,property=romfile,value=@/fifo'", "romfile" },
    { "global: 'vfio-pci.host=01:00.0'", "vfio" },
    { "global: 'migration.tls-creds=word'", "tls-creds" },
    { "machine: 'q35,dumpdtb=@/marker'", "dumpdtb" },
    { "machine: 'xenfv'", "xenfv" },
    { "machine: '-daemonize'", "-daemonize" },
    { "memory: '2M,mem-path=@/marker'", "mem-path" },
    { "memory: '999999M'", "999999M" },
    { "binary: '@/qemu-system-evil' memory: '3M'", "qemu-system-evil" },
    { "binary: '../bin/qemu-system-x86_64' memory: '3M'", "../bin" },
    { "binary: 'qemu-system-x86_64/../sh' memory: '3M'", "../sh" },
    { "binary: 'sh' memory: '3M'", "sh" },
};

/* Each takes the file, is told to trust it, and then starts what it asks for; "#" is the file. */
static const char *const commands[] = {
    "load #", "check #", "repro #", "repro --confirm #", "minimize #", "audit --section rng --work @/work #",
    "audit --whole --work @/work #",
};

/* These start QEMUs of their own, whatever a file says, or none. */
static const char *const others[] = {
    "repro --target pci #", "show #", "damage --truncate 0 # -o @/damaged.textproto",
    "experiment --devices rng --transports pci --states canary --seeds @/seeds --work @/work --examples @/work",
    "seeds --folder @/seeds --transport pci rng", "fuzz --work @/work --seeds @/seeds pci", "findings @/nothing",
};

/*
 * A build with sanitizers needs ten times as long for each of these thousands of starts, and looks at memory: there, each
 * setup is tried by one command of each list, each command by some ten setups.  The build without tries each by all.
 */
static bool is_tried(size_t setup, size_t command, size_t n_commands)
{
    return TRUST_EACH_BY_ALL || setup % n_commands == command;
}

static char *folder, *words_path;
static int fifo;

static char *in_folder(const char *text)
{
    char *result = hs_strdup(text), *longer;

    for (char *at; (at = strchr(result, '@'));) {
        longer = hs_format("%.*s%s%s", (int)(at - result), result, folder, at + 1);
        free(result);
        result = longer;
    }
    return result;
}

static int make_folder(void **state)
{
    static const char *const folders[] = { "bin", "cases/regress", "seeds/pci", "nothing", "work" };
    char *standin = support_beside("standin_recorder"), *path;
    struct hs_error err;

    (void)state;
    folder = support_folder();
    for (size_t i = 0; i < HS_COUNT(folders); i++) {
        path = hs_format("%s/%s", folder, folders[i]);
        assert_int_equal(file_make_folder(path, &err), 0);
        free(path);
    }
    for (size_t i = 0; i < 2; i++) {
        path = hs_format("%s/%s", folder, i ? "qemu-system-evil" : "bin/" BINARY);
        assert_int_equal(symlink(standin, path), 0);
        free(path);
    }
    path = hs_format("%s/fifo", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    fifo = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    assert_int_equal(write(fifo, "x", 1), 1);
    free(path);
    path = hs_format("%s/bin:%s", folder, getenv("PATH"));
    setenv("PATH", path, 1);
    setenv("HARDSTOP_STANDIN", folder, 1);
    /* Looking for leaks is half of what each of these thousands of short runs takes; other tests look for them. */
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
    words_path = hs_format("%s/arguments", folder);
    free(path);
    free(standin);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    close(fifo);
    free(words_path);
    support_remove(folder);
    return 0;
}

/* The case of a setup, with a binary or without, as text, packed and as a seed. */
static void write_case(const char *setup, bool with_binary)
{
    bool has_binary = strstr(setup, "binary:") != NULL;
    char *parts = in_folder(setup);
    char *text = hs_format("setup { %s %s } stream { section { type: FULL section_id: 1 idstr: 'x/virtio-rng' "
                           "instance_id: 0 version_id: 1 opaque: 'abc' } section { type: EOF } }",
                           with_binary && !has_binary ? "binary: '" BINARY "'" : "", parts);
    Hardstop__Case *test = (Hardstop__Case *)support_message(&hardstop__case__descriptor, text);
    size_t size;
    uint8_t *packed = case_pack(test, &size);

    free(support_write(folder, "cases/regress/case.textproto", text, strlen(text)));
    free(support_write(folder, "seeds/pci/rng.textproto", text, strlen(text)));
    free(support_write(folder, "packed.case", packed, size));
    free(packed);
    case_free(test);
    free(text);
    free(parts);
}

/* What stand-ins were handed since the last call, an argument a line; "" when none was started. */
static char *take_words(void)
{
    uint8_t *data = NULL;
    size_t size = 0;
    char *text;

    if (access(words_path, F_OK) != 0) {
        return hs_strdup("");
    }
    assert_int_equal(file_read(words_path, &data, &size, NULL), 0);
    text = hs_format("%.*s", (int)size, (const char *)data);
    free(data);
    unlink(words_path);
    return text;
}

/* Marker files were made, or the FIFO read. */
static bool was_reached(void)
{
    char *marker = hs_format("%s/marker", folder);
    bool is_made = unlink(marker) == 0;
    int left = 0;

    free(marker);
    assert_int_equal(ioctl(fifo, FIONREAD, &left), 0);
    if (left == 0) {
        assert_int_equal(write(fifo, "x", 1), 1);
    }
    return is_made || left == 0;
}

static struct run run(const char *command, const char *more)
{
    const char *file = strchr(command, '#');
    const char *name = strstr(command, "--target") ? "@/packed.case" : "@/cases/regress/case.textproto";
    char *arguments = file ? hs_format("%.*s%s%s%s%s", (int)(file - command), command, name, file + 1, *more ? " " : "",
                                       more)
                           : hs_format("%s%s%s", command, *more ? " " : "", more);
    struct run result = spawn_run(folder, arguments);

    free(arguments);
    return result;
}

/* Refused: status 2, one line that says how to allow it, and nothing was started. */
static void expect_refusal(const char *command, const char *more, const char *setup)
{
    struct run result = run(command, more);
    char *words = take_words();

    if (result.status != 2 || *words || was_reached() || spawn_count_lines(result.err) != 1 || *result.out ||
        !strstr(result.err, "is not among what a file may ask for; give --trust-setup if you know the file")) {
        fail_msg("hardstop %s %s, { %s }: status %d\n%s%sstarted: %s", command, more, setup, result.status, result.out,
                 result.err, words);
    }
    run_clear(&result);
    free(words);
}

/* Did a file put the word there?  Not where the same command has it on its own, as `without` shows. */
static bool has_word(const char *words, const char *word, const char *without)
{
    return *words && *word && strstr(words, word) && !strstr(without, word);
}

/* Whatever the command does, no QEMU is handed the word. */
static void expect_harmless(const char *command, const char *word, const char *without, const char *setup)
{
    struct run result = run(command, "");
    char *words = take_words();

    if (result.status < 0 || result.status > 2 || has_word(words, word, without) || was_reached()) {
        fail_msg("hardstop %s, { %s }: status %d\n%s%sstarted: %s", command, setup, result.status, result.out,
                 result.err, words);
    }
    run_clear(&result);
    free(words);
}

static void expect_start(const char *command, const char *more, const char *word, const char *setup)
{
    struct run result = run(command, more);
    char *words = take_words();
    bool names_file = strstr(setup, "@/marker") || strstr(setup, "@/fifo");

    if (result.status != 2 || !*words || !strstr(words, word) || was_reached() != names_file) {
        fail_msg("hardstop %s %s, { %s }: status %d\n%s%sstarted: %s", command, more, setup, result.status, result.out,
                 result.err, words);
    }
    run_clear(&result);
    free(words);
}

/* Or is the binary none, or another program? */
static bool is_standin(const char *setup)
{
    return !strstr(setup, "/../") && !strstr(setup, "'../") && !strstr(setup, "'sh'");
}

static void no_command_starts_a_hostile_setup(void **state)
{
    (void)state;
    assert_true(HS_COUNT(hostile) >= 40);
    for (size_t i = 0; i < HS_COUNT(hostile); i++) {
        bool has_binary = strstr(hostile[i].setup, "binary:") != NULL;

        for (size_t k = 0; k < HS_COUNT(commands); k++) {
            if (!is_tried(i, k, HS_COUNT(commands))) {
                continue;
            }
            write_case(hostile[i].setup, true);
            expect_refusal(commands[k], "", hostile[i].setup);
            /* Options are no command's own: one of them for each setup tells. */
            if (!has_binary && k == i % HS_COUNT(commands)) {
                expect_refusal(commands[k], "--qemu " BINARY, hostile[i].setup);
                write_case(hostile[i].setup, false);
                expect_refusal(commands[k], "--qemu " BINARY, hostile[i].setup);
                expect_refusal(commands[k], "--qemu @/bin/" BINARY " --footers off", hostile[i].setup);
            }
        }
    }
}

static void no_command_takes_words_of_a_file_for_its_own(void **state)
{
    (void)state;
    for (size_t k = 0; k < HS_COUNT(others); k++) {
        struct run result;
        char *without;

        write_case("binary: 'sh'", true);
        result = run(others[k], "");
        without = take_words();
        run_clear(&result);
        for (size_t i = 0; i < HS_COUNT(hostile); i++) {
            if (is_tried(i, k, HS_COUNT(others))) {
                write_case(hostile[i].setup, true);
                expect_harmless(others[k], hostile[i].word, without, hostile[i].setup);
            }
        }
        free(without);
    }
}

static const char known[] = "case.textproto\tqemu 7.2\tgarbage\tdamage-is-never-garbage\t0123456789abcdef\t-\t"
                            "accepted\tmachine listed\tnot shown\tnone\tcause\n";

static void known_findings_are_files_too(void **state)
{
    static const char *const replay = "findings --known @/known.tsv --replay @/nothing";

    (void)state;
    free(support_write(folder, "known.tsv", known, strlen(known)));
    for (size_t i = 0; i < HS_COUNT(hostile); i++) {
        write_case(hostile[i].setup, true);
        expect_harmless(replay, hostile[i].word, "", hostile[i].setup);
        if (is_standin(hostile[i].setup)) {
            expect_start(replay, "--trust-setup", hostile[i].word, hostile[i].setup);
        }
    }
}

static void a_fuzz_target_takes_a_hostile_setup_for_bytes(void **state)
{
    char *program = support_beside("pci_fuzzer");
    char *command = hs_format("HARDSTOP_FINDINGS=%s/found %s %s/packed.case >%s/log 2>&1", folder, program, folder,
                              folder);
    char *without;

    (void)state;
    write_case("binary: 'sh'", true);
    assert_int_not_equal(system(command), -1);
    without = take_words();
    for (size_t i = 0; i < HS_COUNT(hostile); i++) {
        char *words;

        write_case(hostile[i].setup, true);
        assert_int_not_equal(system(command), -1);
        words = take_words();
        if (!strstr(words, "virtio-net-pci") || has_word(words, hostile[i].word, without) || was_reached()) {
            fail_msg("{ %s }: %s", hostile[i].setup, words);
        }
        free(words);
    }
    free(without);
    free(command);
    free(program);
}

/* The test can fail: what is refused above is what a QEMU would get.  Two or three commands tell it of each setup. */
static void a_trusted_file_gets_what_it_asks_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(hostile); i++) {
        for (size_t k = 0; k < HS_COUNT(commands) && is_standin(hostile[i].setup); k++) {
            if (TRUST_EACH_BY_ALL ? (i + k) % 3 : !is_tried(i, k, HS_COUNT(commands))) {
                continue;
            }
            write_case(hostile[i].setup, true);
            expect_start(commands[k], "--trust-setup", hostile[i].word, hostile[i].setup);
        }
    }
}

/* What the user gives is the user's: only what the file still decides is looked at. */
static const struct {
    const char *setup, *more;
    bool starts;
} replaced[] = {
    { "binary: '@/qemu-system-evil'", "--qemu @/qemu-system-evil", true },
    { "binary: '@/qemu-system-evil'", "--qemu " BINARY, true },
    { "binary: '@/qemu-system-evil'", "--machine q35", false },
    { "device: 'vfio-pci'", "--device virtio-rng-pci", true },
    { "device: 'vfio-pci'", "--device vfio-pci", true },
    { "device: 'vfio-pci'", "--global vfio-pci.x=y", false },
    { "device: 'vfio-pci' global: 'vfio-pci.x=y'", "--device vfio-pci", false },
    { "device: 'vfio-pci' global: 'vfio-pci.x=y'", "--device vfio-pci --global vfio-pci.x=y", true },
    { "option: '-incoming' option: 'exec:true'", "--option -daemonize", true },
    { "option: '-incoming' option: 'exec:true'", "--memory 4M", false },
    { "machine: 'q35,dumpdtb=x'", "--machine q35,dumpdtb=x", true },
    { "memory: '4M,mem-path=x'", "--memory 4M,mem-path=x", true },
    { "memory: '4M,mem-path=x'", "--machine q35", false },
    { "defaults: true", "--machine q35", false },
};

static void words_of_the_user_are_the_users(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(replaced); i++) {
        for (size_t k = 0; k < HS_COUNT(commands); k++) {
            if (!is_tried(i, k, HS_COUNT(commands))) {
                continue;
            }
            write_case(replaced[i].setup, true);
            if (replaced[i].starts) {
                expect_start(commands[k], replaced[i].more, "-nodefaults", "");
            } else {
                expect_refusal(commands[k], replaced[i].more, replaced[i].setup);
            }
        }
    }
}

/* A QEMU command line takes the place of all that the file says, of what it does not mention, too. */
static void a_command_line_of_the_user_leaves_nothing_to_the_file(void **state)
{
    (void)state;
    for (size_t k = 0; k < HS_COUNT(commands); k++) {
        struct run result;
        char *words;

        write_case("machine: 'q35,dumpdtb=x' memory: '4M,mem-path=x' device: 'vfio-pci' global: 'vfio-pci.x=y' "
                   "option: '-incoming' option: 'exec:true' defaults: true", true);
        result = run(commands[k], "-- @/bin/" BINARY " -nodefaults -daemonize -m 8 -device virtio-rng-pci");
        words = take_words();
        if (!strstr(words, "-nodefaults") || !strstr(words, "virtio-rng-pci") || strstr(words, "daemonize") ||
            strstr(words, "=x") || strstr(words, "vfio") || strstr(words, "exec:true")) {
            fail_msg("hardstop %s: %s%s%s", commands[k], words, result.out, result.err);
        }
        run_clear(&result);
        free(words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_command_starts_a_hostile_setup),
        cmocka_unit_test(no_command_takes_words_of_a_file_for_its_own),
        cmocka_unit_test(known_findings_are_files_too),
        cmocka_unit_test(a_fuzz_target_takes_a_hostile_setup_for_bytes),
        cmocka_unit_test(a_trusted_file_gets_what_it_asks_for),
        cmocka_unit_test(words_of_the_user_are_the_users),
        cmocka_unit_test(a_command_line_of_the_user_leaves_nothing_to_the_file),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
