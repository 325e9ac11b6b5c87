/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop doctor: a table of checks on this machine. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/arguments.h"
#include "harness/base/check.h"
#include "harness/base/printable.h"
#include "harness/setup/setup.h"
#include "harness/loader/open.h"
#include "harness/report/style.h"
#include "harness/tool/doctor_qemu.h"
#include "harness/tool/program_option.h"
#include "harness/tool/tool.h"

typedef void examine_fn(const char *subject, const char *advice, struct diagnosis *diagnosis);

static void look_for_program(const char *subject, const char *advice, struct diagnosis *diagnosis)
{
    char *path = arguments_find_program(subject);

    diagnosis->good = path != NULL;
    snprintf(diagnosis->text, sizeof(diagnosis->text), "%s", path ? path : advice);
    free(path);
}

/* The proof of a loader is that it starts and answers. */
static void start_loader(const char *subject, const char *advice, struct diagnosis *diagnosis)
{
    struct loader_input input = { .bytes = loader_nothing, .size = sizeof(loader_nothing) };
    Hardstop__Setup *setup = setup_standard(subject, HARDSTOP__FRAMING__FOOTER);
    struct loader_answer answer;
    struct hs_error err;
    struct loader *loader = loader_open(setup, TRUST_ALL, NULL, &err);

    (void)advice;
    if (!loader || loader_load(loader, &input, &answer, &err) < 0) {
        snprintf(diagnosis->text, sizeof(diagnosis->text), "%s", err.text);
    } else {
        diagnosis->good = answer.outcome == OUTCOME_ACCEPTED;
        snprintf(diagnosis->text, sizeof(diagnosis->text), "%s, an empty list of sections is %s",
                 loader_name(loader), outcome_name(answer.outcome));
    }
    loader_close(loader);
    hardstop__setup__free_unpacked(setup, NULL);
}

static void look_for_preload(const char *subject, const char *advice, struct diagnosis *diagnosis)
{
    struct hs_error err;
    char *path = loader_object(&err);

    (void)subject;
    (void)advice;
    diagnosis->good = path != NULL;
    snprintf(diagnosis->text, sizeof(diagnosis->text), "%s", path ? path : err.text);
    free(path);
}

static void look_for_memfd(const char *subject, const char *advice, struct diagnosis *diagnosis)
{
    int fd = memfd_create("hardstop-doctor", MFD_CLOEXEC);

    (void)subject;
    diagnosis->good = fd >= 0;
    snprintf(diagnosis->text, sizeof(diagnosis->text), "%s", fd >= 0 ? "works" : advice);
    if (fd >= 0) {
        close(fd);
    }
}

/* Sanitizers of clang 14 to 16 die at random with more than 28 bits: llvm issue 57653. */
static void read_random_bits(const char *subject, const char *advice, struct diagnosis *diagnosis)
{
    FILE *file = fopen(subject, "r");
    int bits = 0;

    if (file && fscanf(file, "%d", &bits) != 1) {
        bits = 0;
    }
    if (file) {
        fclose(file);
    }
    diagnosis->good = bits <= 28;
    if (diagnosis->good) {
        snprintf(diagnosis->text, sizeof(diagnosis->text), "%d", bits);
    } else {
        snprintf(diagnosis->text, sizeof(diagnosis->text), "%d: %s", bits, advice);
    }
}

