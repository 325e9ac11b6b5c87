/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens the file when it is needed, and once. */
#include "harness/loader/qemu/program.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/check.h"

/* The file of that name; NULL where it cannot be read. */
static struct elf *open_elf(struct program *program, const char *path)
{
    if (!program->elf || strcmp(program->path, path) != 0) {
        program_close(program);
        snprintf(program->path, sizeof(program->path), "%s", path);
        program->elf = elf_open(path, NULL);
    }
    return program->elf;
}

const char *program_closed(const char *path)
{
    struct stat status;

    if (stat(path, &status) == 0 && ((status.st_mode & S_ISUID && status.st_uid != geteuid()) ||
                                     (status.st_mode & S_ISGID && status.st_gid != getegid()))) {
        return "it is setuid or setgid, and such a program takes no preload object; give a copy that is not";
    }
    return elf_is_static(path) ? "it is linked statically, and takes no preload object; build it without --static"
                               : NULL;
}

const struct program_sanitizers *program_sanitizers(const char *path)
{
    static struct program last;
    static struct program_sanitizers found;

    if (strcmp(last.path, path) != 0) {
        struct elf *elf = open_elf(&last, path);

        found.address = elf && elf_names(elf, "__asan_");
        found.may_report = !elf || found.address || elf_names(elf, "__ubsan_");
        program_close(&last);
    }
    return &found;
}

void program_close(struct program *program)
{
    elf_close(program->elf);
    program->elf = NULL;
}

void program_tell(struct program *program, struct protocol_shared *shared)
{
    uint32_t n = shared->program.n < PROTOCOL_SYMBOLS ? shared->program.n : PROTOCOL_SYMBOLS;
    char path[sizeof(shared->program.path)];

    /* A damaged QEMU may have written anything. */
    snprintf(path, sizeof(path), "%.*s", (int)sizeof(path) - 1, shared->program.path);
    program_close(program);
    if (open_elf(program, path)) {
        elf_find(program->elf, shared->program.symbols, n);
    }
}

/* What the compiler puts around and in the place of others: __asan_memcpy(), __interceptor_strlen() ... */
static bool is_of_sanitizer(const char *symbol)
{
    static const char *const heads[] = {
        "__asan_", "__ubsan_", "__sanitizer_", "__sancov_", "__interceptor_", "___interceptor_", "__interception",
    };

    for (size_t i = 0; i < HS_COUNT(heads); i++) {
        if (strncmp(symbol, heads[i], strlen(heads[i])) == 0) {
            return true;
        }
    }
    return false;
}

void program_name_frames(struct program *program, const char *path, struct loader_frame *frames, size_t n,
                         size_t returns)
{
    char symbol[sizeof(frames->symbol)], source[sizeof(frames->source)];

    for (size_t i = 0; i < n; i++) {
        struct loader_frame *frame = &frames[i];

        if (frame->in_program && *frame->module && open_elf(program, path)) {
            /* What a call returns to may be in the next line, or function. */
            elf_describe(program->elf, frame->offset - (i >= returns), symbol, sizeof(symbol), source, sizeof(source));
            if (!*frame->symbol) {
                memcpy(frame->symbol, symbol, sizeof(symbol));
            }
            if (!*frame->source) {
                memcpy(frame->source, source, sizeof(source));
            }
        }
        frame->in_program &= !is_of_sanitizer(frame->symbol);
    }
}

void program_name_answer(struct program *program, const struct protocol_shared *shared, struct loader_answer *answer)
{
    /* A report's frames are calls, not what these return to. */
    size_t returns = *answer->report.kind ? SIZE_MAX : shared->answer.at_signal;
    char path[sizeof(shared->program.path)];
    const char *slash;

    snprintf(path, sizeof(path), "%.*s", (int)sizeof(path) - 1, shared->program.path);
    slash = strrchr(path, '/');
    for (size_t i = 0; *answer->report.kind && i < answer->n_frames; i++) {
        struct loader_frame *frame = &answer->frames[i];

        /* A sanitizer may not have come to know how its program is called, and says /proc/self/exe. */
        if (frame->in_program && *frame->module) {
            snprintf(frame->module, sizeof(frame->module), "%.*s", (int)sizeof(frame->module) - 1,
                     slash ? slash + 1 : path);
        }
    }
    program_name_frames(program, path, answer->frames, answer->n_frames, returns);
}
