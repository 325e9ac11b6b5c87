/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of an audit's JSON that tell what was said: `refusals`, `messages`, and `said` of a cell. */
#ifndef HARDSTOP_AUDIT_AUDIT_JSON_SAID_H
#define HARDSTOP_AUDIT_AUDIT_JSON_SAID_H

#include <stdio.h>

#include "harness/audit/audit.h"
#include "harness/audit/json_parts.h"

/* A printable text as a JSON string. */
void audit_json_quote(FILE *out, const char *text);

/* Both members with a comma behind them, or nothing where nothing is known. */
void audit_json_print_said(FILE *out, const struct audit *audit);

/* Reads the messages, without their cells, from a part that may be missing.  0, or -1 with a reason. */
int audit_json_read_messages(const struct json_part *part, struct audit *audit, struct hs_error *err);
/* Reads `said` of a rejected cell into the run, which has its message; it may be missing.  0, or -1 with a reason. */
int audit_json_get_said(const struct audit *audit, const json_t *cell, struct audit_run *run, struct hs_error *err);
/* Once the cells are there: -1 with a reason where these have other counts than a part says. */
int audit_json_check_said(const struct json_part *messages, const struct json_part *refusals,
                          const struct audit *audit, struct hs_error *err);

#endif
