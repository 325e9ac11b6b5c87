/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Process groups that must not outlive this process, however it ends.  While there is one, a small process of ours
 * waits for our death: what a process asks for itself reaches none of the processes that it starts in turn.
 */
#ifndef HARDSTOP_LOADER_QEMU_GUARD_H
#define HARDSTOP_LOADER_QEMU_GUARD_H

#include <sys/types.h>

/* Puts the group under guard, and takes it out again.  Call from the thread that lives longest, in general the main. */
void guard_add(pid_t group);
void guard_remove(pid_t group);

#endif
