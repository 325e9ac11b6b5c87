/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fuzz target with a defect of choice, for what is to notice it (test_rehearse.sh). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    char path[4096];

    (void)argc;
    snprintf(path, sizeof(path), "%s.written", (*argv)[0]);
#ifdef PLANT_CRASH_AT_START
    abort();
#endif
#ifdef PLANT_WRITE
    close(open(path, O_CREAT | O_WRONLY, 0644));
#endif
    return 0;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
#ifdef PLANT_CRASH_ON_SEED
    if (size >= 4 && memcmp(data, "seed", 4) == 0) {
        abort();
    }
#endif
    return size > 2 && data[0] == 'x' && data[1] == 'y' ? data[2] * 0 : 0;
}
