/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read off an audit for the experiment, and how it is kept. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/base/print.h"
#include "harness/audit/trial_json.h"
#include "harness/report/experiment.h"

enum { BYTES = 40, VECTOR = 20, FOOTER = 35 };

static void add_fields(struct audit *audit, bool with_vector)
{
    audit_add_field(audit, "type", 0, 1);
    audit_add_field(audit, "section_id", 1, VECTOR - 1);
    audit_add_field(audit, with_vector ? "virtio.ccw.config_vector" : "virtio.ccw.mba", VECTOR, 2);
    audit_add_field(audit, "virtio.status", VECTOR + 2, FOOTER - VECTOR - 2);
    audit_add_field(audit, "footer.mark", FOOTER, BYTES - FOOTER);
}

/* Cells of one edit and value: rejected but for one. */
static void add_series(struct audit *audit, enum edit edit, const char *value, uint32_t cells, uint32_t at,
                     enum verdict verdict)
{
    const struct audit_run runs[] = {
        { edit, value, 0, at, VERDICT_REJECTED, "no" },
        { edit, value, at, 1, verdict, "well" },
        { edit, value, at + 1, cells - at - 1, VERDICT_REJECTED, "no" },
    };

    for (size_t i = 0; i < HS_COUNT(runs); i++) {
        if (runs[i].count) {
            audit_add(audit, &runs[i]);
        }
    }
}

/* Everything is rejected but two bytes more for config_vector, three more at the end, and one less between sections. */
static void fill(struct audit *audit, bool with_vector)
{
    audit->section = audit_keep(audit, "/fe.0.0000/virtio-rng");
    audit->loader = audit_keep(audit, "QEMU 7.2.22");
    audit->setup = (Hardstop__Setup *)support_message(&hardstop__setup__descriptor,
                                                      "binary: '/usr/bin/qemu-system-s390x'");
    audit->bytes = BYTES;
    audit->streams = 300;
    add_fields(audit, with_vector);
    add_series(audit, EDIT_INSERT, "00", BYTES + 1, 3, VERDICT_HUNG);
    add_series(audit, EDIT_INSERT, "0000", BYTES + 1, VECTOR, VERDICT_GARBAGE);
    add_series(audit, EDIT_INSERT, "000000", BYTES + 1, FOOTER, VERDICT_EQUAL);
    add_series(audit, EDIT_INSERT, "00000000", BYTES + 1, 3, VERDICT_CRASHED);
    add_series(audit, EDIT_DELETE, "1", BYTES, BYTES - 1, VERDICT_EQUAL);
    add_series(audit, EDIT_DELETE, "2", BYTES - 1, 0, VERDICT_REJECTED);
    add_series(audit, EDIT_DELETE, "3", BYTES - 2, 0, VERDICT_REJECTED);
    add_series(audit, EDIT_DELETE, "4", BYTES - 3, 0, VERDICT_REJECTED);
}

static void check(const struct trial *trial)
{
    assert_string_equal(trial->loader, "QEMU 7.2.22");
    assert_string_equal(trial->program, "qemu-system-s390x");
    assert_int_equal(trial->bytes, BYTES);
    assert_int_equal(trial->streams, 300);
    assert_int_equal(trial->counts[VERDICT_REJECTED], 4 * (BYTES + 1) + 4 * BYTES - 6 - 5);
    assert_int_equal(trial->counts[VERDICT_EQUAL], 2);
    assert_int_equal(trial->change_missing, VERDICT_REJECTED);
    assert_int_equal(trial->change_extra, VERDICT_GARBAGE);
    for (int i = 0; i < TRIAL_LENGTHS; i++) {
        assert_int_equal(trial->end_missing[i], VERDICT_REJECTED);
        assert_int_equal(trial->end_extra[i], i == 2 ? VERDICT_EQUAL : VERDICT_REJECTED);
        assert_int_equal(trial->between_missing[i], i == 0 ? VERDICT_EQUAL : VERDICT_REJECTED);
        assert_int_equal(trial->between_extra[i], VERDICT_REJECTED);
    }
    assert_int_equal(trial->n_first, 5);
    assert_string_equal(trial->first[0].value, "00");
    assert_string_equal(trial->first[1].value, "00000000");
    assert_int_equal(trial->first[1].verdict, VERDICT_CRASHED);
    assert_string_equal(trial->first[2].field, "virtio.ccw.config_vector");
    assert_int_equal(trial->first[4].offset, BYTES - 1);
}

