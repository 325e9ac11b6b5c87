/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop findings: what a folder holds beside what is known. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/printable.h"
#include "harness/base/time.h"
#include "harness/finding/replay.h"
#include "harness/report/listed.h"
#include "harness/report/style.h"
#include "harness/tool/known_list.h"
#include "harness/tool/outputs.h"
#include "harness/tool/program_option.h"
#include "harness/tool/tool.h"

enum { KEY_TRUST = 0x100 };

struct options {
    const char *folder, *known;
    enum listed_status status; /* LISTED_STATUSES: any */
    enum verdict verdict; /* VERDICT_COUNT: any */
    enum trust trust;
    bool replay;
    struct outputs outputs;
};

struct listing {
    struct known known;
    struct finding *findings;
    struct listed listed;
    size_t totals[LISTED_STATUSES];
    double seconds; /* that it took to list them */
};

static enum listed_status parse_status(const char *value, struct argp_state *state)
{
    enum listed_status status = listed_status_find(value);

    if (status == LISTED_STATUSES) {
        argp_error(state, "--status takes new, known, fixed or unclear, not \"%s\"", value);
    }
    return status;
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case 'k':
        options->known = value;
        return 0;
    case 's':
        options->status = parse_status(value, state);
        return 0;
    case 'v':
        options->verdict = verdict_of_name(value);
        if (options->verdict == VERDICT_COUNT) {
            argp_error(state, "no verdict \"%s\"", value);
        }
        return 0;
    case 'r':
        options->replay = true;
        return 0;
    case KEY_TRUST:
        options->trust = TRUST_ALL;
        return 0;
    case ARGP_KEY_INIT:
        state->child_inputs[0] = state->child_inputs[1] = &options->outputs;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num) {
            argp_error(state, "one folder at a time");
        }
        options->folder = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_findings_argp = {
    .options = (const struct argp_option[]){
        { "known", 'k', "FILE", 0, "list of known findings (default: the one that comes with hardstop)", 0 },
        { "replay", 'r', NULL, 0, "replay each known case on the real loader, to see which are fixed", 0 },
        { "trust-setup", KEY_TRUST, NULL, 0, 
          "with --replay: start whatever QEMU command line a known case asks for", 0 },
        { "status", 's', "STATUS", 0, "only those that are new, known, fixed or unclear", 0 },
        { "verdict", 'v', "VERDICT", 0, "only crashed, hung, garbage, equal or rejected ones", 0 },
        { 0 },
    },
    .parser = parse,
    .children = (const struct argp_child[]){
        { &outputs_argp, 0, NULL, 0 }, { &outputs_html_argp, 0, NULL, 0 }, { &program_argp, 0, NULL, 0 }, { 0 },
    },
    .args_doc = "[FOLDER]",
    .doc = "Lists the distinct findings of FOLDER (default work/findings).  A finding is known when a line of the list "
           "has its signature, as its own or as an alias, else new; a line is fixed when its case, replayed, breaks no "
           "property any more, and unclear when it cannot be replayed, or shows another finding.  A line without a "
           "case (-) is not replayed.  hardstop known replays on other QEMUs.\v"
           "Exit status: 0 nothing new and nothing fixed, 1 something new or fixed, whatever is filtered; 2 trouble, "
           "which a damaged finding and an unclear line are, too: everything else is listed before.",
};

static int judge_line(const struct listing *listing, enum trust trust, struct listed_row *row, struct hs_error *err)
{
    struct replay replay;
    int result = replay_line(&listing->known, row->line, NULL, trust, &replay, err);

    row->seconds = replay.seconds;
    if (result < 0) {
        return -1;
    }
    if (replay.state == KNOWN_NOT_APPLICABLE) {
        return hs_fail(err, HS_NO_OFFSET, "%s: %s", row->line->name, replay.words);
    }
    if (replay.state == KNOWN_CHANGED) {
        return hs_fail(err, HS_NO_OFFSET, "%s: the list has %016" PRIx64 "; it shows %s", row->line->name,
                       row->line->signature, replay.words);
    }
    snprintf(row->replayed, sizeof(row->replayed), "%s", replay.words);
    row->status = replay.state == KNOWN_FIXED ? LISTED_FIXED : LISTED_KNOWN;
    return 0;
}

