/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder of findings: one for each signature, whole or not there, read in the same order each time. */
#include "support.h"

#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/finding/finding.h"
#include "harness/message/reflect.h"
#include "harness/setup/program.h"

static Hardstop__Case *build(void)
{
    return (Hardstop__Case *)support_message(
        &hardstop__case__descriptor,
        "setup { binary: 'qemu-system-s390x' machine: 's390-ccw-virtio' }"
        "stream { section { type: FULL idstr: 'a/virtio-rng' opaque: 'x' } section { type: EOF } }"
        "damage { at { section: 0 } truncate { } }");
}

static struct finding new_finding(uint64_t signature)
{
    struct finding finding = { .property = "loader-survives", .verdict = VERDICT_CRASHED, .device = "virtio-rng",
                               .field = "virtio.queue[].num", .crash = "SIGSEGV qemu-system-s390x+0x1",
                               .transport = "ccw", .same = "crash: SIGSEGV qemu-system-s390x+0x1",
                               .machine = "qemu-system-s390x s390-ccw-virtio",
                               .signature = signature };

    snprintf(finding.message, sizeof(finding.message), "message of %" PRIu64, signature);
    return finding;
}

static int save(const char *folder, const struct finding *finding)
{
    Hardstop__Case *test = build();
    struct hs_error err = { .text = "" };
    int result = finding_save(folder, finding, test, &err);

    if (result < 0) {
        fail_msg("%s", err.text);
    }
    case_free(test);
    return result;
}

#define MEMORY "q: failed to allocate 5 bytes\n"
#define FRAMES .frames = { { .module = "q", .symbol = "f", .offset = 1, .in_program = true }, \
                           { .module = "q", .symbol = "vmstate_load_state", .in_program = true } }, .n_frames = 2

/* Limits of ours that were hit, and sections that were not loaded, are said; who had none is not told of one. */
static void messages_say_what_counts(void **state)
{
    static const struct {
        enum verdict verdict;
        const char *property, *message;
        struct loader_answer answer;
    } cases[] = {
        { VERDICT_HUNG, "loader-answers", "no answer in 60000 ms of processor time; spins at q+0x1 (in f)",
          { .outcome = OUTCOME_HUNG, .hang = HANG_SPINS, .timeout_ms = 60000, FRAMES } },
        { VERDICT_HUNG, "loader-answers",
          "no answer after 100000000 questions for bytes behind the end of the stream; spins at q+0x1 (in f)",
          { .outcome = OUTCOME_HUNG, .hang = HANG_READS, .timeout_ms = 60000, FRAMES } },
        { VERDICT_HUNG, "loader-answers", "no answer, while saving what was accepted",
          { .outcome = OUTCOME_HUNG, .hang = HANG_SPINS, .saving = true } },
        { VERDICT_CRASHED, "loader-answers", "SIGTRAP q+0x1 (in f): q: failed to allocate 5 bytes; "
          "a load may take 2048 MiB",
          { .outcome = OUTCOME_CRASHED, .signal = SIGTRAP, .text = MEMORY, .memory_limit = 2048u << 20, FRAMES } },
        { VERDICT_CRASHED, "loader-answers", "SIGTRAP q+0x1 (in f): q: failed to allocate 5 bytes",
          { .outcome = OUTCOME_CRASHED, .signal = SIGTRAP, .text = MEMORY, FRAMES } },
        { VERDICT_CRASHED, "loader-survives", "SIGSEGV, without a stack, as nothing gets into this QEMU",
          { .outcome = OUTCOME_CRASHED, .signal = SIGSEGV, .text = "" } },
        { VERDICT_CRASHED, "loader-survives", "SIGABRT q+0x1 (in f): qemu: hardware error: no",
          { .outcome = OUTCOME_CRASHED, .signal = SIGABRT, .text = "qemu: hardware error: no\nCPU #0:\nR0=1\n",
            .memory_limit = 2048u << 20, FRAMES } },
        { VERDICT_EQUAL, "truncation-is-rejected", "accepted, saves again as if undamaged; never loaded: b, c #1, d and "
          "1 more", { .outcome = OUTCOME_ACCEPTED, .loaded = "a\n" } },
        { VERDICT_EQUAL, "truncation-is-rejected", "accepted, saves again as if undamaged",
          { .outcome = OUTCOME_ACCEPTED, .loaded = "a\nb\nc #1\nd\ne\n" } },
    };
    Hardstop__Case *test = build();

    (void)state;
    for (size_t i = 0; i < HS_COUNT(cases); i++) {
        struct judgement judgement = {
            .test = test, .verdict = cases[i].verdict, .effect.first = SIZE_MAX, .actual.answer = cases[i].answer,
            .reference.answer = { .outcome = OUTCOME_ACCEPTED, .loaded = "a\nb\nc #1\nd\ne\n" },
        };
        struct finding finding;

        judgement.actual.answer.text = cases[i].answer.text ? cases[i].answer.text : "";
        judgement.actual.answer.section = "";
        finding_describe(&judgement, property_find(cases[i].property), &finding);
        assert_string_equal(finding.message, cases[i].message);
    }
    case_free(test);
}

