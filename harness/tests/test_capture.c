/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream can be taken from an installed QEMU and loaded in a new one, and every failure on the way has a reason. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/loader/open.h"
#include "harness/loader/capture.h"
#include "harness/loader/qemu/capture.h"
#include "harness/loader/confirm.h"
#include "harness/tests/support.h"

SUPPORT_SHARED(folder)

static Hardstop__Setup s390x(char **device)
{
    Hardstop__Setup setup = HARDSTOP__SETUP__INIT;

    setup.binary = "qemu-system-s390x";
    setup.machine = "s390-ccw-virtio";
    setup.device = device;
    setup.n_device = 1;
    return setup;
}

static Hardstop__Setup rng(void)
{
    static char *device[] = { "virtio-rng-ccw" };

    return s390x(device);
}

static void assert_stream(const uint8_t *stream, size_t size)
{
    assert_true(size > 100);
    assert_memory_equal(stream, "QEVM\0\0\0\3", 8);
}

static void assert_fails(const Hardstop__Setup *setup, const char *reason)
{
    struct hs_error err = { 0 };
    uint8_t *stream = NULL;
    size_t size = 0;

    assert_int_equal(capture_stream(setup, TRUST_ALL, &stream, &size, &err), -1);
    assert_null(stream);
    assert_null(strchr(err.text, '\n'));
    if (!strstr(err.text, reason)) {
        fail_msg("\"%s\" does not say \"%s\"", err.text, reason);
    }
}

static void capture(const Hardstop__Setup *setup, uint8_t **stream, size_t *size)
{
    struct hs_error err = { 0 };

    if (capture_stream(setup, TRUST_ALL, stream, size, &err) < 0) {
        fail_msg("%s", err.text);
    }
}

static char *write_file(const char *name, const void *bytes, size_t size)
{
    char *path = hs_format("%s/%s", folder, name);
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    return path;
}

/* Confirms `bytes` as a file `name`; the caller clears the result. */
static void confirm(const Hardstop__Setup *setup, const char *name, const void *bytes, size_t size, uint32_t timeout_ms,
                    struct confirm_result *result)
{
    char *path = write_file(name, bytes, size);
    struct hs_error err = { 0 };

    if (confirm_run(setup, TRUST_ALL, path, &(struct confirm_limits){ timeout_ms }, result, &err) < 0) {
        fail_msg("%s", err.text);
    }
    free(path);
}

static void s390x_is_captured(void **state)
{
    Hardstop__Setup setup = rng();
    uint8_t *stream;
    size_t size;

    (void)state;
    capture(&setup, &stream, &size);
    assert_stream(stream, size);
    assert_non_null(memmem(stream, size, "virtio-rng", strlen("virtio-rng")));
    free(stream);
}

static void q35_is_captured(void **state)
{
    char *device[] = { "virtio-rng-pci" };
    Hardstop__Setup setup = s390x(device);
    uint8_t *stream;
    size_t size;

    (void)state;
    setup.binary = "qemu-system-x86_64";
    setup.machine = "q35";
    capture(&setup, &stream, &size);
    assert_stream(stream, size);
    assert_non_null(memmem(stream, size, "virtio-rng", strlen("virtio-rng")));
    free(stream);
}

/* What only a QEMU can take that answers is no way to save to a file. */
static void capabilities_that_need_a_receiver_are_turned_off(void **state)
{
    static char *const names[] = { "migration.x-multifd=on", "migration.x-postcopy-ram=on", "migration.x-return-path=on",
                                   "migration.x-colo=on", "migration.x-background-snapshot=on" };
    Hardstop__Setup setup = rng();
    uint8_t *stream;
    size_t size;

    (void)state;
    setup.n_global = 1;
    for (size_t i = 0; i < HS_COUNT(names); i++) {
        setup.global = (char **)&names[i];
        capture(&setup, &stream, &size);
        assert_stream(stream, size);
        free(stream);
    }
}

