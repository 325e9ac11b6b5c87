/* SPDX-License-Identifier: GPL-2.0-or-later */
/* States that a QEMU saves. */
#include "harness/compat/side.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/case.h"
#include "harness/judge/borrow.h"
#include "harness/judge/state_bytes.h"
#include "harness/loader/capture.h"
#include "harness/loader/open.h"
#include "harness/message/reflect.h"

int side_open(struct side *side, const Hardstop__Setup *setup, struct hs_error *err)
{
    *side = (struct side){ .setup = (Hardstop__Setup *)reflect_clone(&setup->base) };
    side->oracle.loader = loader_open(side->setup, TRUST_ALL, NULL, err);
    return side->oracle.loader ? 0 : -1;
}

void side_close(struct side *side)
{
    loader_close(side->oracle.loader);
    oracle_clear(&side->oracle);
    judged_clear(&side->judged);
    if (side->fresh) {
        case_free(side->fresh);
        map_clear(&side->layout);
    }
    if (side->setup) {
        hardstop__setup__free_unpacked(side->setup, NULL);
    }
    *side = (struct side){ 0 };
}

const Hardstop__Case *side_fresh(struct side *side, struct hs_error *err)
{
    struct loader_answer answer;
    Hardstop__Stream *stream;

    if (side->fresh) {
        return side->fresh;
    }
    if (borrow_state(side->oracle.loader, &answer, err) < 0) {
        return NULL;
    }
    stream = stream_decode(answer.saved, answer.saved_size, STREAM_ANY, err);
    if (stream) {
        side->fresh = case_of_stream(stream, side->setup, CASE_KEEP_DEVICES);
        map_init(&side->layout, side->fresh->stream, NULL);
    }
    return side->fresh;
}

const struct judgement *side_judge(struct side *side, const Hardstop__Case *test, struct hs_error *err)
{
    return judged_case(&side->judged, &side->oracle, test, err);
}

bool side_has(const struct side *side, const char *idstr, const char *path)
{
    for (size_t i = 0; i < side->layout.n; i++) {
        const struct map_entry *entry = &side->layout.entries[i];
        const Hardstop__Section *section =
            entry->section == MAP_NO_SECTION ? NULL : side->fresh->stream->section[entry->section];

        if (section && strcmp(entry->path, path) == 0 && section->idstr.len == strlen(idstr) &&
            memcmp(section->idstr.data, idstr, section->idstr.len) == 0) {
            return true;
        }
    }
    return false;
}

Hardstop__Case *side_device(struct side *side, const char *device, struct hs_error *err)
{
    const Hardstop__Case *fresh = side_fresh(side, err);
    Hardstop__Case *test = fresh ? case_clone(fresh) : NULL;

    if (test && case_keep_devices(test, device) == 0) {
        hs_fail(err, HS_NO_OFFSET, "%s saves no section of %s", loader_name(side->oracle.loader), device);
        case_free(test);
        return NULL;
    }
    return test;
}

static bool has_device(const Hardstop__Stream *stream, const char *device)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        char name[64];

        map_device_name(stream->section[i], name, sizeof(name));
        if (stream->section[i]->type == HARDSTOP__SECTION__TYPE__FULL && strcmp(name, device) == 0) {
            return true;
        }
    }
    return false;
}

Hardstop__Case *side_described(struct side *side, const char *device, struct hs_error *err)
{
    const Hardstop__Case *fresh = side_fresh(side, err);
    Hardstop__Case *test = fresh ? case_clone(fresh) : NULL;

    if (test && (case_keep_described(test) == 0 || !has_device(test->stream, device))) {
        case_free(test);
        return side_device(side, device, err);
    }
    return test;
}

Hardstop__Case *side_whole(const struct side *side, struct hs_error *err)
{
    Hardstop__Stream *stream = capture_decoded(side->setup, TRUST_ALL, err);

    return stream ? case_of_stream(stream, side->setup, CASE_KEEP_ALL) : NULL;
}

