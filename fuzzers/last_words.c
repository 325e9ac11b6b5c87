/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts names into a sanitizer's report, whose process could not: a symbolizer at each crash would take seconds. */
#include "fuzzers/last_words.h"

#include <ctype.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "fuzzers/afl_map.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"

enum { EXIT_CRASH = 77 }; /* libFuzzer's, for "the target crashed" */

/* libFuzzer keeps none of the inputs that it was told to run, and may close the standard error of its process. */
static const char *artifact_prefix = "./", *artifact_path;
static bool runs_files;
static FILE *last;

static bool is_file(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
}

void last_words_begin(int argc, char *const *argv)
{
    static const struct {
        const char *option, **value;
    } options[] = { { "-artifact_prefix=", &artifact_prefix }, { "-exact_artifact_path=", &artifact_path } };

    last = fdopen(fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3), "w");
    for (int i = 1; i < argc; i++) {
        runs_files |= argv[i][0] != '-' && is_file(argv[i]);
        for (size_t k = 0; k < HS_COUNT(options); k++) {
            size_t length = strlen(options[k].option);

            if (strncmp(argv[i], options[k].option, length) == 0) {
                *options[k].value = argv[i] + length;
            }
        }
    }
    artifact_path = artifact_path && *artifact_path ? artifact_path : NULL;
}

FILE *last_words_out(void)
{
    return last ? last : stderr;
}

/* libFuzzer does that for crashes of its own process, and prints a report of that one behind. */
static void keep_input(const uint8_t *data, size_t size)
{
    XXH128_hash_t hash = XXH3_128bits(data, size);
    char *path = artifact_path ? hs_strdup(artifact_path) : hs_format("%scrash-%016" PRIx64 "%016" PRIx64,
                                                                       artifact_prefix, hash.high64, hash.low64);
    struct hs_error err;

    if (file_write(path, data, size, &err) < 0) {
        fprintf(last_words_out(), "hardstop: the input could not be kept: %s\n", err.text);
    } else {
        fprintf(last_words_out(), "artifact_prefix='%s'; Test unit written to %s\n", artifact_prefix, path);
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

/* "SUMMARY: SANITIZER: KIND FILE:LINE in FUNCTION", of a line that has the first three. */
static void print_summary(FILE *out, const struct loader_answer *answer, const char *line)
{
    const struct loader_frame *frame = loader_crash_frame(answer);
    int words = 0, length = 0;

    while (line[length] && line[length] != '\n' && (line[length] != ' ' || ++words < 3)) {
        length++;
    }
    fprintf(out, "%.*s", length, line);
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
            print_summary(out, answer, line);
        } else {
            fprintf(out, "%.*s", (int)length, line);
        }
    }
}

/* What no sanitizer reported is told in libFuzzer's words: "deadly signal", "fuzz target exited". */
static void print_end(FILE *out, const struct loader_answer *answer, const char *what)
{
    fprintf(out, "==%d== ERROR: libFuzzer: %s\n", getpid(), what);
    print_stack(out, answer);
    fprintf(out, "SUMMARY: libFuzzer: %s\n", what);
}

void last_words_print(FILE *out, const struct loader_answer *answer)
{
    size_t length = strlen(answer->text);

    fprintf(out, "%s%s", answer->text, length && answer->text[length - 1] != '\n' ? "\n" : "");
    if (answer->printed) {
        print_report(out, answer);
    } else {
        print_end(out, answer, answer->exited ? "fuzz target exited" : "deadly signal");
    }
    fflush(out);
}

void last_words_say(const struct loader_answer *answer, const uint8_t *data, size_t size)
{
    if (!afl_map_is_there() && (!runs_files || artifact_path)) {
        keep_input(data, size);
    }
    if (*answer->markers) {
        fprintf(last_words_out(), "hardstop: checks that would have refused: %s\n", answer->markers);
    }
    last_words_print(last_words_out(), answer);
    if (afl_map_is_there()) {
        signal(SIGABRT, SIG_DFL);
        abort();
    }
    _exit(EXIT_CRASH);
}
