/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints replays of known findings: by QEMU for a terminal, by finding in Markdown and JSON. */
#include "harness/report/matrix.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/printable.h"
#include "harness/report/style.h"

bool matrix_is_expected(const struct replay *replay, const struct replays *recorded)
{
    const struct replay *record = replays_find(recorded, replay->name, replay->qemu);

    if (replay->state == KNOWN_NOT_TRIED) {
        return true;
    }
    return record ? record->state == replay->state && record->signature == replay->signature
                  : replay->state == KNOWN_HOLDS;
}

const char *matrix_state_name(const struct known_line *line, const struct replay *replay)
{
    if (replay) {
        return known_state_name(replay->state);
    }
    return known_has_case(line) ? "not replayed" : "not published";
}

static void count(const struct known *known, const struct replays *replays, const char *version,
                  size_t counts[KNOWN_STATES])
{
    memset(counts, 0, KNOWN_STATES * sizeof(*counts));
    for (size_t i = 0; i < known->n; i++) {
        const struct replay *replay = replays_find(replays, known->lines[i].name, version);

        if (replay) {
            counts[replay->state]++;
        }
    }
}

/* "48 confirmed, 2 fixed" */
static void print_counts(FILE *out, const struct known *known, const struct replays *replays, const char *version)
{
    size_t counts[KNOWN_STATES];
    const char *before = "";

    count(known, replays, version, counts);
    for (int state = 0; state < KNOWN_STATES; state++) {
        if (counts[state]) {
            fprintf(out, "%s%zu %s", before, counts[state], known_state_name((enum known_state)state));
            before = ", ";
        }
    }
}

/* Each reason once: " (no qemu-system-s390x in PATH)". */
static void print_missing(FILE *out, const struct replays *replays, const char *version)
{
    for (size_t i = 0, k; i < replays->n; i++) {
        const struct replay *replay = &replays->list[i];

        for (k = 0; k < i && (strcmp(replays->list[k].qemu, version) != 0 ||
                              replays->list[k].state != KNOWN_NOT_TRIED ||
                              strcmp(replays->list[k].words, replay->words) != 0); k++) {
        }
        if (k == i && replay->state == KNOWN_NOT_TRIED && strcmp(replay->qemu, version) == 0) {
            printable_print(out, " (%s)", replay->words);
        }
    }
}

static void print_replay(FILE *out, const struct replay *replay, const struct replays *recorded)
{
    static const enum style styles[KNOWN_STATES] = { STYLE_BAD, STYLE_GOOD, STYLE_WARN, STYLE_DIM, STYLE_DIM };
    const struct replay *record = replays_find(recorded, replay->name, replay->qemu);

    style_print(out, styles[replay->state], "%-14s", known_state_name(replay->state));
    printable_print(out, "  %s: %s\n", replay->name, replay->words);
    if (!matrix_is_expected(replay, recorded)) {
        style_print(out, STYLE_WARN, "%-14s", "");
        printable_print(out, "  expected: %s%s%s\n", known_state_name(record ? record->state : KNOWN_HOLDS),
                        record ? ", " : "", record ? record->words : "");
    }
}

void matrix_text(FILE *out, const struct known *known, const struct replays *replays, const struct replays *recorded)
{
    size_t n, odd = 0;
    const char **versions = replays_versions(replays, &n);

    for (size_t k = 0; k < n; k++) {
        fprintf(out, "%sQEMU %s\n", k ? "\n" : "", versions[k]);
        for (size_t i = 0; i < known->n; i++) {
            const struct replay *replay = replays_find(replays, known->lines[i].name, versions[k]);

            if (replay) {
                print_replay(out, replay, recorded);
                odd += !matrix_is_expected(replay, recorded);
            }
        }
    }
    fputc('\n', out);
    for (size_t k = 0; k < n; k++) {
        fprintf(out, "QEMU %s: ", versions[k]);
        print_counts(out, known, replays, versions[k]);
        print_missing(out, replays, versions[k]);
        fputc('\n', out);
    }
    if (odd) {
        fprintf(out, "%zu not as expected\n", odd);
    }
    free(versions);
}

/* A bar would end the cell. */
static void print_cell(FILE *out, const char *text)
{
    for (; *text; text++) {
        fprintf(out, *text == '|' ? "\\|" : "%c", *text);
    }
}

static void print_name(FILE *out, const struct known_line *line)
{
    const char *end = strstr(line->name, ".textproto");

    if (known_has_case(line)) {
        fprintf(out, "%.*s", (int)(end ? end - line->name : (ptrdiff_t)strlen(line->name)), line->name);
    } else {
        fprintf(out, "`%016" PRIx64 "`", line->signature);
    }
}

