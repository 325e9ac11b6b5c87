/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds QEMU's command line, starts and ends the process, and explains its start-up errors. */
#include "harness/loader/qemu/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/print.h"
#include "harness/base/shell.h"

void arguments_add(struct arguments *arguments, const char *argument)
{
    arguments->argv = hs_resize(arguments->argv, arguments->n + 2, sizeof(*arguments->argv));
    arguments->argv[arguments->n++] = hs_strdup(argument);
    arguments->argv[arguments->n] = NULL;
}

void arguments_clear(struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->n; i++) {
        free(arguments->argv[i]);
    }
    free(arguments->argv);
    memset(arguments, 0, sizeof(*arguments));
}

char *arguments_line(const struct arguments *arguments)
{
    struct print_memory line;
    FILE *out = print_open(&line);

    for (size_t i = 0; i < arguments->n; i++) {
        char *word = shell_word(arguments->argv[i]);

        fprintf(out, "%s%s", i ? " " : "", word);
        free(word);
    }
    return print_close(&line);
}

static void add_pairs(struct arguments *arguments, const char *option, char *const *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        arguments_add(arguments, option);
        arguments_add(arguments, values[i]);
    }
}

void process_arguments(struct arguments *arguments, const Hardstop__Setup *setup)
{
    static const char *const fixed[] = { "-S", "-display", "none", "-nodefaults" };

    arguments_add(arguments, setup->binary);
    if (setup->machine) {
        arguments_add(arguments, "-M");
        arguments_add(arguments, setup->machine);
    }
    for (size_t i = 0; i < HS_COUNT(fixed); i++) {
        arguments_add(arguments, fixed[i]);
    }
    arguments_add(arguments, "-m");
    arguments_add(arguments, setup->memory);
    if (setup->has_framing) {
        arguments_add(arguments, "-global");
        arguments_add(arguments, setup->framing == HARDSTOP__FRAMING__LEGACY ? "migration.send-section-footer=off"
                                                                             : "migration.send-section-footer=on");
    }
    add_pairs(arguments, "-global", setup->global, setup->n_global);
    for (size_t i = 0; i < setup->n_option; i++) {
        arguments_add(arguments, setup->option[i]);
    }
    add_pairs(arguments, "-device", setup->device, setup->n_device);
}

static bool is_program(const char *path)
{
    return access(path, X_OK) == 0;
}

char *process_find(const Hardstop__Setup *setup, struct hs_error *err)
{
    const char *binary = setup->binary ? setup->binary : "";
    const char *path = getenv("PATH");

    if (strchr(binary, '/')) {
        if (is_program(binary)) {
            return hs_strdup(binary);
        }
        hs_fail(err, HS_NO_OFFSET, "%s: %s", binary, strerror(errno));
        return NULL;
    }
    for (const char *from = path ? path : ""; *binary && *from;) {
        size_t length = strcspn(from, ":");
        char *candidate = hs_format("%.*s/%s", (int)length, from, binary);

        if (length && is_program(candidate)) {
            return candidate;
        }
        free(candidate);
        from += length + (from[length] == ':');
    }
    if (*binary) {
        hs_fail(err, HS_NO_OFFSET, "no program %s in PATH; on Debian: apt-get install %s", binary,
                strstr(binary, "x86_64") ? "qemu-system-x86" : "qemu-system-misc");
    } else {
        hs_fail(err, HS_NO_OFFSET, "the setup names no QEMU binary");
    }
    return NULL;
}

enum { MAX_FDS = 8, FIRST_SPARE_FD = 512 }; /* above what a child is given */

/* In two moves: a descriptor that is still to be handed on may have the number that another one gets. */
static bool hand_over(const struct process_fd *fds, size_t n_fds)
{
    int spare[MAX_FDS];

    for (size_t i = 0; i < n_fds; i++) {
        spare[i] = fcntl(fds[i].from, F_DUPFD_CLOEXEC, FIRST_SPARE_FD);
        if (spare[i] < 0) {
            return false;
        }
    }
    for (size_t i = 0; i < n_fds; i++) {
        if (dup2(spare[i], fds[i].to) < 0) {
            return false;
        }
    }
    return true;
}

__attribute__((noreturn)) static void run_child(const char *path, const struct arguments *arguments,
                                                const struct process_fd *fds, size_t n_fds, int error_fd,
                                                const char *const *environment)
{
    int null = open("/dev/null", O_RDWR);
    sigset_t none;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    dup2(null, 0);
    dup2(null, 1);
    dup2(error_fd, 2);
    if (!hand_over(fds, n_fds)) {
        dprintf(2, "descriptors cannot be handed over: %s\n", strerror(errno));
        _exit(127);
    }
    if (environment) {
        /* A served QEMU has the same addresses each time, and so has what is said of its crashes. */
        personality(ADDR_NO_RANDOMIZE);
    }
    for (; environment && *environment; environment += 2) {
        setenv(environment[0], environment[1], 1);
    }
    execv(path, arguments->argv);
    dprintf(2, "%s: %s\n", path, strerror(errno));
    _exit(127);
}