static void an_audit_answers_the_question(void **state)
{
    struct audit audit = { 0 };
    struct trial trial = { .device = "rng" };

    (void)state;
    fill(&audit, true);
    assert_int_equal(trial_read(&trial, &audit, NULL), 0);
    check(&trial);
    audit_clear(&audit);
}

static void a_section_without_the_vector_says_so(void **state)
{
    struct audit audit = { 0 };
    struct trial trial = { .device = "rng" };

    (void)state;
    fill(&audit, false);
    assert_int_equal(trial_read(&trial, &audit, NULL), 0);
    assert_int_equal(trial.change_missing, VERDICT_COUNT);
    assert_int_equal(trial.change_extra, VERDICT_COUNT);
    audit_clear(&audit);
}

static void an_audit_without_the_cells_is_refused(void **state)
{
    struct audit audit = { 0 };
    struct trial trial = { .device = "rng" };
    struct hs_error err;

    (void)state;
    fill(&audit, true);
    audit.runs[audit.n_runs - 1].edit = EDIT_FLIP;
    assert_int_equal(trial_read(&trial, &audit, &err), -1);
    assert_non_null(strstr(err.text, "the audit has no delete 4 at this offset"));
    audit_clear(&audit);
}

/* Writes the trial as JSON, after `find` was replaced by `replace` (of the same length, or NULL), and reads it. */
static struct trial *keep(const struct trial *trial, const char *find, const char *replace, size_t *n,
                          struct hs_error *err)
{
    char *folder = support_folder(), *path, *text, *at;
    json_t *json = trial_json(trial, 1);
    struct trial *read;

    text = json_dumps(json, JSON_PRESERVE_ORDER);
    at = find ? strstr(text, find) : NULL;
    assert_true(!find || at);
    if (at) {
        memcpy(at, replace, strlen(replace));
    }
    path = support_write(folder, "experiment.json", text, strlen(text));
    read = trial_json_read(path, n, err);
    json_decref(json);
    free(text);
    free(path);
    support_remove(folder);
    return read;
}

static void a_trial_is_read_as_it_was_kept(void **state)
{
    static const char *const spoilt[][2] = {
        { "\"equal\":", "\"equol\":" }, { "rejected\": 313", "rejected\": -13" }, { "\"hung\"", "\"hong\"" },
        { "\"bytes\": 40", "\"bytes\": \"\"" }, { "\"insert\"", "\"insort\"" },
        { "\"QEMU 7.2.22\"", "[7,2,22,0,0,0]" }, { "\"trials\"", "\"trails\"" },
        { "{", "[" },
    };
    struct audit audit = { 0 };
    struct trial trial = { .device = "rng", .transport = "ccw", .state = "canary", .framing = "footer",
                           .example = "x.textproto" };
    struct trial *read;
    struct hs_error err;
    size_t n;

    (void)state;
    fill(&audit, true);
    assert_int_equal(trial_read(&trial, &audit, NULL), 0);
    read = keep(&trial, NULL, NULL, &n, &err);
    assert_non_null(read);
    assert_int_equal(n, 1);
    assert_memory_equal(read, &trial, sizeof(trial));
    free(read);
    /* A file of before loaders were noted. */
    read = keep(&trial, "\"loader\"", "\"looder\"", &n, &err);
    assert_non_null(read);
    assert_string_equal(read->loader, "");
    free(read);
    for (size_t i = 0; i < HS_COUNT(spoilt); i++) {
        assert_null(keep(&trial, spoilt[i][0], spoilt[i][1], &n, &err));
        assert_non_null(strstr(err.text, "experiment.json: "));
    }
    audit_clear(&audit);
}

static void a_table_has_a_row_for_both_framings(void **state)
{
    struct trial trials[2] = {
        { .device = "rng", .transport = "ccw", .state = "fresh", .framing = "legacy",
          .counts = { [VERDICT_REJECTED] = 1, [VERDICT_EQUAL] = 2, [VERDICT_GARBAGE] = 7 } },
        { .device = "rng", .transport = "ccw", .state = "fresh", .framing = "footer",
          .counts = { [VERDICT_REJECTED] = 9 } },
    };
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    experiment_markdown(out, trials, 2);
    fclose(out);
    assert_string_equal(text, "| device | state | damages | rejected without footers | rejected with footers |\n"
                              "|---|---|---|---|---|\n"
                              "| ccw rng | fresh | 10 | 10.0 %: 2 equal, 7 garbage | 100 % |\n");
    free(text);
}