/* Whatever sound this machine has; a QEMU without any driver refuses the device. */
static void sound_says_nothing(void **state)
{
    char *device[] = { "intel-hda", "hda-duplex" };
    Hardstop__Setup setup = s390x(device);
    struct loader_input input = { .whole = true };
    struct loader_answer answer;
    struct hs_error err;
    struct loader *loader;
    uint8_t *stream;

    (void)state;
    setup.binary = "qemu-system-x86_64";
    setup.machine = "pc";
    setup.n_device = HS_COUNT(device);
    if (capture_stream(&setup, TRUST_ALL, &stream, &input.size, &err) < 0) {
        assert_non_null(strstr(err.text, "no default audio driver available"));
        return;
    }
    input.bytes = stream;
    loader = loader_open(&setup, TRUST_ALL, NULL, &err);
    assert_non_null(loader);
    assert_int_equal(loader_load(loader, &input, &answer, &err), 0);
    assert_int_equal(answer.outcome, OUTCOME_ACCEPTED);
    assert_string_equal(answer.text, "");
    loader_close(loader);
    free(stream);
}

static void wrong_setups_have_reasons(void **state)
{
    Hardstop__Setup setup = rng();
    char *device[] = { "virtio-nonsense-ccw" };

    (void)state;
    setup.machine = "nonsense";
    assert_fails(&setup, "has no machine nonsense");
    setup = s390x(device);
    assert_fails(&setup, "has no device virtio-nonsense-ccw");
    setup = rng();
    setup.binary = "qemu-system-nonsense";
    assert_fails(&setup, "no program qemu-system-nonsense");
    setup.binary = "/nonexistent/qemu";
    assert_fails(&setup, "/nonexistent/qemu");
}

static void no_qemu_has_a_reason(void **state)
{
    Hardstop__Setup setup = rng();

    (void)state;
    setup.binary = "true";
    assert_fails(&setup, "true ended while it started");
    setup.binary = "false";
    assert_fails(&setup, "false ended while it started");
}

static void unmigratable_device_is_named(void **state)
{
    char *device[] = { "virtio-crypto-ccw,cryptodev=c0" };
    char *option[] = { "-object", "cryptodev-backend-builtin,id=c0" };
    Hardstop__Setup setup = s390x(device);

    (void)state;
    setup.option = option;
    setup.n_option = HS_COUNT(option);
    assert_fails(&setup, "non-migratable device '/fe.0.0000/virtio-crypto'");
}

static void captured_stream_is_accepted(void **state)
{
    Hardstop__Setup setup = rng();
    struct confirm_result result;
    uint8_t *stream;
    size_t size;

    (void)state;
    capture(&setup, &stream, &size);
    confirm(&setup, "whole.qemu", stream, size, 0, &result);
    assert_int_equal(result.outcome, OUTCOME_ACCEPTED);
    assert_string_equal(result.text, "");
    assert_stream(result.saved, result.saved_size);
    assert_null(strstr(result.command_line, "-mon"));
    confirm_result_clear(&result);
    free(stream);
}

static void any_path_works(void **state)
{
    static const char *const names[] = { "it's a \"path\" $(x)", "-x;y", "\\n\xc3\xa9\n" };
    Hardstop__Setup setup = rng();
    struct confirm_result result;
    uint8_t *stream;
    size_t size;
    char *line;

    (void)state;
    capture(&setup, &stream, &size);
    for (size_t i = 0; i < HS_COUNT(names); i++) {
        confirm(&setup, names[i], stream, size, 0, &result);
        assert_int_equal(result.outcome, OUTCOME_ACCEPTED);
        confirm_result_clear(&result);
    }
    /* Pasted into a shell, the line finds its file, too: without it, QEMU does not end by itself. */
    confirm(&setup, names[0], stream, size / 2, 0, &result);
    line = hs_format("timeout 600 %s 2>/dev/null", result.command_line);
    assert_int_equal(WEXITSTATUS(system(line)), 1);
    confirm_result_clear(&result);
    free(line);
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(confirm_run(&setup, TRUST_ALL, "-x;y", NULL, &result, NULL), 0);
    assert_int_equal(result.outcome, OUTCOME_ACCEPTED);
    confirm_result_clear(&result);
    assert_int_equal(chdir("/"), 0);
    free(stream);
}

static void truncated_stream_is_rejected(void **state)
{
    Hardstop__Setup setup = rng();
    struct confirm_result result;
    uint8_t *stream;
    size_t size;

    (void)state;
    capture(&setup, &stream, &size);
    for (size_t part = 1; part < 4; part++) {
        confirm(&setup, "part.qemu", stream, size * part / 4, 0, &result);
        assert_int_equal(result.outcome, OUTCOME_REJECTED);
        assert_int_equal(result.exit_status, 1);
        assert_int_equal(result.signal, 0);
        assert_non_null(strstr(result.text, "load of migration failed"));
        assert_null(result.saved);
        confirm_result_clear(&result);
    }
    free(stream);
}

