/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What refusals name, by the real words of QEMU 7.2.22, 10.0.13 and 11.1.3; what is out of step names nothing. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/finding/naming.h"
#include "harness/finding/naming_rows.h"

#define S NAMING_BIT(NAMING_SECTION)
#define D NAMING_BIT(NAMING_DEVICE)
#define F NAMING_BIT(NAMING_FIELD)
#define R NAMING_BIT(NAMING_REASON)
#define OTHER NAMING_BIT(NAMING_OTHER)
#define SILENT NAMING_BIT(NAMING_SILENT)

/* Of a damage in section 16, "/fe.0.0000/virtio-net", instance 0. */
#define OLD_END \
    " | error while loading state for instance 0x0 of device '/fe.0.0000/virtio-net' | Failed to load device state: -22"
#define OLD_NET " | Failed to load virtio-net:virtio" OLD_END
#define NEW_END \
    " | load of migration failed: Invalid argument: error while loading state for instance 0x0 of device " \
    "'/fe.0.0000/virtio-net': Failed to load element of type virtio for virtio"
#define MAKE_SURE \
    ". Make sure that your current VM setup matches your saved VM setup, including any hotplugged devices"
#define FEATURES "virtio.subsection[virtio/64bit_features]"
#define QUEUES "virtio.subsection[virtio/virtqueues]"

