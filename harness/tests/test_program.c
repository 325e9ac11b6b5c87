/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of QEMUs stand for the build that the user has chosen, or else for what PATH has. */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/setup/program.h"

static const struct {
    const char *path, *binary, *beside; /* NULL: none */
} rows[] = {
    { "/a/qemu-system-x86_64", "qemu-system-s390x", "/a/qemu-system-s390x" },
    { "/a/qemu-system-x86_64-11.1.3", "qemu-system-s390x", "/a/qemu-system-s390x-11.1.3" },
    { "qemu-system-s390x.sh", "qemu-system-aarch64", "qemu-system-aarch64.sh" },
    { "/qemu-system-old/qemu-system-ppc64", "qemu-system-riscv64-x", "/qemu-system-old/qemu-system-riscv64" },
    { "/a/my-qemu", "qemu-system-s390x", NULL },
    { "/qemu-system-x86_64/kvm", "qemu-system-s390x", NULL },
    { "/a/qemu-system-x86_64", "kvm", NULL },
};

static void the_same_build_is_beside(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        char *beside = program_beside(rows[i].path, rows[i].binary);

        if (rows[i].beside) {
            assert_string_equal(beside, rows[i].beside);
        } else {
            assert_null(beside);
        }
        free(beside);
    }
}

static void check_found(const char *binary, const char *expected)
{
    struct hs_error err;
    char *path = program_find(binary, &err);

    assert_non_null(path);
    assert_string_equal(path, expected);
    free(path);
}

static void check_missing(const char *binary, const char *reason)
{
    struct hs_error err;

    assert_null(program_find(binary, &err));
    if (!strstr(err.text, reason)) {
        fail_msg("\"%s\", not \"%s\"", err.text, reason);
    }
}

static void the_chosen_build_goes_before_path(void **state)
{
    char *folder = support_folder(), *chosen = hs_format("%s/qemu-system-x86_64-mine", folder);
    char *missing = hs_format("%s/qemu-system-s390x-mine: No such file", folder);

    (void)state;
    assert_int_equal(symlink("/bin/true", chosen), 0);
    setenv(PROGRAM_ENV, chosen, 1);
    check_found("qemu-system-x86_64", chosen);
    check_found("/bin/true", "/bin/true");
    check_missing("qemu-system-s390x", missing);
    check_missing("no-such-qemu", "no program no-such-qemu in PATH");
    check_missing("/no/such", "/no/such: No such file");
    setenv(PROGRAM_ENV, "", 1);
    check_missing("qemu-system-none", "no program qemu-system-none in PATH");
    unsetenv(PROGRAM_ENV);
    check_missing("qemu-system-none", "no program qemu-system-none in PATH");
    free(missing);
    free(chosen);
    support_remove(folder);
}

/* A choice that is none is refused, and not taken for another: beside a program that is not there may be one. */
static void a_wrong_choice_is_not_passed_over(void **state)
{
    static const struct {
        const char *name, *reason;
    } wrong[] = {
        { "none", PROGRAM_ENV ": no program " },
        { "", PROGRAM_ENV ": no program " },
        { "/qemu-system-x86_65", PROGRAM_ENV ": no program " },
        { "/my-own", "/my-own is not called qemu-system-ARCHITECTURE" },
    };
    char *folder = support_folder(), *there = hs_format("%s/qemu-system-x86_64", folder);
    char *odd = hs_format("%s/my-own", folder);
    struct hs_error err;

    (void)state;
    assert_int_equal(symlink("/bin/true", there), 0);
    assert_int_equal(symlink("/bin/true", odd), 0);
    for (size_t i = 0; i < HS_COUNT(wrong); i++) {
        char *value = hs_format("%s%s", folder, wrong[i].name);

        setenv(PROGRAM_ENV, value, 1);
        check_missing("qemu-system-x86_64", wrong[i].reason);
        check_found(there, there);
        assert_int_equal(program_check(PROGRAM_ENV, &err), -1);
        assert_non_null(strstr(err.text, wrong[i].reason));
        free(value);
    }
    setenv(PROGRAM_ENV, there, 1);
    assert_int_equal(program_check(PROGRAM_ENV, &err), 0);
    unsetenv(PROGRAM_ENV);
    assert_int_equal(program_check(PROGRAM_ENV, &err), 0);
    free(odd);
    free(there);
    support_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_build_is_beside),
        cmocka_unit_test(the_chosen_build_goes_before_path),
        cmocka_unit_test(a_wrong_choice_is_not_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