/* What makes the firmware stop once it has found nothing to start: options, none, or NULL: nothing does. */
static const char *const *stop_options(const Hardstop__Setup *setup)
{
    static const char *const none[] = { NULL }, *const reboot[] = { "-boot", "reboot-timeout=1", NULL };
    static const struct {
        const char *machine;
        const char *const *options;
    } firmware[] = { { "s390-ccw-virtio", none }, { "pc", reboot }, { "q35", reboot } };

    for (size_t i = 0; setup->machine && i < HS_COUNT(firmware); i++) {
        if (strncmp(setup->machine, firmware[i].machine, strlen(firmware[i].machine)) == 0) {
            return firmware[i].options;
        }
    }
    return NULL;
}

int side_booted(const struct side *side, Hardstop__Case **devices, Hardstop__Case **whole, struct hs_error *err)
{
    const char *const *options = stop_options(side->setup);
    Hardstop__Setup *setup = (Hardstop__Setup *)reflect_clone(&side->setup->base);
    int result = options ? 0 : hs_fail(err, HS_NO_OFFSET, "nothing stops the firmware of %s", setup->machine);
    uint8_t *bytes = NULL;
    size_t size;

    for (; options && *options; options++) {
        *HS_PUSH(setup->option, setup->n_option) = hs_strdup(*options);
    }
    if (result == 0) {
        result = capture_running(setup, TRUST_ALL, false, &bytes, &size, err);
    }
    if (result == 0) {
        Hardstop__Stream *streams[2] = { stream_decode(bytes, size, STREAM_ANY, err),
                                         stream_decode(bytes, size, STREAM_ANY, err) };

        result = streams[0] ? 0 : -1;
        if (result == 0) {
            *devices = case_of_stream(streams[0], side->setup, CASE_KEEP_DEVICES);
            *whole = case_of_stream(streams[1], side->setup, CASE_KEEP_ALL);
        }
    }
    free(bytes);
    hardstop__setup__free_unpacked(setup, NULL);
    return result;
}

Hardstop__Case *side_guest(const struct side *side, struct hs_error *err)
{
    Hardstop__Stream *stream;
    Hardstop__Case *test;
    uint8_t *bytes;
    size_t size;

    if (capture_running(side->setup, TRUST_ALL, true, &bytes, &size, err) < 0) {
        return NULL;
    }
    stream = stream_decode(bytes, size, STREAM_ANY, err);
    free(bytes);
    test = stream ? case_of_stream(stream, side->setup, CASE_KEEP_DEVICES) : NULL;
    if (test && case_keep_described(test) == 0) {
        case_free(test);
        hs_fail(err, HS_NO_OFFSET, "no section of a virtio device that a table of ours describes");
        return NULL;
    }
    return test;
}

Hardstop__Case *side_case(const struct side *side, const Hardstop__Case *state)
{
    Hardstop__Case *test = case_clone(state);

    if (test->setup) {
        hardstop__setup__free_unpacked(test->setup, NULL);
    }
    test->setup = (Hardstop__Setup *)reflect_clone(&side->setup->base);
    case_mark_captured(test);
    return test;
}

Hardstop__Case *side_canary(struct side *side, const Hardstop__Case *seed, struct hs_error *err)
{
    Hardstop__Case *test = side_case(side, seed);
    const struct judgement *judgement = side_judge(side, test, err);
    Hardstop__Stream *saved = NULL;

    if (judgement) {
        const struct loader_answer *answer = &judgement->actual.answer;

        if (answer->outcome == OUTCOME_ACCEPTED) {
            saved = state_adopt(test->stream, answer->saved, answer->saved_size);
        }
        if (!saved) {
            hs_fail(err, HS_NO_OFFSET, "%s does not take the canary state: %.200s", judgement->loader,
                    *answer->text ? answer->text : verdict_name(judgement->verdict));
        }
    }
    if (!saved) {
        case_free(test);
        return NULL;
    }
    stream_free(test->stream);
    test->stream = saved;
    case_mark_captured(test);
    return test;
}
