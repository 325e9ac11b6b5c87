/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fresh device made one that a guest has brought into use: its features, and where its rings are. */
#ifndef HARDSTOP_CANARY_QUEUES_H
#define HARDSTOP_CANARY_QUEUES_H

#include "harness/canary/canary_search.h"

/* The first subsection of that name, or NULL. */
Hardstop__Subsection *queues_subsection(const Hardstop__VirtioSection *device, const char *name);

/* Gives the device these features, as if its guest had taken them. */
void queues_set_features(Hardstop__VirtioSection *device, uint64_t features);
/* Which it offers; the search's test is left with more than these.  0, or -1 with a reason. */
int queues_ask_features(struct canary_search *search, uint64_t *offered);
/* Gives the device all features that it offers; 0, or -1 with a reason. */
int queues_negotiate(struct canary_search *search);

/*
 * Gives queue `i` so many entries, and a place of its own in guest memory (CANARY_RING_BASE in canary_table.h); returns
 * that of its descriptors.
 */
uint64_t queues_place(Hardstop__VirtioSection *device, size_t i, uint32_t num, uint16_t last_avail_idx);

#endif