static const struct {
    const char *name;
    examine_fn *examine;
    const char *subject;
    const char *advice;
    bool needed; /* of a QEMU: unless there is another one */
    const char *program; /* the QEMU that it is about; NULL: none */
    const char *use; /* what only that QEMU is for; NULL: another row says it */
} checks[] = {
    { SETUP_BINARY("s390x"), look_for_program, SETUP_BINARY("s390x"), "apt-get install " SETUP_PACKAGE("misc"), true,
      SETUP_BINARY("s390x"), "the ccw targets and the cases of s390x" },
    { SETUP_BINARY("x86_64"), look_for_program, SETUP_BINARY("x86_64"), "apt-get install " SETUP_PACKAGE("x86"), true,
      SETUP_BINARY("x86_64"), "the pci targets and the cases of x86_64" },
    { "memfd", look_for_memfd, NULL, "this kernel or container does not allow memfd_create()", true },
    { "preload object", look_for_preload, NULL, NULL, true },
    { "loader, ccw", start_loader, "ccw", NULL, true, SETUP_BINARY("s390x"), NULL },
    { "loader, pci", start_loader, "pci", NULL, true, SETUP_BINARY("x86_64"), NULL },
    { "clang", look_for_program, "clang", "libFuzzer targets need it: apt-get install clang", false },
    { "afl-fuzz", look_for_program, "afl-fuzz", "AFL++ targets need it: apt-get install afl++", false },
    { "protoc", look_for_program, "protoc", "building needs it: apt-get install protobuf-compiler", false },
    { "protoc-c", look_for_program, "protoc-c", "building needs it: apt-get install protobuf-c-compiler", false },
    { "cmake", look_for_program, "cmake", "building needs it: apt-get install cmake", false },
    { "vm.mmap_rnd_bits", read_random_bits, "/proc/sys/vm/mmap_rnd_bits",
      "sanitizers of clang 14 to 16 die at random; sysctl -w vm.mmap_rnd_bits=28", false },
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    (void)value;
    switch (key) {
    case 'j':
        *(bool *)state->input = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "no arguments are taken");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_doctor_argp = {
    .options = (const struct argp_option[]){ { "json", 'j', NULL, 0, "as one JSON array", 0 }, { 0 } },
    .parser = parse,
    .children = program_children,
    .doc = "Says what is missing on this machine, and how to get it; with --qemu, what can be done with that QEMU: "
           "whether it can be entered, how fast it loads, and what of its machines and devices our tables know.  One "
           "of " SETUP_BINARY("s390x") " and " SETUP_BINARY("x86_64") " is enough.\v"
           "Exit status: 0 nothing that is needed is missing, 2 something is.",
};

struct telling {
    json_t *list; /* NULL: as text */
    int status;
};

static void tell(void *user, const char *name, const struct diagnosis *diagnosis)
{
    struct telling *telling = user;

    telling->status = diagnosis->needed && !diagnosis->good ? TOOL_TROUBLE : telling->status;
    if (telling->list) {
        json_array_append_new(telling->list, json_pack("{s:s, s:b, s:b, s:o}", "check", name, "good",
                                                       (int)diagnosis->good, "needed", (int)diagnosis->needed, "text",
                                                       printable_json(diagnosis->text, strlen(diagnosis->text))));
        return;
    }
    style_print(stdout, diagnosis->good ? STYLE_GOOD : diagnosis->needed ? STYLE_BAD : STYLE_WARN, "%-8s",
                diagnosis->good ? "ok" : diagnosis->needed ? "MISSING" : "missing");
    printable_print(stdout, " %-20s %s\n", name, diagnosis->text);
    fflush(stdout);
}

static bool is_there(const char *program)
{
    char *path = arguments_find_program(program);

    free(path);
    return path != NULL;
}

/* One QEMU is enough: of another one that is missing nothing is needed. */
static bool can_be_spared(const char *program)
{
    bool any = false;

    for (size_t i = 0; program && i < HS_COUNT(checks); i++) {
        any |= checks[i].program && is_there(checks[i].program);
    }
    return any && !is_there(program);
}

static void examine_machine(struct telling *telling)
{
    for (size_t i = 0; i < HS_COUNT(checks); i++) {
        bool is_spare = can_be_spared(checks[i].program);
        struct diagnosis diagnosis = { .needed = checks[i].needed && !is_spare };

        checks[i].examine(checks[i].subject, checks[i].advice, &diagnosis);
        if (is_spare && checks[i].use) {
            snprintf(diagnosis.text, sizeof(diagnosis.text), "optional, for %s: %s", checks[i].use, checks[i].advice);
        }
        tell(telling, checks[i].name, &diagnosis);
    }
}

int command_doctor(int argc, char **argv)
{
    struct telling telling = { .status = TOOL_CLEAN };
    bool json = false;

    command_line_parse(&command_doctor_argp, argc, argv, &json);
    telling.list = json ? json_array() : NULL;
    if (program_option_given()) {
        doctor_qemu(tell, &telling);
    } else {
        examine_machine(&telling);
    }
    if (json) {
        tool_print_json(telling.list);
    }
    return telling.status;
}
