/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Catches fatal signals and exits of a load, unwinds the stack, and names its frames. */
#include "harness/loader/qemu/preload/crash.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "harness/loader/qemu/preload/counters.h"
#include "harness/loader/qemu/preload/isolate.h"
#include "harness/loader/qemu/preload/program.h"

static struct protocol_shared *watched;
static bool is_alone; /* nobody else has our layout, nor ends the process for us */
static char alternate_stack[128 * 1024];
static bool is_sanitized; /* a sanitizer has more to say, and ends the process */
static void **return_place; /* or NULL */
static bool is_recording; /* the end of a load that is to return */

/* Where the C library keeps the words of an assertion: a mapping of its own, which only the next one takes away. */
struct kept_words {
    unsigned size; /* of the mapping */
};
static struct kept_words **kept_words; /* NULL: somewhere else */

static const int fatal_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };

enum { FATAL_SIGNALS = sizeof(fatal_signals) / sizeof(fatal_signals[0]) };

/* Who handled them before: a sanitizer, which then says more than we can. */
static struct sigaction former[FATAL_SIGNALS];

static void record_stack(uint64_t pc)
{
    void *found[PROTOCOL_FRAMES + 8];
    int n = backtrace(found, PROTOCOL_FRAMES + 8);
    int first = 0;

    /* The frames above the interrupted instruction are the handler's own. */
    for (int i = 0; pc && i < n; i++) {
        if ((uint64_t)(uintptr_t)found[i] == pc) {
            first = i;
            break;
        }
    }
    for (int i = first; i < n && i - first < PROTOCOL_FRAMES; i++) {
        watched->answer.frame_address[i - first] = (uint64_t)(uintptr_t)found[i];
        watched->answer.n_frames = (uint32_t)(i - first + 1);
    }
}