/* QEMU 7.2 waits, busily and for ever, for the first byte of a stream that has none; a later one may reject it. */
static void empty_stream_is_not_accepted(void **state)
{
    Hardstop__Setup setup = rng();
    struct confirm_result result;

    (void)state;
    confirm(&setup, "empty.qemu", "", 0, 300, &result);
    assert_true(result.outcome == OUTCOME_HUNG || result.outcome == OUTCOME_REJECTED);
    assert_null(result.saved);
    confirm_result_clear(&result);
}

static void garbage_is_rejected(void **state)
{
    Hardstop__Setup setup = rng();
    struct confirm_result result;
    uint8_t bytes[4096];

    (void)state;
    memset(bytes, 0xa5, sizeof(bytes));
    confirm(&setup, "garbage.qemu", bytes, sizeof(bytes), 0, &result);
    assert_int_equal(result.outcome, OUTCOME_REJECTED);
    assert_non_null(strstr(result.text, "Not a migration stream"));
    confirm_result_clear(&result);
}

/* The guest's state in the stream is one that QEMU does not allow at this point: it aborts. */
/* An idstr may hold anything, and QEMU repeats it: a QEMU without sanitizers has no reports. */
static void a_name_is_no_report(void **state)
{
    static const char words[] = "\nhw/virtio/virtio.c:31: runtime error: planted\n    #0 0x10 in admin evil.c:1\n";
    static const uint8_t full[] = { 4, 0, 0, 0, 9, sizeof(words) - 1 }; /* type, section id, length of the idstr */
    Hardstop__Setup setup = rng();
    struct confirm_result result;
    uint8_t *stream, damaged[1024];
    size_t size, head;

    (void)state;
    capture(&setup, &stream, &size);
    /* Magic, version, and the configuration section: its type, the length of a name, the name. */
    head = 8 + 5 + stream[12];
    memcpy(damaged, stream, head);
    memcpy(damaged + head, full, sizeof(full));
    memcpy(damaged + head + sizeof(full), words, sizeof(words) - 1);
    memset(damaged + head + sizeof(full) + sizeof(words) - 1, 0, 8);
    confirm(&setup, "case.qemu", damaged, head + sizeof(full) + sizeof(words) - 1 + 8, 0, &result);
    assert_non_null(strstr(result.text, "runtime error: planted"));
    assert_int_equal(result.outcome, OUTCOME_REJECTED);
    confirm_result_clear(&result);
    free(stream);
}

static void abort_is_a_crash(void **state)
{
    Hardstop__Setup setup = rng();
    struct confirm_result result;
    uint8_t *stream, *at;
    size_t size;

    (void)state;
    capture(&setup, &stream, &size);
    at = memmem(stream, size, "prelaunch", sizeof("prelaunch"));
    assert_non_null(at);
    memcpy(at, "debug\0\0\0\0", strlen("prelaunch"));
    confirm(&setup, "abort.qemu", stream, size, 0, &result);
    assert_int_equal(result.outcome, OUTCOME_CRASHED);
    assert_int_equal(result.signal, SIGABRT);
    assert_int_equal(result.exit_status, -1);
    assert_non_null(strstr(result.text, "invalid runstate transition"));
    confirm_result_clear(&result);
    free(stream);
}

static void unusable_confirmation_has_a_reason(void **state)
{
    Hardstop__Setup setup = rng();
    struct confirm_result result;
    struct hs_error err = { 0 };
    char *path = write_file("empty.qemu", "", 0);

    (void)state;
    assert_int_equal(confirm_run(&setup, TRUST_ALL, "/nonexistent/file", NULL, &result, &err), -1);
    assert_non_null(strstr(err.text, "/nonexistent/file"));
    confirm_result_clear(&result);
    assert_int_equal(confirm_run(&setup, TRUST_ALL, folder, NULL, &result, &err), -1);
    assert_non_null(strstr(err.text, "not a file"));
    confirm_result_clear(&result);
    setup.machine = "nonsense";
    assert_int_equal(confirm_run(&setup, TRUST_ALL, path, NULL, &result, &err), -1);
    assert_int_equal(result.outcome, OUTCOME_UNKNOWN);
    assert_non_null(strstr(err.text, "has no machine nonsense"));
    confirm_result_clear(&result);
    free(path);
}

