/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the place of QEMU's main(): lets QEMU start as usual, then serves loads instead of running the main loop. */
#include <dlfcn.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/loader/qemu/preload/clock.h"
#include "harness/loader/qemu/preload/counters.h"
#include "harness/loader/qemu/preload/crash.h"
#include "harness/loader/qemu/preload/describe.h"
#include "harness/loader/qemu/preload/incoming.h"
#include "harness/loader/qemu/preload/markers.h"
#include "harness/loader/qemu/preload/program.h"
#include "harness/loader/qemu/preload/rings.h"
#include "harness/loader/qemu/preload/save.h"
#include "harness/loader/qemu/preload/serve.h"
#include "harness/loader/qemu/preload/symbols.h"

typedef int main_fn(int argc, char **argv, char **env);
typedef int start_main_fn(main_fn *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
                          void (*rtld_fini)(void), void *stack_end);

/* VersionInfo and VersionTriple of qapi/control.json, as QEMU's generator lays them out. */
struct version_info {
    int64_t *triple;
    char *package;
};

static main_fn *real_main;

static void send_message(char message)
{
    if (write(PROTOCOL_FD_SOCKET, &message, 1) != 1) {
        _exit(0);
    }
}

__attribute__((noreturn, format(printf, 3, 4))) static void refuse(struct protocol_shared *shared, char message,
                                                                   const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(shared->refusal, sizeof(shared->refusal), fmt, args);
    va_end(args);
    send_message(message);
    _exit(0);
}

/* KVM's virtual machine belongs to the process that made it, and loads are done in others. */
static void check_accelerator(struct protocol_shared *shared)
{
    if (symbols.kvm_allowed && *symbols.kvm_allowed) {
        refuse(shared, PROTOCOL_REFUSED,
               "runs under KVM, in which no fork of it can load; have -accel tcg in its place, and a -cpu of TCG's");
    }
}

/* Has the supervisor look where this program's own functions are.  It closes its end when it does not want us. */
static void ask(struct protocol_shared *shared)
{
    char answer;

    symbols_list(shared);
    send_message(PROTOCOL_ASK);
    if (read(PROTOCOL_FD_SOCKET, &answer, 1) != 1 || answer != PROTOCOL_TOLD) {
        _exit(0);
    }
}

/* The first row of the table is qemu_init(), which each QEMU has. */
static void resolve(struct protocol_shared *shared)
{
    const char *missing;

    program_path((const void *)real_main, shared->program.path, sizeof(shared->program.path));
    shared->program.n = 0;
    /* What it exports may be all but its counters, which one without does not keep us waiting for. */
    if (symbols_resolve(shared) || (shared->program.counters.size && symbols_counts())) {
        ask(shared);
    }
    missing = symbols_resolve(shared);
    if (missing && !symbols.qemu_init) {
        refuse(shared, PROTOCOL_CLOSED,
               "nothing says where its function %s is: keep its symbol table (do not strip it) or its debug file, or "
               "build it with --enable-modules, which exports all functions",
               missing);
    } else if (missing) {
        refuse(shared, PROTOCOL_CLOSED, "it has no function %s, which hardstop calls", missing);
    }
}

/* NULL: it is not there. */
static struct protocol_shared *find_shared(void)
{
    struct protocol_shared *shared =
        mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, PROTOCOL_FD_CONTROL, 0);

    return shared != MAP_FAILED && shared->magic == PROTOCOL_MAGIC ? shared : NULL;
}

/* What it starts in turn is no QEMU of ours. */
static void leave_environment(void)
{
    unsetenv("LD_PRELOAD");
    unsetenv("LD_BIND_NOW");
    unsetenv(PROTOCOL_ENV);
    unsetenv(PROTOCOL_ENV_WATCHED);
}

static int watched_main(int argc, char **argv, char **env)
{
    struct protocol_shared *shared = find_shared();

    (void)env;
    leave_environment();
    close(PROTOCOL_FD_CONTROL);
    if (shared) {
        program_path((const void *)real_main, shared->program.path, sizeof(shared->program.path));
        crash_prepare();
        crash_watch_all(shared);
    }
    return real_main(argc, argv, environ);
}

static int serving_main(int argc, char **argv, char **env)
{
    struct protocol_shared *shared = find_shared();
    const struct version_info *info;
    const char *refusal;

    (void)env;
    leave_environment();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (!shared) {
        _exit(0);
    }
    resolve(shared);
    info = symbols.qmp_query_version(NULL);
    memcpy(shared->version, info->triple, sizeof(shared->version));
    send_message(PROTOCOL_HELLO);
    rings_refuse();
    symbols.qemu_init(argc, argv);
    check_accelerator(shared);
    refusal = incoming_refusal();
    if (refusal) {
        refuse(shared, PROTOCOL_REFUSED, "%s", refusal);
    }
    crash_prepare();
    describe_prepare();
    save_prepare();
    counters_share(shared);
    clock_freeze();
    markers_begin(shared);
    send_message(PROTOCOL_READY);
    serve(shared);
}

__attribute__((visibility("default"))) int __libc_start_main(main_fn *main, int argc, char **argv, void (*init)(void),
                                                             void (*fini)(void), void (*rtld_fini)(void),
                                                             void *stack_end)
{
    start_main_fn *next = (start_main_fn *)dlsym(RTLD_NEXT, "__libc_start_main");
    main_fn *ours = getenv(PROTOCOL_ENV) ? serving_main : getenv(PROTOCOL_ENV_WATCHED) ? watched_main : NULL;

    real_main = main;
    /* A wrapper between us and QEMU (a shell script, say) runs as it is. */
    return next(ours && symbols_present() ? ours : main, argc, argv, init, fini, rtld_fini, stack_end);
}
