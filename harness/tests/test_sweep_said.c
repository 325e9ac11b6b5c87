/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sweep keeps all that was said of a rejection, and judges it by the place of each cell. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/audit/audit_json.h"
#include "harness/base/check.h"
#include "toy.h"

#define OURS (NAMING_BIT(NAMING_SECTION) | NAMING_BIT(NAMING_DEVICE))
#define SAID                                                                             \
    " | Failed to load a second line:status | error while loading state for instance 0x0 " \
    "of device '/fe.0.0005/virtio-rng'"

static void run_sweep(struct toy *toy, size_t section, unsigned jobs, struct audit *audit)
{
    static const struct edit_value value = { { 0x41 }, 1 };
    struct sweep_options options = {
        .section = section, .choice.edits = edit_all(), .choice.values = &value, .choice.n_values = 1,
        .choice.lengths = 1, .jobs = jobs, .timeout_ms = 100, .grace_ms = 60000,
    };
    struct hs_error err;

    memset(audit, 0, sizeof(*audit));
    if (sweep(toy->test, &options, toy_open, toy, NULL, audit, &err) != 0) {
        fail_msg("%s", err.text);
    }
}

/* The path of the field that a damage of a run, counted from 0, hits; "" where it hits none. */
static const char *path_of(const struct audit *audit, const struct audit_run *run, uint32_t cell)
{
    const struct audit_field *field = audit_field_at(audit, run->offset + cell);

    return field && edit_kinds[run->edit].place != EDIT_AT_SECTION ? field->path : "";
}

static void each_cell_is_judged_by_its_field(void **state)
{
    uint64_t cells = 0, rejected = 0;
    struct audit audit;
    struct toy toy;
    bool seen = false;

    (void)state;
    toy_init(&toy, TOY_SECTION, NULL, 0);
    run_sweep(&toy, TOY_SECTION, 2, &audit);
    for (size_t i = 0; i < audit.n_runs; i++) {
        const struct audit_run *run = &audit.runs[i];
        bool is_status = strcmp(path_of(&audit, run, 0), "virtio.status") == 0;
        const struct audit_said *said;

        assert_int_equal(run->verdict, VERDICT_REJECTED);
        assert_true(run->said >= 1 && run->said <= audit.n_said);
        said = &audit.said[run->said - 1];
        assert_int_equal(said->named, is_status ? OURS | NAMING_BIT(NAMING_FIELD) : OURS);
        assert_memory_equal(said->text, run->message, strlen(run->message));
        assert_string_equal(said->text + strlen(run->message), SAID);
        for (uint32_t cell = 0; cell < run->count; cell++) {
            assert_int_equal(strcmp(path_of(&audit, run, cell), "virtio.status") == 0, is_status);
        }
        rejected += run->count;
        seen = seen || is_status;
    }
    assert_true(seen);
    for (size_t i = 0; i < audit.n_said; i++) {
        cells += audit.said[i].cells;
        for (size_t k = 0; k < i; k++) {
            assert_true(audit.said[k].named != audit.said[i].named ||
                        strcmp(audit.said[k].text, audit.said[i].text) != 0);
        }
    }
    assert_int_equal(cells, rejected);
    audit_clear(&audit);
    toy_clear(&toy);
}

/* In a whole stream each section has its own truth: the words are right in one, and of another in the rest. */
static void each_cell_is_judged_by_its_section(void **state)
{
    uint64_t ours = 0, others = 0;
    struct audit audit;
    struct toy toy;

    (void)state;
    toy_init(&toy, EDIT_WHOLE, NULL, 0);
    run_sweep(&toy, EDIT_WHOLE, 2, &audit);
    for (size_t i = 0; i < audit.n_runs; i++) {
        const struct audit_run *run = &audit.runs[i];
        const char *path = path_of(&audit, run, 0);
        unsigned named = audit.said[run->said - 1].named;

        if (strncmp(path, "virtio-rng virtio.", strlen("virtio-rng virtio.")) == 0) {
            assert_int_equal(named & OURS, OURS);
            ours += run->count;
        } else if (strcmp(path, "a footer.mark") == 0) {
            assert_int_equal(named, NAMING_BIT(NAMING_OTHER));
            others += run->count;
        }
    }
    assert_true(ours && others);
    audit_clear(&audit);
    toy_clear(&toy);
}

static char *json_of(unsigned jobs)
{
    struct audit audit;
    struct toy toy;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    toy_init(&toy, TOY_SECTION, NULL, 0);
    run_sweep(&toy, TOY_SECTION, jobs, &audit);
    audit_json_print(out, &audit);
    fclose(out);
    audit_clear(&audit);
    toy_clear(&toy);
    return text;
}

static void workers_change_nothing(void **state)
{
    char *one = json_of(1), *three = json_of(3);

    (void)state;
    assert_non_null(strstr(one, "\"messages\":["));
    assert_string_equal(one, three);
    free(one);
    free(three);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cell_is_judged_by_its_field),
        cmocka_unit_test(each_cell_is_judged_by_its_section),
        cmocka_unit_test(workers_change_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
