/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of QEMUs that meet: a table of devices by pairs, and behind each cell what is not kept. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/report/html/parts.h"
#include "harness/report/meetings.h"
#include "harness/report/meetings_result.h"

/* Verdicts, the worst last; the first ones are none of a QEMU. */
static const char *const verdicts[] = { "left out", "equal", "unknown", "differs", "refused", "hung", "crashed" };
enum { VERDICTS = sizeof(verdicts) / sizeof(*verdicts), NO_VERDICT = VERDICTS };

static const char *const style =
    "td.v { text-align: center; font-weight: 600; } td.v a { color: inherit; }\n"
    ".v0 { color: var(--soft); } .v1 { background: var(--rejected); color: var(--on-rejected); }\n"
    ".v2 { background: var(--unknown); color: var(--on-unknown); }\n"
    ".v3 { background: var(--garbage); color: var(--on-garbage); }\n"
    ".v4 { background: var(--equal); color: var(--on-equal); }\n"
    ".v5 { background: var(--hung); color: var(--on-hung); }\n"
    ".v6 { background: var(--crashed); color: var(--on-crashed); }\n"
    ".bytes td { font-family: ui-monospace, Consolas, \"DejaVu Sans Mono\", monospace; font-size: .82rem; }\n"
    ".bytes td:first-child { min-width: 16rem; } .bytes td:nth-child(n + 3) { min-width: 9rem; }\n"
    "@media (max-width: 40rem) { .bytes td:first-child { min-width: 11rem; } }\n"
    ".bytes tr.off td { background: var(--mark); }\n"
    "article { border-top: 1px solid var(--line); padding: .75rem 0; } article h3 { margin-top: 0; }\n";

/* Distinct words, in the order of their first place. */
struct words {
    const char **words;
    size_t n;
};

static size_t add_word(struct words *words, const char *word)
{
    for (size_t i = 0; i < words->n; i++) {
        if (strcmp(words->words[i], word) == 0) {
            return i;
        }
    }
    *HS_PUSH(words->words, words->n) = word;
    return words->n - 1;
}

/* What the table has: rows, columns by two words each, and of each place the worst verdict. */
struct overview {
    const json_t *results;
    struct words devices, sides;
};

static size_t verdict_of(const json_t *result)
{
    const char *verdict = meetings_word(result, meetings_is_back(result) ? "back" : "verdict");
    size_t i = 0;

    while (i < VERDICTS && strcmp(verdicts[i], verdict) != 0) {
        i++;
    }
    return i;
}

static bool is_place(const json_t *result, const char *device, const char *from, const char *to)
{
    return (!device || strcmp(meetings_word(result, "device"), device) == 0) &&
           strcmp(meetings_word(result, "from"), from) == 0 && strcmp(meetings_word(result, "to"), to) == 0;
}

/* The worst verdict of a place; `at` gets the index of the first result that has it, `n` how many have. */
static size_t worst_of(const json_t *results, const char *device, const char *from, const char *to, size_t *at,
                       size_t *n)
{
    size_t worst = NO_VERDICT, i;
    json_t *result;

    *n = 0;
    json_array_foreach (results, i, result) {
        size_t verdict = is_place(result, device, from, to) ? verdict_of(result) : NO_VERDICT;

        if (verdict < NO_VERDICT && (worst == NO_VERDICT || verdict > worst)) {
            worst = verdict;
            *at = i;
            *n = 0;
        }
        *n += verdict < NO_VERDICT && verdict == worst;
    }
    return worst;
}

static void print_cell(FILE *out, const struct overview *view, const char *device, const char *from, const char *to)
{
    size_t at = 0, n, worst = worst_of(view->results, device, from, to, &at, &n);

    if (worst == NO_VERDICT) {
        fputs("<td>", out);
    } else if (meetings_is_worse(json_array_get(view->results, at))) {
        html_print(out, "<td class=\"v v%zu\"><a href=\"#r%zu\">%s</a>", worst, meetings_place(view->results, at),
                   verdicts[worst]);
    } else {
        html_print(out, "<td class=\"v v%zu\">%s", worst, verdicts[worst]);
    }
    fprintf(out, worst != NO_VERDICT && n > 1 ? " <span class=\"n\">%zu</span></td>" : "</td>", n);
}

