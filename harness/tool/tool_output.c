/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sub-commands write, and the files that come with them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/arguments.h"
#include "harness/base/file.h"
#include "harness/base/printable.h"
#include "harness/message/reflect.h"
#include "harness/tool/tool.h"

int tool_write(const char *path, const void *data, size_t size, struct hs_error *err)
{
    return file_write(path ? path : "-", data, size, err);
}

static int check_apart(const char *const *paths, size_t n, struct hs_error *err)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (paths[i] && paths[k] && file_is_one(paths[i], paths[k])) {
                return hs_fail(err, HS_NO_OFFSET, "%s: one file can take one result, not two", paths[i]);
            }
        }
    }
    return 0;
}

int tool_open_outputs(const char *const *paths, size_t n, struct hs_error *err)
{
    size_t taken = 0;

    for (size_t i = 0; i < n; i++) {
        if (!paths[i]) {
            continue;
        }
        if (file_check_writable(paths[i], err) < 0) {
            return -1;
        }
        taken += file_is_stdout(paths[i]);
    }
    if (check_apart(paths, n, err) < 0) {
        return -1;
    }
    if (taken > 1) {
        return hs_fail(err, HS_NO_OFFSET, "standard output can take one result, not %zu", taken);
    }
    if (taken) {
        file_keep_stdout();
    }
    return 0;
}

int tool_write_case(const char *path, const Hardstop__Case *test, struct hs_error *err)
{
    uint8_t *data;
    size_t size = hardstop__case__get_packed_size(test);
    int result;

    if (size > REFLECT_MAX_INPUT) {
        return hs_fail(err, HS_NO_OFFSET, "a case of %zu MiB could not be read again, %zu is the most; a name in .mig "
                                          "gets the bytes of its stream",
                       size >> 20, REFLECT_MAX_INPUT >> 20);
    }
    if (tool_ends_in(path, ".case")) {
        data = case_pack(test, &size);
    } else {
        data = (uint8_t *)case_text(test);
        size = strlen((char *)data);
    }
    result = tool_write(path, data, size, err);
    free(data);
    return result;
}

bool tool_ends_in(const char *path, const char *ending)
{
    size_t length = path ? strlen(path) : 0;

    return length >= strlen(ending) && strcmp(path + length - strlen(ending), ending) == 0;
}

bool tool_names_case(const char *path)
{
    return tool_ends_in(path, ".textproto") || tool_ends_in(path, ".case");
}

char *tool_corpus(const char *name)
{
    char *beside = hs_format("../share/hardstop/%s", name), *path = arguments_beside(beside);

    free(beside);
    if (access(path, R_OK) != 0) {
        free(path);
        path = NULL;
    }
    return path;
}

void tool_tell_damaged(void *user, const char *path, const char *why)
{
    size_t *n = user;

    printable_print(stderr, "hardstop: %s: %s\n", path, why);
    ++*n;
}

void tool_json(FILE *out, const void *json)
{
    json_dumpf(json, out, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    putc('\n', out);
}

void tool_print_json(json_t *json)
{
    tool_json(stdout, json);
    json_decref(json);
}
