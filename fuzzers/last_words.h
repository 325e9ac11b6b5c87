/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a target ends over a crash of its QEMU: the engine gets its input, and the last that is printed is QEMU's report.
 * ClusterFuzz files a crash by that.
 */
#ifndef HARDSTOP_FUZZERS_LAST_WORDS_H
#define HARDSTOP_FUZZERS_LAST_WORDS_H

#include <stdio.h>

#include "harness/loader/loader.h"

/* Before the engine closes anything: takes from libFuzzer's arguments where it wants an input that crashes. */
void last_words_begin(int argc, char *const *argv);

/*
 * Prints what QEMU printed, then its sanitizer's report, with functions, files and lines; of a crash that no sanitizer
 * tells of, what libFuzzer says of its own.
 */
void last_words_print(FILE *out, const struct loader_answer *answer);

/* The standard error that the process began with, whatever the engine has closed. */
FILE *last_words_out(void);

/* Keeps the input as libFuzzer would, prints the last words, and ends the process as a crash. */
_Noreturn void last_words_say(const struct loader_answer *answer, const uint8_t *data, size_t size);

#endif