static const struct {
    const char *text, *path;
    unsigned named;
} said[] = {
    /* Nothing, or no more than a number. */
    { "", "virtio.status", SILENT },
    { "error -22 without a word", "virtio.status", SILENT },
    { "Failed to load device state: -5", "type", SILENT },
    { "load of migration failed: Invalid argument", "virtio.status", SILENT },
    { "load of migration failed: Input/output error | Failed to load device state: -5", "", SILENT },
    { "load of migration failed: Input/output error: Failed to load section ID: stream error: -5: Channel error: "
      "Input/output error", "type", 0 },

    /* Fields of vmstate by QEMU's own name: 7.2 and 10.0, which 11.1 leaves out where the stream ends. */
    { "Failed to load s390_ciw:count | Failed to load s390_sense_id:ciw | Failed to load s390_subch_dev:id" OLD_NET,
      "virtio.ccw.id.ciw[3].count", S | D | F },
    { "Failed to load s390_ciw:count | Failed to load s390_sense_id:ciw | Failed to load s390_subch_dev:id" OLD_NET,
      "virtio.ccw.id.ciw[3].type", S | D },
    { "Failed to load s390_ciw:count | Failed to load s390_sense_id:ciw" OLD_NET, "virtio.ccw.id.ciw", S | D },
    { "Failed to load virtqueue_state:vring.used | Failed to load virtio/virtqueues:vq" OLD_NET,
      QUEUES ".virtqueues.vq[7].used", S | D | F },
    { "Failed to load virtio-net-device:mac_table.in_use" OLD_NET, "virtio.net.mac_table_in_use", S | D | F },
    { "Failed to load virtio-net-device:mac" OLD_NET, "virtio.queue[0].num", S | D },
    { "Failed to load virtio-net:virtio | error while loading state for instance 0x0 of device "
      "'/fe.0.0000/virtio-net'", "virtio.ccw.mba", S | D },
    { "Loading VM subsection 'virtio/virtqueues' in 'virtio' failed: Failed to load virtqueue_state state: stream "
      "error: -5" NEW_END, QUEUES ".virtqueues.vq[7].used", S | D },
    { "irq state 2: must be 0 or 1. | Failed to load element of type pci irq state for irq_state" NEW_END,
      "virtio.pci.irq_state[2]", S | D | F | R },
    { "get_pci_config_device: Bad config data: i=0x3d read: 0 device: 1 cmask: ff wmask: 0 w1cmask:0 | "
      "Failed to load PCIDevice:config" OLD_NET, "virtio.pci.config", S | D | F | R },
    { "fe != 0" NEW_END, "virtio.ccw.cssid", S | D },
    { "1 != 0 | Failed to load virtio-gpu-scanouts:parent_obj.conf.max_outputs" OLD_NET, "virtio.ccw.ssid", S | D },
    { "1 != 0 | Failed to load virtio-gpu-scanouts:parent_obj.conf.max_outputs" OLD_NET, "virtio.gpu.max_outputs",
      S | D | F | R },
    { "fe != 0 | Bug! | Failed to load s390_subch_dev:cssid" OLD_NET, "virtio.ccw.cssid", S | D | F | R },

    /* Checks of virtio: of the queue with that number. */
    { "VQ 1 address 0x0 inconsistent with Host index 0x100" NEW_END, "virtio.queue[1].last_avail_idx", S | D | F | R },
    { "VQ 1 address 0x0 inconsistent with Host index 0x100" NEW_END, "virtio.queue[1].desc", S | D | F | R },
    { "VQ 1 address 0x0 inconsistent with Host index 0x100" NEW_END, "virtio.queue[1].num", S | D },
    { "VQ 1 address 0x0 inconsistent with Host index 0x100" NEW_END, "virtio.queue[0].desc", S | D },
    { "VQ 11 address 0x0 inconsistent with Host index 0x100" NEW_END, "virtio.queue[1].desc", S | D },
    { "VQ 0 size 0x40 Guest index 0x0 inconsistent with Host index 0x100: delta 0xff00" OLD_NET,
      "virtio.queue[0].last_avail_idx", S | D | F | R },
    { "VQ 2 vring.num 2048 exceeds allocated max 64" NEW_END, "virtio.queue[2].num", S | D | F | R },
    { "VQ 2 vring.num 2048 exceeds allocated max 64" NEW_END, "virtio.ccw.revision", S | D },
    { "Invalid number of virtqueues: 0x8000000" OLD_NET, "virtio.num_queues", S | D | F },
    { "Invalid number of virtqueues: 0x8000000" OLD_NET, "virtio.queue_sel", S | D },
    { "Features 0x0 unsupported. Allowed features: 0x10179bf8064" OLD_NET, "virtio.guest_features", S | D | F | R },
    { "virtio-net: saved image requires vnet_hdr=on" NEW_END, "virtio.net.has_vnet_hdr", S | D | F },
    { "virtio-net: saved image requires vnet_hdr=on" NEW_END, "virtio.net.vlans", S | D },

    /* Subsections. */
    { "virtio/64bit_features: incoming version_id 0 is too old for local minimum version_id  1" OLD_NET,
      FEATURES ".version_id", S | D | F | R },
    { "virtio/64bit_features: incoming version_id 0 is too old for local minimum version_id  1" OLD_NET,
      QUEUES ".version_id", S | D },
    { "Loading VM subsection 'virtio/64bit_features' in 'virtio' failed: virtio/64bit_features: incoming version_id 0 "
      "is too old for local minimum version_id 1" NEW_END, FEATURES ".version_id", S | D | F | R },
    { "VM subsection 'virtio/64b' in 'virtio' does not exist" NEW_END, FEATURES ".name", S | D | F },
    { "Loading VM subsection 'virtio/64bit_features' in 'virtio' failed: Failed to load virtio/64bit_features state: "
      "stream error: -5" NEW_END, FEATURES ".name", S | D },

    /* The frame of the section. */
    { "Missing section footer for /fe.0.0000/virtio-net | Failed to load device state: -22", "virtio.status", S | D },
    { "Missing section footer for /fe.0.0000/virtio-net | Failed to load device state: -22", "footer.mark", S | D | F },
    { "check_section_footer: Read section footer failed: -5 | load of migration failed: Invalid argument: Section "
      "footer error, section_id: 16", "footer.mark", S | F },
    { "Mismatched section id in footer for /fe.0.0000/virtio-net - read 0x0 expected 0x10 | load of migration failed: "
      "Invalid argument: Section footer error, section_id: 16", "footer.section_id", S | D | F | R },
    { "load of migration failed: Invalid argument: unsupported version 510 for '/fe.0.0000/virtio-net' v11",
      "version_id", S | D | F | R },
    { "savevm: unsupported version 510 for '/fe.0.0000/virtio-net' v11", "instance_id", S | D },
    { "Unable to read ID string for section 16 | Failed to load device state: -22", "idstr_len", S | F },
    { "qemu_loadvm_section_start_full: Failed to read instance/version ID: -5", "instance_id", F },
    { "Unknown savevm section type 65 | Failed to load device state: -22", "type", F },
    { "load of migration failed: Invalid argument: Unknown section type 65", "type", F },
    { "Unknown savevm section or instance '/fe.0.0000/virtio-net' 16777216" MAKE_SURE, "instance_id", S | D | F },
    /* A name that the damage has changed is no other section's; the check on it is named all the same. */
    { "Unknown savevm section or instance '?/fe.0.0000/virt' 1768893806" MAKE_SURE, "section_id", 0 },
    { "Unknown section or instance 'fe.0.0000/virtio-net' 0" MAKE_SURE, "idstr", D | F },
    { "Unknown section or instance '/fe.0.0000/virtio-ne' 0" MAKE_SURE, "idstr_len", F },

    /* Out of step: what is named is not where the damage is. */
    { "Unknown savevm section type 0 | Failed to load device state: -22", "virtio.status", 0 },
    { "Unknown savevm section 1953067887 | Failed to load device state: -22", "virtio.status", OTHER },
    { "Unable to read ID string for section 268435456 | Failed to load device state: -22", "virtio.status", OTHER },
    { "Unknown savevm section or instance '?/fe.0.0000/virt' 1768893806" MAKE_SURE, "virtio.status", OTHER },
    { "Unknown savevm section or instance 'fe.0.0000/virtio-net' 0" MAKE_SURE, "virtio.status", OTHER },
    { "Missing section footer for /fe.0.0001/virtio-net | Failed to load device state: -22", "footer.mark", OTHER },
    { "Missing section footer for /fe.0.0000/virtio-net2 | Failed to load device state: -22", "virtio.status", OTHER },
    { "VQ 0 address 0x0 inconsistent with Host index 0x100 | Failed to load virtio-rng:virtio | error while loading "
      "state for instance 0x0 of device '/fe.0.0001/virtio-rng'", "virtio.queue[0].desc", OTHER },
    { "Failed to load virtio-net:virtio | error while loading state for instance 0x1 of device "
      "'/fe.0.0000/virtio-net'", "virtio.status", OTHER },
    { "savevm: unsupported version 12 for '/fe.0.0001/virtio-net' v11", "virtio.status", OTHER },
};

