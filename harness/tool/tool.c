/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options, input files and errors that the sub-commands have in common. */
#include "harness/tool/tool.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/printable.h"
#include "harness/setup/framing.h"
#include "harness/setup/setup.h"
#include "harness/message/reflect.h"
#include "harness/tool/program_option.h"
#include "harness/tool/setup_words.h"

enum {
    KEY_GLOBAL = 0x100,
    KEY_OPTION,
    KEY_MEMORY,
    KEY_FOOTERS,
    KEY_FRAMING,
    KEY_TRUST,
    KEY_CAPTURED,
    KEY_POKE,
};

static const struct argp_option setup_rows[] = {
    { NULL, 0, NULL, 0, "Which QEMU (goes before what a case says); or -- and its command line as it is, or -- @FILE "
                        "with that:", 1 },
    { "qemu", 'q', "BINARY", 0, SETUP_PROGRAM "*, a name in PATH or a path", 0 },
    { "machine", 'M', "TYPE", 0, "machine type, as for QEMU's -M", 0 },
    { "device", 'd', "DEVICE", 0, "as for QEMU's -device; repeatable", 0 },
    { "global", KEY_GLOBAL, "PROPERTY", 0, "as for QEMU's -global; repeatable", 0 },
    { "option", KEY_OPTION, "WORD", 0, "a further argument of QEMU, as it is; repeatable", 0 },
    { "memory", KEY_MEMORY, "SIZE", 0, "as for QEMU's -m (default: the least that it starts with)", 0 },
    { "footers", KEY_FOOTERS, "on|off", 0,
      "section footers; off is how QEMU framed before 2.4 (default: as the "
      "machine type has it)",
      0 },
    { "framing", KEY_FRAMING, "WORD", 0,
      "legacy or footer, as --footers off or on; or sized, of a QEMU with the patch \"answers\" of "
      "hardstop's source (ci/patches): each device's section says how long it is",
      0 },
    { "trust-setup", KEY_TRUST, NULL, 0, "start whatever QEMU command line a case file asks for", 0 },
    { 0 },
};

static void append(char ***list, size_t *n, const char *value)
{
    *HS_PUSH(*list, *n) = hs_strdup(value);
}

/* The last one counts. */
static void set(char **place, const char *value)
{
    if (*place != hardstop__setup__memory__default_value) {
        free(*place);
    }
    *place = hs_strdup(value);
}

/* Before all options, which thus change what the QEMU command line says. */
static void begin_setup(struct setup_options *options)
{
    struct hs_error err;

    options->setup = (Hardstop__Setup *)reflect_new(&hardstop__setup__descriptor);
    options->complete = command_line_tail()->n > 0;
    if (options->complete && setup_words_take(command_line_tail(), options->setup, &err) < 0) {
        exit(tool_fail(&err));
    }
}

