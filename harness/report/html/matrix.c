/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of known findings by versions of QEMU: a row for each fault, whichever cases show it. */
#include "harness/report/matrix.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/report/html/parts.h"

static const char *const style =
    "td.v { white-space: nowrap; } td.v .n { white-space: normal; display: block; max-width: 16rem; }\n"
    ".k0 { background: var(--garbage); color: var(--on-garbage); font-weight: 600; }\n"
    ".k1 { background: var(--rejected); color: var(--on-rejected); }\n"
    ".k2 { background: var(--hung); color: var(--on-hung); } .k3, .k4 { color: var(--soft); }\n"
    "td.v .n { color: inherit; } tbody th { font-weight: 400; text-align: left; min-width: 18rem; }\n"
    "td.v summary { padding: 0; }\n"
    "tbody td { overflow-wrap: normal; } tbody td code { white-space: nowrap; }\n"
    "tbody td, tbody th, tfoot td, tfoot th { vertical-align: top; }\n"
    "@media (max-width: 40rem) { tbody th { min-width: 9.5rem; max-width: 9.5rem; } }\n"
    "@media print {\n@page { size: landscape; }\n"
    "tbody th { min-width: 12rem; } tbody td code { white-space: normal; }\n}\n";

struct matrix {
    const struct known *known;
    const struct replays *replays, *recorded;
    const char **versions;
    size_t n;
};

static const struct replay *replay_of(const struct matrix *matrix, size_t line, size_t version)
{
    return replays_find(matrix->replays, matrix->known->lines[line].name, matrix->versions[version]);
}

/* Do both lines say the same of one fault? */
static bool is_one_row(const struct matrix *matrix, size_t one, size_t other)
{
    const struct known_line *a = &matrix->known->lines[one], *b = &matrix->known->lines[other];
    bool is_one = a->signature == b->signature && known_has_case(a) && known_has_case(b);

    for (size_t k = 0; k < matrix->n && is_one; k++) {
        const struct replay *left = replay_of(matrix, one, k), *right = replay_of(matrix, other, k);

        is_one = left && right ? left->state == right->state : left == right;
    }
    return is_one;
}

/* The first line that is in one row with this. */
static size_t row_of(const struct matrix *matrix, size_t line)
{
    size_t first = 0;

    while (first < line && !is_one_row(matrix, first, line)) {
        first++;
    }
    return first;
}

static void print_cell(FILE *out, const struct matrix *matrix, size_t line, size_t version)
{
    const struct replay *replay = replay_of(matrix, line, version);

    if (!replay) {
        fprintf(out, "<td class=\"v k4\">%s</td>", matrix_state_name(&matrix->known->lines[line], replay));
        return;
    }
    fprintf(out, "<td class=\"v k%d\">", replay->state);
    html_print(out, replay->state == KNOWN_HOLDS ? "%s" : "<details><summary>%s</summary>",
               known_state_name(replay->state));
    if (replay->state != KNOWN_HOLDS) {
        html_print(out, "<span class=\"n\">%s</span></details>", replay->words);
    }
    if (!matrix_is_expected(replay, matrix->recorded)) {
        fputs("<span class=\"n\">not as recorded</span>", out);
    }
    fputs("</td>", out);
}

static void print_cases(FILE *out, const struct matrix *matrix, size_t first)
{
    size_t n = 0;

    for (size_t i = first; i < matrix->known->n; i++) {
        n += row_of(matrix, i) == first;
    }
    if (!known_has_case(&matrix->known->lines[first])) {
        fputs("<p class=\"n\">its case is not published</p>", out);
        return;
    }
    fprintf(out, n > 1 ? "<details><summary>%zu cases</summary>" : "<p class=\"n\">", n);
    for (size_t i = first; i < matrix->known->n; i++) {
        if (row_of(matrix, i) == first) {
            html_print(out, "<code>%s</code> ", matrix->known->lines[i].name);
        }
    }
    fputs(n > 1 ? "</details>" : "</p>", out);
}

static void print_row(FILE *out, const struct matrix *matrix, size_t first)
{
    const struct known_line *line = &matrix->known->lines[first];
    const char *twin = strcmp(line->twin, "none") == 0 ? "<td>%s</td>" : "<td><code>%s</code></td>";

    html_print(out, "<tr><th scope=\"row\" id=\"k%zu\">%s", first, line->cause);
    print_cases(out, matrix, first);
    html_print(out, "</th><td>%s</td><td>%s</td>", known_kind_name(line->kind),
               line->scope == KNOWN_SCOPE_MACHINE ? "yes" : "no");
    html_print(out, twin, line->twin);
    for (size_t k = 0; k < matrix->n; k++) {
        print_cell(out, matrix, first, k);
    }
    fputs("</tr>\n", out);
}

static void print_counts(FILE *out, const struct matrix *matrix, size_t version)
{
    size_t counts[KNOWN_STATES] = { 0 };

    for (size_t i = 0; i < matrix->known->n; i++) {
        const struct replay *replay = row_of(matrix, i) == i ? replay_of(matrix, i, version) : NULL;

        if (replay) {
            counts[replay->state]++;
        }
    }
    fputs("<td>", out);
    for (int state = 0; state < KNOWN_STATES; state++) {
        if (counts[state]) {
            fprintf(out, "%zu %s<br>", counts[state], known_state_name((enum known_state)state));
        }
    }
    fputs("</td>", out);
}

static void print_table(FILE *out, const struct matrix *matrix)
{
    fputs("<section>", out);
    html_wide_begin(out, "known findings", "");
    fputs("<thead><tr><th scope=\"col\">fault</th><th scope=\"col\">kind</th><th scope=\"col\">in scope</th>"
          "<th scope=\"col\">guest's check</th>", out);
    for (size_t k = 0; k < matrix->n; k++) {
        html_print(out, "<th scope=\"col\">QEMU %s</th>", matrix->versions[k]);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < matrix->known->n; i++) {
        if (row_of(matrix, i) == i) {
            print_row(out, matrix, i);
        }
    }
    fputs("</tbody>\n<tfoot><tr><th scope=\"row\" colspan=\"4\">all</th>", out);
    for (size_t k = 0; k < matrix->n; k++) {
        print_counts(out, matrix, k);
    }
    fputs("</tr></tfoot>", out);
    html_wide_end(out);
    fputs("</section>\n", out);
}

void matrix_html(FILE *out, const struct known *known, const struct replays *replays, const struct replays *recorded)
{
    struct matrix matrix = { .known = known, .replays = replays, .recorded = recorded };
    size_t rows = 0;

    matrix.versions = replays_versions(replays, &matrix.n);
    for (size_t i = 0; i < known->n; i++) {
        rows += row_of(&matrix, i) == i;
    }
    html_begin(out, "known findings");
    fprintf(out,
            "%s</style>\n</head>\n<body>\n<p class=\"name\">hardstop known</p>\n<h1>%zu known faults on %zu "
            "QEMUs</h1>\n<p class=\"about\">Confirmed: the case shows what the list says. Fixed: no property fails. "
            "Changed: something else is shown. Not applicable: that QEMU has no such machine or device. In scope: "
            "of QEMU's security policy. The guest's check: where the same value is looked at when a guest gives "
            "it.</p>\n",
            style, rows, matrix.n);
    print_table(out, &matrix);
    fputs("<footer>Made by <code>hardstop known</code>, which replays a case by its name.</footer>\n</body>\n</html>\n",
          out);
    free(matrix.versions);
}
