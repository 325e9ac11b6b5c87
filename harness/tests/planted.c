/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "planted.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "support.h"
#include "harness/loader/written.h"
#include "harness/wire/map.h"
#include "harness/message/reflect.h"

static bool is_in_range(const Hardstop__Stream *stream)
{
    struct map map;
    bool in_range = true;

    map_init(&map, stream, NULL);
    for (size_t i = 0; i < map.n; i++) {
        const struct map_entry *entry = &map.entries[i];

        in_range = in_range && (!entry->field || field_is_legal(entry->field, entry->value));
    }
    map_clear(&map);
    return in_range;
}

static Hardstop__Stream *read_all(const uint8_t *bytes, size_t size)
{
    Hardstop__Stream *stream = stream_decode(bytes, size, STREAM_FOOTER, NULL);
    bool known = stream && !stream->has_rest && !stream->vmdesc;

    for (size_t i = 0; known && i < stream->n_section; i++) {
        const Hardstop__Section *section = stream->section[i];

        known = section->type == HARDSTOP__SECTION__TYPE__EOF ||
                (section->payload_case == HARDSTOP__SECTION__PAYLOAD_VIRTIO && !section->virtio->has_rest &&
                 !section->footer->has_section_id && section->section_id == 7 && section->instance_id == 0);
    }
    known = known && is_in_range(stream);
    if (stream && !known) {
        hardstop__stream__free_unpacked(stream, NULL);
    }
    return known ? stream : NULL;
}

static void accept_saved(struct planted *planted, struct loader_answer *answer)
{
    answer->outcome = OUTCOME_ACCEPTED;
    answer->saved = planted->saved.data;
    answer->saved_size = planted->saved.size;
}

static void accept(struct planted *planted, const uint8_t *bytes, size_t size, struct loader_answer *answer)
{
    builder_reset(&planted->saved);
    builder_put(&planted->saved, bytes, size);
    accept_saved(planted, answer);
}

/* The byte of virtio.status, which both garbage loaders change. */
static size_t status_of(const struct builder *bytes)
{
    static const uint8_t status_isr_queue_sel[] = { 15, 1, 0, 0, 0x30 };
    uint8_t *found = memmem(bytes->data, bytes->size, status_isr_queue_sel, sizeof(status_isr_queue_sel));

    assert_non_null(found);
    return (size_t)(found - bytes->data);
}

static void load_well(struct planted *planted, const uint8_t *bytes, size_t size, struct loader_answer *answer)
{
    Hardstop__Stream *stream = read_all(bytes, size);

    if (stream) {
        accept(planted, bytes, size, answer);
        hardstop__stream__free_unpacked(stream, NULL);
    } else {
        answer->outcome = OUTCOME_REJECTED;
        answer->result = -EINVAL;
        answer->text = "error while loading state for instance 0x0 of device '/fe.0.0005/virtio-rng'\n";
    }
}

static void crash(struct loader_answer *answer, int number, const char *text)
{
    answer->outcome = OUTCOME_CRASHED;
    answer->signal = number;
    answer->exited = number == 0;
    answer->text = text;
    answer->n_frames = 1;
    strcpy(answer->frames[0].module, "qemu-system-planted");
    answer->frames[0].offset = 0x1234;
}

static bool sum_is_odd(const uint8_t *bytes, size_t size)
{
    unsigned sum = 0;

    for (size_t i = 0; i < size; i++) {
        sum += bytes[i];
    }
    return sum & 1;
}

