/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the list of known findings, strictly: a line that says less than it should would expect less. */
#include "harness/finding/known.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/case/case.h"
#include "harness/finding/words.h"
#include "harness/setup/setup.h"

enum { SIGNATURE_DIGITS = 16 };

enum column { NAME, LOADER, VERDICT, PROPERTY, SIGNATURE, ALIASES, KIND, SCOPE, REACH, TWIN, CAUSE, COLUMNS };

static bool is_signature(const char *text, size_t length)
{
    return length == SIGNATURE_DIGITS && strspn(text, "0123456789abcdef") >= SIGNATURE_DIGITS;
}

/* The next signature of a list with commas; false at its end. */
static bool next_alias(const char **aliases, uint64_t *signature)
{
    size_t length = *aliases ? strcspn(*aliases, ",") : 0;

    if (!length || !is_signature(*aliases, length)) {
        return false;
    }
    *signature = strtoull(*aliases, NULL, 16);
    *aliases += length + ((*aliases)[length] == ',');
    return true;
}

static bool are_aliases(const char *text)
{
    const char *rest = text;
    uint64_t signature;

    while (next_alias(&rest, &signature)) {
    }
    return strcmp(text, "-") == 0 || (rest != text && !*rest && rest[-1] != ',');
}

static int check_words(char *const *fields, const struct known_line *line, struct hs_error *err)
{
    if (!are_aliases(fields[ALIASES])) {
        return hs_fail(err, HS_NO_OFFSET, "\"%s\" is no alias: signatures with commas between them, or -",
                       fields[ALIASES]);
    }
    if (line->kind == KNOWN_KINDS || line->scope == KNOWN_SCOPES || line->reach == KNOWN_REACHES) {
        return hs_fail(err, HS_NO_OFFSET, "no kind \"%s\", no scope \"%s\" or no reach \"%s\"", fields[KIND],
                       fields[SCOPE], fields[REACH]);
    }
    if (!known_kind_fits(line->kind, line->verdict, line->property)) {
        return hs_fail(err, HS_NO_OFFSET, "\"%s\" is not what %s and %s can be", fields[KIND], fields[VERDICT],
                       fields[PROPERTY]);
    }
    if (!known_is_twin(line->twin)) {
        return hs_fail(err, HS_NO_OFFSET, "\"%s\" is neither function() nor none", line->twin);
    }
    return 0;
}

static int check_line(const struct known *known, char *const *fields, const struct known_line *line,
                      struct hs_error *err)
{
    if (!*line->name || strchr(line->name, '/') || *line->name == '.' || known_of_case(known, line->name)) {
        return hs_fail(err, HS_NO_OFFSET, "\"%s\" is no name of a case, or is listed twice", line->name);
    }
    if (line->verdict == VERDICT_COUNT || !property_find(line->property)) {
        return hs_fail(err, HS_NO_OFFSET, "no verdict \"%s\", or no property \"%s\"", fields[VERDICT], line->property);
    }
    if (!is_signature(fields[SIGNATURE], strlen(fields[SIGNATURE]))) {
        return hs_fail(err, HS_NO_OFFSET, "\"%s\" is no signature: 16 hex digits, as hardstop repro prints them",
                       fields[SIGNATURE]);
    }
    return check_words(fields, line, err);
}

static int read_line(struct known *known, char *text, struct hs_error *err)
{
    char *fields[COLUMNS] = { 0 };
    struct known_line line;
    size_t n = 0;

    for (; n < COLUMNS && text && *text; n++) {
        fields[n] = strsep(&text, "\t");
    }
    if (n != COLUMNS || text) {
        return hs_fail(err, HS_NO_OFFSET, "not case, loader, verdict, property, signature, aliases, kind, scope, "
                                          "reach, twin and cause between tabs");
    }
    line = (struct known_line){
        .name = fields[NAME], .loader = fields[LOADER], .verdict = verdict_of_name(fields[VERDICT]),
        .property = fields[PROPERTY], .signature = strtoull(fields[SIGNATURE], NULL, 16), .aliases = fields[ALIASES],
        .kind = known_kind_find(fields[KIND]), .scope = known_scope_find(fields[SCOPE]),
        .reach = known_reach_find(fields[REACH]), .twin = fields[TWIN], .cause = fields[CAUSE],
    };
    if (check_line(known, fields, &line, err) < 0) {
        return -1;
    }
    *HS_PUSH(known->lines, known->n) = line;
    return 0;
}

/* A signature or alias that is of two findings, for campaigns could not tell which of them they found; 0: none. */
static uint64_t ambiguous(const struct known *known)
{
    for (size_t i = 0; i < known->n; i++) {
        const struct known_line *line = &known->lines[i];

        for (size_t k = 0; k < known->n; k++) {
            const char *rest = known->lines[k].aliases;
            uint64_t alias;

            while (next_alias(&rest, &alias)) {
                if (alias == line->signature ||
                    (known->lines[k].signature != line->signature && known_shows(line, alias))) {
                    return alias;
                }
            }
        }
    }
    return 0;
}

