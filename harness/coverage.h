/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Included before all else where lines are counted: a process that ends by _exit() writes its counts, too. */
#ifndef HARDSTOP_COVERAGE_H
#define HARDSTOP_COVERAGE_H

#include <stdlib.h>
#include <unistd.h>

void __gcov_dump(void);

#define _exit(status) (__gcov_dump(), _exit(status))

#endif
