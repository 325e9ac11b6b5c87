/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop canaries: makes canary states of devices that only the stream's description names, on the real loader. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/canary/canary_described.h"
#include "harness/loader/capture.h"
#include "harness/loader/open.h"
#include "harness/report/style.h"
#include "harness/setup/described.h"
#include "harness/tool/canary_file.h"
#include "harness/tool/program_option.h"
#include "harness/tool/tool.h"

enum { MAX_DEVICES = 128 };

struct options {
    const char *folder; /* where the cases go; NULL: nowhere */
    const struct described *devices[MAX_DEVICES];
    size_t n_devices;
    bool table;
    bool json;
};

static const char *name_of_device(size_t i)
{
    return described_devices[i].name;
}

static void take_device(struct options *options, const char *name, struct argp_state *state)
{
    const struct described *device = described_find(name);

    if (!device) {
        char *nearest = command_line_nearest(name, name_of_device);

        argp_error(state, nearest ? "no device \"%s\"; did you mean %s?" : "no device \"%s\"; --list names them", name,
                   nearest);
    }
    if (options->n_devices == MAX_DEVICES) {
        argp_error(state, "not more than %d devices", MAX_DEVICES);
    }
    options->devices[options->n_devices++] = device;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case 'o':
        options->folder = value;
        return 0;
    case 'T':
        options->table = true;
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case 'l':
        for (size_t i = 0; name_of_device(i); i++) {
            printf("%s\n", name_of_device(i));
        }
        exit(TOOL_CLEAN);
    case ARGP_KEY_ARG:
        take_device(options, value, state);
        return 0;
    case ARGP_KEY_END:
        if (options->json && options->table) {
            argp_error(state, "--json or --table, not both");
        }
        for (size_t i = 0; !state->arg_num && name_of_device(i); i++) {
            take_device(options, name_of_device(i), state);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_canaries_argp = {
    .options =
        (const struct argp_option[]){
            { "output", 'o', "FOLDER", 0, "write each as a case, FOLDER/DEVICE.textproto", 0 },
            { "table", 'T', NULL, 0, "a table in Markdown", 0 },
            { "json", 'j', NULL, 0, "one JSON array, which names the places without a canary, too", 0 },
            { "list", 'l', NULL, 0, "the names of the devices", 0 },
            { 0 },
        },
    .parser = parse,
    .children = program_children,
    .args_doc = "[DEVICE...]",
    .doc = "Makes canary states of devices that are not virtio: in each field that the stream's description names, a "
           "value of its own that the real QEMU accepts and saves again as given, as far as it does.\v"
           "Exit status: 0 all were made; 1 one was not; 2 wrong usage, or no QEMU answers.",
};

/* One device. */
struct attempt {
    const struct described *device;
    size_t sections;
    Hardstop__Case *test;
    struct canary canary;
    bool skipped; /* QEMU migrates nothing of it, as `err` says */
    enum tool_status status;
    struct hs_error err;
};

static int capture(struct attempt *attempt, const Hardstop__Setup *setup)
{
    Hardstop__Stream *stream = capture_decoded(setup, TRUST_ALL, &attempt->err);

    if (!stream) {
        attempt->skipped = strstr(attempt->err.text, "non-migratable") != NULL;
        return -1;
    }
    attempt->test = case_of_stream(stream, setup, CASE_KEEP_DEVICES);
    attempt->sections = case_keep_devices(attempt->test, attempt->device->sections);
    attempt->skipped = !attempt->sections;
    if (attempt->skipped) {
        return hs_fail(&attempt->err, HS_NO_OFFSET, "no section: nothing of it is migrated");
    }
    return 0;
}

/* The case's text: what it is and what it lacks, then the case. */
static char *describe(const struct attempt *attempt)
{
    const struct canary *canary = &attempt->canary;
    char *title = hs_format("# SPDX-License-Identifier: GPL-2.0-or-later\n"
                            "# Canary state of %s: %zu of %zu places hold a value of their own, which the real loader\n"
                            "# accepts and saves again as given.  Made by: hardstop canaries %s\n",
                            attempt->device->sections, canary->held, canary->places, attempt->device->name);
    char *text = canary_file_text(title, canary, attempt->test);

    free(title);
    return text;
}

static int write_case(struct attempt *attempt, const char *folder)
{
    char *path = hs_format("%s/%s.textproto", folder, attempt->device->name), *text = describe(attempt);
    int result = file_write(path, text, strlen(text), &attempt->err);

    free(path);
    free(text);
    return result;
}

static void run(struct attempt *attempt, const struct options *options)
{
    Hardstop__Setup *setup = described_setup(attempt->device, HARDSTOP__FRAMING__FOOTER);
    struct loader *loader = loader_open(setup, TRUST_ALL, NULL, &attempt->err);

    if (!loader) {
        attempt->status = TOOL_TROUBLE;
    } else if (capture(attempt, setup) < 0) {
        attempt->status = attempt->skipped ? TOOL_CLEAN : TOOL_TROUBLE;
    } else if (canary_make_described(loader, attempt->test, &attempt->canary, &attempt->err) < 0) {
        attempt->status = TOOL_FINDING;
    } else if (options->folder && write_case(attempt, options->folder) < 0) {
        attempt->status = TOOL_TROUBLE;
    }
    loader_close(loader);
    hardstop__setup__free_unpacked(setup, NULL);
}

static void print_text(const struct attempt *attempt)
{
    const struct canary *canary = &attempt->canary;

    printf("%-15s ", attempt->device->name);
    if (attempt->status || attempt->skipped) {
        style_print(stdout, attempt->status ? STYLE_BAD : STYLE_PLAIN, "%s", attempt->err.text);
        printf("\n");
        return;
    }
    printf("%2zu sections, %6zu bytes, %6zu places, %6zu hold a canary, %lu loads\n", attempt->sections, canary->bytes,
           canary->places, canary->held, canary->loads);
}

static void print_row(const struct attempt *attempt)
{
    const struct canary *canary = &attempt->canary;

    printf("| %s | `%s` | ", attempt->device->name, attempt->device->sections);
    if (attempt->status || attempt->skipped) {
        printf("%s | - | - |\n", attempt->skipped ? "none: not migrated" : attempt->err.text);
    } else {
        printf("%zu | %zu bytes | %zu of %zu |\n", attempt->sections, canary->bytes, canary->held, canary->places);
    }
}

static json_t *json_of(const struct attempt *attempt)
{
    const struct canary *canary = &attempt->canary;

    return json_pack("{s:s, s:s?, s:I, s:I, s:I, s:I, s:I, s:o}", "device", attempt->device->name, "error",
                     attempt->status || attempt->skipped ? attempt->err.text : NULL, "sections",
                     (json_int_t)attempt->sections, "bytes", (json_int_t)canary->bytes, "unnamed",
                     (json_int_t)canary->unnamed, "places", (json_int_t)canary->places, "held",
                     (json_int_t)canary->held, "gaps", canary_file_gaps(canary));
}

static enum tool_status run_device(const struct options *options, const struct described *device, json_t *json)
{
    struct attempt attempt = { .device = device };

    run(&attempt, options);
    if (options->json) {
        json_array_append_new(json, json_of(&attempt));
    } else {
        (options->table ? print_row : print_text)(&attempt);
    }
    fflush(stdout);
    case_free(attempt.test);
    canary_clear(&attempt.canary);
    return attempt.status;
}

int command_canaries(int argc, char **argv)
{
    struct options options = { 0 };
    enum tool_status status = TOOL_CLEAN;
    json_t *json;

    command_line_parse(&command_canaries_argp, argc, argv, &options);
    json = json_array();
    if (options.table) {
        printf("| device | idstrs end in | sections | size | canaries |\n|---|---|---|---|---|\n");
    }
    for (size_t i = 0; i < options.n_devices; i++) {
        enum tool_status worse = run_device(&options, options.devices[i], json);

        status = worse > status ? worse : status;
    }
    if (options.json) {
        tool_print_json(json);
    } else {
        json_decref(json);
    }
    return status;
}