int process_start(struct process *process, const char *path, const struct arguments *arguments,
                  const struct process_fd *fds, size_t n_fds, const char *const *environment, struct hs_error *err)
{
    int errors[2];
    pid_t pid;

    HS_CHECK(n_fds <= MAX_FDS, "%zu descriptors", n_fds);
    if (pipe2(errors, O_CLOEXEC | O_NONBLOCK) < 0) {
        return hs_fail(err, HS_NO_OFFSET, "no pipe: %s", strerror(errno));
    }
    fcntl(errors[0], F_SETPIPE_SZ, PROCESS_ERRORS_SIZE);
    pid = fork();
    if (pid == 0) {
        run_child(path, arguments, fds, n_fds, errors[1], environment);
    }
    close(errors[1]);
    if (pid < 0) {
        close(errors[0]);
        return hs_fail(err, HS_NO_OFFSET, "no new process: %s", strerror(errno));
    }
    process->pid = pid;
    process->error_fd = errors[0];
    return 0;
}

void process_kill(struct process *process)
{
    if (process->pid) {
        kill(process->pid, SIGKILL);
        while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR) {
        }
        close(process->error_fd);
        process->pid = 0;
    }
}

bool process_wait(const struct process *process, uint32_t timeout_ms, int *exit_status, int *signal)
{
    /* WNOWAIT leaves the reaping, and with it the child's number, to process_kill(). */
    const int options = WEXITED | WNOHANG | WNOWAIT;
    siginfo_t info = { 0 };
    struct timespec begin, now, step = { .tv_nsec = 1000000 };

    clock_gettime(CLOCK_MONOTONIC, &begin);
    while (waitid(P_PID, (id_t)process->pid, &info, options) < 0 || info.si_pid == 0) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        if ((now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000 >= (int64_t)timeout_ms) {
            return false;
        }
        nanosleep(&step, NULL);
    }
    *exit_status = info.si_code == CLD_EXITED ? info.si_status : -1;
    *signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
    return true;
}

size_t process_read_errors(struct process *process, char *text, size_t size)
{
    size_t length = 0;
    char chunk[4096];
    ssize_t n;

    while ((n = read(process->error_fd, chunk, sizeof(chunk))) > 0) {
        size_t kept = (size_t)n < size - 1 - length ? (size_t)n : size - 1 - length;

        memcpy(text + length, chunk, kept);
        length += kept;
    }
    text[length] = 0;
    return length;
}

/* Devices that Debian 12 keeps in modules, with the package that brings them. */
static const struct {
    const char *device; /* prefix of the device's name */
    const char *module;
    const char *package;
} modules[] = {
    { "virtio-gpu-ccw", "hw-s390x-virtio-gpu-ccw", "qemu-system-common" },
    { "virtio-gpu-gl", "hw-display-virtio-gpu-gl", "qemu-system-common" },
    { "virtio-gpu", "hw-display-virtio-gpu", "qemu-system-common" },
    { "virtio-vga", "hw-display-virtio-vga", "qemu-system-common" },
    { "qxl", "hw-display-qxl", "qemu-system-common" },
    { "usb-host", "hw-usb-host", "qemu-system-common" },
    { "usb-redir", "hw-usb-redirect", "qemu-system-common" },
    { "usb-ccid", "hw-usb-smartcard", "qemu-system-common" },
    { "ccid-card", "hw-usb-smartcard", "qemu-system-common" },
};

/* Copies the text between `before` and `after` where it first stands; false when it does not. */
static bool between(const char *text, const char *before, const char *after, char *out, size_t size)
{
    const char *from = strstr(text, before);
    const char *to = from ? strstr(from + strlen(before), after) : NULL;

    if (!to) {
        return false;
    }
    from += strlen(before);
    snprintf(out, size, "%.*s", (int)(to - from), from);
    return true;
}

static const char *skip_warnings(const char *text)
{
    while (*text) {
        const char *end = text + strcspn(text, "\n");

        if (!memmem(text, (size_t)(end - text), ": warning: ", strlen(": warning: "))) {
            break;
        }
        text = *end ? end + 1 : end;
    }
    return text;
}

static int explain_device(const Hardstop__Setup *setup, const char *name, struct hs_error *err)
{
    for (size_t i = 0; i < HS_COUNT(modules); i++) {
        if (strncmp(name, modules[i].device, strlen(modules[i].device)) == 0) {
            return hs_fail(err, HS_NO_OFFSET,
                           "device %s is in QEMU's module %s.so, which is not installed or not loadable; on Debian: "
                           "apt-get install %s",
                           name, modules[i].module, modules[i].package);
        }
    }
    return hs_fail(err, HS_NO_OFFSET, "%s has no device %s; %s -device help lists its devices", setup->binary, name,
                   setup->binary);
}

int process_explain(const Hardstop__Setup *setup, const char *text, struct hs_error *err)
{
    char name[128];
    size_t length;

    text = skip_warnings(text);
    length = strcspn(text, "\n");
    if (strstr(text, "unsupported machine type")) {
        return hs_fail(err, HS_NO_OFFSET, "%s has no machine %s; %s -M help lists its machines", setup->binary,
                       setup->machine ? setup->machine : "", setup->binary);
    }
    /* The second is what a module's device says when the module of the device inside it is missing. */
    if (between(text, "'", "' is not a valid device model name", name, sizeof(name)) ||
        between(text, "missing object type '", "'", name, sizeof(name))) {
        return explain_device(setup, name, err);
    }
    if (!length) {
        return hs_fail(err, HS_NO_OFFSET, "%s ended while it started and said nothing: is it a QEMU?",
                       setup->binary);
    }
    return hs_fail(err, HS_NO_OFFSET, "%s did not start: %.*s", setup->binary, (int)length, text);
}
