/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the guest of a setup finds its devices. */
#ifndef HARDSTOP_LOADER_QEMU_PLATFORM_H
#define HARDSTOP_LOADER_QEMU_PLATFORM_H

#include "case.pb-c.h"
#include "harness/loader/qemu/acts.h"

/* By architecture and machine type; ACTS_NONE where nobody has taught us. */
enum acts_platform platform_of(const Hardstop__Setup *setup);

#endif