static uint64_t program_counter(const ucontext_t *context)
{
#if defined(__x86_64__)
    return (uint64_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return context->uc_mcontext.pc;
#else
#error "say where this architecture keeps the program counter of a signal context"
#endif
}

/* Has whoever was there before handle the signal, in our place. */
static void pass_on(int number, siginfo_t *info, void *context)
{
    for (size_t i = 0; i < FATAL_SIGNALS; i++) {
        sigaction(fatal_signals[i], &former[i], NULL);
    }
    for (size_t i = 0; i < FATAL_SIGNALS; i++) {
        if (fatal_signals[i] == number && former[i].sa_flags & SA_SIGINFO) {
            former[i].sa_sigaction(number, info, context);
        }
    }
}

void crash_return_to(void **place)
{
    return_place = place;
    is_recording = false;
}

/* One that was sent from outside may have come in the middle of anything, putting a page back, say. */
static bool is_own(const siginfo_t *info)
{
    return info->si_code > 0 || (info->si_code == SI_TKILL && info->si_pid == getpid());
}

/* Nothing more of this load is of use: what it leaves behind is put back. */
__attribute__((noreturn)) static void go_back(void)
{
    void **place = return_place;

    return_place = NULL;
    counters_hand_over();
    if (kept_words && *kept_words) {
        syscall(SYS_munmap, *kept_words, (unsigned long)(*kept_words)->size);
    }
    __builtin_longjmp(place, 1);
}

/* A second fault, in the unwinder, must end the process with what is known so far. */
static void prepare_end(void)
{
    return_place = NULL;
    isolate_release();
    counters_hand_over();
    for (size_t i = 0; i < FATAL_SIGNALS; i++) {
        signal(fatal_signals[i], SIG_DFL);
    }
}

static void on_fatal(int number, siginfo_t *info, void *context)
{
    uint64_t pc = program_counter(context);

    if (number == SIGSEGV && isolate_allow(info->si_addr)) {
        return;
    }
    if (is_recording || !return_place || !is_own(info) || is_sanitized) {
        prepare_end();
    }
    if (is_recording) {
        raise(number);
    }
    is_recording = return_place != NULL;
    /* The supervisor may be reading the answer of a load that is over. */
    if (watched->answer.phase == PROTOCOL_PHASE_FINISHED) {
        raise(number);
    }
    watched->answer.signal = number;
    watched->answer.fault_address = number == SIGABRT ? 0 : (uint64_t)(uintptr_t)info->si_addr;
    watched->answer.frame_address[0] = pc;
    watched->answer.n_frames = 1;
    watched->answer.at_signal = 1;
    record_stack(pc);
    if (is_recording) {
        go_back();
    }
    if (is_alone) {
        crash_translate(watched);
    }
    pass_on(number, info, context);
    raise(number);
}

/* A sanitizer that names its first frame asks the kernel where the program is, and takes memory. */
static void prepare_sanitizer(void *frame)
{
    typedef void symbolize_fn(void *pc, const char *format, char *text, size_t size);
    symbolize_fn *symbolize = (symbolize_fn *)dlsym(RTLD_DEFAULT, "__sanitizer_symbolize_pc");
    char text[256];

    is_sanitized = symbolize != NULL;
    if (symbolize) {
        symbolize(frame, "%m", text, sizeof(text));
    }
}

void crash_prepare(void)
{
    void *frame[2] = { NULL };

    backtrace(frame, 2);
    prepare_sanitizer(frame[0]);
    kept_words = (struct kept_words **)dlvsym(RTLD_DEFAULT, "__abort_msg", "GLIBC_PRIVATE");
}

void crash_watch(struct protocol_shared *shared)
{
    stack_t stack = { .ss_sp = alternate_stack, .ss_size = sizeof(alternate_stack) };
    struct sigaction action = { .sa_sigaction = on_fatal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
    sigset_t set;

    watched = shared;
    sigaltstack(&stack, NULL);
    sigemptyset(&set);
    for (size_t i = 0; i < FATAL_SIGNALS; i++) {
        sigaction(fatal_signals[i], &action, &former[i]);
        sigaddset(&set, fatal_signals[i]);
    }
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void crash_watch_all(struct protocol_shared *shared)
{
    is_alone = true;
    crash_watch(shared);
}

static void record_exit(int status)
{
    if (watched && watched->answer.phase != PROTOCOL_PHASE_FINISHED) {
        watched->answer.exited = 1;
        watched->answer.exit_status = status;
        record_stack(0);
        if (return_place && !is_sanitized) {
            go_back();
        }
        counters_hand_over();
    }
}

__attribute__((visibility("default"), noreturn)) void exit(int status)
{
    void (*next)(int) = (void (*)(int))dlsym(RTLD_NEXT, "exit");

    /* Exit handlers of the half-loaded QEMU would only add noise: a load that is watched ends here. */
    if (watched) {
        record_exit(status);
    }
    if (is_alone) {
        crash_translate(watched);
    } else if (watched) {
        _Exit(status);
    }
    next(status);
    abort();
}

/*
 * The C library names the exported function in whose extent an address lies, and none that only stands near.  A call
 * that does not return may be a function's last, and what it would return to is in the next function.
 */
static void translate(uint64_t address, bool is_return, struct protocol_frame *frame)
{
    Dl_info info;
    const char *base;

    memset(frame, 0, sizeof(*frame));
    frame->offset = address;
    if (!dladdr((void *)(uintptr_t)(address - is_return), &info) || !info.dli_fname) {
        return;
    }
    base = strrchr(info.dli_fname, '/');
    base = base ? base + 1 : info.dli_fname;
    frame->offset = address - (uint64_t)(uintptr_t)info.dli_fbase;
    frame->in_program = (uintptr_t)info.dli_fbase == program_start();
    snprintf(frame->module, sizeof(frame->module), "%.*s", (int)sizeof(frame->module) - 1, base);
    if (info.dli_sname) {
        snprintf(frame->symbol, sizeof(frame->symbol), "%.*s", (int)sizeof(frame->symbol) - 1, info.dli_sname);
    }
}

/* Looking up a name goes through all that QEMU exports, and thousands of crashes share their frames. */
static const struct protocol_frame *translated(uint64_t address, bool is_return)
{
    static struct {
        uint64_t address;
        bool is_return;
        struct protocol_frame frame;
    } known[1024];
    size_t at = (size_t)(address >> 2) % (sizeof(known) / sizeof(known[0]));

    if (known[at].address != address || known[at].is_return != is_return) {
        known[at].address = address;
        known[at].is_return = is_return;
        translate(address, is_return, &known[at].frame);
    }
    return &known[at].frame;
}

void crash_translate(struct protocol_shared *shared)
{
    uint32_t n = shared->answer.n_frames;

    for (uint32_t i = 0; i < n && i < PROTOCOL_FRAMES; i++) {
        shared->answer.frames[i] = *translated(shared->answer.frame_address[i], !(i == 0 && shared->answer.at_signal));
    }
}
