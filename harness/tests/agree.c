/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "agree.h"

#include <stdlib.h>
#include <string.h>

#include "harness/audit/edit/edit_plan.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/print.h"
#include "harness/base/walk.h"
#include "harness/loader/capture.h"
#include "harness/setup/program.h"
#include "harness/message/reflect.h"

const char *const agree_group_names[AGREE_GROUPS] = {
    [AGREE_SEEDS] = "seeds", [AGREE_REGRESSIONS] = "regressions", [AGREE_BOOTED] = "booted",
    [AGREE_CCW] = "ccw", [AGREE_PCI] = "pci",
    [AGREE_UNDESCRIBED] = "no description", [AGREE_DEVICES] = "not virtio",
};

/* What has run before the stream is saved. */
enum agree_guest { GUEST_NONE, GUEST_FIRMWARE, GUEST_OURS };

static const struct row {
    enum agree_group group;
    const char *name, *setup;
    enum agree_guest guest;
} setups[] = {
    { AGREE_BOOTED, "q35, firmware", "binary: 'qemu-system-x86_64' machine: 'q35' memory: '64M' option: '-smp' "
                                     "option: '3' option: '-boot' option: 'reboot-timeout=1' device: 'virtio-rng-pci'",
      GUEST_FIRMWARE },
    { AGREE_BOOTED, "pc, firmware", "binary: 'qemu-system-x86_64' machine: 'pc' memory: '64M' option: '-boot' "
                                    "option: 'reboot-timeout=1' device: 'e1000,romfile=' device: 'virtio-rng-pci'",
      GUEST_FIRMWARE },
    { AGREE_BOOTED, "pc, guest", "binary: 'qemu-system-x86_64' machine: 'pc' memory: '64M' "
                                 "device: 'virtio-net-pci,romfile='", GUEST_OURS },
    { AGREE_BOOTED, "ccw, firmware", "binary: 'qemu-system-s390x' machine: 's390-ccw-virtio' memory: '64M' "
                                     "device: 'virtio-rng-ccw' device: 'virtio-net-ccw'", GUEST_FIRMWARE },
    { AGREE_CCW, "ccw", "binary: 'qemu-system-s390x' machine: 's390-ccw-virtio' device: 'virtio-net-ccw' "
                        "device: 'virtio-rng-ccw'" },
    { AGREE_CCW, "ccw, 2.4", "binary: 'qemu-system-s390x' machine: 's390-ccw-virtio-2.4' device: 'virtio-serial-ccw' "
                             "device: 'virtio-balloon-ccw'" },
    { AGREE_CCW, "ccw, no footers", "binary: 'qemu-system-s390x' machine: 's390-ccw-virtio' device: 'virtio-gpu-ccw' "
                                    "device: 'virtio-scsi-ccw' framing: LEGACY" },
    { AGREE_PCI, "pc", "binary: 'qemu-system-x86_64' machine: 'pc' device: 'virtio-net-pci' device: 'virtio-rng-pci'" },
    { AGREE_PCI, "q35, no footers", "binary: 'qemu-system-x86_64' machine: 'q35' device: 'virtio-scsi-pci' "
                                    "device: 'virtio-balloon-pci' framing: LEGACY" },
    { AGREE_PCI, "q35, smp", "binary: 'qemu-system-x86_64' machine: 'q35' device: 'virtio-serial-pci' "
                             "device: 'virtio-gpu-pci' option: '-smp' option: '3'" },
    { AGREE_UNDESCRIBED, "pc 2.0", "binary: 'qemu-system-x86_64' machine: 'pc-i440fx-2.0' device: 'virtio-net-pci'" },
    { AGREE_UNDESCRIBED, "q35, suppressed", "binary: 'qemu-system-x86_64' machine: 'q35,suppress-vmdesc=on' "
                                            "device: 'virtio-rng-pci' device: 'e1000'" },
    { AGREE_UNDESCRIBED, "ccw, suppressed", "binary: 'qemu-system-s390x' machine: 's390-ccw-virtio,suppress-vmdesc=on' "
                                            "device: 'virtio-net-ccw'" },
    { AGREE_DEVICES, "q35, net", "binary: 'qemu-system-x86_64' machine: 'q35' device: 'e1000' device: 'rtl8139' "
                                 "device: 'e1000e' device: 'vmxnet3' device: 'pcnet'" },
    { AGREE_DEVICES, "pc, usb and ahci", "binary: 'qemu-system-x86_64' machine: 'pc' device: 'nec-usb-xhci' "
                                         "device: 'usb-tablet' device: 'ich9-ahci' device: 'usb-ehci'" },
    { AGREE_DEVICES, "q35, more", "binary: 'qemu-system-x86_64' machine: 'q35' device: 'sdhci-pci' device: 'tpci200' "
                                  "device: 'pci-serial' device: 'lsi53c895a' device: 'megasas' device: 'edu'" },
    { AGREE_DEVICES, "microvm", "binary: 'qemu-system-x86_64' machine: 'microvm'" },
};