/* Calls for each pair of sides that met. */
static void each_pair(FILE *out, const struct overview *view, const char *device,
                      void (*print)(FILE *out, const struct overview *view, const char *device, const char *from,
                                    const char *to))
{
    size_t at = 0, n;

    for (size_t from = 0; from < view->sides.n; from++) {
        for (size_t to = 0; to < view->sides.n; to++) {
            const char *one = view->sides.words[from], *other = view->sides.words[to];

            if (worst_of(view->results, NULL, one, other, &at, &n) != NO_VERDICT) {
                print(out, view, device, one, other);
            }
        }
    }
}

static void print_head(FILE *out, const struct overview *view, const char *device, const char *from, const char *to)
{
    (void)view;
    (void)device;
    html_print(out, "<th scope=\"col\">%s &#8594; %s</th>", from, to);
}

static void print_table(FILE *out, const struct overview *view)
{
    fputs("<section>", out);
    html_wide_begin(out, "devices by pairs of QEMUs", "");
    fputs("<thead><tr><th scope=\"col\">device</th>", out);
    each_pair(out, view, NULL, print_head);
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < view->devices.n; i++) {
        html_print(out, "<tr><th scope=\"row\">%s</th>", view->devices.words[i]);
        each_pair(out, view, view->devices.words[i], print_cell);
        fputs("</tr>\n", out);
    }
    fputs("</tbody>\n", out);
    html_wide_end(out);
    fputs("<p class=\"hint\">The worst of all states, transports and machine types, and how many have it.</p>"
          "</section>\n", out);
}

static void print_differences(FILE *out, const json_t *result)
{
    size_t i;
    json_t *difference;

    if (json_integer_value(json_object_get(result, "fields")) == 0) {
        return;
    }
    html_wide_begin(out, "fields that are not kept", "");
    fputs("<thead><tr><th scope=\"col\">what became of it</th><th scope=\"col\">field</th><th scope=\"col\">given</th>"
          "<th scope=\"col\">kept</th></tr></thead>\n<tbody>\n", out);
    json_array_foreach (json_object_get(result, "differences"), i, difference) {
        if (meetings_is_difference(difference)) {
            html_print(out, "<tr><td>%s</td><td><code>%s %s</code></td><td><code>%s</code></td>"
                            "<td><code>%s</code></td></tr>\n",
                       meetings_word(difference, "change"), meetings_word(difference, "device"),
                       meetings_word(difference, "field"), meetings_word(difference, "given"),
                       meetings_word(difference, "kept"));
        }
    }
    fputs("</tbody>", out);
    html_wide_end(out);
}

static void print_layout(FILE *out, const json_t *result)
{
    size_t i;
    json_t *row;

    json_array_foreach (json_object_get(result, "layout"), i, row) {
        html_print(out, "<p>layout: <code>%s %s</code> %s", meetings_word(row, "device"),
                   meetings_word(row, "field"), meetings_word(row, "change"));
        fprintf(out, ", %lld to %lld</p>\n", (long long)json_integer_value(json_object_get(row, "from")),
                (long long)json_integer_value(json_object_get(row, "to")));
    }
    json_array_foreach (json_object_get(result, "properties"), i, row) {
        char *from = json_dumps(json_object_get(row, "from"), JSON_ENCODE_ANY | JSON_COMPACT);
        char *to = json_dumps(json_object_get(row, "to"), JSON_ENCODE_ANY | JSON_COMPACT);

        html_print(out, "<p>property: <code>%s.%s</code> is <code>%s</code>, and <code>%s</code></p>\n",
                   meetings_word(row, "device"), meetings_word(row, "property"), from, to);
        free(from);
        free(to);
    }
}

