/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command as a user runs it: what each exit status means, one line for what went wrong, and output for programs. */
#include "support.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/random.h"
#include "harness/message/reflect.h"
#include "harness/setup/program.h"
#include "spawn.h"

SUPPORT_SHARED(folder)

static struct run run(const char *arguments)
{
    return spawn_run(folder, arguments);
}

/* Runs, demands the exit status, and words on standard output ("" : none are demanded). */
static void expect(const char *arguments, int status, const char *words)
{
    struct run result = run(arguments);

    if (result.status != status || !strstr(result.out, words)) {
        fail_msg("hardstop %s: status %d, not %d; \"%s\" is wanted:\n%.2000s%s", arguments, result.status, status,
                 words, result.out, result.err);
    }
    run_clear(&result);
}

static const char *const commands[] = {
    "capture",  "show", "load",  "damage", "check",  "repro",      "minimize",
    "findings", "known", "fuzz", "seeds", "audit", "report", "experiment", "doctor",
};

static void every_command_has_help(void **state)
{
    struct run all = run("--help");

    (void)state;
    assert_string_equal(all.err, "");
    assert_int_equal(all.status, 0);
    assert_non_null(strstr(all.out, "Exit status: 0 "));
    for (size_t i = 0; i < HS_COUNT(commands); i++) {
        char *option = hs_format("%s --help", commands[i]), *word = hs_format("help %s", commands[i]);
        char *usage = hs_format("Usage: hardstop %s", commands[i]);
        struct run help = run(option), same = run(word);

        assert_non_null(strstr(all.out, commands[i]));
        if (help.status != 0 || same.status != 0 || !strstr(help.out, usage) ||
            !strstr(help.out, "\nExit status: 0 ") || *help.err || *same.err || strcmp(help.out, same.out) != 0) {
            fail_msg("%s: %d\n%s%s", option, help.status, help.out, help.err);
        }
        run_clear(&help);
        run_clear(&same);
        free(option);
        free(word);
        free(usage);
    }
    run_clear(&all);
}

static void every_command_has_the_version(void **state)
{
    struct run version = run("--version");

    (void)state;
    assert_int_equal(version.status, 0);
    assert_int_equal(strncmp(version.out, "hardstop ", 9), 0);
    assert_in_range(version.out[9], '0', '9');
    for (size_t i = 0; i < HS_COUNT(commands); i++) {
        char *option = hs_format("%s --version", commands[i]);

        expect(option, 0, version.out);
        free(option);
    }
    run_clear(&version);
}

/* For JSON there is one place; saying so is no error. */
static void json_goes_to_standard_output(void **state)
{
    struct run plain, dash;

    (void)state;
    free(support_write(folder, "eof.textproto", "stream { section { type: EOF } }", 32));
    expect("fuzz --jobs 64 --list", 0, "ccw_net\n");
    expect("fuzz --jobs 1 --list", 0, "ccw_net\n");
    plain = run("show --json @/eof.textproto");
    dash = run("show --json - @/eof.textproto");
    assert_int_equal(plain.status, 0);
    assert_int_equal(dash.status, 0);
    assert_int_equal(*plain.out, '{');
    assert_string_equal(plain.out, dash.out);
    run_clear(&plain);
    run_clear(&dash);
}

/* Files that are no stream and no case, or lack what is needed of one. */
static void write_bad_files(void)
{
    static const struct {
        const char *name, *text;
    } texts[] = {
        { "empty", "" },
        { "empty.case", "" },
        { "words", "no case, but a line of text\n" },
        { "field.textproto", "setup { }\nstream { section { typo: 3 } }\n" },
        { "open.textproto", "stream { section { type: EOF }" },
        { "streamless.textproto", "setup { binary: \"qemu-system-s390x\" }\n" },
        { "comment.textproto", "# nothing but a comment\n" },
        { "magic.mig", "QEVM" },
        { "unsafe.textproto", "setup { binary: \"/bin/sh\" }\nstream { section { type: EOF } }\n" },
    };
    /* A section named "a\nb" whose end nothing tells. */
    static const char two_lines[] = "QEVM\0\0\0\3\4\0\0\0\1\3a\nb\0\0\0\0\0\0\0\1\252";
    struct random random;
    struct builder noise = { 0 };
    Hardstop__Case *test = (Hardstop__Case *)support_message(
        &hardstop__case__descriptor, "setup { binary: 'qemu-system-s390x' machine: 's390-ccw-virtio' }"
                                     "stream { section { type: EOF } rest: 'rest of the stream' }");
    size_t size;
    uint8_t *packed = case_pack(test, &size);

    free(support_write(folder, "lines.mig", two_lines, sizeof(two_lines) - 1));
    for (size_t i = 0; i < HS_COUNT(texts); i++) {
        free(support_write(folder, texts[i].name, texts[i].text, strlen(texts[i].text)));
    }
    random_init(&random, 42);
    for (int i = 0; i < 500; i++) {
        builder_put_be(&noise, 8, random_bits(&random));
    }
    free(support_write(folder, "noise", noise.data, noise.size));
    free(support_write(folder, "noise.case", noise.data, noise.size));
    free(support_write(folder, "cut.case", packed, size - 5));
    builder_reset(&noise);
    support_put_header(&noise);
    support_put_section(&noise, 4, 1, "timer", 2);
    free(support_write(folder, "cut.mig", noise.data, noise.size));
    builder_reset(&noise);
    support_put_header(&noise);
    support_put_section(&noise, 4, 1, "cpu", 2);
    support_put_section(&noise, 4, 2, "timer", 2);
    builder_put_be(&noise, 1, 0);
    free(support_write(folder, "two.mig", noise.data, noise.size));
    free(packed);
    case_free(test);
    builder_clear(&noise);
}