/* What the defective loader does with a stream that is not the undamaged one. */
static void load_damaged(struct planted *planted, const struct loader_input *input, struct loader_answer *answer)
{
    const struct builder *state = &planted->state;
    struct builder padded = { 0 };

    switch (planted->defect) {
    case ACCEPTS_ALL:
        accept(planted, state->data, state->size, answer);
        break;
    case KEEPS_GARBAGE:
        accept(planted, state->data, state->size, answer);
        planted->saved.data[status_of(state)] ^= 0x40;
        break;
    case KEEPS_ODD_GARBAGE:
        accept(planted, state->data, state->size, answer);
        if (sum_is_odd(input->bytes, input->size) != sum_is_odd(state->data, state->size)) {
            planted->saved.data[status_of(state)] ^= 0x40;
        }
        break;
    case CRASHES:
        crash(answer, SIGSEGV, "");
        break;
    case EXITS:
        crash(answer, 0, "");
        break;
    case EATS_MEMORY:
        crash(answer, SIGTRAP, "qemu: failed to allocate 2147483648 bytes\n");
        break;
    case HANGS:
        answer->outcome = OUTCOME_HUNG;
        break;
    case IS_UNSTABLE:
        load_well(planted, input->bytes, input->size, answer);
        answer->outcome = planted->loads & 1 ? OUTCOME_REJECTED : OUTCOME_CRASHED;
        break;
    case IGNORES_SHORT_READS:
        builder_put(&padded, input->bytes, input->size);
        if (input->size < state->size && memcmp(input->bytes, state->data, input->size) == 0) {
            builder_put_zeros(&padded, state->size - input->size);
            accept(planted, padded.data, padded.size, answer);
        } else {
            load_well(planted, input->bytes, input->size, answer);
        }
        builder_clear(&padded);
        break;
    case IGNORES_WHAT_FOLLOWS:
        load_well(planted, input->bytes, input->size > state->size ? state->size : input->size, answer);
        break;
    case SKIPS_CHECKS:
        accept(planted, input->bytes, input->size, answer);
        break;
    case IS_GOOD_IN_FORKS:
        if (input->fast) {
            accept(planted, state->data, state->size, answer);
        } else {
            load_well(planted, input->bytes, input->size, answer);
        }
        break;
    default:
        load_well(planted, input->bytes, input->size, answer);
        break;
    }
}

/* Four bytes for the guest. */
static void write_to_guest(struct planted *planted, const struct loader_input *input, struct loader_answer *answer)
{
    const struct loader_written record = { .kind = "s390.ram", .size = 4, .at = 0x180000 };
    uint8_t fresh = (uint8_t)~input->chance, bytes[] = { 1, 2, 3, 4 };

    if (planted->defect == LEAVES_MEMORY || (planted->defect == LEAVES_MEMORY_ONCE && planted->chances <= 2)) {
        memset(bytes + 1, fresh, 2);
    }
    builder_reset(&planted->written);
    builder_put(&planted->written, &record, sizeof(record));
    builder_put(&planted->written, bytes, sizeof(bytes));
    answer->written = planted->written.data;
    answer->written_size = planted->written.size;
}

/* What is done after an accepted load. */
static void use(struct planted *planted, const struct loader_input *input, struct loader_answer *answer)
{
    bool kicked = input->pokes & POKE_BIT(POKE_KICK), reset = input->pokes & POKE_BIT(POKE_RESET);
    /* An end of file alone is none. */
    bool has_stream = input->size > 1;

    answer->poked = input->pokes & ~POKE_BIT(POKE_RETRY);
    if (input->pokes & POKE_BIT(POKE_WATCH)) {
        write_to_guest(planted, input, answer);
    }
    if (kicked && ((has_stream && (planted->defect == DIES_IN_USE || planted->defect == HANGS_IN_USE)) ||
                   planted->defect == CANNOT_BE_USED)) {
        crash(answer, SIGSEGV, "");
        answer->outcome = planted->defect == HANGS_IN_USE ? OUTCOME_HUNG : OUTCOME_CRASHED;
        answer->poke = POKE_KICK;
        answer->poked &= POKE_BIT(POKE_KICK) - 1;
    } else if (reset) {
        builder_reset(&planted->used);
        builder_put(&planted->used, planted->state.data, planted->state.size);
        planted->used.data[status_of(&planted->state)] ^= planted->defect == REMEMBERS && has_stream ? 0x40 : 0;
        answer->used = planted->used.data;
        answer->used_size = planted->used.size;
    }
}

