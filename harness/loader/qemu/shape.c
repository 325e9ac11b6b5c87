/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads /proc: a process's group, threads, arguments, mappings and program. */
#include "harness/loader/qemu/shape.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/loader/qemu/protocol_program.h"

/* Opens a file of the process; NULL: it is gone, or somebody else's. */
static FILE *open_of(const char *pid, const char *name)
{
    char *path = hs_format("/proc/%s/%s", pid, name);
    FILE *file = fopen(path, "re");

    free(path);
    return file;
}

/* A QEMU starts a thread before its main(), so that one with more than its first has been linked. */
static bool is_linked(const char *pid, pid_t group)
{
    FILE *file = open_of(pid, "stat");
    char text[1024], *end;
    long threads = 0;
    int of = 0;

    if (file) {
        text[fread(text, 1, sizeof(text) - 1, file)] = 0;
        fclose(file);
        /* The name before the bracket may hold anything. */
        end = strrchr(text, ')');
        if (!end || sscanf(end, ") %*c %*d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld", &of,
                           &threads) != 2) {
            return false;
        }
    }
    return of == group && threads > 1;
}

/* Is it a part of a file that ends its lines, or whatever, with `end`? */
static bool holds(const char *pid, const char *name, char end, const char *word)
{
    FILE *file = open_of(pid, name);
    char *line = NULL;
    bool found = false;
    size_t size = 0;

    while (file && !found && getdelim(&line, &size, (unsigned char)end, file) > 0) {
        found = strstr(line, word) != NULL;
    }
    if (file) {
        fclose(file);
    }
    free(line);
    return found;
}

static bool is_qemu(const char *pid)
{
    FILE *file = open_of(pid, "exe");
    struct stat status = { .st_size = 0 };
    void *bytes = MAP_FAILED;
    bool found = false;

    if (file && fstat(fileno(file), &status) == 0 && status.st_size > 0) {
        bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fileno(file), 0);
    }
    if (bytes != MAP_FAILED) {
        found = memmem(bytes, (size_t)status.st_size, PROTOCOL_SAYS_QEMU, strlen(PROTOCOL_SAYS_QEMU)) != NULL;
        munmap(bytes, (size_t)status.st_size);
    }
    if (file) {
        fclose(file);
    }
    return found;
}

bool shape_is_without(pid_t group, const char *word, const char *object)
{
    const char *slash = strrchr(object, '/'), *name = slash ? slash + 1 : object;
    DIR *processes = opendir("/proc");
    bool found = false;
    struct dirent *entry;

    while (processes && !found && (entry = readdir(processes)) != NULL) {
        const char *pid = entry->d_name;

        found = strspn(pid, "0123456789") == strlen(pid) && is_linked(pid, group) && holds(pid, "cmdline", 0, word) &&
                is_qemu(pid) && holds(pid, "maps", '\n', "/") && !holds(pid, "maps", '\n', name);
    }
    if (processes) {
        closedir(processes);
    }
    return found;
}
