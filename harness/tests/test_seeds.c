/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The canary seeds hold on the real loader; the check of that notices a field without a canary, and one not kept. */
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/canary/canary.h"

/* What a check is run on. */
struct world {
    Hardstop__Setup *setup;
    struct loader *loader;
    Hardstop__Case *fresh, *seed;
    struct canary canary;
};

static Hardstop__Case *read_seed(const struct family *family, enum family_transport transport)
{
    char *path = hs_format(CORPUS_DIR "/cases/seeds/%s/%s.textproto", family_transport_name(transport), family->name);
    Hardstop__Case *seed = support_read_case(path);

    free(path);
    return seed;
}

static void world_open(struct world *world, const struct family *family, enum family_transport transport)
{
    memset(world, 0, sizeof(*world));
    world->setup = family_setup(family, transport, HARDSTOP__FRAMING__FOOTER);
    world->loader = support_open(world->setup);
    world->fresh = support_capture(world->setup, CASE_KEEP_DEVICES);
    case_keep_described(world->fresh);
    world->seed = read_seed(family, transport);
}

static void world_close(struct world *world)
{
    loader_close(world->loader);
    case_free(world->fresh);
    case_free(world->seed);
    canary_clear(&world->canary);
    hardstop__setup__free_unpacked(world->setup, NULL);
}

static bool is_to_be_had(const struct family *family)
{
    return !family->blocked && (!family->host || access(family->host, R_OK | W_OK) == 0);
}

static void every_device_has_its_canary(enum family_transport transport)
{
    size_t checked = 0;

    for (const struct family *family = families; family->name; family++) {
        struct world world;
        struct hs_error err;

        if (!family->device[transport] || !is_to_be_had(family)) {
            continue;
        }
        world_open(&world, family, transport);
        if (canary_check(world.loader, world.seed, world.fresh, &world.canary, &err) < 0) {
            fail_msg("%s %s: %s", family_transport_name(transport), family->name, err.text);
        }
        checked++;
        world_close(&world);
    }
    print_message("%zu seeds\n", checked);
    assert_true(checked >= 10);
}

static void every_device_has_its_canary_on_ccw(void **state)
{
    (void)state;
    every_device_has_its_canary(FAMILY_CCW);
}

static void every_device_has_its_canary_on_pci(void **state)
{
    (void)state;
    every_device_has_its_canary(FAMILY_PCI);
}

static void every_device_has_its_canary_on_pcie(void **state)
{
    (void)state;
    every_device_has_its_canary(FAMILY_PCIE);
}

static void every_device_has_its_canary_on_mmio(void **state)
{
    (void)state;
    every_device_has_its_canary(FAMILY_MMIO);
}

/*
 * Who says that a QEMU saved it so has the stream that it saved.  Of microvm, whose state may be another in each QEMU,
 * nothing says so.
 */
static void marks_are_of_their_streams(void **state)
{
    (void)state;
    for (size_t i = 0; i < FAMILY_TRANSPORTS; i++) {
        for (const struct family *family = families; family->name; family++) {
            Hardstop__Case *seed;
            bool was_marked;

            /* Whose device is the host's has no seed. */
            if (!family->device[i] || family->blocked || family->host) {
                continue;
            }
            seed = read_seed(family, (enum family_transport)i);
            was_marked = seed->has_captured;
            case_check_captured(seed);
            if (was_marked != (i != FAMILY_MMIO) || seed->has_captured != was_marked) {
                fail_msg("%s %s", family_transport_name((enum family_transport)i), family->name);
            }
            case_free(seed);
        }
    }
}

/* A spoilt seed, and words of the complaint. */
struct spoilt {
    const char *what;
    void (*spoil)(struct world *world);
    const char *complaint;
};

static void forget_a_field(struct world *world)
{
    world->seed->stream->section[0]->virtio->ccw->channel_prog = 0;
}

static void go_back_to_fresh(struct world *world)
{
    case_free(world->seed);
    world->seed = case_clone(world->fresh);
}

static void break_a_field(struct world *world)
{
    world->seed->stream->section[0]->virtio->ccw->cssid = 1;
}

static void give_what_is_not_kept(struct world *world)
{
    world->seed->stream->section[0]->virtio->guest_features = 1;
}

static void hide_bytes(struct world *world)
{
    Hardstop__VirtioSection *virtio = world->seed->stream->section[0]->virtio;

    virtio->has_rest = true;
    virtio->rest.data = hs_copy("x", 1);
    virtio->rest.len = 1;
}

static const struct spoilt spoilt[] = {
    { "a field is zero", forget_a_field, "channel_prog" },
    { "a fresh device", go_back_to_fresh, "no canary in" },
    { "the loader refuses", break_a_field, "rejected" },
    { "saved otherwise than given", give_what_is_not_kept, "virtio.guest_features" },
    { "bytes without a name", hide_bytes, "re" },
};

static void spoilt_seeds_are_noticed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(spoilt) / sizeof(spoilt[0]); i++) {
        struct world world;
        struct hs_error err;

        world_open(&world, family_find("rng"), FAMILY_CCW);
        spoilt[i].spoil(&world);
        if (canary_check(world.loader, world.seed, world.fresh, &world.canary, &err) == 0) {
            fail_msg("not noticed: %s", spoilt[i].what);
        }
        if (!strstr(err.text, spoilt[i].complaint)) {
            fail_msg("%s: %s", spoilt[i].what, err.text);
        }
        world_close(&world);
    }
}

/* What is in the folder is what the search finds on this QEMU, byte for byte. */
static void the_search_finds_the_same_again(void **state)
{
    static const char *const names[] = { "rng", "net" };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct family *family = family_find(names[i]);
        struct world world;
        struct hs_error err;
        char *kept, *made;

        world_open(&world, family, FAMILY_CCW);
        if (canary_make(world.loader, family, world.fresh, &world.canary, &err) < 0) {
            fail_msg("%s: %s", names[i], err.text);
        }
        kept = case_text(world.seed);
        made = case_text(world.fresh);
        assert_string_equal(kept, made);
        free(kept);
        free(made);
        world_close(&world);
    }
}

/* As QEMU 9.0 and later send it: then a seed of an older one is refused, and rightly. */
static void a_field_more_makes_another_layout(void **state)
{
    struct world world;
    Hardstop__GpuScanout *scanout;
    char path[256];

    (void)state;
    world_open(&world, family_find("gpu"), FAMILY_MMIO);
    assert_false(canary_is_of_other_layout(world.seed, world.fresh, path, sizeof(path)));
    scanout = support_virtio(world.fresh, "virtio-gpu")->gpu->scanouts->scanout[0];
    scanout->has_fb_format = true;
    assert_true(canary_is_of_other_layout(world.seed, world.fresh, path, sizeof(path)));
    assert_string_equal(path, "virtio.gpu.scanouts.scanout[].fb_format");
    world_close(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(a_field_more_makes_another_layout),
        SUPPORT_TIDY(every_device_has_its_canary_on_ccw),
        SUPPORT_TIDY(every_device_has_its_canary_on_pci),
        SUPPORT_TIDY(every_device_has_its_canary_on_pcie),
        SUPPORT_TIDY(every_device_has_its_canary_on_mmio),
        SUPPORT_TIDY(marks_are_of_their_streams),
        SUPPORT_TIDY(spoilt_seeds_are_noticed),
        SUPPORT_TIDY(the_search_finds_the_same_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
