/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sub-commands share. */
#ifndef HARDSTOP_TOOL_TOOL_H
#define HARDSTOP_TOOL_TOOL_H

#include <argp.h>
#include <stdbool.h>

#include <jansson.h>

#include "harness/case/case.h"
#include "harness/setup/trust.h"
#include "harness/tool/command_line.h"
#include "harness/tool/commands.h"
#include "harness/tool/option_value.h"

/* Options that say which QEMU: an argp child, whose input is a struct setup_options. */
struct setup_options {
    Hardstop__Setup *setup; /* what was given; freed by tool_clear_setup() */
    bool trust; /* --trust-setup */
    bool complete; /* a QEMU command line was given: nothing is left to what a case says */
};

extern const struct argp setup_argp;
extern const struct argp_child setup_children[];

/* The one FILE of a command and --json: an argp child, whose input is a struct file_options. */
struct file_options {
    const char *path; /* never NULL after parsing */
    bool json;
    bool is_captured; /* the user says so of the stream: see Case.captured and Case.given */
    uint32_t pokes; /* what is done after an accepted load, instead of what a case says; 0: that */
    const char *target; /* set by a command: the file is the input of that fuzz target */
};

extern const struct argp_child file_children[]; /* that alone */
extern const struct argp_child judge_children[]; /* that and --captured, then setup_argp, then --beside */
extern const struct argp judged_argp; /* the FILE and --captured, without --json */

void tool_clear_setup(struct setup_options *options);

/* What `options` say takes the place of what the setup says; returns whose words it is then made of. */
enum trust tool_apply_setup(const struct setup_options *options, Hardstop__Setup *setup);

/* Prints "hardstop: ", the offset if there is one, and the reason; returns TOOL_TROUBLE. */
int tool_fail(const struct hs_error *err);

/*
 * Before long work: whether all of these files (NULL: not wanted) can be written, and no two are one.  Where one
 * is standard output, it has that for itself: what else is printed goes to standard error.  0, or -1 with a reason.
 */
int tool_open_outputs(const char *const *paths, size_t n, struct hs_error *err);

/* Writes to a file as file_write() does, or to standard output for NULL.  0, or -1 with a reason. */
int tool_write(const char *path, const void *data, size_t size, struct hs_error *err);

/* Writes a case there: packed where the path ends in .case, else as text. */
int tool_write_case(const char *path, const Hardstop__Case *test, struct hs_error *err);

/* True when the path, which may be NULL, ends in `ending`. */
bool tool_ends_in(const char *path, const char *ending);

/* True when the path, which may be NULL, has the ending of a case's file: .textproto or .case. */
bool tool_names_case(const char *path);

/*
 * The path of what comes with hardstop, by its name below corpus/, which stands as ../share/hardstop beside a command,
 * installed or just built, whatever the current folder is; free it.  NULL where it is not there.
 */
char *tool_corpus(const char *name);

/* For finding_check_all(): prints the file and what is wrong with it; `user` is a size_t that counts them. */
void tool_tell_damaged(void *user, const char *path, const char *why);

/* Prints a JSON value and a newline; and to standard output, releasing it. */
void tool_json(FILE *out, const void *json);
void tool_print_json(json_t *json);

#endif
