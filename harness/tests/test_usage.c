/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What users type that could mean two things: the last of two values counts, and what contradicts itself is told. */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/arguments.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "spawn.h"

SUPPORT_SHARED(folder)

static void help_helps_with_itself(void **state)
{
    static const char *const words[] = { "--help", "-h", "help help", "help --help" };
    struct run help = spawn_run(folder, "help");

    (void)state;
    assert_int_equal(help.status, 0);
    for (size_t i = 0; i < HS_COUNT(words); i++) {
        struct run same = spawn_run(folder, words[i]);

        assert_int_equal(same.status, 0);
        assert_string_equal(same.out, help.out);
        assert_string_equal(same.err, "");
        run_clear(&same);
    }
    run_clear(&help);
}

/* A package has no ci/: who names a file of it says where that is. */
static void help_names_no_file_that_is_elsewhere(void **state)
{
    struct run help = spawn_run(folder, "help");
    size_t commands = 0, named = 0;

    (void)state;
    for (char *rest = help.out, *line; (line = strsep(&rest, "\n"));) {
        size_t length = strncmp(line, "  ", 2) == 0 ? strcspn(line + 2, " ") : 0;
        char *arguments = hs_format("help --man %.*s", (int)length, length ? line + 2 : "");
        struct run page = { 0 };

        if (length) {
            page = spawn_run(folder, arguments);
            commands += page.status == 0;
        }
        for (char *left = page.out, *text; left && (text = strsep(&left, "\n"));) {
            named += strstr(text, "ci/") != NULL;
            if (strstr(text, "ci/") && !strstr(text, "hardstop's source")) {
                fail_msg("%s: %s", arguments, text);
            }
        }
        if (length) {
            run_clear(&page);
        }
        free(arguments);
    }
    assert_true(commands > 10 && named > 3);
    run_clear(&help);
}

/* What man pages and completion are made of is what --help is made of; test_install compares them. */
static void commands_explain_themselves_in_other_forms(void **state)
{
    static const struct {
        const char *arguments;
        int status;
        const char *words;
    } rows[] = {
        { "help --man", 0, ".BR hardstop\\-audit (1)" },
        { "help --man help", 0, ".TH HARDSTOP 1" },
        { "help --man audit", 0, "\\fB\\-\\-edits\\fR=\\fILIST\\fR\nof truncate, insert, delete, flip" },
        { "help --man audit", 0, ".PP\n.nf\n  truncate  the stream ends at the offset\n" },
        { "help --man load", 0, "\\fB\\-\\-poke\\fR[=\\fILIST\\fR]" },
        { "help --man show", 0, "Exit status: 0 done" },
        { "help --man none", 2, "no command \"none\"" },
        { "help --completion bash", 0, "    capture,--footers) values='on off' ;;\n" },
        { "help --completion zsh", 0, "'*--footers=[section footers]:value:(on off)'" },
        { "help --completion fish", 0, "-l footers -x -a 'on off' -d 'section footers'\n" },
        { "help --completion", 2, "bash, zsh or fish" },
        { "help --completion bash zsh", 2, "help takes one command" },
        { "help vet audit", 2, "help takes one command" },
        { "help vet --man", 2, "help takes one command" },
        { "help --completion csh", 2, "no completion for \"csh\"" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        struct run run = spawn_run(folder, rows[i].arguments);

        if (run.status != rows[i].status || !strstr(run.status ? run.err : run.out, rows[i].words)) {
            fail_msg("hardstop %s: status %d\n%s%s", rows[i].arguments, run.status, run.out, run.err);
        }
        run_clear(&run);
    }
}

static const struct {
    const char *arguments;
    const char *words; /* of the one line that says what is wrong */
} refused[] = {
    { "capture --qemu first --machine a --memory 1M --qemu no-such-qemu --machine b --memory 2M", "no-such-qemu" },
    { "capture --qemu no-such-qemu --whole --without-ram", "--whole and --without-ram exclude each other" },
    { "load @/none --beside no-such-qemu", "--beside: no program no-such-qemu" },
    { "fuzz --beside /bin/true", "--beside: /bin/true is not called qemu-system-ARCHITECTURE" },
    { "experiment --json --markdown --from @/none.json", "--json or --markdown, not both" },
};

static void contradictions_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(refused); i++) {
        struct run run = spawn_run(folder, refused[i].arguments);

        if (run.status != 2 || *run.out || strncmp(run.err, "hardstop", 8) != 0 || !strstr(run.err, refused[i].words)) {
            fail_msg("hardstop %s: status %d\n%s%s", refused[i].arguments, run.status, run.out, run.err);
        }
        run_clear(&run);
    }
}