/* What no installed QEMU does on demand: a program that speaks QMP as its machine's name says. */
static Hardstop__Setup fake(char *behaviour)
{
    static const char script[] =
        "#!/bin/bash\n"
        "say() { printf '%s\\r\\n' \"$1\" >&210; }\n"
        "say_at_once() { /usr/bin/printf '%s\\r\\n' \"$@\" >&210; }\n"
        "loading() { case \"$*\" in *-incoming*) true;; *) false;; esac; }\n"
        "case $2 in\n"
        "no-greeting) say '{\"return\": {}}';;\n"
        "no-json) say 'hello';;\n"
        "too-long) exec head -c 20000000 /dev/zero >&210;;\n"
        "esac\n"
        "say '{\"QMP\": {}}'\n"
        "case $2 in\n"
        "silent) exec sleep 36000;;\n"
        "noisy) echo sound $$: no card >&2; loading \"$@\" && { echo sound 1: no card; echo oops; } >&2 && exit 1;;\n"
        "limited) loading \"$@\" && { ulimit -v >&2; exit 1; };;\n"
        "exits) loading \"$@\" && { echo oops >&2; exit 1; };;\n"
        "faults) loading \"$@\" && kill -SEGV $$;;\n"
        "verbose) loading \"$@\" && { yes noise | head -c 100000; echo load of migration failed; } >&2 && exit 1;;\n"
        "esac\n"
        "while read -r line <&210; do\n"
        "  say '{\"event\": \"STOP\"}'\n"
        "  case $2:$line in\n"
        "  failing-migration:*query-migrate*)\n"
        "    say '{\"return\": {\"status\": \"failed\", \"error-desc\": \"no ink\"}}';;\n"
        "  cancelled-migration:*query-migrate*) say '{\"return\": {\"status\": \"cancelled\"}}';;\n"
        "  slow-migration:*query-migrate*) say '{\"return\": {\"status\": \"active\"}}';;\n"
        "  refused-save:*'\"migrate\"'*) say '{\"error\": {\"class\": \"GenericError\", \"desc\": \"no ink\"}}';;\n"
        "  fault-in-save:*'\"migrate\"'*) kill -SEGV $$;;\n"
        "  hang-in-save:*'\"migrate\"'*) exec sleep 36000;;\n"
        "  *query-migrate*) say '{\"return\": {\"status\": \"completed\"}}';;\n"
        "  *query-status*) say '{\"return\": {\"status\": \"inmigrate\"}}';;\n"
        "  *quit*) exit;;\n"
        "  *) say_at_once '{\"event\": \"RESUME\"}' '{\"return\": {}}';;\n"
        "  esac\n"
        "done\n";
    static char *path;
    Hardstop__Setup setup = HARDSTOP__SETUP__INIT;

    free(path);
    path = write_file("fake", script, sizeof(script) - 1);
    assert_int_equal(chmod(path, 0700), 0);
    setup.binary = path;
    setup.machine = behaviour;
    return setup;
}

static void bad_qmp_has_a_reason(void **state)
{
    static char *const cases[][2] = { { "no-greeting", "no greeting" },
                                      { "no-json", "not a QMP message" },
                                      { "too-long", "too long" },
                                      { "failing-migration", "the migration failed: no ink" },
                                      { "cancelled-migration", "the migration cancelled: QEMU gives no reason" },
                                      { "refused-save", "QEMU refuses migrate: no ink" },
                                      { "fault-in-save", "was ended by SIGSEGV" } };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(cases); i++) {
        Hardstop__Setup setup = fake(cases[i][0]);

        assert_fails(&setup, cases[i][1]);
    }
}

static void a_command_has_a_deadline(void **state)
{
    Hardstop__Setup setup = fake("slow-migration");
    struct patience start = patience_by_clock(10000), patience = patience_by_clock(100);
    struct process process;
    struct command_line command;
    struct qmp qmp;
    uint8_t *stream = NULL;
    size_t size;
    struct hs_error err = { 0 };

    (void)state;
    assert_int_equal(command_line_prepare(&command, &setup, TRUST_ALL, &err), 0);
    assert_int_equal(capture_start(&qmp, &process, &setup, &command, &start, &err), 0);
    assert_int_equal(capture_save(&qmp, &patience, &stream, &size, &err), -1);
    assert_int_equal(qmp.failure, QMP_FAILURE_LATE);
    assert_null(stream);
    capture_quit(&qmp, &process);
    command_line_clear(&command);
}

