/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever stands at a path, file_write() reaches it and leaves it what it was. */
#include "harness/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "support.h"

static char *folder;

static int set_up(void **state)
{
    (void)state;
    folder = support_folder();
    umask(022);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    support_remove(folder);
    return 0;
}

/* The path of a name in the folder; valid until the fourth next call. */
static const char *in(const char *name)
{
    static char paths[4][400];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
    return path;
}

static struct stat status_of(const char *name)
{
    struct stat status;

    if (lstat(in(name), &status) < 0) {
        fail_msg("%s: %s", in(name), strerror(errno));
    }
    return status;
}

static void writes(const char *path, const char *text)
{
    struct hs_error err;

    if (file_check_writable(path, &err) < 0 || file_write(path, text, strlen(text), &err) < 0) {
        fail_msg("%s", err.text);
    }
}

static void refuses(const char *path, const char *data, size_t size, const char *words)
{
    struct hs_error err = { .offset = 1 };

    assert_int_equal(file_write(path, data, size, &err), -1);
    if (!strstr(err.text, words) || !strstr(err.text, path)) {
        fail_msg("\"%s\" is wanted of %s: %s", words, path, err.text);
    }
}

static void holds(const char *name, const char *text)
{
    struct hs_error err;
    uint8_t *data;
    size_t size;

    if (file_read(in(name), &data, &size, &err) < 0) {
        fail_msg("%s", err.text);
    }
    assert_int_equal(size, strlen(text));
    assert_memory_equal(data, text, size);
    free(data);
}

/* Nothing stays beside what was written. */
static void holds_entries(size_t wanted)
{
    char *command = hs_format("test $(ls -A '%s' | wc -l) = %zu", folder, wanted);

    assert_int_equal(system(command), 0);
    free(command);
}

static void missing_and_regular_files_are_renamed_onto(void **state)
{
    struct stat before, after;

    (void)state;
    writes(in("new"), "one\n");
    before = status_of("new");
    assert_int_equal(before.st_mode, S_IFREG | 0644);
    assert_int_equal(chmod(in("new"), 0640), 0);
    writes(in("new"), "two\n");
    after = status_of("new");
    assert_true(before.st_ino != after.st_ino);
    assert_int_equal(after.st_mode, S_IFREG | 0640);
    holds("new", "two\n");
    holds_entries(1);
}

static void owners_stay(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        skip();
    }
    writes(in("theirs"), "one\n");
    assert_int_equal(chown(in("theirs"), 1234, 4321), 0);
    assert_int_equal(chmod(in("theirs"), 02755), 0);
    writes(in("theirs"), "two\n");
    assert_int_equal(status_of("theirs").st_uid, 1234);
    assert_int_equal(status_of("theirs").st_gid, 4321);
    assert_int_equal(status_of("theirs").st_mode, S_IFREG | 02755);
}

static void long_names_are_written(void **state)
{
    char name[256] = { 0 };

    (void)state;
    memset(name, 'x', 255);
    writes(in(name), "long");
    holds(name, "long");
    writes(in(name), "longer");
    holds(name, "longer");
    holds_entries(1);
}

static void links_are_followed(void **state)
{
    static const char *const targets[] = { "file", "link", "sub/../far" };

    (void)state;
    assert_int_equal(mkdir(in("sub"), 0755), 0);
    writes(in("file"), "old");
    assert_int_equal(symlink("file", in("link")), 0);
    assert_int_equal(symlink("link", in("far")), 0);
    assert_int_equal(symlink("../file", in("sub/up")), 0);
    for (size_t i = 0; i < HS_COUNT(targets); i++) {
        writes(in(targets[i]), targets[i]);
        holds("file", targets[i]);
    }
    writes(in("sub/up"), "up");
    holds("file", "up");
    assert_true(S_ISLNK(status_of("link").st_mode));
    assert_true(S_ISLNK(status_of("far").st_mode));
    assert_true(S_ISLNK(status_of("sub/up").st_mode));
    assert_true(S_ISREG(status_of("file").st_mode));
    assert_int_equal(symlink(in("absolute-new"), in("dangling")), 0);
    writes(in("dangling"), "made");
    assert_true(S_ISLNK(status_of("dangling").st_mode));
    holds("absolute-new", "made");
}

