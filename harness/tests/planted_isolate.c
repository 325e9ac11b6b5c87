/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A defect: memory is protected and copied, and never put back. */
#include "harness/loader/qemu/preload/isolate.h"

bool __wrap_isolate_restore(void);

bool __wrap_isolate_restore(void)
{
    return true;
}
