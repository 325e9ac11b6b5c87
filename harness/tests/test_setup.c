/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stranger's setup passes only where nothing in it reaches outside QEMU's process; our own always pass. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/base/print.h"
#include "harness/setup/family.h"
#include "harness/setup/setup.h"
#include "harness/setup/trust.h"
#include "harness/setup/trust_table.h"
#include "harness/message/reflect.h"

/* Text of setups, and the part that must be named; the binary is a good one where the text has none. */
static const struct {
    const char *setup, *culprit;
} dangerous[] = {
    { "binary: ''", "binary" },
    { "binary: 'rm'", "rm" },
    { "binary: '/tmp/qemu-system-x86_64'", "/tmp/qemu-system-x86_64" },
    { "binary: '../qemu-system-x86_64'", "../qemu-system-x86_64" },
    { "binary: 'qemu-system-x86_64/../evil'", "evil" },
    { "binary: 'xqemu-system-x86_64'", "xqemu" },
    { "binary: 'qemu-system-x86_64 evil'", "evil" },
    { "machine: 'q35,dumpdtb=/tmp/x'", "dumpdtb" },
    { "machine: 'q35,firmware=/etc/shadow'", "firmware" },
    { "machine: '-daemonize'", "-daemonize" },
    { "machine: ''", "machine" },
    { "memory: '2M,mem-path=/tmp/x'", "mem-path" },
    { "defaults: true", "defaults" },
    { "memory: '-daemonize'", "-daemonize" },
    { "memory: '99999999999999G'", "memory" },
    { "memory: '10000M'", "10000M" },
    { "memory: '1G'", "1G" },
    { "device: 'vfio-pci,host=01:00.0'", "vfio-pci" },
    { "device: 'vhost-vsock-pci,guest-cid=3'", "vhost-vsock-pci" },
    { "device: 'virtio-input-host-pci,evdev=/dev/input/event0'", "virtio-input-host-pci" },
    { "device: 'vhost-user-blk-pci,chardev=c'", "vhost-user-blk-pci" },
    { "device: 'virtio-net-pci,romfile=/etc/shadow'", "romfile" },
    { "device: 'virtio-net-pci,romfile=shadow'", "romfile" },
    { "device: 'virtio-net-pci,x=/etc/shadow'", "/etc/shadow" },
    { "device: 'qemu-xhci' device: 'usb-kbd,pcap=on'", "pcap" },
    { "device: 'usb-tablet,pcap=1.5G'", "pcap" },
    { "global: 'usb-mouse.pcap=0x77'", "pcap" },
    { "device: 'virtio-net-pci,x=1k/etc/shadow'", "/etc/shadow" },
    { "device: 'virtio-net-pci,x=0x1kk'", "0x1kk" },
    { "device: 'virtio-net-pci,mq=on,mq=off'", "mq=off" },
    { "device: 'virtio-gpu-gl-pci'", "virtio-gpu-gl-pci" },
    { "device: 'virtio-rng-pci,id=hardstop'", "id=hardstop" },
    { "device: 'loader,file=/etc/shadow,addr=0'", "loader" },
    { "device: '{\"driver\": \"vfio-pci\"}'", "vfio-pci" },
    { "device: ''", "device" },
    { "device: '-daemonize'", "-daemonize" },
    { "device: 'virtio-rng-pci' device: 'ivshmem-plain,memdev=m'", "ivshmem-plain" },
    { "global: 'virtio-net-pci.romfile=shadow'", "romfile" },
    { "global: 'driver=virtio-net-pci,property=romfile,value=/etc/shadow'", "driver=" },
    { "global: 'vfio-pci.host=01:00.0'", "vfio-pci" },
    { "global: 'virtio-net-pci.x=/etc/shadow'", "/etc/shadow" },
    { "option: '-incoming' option: 'exec:touch /tmp/x'", "-incoming" },
    { "option: '-monitor' option: 'stdio'", "-monitor" },
    { "option: '-chardev' option: 'file,id=c,path=/tmp/x'", "path=/tmp/x" },
    { "option: '-chardev' option: 'file,id=c,path=/dev/null,,x'", "path=/dev/null" },
    { "option: '-chardev' option: 'file,id=c,path=/dev/nul'", "path=/dev/nul" },
    { "option: '-chardev' option: 'file,id=/dev/null'", "id=/dev/null" },
    { "option: '-object' option: 'filter-dump,id=f,netdev=n,file=/tmp/x'", "file=/tmp/x" },
    { "option: '-netdev' option: 'hubport,id=n,path=/dev/null'", "path=/dev/null" },
    { "option: '-chardev' option: 'socket,id=c,path=/tmp/x,server=on'", "socket" },
    { "option: '-chardev' option: 'null,id=c,logfile=/tmp/x'", "logfile" },
    { "option: '-chardev' option: 'null,id=c,logfile=x'", "logfile" },
    { "option: '-chardev' option: 'id=c,backend=file,path=x'", "backend" },
    { "option: '-drive' option: 'file=/dev/sda'", "-drive" },
    { "option: '-blockdev' option: 'driver=file,filename=/etc/shadow,node-name=d0'", "/etc/shadow" },
    { "option: '-blockdev' option: 'driver=file,node-name=d0'", "driver=file" },
    { "option: '-blockdev' option: 'driver=null-co,driver=file,node-name=d0'", "driver=file" },
    { "option: '-blockdev' option: 'driver=null-co,filename=x'", "filename" },
    { "option: '-blockdev' option: 'driver=nbd,null-co'", "nbd" },
    { "option: '-blockdev' option: 'driver=null-co,,file=x'", "file=x" },
    { "option: '-blockdev' option: 'driver'", "-blockdev" },
    { "option: '-blockdev' option: '{\"driver\": \"file\"}'", "file" },
    { "option: '-netdev' option: 'tap,id=n,script=/tmp/x'", "script" },
    { "option: '-netdev' option: 'user,id=n'", "user" },
    { "option: '-D' option: '/tmp/x'", "-D" },
    { "option: '-readconfig' option: '/tmp/x'", "-readconfig" },
    { "option: '-object' option: 'memory-backend-file,id=m,mem-path=/tmp/x,size=1M'", "memory-backend-file" },
    { "option: '-object' option: 'qom-type=memory-backend-file,id=m'", "qom-type" },
    { "option: '-object' option: 'rng-random,id=r,filename=/etc/shadow'", "rng-random" },
    { "option: '-object' option: 'rng-builtinx,id=r'", "rng-builtinx" },
    { "option: '-daemonize'", "-daemonize" },
    { "option: '-accel'", "-accel" },
    { "option: '-blockdev' option: 'driver=null-co,node-name=d0' option: '-accel'", "-accel" },
    { "option: '-accel' option: 'tcg' option: '-pidfile' option: '/tmp/x'", "-pidfile" },
    { "option: '-accel' option: '-daemonize'", "-accel" },
    { "option: '-accel' option: 'kvm'", "kvm" },
    { "option: 'x' option: '-daemonize'", "x" },
};

