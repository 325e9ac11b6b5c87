/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does the steps of a vetting. */
#ifndef HARDSTOP_TOOL_VET_RUN_H
#define HARDSTOP_TOOL_VET_RUN_H

#include "harness/tool/vetting.h"

/*
 * Starts a program, searched in PATH, with its standard output and error into files, and waits for its end.  Its exit
 * status; -1 when it did not start, or did not end by itself.
 */
int vet_run_command(const char *program, const struct arguments *command, const char *output, const char *log);

/* Does one step: fills its state, findings and seconds. */
void vet_run(const struct vet *vet, struct vet_step *step);

#endif
