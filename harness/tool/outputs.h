/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machine output of the commands that judge: JSON, JUnit XML and SARIF, the last two made of the same results. */
#ifndef HARDSTOP_TOOL_OUTPUTS_H
#define HARDSTOP_TOOL_OUTPUTS_H

#include <argp.h>
#include <jansson.h>

#include "harness/base/print.h"
#include "harness/report/results.h"

/* Paths, "-" for standard output; NULL: not wanted. */
struct outputs {
    const char *json, *junit, *sarif, *html;
};

/* Argp children, whose input is a struct outputs: --json[=FILE] of what prints it, and --json FILE of the others. */
extern const struct argp outputs_argp, outputs_file_argp;
/* And --html FILE, of those that have a page. */
extern const struct argp outputs_html_argp;

/* tool_open_outputs() of these and of `n` further paths. */
int outputs_open(const struct outputs *outputs, const char *const *others, size_t n, struct hs_error *err);
/* Are words for people wanted?  Not where JSON is what is printed. */
bool outputs_has_text(const struct outputs *outputs);
/*
 * Writes what is wanted: takes `json`, which may be NULL where none is.  0, or -1 with a reason.
 */
int outputs_write(const struct outputs *outputs, json_t *json, const struct results *results, struct hs_error *err);
/* Writes the page, where one is wanted.  0, or -1 with a reason. */
int outputs_write_page(const struct outputs *outputs, print_fn *print, const void *user, struct hs_error *err);

#endif