/* A line that cannot be replayed is reported, and the next one is replayed all the same. */
static void replay_row(const struct listing *listing, enum trust trust, struct listed_row *row)
{
    struct hs_error err;

    if (judge_line(listing, trust, row, &err) < 0) {
        tool_fail(&err);
        row->status = LISTED_UNCLEAR;
        snprintf(row->replayed, sizeof(row->replayed), "%.*s", (int)sizeof(row->replayed) - 1, err.text);
    }
}

static int list(const struct options *options, struct listing *listing, struct hs_error *err)
{
    struct listed *listed = &listing->listed;

    *listed = (struct listed){ .command = "hardstop findings", .folder = options->folder, .known = &listing->known,
                               .status = options->status, .verdict = options->verdict };
    if (known_list_read(options->known, &listing->known, err) < 0) {
        return -1;
    }
    listing->findings = finding_read_all(options->folder, &listed->n_findings, err);
    if (!listing->findings) {
        return -1;
    }
    finding_check_all(options->folder, tool_tell_damaged, &listed->damaged);
    finding_sort(listing->findings, listed->n_findings);
    listed->findings = listing->findings;
    listed_make(listed);
    for (size_t i = 0; i < listed->n; i++) {
        if (options->replay && listed->rows[i].line && known_has_case(listed->rows[i].line)) {
            replay_row(listing, options->trust, &listed->rows[i]);
        }
        listing->totals[listed->rows[i].status]++;
    }
    return 0;
}

static bool is_wanted(const struct listing *listing, const struct listed_row *row)
{
    return listed_is_wanted(&listing->listed, row->status, listed_verdict(row));
}

static void print_row(const struct options *options, const struct listed_row *row)
{
    static const enum style styles[LISTED_STATUSES] = { STYLE_BAD, STYLE_DIM, STYLE_GOOD, STYLE_WARN };
    const char *property = row->finding ? row->finding->property : row->line->property;

    style_print(stdout, styles[row->status], "%-7s", listed_status_name(row->status));
    printf("  %-8s %016" PRIx64 "  %s\n", verdict_name(listed_verdict(row)),
           row->finding ? row->finding->signature : row->line->signature,
           row->finding && *row->finding->same ? row->finding->same : property);
    if (row->line) {
        printable_print(stdout, "         %s: %s\n", known_has_case(row->line) ? row->line->name : "without a case",
                        row->line->cause);
        printf("         %s%s%s\n", row->finding ? "found" : "not found here",
               *row->replayed ? "; replayed: " : "; not replayed", row->replayed);
    } else {
        char *path = finding_case_path(options->folder, row->finding);

        printable_print(stdout, "         %s; %s\n", row->finding->machine, row->finding->message);
        printable_print(stdout, "         %s\n", path);
        free(path);
    }
}

static void print_text(const struct options *options, const struct listing *listing)
{
    for (size_t i = 0; i < listing->listed.n; i++) {
        if (is_wanted(listing, &listing->listed.rows[i])) {
            print_row(options, &listing->listed.rows[i]);
        }
    }
    printf("%zu new, %zu known, %zu fixed", listing->totals[LISTED_NEW], listing->totals[LISTED_KNOWN],
           listing->totals[LISTED_FIXED]);
    if (listing->totals[LISTED_UNCLEAR]) {
        printf(", %zu unclear", listing->totals[LISTED_UNCLEAR]);
    }
    if (listing->listed.damaged) {
        printf(", %zu damaged file%s", listing->listed.damaged, listing->listed.damaged == 1 ? "" : "s");
    }
    puts(options->replay ? "" : " (known ones not replayed)");
}

static json_t *text_of(const char *text)
{
    return printable_json(text, strlen(text));
}

static json_t *json_row(const struct options *options, const struct listed_row *row)
{
    const struct finding *finding = row->finding;
    char *path = finding ? finding_case_path(options->folder, finding) : NULL, signature[17];
    json_t *json;

    snprintf(signature, sizeof(signature), "%016" PRIx64, finding ? finding->signature : row->line->signature);
    json = json_pack("{s:s, s:s, s:s, s:s, s:b}", "status", listed_status_name(row->status), "signature", signature,
                     "verdict", verdict_name(listed_verdict(row)), "property",
                     finding ? finding->property : row->line->property, "found", (int)(finding != NULL));
    if (finding) {
        json_object_set_new(json, "same", text_of(finding->same));
        json_object_set_new(json, "device", text_of(finding->device));
        json_object_set_new(json, "field", text_of(finding->field));
        json_object_set_new(json, "kind", text_of(finding->kind));
        json_object_set_new(json, "message", text_of(finding->message));
        json_object_set_new(json, "poke", listed_poke_json(finding));
        json_object_set_new(json, "case", text_of(path));
    }
    if (row->line) {
        json_object_set_new(json, "known_case", known_has_case(row->line) ? text_of(row->line->name) : json_null());
        json_object_set_new(json, "cause", text_of(row->line->cause));
        json_object_set_new(json, "replayed", *row->replayed ? text_of(row->replayed) : json_null());
    }
    free(path);
    return json;
}

