/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loaders that a program brings along: each way in which a load ends, and that setups, targets and captures know them. */
#include "support.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/loader/capture.h"
#include "harness/loader/own/counted.h"
#include "harness/loader/own/own.h"
#include "harness/setup/brought.h"
#include "harness/setup/roster.h"

static volatile uint64_t spun;
static char *volatile eaten;
static volatile pid_t *child; /* what a load has left behind, for all to see */

/* The first byte of a stream says what its load does. */
static int load(const struct loader_input *input, struct builder *saved)
{
    static int loads;

    loads++;
    own_at("a-device");
    fprintf(stderr, "load %d of %zu bytes\n", loads, input->size);
    switch (input->bytes[0]) {
    case 'r':
        return -EPROTO;
    case 's':
        raise(SIGSEGV);
        return 0;
    case 'x':
        _exit(7);
    case 'k':
        raise(SIGKILL);
        return 0;
    case 'l':
        for (;;) {
            spun++;
        }
    case 'c':
        if (fork() == 0) {
            *child = getpid();
            for (;;) {
                pause();
            }
        }
        while (*child == 0) {
        }
        return -EPROTO;
    case 'm':
        eaten = malloc(256 << 20);
        return eaten ? 0 : -ENOMEM;
    default:
        builder_put(saved, input->bytes, input->size);
        return 0;
    }
}

static const struct own_loader toy = { .name = "brought-toy", .load = load };
OWN_LOADER(toy)

static struct loader *open_toy(uint64_t memory_limit)
{
    const struct loader_options options = { .memory_limit = memory_limit };
    Hardstop__Setup *setup = brought_setup("brought-toy", HARDSTOP__FRAMING__FOOTER);
    struct hs_error err;
    /* A file's setup may ask for it. */
    struct loader *loader = loader_open(setup, TRUST_NONE, &options, &err);

    if (!loader) {
        fail_msg("%s", err.text);
    }
    hardstop__setup__free_unpacked(setup, NULL);
    return loader;
}

/* 0, or -1 with a reason. */
static int ask(struct loader *loader, const char *bytes, struct loader_answer *answer, struct hs_error *err)
{
    const struct loader_input input = { .bytes = (const uint8_t *)bytes, .size = strlen(bytes), .timeout_ms = 300 };

    return loader_load(loader, &input, answer, err);
}

/* Neither running nor waiting: gone, or not yet buried. */
static bool is_dead(pid_t pid)
{
    char path[64], state = 'X';
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    file = fopen(path, "r");
    if (file) {
        assert_int_equal(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
        fclose(file);
    }
    return state == 'X' || state == 'Z';
}

/* It is not waited for, although it holds what the load holds, and does not outlive it. */
static void what_a_load_leaves_behind_dies_with_it(void **state)
{
    struct loader *loader = open_toy(0);
    struct loader_answer answer;
    struct hs_error err;

    (void)state;
    child = mmap(NULL, sizeof(*child), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(child != MAP_FAILED);
    assert_int_equal(ask(loader, "c", &answer, &err), 0);
    assert_int_equal(answer.outcome, OUTCOME_REJECTED);
    assert_true(*child > 0);
    while (!is_dead(*child)) {
        usleep(1000);
    }
    munmap((void *)child, sizeof(*child));
    loader_close(loader);
}

static void each_end_is_an_answer(void **state)
{
    struct loader *loader = open_toy(0);
    struct loader_answer answer;
    struct hs_error err;

    (void)state;
    assert_int_equal(ask(loader, "accept", &answer, &err), 0);
    assert_int_equal(answer.outcome, OUTCOME_ACCEPTED);
    assert_int_equal(answer.saved_size, 6);
    assert_memory_equal(answer.saved, "accept", 6);
    assert_int_equal(ask(loader, "r", &answer, &err), 0);
    assert_int_equal(answer.outcome, OUTCOME_REJECTED);
    assert_int_equal(answer.result, -EPROTO);
    /* Each load is the first that there is. */
    assert_string_equal(answer.text, "load 1 of 1 bytes\n");
    assert_int_equal(ask(loader, "s", &answer, &err), 0);
    assert_int_equal(answer.outcome, OUTCOME_CRASHED);
    assert_false(answer.exited);
    assert_int_equal(answer.signal, SIGSEGV);
    assert_string_equal(answer.section, "a-device");
    assert_int_equal(ask(loader, "x", &answer, &err), 0);
    assert_int_equal(answer.outcome, OUTCOME_CRASHED);
    assert_true(answer.exited);
    assert_int_equal(answer.exit_status, 7);
    assert_int_equal(ask(loader, "l", &answer, &err), 0);
    assert_int_equal(answer.outcome, OUTCOME_HUNG);
    assert_int_equal(answer.hang, HANG_SPINS);
    assert_int_equal(ask(loader, "k", &answer, &err), -1);
    assert_int_equal(answer.outcome, OUTCOME_UNKNOWN);
    assert_string_equal(loader_name(loader), "brought-toy");
    loader_close(loader);
}

static void memory_is_limited(void **state)
{
    struct loader *loader = open_toy(64 << 20), *roomy = open_toy(1 << 30);
    struct loader_answer answer;
    struct hs_error err;

    (void)state;
    assert_int_equal(ask(roomy, "m", &answer, &err), 0);
    assert_int_equal(answer.outcome, OUTCOME_ACCEPTED);
    if (counted_is_sanitized()) {
        /* It takes all of the address space itself. */
        loader_close(roomy);
        loader_close(loader);
        skip();
    }
    assert_int_equal(ask(loader, "m", &answer, &err), 0);
    assert_int_equal(answer.outcome, OUTCOME_REJECTED);
    assert_int_equal(answer.result, -ENOMEM);
    loader_close(roomy);
    loader_close(loader);
}

static void setups_and_targets_know_it(void **state)
{
    Hardstop__Setup *setup = roster_setup("brought-toy", 0, HARDSTOP__FRAMING__FOOTER);
    Hardstop__Setup *other = brought_setup("brought-to", HARDSTOP__FRAMING__FOOTER);
    struct hs_error err;
    uint8_t *bytes;
    size_t size, n = 0;

    (void)state;
    assert_true(roster_has("brought-toy"));
    while (roster_name(n)) {
        n++;
    }
    assert_string_equal(roster_name(n - 1), "brought-toy");
    assert_true(roster_takes("brought-toy", setup));
    assert_null(roster_setup("brought-toy", 1, HARDSTOP__FRAMING__FOOTER));
    assert_int_equal(trust_check(setup, TRUST_NONE, NULL), 0);
    /* Nobody brought this one. */
    assert_false(roster_takes("brought-toy", other));
    assert_int_equal(trust_check(other, TRUST_NONE, NULL), -1);
    assert_null(loader_open(other, TRUST_ALL, NULL, &err));
    /* What it saves of nothing, behind a header. */
    assert_int_equal(capture_stream(setup, TRUST_ALL, &bytes, &size, &err), 0);
    assert_int_equal(size, 9);
    assert_memory_equal(bytes, "QEVM\0\0\0\3\0", 9);
    free(bytes);
    /* There is no QEMU to run a guest in. */
    assert_int_equal(capture_running(setup, TRUST_ALL, true, &bytes, &size, &err), -1);
    assert_non_null(strstr(err.text, "brought-toy is a loader of this program"));
    hardstop__setup__free_unpacked(setup, NULL);
    hardstop__setup__free_unpacked(other, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_end_is_an_answer),
        cmocka_unit_test(what_a_load_leaves_behind_dies_with_it),
        cmocka_unit_test(memory_is_limited),
        cmocka_unit_test(setups_and_targets_know_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
