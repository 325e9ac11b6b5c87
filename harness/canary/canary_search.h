/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The search for a canary: a case that is loaded again and again, and replaced by what the loader saved of it. */
#ifndef HARDSTOP_CANARY_CANARY_SEARCH_H
#define HARDSTOP_CANARY_CANARY_SEARCH_H

#include "harness/setup/family.h"
#include "harness/loader/loader.h"
#include "harness/wire/stream.h"

struct canary_search {
    struct loader *loader;
    const struct family *family;
    Hardstop__Case *test;
    struct stream_encoding plain; /* of the test's stream */
    struct ring_areas areas;
    unsigned long loads;
    struct loader_answer answer; /* of the last load */
    struct hs_error *err; /* where reasons go */
};

/* The payload of the device's virtio section, the first; NULL when there is none. */
Hardstop__VirtioSection *canary_search_device(const struct canary_search *search);
/* Loads these bytes with the test's guest memory; 0, or -1 when the harness failed. */
int canary_search_load(struct canary_search *search, const struct builder *bytes);
/* The same, fast where that tells enough: for the many steps that a last canary_search_settle() puts to the test. */
int canary_search_try(struct canary_search *search, const struct builder *bytes);
/* Encodes the test's stream anew. */
void canary_search_encode(struct canary_search *search);
/* Takes over what the loader saved; false where it saved no such sections, or when it did not accept. */
bool canary_search_adopt(struct canary_search *search);
/* Fails with the step's name and QEMU's first line; returns -1. */
int canary_search_refuse(const struct canary_search *search, const char *step);
/*
 * QEMU's words on a byte of PCI configuration space that it does not take (get_pci_config_device(), hw/pci/pci.c, 7.2):
 * its index, the bits that are fixed, and what they are.  False when it did not say so.
 */
bool canary_search_config(const char *said, unsigned *index, unsigned *fixed, unsigned *device);
/* Loads the test as it is and goes on with what is saved; 0, or -1 with a reason. */
int canary_search_settle(struct canary_search *search, const char *step);
/* Fills in all places that take a value of their own; 0, or -1 when the harness failed. */
int canary_search_fill(struct canary_search *search);

#endif
