/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints judgements and tables of findings. */
#include "harness/report/verdict.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/printable.h"
#include "harness/case/pokes.h"
#include "harness/judge/unloaded.h"

enum style verdict_style(enum verdict verdict)
{
    static const enum style styles[VERDICT_COUNT] = {
        [VERDICT_UNKNOWN] = STYLE_DIM, [VERDICT_REJECTED] = STYLE_GOOD, [VERDICT_EQUAL] = STYLE_WARN,
        [VERDICT_GARBAGE] = STYLE_BAD, [VERDICT_CRASHED] = STYLE_ALARM, [VERDICT_HUNG] = STYLE_STUCK,
    };

    return styles[verdict];
}

/* An undamaged stream that is accepted is no finding. */
static const char *word_of(const struct judgement *judgement)
{
    return judgement->verdict == VERDICT_EQUAL && !judgement->is_damaged ? "accepted"
                                                                         : verdict_name(judgement->verdict);
}

static void print_indented(FILE *out, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");

        fputs("  | ", out);
        printable_write(out, text, length);
        fputc('\n', out);
        text += length + (text[length] == '\n');
    }
}

static void print_stack(FILE *out, const struct loader_answer *answer)
{
    char words[LOADER_REPORT_WORDS];

    loader_report_words(&answer->report, words, sizeof(words));
    if (*words) {
        printable_print(out, "  a sanitizer's report: %s\n", words);
    }
    if (answer->exited) {
        fprintf(out, "  exit(%d) called\n", answer->exit_status);
    } else if (answer->signal) {
        fprintf(out, "  %s", loader_signal_name(answer->signal));
        if (answer->n_frames) {
            fprintf(out, ", faulting address 0x%" PRIx64, answer->fault_address);
        }
        fprintf(out, "\n");
    }
    for (size_t i = 0; i < answer->n_frames; i++) {
        const struct loader_frame *frame = &answer->frames[i];

        printable_print(out, "  #%-2zu %s+0x%" PRIx64 "%s%s%s%s\n", i, *frame->module ? frame->module : "?",
                        frame->offset, *frame->symbol ? "  in " : "", frame->symbol, *frame->source ? "  at " : "",
                        frame->source);
    }
}

static void print_differences(FILE *out, const char *what, const struct state_comparison *comparison)
{
    if (comparison->n) {
        fprintf(out, "  %zu field%s %s:\n", comparison->n, comparison->n == 1 ? "" : "s", what);
    }
    for (size_t i = 0; i < comparison->n && i < STATE_DIFFERENCES; i++) {
        const struct state_difference *difference = &comparison->differences[i];

        printable_print(out, "    %s %s: %s -> %s\n", difference->idstr,
                        *difference->path ? difference->path : "(the section)", difference->left, difference->right);
    }
    if (comparison->n > STATE_DIFFERENCES) {
        fprintf(out, "    and %zu more\n", comparison->n - STATE_DIFFERENCES);
    }
}

static void print_unloaded(FILE *out, const struct judgement *judgement)
{
    size_t n;
    char *names = unloaded_sections(judgement, &n);

    if (n) {
        fprintf(out, "  %zu section%s never loaded:\n", n, n == 1 ? "" : "s");
    }
    for (const char *line = names; *line; line += strcspn(line, "\n") + 1) {
        fputs("    ", out);
        printable_write(out, line, strcspn(line, "\n"));
        fputc('\n', out);
    }
    free(names);
}

/* Of what was asked for, what was done; the rest is not to be had from this QEMU, or came behind what ended it. */
static void print_pokes(FILE *out, const struct judgement *judgement)
{
    const struct loader_answer *answer = &judgement->actual.answer;
    const Hardstop__Case *test = judgement->test;

    if (!test->n_poke) {
        return;
    }
    fputs("  poked:", out);
    for (size_t i = 0; i < test->n_poke; i++) {
        if (judgement->actual.answer.poked & POKE_BIT(test->poke[i])) {
            fprintf(out, " %s", poke_name((unsigned)test->poke[i]));
        }
    }
    fputs(judgement->actual.answer.poked ? "\n" : " no\n", out);
    if (case_pokes(test) & POKE_BIT(POKE_WATCH) && answer->outcome == OUTCOME_ACCEPTED &&
        !(answer->poked & POKE_BIT(POKE_WATCH))) {
        fputs("  not watched: the guest has more than 256 MiB of memory, or this QEMU does not say where\n", out);
    }
    if (judgement->is_unusable) {
        fputs(answer->poked & POKE_BIT(POKE_RETRY) || answer->poke == POKE_RETRY
                  ? "  after a stream of which nothing is read, the undamaged one is not accepted either\n"
                  : "  a fresh machine, used in the same way, does not survive it either\n",
              out);
    }
}

