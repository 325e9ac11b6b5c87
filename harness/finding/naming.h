/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a refusal's words name of the place that was damaged.  QEMU's words are a maintainer's only trace of where a
 * stream went wrong: those that name nothing, or another place, cost a day.
 *
 * Every shape of words that counts, and why, is a row of the tables in naming_rows.c; praise is given for nothing else.
 */
#ifndef HARDSTOP_FINDING_NAMING_H
#define HARDSTOP_FINDING_NAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Between two lines of a text. */
#define NAMING_BREAK " | "

enum naming {
    /* The damaged section: its idstr, where QEMU puts that of the section it reads, and its instance; or its number. */
    NAMING_SECTION,
    NAMING_DEVICE, /* by the name that a user knows, the idstr's last part: "virtio-net" */
    /*
     * The field that was hit: QEMU's own name for it, or that of a check on it.  Which element of an array is not asked
     * for, nor which of two that QEMU calls alike; but where a check says which element, it is the right one.
     */
    NAMING_FIELD,
    /*
     * What was read and what would have been right, both, of the field that is named.  Of another one, what was read
     * was out of step.
     */
    NAMING_REASON,
    /* Out of step: another section's idstr, instance or number, or what none has.  Then the text names nothing else. */
    NAMING_OTHER,
    NAMING_SILENT, /* no word, or no more than an error number's */
    NAMINGS,
};

#define NAMING_BIT(naming) (1u << (naming))

/* What is true of a damage. */
struct naming_place {
    const char *idstr; /* printable; "": the damage is in no section, or in one without a name */
    uint32_t section_id, instance_id;
    const char *path; /* of the field that was hit, as by map.h; "": none, as where sections are swapped */
    /* The field is in the section's header: what QEMU calls the section is then no sign of being out of step. */
    bool is_header;
};

/* How a naming is called in JSON and in tables, "section"; and behind a share of texts, "name the section". */
const char *naming_name(enum naming naming);
const char *naming_short(enum naming naming);
/* The naming of that name, or NAMINGS. */
enum naming naming_of_name(const char *name);

/* The set, of NAMING_BIT(), of what a text names: all that was printed for a load, its lines joined by NAMING_BREAK. */
unsigned naming_judge(const char *text, const struct naming_place *place);
/* Its two parts: what is the same for all fields of a section's header, and for all others, */
unsigned naming_judge_section(const char *text, const struct naming_place *place);
/* and the set, of one field, of which `named` is that part. */
unsigned naming_judge_field(const char *text, const char *path, unsigned named);

/* From the worst to the best: how useful the text is to who must find the damage.  0 names another section. */
int naming_rank(unsigned named);

#endif
