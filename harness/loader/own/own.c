/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Forks for each load, and makes an answer of how that ends. */
#include "harness/loader/own/own.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/loader/own/counted.h"
#include "harness/loader/qemu/process.h"
#include "harness/loader/qemu/sanitizer.h"

enum { TEXT_SIZE = 16384 };

/* What parent and child share. */
struct shared {
    bool is_done;
    int result;
    uint64_t saved_size; /* in the file */
    char section[256];
    uint8_t counted[];
};

struct fork_loader {
    struct loader loader;
    const struct own_loader *own;
    uint64_t memory_limit;
    struct shared *shared;
    int file; /* in which a child leaves its state */
    struct builder saved, printed;
    struct sanitizer_report found;
    char text[TEXT_SIZE];
};

/* The load that this process is; NULL: it is none. */
static struct shared *at_load;

static size_t shared_size(void)
{
    return sizeof(struct shared) + counted_size();
}

void own_at(const char *idstr)
{
    if (at_load) {
        snprintf(at_load->section, sizeof(at_load->section), "%s", idstr);
    }
}

/* As for QEMU: what a load adds, where a sanitizer does not take all of the address space itself. */
static void limit_memory(uint64_t limit)
{
    uint64_t now = process_address_space(&(struct process){ .pid = getpid() });

    if (now && !counted_is_sanitized()) {
        setrlimit(RLIMIT_AS, &(struct rlimit){ now + limit, now + limit });
    }
}

__attribute__((noreturn)) static void be_load(struct fork_loader *loader, const struct loader_input *input,
                                              int error_fd)
{
    struct builder saved = { 0 };
    int null = open("/dev/null", O_RDWR);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    counted_leave_engine();
    dup2(null, 0);
    dup2(null, 1);
    dup2(error_fd, 2);
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    limit_memory(loader->memory_limit);
    at_load = loader->shared;
    at_load->result = loader->own->load(input, &saved);
    if (at_load->result == 0 && pwrite(loader->file, saved.data, saved.size, 0) != (ssize_t)saved.size) {
        dprintf(2, "no room for the saved state: %s\n", strerror(errno));
        _exit(1);
    }
    at_load->saved_size = saved.size;
    counted_keep(at_load->counted);
    at_load->is_done = true;
    _exit(0);
}

static int start(struct fork_loader *loader, const struct loader_input *input, struct process *process,
                 struct hs_error *err)
{
    int errors[2];

    if (pipe2(errors, O_CLOEXEC | O_NONBLOCK) < 0) {
        return hs_fail(err, HS_NO_OFFSET, "no pipe: %s", strerror(errno));
    }
    fcntl(errors[0], F_SETPIPE_SZ, PROCESS_ERRORS_SIZE);
    /* What is still to be written would be written twice. */
    fflush(NULL);
    *process = (struct process){ .pid = fork(), .error_fd = errors[0] };
    if (process->pid == 0) {
        be_load(loader, input, errors[1]);
    }
    close(errors[1]);
    if (process->pid < 0) {
        close(errors[0]);
        return hs_fail(err, HS_NO_OFFSET, "no new process: %s", strerror(errno));
    }
    return 0;
}

static bool is_zombie(pid_t pid)
{
    siginfo_t info = { .si_pid = 0 };

    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
}

/* Its end closes its standard error, which wakes at once, unless a child that it left has that, too. */
static bool await_end(const struct process *process, struct patience *patience, int *exit_status, int *number)
{
    struct pollfd end = { .fd = process->error_fd };

    while (!is_zombie(process->pid) && !patience_is_over(patience) && poll(&end, 1, patience_pause(patience)) == 0) {
    }
    return process_wait(process, patience, exit_status, number);
}

static void end(struct fork_loader *loader, struct process *process)
{
    /* With whatever it has left behind. */
    kill(-process->pid, SIGKILL);
    kill(process->pid, SIGKILL);
    while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    process_read_errors(process, loader->text, sizeof(loader->text));
    close(process->error_fd);
}

/*
 * Names of functions and files are the sanitizer's, or are missing, and addresses may be another at each start: places
 * in files are not.  The load had the addresses that this process has.
 */
static void place_frame(struct loader_frame *frame)
{
    Dl_info here, there;
    const char *slash;

    if (*frame->module || !dladdr((const void *)(uintptr_t)frame->offset, &there) || !dladdr(&at_load, &here)) {
        return;
    }
    slash = strrchr(there.dli_fname, '/');
    snprintf(frame->module, sizeof(frame->module), "%s", slash ? slash + 1 : there.dli_fname);
    frame->offset -= (uintptr_t)there.dli_fbase;
    frame->in_program = there.dli_fbase == here.dli_fbase;
}

static void take_report(struct fork_loader *loader, bool has_ended, struct loader_answer *answer)
{
    builder_reset(&loader->printed);
    if (sanitizer_take(&loader->found, loader->text, has_ended, &loader->printed)) {
        answer->outcome = OUTCOME_CRASHED;
        answer->report = loader->found.report;
        answer->printed = (const char *)loader->printed.data;
        answer->signal = loader->found.report.signal;
        answer->fault_address = loader->found.report.fault_address;
        answer->exited = false;
        answer->n_frames = loader->found.n_frames;
        memcpy(answer->frames, loader->found.frames, sizeof(answer->frames));
        for (size_t i = 0; i < answer->n_frames; i++) {
            place_frame(&answer->frames[i]);
        }
    }
}

