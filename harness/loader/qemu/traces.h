/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's own trace events, which it prints among its words: which section it is at (migration/trace-events in 7.2). */
#ifndef HARDSTOP_LOADER_QEMU_TRACES_H
#define HARDSTOP_LOADER_QEMU_TRACES_H

#include <stdbool.h>

#include "harness/loader/qemu/protocol.h"
#include "harness/wire/builder.h"

/* A section begins to be loaded: "EVENT ID(IDSTR) INSTANCE VERSION"; */
#define TRACES_FULL "qemu_loadvm_state_section_startfull"
/* a part, or the end, of one that began before: "EVENT ID"; */
#define TRACES_PART "qemu_loadvm_state_section_partend"
/* one is saved: "EVENT IDSTR, NAME". */
#define TRACES_SAVE PROTOCOL_SAVE_EVENT

struct traces {
    char section[256]; /* idstr of the section that QEMU was at last, "" when of none or not known */
    struct builder loaded; /* the sections that began to be loaded, a line each: idstr, and its instance unless 0 */
};

/* Takes the events out of `text`; where nothing was `saving` at the end, what was saved before is left aside. */
void traces_take(struct traces *traces, char *text, bool saving);
void traces_clear(struct traces *traces);

#endif