static void what_cannot_be_read_gives_one_line(void **state)
{
    static const char *const readers[] = { "show", "load", "damage --truncate 0", "check", "repro", "minimize" };
    static const char *const files[] = {
        "field.textproto", "open.textproto", "streamless.textproto", "comment.textproto", "cut.case",
        "noise.case", "empty.case", "words", "missing", "",
    };

    (void)state;
    write_bad_files();
    for (size_t i = 0; i < HS_COUNT(readers); i++) {
        for (size_t k = 0; k < HS_COUNT(files); k++) {
            char *arguments = hs_format("%s @/%s", readers[i], files[k]);
            struct run result = run(arguments);

            if (result.status != 2 || spawn_count_lines(result.err) != 1 ||
                strncmp(result.err, "hardstop: ", 10) != 0 || *result.out) {
                fail_msg("hardstop %s: status %d\n%s%s", arguments, result.status, result.out, result.err);
            }
            run_clear(&result);
            free(arguments);
        }
    }
}

/* What is there is shown, and goes to a loader as it is: for that, it lacks a setup. */
static void what_is_cut_is_read_as_far_as_it_goes(void **state)
{
    static const char *const files[] = { "magic.mig", "lines.mig", "cut.mig", "noise" };

    (void)state;
    write_bad_files();
    for (size_t i = 0; i < HS_COUNT(files); i++) {
        char *show = hs_format("show @/%s", files[i]), *load = hs_format("load @/%s", files[i]);
        char *damage = hs_format("damage --insert 0:aa @/%s -o @/longer.mig", files[i]);
        struct run shown = run(show), loaded = run(load);

        if (shown.status != 2 || spawn_count_lines(shown.err) != 1 || !strstr(shown.err, "not all can be read") ||
            !strstr(shown.err, "(offset ") || !strstr(shown.out, "  rest ")) {
            fail_msg("hardstop %s: status %d\n%s%s", show, shown.status, shown.out, shown.err);
        }
        if (loaded.status != 2 || spawn_count_lines(loaded.err) != 1 || !strstr(loaded.err, "no setup")) {
            fail_msg("hardstop %s: status %d\n%s%s", load, loaded.status, loaded.out, loaded.err);
        }
        expect(damage, 0, "");
        run_clear(&shown);
        run_clear(&loaded);
        free(show);
        free(load);
        free(damage);
    }
}

