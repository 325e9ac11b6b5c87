/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holds a meeting: opens each QEMU once, makes its states, and sends them to the others and back. */
#ifndef HARDSTOP_COMPAT_MEET_H
#define HARDSTOP_COMPAT_MEET_H

#include <jansson.h>

#include "harness/compat/meeting.h"

/*
 * One object for each state that was sent: {"transport", "device", "state": "fresh", "whole", "booted" (each device's
 * sections of a guest that ran, without its memory), "booted, whole", "canary", "canary, shared
 * features" (those that all sides offer), "guest" or "search", "from", "to", "machine": that of "to", "promise": bool
 * (both have one machine type, and it has a version), "verdict", "section", "words", "differences": [{"change",
 * "device", "field", "given", "kept", "reason"}], "fields": how many of those given are not kept, "back": verdict of
 * the way back, or null, "back_words", "case": path, or null}, and of what is not kept "layout" and "properties", how
 * the two sides differ (layout.h), and "bytes", those that were given beside those that were kept (bytes_beside.h).
 * What could not be sent, as a QEMU lacks the device, has "verdict": "left out", with the reason in "words"; a search
 * has one with "noted" besides, and "states", how many were sent; how two sides differ by
 * themselves is the state "layout", "noted", too.  Free it with json_decref().
 */
json_t *meet(const struct meeting *meeting);
/* The same where that was not done: each has that verdict, "unknown" or "left out", and the reason. */
json_t *meet_lost(const struct meeting *meeting, const char *verdict, const char *why);

#endif
