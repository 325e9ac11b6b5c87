/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts the end of a start that failed into words. */
#include "harness/loader/qemu/refusal.h"

#include <string.h>

#include "harness/loader/limits.h"
#include "harness/loader/qemu/command_line.h"

struct refusal refusal_explain(int message, const struct protocol_shared *shared, const char *path,
                               const Hardstop__Setup *setup, const char *text, struct hs_error *err)
{
    bool has_no_object = strstr(text, "ld.so") != NULL, is_silent = message == REFUSAL_LATE;
    struct refusal refusal = { .takes_object = message == PROTOCOL_CLOSED };

    refusal.closed = refusal.takes_object || ((is_silent || message == REFUSAL_NOT_THERE) && !has_no_object);
    if (message == PROTOCOL_REFUSED || message == PROTOCOL_CLOSED) {
        hs_fail(err, HS_NO_OFFSET, "%s: %.*s", path, (int)sizeof(shared->refusal) - 1, shared->refusal);
    } else if (has_no_object) {
        hs_fail(err, HS_NO_OFFSET, "%s: preload refused: %.*s", path, (int)strcspn(text, "\n"), text);
    } else if (message == REFUSAL_NOT_THERE) {
        hs_fail(err, HS_NO_OFFSET,
                "%s: the QEMU that it starts has no preload object in it, as it is linked statically, or setuid, or "
                "was not given LD_PRELOAD; build it without --static, and leave it the environment that comes",
                path);
    } else if (is_silent) {
        hs_fail(err, HS_NO_OFFSET, "%s: no QEMU in which the preload object is has begun within %d s", path,
                LOADER_START_MS / 1000);
    } else {
        command_line_explain(setup, text, err);
    }
    return refusal;
}
