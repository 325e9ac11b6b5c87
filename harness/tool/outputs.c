/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of machine output, and its files. */
#include "harness/tool/outputs.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/print.h"
#include "harness/report/junit.h"
#include "harness/report/sarif.h"
#include "harness/tool/tool.h"

enum { KEY_SARIF = 0x800, KEY_HTML };

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct outputs *outputs = state->input;

    switch (key) {
    case 'j':
        /* -j=FILE is what --json=FILE is taken for. */
        outputs->json = value ? value + (*value == '=') : "-";
        return 0;
    case 'u':
        outputs->junit = value;
        return 0;
    case KEY_SARIF:
        outputs->sarif = value;
        return 0;
    case KEY_HTML:
        outputs->html = value;
        return 0;
    case ARGP_KEY_ARG:
        /* `--json -`: standard output is where it goes anyway. */
        return outputs->json && strcmp(value, "-") == 0 ? 0 : ARGP_ERR_UNKNOWN;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

#define ROWS                                                                                       \
    { "junit", 'u', "FILE", 0, "write JUnit XML, for GitLab and Jenkins", 0 },                     \
    { "sarif", KEY_SARIF, "FILE", 0, "write SARIF 2.1.0, for GitHub: the distinct findings", 0 },  \
    { 0 }

const struct argp outputs_argp = {
    .options = (const struct argp_option[]){
        { "json", 'j', "FILE", OPTION_ARG_OPTIONAL, "as one JSON value, in the place of words for people, or into FILE",
          0 },
        ROWS,
    },
    .parser = parse,
};
const struct argp outputs_file_argp = {
    .options = (const struct argp_option[]){ { "json", 'j', "FILE", 0, "write JSON, for scripts", 0 }, ROWS },
    .parser = parse,
};

const struct argp outputs_html_argp = {
    .options = (const struct argp_option[]){
        { "html", KEY_HTML, "FILE", 0, "write a page for people, which needs no other file", 0 }, { 0 },
    },
    .parser = parse,
};

int outputs_open(const struct outputs *outputs, const char *const *others, size_t n, struct hs_error *err)
{
    const char *paths[] = { outputs->json, outputs->junit, outputs->sarif, outputs->html, NULL, NULL, NULL, NULL };
    const size_t own = 4;

    HS_CHECK(n <= HS_COUNT(paths) - own, "%zu further outputs", n);
    for (size_t i = 0; i < n; i++) {
        paths[own + i] = others[i];
    }
    return tool_open_outputs(paths, own + n, err);
}

bool outputs_has_text(const struct outputs *outputs)
{
    return !outputs->json || !file_is_stdout(outputs->json);
}

int outputs_write(const struct outputs *outputs, json_t *json, const struct results *results, struct hs_error *err)
{
    const struct {
        const char *path;
        print_fn *print;
        const void *of;
    } files[] = {
        { outputs->json, tool_json, json },
        { outputs->junit, junit_print, results },
        { outputs->sarif, sarif_print, results },
    };
    int result = 0;

    for (size_t i = 0; i < HS_COUNT(files) && result == 0; i++) {
        result = files[i].path ? print_file(files[i].path, files[i].print, files[i].of, err) : 0;
    }
    json_decref(json);
    return result;
}

int outputs_write_page(const struct outputs *outputs, print_fn *print, const void *user, struct hs_error *err)
{
    return outputs->html ? print_file(outputs->html, print, user, err) : 0;
}
