/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What AddressSanitizer or UndefinedBehaviorSanitizer, in a loader's program, says of an error that it found. */
#ifndef HARDSTOP_LOADER_REPORT_H
#define HARDSTOP_LOADER_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loader_report {
    /* "heap-buffer-overflow", "SEGV" ...; of undefined behaviour a sentence, "shift exponent 35 is too large ..." */
    char kind[128]; /* "": there is no report */
    char access[8]; /* "READ", "WRITE", or "" */
    uint64_t size; /* bytes of that; 0: not said */
    char where[128]; /* what is at the address, "0 bytes to the right of 16-byte region"; "" when nothing is said */
    int signal; /* the sanitizer handled this one; 0: it found the error itself */
    uint64_t fault_address; /* of the signal */
};

#define LOADER_REPORT_WORDS 320
/* "heap-buffer-overflow: READ of 8 bytes, 0 bytes to the right of 16-byte region", of what is known; "" for none. */
void loader_report_words(const struct loader_report *report, char *text, size_t size);

/* Is the report one that a program without the sanitizer would not give: no signal would have ended it there? */
bool loader_report_is_own(const struct loader_report *report);

#endif