/* The files of a group, or its setups. */
struct files {
    char **paths;
    size_t n;
};

static int take_file(void *user, const char *path, const char *name, struct hs_error *err)
{
    struct files *files = user;

    (void)name;
    (void)err;
    *HS_PUSH(files->paths, files->n) = hs_strdup(path);
    return 0;
}

static void list_files(struct files *files, enum agree_group group, const char *corpus)
{
    char *folder = hs_format("%s/cases/%s", corpus, group == AGREE_SEEDS ? "seeds" : "regress");
    struct hs_error err;

    *files = (struct files){ .n = 0 };
    if (walk_files(folder, take_file, files, &err) < 0) {
        fail_msg("%s", err.text);
    }
    free(folder);
}

static void clear_files(struct files *files)
{
    for (size_t i = 0; i < files->n; i++) {
        free(files->paths[i]);
    }
    free(files->paths);
}

/* The setup of a group with that index, or NULL. */
static const struct row *find_setup(enum agree_group group, size_t index)
{
    for (size_t i = 0; i < HS_COUNT(setups); i++) {
        if (setups[i].group == group && index-- == 0) {
            return &setups[i];
        }
    }
    return NULL;
}

size_t agree_count(enum agree_group group, const char *corpus)
{
    struct files files;
    size_t n = 0;

    if (group > AGREE_REGRESSIONS) {
        while (find_setup(group, n)) {
            n++;
        }
        return n;
    }
    list_files(&files, group, corpus);
    clear_files(&files);
    return files.n;
}

/* A chosen QEMU need not have what the installed one has. */
static bool is_lacking(const char *reason)
{
    static const char *const words[] = { "has no machine", "has no device", "not found", "requires capability" };

    for (size_t i = 0; i < HS_COUNT(words); i++) {
        if (getenv(PROGRAM_ENV) && strstr(reason, words[i])) {
            return true;
        }
    }
    return false;
}

/* NULL: it has not what the setup asks for. */
static Hardstop__Stream *capture(const Hardstop__Setup *setup)
{
    struct hs_error err;
    Hardstop__Stream *stream = capture_decoded(setup, TRUST_ALL, &err);

    if (!stream && !is_lacking(err.text)) {
        fail_msg("%s", err.text);
    }
    if (!stream) {
        print_message("left out: %s\n", err.text);
    }
    return stream;
}

static bool open_file(struct agree_subject *subject, enum agree_group group, size_t index, const char *corpus)
{
    struct files files;

    list_files(&files, group, corpus);
    subject->test = support_read_case(files.paths[index]);
    subject->name = hs_strdup(strrchr(files.paths[index], '/') + 1);
    subject->captured = capture(subject->test->setup);
    clear_files(&files);
    return subject->captured;
}

/* A whole stream of the setup, after what is to run. */
static Hardstop__Stream *capture_guest(const Hardstop__Setup *setup, enum agree_guest guest)
{
    Hardstop__Stream *stream;
    struct hs_error err;
    uint8_t *bytes;
    size_t size;

    if (guest == GUEST_NONE) {
        return capture(setup);
    }
    if (capture_running(setup, TRUST_ALL, guest == GUEST_OURS, &bytes, &size, &err) < 0) {
        if (!is_lacking(err.text)) {
            fail_msg("%s", err.text);
        }
        print_message("left out: %s\n", err.text);
        return NULL;
    }
    stream = stream_decode(bytes, size, STREAM_ANY, NULL);
    assert_non_null(stream);
    free(bytes);
    return stream;
}

