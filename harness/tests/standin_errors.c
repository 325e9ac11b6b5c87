/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions' names are those of the stacks. */
#include "standin_errors.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 24 };

char global[16];
char bytes[64];

/* The compiler is not to know what is where. */
static volatile int zero;

void standin_read_behind(char *block);
__attribute__((noinline)) void standin_read_behind(char *block)
{
    bytes[0] = block[BLOCK + zero];
}

void standin_write_freed(char *block);
__attribute__((noinline)) void standin_write_freed(char *block)
{
    *(volatile int *)(block + 4) = zero;
}

void standin_copy_too_much(void);
__attribute__((noinline)) void standin_copy_too_much(void)
{
    memcpy(global, bytes, sizeof(global) + 8 + (size_t)zero);
}

void standin_shift_too_far(void);
__attribute__((noinline)) void standin_shift_too_far(void)
{
    bytes[0] = (char)(1 << (35 + zero));
}

void standin_error(char letter)
{
    char *block = malloc(BLOCK);

    switch (letter) {
    case 'H':
        standin_read_behind(block);
        break;
    case 'F':
        free(block);
        standin_write_freed(block);
        return;
    case 'O':
        standin_copy_too_much();
        break;
    case 'U':
        standin_shift_too_far();
        break;
    }
    free(block);
}
