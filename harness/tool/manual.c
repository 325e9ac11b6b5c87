/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes man(7): a request stands at the begin of a line, so that no text of ours may look like one. */
#include "harness/tool/manual.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/tool/option_table.h"

#define CLAIM "Does a damaged migration stream meet a hard stop?  Real streams, real QEMU, real verdicts."

void manual_print_help(FILE *out)
{
    fputs("Usage: hardstop COMMAND [ARGUMENT...]\n" CLAIM "\n\n", out);
    for (const struct command *command = commands; command->name; command++) {
        fprintf(out, "  %-10s %s\n", command->name, command->summary);
    }
    fputs("\nhardstop help COMMAND, or hardstop COMMAND --help, tells a command's options; help --man COMMAND is its\n"
          "man page, help --completion bash, zsh or fish what completes its words in that shell.\n"
          COMMAND_LINE_STATUS "\n", out);
}

/* A line of text; a hyphen is one that can be copied into a shell. */
static void put_line(FILE *out, const char *text, size_t length)
{
    if (length && strchr(".'", *text)) {
        fputs("\\&", out);
    }
    for (size_t i = 0; i < length; i++) {
        switch (text[i]) {
        case '\\': fputs("\\e", out); break;
        case '-': fputs("\\-", out); break;
        default: fputc(text[i], out);
        }
    }
}

static void put(FILE *out, const char *text)
{
    put_line(out, text, strlen(text));
}

/* Paragraphs; lines that begin with a space are a table, and stay as they are. */
static void put_text(FILE *out, const char *text)
{
    bool in_table = false;

    while (*text) {
        size_t length = strcspn(text, "\n");

        if (in_table != (*text == ' ')) {
            fputs(in_table ? ".fi\n" : ".PP\n.nf\n", out);
            in_table = !in_table;
        }
        if (length) {
            put_line(out, text, length);
            fputc('\n', out);
        } else {
            fputs(".PP\n", out);
        }
        text += length + (text[length] == '\n');
    }
    fputs(in_table ? ".fi\n" : "", out);
}

static void put_option(FILE *out, const struct argp_option *option)
{
    const char *open = option->flags & OPTION_ARG_OPTIONAL ? "[" : "";

    fputs(".TP\n", out);
    if (isgraph(option->key)) {
        fprintf(out, "\\fB\\-%c\\fR, ", option->key);
    }
    fputs("\\fB\\-\\-", out);
    put(out, option->name);
    fputs("\\fR", out);
    if (option->arg) {
        fprintf(out, "%s=\\fI", open);
        put(out, option->arg);
        fprintf(out, "\\fR%s\n", *open ? "]" : "");
    } else {
        fputc('\n', out);
    }
}

struct page {
    FILE *out;
    const struct argp *argp;
    bool has_rows; /* a paragraph begins by itself behind a heading */
};

static void put_row(void *user, const struct argp_option *option)
{
    struct page *page = user;
    char *text = option_table_text(page->argp, option->key, option->doc);

    if (option->name) {
        put_option(page->out, option);
        put_text(page->out, text);
    } else if (*text) {
        fputs(page->has_rows ? ".PP\n" : "", page->out);
        put_text(page->out, text);
    }
    page->has_rows = true;
    free(text);
}

static void put_title(FILE *out, const char *name)
{
    fputs(".\\\" SPDX-License-Identifier: GPL-2.0-or-later\n.TH ", out);
    for (; *name; name++) {
        fputc(toupper((unsigned char)*name), out);
    }
    fputs(" 1 \"\" \"" MANUAL_VERSION "\" \"hardstop\"\n", out);
}

/* A part of the page, as the command's help has it; takes `text`. */
static void put_part(FILE *out, const char *heading, const struct argp *argp, int key, char *text)
{
    char *filtered = option_table_text(argp, key, text);

    fprintf(out, ".SH %s\n", heading);
    put_text(out, filtered);
    free(filtered);
    free(text);
}

void manual_print(const struct command *command, FILE *out)
{
    struct page page = { .out = out, .argp = command->argp };
    char *title = hs_format("hardstop-%s", command->name);

    put_title(out, title);
    fprintf(out, ".SH NAME\nhardstop\\-%s \\- ", command->name);
    put(out, command->summary);
    fprintf(out, "\n.SH SYNOPSIS\n\\fBhardstop %s\\fR [\\fIOPTION\\fR...] ", command->name);
    put(out, command->argp->args_doc ? command->argp->args_doc : "");
    fputc('\n', out);
    put_part(out, "DESCRIPTION", command->argp, ARGP_KEY_HELP_PRE_DOC, option_table_before(command->argp));
    fputs(".SH OPTIONS\n", out);
    option_table_walk(command->argp, put_row, &page);
    put_part(out, "NOTES", command->argp, ARGP_KEY_HELP_POST_DOC, option_table_behind(command->argp));
    fputs(".SH SEE ALSO\n.BR hardstop (1)\n", out);
    free(title);
}

void manual_print_all(FILE *out)
{
    put_title(out, "hardstop");
    fputs(".SH NAME\nhardstop \\- fuzzing and property\\-testing of QEMU migration loaders\n"
          ".SH SYNOPSIS\n\\fBhardstop\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR...]\n.SH DESCRIPTION\n" CLAIM "\n"
          ".SH COMMANDS\n", out);
    for (const struct command *command = commands; command->name; command++) {
        fprintf(out, ".TP\n.BR hardstop\\-%s (1)\n", command->name);
        put(out, command->summary);
        fputc('\n', out);
    }
    fputs(".SH EXIT STATUS\n" COMMAND_LINE_STATUS "\n.SH SEE ALSO\n.BR qemu\\-system\\-x86_64 (1)\n", out);
}
