/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts names into a sanitizer's report, whose process could not: a symbolizer at each crash would take seconds. */
#include "fuzzers/last_words.h"

#include <ctype.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "fuzzers/afl_map.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"

enum { EXIT_CRASH = 77 }; /* libFuzzer's, for "the target crashed" */

#ifdef __has_feature
#define HAS_ASAN __has_feature(address_sanitizer)
#else
#define HAS_ASAN 0
#endif

/* QEMU has the same as this program. */
static const char *const sanitizer = HAS_ASAN ? "AddressSanitizer" : "UndefinedBehaviorSanitizer";

static const char *artifact_prefix = "./", *artifact_path;

void last_words_begin(int argc, char *const *argv)
{
    static const struct {
        const char *option, **value;
    } options[] = { { "-artifact_prefix=", &artifact_prefix }, { "-exact_artifact_path=", &artifact_path } };

    for (int i = 1; i < argc; i++) {
        for (size_t k = 0; k < HS_COUNT(options); k++) {
            size_t length = strlen(options[k].option);

            if (strncmp(argv[i], options[k].option, length) == 0) {
                *options[k].value = argv[i] + length;
            }
        }
    }
}

/* libFuzzer does that for crashes of its own process, and prints a report of that one behind. */
static void keep_input(const uint8_t *data, size_t size)
{
    XXH128_hash_t hash = XXH3_128bits(data, size);
    char *path = artifact_path ? hs_strdup(artifact_path) : hs_format("%scrash-%016" PRIx64 "%016" PRIx64,
                                                                       artifact_prefix, hash.high64, hash.low64);
    struct hs_error err;

    if (file_write(path, data, size, &err) < 0) {
        fprintf(stderr, "hardstop: the input could not be kept: %s\n", err.text);
    } else {
        fprintf(stderr, "artifact_prefix='%s'; Test unit written to %s\n", artifact_prefix, path);
    }
    free(path);
}

/* "FUNCTION FILE:LINE", of what is known. */
static void print_place(FILE *out, const struct loader_frame *frame)
{
    fprintf(out, "%s ", *frame->symbol ? frame->symbol : "??");
    if (*frame->source) {
        fprintf(out, "%s", frame->source);
    } else {
        fprintf(out, "(%s+0x%" PRIx64 ")", frame->module, frame->offset);
    }
}

static void print_frame(FILE *out, size_t number, uint64_t address, const struct loader_frame *frame)
{
    fprintf(out, "    #%zu 0x%" PRIx64 " in ", number, address);
    print_place(out, frame);
    fputc('\n', out);
}

static void print_stack(FILE *out, const struct loader_answer *answer)
{
    for (size_t i = 0; i < answer->n_frames; i++) {
        print_frame(out, i, answer->frames[i].offset, &answer->frames[i]);
    }
}

/* "SUMMARY: SANITIZER: KIND FILE:LINE in FUNCTION" */
static void print_summary(FILE *out, const struct loader_answer *answer, const char *who, const char *kind)
{
    const struct loader_frame *frame = loader_crash_frame(answer);

    fprintf(out, "SUMMARY: %s: %s", who, kind);
    if (frame) {
        fprintf(out, " %s in %s", *frame->source ? frame->source : "??", *frame->symbol ? frame->symbol : "??");
    }
    fputc('\n', out);
}

/* The report's number of a frame, when the line is one; its first stack is that of the answer. */
static const struct loader_frame *frame_of(const struct loader_answer *answer, const char *line, size_t *next)
{
    unsigned long number;

    if (strncmp(line, "    #", 5) != 0 || !isdigit((unsigned char)line[5])) {
        return NULL;
    }
    number = strtoul(line + 5, NULL, 10);
    if (number != *next || number >= answer->n_frames) {
        return NULL;
    }
    ++*next;
    return &answer->frames[number];
}

/* Of "    #NUMBER ADDRESS ..." */
static uint64_t address_in(const char *line)
{
    const char *number = line + strlen("    #");

    return strtoull(number + strspn(number, "0123456789"), NULL, 16);
}

static void print_report(FILE *out, const struct loader_answer *answer)
{
    size_t length, next = 0;

    for (const char *line = answer->printed; *line; line += length) {
        const struct loader_frame *frame = frame_of(answer, line, &next);

        length = strcspn(line, "\n");
        length += line[length] == '\n';
        if (frame) {
            print_frame(out, next - 1, address_in(line), frame);
        } else if (strncmp(line, "SUMMARY: ", 9) == 0) {
            print_summary(out, answer, strstr(line, "AddressSanitizer") ? "AddressSanitizer" : sanitizer,
                          answer->report.kind);
        } else {
            fprintf(out, "%.*s", (int)length, line);
        }
    }
}

static void print_signal(FILE *out, const struct loader_answer *answer)
{
    const char *name = loader_signal_name(answer->signal);

    name += strncmp(name, "SIG", 3) == 0 ? 3 : 0;
    fprintf(out, "==%d==ERROR: %s: %s on unknown address 0x%012" PRIx64 "\n", getpid(), sanitizer, name,
            answer->fault_address);
    print_stack(out, answer);
    print_summary(out, answer, sanitizer, name);
}

static void print_exit(FILE *out, const struct loader_answer *answer)
{
    fprintf(out, "==%d== ERROR: libFuzzer: fuzz target exited\n", getpid());
    print_stack(out, answer);
    fprintf(out, "SUMMARY: libFuzzer: fuzz target exited\n");
}

void last_words_print(FILE *out, const struct loader_answer *answer)
{
    fputs(answer->text, out);
    if (answer->printed) {
        print_report(out, answer);
    } else if (answer->exited) {
        print_exit(out, answer);
    } else {
        print_signal(out, answer);
    }
    fflush(out);
}

void last_words_say(const struct loader_answer *answer, const uint8_t *data, size_t size)
{
    if (!afl_map_is_there()) {
        keep_input(data, size);
    }
    if (*answer->markers) {
        fprintf(stderr, "hardstop: checks that would have refused: %s\n", answer->markers);
    }
    last_words_print(stderr, answer);
    if (afl_map_is_there()) {
        signal(SIGABRT, SIG_DFL);
        abort();
    }
    _exit(EXIT_CRASH);
}
