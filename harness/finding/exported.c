/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the two streams, finds the value that is lost, and tries both. */
#include "harness/finding/exported.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/complete.h"
#include "harness/finding/confirmation.h"
#include "harness/loader/capture.h"
#include "harness/setup/framing.h"
#include "harness/wire/ram.h"

void exported_clear(struct exported *exported)
{
    arguments_clear(&exported->arguments);
    builder_clear(&exported->control);
    builder_clear(&exported->stream);
    memset(exported, 0, sizeof(*exported));
}

/* The machine's type as the stream has it: in another QEMU an alias, such as q35, is another type. */
static void name_machine(const Hardstop__Stream *captured, struct arguments *arguments)
{
    const ProtobufCBinaryData *name = captured->configuration ? &captured->configuration->name : NULL;

    for (size_t i = 1; name && i + 1 < arguments->n; i++) {
        char **value = &arguments->argv[i + 1];

        if (strcmp(arguments->argv[i], "-M") == 0) {
            char *type = hs_format("%.*s%s", (int)name->len, (const char *)name->data, *value + strcspn(*value, ","));

            free(*value);
            *value = type;
        }
    }
}

const struct judgement *exported_judgement(const struct judgement *judgement, struct judgement *alone,
                                           struct hs_error *err)
{
    const struct judgement *each[] = { judgement, judgement->beside };
    struct finding finding;

    if (!finding_of(judgement, &finding) || strcmp(finding.property, PROPERTY_VERSIONS) != 0) {
        return judgement;
    }
    for (size_t i = 0; i < HS_COUNT(each); i++) {
        *alone = *each[i];
        alone->beside = NULL;
        if (finding_of(alone, &finding)) {
            return alone;
        }
    }
    hs_fail(err, HS_NO_OFFSET,
            "a test is of one QEMU, and neither %s nor %s breaks a property alone: that they differ (" PROPERTY_VERSIONS
            ") is shown by hardstop repro --confirm, which prints the command lines of both",
            judgement->loader, judgement->beside->loader);
    return NULL;
}

/* Those that end with the load, and the save behind it. */
static int check_kind(const struct judgement *judgement, const struct finding *finding, struct hs_error *err)
{
    static const char *const others[] = { PROPERTY_VERSIONS, PROPERTY_RESET, PROPERTY_WATCH, PROPERTY_RETRY };

    for (size_t i = 0; i < HS_COUNT(others); i++) {
        if (strcmp(finding->property, others[i]) == 0) {
            return hs_fail(err, HS_NO_OFFSET, "%s takes more than a load and a save, which is all that a test does",
                           finding->property);
        }
    }
    if (judgement->actual.answer.poke != POKE_NONE) {
        return hs_fail(err, HS_NO_OFFSET, "it shows when the machine is used, and a test loads and saves alone");
    }
    return 0;
}

/* Sections of the captured stream that the case has, too: as a machine that has just started sends them. */
static void put_captured(const Hardstop__Stream *captured, const Hardstop__Stream *of_case, struct builder *out)
{
    struct stream_encoding encoding = { 0 };

    stream_encode(captured, &encoding, NULL, NULL);
    for (size_t i = 0; i < captured->n_section; i++) {
        const Hardstop__Section *section = captured->section[i];

        if (section->type == HARDSTOP__SECTION__TYPE__EOF ||
            (section->type == HARDSTOP__SECTION__TYPE__FULL && of_case &&
             state_partner(of_case, section) != SIZE_MAX)) {
            builder_put(out, encoding.out.data + encoding.marks[i].start,
                        encoding.marks[i].end - encoding.marks[i].start);
        }
    }
    stream_encoding_clear(&encoding);
}

/* What stands behind the last section: a description, which is most of a small stream. */
static size_t tail_size(const struct judgement *judgement)
{
    const struct stream_encoding *plain = &judgement->plain;
    size_t size = plain->n_marks ? plain->out.size - plain->marks[plain->n_marks - 1].end : 0;
    const struct builder *damaged = &judgement->damaged;

    return size <= damaged->size &&
                   memcmp(damaged->data + damaged->size - size, plain->out.data + plain->out.size - size, size) == 0
               ? size
               : 0;
}

