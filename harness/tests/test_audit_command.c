/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hardstop audit as somebody's CI runs it: what it exits with, that it goes on after a kill as if there had been none,
 * that its files are what they claim to be, and that hardstop report makes the same of its JSON.
 */
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/random.h"
#include "spawn.h"

enum {
    KILLS = 3,
    GONE_MS = 300000, /* for what a killed command leaves behind to end */
};

#define RNG "audit --qemu qemu-system-s390x --machine s390-ccw-virtio --device virtio-rng-ccw "
#define LONG RNG "--edits truncate " /* some seconds */
#define SHORT RNG "--edits delete " /* half a second, and one finding */

static char *folder;

static int make_folder(void **state)
{
    struct hs_error err;
    char *work;

    (void)state;
    folder = support_folder();
    work = hs_format("%s/out", folder);
    assert_int_equal(file_make_folder(work, &err), 0);
    free(work);
    return support_count_open(state);
}

static int remove_folder(void **state)
{
    support_remove(folder);
    return support_check_closed(state);
}

static void pause_ms(uint64_t ms)
{
    usleep((useconds_t)(ms * 1000));
}

/* Runs, and demands the exit status and the words on either output. */
static struct run expect(const char *arguments, int status, const char *words)
{
    struct run run = spawn_run(folder, arguments);

    if (run.status != status || (!strstr(run.out, words) && !strstr(run.err, words))) {
        fail_msg("hardstop %s: status %d, not %d; \"%s\" is wanted:\n%.3000s%s", arguments, run.status, status, words,
                 run.out, run.err);
    }
    return run;
}

static void demand(const char *arguments, int status, const char *words)
{
    struct run run = expect(arguments, status, words);

    run_clear(&run);
}

static struct builder read_file(const char *name)
{
    char *path = hs_format("%s/%s", folder, name);
    struct builder data = { 0 };
    struct hs_error err;
    uint8_t *bytes;
    size_t size;

    if (file_read(path, &bytes, &size, &err) < 0) {
        fail_msg("%s", err.text);
    }
    builder_put(&data, bytes, size);
    free(bytes);
    free(path);
    return data;
}

static void same_files(const char *left, const char *right)
{
    struct builder a = read_file(left), b = read_file(right);

    if (!a.size || a.size != b.size || memcmp(a.data, b.data, a.size) != 0) {
        fail_msg("%s and %s differ", left, right);
    }
    builder_clear(&a);
    builder_clear(&b);
}

/* How many entries a folder has; `journal_size` (may be NULL) gets the size of the journal among them. */
static size_t count_entries(const char *name, off_t *journal_size)
{
    char *path = hs_format("%s/%s", folder, name);
    DIR *directory = opendir(path);
    struct dirent *entry;
    size_t n = 0;

    if (journal_size) {
        *journal_size = 0;
    }
    while (directory && (entry = readdir(directory))) {
        char *file = hs_format("%s/%s", path, entry->d_name);
        struct stat status;

        n += *entry->d_name != '.';
        if (journal_size && strstr(entry->d_name, ".journal") && stat(file, &status) == 0) {
            *journal_size = status.st_size;
        }
        free(file);
    }
    if (directory) {
        closedir(directory);
    }
    free(path);
    return n;
}

/* Waits until the journal has more than that, however long this machine takes to begin; returns its size. */
static off_t await_growth(const char *name, off_t from)
{
    off_t size = 0;

    while (size <= from) {
        pause_ms(10);
        count_entries(name, &size);
        /* It would be smaller for a while had all begun anew. */
        assert_true(size >= from);
    }
    return size;
}

static void a_killed_audit_goes_on(void **state)
{
    off_t size = 0, before;
    struct random random;

    (void)state;
    random_init(&random, 1);
    demand(LONG "--work @/w0 --json @/whole.json", 0, "nothing fails");
    for (int i = 0; i < KILLS; i++) {
        struct spawn spawn = spawn_start(folder, LONG "--jobs 1 --work @/w1 --json @/out/killed.json");

        before = await_growth("w1", size);
        pause_ms(random_below(&random, 200));
        kill(-spawn.pid, SIGKILL);
        assert_true(spawn_is_gone(&spawn, GONE_MS));
        count_entries("w1", &size);
        assert_true(size >= before);
        assert_int_equal(count_entries("out", NULL), 0);
    }
    demand(LONG "--work @/w1 --json @/killed.json", 0, "nothing fails");
    same_files("whole.json", "killed.json");
    count_entries("w1", &size);
    assert_int_equal(size, 0); /* the journal is gone */
}