/* Every figure of a trial in its column, and what all of them say. */
static void the_text_has_each_figure(void **state)
{
    struct trial trials[] = {
        { .device = "rng", .transport = "ccw", .state = "fresh", .framing = "legacy", .bytes = 123, .loader = "QEMU 1", .program = "q",
          .counts = { [VERDICT_REJECTED] = 6, [VERDICT_GARBAGE] = 2, [VERDICT_UNKNOWN] = 2 },
          .change_missing = VERDICT_GARBAGE, .change_extra = VERDICT_EQUAL,
          .end_missing = { VERDICT_EQUAL, VERDICT_REJECTED, VERDICT_REJECTED, VERDICT_HUNG },
          .end_extra = { VERDICT_CRASHED, VERDICT_REJECTED, VERDICT_GARBAGE, VERDICT_GARBAGE },
          .between_missing = { VERDICT_REJECTED, VERDICT_REJECTED, VERDICT_EQUAL, VERDICT_EQUAL },
          .between_extra = { VERDICT_HUNG, VERDICT_HUNG, VERDICT_HUNG, VERDICT_REJECTED } },
    };
    struct print_memory memory;
    FILE *out = print_open(&memory);
    char *text;

    (void)state;
    experiment_text(out, trials, 1);
    text = print_close(&memory);
    assert_non_null(strstr(text, "rng      ccw  fresh   legacy      123        10       60.0 %        0        2"
                                 "        0        0   G =   =..H C.GG   ..== HHH.\n"));
    assert_non_null(strstr(text, "\nLoaded by QEMU 1 (q).\n\n"));
    assert_non_null(strstr(text,
                           "\nWithout, as in 2015: 75.0 % of 8 damages, one to four bytes too few or too many, are "
                           "refused; 2 are not.\n2 have no verdict: hardstop itself failed.\n"));
    free(text);
}

static void print_two(FILE *out)
{
    static const struct trial trials[] = {
        { .device = "good", .counts = { [VERDICT_REJECTED] = 9 } },
        { .device = "bad", .counts = { [VERDICT_REJECTED] = 8, [VERDICT_UNKNOWN] = 1 } },
    };

    experiment_text(out, trials, HS_COUNT(trials));
}

/* Green is a share of all, and nothing less. */
static void only_all_is_green(void **state)
{
    char *text = support_on_terminal("xterm", "", print_two);
    const char *good = strstr(text, "\033[32m      100 %\033[0m"), *bad = strstr(text, "\033[1;31m     88.8 %\033[0m");

    (void)state;
    assert_true(good && good > strstr(text, "\ngood "));
    assert_true(bad && bad > strstr(text, "\nbad "));
    free(text);
}

static void each_loader_is_named_once(void **state)
{
    static const struct trial trials[] = {
        { .loader = "" }, { .loader = "A", .program = "p" }, { .loader = "B", .program = "p" },
        { .loader = "A", .program = "p" }, { .loader = "A", .program = "q" }, { .loader = "" },
    };
    struct print_memory memory;
    char *text;

    (void)state;
    experiment_text(print_open(&memory), trials, HS_COUNT(trials));
    text = print_close(&memory);
    assert_non_null(strstr(text, "\n\nLoaded by A (p), B (p), A (q).\n\ndevice "));
    free(text);
    experiment_text(print_open(&memory), trials, 1);
    text = print_close(&memory);
    assert_null(strstr(text, "Loaded by"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_audit_answers_the_question),
        cmocka_unit_test(a_section_without_the_vector_says_so),
        cmocka_unit_test(an_audit_without_the_cells_is_refused),
        cmocka_unit_test(a_trial_is_read_as_it_was_kept),
        cmocka_unit_test(the_text_has_each_figure),
        cmocka_unit_test(only_all_is_green),
        cmocka_unit_test(each_loader_is_named_once),
        cmocka_unit_test(a_table_has_a_row_for_both_framings),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
