/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A QEMU of one's own, which exports nothing: served by what its symbols say, wherever they are, also behind a script;
 * without any, refused in a sentence that says what to do.
 */
#include "support.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/loader/open.h"
#include "harness/loader/qemu/elf.h"

SUPPORT_SHARED(folder)

/* For a shell in a folder that has the stand-in as "own" and, linked for fixed addresses, as "fixed": it makes "q". */
#define STRIPPED "strip -o q own"
#define DEBUG "objcopy --only-keep-debug own d; strip -o q own; objcopy --add-gnu-debuglink=d q"
#define SCRIPT(words) "; mv q behind; printf '#!/bin/sh\\ncd \"${0%%/*}\" && " words "\\n' >q; chmod +x q"

static const struct build {
    const char *made;
    const char *symbol, *source; /* of a crash: what a static function's name and its line begin with */
    const char *refusal; /* NULL: it is served */
} builds[] = {
    { "cp own q", "obey", "standin_loader.c:" },
    { "cp fixed q", "obey", "standin_loader.c:" },
    /* As clang builds it, without an index of addresses. */
    { "objcopy -R .debug_aranges own q", "obey", "standin_loader.c:" },
    { "strip -g -o q own", "obey", "" },
    /* As clang leaves it. */
    { "objcopy -R .debug_aranges own q", "obey", "standin_loader.c:" },
    { DEBUG, "obey", "standin_loader.c:" },
    { DEBUG "; mkdir .debug; mv d .debug", "obey", "standin_loader.c:" },
    { "cp own q" SCRIPT("exec ./behind \"$@\""), "obey", "standin_loader.c:" },
    { "cp own q" SCRIPT("./behind \"$@\""), "obey", "standin_loader.c:" },
    { "cp own q" SCRIPT("./behind --version | grep -q QEMU && ./behind \"$@\""), "obey", "standin_loader.c:" },
    { STRIPPED, .refusal = "nothing says where its function qemu_init is: keep its symbol table" },
    { STRIPPED SCRIPT("exec ./behind \"$@\""), .refusal = "nothing says where its function qemu_init is" },
    { DEBUG "; rm d", .refusal = "nothing says where its function qemu_init is" },
    { DEBUG "; objcopy --only-keep-debug fixed d", .refusal = "nothing says where its function qemu_init is" },
    { "strip -N process_queued_cpu_work -o q own", .refusal = "it has no function process_queued_cpu_work" },
    { "strip -K qemu_init -o q own", .refusal = "it has no function qmp_query_version" },
};

static struct loader *open_build(const struct build *build, struct hs_error *err)
{
    char *own = support_beside("standin_own"), *fixed = support_beside("standin_own_fixed");
    char *line = hs_format("cd %s && rm -rf * .debug && cp %s own && cp %s fixed && { %s; }", folder, own, fixed,
                           build->made);
    Hardstop__Setup setup = HARDSTOP__SETUP__INIT;
    struct loader *loader;

    assert_int_equal(system(line), 0);
    setup.binary = hs_format("%s/q", folder);
    loader = loader_open(&setup, TRUST_ALL, NULL, err);
    free(setup.binary);
    free(line);
    free(fixed);
    free(own);
    return loader;
}

static struct loader_answer load(struct loader *loader, const char *letters)
{
    struct loader_input input = { .bytes = (const uint8_t *)letters, .size = strlen(letters) };
    struct loader_answer answer;

    assert_int_equal(loader_load(loader, &input, &answer, NULL), 0);
    return answer;
}

static void check_served(const struct build *build, struct loader *loader)
{
    struct loader_answer answer = load(loader, "qu");
    const struct loader_frame *frame;

    /* Work for a processor: its number comes by a variable of the thread. */
    assert_int_equal(answer.outcome, OUTCOME_ACCEPTED);
    assert_true(answer.saved_size > 3);
    assert_memory_equal(answer.saved, "2-u", 3);
    answer = load(loader, "s");
    assert_int_equal(answer.outcome, OUTCOME_CRASHED);
    frame = loader_crash_frame(&answer);
    if (strncmp(frame->symbol, build->symbol, strlen(build->symbol)) != 0 ||
        strncmp(frame->source, build->source, strlen(build->source)) != 0 || (!*build->source && *frame->source)) {
        fail_msg("%s: crashes in \"%s\" at \"%s\"", build->made, frame->symbol, frame->source);
    }
    /* It ends with a call, and what that returns to is in another function. */
    answer = load(loader, "l");
    frame = loader_crash_frame(&answer);
    assert_string_equal(frame->symbol, "standin_last_call");
}