static void an_interrupted_audit_says_how_to_go_on(void **state)
{
    struct spawn spawn = spawn_start(folder, LONG "--jobs 1 --work @/w2 --json @/out/a.json --html @/out/a.html");
    off_t size;
    struct run run;

    (void)state;
    size = await_growth("w2", 0);
    /* As a terminal does, to all of them. */
    kill(-spawn.pid, SIGINT);
    run = spawn_end(&spawn);
    if (run.status != 2 || !strstr(run.err, "hardstop: interrupted; the same command goes on from ") || *run.out ||
        strchr(run.err, '\n') != run.err + strlen(run.err) - 1) {
        fail_msg("status %d\n%s%s", run.status, run.out, run.err);
    }
    run_clear(&run);
    count_entries("w2", &size);
    assert_true(size > 0);
    assert_int_equal(count_entries("out", NULL), 0);
    demand(LONG "--work @/w2 --json @/resumed.json", 0, "nothing fails");
    same_files("whole.json", "resumed.json");
}

#define OWN "audit --qemu @/qemu-system-s390x --option=-L --option=/usr/share/qemu --machine s390-ccw-virtio " \
            "--device virtio-rng-ccw --edits truncate --work @/w7"

/* An audit of a QEMU that was built anew does not go on with what the one before gave. */
static void another_build_has_another_journal(void **state)
{
    char *path = hs_format("%s/qemu-system-s390x", folder);
    struct timespec times[2] = { { .tv_sec = 1 }, { .tv_sec = 1 } };
    uint8_t *binary;
    size_t size;
    struct hs_error err;
    struct spawn spawn;
    struct run run;
    off_t left;

    (void)state;
    assert_int_equal(file_read("/usr/bin/qemu-system-s390x", &binary, &size, &err), 0);
    assert_int_equal(file_write(path, binary, size, &err), 0);
    assert_int_equal(chmod(path, 0755), 0);
    spawn = spawn_start(folder, OWN " --jobs 1");
    await_growth("w7", 0);
    kill(-spawn.pid, SIGINT);
    run = spawn_end(&spawn);
    assert_int_equal(run.status, 2);
    run_clear(&run);
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
    demand(OWN, 0, "nothing fails");
    count_entries("w7", &left);
    assert_true(left > 0); /* its own journal is gone, the other is not */
    free(binary);
    free(path);
}

static void only_what_is_worse_than_the_baseline_fails(void **state)
{
    (void)state;
    demand(SHORT "--work @/w3 --json @/on.json", 1, "1 damage fails\n  garbage delete 1 at 0 type: accepted;");
    demand(SHORT "--work @/w3 --baseline @/on.json --json @/again.json", 0, "nothing is worse than the baseline");
    same_files("on.json", "again.json");
    demand(SHORT "--work @/w3 --footers off --baseline @/on.json --json @/off.json", 1,
           "damages are worse than the baseline\n  ");
    demand("report @/off.json --baseline @/on.json", 1, ", was rejected: accepted; ");
    demand("report @/off.json --baseline @/off.json", 0, "nothing is worse than the baseline");
    demand(SHORT "--work @/w3 --fail-on crashed,hung", 0, "nothing fails");
    demand("report @/off.json --fail-on equal", 0, "nothing fails");
}

/* The share that stands largest in a report, of one of its audits. */
static char *share_in(const char *name, int which)
{
    static const char before[] = "<span class=\"big\">";
    struct builder page = read_file(name);
    char *text = hs_copy(page.data, page.size), *at = strstr(text, before), *share;

    for (; which && at; which--) {
        at = strstr(at + 1, before);
    }
    assert_non_null(at);
    at += strlen(before);
    share = hs_format("%.*s", (int)strcspn(at, "<"), at);
    free(text);
    builder_clear(&page);
    return share;
}