static const char *const harmless[] = {
    "machine: 's390-ccw-virtio-2.4'",
    "memory: '' defaults: false",
    "machine: 'pc-i440fx-2.3' memory: '64M' framing: LEGACY",
    "device: 'virtio-rng-ccw' device: 'virtio-net-ccw,devno=fe.0.0001,mac=52:54:00:12:34:56'",
    "device: 'virtio-blk-pci,drive=d0,num-queues=4' option: '-blockdev' "
    "option: 'driver=null-aio,node-name=d0,size=512'",
    "global: 'migration.send-section-footer=off' global: 'virtio-net-pci.mq=on'",
    "option: '-object' option: 'rng-builtin,id=r' option: '-accel' option: 'tcg'",
    "device: 'virtio-serial-pci' device: 'virtserialport,chardev=c' option: '-chardev' option: 'null,id=c'",
    "device: 'virtio-net-pci,netdev=n' option: '-netdev' option: 'hubport,id=n,hubid=0'",
    "option: '-chardev' option: 'file,id=c,path=/dev/null' option: '-blockdev' "
    "option: 'driver=null-co,node-name=d0,read-zeroes=on'",
    "option: '-object' option: 'filter-dump,id=f,netdev=n,file=/dev/null'",
};

static Hardstop__Setup *setup_of(const char *text)
{
    Hardstop__Setup *setup = (Hardstop__Setup *)support_message(&hardstop__setup__descriptor, text);

    if (!setup->binary) {
        setup->binary = strdup("qemu-system-s390x");
    }
    return setup;
}

