/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU keeps guest RAM out of its children (MADV_DONTFORK); a load runs in a child and needs it. */
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((visibility("default"))) int madvise(void *address, size_t size, int advice)
{
    return advice == MADV_DONTFORK ? 0 : (int)syscall(SYS_madvise, address, size, advice);
}
