/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop coverage: which lines of QEMU's own code cases come by. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/walk.h"
#include "harness/case/damage.h"
#include "harness/loader/open.h"
#include "harness/message/reflect.h"
#include "harness/report/html/lines.h"
#include "harness/setup/program.h"
#include "harness/tool/program_option.h"
#include "harness/tool/read_case.h"

enum {
    KEY_TRUST = 0x100,
    KEY_HTML,
    MOST_EDGES = 1 << 20,
    MOST_PROGRAMS = 8,
};

struct options {
    const char **paths;
    size_t n_paths;
    const char *html;
    enum lines_detail detail;
    enum trust trust;
    bool json;
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case 'f':
        options->detail = LINES_FUNCTIONS;
        return 0;
    case 'c':
        options->detail = LINES_CHECKS;
        return 0;
    case KEY_HTML:
        options->html = value;
        return 0;
    case KEY_TRUST:
        options->trust = TRUST_ALL;
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        *HS_PUSH(options->paths, options->n_paths) = value;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_coverage_argp = {
    .options = (const struct argp_option[]){
        { "functions", 'f', NULL, 0, "a row for each function, too", 0 },
        { "checks", 'c', NULL, 0, "only the functions that check what was loaded and that no case came by", 0 },
        { "html", KEY_HTML, "FILE", 0, "a page: files, functions, lines that no case came by", 0 },
        { "trust-setup", KEY_TRUST, NULL, 0, "start whatever QEMU command line a case asks for", 0 },
        { "json", 'j', NULL, 0, "as one JSON array, all files", 0 },
        { 0 },
    },
    .parser = parse,
    .children = program_children,
    .args_doc = "[CASE|FOLDER...]",
    .doc = "Loads cases, with their damages, and tells by file and function which lines of QEMU's own code they came "
           "by (default: the seeds and regressions that come with hardstop).  For a QEMU that counts the edges of its "
           "code: ci/qemu --source SUITE --coverage of hardstop's source builds one.  Cases of an architecture that "
           "--qemu does not have are left out.\v"
           "Exit status: 0 all cases were loaded; 2 one was not, or the QEMU does not count: the rest is told before.",
};

/* One program, which may serve many setups. */
struct counted {
    char *path;
    struct loader_counters counters;
    uint8_t *reached; /* MOST_EDGES */
    size_t n_cases;
};

struct coverage {
    const struct options *options;
    struct counted programs[MOST_PROGRAMS];
    size_t n;
    struct loader *loader; /* of the case before, for its `setup` */
    uint8_t *setup;
    size_t setup_size;
    size_t n_left_out, n_failed;
};

static struct counted *counted_for(struct coverage *coverage, const char *binary, struct hs_error *err)
{
    char *path = program_find(binary, err);
    struct counted *counted = NULL;

    for (size_t i = 0; path && i < coverage->n; i++) {
        if (strcmp(coverage->programs[i].path, path) == 0) {
            free(path);
            return &coverage->programs[i];
        }
    }
    if (path && coverage->n == MOST_PROGRAMS) {
        hs_fail(err, HS_NO_OFFSET, "%s: no more than %d programs at once", path, MOST_PROGRAMS);
    } else if (path) {
        counted = &coverage->programs[coverage->n];
        if (loader_counters_open(&counted->counters, NULL, MOST_EDGES, err) == 0) {
            counted->path = path;
            counted->reached = hs_alloc(MOST_EDGES);
            coverage->n++;
            return counted;
        }
    }
    free(path);
    return NULL;
}

/* The loader for a case's setup: that of the case before, where it is the same. */
static int open_loader(struct coverage *coverage, const Hardstop__Setup *setup, enum trust trust,
                       struct counted *counted, struct hs_error *err)
{
    struct loader_options options = { .counters = &counted->counters };
    size_t size;
    uint8_t *packed = reflect_pack(&setup->base, &size);

