/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the members of an object without parsing them, then parses them whole or element by element. */
#include "harness/audit/json_parts.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

static size_t skip_space(const char *text, size_t size, size_t at)
{
    while (at < size && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) {
        at++;
    }
    return at;
}

/* Where a value ends, if it is well-formed; it is parsed later. */
static size_t skip_value(const char *text, size_t size, size_t at)
{
    size_t depth = 0;
    bool quoted = false;

    for (; at < size; at++) {
        if (quoted) {
            quoted = text[at] != '"';
            at += text[at] == '\\';
        } else if (text[at] == '"') {
            quoted = true;
        } else if (text[at] == '[' || text[at] == '{') {
            depth++;
        } else if (depth == 0 && (text[at] == ',' || text[at] == ']' || text[at] == '}')) {
            return at;
        } else if (text[at] == ']' || text[at] == '}') {
            depth--;
        }
    }
    return size;
}

/* Parses what begins at `*at`, which is then behind it. */
static json_t *parse_next(const char *text, size_t size, size_t *at, struct hs_error *err)
{
    json_error_t reason;
    json_t *value = json_loadb(text + *at, size - *at,
                               JSON_DECODE_ANY | JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &reason);

    if (!value) {
        hs_fail(err, HS_NO_OFFSET, "%s", reason.text);
        return NULL;
    }
    *at += (size_t)reason.position;
    return value;
}

json_t *json_part_parse(const struct json_part *part, struct hs_error *err)
{
    json_error_t reason;
    json_t *value = json_loadb(part->text, part->size, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &reason);

    if (!value) {
        hs_fail(err, HS_NO_OFFSET, "\"%s\": %s", part->key, reason.text);
    }
    return value;
}

static int keep_part(struct json_part *parts, size_t n, const struct json_part *part, struct hs_error *err)
{
    json_t *value;

    for (size_t i = 0; i < n; i++) {
        if (strcmp(parts[i].key, part->key) == 0) {
            if (parts[i].text) {
                return hs_fail(err, HS_NO_OFFSET, "\"%s\" is there twice", part->key);
            }
            parts[i].text = part->text;
            parts[i].size = part->size;
            return 0;
        }
    }
    /* Its value is not used, but must be JSON all the same. */
    value = json_part_parse(part, err);
    json_decref(value);
    return value ? 0 : -1;
}

static int split_member(const char *text, size_t size, size_t *at, struct json_part *parts, size_t n,
                        struct hs_error *err)
{
    json_t *name = parse_next(text, size, at, err);
    struct json_part part = { .key = json_string_value(name) };
    int result = -1;

    *at = skip_space(text, size, *at);
    if (!name) {
        return -1;
    }
    if (!part.key || *at == size || text[*at] != ':') {
        hs_fail(err, HS_NO_OFFSET, "a key that is no text, or has no value");
    } else {
        *at = skip_space(text, size, *at + 1);
        part.text = text + *at;
        *at = skip_value(text, size, *at);
        part.size = (size_t)(text + *at - part.text);
        result = keep_part(parts, n, &part, err);
    }
    json_decref(name);
    return result;
}

int json_parts_split(const char *text, size_t size, struct json_part *parts, size_t n, struct hs_error *err)
{
    size_t at = skip_space(text, size, 0);

    if (at == size || text[at] != '{') {
        return hs_fail(err, HS_NO_OFFSET, "no JSON object");
    }
    do {
        at = skip_space(text, size, at + 1);
        if (split_member(text, size, &at, parts, n, err) < 0) {
            return -1;
        }
        at = skip_space(text, size, at);
    } while (at < size && text[at] == ',');
    if (at == size || text[at] != '}') {
        return hs_fail(err, HS_NO_OFFSET, "the JSON object does not end");
    }
    if (skip_space(text, size, at + 1) != size) {
        return hs_fail(err, HS_NO_OFFSET, "something is behind the JSON object");
    }
    for (size_t i = 0; i < n; i++) {
        if (!parts[i].text && !parts[i].is_optional) {
            return hs_fail(err, HS_NO_OFFSET, "\"%s\" is missing", parts[i].key);
        }
    }
    return 0;
}

int json_part_each(const struct json_part *part, json_part_fn *read, void *user, struct hs_error *err)
{
    const char *text = part->text;
    size_t size = part->size, at = skip_space(text, size, 1), n = 0;

    if (size == 0 || *text != '[') {
        return hs_fail(err, HS_NO_OFFSET, "\"%s\" is no list", part->key);
    }
    while (at < size && (n || text[at] != ']')) {
        json_t *element = parse_next(text, size, &at, err);
        int result = element ? read(user, element, err) : -1;

        json_decref(element);
        if (result < 0) {
            return hs_fail_in(err, "\"%s\"[%zu]", part->key, n);
        }
        n++;
        at = skip_space(text, size, at);
        if (at == size || text[at] != ',') {
            break;
        }
        at = skip_space(text, size, at + 1);
    }
    if (at >= size || text[at] != ']' || skip_space(text, size, at + 1) != size) {
        return hs_fail(err, HS_NO_OFFSET, "\"%s\" does not end behind its %zu elements", part->key, n);
    }
    return 0;
}

int json_as_number(const json_t *value, const char *key, uint64_t max, uint64_t *number, struct hs_error *err)
{
    json_int_t integer = json_integer_value(value);

    if (!json_is_integer(value)) {
        return hs_fail(err, HS_NO_OFFSET, "\"%s\" is %s", key, value ? "no whole number" : "missing");
    }
    if (integer < 0 || (uint64_t)integer > max) {
        return hs_fail(err, HS_NO_OFFSET, "\"%s\" is %" JSON_INTEGER_FORMAT ", not from 0 to %" PRIu64, key, integer,
                       max);
    }
    *number = (uint64_t)integer;
    return 0;
}

int json_get_number(const json_t *object, const char *key, uint32_t max, uint32_t *number, struct hs_error *err)
{
    uint64_t wide;

    if (json_as_number(json_object_get(object, key), key, max, &wide, err) < 0) {
        return -1;
    }
    *number = (uint32_t)wide;
    return 0;
}

/* NULL with a reason. */
const char *json_get_text(const json_t *object, const char *key, struct hs_error *err)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_string(value)) {
        hs_fail(err, HS_NO_OFFSET, "\"%s\" is %s", key, value ? "no text" : "missing");
    }
    return json_string_value(value);
}