/* What a damaged stream is written as: the name says it, else what was read. */
static void a_case_is_written_where_a_case_is_named(void **state)
{
    static const struct {
        const char *arguments;
        const char *begins;
    } rows[] = {
        { "damage --truncate 0 @/bare.textproto", "" },
        { "damage --delete 0:1 @/bare.textproto -o @/out.textproto", "setup {" },
        { "damage --delete 0:1 @/setup.textproto -o @/out.textproto", "setup {" },
        { "damage --delete 0:1 @/setup.textproto -o @/out", "setup {" },
        { "damage --insert 0:4142 @/setup.textproto -o @/out.mig", "AB" },
        { "damage --insert 0:4142 @/bare.textproto -o @/out.mig", "AB" },
    };
    static const char setup[] = "setup { binary: 'qemu-system-s390x' } stream { section { type: EOF } }";

    (void)state;
    free(support_write(folder, "bare.textproto", strchr(setup, '}') + 2, strlen(strchr(setup, '}') + 2)));
    free(support_write(folder, "setup.textproto", setup, strlen(setup)));
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        const char *name = strstr(rows[i].arguments, "-o @");
        char *path = hs_format("%s%s", folder, name ? name + 4 : "");
        struct run run = spawn_run(folder, rows[i].arguments);
        struct hs_error err;
        uint8_t *data;
        size_t size;

        assert_int_equal(run.status, 0);
        if (name) {
            assert_int_equal(file_read(path, &data, &size, &err), 0);
            assert_in_range(size, strlen(rows[i].begins), 1000);
            assert_memory_equal(data, rows[i].begins, strlen(rows[i].begins));
            free(data);
        } else {
            assert_string_equal(run.out, rows[i].begins);
        }
        run_clear(&run);
        free(path);
    }
}

/* A folder of PATH whose name is no UTF-8 does not hide a row. */
static void doctor_tells_of_every_check(void **state)
{
    char *odd = hs_format("%s/odd\xff", folder), *before = hs_strdup(getenv("PATH"));
    char *path = hs_format("%s:%s", odd, before), *program = hs_format("%s/cmake", odd);
    struct hs_error err;
    struct run run;

    (void)state;
    assert_int_equal(file_make_folder(odd, &err), 0);
    assert_int_equal(symlink("/bin/true", program), 0);
    setenv("PATH", path, 1);
    run = spawn_run(folder, "doctor --json");
    setenv("PATH", before, 1);
    assert_non_null(strstr(run.out, "\"cmake\""));
    assert_non_null(strstr(run.out, "/odd?/cmake\""));
    run_clear(&run);
    free(program);
    free(path);
    free(before);
    free(odd);
}

/* Of the installed QEMU all is known: that it is entered, its seeds' machine, and each byte of its devices. */
static void doctor_tells_of_a_qemu(void **state)
{
    struct run run = spawn_run(folder, "doctor --qemu qemu-system-s390x");

    (void)state;
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "fast loads a second"));
    assert_non_null(strstr(run.out, "s390-ccw-virtio-7.2, which the ccw seeds are for"));
    assert_non_null(strstr(run.out, "ccw net-packed"));
    assert_null(strstr(run.out, "have no name"));
    assert_null(strstr(run.out, "MISSING"));
    run_clear(&run);
    run = spawn_run(folder, "doctor --qemu /bin/true");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.err, "is not called qemu-system-ARCHITECTURE"));
    run_clear(&run);
}

