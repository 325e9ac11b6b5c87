/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints into memory, then writes the file. */
#include "harness/base/print.h"

#include <stdlib.h>

#include "harness/base/file.h"

int print_file(const char *path, print_fn *print, const void *user, struct hs_error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    int result = -1;

    if (out) {
        print(out, user);
        result = fclose(out);
    }
    result = result == 0 ? file_write(path, text, size, err)
                         : hs_fail(err, HS_NO_OFFSET, "%s: no memory to print into", path);
    free(text);
    return result;
}
