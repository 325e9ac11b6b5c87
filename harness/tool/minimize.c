/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop minimize: makes a finding's case small, and says which of its values cause the finding. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/print.h"
#include "harness/base/printable.h"
#include "harness/setup/framing.h"
#include "harness/loader/capture.h"
#include "harness/finding/minimize.h"
#include "harness/finding/distance.h"
#include "harness/report/style.h"
#include "harness/tool/session.h"

struct options {
    struct file_options file;
    struct setup_options setup;
    const char *output;
    unsigned long max_loads;
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->file;
        state->child_inputs[1] = &options->setup;
        return 0;
    case 'o':
        options->output = value;
        return 0;
    case 'n':
        options->max_loads = tool_number(value, 1, UINT32_MAX, state, "--max-loads");
        return 0;
    case ARGP_KEY_END:
        if (options->file.json && options->output && file_is_stdout(options->output)) {
            argp_error(state, "--json and --output both want standard output");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_minimize_argp = {
    .options = (const struct argp_option[]){
        { "output", 'o', "OUT", 0, "where the small case goes (default: beside FILE, as NAME.min.textproto)", 0 },
        { "max-loads", 'n', "N", 0, "end the search after so many loads, with what it has by then", 0 },
        { 0 },
    },
    .parser = parse,
    .args_doc = "FILE [-- QEMU_COMMAND_LINE]",
    .children = judge_children,
    .doc = "Makes the case of a finding small: sections, fields, guest memory and damages go, and values go back to "
           "those of a stream captured from the same setup, as long as the finding keeps its signature.  Says what is "
           "left of the difference.\v"
           "Exit status: 0 a smaller case was written; 2 no finding, one that comes and goes, or trouble.",
};

static char *output_path(const struct options *options)
{
    const char *path = options->file.path, *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash : path, '.');

    if (options->output) {
        return hs_strdup(options->output);
    }
    return hs_format("%.*s.min.textproto", dot ? (int)(dot - path) : (int)strlen(path), path);
}

/* Beside a case that may be a stranger's, what has the small case's name may be a link to a file of the user's. */
static int check_link(const struct options *options, const char *path, struct hs_error *err)
{
    struct stat status;

    if (!options->output && lstat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        return hs_fail(err, HS_NO_OFFSET, "%s: is no regular file; --output names where the small case goes", path);
    }
    return 0;
}

static void print_progress(void *user, unsigned long loads, size_t bytes)
{
    (void)user;
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%lu loads, %zu bytes\033[K", loads, bytes);
    }
}

/* A stream of the same setup, which the case is made more like; without it the case is only made smaller. */
static Hardstop__Stream *capture(const Hardstop__Setup *setup, enum trust trust)
{
    Hardstop__Stream *stream = NULL;
    uint8_t *bytes = NULL;
    struct hs_error err;
    size_t size;

    if (capture_stream(setup, trust, &bytes, &size, &err) == 0) {
        stream = stream_decode(bytes, size, setup_reading(setup), &err);
    }
    if (!stream) {
        printable_print(stderr,
                        "hardstop: no stream of the same setup to compare with, so the case is only made smaller: "
                        "%s\n",
                        err.text);
    }
    free(bytes);
    return stream;
}

static void print_words(void *user, const char *words)
{
    fprintf(user, "  ");
    printable_write(user, words, strlen(words));
    fputc('\n', user);
}

static void add_comment(void *user, const char *words)
{
    fputs("#   ", user);
    printable_write(user, words, strlen(words));
    fputc('\n', user);
}

static void add_json(void *user, const char *words)
{
    json_array_append_new(user, printable_json(words, strlen(words)));
}

/* In text form, the comment says what a reader wants to know first. */
static int write_case(const char *path, const struct minimized *minimized, const Hardstop__Stream *captured,
                      struct hs_error *err)
{
    const struct finding *finding = &minimized->finding;
    struct print_memory memory;
    char *text, *body;
    FILE *out;
    int result;

    if (tool_ends_in(path, ".case")) {
        return tool_write_case(path, minimized->test, err);
    }
    out = print_open(&memory);
    fprintf(out, "# %016" PRIx64 "  %s: %s\n# %s\n# Unlike a sound stream:\n", finding->signature, finding->property,
            verdict_name(finding->verdict), finding->message);
    distance_words(minimized->test, captured, add_comment, out);
    body = case_text(minimized->test);
    fputs(body, out);
    text = print_close(&memory);
    result = tool_write(path, text, memory.size, err);
    free(body);
    free(text);
    return result;
}

static void print_text(const char *path, const struct minimized *minimized, const Hardstop__Stream *captured)
{
    const struct finding *finding = &minimized->finding;

    style_print(stdout, STYLE_BAD, "%s", verdict_name(finding->verdict));
    printf(" %016" PRIx64 ": %s: %s\n", finding->signature, finding->property, finding->message);
    if (distance_words(minimized->test, captured, print_words, stdout) == 0) {
        fputs("  nothing: the stream as it was captured shows the finding\n", stdout);
    }
    printable_print(stdout, "%s: %zu bytes, from %zu; %lu loads%s\n", path, minimized->bytes_after,
                    minimized->bytes_before, minimized->loads,
                    minimized->is_minimal ? "" : "; not minimal: --max-loads ended the search");
}

static void print_json(const char *path, const struct minimized *minimized, const Hardstop__Stream *captured)
{
    const struct finding *finding = &minimized->finding;
    char signature[17];
    json_t *words = json_array();

    snprintf(signature, sizeof(signature), "%016" PRIx64, finding->signature);
    distance_words(minimized->test, captured, add_json, words);
    tool_print_json(json_pack("{s:i, s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:i, s:i, s:I, s:b}", "version", 1, "case",
                              printable_json(path, strlen(path)), "signature", signature, "same", finding->same,
                              "property", finding->property, "verdict", verdict_name(finding->verdict), "message",
                              finding->message, "differences", words, "bytes_before", (int)minimized->bytes_before,
                              "bytes_after", (int)minimized->bytes_after, "loads", (json_int_t)minimized->loads,
                              "minimal", (int)minimized->is_minimal));
}

static int run(const struct options *options, const char *path, const struct session *session, struct hs_error *err)
{
    Hardstop__Stream *captured = capture(session->test->setup, session->trust);
    struct minimize_options search = { .captured = captured, .max_loads = options->max_loads,
                                       .progress = print_progress, .beside = session->oracle.beside };
    struct minimized minimized;
    int result = minimize(session->oracle.loader, session->test, &search, &minimized, err);

    if (isatty(STDERR_FILENO)) {
        fputs("\r\033[K", stderr);
    }
    if (result < 0) {
        hs_fail_in(err, "%s", options->file.path);
    } else {
        result = write_case(path, &minimized, captured, err);
    }
    if (result == 0) {
        (options->file.json ? print_json : print_text)(path, &minimized, captured);
    }
    minimized_clear(&minimized);
    if (captured) {
        stream_free(captured);
    }
    return result;
}

int command_minimize(int argc, char **argv)
{
    struct options options = { 0 };
    struct session session = { 0 };
    struct hs_error err;
    int status = TOOL_CLEAN;
    char *path;

    command_line_parse(&command_minimize_argp, argc, argv, &options);
    path = output_path(&options);
    if (check_link(&options, path, &err) < 0 || tool_open_outputs((const char *const[]){ path }, 1, &err) < 0 ||
        session_open(&session, &options.file, &options.setup, &err) < 0 || run(&options, path, &session, &err) < 0) {
        status = tool_fail(&err);
    }
    session_close(&session);
    free(path);
    tool_clear_setup(&options.setup);
    return status;
}
