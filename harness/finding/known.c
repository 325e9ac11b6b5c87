/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the list of known findings, strictly: a line that says less than it should would expect less. */
#include "harness/finding/known.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/case/case.h"

enum { FIELDS = 6, SIGNATURE_DIGITS = 16 };

static int read_line(struct known *known, char *text, const char *path, unsigned number, struct hs_error *err)
{
    char *fields[FIELDS] = { 0 };
    struct known_line line;
    size_t n = 0;

    for (; n < FIELDS && text && *text; n++) {
        fields[n] = strsep(&text, "\t");
    }
    if (n != FIELDS || text) {
        return hs_fail(err, HS_NO_OFFSET,
                       "%s:%u: not case, loader, verdict, property, signature and cause between tabs", path, number);
    }
    line = (struct known_line){ .name = fields[0], .loader = fields[1], .verdict = verdict_of_name(fields[2]),
                                .property = fields[3], .signature = strtoull(fields[4], NULL, 16), .cause = fields[5] };
    if (!*line.name || strchr(line.name, '/') || *line.name == '.' || known_of_case(known, line.name)) {
        return hs_fail(err, HS_NO_OFFSET, "%s:%u: \"%s\" is no name of a case, or is listed twice", path, number,
                       line.name);
    }
    if (line.verdict == VERDICT_COUNT || !property_find(line.property)) {
        return hs_fail(err, HS_NO_OFFSET, "%s:%u: no verdict \"%s\", or no property \"%s\"", path, number, fields[2],
                       line.property);
    }
    if (strspn(fields[4], "0123456789abcdef") != SIGNATURE_DIGITS || fields[4][SIGNATURE_DIGITS]) {
        return hs_fail(err, HS_NO_OFFSET, "%s:%u: \"%s\" is no signature: 16 hex digits, as hardstop repro prints them",
                       path, number, fields[4]);
    }
    *HS_PUSH(known->lines, known->n) = line;
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
        if (*line && *line != '#' && read_line(known, line, path, number, err) < 0) {
            return -1;
        }
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

const struct known_line *known_of_signature(const struct known *known, uint64_t signature)
{
    for (size_t i = 0; i < known->n; i++) {
        if (known->lines[i].signature == signature) {
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

enum known_state known_compare(const struct known_line *line, const struct judgement *judgement, char *words,
                               size_t size)
{
    struct finding finding;

    if (!finding_of(judgement, &finding)) {
        snprintf(words, size, "%s, and every property holds", verdict_name(judgement->verdict));
        return KNOWN_FIXED;
    }
    snprintf(words, size, "%s, %s, %016" PRIx64 ": %s", verdict_name(judgement->verdict), finding.property,
             finding.signature, finding.message);
    if (judgement->verdict != line->verdict || strcmp(finding.property, line->property) != 0) {
        return KNOWN_FIXED;
    }
    return finding.signature == line->signature ? KNOWN_HOLDS : KNOWN_CHANGED;
}
