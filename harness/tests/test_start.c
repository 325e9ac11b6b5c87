/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A QEMU that cannot serve is refused in one clear sentence, soon, and leaves nothing behind. */
#include "support.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/base/check.h"
#include "harness/loader/open.h"
#include "harness/loader/qemu/command_line.h"

static Hardstop__Setup setup_of(const char *binary, const char *machine, const char *const *device)
{
    Hardstop__Setup setup = HARDSTOP__SETUP__INIT;

    setup.binary = (char *)binary;
    setup.machine = (char *)machine;
    setup.device = (char **)device;
    setup.n_device = *device != NULL;
    return setup;
}

static void check_refused(const Hardstop__Setup *setup, const struct loader_options *options, const char *reason)
{
    struct hs_error err = { .text = "" };
    struct loader *loader = loader_open(setup, TRUST_ALL, options, &err);

    if (loader || !strstr(err.text, reason) || strchr(err.text, '\n')) {
        fail_msg("%s: \"%s\" does not say \"%s\"", setup->binary, loader ? "opened" : err.text, reason);
    }
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static const struct {
    const char *binary, *machine, *device, *reason;
} refused[] = {
    { "qemu-system-nonsense", NULL, NULL, "no program qemu-system-nonsense in PATH; on Debian: apt-get install" },
    { "/nonexistent/qemu", NULL, NULL, "/nonexistent/qemu: No such file or directory" },
    { "/etc/passwd", NULL, NULL, "/etc/passwd: Permission denied" },
    { "", NULL, NULL, "names no QEMU binary" },
    { NULL, NULL, NULL, "names no QEMU binary" },
    { "qemu-system-s390x", "nonsense", NULL, "qemu-system-s390x has no machine nonsense; qemu-system-s390x -M help" },
    { "qemu-system-s390x", "q35", NULL, "has no machine q35" },
    { "qemu-system-s390x", NULL, "virtio-nonsense", "has no device virtio-nonsense; qemu-system-s390x -device help" },
    { "qemu-system-x86_64", NULL, "virtio-rng-ccw", "has no device virtio-rng-ccw" },
    { "qemu-system-s390x", NULL, "virtio-rng-ccw,speed=fast", "did not start: " },
    { "qemu-system-s390x", NULL, "virtio-rng-ccw,devno=nonsense", "did not start: " },
    { "/bin/true", NULL, NULL, "/bin/true ended while it started and said nothing" },
    { "/bin/cat", NULL, NULL, "/bin/cat did not start: " },
};

static void wrong_setups_have_reasons(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(refused); i++) {
        Hardstop__Setup setup = setup_of(refused[i].binary, refused[i].machine, &refused[i].device);

        check_refused(&setup, NULL, refused[i].reason);
    }
}

/* A plain -incoming would wait for ever for connections that a file does not have. */
static void what_needs_more_connections_is_refused(void **state)
{
    static const char *const words[] = { "migration.x-multifd=on", "migration.x-postcopy-ram=on",
                                         "migration.x-postcopy-preempt=on" };
    Hardstop__Setup setup = setup_of("qemu-system-x86_64", "q35", (const char *[]){ NULL });

    (void)state;
    setup.global = (char **)words;
    setup.n_global = 1;
    check_refused(&setup, NULL, "capability multifd is on, so QEMU waits for connections");
    setup.global = (char **)words + 1;
    setup.n_global = 2;
    check_refused(&setup, NULL, "capability postcopy-preempt is on, so QEMU waits for connections");
}

static void a_missing_function_is_named(void **state)
{
    char *binary = support_beside("standin_function");
    Hardstop__Setup setup = setup_of(binary, NULL, (const char *[]){ NULL });

    (void)state;
    check_refused(&setup, NULL, "it has no function cpu_physical_memory_rw, which hardstop calls");
    free(binary);
}

/* What QEMU 7.2 of Debian 12 prints, and what is made of it. */
static const struct {
    const char *text, *reason;
} explained[] = {
    { "qemu-system-s390x: -device virtio-gpu-ccw: 'virtio-gpu-ccw' is not a valid device model name\n",
      "device virtio-gpu-ccw is in QEMU's module hw-s390x-virtio-gpu-ccw.so, which is not installed or not loadable; "
      "on Debian: apt-get install qemu-system-common" },
    { "qemu-system-x86_64: -device qxl-vga: 'qxl-vga' is not a valid device model name\n", "module hw-display-qxl.so" },
    { "qemu-system-x86_64: -device usb-host: 'usb-host' is not a valid device model name\n", "module hw-usb-host.so" },
    { "qemu-system-x86_64: -device x: 'x' is not a valid device model name\n", "has no device x" },
    { "qemu-system-x86_64: warning: old\nqemu-system-x86_64: warning: older\nqemu-system-x86_64: no memory\n",
      "did not start: qemu-system-x86_64: no memory" },
    { "qemu-system-x86_64: unsupported machine type\nUse -machine help to list supported machines\n",
      "has no machine" },
    { "", "said nothing" },
    { "\n", "said nothing" },
    { "qemu-system-x86_64: warning: only this\n", "said nothing" },
};

static void the_words_of_qemu_are_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(explained); i++) {
        Hardstop__Setup setup = setup_of("qemu-system-x86_64", NULL, (const char *[]){ NULL });
        struct hs_error err = { .text = "" };

        assert_int_equal(command_line_explain(&setup, explained[i].text, &err), -1);
        if (!strstr(err.text, explained[i].reason) || strchr(err.text, '\n')) {
            fail_msg("\"%s\" does not say \"%s\"", err.text, explained[i].reason);
        }
    }
}

/* Which of the two it is depends on the packages that are installed. */
static void a_device_of_a_module_is_made_or_its_module_named(void **state)
{
    static const struct {
        const char *binary, *machine, *device, *module;
    } modules[] = {
        { "qemu-system-s390x", NULL, "virtio-gpu-ccw", "module hw-s390x-virtio-gpu-ccw.so" },
        { "qemu-system-x86_64", "q35", "qxl", "module hw-display-qxl.so" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(modules); i++) {
        Hardstop__Setup setup = setup_of(modules[i].binary, modules[i].machine, &modules[i].device);
        struct hs_error err = { .text = "" };
        struct loader *loader = loader_open(&setup, TRUST_ALL, NULL, &err);

        if (!loader && !strstr(err.text, modules[i].module)) {
            fail_msg("%s: %s", modules[i].device, err.text);
        }
        loader_close(loader);
    }
}

static void a_qemu_without_the_object_is_given_up(void **state)
{
    struct loader_options options = { .preload = "/nonexistent/preload.so" };
    Hardstop__Setup setup = setup_of("qemu-system-s390x", NULL, (const char *[]){ NULL });

    (void)state;
    /* The dynamic linker ignores a preload object that is not there, and QEMU runs as it always does. */
    check_refused(&setup, &options, "preload refused: ERROR: ld.so: object '/nonexistent/preload.so'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_setups_have_reasons),
        cmocka_unit_test(what_needs_more_connections_is_refused),
        cmocka_unit_test(a_missing_function_is_named),
        cmocka_unit_test(the_words_of_qemu_are_explained),
        cmocka_unit_test(a_device_of_a_module_is_made_or_its_module_named),
        cmocka_unit_test(a_qemu_without_the_object_is_given_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
