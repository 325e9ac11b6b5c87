/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The real loader: each load has a verdict from a clean state, whatever a stream or a stranger does to its process. */
#include "progress.h"
#include "support.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/loader/open.h"
#include "harness/loader/qemu/client.h"
#include "harness/loader/qemu/protocol.h"

/* Processor time of the QEMU and of the loads it has waited for. */
static uint64_t used_ms(struct loader *loader)
{
    struct progress_process list[PROGRESS_PROCESSES];

    assert_true(progress_tree(qemu_pid(loader), list) > 0);
    return list[0].used_ms;
}

/* An accepted answer whose state is kept beside the loader's own copy. */
static void load_accepted(struct loader *loader, const Hardstop__Case *test, struct builder *saved)
{
    struct loader_answer answer;

    support_load(loader, test, 0, &answer);
    if (answer.outcome != OUTCOME_ACCEPTED) {
        fail_msg("%s: %s", outcome_name(answer.outcome), answer.text);
    }
    assert_true(answer.saved_size > 1000);
    assert_int_equal(answer.saved[0], HARDSTOP__SECTION__TYPE__FULL);
    if (saved) {
        builder_reset(saved);
        builder_put(saved, answer.saved, answer.saved_size);
    }
}

static void every_load_starts_from_the_same_state(void **state)
{
    static const char *const transports[] = { "ccw", "pci" };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(transports); i++) {
        for (int keep = CASE_KEEP_ALL; keep <= CASE_KEEP_DEVICES; keep += CASE_KEEP_DEVICES - CASE_KEEP_ALL) {
            Hardstop__Setup *setup = support_setup(transports[i], NULL, HARDSTOP__FRAMING__FOOTER);
            Hardstop__Case *test = support_capture(setup, (enum case_keep)keep);
            struct loader *loader = support_open(setup);
            struct builder first = { 0 }, second = { 0 };

            assert_memory_equal(loader_name(loader), "QEMU 7.2.", strlen("QEMU 7.2."));
            load_accepted(loader, test, &first);
            load_accepted(loader, test, &second);
            assert_int_equal(first.size, second.size);
            assert_memory_equal(first.data, second.data, first.size);
            assert_int_equal(qemu_restarts(loader), 0);
            builder_clear(&first);
            builder_clear(&second);
            loader_close(loader);
            case_free(test);
            hardstop__setup__free_unpacked(setup, NULL);
        }
    }
}

static void a_rejection_names_its_section(void **state)
{
    Hardstop__Case *test = support_capture_part("ccw", HARDSTOP__FRAMING__FOOTER, "virtio-net");
    struct loader *loader = support_open(test->setup);
    uint32_t net = support_find(test, "virtio-net");
    struct builder before = { 0 }, after = { 0 };
    struct loader_answer answer;

    (void)state;
    load_accepted(loader, test, &before);
    support_damage(test, HARDSTOP__DAMAGE__KIND_TRUNCATE, net, 300);
    support_load(loader, test, 0, &answer);
    assert_int_equal(answer.outcome, OUTCOME_REJECTED);
    assert_true(answer.result < 0);
    assert_non_null(strstr(answer.text, "virtio-net"));
    assert_null(strstr(answer.text, "qemu_loadvm_state_section_startfull"));
    assert_non_null(strstr(answer.section, "virtio-net"));
    assert_null(answer.saved);
    /* A load that was half done leaves nothing behind. */
    hardstop__damage__free_unpacked(test->damage[--test->n_damage], NULL);
    load_accepted(loader, test, &after);
    assert_int_equal(after.size, before.size);
    assert_memory_equal(after.data, before.data, after.size);
    builder_clear(&before);
    builder_clear(&after);
    loader_close(loader);
    case_free(test);
}