static const struct {
    const char *arguments, *words;
    int lines; /* 2: a usage error, whose next sentence leads to --help and may be wrapped */
} refused[] = {
    { "nonsense", "hardstop: no command \"nonsense\"", 1 },
    { "shwo @/noise", "hardstop: no command \"shwo\"; did you mean show?", 1 },
    { "minimise @/noise", "did you mean minimize?", 1 },
    { "fndngs", "did you mean findings?", 1 },
    { "damage --insert 0:abc @/unsafe.textproto", "takes OFF:HEX", 2 },
    { "fuzz --jobs 65 --list", "hardstop fuzz: --jobs takes a whole number from 1 to 64", 2 },
    { "help nonsense", "hardstop: no command \"nonsense\"", 1 },
    { "help shwo", "did you mean show?", 1 },
    { "show --secton ram @/noise", "hardstop: no option --secton; did you mean --section?", 2 },
    /* An option that takes no value is followed by none. */
    { "audit --whole --machnie=q35 @/noise", "hardstop: no option --machnie; did you mean --machine?", 2 },
    { "audit --who --machnie q35 @/noise", "hardstop: no option --machnie; did you mean --machine?", 2 },
    { "show -j --secton ram @/noise", "hardstop: no option --secton; did you mean --section?", 2 },
    { "audit --machine --machnie @/none", "/none: No such file or directory", 1 },
    { "audit --machnie=q35 @/noise", "hardstop: no option --machnie; did you mean --machine?", 2 },
    { "show --nonsense @/noise", "unrecognized option '--nonsense'", 2 },
    { "show --section nonsense @/two.mig", "no section's idstr contains \"nonsense\"; there are cpu, timer\n", 1 },
    { "show --json --section nonsense @/two.mig", "there are cpu, timer\n", 1 },
    { "show --section ram @/unsafe.textproto", "no section's idstr contains \"ram\": no section has one\n", 1 },
    { "damage --section nonsense --truncate 0 @/two.mig", "there are cpu, timer\n", 1 },
    { "seeds bkl", "hardstop seeds: no device \"bkl\"; did you mean blk?", 2 },
    { "seeds nonsense", "hardstop seeds --table lists them", 2 },
    { "seeds gpu-pci --transport ccw", "hardstop seeds: no device", 2 },
    { "seeds net --transport usb", "hardstop seeds: no transport \"usb\"", 2 },
    { "fuzz ccw_nte", "hardstop fuzz: no target \"ccw_nte\"; did you mean ccw_net?", 2 },
    { "capture @/noise", "hardstop capture: ", 2 },
    { "capture --qemu qemu-system-nonsense", "hardstop: no program qemu-system-nonsense", 1 },
    { "capture --qemu qemu-system-s390x --machine nonsense", "has no machine nonsense", 1 },
    { "capture --qemu qemu-system-s390x --device nonsense", "has no device nonsense", 1 },
    { "capture --qemu /bin/true", "hardstop: /bin/true ended", 1 },
    { "capture --qemu @", "hardstop: ", 1 },
    { "capture --qemu @/noise", "hardstop: ", 1 },
    { "capture --qemu qemu-system-s390x -o @", "hardstop: ", 1 },
    { "capture --qemu qemu-system-s390x -o @/none/x.mig", "hardstop: ", 1 },
    { "capture --qemu qemu-system-s390x --section nonsense", "no section's idstr contains \"nonsense\"", 1 },
    { "capture --qemu qemu-system-s390x --footers maybe", "hardstop capture: --footers takes on or off", 2 },
    { "doctor @/noise", "hardstop doctor: no arguments are taken", 2 },
    { "fuzz @/noise", "hardstop fuzz: no target", 2 },
    { "fuzz ccw_vsock", "hardstop fuzz: no target", 2 },
    { "fuzz pci_net pci_net", "hardstop fuzz: target \"pci_net\" is named twice", 2 },
    { "fuzz --engine none", "hardstop fuzz: no engine", 2 },
    { "fuzz --jobs 0", "hardstop fuzz: --jobs takes a whole number", 2 },
    { "fuzz --time 0", "hardstop fuzz: --time takes a time from 1s to ", 2 },
    { "vet --budget ten", " takes a time from 1s to 1000000h, such as 90s, 10m or 1h, not \"ten\"", 2 },
    { "vet --budget m", "not \"m\"", 2 },
    { "vet --budget -1m", "not \"-1m\"", 2 },
    { "vet --budget 1000001h", "not \"1000001h\"", 2 },
    { "fuzz --time 1 --work @/noise", "hardstop: ", 1 },
    { "show", "hardstop show: which stream or case?", 2 },
    { "show @/noise @/noise", "hardstop show: one file at a time", 2 },
    { "load --timeout -1 @/noise", "hardstop load: --timeout takes", 2 },
    { "load --timeout 99999999999999999999 @/noise", "hardstop load: --timeout takes", 2 },
    { "load --qemu", "hardstop load: ", 2 },
    { "load @/unsafe.textproto", "give --trust-setup if you know the file", 1 },
    { "repro @/unsafe.textproto", "give --trust-setup if you know the file", 1 },
    { "minimize @/unsafe.textproto", "give --trust-setup if you know the file", 1 },
    { "minimize --max-loads 0 @/noise", "hardstop minimize: --max-loads takes", 2 },
    { "minimize --json -o - @/noise", "hardstop minimize: --json and --output both want", 2 },
    { "minimize @/noise @/noise", "hardstop minimize: one file at a time", 2 },
    { "findings @/missing", "missing", 1 },
    { "findings @ @", "hardstop findings: one folder at a time", 2 },
    { "findings --status old @", "hardstop findings: --status takes new, known, fixed or unclear", 2 },
    { "findings --verdict good @", "hardstop findings: no verdict", 2 },
    { "findings --known @/missing @", "missing", 1 },
    { "findings --known @/noise @", "a zero byte in it", 1 },
    { "repro --target ccw_vsock @/noise", "hardstop repro: --target takes", 2 },
    { "check --places 0 @/noise", "hardstop check: ", 2 },
    { "damage @/unsafe.textproto", "hardstop damage: which damage?", 2 },
    { "damage --insert 0:xyz0 @/unsafe.textproto", "is no hex digit", 2 },
    { "damage --insert 0 @/unsafe.textproto", "takes OFF:HEX", 2 },
    { "damage --delete 0:0 @/unsafe.textproto", "hardstop damage: --delete", 2 },
    { "damage --truncate 0:1 @/unsafe.textproto", "takes OFF alone", 2 },
    { "damage --truncate 2 @/unsafe.textproto", "only 1 bytes", 1 },
    { "damage --section 9 --truncate 0 @/unsafe.textproto", "hardstop: no section \"9\" among 1", 1 },
    { "damage --section 1 --truncate 0 @/unsafe.textproto", "hardstop: no section \"1\" among 1", 1 },
    { "damage --section 0 --field virtio.status --truncate 0 @/unsafe.textproto", "has no field \"virtio.status\"", 1 },
    { "damage --field status --truncate 0 @/unsafe.textproto", "--field needs --section", 2 },
};

static void what_cannot_be_done_has_a_reason(void **state)
{
    (void)state;
    write_bad_files();
    for (size_t i = 0; i < HS_COUNT(refused); i++) {
        struct run result = run(refused[i].arguments);

        bool is_usage = strstr(result.err, "\nTry `hardstop ") != NULL;

        if (result.status != 2 || is_usage != (refused[i].lines == 2) ||
            (!is_usage && spawn_count_lines(result.err) != 1) || !strstr(result.err, refused[i].words) ||
            strncmp(result.err, "hardstop", 8) != 0) {
            fail_msg("hardstop %s: status %d, \"%s\" is wanted\n%s%s", refused[i].arguments, result.status,
                     refused[i].words, result.out, result.err);
        }
        run_clear(&result);
    }
}