static error_t parse_setup(int key, char *value, struct argp_state *state)
{
    struct setup_options *options = state->input;
    Hardstop__Setup *setup = options ? options->setup : NULL;
    const struct setup_framing *framing;

    if (key == ARGP_KEY_INIT) {
        begin_setup(options);
        return 0;
    }
    switch (key) {
    case 'q':
        set(&setup->binary, value);
        break;
    case 'M':
        set(&setup->machine, value);
        break;
    case 'd':
        append(&setup->device, &setup->n_device, value);
        break;
    case KEY_GLOBAL:
        append(&setup->global, &setup->n_global, value);
        break;
    case KEY_OPTION:
        append(&setup->option, &setup->n_option, value);
        break;
    case KEY_MEMORY:
        set(&setup->memory, value);
        break;
    case KEY_FOOTERS:
        if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0) {
            argp_error(state, "--footers takes on or off, not \"%s\"", value);
        }
        setup_set_framing(setup, setup_framing_find(strcmp(value, "on") == 0 ? "footer" : "legacy"));
        break;
    case KEY_FRAMING:
        framing = setup_framing_find(value);
        if (!framing) {
            argp_error(state, "no framing \"%s\"; there are " SETUP_FRAMING_NAMES, value);
        }
        setup_set_framing(setup, framing);
        break;
    case KEY_TRUST:
        options->trust = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

const struct argp setup_argp = { .options = setup_rows, .parser = parse_setup };
const struct argp_child setup_children[] = { { &setup_argp, 0, NULL, 0 }, { 0 } };

void tool_clear_setup(struct setup_options *options)
{
    reflect_free(options->setup ? &options->setup->base : NULL);
    options->setup = NULL;
}

static error_t parse_file(int key, char *value, struct argp_state *state)
{
    struct file_options *options = state->input;

    switch (key) {
    case 'j':
        options->json = true;
        return 0;
    case KEY_CAPTURED:
        options->is_captured = true;
        return 0;
    case KEY_POKE:
        options->pokes = tool_pokes(value, state);
        return 0;
    case ARGP_KEY_ARG:
        if (options->json && strcmp(value, "-") == 0) {
            /* `--json -`: standard output is where it goes anyway. */
            return 0;
        }
        if (options->path) {
            argp_error(state, "one file at a time");
        }
        options->path = value;
        return 0;
    case ARGP_KEY_END:
        if (!options->path) {
            argp_error(state, "which stream or case?");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

#define OPTION_JSON { "json", 'j', NULL, 0, "as one JSON object", 0 }

#define OPTIONS_JUDGE                                                                                                  \
    { "captured", KEY_CAPTURED, NULL, 0, "FILE is a stream as QEMU saved it: that it is rejected is a finding", 0 },   \
    { "poke", KEY_POKE, "LIST", OPTION_ARG_OPTIONAL,                                                                   \
      "use what is accepted, as a guest and a management tool would: all, or of cont, clock, kick, input, config, "    \
      "registers, stop, reset, unplug those named; watch: look for host memory in what is written meanwhile; retry: "  \
      "after what is rejected, load the undamaged stream", 0 }

static const struct argp file_argp = {
    .options = (const struct argp_option[]){ OPTION_JSON, { 0 } },
    .parser = parse_file,
};
static const struct argp judge_argp = {
    .options = (const struct argp_option[]){ OPTION_JSON, OPTIONS_JUDGE, { 0 } },
    .parser = parse_file,
};
const struct argp judged_argp = {
    .options = (const struct argp_option[]){ OPTIONS_JUDGE, { 0 } },
    .parser = parse_file,
};
const struct argp_child file_children[] = { { &file_argp, 0, NULL, 0 }, { 0 } };
const struct argp_child judge_children[] = {
    { &judge_argp, 0, NULL, 0 }, { &setup_argp, 0, NULL, 0 }, { &program_beside_argp, 0, NULL, 0 }, { 0 },
};

/* What was given replaces what is there; lists as a whole, and all of it where that is complete. */
static void override(Hardstop__Setup *setup, const Hardstop__Setup *given, bool is_complete)
{
    Hardstop__Setup *copy = (Hardstop__Setup *)reflect_clone(&given->base);

#define TAKE(type, member)               \
    do {                                 \
        type hold = setup->member;       \
        setup->member = copy->member;    \
        copy->member = hold;             \
    } while (0)
#define TAKE_LIST(member)                      \
    do {                                       \
        if (is_complete || copy->n_##member) { \
            TAKE(char **, member);             \
            TAKE(size_t, n_##member);          \
        }                                      \
    } while (0)
    if (copy->binary) {
        TAKE(char *, binary);
    }
    if (is_complete || copy->machine) {
        TAKE(char *, machine);
    }
    TAKE_LIST(device);
    TAKE_LIST(global);
    TAKE_LIST(option);
    if (copy->memory != hardstop__setup__memory__default_value) {
        TAKE(char *, memory);
    }
    if (is_complete) {
        setup->has_defaults = copy->has_defaults;
        setup->defaults = copy->defaults;
    }
    if (copy->has_framing) {
        setup->has_framing = true;
        setup->framing = copy->framing;
    }
    reflect_free(&copy->base);
}

enum trust tool_apply_setup(const struct setup_options *options, Hardstop__Setup *setup)
{
    override(setup, options->setup, options->complete);
    return options->trust || options->complete ? TRUST_ALL : trust_of_given(options->setup);
}

int tool_fail(const struct hs_error *err)
{
    if (file_reader_is_gone()) {
        return TOOL_TROUBLE;
    }
    if (err->offset == HS_NO_OFFSET) {
        printable_print(stderr, "hardstop: %s\n", err->text);
    } else {
        printable_print(stderr, "hardstop: %s (offset %" PRIu64 ")\n", err->text, err->offset);
    }
    return TOOL_TROUBLE;
}