/* A link at a name that is ours was put there by somebody else: it goes, and what it leads to stays. */
static void links_at_our_names_are_replaced(void **state)
{
    static const char *const names[] = { "link", "dangling", "loop", "absolute", "regular", "missing" };
    struct hs_error err = { .text = "" };

    (void)state;
    writes(in("file"), "kept");
    writes(in("regular"), "old");
    assert_int_equal(chmod(in("regular"), 0640), 0);
    assert_int_equal(symlink("file", in("link")), 0);
    assert_int_equal(symlink("nowhere", in("dangling")), 0);
    assert_int_equal(symlink("loop", in("loop")), 0);
    assert_int_equal(symlink(in("file"), in("absolute")), 0);
    for (size_t i = 0; i < HS_COUNT(names); i++) {
        if (file_write_own(in(names[i]), "new", 3, &err) < 0) {
            fail_msg("%s", err.text);
        }
        assert_int_equal(status_of(names[i]).st_mode, S_IFREG | (strcmp(names[i], "regular") == 0 ? 0640 : 0644));
        holds(names[i], "new");
    }
    holds("file", "kept");
    assert_int_equal(access(in("nowhere"), F_OK), -1);
    assert_int_equal(mkfifo(in("pipe"), 0600), 0);
    assert_int_equal(file_write_own(in("pipe"), "new", 3, &err), -1);
    assert_non_null(strstr(err.text, "/pipe: is not a regular file"));
    assert_int_equal(file_write_own(folder, "new", 3, &err), -1);
    holds_entries(2 + HS_COUNT(names));
}

static void folders_are_made_but_not_of_files(void **state)
{
    struct hs_error err = { .text = "" };

    (void)state;
    assert_int_equal(file_make_folder(in("new/below"), &err), 0);
    assert_int_equal(file_make_folder(in("new/below"), &err), 0);
    assert_true(S_ISDIR(status_of("new/below").st_mode));
    writes(in("new/file"), "kept");
    assert_int_equal(file_make_folder(in("new/file"), &err), -1);
    assert_non_null(strstr(err.text, "new/file: is not a directory"));
    assert_int_equal(file_make_folder(in("new/file/below"), &err), -1);
    assert_non_null(strstr(err.text, "new/file: is not a directory"));
    holds("new/file", "kept");
    /* Not the last of the path: the first that cannot be there. */
    assert_int_equal(file_make_folder("/proc/none/below/it", &err), -1);
    assert_string_equal(err.text, "/proc/none: this folder cannot be made: No such file or directory");
    assert_int_equal(file_make_folder("", &err), -1);
}

static void links_without_end_are_an_error(void **state)
{
    struct hs_error err;

    (void)state;
    assert_int_equal(symlink("b", in("a")), 0);
    assert_int_equal(symlink("a", in("b")), 0);
    refuses(in("a"), "x", 1, strerror(ELOOP));
    assert_int_equal(file_check_writable(in("a"), &err), -1);
    assert_false(file_is_stdout(in("a")));
}

static void a_pipe_is_written_to(void **state)
{
    char got[8] = { 0 };
    int reader;

    (void)state;
    assert_int_equal(mkfifo(in("pipe"), 0600), 0);
    assert_int_equal(symlink("pipe", in("to-pipe")), 0);
    reader = open(in("pipe"), O_RDONLY | O_NONBLOCK);
    writes(in("pipe"), "abc");
    writes(in("to-pipe"), "\1\2");
    assert_int_equal(read(reader, got, sizeof(got)), 5);
    assert_string_equal(got, "abc\1\2");
    close(reader);
    assert_true(S_ISFIFO(status_of("pipe").st_mode));
}

