/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at what stands behind a possible end: a footer, and what the loader's main loop could go on with. */
#include "harness/wire/section_end.h"

#include "harness/base/check.h"
#include "harness/wire/framing.h"

enum { VMDESC_HEADER = 5 }; /* its type and length */

/* How long the data of each command is: mig_cmd_args in migration/savevm.c of QEMU 7.2, and checks of the handlers. */
static const struct {
    uint16_t min, max;
} command_lengths[] = {
    [1] = { 0, 0 }, /* MIG_CMD_OPEN_RETURN_PATH */
    [2] = { 4, 4 }, /* MIG_CMD_PING */
    [3] = { 0, 16 }, /* MIG_CMD_POSTCOPY_ADVISE */
    [4] = { 0, 0 }, /* MIG_CMD_POSTCOPY_LISTEN */
    [5] = { 0, 0 }, /* MIG_CMD_POSTCOPY_RUN */
    [6] = { 20, UINT16_MAX }, /* MIG_CMD_POSTCOPY_RAM_DISCARD */
    [7] = { 4, 4 }, /* MIG_CMD_PACKAGED */
    [8] = { 0, 0 }, /* MIG_CMD_ENABLE_COLO */
    [9] = { 0, 0 }, /* MIG_CMD_POSTCOPY_RESUME */
    [10] = { 2, 256 }, /* MIG_CMD_RECV_BITMAP */
};

static bool is_printable(const struct bytes *in, size_t ahead, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int byte = bytes_peek(in, ahead + i);

        if (byte < 0x20 || byte > 0x7e) {
            return false;
        }
    }
    return true;
}

/* Skips a command; false where it is none that the loader would take. */
static bool skip_command(struct bytes *in)
{
    const uint8_t *data;
    uint64_t type, cmd, len;

    return bytes_get_be(in, 1, &type) && bytes_get_be(in, 2, &cmd) && bytes_get_be(in, 2, &len) && cmd > 0 &&
           cmd < HS_COUNT(command_lengths) && len >= command_lengths[cmd].min && len <= command_lengths[cmd].max &&
           bytes_get(in, len, &data);
}

/* A zero, and something else later. */
static bool goes_on_with_zeros(const struct bytes *in)
{
    struct bytes rest = *in;
    const uint8_t *byte;

    if (bytes_peek(in, 0) != 0) {
        return false;
    }
    while (bytes_get(&rest, 1, &byte)) {
        if (*byte) {
            return true;
        }
    }
    return false;
}

/*
 * A zero without a footer before it is an end-of-file mark only where nothing or the description follows.  Behind the
 * footer of section 0, of which all but the mark are zeros, it is none where zeros go on: the byte 7e of a clock looks
 * like that.
 */
static bool could_be_section(const struct section_end *search, size_t at)
{
    struct bytes in = { search->in.data, search->in.size, at };
    int type = bytes_peek(&in, 0), length;
    uint64_t id = 0;

    /* The bytes of a clock at eight hours, or minutes, look like a command: look at what follows it. */
    if (type == TYPE_COMMAND) {
        if (!skip_command(&in)) {
            return false;
        }
        type = bytes_peek(&in, 0);
        if (type == TYPE_COMMAND) {
            return skip_command(&in);
        }
    }
    length = bytes_peek(&in, 5);
    in.at += bytes_left(&in) ? 1 : 0;
    if (type == TYPE_EOF) {
        return (search->footers && (search->section_id || !goes_on_with_zeros(&in))) || bytes_left(&in) == 0 ||
               (bytes_peek(&in, 0) == TYPE_VMDESC && bytes_peek(&in, VMDESC_HEADER) == '{');
    }
    if (!framing_type_has_id(type) || !bytes_get_be(&in, 4, &id)) {
        return false;
    }
    if (search->is_full && !search->footers && type != TYPE_FULL) {
        return false;
    }
    /* Ids are handed out in order: a machine has far fewer than 65536 sections. */
    if (stream_type_has_header(type)) {
        return id < 0x10000 && length > 0 && is_printable(&in, 1, (size_t)length);
    }
    return search->has_parts && search->has_parts(search->user, (uint32_t)id);
}

static bool is_footer(const struct section_end *search, size_t at)
{
    struct bytes in = { search->in.data, search->in.size, at };
    uint64_t mark, id;

    return bytes_get_be(&in, 1, &mark) && mark == FOOTER_MARK && bytes_get_be(&in, 4, &id) &&
           id == search->section_id;
}

bool section_end_could_be(const void *search, size_t at)
{
    const struct section_end *end = search;

    return end->footers ? is_footer(end, at) && could_be_section(end, at + 5) : could_be_section(end, at);
}
