/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device that only the stream's description names, by the commands that work on one section: it keeps its fields. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/wire/description.h"
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

struct step {
    const char *arguments;
    int status;
    const char *words;
};

static void take(const struct step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(expect(steps[i].arguments, steps[i].status, steps[i].words));
    }
}

#define RTC(machine) "--qemu qemu-system-x86_64 --machine " machine " --section mc146818rtc"

static void one_section_goes_all_the_way(void **state)
{
    static const struct step steps[] = {
        { "capture " RTC("pc") " -o @/rtc.textproto", 0, "" },
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
    take(steps, sizeof(steps) / sizeof(*steps));
}

/* A machine type that sends no description: its QEMU still describes what it saves, and lends that. */
static void names_are_borrowed_where_none_are_sent(void **state)
{
    static const struct step steps[] = {
        { "capture --qemu qemu-system-x86_64 --machine pc-i440fx-2.0 -o @/old.mig", 0, "" },
        /* The clock's registers differ by design, which is known by their name alone. */
        { "load --qemu qemu-system-x86_64 --machine pc-i440fx-2.0 @/old.mig", 0, "accepted\nno finding" },
        { "capture " RTC("pc-i440fx-2.0") " -o @/old.textproto", 0, "" },
        { "show @/old.textproto", 0, "update_timer" },
        { "audit --edits range --work @/work " RTC("pc-i440fx-2.0"), 1, " at 254 update_timer: " },
    };
    Hardstop__Case *test;
    char *path, *text;

    (void)state;
    take(steps, sizeof(steps) / sizeof(*steps));
    path = hs_format("%s/old.textproto", folder);
    test = support_read_case(path);
    description_set(test->stream, NULL);
    support_damage(test, HARDSTOP__DAMAGE__KIND_OVERWRITE, 0, 229);
    test->damage[0]->overwrite.data = hs_copy("\x80", 1);
    test->damage[0]->overwrite.len = 1;
    text = case_text(test);
    free(support_write(folder, "bare.textproto", text, strlen(text)));
    free(expect("minimize @/bare.textproto -o @/small.textproto", 0, "section[0].update_timer+0"));
    free(expect("load @/small.textproto", 1, "mc146818rtc update_timer"));
    free(text);
    free(path);
    case_free(test);
}

/* A stream without a subsection that the machine saves, or with one that it does not, is compared by its other fields. */
static void subsections_may_come_and_go(void **state)
{
    static const struct step steps[] = {
        { "capture --qemu qemu-system-x86_64 --machine pc -o @/pc.mig", 0, "" },
        { "damage --section fdc --field state.drives[0].<fdrive/media_rate>.mark --delete 0:24 @/pc.mig -o @/cut.mig",
          0, "" },
        { "load --qemu qemu-system-x86_64 --machine pc @/cut.mig", 0, "accepted\nno finding" },
        /* hpet/rtc_irq_level, version 1, that nothing is raised. */
        { "damage --section hpet --field timer[2].qemu_timer "
          "--insert 8:0512687065742f7274635f6972715f6c6576656c0000000100 @/pc.mig -o @/more.mig", 0, "" },
        { "show --section hpet @/more.mig", 0, "<hpet/rtc_irq_level>.opaque" },
        { "load --qemu qemu-system-x86_64 --machine pc @/more.mig", 0, "accepted\nno finding" },
    };

    (void)state;
    take(steps, sizeof(steps) / sizeof(*steps));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_section_goes_all_the_way),
        cmocka_unit_test(names_are_borrowed_where_none_are_sent),
        cmocka_unit_test(subsections_may_come_and_go),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
