/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of lines. */
#include "harness/report/html/lines.h"

#include "harness/base/print.h"
#include "harness/report/html/parts.h"

/* "101-105, 120": lines one behind the other in the table, not in the file, in which most have no edge. */
static void missed_html(FILE *out, const struct covered_part *part)
{
    const char *comma = "";

    for (size_t i = 0; i < part->n; i++) {
        size_t first = i;

        if (part->lines[i].reached) {
            continue;
        }
        while (i + 1 < part->n && !part->lines[i + 1].reached) {
            i++;
        }
        fprintf(out, first == i ? "%s%d" : "%s%d-%d", comma, part->lines[first].line, part->lines[i].line);
        comma = ", ";
    }
}

static void file_html(FILE *out, const struct covered *covered, size_t at, const struct covered_part *file)
{
    html_print(out, "<details><summary><code>%s</code> <span class=\"n\">%u %% of %u edges</span></summary>\n"
                    "<table><tr><th>function<th>edges<th>lines that no load came by</tr>\n",
               file->lines->file, covered_percent(file), file->edges);
    for (size_t i = at; i < at + file->n;) {
        struct covered_part part = covered_part(covered, i, false);

        html_print(out, "<tr><td><code>%s</code><td>%u of %u<td>", part.lines->function, part.reached, part.edges);
        missed_html(out, &part);
        fputs("</tr>\n", out);
        i += part.n;
    }
    fputs("</table></details>\n", out);
}

struct page {
    const struct lines *lines;
    size_t n;
};

static void print_page(FILE *out, const void *user)
{
    const struct page *page = user;

    html_begin(out, "lines that loads came by");
    fputs("</style>\n</head>\n<body>\n<h1>What the loads came by</h1>\n", out);
    for (size_t i = 0; i < page->n; i++) {
        const struct covered *covered = &page->lines[i].covered;

        html_print(out, "<section><h2>%s, %zu cases</h2>\n", page->lines[i].program, page->lines[i].n_cases);
        for (size_t at = 0; at < covered->n;) {
            struct covered_part file = covered_part(covered, at, true);

            if (file.reached) {
                file_html(out, covered, at, &file);
            }
            at += file.n;
        }
        fputs("</section>\n", out);
    }
    fputs("</body>\n</html>\n", out);
}

int lines_html(const char *path, const struct lines *lines, size_t n, struct hs_error *err)
{
    struct page page = { lines, n };

    return print_file(path, print_page, &page, err);
}
