/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Each option that writes, to each kind of place: the place stays what it was and gets what a new file would get. */
#include "support.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/audit/audit_json.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "sample_audit.h"
#include "spawn.h"

SUPPORT_SHARED(folder)

/* `%s` is where the output goes. */
static const struct writer {
    const char *arguments;
    int status; /* where it can be written */
} writers[] = {
    { "report @/audit --json %s", 1 },
    { "report @/audit --html %s", 1 },
    { "report @/audit --junit %s", 1 },
    { "report @/audit --sarif %s", 1 },
    { "damage @/stream --truncate 9 --output %s", 0 },
    { "damage @/case --section virtio-rng --insert 0:00ff -o %s", 0 },
    { "capture --qemu qemu-system-s390x --machine s390-ccw-virtio --device virtio-rng-ccw --without-ram -o %s", 0 },
    { "capture --qemu qemu-system-s390x --machine s390-ccw-virtio --device virtio-rng-ccw --section rng -o %s", 0 },
};

static char *in(const char *name)
{
    return hs_format("%s/%s", folder, name);
}

static struct stat status_of(const char *name)
{
    char *path = in(name);
    struct stat status;

    assert_int_equal(lstat(path, &status), 0);
    free(path);
    return status;
}

static int make_inputs(void **state)
{
    static const char text[] =
        "setup { binary: 'qemu-system-s390x' machine: 's390-ccw-virtio' }\n"
        "stream { section { type: FULL section_id: 1 idstr: '/fe.0.0000/virtio-rng' instance_id: 0 version_id: 2 "
        "opaque: 'payload' } section { type: EOF } }\n";
    static const char stream[] = "QEVM\0\0\0\3\0";
    struct audit audit = { 0 };
    struct hs_error err;
    char *path;

    make_folder(state);
    path = in("audit");
    sample_audit(&audit);
    assert_int_equal(audit_json_write(path, &audit, &err), 0);
    audit_clear(&audit);
    free(path);
    free(support_write(folder, "case", text, strlen(text)));
    free(support_write(folder, "stream", stream, sizeof(stream)));
    return 0;
}

static struct run run_to(const struct writer *writer, const char *place)
{
    const char *at = strstr(writer->arguments, "%s");
    char *arguments = hs_format("%.*s%s", (int)(at - writer->arguments), writer->arguments, place);
    struct run run = spawn_run(folder, arguments);

    free(arguments);
    return run;
}

static void writes_to(const struct writer *writer, const char *place)
{
    struct run run = run_to(writer, place);

    if (run.status != writer->status || *run.err) {
        fail_msg("%s to %s: status %d\n%s", writer->arguments, place, run.status, run.err);
    }
    run_clear(&run);
}

static void fails_to(const struct writer *writer, const char *place, const char *words)
{
    struct run run = run_to(writer, place);
    const char *line = strchr(run.err, '\n');

    if (run.status != 2 || strncmp(run.err, "hardstop: ", 10) != 0 || !strstr(run.err, words) || !line || line[1]) {
        fail_msg("%s to %s: status %d, \"%s\" is wanted\n%s", writer->arguments, place, run.status, words, run.err);
    }
    run_clear(&run);
}

/* What the writer gives, from a file that was not there. */
static struct builder reference_of(const struct writer *writer)
{
    char *path = in("reference");
    struct builder reference = { 0 };
    struct hs_error err;
    uint8_t *data;
    size_t size;

    writes_to(writer, "@/reference");
    assert_true(S_ISREG(status_of("reference").st_mode));
    if (file_read(path, &data, &size, &err) < 0 || size == 0) {
        fail_msg("%s: nothing written", writer->arguments);
    }
    builder_put(&reference, data, size);
    /* A zero byte behind the last makes a string of what is text. */
    builder_put(&reference, "", 1);
    reference.size--;
    free(data);
    unlink(path);
    free(path);
    return reference;
}