/* on.json and off.json are from the test before. */
static void the_earlier_audit_comes_first(void **state)
{
    static const char *const pages[] = { "before.html", "now.html" };
    struct builder page;
    char *text, *on, *off;

    (void)state;
    demand("report @/on.json --html @/before.html", 1, "");
    demand("report @/off.json --html @/now.html", 1, "");
    demand("report @/off.json --baseline @/on.json --html @/both.html", 1, "");
    for (int i = 0; i < 2; i++) {
        char *alone = share_in(pages[i], 0), *beside = share_in("both.html", i);

        assert_string_equal(alone, beside);
        free(alone);
        free(beside);
    }
    page = read_file("both.html");
    text = hs_copy(page.data, page.size);
    on = strstr(text, "<h2>as the machine has it</h2>");
    off = strstr(text, "<h2>footers off</h2>");
    assert_true(on && off && on < off);
    free(text);
    builder_clear(&page);
}

/* Each length that is asked for, and no other. */
static void as_many_bytes_go_as_was_said(void **state)
{
    struct run run;

    (void)state;
    run = expect(RNG "--edits delete --lengths 3,8 --footers off --work @/w8", 1, "  garbage delete 3 at ");
    assert_null(strstr(run.out, "delete 1 at"));
    assert_null(strstr(run.out, "delete 2 at"));
    assert_null(strstr(run.out, "delete 4 at"));
    run_clear(&run);
}

/* Writes what `from` holds, with a text in the place of another. */
static void write_changed(const char *from, const char *to, const char *find, const char *replace)
{
    char *path = hs_format("%s/%s", folder, from), *text, *at, *changed;
    struct hs_error err;
    uint8_t *data;
    size_t size;

    assert_int_equal(file_read(path, &data, &size, &err), 0);
    free(path);
    text = hs_copy(data, size);
    at = strstr(text, find);
    assert_non_null(at);
    changed = hs_format("%.*s%s%s", (int)(at - text), text, replace, at + strlen(find));
    free(support_write(folder, to, changed, strlen(changed)));
    free(changed);
    free(text);
    free(data);
}

/* on.json is from the test before. */
static void a_baseline_of_another_setup_is_refused(void **state)
{
    static const char *const changes[][3] = {
        { "\"loader\":\"QEMU ", "\"loader\":\"QEMU 0.", "loader QEMU " },
        { "\"machine\":\"s390", "\"machine\":\"s391", "machine s390-ccw-virtio instead of s391-ccw-virtio" },
        { "\"global\":[", "\"global\":[\"a.b=c\"", "globals none instead of a.b=c" },
    };
    char *work;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(changes); i++) {
        write_changed("on.json", "other.json", changes[i][0], changes[i][1]);
        demand(SHORT "--work @/w9 --baseline @/other.json --json @/never.json", 2, changes[i][2]);
        demand("report @/on.json --baseline @/other.json --json @/never.json", 2, "--any-baseline");
        demand("report @/on.json --baseline @/other.json --any-baseline", 0, changes[i][2]);
        demand("report @/on.json --baseline @/other.json --any-baseline", 0, "nothing is worse than the baseline");
        demand("report @/on.json --beside @/other.json", 1, changes[i][2]);
    }
    demand(SHORT "--section cpu --work @/w9 --baseline @/on.json --json @/never.json", 2,
           "is an audit of virtio-rng, and this one is of cpu");
    demand(RNG "--edits truncate --work @/w9 --baseline @/on.json --json @/never.json", 2,
           "on.json: the baseline has no cell of this audit: other edits, values or fields");
    demand(SHORT "--lengths 2 --work @/w9 --baseline @/on.json --any-baseline --json @/never.json", 2,
           "on.json: the baseline has no cell of this audit: other edits, values or fields");
    demand("report @/never.json", 2, "never.json");
    /* Said before the first load. */
    work = hs_format("%s/w9", folder);
    assert_int_equal(access(work, F_OK), -1);
    free(work);
    demand("report @/on.json --any-baseline", 2, "--any-baseline is for a --baseline");
    demand("report @/off.json --baseline @/on.json", 1, "without section footers instead of with section footers");
}