/* What is done after a rejected load; one byte is refused before anything is read. */
static void retry(struct planted *planted, const struct loader_input *input, struct loader_answer *answer)
{
    bool was_read = input->size > 1;

    if (planted->defect == DIES_AFTER_REJECTING && was_read) {
        crash(answer, SIGSEGV, "");
        answer->outcome = OUTCOME_CRASHED;
        answer->poke = POKE_RETRY;
        return;
    }
    answer->poked = POKE_BIT(POKE_RETRY);
    answer->is_refused_again = planted->defect == REJECTS_ALL_THEN && was_read;
    if (answer->is_refused_again) {
        return;
    }
    builder_reset(&planted->used);
    builder_put(&planted->used, input->again->data, input->again->size);
    planted->used.data[status_of(&planted->state)] ^= planted->defect == LEAVES_A_TRACE && was_read ? 0x40 : 0;
    answer->used = planted->used.data;
    answer->used_size = planted->used.size;
}

static int load(struct loader *loader, const struct loader_input *input, struct loader_answer *answer,
                struct hs_error *err)
{
    struct planted *planted = (struct planted *)loader;
    bool undamaged = input->size == planted->state.size &&
                     memcmp(input->bytes, planted->state.data, input->size) == 0;

    (void)err;
    memset(answer, 0, sizeof(*answer));
    answer->text = "";
    answer->section = "/fe.0.0005/virtio-rng";
    planted->loads++;
    planted->chances += input->chance != 0;
    if (!undamaged) {
        load_damaged(planted, input, answer);
    } else if (planted->defect == REJECTS_ALL) {
        answer->outcome = OUTCOME_REJECTED;
        answer->text = PLANTED_WORDS;
        answer->section = PLANTED_SECTION;
    } else {
        load_well(planted, input->bytes, input->size, answer);
        if (planted->defect == SAVES_GARBAGE) {
            planted->saved.data[status_of(&planted->saved)] ^= 0x40;
            support_put_hex(&planted->saved, "06 00000002 7b7d");
            accept_saved(planted, answer);
        }
    }
    if (answer->outcome == OUTCOME_ACCEPTED && input->pokes) {
        use(planted, input, answer);
    }
    if (answer->outcome == OUTCOME_REJECTED && input->pokes & POKE_BIT(POKE_RETRY) && !input->fast) {
        retry(planted, input, answer);
    }
    return 0;
}

static void nothing_to_close(struct loader *loader)
{
    (void)loader;
}

static const char *name(const struct loader *loader)
{
    const struct planted *planted = (const struct planted *)loader;

    return planted->name ? planted->name : "";
}

static const struct loader_class planted_class = { .load = load, .name = name, .close = nothing_to_close };

Hardstop__Case *planted_case(const char *damages)
{
    Hardstop__Case *test = (Hardstop__Case *)support_message(&hardstop__case__descriptor, damages);
    struct stream_encoding encoding = { 0 };
    struct builder out = { 0 };

    support_put_section(&out, 4, 7, "/fe.0.0005/virtio-rng", 1);
    support_put_virtio(&out, support_rng_text);
    support_put_footer(&out, 7);
    support_put_hex(&out, "00");
    test->stream = stream_decode(out.data, out.size, STREAM_FOOTER, NULL);
    assert_non_null(test->stream);
    test->setup = (Hardstop__Setup *)reflect_new(&hardstop__setup__descriptor);
    stream_encode(test->stream, &encoding, NULL, NULL);
    test->has_captured = true;
    test->captured = case_stream_hash(&encoding);
    stream_encoding_clear(&encoding);
    builder_clear(&out);
    return test;
}

void planted_init(struct planted *planted, enum defect defect, const Hardstop__Case *test)
{
    struct stream_encoding encoding = { 0 };

    memset(planted, 0, sizeof(*planted));
    planted->loader.class = &planted_class;
    planted->defect = defect;
    stream_encode(test->stream, &encoding, NULL, NULL);
    planted->state = encoding.out;
    encoding.out = (struct builder){ 0 };
    stream_encoding_clear(&encoding);
}

void planted_clear(struct planted *planted)
{
    builder_clear(&planted->state);
    builder_clear(&planted->saved);
    builder_clear(&planted->used);
    builder_clear(&planted->written);
}