static void same(const struct writer *writer, const char *place, const struct builder *reference, const void *data,
                 size_t size)
{
    /* A capture is of another run of QEMU: its length is the same, and its beginning. */
    size_t compared = strncmp(writer->arguments, "capture", 7) == 0 ? 8 : size;

    if (size != reference->size || memcmp(data, reference->data, compared) != 0) {
        fail_msg("%s to %s: %zu bytes, not the %zu of a new file", writer->arguments, place, size, reference->size);
    }
}

static void file_is_same(const struct writer *writer, const char *name, const struct builder *reference)
{
    char *path = in(name);
    struct hs_error err;
    uint8_t *data;
    size_t size;

    assert_int_equal(file_read(path, &data, &size, &err), 0);
    same(writer, name, reference, data, size);
    free(data);
    free(path);
}

static void to_files_and_links(const struct writer *writer, const struct builder *reference)
{
    char *file = support_write(folder, "file", "old", 3), *link = in("link"), *dangling = in("dangling"),
         *made = in("made");

    assert_int_equal(chmod(file, 0604), 0);
    writes_to(writer, "@/file");
    file_is_same(writer, "file", reference);
    assert_int_equal(status_of("file").st_mode, S_IFREG | 0604);
    free(support_write(folder, "file", "old", 3));
    assert_int_equal(symlink("file", link), 0);
    assert_int_equal(symlink("made", dangling), 0);
    writes_to(writer, "@/link");
    file_is_same(writer, "file", reference);
    writes_to(writer, "@/dangling");
    file_is_same(writer, "made", reference);
    assert_true(S_ISLNK(status_of("link").st_mode));
    assert_true(S_ISLNK(status_of("dangling").st_mode));
    assert_true(S_ISREG(status_of("file").st_mode));
    unlink(file);
    unlink(link);
    unlink(dangling);
    unlink(made);
    free(file);
    free(link);
    free(dangling);
    free(made);
}

