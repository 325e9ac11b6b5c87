/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints entities. */
#include "harness/report/xml.h"

void xml_print(FILE *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            putc_unlocked(*text, out);
        }
    }
}
