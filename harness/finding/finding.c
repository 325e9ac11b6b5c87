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
#include "harness/base/shell.h"
#include "harness/base/printable.h"
#include "harness/case/case.h"

const struct finding_text finding_texts[FINDING_TEXTS] = {
#define TEXT(member) { #member, offsetof(struct finding, member), sizeof(((struct finding *)0)->member) }
    TEXT(property), TEXT(device), TEXT(field), TEXT(crash), TEXT(machine), TEXT(transport), TEXT(message),
    TEXT(same),
};

void finding_make_printable(struct finding *finding)
{
    for (size_t i = 0; i < FINDING_TEXTS; i++) {
        printable_make((char *)finding + finding_texts[i].offset);
    }
}

char *finding_case_path(const char *folder, const struct finding *finding)
{
    return hs_format("%s/%016" PRIx64 ".textproto", folder, finding->signature);
}

char *finding_command(const char *program, const Hardstop__Setup *setup, const char *path)
{
    char *word = shell_word(path);
    char *command = hs_format("%s repro --confirm%s %s", program, setup ? trust_option(setup) : "", word);

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
    text = json_dumps(object, JSON_INDENT(2) | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
    json_decref(object);
    if (!text) {
        return hs_fail(err, HS_NO_OFFSET, "%s: a text of the finding is not UTF-8", path);
    }
    result = file_write(path, text, strlen(text), err);
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
    int result = file_write(path, commented, strlen(commented), err);

    free(command);
    free(text);
    free(commented);
    return result;
}

static bool read_one(const char *folder, const char *name, struct finding *finding)
{
    char *path = hs_format("%s/%s", folder, name);
    json_t *object = json_load_file(path, 0, NULL);
    char *end;

    free(path);
    memset(finding, 0, sizeof(*finding));
    finding->signature = strtoull(name, &end, 16);
    if (!json_is_object(object) || end != name + 16 || strcmp(end, ".json") != 0) {
        json_decref(object);
        return false;
    }
    for (size_t i = 0; i < FINDING_TEXTS; i++) {
        const char *value = json_string_value(json_object_get(object, finding_texts[i].key));

        snprintf((char *)finding + finding_texts[i].offset, finding_texts[i].size, "%s", value ? value : "");
    }
    finding->verdict = verdict_of_name(json_string_value(json_object_get(object, "verdict"))
                                           ? json_string_value(json_object_get(object, "verdict"))
                                           : "");
    json_decref(object);
    return finding->verdict != VERDICT_COUNT;
}

bool finding_is_known(const char *folder, uint64_t signature)
{
    char *name = hs_format("%016" PRIx64 ".json", signature);
    struct finding finding;
    bool known = read_one(folder, name, &finding);

    free(name);
    return known;
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
    result = save_case(text, finding, test, err) < 0 || save_json(json, finding, err) < 0 ? -1 : 1;
    free(json);
    free(text);
    return result;
}

static int by_signature(const void *left, const void *right)
{
    const struct finding *a = left, *b = right;

    return a->signature < b->signature ? -1 : a->signature > b->signature;
}

struct finding *finding_read_all(const char *folder, size_t *n, struct hs_error *err)
{
    struct finding *findings = hs_alloc(sizeof(*findings)), finding;
    DIR *directory = opendir(folder);
    struct dirent *entry;

    *n = 0;
    if (!directory) {
        hs_fail(err, HS_NO_OFFSET, "%s: %s", folder, strerror(errno));
        free(findings);
        return NULL;
    }
    while ((entry = readdir(directory))) {
        if (strlen(entry->d_name) == 21 && read_one(folder, entry->d_name, &finding)) {
            findings = hs_resize(findings, *n + 1, sizeof(*findings));
            findings[(*n)++] = finding;
        }
    }
    closedir(directory);
    qsort(findings, *n, sizeof(*findings), by_signature);
    return findings;
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
