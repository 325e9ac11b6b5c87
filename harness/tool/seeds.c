/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop seeds: makes the canary seeds of all devices, or checks them, on the real loader. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/setup/roster.h"
#include "harness/loader/capture.h"
#include "harness/loader/open.h"
#include "harness/canary/canary.h"
#include "harness/canary/in_use.h"
#include "harness/case/case.h"
#include "harness/report/style.h"
#include "harness/tool/canary_file.h"
#include "harness/tool/program_option.h"
#include "harness/tool/read_case.h"

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

/* One device on one transport. */
struct seed {
    const struct family *family;
    enum family_transport transport;
    char *path;
    struct loader *loader;
    Hardstop__Case *fresh, *test;
    struct canary canary;
    bool in_use;
    char *skipped; /* why there is none; NULL: there is */
    enum tool_status status;
    struct hs_error err;
};

static void seed_clear(struct seed *seed)
{
    loader_close(seed->loader);
    case_free(seed->fresh);
    case_free(seed->test);
    canary_clear(&seed->canary);
    free(seed->path);
    free(seed->skipped);
}

static int capture(struct seed *seed, const Hardstop__Setup *setup)
{
    Hardstop__Stream *stream = capture_decoded(setup, TRUST_ALL, &seed->err);

    if (!stream) {
        return -1;
    }
    seed->fresh = case_of_stream(stream, setup, CASE_KEEP_DEVICES);
    case_keep_described(seed->fresh);
    return 0;
}

static int start(struct seed *seed)
{
    Hardstop__Setup *setup = family_setup(seed->family, seed->transport, HARDSTOP__FRAMING__FOOTER);
    int result = -1;

    seed->loader = loader_open(setup, TRUST_ALL, NULL, &seed->err);
    if (seed->loader) {
        result = capture(seed, setup);
    }
    hardstop__setup__free_unpacked(setup, NULL);
    return result;
}

static enum tool_status write_seed(const char *path, const char *text, struct hs_error *err)
{
    return file_write_own(path, text, strlen(text), err) < 0 ? TOOL_TROUBLE : TOOL_CLEAN;
}

/* The seed's text: what it is and what it lacks, then the case. */
static char *describe(const struct seed *seed)
{
    char *title = hs_format("# SPDX-License-Identifier: GPL-2.0-or-later\n"
                            "# Canary state of %s on %s: every field holds a legal value of its own, which the\n"
                            "# real loader accepts and saves again as given.  Made by: hardstop seeds --make\n",
                            seed->family->section, family_transport_name(seed->transport));
    char *text = canary_file_text(title, &seed->canary, seed->test);

    free(title);
    return text;
}

static enum tool_status make(struct seed *seed)
{
    enum tool_status status;
    char *text;

    seed->test = case_clone(seed->fresh);
    if (canary_make(seed->loader, seed->family, seed->test, &seed->canary, &seed->err) < 0 ||
        canary_check(seed->loader, seed->test, seed->fresh, &seed->canary, &seed->err) < 0) {
        return TOOL_FINDING;
    }
    text = describe(seed);
    status = write_seed(seed->path, text, &seed->err);
    free(text);
    return status;
}

static enum tool_status make_in_use(struct seed *seed)
{
    enum tool_status status;
    char *text, *whole;

    seed->test = case_clone(seed->fresh);
    if (in_use_make(seed->loader, seed->family, seed->test, &seed->err) < 0 ||
        in_use_check(seed->loader, seed->family, seed->test, &seed->err) < 0) {
        return TOOL_FINDING;
    }
    text = case_text(seed->test);
    whole = hs_format("# SPDX-License-Identifier: GPL-2.0-or-later\n"
                      "# %s on %s in use: in each of its rings stand requests, which it serves when the guest runs.\n"
                      "# Made by: hardstop seeds --in-use --make\n%s",
                      seed->family->section, family_transport_name(seed->transport), text);
    status = write_seed(seed->path, whole, &seed->err);
    free(whole);
    free(text);
    return status;
}

/* Where a machine type has no versions, a newer QEMU may send more, and then rightly refuses what lacks that. */
static bool is_refused_rightly(struct seed *seed)
{
    char path[256];

    if (seed->transport != FAMILY_MMIO || seed->canary.outcome != OUTCOME_REJECTED ||
        !canary_is_of_other_layout(seed->test, seed->fresh, path, sizeof(path))) {
        return false;
    }
    seed->skipped = hs_format("refused as it should be: this QEMU sends %s, which the seed does not have, and "
                              FAMILY_MMIO_MACHINE " has no versions", path);
    return true;
}

static enum tool_status check_in_use(struct seed *seed)
{
    seed->test = tool_read_case(seed->path, NULL, NULL, &seed->err);
    if (!seed->test) {
        return TOOL_TROUBLE;
    }
    return in_use_check(seed->loader, seed->family, seed->test, &seed->err) == 0 ? TOOL_CLEAN : TOOL_FINDING;
}

static enum tool_status check(struct seed *seed)
{
    /* The QEMU is started for the setup of the table of devices, whatever setup the seed names. */
    seed->test = tool_read_case(seed->path, NULL, NULL, &seed->err);
    if (!seed->test) {
        return TOOL_TROUBLE;
    }
    return canary_check(seed->loader, seed->test, seed->fresh, &seed->canary, &seed->err) == 0 ||
                   is_refused_rightly(seed)
               ? TOOL_CLEAN
               : TOOL_FINDING;
}

static void run(struct seed *seed, const struct options *options)
{
    static enum tool_status (*const what[2][2])(struct seed *seed) = { { check, make }, { check_in_use, make_in_use } };

    seed->in_use = options->in_use;
    seed->path = hs_format("%s/%s/%s.textproto", options->folder, family_transport_name(seed->transport),
                           seed->family->name);
    if (seed->family->blocked) {
        seed->skipped = hs_strdup(seed->family->blocked);
    } else if (seed->family->host && access(seed->family->host, R_OK | W_OK) < 0) {
        seed->skipped = hs_format("needs the host's %s", seed->family->host);
    } else {
        seed->status = start(seed) < 0 ? TOOL_TROUBLE : what[options->in_use][options->make](seed);
    }
}

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
        run(&seeds[i], options);
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