/* Both streams; the control is the case undamaged where that is one that a loader takes, else what was captured. */
static int make_streams(const struct judgement *judgement, const Hardstop__Stream *captured, size_t tail,
                        struct exported *exported, struct hs_error *err)
{
    const Hardstop__Case none = HARDSTOP__CASE__INIT;
    struct builder damaged = judgement->damaged, plain = judgement->plain.out, sections = { 0 };
    bool is_plain = judgement->is_damaged && judgement->reference.answer.outcome == OUTCOME_ACCEPTED;
    int status;

    damaged.size -= tail;
    plain.size -= tail;
    if (!is_plain) {
        put_captured(captured, judgement->test->stream, &sections);
    }
    status = complete_bare(is_plain ? judgement->test : &none, is_plain ? &plain : &sections, captured,
                           &exported->control, err);
    builder_clear(&sections);
    return status < 0 ? -1 : complete_bare(judgement->test, &damaged, captured, &exported->stream, err);
}

/* The place in the stream of a value that is saved as another one, if it is not too long for a test. */
static void find_place(const struct judgement *judgement, const struct state_difference *lost,
                       struct exported_place *place)
{
    enum stream_framing framing = setup_reading(judgement->test->setup);
    Hardstop__Stream *stream =
        stream_decode_with(judgement->damaged.data, judgement->damaged.size, framing, judgement->description, NULL);
    struct map map = { 0 };

    if (!stream) {
        return;
    }
    map_init(&map, stream, judgement->description);
    for (size_t i = 0; i < map.n && !place->head_size; i++) {
        const struct map_entry *entry = &map.entries[i];
        const Hardstop__Section *section = map_is_payload(entry) ? stream->section[entry->section] : NULL;
        struct builder head = { 0 };

        if (!section || strcmp(entry->path, lost->path) != 0 || section->idstr.len != strlen(lost->idstr) ||
            memcmp(section->idstr.data, lost->idstr, section->idstr.len) != 0 || entry->size > EXPORTED_GIVEN) {
            continue;
        }
        builder_put_be(&head, 1, section->idstr.len);
        builder_put(&head, section->idstr.data, section->idstr.len);
        builder_put_be(&head, 4, section->instance_id);
        memcpy(place->head, head.data, head.size);
        place->head_size = head.size;
        builder_clear(&head);
        place->at = entry->offset - map.encoding.marks[entry->section].payload;
        place->given_size = entry->size;
        memcpy(place->given, map.encoding.out.data + entry->offset, entry->size);
        snprintf(place->device, sizeof(place->device), "%s", lost->device);
        snprintf(place->path, sizeof(place->path), "%s", lost->path);
    }
    map_clear(&map);
    stream_free(stream);
}

static void choose_claim(const struct judgement *judgement, struct exported *exported)
{
    const struct state_comparison *resave = &judgement->resave;

    exported->claim = judgement->verdict == VERDICT_CRASHED || judgement->verdict == VERDICT_HUNG ? EXPORTED_SURVIVES
                                                                                                  : EXPORTED_REFUSES;
    if (strcmp(exported->finding.property, "accepted-resaves-equal") != 0) {
        return;
    }
    /* One that is saved as another value tells more than one that is not saved. */
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < resave->n && i < STATE_DIFFERENCES && !exported->place.given_size; i++) {
            const struct state_difference *lost = &resave->differences[i];

            if (lost->what == STATE_FIELD && (strcmp(lost->right, "missing") == 0) == (pass == 1)) {
                find_place(judgement, lost, &exported->place);
                exported->claim = exported->place.given_size ? EXPORTED_KEEPS : exported->claim;
            }
        }
    }
}

static int run(const struct judgement *judgement, enum trust trust, const struct builder *stream, bool is_control,
               struct confirm_result *result, struct hs_error *err)
{
    const struct loader_answer *answer = &judgement->actual.answer;
    const struct confirm_limits limits = {
        .timeout_ms = answer->timeout_ms,
        .memory = judgement_ran_out_of_memory(judgement) ? answer->memory_limit : 0,
    };
    int fd = memfd_create("stream", MFD_CLOEXEC), status;
    char *path = hs_format("/proc/self/fd/%d", fd);

