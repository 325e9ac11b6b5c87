/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder of findings: a case and a JSON file for each, by signature. */
#include "harness/finding/finding.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/file_json.h"
#include "harness/base/shell.h"
#include "harness/base/printable.h"
#include "harness/case/case.h"
#include "harness/case/pokes.h"
#include "harness/setup/program.h"
#include "harness/setup/trust.h"

const struct finding_text finding_texts[FINDING_TEXTS] = {
#define TEXT(member) { #member, offsetof(struct finding, member), sizeof(((struct finding *)0)->member) }
    TEXT(property), TEXT(device), TEXT(field), TEXT(kind), TEXT(crash), TEXT(source), TEXT(machine), TEXT(transport),
    TEXT(message), TEXT(same),
};

void finding_make_printable(struct finding *finding)
{
    for (size_t i = 0; i < FINDING_TEXTS; i++) {
        printable_make((char *)finding + finding_texts[i].offset);
    }
}

bool finding_may_be_unsafe(const struct finding *finding)
{
    static const char *const bad[] = { "SIGSEGV", "SIGBUS" };
    bool of_access = false;

    for (size_t i = 0; i < HS_COUNT(bad); i++) {
        of_access |= strncmp(finding->crash, bad[i], strlen(bad[i])) == 0;
    }
    /* What is neither a signal nor an exit is a sanitizer's name for it. */
    return finding->verdict == VERDICT_CRASHED && *finding->crash &&
           (of_access || (strncmp(finding->crash, "SIG", 3) != 0 && strncmp(finding->crash, "exit(", 5) != 0));
}

char *finding_case_path(const char *folder, const struct finding *finding)
{
    return hs_format("%s/%016" PRIx64 ".textproto", folder, finding->signature);
}

/* "NAME=VALUE " of the environment, or "". */
static char *assignment(const char *env)
{
    const char *given = program_given(env);
    char *word, *words;

    if (!given) {
        return hs_strdup("");
    }
    word = shell_word(given);
    words = hs_format("%s=%s ", env, word);
    free(word);
    return words;
}

/* What makes names stand for the programs that they stand for here. */
static char *chosen_programs(const Hardstop__Setup *setup)
{
    bool has_path = setup && setup->binary && strchr(setup->binary, '/');
    char *own = has_path ? hs_strdup("") : assignment(PROGRAM_ENV), *beside = assignment(PROGRAM_BESIDE_ENV);
    char *words = hs_format("%s%s", own, beside);

    free(own);
    free(beside);
    return words;
}

char *finding_command(const char *program, const Hardstop__Setup *setup, const char *path)
{
    char *word = shell_word(path), *chosen = chosen_programs(setup);
    char *command = hs_format("%s%s repro --confirm%s %s", chosen, program, setup ? trust_option(setup) : "", word);

    free(chosen);
    free(word);
    return command;
}

static char *json_path(const char *folder, uint64_t signature)
{
    return hs_format("%s/%016" PRIx64 ".json", folder, signature);
}

