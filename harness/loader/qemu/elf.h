/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the file of a program says of it: where its functions are, static ones too, and which function and line an
 * address is in.  It is said by the symbol table (.symtab, or the small one in .gnu_debugdata), or by a separate debug
 * file: the one that .gnu_debuglink names, beside the program or below /usr/lib/debug, or that of the build-id there.
 * Nothing is asked of the network.
 */
#ifndef HARDSTOP_LOADER_QEMU_ELF_H
#define HARDSTOP_LOADER_QEMU_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"
#include "harness/loader/qemu/protocol_program.h"

struct elf;

/* NULL with a reason: no such file, or it is no ELF file of a program. */
struct elf *elf_open(const char *path, struct hs_error *err);
/* True of a program without a dynamic linker; false also of what is no program. */
bool elf_is_static(const char *path);
/* `elf` may be NULL. */
void elf_close(struct elf *elf);

/*
 * Fills in kind and value of each symbol by its name.  A name that only several static functions have is MISSING, as
 * nothing tells which is meant.
 */
void elf_find(struct elf *elf, struct protocol_symbol *symbols, size_t n);

/* Does the name of a symbol, of the program's own or of one it has of a library, begin like that? */
bool elf_names(struct elf *elf, const char *head);

/*
 * The function whose extent holds the address, `offset` bytes behind where the program is loaded, and "FILE:LINE"; each
 * "" when not known.  FILE is the name in QEMU's tree, "net/net.c", which needs no build of a certain place; of others
 * it is the base name.
 */
void elf_describe(struct elf *elf, uint64_t offset, char *symbol, size_t symbol_size, char *source, size_t source_size);

#endif