static int by_offset(const void *left, const void *right)
{
    const json_int_t *a = left, *b = right;

    return a[0] < b[0] ? -1 : a[0] > b[0];
}

static void collect(const json_t *fields, json_int_t (*pieces)[2], size_t *n)
{
    const json_t *field;
    size_t i;

    json_array_foreach(fields, i, field) {
        assert_true(json_is_string(json_object_get(field, "field")));
        pieces[*n][0] = json_integer_value(json_object_get(field, "offset"));
        pieces[(*n)++][1] = json_integer_value(json_object_get(field, "size"));
    }
}

/* The fields that `show --json` lists, laid side by side, are the whole stream. */
static void check_json(const char *arguments)
{
    struct run result = run(arguments);
    json_error_t where;
    json_t *root = json_loads(result.out, 0, &where);
    json_int_t (*pieces)[2] = hs_alloc(sizeof(*pieces) * 200000), covered = 0;
    const json_t *section;
    size_t n = 0, i;

    assert_int_equal(result.status, 0);
    if (!root) {
        fail_msg("%s: %s", arguments, where.text);
    }
    collect(json_object_get(root, "fields"), pieces, &n);
    json_array_foreach(json_object_get(root, "sections"), i, section) {
        assert_int_equal(json_integer_value(json_object_get(section, "index")), i);
        collect(json_object_get(section, "fields"), pieces, &n);
    }
    qsort(pieces, n, sizeof(*pieces), by_offset);
    for (i = 0; i < n; i++) {
        assert_int_equal(pieces[i][0], covered);
        assert_true(pieces[i][1] > 0);
        covered += pieces[i][1];
    }
    assert_int_equal(covered, json_integer_value(json_object_get(root, "bytes")));
    assert_true(covered > 1000);
    free(pieces);
    json_decref(root);
    run_clear(&result);
}

static void check_is_json(const char *arguments, int status)
{
    struct run result = run(arguments);
    json_t *root = json_loads(result.out, 0, NULL);

    if (result.status != status || !root) {
        fail_msg("hardstop %s: status %d\n%s%s", arguments, result.status, result.out, result.err);
    }
    json_decref(root);
    run_clear(&result);
}

#define RNG "--qemu qemu-system-s390x --machine s390-ccw-virtio --device virtio-rng-ccw"

static void a_stream_goes_all_the_way(void **state)
{
    (void)state;
    expect("capture " RNG " -o @/rng.mig", 0, "");
    expect("capture " RNG " -o @/whole.case --whole", 0, "");
    expect("capture " RNG " -o @/rng.textproto --section virtio-rng", 0, "");
    expect("show @/rng.mig", 0, "virtio.ccw.config_vector");
    expect("show --section virtio-rng @/whole.case", 0, "virtio.ccw.config_vector");
    check_json("show --json @/rng.mig");
    check_json("show --json @/whole.case");
    check_json("show --json @/rng.textproto");
    expect("load @/rng.textproto", 0, "accepted");
    expect("load @/whole.case", 0, "accepted");
    expect("load " RNG " @/rng.mig", 0, "accepted");
    expect("load @/rng.mig", 2, "");
    expect("repro @/rng.textproto", 0, "no finding");
    expect("repro --bisect @/rng.textproto", 0, "no finding");
    expect("repro --bisect @/none.textproto", 125, "");
    expect("repro --bisect --what @/rng.textproto", 125, "");
    expect("repro --bisect --qemu /bin/true @/rng.textproto", 125, "");
    expect("damage --section virtio-rng --field virtio.status --truncate 0 @/rng.textproto -o @/cut.textproto", 0, "");
    expect("load @/cut.textproto", 0, "rejected in section /fe.0.0000/virtio-rng");
    expect("repro @/cut.textproto", 0, "truncate at section[0].virtio.status+0");
    expect("check @/cut.textproto", 0, "1 case judged");
    /* Seven of its fields have a legal range, and not all are checked. */
    expect("check --places 2 @/rng.textproto", 1, "14 cases judged");
    check_is_json("load --json @/cut.textproto", 0);
    check_is_json("check --json --places 1 @/rng.textproto", 1);
    check_is_json("doctor --json", 0);
    expect("damage --truncate 100 @/rng.mig -o @/cut.mig", 0, "");
    expect("load " RNG " @/cut.mig", 0, "rejected");
}

/* A stream does not say of itself that it is as QEMU saved it. */
static void a_given_stream_may_be_damaged(void **state)
{
    (void)state;
    expect("capture " RNG " -o @/given.mig", 0, "");
    /* Of another machine, so that a section has no device. */
    expect("capture --qemu qemu-system-s390x --machine s390-ccw-virtio --device virtio-balloon-ccw -o @/other.mig", 0, "");
    expect("load " RNG " @/other.mig", 0, "no finding");
    expect("load --captured " RNG " @/other.mig", 1, "undamaged-is-accepted does not hold");
    expect("load --captured " RNG " @/given.mig", 0, "accepted");
    expect("check " RNG " @/other.mig", 2, "");
    expect("check --captured --places 1 " RNG " @/other.mig", 1, "undamaged-is-accepted");
    expect("damage --section virtio-rng --truncate 0 @/given.mig -o @/given.textproto", 0, "");
    expect("check " RNG " @/given.textproto", 0, "1 case judged");
    expect("damage --section virtio-balloon --truncate 0 @/other.mig -o @/other.textproto", 0, "");
    expect("check " RNG " @/other.textproto", 2, "");
}