/* What --qemu and --beside refuse is refused of the variables, and in the same words; an option takes their place. */
static void a_variable_is_refused_as_its_option(void **state)
{
    static const char *const values[] = { "/nope", "/tmp", "/opt/new/", "/nope/qemu-system-x86_64", "/bin/true" };
    static const struct {
        const char *env, *option, *arguments;
    } rows[] = {
        { "HARDSTOP_QEMU", "--qemu", "doctor" },
        { "HARDSTOP_QEMU", "--qemu", "fuzz" },
        { "HARDSTOP_QEMU", NULL, "known" },
        { "HARDSTOP_QEMU", NULL, "known --qemu qemu-system-x86_64" },
        { "HARDSTOP_QEMU", NULL, "vet --qemu qemu-system-x86_64 --work @/vet" },
        { "HARDSTOP_QEMU", NULL, "capture --qemu qemu-system-x86_64 --machine q35 -o @/none.mig" },
        { "HARDSTOP_BESIDE", "--beside", "load @/none" },
        { "HARDSTOP_BESIDE", "--beside", "fuzz" },
        { "HARDSTOP_BESIDE", "--beside-qemu", "audit @/none" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows) * HS_COUNT(values); i++) {
        const char *value = values[i % HS_COUNT(values)], *option = rows[i / HS_COUNT(values)].option;
        const char *env = rows[i / HS_COUNT(values)].env, *arguments = rows[i / HS_COUNT(values)].arguments;
        char *as_option = hs_format("%s %s %s", arguments, option, value), *reason;
        struct run run;

        setenv(env, value, 1);
        run = spawn_run(folder, arguments);
        unsetenv(env);
        reason = hs_format("%s: %s%s", env, strcmp(value, "/bin/true") == 0 ? "" : "no program ", value);
        if (run.status != 2 || *run.out || !strstr(run.err, reason)) {
            fail_msg("%s=%s hardstop %s: status %d\n%s%s", env, value, arguments, run.status, run.out, run.err);
        }
        run_clear(&run);
        if (option) {
            run = spawn_run(folder, as_option);
            assert_int_equal(run.status, 2);
            assert_non_null(strstr(run.err, reason + strlen(env)));
            run_clear(&run);
        }
        free(reason);
        free(as_option);
    }
    setenv("HARDSTOP_QEMU", "/nope", 1);
    for (size_t i = 0; i < 2; i++) {
        struct run run = spawn_run(folder, i ? "help fuzz" : "doctor --qemu qemu-system-s390x");

        assert_int_equal(run.status, 0);
        run_clear(&run);
    }
    unsetenv("HARDSTOP_QEMU");
}

/* A machine whose PATH has the QEMUs named alone. */
static struct run run_on_machine(const char *name, const char *const *binaries, size_t n, const char *arguments)
{
    char *bin = hs_format("%s/%s", folder, name), *before = hs_strdup(getenv("PATH"));
    struct hs_error err;
    struct run run;

    assert_int_equal(file_make_folder(bin, &err), 0);
    for (size_t i = 0; i < n; i++) {
        char *link = hs_format("%s/%s", bin, binaries[i]), *program = arguments_find_program(binaries[i]);

        assert_non_null(program);
        assert_true(access(link, F_OK) == 0 || symlink(program, link) == 0);
        free(program);
        free(link);
    }
    setenv("PATH", bin, 1);
    run = spawn_run(folder, arguments);
    setenv("PATH", before, 1);
    free(before);
    free(bin);
    return run;
}

