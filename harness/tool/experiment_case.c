/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures a device's stream, and puts the state of its canary seed into it. */
#include "harness/tool/experiment_case.h"

#include <stdlib.h>
#include <string.h>

#include "harness/audit/trial.h"
#include "harness/base/alloc.h"
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