/* What the command line says goes before what a case says, both ways. */
static void footers_are_as_the_command_line_has_them(void **state)
{
    (void)state;
    expect("capture " RNG " --footers on -o @/footers.textproto --section virtio-rng", 0, "");
    expect("capture " RNG " --footers off -o @/none.textproto --section virtio-rng", 0, "");
    expect("load @/footers.textproto", 0, "accepted");
    expect("load @/none.textproto", 0, "accepted");
    expect("load --footers off @/footers.textproto", 1, "undamaged-is-accepted does not hold");
    expect("load --footers on @/none.textproto", 1, "undamaged-is-accepted does not hold");
}

static void findings_have_a_status_of_their_own(void **state)
{
    (void)state;
    expect("capture " RNG " --footers off -o @/legacy.textproto --section virtio-rng", 0, "");
    expect("damage --section virtio-rng --field virtio.ccw.sense_data --insert 0:41 @/legacy.textproto -o @/long.case",
           0, "");
    expect("load @/long.case", 1, "garbage");
    expect("repro @/long.case", 1, "damage-is-never-garbage does not hold");
    expect("repro --bisect @/long.case", 1, "damage-is-never-garbage does not hold");
    check_is_json("repro --json @/long.case", 1);
    expect("repro --confirm @/long.case -o @/long.mig", 1, "CONFIRMED on an unmodified QEMU");
    expect("repro " RNG " --footers off @/long.mig", 1, "accepted-resaves-equal does not hold");
    expect("check @/long.case --findings @/findings", 1, "extension-is-rejected");
    expect("check --places 3 @/legacy.textproto", 1, "fail");
}

/* What is done to a case, and which status both commands have. */
static const struct {
    const char *damage;
    int status;
} loaded[] = {
    { "--section virtio-rng --field virtio.status --truncate 0", 0 }, /* rejected */
    { "--section virtio-rng --field virtio.ccw.sense_data --insert 0:41", 1 }, /* garbage */
    { "--section 2 --insert 0:0000", 1 }, /* behind the end: equal, and accepted */
    { "--section virtio-rng --field virtio.ccw.mba --overwrite 0:00", 0 }, /* what was there */
    { "--section virtio-rng --field virtio.queue[0].num --overwrite 0:00000200", 0 }, /* another legal value */
    { "--section virtio-rng --field virtio.ccw.ccw_fmt_1 --overwrite 0:02", 1 }, /* no bool */
};

static void load_and_repro_have_one_rule(void **state)
{
    (void)state;
    expect("capture " RNG " --footers off -o @/legacy.textproto --section virtio-rng", 0, "");
    for (size_t i = 0; i < HS_COUNT(loaded); i++) {
        char *command = hs_format("damage %s @/legacy.textproto -o @/damaged.textproto", loaded[i].damage);
        const char *words = loaded[i].status ? "does not hold" : "no finding";

        expect(command, 0, "");
        expect("load @/damaged.textproto", loaded[i].status, words);
        expect("repro @/damaged.textproto", loaded[i].status, words);
        check_is_json("load --json @/damaged.textproto", loaded[i].status);
        free(command);
    }
}

/* A QEMU that expects footers when it is started with -incoming, and so refuses what it accepts when it is served. */
static const char otherwise[] = "#!/bin/sh\n"
                                "case \" $* \" in *' -incoming '*)\n"
                                "for word; do\n"
                                "shift\n"
                                "[ \"$word\" = migration.send-section-footer=off ] && word=${word%off}on\n"
                                "set -- \"$@\" \"$word\"\n"
                                "done\n"
                                "esac\n"
                                "exec qemu-system-s390x \"$@\"\n";

static void expect_confirmed(const char *arguments, bool confirmed)
{
    struct run result = run(arguments);
    json_t *root = json_loads(result.out, 0, NULL);

    if (result.status != confirmed || json_is_true(json_object_get(root, "confirmed")) != confirmed ||
        json_is_false(json_object_get(root, "confirmed")) == confirmed) {
        fail_msg("hardstop %s: status %d\n%s%s", arguments, result.status, result.out, result.err);
    }
    json_decref(root);
    run_clear(&result);
}

static void a_confirmation_is_what_the_unmodified_qemu_says(void **state)
{
    char *path = support_write(folder, "otherwise", otherwise, strlen(otherwise));

    (void)state;
    assert_int_equal(chmod(path, 0700), 0);
    expect("capture " RNG " --footers off -o @/legacy.textproto --section virtio-rng", 0, "");
    expect("damage --section virtio-rng --field virtio.ccw.sense_data --insert 0:41 @/legacy.textproto -o @/long.case",
           0, "");
    expect_confirmed("repro --json --confirm @/long.case -o @/long.mig", true);
    expect_confirmed("repro --json --confirm --qemu @/otherwise @/long.case -o @/long.mig", false);
    expect("repro --confirm --qemu @/otherwise @/long.case -o @/long.mig", 0, "not confirmed on an unmodified QEMU: "
           "rejected");
    free(path);
}

