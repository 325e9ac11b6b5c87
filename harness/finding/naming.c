/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks for the rows' words, and compares what stands behind them with what is true. */
#include "harness/finding/naming.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/finding/naming_rows.h"

static const struct {
    const char *name, *meaning;
} namings[NAMINGS] = {
    [NAMING_SECTION] = { "section", "name the section" },
    [NAMING_DEVICE] = { "device", "the device" },
    [NAMING_FIELD] = { "field", "the field" },
    [NAMING_REASON] = { "reason", "what was read and what is right" },
    [NAMING_OTHER] = { "other", "name another section" },
    [NAMING_SILENT] = { "silent", "say nothing" },
};

const char *naming_name(enum naming naming)
{
    return namings[naming].name;
}

const char *naming_short(enum naming naming)
{
    return namings[naming].meaning;
}

enum naming naming_of_name(const char *name)
{
    unsigned i = 0;

    while (i < NAMINGS && strcmp(namings[i].name, name) != 0) {
        i++;
    }
    return (enum naming)i;
}

int naming_rank(unsigned named)
{
    static const enum naming order[] = { NAMING_REASON, NAMING_DEVICE, NAMING_SECTION, NAMING_FIELD };
    int rank = 2;

    if (named & NAMING_BIT(NAMING_OTHER)) {
        return 0;
    }
    if (named & NAMING_BIT(NAMING_SILENT)) {
        return 1;
    }
    for (int i = 0; i < 4; i++) {
        rank += named & NAMING_BIT(order[i]) ? 1 << i : 0;
    }
    return rank;
}

/* Where a line of a text ends. */
static const char *end_of(const char *at)
{
    const char *end = strstr(at, NAMING_BREAK);

    return end ? end : at + strlen(at);
}

static const char *next_line(const char *end)
{
    return *end ? end + strlen(NAMING_BREAK) : end;
}

/* What stands behind `words`, and then behind `then`, in the line that holds them; NULL: nothing does. */
static const char *behind(const char *text, const char *words, const char *then)
{
    for (const char *at = strstr(text, words), *end; at; at = *end ? strstr(next_line(end), words) : NULL) {
        const char *found = strstr(at + strlen(words), then);

        end = end_of(at);
        if (found && found + strlen(then) <= end) {
            return found + strlen(then);
        }
    }
    return NULL;
}