static void print_row(FILE *out, const struct known_line *line, const struct replays *replays,
                      const char *const *versions, size_t n)
{
    fputs("| ", out);
    print_name(out, line);
    fprintf(out, " | %s | %s | ", known_kind_name(line->kind), line->scope == KNOWN_SCOPE_MACHINE ? "yes" : "no");
    fprintf(out, strcmp(line->twin, "none") == 0 ? "%s" : "`%s`", line->twin);
    for (size_t k = 0; k < n; k++) {
        const struct replay *replay = replays_find(replays, line->name, versions[k]);

        fprintf(out, " | %s", matrix_state_name(line, replay));
        if (replay && replay->state != KNOWN_HOLDS) {
            fputs(": ", out);
            print_cell(out, replay->words);
        }
    }
    fputs(" |\n", out);
}

void matrix_markdown(FILE *out, const struct known *known, const struct replays *replays)
{
    size_t n;
    const char **versions = replays_versions(replays, &n);

    fputs("| case | kind | in scope | guest's check |", out);
    for (size_t k = 0; k < n; k++) {
        fprintf(out, " %s |", versions[k]);
    }
    fputs("\n|---|---|---|---|", out);
    for (size_t k = 0; k < n; k++) {
        fputs("---|", out);
    }
    fputc('\n', out);
    for (size_t i = 0; i < known->n; i++) {
        print_row(out, &known->lines[i], replays, versions, n);
    }
    fputs("| all | | | |", out);
    for (size_t k = 0; k < n; k++) {
        fputc(' ', out);
        print_counts(out, known, replays, versions[k]);
        fputs(" |", out);
    }
    fputc('\n', out);
    free(versions);
}

static json_t *signature_json(uint64_t signature)
{
    return signature ? json_sprintf("%016" PRIx64, signature) : json_null();
}

static json_t *expected_json(const struct replay *replay, const struct replays *recorded)
{
    return replay->state == KNOWN_NOT_TRIED ? json_null() : json_boolean(matrix_is_expected(replay, recorded));
}

static json_t *text_json(const char *text)
{
    return printable_json(text, strlen(text));
}

static json_t *line_json(const struct known_line *line)
{
    return json_pack("{s:o, s:o, s:s, s:s, s:s, s:o, s:o}", "case",
                     known_has_case(line) ? text_json(line->name) : json_null(), "signature",
                     signature_json(line->signature), "kind", known_kind_name(line->kind), "scope",
                     known_scope_name(line->scope), "reach", known_reach_name(line->reach), "twin",
                     text_json(line->twin), "cause", text_json(line->cause));
}

json_t *matrix_json(const struct known *known, const struct replays *replays, const struct replays *recorded)
{
    size_t n;
    const char **versions = replays_versions(replays, &n);
    json_t *lines = json_array();

    for (size_t i = 0; i < known->n; i++) {
        json_t *line = line_json(&known->lines[i]), *qemus = json_array();

        for (size_t k = 0; k < n; k++) {
            const struct replay *replay = replays_find(replays, known->lines[i].name, versions[k]);

            if (replay) {
                json_array_append_new(
                    qemus, json_pack("{s:s, s:s, s:o, s:o, s:o}", "version", replay->qemu, "state",
                                     known_state_name(replay->state), "signature", signature_json(replay->signature),
                                     "words", text_json(replay->words), "expected",
                                     expected_json(replay, recorded)));
            }
        }
        json_object_set_new(line, "qemu", qemus);
        if (json_array_size(qemus)) {
            json_array_append(lines, line);
        }
        json_decref(line);
    }
    free(versions);
    return lines;
}

void matrix_class(const struct known_line *line, const struct replay *replay, const char *path,
                  struct results *results)
{
    static const enum result_age ages[KNOWN_STATES] = {
        [KNOWN_HOLDS] = RESULT_KNOWN, [KNOWN_CHANGED] = RESULT_CHANGED, [KNOWN_FIXED] = RESULT_FIXED,
    };
    struct finding finding;

    known_finding(line, &finding);
    results_add_finding(results, &finding, path, ages[replay->state],
                        json_pack("{s:s, s:s, s:o, s:o}", "kind", known_kind_name(line->kind), "state",
                                  known_state_name(replay->state), "shows", signature_json(replay->signature),
                                  "words", text_json(replay->words)));
}