/* Ends with status 2, and says so on standard error. */
static void refuses(const char *arguments, const char *words)
{
    struct run result = run(arguments);

    if (result.status != 2 || !strstr(result.err, words)) {
        fail_msg("hardstop %s: status %d, \"%s\" is wanted:\n%s", arguments, result.status, words, result.err);
    }
    run_clear(&result);
}

/* The complete stream goes where it was sent, whatever that is, and never over what was read. */
static void a_confirmed_stream_goes_where_it_was_sent(void **state)
{
    struct run result;

    (void)state;
    expect("capture " RNG " --footers off -o @/legacy.textproto --section virtio-rng", 0, "");
    expect("damage --section virtio-rng --field virtio.ccw.sense_data --insert 0:41 @/legacy.textproto -o @/long.case",
           0, "");
    result = run("repro --confirm @/long.case -o -");
    assert_int_equal(result.status, 1);
    assert_int_equal(memcmp(result.out, "QEVM", 4), 0);
    assert_non_null(strstr(result.err, "CONFIRMED on an unmodified QEMU"));
    run_clear(&result);
    expect("repro --confirm @/long.case -o /dev/null", 1, "CONFIRMED on an unmodified QEMU");
    refuses("repro --confirm @/long.case -o @/long.case", "long.case: is read");
    expect("repro @/long.case", 1, "damage-is-never-garbage does not hold");
    refuses("repro --confirm @/long.case -o @/none/long.mig", "No such file or directory");
    refuses("repro @/long.case -o @/long.mig", "--output is for --confirm");
    refuses("repro --json --confirm @/long.case -o -", "both want standard output");
}

/* What has the name that nobody gave may be a link of a stranger's. */
static void a_small_case_follows_no_link_by_itself(void **state)
{
    char *precious = support_write(folder, "precious", "kept", 4);
    char *planted = hs_format("%s/planted.min.textproto", folder);
    uint8_t *data;
    size_t size;

    (void)state;
    expect("capture " RNG " --footers off -o @/legacy.textproto --section virtio-rng", 0, "");
    expect("damage --section virtio-rng --field virtio.ccw.sense_data --insert 0:41 @/legacy.textproto "
           "-o @/planted.textproto", 0, "");
    assert_int_equal(symlink(precious, planted), 0);
    refuses("minimize @/planted.textproto", "is no regular file; --output names");
    assert_int_equal(file_read(precious, &data, &size, NULL), 0);
    assert_true(size == 4 && memcmp(data, "kept", 4) == 0);
    free(data);
    assert_int_equal(unlink(planted), 0);
    free(planted);
    free(precious);
}

static int make_folders(void)
{
    char *path = hs_format("%s/cases/regress", folder), *nothing = hs_format("%s/nothing", folder);
    struct hs_error err;
    int result = file_make_folder(path, &err) < 0 ? -1 : file_make_folder(nothing, &err);

    free(path);
    free(nothing);
    return result;
}

/* A line of a list, but for its signature, what the cases here are, and the cause. */
#define KNOWN_LINE(name, cause) \
    name ".textproto\tqemu 7.2\tgarbage\tdamage-is-never-garbage\t%s\t-\taccepted\tmachine listed\tnot shown\tnone\t" \
         cause "\n"

/* Writes a list of one line for @/cases/regress/long.textproto, and what else is given. */
static void write_known(const char *signature, const char *more)
{
    char *line = hs_format(KNOWN_LINE("long", "no footers") "%s", signature, more);

    free(support_write(folder, "known.tsv", line, strlen(line)));
    free(line);
}

/* A line that changed, and one whose case cannot be read, keep none of the others from being told. */
static void a_replay_goes_on(const char *signature)
{
    char *others = hs_format(KNOWN_LINE("missing", "no case") KNOWN_LINE("other", "no footers"), signature, signature);

    expect("minimize @/long.textproto -o @/cases/regress/other.textproto", 0, "");
    write_known("0123456789abcdef", others);
    expect("findings --known @/known.tsv --replay @/nothing", 2, "0 new, 1 known, 0 fixed, 2 unclear\n");
    expect("findings --known @/known.tsv --replay --status unclear @/nothing", 2, "missing.textproto: no case");
    expect("findings --known @/known.tsv --replay --status known @/nothing", 2, "other.textproto: no footers");
    check_is_json("findings --json --known @/known.tsv --replay @/nothing", 2);
    free(others);
}

/* The same by `known`, which says of each case what it shows. */
static void known_replays_each(const char *signature)
{
    char *whole = hs_format(KNOWN_LINE("whole", "fixed"), signature);

    write_known(signature, whole);
    expect("known --known @/known.tsv", 1, ": 1 confirmed, 1 fixed\n1 not as expected\n");
    expect("known --known @/known.tsv --record", 1, "expected: confirmed\n");
    expect("known --known @/known.tsv", 0, ": 1 confirmed, 1 fixed\n");
    expect("known --known @/known.tsv whole.textproto", 0, "whole.textproto: equal, and every property holds\n");
    expect("known --known @/known.tsv --table", 0, "| all | | | | 1 confirmed, 1 fixed |\n");
    check_is_json("known --json --known @/known.tsv long.textproto", 0);
    write_known("0123456789abcdef", whole);
    expect("known --known @/known.tsv long.textproto", 1, "changed         long.textproto: garbage, ");
    write_known(signature, "");
    expect("known --known @/known.tsv other.textproto", 2, "");
    free(whole);
}