void verdict_text(FILE *out, const struct judgement *judgement)
{
    const struct loader_answer *answer = &judgement->actual.answer;

    style_print(out, judgement->is_damaged ? verdict_style(judgement->verdict) : STYLE_BOLD, "%s", word_of(judgement));
    if (*answer->section && answer->outcome != OUTCOME_ACCEPTED) {
        fputs(" in section ", out);
        printable_write(out, answer->section, strlen(answer->section));
    }
    if (answer->outcome != OUTCOME_ACCEPTED) {
        fprintf(out, "%s%s%s", answer->saving ? ", while saving what was accepted" : "",
                answer->poke == POKE_RETRY ? ", after it was rejected, at the poke "
                : answer->poke           ? ", after it was accepted, at the poke "
                                         : "",
                poke_name(answer->poke));
    }
    fputc('\n', out);
    print_pokes(out, judgement);
    print_indented(out, answer->text);
    print_stack(out, answer);
    if (*answer->markers) {
        printable_print(out, "  checks that would have refused: %s\n", answer->markers);
    }
    print_unloaded(out, judgement);
    print_differences(out, "unlike the undamaged state (undamaged -> now)", &judgement->garbage);
    print_differences(out, "not saved as given (given -> saved)", &judgement->resave);
    print_differences(out,
                      judgement->was_retried ? "unlike what the undamaged stream gives (without -> after this one)"
                                             : "after a reset unlike those of a fresh machine (fresh -> now)",
                      &judgement->left);
    if (judgement->leak.n) {
        printable_print(out, "  fresh host memory that left: %zu bytes, the first in %s at 0x%" PRIx64 "\n",
                        judgement->leak.n, judgement->leak.kind, judgement->leak.at);
    }
    if (judgement->was_retried && answer->is_refused_again) {
        fputs("  then, after a reset, the undamaged stream was rejected, too\n", out);
    }
    if (judgement->beside) {
        printable_print(out, "beside it, %s: ", judgement->beside->loader);
        verdict_text(out, judgement->beside);
    }
}

static json_t *json_words(const char *text)
{
    return printable_json(text, strlen(text));
}

static json_t *json_differences(const struct state_comparison *comparison)
{
    json_t *list = json_array();

    for (size_t i = 0; i < comparison->n && i < STATE_DIFFERENCES; i++) {
        const struct state_difference *difference = &comparison->differences[i];

        json_array_append_new(list, json_pack("{s:o, s:o, s:s, s:s}", "section", json_words(difference->idstr),
                                              "field", json_words(difference->path), "from", difference->left, "to",
                                              difference->right));
    }
    return list;
}

static json_t *json_unloaded(const struct judgement *judgement)
{
    json_t *list = json_array();
    size_t n;
    char *names = unloaded_sections(judgement, &n);

    for (const char *line = names; *line; line += strcspn(line, "\n") + 1) {
        json_array_append_new(list, printable_json(line, strcspn(line, "\n")));
    }
    free(names);
    return list;
}

/* NULL where there is none. */
static json_t *json_report(const struct loader_report *report)
{
    if (!*report->kind) {
        return json_null();
    }
    return json_pack("{s:o, s:s, s:I, s:o}", "kind", json_words(report->kind), "access", report->access, "size",
                     (json_int_t)report->size, "where", json_words(report->where));
}

static json_t *json_stack(const struct loader_answer *answer)
{
    json_t *frames = json_array();

    for (size_t i = 0; i < answer->n_frames; i++) {
        const struct loader_frame *frame = &answer->frames[i];
        char place[LOADER_FRAME_WORDS], *text;

        loader_frame_words(frame, place, sizeof(place));
        text = hs_format("%s+0x%" PRIx64 "%s", frame->module, frame->offset, place);
        json_array_append_new(frames, json_words(text));
        free(text);
    }
    return frames;
}

