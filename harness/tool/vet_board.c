/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A versioned machine type: its state is promised to later QEMUs, and older ones have it. */
#include "harness/tool/vet_board.h"

#include <string.h>

#include "harness/base/check.h"
#include "harness/setup/setup.h"

static const struct {
    const char *architecture, *machine;
} boards[] = {
    { "aarch64", "virt-" FAMILY_VERSION },
};

const char *vet_board(const char *program)
{
    size_t length;
    const char *architecture = setup_architecture_in(program, &length);

    for (size_t i = 0; i < HS_COUNT(boards) && architecture; i++) {
        if (strlen(boards[i].architecture) == length && memcmp(boards[i].architecture, architecture, length) == 0) {
            return boards[i].machine;
        }
    }
    return NULL;
}

bool vet_board_has(const struct family *family)
{
    /* Memory that is plugged in has to be where the board wants it. */
    return family->device[FAMILY_PCI] && !family->blocked && !family->host && !family->memory;
}

static void add_board(struct arguments *words, const char *program)
{
    const char *const fixed[] = { program, "-M", vet_board(program), "-nodefaults", "-m", "8M" };

    for (size_t i = 0; i < HS_COUNT(fixed); i++) {
        arguments_add(words, fixed[i]);
    }
}

static void add_device(struct arguments *words, const char *device)
{
    arguments_add(words, "-device");
    arguments_add(words, device);
}

char *vet_board_line(const char *program)
{
    struct arguments words = { 0 };
    char *line;

    add_board(&words, program);
    for (const struct family *family = families; family->name; family++) {
        if (vet_board_has(family) && !family->option[0]) {
            add_device(&words, family->device[FAMILY_PCI]);
        }
    }
    line = arguments_line(&words);
    arguments_clear(&words);
    return line;
}

void vet_board_add(struct arguments *command, const char *program, const struct family *family)
{
    arguments_add(command, "--");
    add_board(command, program);
    for (size_t i = 0; i < HS_COUNT(family->option) && family->option[i]; i++) {
        arguments_add(command, family->option[i]);
    }
    add_device(command, family->device[FAMILY_PCI]);
    for (size_t i = 0; i < HS_COUNT(family->more) && family->more[i]; i++) {
        add_device(command, family->more[i]);
    }
}