static void make_device(const char *name, unsigned minor)
{
    /* Not the ones in /dev: a fault here would replace them. */
    if (mknod(in(name), S_IFCHR | 0666, makedev(1, minor)) < 0) {
        skip();
    }
    close(open(in(name), O_RDONLY));
}

static void devices_stay_devices(void **state)
{
    (void)state;
    make_device("null", 3);
    make_device("full", 7);
    if (access(in("null"), W_OK) < 0 || open(in("null"), O_WRONLY) < 0) {
        skip();
    }
    writes(in("null"), "nothing");
    refuses(in("full"), "text", 4, strerror(ENOSPC));
    assert_int_equal(symlink("full", in("link")), 0);
    refuses(in("link"), "text", 4, strerror(ENOSPC));
    assert_true(S_ISCHR(status_of("null").st_mode));
    assert_true(S_ISCHR(status_of("full").st_mode));
    assert_true(S_ISLNK(status_of("link").st_mode));
    holds_entries(3);
}

static void descriptors_are_written_to(void **state)
{
    char got[16] = { 0 }, *path;
    struct stat before, after;
    int ends[2], fd;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    path = hs_format("/dev/fd/%d", ends[1]);
    writes(path, "one\n");
    free(path);
    path = hs_format("/proc/self/fd/%d", ends[1]);
    writes(path, "two\n");
    free(path);
    assert_int_equal(read(ends[0], got, sizeof(got)), 8);
    assert_string_equal(got, "one\ntwo\n");
    path = hs_format("/dev/fd/%d", ends[0]);
    refuses(path, "x", 1, strerror(EBADF));
    assert_int_equal(file_check_writable(path, NULL), -1);
    free(path);
    close(ends[0]);
    close(ends[1]);
    /* A regular file that is open: written where its offset is, and never replaced. */
    writes(in("open"), "before ");
    before = status_of("open");
    fd = open(in("open"), O_WRONLY | O_APPEND);
    path = hs_format("/dev/fd/%d", fd);
    writes(path, "behind");
    after = status_of("open");
    assert_int_equal(before.st_ino, after.st_ino);
    holds("open", "before behind");
    assert_false(file_is_stdout(path));
    close(fd);
    refuses(path, "x", 1, strerror(EBADF));
    free(path);
}

