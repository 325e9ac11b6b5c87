/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What ends patience with a process is what the process does, however long it takes. */
#include "support.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/loader/qemu/patience.h"

enum {
    LIMIT_MS = 200,
    MANY_READS = 5000000, /* some seconds of processor time */
};

static void spin(void)
{
    for (;;) {
    }
}

/* As a loader does behind the end of its stream. */
static void read_nothing(void)
{
    int fd = open("/dev/null", O_RDONLY);
    char byte;

    for (long n = 0; read(fd, &byte, 1) == 0; n++) {
    }
}

static void read_for_a_while(void)
{
    int fd = open("/dev/null", O_RDONLY);
    char byte;

    for (long n = 0; n < MANY_READS && read(fd, &byte, 1) == 0; n++) {
    }
}

static void sleep_on(void)
{
    for (;;) {
        pause();
    }
}

static pid_t start(void (*act)(void))
{
    pid_t pid = fork();

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        act();
        _exit(0);
    }
    assert_true(pid > 0);
    return pid;
}

static double cpu_ms(pid_t pid)
{
    struct timespec used;
    clockid_t clock;

    assert_int_equal(clock_getcpuclockid(pid, &clock), 0);
    assert_int_equal(clock_gettime(clock, &used), 0);
    return (double)used.tv_sec * 1e3 + (double)used.tv_nsec / 1e6;
}

/* Waits as whoever waits for an answer does. */
static enum patience_end end_of(struct patience *patience)
{
    while (!patience_is_over(patience)) {
        poll(NULL, 0, patience_pause(patience));
    }
    assert_int_equal(patience_pause(patience), 0);
    assert_true(patience_is_over(patience));
    return patience->ended;
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void who_spins_has_its_time(void **state)
{
    pid_t pid = start(spin);
    double before = cpu_ms(pid);
    struct patience patience = patience_with(pid, LIMIT_MS);

    (void)state;
    assert_int_equal(end_of(&patience), PATIENCE_SPINS);
    assert_true(cpu_ms(pid) - before >= LIMIT_MS);
    end(pid);
}

static void who_reads_is_counted(void **state)
{
    pid_t pid = start(read_nothing);
    struct patience patience = patience_with(pid, LIMIT_MS);

    (void)state;
    patience.reads = LOADER_READS_BEYOND - MANY_READS;
    assert_int_equal(end_of(&patience), PATIENCE_READS);
    end(pid);
}

static void time_in_which_it_reads_is_not_counted(void **state)
{
    pid_t pid = start(read_for_a_while);
    struct patience patience = patience_with(pid, LIMIT_MS);
    siginfo_t info = { 0 };

    (void)state;
    while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && !info.si_pid) {
        assert_false(patience_is_over(&patience));
        poll(NULL, 0, 1);
    }
    assert_true(cpu_ms(pid) > LIMIT_MS);
    end(pid);
}

static void who_sleeps_is_known(void **state)
{
    pid_t pid = start(sleep_on);
    struct patience patience = patience_with(pid, LIMIT_MS);

    (void)state;
    patience.asleep = LOADER_LOOKS - 2;
    assert_int_equal(end_of(&patience), PATIENCE_SLEEPS);
    end(pid);
}

/* As on a machine that is too busy: no processor time, and not its own doing. */
static void who_gets_no_time_is_not_judged(void **state)
{
    pid_t pid = start(sleep_on);
    struct patience patience;
    int status;

    (void)state;
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
    patience = patience_with(pid, LIMIT_MS);
    patience.asleep = LOADER_LOOKS - 1;
    patience.end = patience.next + 2 * LOADER_LOOK_MS;
    assert_int_equal(end_of(&patience), PATIENCE_CLOCK);
    end(pid);
}

static void our_own_work_goes_by_the_clock(void **state)
{
    struct patience patience = patience_by_clock(20), later = patience_by_clock(60000);

    (void)state;
    assert_int_equal(end_of(&patience), PATIENCE_CLOCK);
    assert_false(patience_is_over(&later));
    assert_true(patience_pause(&later) > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_spins_has_its_time),
        cmocka_unit_test(who_reads_is_counted),
        cmocka_unit_test(time_in_which_it_reads_is_not_counted),
        cmocka_unit_test(who_sleeps_is_known),
        cmocka_unit_test(who_gets_no_time_is_not_judged),
        cmocka_unit_test(our_own_work_goes_by_the_clock),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
