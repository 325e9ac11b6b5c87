/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boards without seeds: what is vetted there is made of a machine type and the table of devices. */
#ifndef HARDSTOP_TOOL_VET_BOARD_H
#define HARDSTOP_TOOL_VET_BOARD_H

#include <stdbool.h>

#include "harness/base/arguments.h"
#include "harness/setup/family.h"

/* The machine type on which a program of that path is vetted: of an architecture that is listed; else NULL. */
const char *vet_board(const char *program);

/* That program with its board, and all devices that need nothing else, as a line for `compat --from`; free it. */
char *vet_board_line(const char *program);

/* Is the device on the boards' PCI bus, and is its state there made of nothing of the host? */
bool vet_board_has(const struct family *family);

/* Adds that program's command line with its board and that device, behind "--". */
void vet_board_add(struct arguments *command, const char *program, const struct family *family);

#endif
