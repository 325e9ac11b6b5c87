/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies the blocks that QEMU lists; most of it is zeros, which take no memory. */
#include "harness/loader/qemu/preload/ram.h"

#include <string.h>
#include <sys/mman.h>

#include "harness/loader/qemu/preload/symbols.h"

enum {
    CHUNK = 4096,
    MOST_BLOCKS = 64,
};

static const uint64_t most = UINT64_C(256) << 20;

static struct block {
    const char *name;
    uint8_t *bytes, *copy;
    uint64_t size;
} blocks[MOST_BLOCKS];
static size_t n_blocks;
static uint64_t total;
static uint8_t *copies = MAP_FAILED;

static int add(void *block, void *user)
{
    struct block *added = &blocks[n_blocks];

    (void)user;
    if (n_blocks == MOST_BLOCKS) {
        return 1;
    }
    added->name = symbols.qemu_ram_get_idstr ? symbols.qemu_ram_get_idstr(block) : "";
    added->bytes = symbols.qemu_ram_get_host_addr(block);
    added->size = symbols.qemu_ram_get_used_length(block);
    total += added->size;
    n_blocks++;
    return total > most;
}

static void update(uint8_t *to, const uint8_t *from, uint64_t size)
{
    for (uint64_t at = 0; at < size; at += CHUNK) {
        size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;

        if (memcmp(to + at, from + at, n) != 0) {
            memcpy(to + at, from + at, n);
        }
    }
}

void ram_reserve(void)
{
    n_blocks = 0;
    total = 0;
    if (symbols.qemu_ram_foreach_block && symbols.qemu_ram_get_host_addr && symbols.qemu_ram_get_used_length &&
        symbols.qemu_ram_foreach_block(add, NULL) == 0 && total) {
        copies = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    }
}

bool ram_keep(void)
{
    uint8_t *at = copies;

    if (copies == MAP_FAILED) {
        return false;
    }
    for (size_t i = 0; i < n_blocks; i++) {
        blocks[i].copy = at;
        update(at, blocks[i].bytes, blocks[i].size);
        at += blocks[i].size;
    }
    return true;
}

void ram_for_each_change(void (*change)(const char *block, uint64_t at, const void *bytes, size_t size))
{
    for (size_t i = 0; i < n_blocks; i++) {
        const struct block *block = &blocks[i];

        for (uint64_t at = 0; at < block->size; at += CHUNK) {
            size_t n = block->size - at < CHUNK ? (size_t)(block->size - at) : CHUNK;

            if (memcmp(block->bytes + at, block->copy + at, n) != 0) {
                change(block->name, at, block->bytes + at, n);
            }
        }
    }
}

void ram_put_back(void)
{
    for (size_t i = 0; i < n_blocks; i++) {
        update(blocks[i].bytes, blocks[i].copy, blocks[i].size);
    }
}