static void a_crash_has_signal_and_frames(void **state)
{
    Hardstop__Case *crash = support_crash_case();
    Hardstop__Case *good = support_capture_part("pci", HARDSTOP__FRAMING__FOOTER, "virtio-net");
    struct loader *loader = support_open(crash->setup);
    const struct loader_frame *frame;
    struct loader_answer answer;

    (void)state;
    support_load(loader, crash, 0, &answer);
    assert_int_equal(answer.outcome, OUTCOME_CRASHED);
    assert_int_equal(answer.signal, SIGSEGV);
    assert_false(answer.exited);
    assert_false(answer.saving);
    assert_non_null(strstr(answer.section, "virtio-net"));
    frame = loader_crash_frame(&answer);
    assert_non_null(frame);
    assert_string_equal(frame->module, "qemu-system-x86_64");
    assert_true(*frame->symbol);
    assert_true(frame->offset > 0);
    assert_true(answer.n_frames > 3);
    load_accepted(loader, good, NULL);
    /* The server survives its loads. */
    assert_int_equal(qemu_restarts(loader), 0);
    loader_close(loader);
    case_free(crash);
    case_free(good);
}

static void a_hang_is_cut_at_its_limit(void **state)
{
    Hardstop__Case *hang = support_hang_case();
    Hardstop__Case *good = support_capture_part("ccw", HARDSTOP__FRAMING__FOOTER, "virtio-rng");
    struct loader *loader = support_open(hang->setup);
    struct loader_answer answer;
    uint64_t begin = used_ms(loader);

    (void)state;
    support_load(loader, hang, 300, &answer);
    assert_int_equal(answer.outcome, OUTCOME_HUNG);
    /* The limit is of processor time; so is this, as far as it is sampled. */
    assert_in_range(used_ms(loader) - begin, 100, 3000);
    assert_non_null(strstr(answer.section, "virtio-rng"));
    load_accepted(loader, good, NULL);
    assert_int_equal(qemu_restarts(loader), 0);
    loader_close(loader);
    case_free(hang);
    case_free(good);
}

static void memory_is_bounded(void **state)
{
    /* MIG_CMD_PACKAGED of 256 MiB: allocated before a byte of it is read. */
    static const uint8_t packaged[] = { 8, 0, 7, 0, 4, 0x10, 0, 0, 0, 0 };
    struct loader_options options = { .memory_limit = 64u << 20 };
    struct loader_input input = { .bytes = packaged, .size = sizeof(packaged) };
    Hardstop__Setup *setup = support_setup("ccw", NULL, HARDSTOP__FRAMING__FOOTER);
    struct loader_answer answer;
    struct hs_error err;
    struct loader *loader = loader_open(setup, TRUST_ALL, &options, &err);

    (void)state;
    assert_non_null(loader);
    for (int i = 0; i < 4; i++) {
        input.fast = i & 1;
        assert_int_equal(loader_load(loader, &input, &answer, &err), 0);
        assert_int_equal(answer.outcome, OUTCOME_CRASHED);
        assert_non_null(strstr(answer.text, "failed to allocate"));
    }
    loader_close(loader);
    loader = support_open(setup);
    assert_int_equal(loader_load(loader, &input, &answer, &err), 0);
    assert_int_equal(answer.outcome, OUTCOME_REJECTED);
    loader_close(loader);
    hardstop__setup__free_unpacked(setup, NULL);
}

