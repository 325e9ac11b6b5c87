/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for a QEMU: writes down its arguments and does what a QEMU would do to the files that they name: each path
 * below the folder HARDSTOP_STANDIN is made, or read when it is a FIFO.  Then it ends with status 1.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void reach(const char *from)
{
    char path[4096], byte;
    struct stat status;
    int fd;

    snprintf(path, sizeof(path), "%.*s", (int)strcspn(from, ",; '\"\n)"), from);
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        return;
    }
    fd = open(path, O_RDWR | O_CREAT | O_NONBLOCK, 0600);
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode) && read(fd, &byte, 1) < 0) {
        fprintf(stderr, "nothing to read\n");
    }
}

int main(int argc, char **argv)
{
    const char *folder = getenv("HARDSTOP_STANDIN");
    char path[4096];
    FILE *out;

    if (!folder) {
        return 2;
    }
    snprintf(path, sizeof(path), "%s/arguments", folder);
    out = fopen(path, "a");
    for (int i = 0; out && i < argc; i++) {
        const char *named = i ? strstr(argv[i], folder) : NULL;

        fprintf(out, "%s\n", argv[i]);
        if (named) {
            reach(named);
        }
    }
    if (out) {
        fclose(out);
    }
    return 1;
}
