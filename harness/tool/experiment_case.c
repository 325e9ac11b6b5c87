/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures a device's stream, puts the state of its canary seed into it, and keeps what was not refused. */
#include "harness/tool/experiment_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/edit/edit_plan.h"
#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/finding/distance.h"
#include "harness/setup/framing.h"

/*
 * A request in flight is one array of 49 KiB after the other, in the byte order of the host, and is left out of the
 * canaries: the question is about the state of the device.
 */
static void drop_requests(Hardstop__VirtioSection *section)
{
    Hardstop__VirtioBlk *blk = section->device_case == HARDSTOP__VIRTIO_SECTION__DEVICE_BLK ? section->blk : NULL;
    Hardstop__VirtioSerial *serial = section->device_case == HARDSTOP__VIRTIO_SECTION__DEVICE_SERIAL ? section->serial
                                                                                                     : NULL;

    for (size_t i = 0; blk && i < blk->n_request; i++) {
        hardstop__virtio_blk_request__free_unpacked(blk->request[i], NULL);
    }
    if (blk) {
        blk->n_request = 0;
    }
    for (size_t i = 0; serial && i < serial->n_port; i++) {
        Hardstop__VirtioSerialPort *port = serial->port[i];

        hardstop__virt_queue_element__free_unpacked(port->elem, NULL);
        port->elem = NULL;
        port->elem_popped = 0;
        port->has_iov_idx = port->has_iov_offset = false;
    }
}

/*
 * Puts a canary state, and the guest memory that it needs, in the place of a fresh one.  What follows the section stays
 * as captured: a seed ends soon behind it, and that the load lost a device there would not be seen.
 */
static int take_canary(Hardstop__Case *test, const char *path, struct hs_error *err)
{
    Hardstop__Case *seed = case_read(path, err);
    Hardstop__Section *fresh = test->stream->section[0], *canary;
    Hardstop__VirtioSection *state = fresh->virtio;

    if (!seed) {
        return -1;
    }
    canary = seed->stream && seed->stream->n_section ? seed->stream->section[0] : NULL;
    if (!canary || distance_partner(fresh, seed->stream) != canary || canary->payload_case != fresh->payload_case ||
        fresh->payload_case != HARDSTOP__SECTION__PAYLOAD_VIRTIO) {
        case_free(seed);
        return hs_fail(err, HS_NO_OFFSET, "%s: does not begin with the state of %.*s", path, (int)fresh->idstr.len,
                       (const char *)fresh->idstr.data);
    }
    drop_requests(canary->virtio);
    fresh->virtio = canary->virtio;
    canary->virtio = state;
    test->memory = seed->memory;
    test->n_memory = seed->n_memory;
    seed->memory = NULL;
    seed->n_memory = 0;
    test->has_captured = false;
    case_free(seed);
    return 0;
}

int experiment_case_open(struct audit_case *subject, const char *seeds, const struct family *family,
                         enum family_transport transport, bool canary, const char *framing, struct hs_error *err)
{
    bool as_written = strcmp(framing, TRIAL_WRITTEN) == 0;
    const struct setup_framing *row = setup_framing_find(as_written ? "sized" : framing);
    struct setup_options setup = {
        .setup = family_setup(family, transport, (Hardstop__Framing)(row - setup_framings)),
    };
    char *path = hs_format("%s/%s/%s.textproto", seeds, family_transport_name(transport), family->name);
    int result = audit_case_open(subject, NULL, &setup, family->section, false, err);

    if (result == 0 && canary) {
        result = take_canary(subject->test, path, err);
    }
    if (result == 0 && as_written) {
        subject->test->has_as_written = subject->test->as_written = true;
    }
    tool_clear_setup(&setup);
    free(path);
    return result;
}

/* The first cell with garbage, or else the first that was not rejected; NULL: there is none. */
static const struct audit_run *choose_example(const struct audit *audit)
{
    const struct audit_run *chosen = NULL;

    for (size_t i = 0; i < audit->n_runs; i++) {
        const struct audit_run *run = &audit->runs[i];

        if (run->verdict == VERDICT_GARBAGE) {
            return run;
        }
        if (!chosen && run->verdict != VERDICT_REJECTED && run->verdict != VERDICT_UNKNOWN) {
            chosen = run;
        }
    }
    return chosen;
}

int experiment_case_example(const struct audit_case *subject, const struct audit *audit, const char *folder,
                            struct trial *trial, struct hs_error *err)
{
    const struct audit_run *run = choose_example(audit);
    char *path, *text, *command, *commented;
    int result;

    if (!run) {
        return 0;
    }
    snprintf(trial->example, sizeof(trial->example), "%s-%s-%s-%s.textproto", trial->transport, trial->device,
             trial->state, trial->framing);
    subject->test->damage = hs_resize(subject->test->damage, 1, sizeof(*subject->test->damage));
    subject->test->damage[0] = edit_damage(subject->test, subject->section, run->edit, run->value, run->offset);
    subject->test->n_damage = 1;
    text = case_text(subject->test);
    command = finding_command("hardstop", subject->test->setup, "THIS_FILE");
    commented = hs_format("# %s %s at offset %u of the section of virtio-%s: %s\n"
                          "# %s\n%s",
                          edit_name(run->edit), run->value, run->offset, trial->device, run->message, command, text);
    path = hs_format("%s/%s", folder, trial->example);
    result = file_make_folder(folder, err) < 0 ? -1 : file_write_own(path, commented, strlen(commented), err);
    free(path);
    free(commented);
    free(command);
    free(text);
    return result;
}
