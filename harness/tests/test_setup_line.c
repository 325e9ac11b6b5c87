/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QEMU command line is a setup but for what is none, which is said. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/base/shell_split.h"
#include "harness/message/reflect.h"
#include "harness/message/text.h"
#include "harness/setup/setup_line.h"

#define LEFT_OUT "of the QEMU command line, no part of a setup"

/* Command lines, the setup each makes beside binary 'q', and what is said of it; NULL: nothing. */
static const struct {
    const char *line, *setup, *said;
} lines[] = {
    { "q", "memory: '' defaults: true", NULL },
    { "q -nodefaults", "memory: '' defaults: false", NULL },
    { "q -M q35 -m 64 -device a,b=c -device d --device e -global f.g=h -nodefaults",
      "memory: '64' machine: 'q35' device: 'a,b=c' device: 'd' device: 'e' global: 'f.g=h' defaults: false", NULL },
    { "q -machine q35,accel=tcg --machine usb=off -machine pc -m 64 -m slots=2,maxmem=1G -m size=32,slots=3",
      "memory: '64,slots=2,maxmem=1G,size=32,slots=3' machine: 'q35,accel=tcg,usb=off,type=pc' defaults: true", NULL },
    { "q -smp 3 -cpu max -drive file=x,if=none -usb -object o,id=p -accel tcg -enable-kvm -snapshot disk.img -new x",
      "memory: '' defaults: true option: '-smp' option: '3' option: '-cpu' option: 'max' option: '-drive' "
      "option: 'file=x,if=none' option: '-usb' option: '-object' option: 'o,id=p' option: '-accel' option: 'tcg' "
      "option: '-enable-kvm' option: '-snapshot' option: 'disk.img' option: '-new' option: 'x'", NULL },
    /* A value may look like an option. */
    { "q -append -S -fw_cfg -m", "memory: '' defaults: true option: '-append' option: '-S' option: '-fw_cfg' option: '-m'",
      NULL },
    { "LC_ALL=C A_1='x y' q -S -display none -daemonize --pidfile p -incoming 'exec:cat x' -name -m -qmp stdio -trace t "
      "-nographic -m 8",
      "memory: '8' defaults: true",
      LEFT_OUT ", left out: LC_ALL=C 'A_1=x y' -S -display none -daemonize --pidfile p -incoming 'exec:cat x' -name -m "
               "-qmp stdio -trace t -nographic" },
    { "q -serial none -serial null -serial chardev:c -parallel none", "memory: '' defaults: true option: '-serial' "
      "option: 'none' option: '-serial' option: 'null' option: '-serial' option: 'chardev:c' option: '-parallel' "
      "option: 'none'", NULL },
    { "q -serial mon:stdio -debugcon file:x -chardev socket,id=c,path=x -chardev null,id=d -chardev pty,path=x,id=e",
      "memory: '' defaults: true option: '-serial' option: 'null' option: '-debugcon' option: 'null' option: '-chardev' "
      "option: 'null,id=c' option: '-chardev' option: 'null,id=d' option: '-chardev' option: 'null,id=e'",
      LEFT_OUT ", as null: -serial mon:stdio -debugcon file:x -chardev socket,id=c,path=x -chardev pty,path=x,id=e" },
    { "q -S -serial pty", "memory: '' defaults: true option: '-serial' option: 'null'",
      LEFT_OUT ", left out: -S; as null: -serial pty" },
};

static void a_command_line_is_a_setup(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(lines); i++) {
        Hardstop__Setup *wanted = (Hardstop__Setup *)support_message(&hardstop__setup__descriptor, lines[i].setup);
        Hardstop__Setup *setup = (Hardstop__Setup *)reflect_new(&hardstop__setup__descriptor);
        struct arguments words = { 0 };
        struct hs_error err;
        char *said, *text;

        assert_int_equal(shell_split(lines[i].line, &words, &err), 0);
        assert_int_equal(setup_line_parse(&words, setup, &said, &err), 0);
        assert_string_equal(setup->binary, "q");
        free(setup->binary);
        setup->binary = NULL;
        text = text_print_brief(&setup->base);
        if (wanted->defaults != setup->defaults || (wanted->has_defaults = setup->has_defaults,
                                                    !reflect_equal(&setup->base, &wanted->base))) {
            fail_msg("%s:\n%s", lines[i].line, text);
        }
        if (lines[i].said) {
            assert_non_null(said);
            assert_string_equal(said, lines[i].said);
        } else {
            assert_null(said);
        }
        free(said);
        free(text);
        arguments_clear(&words);
        reflect_free(&setup->base);
        reflect_free(&wanted->base);
    }
}

static void what_is_none_has_a_reason(void **state)
{
    static const struct {
        const char *line, *words;
    } rows[] = {
        { "", "does not begin with a program" },
        { "A=b C=", "does not begin with a program" },
        { "-M q35", "does not begin with a program" },
        { "q -M", "ends behind -M, which takes a value" },
        { "q -S -unknown", "ends behind -unknown" },
        { "q --incoming", "ends behind --incoming" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        Hardstop__Setup *setup = (Hardstop__Setup *)reflect_new(&hardstop__setup__descriptor);
        struct arguments words = { 0 };
        struct hs_error err = { .text = "" };
        char *said;

        assert_int_equal(shell_split(rows[i].line, &words, &err), 0);
        assert_int_equal(setup_line_parse(&words, setup, &said, &err), -1);
        assert_non_null(strstr(err.text, rows[i].words));
        assert_null(said);
        arguments_clear(&words);
        reflect_free(&setup->base);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_line_is_a_setup),
        cmocka_unit_test(what_is_none_has_a_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
