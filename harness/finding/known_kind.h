/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of a known finding besides its cause, each in a closed set of words. */
#ifndef HARDSTOP_FINDING_KNOWN_KIND_H
#define HARDSTOP_FINDING_KNOWN_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/judge/oracle.h"

/* What becomes of the loader, or of the state. */
enum known_kind {
    KNOWN_KIND_ASSERTION, /* an assertion fails, or QEMU calls abort() */
    KNOWN_KIND_EXIT, /* QEMU ends itself in the middle of a load */
    KNOWN_KIND_MEMORY, /* memory that is not the device's is read or written */
    KNOWN_KIND_SPIN, /* no answer for as long as the stream says */
    KNOWN_KIND_HUGE_ALLOCATION, /* as much memory as the stream says; abort where it is refused */
    KNOWN_KIND_ACCEPTED, /* a wrong length is accepted */
    KNOWN_KIND_NOT_SAVED, /* "not saved as given": accepted, and saved as something else */
    KNOWN_KINDS,
};

/*
 * Whether QEMU's security policy (docs/system/security.rst of QEMU 10.2.2) covers the setup.  It lists machine types,
 * under a virtualization accelerator, and names no device.
 */
enum known_scope {
    KNOWN_SCOPE_MACHINE, /* "machine listed": q35, s390-ccw-virtio ... */
    KNOWN_SCOPE_TCG, /* "only without KVM": the policy does not cover it */
    KNOWN_SCOPES,
};

/* Whether it was shown that a guest can bring a source QEMU to send such a stream. */
enum known_reach {
    KNOWN_REACH_SHOWN,
    KNOWN_REACH_NOT_SHOWN, /* nobody has shown it, nor that it is impossible */
    KNOWN_REACHES,
};

const char *known_kind_name(enum known_kind kind);
const char *known_scope_name(enum known_scope scope);
const char *known_reach_name(enum known_reach reach);

/* The word's value, or KNOWN_KINDS, KNOWN_SCOPES, KNOWN_REACHES. */
enum known_kind known_kind_find(const char *name);
enum known_scope known_scope_find(const char *name);
enum known_reach known_reach_find(const char *name);

/* Can a finding of that kind have this verdict, and break this property? */
bool known_kind_fits(enum known_kind kind, enum verdict verdict, const char *property);

/* "virtio_queue_set_num()", the check that the guest-facing path has and the load lacks, or "none". */
bool known_is_twin(const char *text);

#endif