static int save_json(const char *path, const struct finding *finding, struct hs_error *err)
{
    json_t *object = json_object();
    char *text;
    int result;

    for (size_t i = 0; i < FINDING_TEXTS; i++) {
        const char *value = (const char *)finding + finding_texts[i].offset;

        json_object_set_new(object, finding_texts[i].key, json_stringn_nocheck(value, strlen(value)));
    }
    json_object_set_new(object, "verdict", json_string(verdict_name(finding->verdict)));
    json_object_set_new(object, "poke", json_string(poke_name(finding->poke)));
    text = json_dumps(object, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
    json_decref(object);
    if (!text) {
        return hs_fail(err, HS_NO_OFFSET, "%s: a text of the finding is not UTF-8", path);
    }
    result = file_write_own(path, text, strlen(text), err);
    free(text);
    return result;
}

static int save_case(const char *path, const struct finding *finding, const Hardstop__Case *test, struct hs_error *err)
{
    char *text = case_text(test);
    char *command = finding_command("hardstop", test->setup, "THIS_FILE");
    char *commented = hs_format("# %s: %s\n# %s, device %s, field %s\n# %s\n# %s\n%s", finding->property,
                                verdict_name(finding->verdict), finding->machine, finding->device,
                                *finding->field ? finding->field : "-", finding->message, command, text);
    int result = file_write_own(path, commented, strlen(commented), err);

    free(command);
    free(text);
    free(commented);
    return result;
}

/* Files of before have none, and may be somebody else's: then the property tells, as far as it does. */
static enum poke read_poke(const json_t *object, const struct finding *finding)
{
    const char *name = json_string_value(json_object_get(object, "poke"));
    const struct property *property = property_find(finding->property);
    enum poke poke = name ? (enum poke)poke_of_name(name) : POKE_NONE;

    return poke == POKE_NONE && property ? property_poke(property) : poke;
}

static int read_one(const char *folder, uint64_t signature, struct finding *finding, struct hs_error *err)
{
    char *path = json_path(folder, signature);
    json_t *object = file_json_read(path, err);
    const char *verdict = json_string_value(json_object_get(object, "verdict"));

    free(path);
    memset(finding, 0, sizeof(*finding));
    finding->signature = signature;
    if (!object) {
        return -1;
    }
    if (!json_is_object(object)) {
        json_decref(object);
        return hs_fail(err, HS_NO_OFFSET, "no JSON object");
    }
    for (size_t i = 0; i < FINDING_TEXTS; i++) {
        const char *value = json_string_value(json_object_get(object, finding_texts[i].key));

        snprintf((char *)finding + finding_texts[i].offset, finding_texts[i].size, "%s", value ? value : "");
    }
    finding->verdict = verdict_of_name(verdict ? verdict : "");
    finding->poke = read_poke(object, finding);
    json_decref(object);
    /* The folder may be somebody else's. */
    finding_make_printable(finding);
    return finding->verdict != VERDICT_COUNT ? 0 : hs_fail(err, HS_NO_OFFSET, "no verdict in it");
}

bool finding_is_known(const char *folder, uint64_t signature)
{
    struct finding finding;

    return read_one(folder, signature, &finding, NULL) == 0;
}

int finding_save(const char *folder, const struct finding *finding, const Hardstop__Case *test, struct hs_error *err)
{
    char *json, *text;
    int result;

    if (finding_is_known(folder, finding->signature)) {
        return 0;
    }
    json = json_path(folder, finding->signature);
    text = finding_case_path(folder, finding);
    /* The JSON comes last: where it is, the finding is whole. */
    result = save_case(text, finding, test, err) < 0 ? -1 : 1;
    if (result > 0 && save_json(json, finding, err) < 0) {
        unlink(text);
        result = -1;
    }
    free(json);
    free(text);
    return result;
}

/* Is it the name of a file of a finding, which is its signature and that end? */
static bool is_name(const char *name, const char *end, uint64_t *signature)
{
    enum { DIGITS = 16 };

    *signature = strtoull(name, NULL, 16);
    return strspn(name, "0123456789abcdef") == DIGITS && strcmp(name + DIGITS, end) == 0;
}

static int by_signature(const void *left, const void *right)
{
    const struct finding *a = left, *b = right;

    return a->signature < b->signature ? -1 : a->signature > b->signature;
}

struct finding *finding_read_all(const char *folder, size_t *n, struct hs_error *err)
{
    struct finding *findings = NULL, finding;
    DIR *directory = opendir(folder);
    struct dirent *entry;
    uint64_t signature;

    *n = 0;
    if (!directory) {
        hs_fail(err, HS_NO_OFFSET, "%s: %s", folder, strerror(errno));
        return NULL;
    }
    while ((entry = readdir(directory))) {
        if (is_name(entry->d_name, ".json", &signature) && read_one(folder, signature, &finding, NULL) == 0) {
            *HS_PUSH(findings, *n) = finding;
        }
    }
    closedir(directory);
    if (!findings) {
        return hs_alloc(sizeof(*findings));
    }
    qsort(findings, *n, sizeof(*findings), by_signature);
    return findings;
}

static void check_json(const char *folder, uint64_t signature, finding_damaged_fn *tell, void *user)
{
    char *path = json_path(folder, signature);
    struct finding finding;
    struct hs_error err;

    if (access(path, F_OK) < 0) {
        tell(user, path, "missing: its case is there");
    } else if (read_one(folder, signature, &finding, &err) < 0) {
        tell(user, path, err.text);
    }
    free(path);
}

static void check_case(const char *folder, uint64_t signature, finding_damaged_fn *tell, void *user)
{
    char *path = finding_case_path(folder, &(struct finding){ .signature = signature });
    struct hs_error err;
    Hardstop__Case *test;

    if (access(path, F_OK) < 0) {
        tell(user, path, "missing: its JSON is there");
        free(path);
        return;
    }
    test = case_read(path, &err);
    if (!test) {
        tell(user, path, hs_reason(&err, path));
    } else if (!test->stream) {
        tell(user, path, "no stream in it");
    }
    case_free(test);
    free(path);
}

static int by_number(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;

    return *a < *b ? -1 : *a > *b;
}

void finding_check_all(const char *folder, finding_damaged_fn *tell, void *user)
{
    DIR *directory = opendir(folder);
    uint64_t *signatures = NULL, signature;
    struct dirent *entry;
    size_t n = 0;

    while (directory && (entry = readdir(directory))) {
        if (is_name(entry->d_name, ".json", &signature) || is_name(entry->d_name, ".textproto", &signature)) {
            *HS_PUSH(signatures, n) = signature;
        }
    }
    if (directory) {
        closedir(directory);
    }
    qsort(signatures ? signatures : &signature, n, sizeof(*signatures), by_number);
    for (size_t i = 0; i < n; i++) {
        /* A whole finding has two files. */
        if (i == 0 || signatures[i] != signatures[i - 1]) {
            check_json(folder, signatures[i], tell, user);
            check_case(folder, signatures[i], tell, user);
        }
    }
    free(signatures);
}

int finding_compare(const struct finding *a, const struct finding *b)
{
    int order = verdict_severity(b->verdict) - verdict_severity(a->verdict);

    order = order ? order : strcmp(a->transport, b->transport);
    order = order ? order : strcmp(a->device, b->device);
    order = order ? order : strcmp(a->field, b->field);
    return order ? order : by_signature(a, b);
}

static int by_severity(const void *left, const void *right)
{
    return finding_compare(left, right);
}

void finding_sort(struct finding *findings, size_t n)
{
    qsort(findings, n, sizeof(*findings), by_severity);
}