static void check_xml(const char *name)
{
    char *path = hs_format("%s/%s", folder, name);
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        execl(XMLLINT_PATH, XMLLINT_PATH, "--noout", "--nonet", path, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    free(path);
}

static void check_sarif(const char *name)
{
    struct builder data = read_file(name);
    json_t *root = json_loadb((const char *)data.data, data.size, 0, NULL);

    assert_string_equal(json_string_value(json_object_get(root, "version")), "2.1.0");
    assert_int_equal(json_array_size(json_object_get(root, "runs")), 1);
    json_decref(root);
    builder_clear(&data);
}

static void a_report_is_what_the_audit_gave(void **state)
{
    struct run audit = expect(SHORT "--work @/w4 --json @/a.json --html @/a.html --junit @/a.xml --sarif @/a.sarif", 1,
                              "1 damage fails");
    struct run report = expect("report --work @/w4 @/a.json --json @/b.json --html @/b.html --junit @/b.xml --sarif @/b.sarif", 1,
                               "damage fails");

    (void)state;
    assert_string_equal(audit.out, report.out);
    assert_string_equal(audit.err, "");
    assert_string_equal(report.err, "");
    assert_null(strchr(audit.out, '\033'));
    same_files("a.json", "b.json");
    same_files("a.html", "b.html");
    same_files("a.xml", "b.xml");
    same_files("a.sarif", "b.sarif");
    check_xml("a.xml");
    check_sarif("a.sarif");
    run_clear(&audit);
    /* Wherever it works, and with however many loaders. */
    audit = expect(SHORT "--work @/w5/deeper --jobs 1 --json @/c.json", 1, "1 damage fails");
    same_files("a.json", "c.json");
    run_clear(&audit);
    run_clear(&report);
}

/* True when the report has escapes on a terminal. */
static bool is_coloured(const char *no_color)
{
    char *program = support_beside("hardstop"), *path = hs_format("%s/a.json", folder), piece[4096];
    bool found = false;
    int terminal, status;
    ssize_t n;
    pid_t pid = forkpty(&terminal, NULL, NULL, NULL);

    if (pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        unsetenv("NO_COLOR");
        if (no_color) {
            setenv("NO_COLOR", no_color, 1);
        }
        execl(program, program, "report", path, (char *)NULL);
        _exit(127);
    }
    assert_true(pid > 0);
    while ((n = read(terminal, piece, sizeof(piece))) > 0) {
        found |= memchr(piece, '\033', (size_t)n) != NULL;
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), 1);
    close(terminal);
    free(program);
    free(path);
    return found;
}

static void colour_is_for_terminals_that_want_it(void **state)
{
    (void)state;
    assert_true(is_coloured(NULL));
    assert_false(is_coloured("1"));
}

/* Without a virtio device and a word on which, the first section is audited, and named. */
static void a_machine_without_virtio_has_a_first_section(void **state)
{
    const char *bare = "audit --qemu qemu-system-s390x --machine s390-ccw-virtio --edits range --work @/w10";
    const char *words = "hardstop: auditing \"timer\", the first section of a device; --section";
    struct run run;

    (void)state;
    demand(bare, 1, words);
    run = expect(SHORT "--work @/w10", 1, "");
    assert_null(strstr(run.err, "hardstop: auditing"));
    run_clear(&run);
}

