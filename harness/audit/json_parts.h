/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a large JSON object part by part: a tree of hundreds of thousands of elements would take a hundred times the
 * memory of what is made of them.  Errors name the key, the index and the reason.
 */
#ifndef HARDSTOP_AUDIT_JSON_PARTS_H
#define HARDSTOP_AUDIT_JSON_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "harness/base/error.h"

/* A member of the outermost object; the caller gives the key, all else zero. */
struct json_part {
    const char *key;
    const char *text; /* of its value, in the text that was split; not parsed yet */
    size_t size;
    bool is_optional; /* may be missing; `text` is then NULL */
};

/*
 * Finds the `n` members whose keys are given; all but the optional ones must be there, once.  Others may be there, too.
 * 0, or -1.
 */
int json_parts_split(const char *text, size_t size, struct json_part *parts, size_t n, struct hs_error *err);

/* Parses a whole part; NULL with a reason. */
json_t *json_part_parse(const struct json_part *part, struct hs_error *err);

/* 0, or -1 with a reason, which ends the list. */
typedef int json_part_fn(void *user, const json_t *element, struct hs_error *err);

/* Parses a part that is a list, one element at a time, and calls `read` for each.  0, or -1. */
int json_part_each(const struct json_part *part, json_part_fn *read, void *user, struct hs_error *err);

/* A whole number from 0 to `max`; `key` is what a reason calls it.  0, or -1. */
int json_as_number(const json_t *value, const char *key, uint64_t max, uint64_t *number, struct hs_error *err);
/* The same of a member of an object. */
int json_get_number(const json_t *object, const char *key, uint32_t max, uint32_t *number, struct hs_error *err);
/* The text of a member, as long as the object lives; NULL with a reason. */
const char *json_get_text(const json_t *object, const char *key, struct hs_error *err);

#endif