/* Without the end-of-file mark, what stands behind it in a whole stream is taken for the next section. */
static void what_follows_device_sections_is_there(void **state)
{
    static const struct {
        const char *transport, *machine;
        bool cut;
        const char *words;
    } rows[] = {
        { "ccw", NULL, false, "Unknown savevm section type 6" },
        { "pci", "q35", false, "Unknown savevm section type 6" },
        { "ccw", NULL, true, "Failed to load device state: -5" },
        /* They send no description. */
        { "ccw", "s390-ccw-virtio,suppress-vmdesc=on", false, "Failed to load device state: -5" },
        { "pci", "pc-i440fx-2.2", false, "Failed to load device state: -5" },
    };

    (void)state;
    for (size_t i = 0; i < 2 * HS_COUNT(rows); i++) {
        Hardstop__Setup *setup = support_setup(rows[i / 2].transport, rows[i / 2].machine, HARDSTOP__FRAMING__FOOTER);
        Hardstop__Case *test = support_capture(setup, CASE_KEEP_DEVICES);
        struct loader *loader = support_open(setup);
        struct stream_encoding plain = { 0 };
        struct loader_input input = { .cut = rows[i / 2].cut, .fast = i % 2 };
        struct loader_answer answer;

        stream_encode(test->stream, &plain, NULL, NULL);
        input.bytes = plain.out.data;
        input.size = plain.out.size - 1;
        assert_int_equal(loader_load(loader, &input, &answer, NULL), 0);
        if (answer.outcome != OUTCOME_REJECTED || !strstr(answer.text, rows[i / 2].words)) {
            fail_msg("row %zu: %s: %s", i / 2, outcome_name(answer.outcome), answer.text);
        }
        stream_encoding_clear(&plain);
        loader_close(loader);
        case_free(test);
        hardstop__setup__free_unpacked(setup, NULL);
    }
}

static void a_killed_server_is_started_again(void **state)
{
    Hardstop__Case *good = support_capture_part("ccw", HARDSTOP__FRAMING__FOOTER, "virtio-rng");
    struct loader *loader = support_open(good->setup);
    struct builder before = { 0 }, after = { 0 };

    (void)state;
    load_accepted(loader, good, &before);
    for (unsigned i = 1; i <= 3; i++) {
        pid_t pid = qemu_pid(loader);

        assert_int_equal(kill(pid, SIGKILL), 0);
        load_accepted(loader, good, &after);
        assert_int_equal(qemu_restarts(loader), i);
        assert_int_not_equal(qemu_pid(loader), pid);
        assert_int_equal(after.size, before.size);
    }
    builder_clear(&before);
    builder_clear(&after);
    loader_close(loader);
    case_free(good);
}

static void a_server_killed_in_a_load_gives_the_verdict_yet(void **state)
{
    Hardstop__Case *hang = support_hang_case();
    struct loader *loader = support_open(hang->setup);
    struct loader_answer answer;
    pid_t victim = qemu_pid(loader), killer;

    (void)state;
    killer = fork();
    if (killer == 0) {
        progress_wait(victim, 100);
        kill(victim, SIGKILL);
        _exit(0);
    }
    support_load(loader, hang, 2000, &answer);
    assert_int_equal(answer.outcome, OUTCOME_HUNG);
    assert_int_equal(qemu_restarts(loader), 1);
    assert_int_equal(waitpid(killer, NULL, 0), killer);
    loader_close(loader);
    case_free(hang);
}

/* What is killed before it can say a word is started once more; a second time, and the error says what it looks like. */
static void a_server_killed_while_it_starts_is_started_again(void **state)
{
    static const char script[] = "#!/bin/sh\n"
                                 "test -s \"$0.kills\" || exec qemu-system-s390x \"$@\"\n"
                                 "sed -i 1d \"$0.kills\"\n"
                                 "kill -9 $$\n";
    Hardstop__Case *good = support_capture_part("ccw", HARDSTOP__FRAMING__FOOTER, "virtio-rng");
    char *folder = support_folder();
    struct loader *loader;
    struct hs_error err;

    (void)state;
    free(good->setup->binary);
    good->setup->binary = support_write(folder, "qemu", script, strlen(script));
    assert_int_equal(chmod(good->setup->binary, 0755), 0);
    free(support_write(folder, "qemu.kills", "1\n2\n", 4));
    assert_null(loader_open(good->setup, TRUST_ALL, NULL, &err));
    assert_non_null(strstr(err.text, "something killed it while it started, twice"));
    free(support_write(folder, "qemu.kills", "1\n", 2));
    loader = support_open(good->setup);
    load_accepted(loader, good, NULL);
    loader_close(loader);
    case_free(good);
    support_remove(folder);
}

