/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Argument vectors of programs, and where programs are. */
#ifndef HARDSTOP_BASE_ARGUMENTS_H
#define HARDSTOP_BASE_ARGUMENTS_H

#include <stddef.h>

/* An argument vector that ends in NULL; released with arguments_clear(). */
struct arguments {
    char **argv;
    size_t n;
};

/* Appends a copy. */
void arguments_add(struct arguments *arguments, const char *argument);
void arguments_clear(struct arguments *arguments);
/* The vector as a line for a shell, quoted where needed; free it. */
char *arguments_line(const struct arguments *arguments);

/*
 * The path of a program that can be run, searched in PATH unless the name has a slash; free it.  NULL when there is
 * none; errno then says why, where the name has a slash.
 */
char *arguments_find_program(const char *name);
/* The path of what has that name in the folder of the running program; free it. */
char *arguments_beside(const char *name);

#endif