static void one_qemu_is_enough(void **state)
{
    static const char *const x86[] = { "qemu-system-x86_64" };
    static const char missing[] = "no program qemu-system-s390x in PATH; on Debian: apt-get install ";
    struct run run = run_on_machine("x86", x86, 1, "doctor");

    (void)state;
    assert_int_equal(run.status, 0);
    assert_non_null(strstr(run.out, "missing  qemu-system-s390x    optional, for the ccw targets"));
    assert_non_null(strstr(run.out, "missing  loader, ccw"));
    assert_non_null(strstr(run.out, "ok       loader, pci"));
    run_clear(&run);
    run = run_on_machine("none", NULL, 0, "doctor");
    assert_int_equal(run.status, 2);
    assert_non_null(strstr(run.out, "MISSING  qemu-system-s390x    apt-get install "));
    assert_non_null(strstr(run.out, "MISSING  qemu-system-x86_64   apt-get install "));
    assert_non_null(strstr(run.out, "MISSING  loader, ccw"));
    run_clear(&run);

    /* There is no AFL++ in that PATH, so nothing begins. */
    run = run_on_machine("x86", x86, 1, "fuzz --engine afl --work @/work");
    assert_int_equal(run.status, 2);
    assert_int_equal(strncmp(run.err, "hardstop: ccw is left out: ", 27), 0);
    assert_int_equal(strncmp(run.err + 27, missing, strlen(missing)), 0);
    assert_null(strstr(run.err, "pci is left out"));
    run_clear(&run);
    run = run_on_machine("x86", x86, 1, "fuzz --engine afl --work @/work ccw");
    assert_null(strstr(run.err, "left out"));
    run_clear(&run);
    run = run_on_machine("none", NULL, 0, "fuzz --engine afl --work @/work");
    assert_int_equal(run.status, 2);
    assert_null(strstr(run.err, "left out"));
    run_clear(&run);
}

/* Lines of an architecture without a QEMU are no surprise, and no answer. */
static void lines_without_a_qemu_are_not_tried(void **state)
{
    static const char *const x86[] = { "qemu-system-x86_64" };
    static const char both[] = "known pc-vga-sr.textproto ccw-rng-ccw-fmt-1.textproto";
    static const char only[] = "known ccw-rng-ccw-fmt-1.textproto";
    static const struct {
        const char *options;
        const char *words;
    } forms[] = {
        { "", "not tried       ccw-rng-ccw-fmt-1.textproto: no qemu-system-s390x in PATH\n" },
        { "", ": 1 confirmed, 1 not tried (no qemu-system-s390x in PATH)\n" },
        { " --json", "\"state\": \"not tried\"" },
        { " --json", "\"expected\": null" },
        { " --junit -", "<skipped message=\"no qemu-system-s390x in PATH\"/>" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(forms); i++) {
        char *arguments = hs_format("%s%s", both, forms[i].options);
        struct run run = run_on_machine("x86", x86, 1, arguments);

        if (run.status != 0 || !strstr(run.out, forms[i].words) || strstr(run.out, "not as expected")) {
            fail_msg("hardstop %s: status %d\n%s%s", arguments, run.status, run.out, run.err);
        }
        run_clear(&run);
        run = run_on_machine("x86", x86, 1, only);
        assert_int_equal(run.status, 2);
        assert_string_equal(run.err, "hardstop: no line was tried: no qemu-system-s390x in PATH\n");
        run_clear(&run);
        free(arguments);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(help_helps_with_itself),
        SUPPORT_TIDY(help_names_no_file_that_is_elsewhere),
        SUPPORT_TIDY(commands_explain_themselves_in_other_forms),
        SUPPORT_TIDY(contradictions_are_refused),
        SUPPORT_TIDY(a_case_is_written_where_a_case_is_named),
        SUPPORT_TIDY(doctor_tells_of_every_check),
        SUPPORT_TIDY(doctor_tells_of_a_qemu),
        SUPPORT_TIDY(a_variable_is_refused_as_its_option),
        SUPPORT_TIDY(one_qemu_is_enough),
        SUPPORT_TIDY(lines_without_a_qemu_are_not_tried),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
