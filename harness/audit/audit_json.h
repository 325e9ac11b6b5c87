/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An audit as JSON.  The format is stable: `version` goes up when a key changes its meaning or goes away; new keys may
 * come, and a reader leaves alone what it does not know.
 *
 *   version    1
 *   setup      binary, machine, device [], global [], option [], memory, framing: "footer", "legacy", or null where the
 *              machine type decides; defaults: true where QEMU adds devices of its own
 *   loader     what loaded: "QEMU 7.2.22"
 *   section    idstr; "" for a whole stream
 *   bytes      of what was audited
 *   streams    how many were loaded: neighbours of one edit and value that give the same bytes are one
 *   edits      for each edit that has cells, how many of each verdict
 *   fields     path, offset, size: contiguous from offset 0
 *   refusals   of the cells that are rejected: cells, and how many of them have a text that names the section, the
 *              device, the field, a reason; that names an other section; that is silent (harness/finding/naming.h)
 *   messages   text (all that was printed, lines joined by " | "), names [], cells: each text with what it names of the
 *              place that was damaged, by their first cells.  Both are missing where that is not known, as in files
 *              of an older hardstop, and where nothing is rejected
 *   findings   signature (16 hex digits), property, verdict, device, field, message, what identifies it (kind,
 *              crash, machine, transport, same; files without `kind` are read, too), its first cell (edit, value,
 *              offset), how many cells, case (path below the folder of --work, or "")
 *   cells      by edit, value and offset: one {offset, field, edit, value, verdict, message} for each cell that is not
 *              rejected; consecutive rejected ones with the same message are one {offset, count, edit, value, verdict,
 *              message, said}: said is the index in `messages`, whose text begins with the message
 *
 * Fields, findings and cells take a line each, so that a diff of two files says what changed.  Equal audits give the
 * same bytes.
 */
#ifndef HARDSTOP_AUDIT_AUDIT_JSON_H
#define HARDSTOP_AUDIT_AUDIT_JSON_H

#include <stdio.h>

#include "harness/audit/audit.h"

#define AUDIT_JSON_VERSION 1

/* Prints an audit, which has a setup.  Paths of cases are printed as they stand below its `work`. */
void audit_json_print(FILE *out, const struct audit *audit);
/* The same into a file, which is there whole or not at all.  0, or -1 with a reason. */
int audit_json_write(const char *path, const struct audit *audit, struct hs_error *err);

/*
 * Reads what was printed into `audit` (zeroed).  What contradicts itself is refused: counts that the cells do not have,
 * cells twice, fields with gaps.  Paths of cases are as they stand there; audit_set_work() completes them.  0, or -1
 * with a reason that names the key and the index; `audit` is then zeroed.
 */
int audit_json_parse(const char *text, size_t size, struct audit *audit, struct hs_error *err);
int audit_json_read(const char *path, struct audit *audit, struct hs_error *err);

#endif