    HS_CHECK(fd >= 0 && write(fd, stream->data, stream->size) == (ssize_t)stream->size, "no memory for a stream");
    status = confirm_run(judgement->test->setup, trust, path, is_control ? NULL : &limits, result, err);
    close(fd);
    free(path);
    return status;
}

/* As the tests look for it: is the value in what was saved? */
static bool is_kept(const struct exported_place *place, const uint8_t *saved, size_t size)
{
    const uint8_t *head = saved ? memmem(saved, size, place->head, place->head_size) : NULL;
    size_t at = head ? (size_t)(head - saved) + place->head_size + 4 + place->at : 0;

    return head && at + place->given_size <= size && memcmp(saved + at, place->given, place->given_size) == 0;
}

/*
 * Makes the streams, without the `tail` of both: what the test says must be true of the QEMU that is here.  0, 1 with a
 * reason when it is not, or -1 with a reason.
 */
static int try(const struct judgement *judgement, const Hardstop__Stream *captured, size_t tail, enum trust trust,
               struct exported *exported, struct hs_error *err)
{
    struct confirm_result control = { 0 }, actual = { 0 };
    struct confirmation confirmation;
    int status = make_streams(judgement, captured, tail, exported, err);

    status = status < 0 ? -1 : run(judgement, trust, &exported->control, true, &control, err);
    if (status == 0 && control.outcome != OUTCOME_ACCEPTED) {
        hs_fail(err, HS_NO_OFFSET, "an unmodified QEMU does not take the undamaged stream: %s, %s",
                outcome_name(control.outcome), control.text);
        status = 1;
    }
    status = status ? status : run(judgement, trust, &exported->stream, false, &actual, err);
    if (status == 0) {
        confirmation = confirmation_of(judgement, &actual, &control, NULL);
        exported->address_space = actual.address_space;
        if (confirmation.confirmed && exported->claim == EXPORTED_KEEPS &&
            is_kept(&exported->place, actual.saved, actual.saved_size)) {
            confirmation = (struct confirmation){ false, "it saves the value as it was given" };
        }
        status = confirmation.confirmed ? 0 : 1;
        hs_fail(err, HS_NO_OFFSET, "an unmodified QEMU does not show it: %s", confirmation.why);
    }
    confirm_result_clear(&control);
    confirm_result_clear(&actual);
    return status;
}

int exported_make(const struct judgement *judgement, enum trust trust, struct exported *exported, struct hs_error *err)
{
    Hardstop__Stream *captured;
    size_t tail = tail_size(judgement);
    int status;

    memset(exported, 0, sizeof(*exported));
    if (!finding_of(judgement, &exported->finding)) {
        return hs_fail(err, HS_NO_OFFSET,
                       "no finding with %s: there is nothing that a test could show (one of two QEMUs, "
                       PROPERTY_VERSIONS ", takes --beside here, too)",
                       judgement->loader);
    }
    if (check_kind(judgement, &exported->finding, err) < 0) {
        return -1;
    }
    if (case_is_whole(judgement->test) || stream_begins(judgement->damaged.data, judgement->damaged.size)) {
        return hs_fail(err, HS_NO_OFFSET,
                       "it is a whole stream, with firmware and guest RAM, which belong in no test; "
                       "hardstop minimize cuts it down to its device sections where these are "
                       "enough");
    }
    captured = capture_decoded(judgement->test->setup, trust, err);
    if (!captured) {
        return hs_fail_in(err, "no stream to put the case into");
    }
    choose_claim(judgement, exported);
    status = confirm_arguments(judgement->test->setup, trust, &exported->arguments, err);
    name_machine(captured, &exported->arguments);
    status = status < 0 ? -1 : try(judgement, captured, tail, trust, exported, err);
    /* Where bytes are missing, those behind may be read in their place. */
    if (status > 0 && tail > 0) {
        status = try(judgement, captured, 0, trust, exported, err);
    }
    stream_free(captured);
    return status == 0 ? 0 : -1;
}