/* The one field of the rings that a load looks at in guest memory: the index behind which the driver adds buffers. */
static void guest_memory_is_written_before_the_load(void **state)
{
    Hardstop__Setup *setup = support_setup("ccw", "s390-ccw-virtio-2.4", HARDSTOP__FRAMING__FOOTER);
    Hardstop__Case *test = support_capture(setup, CASE_KEEP_DEVICES);
    Hardstop__VirtQueue *queue = support_virtio(test, "virtio-rng")->queue[0];
    struct loader *loader = support_open(setup);
    Hardstop__GuestMemory memory = HARDSTOP__GUEST_MEMORY__INIT, *list[] = { &memory };
    uint8_t index[] = { 0, 5 };
    struct loader_answer answer;

    (void)state;
    assert_true(queue->num > 5);
    queue->has_desc = queue->has_last_avail_idx = true;
    queue->desc = 0x10000;
    queue->last_avail_idx = 5;
    support_load(loader, test, 0, &answer);
    assert_int_equal(answer.outcome, OUTCOME_ACCEPTED);
    assert_non_null(strstr(answer.text, "inconsistent with Host index"));
    memory.has_address = memory.has_data = true;
    memory.address = queue->desc + 16 * queue->num + 2;
    memory.data.data = index;
    memory.data.len = sizeof(index);
    test->memory = list;
    test->n_memory = 1;
    support_load(loader, test, 0, &answer);
    assert_int_equal(answer.outcome, OUTCOME_ACCEPTED);
    assert_null(strstr(answer.text, "inconsistent with Host index"));
    /* What is behind the last address there is goes nowhere: not to address 0, nor to where the index is. */
    memory.data.len = 1 + memory.address + sizeof(index);
    memory.data.data = hs_alloc(memory.data.len);
    memcpy(memory.data.data + 1 + memory.address, index, sizeof(index));
    memory.address = UINT64_MAX;
    support_load(loader, test, 0, &answer);
    assert_int_equal(answer.outcome, OUTCOME_ACCEPTED);
    assert_non_null(strstr(answer.text, "inconsistent with Host index"));
    free(memory.data.data);
    test->memory = NULL;
    test->n_memory = 0;
    loader_close(loader);
    case_free(test);
    hardstop__setup__free_unpacked(setup, NULL);
}

static void a_wrapper_script_may_stand_before_qemu(void **state)
{
    static const char script[] = "#!/bin/sh\nexec qemu-system-s390x \"$@\"\n";
    Hardstop__Case *good = support_capture_part("ccw", HARDSTOP__FRAMING__FOOTER, "virtio-rng");
    char *folder = support_folder();
    struct loader *loader;

    (void)state;
    free(good->setup->binary);
    good->setup->binary = support_write(folder, "qemu", script, strlen(script));
    assert_int_equal(chmod(good->setup->binary, 0755), 0);
    loader = support_open(good->setup);
    load_accepted(loader, good, NULL);
    loader_close(loader);
    case_free(good);
    support_remove(folder);
}

static void fifty_opens_leave_nothing_behind(void **state)
{
    Hardstop__Case *good = support_capture_part("ccw", HARDSTOP__FRAMING__FOOTER, "virtio-rng");
    int before = support_open_fds();

    (void)state;
    for (int i = 0; i < 50; i++) {
        struct loader *loader = support_open(good->setup);
        pid_t pid = qemu_pid(loader);

        if (i % 10 == 0) {
            load_accepted(loader, good, NULL);
        }
        loader_close(loader);
        assert_int_equal(kill(pid, 0), -1);
        assert_int_equal(support_open_fds(), before);
    }
    loader_close(NULL);
    case_free(good);
}

/* A descriptor of ours may have a number that the served QEMU expects another one at. */
static void descriptors_do_not_collide(void **state)
{
    Hardstop__Case *good = support_capture_part("ccw", HARDSTOP__FRAMING__FOOTER, "virtio-rng");
    int fds[PROTOCOL_FD_OUTPUT + 16], n = 0;

    (void)state;
    do {
        fds[n] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(fds[n] >= 0);
    } while (fds[n++] < PROTOCOL_FD_SOCKET - 8);
    for (int i = 0; i < 12; i++) {
        struct loader *loader = support_open(good->setup);

        load_accepted(loader, good, NULL);
        loader_close(loader);
        fds[n] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_true(fds[n++] >= 0);
    }
    while (n) {
        close(fds[--n]);
    }
    case_free(good);
}

