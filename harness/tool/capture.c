/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop capture: bytes or a case from a real QEMU. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/printable.h"
#include "harness/judge/borrow.h"
#include "harness/loader/capture.h"
#include "harness/loader/open.h"
#include "harness/setup/program.h"
#include "harness/setup/setup.h"
#include "harness/tool/tool.h"
#include "harness/wire/description.h"

struct options {
    struct setup_options setup;
    const char *output;
    const char *section;
    bool whole;
    bool without_ram;
    bool run, guest;
};

static char *given_qemu(struct argp_state *state)
{
    const char *given = program_given(PROGRAM_ENV);

    if (!given) {
        argp_error(state, "which QEMU?  Give --qemu (default: " PROGRAM_ENV ", which is not set), and --machine "
                          "and --device as needed");
    }
    return hs_strdup(given);
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->setup;
        return 0;
    case 'o':
        options->output = value;
        return 0;
    case 's':
        options->section = value;
        return 0;
    case 'w':
        options->whole = true;
        return 0;
    case 'r':
        options->without_ram = true;
        return 0;
    case 'R':
        options->run = true;
        return 0;
    case 'G':
        options->guest = true;
        return 0;
    case ARGP_KEY_END:
        if (!options->setup.setup->binary) {
            options->setup.setup->binary = given_qemu(state);
        }
        if (options->whole && options->without_ram) {
            argp_error(state, "--whole and --without-ram exclude each other");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_capture_argp = {
    .options =
        (const struct argp_option[]){
            { "output", 'o', "FILE", 0,
              "where to: FILE.textproto and FILE.case get a case, any other name the bytes; "
              "default: standard output",
              0 },
            { "section", 's', "PART", 0, "case: keep only sections whose idstr contains PART, and the one behind each",
              0 },
            { "whole", 'w', NULL, 0, "case: keep header, RAM and description, too, as of a guest that ran, unless "
                                     "--section is given: devices look into its memory", 0 },
            { "without-ram", 'r', NULL, 0,
              "bytes: leave out RAM and with it firmware, so that the stream can be "
              "published",
              0 },
            { "run", 'R', NULL, 0,
              "let the guest run first, until it panics, halts for good, or asks for a reset or to be switched off; "
              "firmware that finds nothing to start does, of pc and q35 with --option=-boot "
              "--option=reboot-timeout=1",
              0 },
            { "guest", 'G', NULL, 0,
              "the same with a small guest of ours, which brings the first virtio device (net, blk or rng) into use",
              0 },
            { 0 },
        },
    .parser = parse,
    .args_doc = "[-- QEMU_COMMAND_LINE]",
    .children = setup_children,
    .doc =
        "Starts an unmodified QEMU, and migrates it out, before its first instruction unless --run or --guest is "
        "given.\v" COMMAND_LINE_STATUS_DONE "\n\n"
        "Example: hardstop capture --qemu " SETUP_BINARY("s390x") " --machine s390-ccw-virtio --device virtio-rng-ccw "
                                                                  "--output rng.mig",
};

static int write_bytes(const struct options *options, const uint8_t *bytes, size_t size, struct hs_error *err)
{
    struct stream_encoding encoding = { 0 };
    Hardstop__Stream *stream;
    Hardstop__Case *test;
    int result;

    if (!options->without_ram) {
        return tool_write(options->output, bytes, size, err);
    }
    stream = stream_decode(bytes, size, STREAM_ANY, err);
    if (!stream) {
        return hs_fail_in(err, "the captured stream");
    }
    test = case_of_stream(stream, options->setup.setup, CASE_KEEP_STATE);
    stream_encode(test->stream, &encoding, NULL, NULL);
    result = tool_write(options->output, encoding.out.data, encoding.out.size, err);
    stream_encoding_clear(&encoding);
    case_free(test);
    return result;
}

/* A machine type may send no description: then the same QEMU is asked for it in another way. */
static void describe(Hardstop__Case *test)
{
    struct loader *loader;
    struct hs_error err;

    if (!description_is_missing(test->stream)) {
        return;
    }
    loader = loader_open(test->setup, TRUST_ALL, NULL, &err);
    if (!loader) {
        printable_print(stderr, "hardstop: the machine sends no description, so fields have no names: %s\n", err.text);
        return;
    }
    borrow_description(loader, test->stream);
    loader_close(loader);
}

static enum case_keep what_to_keep(const struct options *options)
{
    /* From memory that no guest used a device is loaded otherwise, or not at all. */
    bool has_run = options->run || options->guest;

    return options->whole || (has_run && !options->section) ? CASE_KEEP_ALL : CASE_KEEP_DEVICES;
}

static int write_case(const struct options *options, const uint8_t *bytes, size_t size, struct hs_error *err)
{
    Hardstop__Stream *stream = stream_decode(bytes, size, STREAM_ANY, err);
    Hardstop__Case *test;
    int result = -1;

    if (!stream) {
        return hs_fail_in(err, "the captured stream");
    }
    test = case_of_stream(stream, options->setup.setup, what_to_keep(options));
    describe(test);
    if (options->section && !case_keep_sections(test, options->section)) {
        case_fail_section(test->stream, options->section, err);
    } else {
        result = tool_write_case(options->output, test, err);
    }
    case_free(test);
    return result;
}

static int take(const struct options *options, uint8_t **bytes, size_t *size, struct hs_error *err)
{
    return options->run || options->guest
               ? capture_running(options->setup.setup, TRUST_ALL, options->guest, bytes, size, err)
               : capture_stream(options->setup.setup, TRUST_ALL, bytes, size, err);
}

int command_capture(int argc, char **argv)
{
    struct options options = { 0 };
    struct hs_error err;
    uint8_t *bytes = NULL;
    size_t size;
    int result;

    command_line_parse(&command_capture_argp, argc, argv, &options);
    result = tool_open_outputs(&options.output, 1, &err);
    if (result == 0) {
        result = take(&options, &bytes, &size, &err);
    }
    if (result == 0) {
        bool as_case = options.section || options.whole || tool_names_case(options.output);

        result = (as_case ? write_case : write_bytes)(&options, bytes, size, &err);
    }
    free(bytes);
    tool_clear_setup(&options.setup);
    return result < 0 ? tool_fail(&err) : TOOL_CLEAN;
}
