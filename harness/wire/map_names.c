/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is called what: the parts of a stream, devices, and paths without the numbers in them. */
#include <string.h>

#include "harness/wire/map.h"

const char *map_part_name(enum field_part part)
{
    static const char *const names[FIELD_PARTS] = {
        [FIELD_PART_STREAM] = "stream", [FIELD_PART_SECTION_TYPE] = "section type",
        [FIELD_PART_SECTION_HEADER] = "section header", [FIELD_PART_FOOTER] = "footer",
        [FIELD_PART_SUBSECTION_HEADER] = "subsection header", [FIELD_PART_TABLE] = "field of a table",
        [FIELD_PART_DESCRIPTION] = "field of the description", [FIELD_PART_RECORD] = "field of a record",
        [FIELD_PART_RUN] = "records of guest RAM", [FIELD_PART_UNNAMED] = "bytes without a name",
    };

    return names[part];
}

void map_device_of(const void *idstr, size_t length, char *name, size_t size)
{
    const char *from = idstr;
    const char *slash = length ? memrchr(from, '/', length) : NULL;
    size_t n = 0;

    if (slash) {
        length -= (size_t)(slash + 1 - from);
        from = slash + 1;
    }
    for (; n + 1 < size && n < length; n++) {
        name[n] = from[n] >= 0x20 && from[n] < 0x7f ? from[n] : '?';
    }
    name[n] = 0;
}

void map_device_name(const Hardstop__Section *section, char *name, size_t size)
{
    map_device_of(section->idstr.data, section->has_idstr ? section->idstr.len : 0, name, size);
}

/* How much of what is in brackets says which element it is, and not of what kind; records are told by their address. */
static size_t index_length(const char *path, const char *inside)
{
    size_t digits = strspn(inside, "0123456789");
    const char *end = strchr(inside, ']'), *plus;

    if (!end || end == inside + digits) {
        return end ? digits : 0;
    }
    plus = memrchr(inside, '+', (size_t)(end - inside));
    return strncmp(path, "block[", strlen("block[")) == 0 || strncmp(plus ? plus + 1 : inside, "0x", 2) == 0
               ? (size_t)(end - inside)
               : 0;
}

void map_path_without_indexes(const char *path, char *out, size_t size)
{
    const char *at = path;
    size_t n = 0;

    while (*at && n + 1 < size) {
        out[n++] = *at++;
        at += at[-1] == '[' ? index_length(path, at) : 0;
    }
    out[n] = 0;
}
