/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Claims: a campaign whose disk fills up ends, says so, and leaves nothing empty or half written behind; and none
 * writes its log to where a planted link leads.
 */
#include "support.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/finding/finding.h"
#include "spawn.h"

enum {
    PIECE = 64 << 10,
    LEFT = 1 << 20, /* of the disk: less than a campaign goes on with */
};

/*
 * An engine that only waits: a campaign with it ends if the command looks at the disk, and never otherwise.  What it
 * leaves empty must go, but for what is no input and no finding.
 */
static const char waiting[] = "#!/bin/sh\n"
                              "echo input >\"$1/whole\"\n"
                              ": >\"$1/empty\"\n"
                              ": >\"$1/../artifacts-ccw_rng/crash-empty\"\n"
                              ": >\"$1/../mark\"\n"
                              ": >\"$HARDSTOP_FINDINGS/half\"\n"
                              "echo '{}' >\"$HARDSTOP_FINDINGS/status-$HARDSTOP_INSTANCE\"\n"
                              "exec sleep 86400\n";

static size_t kept, empty;

static int count(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)where;
    if (kind == FTW_F && !strstr(path, ".log") && !strstr(path, "/filler")) {
        kept++;
        empty += status->st_size == 0;
    }
    return 0;
}

/* Waits until the campaign has written its status, and so has found its way; or has ended. */
static void await_status(const char *folder, const struct spawn *spawn)
{
    char *path = hs_format("%s/disk/work/findings/status-ccw_rng", folder);
    siginfo_t end = { 0 };

    while (access(path, F_OK) != 0 &&
           waitid(P_PID, (id_t)spawn->pid, &end, WEXITED | WNOHANG | WNOWAIT) == 0 && !end.si_pid) {
        nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
    }
    free(path);
}

static void fill(const char *folder)
{
    char *path = hs_format("%s/disk/filler", folder);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    uint8_t piece[PIECE] = { 1 };
    struct statvfs disk;

    while (fstatvfs(fd, &disk) == 0 && disk.f_bavail * disk.f_frsize > LEFT) {
        assert_int_equal(write(fd, piece, sizeof(piece)), sizeof(piece));
    }
    close(fd);
    free(path);
}

/* A small disk at `folder`/disk. */
static void mount_disk(char *folder)
{
    char *disk = hs_format("%s/disk", folder);
    struct hs_error err;
    int result = file_make_folder(disk, &err) == 0 ? mount("tmpfs", disk, "tmpfs", 0, "size=64m") : -1;

    free(disk);
    if (result < 0) {
        support_remove(folder);
        skip();
    }
}

static void unmount_disk(char *folder)
{
    char *disk = hs_format("%s/disk", folder);

    umount(disk);
    free(disk);
    support_remove(folder);
}

/* Runs a campaign of a program, longer than any test: it is the disk that ends it. */
static void run_campaign(const char *program, const char *folder)
{
    struct spawn spawn =
        spawn_start_at(program, folder, "fuzz --time 86400 --jobs 1 --work @/disk/work ccw_rng");
    struct run run;

    await_status(folder, &spawn);
    fill(folder);
    run = spawn_end(&spawn);
    assert_int_equal(run.status, 2);
    if (!strstr(run.err, "the campaign has ended") || !strstr(run.err, "the disk is full")) {
        fail_msg("%s", run.err);
    }
    run_clear(&run);
}

/* A program with that name and what it holds, beside the disk. */
static char *install(const char *folder, const char *name, const void *data, size_t size)
{
    char *path = support_write(folder, name, data, size);

    assert_int_equal(chmod(path, 0755), 0);
    return path;
}

static bool is_there(const char *folder, const char *name)
{
    char *path = hs_format("%s/disk/work/%s", folder, name);
    bool is = access(path, F_OK) == 0;

    free(path);
    return is;
}

static void a_campaign_looks_at_its_disk(void **state)
{
    static const char *const gone[] = { "corpus-ccw_rng/empty", "artifacts-ccw_rng/crash-empty",
                                        "findings/half" };
    char *folder = support_folder(), *command = support_beside("hardstop"), *program, *engine;
    char *object = support_beside("libhardstop-preload.so");
    struct hs_error err;
    uint8_t *data;
    size_t size;

    (void)state;
    mount_disk(folder);
    assert_int_equal(file_read(command, &data, &size, &err), 0);
    program = install(folder, "hardstop", data, size);
    engine = install(folder, "ccw_rng_fuzzer", waiting, strlen(waiting));
    setenv("HARDSTOP_PRELOAD_OBJECT", object, 1);
    run_campaign(program, folder);
    unsetenv("HARDSTOP_PRELOAD_OBJECT");
    for (size_t i = 0; i < HS_COUNT(gone); i++) {
        if (is_there(folder, gone[i])) {
            fail_msg("%s is empty, and still there", gone[i]);
        }
    }
    assert_true(is_there(folder, "corpus-ccw_rng/whole"));
    assert_true(is_there(folder, "mark"));
    unmount_disk(folder);
    free(data);
    free(command);
    free(object);
    free(program);
    free(engine);
}

static void a_campaign_ends_with_its_disk(void **state)
{
    char *folder = support_folder(), *program = support_beside("hardstop"), *disk = hs_format("%s/disk", folder);
    struct finding *found;
    struct hs_error err;
    char *findings;
    size_t n;

    (void)state;
    mount_disk(folder);
    run_campaign(program, folder);
    assert_int_equal(nftw(disk, count, 16, FTW_PHYS), 0);
    assert_true(kept > 0);
    assert_int_equal(empty, 0);
    findings = hs_format("%s/work/findings", disk);
    found = finding_read_all(findings, &n, &err);
    assert_non_null(found);
    for (size_t i = 0; i < n; i++) {
        char *path = finding_case_path(findings, &found[i]);
        Hardstop__Case *test = case_read(path, &err);

        assert_non_null(test);
        case_free(test);
        free(path);
    }
    unmount_disk(folder);
    free(found);
    free(findings);
    free(disk);
    free(program);
}

/* In a folder of somebody else's, a log's name may lead to what is ours. */
static void a_planted_log_is_not_written_to(void **state)
{
    char *folder = support_folder(), *ours = support_write(folder, "ours", "kept", 4);
    char *work = hs_format("%s/work", folder), *log = hs_format("%s/ccw_rng.log", work);
    struct hs_error err;
    struct run run;
    uint8_t *data;
    size_t size;

    (void)state;
    assert_int_equal(file_make_folder(work, &err), 0);
    assert_int_equal(symlink(ours, log), 0);
    run = spawn_run(folder, "fuzz --time 1 --jobs 1 --work @/work ccw_rng");
    assert_int_equal(run.status, 2);
    if (!strstr(run.err, "/ccw_rng.log: is a symbolic link: remove it")) {
        fail_msg("%s", run.err);
    }
    assert_int_equal(file_read(ours, &data, &size, &err), 0);
    assert_int_equal(size, 4);
    run_clear(&run);
    free(data);
    free(ours);
    free(log);
    free(work);
    support_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_campaign_looks_at_its_disk),
        cmocka_unit_test(a_campaign_ends_with_its_disk),
        cmocka_unit_test(a_planted_log_is_not_written_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