static void dangerous_setups_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(dangerous); i++) {
        Hardstop__Setup *setup = setup_of(dangerous[i].setup);
        struct hs_error err = { .text = "" };

        if (trust_check(setup, TRUST_NONE, &err) == 0 || !strstr(err.text, dangerous[i].culprit)) {
            fail_msg("%s: \"%s\" does not name \"%s\"", dangerous[i].setup, err.text, dangerous[i].culprit);
        }
        reflect_free(&setup->base);
    }
}

static void harmless_setups_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(harmless); i++) {
        Hardstop__Setup *setup = setup_of(harmless[i]);
        struct hs_error err = { .text = "" };

        if (trust_check(setup, TRUST_NONE, &err) < 0) {
            fail_msg("%s: %s", harmless[i], err.text);
        }
        reflect_free(&setup->base);
    }
}

/* Nobody's file starts threads by the thousand, one harmless option after the other. */
static void there_are_only_so_many(void **state)
{
    static const struct {
        const char *one, *culprit;
    } parts[] = {
        { "option: '-object' option: 'iothread,id=t", "65 options are more than the 64" },
        { "device: 'virtio-rng-ccw,id=r", "65 devices are more than the 64" },
        { "global: 'virtio-rng-ccw.max-bytes=", "65 globals are more than the 64" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(parts); i++) {
        for (unsigned n = TRUST_MOST; n <= TRUST_MOST + 1; n++) {
            struct print_memory memory;
            FILE *out = print_open(&memory);
            struct hs_error err = { .text = "" };
            Hardstop__Setup *setup;
            char *text;

            for (unsigned k = 0; k < n; k++) {
                fprintf(out, "%s%u' ", parts[i].one, k);
            }
            text = print_close(&memory);
            setup = setup_of(text);
            assert_int_equal(trust_check(setup, TRUST_NONE, &err), n > TRUST_MOST ? -1 : 0);
            assert_int_equal(strstr(err.text, parts[i].culprit) != NULL, n > TRUST_MOST);
            assert_int_equal(trust_check(setup, TRUST_ALL, NULL), 0);
            reflect_free(&setup->base);
            free(text);
        }
    }
}

/* Text of what somebody gave, and the parts that this decides. */
static const struct {
    const char *given;
    unsigned parts;
} givens[] = {
    { "", TRUST_NONE },
    { "binary: 'q'", TRUST_BINARY },
    { "machine: 'q'", TRUST_MACHINE },
    { "memory: 'q'", TRUST_MEMORY },
    { "device: 'q'", TRUST_DEVICES },
    { "global: 'q'", TRUST_GLOBALS },
    { "option: 'q'", TRUST_OPTIONS },
    { "framing: LEGACY", TRUST_NONE },
    { "binary: 'q' machine: 'q' memory: 'q' device: 'q' global: 'q' option: 'q'", TRUST_ALL },
};

static void what_is_given_is_not_the_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(givens); i++) {
        Hardstop__Setup *given = (Hardstop__Setup *)support_message(&hardstop__setup__descriptor, givens[i].given);

        assert_int_equal(trust_of_given(given), givens[i].parts);
        reflect_free(&given->base);
    }
}

