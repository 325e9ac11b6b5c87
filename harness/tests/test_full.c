/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Claim: a campaign whose disk fills up ends, says so, and leaves nothing empty or half written behind. */
#include "support.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/finding/finding.h"
#include "spawn.h"

enum {
    PIECE = 64 << 10,
    LEFT = 1 << 20, /* of the disk: less than a campaign goes on with */
};

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

/* Waits until the campaign has written its status, and so has found its way. */
static void await_status(const char *folder)
{
    char *path = hs_format("%s/disk/work/findings/status-ccw_rng", folder);

    while (access(path, F_OK) != 0) {
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

static void a_campaign_ends_with_its_disk(void **state)
{
    char *folder = support_folder(), *disk = hs_format("%s/disk", folder), *findings;
    struct finding *found;
    struct spawn spawn;
    struct hs_error err;
    struct run run;
    size_t n;

    (void)state;
    assert_int_equal(file_make_folder(disk, &err), 0);
    if (mount("tmpfs", disk, "tmpfs", 0, "size=64m") < 0) {
        free(disk);
        support_remove(folder);
        skip();
    }
    /* Longer than any test: it is the disk that ends it. */
    spawn = spawn_start(folder, "fuzz --time 86400 --jobs 1 --work @/disk/work ccw_rng");
    await_status(folder);
    fill(folder);
    run = spawn_end(&spawn);
    assert_int_equal(run.status, 2);
    if (!strstr(run.err, "the campaign has ended") || !strstr(run.err, "the disk is full")) {
        fail_msg("%s", run.err);
    }
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
    run_clear(&run);
    umount(disk);
    free(found);
    free(findings);
    free(disk);
    support_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(a_campaign_ends_with_its_disk) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
