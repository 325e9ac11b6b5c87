/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the dynamic linker, and the kernel, what is where. */
#include "harness/loader/qemu/preload/program.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

#include "harness/loader/qemu/preload/digits.h"

/* The program is the first of all that is loaded. */
static int take_first(struct dl_phdr_info *info, size_t size, void *user)
{
    (void)size;
    *(struct dl_phdr_info *)user = *info;
    return 1;
}

static struct dl_phdr_info first(void)
{
    struct dl_phdr_info info = { 0 };

    dl_iterate_phdr(take_first, &info);
    return info;
}

bool program_is_qemu(void)
{
    struct dl_phdr_info info = first();

    for (size_t i = 0; i < info.dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info.dlpi_phdr[i];

        if (part->p_type == PT_LOAD && part->p_flags & PF_R &&
            memmem((const void *)(info.dlpi_addr + part->p_vaddr), part->p_filesz, PROTOCOL_SAYS_QEMU,
                   sizeof(PROTOCOL_SAYS_QEMU) - 1)) {
            return true;
        }
    }
    return false;
}

uintptr_t program_start(void)
{
    static uintptr_t start;
    Dl_info info;

    /* Its name, which a link or a caller chooses, tells nothing. */
    if (!start && dladdr((void *)(uintptr_t)getauxval(AT_ENTRY), &info)) {
        start = (uintptr_t)info.dli_fbase;
    }
    return start;
}

/* What follows so many words and the spaces behind each. */
static const char *behind_words(const char *text, unsigned words)
{
    while (words--) {
        text += strcspn(text, " ");
        text += strspn(text, " ");
    }
    return text;
}

void program_path(const void *function, char *path, size_t size)
{
    uintptr_t address = (uintptr_t)function, from, to;
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[4096 + 128];

    *path = 0;
    while (maps && !*path && fgets(line, sizeof(line), maps)) {
        const char *name = line;

        line[strcspn(line, "\n")] = 0;
        if (digits_range(&name, &from, &to) && address >= from && address < to) {
            snprintf(path, size, "%s", behind_words(name, 4));
        }
    }
    if (maps) {
        fclose(maps);
    }
}

void *program_address(const struct protocol_symbol *symbol)
{
    struct dl_phdr_info info = first();

    if (symbol->kind == PROTOCOL_SYMBOL_ADDRESS) {
        return (void *)(info.dlpi_addr + symbol->value);
    }
    return symbol->kind == PROTOCOL_SYMBOL_THREAD && info.dlpi_tls_data ? (char *)info.dlpi_tls_data + symbol->value
                                                                        : NULL;
}
