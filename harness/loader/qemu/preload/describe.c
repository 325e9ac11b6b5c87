/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Saves the state once more, as the end of a migration does, and keeps the description behind it. */
#include "harness/loader/qemu/preload/describe.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <malloc.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/loader/qemu/preload/file.h"
#include "harness/loader/qemu/preload/symbols.h"

enum {
    TRAP_SIZE = 4096,
    VMDESCRIPTION = 6, /* QEMU_VM_VMDESCRIPTION: migration/savevm.h */
    RECORD = 5, /* type, size */
};

static void **writer_member; /* of the one struct MigrationState; NULL: not found, or not needed */

static uint8_t *trap;
static sigjmp_buf trapped;

enum trial { TRIAL_BEGINS, TRIAL_TRAPPED, TRIAL_FAILED };

static void on_fault(int number, siginfo_t *info, void *context)
{
    uint8_t *address = info->si_addr;

    (void)context;
    siglongjmp(trapped, number == SIGSEGV && address >= trap && address < trap + TRAP_SIZE ? TRIAL_TRAPPED
                                                                                           : TRIAL_FAILED);
}

/* True when the header's writer is looked for there: it is a trap, and what uses it falls in. */
static bool is_writer(void **member, void *file)
{
    enum trial trial = sigsetjmp(trapped, 1);

    if (trial == TRIAL_BEGINS) {
        *member = trap;
        symbols.qemu_savevm_state_header(file);
    }
    /* In another member's place it may have been taken for anything, and QEMU may have stopped there. */
    *member = NULL;
    return trial == TRIAL_TRAPPED;
}

/* In a process of its own, which is spoilt then.  Its exit status says that there is one, `found` which. */
__attribute__((noreturn)) static void look_for_writer(void **members, size_t n, uint32_t *found)
{
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
    void *file = file_open_output(memfd_create("hardstop-header", MFD_CLOEXEC));

    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGABRT, &action, NULL);
    dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    for (size_t i = 0; i < n; i++) {
        if (!members[i] && is_writer(&members[i], file)) {
            *found = (uint32_t)i;
            _exit(0);
        }
    }
    _exit(1);
}

void describe_prepare(void)
{
    void **members = symbols.migrate_get_current();
    uint32_t *found = mmap(NULL, sizeof(*found), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = -1;
    pid_t pid;

    trap = mmap(NULL, TRAP_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (trap == MAP_FAILED || found == MAP_FAILED || !symbols.qemu_savevm_state_header || !symbols.json_writer_new ||
        !symbols.json_writer_start_array) {
        return;
    }
    pid = fork();
    if (pid == 0) {
        look_for_writer(members, malloc_usable_size(members) / sizeof(*members), found);
    }
    if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0) {
        writer_member = &members[*found];
    }
    munmap(found, sizeof(*found));
    munmap(trap, TRAP_SIZE);
}

static void begin_description(void *file, bool as_sent)
{
    /* What is compared needs names, even where the machine type sends none (hw/core/machine.c). */
    if (!as_sent) {
        symbols.object_property_set_bool(symbols.qdev_get_machine(), "suppress-vmdesc", false, NULL);
    }
    if (writer_member) {
        *writer_member = symbols.json_writer_new(false);
        symbols.qemu_savevm_state_header(file);
        symbols.json_writer_start_array(*writer_member, "devices");
    }
}

static void save_described(void *file)
{
    void *error = NULL;

    if (symbols.qemu_savevm_state_non_iterable && symbols.qemu_savevm_state_end_precopy) {
        symbols.qemu_savevm_state_non_iterable(file, &error);
        symbols.qemu_savevm_state_end_precopy(symbols.migrate_get_current(), file);
    } else if (symbols.qemu_savevm_state_complete_precopy_non_iterable) {
        symbols.qemu_savevm_state_complete_precopy_non_iterable(file, false, false);
    }
}

/* The record that ends where the bytes end; NULL when there is none. */
static const uint8_t *find_record(const uint8_t *bytes, size_t size)
{
    for (size_t at = size > RECORD ? size - RECORD : 0; at > 0; at--) {
        uint32_t length;

        memcpy(&length, bytes + at, sizeof(length));
        if (bytes[at - 1] == VMDESCRIPTION && ntohl(length) == size - at - sizeof(length)) {
            return bytes + at - 1;
        }
    }
    return NULL;
}

uint64_t describe_state(int fd, uint64_t offset, bool as_sent)
{
    const uint8_t *record;
    uint64_t end, size = 0;
    uint8_t *bytes;
    void *file;

    lseek(fd, (off_t)offset, SEEK_SET);
    file = file_open_output(fd);
    begin_description(file, as_sent);
    save_described(file);
    symbols.qemu_fclose(file);
    end = (uint64_t)lseek(fd, 0, SEEK_CUR);
    bytes = mmap(NULL, end, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED) {
        return 0;
    }
    record = find_record(bytes + offset, end - offset);
    if (record) {
        size = (uint64_t)(bytes + end - record);
        memmove(bytes + offset, record, size);
    }
    munmap(bytes, end);
    return size;
}