static const struct {
    const char *arguments, *words;
    int lines; /* 2: a usage error, whose next sentence leads to --help */
} refused[] = {
    { "audit", "hardstop audit: which stream or case?", 2 },
    { "audit @/none.mig @/none.mig", "hardstop audit: one file at a time", 2 },
    { "audit @/missing.mig", "missing.mig", 1 },
    { "audit @/noise", "hardstop: ", 1 },
    { "audit @/damaged.textproto --work @/w5", "the case has damages of its own", 1 },
    { RNG "--section nonsense --work @/w5", "no section's idstr contains \"nonsense\"; there are ram, ", 1 },
    { RNG "--section rng --whole", "hardstop audit: --section and --whole exclude each other", 2 },
    { RNG "--values zz", "hardstop audit: --values takes all, or bytes in hex", 2 },
    { RNG "--values 0", "hardstop audit: --values takes", 2 },
    { RNG "--values 00,", "hardstop audit: --values takes", 2 },
    { RNG "--edits foo", "hardstop audit: --edits takes truncate, insert", 2 },
    { RNG "--lengths 9", "hardstop audit: --lengths takes a whole number", 2 },
    { RNG "--lengths 0", "hardstop audit: --lengths takes a whole number", 2 },
    { RNG "--jobs 0", "hardstop audit: --jobs takes a whole number", 2 },
    { RNG "--fail-on rejected", "hardstop audit: --fail-on: ", 2 },
    { SHORT "--baseline @/missing.json --work @/w5", "missing.json", 1 },
    { SHORT "--baseline @/noise --work @/w5", "noise", 1 },
    { SHORT "--baseline @/list.json --work @/w5", "list.json", 1 },
    { SHORT "--beside @/noise --work @/w5", "noise", 1 },
    { SHORT "--work @/noise", "noise", 1 },
    { SHORT "--work @/w5 --json @/none/a.json", "none/a.json", 1 },
    { SHORT "--work @/w5 --html @/none/a.html", "none/a.html", 1 },
    { SHORT "--work @/w5 --junit @/none/a.xml", "none/a.xml", 1 },
    { SHORT "--work @/w5 --sarif @", "hardstop: ", 1 },
    { "report", "hardstop report: which audit?", 2 },
    { "report @/missing.json", "missing.json", 1 },
    { "report @/noise", "noise", 1 },
    { "report @/list.json", "list.json", 1 },
    { "report @/a.json --baseline @/noise", "noise", 1 },
    { "experiment --from @/a.json --states fresh", "--from shows all trials of its file", 2 },
    { "report @/a.json --json @/none/b.json", "none/b.json", 1 },
};

static void write_bad_files(void)
{
    static const char damaged[] =
        "setup { binary: \"qemu-system-s390x\" machine: \"s390-ccw-virtio\" }\n"
        "stream { section { type: EOF } }\n"
        "damage { at { offset: 0 } delete: 1 }\n";

    free(support_write(folder, "noise", "\xff\xfe nothing", 10));
    free(support_write(folder, "list.json", "[1, 2]\n", 7));
    free(support_write(folder, "damaged.textproto", damaged, strlen(damaged)));
}

static void what_cannot_be_done_has_a_reason(void **state)
{
    (void)state;
    write_bad_files();
    for (size_t i = 0; i < HS_COUNT(refused); i++) {
        struct run run = spawn_run(folder, refused[i].arguments);
        bool is_usage = strstr(run.err, "\nTry `hardstop ") != NULL;

        if (run.status != 2 || is_usage != (refused[i].lines == 2) || (!is_usage && spawn_count_lines(run.err) != 1) ||
            !strstr(run.err, refused[i].words) || strncmp(run.err, "hardstop", 8) != 0) {
            fail_msg("hardstop %s: status %d, \"%s\" is wanted\n%.1000s%s", refused[i].arguments, run.status,
                     refused[i].words, run.out, run.err);
        }
        run_clear(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_audit_goes_on),
        cmocka_unit_test(an_interrupted_audit_says_how_to_go_on),
        cmocka_unit_test(another_build_has_another_journal),
        cmocka_unit_test(only_what_is_worse_than_the_baseline_fails),
        cmocka_unit_test(the_earlier_audit_comes_first),
        cmocka_unit_test(as_many_bytes_go_as_was_said),
        cmocka_unit_test(a_baseline_of_another_setup_is_refused),
        cmocka_unit_test(a_report_is_what_the_audit_gave),
        cmocka_unit_test(colour_is_for_terminals_that_want_it),
        cmocka_unit_test(a_machine_without_virtio_has_a_first_section),
        cmocka_unit_test(what_cannot_be_done_has_a_reason),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