static void an_own_build_is_served_by_its_symbols(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(builds); i++) {
        struct hs_error err = { .text = "" };
        struct loader *loader = open_build(&builds[i], &err);

        if (!loader != !!builds[i].refusal || (!loader && !strstr(err.text, builds[i].refusal))) {
            fail_msg("%s: %s", builds[i].made, loader ? "served" : err.text);
        }
        if (loader) {
            check_served(&builds[i], loader);
        }
        loader_close(loader);
    }
}

/* What is done to a file, in the words of its header. */
enum damage { CUT, SECTIONS_FAR, SECTION_HUGE, STRINGS_NONE, ENTRY_ZERO, ENTRY_HUGE, NAMES_FAR, SEGMENTS_FAR, DAMAGES };

static void damage(uint8_t *bytes, size_t size, enum damage kind)
{
    Elf64_Ehdr *header = (Elf64_Ehdr *)bytes;
    Elf64_Shdr *sections = (Elf64_Shdr *)(bytes + header->e_shoff);

    if (kind == SECTIONS_FAR) {
        header->e_shoff = size - 8;
    } else if (kind == STRINGS_NONE) {
        header->e_shstrndx = 0xff00;
    } else if (kind == SEGMENTS_FAR) {
        header->e_phoff = UINT64_MAX - 8;
    }
    for (size_t i = 0; (kind == SECTION_HUGE || kind >= ENTRY_ZERO) && i < header->e_shnum; i++) {
        if (sections[i].sh_type != SHT_SYMTAB) {
            continue;
        }
        sections[i].sh_size = kind == SECTION_HUGE ? UINT64_MAX - 7 : sections[i].sh_size;
        sections[i].sh_entsize = kind == ENTRY_ZERO ? 0 : kind == ENTRY_HUGE ? UINT64_MAX : sections[i].sh_entsize;
        sections[i].sh_link = kind == NAMES_FAR ? 0xffff : sections[i].sh_link;
    }
}

static void read_damaged(const uint8_t *bytes, size_t size)
{
    char *path = support_write(folder, "damaged", bytes, size), symbol[64], source[64];
    struct protocol_symbol symbols[2] = { { .name = "qemu_init" }, { .name = "obey" } };
    struct hs_error err = { .text = "" };
    struct elf *elf = elf_open(path, &err);

    if (elf) {
        elf_find(elf, symbols, HS_COUNT(symbols));
        for (uint64_t at = 0; at < size; at += 997) {
            elf_describe(elf, at, symbol, sizeof(symbol), source, sizeof(source));
        }
        elf_close(elf);
    } else {
        assert_non_null(strstr(err.text, "damaged: "));
    }
    free(path);
}

static void a_damaged_file_is_read_without_harm(void **state)
{
    char *path = support_beside("standin_own");
    struct hs_error err;
    uint8_t *bytes, *copy;
    size_t size;

    (void)state;
    assert_int_equal(file_read(path, &bytes, &size, &err), 0);
    for (size_t length = 0; length < size; length += 1 + length / 7) {
        read_damaged(bytes, length);
    }
    for (enum damage kind = CUT; kind < DAMAGES; kind++) {
        copy = hs_copy(bytes, size);
        damage(copy, size, kind);
        read_damaged(copy, kind == CUT ? size - 1 : size);
        free(copy);
    }
    free(bytes);
    free(path);
}

static void what_is_no_program_has_a_reason(void **state)
{
    static const char *const paths[] = { "/nonexistent", "", "/dev/null", "/etc/passwd", "/" };
    struct hs_error err;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(paths); i++) {
        err.text[0] = 0;
        assert_null(elf_open(paths[i], &err));
        assert_true(strlen(err.text) > strlen(paths[i]) + 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(an_own_build_is_served_by_its_symbols),
        SUPPORT_TIDY(a_damaged_file_is_read_without_harm),
        SUPPORT_TIDY(what_is_no_program_has_a_reason),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
