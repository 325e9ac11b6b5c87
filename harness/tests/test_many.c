/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of very many of a thing: the command takes time that grows with them, and not with their square. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "spawn.h"

SUPPORT_SHARED(folder)

static void expect(const char *arguments, int status)
{
    struct run run = spawn_run(folder, arguments);

    if (run.status != status) {
        fail_msg("hardstop %s: status %d, not %d:\n%.2000s%s", arguments, run.status, status, run.out, run.err);
    }
    run_clear(&run);
}

/* A case of `n` times the same, between what comes before and behind. */
static void write_many(const char *name, const char *before, const char *one, const char *behind)
{
    enum { MANY = 100000 };
    struct builder text = { 0 };

    builder_put(&text, before, strlen(before));
    for (int i = 0; i < MANY; i++) {
        builder_put(&text, one, strlen(one));
    }
    builder_put(&text, behind, strlen(behind));
    free(support_write(folder, name, text.data, text.size));
    builder_clear(&text);
}

/* What takes the square of the time for twice as much would run into the time limit of tests. */
static void a_hundred_thousand_of_anything_are_answered(void **state)
{
#define SETUP "setup { binary: 'qemu-system-s390x' machine: 's390-ccw-virtio' device: 'virtio-rng-ccw' }\n"
#define SECTION "section { type: FULL section_id: 1 idstr: 'x' instance_id: 0 version_id: 1 "
    static const struct {
        const char *name, *before, *one, *behind;
        int loaded; /* status of repro */
    } files[] = {
        { "devices", "setup { binary: 'qemu-system-s390x' ", "device: 'virtio-rng-ccw'\n",
          "} stream { section { type: EOF } }", 2 },
        { "globals", "setup { binary: 'qemu-system-s390x' ", "global: 'a.b=c' option: 'd'\n",
          "} stream { section { type: EOF } }", 2 },
        { "sections", SETUP "stream {", SECTION "opaque: 'y' }\n", "section { type: EOF } }", 0 },
        { "queues", SETUP "stream {" SECTION "virtio { ccw { } ", "queue { num: 1 }\n", "} } section { type: EOF } }",
          0 },
        { "damages", SETUP "stream {" SECTION "opaque: 'y' } section { type: EOF } }",
          "damage { at { section: 0 } insert: 'a' }\n", "", 0 },
        { "memory", SETUP "stream { section { type: EOF } }", "memory { data: 'a' }\n", "", 0 },
    };
    static const char *const answered[] = { "show", "show --json", "damage --truncate 0" };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(files); i++) {
        char *repro = hs_format("repro @/%s", files[i].name);

        write_many(files[i].name, files[i].before, files[i].one, files[i].behind);
        for (size_t k = 0; k < HS_COUNT(answered); k++) {
            char *arguments = hs_format("%s @/%s", answered[k], files[i].name);

            expect(arguments, 0);
            free(arguments);
        }
        expect(repro, files[i].loaded);
        free(repro);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hundred_thousand_of_anything_are_answered),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
