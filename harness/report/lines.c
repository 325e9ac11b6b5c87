/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints lines of code by file and function. */
#include "harness/report/lines.h"

#include <string.h>

#include "harness/base/printable.h"
#include "harness/report/style.h"

static void row(FILE *out, enum style style, const struct covered_part *part, const char *indent, const char *name)
{
    style_print(out, style, "%3u %%  %5zu of %5zu lines  %6u of %6u edges  %s%s\n", covered_percent(part),
                part->n_reached, part->n, part->reached, part->edges, indent, *name ? name : "(not known)");
}

/* The functions of a file; of checks those alone that were not come by. */
static void functions_text(FILE *out, const struct covered *covered, size_t at, size_t end, bool checks)
{
    for (struct covered_part part; at < end; at += part.n) {
        part = covered_part(covered, at, false);
        if (!checks) {
            row(out, part.reached ? STYLE_DIM : STYLE_WARN, &part, "  ", part.lines->function);
        } else if (!part.reached && covered_is_check(part.lines->function)) {
            fprintf(out, "  %s:%d  %s\n", part.lines->file, part.lines->line, part.lines->function);
        }
    }
}

void lines_text(FILE *out, const struct lines *lines, enum lines_detail detail)
{
    struct covered_part all = { 0 };

    style_print(out, STYLE_BOLD, "%s, %zu cases\n", lines->program, lines->n_cases);
    for (size_t at = 0, n; at < lines->covered.n; at += n) {
        struct covered_part part = covered_part(&lines->covered, at, true);

        n = part.n;
        all.n += part.n;
        all.n_reached += part.n_reached;
        all.edges += part.edges;
        all.reached += part.reached;
        if (!part.reached) {
            continue;
        }
        if (detail != LINES_CHECKS) {
            row(out, STYLE_PLAIN, &part, "", part.lines->file);
        }
        if (detail != LINES_FILES) {
            functions_text(out, &lines->covered, at, at + n, detail == LINES_CHECKS);
        }
    }
    row(out, STYLE_BOLD, &all, "", "all, with the files that no load came by");
}

static json_t *function_json(const struct covered_part *part)
{
    json_t *missed = json_array();

    for (size_t i = 0; i < part->n; i++) {
        if (!part->lines[i].reached) {
            json_array_append_new(missed, json_integer(part->lines[i].line));
        }
    }
    return json_pack("{s:o, s:b, s:i, s:i, s:o}", "function",
                     printable_json(part->lines->function, strlen(part->lines->function)), "check",
                     covered_is_check(part->lines->function), "edges", (int)part->edges, "reached", (int)part->reached,
                     "lines_missed", missed);
}

static json_t *file_json(const struct covered *covered, size_t at, const struct covered_part *file)
{
    json_t *functions = json_array();

    for (size_t i = at; i < at + file->n;) {
        struct covered_part part = covered_part(covered, i, false);

        json_array_append_new(functions, function_json(&part));
        i += part.n;
    }
    return json_pack("{s:o, s:i, s:i, s:i, s:i, s:o}", "file",
                     printable_json(file->lines->file, strlen(file->lines->file)), "lines", (int)file->n,
                     "lines_reached", (int)file->n_reached, "edges", (int)file->edges, "reached", (int)file->reached,
                     "functions", functions);
}

json_t *lines_json(const struct lines *lines)
{
    json_t *files = json_array();
    json_int_t edges = 0, reached = 0;

    for (size_t at = 0; at < lines->covered.n;) {
        struct covered_part file = covered_part(&lines->covered, at, true);

        json_array_append_new(files, file_json(&lines->covered, at, &file));
        edges += file.edges;
        reached += file.reached;
        at += file.n;
    }
    return json_pack("{s:s, s:i, s:I, s:I, s:o}", "program", lines->program, "cases", (int)lines->n_cases,
                     "edges", edges, "reached", reached, "files", files);
}