static void findings_are_told_from_what_is_known(void **state)
{
    char *signature, *path, *whole;
    struct run result;
    struct hs_error err;
    json_t *rows;

    (void)state;
    expect("capture " RNG " --footers off -o @/legacy.textproto --section virtio-rng", 0, "");
    expect("minimize @/legacy.textproto", 2, "");
    expect("damage --section virtio-rng --field virtio.ccw.sense_data --insert 0:41 @/legacy.textproto "
           "-o @/long.textproto", 0, "");
    path = hs_format("%s/a.b", folder);
    assert_int_equal(file_make_folder(path, &err), 0);
    free(path);
    expect("damage --section virtio-rng --field virtio.ccw.sense_data --insert 0:41 @/legacy.textproto -o @/a.b/long",
           0, "");
    expect("check @/long.textproto --findings @/found", 1, "");
    expect("minimize @/long.textproto", 0, "insert 41 at section[0].virtio.ccw.sense_data+0");
    expect("repro @/long.min.textproto", 1, "damage-is-never-garbage does not hold");
    /* A dot in a folder's name ends no file's. */
    expect("minimize @/a.b/long", 0, "/a.b/long.min.textproto: ");
    expect("repro @/a.b/long.min.textproto", 1, "damage-is-never-garbage does not hold");
    check_is_json("minimize --json --max-loads 9 @/long.textproto -o @/small.case", 0);
    expect("repro @/small.case", 1, "damage-is-never-garbage does not hold");
    free(support_write(folder, "none.tsv", "", 0));
    result = run("findings --json --known @/none.tsv --verdict garbage @/found");
    rows = json_loads(result.out, 0, NULL);
    assert_int_equal(result.status, 1);
    assert_true(json_array_size(rows) > 0);
    signature = hs_strdup(json_string_value(json_object_get(json_array_get(rows, 0), "signature")));
    json_decref(rows);
    run_clear(&result);
    assert_int_equal(make_folders(), 0);
    expect("minimize @/long.textproto -o @/cases/regress/long.textproto", 0, "");
    write_known(signature, "");
    expect("findings --known @/none.tsv @/found", 1, "1 new, 0 known, 0 fixed");
    expect("findings --known @/known.tsv @/found --status known", 0, "long.textproto: no footers");
    expect("findings --known @/known.tsv @/found", 0, "found; not replayed");
    expect("findings --known @/known.tsv @/nothing", 0, "not found here; not replayed");
    expect("findings --known @/known.tsv --replay @/nothing", 0, "0 new, 1 known, 0 fixed");
    check_is_json("findings --json --known @/known.tsv --replay @/nothing", 0);
    expect("capture " RNG " --section virtio-rng -o @/cases/regress/whole.textproto", 0, "");
    whole = hs_format(KNOWN_LINE("whole", "fixed"), signature);
    free(support_write(folder, "fixed.tsv", whole, strlen(whole)));
    free(whole);
    expect("findings --known @/fixed.tsv --replay @/nothing", 1, "0 new, 0 known, 1 fixed");
    expect("findings --known @/fixed.tsv @/nothing", 0, "0 new, 1 known, 0 fixed (known ones not replayed)");
    a_replay_goes_on(signature);
    known_replays_each(signature);
    free(signature);
}

/* The lists and seeds that come with it are found from any folder; what is not there is said. */
static void what_comes_with_it_is_found_from_anywhere(void **state)
{
    static const char *const elsewhere[] = { "/", "/tmp" };
    char *empty = hs_format("%s/nothing", folder);
    int here = open(".", O_RDONLY | O_DIRECTORY);
    struct hs_error err;

    (void)state;
    assert_int_equal(file_make_folder(empty, &err), 0);
    for (size_t i = 0; i < HS_COUNT(elsewhere); i++) {
        struct run run;

        assert_int_equal(chdir(elsewhere[i]), 0);
        run = spawn_run(folder, "findings @/nothing");
        assert_int_equal(run.status, 0);
        assert_string_equal(run.err, "");
        assert_non_null(strstr(run.out, "0 new, "));
        assert_null(strstr(run.out, " 0 known"));
        run_clear(&run);
        expect("seeds rng --transport ccw", 0, "accepted, saved again as given");
    }
    assert_int_equal(fchdir(here), 0);
    close(here);
    free(empty);
}