    if (coverage->loader && size == coverage->setup_size && memcmp(packed, coverage->setup, size) == 0) {
        free(packed);
        return 0;
    }
    free(coverage->setup);
    loader_close(coverage->loader);
    coverage->setup = packed;
    coverage->setup_size = size;
    coverage->loader = loader_open(setup, trust, &options, err);
    if (coverage->loader && !counted->counters.n) {
        return hs_fail(err, HS_NO_OFFSET, "%s does not count the edges of its code: ci/qemu --source SUITE --coverage "
                                          "builds one that does", counted->path);
    }
    return coverage->loader ? 0 : -1;
}

static int load(struct coverage *coverage, const Hardstop__Case *test, struct counted *counted, struct hs_error *err)
{
    struct stream_encoding plain = { 0 };
    struct builder bytes = { 0 };
    struct damage_effect effect;
    struct ring_areas areas = { 0 };
    struct loader_input input;
    struct loader_answer answer;
    int result;

    damage_apply(test, &plain, &bytes, &effect);
    input = loader_input_of(test, &bytes, effect.truncated, &areas);
    memset(counted->counters.bytes, 0, counted->counters.size);
    result = loader_load(coverage->loader, &input, &answer, err);
    for (size_t i = 0; i < counted->counters.n; i++) {
        counted->reached[i] |= counted->counters.bytes[counted->counters.first + i];
    }
    counted->n_cases += result == 0;
    ring_areas_clear(&areas);
    builder_clear(&bytes);
    stream_encoding_clear(&plain);
    return result;
}

static int take_case(struct coverage *coverage, const char *path, struct hs_error *err)
{
    Hardstop__Setup nothing = HARDSTOP__SETUP__INIT;
    const struct setup_options given = { .setup = &nothing, .trust = coverage->options->trust == TRUST_ALL };
    enum trust trust = TRUST_NONE;
    Hardstop__Case *test = tool_read_case(path, &given, &trust, err);
    struct counted *counted;
    int result = -1;

    if (!test) {
        return -1;
    }
    if (!program_option_serves(test->setup->binary)) {
        coverage->n_left_out++;
        result = 0;
    } else if ((counted = counted_for(coverage, test->setup->binary, err)) &&
               open_loader(coverage, test->setup, trust, counted, err) == 0) {
        result = load(coverage, test, counted, err);
    }
    case_free(test);
    return result;
}

/* One case that cannot be loaded hides no other. */
static int take(void *user, const char *path, const char *name, struct hs_error *err)
{
    struct coverage *coverage = user;

    (void)name;
    if (tool_names_case(path) && take_case(coverage, path, err) < 0) {
        fprintf(stderr, "hardstop: %s: %s\n", path, err->text);
        coverage->n_failed++;
    }
    return 0;
}

static int take_all(struct coverage *coverage, struct hs_error *err)
{
    const struct options *options = coverage->options;
    char *corpus = options->n_paths ? NULL : tool_corpus("cases");
    int result = 0;

    if (!options->n_paths && !corpus) {
        return hs_fail(err, HS_NO_OFFSET, "the cases are not where they were when this hardstop was built: name some");
    }
    for (size_t i = 0; i < (corpus ? 1 : options->n_paths) && result == 0; i++) {
        const char *path = corpus ? corpus : options->paths[i];
        struct stat status;

        if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
            result = walk_files(path, take, coverage, err);
        } else if (take_case(coverage, path, err) < 0) {
            result = -1;
        }
    }
    free(corpus);
    return result;
}

static int print(const struct coverage *coverage, const struct lines *lines, struct hs_error *err)
{
    json_t *list = json_array();

    for (size_t i = 0; i < coverage->n; i++) {
        if (coverage->options->json) {
            json_array_append_new(list, lines_json(&lines[i]));
        } else {
            lines_text(stdout, &lines[i], coverage->options->detail);
        }
    }
    if (coverage->options->json) {
        tool_print_json(list);
    } else {
        json_decref(list);
    }
    return coverage->options->html ? lines_html(coverage->options->html, lines, coverage->n, err) : 0;
}

static int tell(const struct coverage *coverage, struct hs_error *err)
{
    struct lines lines[MOST_PROGRAMS] = { { 0 } };
    int result = 0;

    for (size_t i = 0; i < coverage->n && result == 0; i++) {
        const struct counted *counted = &coverage->programs[i];
        const char *slash = strrchr(counted->path, '/');

        lines[i].program = slash ? slash + 1 : counted->path;
        lines[i].n_cases = counted->n_cases;
        result = covered_read(counted->counters.program, &counted->counters, counted->reached, &lines[i].covered, err);
    }
    if (result == 0) {
        result = print(coverage, lines, err);
    }
    for (size_t i = 0; i < coverage->n; i++) {
        covered_clear(&lines[i].covered);
    }
    if (coverage->n_left_out) {
        fprintf(stderr, "hardstop: %zu cases of an architecture that this QEMU does not have were left out\n",
                coverage->n_left_out);
    }
    return result;
}

int command_coverage(int argc, char **argv)
{
    struct options options = { .trust = TRUST_NONE };
    struct coverage coverage = { .options = &options };
    struct hs_error err;
    int status = TOOL_CLEAN;

    command_line_parse(&command_coverage_argp, argc, argv, &options);
    if (tool_open_outputs(&options.html, 1, &err) < 0 || take_all(&coverage, &err) < 0 || tell(&coverage, &err) < 0) {
        status = tool_fail(&err);
    }
    loader_close(coverage.loader);
    for (size_t i = 0; i < coverage.n; i++) {
        loader_counters_close(&coverage.programs[i].counters);
        free(coverage.programs[i].reached);
        free(coverage.programs[i].path);
    }
    free(coverage.setup);
    free(options.paths);
    return status || coverage.n_failed ? TOOL_TROUBLE : TOOL_CLEAN;
}