static bool is_of_name(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

enum match { MATCH_NONE, MATCH_OURS, MATCH_OTHER };

static bool is_idstr(const char *at, const char *idstr)
{
    size_t length = strlen(idstr);

    return length && strncmp(at, idstr, length) == 0 && strchr("', )", at[length]);
}

static enum match match_number(const char *at, uint32_t number)
{
    char *end;
    long long read = strtoll(at, &end, 0);

    return end == at ? MATCH_NONE : (uint32_t)read == number ? MATCH_OURS : MATCH_OTHER;
}

static enum match match_section(const char *text, const struct naming_section_row *row,
                                const struct naming_place *place)
{
    const char *at = behind(text, row->words, row->then);

    if (!at) {
        return MATCH_NONE;
    }
    if (row->by == NAMING_BY_NUMBER) {
        return match_number(at, place->section_id);
    }
    if (row->by == NAMING_BY_INSTANCE &&
        match_number(strstr(text, row->words) + strlen(row->words), place->instance_id) == MATCH_OTHER) {
        return MATCH_OTHER;
    }
    return is_idstr(at, place->idstr) ? MATCH_OURS : MATCH_OTHER;
}

/* MATCH_OURS where one row has the section, whatever others have. */
static enum match find_section(const char *text, const struct naming_place *place)
{
    enum match found = MATCH_NONE;

    for (size_t i = 0; i < naming_n_section_rows && found != MATCH_OURS; i++) {
        enum match match = match_section(text, &naming_section_rows[i], place);

        found = match != MATCH_NONE ? match : found;
    }
    return found;
}

/* The idstr's last part as a word, which a hyphen may follow: "virtio-net-device", and not "virtio-net2". */
static bool has_device(const char *text, const char *idstr)
{
    const char *slash = strrchr(idstr, '/'), *name = slash ? slash + 1 : idstr;
    size_t length = strlen(name);

    for (const char *at = text; length && (at = strstr(at, name)); at++) {
        if ((at == text || (!is_of_name(at[-1]) && at[-1] != '-')) && !is_of_name(at[length])) {
            return true;
        }
    }
    return false;
}

/* A piece of a path that a row's path leaves open. */
struct piece {
    const char *at;
    size_t length;
};

/* Matches a whole path; `open` gets what the % or $ stands for: digits, or anything up to the next bracket. */
static bool fits(const char *pattern, const char *path, struct piece *open)
{
    size_t length;

    for (; *pattern && *pattern != '*'; pattern++, path += length) {
        bool is_index = *pattern == '%';

        length = is_index ? strspn(path, "0123456789") : *pattern == '$' ? strcspn(path, "[]") : *path == *pattern;
        if (!length) {
            return false;
        }
        *open = is_index || *pattern == '$' ? (struct piece){ path, length } : *open;
    }
    if (!*pattern) {
        return !*path;
    }
    do {
        if (fits(pattern + 1, path, open)) {
            return true;
        }
    } while (*path++);
    return false;
}

static bool words_fit(const char *at, const char *words, struct piece open)
{
    for (; *words; words++) {
        if (*words != '%' && *words != '$') {
            if (*at++ != *words) {
                return false;
            }
            continue;
        }
        if (strncmp(at, open.at, open.length) != 0) {
            return false;
        }
        at += open.length;
    }
    return true;
}

static bool has_check(const char *text, const char *path)
{
    for (size_t i = 0; i < naming_n_field_rows; i++) {
        struct piece open = { "", 0 };

        if (!fits(naming_field_rows[i].path, path, &open)) {
            continue;
        }
        for (const char *at = text; *at; at++) {
            if ((at == text || !is_of_name(at[-1])) && words_fit(at, naming_field_rows[i].words, open)) {
                return true;
            }
        }
    }
    return false;
}

/* The last part of a path, without an index: "used" of "vq[3].used[1]". */
static struct piece last_part(const char *path)
{
    struct piece piece = { path, 0 };
    unsigned depth = 0;

    for (const char *c = path; *c; c++) {
        depth += *c == '[';
        depth -= *c == ']' && depth;
        piece.at = *c == '.' && !depth ? c + 1 : piece.at;
    }
    piece.length = strcspn(piece.at, "[");
    return piece;
}

/* QEMU's name of a field, that of a member of a struct in it: "vring.used", or "mac_table.in_use". */
static bool is_name(struct piece name, struct piece part)
{
    const char *dot = memrchr(name.at, '.', name.length);
    struct piece last = dot ? (struct piece){ dot + 1, (size_t)(name.at + name.length - dot - 1) } : name;

    if (last.length == part.length && memcmp(last.at, part.at, part.length) == 0) {
        return true;
    }
    for (size_t i = 0; i < name.length && name.length == part.length; i++) {
        if (name.at[i] != part.at[i] && (name.at[i] != '.' || part.at[i] != '_')) {
            return false;
        }
    }
    return name.length == part.length;
}

static bool has_name(const char *text, const char *path)
{
    struct piece part = last_part(path);

    for (size_t i = 0; i < naming_n_name_rows && part.length; i++) {
        const char *at = behind(text, naming_name_rows[i].words, naming_name_rows[i].then);

        if (at && is_name((struct piece){ at, strcspn(at, " :,'") }, part)) {
            return true;
        }
    }
    return false;
}

static bool has_reason(const char *text)
{
    for (size_t i = 0; i < naming_n_reason_rows; i++) {
        if (behind(text, naming_reason_rows[i].read, naming_reason_rows[i].right)) {
            return true;
        }
    }
    return false;
}

/* Nothing, or words for an error number behind one colon. */
static bool is_bare(const char *line, const char *end)
{
    const char *colon;

    for (size_t i = 0; i < naming_n_bare_rows; i++) {
        size_t length = strlen(naming_bare_rows[i]);

        if (strncmp(line, naming_bare_rows[i], length) == 0) {
            colon = memmem(line, (size_t)(end - line), ": ", 2);
            return !colon || !memmem(colon + 2, (size_t)(end - colon - 2), ": ", 2);
        }
    }
    return line == end;
}

static bool is_silent(const char *text)
{
    for (const char *line = text, *end; *line; line = next_line(end)) {
        end = end_of(line);
        if (!is_bare(line, end)) {
            return false;
        }
    }
    return true;
}

unsigned naming_judge_section(const char *text, const struct naming_place *place)
{
    enum match section = find_section(text, place);
    unsigned named = 0;

    if (is_silent(text)) {
        return NAMING_BIT(NAMING_SILENT);
    }
    if (section == MATCH_OTHER && !place->is_header) {
        return NAMING_BIT(NAMING_OTHER);
    }
    named |= section == MATCH_OURS ? NAMING_BIT(NAMING_SECTION) : 0;
    named |= has_device(text, place->idstr) ? NAMING_BIT(NAMING_DEVICE) : 0;
    named |= has_reason(text) ? NAMING_BIT(NAMING_REASON) : 0;
    return named;
}

unsigned naming_judge_field(const char *text, const char *path, unsigned named)
{
    if (named & (NAMING_BIT(NAMING_OTHER) | NAMING_BIT(NAMING_SILENT))) {
        return named;
    }
    return has_check(text, path) || has_name(text, path) ? named | NAMING_BIT(NAMING_FIELD)
                                                         : named & ~NAMING_BIT(NAMING_REASON);
}

unsigned naming_judge(const char *text, const struct naming_place *place)
{
    return naming_judge_field(text, place->path, naming_judge_section(text, place));
}
