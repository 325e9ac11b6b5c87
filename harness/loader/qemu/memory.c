/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory files, the first of them mapped. */
#include "harness/loader/qemu/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/check.h"

int memory_open(struct memory *memory, struct hs_error *err)
{
    memory->control = memfd_create("hardstop-control", MFD_CLOEXEC);
    memory->input = memfd_create("hardstop-input", MFD_CLOEXEC);
    memory->output = memfd_create("hardstop-output", MFD_CLOEXEC);
    if (memory->control < 0 || memory->input < 0 || memory->output < 0 ||
        ftruncate(memory->control, PROTOCOL_MEMORY_OFFSET) < 0) {
        return hs_fail(err, HS_NO_OFFSET, "no memory file: %s", strerror(errno));
    }
    memory->shared = mmap(NULL, sizeof(*memory->shared), PROT_READ | PROT_WRITE, MAP_SHARED, memory->control, 0);
    if (memory->shared == MAP_FAILED) {
        memory->shared = NULL;
        return hs_fail(err, HS_NO_OFFSET, "no shared memory: %s", strerror(errno));
    }
    memory->shared->magic = PROTOCOL_MAGIC;
    return 0;
}

void memory_close(struct memory *memory)
{
    const int fds[] = { memory->control, memory->input, memory->output };

    if (memory->shared) {
        munmap(memory->shared, sizeof(*memory->shared));
    }
    for (size_t i = 0; i < HS_COUNT(fds); i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
}
