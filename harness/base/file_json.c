/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a JSON file with a limit. */
#include "harness/base/file_json.h"

#include <stdlib.h>

#include "harness/base/file.h"

json_t *file_json_read(const char *path, struct hs_error *err)
{
    struct hs_error reason;
    json_error_t where;
    json_t *value = NULL;
    uint8_t *data;
    size_t size;

    if (file_read(path, &data, &size, &reason) < 0) {
        hs_fail(err, HS_NO_OFFSET, "%s", hs_reason(&reason, path));
        return NULL;
    }
    if (size > FILE_JSON_MOST) {
        hs_fail(err, HS_NO_OFFSET, "%zu bytes, and at most %zu are read", size, FILE_JSON_MOST);
    } else {
        value = json_loadb((const char *)data, size, 0, &where);
        if (!value) {
            hs_fail(err, HS_NO_OFFSET, "%s", where.text);
        }
    }
    free(data);
    return value;
}