static int take_state(struct fork_loader *loader, struct loader_answer *answer, struct hs_error *err)
{
    size_t size = loader->shared->saved_size;

    builder_reset(&loader->saved);
    builder_put_zeros(&loader->saved, size);
    if (pread(loader->file, loader->saved.data, size, 0) != (ssize_t)size) {
        answer->outcome = OUTCOME_UNKNOWN;
        return hs_fail(err, HS_NO_OFFSET, "%s: its state cannot be read: %s", loader->own->name, strerror(errno));
    }
    answer->saved = loader->saved.data;
    answer->saved_size = size;
    return 0;
}

/* How a load that ended, did. */
static int take_end(struct fork_loader *loader, int exit_status, int number, struct loader_answer *answer,
                    struct hs_error *err)
{
    const struct shared *shared = loader->shared;

    if (loader_is_from_outside(number)) {
        return hs_fail(err, HS_NO_OFFSET, "%s: something killed it while it loaded", loader->own->name);
    }
    if (shared->is_done) {
        counted_put_back(shared->counted);
        answer->outcome = shared->result == 0 ? OUTCOME_ACCEPTED : OUTCOME_REJECTED;
        answer->result = shared->result;
    } else {
        answer->outcome = OUTCOME_CRASHED;
        answer->signal = number;
        answer->exited = !number;
        answer->exit_status = exit_status;
    }
    take_report(loader, !shared->is_done, answer);
    return answer->outcome == OUTCOME_ACCEPTED ? take_state(loader, answer, err) : 0;
}

static int take_hang(const struct fork_loader *loader, const struct patience *patience, struct loader_answer *answer,
                     struct hs_error *err)
{
    static const enum hang hangs[] = {
        [PATIENCE_SPINS] = HANG_SPINS, [PATIENCE_READS] = HANG_READS, [PATIENCE_SLEEPS] = HANG_SLEEPS,
    };

    if (patience->ended == PATIENCE_CLOCK) {
        return hs_fail(err, HS_NO_OFFSET, "%s: it gets no processor time", loader->own->name);
    }
    answer->outcome = OUTCOME_HUNG;
    answer->hang = hangs[patience->ended];
    return 0;
}

static int load(struct loader *base, const struct loader_input *input, struct loader_answer *answer,
                struct hs_error *err)
{
    struct fork_loader *loader = (struct fork_loader *)base;
    uint32_t limit_ms = input->timeout_ms ? input->timeout_ms : LOADER_TIMEOUT_MS;
    struct patience patience;
    struct process process;
    int exit_status, number;
    bool has_ended;

    memset(answer, 0, sizeof(*answer));
    *loader->shared = (struct shared){ 0 };
    answer->text = loader->text;
    answer->section = loader->shared->section;
    answer->timeout_ms = limit_ms;
    answer->memory_limit = loader->memory_limit;
    if (start(loader, input, &process, err) < 0) {
        return -1;
    }
    patience = patience_with(process.pid, limit_ms);
    has_ended = await_end(&process, &patience, &exit_status, &number);
    end(loader, &process);
    return has_ended ? take_end(loader, exit_status, number, answer, err) : take_hang(loader, &patience, answer, err);
}

static const char *name(const struct loader *base)
{
    return ((const struct fork_loader *)base)->own->name;
}

static void close_own(struct loader *base)
{
    struct fork_loader *loader = (struct fork_loader *)base;

    munmap(loader->shared, shared_size());
    close(loader->file);
    builder_clear(&loader->saved);
    builder_clear(&loader->printed);
    free(loader);
}

struct kind {
    struct loader_kind kind;
    const struct own_loader *own;
};

static struct loader *open_own(const struct loader_kind *kind, const Hardstop__Setup *setup, enum trust trust,
                               const struct loader_options *options, struct hs_error *err)
{
    static const struct loader_class class = { .load = load, .name = name, .close = close_own };
    struct fork_loader *loader = hs_alloc(sizeof(*loader));

    (void)setup;
    (void)trust;
    loader->loader.class = &class;
    loader->own = ((const struct kind *)kind)->own;
    loader->memory_limit = options && options->memory_limit ? options->memory_limit : LOADER_MEMORY_LIMIT;
    loader->file = memfd_create("hardstop-state", MFD_CLOEXEC);
    loader->shared = mmap(NULL, shared_size(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (loader->file < 0 || loader->shared == MAP_FAILED) {
        hs_fail(err, HS_NO_OFFSET, "%s: no memory to share with its loads: %s", loader->own->name, strerror(errno));
        free(loader);
        return NULL;
    }
    return &loader->loader;
}

void own_add(const struct own_loader *own)
{
    struct kind *kind = hs_alloc(sizeof(*kind));

    *kind = (struct kind){ { own->name, open_own }, own };
    loader_add(&kind->kind);
    counted_begin();
}
