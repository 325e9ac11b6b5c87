/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop seeds: makes the canary seeds of all devices, or checks them, on the real loader. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/loader/qemu/capture.h"
#include "harness/loader/qemu/client.h"
#include "harness/oracle/canary.h"
#include "harness/report/style.h"
#include "harness/tool/tool.h"

enum { MAX_FAMILIES = 32 };

struct options {
    const char *folder;
    const char *transport;
    const char *families[MAX_FAMILIES];
    size_t n_families;
    bool make;
    bool table;
    bool json;
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case 'f':
        options->folder = value;
        return 0;
    case 't':
        options->transport = value;
        return 0;
    case 'm':
        options->make = true;
        return 0;
    case 'T':
        options->table = true;
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (!family_find(value)) {
            argp_error(state, "no device \"%s\"; hardstop seeds --table lists them", value);
        }
        if (options->n_families == MAX_FAMILIES) {
            argp_error(state, "each device once");
        }
        options->families[options->n_families++] = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = (const struct argp_option[]){
        { "folder", 'f', "FOLDER", 0, "where the seeds are (default corpus/cases/seeds)", 0 },
        { "transport", 't', "NAME", 0, "only ccw, pci or pcie", 0 },
        { "make", 'm', NULL, 0, "make the seeds anew, from what the QEMU of this machine sends", 0 },
        { "table", 'T', NULL, 0, "the table of devices and transports, in Markdown", 0 },
        { "json", 'j', NULL, 0, "one JSON array", 0 },
        { 0 },
    },
    .parser = parse,
    .args_doc = "[DEVICE...]",
    .doc = "Checks the canary seeds on the real QEMU: each is accepted, is saved again as given, and holds a value of its own "
           "in every field, or says why not.  Status 1 when one of them does not.",
};

/* One device on one transport. */
struct seed {
    const struct family *family;
    enum family_transport transport;
    char *path;
    struct loader *loader;
    Hardstop__Case *fresh, *test;
    struct canary canary;
    size_t bytes, named; /* of its sections */
    const char *skipped; /* why there is none; NULL: there is */
    bool failed;
    struct hs_error err;
};

static void seed_clear(struct seed *seed)
{
    loader_close(seed->loader);
    case_free(seed->fresh);
    case_free(seed->test);
    canary_clear(&seed->canary);
    free(seed->path);
}

static int capture(struct seed *seed, const Hardstop__Setup *setup)
{
    Hardstop__Stream *stream;
    uint8_t *bytes;
    size_t size;

    if (capture_stream(setup, &bytes, &size, &seed->err) < 0) {
        return -1;
    }
    stream = stream_decode(bytes, size, STREAM_ANY, &seed->err);
    free(bytes);
    if (!stream) {
        return hs_fail_in(&seed->err, "the captured stream");
    }
    seed->fresh = case_of_stream(stream, setup, CASE_KEEP_DEVICES);
    case_keep_described(seed->fresh);
    return 0;
}

static int start(struct seed *seed)
{
    Hardstop__Setup *setup = family_setup(seed->family, seed->transport, HARDSTOP__FRAMING__FOOTER);
    int result = -1;

    seed->loader = qemu_open(setup, NULL, &seed->err);
    if (seed->loader) {
        result = capture(seed, setup);
    }
    hardstop__setup__free_unpacked(setup, NULL);
    return result;
}

/* The seed's text: what it is and what it lacks, then the case. */
static char *describe(const struct seed *seed)
{
    char *text = hs_format("# SPDX-License-Identifier: GPL-2.0-or-later\n"
                           "# Canary state of %s on %s: every field holds a legal value of its own, which the real loader\n"
                           "# accepts and saves again as given.  Made by: hardstop seeds --make\n",
                           seed->family->section, family_transport_name(seed->transport));
    char *body = case_text(seed->test), *longer;

    for (size_t i = 0; i < seed->canary.n_gaps; i++) {
        const struct canary_gap *gap = &seed->canary.gaps[i];

        longer = hs_format("%s%s#   %s (%zu): %s\n", text, i ? "" : "# Without one, and why:\n", gap->path, gap->places,
                           gap->reason ? gap->reason : "not known");
        free(text);
        text = longer;
    }
    longer = hs_format("%s%s", text, body);
    free(text);
    free(body);
    return longer;
}

static int make(struct seed *seed)
{
    int made, checked;
    char *text;

    seed->test = case_clone(seed->fresh);
    made = canary_make(seed->loader, seed->family, seed->test, &seed->canary, &seed->err);
    if (made < 0) {
        return -1;
    }
    checked = canary_check(seed->loader, seed->test, seed->fresh, &seed->canary, &seed->err);
    text = describe(seed);
    made = file_write(seed->path, text, strlen(text), checked < 0 ? NULL : &seed->err);
    free(text);
    return made < 0 ? -1 : checked;
}

static int check(struct seed *seed)
{
    seed->test = tool_read_case(seed->path, NULL, true, &seed->err);
    if (!seed->test) {
        return -1;
    }
    return canary_check(seed->loader, seed->test, seed->fresh, &seed->canary, &seed->err);
}

static void run(struct seed *seed, const struct options *options)
{
    seed->path = hs_format("%s/%s/%s.textproto", options->folder, family_transport_name(seed->transport),
                           seed->family->name);
    if (seed->family->blocked) {
        seed->skipped = seed->family->blocked;
    } else if (seed->family->host && access(seed->family->host, R_OK | W_OK) < 0) {
        seed->skipped = seed->family->host;
    } else {
        seed->failed = start(seed) < 0 || (options->make ? make : check)(seed) < 0;
    }
}

static void print(const struct seed *seed)
{
    printf("%-5s %-10s ", family_transport_name(seed->transport), seed->family->name);
    if (seed->skipped) {
        printf("none: %s\n", seed->skipped);
        return;
    }
    printf("%6zu places, %6zu hold a canary, %3zu gaps, %lu loads\n", seed->canary.places, seed->canary.held,
           seed->canary.n_gaps, seed->canary.loads);
    for (size_t i = 0; getenv("GAPS") && i < seed->canary.n_gaps; i++) {
        if (!seed->canary.gaps[i].reason)
        printf("   %s (%zu): %s\n", seed->canary.gaps[i].path, seed->canary.gaps[i].places, seed->canary.gaps[i].reason);
    }
    if (seed->failed) {
        printf("    ");
        style_print(stdout, STYLE_BAD, "%s", seed->err.text);
        printf("\n");
    }
}

static bool is_chosen(const struct options *options, const struct family *family, enum family_transport transport)
{
    bool chosen = !options->n_families;

    for (size_t i = 0; i < options->n_families; i++) {
        chosen = chosen || strcmp(options->families[i], family->name) == 0;
    }
    return chosen && family->device[transport] &&
           (!options->transport || strcmp(options->transport, family_transport_name(transport)) == 0);
}

int command_seeds(int argc, char **argv)
{
    struct options options = { .folder = "corpus/cases/seeds" };
    int status = TOOL_CLEAN;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    for (const struct family *family = families; family->name; family++) {
        for (int transport = 0; transport < FAMILY_TRANSPORTS; transport++) {
            struct seed seed = { .family = family, .transport = (enum family_transport)transport };

            if (!is_chosen(&options, family, seed.transport)) {
                continue;
            }
            run(&seed, &options);
            print(&seed);
            status = seed.failed ? TOOL_FINDING : status;
            seed_clear(&seed);
        }
    }
    return status;
}
