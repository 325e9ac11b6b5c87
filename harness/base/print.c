/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints into memory, then writes the file. */
#include "harness/base/print.h"

#include <stdbool.h>
#include <stdlib.h>

#include "harness/base/check.h"
#include "harness/base/file.h"

FILE *print_open(struct print_memory *memory)
{
    *memory = (struct print_memory){ 0 };
    memory->out = open_memstream(&memory->text, &memory->size);
    HS_CHECK(memory->out, "no memory to print into");
    return memory->out;
}

char *print_close(struct print_memory *memory)
{
    bool failed = ferror(memory->out);

    failed |= fclose(memory->out) != 0;
    HS_CHECK(!failed && memory->text, "no memory for the %zu bytes that were printed", memory->size);
    memory->out = NULL;
    return memory->text;
}

int print_file(const char *path, print_fn *print, const void *user, struct hs_error *err)
{
    struct print_memory memory;
    char *text;
    int result;

    print(print_open(&memory), user);
    text = print_close(&memory);
    result = file_write(path, text, memory.size, err);
    free(text);
    return result;
}
