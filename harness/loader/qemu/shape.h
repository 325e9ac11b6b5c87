/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Linux tells of processes that were started and have not said a word. */
#ifndef HARDSTOP_LOADER_QEMU_SHAPE_H
#define HARDSTOP_LOADER_QEMU_SHAPE_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * Is one of the process group a QEMU that was given `word` as an argument and is beyond its dynamic linker, without the
 * object at that path in it?  It then never gets there: it is static or gains rights, or its environment was emptied.
 * False where nothing says.
 */
bool shape_is_without(pid_t group, const char *word, const char *object);

#endif
