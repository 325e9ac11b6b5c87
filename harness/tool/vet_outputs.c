/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what became of each step. */
#include "harness/tool/vet_outputs.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "harness/base/alloc.h"
#include "harness/base/print.h"
#include "harness/base/printable.h"
#include "harness/report/style.h"

static size_t count(const struct vet *vet, enum vet_state state)
{
    size_t n = 0;

    for (size_t i = 0; i < vet->n; i++) {
        n += vet->steps[i].state == state;
    }
    return n;
}

enum vet_state vet_result(const struct vet *vet)
{
    enum vet_state result = count(vet, VET_LEFT_OUT) < vet->n ? VET_CLEAN : VET_TROUBLE;

    for (size_t i = 0; i < vet->n; i++) {
        enum vet_state state = vet->steps[i].state;

        if (state == VET_WORSE) {
            result = state;
        } else if ((state == VET_TROUBLE || state == VET_NOT_DONE) && result == VET_CLEAN) {
            result = VET_TROUBLE;
        }
    }
    return result;
}

/* Each line behind some spaces, made printable. */
static void print_lines(FILE *out, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");

        fputs("    ", out);
        printable_write(out, text, length);
        fputc('\n', out);
        text += length + (text[length] == '\n');
    }
}

void vet_print_step(FILE *out, const struct vet_step *step, bool all)
{
    static const enum style styles[] = {
        [VET_CLEAN] = STYLE_GOOD, [VET_WORSE] = STYLE_BAD, [VET_TROUBLE] = STYLE_WARN, [VET_LEFT_OUT] = STYLE_DIM,
        [VET_NOT_DONE] = STYLE_DIM,
    };

    style_print(out, styles[step->state], "%-9s", vet_state_name(step->state));
    fprintf(out, "  %s: %s\n", step->name, vet_kinds[step->kind].claim);
    if (step->why) {
        print_lines(out, step->why);
    }
    for (size_t i = 0; i < step->n_findings; i++) {
        if (all || step->findings[i].is_worse) {
            print_lines(out, step->findings[i].text);
        }
    }
}

/* Steps that the budget does not hold, in a line. */
static void print_left_out(FILE *out, const struct vet *vet)
{
    const char *before = "";

    style_print(out, STYLE_DIM, "%-9s", vet_state_name(VET_LEFT_OUT));
    fputs("  for the budget: ", out);
    for (size_t i = 0; i < vet->n; i++) {
        if (vet->steps[i].state == VET_LEFT_OUT) {
            fprintf(out, "%s%s", before, vet->steps[i].name);
            before = ", ";
        }
    }
    fputc('\n', out);
}

void vet_print_end(FILE *out, const struct vet *vet)
{
    size_t left_out = count(vet, VET_LEFT_OUT);

    if (left_out) {
        print_left_out(out, vet);
    }
    fprintf(out, "%zu clean, %zu worse, %zu without an answer, %zu left out\n", count(vet, VET_CLEAN),
            count(vet, VET_WORSE), count(vet, VET_TROUBLE), left_out);
}

/* Text in a table of Markdown. */
static void print_cell(FILE *out, const char *text)
{
    char *line = printable_copy(text, strlen(text));

    for (const char *c = line; *c; c++) {
        fprintf(out, strchr("|\\`*_<[", *c) ? "\\%c" : "%c", *c);
    }
    free(line);
}

void vet_print_markdown(FILE *out, const void *user)
{
    const struct vet *vet = user;
    size_t left_out = count(vet, VET_LEFT_OUT);

    fprintf(out, "### hardstop vet: %s", vet_state_name(vet_result(vet)));
    if (left_out) {
        fprintf(out, ", %zu of %zu steps left out", left_out, vet->n);
    }
    fputs("\n\n| step | claim | result | seconds |\n|---|---|---|---|\n", out);
    for (size_t i = 0; i < vet->n; i++) {
        const struct vet_step *step = &vet->steps[i];

        fprintf(out, "| %s | %s | %s", step->name, vet_kinds[step->kind].claim, vet_state_name(step->state));
        if (step->why) {
            fputs(": ", out);
            print_cell(out, step->why);
        }
        fprintf(out, " | %.0f |\n", step->seconds);
    }
    for (size_t i = 0; i < vet->n; i++) {
        const struct vet_step *step = &vet->steps[i];
        char *line;

        if (step->n_findings == 0) {
            continue;
        }
        line = arguments_line(&step->command);
        fprintf(out, "\n<details%s><summary>%s</summary>\n\n", step->state == VET_WORSE ? " open" : "", step->name);
        print_lines(out, line);
        fputc('\n', out);
        for (size_t k = 0; k < step->n_findings; k++) {
            print_lines(out, step->findings[k].text);
        }
        fputs("\n</details>\n", out);
        free(line);
    }
}

