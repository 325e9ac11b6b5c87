/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop seeds: makes the seeds of all devices, or checks them, on the real loader. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/report/style.h"
#include "harness/setup/roster.h"
#include "harness/tool/canary_file.h"
#include "harness/tool/program_option.h"
#include "harness/tool/seed.h"

enum { MAX_FAMILIES = 32 };

struct options {
    const char *folder;
    enum family_transport transport; /* FAMILY_TRANSPORTS: all */
    const char *families[MAX_FAMILIES];
    size_t n_families;
    bool make;
    bool in_use; /* devices in use, in the place of canaries */
    bool table;
    bool json;
};

static const char *name_of_family(size_t i)
{
    return families[i].name;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case 'f':
        options->folder = value;
        return 0;
    case 't':
        options->transport = family_transport_find(value);
        if (options->transport == FAMILY_TRANSPORTS) {
            argp_error(state, "no transport \"%s\"; there are %s", value, family_transport_names(", "));
        }
        return 0;
    case 'm':
        options->make = true;
        return 0;
    case 'u':
        options->in_use = true;
        return 0;
    case 'T':
        options->table = true;
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_END:
        if (options->json + options->table > 1 || options->table + options->in_use > 1) {
            argp_error(state, "--table, or --json, or --in-use, not both");
        }
        return 0;
    case ARGP_KEY_ARG:
        if (!family_find(value)) {
            char *nearest = command_line_nearest(value, name_of_family);

            argp_error(state,
                       nearest ? "no device \"%s\"; did you mean %s?"
                               : "no device \"%s\"; hardstop seeds --table "
                                 "lists them",
                       value, nearest);
        }
        if (options->n_families == MAX_FAMILIES) {
            argp_error(state, "not more than 32 devices");
        }
        options->families[options->n_families++] = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_seeds_argp = {
    .options =
        (const struct argp_option[]){
            { "folder", 'f', "FOLDER", 0, "where the seeds are (default: those that come with hardstop)", 0 },
            { "transport", 't', "NAME", 0, "only ccw, pci, pcie or mmio", 0 },
            { "make", 'm', NULL, 0, "make the seeds anew, from what the QEMU of this machine sends", 0 },
            { "in-use", 'u', NULL, 0,
              "not the canary seeds: those of devices that a guest has brought into use, with requests in their rings, "
              "each of which the device serves when the guest runs", 0 },
            { "table", 'T', NULL, 0, "the table of devices and transports, in Markdown", 0 },
            { "json", 'j', NULL, 0, "one JSON array", 0 },
            { 0 },
        },
    .parser = parse,
    .children = program_children,
    .args_doc = "[DEVICE...]",
    .doc = "Checks the canary seeds on the real QEMU: each is accepted, is saved again as given, and holds a value of "
           "its own in every field, or says why not.\v"
           "Exit status: 0 all do; 1 one of them does not; 2 a seed is missing, or no QEMU answers.",
};

static void print_text(const struct seed *seed)
{
    const struct canary *canary = &seed->canary;
    const char *good = seed->in_use ? "all requests are served" : "accepted, saved again as given";

    printf("%-5s %-10s ", family_transport_name(seed->transport), seed->family->name);
    if (seed->skipped) {
        printf("none: %s\n", seed->skipped);
        return;
    }
    if (!seed->in_use) {
        printf("%6zu bytes, %6zu places, %6zu hold a canary; ", canary->bytes, canary->places, canary->held);
    }
    style_print(stdout, seed->status ? STYLE_BAD : STYLE_PLAIN, "%s", seed->status ? seed->err.text : good);
    printf("\n");
}

/* The fuzz targets that begin with the family's seeds. */
static void print_targets(const struct family *family)
{
    const char *name, *between = "";

    for (size_t i = 0; !family->blocked && !family->host && (name = roster_name(i)); i++) {
        const char *target = strchr(name, '_');

        if (target && strcmp(target + 1, family->target) == 0) {
            printf("%s`%s`", between, name);
            between = ", ";
        }
    }
    printf("%s", *between ? "" : "-");
}

/* One device: a cell for each transport. */
static void print_row(const struct seed *seeds)
{
    const struct family *family = seeds->family;

    printf("| %s | ", family->name);
    for (int i = 0; i < FAMILY_TRANSPORTS; i++) {
        const struct seed *seed = &seeds[i];

        if (!family->device[i]) {
            printf("- | ");
        } else if (seed->skipped) {
            printf("%s | ", seed->skipped);
        } else if (seed->status) {
            printf("**%s** | ", seed->err.text);
        } else {
            printf("%zu bytes, %zu of %zu | ", seed->canary.bytes, seed->canary.held, seed->canary.places);
        }
    }
    print_targets(family);
    printf(" |\n");
}

static json_t *json_of(const struct seed *seed)
{
    const struct canary *canary = &seed->canary;

    return json_pack("{s:s, s:s, s:s?, s:s?, s:I, s:I, s:I, s:I, s:o}", "device", seed->family->name, "transport",
                     family_transport_name(seed->transport), "skipped", seed->skipped, "error",
                     seed->status ? seed->err.text : NULL, "bytes", (json_int_t)canary->bytes, "unnamed",
                     (json_int_t)canary->unnamed, "places", (json_int_t)canary->places, "held",
                     (json_int_t)canary->held, "gaps", canary_file_gaps(canary));
}

static bool is_chosen(const struct options *options, const struct family *family, enum family_transport transport)
{
    bool chosen = !options->n_families;

    for (size_t i = 0; i < options->n_families; i++) {
        chosen = chosen || strcmp(options->families[i], family->name) == 0;
    }
    return chosen && family->device[transport] &&
           (options->transport == FAMILY_TRANSPORTS || options->transport == transport);
}

/* A device that is not made for the transport must not look like one that was checked. */
static int check_choice(const struct options *options, struct hs_error *err)
{
    for (size_t i = 0; options->transport != FAMILY_TRANSPORTS && i < options->n_families; i++) {
        const struct family *family = family_find(options->families[i]);
        bool chosen = false;

        for (int k = 0; k < FAMILY_TRANSPORTS; k++) {
            chosen = chosen || is_chosen(options, family, (enum family_transport)k);
        }
        if (!chosen) {
            return hs_fail(err, HS_NO_OFFSET, "there is no %s on %s", family->name,
                           family_transport_name(options->transport));
        }
    }
    return 0;
}

static enum tool_status run_family(const struct options *options, const struct family *family, json_t *json)
{
    struct seed seeds[FAMILY_TRANSPORTS] = { 0 };
    enum tool_status status = TOOL_CLEAN;
    int chosen = 0;

    for (int i = 0; i < FAMILY_TRANSPORTS; i++) {
        seeds[i].family = family;
        seeds[i].transport = (enum family_transport)i;
        if (!is_chosen(options, family, seeds[i].transport)) {
            continue;
        }
        chosen++;
        seeds[i].in_use = options->in_use;
        seed_run(&seeds[i], options->folder, options->make);
        status = seeds[i].status > status ? seeds[i].status : status;
        if (options->json) {
            json_array_append_new(json, json_of(&seeds[i]));
        } else if (!options->table) {
            print_text(&seeds[i]);
        }
    }
    if (options->table && chosen) {
        print_row(seeds);
    }
    for (int i = 0; i < FAMILY_TRANSPORTS; i++) {
        seed_clear(&seeds[i]);
    }
    return status;
}

int command_seeds(int argc, char **argv)
{
    struct options options = { .transport = FAMILY_TRANSPORTS };
    enum tool_status status = TOOL_CLEAN;
    struct hs_error err;
    json_t *json;
    char *own;

    command_line_parse(&command_seeds_argp, argc, argv, &options);
    if (check_choice(&options, &err) < 0) {
        return tool_fail(&err);
    }
    own = options.folder ? NULL : tool_corpus(options.in_use ? "cases/in-use" : "cases/seeds");
    options.folder = options.folder ? options.folder : own;
    if (!options.folder) {
        hs_fail(&err, HS_NO_OFFSET,
                "the canary seeds are not where they were when this hardstop was built: --folder "
                "FOLDER says where");
        return tool_fail(&err);
    }
    json = json_array();
    if (options.table) {
        printf("| device | ccw | pci | pcie | mmio | fuzzed by |\n|---|---|---|---|---|---|\n");
    }
    for (const struct family *family = families; family->name; family++) {
        enum tool_status worse = run_family(&options, family, json);

        status = worse > status ? worse : status;
        fflush(stdout);
    }
    if (options.json) {
        tool_print_json(json);
    } else {
        json_decref(json);
    }
    free(own);
    return status;
}