static void every_end_has_its_outcome(void **state)
{
    static const struct {
        char *behaviour;
        enum outcome outcome;
        int exit_status, signal;
        bool saving;
        const char *text;
    } cases[] = {
        { "silent", OUTCOME_HUNG, -1, 0, false, "" },
        { "exits", OUTCOME_CRASHED, 1, 0, false, "oops" },
        { "faults", OUTCOME_CRASHED, -1, SIGSEGV, false, "" },
        { "verbose", OUTCOME_REJECTED, 1, 0, false, "bytes left out" },
        { "failing-migration", OUTCOME_REJECTED, -1, 0, false, "" },
        { "slow-migration", OUTCOME_HUNG, -1, 0, false, "" },
        { "refused-save", OUTCOME_ACCEPTED, -1, 0, false, "not saved again: QEMU refuses migrate: no ink" },
        { "fault-in-save", OUTCOME_CRASHED, -1, SIGSEGV, true, "" },
        { "hang-in-save", OUTCOME_HUNG, -1, 0, true, "" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(cases); i++) {
        Hardstop__Setup setup = fake(cases[i].behaviour);
        struct confirm_result result;

        confirm(&setup, "case.qemu", "", 0, 500, &result);
        if (result.outcome != cases[i].outcome || result.signal != cases[i].signal ||
            result.exit_status != cases[i].exit_status || result.saving != cases[i].saving ||
            !strstr(result.text, cases[i].text) || result.saved) {
            fail_msg("%s: %s, exit status %d, signal %d, saving %d: %s", cases[i].behaviour,
                     outcome_name(result.outcome), result.exit_status, result.signal, result.saving, result.text);
        }
        confirm_result_clear(&result);
    }
}

/* Lines that are there without a stream, too, whatever numbers they have; the same line once more is the load's. */
static void noise_is_not_the_words_of_a_load(void **state)
{
    Hardstop__Setup setup = fake("noisy");
    struct confirm_result result;

    (void)state;
    confirm(&setup, "case.qemu", "", 0, 500, &result);
    assert_string_equal(result.text, "sound 1: no card\noops\n");
    confirm_result_clear(&result);
}

static void memory_has_the_limit_that_is_asked_for(void **state)
{
    static const uint64_t limits[] = { 0, UINT64_C(512) << 20, UINT64_C(2048) << 20 };
    Hardstop__Setup setup = fake("limited");
    char *path = write_file("case.qemu", "", 0);

    (void)state;
    for (size_t i = 0; i < HS_COUNT(limits); i++) {
        struct confirm_limits limit = { .timeout_ms = 500, .memory = limits[i] };
        struct confirm_result result;
        uint64_t kib;

        assert_int_equal(confirm_run(&setup, TRUST_ALL, path, &limit, &result, NULL), 0);
        kib = strtoull(result.text, NULL, 10);
        assert_int_equal(strcmp(result.text, "unlimited\n") == 0, limits[i] == 0);
        assert_true(kib >= limits[i] >> 10 && kib <= (limits[i] >> 10) + 100 * 1024);
        assert_int_equal(strncmp(result.command_line, "prlimit --as=", 13) == 0, limits[i] != 0);
        confirm_result_clear(&result);
    }
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(s390x_is_captured),
        SUPPORT_TIDY(q35_is_captured),
        SUPPORT_TIDY(capabilities_that_need_a_receiver_are_turned_off),
        SUPPORT_TIDY(sound_says_nothing),
        SUPPORT_TIDY(wrong_setups_have_reasons),
        SUPPORT_TIDY(no_qemu_has_a_reason),
        SUPPORT_TIDY(unmigratable_device_is_named),
        SUPPORT_TIDY(captured_stream_is_accepted),
        SUPPORT_TIDY(any_path_works),
        SUPPORT_TIDY(truncated_stream_is_rejected),
        SUPPORT_TIDY(empty_stream_is_not_accepted),
        SUPPORT_TIDY(garbage_is_rejected),
        SUPPORT_TIDY(a_name_is_no_report),
        SUPPORT_TIDY(abort_is_a_crash),
        SUPPORT_TIDY(unusable_confirmation_has_a_reason),
        SUPPORT_TIDY(bad_qmp_has_a_reason),
        SUPPORT_TIDY(a_command_has_a_deadline),
        SUPPORT_TIDY(every_end_has_its_outcome),
        SUPPORT_TIDY(noise_is_not_the_words_of_a_load),
        SUPPORT_TIDY(memory_has_the_limit_that_is_asked_for),
    };

    /* A hang of QEMU is caught by the code under test; one of our own ends here. */
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