int known_read(const char *path, struct known *known, struct hs_error *err)
{
    const char *slash = strrchr(path, '/');
    uint8_t *data;
    size_t size;
    char *rest;
    unsigned number = 0;

    memset(known, 0, sizeof(*known));
    known->folder = hs_format("%.*scases/regress", slash ? (int)(slash + 1 - path) : 0, path);
    if (file_read(path, &data, &size, err) < 0) {
        return -1;
    }
    known->text = rest = hs_copy(data, size);
    free(data);
    if (strlen(rest) != size) {
        return hs_fail(err, HS_NO_OFFSET, "%s: a zero byte in it: no text", path);
    }
    for (char *line; (line = strsep(&rest, "\n"));) {
        number++;
        if (*line && *line != '#' && read_line(known, line, err) < 0) {
            return hs_fail_in(err, "%s:%u", path, number);
        }
    }
    if (ambiguous(known)) {
        return hs_fail(err, HS_NO_OFFSET, "%s: %016" PRIx64 " is an alias, and of another finding as well", path,
                       ambiguous(known));
    }
    return 0;
}

void known_clear(struct known *known)
{
    free(known->lines);
    free(known->folder);
    free(known->text);
    memset(known, 0, sizeof(*known));
}

bool known_has_case(const struct known_line *line)
{
    return strcmp(line->name, KNOWN_NO_CASE) != 0;
}

const struct known_line *known_of_case(const struct known *known, const char *name)
{
    for (size_t i = 0; i < known->n; i++) {
        if (known_has_case(&known->lines[i]) && strcmp(known->lines[i].name, name) == 0) {
            return &known->lines[i];
        }
    }
    return NULL;
}

bool known_shows(const struct known_line *line, uint64_t signature)
{
    const char *rest = line->aliases;
    uint64_t alias;

    while (next_alias(&rest, &alias)) {
        if (alias == signature) {
            return true;
        }
    }
    return line->signature == signature;
}

const struct known_line *known_of_signature(const struct known *known, uint64_t signature)
{
    for (size_t i = 0; i < known->n; i++) {
        if (known_shows(&known->lines[i], signature)) {
            return &known->lines[i];
        }
    }
    return NULL;
}

Hardstop__Case *known_read_case(const struct known *known, const struct known_line *line, struct hs_error *err)
{
    char *path = hs_format("%s/%s", known->folder, line->name);
    Hardstop__Case *test = NULL;

    if (known_has_case(line)) {
        test = case_read(path, err);
    } else {
        hs_fail(err, HS_NO_OFFSET, "%016" PRIx64 ": its case is not published", line->signature);
    }
    if (test && (!test->stream || !test->setup)) {
        hs_fail(err, HS_NO_OFFSET, "%s: a case needs a stream and a setup", path);
        case_free(test);
        test = NULL;
    }
    free(path);
    return test;
}

static const char *const states[KNOWN_STATES] = { "confirmed", "fixed", "changed", "not applicable",
                                                    "not tried" };

const char *known_state_name(enum known_state state)
{
    HS_CHECK(state < KNOWN_STATES, "%d", state);
    return states[state];
}

enum known_state known_state_find(const char *name)
{
    int i = 0;

    while (i < KNOWN_STATES && strcmp(states[i], name) != 0) {
        i++;
    }
    return (enum known_state)i;
}

enum known_state known_compare(const struct known_line *line, const struct judgement *judgement, uint64_t *signature,
                               char *words, size_t size)
{
    const Hardstop__Setup *setup = judgement->test->setup;
    const char *text = judgement->actual.answer.text;
    struct finding finding;
    char said[256] = "";
    uint64_t ignored;

    signature = signature ? signature : &ignored;
    if (!finding_of(judgement, &finding)) {
        words_first(text ? text : "", setup ? setup_program(setup) : NULL, said, sizeof(said));
        snprintf(words, size, "%s, and every property holds%s%s", verdict_name(judgement->verdict), *said ? ": " : "",
                 said);
        *signature = 0;
        return KNOWN_FIXED;
    }
    *signature = finding.signature;
    snprintf(words, size, "%s, %s, %016" PRIx64 ": %s", verdict_name(judgement->verdict), finding.property,
             finding.signature, finding.same);
    return judgement->verdict == line->verdict && strcmp(finding.property, line->property) == 0 &&
                   known_shows(line, finding.signature)
               ? KNOWN_HOLDS
               : KNOWN_CHANGED;
}

void known_finding(const struct known_line *line, struct finding *finding)
{
    *finding = (struct finding){ .verdict = line->verdict, .signature = line->signature };
    snprintf(finding->property, sizeof(finding->property), "%s", line->property);
    snprintf(finding->message, sizeof(finding->message), "%s", line->cause);
}
