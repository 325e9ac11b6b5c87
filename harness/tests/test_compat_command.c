/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What two setups that meet do, as the command tells it of the real QEMU: beside itself it keeps everything, and without
 * a feature it does not.
 */
#include "spawn.h"
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/setup/program.h"
#include "harness/setup/setup.h"

SUPPORT_SHARED(folder)

static void run(const char *arguments, int status, const char *words)
{
    struct run done = spawn_run(folder, arguments);

    if (done.status != status || !strstr(done.out, words)) {
        fail_msg("%s: status %d: %s%s", arguments, done.status, done.out, done.err);
    }
    run_clear(&done);
}

/* Of so many states, the same again. */
static void run_twice(const char *arguments)
{
    struct run one = spawn_run(folder, arguments), other = spawn_run(folder, arguments);

    assert_int_equal(one.status, 0);
    assert_int_equal(other.status, 0);
    assert_string_equal(one.out, other.out);
    assert_true(strtoul(one.out, NULL, 10) > 10);
    run_clear(&one);
    run_clear(&other);
}

/* One program by two names, canary states and what the machine has by itself. */
static void a_qemu_keeps_its_own(void **state)
{
    char *program = program_find(SETUP_BINARY("s390x"), NULL);

    (void)state;
    for (const char *name = "ab"; *name; name++) {
        char *link = hs_format("%s/" SETUP_BINARY("s390x") "-%c", folder, *name);

        assert_int_equal(symlink(program, link), 0);
        free(link);
    }
    free(program);
    run("compat --qemu @/" SETUP_BINARY("s390x") "-a --qemu @/" SETUP_BINARY("s390x")
        "-b --transport ccw --devices rng,machine", 0, ", 0 not, 0 known");
    run("compat --qemu @/" SETUP_BINARY("s390x") "-a --qemu @/" SETUP_BINARY("s390x")
        "-b --transport ccw --states fresh --jobs 1 --budget 1s", 0, "no time was left for it");
    run("compat --from a --to b --budget 5d", 2, "");
    run("fuzz --compat --qemu @/" SETUP_BINARY("s390x") "-a --beside @/" SETUP_BINARY("s390x")
        "-b -t 2 -w @/work ccw_rng", 0, " states searched\n");
    run_twice("fuzz --compat --qemu @/" SETUP_BINARY("s390x") "-a --beside @/" SETUP_BINARY("s390x")
              "-b --inputs 30 -w @/work ccw_rng");
    run("fuzz --compat --qemu @/" SETUP_BINARY("s390x") "-a --beside @/" SETUP_BINARY("s390x")
        "-b --idle 5 -w @/work ccw_rng", 2, "");
    run("fuzz --compat ccw_rng", 2, "");
    run("compat --qemu @/" SETUP_BINARY("s390x") "-a --qemu @/" SETUP_BINARY("s390x")
        "-b --transport ccw --devices machine --states layout --html @/page", 0, "0 states sent");
}

static void write_line(const char *name, const char *words)
{
    char *path = hs_format("%s/%s", folder, name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fprintf(file, SETUP_BINARY("s390x") " %s\n", words);
    fclose(file);
    free(path);
}

/* Nobody's guest may lose a feature that it has taken. */
static void a_feature_that_is_missing_is_a_break(void **state)
{
    (void)state;
    write_line("from", "-M s390-ccw-virtio-7.2 -nodefaults -m 4M");
    write_line("to", "-global virtio-rng-device.event_idx=off");
    run("compat --from @@/from --to @@/to --devices rng --findings @/found", 1, "hardstop repro --confirm --trust-setup ");
    run("compat --from @@/from --to @@/to --devices rng", 1,
        "refused   rng, canary: from -> to\n  ccw on s390-ccw-virtio-7.2\n");
    /* XML takes standard output for itself. */
    run("compat --from @@/from --to @@/to --devices rng --junit -", 1, "errors=\"0\" skipped=\"");
    run("compat --from @@/from --to @@/to --devices rng --junit -", 1, "<failure type=\"refused\" message=\"");
    write_line("to", "-M no-such-machine");
    run("compat --from @@/from --to @@/to --devices rng", 2, "unknown   rng, fresh: from -> to\n");
    write_line("to", "-M s390-ccw-virtio-7.2");
    run("compat --from @@/from --to @@/to --devices rng", 0, ", 0 not, 0 known");
}

#define COMPAT_LINE "-M s390-ccw-virtio-7.2 -nodefaults -m 4M"
#define COMPAT_CANARY(from, to) "compat --from @@/" from " --to @@/" to " --devices rng --states canary"

/* What only one offers is found whoever is named first, where the seed lacks it, and where neither takes the seed. */
static void the_order_of_sides_does_not_matter(void **state)
{
    static const struct {
        const char *less, *more;
    } rows[] = {
        { "", " -global virtio-rng-device.packed=on" },
        { " -global virtio-rng-device.queue_reset=off -global virtio-rng-device.event_idx=off",
          " -global virtio-rng-device.queue_reset=off" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        char *less = hs_format(COMPAT_LINE "%s", rows[i].less), *more = hs_format(COMPAT_LINE "%s", rows[i].more);

        write_line("less", less);
        write_line("more", more);
        run(COMPAT_CANARY("less", "more"), 1, "refused   rng, canary: to -> from\n");
        run(COMPAT_CANARY("more", "less"), 1, "refused   rng, canary: from -> to\n");
        free(less);
        free(more);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_qemu_keeps_its_own),
        cmocka_unit_test(a_feature_that_is_missing_is_a_break),
        cmocka_unit_test(the_order_of_sides_does_not_matter),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
