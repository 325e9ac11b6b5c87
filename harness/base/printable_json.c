/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Printable text in JSON.  A file of its own: who shows no JSON needs no library for it. */
#include "harness/base/printable.h"

#include <stdlib.h>

#include "harness/base/check.h"

json_t *printable_json(const char *text, size_t size)
{
    char *copy = printable_copy(text, size);
    json_t *string;

    for (size_t i = 0; i < size; i++) {
        copy[i] = text[i] == '\n' ? '\n' : copy[i];
    }
    string = json_stringn_nocheck(copy, size);
    free(copy);
    HS_CHECK(string, "no memory for a JSON string");
    return string;
}
