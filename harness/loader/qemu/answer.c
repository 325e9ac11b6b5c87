/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes outcome, frames, words and state from where a served QEMU left them. */
#include "harness/loader/qemu/answer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/alloc.h"

enum { TEXT_SIZE = 16384 }; /* of the text that is kept: enough for any error QEMU explains */

static enum outcome outcome_of(const struct protocol_shared *shared)
{
    if (shared->answer.timed_out) {
        return OUTCOME_HUNG;
    }
    /* What is done after the load may wait for a thread; the load itself is over. */
    if (shared->answer.waits && shared->answer.phase == PROTOCOL_PHASE_POKING) {
        return shared->answer.load_result == 0 ? OUTCOME_ACCEPTED : OUTCOME_REJECTED;
    }
    if (shared->answer.waits || *shared->answer.goes_on) {
        return OUTCOME_UNKNOWN;
    }
    if (shared->answer.phase == PROTOCOL_PHASE_NONE || loader_is_from_outside(shared->answer.signal)) {
        return OUTCOME_UNKNOWN;
    }
    if (shared->answer.signal || shared->answer.exited) {
        return OUTCOME_CRASHED;
    }
    return shared->answer.load_result == 0 ? OUTCOME_ACCEPTED : OUTCOME_REJECTED;
}

static enum hang hang_of(uint8_t timed_out)
{
    return timed_out == PROTOCOL_READS ? HANG_READS : timed_out ? HANG_SPINS : HANG_NONE;
}

void answer_read_frames(const struct protocol_shared *shared, struct loader_answer *answer)
{
    _Static_assert(LOADER_FRAMES == PROTOCOL_FRAMES, "one list of frames");
    answer->n_frames = shared->answer.n_frames < LOADER_FRAMES ? shared->answer.n_frames : LOADER_FRAMES;
    for (size_t i = 0; i < answer->n_frames; i++) {
        const struct protocol_frame *from = &shared->answer.frames[i];
        struct loader_frame *to = &answer->frames[i];

        snprintf(to->module, sizeof(to->module), "%.*s", (int)sizeof(from->module) - 1, from->module);
        snprintf(to->symbol, sizeof(to->symbol), "%.*s", (int)sizeof(from->symbol) - 1, from->symbol);
        to->offset = from->offset;
        to->in_program = from->in_program;
    }
}

/* A report says more than how the load ended; one of undefined behaviour, also where it did not. */
static void read_report(struct answer_room *room, struct loader_answer *answer)
{
    const struct sanitizer_report *found = &room->found;

    builder_reset(&room->printed);
    if (room->has_no_reports ||
        !sanitizer_take(&room->found, room->text, answer->outcome == OUTCOME_CRASHED, &room->printed) ||
        answer->outcome == OUTCOME_UNKNOWN) {
        return;
    }
    answer->outcome = OUTCOME_CRASHED;
    answer->report = found->report;
    answer->printed = (const char *)room->printed.data;
    answer->signal = found->report.signal;
    answer->fault_address = found->report.fault_address;
    answer->exited = false;
    answer->hang = HANG_NONE;
    answer->n_frames = found->n_frames;
    memcpy(answer->frames, found->frames, sizeof(answer->frames));
}

/* Names of markers that are set, as many as fit as a whole. */
static void read_markers(const struct protocol_shared *shared, struct loader_answer *answer)
{
    char names[sizeof(shared->program.marker_names)];
    const char *name = names;
    size_t used = 0;

    memcpy(names, shared->program.marker_names, sizeof(names));
    names[sizeof(names) - 1] = 0;
    for (size_t i = 0; i < PROTOCOL_MARKERS && *name; i++) {
        size_t length = strcspn(name + 1, ",");
        size_t skipped = used ? 0 : 1;

        if (shared->answer.markers[i] && used + 1 + length < sizeof(answer->markers)) {
            memcpy(answer->markers + used, name + skipped, 1 + length - skipped);
            used += 1 + length - skipped;
        }
        name += 1 + length;
    }
    answer->markers[used] = 0;
}

/* Is it in the file?  A loader with damaged state may say anything. */
static bool is_there(int output, uint64_t offset, uint64_t size)
{
    struct stat status;

    return fstat(output, &status) == 0 && offset <= (uint64_t)status.st_size &&
           size <= (uint64_t)status.st_size - offset;
}

/* Into the room; 0 where there is nothing, else the size. */
static size_t read_part(struct builder *part, int output, uint64_t offset, uint64_t size)
{
    if (!size || !is_there(output, offset, size)) {
        return 0;
    }
    builder_reset(part);
    builder_put_zeros(part, size);
    return pread(output, part->data, size, (off_t)offset) == (ssize_t)size ? size : 0;
}

