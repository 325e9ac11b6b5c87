/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks elfutils (libdw), which knows all the places where symbols and lines may be. */
#include "harness/loader/qemu/elf.h"

#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/loader/qemu/units.h"

/* Asking goes through all symbols, and thousands of crashes share their frames. */
struct place {
    uint64_t behind; /* its offset, plus one; 0: none yet */
    char symbol[64], source[64];
};

struct elf {
    Dwfl *session;
    Dwfl_Module *program;
    Dwarf_Addr start; /* where the session has its first byte */
    GElf_Addr bias; /* from addresses in the file to those of the session */
    struct units units;
    struct place places[1024];
    struct {
        Dwarf_Addr start, end;
        const char *name; /* NULL: none yet */
    } last; /* function that was found: each search goes through all symbols, and the next is often for the same */
    bool has_tree; /* the next one is known */
    char *tree; /* what names of source files begin with, of QEMU's tree; NULL: nothing says */
};

static char *where_debug_files_are; /* NULL: the usual places */

static const Dwfl_Callbacks callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = dwfl_offline_section_address,
    .debuginfo_path = &where_debug_files_are,
};

struct elf *elf_open(const char *path, struct hs_error *err)
{
    struct elf *elf = hs_alloc(sizeof(*elf));

    /* elfutils would ask servers. */
    unsetenv("DEBUGINFOD_URLS");
    elf->session = dwfl_begin(&callbacks);
    if (elf->session) {
        elf->program = dwfl_report_offline(elf->session, "", path, -1);
        dwfl_report_end(elf->session, NULL, NULL);
    }
    if (!elf->program || !dwfl_module_getelf(elf->program, &elf->bias)) {
        hs_fail(err, HS_NO_OFFSET, "%s: %s", path, dwfl_errmsg(-1));
        elf_close(elf);
        return NULL;
    }
    dwfl_module_info(elf->program, NULL, &elf->start, NULL, NULL, NULL, NULL, NULL);
    return elf;
}

static bool names_linker(Elf *file)
{
    GElf_Phdr part;
    size_t n;

    if (elf_kind(file) != ELF_K_ELF || elf_getphdrnum(file, &n) < 0 || n == 0) {
        return true;
    }
    for (size_t i = 0; i < n; i++) {
        if (!gelf_getphdr(file, (int)i, &part) || part.p_type == PT_INTERP) {
            return true;
        }
    }
    return false;
}

bool elf_is_static(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is_static = false;
    Elf *file;

    elf_version(EV_CURRENT);
    file = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ, NULL);
    if (file) {
        is_static = !names_linker(file);
        elf_end(file);
    }
    if (fd >= 0) {
        close(fd);
    }
    return is_static;
}

void elf_close(struct elf *elf)
{
    if (elf) {
        units_clear(&elf->units);
        dwfl_end(elf->session);
        free(elf->tree);
        free(elf);
    }
}

static bool is_of_use(const GElf_Sym *entry, GElf_Word section)
{
    unsigned type = GELF_ST_TYPE(entry->st_info);

    return section != SHN_UNDEF && (type == STT_FUNC || type == STT_OBJECT || type == STT_TLS ||
                                    type == STT_NOTYPE);
}

/* What one entry of the table says of the name that it has. */
static void take(const struct elf *elf, const GElf_Sym *entry, GElf_Addr address, struct protocol_symbol *symbol)
{
    bool is_thread = GELF_ST_TYPE(entry->st_info) == STT_TLS;
    bool is_static = GELF_ST_BIND(entry->st_info) == STB_LOCAL;
    uint64_t value = is_thread ? entry->st_value : address - elf->bias;

    if (symbol->kind == PROTOCOL_SYMBOL_MISSING || (symbol->is_static && !is_static)) {
        symbol->kind = is_thread ? PROTOCOL_SYMBOL_THREAD : PROTOCOL_SYMBOL_ADDRESS;
        symbol->value = value;
        symbol->is_static = is_static;
    } else if (symbol->is_static && symbol->value != value) {
        symbol->kind = PROTOCOL_SYMBOL_SEVERAL;
    }
}

