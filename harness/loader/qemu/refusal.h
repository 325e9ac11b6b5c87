/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why a QEMU that was started is not entered. */
#ifndef HARDSTOP_LOADER_QEMU_REFUSAL_H
#define HARDSTOP_LOADER_QEMU_REFUSAL_H

#include <stdbool.h>

#include "case.pb-c.h"
#include "harness/base/error.h"
#include "harness/loader/qemu/protocol.h"

/* In the place of a message of protocol.h. */
enum {
    REFUSAL_LATE = 0, /* it has not said a word in all the time that a start may take */
    REFUSAL_GONE = -1, /* nobody is left who could say one */
    REFUSAL_NOT_THERE = -2, /* it is a QEMU without the object, which will not say one */
};

struct refusal {
    bool closed; /* it is a QEMU all the same, and can be served in another way, */
    bool takes_object; /* in which the object is, and has found nothing to call */
};

/*
 * Says why in `err`, from the message that came in the place of READY, and from what QEMU printed (`text`); `path` is
 * what was started.
 */
struct refusal refusal_explain(int message, const struct protocol_shared *shared, const char *path,
                               const Hardstop__Setup *setup, const char *text, struct hs_error *err);

#endif