/* The state after the guest was stopped, or reset, behind that after the load, or after a second load. */
static void read_used(struct answer_room *room, const struct protocol_shared *shared, int output,
                      struct loader_answer *answer)
{
    if (answer->poked & (POKE_BIT(POKE_STOP) | POKE_BIT(POKE_RESET) | POKE_BIT(POKE_RETRY))) {
        answer->used_size =
            read_part(&room->used, output, shared->answer.used_offset, shared->answer.used_size);
        answer->used = answer->used_size ? room->used.data : NULL;
    }
    if (answer->poked & POKE_BIT(POKE_WATCH)) {
        answer->written_size =
            read_part(&room->written, output, shared->answer.written_offset, shared->answer.written_size);
        answer->written = answer->written_size ? room->written.data : NULL;
    }
}

static int read_saved(struct answer_room *room, const struct protocol_shared *shared, int output,
                      struct loader_answer *answer, struct hs_error *err)
{
    uint64_t offset = shared->answer.saved_offset, size = shared->answer.saved_size;

    if (shared->answer.save_result == -EFBIG || shared->answer.save_result == -ENOSPC) {
        answer->outcome = OUTCOME_UNKNOWN;
        return hs_fail(err, HS_NO_OFFSET, "the state could not be saved again: %s",
                       strerror(-shared->answer.save_result));
    }
    if (shared->answer.save_result < 0) {
        size = 0;
    }
    if (!is_there(output, offset, size)) {
        answer->outcome = OUTCOME_UNKNOWN;
        return hs_fail(err, HS_NO_OFFSET, "the saved state has no sensible size");
    }
    if (size > room->saved_capacity) {
        room->saved = hs_resize(room->saved, size, 1);
        room->saved_capacity = size;
    }
    if (pread(output, room->saved, size, (off_t)offset) != (ssize_t)size) {
        answer->outcome = OUTCOME_UNKNOWN;
        return hs_fail(err, HS_NO_OFFSET, "the saved state cannot be read: %s", strerror(errno));
    }
    answer->saved = room->saved;
    answer->saved_size = size;
    return 0;
}

/* The innermost function of the loader that has a name, "" when none has. */
static const char *innermost_symbol(const struct loader_answer *answer)
{
    for (size_t i = 0; i < answer->n_frames; i++) {
        if (answer->frames[i].in_program && *answer->frames[i].symbol) {
            return answer->frames[i].symbol;
        }
    }
    return "";
}

int answer_read(struct answer_room *room, const struct protocol_shared *shared, int output,
                struct loader_answer *answer, struct hs_error *err)
{
    answer->outcome = outcome_of(shared);
    answer->result = shared->answer.load_result;
    answer->saving = shared->answer.phase == PROTOCOL_PHASE_SAVING;
    answer->poke = shared->answer.phase == PROTOCOL_PHASE_POKING && answer->outcome != OUTCOME_ACCEPTED &&
                           answer->outcome != OUTCOME_REJECTED && shared->answer.poke < POKES
                       ? (enum poke)shared->answer.poke
                       : POKE_NONE;
    answer->poked = shared->answer.poked;
    answer->is_refused_again = shared->answer.again_result < 0;
    answer->exited = shared->answer.exited;
    answer->exit_status = shared->answer.exit_status;
    answer->signal = shared->answer.signal;
    answer->hang = hang_of(shared->answer.timed_out);
    answer->timeout_ms = shared->request.timeout_ms;
    answer->memory_limit = shared->request.memory_limit;
    answer->fault_address = shared->answer.fault_address;
    answer_read_frames(shared, answer);
    read_report(room, answer);
    read_markers(shared, answer);
    traces_take(&room->traces, room->text, answer->saving && answer->outcome != OUTCOME_ACCEPTED);
    room->text[TEXT_SIZE - 1] = 0;
    answer->text = room->text;
    /* What is done after it is told by no trace of a section. */
    answer->section = answer->poke ? "" : room->traces.section;
    answer->loaded = (const char *)room->traces.loaded.data;
    if (shared->answer.waits && answer->outcome == OUTCOME_UNKNOWN) {
        const char *symbol = innermost_symbol(answer);

        return hs_fail(err, HS_NO_OFFSET, "the load waits%s%s%s for a thread that the process it runs in does not have",
                       *symbol ? ", in " : "", symbol, *symbol ? "," : "");
    }
    if (*shared->answer.goes_on) {
        return hs_fail(err, HS_NO_OFFSET, "%.*s", (int)sizeof(shared->answer.goes_on) - 1, shared->answer.goes_on);
    }
    if (answer->outcome == OUTCOME_UNKNOWN) {
        return answer->signal
                   ? hs_fail(err, HS_NO_OFFSET, "the load was ended from outside by %s",
                             loader_signal_name(answer->signal))
                   : hs_fail(err, HS_NO_OFFSET,
                             "the load did not begin: no new process, no such guest memory, memory that cannot be "
                             "put back, or a Linux before 5.3");
    }
    if (answer->outcome != OUTCOME_ACCEPTED && answer->outcome != OUTCOME_REJECTED) {
        return 0;
    }
    read_used(room, shared, output, answer);
    return answer->outcome == OUTCOME_REJECTED ? 0 : read_saved(room, shared, output, answer, err);
}
