/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The macros that tables and their rows are written with. */
#ifndef HARDSTOP_WIRE_TABLE_H
#define HARDSTOP_WIRE_TABLE_H

#include "harness/base/check.h"
#include "harness/wire/field_decode.h"

/* Rows.  `type` is the generated struct, `member` the field's name in the schema and, but for keywords, in C. */
#define FIELD_SCALAR_(type, member, bytes)                                                   \
    .name = #member, .width = (bytes), .size = sizeof(((type *)0)->member),                  \
    .value = offsetof(type, member), .quantifier = offsetof(type, has_##member)
#define FIELD_NUMBER(type, member, bytes, ...) \
    { .kind = FIELD_UINT, FIELD_SCALAR_(type, member, bytes), __VA_ARGS__ }
#define FIELD_COUNT_OF(type, member, bytes, rows, ...) \
    { .kind = FIELD_COUNT, FIELD_SCALAR_(type, member, bytes), .counts = (rows), __VA_ARGS__ }
#define FIELD_NUMBERS(type, member, bytes, ...)                                                     \
    { .kind = FIELD_UINT, .repeated = true, .name = #member, .width = (bytes),                      \
      .size = sizeof(*((type *)0)->member), .value = offsetof(type, member),                        \
      .quantifier = offsetof(type, n_##member), __VA_ARGS__ }
#define FIELD_BLOB(type, member, ...)                                        \
    { .kind = FIELD_BYTES, .name = #member, .value = offsetof(type, member), \
      .quantifier = offsetof(type, has_##member), __VA_ARGS__ }
#define FIELD_STRUCT(type, member, table, ...) \
    { .kind = FIELD_MESSAGE, .name = #member, .value = offsetof(type, member), .message = (table), __VA_ARGS__ }
#define FIELD_STRUCTS(type, member, table, ...)                                                       \
    { .kind = FIELD_MESSAGE, .repeated = true, .name = #member, .value = offsetof(type, member),      \
      .quantifier = offsetof(type, n_##member), .message = (table), __VA_ARGS__ }
#define FIELD_ONEOF(type, member, oneof, number, table, ...)                            \
    { .kind = FIELD_MESSAGE, .name = #member, .value = offsetof(type, member),          \
      .quantifier = offsetof(type, oneof), .tag = (number), .message = (table), __VA_ARGS__ }
#define FIELD_SUBSECTION_LIST(type, member, set)                                                       \
    { .kind = FIELD_SUBSECTIONS, .repeated = true, .name = #member, .value = offsetof(type, member),   \
      .quantifier = offsetof(type, n_##member), .subsections = (set) }
#define FIELD_REST(type) FIELD_BLOB(type, rest, .present = field_has_rest, .count = field_rest)
#define FIELD_FLAG .min = 0, .max = 1
#define TABLE(prefix, rows) { .descriptor = &prefix##__descriptor, .fields = (rows), .n_fields = HS_COUNT(rows) }

#endif
