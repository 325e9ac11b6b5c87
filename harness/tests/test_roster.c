/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A target of the table of devices is a program of its name, and has setups that may be started, all its own. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/setup/family.h"
#include "harness/setup/roster.h"
#include "harness/setup/trust.h"
#include "harness/message/reflect.h"

static void each_target_is_a_program(void **state)
{
    const char *name;
    size_t n = 0;

    (void)state;
    for (; (name = roster_name(n)); n++) {
        char *program = hs_format("%s_fuzzer", name), *path = support_beside(program);

        if (access(path, X_OK) != 0) {
            fail_msg("there is no %s", path);
        }
        assert_true(roster_has(name));
        free(program);
        free(path);
    }
    assert_true(n > 2);
}

/* Called by what is the name of no target, the program says so and ends, whatever it is given. */
static void a_program_of_another_name_is_refused(void **state)
{
    static const char *const names[] = { "case_fuzzer", "ccw_nothing_fuzzer", "ccw_iommu_fuzzer", "fuzzer" };
    char *folder = support_folder(), *program = support_beside("case_fuzzer");

    (void)state;
    for (size_t i = 0; i < HS_COUNT(names); i++) {
        char *link = hs_format("%s/%s", folder, names[i]), *command = hs_format("%s %s 2>&1", link, folder);
        char *expected = hs_format("hardstop: no target is called \"%s\"", names[i]), said[512] = "";
        FILE *shell;
        int status;

        assert_int_equal(symlink(program, link), 0);
        shell = popen(command, "r");
        assert_non_null(shell);
        assert_true(fread(said, 1, sizeof(said) - 1, shell) > 0);
        status = pclose(shell);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 2 || strncmp(said, expected, strlen(expected)) != 0) {
            fail_msg("%s: status 0x%x, \"%s\"", names[i], status, said);
        }
        free(expected);
        free(command);
        free(link);
    }
    support_remove(folder);
    free(program);
}

/* Each device that can be migrated here has a target; the others have none. */
static void devices_have_targets(void **state)
{
    (void)state;
    for (const struct family *family = families; family->name; family++) {
        char *ccw = hs_format("ccw_%s", family->target), *pci = hs_format("pci_%s", family->target);
        char *mmio = hs_format("mmio_%s", family->target);

        if (family->blocked) {
            assert_false(roster_has(ccw));
            assert_false(roster_has(pci));
            assert_false(roster_has(mmio));
        } else if (!family->host) {
            assert_int_equal(roster_has(ccw), family->device[FAMILY_CCW] != NULL);
            assert_int_equal(roster_has(pci), family->device[FAMILY_PCI] != NULL);
            assert_int_equal(roster_has(mmio), family->device[FAMILY_MMIO] != NULL);
        }
        free(ccw);
        free(mmio);
        free(pci);
    }
    assert_false(roster_has("ccw_vsock"));
}

static void other_names_are_refused(void **state)
{
    static const char *const names[] = { "", "cc", "ccwx", "mmi", "mmio_iommu", "ccw_", "ccw_nets", "pci_net_", "ccw_iommu", "_net",
                                         "pcie", "pcie_net", "pci_crypto", "ccw-net", "net" };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(names); i++) {
        if (roster_has(names[i]) || roster_setup(names[i], 0, HARDSTOP__FRAMING__FOOTER) ||
            roster_section(names[i])) {
            fail_msg("\"%s\" is taken for a target", names[i]);
        }
    }
}

static void setups_belong_to_one_target(void **state)
{
    const char *name;

    (void)state;
    for (size_t i = 0; (name = roster_name(i)); i++) {
        char *mine = hs_strdup(name);
        Hardstop__Setup *setup;
        size_t n = 0;

        for (; (setup = roster_setup(mine, n, HARDSTOP__FRAMING__LEGACY)); n++) {
            struct hs_error err;

            if (trust_check(setup, TRUST_NONE, &err) < 0) {
                fail_msg("%s: %s", mine, err.text);
            }
            assert_int_equal(setup->framing, HARDSTOP__FRAMING__LEGACY);
            for (size_t k = 0; (name = roster_name(k)); k++) {
                bool all = strchr(name, '_') == NULL, same = strncmp(name, mine, 3) == 0;

                /* The standard setups have devices of several families: whose they are, beside "all", is open. */
                if (strchr(mine, '_') && roster_takes(name, setup) != (same && (all || strcmp(name, mine) == 0))) {
                    fail_msg("%s with a setup of %s", name, mine);
                }
                assert_true(!all || roster_takes(name, setup) == same);
            }
            hardstop__setup__free_unpacked(setup, NULL);
        }
        assert_true(n > 0);
        free(mine);
    }
}