static const struct {
    const char *given; /* in place of the captured run state; NULL: a stream that ends before it */
    enum outcome outcome;
    const char *saved;
} run_states[] = {
    { "prelaunch", OUTCOME_ACCEPTED, "prelaunch" },
    { "suspended", OUTCOME_ACCEPTED, "suspended" },
    { "running", OUTCOME_ACCEPTED, "paused" },
    { NULL, OUTCOME_ACCEPTED, "paused" },
    { "restore-vm", OUTCOME_CRASHED, NULL }, /* no incoming migration can lead there: QEMU aborts */
    { "nonsense", OUTCOME_REJECTED, NULL },
};

static bool holds(const struct loader_answer *answer, const char *text)
{
    /* With the zero behind it. */
    return answer->saved && memmem(answer->saved, answer->saved_size, text, strlen(text) + 1);
}

/* As QEMU's main loop does it after a load: a section that was never read must show. */
static void the_run_state_is_what_was_loaded(void **state)
{
    static const char captured[] = "prelaunch";
    Hardstop__Setup *setup = support_setup("ccw", NULL, HARDSTOP__FRAMING__FOOTER);
    Hardstop__Case *test = support_capture(setup, CASE_KEEP_DEVICES);
    struct loader *loader = support_open(setup);
    struct stream_encoding plain = { 0 };
    struct loader_answer answer;
    struct hs_error err;

    (void)state;
    stream_encode(test->stream, &plain, NULL, NULL);
    for (size_t i = 0; i < 2 * HS_COUNT(run_states); i++) {
        const char *given = run_states[i / 2].given;
        uint8_t *bytes = hs_copy(plain.out.data, plain.out.size);
        uint8_t *place = memmem(bytes, plain.out.size, captured, sizeof(captured));
        struct loader_input input = { .bytes = bytes, .size = plain.out.size, .fast = i % 2 };

        assert_non_null(place);
        if (given) {
            memset(place, 0, sizeof(captured));
            memcpy(place, given, strlen(given));
        } else {
            bytes[0] = 0;
        }
        assert_int_equal(loader_load(loader, &input, &answer, &err), 0);
        assert_int_equal(answer.outcome, run_states[i / 2].outcome);
        assert_false(answer.saving);
        if (run_states[i / 2].saved) {
            assert_true(holds(&answer, run_states[i / 2].saved));
            assert_int_equal(holds(&answer, captured), strcmp(run_states[i / 2].saved, captured) == 0);
        }
        free(bytes);
    }
    stream_encoding_clear(&plain);
    loader_close(loader);
    hardstop__setup__free_unpacked(setup, NULL);
    case_free(test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(the_run_state_is_what_was_loaded),
        SUPPORT_TIDY(every_load_starts_from_the_same_state),
        SUPPORT_TIDY(a_rejection_names_its_section),
        SUPPORT_TIDY(a_crash_has_signal_and_frames),
        SUPPORT_TIDY(a_hang_is_cut_at_its_limit),
        SUPPORT_TIDY(memory_is_bounded),
        SUPPORT_TIDY(what_follows_device_sections_is_there),
        SUPPORT_TIDY(a_killed_server_is_started_again),
        SUPPORT_TIDY(a_server_killed_in_a_load_gives_the_verdict_yet),
        SUPPORT_TIDY(a_server_killed_while_it_starts_is_started_again),
        SUPPORT_TIDY(guest_memory_is_written_before_the_load),
        SUPPORT_TIDY(a_wrapper_script_may_stand_before_qemu),
        SUPPORT_TIDY(descriptors_do_not_collide),
        SUPPORT_TIDY(fifty_opens_leave_nothing_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
