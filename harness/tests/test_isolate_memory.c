/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory is put back to the byte, also where the kernel wrote, and what cannot be put back is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/loader/qemu/preload/isolate.h"

enum {
    PAGE = 4096,
    PAGES = 64,
    MANY = 40000, /* pages: more than are kept */
    FILL = 0x5a,
    ROUNDS = 100,
    ONCE = 1000, /* pages that one round alone changes */
};

/* How a child ends. */
enum end {
    END_PUT_BACK,
    END_NOTICED, /* that it cannot be */
    END_CHANGED, /* and said to be put back */
    END_NO_BEGIN,
    END_DEED_FAILED,
};

/* Not in the data of this program, which counts as the isolating module's. */
struct world {
    uint8_t *heap, *mapped, *many; /* PAGES each, MANY the last */
    int file; /* of PAGES pages of zeros */
    int *kept; /* memory that is not put back */
};

static struct world world;
static char stack[64 * 1024];
/* In this program's data, too. */
static volatile unsigned faults;
static bool faulted_again;

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    faults++;
    if (!isolate_allow(info->si_addr)) {
        isolate_release();
        signal(number, SIG_DFL);
    }
}

static uint8_t *fill(void *memory, size_t pages)
{
    return memset(memory, FILL, pages * PAGE);
}

static void *map(size_t pages)
{
    void *memory = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(memory, MAP_FAILED);
    return memory;
}

static bool is_as_before(void)
{
    for (size_t i = 0; i < PAGES * PAGE; i++) {
        if (world.heap[i] != FILL || world.mapped[i] != FILL) {
            return false;
        }
    }
    return fcntl(world.file, F_GETFD) >= 0;
}

typedef bool deed_fn(void);

static enum end isolate(deed_fn *deed)
{
    stack_t alternate = { .ss_sp = stack, .ss_size = sizeof(stack) };
    struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };

    sigaltstack(&alternate, NULL);
    sigaction(SIGSEGV, &action, NULL);
    if (!isolate_begin(world.kept, sizeof(*world.kept))) {
        return END_NO_BEGIN;
    }
    for (int i = 0; i < ROUNDS; i++) {
        if (!deed()) {
            return END_DEED_FAILED;
        }
        ++*world.kept;
        if (!isolate_restore()) {
            return END_NOTICED;
        }
        if (!is_as_before() || *world.kept != i + 1) {
            return END_CHANGED;
        }
    }
    return END_PUT_BACK;
}

/* Does the deed in a child, isolated, some rounds. */
static enum end end_of(deed_fn *deed)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        _exit(isolate(deed));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    *world.kept = 0;
    return (enum end)WEXITSTATUS(status);
}

static int make_world(void **state)
{
    (void)state;
    /* Of a page each, so that they are in the heap, whatever its rules for large blocks. */
    world.heap = fill(aligned_alloc(PAGE, PAGES * PAGE), PAGES);
    world.mapped = fill(map(PAGES), PAGES);
    world.many = map(MANY);
    world.kept = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    world.file = memfd_create("file", MFD_CLOEXEC);
    assert_int_equal(ftruncate(world.file, PAGES * PAGE), 0);
    return 0;
}

static int free_world(void **state)
{
    (void)state;
    free(world.heap);
    munmap(world.mapped, PAGES * PAGE);
    munmap(world.many, (size_t)MANY * PAGE);
    munmap(world.kept, PAGE);
    close(world.file);
    return 0;
}

static bool write_all_over(void)
{
    memset(world.heap + 7, 1, PAGES * PAGE - 9);
    world.mapped[5 * PAGE] = 1;
    world.mapped[PAGES * PAGE - 1] = 1;
    return true;
}

static bool grow_heap(void)
{
    uint8_t *block = malloc(64 * PAGE);

    /* What an earlier round left there is gone. */
    for (size_t i = 0; i < 64 * PAGE; i++) {
        if (block[i] == FILL + 1) {
            return false;
        }
    }
    memset(block, FILL + 1, 64 * PAGE);
    return true;
}

static bool open_more(void)
{
    return dup(world.file) >= 0 && open("/dev/null", O_RDONLY) >= 0;
}

static bool read_into(void)
{
    struct iovec parts[] = { { world.heap + 10 * PAGE, PAGE }, { world.mapped + 20 * PAGE - 8, PAGE } };

    lseek(world.file, 0, SEEK_SET);
    return read(world.file, world.heap + PAGE, 2 * PAGE) == 2 * PAGE && world.heap[PAGE] == 0 &&
           pread(world.file, world.heap + 6 * PAGE, PAGE, 0) == PAGE && readv(world.file, parts, 2) == 2 * PAGE &&
           preadv(world.file, parts, 2, 0) == 2 * PAGE && world.mapped[20 * PAGE] == 0;
}

static bool poll_there(void)
{
    struct pollfd *fds = (struct pollfd *)(world.heap + 30 * PAGE);

    fds[0] = (struct pollfd){ .fd = world.file, .events = POLLIN };
    memcpy(world.mapped + 31 * PAGE, fds, sizeof(*fds));
    return poll((struct pollfd *)(world.mapped + 31 * PAGE), 1, 10) == 1 && ppoll(fds, 1, NULL, NULL) == 1 &&
           fds[0].revents == POLLIN;
}

static bool close_one(void)
{
    return close(world.file) == 0;
}

static bool map_more(void)
{
    return map(1) != NULL;
}

static bool swap_mappings(void)
{
    return munmap(world.many, PAGE) == 0 && map(1) != NULL;
}

static bool drop_pages(void)
{
    return madvise(world.mapped, PAGE, MADV_DONTNEED) == 0;
}

static bool write_too_much(void)
{
    memset(world.many, 1, (size_t)MANY * PAGE);
    return true;
}

/* True in the end when pages that one round changed were protected again, and with them the others. */
static bool write_much_once(void)
{
    int round = *world.kept;

    faults = 0;
    world.mapped[5 * PAGE] = 1;
    if (round == 1) {
        memset(world.many, 1, (size_t)ONCE * PAGE);
    }
    faulted_again |= round > 1 && faults > 0;
    return round < ROUNDS - 1 || (faulted_again && !world.many[0]);
}

static void what_a_load_does_is_put_back(void **state)
{
    static deed_fn *const deeds[] = { write_all_over, grow_heap, open_more, read_into, poll_there, write_much_once };

    (void)state;
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        assert_int_equal(end_of(deeds[i]), END_PUT_BACK);
    }
}

static void what_cannot_be_put_back_is_noticed(void **state)
{
    static deed_fn *const deeds[] = { close_one, map_more, swap_mappings, drop_pages, write_too_much };

    (void)state;
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        assert_int_equal(end_of(deeds[i]), END_NOTICED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_load_does_is_put_back),
        cmocka_unit_test(what_cannot_be_put_back_is_noticed),
    };

    return cmocka_run_group_tests(tests, make_world, free_world);
}