static size_t count_files(const char *folder)
{
    DIR *directory = opendir(folder);
    struct dirent *entry;
    size_t n = 0;

    while ((entry = readdir(directory))) {
        n += entry->d_name[0] != '.';
    }
    closedir(directory);
    return n;
}

static void what_is_saved_is_read_back(void **state)
{
    char *folder = support_folder();
    struct finding finding = new_finding(UINT64_C(0xfedcba9876543210)), *read;
    Hardstop__Case *test = build(), *back;
    uint8_t *data;
    size_t n, size;
    char *path;

    (void)state;
    assert_int_equal(save(folder, &finding), 1);
    read = finding_read_all(folder, &n, NULL);
    assert_int_equal(n, 1);
    assert_memory_equal(read, &finding, sizeof(finding));
    path = finding_case_path(folder, read);
    assert_int_equal(file_read(path, &data, &size, NULL), 0);
    assert_int_equal(data[0], '#');
    back = case_parse(data, size, NULL);
    assert_non_null(back);
    assert_true(reflect_equal(&back->base, &test->base));
    case_free(back);
    case_free(test);
    free(data);
    free(path);
    free(read);
    support_remove(folder);
}

static void a_signature_is_kept_once(void **state)
{
    char *folder = support_folder();
    struct finding finding = new_finding(5), *read;
    size_t n;

    (void)state;
    assert_int_equal(save(folder, &finding), 1);
    strcpy(finding.message, "the same again, in other words");
    assert_int_equal(save(folder, &finding), 0);
    assert_int_equal(count_files(folder), 2);
    read = finding_read_all(folder, &n, NULL);
    assert_int_equal(n, 1);
    assert_string_equal(read->message, "message of 5");
    free(read);
    support_remove(folder);
}

static void the_order_is_that_of_signatures(void **state)
{
    static const uint64_t signatures[] = { 9, UINT64_MAX, 1, UINT64_C(1) << 63, 0x10000, 2 };
    uint64_t last = 0;
    char *folder = support_folder();
    struct finding *read;
    size_t n;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(signatures); i++) {
        struct finding finding = new_finding(signatures[i]);

        save(folder, &finding);
    }
    read = finding_read_all(folder, &n, NULL);
    assert_int_equal(n, HS_COUNT(signatures));
    for (size_t i = 0; i < n; i++) {
        assert_true(read[i].signature > last);
        last = read[i].signature;
    }
    free(read);
    support_remove(folder);
}

static const struct {
    const char *name, *content;
} litter[] = {
    { "0000000000000003.json.new-77", "{\"verdict\": \"crashed\"}" },
    { "0000000000000003.json", "{\"verdict\": \"cra" },
    { "0000000000000004.json", "" },
    { "0000000000000005.json", "[]" },
    { "0000000000000006.json", "{\"verdict\": \"delighted\"}" },
    { "0000000000000007.json", "{\"verdict\": 3}" },
    { "0000000000000008.json", "{}" },
    { "0000000000000009.jso", "{\"verdict\": \"crashed\"}" },
    { "000000000000000g.json", "{\"verdict\": \"crashed\"}" },
    { "status-ccw", "{\"runs\": 5}" },
    { "0000000000000001.textproto", "# no JSON yet: the finding is not whole" },
};

static void litter_is_not_read(void **state)
{
    char *folder = support_folder(), *inner;
    struct finding finding = new_finding(0xaa), *read;
    size_t n;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(litter); i++) {
        free(support_write(folder, litter[i].name, litter[i].content, strlen(litter[i].content)));
    }
    inner = hs_format("%s/00000000000000ab.json", folder);
    assert_int_equal(mkdir(inner, 0777), 0);
    free(inner);
    save(folder, &finding);
    read = finding_read_all(folder, &n, NULL);
    assert_int_equal(n, 1);
    assert_int_equal(read[0].signature, 0xaa);
    free(read);
    /* A case without its JSON was cut short: the finding is saved again, in full. */
    finding = new_finding(1);
    assert_int_equal(save(folder, &finding), 1);
    read = finding_read_all(folder, &n, NULL);
    assert_int_equal(n, 2);
    free(read);
    support_remove(folder);
}

static void long_texts_of_another_hand_are_cut(void **state)
{
    char *folder = support_folder();
    char *longest = hs_alloc(5001);
    struct finding *read;
    size_t n;
    char *json;

    (void)state;
    memset(longest, 'x', 5000);
    json = hs_format("{\"verdict\": \"hung\", \"property\": \"%s\", \"device\": 7, \"message\": \"%s\"}", longest,
                     longest);
    free(support_write(folder, "0000000000000002.json", json, strlen(json)));
    read = finding_read_all(folder, &n, NULL);
    assert_int_equal(n, 1);
    assert_int_equal(strlen(read->property), sizeof(read->property) - 1);
    assert_int_equal(strlen(read->message), sizeof(read->message) - 1);
    assert_string_equal(read->device, "");
    free(read);
    free(json);
    free(longest);
    support_remove(folder);
}