/* Runs `write` with standard output sent to a file; what it holds then. */
static void with_stdout(const char *name, void (*write)(void))
{
    int saved = dup(1), fd = open(in(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

    fflush(stdout);
    dup2(fd, 1);
    write();
    fflush(stdout);
    dup2(saved, 1);
    close(saved);
    close(fd);
}

static void write_all_ways(void)
{
    printf("first ");
    writes("-", "second ");
    writes("/dev/stdout", "third ");
    writes("/dev/fd/1", "fourth ");
    printf("fifth");
}

static void standard_output_keeps_its_order(void **state)
{
    (void)state;
    with_stdout("out", write_all_ways);
    holds("out", "first second third fourth fifth");
    assert_true(file_is_stdout("-"));
    assert_true(file_is_stdout("/dev/stdout"));
    assert_true(file_is_stdout("/proc/self/fd/1"));
    assert_false(file_is_stdout("/dev/stderr"));
    assert_false(file_is_stdout(in("out")));
    assert_false(file_is_stdout(in("-")));
}

static void what_cannot_be_written_says_why(void **state)
{
    struct hs_error err;

    (void)state;
    refuses(folder, "x", 1, strerror(EISDIR));
    assert_int_equal(file_check_writable(folder, &err), -1);
    refuses(in("no/such"), "x", 1, strerror(ENOENT));
    assert_int_equal(file_check_writable(in("no/such"), &err), -1);
    assert_non_null(strstr(err.text, "no/such"));
    assert_int_equal(file_write("", "x", 1, &err), -1);
    assert_int_equal(file_check_writable("", &err), -1);
    assert_int_equal(file_check_writable(in("new/"), &err), -1);
    writes(in("file"), "old");
    refuses(in("file/below"), "x", 1, strerror(ENOTDIR));
    holds("file", "old");
    holds_entries(1);
    assert_int_equal(file_check_writable(in("new"), &err), 0);
    assert_int_equal(access(in("new"), F_OK), -1);
    assert_int_equal(file_check_writable(in("file"), &err), 0);
}

/* Everybody else than root: what is not theirs to write stays as it is, and a folder that is not lets a file be. */
static void permissions_are_kept(void **state)
{
    struct hs_error err;

    (void)state;
    writes(in("closed"), "old");
    assert_int_equal(chmod(in("closed"), 0444), 0);
    assert_int_equal(mkdir(in("sub"), 0777), 0);
    writes(in("sub/open"), "old");
    assert_int_equal(chmod(in("sub/open"), 0666), 0);
    assert_int_equal(chmod(in("sub"), 0555), 0);
    assert_int_equal(chmod(folder, 0777), 0);
    if (geteuid() == 0) {
        assert_int_equal(seteuid(65534), 0);
    }
    refuses(in("closed"), "x", 1, strerror(EACCES));
    assert_int_equal(file_check_writable(in("closed"), &err), -1);
    writes(in("sub/open"), "n");
    holds("sub/open", "n");
    refuses(in("sub/new"), "x", 1, strerror(EACCES));
    assert_int_equal(file_check_writable(in("sub/new"), &err), -1);
    if (getuid() == 0) {
        assert_int_equal(seteuid(0), 0);
    }
    holds("closed", "old");
    assert_int_equal(chmod(in("sub"), 0755), 0);
}

/* Holes: they need no disk. */
static void files_are_read_up_to_their_limit(void **state)
{
    struct hs_error err = { .text = "" };
    uint8_t *data;
    size_t size;

    (void)state;
    writes(in("large"), "head");
    assert_int_equal(truncate(in("large"), FILE_MAX_SIZE), 0);
    assert_int_equal(file_read(in("large"), &data, &size, &err), 0);
    assert_int_equal(size, FILE_MAX_SIZE);
    assert_memory_equal(data, "head", 5);
    assert_int_equal(data[size - 1], 0);
    free(data);
    assert_int_equal(truncate(in("large"), FILE_MAX_SIZE + 1), 0);
    assert_int_equal(file_read(in("large"), &data, &size, &err), -1);
    assert_non_null(strstr(err.text, strerror(EFBIG)));
    assert_null(data);
}

static void a_terminal_is_given_text_only(void **state)
{
    static const struct {
        const char *data;
        size_t size;
    } no_text[] = { { "QEVM\0\0\0\3", 8 }, { "a\x1b[31m", 6 }, { "\xff", 1 }, { "\xc2\x9b", 2 } };
    char name[100], got[64] = { 0 };
    int master, slave;

    (void)state;
    assert_int_equal(openpty(&master, &slave, name, NULL, NULL), 0);
    for (size_t i = 0; i < HS_COUNT(no_text); i++) {
        refuses(name, no_text[i].data, no_text[i].size, "is a terminal");
    }
    writes(name, "caf\xc3\xa9\tau lait\n");
    assert_true(read(master, got, sizeof(got) - 1) > 0);
    assert_non_null(strstr(got, "caf\xc3\xa9"));
    assert_null(strstr(got, "QEVM"));
    close(master);
    close(slave);
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(missing_and_regular_files_are_renamed_onto),
        IN_FOLDER(owners_stay),
        IN_FOLDER(long_names_are_written),
        IN_FOLDER(links_are_followed),
        IN_FOLDER(links_at_our_names_are_replaced),
        IN_FOLDER(folders_are_made_but_not_of_files),
        IN_FOLDER(links_without_end_are_an_error),
        IN_FOLDER(a_pipe_is_written_to),
        IN_FOLDER(devices_stay_devices),
        IN_FOLDER(descriptors_are_written_to),
        IN_FOLDER(standard_output_keeps_its_order),
        IN_FOLDER(what_cannot_be_written_says_why),
        IN_FOLDER(permissions_are_kept),
        IN_FOLDER(files_are_read_up_to_their_limit),
        IN_FOLDER(a_terminal_is_given_text_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