/* What is no case is device sections for the target's own device; a case keeps its setup, whichever target runs it. */
static void input_gets_the_setup_of_its_target(void **state)
{
    static const uint8_t raw[] = { 0x04, 0xff, 0x00 };
    const char *name;

    (void)state;
    for (size_t i = 0; (name = roster_name(i)); i++) {
        Hardstop__Setup *setup = roster_setup(name, 0, HARDSTOP__FRAMING__FOOTER);
        Hardstop__Case *test = case_of_input(name, raw, sizeof(raw)), *foreign;
        uint8_t *packed;
        size_t size;

        assert_true(reflect_equal(&test->setup->base, &setup->base));
        assert_int_equal(test->stream->rest.len, sizeof(raw));
        packed = case_pack(test, &size);
        foreign = case_of_input(strncmp(name, "ccw", 3) == 0 ? "pci_gpu" : "ccw_9p", packed, size);
        assert_true(reflect_equal(&foreign->base, &test->base));
        free(packed);
        case_free(foreign);
        case_free(test);
        hardstop__setup__free_unpacked(setup, NULL);
    }
}

/* A file that asks for what reaches the host is no case: its bytes go to the target's own setup. */
static void input_may_not_choose_what_is_started(void **state)
{
    static const char *const setups[] = { "binary: '/bin/sh'",
                                          "binary: 'qemu-system-s390x' option: '-incoming' option: 'exec:true'" };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(setups); i++) {
        char *text = hs_format("setup { %s } stream { section { type: EOF } }", setups[i]);
        Hardstop__Case *hostile = (Hardstop__Case *)support_message(&hardstop__case__descriptor, text), *test;
        size_t size;
        uint8_t *packed = case_pack(hostile, &size);

        test = case_of_input("ccw_rng", packed, size);
        assert_string_equal(test->setup->binary, "qemu-system-s390x");
        assert_int_equal(test->setup->n_option, 0);
        assert_int_equal(test->stream->rest.len, size);
        assert_memory_equal(test->stream->rest.data, packed, size);
        case_free(test);
        case_free(hostile);
        free(packed);
        free(text);
    }
}

/* Setups with devices of several families: the first one that a row has decides.  A program may be any version's. */
static const struct {
    const char *target, *devices;
    bool takes;
} mixed[] = {
    { "ccw_net", "binary: '/q/qemu-system-s390x-11.1.3' device: 'virtio-net-ccw'", true },
    { "pci_net", "binary: '/q/qemu-system-s390x-11.1.3' device: 'virtio-net-pci'", false },
    { "pci_net", "binary: '/q/qemu-system-x86_64-11.1.3' device: 'virtio-net-pci'", true },
    { "pci_net", "binary: '/q/qemu-system-x86' device: 'virtio-net-pci'", false },
    { "pci_net", "device: 'virtio-net-pci,mq=on' device: 'virtio-rng-pci'", true },
    { "pci_rng", "device: 'virtio-net-pci,mq=on' device: 'virtio-rng-pci'", false },
    { "pci_rng", "device: 'pcie-root-port,id=p' device: 'virtio-rng-pci'", true },
    { "pci_net", "device: 'virtio-net-pci-transitional'", false },
    { "pci_net", "device: 'virtio-net'", false },
    { "pci_net", "device: 'virtio-net-pci-non-transitional'", true },
    { "pci", "device: 'pcie-root-port,id=p'", true },
    { "pci_net", "device: 'pcie-root-port,id=p'", false },
    { "pci_net", "machine: 'microvm' device: 'virtio-net-device'", false },
    { "mmio_net", "machine: 'microvm' device: 'virtio-net-device'", true },
    { "mmio_net", "device: 'virtio-net-device'", false },
    { "pci", "device: 'vhost-vsock-pci,guest-cid=3' device: 'virtio-net-pci'", false },
    { "pci", "device: 'virtio-net-pci' device: 'vhost-vsock-pci,guest-cid=3'", true },
};

static void the_first_device_decides(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(mixed); i++) {
        bool has_binary = strncmp(mixed[i].devices, "binary", 6) == 0;
        char *text = hs_format("%s %s", has_binary ? "" : "binary: 'qemu-system-x86_64'", mixed[i].devices);
        Hardstop__Setup *setup = (Hardstop__Setup *)support_message(&hardstop__setup__descriptor, text);

        if (roster_takes(mixed[i].target, setup) != mixed[i].takes) {
            fail_msg("%s: %s", mixed[i].target, mixed[i].devices);
        }
        reflect_free(&setup->base);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_target_is_a_program),
        cmocka_unit_test(a_program_of_another_name_is_refused),
        cmocka_unit_test(devices_have_targets),
        cmocka_unit_test(other_names_are_refused),
        cmocka_unit_test(setups_belong_to_one_target),
        cmocka_unit_test(input_gets_the_setup_of_its_target),
        cmocka_unit_test(input_may_not_choose_what_is_started),
        cmocka_unit_test(the_first_device_decides),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
