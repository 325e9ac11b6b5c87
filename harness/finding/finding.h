/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings: cases for which a property does not hold, told apart by a signature and kept in a folder.
 * What makes two of them the same is said, and found out, in identify.h.
 */
#ifndef HARDSTOP_FINDING_FINDING_H
#define HARDSTOP_FINDING_FINDING_H

#include "harness/judge/property.h"

struct finding {
    char property[64];
    enum verdict verdict;
    char device[64]; /* section, without the path of its instance: "virtio-net" */
    char field[256]; /* without indexes: "virtio.queue[].num"; "" where none can be named */
    char kind[32]; /* of what is at that place: "field of a table", "section header" ...; "" where none can be named */
    char crash[192]; /* "SIGSEGV qemu-system-s390x+0x2f8ed3", "spins at ..."; "" where no stack tells */
    char source[64]; /* "net/net.c:123", of the program: where that is; "" where it has no debug information */
    char machine[128]; /* binary and machine type */
    char transport[8]; /* "ccw", "pci" or "" */
    char message[512]; /* one line for a person */
    char same[512]; /* what makes it the same as another: "accepted-resaves-equal: virtio.queue[].num" */
    uint64_t signature; /* XXH3 of `same` */
    enum poke poke; /* at which it shows; POKE_NONE: at the load; POKES: one that its file does not name */
};

#define FINDING_TEXTS 10

/* Where each text of a finding stands in its struct, and its key in JSON. */
extern const struct finding_text {
    const char *key;
    size_t offset, size;
} finding_texts[FINDING_TEXTS];

/* The first property that does not hold, as a finding; false when all hold or have nothing to judge. */
bool finding_of(const struct judgement *judgement, struct finding *finding);
/* The finding that a given property's failure is; all its texts are printable. */
void finding_describe(const struct judgement *judgement, const struct property *property, struct finding *finding);

/* Puts ? for what is not printable: QEMU's words and idstrs can hold any byte. */
void finding_make_printable(struct finding *finding);

/*
 * Saves the finding and its case in `folder`, as <signature>.textproto and <signature>.json, each written beside and
 * renamed, so that a kill at any time leaves whole files; links of that name are replaced, not followed.  1 when it is
 * new, 0 when one of its signature was there, -1 with a reason.
 */
int finding_save(const char *folder, const struct finding *finding, const Hardstop__Case *test, struct hs_error *err);

/* True when the folder has a finding of that signature. */
bool finding_is_known(const char *folder, uint64_t signature);

/*
 * Reads every finding of a folder whose JSON can be read, sorted by signature; free it.  NULL with a reason when the
 * folder cannot be read.
 */
struct finding *finding_read_all(const char *folder, size_t *n, struct hs_error *err);

/* Told of a file that is missing or cannot be read, and why. */
typedef void finding_damaged_fn(void *user, const char *path, const char *why);
/* Looks for findings of a folder of which not both files are whole; finding_read_all() leaves out some of them. */
void finding_check_all(const char *folder, finding_damaged_fn *tell, void *user);

/* Negative, 0 or positive; the worst first: crashed, hung, garbage, equal; then transport, device, field, signature. */
int finding_compare(const struct finding *left, const struct finding *right);
void finding_sort(struct finding *findings, size_t n);

/* May it be unsafe for memory: a crash by a bad access, or one that a sanitizer reports?  Not to be published first. */
bool finding_may_be_unsafe(const struct finding *finding);

/*
 * The command, for a shell, by which `program` shows a finding's case on an unmodified QEMU: with all that it needs to
 * start that setup.  Free it.
 */
char *finding_command(const char *program, const Hardstop__Setup *setup, const char *path);

/* The path of a finding's case; free it. */
char *finding_case_path(const char *folder, const struct finding *finding);

#endif