static json_t *text_of(const char *text)
{
    return text ? printable_json(text, strlen(text)) : json_null();
}

static json_t *json_of(const struct vet_step *step)
{
    char *line = arguments_line(&step->command);
    json_t *findings = json_array(), *json;

    for (size_t i = 0; i < step->n_findings; i++) {
        json_array_append_new(findings, json_pack("{s:o, s:b}", "text", text_of(step->findings[i].text), "worse",
                                                  (int)step->findings[i].is_worse));
    }
    json = json_pack("{s:s, s:s, s:s, s:o, s:o, s:f, s:o}", "name", step->name, "claim", vet_kinds[step->kind].claim,
                     "result", vet_state_name(step->state), "why", text_of(step->why), "command", text_of(line),
                     "seconds", step->seconds, "findings", findings);
    free(line);
    return json;
}

json_t *vet_json(const struct vet *vet)
{
    json_t *steps = json_array();

    for (size_t i = 0; i < vet->n; i++) {
        json_array_append_new(steps, json_of(&vet->steps[i]));
    }
    return json_pack("{s:i, s:o, s:o, s:o, s:I, s:s, s:o}", "version", 1, "qemu", text_of(vet->program), "against",
                     text_of(vet->older), "baseline", text_of(vet->baseline), "budget", (json_int_t)vet->budget,
                     "result", vet_state_name(vet_result(vet)), "steps", steps);
}

static char *first_line(const char *text)
{
    return hs_format("%.*s", (int)strcspn(text, "\n"), text);
}

/* What fails the step is new; what only is told has a signature where it is one finding. */
static void add_classes(const struct vet_step *step, struct results *results)
{
    char *line = arguments_line(&step->command);

    for (size_t i = 0; i < step->n_findings; i++) {
        const struct vet_finding *finding = &step->findings[i];
        char *message = first_line(finding->text);

        if (finding->signature) {
            results_add_class(results, &(struct result_class){
                .rule = vet_kinds[step->kind].name, .signature = finding->signature, .is_warning = !finding->is_worse,
                .message = message, .place = step->name, .path = step->output,
                .age = finding->is_worse ? RESULT_NEW : RESULT_AGE_UNKNOWN,
                .properties = json_pack("{s:o}", "command", text_of(line)),
            });
        }
        free(message);
    }
    free(line);
}

static void add_test(const struct vet_step *step, struct results *results)
{
    static const enum result_state states[] = {
        [VET_CLEAN] = RESULT_PASSED, [VET_WORSE] = RESULT_FAILED, [VET_TROUBLE] = RESULT_ERROR,
        [VET_LEFT_OUT] = RESULT_SKIPPED, [VET_NOT_DONE] = RESULT_ERROR,
    };
    struct print_memory memory;

    print_open(&memory);
    for (size_t i = 0; i < step->n_findings; i++) {
        if (step->findings[i].is_worse) {
            fputs(step->findings[i].text, memory.out);
        }
    }
    print_close(&memory);
    results_add_test(results, &(struct result_test){
        .group = results->command, .name = step->name, .state = states[step->state],
        .type = vet_state_name(step->state), .message = step->why ? step->why : vet_kinds[step->kind].claim,
        .text = memory.text, .seconds = step->seconds,
    });
    free(memory.text);
}

void vet_results(const struct vet *vet, struct results *results)
{
    double seconds = 0;

    results_open(results, "hardstop vet");
    for (size_t i = 0; i < VET_KINDS; i++) {
        results_add_rule(results, vet_kinds[i].name, vet_kinds[i].claim);
    }
    for (size_t i = 0; i < vet->n; i++) {
        seconds += vet->steps[i].seconds;
    }
    results_add_suite(results, vet->program, "vet", seconds);
    for (size_t i = 0; i < vet->n; i++) {
        add_test(&vet->steps[i], results);
        add_classes(&vet->steps[i], results);
    }
}
