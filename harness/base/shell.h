/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of a command line that people copy. */
#ifndef HARDSTOP_BASE_SHELL_H
#define HARDSTOP_BASE_SHELL_H

/*
 * The word as a POSIX shell takes it for one: as it is where that is safe, else in quotes, and without what a terminal
 * would act on, but for line ends at its end; free it.
 */
char *shell_word(const char *word);

#endif
