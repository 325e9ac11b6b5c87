/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the case of a known finding shows on a QEMU of the user's choice. */
#ifndef HARDSTOP_FINDING_REPLAY_H
#define HARDSTOP_FINDING_REPLAY_H

#include "harness/finding/known.h"
#include "harness/setup/trust.h"

struct replay {
    char name[128]; /* of the case */
    char qemu[32]; /* version: "7.2.22" */
    enum known_state state;
    uint64_t signature; /* of what is shown; 0: no property fails, or the line is not applicable or not tried */
    double seconds; /* that it took; 0 of what is recorded */
    char words[640]; /* what is shown, as known_compare() has it, or why it is not applicable or not tried; one line */
};

/*
 * Starts a QEMU without a machine, to see that it can be entered; its version goes to `version`, of the size of a
 * replay's.  0, or -1 with a reason.
 */
int replay_version(const char *program, char *version, struct hs_error *err);

/*
 * Replays a line's case on `program`, a path or a name in PATH, or on that beside it (see program.h); NULL: on the
 * case's own.  `trust` says whose words the case's setup is made of; a program that is given is the user's.  Fills all
 * but `replay->qemu`.  Where no QEMU can be opened with the case's setup, the line is not applicable; where `program`
 * has none of the case's architecture beside it, it is not tried.  0, or -1 with a reason: no verdict.
 */
int replay_line(const struct known *known, const struct known_line *line, const char *program, enum trust trust,
                struct replay *replay, struct hs_error *err);

/* Replays, at most one of a case and a QEMU. */
struct replays {
    struct replay *list;
    size_t n;
};

/* The replay of that case on that QEMU, or NULL. */
const struct replay *replays_find(const struct replays *replays, const char *name, const char *qemu);
/* Adds a copy, or puts it in the place of that of the same case and QEMU. */
void replays_put(struct replays *replays, const struct replay *replay);
/* The versions that are in the list, the oldest first; free the list. */
const char **replays_versions(const struct replays *replays, size_t *n);
void replays_clear(struct replays *replays);

/*
 * Reads lines of case, version, state, signature (or "-") and words between tabs, and comments (#).  A file that is
 * not there has none.  0, or -1 with a reason; replays_clear() is needed in both cases.
 */
int replays_read(const char *path, struct replays *replays, struct hs_error *err);
/* Writes those of the list's lines, in its order, that way.  0, or -1 with a reason. */
int replays_write(const char *path, const struct replays *replays, const struct known *known, struct hs_error *err);

#endif
