/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words that count, as rows; naming.c looks for them. */
#ifndef HARDSTOP_FINDING_NAMING_ROWS_H
#define HARDSTOP_FINDING_NAMING_ROWS_H

#include <stddef.h>

/* What stands behind `words` and, later in the line, `then` ("" for nothing more). */
struct naming_section_row {
    const char *words, *then;
    enum { NAMING_BY_IDSTR, NAMING_BY_NUMBER, NAMING_BY_INSTANCE } by;
};

/* Where QEMU puts the section that it believes to be in. */
extern const struct naming_section_row naming_section_rows[];
extern const size_t naming_n_section_rows;

/*
 * A check on a field.  In `path` a * is anything, and a % an index, which is then also that of the % in `words`; it
 * must match the whole path.
 */
struct naming_field_row {
    const char *path, *words;
};

extern const struct naming_field_row naming_field_rows[];
extern const size_t naming_n_field_rows;

/* Words behind which QEMU's name of a field stands: "Failed to load PCIDevice:config". */
struct naming_name_row {
    const char *words, *then;
};

extern const struct naming_name_row naming_name_rows[];
extern const size_t naming_n_name_rows;

/* What was read, and later in the line what is right. */
struct naming_reason_row {
    const char *read, *right;
};

extern const struct naming_reason_row naming_reason_rows[];
extern const size_t naming_n_reason_rows;

/* What a line of an error number alone begins with. */
extern const char *const naming_bare_rows[];
extern const size_t naming_n_bare_rows;

#endif