static bool is_header(const char *path)
{
    static const char *const header[] = { "type", "section_id", "idstr_len", "idstr", "instance_id", "version_id" };

    for (size_t i = 0; i < HS_COUNT(header); i++) {
        if (strcmp(path, header[i]) == 0) {
            return true;
        }
    }
    return false;
}

static struct naming_place place_of(const char *path)
{
    return (struct naming_place){ .idstr = "/fe.0.0000/virtio-net", .section_id = 16, .path = path,
                                  .is_header = is_header(path) };
}

static void real_words_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(said); i++) {
        struct naming_place place = place_of(said[i].path);
        unsigned named = naming_judge(said[i].text, &place);

        if (named != said[i].named) {
            fail_msg("%#x instead of %#x of %s: %s", named, said[i].named, said[i].path, said[i].text);
        }
    }
}

/* A damage that is in no section or hits no field is not praised for either. */
static void what_is_not_there_is_not_named(void **state)
{
    const char *text = "VQ 0 address 0x0 inconsistent with Host index 0x100" OLD_NET;
    struct naming_place place = { .idstr = "", .path = "" };

    (void)state;
    assert_int_equal(naming_judge(text, &place), OTHER);
    place.idstr = "/fe.0.0000/virtio-net";
    assert_int_equal(naming_judge(text, &place), S | D);
}

/* A device is a word: others that begin or end alike are others. */
static void devices_are_words(void **state)
{
    static const struct {
        const char *text;
        unsigned named;
    } words[] = {
        { "e1000: no", D }, { "no e1000", D }, { "e1000-x: no", D }, { "'pci/e1000'", D }, { "e1000e: no", 0 },
        { "e1000_x: no", 0 }, { "re1000: no", 0 }, { "x-e1000: no", 0 }, { "e100: no", 0 }, { "e1000e, e1000", D },
    };
    struct naming_place place = { .idstr = "0000:00:02.0/e1000", .path = "" };

    (void)state;
    for (size_t i = 0; i < HS_COUNT(words); i++) {
        if (naming_judge(words[i].text, &place) != words[i].named) {
            fail_msg("%s", words[i].text);
        }
    }
}

static void names_are_read_back(void **state)
{
    (void)state;
    for (unsigned i = 0; i < NAMINGS; i++) {
        assert_int_equal(naming_of_name(naming_name((enum naming)i)), i);
        assert_true(*naming_short((enum naming)i));
    }
    assert_int_equal(naming_of_name("words"), NAMINGS);
}

/* Misleading is worse than silent, that than nothing; then the section is worth more than the device. */
static void the_worst_is_first(void **state)
{
    static const unsigned order[] = { OTHER, SILENT, 0, R, D, S, S | D, F, S | F, S | D | F, S | D | F | R };

    (void)state;
    for (size_t i = 1; i < HS_COUNT(order); i++) {
        assert_true(naming_rank(order[i - 1]) < naming_rank(order[i]));
    }
}

/* Each row is there for a text above: without one it would be praise that nobody has seen earned. */
static bool has_text(const char *words)
{
    size_t length = strcspn(words, "%$");

    for (size_t i = 0; i < HS_COUNT(said); i++) {
        for (const char *at = said[i].text; *at; at++) {
            if (strncmp(at, words, length) == 0) {
                return true;
            }
        }
    }
    return false;
}

static void rows_have_texts(void **state)
{
    /* Of machines and versions that no test can wait for. */
    static const char *const rare[] = { "error while loading state section id ", "TUN_F_UFO", "curr_queue_pairs",
                                        "Devno mismatch" };

    (void)state;
    for (size_t i = 0; i < naming_n_section_rows + naming_n_field_rows; i++) {
        const char *words = i < naming_n_section_rows ? naming_section_rows[i].words
                                                      : naming_field_rows[i - naming_n_section_rows].words;
        bool is_rare = false;

        for (size_t k = 0; k < HS_COUNT(rare); k++) {
            is_rare = is_rare || strcmp(words, rare[k]) == 0;
        }
        if (!is_rare && *words != '$' && !has_text(words)) {
            fail_msg("no text has \"%s\"", words);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_words_are_judged), cmocka_unit_test(what_is_not_there_is_not_named),
        cmocka_unit_test(devices_are_words),     cmocka_unit_test(names_are_read_back),
        cmocka_unit_test(the_worst_is_first),    cmocka_unit_test(rows_have_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