static json_t *json_use(const struct judgement *judgement)
{
    const struct loader_answer *answer = &judgement->actual.answer;
    json_t *done = json_array();
    json_t *leaked = judgement->was_watched ? json_integer((json_int_t)judgement->leak.n) : json_null();

    for (unsigned i = 0; i < POKES; i++) {
        if (answer->poked & POKE_BIT(i)) {
            json_array_append_new(done, json_string(poke_name(i)));
        }
    }
    return json_pack("{s:o, s:s, s:o, s:b, s:o}", "done", done, "ended_at", poke_name(answer->poke),
                     judgement->was_retried ? "left_after_rejection" : "left_after_reset",
                     json_differences(&judgement->left), "rejected_again", (int)answer->is_refused_again,
                     "bytes_of_the_host", leaked);
}

static json_t *judgement_json(const struct judgement *judgement)
{
    const struct loader_answer *answer = &judgement->actual.answer;
    json_t *json;

    json = json_pack("{s:s, s:b, s:o, s:o, s:i, s:i, s:o, s:o, s:o, s:o, s:o}", "verdict", word_of(judgement),
                     "damaged", (int)judgement->is_damaged, "section", json_words(answer->section), "message",
                     json_words(answer->text), "result", answer->result, "signal", answer->signal, "sanitizer",
                     json_report(&answer->report), "stack", json_stack(answer), "never_loaded",
                     json_unloaded(judgement), "unlike_undamaged", json_differences(&judgement->garbage),
                     "not_saved_as_given", json_differences(&judgement->resave));
    if (*answer->markers) {
        json_object_set_new(json, "markers", json_words(answer->markers));
    }
    if (judgement->test->n_poke) {
        json_object_set_new(json, "use", json_use(judgement));
    }
    if (judgement->beside) {
        json_object_set_new(json, "beside", judgement_json(judgement->beside));
        json_object_set_new(json_object_get(json, "beside"), "loader", json_words(judgement->beside->loader));
    }
    return json;
}

void verdict_finding(FILE *out, const struct finding *finding)
{
    if (*finding->property) {
        style_print(out, STYLE_BAD, "finding");
        fprintf(out, " %016" PRIx64 ": %s does not hold: %s\n", finding->signature, finding->property,
                finding->message);
    } else {
        style_print(out, STYLE_GOOD, "no finding\n");
    }
}

json_t *verdict_finding_json(const struct judgement *judgement, const struct finding *finding)
{
    json_t *json = judgement_json(judgement);

    json_object_set_new(json, "version", json_integer(1));
    json_object_set_new(json, "property", *finding->property ? json_string(finding->property) : json_null());
    return json;
}

static void print_totals(FILE *out, const struct finding *findings, size_t n)
{
    size_t totals[VERDICT_COUNT] = { 0 };
    const char *before = ": ";

    for (size_t i = 0; i < n; i++) {
        totals[findings[i].verdict]++;
    }
    fprintf(out, "%zu distinct finding%s", n, n == 1 ? "" : "s");
    for (int i = VERDICT_COUNT - 1; i >= 0; i--) {
        if (totals[i]) {
            fprintf(out, "%s%zu %s", before, totals[i], verdict_name((enum verdict)i));
            before = ", ";
        }
    }
    fputc('\n', out);
}

void verdict_findings(FILE *out, const struct finding *findings, size_t n, const char *folder, const char *program,
                      const Hardstop__Setup *setup)
{
    print_totals(out, findings, n);
    for (size_t i = 0; i < n; i++) {
        const struct finding *finding = &findings[i];
        char *path = finding_case_path(folder, finding), *command = finding_command(program, setup, path);

        fprintf(out, "\n%3zu  ", i + 1);
        style_print(out, verdict_style(finding->verdict), "%-8s", verdict_name(finding->verdict));
        fprintf(out, " %-3s %s%s%s\n", finding->transport, finding->device,
                *finding->device && *finding->field ? "  " : "", finding->field);
        fprintf(out, "     %s; %s\n     %s\n", finding->property, finding->machine, finding->message);
        fprintf(out, "     %s\n", command);
        free(command);
        free(path);
    }
}
