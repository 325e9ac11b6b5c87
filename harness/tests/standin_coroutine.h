/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The coroutine in which the stand-in of a QEMU loads. */
#ifndef HARDSTOP_TESTS_STANDIN_COROUTINE_H
#define HARDSTOP_TESTS_STANDIN_COROUTINE_H

/* While it starts: a sanitizer complains of what switches stacks, once, and takes memory for that. */
void standin_prepare(void);
/* Leaves the coroutine, until somebody polls for events. */
void standin_yield(void);

#endif
