/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the case of a finding as small, and as like a sound stream, as the finding allows. */
#ifndef HARDSTOP_FINDING_MINIMIZE_H
#define HARDSTOP_FINDING_MINIMIZE_H

#include "harness/finding/finding.h"

struct minimize_options {
    const Hardstop__Stream *captured; /* of the same setup, to become like it; NULL: there is none */
    struct oracle *beside; /* as of struct oracle; NULL: none */
    unsigned long max_loads; /* 0: no limit */
    void (*progress)(void *user, unsigned long loads, size_t bytes); /* after each candidate; may be NULL */
    void *user;
};

struct minimized {
    Hardstop__Case *test;
    struct finding finding; /* the case's, the signature being that of the case given */
    unsigned long loads;
    size_t bytes_before, bytes_after; /* packed */
    bool is_minimal; /* false: max_loads ended the search */
};

/*
 * Of a whole stream, the device sections stay alone if they show the finding; from ALONE_LEAST bytes on (case/alone.h),
 * it is an error if they do not.  Damages are placed by field; sections are left out; differences to `captured` are
 * taken back (harness/message/revert.h); and harness/message/reduce.h's steps are made, sections, fields, guest memory
 * and damages being its elements, but none that puts a new difference to `captured` into the case.  None of these steps
 * can be made from the result without another signature.  Setup and mark of capture stay; a mark that is no longer
 * right goes.  The same case gives the same result each time.
 *
 * A hang is looked for with a short time limit, and what comes out is confirmed with the long one.  0, or -1 with a
 * reason: no finding, a signature that is not the same at each replay, a loader that fails.  minimized_clear() is
 * needed in both cases.
 */
int minimize(struct loader *loader, const Hardstop__Case *test, const struct minimize_options *options,
             struct minimized *minimized, struct hs_error *err);
void minimized_clear(struct minimized *minimized);

#endif