static void folders_that_are_not_there_have_a_reason(void **state)
{
    char *folder = support_folder();
    char *missing = hs_format("%s/missing", folder), *file = support_write(folder, "file", "", 0);
    struct finding finding = new_finding(1);
    Hardstop__Case *test = build();
    struct hs_error err = { .text = "" };
    size_t n = 1;

    (void)state;
    assert_null(finding_read_all(missing, &n, &err));
    assert_non_null(strstr(err.text, missing));
    assert_int_equal(n, 0);
    assert_null(finding_read_all(file, &n, &err));
    assert_int_equal(finding_save(missing, &finding, test, &err), -1);
    assert_non_null(strstr(err.text, missing));
    case_free(test);
    free(missing);
    free(file);
    support_remove(folder);
}

/* In a folder that somebody else made, the names of a finding's files may be links to what is ours. */
static void planted_links_lead_nowhere(void **state)
{
    static const char *const names[] = { "0000000000000001.json", "0000000000000001.textproto" };
    char *folder = support_folder(), *ours = support_write(folder, "ours", "kept", 4);
    struct finding finding = new_finding(1);
    struct hs_error err = { .text = "" };
    struct stat status;
    uint8_t *data;
    size_t size;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(names); i++) {
        char *path = hs_format("%s/%s", folder, names[i]);

        assert_int_equal(symlink("ours", path), 0);
        free(path);
    }
    assert_int_equal(save(folder, &finding), 1);
    assert_int_equal(file_read(ours, &data, &size, &err), 0);
    assert_int_equal(size, 4);
    assert_memory_equal(data, "kept", 4);
    free(data);
    for (size_t i = 0; i < HS_COUNT(names); i++) {
        char *path = hs_format("%s/%s", folder, names[i]);

        assert_int_equal(lstat(path, &status), 0);
        assert_true(S_ISREG(status.st_mode));
        free(path);
    }
    assert_true(finding_is_known(folder, 1));
    free(ours);
    support_remove(folder);
}

static void a_printed_command_has_all_that_it_needs(void **state)
{
    static const struct {
        const char *chosen, *setup, *command, *beside;
    } rows[] = {
        { NULL, "binary: 'qemu-system-s390x'", "build/hardstop repro --confirm 'a b/c.textproto'" },
        { NULL, "binary: '/opt/qemu-system-s390x'", "build/hardstop repro --confirm --trust-setup 'a b/c.textproto'" },
        { NULL, "binary: 'qemu-system-s390x' device: 'vfio-ccw'",
          "build/hardstop repro --confirm --trust-setup 'a b/c.textproto'" },
        { "/my own/qemu-system-x86_64", "binary: 'qemu-system-s390x'",
          "HARDSTOP_QEMU='/my own/qemu-system-x86_64' build/hardstop repro --confirm 'a b/c.textproto'" },
        { "/my/qemu-system-x86_64", "binary: '/opt/qemu-system-s390x'",
          "build/hardstop repro --confirm --trust-setup 'a b/c.textproto'" },
        { "/a/qemu-system-x86_64", "binary: 'qemu-system-s390x'",
          "HARDSTOP_QEMU=/a/qemu-system-x86_64 HARDSTOP_BESIDE=/b/qemu-system-x86_64 build/hardstop repro --confirm "
          "'a b/c.textproto'", "/b/qemu-system-x86_64" },
        { NULL, "binary: 'qemu-system-s390x'",
          "HARDSTOP_BESIDE=/b/qemu-system-x86_64 build/hardstop repro --confirm 'a b/c.textproto'",
          "/b/qemu-system-x86_64" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        ProtobufCMessage *setup = support_message(&hardstop__setup__descriptor, rows[i].setup);
        char *command;

        setenv(PROGRAM_ENV, rows[i].chosen ? rows[i].chosen : "", 1);
        setenv(PROGRAM_BESIDE_ENV, rows[i].beside ? rows[i].beside : "", 1);
        command = finding_command("build/hardstop", (Hardstop__Setup *)setup, "a b/c.textproto");
        assert_string_equal(command, rows[i].command);
        free(command);
        reflect_free(setup);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_say_what_counts),
        cmocka_unit_test(planted_links_lead_nowhere),
        cmocka_unit_test(a_printed_command_has_all_that_it_needs),
        cmocka_unit_test(what_is_saved_is_read_back),
        cmocka_unit_test(a_signature_is_kept_once),
        cmocka_unit_test(the_order_is_that_of_signatures),
        cmocka_unit_test(litter_is_not_read),
        cmocka_unit_test(long_texts_of_another_hand_are_cut),
        cmocka_unit_test(folders_that_are_not_there_have_a_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