static void to_a_pipe(const struct writer *writer, const struct builder *reference)
{
    char *pipe = in("pipe"), *got = in("got"), *command = hs_format("cat '%s' > '%s'", pipe, got);
    int status;
    pid_t cat;

    assert_int_equal(mkfifo(pipe, 0600), 0);
    cat = fork();
    if (cat == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    writes_to(writer, "@/pipe");
    assert_int_equal(waitpid(cat, &status, 0), cat);
    assert_int_equal(status, 0);
    file_is_same(writer, "got", reference);
    assert_true(S_ISFIFO(status_of("pipe").st_mode));
    unlink(pipe);
    unlink(got);
    free(pipe);
    free(got);
    free(command);
}

/* As `>(command)` of a shell gives it; here the other end is memory. */
static void to_a_descriptor(const struct writer *writer, const struct builder *reference)
{
    int fd = memfd_create("place", 0);
    char *place = hs_format("/dev/fd/%d", fd);
    uint8_t *data = hs_alloc(reference->size + 1);

    writes_to(writer, place);
    same(writer, place, reference, data, (size_t)pread(fd, memset(data, 0, reference->size), reference->size + 1, 0));
    same(writer, place, reference, data, reference->size);
    close(fd);
    free(data);
    free(place);
}

/* Both names of standard output; what else is printed goes to standard error. */
static void to_standard_output(const struct writer *writer, const struct builder *reference)
{
    static const char *const names[] = { "-", "/dev/stdout", "/dev/fd/1" };

    for (size_t i = 0; i < HS_COUNT(names); i++) {
        struct run run = run_to(writer, names[i]);

        assert_int_equal(run.status, writer->status);
        /* Bytes may have zeros in them: then the beginning is what a string has. */
        same(writer, names[i], reference, run.out,
             strlen(run.out) == strlen((const char *)reference->data) && memchr(reference->data, 0, reference->size)
                 ? reference->size
                 : strlen(run.out));
        assert_true(writer->status == 0 ? !*run.err : strstr(run.err, "fail") != NULL);
        run_clear(&run);
    }
}

static bool make_device(const char *name, unsigned minor)
{
    /* Not the ones in /dev: a fault here would replace them. */
    char *path = in(name);
    bool made = mknod(path, S_IFCHR | 0666, makedev(1, minor)) == 0;
    int fd = made ? open(path, O_WRONLY) : -1;

    if (made && fd < 0) {
        unlink(path);
        made = false;
    }
    if (fd >= 0) {
        close(fd);
    }
    free(path);
    return made;
}

static void to_devices(const struct writer *writer)
{
    char *null = in("null"), *full = in("full");

    if (make_device("null", 3)) {
        writes_to(writer, "@/null");
        assert_true(S_ISCHR(status_of("null").st_mode));
        unlink(null);
    }
    if (make_device("full", 7)) {
        fails_to(writer, "@/full", "No space left on device");
        assert_true(S_ISCHR(status_of("full").st_mode));
        unlink(full);
    }
    free(null);
    free(full);
}

static void to_where_it_cannot(const struct writer *writer)
{
    fails_to(writer, folder, "Is a directory");
    fails_to(writer, "@/no/such", "No such file or directory");
    fails_to(writer, "@/audit/below", "Not a directory");
}

static size_t count_entries(void)
{
    char *command = hs_format("ls -A '%s' | wc -l", folder);
    FILE *list = popen(command, "r");
    size_t n = 0;

    assert_int_equal(fscanf(list, "%zu", &n), 1);
    pclose(list);
    free(command);
    return n;
}

static void every_place_gets_it_and_stays(void **state)
{
    size_t before = count_entries();

    (void)state;
    for (size_t i = 0; i < HS_COUNT(writers); i++) {
        struct builder reference = reference_of(&writers[i]);

        to_files_and_links(&writers[i], &reference);
        to_a_pipe(&writers[i], &reference);
        to_a_descriptor(&writers[i], &reference);
        to_standard_output(&writers[i], &reference);
        to_devices(&writers[i]);
        to_where_it_cannot(&writers[i]);
        assert_int_equal(count_entries(), before);
        builder_clear(&reference);
    }
}

static void two_results_do_not_share_standard_output(void **state)
{
    struct run run = spawn_run(folder, "report @/audit --json - --html /dev/stdout");

    (void)state;
    assert_int_equal(run.status, 2);
    assert_string_equal(run.out, "");
    assert_non_null(strstr(run.err, "standard output can take one"));
    run_clear(&run);
}

/* The second would be in the place of the first, and nobody would know. */
static void two_results_do_not_share_a_file(void **state)
{
    static const struct {
        const char *arguments;
        bool refused;
    } shared[] = {
        { "report @/audit --json @/new --html @/new", true },
        { "report @/audit --json @/new --html @/link", true },
        { "report @/audit --json @/new --sarif @/./new", true },
        { "report @/audit --json @/old --junit @/hard", true },
        { "report @/audit --html @/audit", true },
        { "report @/audit --baseline @/baseline --html @/baseline", true },
        { "report @/audit --beside @/baseline --junit @/baseline", true },
        { "report @/audit --baseline @/baseline --json @/baseline", false },
        { "report @/audit --json /dev/null --html /dev/null", false },
    };
    char *pointer = in("link"), *new = in("new"), *old = support_write(folder, "old", "old", 3), *hard = in("hard"),
         *audit = in("audit"), *baseline = in("baseline");
    struct builder content = { 0 };
    struct hs_error err;
    uint8_t *data;
    size_t size;

    (void)state;
    assert_int_equal(symlink("new", pointer) | link(old, hard), 0);
    assert_int_equal(file_read(audit, &data, &size, &err), 0);
    builder_put(&content, data, size);
    free(data);
    assert_int_equal(file_write(baseline, content.data, content.size, &err), 0);
    for (size_t i = 0; i < HS_COUNT(shared); i++) {
        struct run run = spawn_run(folder, shared[i].arguments);

        if (shared[i].refused ? run.status != 2 || strncmp(run.err, "hardstop: ", 10) != 0 : *run.err) {
            fail_msg("%s: status %d\n%s", shared[i].arguments, run.status, run.err);
        }
        assert_int_equal(access(new, F_OK), -1);
        assert_int_equal(file_read(audit, &data, &size, &err), 0);
        assert_true(size == content.size && memcmp(data, content.data, size) == 0);
        free(data);
        assert_int_equal(file_read(baseline, &data, &size, &err), 0);
        assert_int_equal(*data, '{');
        free(data);
        run_clear(&run);
    }
    assert_int_equal(unlink(pointer) | unlink(old) | unlink(hard) | unlink(baseline), 0);
    builder_clear(&content);
    free(pointer);
    free(new);
    free(old);
    free(hard);
    free(audit);
    free(baseline);
}

/* Runs with that descriptor as standard output (-1: closed); the status, or minus the signal; `words`: what it said. */
static int status_with(int fd, const char *arguments, char words[1000])
{
    char *program = support_beside("hardstop"), *command = hs_format("\"$0\" %s", arguments), *at;
    int errors = memfd_create("errors", 0), status;
    pid_t child;

    while ((at = strchr(command, '@'))) {
        char *longer = hs_format("%.*s%s%s", (int)(at - command), command, folder, at + 1);

        free(command);
        command = longer;
    }
    child = fork();
    if (child == 0) {
        if (fd >= 0) {
            dup2(fd, 1);
        } else {
            close(1);
        }
        dup2(errors, 2);
        execl("/bin/sh", "sh", "-c", command, program, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    memset(words, 0, 1000);
    assert_true(pread(errors, words, 999, 0) >= 0);
    close(errors);
    free(command);
    free(program);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static const char *const printers[] = {
    "show @/case",
    "show --json @/case",
    "show --all @/case",
    "report @/audit",
    "damage @/stream --truncate 8",
    "damage @/case --truncate 8",
    "fuzz --list",
    "doctor --help",
    "help",
    "help audit",
    "--version",
    "fuzz --list --json",
};

/* As behind `| head -1`: the reader has gone, and nobody is to be told. */
static void a_closed_pipe_ends_quietly(void **state)
{
    char words[1000];
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    for (size_t i = 0; i < HS_COUNT(printers); i++) {
        int status = status_with(ends[1], printers[i], words);

        if (status != 2 || *words) {
            fail_msg("hardstop %s: status %d: %s", printers[i], status, words);
        }
    }
    close(ends[1]);
}

static void a_full_or_closed_output_is_an_error(void **state)
{
    int full = open("/dev/full", O_WRONLY);
    char words[1000];

    (void)state;
    for (size_t i = 0; i < 2 * HS_COUNT(printers); i++) {
        int status = status_with(i % 2 ? full : -1, printers[i / 2], words);

        if (status != 2 || strncmp(words, "hardstop: standard output: ", 27) != 0) {
            fail_msg("hardstop %s: status %d: %s", printers[i / 2], status, words);
        }
    }
    close(full);
}

/* Nothing that is opened gets the number of a closed standard output, and with it what is printed. */
static void a_closed_output_harms_no_file(void **state)
{
    struct run run;
    char words[1000];

    (void)state;
    assert_int_equal(status_with(-1, "report @/audit --json @/json", words), 2);
    run = spawn_run(folder, "report @/json");
    assert_int_equal(run.status, 1);
    run_clear(&run);
}

/* `ulimit -f`: words, and neither a signal nor a part of a file. */
static void a_file_that_may_not_grow_is_an_error(void **state)
{
    char words[1000];
    int null = open("/dev/null", O_WRONLY);

    (void)state;
    assert_int_equal(status_with(null, "--version; ulimit -f 1; exec \"$0\" report @/audit --html @/html", words), 2);
    assert_non_null(strstr(words, "/html: File too large\n"));
    assert_int_equal(count_entries(), 4);
    close(null);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_place_gets_it_and_stays), cmocka_unit_test(two_results_do_not_share_standard_output),
        cmocka_unit_test(two_results_do_not_share_a_file),
        cmocka_unit_test(a_closed_pipe_ends_quietly),    cmocka_unit_test(a_full_or_closed_output_is_an_error),
        cmocka_unit_test(a_closed_output_harms_no_file), cmocka_unit_test(a_file_that_may_not_grow_is_an_error),
    };

    return cmocka_run_group_tests(tests, make_inputs, remove_folder);
}
