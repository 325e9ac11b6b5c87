/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop fuzz: makes seeds, runs the targets side by side, and lists the findings. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/time.h"
#include "harness/case/setup.h"
#include "harness/loader/qemu/capture.h"
#include "harness/report/style.h"
#include "harness/report/verdict.h"
#include "harness/tool/tool.h"

enum {
    MAX_TARGETS = 2,
    MAX_STARTS = 100, /* of one target in a campaign: something that kills it so often is not an accident */
    POLL_MS = 250,
    STOP_MS = 5000, /* for a target to end by itself when the time is over: it may be in a load */
};

struct options {
    const char *targets[MAX_TARGETS];
    size_t n_targets;
    const char *work;
    unsigned long seconds;
    unsigned long seed;
    bool json;
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case 't':
        options->seconds = tool_number(value, 1, 30ul * 24 * 3600, state, "--time");
        return 0;
    case 's':
        options->seed = tool_number(value, 1, UINT32_MAX, state, "--seed");
        return 0;
    case 'w':
        options->work = value;
        return 0;
    case 'j':
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (strcmp(value, "ccw") != 0 && strcmp(value, "pci") != 0) {
            argp_error(state, "no target \"%s\"; there are ccw and pci", value);
        }
        if (options->n_targets == MAX_TARGETS) {
            argp_error(state, "each target once");
        }
        options->targets[options->n_targets++] = value;
        return 0;
    case ARGP_KEY_END:
        if (!options->n_targets) {
            options->targets[0] = "ccw";
            options->targets[1] = "pci";
            options->n_targets = 2;
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = (const struct argp_option[]){
        { "time", 't', "SECONDS", 0, "how long (default 60)", 0 },
        { "seed", 's', "N", 0, "of the engine's random numbers (default 1)", 0 },
        { "work", 'w', "FOLDER", 0, "corpus, findings and logs (default work); a campaign goes on where the last one "
                                    "in the same folder ended", 0 },
        { "json", 'j', NULL, 0, "the findings as one JSON array", 0 },
        { 0 },
    },
    .parser = parse,
    .args_doc = "[ccw] [pci]",
    .doc = "Captures seeds from the real QEMU, runs the fuzz targets on it, and lists the distinct findings, those of "
           "earlier campaigns in the folder included.",
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* Seeds. */

static int save_seed(const char *folder, const char *device, const char *framing, const Hardstop__Setup *setup,
                     const uint8_t *bytes, size_t size, struct hs_error *err)
{
    Hardstop__Stream *stream = stream_decode(bytes, size, STREAM_ANY, err);
    Hardstop__Case *test;
    char *path;
    uint8_t *packed;
    int result = 0;

    if (!stream) {
        return hs_fail_in(err, "the captured stream");
    }
    test = case_of_stream(stream, setup, CASE_KEEP_DEVICES);
    if (!case_keep_sections(test, device)) {
        result = hs_fail(err, HS_NO_OFFSET, "the captured stream has no section %s", device);
    } else {
        path = hs_format("%s/seed-%s-%s.case", folder, device, framing);
        packed = case_pack(test, &size);
        result = file_write(path, packed, size, err);
        free(packed);
        free(path);
    }
    case_free(test);
    return result;
}

static int capture_seeds(const char *folder, const char *transport, struct hs_error *err)
{
    static const char *const devices[] = { "virtio-net", "virtio-blk", "virtio-rng", "virtio-balloon" };
    static const struct {
        const char *name;
        Hardstop__Framing framing;
    } framings[] = { { "footer", HARDSTOP__FRAMING__FOOTER }, { "legacy", HARDSTOP__FRAMING__LEGACY } };
    int result = 0;

    for (size_t i = 0; i < HS_COUNT(framings) && result == 0; i++) {
        Hardstop__Setup *setup = setup_standard(transport, framings[i].framing);
        uint8_t *bytes = NULL;
        size_t size;

        result = capture_stream(setup, &bytes, &size, err);
        for (size_t k = 0; k < HS_COUNT(devices) && result == 0; k++) {
            result = save_seed(folder, devices[k], framings[i].name, setup, bytes, size, err);
        }
        free(bytes);
        hardstop__setup__free_unpacked(setup, NULL);
    }
    return result;
}

/* Targets. */

struct target {
    const char *transport;
    pid_t pid; /* 0: not running */
    int status; /* of the last end */
    unsigned starts;
    char *program, *corpus, *artifacts, *log, *findings;
};

static int open_target(struct target *target, const char *transport, const char *work, struct hs_error *err)
{
    char self[4096];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
    char *slash;

    self[n > 0 ? n : 0] = 0;
    slash = strrchr(self, '/');
    target->transport = transport;
    target->program = hs_format("%.*s/%s_fuzzer", slash ? (int)(slash - self) : 0, self, transport);
    target->corpus = hs_format("%s/corpus-%s", work, transport);
    target->artifacts = hs_format("%s/artifacts-%s/", work, transport);
    target->findings = hs_format("%s/findings", work);
    target->log = hs_format("%s/%s.log", work, transport);
    if (access(target->program, X_OK) != 0) {
        return hs_fail(err, HS_NO_OFFSET, "%s: %s", target->program, strerror(errno));
    }
    if (file_make_folder(target->corpus, err) < 0 || file_make_folder(target->artifacts, err) < 0 ||
        file_make_folder(target->findings, err) < 0) {
        return -1;
    }
    return capture_seeds(target->corpus, transport, err);
}

static void close_target(struct target *target)
{
    free(target->program);
    free(target->corpus);
    free(target->artifacts);
    free(target->findings);
    free(target->log);
}

__attribute__((noreturn)) static void run_target(const struct target *target, const struct options *options,
                                                 unsigned long seconds)
{
    char *arguments[] = {
        target->program,
        target->corpus,
        hs_format("-max_total_time=%lu", seconds),
        /* A campaign that was cut short goes on with other numbers, not with the same ones again. */
        hs_format("-seed=%lu", options->seed + target->starts),
        hs_format("-artifact_prefix=%s", target->artifacts),
        (char *)"-max_len=1048576",
        (char *)"-len_control=0",
        (char *)"-timeout=60",
        (char *)"-rss_limit_mb=0",
        (char *)"-print_final_stats=1",
        NULL,
    };
    int log = open(target->log, O_WRONLY | O_CREAT | O_APPEND, 0666);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (log >= 0) {
        dup2(log, 1);
        dup2(log, 2);
    }
    setenv("HARDSTOP_FINDINGS", target->findings, 1);
    execv(target->program, arguments);
    _exit(127);
}

static int start_target(struct target *target, const struct options *options, double seconds, struct hs_error *err)
{
    fflush(NULL);
    target->pid = fork();
    if (target->pid == 0) {
        run_target(target, options, (unsigned long)(seconds + 0.5));
    }
    target->starts++;
    return target->pid < 0 ? hs_fail(err, HS_NO_OFFSET, "no new process: %s", strerror(errno)) : 0;
}

static void print_status(const struct target *targets, size_t n, double left)
{
    if (!isatty(STDERR_FILENO)) {
        return;
    }
    fprintf(stderr, "\r%4.0f s left", left > 0 ? left : 0);
    for (size_t i = 0; i < n; i++) {
        char *path = hs_format("%s/status-%s", targets[i].findings, targets[i].transport);
        json_t *status = json_load_file(path, 0, NULL);
        double seconds = json_number_value(json_object_get(status, "seconds"));
        json_int_t loads = json_integer_value(json_object_get(status, "loads"));

        fprintf(stderr, " | %s %lld loads, %.0f/s, %lld new", targets[i].transport, (long long)loads,
                seconds > 0 ? (double)loads / seconds : 0,
                (long long)json_integer_value(json_object_get(status, "findings")));
        json_decref(status);
        free(path);
    }
    fputs("\033[K", stderr);
}

/* Notes the ends of targets; a killed one is started again while time is left.  1 while any runs. */
static int watch_targets(struct target *targets, size_t n, const struct options *options, double left,
                         struct hs_error *err)
{
    int running = 0;

    for (size_t i = 0; i < n; i++) {
        struct target *target = &targets[i];

        if (target->pid && waitpid(target->pid, &target->status, WNOHANG) == target->pid) {
            target->pid = 0;
            if (WIFSIGNALED(target->status) && left >= 1 && !interrupted) {
                fprintf(stderr, "hardstop: %s was killed (%s); it goes on\n", target->program,
                        loader_signal_name(WTERMSIG(target->status)));
                if (target->starts < MAX_STARTS && start_target(target, options, left, err) < 0) {
                    return -1;
                }
            }
        }
        running |= target->pid != 0;
    }
    return running;
}

static int run_campaign(struct target *targets, size_t n, const struct options *options, struct hs_error *err)
{
    double end = time_now() + (double)options->seconds;
    int running = 1;

    for (size_t i = 0; i < n; i++) {
        if (start_target(&targets[i], options, (double)options->seconds, err) < 0) {
            return -1;
        }
    }
    while (running > 0) {
        double left = end - time_now();

        running = watch_targets(targets, n, options, left, err);
        if (interrupted || left * 1000 < -STOP_MS) {
            for (size_t i = 0; i < n; i++) {
                if (targets[i].pid) {
                    kill(targets[i].pid, interrupted ? SIGTERM : SIGKILL);
                }
            }
        }
        print_status(targets, n, left);
        nanosleep(&(struct timespec){ .tv_nsec = POLL_MS * 1000000L }, NULL);
    }
    if (isatty(STDERR_FILENO)) {
        fputc('\n', stderr);
    }
    return running;
}

/* libFuzzer's exit status for SIGINT and SIGTERM. */
enum { LIBFUZZER_INTERRUPTED = 72 };

static int check_ends(const struct target *targets, size_t n, struct hs_error *err)
{
    for (size_t i = 0; i < n; i++) {
        int status = targets[i].status;

        if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 ||
                                  (interrupted && WEXITSTATUS(status) == LIBFUZZER_INTERRUPTED))) {
            continue;
        }
        if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM) &&
            targets[i].starts < MAX_STARTS) {
            continue;
        }
        return hs_fail(err, HS_NO_OFFSET, "%s ended with %s %d, which is our own failure: see %s", targets[i].program,
                       WIFEXITED(status) ? "status" : "signal",
                       WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), targets[i].log);
    }
    return 0;
}

