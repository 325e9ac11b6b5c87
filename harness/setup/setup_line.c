/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One table of QEMU's options (qemu-options.hx, 7.2) that are not just kept. */
#include "harness/setup/setup_line.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"

/* The options of a command line, and where they go. */
struct line {
    Hardstop__Setup *setup;
    struct arguments left_out, as_null;
};

typedef void take_fn(struct line *line, const char *option, const char *value);

static void append(char ***list, size_t *n, const char *value)
{
    *HS_PUSH(*list, *n) = hs_strdup(value);
}

static void keep(struct line *line, const char *option, const char *value)
{
    append(&line->setup->option, &line->setup->n_option, option);
    if (value) {
        append(&line->setup->option, &line->setup->n_option, value);
    }
}

static void leave_out(struct line *line, const char *option, const char *value)
{
    arguments_add(&line->left_out, option);
    if (value) {
        arguments_add(&line->left_out, value);
    }
}

/* QEMU merges what is given twice; the key that may be left out of the first pair is needed then. */
static void merge(char **place, const char *key, const char *value)
{
    size_t first = strcspn(value, ",");
    bool has_key = !*value || memchr(value, '=', first);
    char *old = *place;

    *place = !old || !*old ? hs_strdup(value)
             : has_key    ? hs_format("%s,%s", old, value)
                          : hs_format("%s,%s=%s", old, key, value);
    free(old);
}

static void take_machine(struct line *line, const char *option, const char *value)
{
    (void)option;
    merge(&line->setup->machine, "type", value);
}

static void take_memory(struct line *line, const char *option, const char *value)
{
    (void)option;
    merge(&line->setup->memory, "size", value);
}

static void take_device(struct line *line, const char *option, const char *value)
{
    (void)option;
    append(&line->setup->device, &line->setup->n_device, value);
}

static void take_global(struct line *line, const char *option, const char *value)
{
    (void)option;
    append(&line->setup->global, &line->setup->n_global, value);
}

static void take_nodefaults(struct line *line, const char *option, const char *value)
{
    (void)option;
    (void)value;
    line->setup->has_defaults = line->setup->defaults = false;
}

static void as_null(struct line *line, const char *option, const char *value)
{
    arguments_add(&line->as_null, option);
    arguments_add(&line->as_null, value);
}

/* The port is part of the machine; what it is connected to may be the terminal, or wait for somebody. */
static void take_port(struct line *line, const char *option, const char *value)
{
    if (strcmp(value, "none") == 0 || strcmp(value, "null") == 0 || strncmp(value, "chardev:", 8) == 0) {
        keep(line, option, value);
    } else {
        as_null(line, option, value);
        keep(line, option, "null");
    }
}

static void take_chardev(struct line *line, const char *option, const char *value)
{
    const char *id = strstr(value, ",id=");
    char *instead;

    if (strncmp(value, "null,", 5) == 0 || !id) {
        keep(line, option, value);
        return;
    }
    instead = hs_format("null,%.*s", (int)strcspn(id + 1, ","), id + 1);
    as_null(line, option, value);
    keep(line, option, instead);
    free(instead);
}

enum { FLAG, VALUE };