/* A part that is trusted may be anything, and no other part is trusted with it. */
static void each_part_is_trusted_for_itself(void **state)
{
    static const char *const parts[] = { "binary: '/x'",  "machine: '/x'", "memory: '/x'",
                                         "device: '/x'", "global: '/x'",  "option: '/x'" };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(parts); i++) {
        Hardstop__Setup *setup = setup_of(parts[i]);

        for (size_t k = 0; k < HS_COUNT(parts); k++) {
            assert_int_equal(trust_check(setup, (enum trust)(1 << k), NULL), k == i ? 0 : -1);
        }
        assert_string_equal(trust_option(setup), " --trust-setup");
        reflect_free(&setup->base);
    }
}

static void standard_setups_pass(void **state)
{
    static const char *const transports[] = { "ccw", "pci", "mmio" };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(transports); i++) {
        for (int framing = 0; framing < 2; framing++) {
            Hardstop__Setup *setup = setup_standard(transports[i], (Hardstop__Framing)framing);
            struct hs_error err = { .text = "" };

            assert_non_null(setup);
            if (trust_check(setup, TRUST_NONE, &err) < 0) {
                fail_msg("%s", err.text);
            }
            assert_int_equal(setup->framing, framing);
            assert_int_equal(setup->n_device, 4);
            hardstop__setup__free_unpacked(setup, NULL);
        }
    }
    assert_null(setup_standard("pcie", HARDSTOP__FRAMING__FOOTER));
}

static void families_pass_unless_they_need_the_host(void **state)
{
    (void)state;
    for (const struct family *family = families; family->name; family++) {
        for (int transport = 0; transport < FAMILY_TRANSPORTS; transport++) {
            Hardstop__Setup *setup = family_setup(family, (enum family_transport)transport, HARDSTOP__FRAMING__FOOTER);
            struct hs_error err = { 0 };

            assert_int_equal(setup != NULL, family->device[transport] != NULL);
            if (setup && (trust_check(setup, TRUST_NONE, &err) == 0) != !family->host) {
                fail_msg("%s: %s", family->name, err.text);
            }
            if (setup) {
                assert_string_equal(setup->memory,
                                    family->memory ? family->memory : hardstop__setup__memory__default_value);
                hardstop__setup__free_unpacked(setup, NULL);
            }
        }
        assert_ptr_equal(family_find(family->name), family);
    }
    assert_null(family_find("floppy"));
}

static void memory_is_what_a_machine_starts_with(void **state)
{
    static const char *const rows[][2] = {
        { "binary: 'qemu-system-x86_64'", "2M" },         { "binary: '/q/qemu-system-i386-10.0.2'", "2M" },
        { "binary: 'qemu-system-s390x'", "4M" },          { "binary: '/q/qemu-system-aarch64'", "4M" },
        { "binary: 'qemu-system-riscv64'", "4M" },        { "binary: '/q/qemu-system-ppc64-11.1.3'", "256M" },
        { "binary: 'q' machine: 's390-ccw-virtio'", "4M" }, { "binary: 'qemu-system-ppc64' memory: '1G'", "1G" },
    };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(rows); i++) {
        Hardstop__Setup *setup = (Hardstop__Setup *)support_message(&hardstop__setup__descriptor, rows[i][0]);

        assert_string_equal(setup_memory(setup), rows[i][1]);
        reflect_free(&setup->base);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_what_a_machine_starts_with),
        cmocka_unit_test(dangerous_setups_are_refused),
        cmocka_unit_test(harmless_setups_pass),
        cmocka_unit_test(there_are_only_so_many),
        cmocka_unit_test(what_is_given_is_not_the_files),
        cmocka_unit_test(each_part_is_trusted_for_itself),
        cmocka_unit_test(standard_setups_pass),
        cmocka_unit_test(families_pass_unless_they_need_the_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
