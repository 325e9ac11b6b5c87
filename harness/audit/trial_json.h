/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trials kept as JSON: written by hardstop experiment --json, read by its --from. */
#ifndef HARDSTOP_AUDIT_TRIAL_JSON_H
#define HARDSTOP_AUDIT_TRIAL_JSON_H

#include <jansson.h>

#include "harness/audit/trial.h"

/*
 * {"trials": [{"device", "transport", "state", "framing", "loader", "program" (both "" where not known), "bytes",
 * "streams", "verdicts": {"rejected": n, ...}, "config_vector": {"missing", "extra"} (null where there is none),
 * "end": {"missing": [4 verdicts], "extra": [4]}, "between": {...},
 * "first": [{"edit", "value", "offset", "field", "verdict"}], "example"}]}
 */
json_t *trial_json(const struct trial *trials, size_t n);
/* Reads that; free the list.  NULL with a reason. */
struct trial *trial_json_read(const char *path, size_t *n, struct hs_error *err);

#endif