static bool open_setup(struct agree_subject *subject, enum agree_group group, size_t index)
{
    const struct row *row = find_setup(group, index);
    Hardstop__Setup *setup = (Hardstop__Setup *)support_message(&hardstop__setup__descriptor, row->setup);

    Hardstop__Stream *stream = capture_guest(setup, row->guest);

    subject->name = hs_strdup(row->name);
    subject->test = stream ? case_of_stream(stream, setup, CASE_KEEP_ALL) : NULL;
    hardstop__setup__free_unpacked(setup, NULL);
    return stream;
}

bool agree_open(struct agree_subject *subject, enum agree_group group, size_t index, const char *corpus)
{
    *subject = (struct agree_subject){ .name = NULL };
    if (!(group <= AGREE_REGRESSIONS ? open_file(subject, group, index, corpus) : open_setup(subject, group, index))) {
        return false;
    }
    subject->loader = support_open(subject->test->setup);
    stream_encode(subject->test->stream, &subject->encoding, NULL, NULL);
    return true;
}

bool agree_has_global(const char *binary, const char *global)
{
    Hardstop__Setup setup = HARDSTOP__SETUP__INIT;
    Hardstop__Stream *stream;

    setup.binary = (char *)binary;
    setup.machine = "none";
    setup.global = (char **)&global;
    setup.n_global = 1;
    stream = capture(&setup);
    hardstop__stream__free_unpacked(stream, NULL);
    return stream;
}

void agree_close(struct agree_subject *subject)
{
    loader_close(subject->loader);
    stream_encoding_clear(&subject->encoding);
    hardstop__stream__free_unpacked(subject->captured, NULL);
    case_free(subject->test);
    free((char *)subject->name);
}

/* Part of a stream, each as likely to be damaged. */
enum place { PLACE_HEADER, PLACE_RAM, PLACE_SECTIONS, PLACE_DESCRIPTION, PLACES };

enum raw { RAW_NONE, RAW_CUT, RAW_FLIP, RAW_ZERO };

static const struct {
    const char *name;
    enum edit edit; /* or EDIT_MAX: raw */
    enum raw raw;
    enum place place; /* PLACES: any */
} damages[AGREE_DAMAGES] = {
    { "nothing", EDIT_MAX, RAW_NONE, PLACES },
    { "truncate", EDIT_TRUNCATE, RAW_NONE, PLACES },
    { "insert", EDIT_INSERT, RAW_NONE, PLACES },
    { "delete", EDIT_DELETE, RAW_NONE, PLACES },
    { "flip", EDIT_FLIP, RAW_NONE, PLACES },
    { "range", EDIT_RANGE, RAW_NONE, PLACES },
    { "section", EDIT_SECTION, RAW_NONE, PLACES },
    { "cut in the header", EDIT_MAX, RAW_CUT, PLACE_HEADER },
    { "cut in RAM", EDIT_MAX, RAW_CUT, PLACE_RAM },
    { "cut in a section", EDIT_MAX, RAW_CUT, PLACE_SECTIONS },
    { "cut in the description", EDIT_MAX, RAW_CUT, PLACE_DESCRIPTION },
    { "bit anywhere", EDIT_MAX, RAW_FLIP, PLACES },
    { "zeros anywhere", EDIT_MAX, RAW_ZERO, PLACES },
};

const char *agree_damage_name(unsigned damage)
{
    return damages[damage].name;
}

static void find_places(const struct agree_subject *subject, size_t begin[PLACES + 1])
{
    const Hardstop__Stream *stream = subject->test->stream;
    const struct stream_encoding *encoding = &subject->encoding;
    size_t first = 0;

    while (first < stream->n_section && stream->section[first]->type != HARDSTOP__SECTION__TYPE__FULL) {
        first++;
    }
    HS_CHECK(first < stream->n_section, "%s has no device section", subject->name);
    begin[PLACE_HEADER] = 0;
    begin[PLACE_RAM] = encoding->marks[0].start;
    begin[PLACE_SECTIONS] = encoding->marks[first].start;
    begin[PLACE_DESCRIPTION] = encoding->marks[encoding->n_marks - 1].end;
    begin[PLACES] = encoding->out.size;
}

