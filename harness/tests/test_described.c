/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device that only the stream's description names, by the commands that work on one section: it keeps its fields. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "spawn.h"

SUPPORT_SHARED(folder)

/* Demands the exit status and words on standard output; returns all of that output, to be freed. */
static char *expect(const char *arguments, int status, const char *words)
{
    struct run run = spawn_run(folder, arguments);
    char *out = run.out;

    if (run.status != status || !strstr(out, words)) {
        fail_msg("hardstop %s: %d, not %d; \"%s\" is wanted:\n%.2000s%s", arguments, run.status, status, words, out,
                 run.err);
    }
    free(run.err);
    return out;
}

static void one_section_goes_all_the_way(void **state)
{
    static const struct {
        const char *arguments;
        int status;
        const char *words;
    } steps[] = {
        { "capture --qemu qemu-system-x86_64 --machine pc --section mc146818rtc -o @/rtc.textproto", 0, "" },
        { "show @/rtc.textproto", 0, "update_timer" },
        { "load @/rtc.textproto", 0, "accepted" },
        { "damage --section rtc --field cmos_index --overwrite 0:07 @/rtc.textproto -o @/other.case", 0, "" },
        { "load @/other.case", 0, "mc146818rtc cmos_index: 00 -> 07" },
        { "damage --section rtc --field update_timer --overwrite 0:8000000000000000 @/rtc.textproto "
          "-o @/timer.textproto", 0, "" },
        { "load @/timer.textproto", 1, "mc146818rtc update_timer" },
        { "minimize @/timer.textproto -o @/small.textproto", 0, "mc146818rtc update_timer" },
        /* The names are no ballast that a small case does without. */
        { "show @/small.textproto", 0, "update_timer" },
        { "load @/small.textproto", 1, "mc146818rtc update_timer" },
        { "audit --section rtc --edits range --work @/work @/rtc.textproto", 1, "period" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
        free(expect(steps[i].arguments, steps[i].status, steps[i].words));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_section_goes_all_the_way),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