void elf_find(struct elf *elf, struct protocol_symbol *symbols, size_t n)
{
    int entries = dwfl_module_getsymtab(elf->program);

    for (size_t i = 0; i < n; i++) {
        symbols[i].kind = PROTOCOL_SYMBOL_MISSING;
        symbols[i].is_static = false;
    }
    for (int at = 1; at < entries; at++) {
        GElf_Word section = SHN_UNDEF;
        GElf_Addr address;
        GElf_Sym entry;
        const char *name = dwfl_module_getsym_info(elf->program, at, &entry, &address, &section, NULL, NULL);

        for (size_t i = 0; name && is_of_use(&entry, section) && i < n; i++) {
            if (name[0] == symbols[i].name[0] && strcmp(name, symbols[i].name) == 0) {
                take(elf, &entry, address, &symbols[i]);
            }
        }
    }
}

bool elf_names(struct elf *elf, const char *head)
{
    int entries = dwfl_module_getsymtab(elf->program);
    GElf_Sym entry;

    for (int at = 1; at < entries; at++) {
        const char *name = dwfl_module_getsym(elf->program, at, &entry, NULL);

        if (name && strncmp(name, head, strlen(head)) == 0) {
            return true;
        }
    }
    return false;
}

/* The name of the source file of an address, and the line; NULL when not known. */
static const char *file_of(struct elf *elf, Dwarf_Addr address, int *number)
{
    return units_find(&elf->units, elf->program, address, number);
}

/* Where the tree is, as the debug information names it, is told by a function of each QEMU and its file. */
static const char *tree_of(struct elf *elf)
{
    static const char home[] = "migration/savevm.c";
    struct protocol_symbol known = { .name = "qemu_loadvm_state" };
    const char *file, *found;
    int number;

    if (!elf->has_tree) {
        elf->has_tree = true;
        elf_find(elf, &known, 1);
        file = known.kind == PROTOCOL_SYMBOL_ADDRESS ? file_of(elf, known.value + elf->bias, &number) : NULL;
        found = file ? strstr(file, home) : NULL;
        if (found && found[strlen(home)] == 0) {
            elf->tree = hs_format("%.*s", (int)(found - file), file);
        }
    }
    return elf->tree;
}

/* The name within the tree; of another file the base name. */
static const char *name_in_tree(struct elf *elf, const char *file)
{
    const char *tree = tree_of(elf), *slash = strrchr(file, '/');

    if (tree && strncmp(file, tree, strlen(tree)) == 0) {
        return file + strlen(tree);
    }
    return slash ? slash + 1 : file;
}

/* The function that the address is in; NULL when there is none: what only stands before it is no answer. */
static const char *function_of(struct elf *elf, Dwarf_Addr address)
{
    GElf_Off behind = 0;
    GElf_Sym entry;

    if (!elf->last.name || address < elf->last.start || address >= elf->last.end) {
        elf->last.name = dwfl_module_addrinfo(elf->program, address, &behind, &entry, NULL, NULL, NULL);
        if (elf->last.name) {
            elf->last.start = address - behind;
            elf->last.end = elf->last.start + entry.st_size;
        }
    }
    return elf->last.name && address < elf->last.end ? elf->last.name : NULL;
}

static void look(struct elf *elf, uint64_t offset, struct place *place)
{
    Dwarf_Addr address = elf->start + offset;
    const char *name = function_of(elf, address), *file;
    int number;

    memset(place, 0, sizeof(*place));
    place->behind = offset + 1;
    /* Behind a dot is what the compiler made of it (".constprop.0"). */
    if (name) {
        snprintf(place->symbol, sizeof(place->symbol), "%.*s", (int)strcspn(name, "."), name);
    }
    file = file_of(elf, address, &number);
    if (file) {
        snprintf(place->source, sizeof(place->source), "%s:%d", name_in_tree(elf, file), number);
    }
}

void elf_describe(struct elf *elf, uint64_t offset, char *symbol, size_t symbol_size, char *source, size_t source_size)
{
    struct place *place = &elf->places[offset % HS_COUNT(elf->places)];

    if (place->behind != offset + 1) {
        look(elf, offset, place);
    }
    snprintf(symbol, symbol_size, "%s", place->symbol);
    snprintf(source, source_size, "%s", place->source);
}