static int report(const struct options *options, struct hs_error *err)
{
    char *folder = hs_format("%s/findings", options->work);
    size_t n;
    struct finding *findings = finding_read_all(folder, &n, err);
    json_t *list = json_array();

    if (!findings) {
        free(folder);
        json_decref(list);
        return -1;
    }
    finding_sort(findings, n);
    for (size_t i = 0; options->json && i < n; i++) {
        char *path = finding_case_path(folder, &findings[i]);

        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "property",
                                              findings[i].property, "verdict", verdict_name(findings[i].verdict),
                                              "transport", findings[i].transport, "device", findings[i].device,
                                              "field", findings[i].field, "crash", findings[i].crash, "message",
                                              findings[i].message, "case", path));
        free(path);
    }
    if (options->json) {
        tool_print_json(json_incref(list));
    } else {
        verdict_findings(stdout, findings, n, folder, program_invocation_name);
    }
    json_decref(list);
    free(findings);
    free(folder);
    return (int)(n > 0);
}

int command_fuzz(int argc, char **argv)
{
    struct options options = { .work = "work", .seconds = 60, .seed = 1 };
    struct target targets[MAX_TARGETS] = { 0 };
    struct hs_error err;
    int result = 0;

    argp_parse(&argp, argc, argv, 0, NULL, &options);
    if (strcmp(HARDSTOP_ENGINE, "libfuzzer") != 0) {
        hs_fail(&err, HS_NO_OFFSET, "this build has the engine " HARDSTOP_ENGINE ", which does not search; configure "
                                    "with -DHARDSTOP_ENGINE=libfuzzer, as ci/fuzz does");
        return tool_fail(&err);
    }
    signal(SIGINT, on_interrupt);
    signal(SIGTERM, on_interrupt);
    for (size_t i = 0; i < options.n_targets && result == 0; i++) {
        result = open_target(&targets[i], options.targets[i], options.work, &err);
    }
    if (result == 0) {
        result = run_campaign(targets, options.n_targets, &options, &err);
    }
    if (result == 0) {
        result = report(&options, &err);
        /* The table comes first: a failure of ours must not hide what was found. */
        if (result >= 0 && check_ends(targets, options.n_targets, &err) < 0) {
            result = -1;
        }
    }
    for (size_t i = 0; i < options.n_targets; i++) {
        close_target(&targets[i]);
    }
    return result < 0 ? tool_fail(&err) : result > 0 ? TOOL_FINDING : TOOL_CLEAN;
}