static void print_bytes(FILE *out, const json_t *result, bool open)
{
    const json_t *rows = json_object_get(result, "bytes");
    const char *other = meetings_is_verdict(result, "differs") ? "as saved again" : "as the other starts with";
    size_t i;
    json_t *row;

    if (json_array_size(rows) == 0) {
        return;
    }
    html_print(out, "<details%s><summary>the bytes side by side</summary>\n", open ? " open" : "");
    html_wide_begin(out, "bytes side by side", "bytes");
    html_print(out, "<thead><tr><th scope=\"col\">field</th><th scope=\"col\">offset</th><th scope=\"col\">given</th>"
                    "<th scope=\"col\">%s</th></tr></thead>\n<tbody>\n", other);
    json_array_foreach (rows, i, row) {
        const json_t *offset = json_object_get(row, "offset");

        fputs(json_is_true(json_object_get(row, "differs")) ? "<tr class=\"off\">" : "<tr>", out);
        html_print(out, "<td>%s %s</td><td>", meetings_word(row, "device"), meetings_word(row, "field"));
        if (json_is_integer(offset)) {
            fprintf(out, "%lld", (long long)json_integer_value(offset));
        }
        html_print(out, "</td><td>%s</td><td>%s</td></tr>\n", meetings_word(row, "given"),
                   meetings_word(row, "other"));
    }
    fputs("</tbody>", out);
    html_wide_end(out);
    fputs("</details>\n", out);
}

static void print_places(FILE *out, const json_t *results, size_t at)
{
    const char *comma = "";

    fputs("<p class=\"n\">", out);
    for (size_t i = at; i < json_array_size(results); i++) {
        const json_t *other = json_array_get(results, i);

        if (meetings_is_same(json_array_get(results, at), other)) {
            html_print(out, "%s%s on %s", comma, meetings_word(other, "transport"), meetings_word(other, "machine"));
            comma = ", ";
        }
    }
    fputs("</p>\n", out);
}

static void print_result(FILE *out, const json_t *results, size_t at, const json_t *baseline, bool open)
{
    const json_t *result = json_array_get(results, at);
    bool back = meetings_is_back(result);

    html_print(out, "<article id=\"r%zu\"><h3>%s: %s, %s: %s &#8594; %s%s <span class=\"n\">%s</span></h3>\n", at,
               verdicts[verdict_of(result)], meetings_word(result, "device"), meetings_word(result, "state"),
               meetings_word(result, "from"), meetings_word(result, "to"), back ? ", and back" : "",
               meetings_is_break(result, baseline)                ? ""
               : json_is_true(json_object_get(result, "promise")) ? "known"
                                                                  : "no promise");
    print_places(out, results, at);
    html_print(out, "<p>%s</p>\n", meetings_word(result, back ? "back_words" : "words"));
    print_differences(out, result);
    print_layout(out, result);
    print_bytes(out, result, open);
    if (*meetings_word(result, "case")) {
        html_print(out, "<p><code>hardstop repro --confirm --trust-setup %s</code></p>\n",
                   meetings_word(result, "case"));
    }
    fputs("</article>\n", out);
}

static void read_table(const json_t *results, struct overview *view)
{
    size_t i;
    json_t *result;

    *view = (struct overview){ .results = results };
    json_array_foreach (results, i, result) {
        add_word(&view->devices, meetings_word(result, "device"));
        add_word(&view->sides, meetings_word(result, "from"));
        add_word(&view->sides, meetings_word(result, "to"));
    }
}

void meetings_html(FILE *out, const json_t *results, const json_t *baseline)
{
    struct meetings_counts counts;
    struct overview view;
    bool first = true;
    size_t i;
    json_t *result;

    meetings_count(results, baseline, &counts);
    read_table(results, &view);
    html_begin(out, "QEMUs that meet");
    fprintf(out, "%s</style>\n</head>\n<body>\n<p class=\"name\">hardstop compat</p>\n<h1>Promises broken: %zu</h1>\n"
                 "<p>%zu states kept, %zu not (%zu of them known, %zu without a promise), %zu without a verdict, "
                 "%zu left out.</p>\n", style, counts.broken, counts.equal,
            counts.broken + counts.known + counts.unpromised, counts.known, counts.unpromised, counts.unknown,
            counts.left_out);
    print_table(out, &view);
    fputs("<section><h2>What is not kept</h2>\n", out);
    json_array_foreach (results, i, result) {
        if (meetings_is_worse(result) && !meetings_is_told(results, i)) {
            print_result(out, results, i, baseline, first);
            first = false;
        }
    }
    fputs("</section>\n<footer>Made by <code>hardstop compat</code>. Its cases show the same to two QEMUs that nobody "
          "has changed.</footer>\n</body>\n</html>\n", out);
    free(view.devices.words);
    free(view.sides.words);
}
