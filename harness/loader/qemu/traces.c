/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the lines of trace events. */
#include "harness/loader/qemu/traces.h"

#include <stdio.h>
#include <string.h>

/* What follows the event's name, of a line that is one; else NULL. */
static const char *event(const char *line, const char *name)
{
    size_t length = strlen(name);

    return strncmp(line, name, length) == 0 && line[length] == ' ' ? line + length + 1 : NULL;
}

/* "ID(IDSTR) INSTANCE VERSION": begin and length of the idstr, which may hold brackets itself; false for others. */
static bool find_idstr(const char *rest, const char **idstr, size_t *length)
{
    size_t end = strcspn(rest, "\n");
    const char *open = memchr(rest, '(', end), *close = memrchr(rest, ')', end);

    if (!open || !close || close < open) {
        return false;
    }
    *idstr = open + 1;
    *length = (size_t)(close - open) - 1;
    return true;
}

static void note_section(struct traces *traces, const char *idstr, size_t length)
{
    snprintf(traces->section, sizeof(traces->section), "%.*s", (int)length, idstr);
}

static void note_full(struct traces *traces, const char *rest)
{
    const char *idstr;
    unsigned instance;
    char number[16];
    size_t length;

    if (find_idstr(rest, &idstr, &length)) {
        note_section(traces, idstr, length);
        builder_put(&traces->loaded, idstr, length);
        if (sscanf(idstr + length + 1, "%u", &instance) == 1 && instance) {
            builder_put(&traces->loaded, number, (size_t)snprintf(number, sizeof(number), " #%u", instance));
        }
        builder_put(&traces->loaded, "\n", 1);
    }
}

/* The section of that number is the one that last began with it. */
static void note_part(struct traces *traces, const char *text, const char *rest)
{
    size_t digits = strspn(rest, "0123456789"), length;
    const char *idstr;

    for (const char *line = text; line < rest; line += strcspn(line, "\n") + 1) {
        const char *full = event(line, TRACES_FULL);

        if (full && strncmp(full, rest, digits) == 0 && full[digits] == '(' && find_idstr(full, &idstr, &length)) {
            note_section(traces, idstr, length);
        }
    }
}

static void note_save(struct traces *traces, const char *rest)
{
    size_t end = strcspn(rest, "\n");
    const char *comma = memrchr(rest, ',', end);

    note_section(traces, rest, comma ? (size_t)(comma - rest) : end);
}

static const char *const events[] = { TRACES_FULL, TRACES_PART, TRACES_SAVE };

static bool is_event(const char *line)
{
    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        if (event(line, events[i])) {
            return true;
        }
    }
    return false;
}

/* The section is that of the last event, so the parts before it need not be looked up. */
static void read_events(struct traces *traces, const char *text, bool saving)
{
    const char *part = NULL, *rest;

    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if ((rest = event(line, TRACES_FULL))) {
            note_full(traces, rest);
            part = NULL;
        } else if ((rest = event(line, TRACES_PART))) {
            part = rest;
        } else if (saving && (rest = event(line, TRACES_SAVE))) {
            note_save(traces, rest);
            part = NULL;
        }
    }
    if (part) {
        note_part(traces, text, part);
    }
}

void traces_take(struct traces *traces, char *text, bool saving)
{
    char *to = text;

    traces->section[0] = 0;
    builder_reset(&traces->loaded);
    read_events(traces, text, saving);
    builder_put(&traces->loaded, "", 1);
    for (char *line = text; *line;) {
        size_t length = strcspn(line, "\n"), whole = length + (line[length] == '\n');

        if (!is_event(line)) {
            memmove(to, line, whole);
            to += whole;
        }
        line += whole;
    }
    *to = 0;
}

void traces_clear(struct traces *traces)
{
    builder_clear(&traces->loaded);
}