/* An option that is not here takes a value, and is kept. */
static const struct {
    const char *option;
    int kind;
    take_fn *take;
} rows[] = {
    { "M", VALUE, take_machine },
    { "machine", VALUE, take_machine },
    { "m", VALUE, take_memory },
    { "device", VALUE, take_device },
    { "global", VALUE, take_global },
    { "nodefaults", FLAG, take_nodefaults },
    { "serial", VALUE, take_port },
    { "parallel", VALUE, take_port },
    { "debugcon", VALUE, take_port },
    { "chardev", VALUE, take_chardev },
    /* What a person sees and types. */
    { "display", VALUE, leave_out },
    { "vnc", VALUE, leave_out },
    { "spice", VALUE, leave_out },
    { "sdl", FLAG, leave_out },
    { "gtk", FLAG, leave_out },
    { "curses", FLAG, leave_out },
    { "nographic", FLAG, leave_out },
    { "full-screen", FLAG, leave_out },
    { "no-frame", FLAG, leave_out },
    { "no-quit", FLAG, leave_out },
    { "alt-grab", FLAG, leave_out },
    { "ctrl-grab", FLAG, leave_out },
    { "k", VALUE, leave_out },
    { "monitor", VALUE, leave_out },
    { "qmp", VALUE, leave_out },
    { "qmp-pretty", VALUE, leave_out },
    { "mon", VALUE, leave_out },
    { "echr", VALUE, leave_out },
    /* When and as what it runs, and what it loads. */
    { "S", FLAG, leave_out },
    { "incoming", VALUE, leave_out },
    { "loadvm", VALUE, leave_out },
    { "preconfig", FLAG, leave_out },
    { "daemonize", FLAG, leave_out },
    { "pidfile", VALUE, leave_out },
    { "name", VALUE, leave_out },
    { "runas", VALUE, leave_out },
    { "chroot", VALUE, leave_out },
    { "run-with", VALUE, leave_out },
    { "async-teardown", FLAG, leave_out },
    { "sandbox", VALUE, leave_out }, /* would end what loads: a fork */
    /* What it tells. */
    { "msg", VALUE, leave_out },
    { "D", VALUE, leave_out },
    { "d", VALUE, leave_out },
    { "dfilter", VALUE, leave_out },
    { "trace", VALUE, leave_out },
    { "dump-vmstate", VALUE, leave_out },
    { "enable-sync-profile", FLAG, leave_out },
    { "s", FLAG, leave_out },
    { "gdb", VALUE, leave_out },
    { "qtest", VALUE, leave_out },
    { "qtest-log", VALUE, leave_out },
    { "mem-prealloc", FLAG, keep },
    { "snapshot", FLAG, keep },
    { "usb", FLAG, keep },
    { "win2k-hack", FLAG, keep },
    { "no-fd-bootchk", FLAG, keep },
    { "no-acpi", FLAG, keep },
    { "no-hpet", FLAG, keep },
    { "no-kvm", FLAG, keep },
    { "enable-kvm", FLAG, keep },
    { "singlestep", FLAG, keep },
    { "one-insn-per-tb", FLAG, keep },
    { "xen-attach", FLAG, keep },
    { "xen-domid-restrict", FLAG, keep },
    { "no-reboot", FLAG, keep },
    { "no-shutdown", FLAG, keep },
    { "only-migratable", FLAG, keep },
    { "semihosting", FLAG, keep },
    { "old-param", FLAG, keep },
    { "no-user-config", FLAG, keep },
    { "portrait", FLAG, keep },
};

/* Takes the option at `*at`, which moves behind it and its value. */
static int take_option(struct line *line, const struct arguments *words, size_t *at, struct hs_error *err)
{
    const char *word = words->argv[(*at)++], *name = word + (word[1] == '-' ? 2 : 1), *value = NULL;
    take_fn *take = keep;
    int kind = VALUE;

    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        if (strcmp(rows[i].option, name) == 0) {
            take = rows[i].take;
            kind = rows[i].kind;
        }
    }
    if (kind == VALUE) {
        if (*at == words->n) {
            return hs_fail(err, HS_NO_OFFSET, "the QEMU command line ends behind %s, which takes a value", word);
        }
        value = words->argv[(*at)++];
    }
    take(line, word, value);
    return 0;
}

/* NAME=VALUE, before the program. */
static bool is_assignment(const char *word)
{
    size_t length = 0;

    while (isalnum((unsigned char)word[length]) || word[length] == '_') {
        length++;
    }
    return length && word[length] == '=';
}

/* What is said of the words that are no part of the setup. */
static char *say(const struct line *line)
{
    char *out = arguments_line(&line->left_out), *null = arguments_line(&line->as_null), *text = NULL;

    if (*out || *null) {
        text = hs_format("of the QEMU command line, no part of a setup%s%s%s%s", *out ? ", left out: " : "", out,
                         *null ? (*out ? "; as null: " : ", as null: ") : "", null);
    }
    free(out);
    free(null);
    return text;
}

int setup_line_parse(const struct arguments *words, Hardstop__Setup *setup, char **left_out, struct hs_error *err)
{
    struct line line = { .setup = setup };
    size_t at = 0;
    int result = 0;

    *left_out = NULL;
    while (at < words->n && is_assignment(words->argv[at])) {
        arguments_add(&line.left_out, words->argv[at++]);
    }
    if (at == words->n || words->argv[at][0] == '-') {
        result = hs_fail(err, HS_NO_OFFSET, "the QEMU command line does not begin with a program");
    } else {
        setup->binary = hs_strdup(words->argv[at++]);
        /* As QEMU has it, unless something else is said. */
        setup->memory = hs_strdup("");
        setup->has_defaults = setup->defaults = true;
    }
    while (result == 0 && at < words->n) {
        if (words->argv[at][0] == '-') {
            result = take_option(&line, words, &at, err);
        } else {
            /* An image of a disk. */
            keep(&line, words->argv[at++], NULL);
        }
    }
    *left_out = result == 0 ? say(&line) : NULL;
    arguments_clear(&line.left_out);
    arguments_clear(&line.as_null);
    return result;
}
