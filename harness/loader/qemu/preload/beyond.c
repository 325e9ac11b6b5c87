/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts them, and takes the kernel, and most of QEMU, out of the loop where it knows how. */
#include "harness/loader/qemu/preload/beyond.h"

#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/loader/qemu/preload/symbols.h"

enum {
    /* After so many questions in a row none of its bytes can be left in QEMU's buffer of 32 KiB (IO_BUF_SIZE). */
    SHORTCUT_AFTER = 40000,
};

static struct protocol_shared *watched;
static void *input;
static uint64_t asked;

/* What stood where the jump is, while it is there. */
static uint8_t replaced[16];
static bool has_shortcut;

static bool allow_writing(void *code, size_t size, bool allowed)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)code & ~(page - 1);

    return mprotect((void *)from, (uintptr_t)code + size - from,
                    PROT_READ | PROT_EXEC | (allowed ? PROT_WRITE : 0)) == 0;
}

static void remove_shortcut(void)
{
    void *code = (void *)symbols.qemu_get_byte;

    if (has_shortcut && allow_writing(code, sizeof(replaced), true)) {
        memcpy(code, replaced, sizeof(replaced));
        allow_writing(code, sizeof(replaced), false);
        has_shortcut = false;
    }
}

/* In the place of qemu_get_byte(), which at the end asks the kernel again for each byte, and returns 0. */
static int get_byte_beyond(void *file)
{
    if (file != input) {
        remove_shortcut();
        return symbols.qemu_get_byte(file);
    }
    beyond_ask();
    return 0;
}

static void take_shortcut(void)
{
#if defined(__x86_64__)
    /* mov $get_byte_beyond, %r11; jmp *%r11 */
    uint8_t jump[13] = { 0x49, 0xbb, 0, 0, 0, 0, 0, 0, 0, 0, 0x41, 0xff, 0xe3 };
    void *target = (void *)get_byte_beyond, *code = (void *)symbols.qemu_get_byte;

    memcpy(jump + 2, &target, sizeof(target));
    if (allow_writing(code, sizeof(replaced), true)) {
        memcpy(replaced, code, sizeof(replaced));
        memcpy(code, jump, sizeof(jump));
        allow_writing(code, sizeof(replaced), false);
        has_shortcut = true;
    }
#endif
}

void beyond_begin(struct protocol_shared *shared, void *file)
{
    watched = shared;
    input = file;
    asked = 0;
}

void beyond_ask(void)
{
    asked++;
    if (asked == watched->request.most_reads) {
        watched->answer.timed_out = PROTOCOL_READS;
        raise(SIGABRT);
    } else if (asked == SHORTCUT_AFTER) {
        take_shortcut();
    }
}

void beyond_end(void)
{
    remove_shortcut();
    asked = 0;
}