/* Of several devices and transports the worst is the status, wherever it comes. */
static void the_worst_seed_is_the_status(void **state)
{
    static const struct {
        const char *seed; /* the one that is there */
        const char *arguments;
        int status;
    } rows[] = {
        { "ccw/rng", "seeds rng --transport ccw", 0 },  { "ccw/rng", "seeds rng --transport pci", 2 },
        { "pcie/rng", "seeds rng", 2 },                 { "ccw/rng", "seeds rng", 2 },
        { "ccw/rng", "seeds rng keyboard --transport ccw", 2 },
        { "ccw/keyboard", "seeds rng keyboard --transport ccw", 2 },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        char *seeds = hs_format("%s/seeds%zu", folder, i), *name = hs_format("%s.textproto", rows[i].seed);
        char *below = hs_format("%s/%.*s", seeds, (int)strcspn(name, "/"), name);
        char *from = hs_format("%s/cases/seeds/%s", CORPUS_DIR, name);
        char *arguments = hs_format("%s --folder @/seeds%zu", rows[i].arguments, i);
        struct hs_error err;
        uint8_t *data;
        size_t size;

        assert_int_equal(file_make_folder(below, &err), 0);
        assert_int_equal(file_read(from, &data, &size, &err), 0);
        free(support_write(seeds, name, (const char *)data, size));
        expect(arguments, rows[i].status, "");
        free(data);
        free(arguments);
        free(from);
        free(below);
        free(name);
        free(seeds);
    }
}

/* A name is bytes: what a terminal would act on is not passed on, whoever prints it. */
static void names_do_not_reach_the_terminal(void **state)
{
    static const char *const readers[] = {
        "show @/a\x1b[31m\nb",
        "load @/a\x1b[31m\nb",
        "damage --truncate 0 @/a\x1b[31m\nb",
        "report @/a\x1b[31m\nb",
        "findings @/a\x1b[31m\nb",
        "findings --known @/a\x1b[31m\nb @",
        "show --section \x1b[31m\nb @/two.mig",
        "damage --truncate 0 -o @/a\x1b[31m\nb/c @/two.mig",
        "a\x1b[31m\nb",
        "help a\x1b[31m\nb",
        "experiment --from @/a\x1b[31m\nb",
        "minimize @/a\x1b[31m\nb",
        "capture --qemu /a\x1b[31m\nb",
    };

    (void)state;
    write_bad_files();
    for (size_t i = 0; i < HS_COUNT(readers); i++) {
        struct run run = spawn_run(folder, readers[i]);

        if (run.status != 2 || strchr(run.err, '\x1b') || *run.out || spawn_count_lines(run.err) != 1 ||
            !(strstr(run.err, "?[31m | b") || strstr(run.err, "?[31m?b"))) {
            fail_msg("hardstop %s: %d\n%s%s", readers[i], run.status, run.out, run.err);
        }
        run_clear(&run);
    }
}

/* Without --qemu it is that of the environment; without both, what would be taken is said. */
static void a_qemu_is_that_of_the_environment(void **state)
{
    char *kept = getenv(PROGRAM_ENV) ? hs_strdup(getenv(PROGRAM_ENV)) : NULL;

    (void)state;
    unsetenv(PROGRAM_ENV);
    refuses("capture", "which QEMU?  Give --qemu (default: HARDSTOP_QEMU, which is not set)");
    refuses("vet", "which QEMU?  (default: HARDSTOP_QEMU, which is not set)");
    setenv(PROGRAM_ENV, "/none", 1);
    refuses("capture", "hardstop: /none: No such file or directory");
    refuses("vet", "/none: No such file or directory");
    unsetenv(PROGRAM_ENV);
    if (kept) {
        setenv(PROGRAM_ENV, kept, 1);
    }
    free(kept);
}

/* Nothing is begun on a full disk. */
static void a_full_disk_is_said_before_a_campaign(void **state)
{
    char *small = hs_format("%s/small", folder);
    struct hs_error err;
    struct run run;

    (void)state;
    assert_int_equal(file_make_folder(small, &err), 0);
    if (mount("tmpfs", small, "tmpfs", 0, "size=1m") < 0) {
        free(small);
        skip();
    }
    run = spawn_run(folder, "fuzz --time 1 --work @/small/work ccw_rng");
    umount(small);
    assert_int_equal(run.status, 2);
    assert_string_equal(run.out, "");
    assert_non_null(strstr(run.err, "the disk is full: 1024 KiB are left"));
    run_clear(&run);
    free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_has_help),
        cmocka_unit_test(every_command_has_the_version),
        cmocka_unit_test(json_goes_to_standard_output),
        cmocka_unit_test(what_comes_with_it_is_found_from_anywhere),
        cmocka_unit_test(the_worst_seed_is_the_status),
        cmocka_unit_test(names_do_not_reach_the_terminal),
        cmocka_unit_test(a_qemu_is_that_of_the_environment),
        cmocka_unit_test(a_full_disk_is_said_before_a_campaign),
        cmocka_unit_test(what_cannot_be_read_gives_one_line),
        cmocka_unit_test(what_is_cut_is_read_as_far_as_it_goes),
        cmocka_unit_test(what_cannot_be_done_has_a_reason),
        cmocka_unit_test(a_stream_goes_all_the_way),
        cmocka_unit_test(a_given_stream_may_be_damaged),
        cmocka_unit_test(footers_are_as_the_command_line_has_them),
        cmocka_unit_test(findings_have_a_status_of_their_own),
        cmocka_unit_test(load_and_repro_have_one_rule),
        cmocka_unit_test(a_confirmed_stream_goes_where_it_was_sent),
        cmocka_unit_test(a_small_case_follows_no_link_by_itself),
        cmocka_unit_test(a_confirmation_is_what_the_unmodified_qemu_says),
        cmocka_unit_test(findings_are_told_from_what_is_known),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
