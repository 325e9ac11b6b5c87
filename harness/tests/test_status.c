/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fuzzing process counts, and one that takes its place goes on counting. */
#include "support.h"

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "fuzzers/status.h"
#include "harness/base/alloc.h"
#include "harness/base/file_json.h"

static char *folder, *path;

/* It is written at once after a finding; a second is not waited for. */
static json_t *written(void)
{
    json_t *status;

    status_found();
    status_write();
    status = file_json_read(path, NULL);
    assert_non_null(status);
    return status;
}

static json_int_t number(const json_t *status, const char *key)
{
    return json_integer_value(json_object_get(status, key));
}

static void check(unsigned runs, unsigned loads, unsigned findings, unsigned crashed)
{
    json_t *status = written(), *verdicts = json_object_get(status, "verdicts");
    double seconds = json_number_value(json_object_get(status, "seconds"));

    assert_int_equal(number(status, "runs"), runs);
    assert_int_equal(number(status, "loads"), loads);
    assert_int_equal(number(status, "findings"), findings);
    assert_int_equal(number(verdicts, "crashed"), crashed);
    assert_int_equal(number(verdicts, "unknown"), 0);
    assert_int_equal(json_object_size(verdicts), VERDICT_COUNT);
    assert_true(json_number_value(json_object_get(status, "last_finding")) <= seconds);
    json_decref(status);
}

static void a_process_goes_on_counting(void **state)
{
    (void)state;
    status_begin(folder, "ccw-1");
    status_count(VERDICT_CRASHED, 3);
    status_count(VERDICT_EQUAL, 2);
    check(2, 5, 1, 1);
    /* In the place of one that was killed. */
    status_begin(folder, "ccw-1");
    status_count(VERDICT_CRASHED, 1);
    check(3, 6, 2, 2);
}

/* What stands there may be anybody's. */
static void a_strange_file_counts_nothing(void **state)
{
    static const char *const strange[] = { "", "[]", "{\"runs\": \"5\", \"verdicts\": 7, \"last_finding\": []}", "{" };

    (void)state;
    for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
        free(support_write(folder, "status-ccw-1", strange[i], strlen(strange[i])));
        status_begin(folder, "ccw-1");
        status_count(VERDICT_REJECTED, 1);
        check(1, 1, 1, 0);
    }
}

static void without_a_folder_nothing_is_written(void **state)
{
    (void)state;
    unlink(path);
    status_begin(NULL, "ccw-1");
    status_found();
    status_write();
    assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_goes_on_counting),
        cmocka_unit_test(a_strange_file_counts_nothing),
        cmocka_unit_test(without_a_folder_nothing_is_written),
    };
    int failed;

    folder = support_folder();
    path = hs_format("%s/status-ccw-1", folder);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    free(path);
    support_remove(folder);
    return failed;
}
