/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several QEMUs with one machine and device meet: each state of each goes to the others and back. */
#ifndef HARDSTOP_COMPAT_MEETING_H
#define HARDSTOP_COMPAT_MEETING_H

#include <jansson.h>

#include "harness/compat/compat.h"
#include "harness/setup/family.h"

enum { MEETING_SIDES = 16 };

struct meeting {
    const char *transport, *device; /* for people and scripts */
    /* NULL: each device's sections are a state alone; else all that a table of ours describes are one. */
    const struct family *family;
    const char *names[MEETING_SIDES]; /* of the sides: "7.2.22" */
    Hardstop__Setup *setups[MEETING_SIDES];
    size_t n;
    bool sends[MEETING_SIDES][MEETING_SIDES]; /* from the first to the second */
    bool strict; /* that one side alone starts leaves something without a verdict */
    /* The machine as it starts is a state; without a family, its whole stream is another, which is only to be taken. */
    bool fresh;
    bool booted; /* so is what the firmware leaves, without a family */
    bool guest; /* so is what a small guest of ours leaves, where there is one for the family */
    bool canary; /* a state with a value of its own in each field is one, too, where there is a family */
    Hardstop__Case *seed; /* of such a state, perhaps of another machine type; NULL: there is none */
    const char *folder; /* gets the case of each break, see finding_save(); NULL: none is kept */
};

/*
 * One object for each state that was sent: {"transport", "device", "state": "fresh", "whole", "booted", "booted, whole"
 * (of a guest that ran the first has each device's sections without guest memory), "canary" or "guest", "from", "to",
 * "machine": that of "to", "promise": bool (both have one machine type, and it has a version), "verdict", "section",
 * "words", "differences": [{"change", "device", "field", "given", "kept", "reason"}], "fields": how many of those given
 * are not kept, "back": verdict of the way back, or null, "back_words", "case": path, or null}, and of what is not kept
 * "layout" and "properties", how the two sides differ (layout.h), and "bytes", those that were given beside those that
 * were kept (bytes_beside.h).  What could not be sent, as a QEMU lacks the device, has "verdict": "left out", with the
 * reason in "words".  Free it with json_decref().
 */
json_t *meeting_hold(const struct meeting *meeting);
/* The same where that was not done: each has that verdict, "unknown" or "left out", and the reason. */
json_t *meeting_lost(const struct meeting *meeting, const char *verdict, const char *why);

#endif
