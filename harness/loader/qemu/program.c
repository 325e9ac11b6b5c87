/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens the file when it is needed, and once. */
#include "harness/loader/qemu/program.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"

static struct elf *open_elf(const struct protocol_shared *shared)
{
    /* A damaged QEMU may have written anything. */
    char *path = hs_format("%.*s", (int)sizeof(shared->program.path) - 1, shared->program.path);
    struct elf *elf = elf_open(path, NULL);

    free(path);
    return elf;
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

void program_close(struct program *program)
{
    elf_close(program->elf);
    program->elf = NULL;
}

void program_tell(struct program *program, struct protocol_shared *shared)
{
    uint32_t n = shared->program.n < PROTOCOL_SYMBOLS ? shared->program.n : PROTOCOL_SYMBOLS;

    program_close(program);
    program->elf = open_elf(shared);
    if (program->elf) {
        elf_find(program->elf, shared->program.symbols, n);
    }
}

void program_name_frames(struct program *program, const struct protocol_shared *shared, struct loader_answer *answer)
{
    char symbol[sizeof(answer->frames->symbol)];

    for (size_t i = 0; i < answer->n_frames; i++) {
        struct loader_frame *frame = &answer->frames[i];
        /* What a call returns to may be in the next line, or function. */
        bool is_return = i || !shared->answer.at_signal;

        if (frame->in_program && (program->elf || (program->elf = open_elf(shared)))) {
            elf_describe(program->elf, frame->offset - is_return, symbol, sizeof(symbol), frame->source,
                         sizeof(frame->source));
            if (!*frame->symbol) {
                memcpy(frame->symbol, symbol, sizeof(symbol));
            }
        }
    }
}