static Hardstop__Damage *add_damage(Hardstop__Case *test, Hardstop__Damage *damage)
{
    *HS_PUSH(test->damage, test->n_damage) = damage;
    return damage;
}

static bool add_raw(const struct agree_subject *subject, unsigned index, struct random *random, Hardstop__Case *test)
{
    enum place place = damages[index].place;
    size_t begin[PLACES + 1], at, n = 1 + random_below(random, 4);
    Hardstop__Damage *damage;

    find_places(subject, begin);
    while (place == PLACES || (damages[index].place == PLACES && begin[place] == begin[place + 1])) {
        place = (enum place)random_below(random, PLACES);
    }
    if (begin[place] == begin[place + 1]) {
        return false;
    }
    at = begin[place] + random_below(random, begin[place + 1] - begin[place]);
    /* Of an empty stream QEMU 7.2 says what depends on the way it comes: exec: spins. */
    at += at == 0;
    damage = add_damage(test, damage_new(damages[index].raw == RAW_CUT ? HARDSTOP__DAMAGE__KIND_TRUNCATE
                                                                       : HARDSTOP__DAMAGE__KIND_OVERWRITE, 0, 0));
    damage->at->has_section = false;
    damage->at->offset = (uint32_t)at;
    if (damages[index].raw != RAW_CUT) {
        damage->overwrite.len = damages[index].raw == RAW_FLIP ? 1 : n;
        damage->overwrite.data = hs_alloc(damage->overwrite.len);
    }
    if (damages[index].raw == RAW_FLIP) {
        damage->overwrite.data[0] = subject->encoding.out.data[at] ^ (uint8_t)(1u << random_below(random, 8));
    }
    return true;
}

/* A cell of what an audit of the section would do. */
static Hardstop__Damage *draw_cell(const struct edit_target *target, const struct edit_list *list,
                                   struct random *random)
{
    const struct edit_series *series = &list->series[random_below(random, list->n)];
    struct edit_made made;

    if (!edit_make(target, series, series->offset + (uint32_t)random_below(random, series->count), &made)) {
        return NULL;
    }
    return (Hardstop__Damage *)reflect_clone(&made.damage.base);
}

static bool add_edit(const struct agree_subject *subject, enum edit edit, struct random *random, Hardstop__Case *test)
{
    static const struct edit_value values[] = { { { 0x00 }, 1 }, { { 0xff }, 1 }, { { 0x41 }, 1 } };
    const struct edit_choice choice = { .edits = 1u << edit, .values = values, .n_values = HS_COUNT(values),
                                        .lengths = 1 };
    const Hardstop__Stream *stream = subject->test->stream;
    size_t section = random_below(random, stream->n_section);
    struct edit_list list = { .edit = edit };
    Hardstop__Damage *damage = NULL;
    struct edit_target target;
    struct map map;

    if (stream->section[section]->type != HARDSTOP__SECTION__TYPE__FULL) {
        return false;
    }
    map_init_place(&map, stream, NULL, section, SIZE_MAX);
    if (edit_target_init(&target, stream, &subject->encoding, section)) {
        target.map = &map;
        edit_kinds[edit].plan(&target, &choice, &list);
        damage = list.n ? draw_cell(&target, &list, random) : NULL;
    }
    if (damage) {
        add_damage(test, damage);
    }
    free(list.series);
    map_clear(&map);
    return damage != NULL;
}

Hardstop__Case *agree_input(const struct agree_subject *subject, unsigned damage, struct random *random)
{
    Hardstop__Case *test = case_clone(subject->test);
    bool done = damages[damage].edit == EDIT_MAX && damages[damage].raw == RAW_NONE;

    for (int i = 0; i < 100 && !done; i++) {
        done = damages[damage].edit == EDIT_MAX ? add_raw(subject, damage, random, test)
                                                : add_edit(subject, damages[damage].edit, random, test);
    }
    if (!done) {
        case_free(test);
        return NULL;
    }
    return test;
}
