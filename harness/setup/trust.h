/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose words a setup is made of, and what may be started of those that came with a file.  A case may be a stranger's,
 * and a QEMU command line can start programs, read and write files.
 */
#ifndef HARDSTOP_SETUP_TRUST_H
#define HARDSTOP_SETUP_TRUST_H

#include "case.pb-c.h"
#include "harness/base/error.h"

/*
 * The parts of a setup that are the words of the user, or of the program itself; the others are a file's.  The framing
 * is no part of this: whatever it is, it asks for nothing.
 */
enum trust {
    TRUST_NONE = 0, /* all of it is a file's */
    TRUST_BINARY = 1 << 0,
    TRUST_MACHINE = 1 << 1,
    TRUST_MEMORY = 1 << 2,
    TRUST_DEVICES = 1 << 3,
    TRUST_GLOBALS = 1 << 4,
    TRUST_OPTIONS = 1 << 5,
    TRUST_ALL = (1 << 6) - 1, /* nothing of it is a file's, or the user trusts the file */
};

/* The parts that are set: whoever gave `setup` has decided these. */
enum trust trust_of_given(const Hardstop__Setup *setup);

/*
 * 0 when each part that is not among `trust` asks for nothing but what trust_table.h lists: a QEMU by a bare name, a
 * machine, a modest size of memory, and devices, globals and options that are not many and touch nothing outside the
 * process; or whatever a setup is for that is a loader's of this program (brought.h).  Else -1 with the part that does
 * not pass.
 */
int trust_check(const Hardstop__Setup *setup, enum trust trust, struct hs_error *err);

/* What a command line that is printed for somebody needs to load a case of that setup: " --trust-setup", or "". */
const char *trust_option(const Hardstop__Setup *setup);

#endif
