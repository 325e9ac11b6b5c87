/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a target over files and folders given on the command line, without an engine. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/file.h"
#include "harness/base/walk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);

struct tally {
    unsigned long ran, failed;
};

static void run_file(const char *path, struct tally *tally)
{
    struct hs_error err;
    uint8_t *data, *exact;
    size_t size;

    if (file_read(path, &data, &size, &err) < 0) {
        fprintf(stderr, "hardstop: %s\n", err.text);
        tally->failed++;
        return;
    }
    /* A block of just this size lets a sanitizer see a read behind the end. */
    exact = malloc(size ? size : 1);
    memcpy(exact, data, size);
    free(data);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    tally->ran++;
}

static int run_below(void *user, const char *path, const char *name, struct hs_error *err)
{
    (void)name;
    (void)err;
    run_file(path, user);
    return 0;
}

static void run_path(const char *path, struct tally *tally)
{
    struct hs_error err;
    struct stat status;

    if (stat(path, &status) < 0 || !S_ISDIR(status.st_mode)) {
        run_file(path, tally);
    } else if (walk_files(path, run_below, tally, &err) < 0) {
        fprintf(stderr, "hardstop: %s\n", err.text);
        tally->failed++;
    }
}

int main(int argc, char **argv)
{
    struct tally tally = { 0 };

    if (LLVMFuzzerInitialize) {
        LLVMFuzzerInitialize(&argc, &argv);
    }
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-') {
            run_path(argv[i], &tally);
        }
    }
    printf("%lu ran, %lu could not be read\n", tally.ran, tally.failed);
    return tally.failed || !tally.ran ? 2 : 0;
}
