/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the stand-in for QEMU says of its state. */
#ifndef HARDSTOP_TESTS_STANDIN_DESCRIPTION_H
#define HARDSTOP_TESTS_STANDIN_DESCRIPTION_H

/* Type, size, JSON. */
#define STANDIN_DESCRIPTION "\6\0\0\0\2{}"
#define STANDIN_DESCRIPTION_SIZE 7

#endif