static json_t *json_of(const struct options *options, const struct listing *listing)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < listing->listed.n; i++) {
        if (is_wanted(listing, &listing->listed.rows[i])) {
            json_array_append_new(rows, json_row(options, &listing->listed.rows[i]));
        }
    }
    return rows;
}

/* A line of the list; a finding that it has is told here, too. */
static void add_line(const struct options *options, const struct listed_row *row, struct results *results)
{
    static const enum result_state states[] = { RESULT_FAILED, RESULT_PASSED, RESULT_FAILED, RESULT_ERROR };
    static const enum result_age ages[] = { RESULT_NEW, RESULT_KNOWN, RESULT_FIXED, RESULT_KNOWN };
    char *name = hs_format("%s %016" PRIx64, row->line->name, row->line->signature);
    struct finding finding;
    char *path = row->finding ? finding_case_path(options->folder, row->finding) : NULL;

    results_add_test(results, &(struct result_test){
        .group = results->command, .name = name, .state = states[row->status], .type = listed_status_name(row->status),
        .message = *row->replayed ? row->replayed : "not replayed", .text = row->line->cause,
        .seconds = row->seconds,
    });
    known_finding(row->line, &finding);
    if (row->finding || row->status == LISTED_FIXED) {
        results_add_finding(results, row->finding ? row->finding : &finding, path, ages[row->status], NULL);
    }
    free(path);
    free(name);
}

static void make_results(const struct options *options, const struct listing *listing, struct results *results)
{
    results_open(results, "hardstop findings");
    results_add_suite(results, options->folder, "findings", listing->seconds);
    for (size_t i = 0; i < listing->listed.n; i++) {
        const struct listed_row *row = &listing->listed.rows[i];
        char *path = row->finding ? finding_case_path(options->folder, row->finding) : NULL;

        if (is_wanted(listing, row)) {
            row->line ? add_line(options, row, results)
                      : known_list_add(&listing->known, row->finding, path, results);
        }
        free(path);
    }
    if (listing->listed.damaged) {
        results_add_test(results, &(struct result_test){ .group = results->command, .name = "files are whole",
                                                         .state = RESULT_ERROR, .type = "damaged",
                                                         .message = "some files of the folder cannot be read" });
    }
}

static int tell(const struct options *options, const struct listing *listing, struct hs_error *err)
{
    struct results results;
    int result;

    if (outputs_has_text(&options->outputs)) {
        print_text(options, listing);
    }
    make_results(options, listing, &results);
    result = outputs_write(&options->outputs, options->outputs.json ? json_of(options, listing) : NULL, &results, err);
    results_clear(&results);
    return result < 0 ? -1 : outputs_write_page(&options->outputs, listed_html, &listing->listed, err);
}

static int status_of(const struct listing *listing)
{
    if (listing->listed.damaged || listing->totals[LISTED_UNCLEAR]) {
        return TOOL_TROUBLE;
    }
    return listing->totals[LISTED_NEW] + listing->totals[LISTED_FIXED] ? TOOL_FINDING : TOOL_CLEAN;
}

int command_findings(int argc, char **argv)
{
    struct options options = { .folder = "work/findings", .status = LISTED_STATUSES, .verdict = VERDICT_COUNT };
    struct listing listing = { 0 };
    double began = time_now();
    struct hs_error err;
    int status;

    command_line_parse(&command_findings_argp, argc, argv, &options);
    if (outputs_open(&options.outputs, NULL, 0, &err) < 0 || list(&options, &listing, &err) < 0) {
        status = tool_fail(&err);
    } else {
        listing.seconds = time_now() - began;
        status = tell(&options, &listing, &err) < 0 ? tool_fail(&err) : status_of(&listing);
    }
    known_clear(&listing.known);
    free(listing.findings);
    listed_clear(&listing.listed);
    return status;
}
