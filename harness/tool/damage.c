/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop damage: damages by offset, section and field. */
#include "harness/case/damage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/tool/read_case.h"
#include "harness/message/reflect.h"
#include "harness/wire/container.h"

enum {
    KEY_TRUNCATE = 0x200,
    KEY_INSERT,
    KEY_DELETE,
    KEY_OVERWRITE,
};

struct options {
    const char *path;
    const char *output;
    const char *section; /* index, or part of an idstr */
    const char *field;
    Hardstop__Damage **damages;
    size_t n;
};

/* "OFF" or "OFF:REST": the offset; `rest` gets REST or NULL. */
static uint32_t parse_offset(const char *text, const char **rest, struct argp_state *state)
{
    const char *colon = strchr(text, ':');
    char *number = hs_format("%.*s", colon ? (int)(colon - text) : (int)strlen(text), text);
    uint32_t offset = (uint32_t)tool_number(number, 0, UINT32_MAX, state, "an offset");

    free(number);
    *rest = colon ? colon + 1 : NULL;
    return offset;
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *found = c ? strchr(digits, c | 0x20) : NULL;

    return found ? (int)(found - digits) : -1;
}

static void parse_hex(ProtobufCBinaryData *bytes, const char *text, struct argp_state *state, const char *what)
{
    size_t length = text ? strlen(text) : 0;

    if (!length || length % 2) {
        argp_error(state, "%s takes OFF:HEX, two digits a byte, such as 16:00ff", what);
    }
    bytes->len = length / 2;
    bytes->data = hs_alloc(bytes->len);
    for (size_t i = 0; i < length; i++) {
        int digit = hex_digit(text[i]);

        if (digit < 0) {
            argp_error(state, "%s: '%c' is no hex digit", what, text[i]);
        }
        bytes->data[i / 2] = (uint8_t)(bytes->data[i / 2] << 4 | digit);
    }
}

static void add_damage(struct options *options, int key, const char *value, struct argp_state *state)
{
    static const int kinds[] = {
        [KEY_TRUNCATE - KEY_TRUNCATE] = HARDSTOP__DAMAGE__KIND_TRUNCATE,
        [KEY_INSERT - KEY_TRUNCATE] = HARDSTOP__DAMAGE__KIND_INSERT,
        [KEY_DELETE - KEY_TRUNCATE] = HARDSTOP__DAMAGE__KIND_DELETE,
        [KEY_OVERWRITE - KEY_TRUNCATE] = HARDSTOP__DAMAGE__KIND_OVERWRITE,
    };
    const char *rest;
    uint32_t offset = parse_offset(value, &rest, state);
    Hardstop__Damage *damage = damage_new(kinds[key - KEY_TRUNCATE], 0, offset);

    *HS_PUSH(options->damages, options->n) = damage;
    if (key == KEY_TRUNCATE && rest) {
        argp_error(state, "--truncate takes OFF alone");
    } else if (key == KEY_INSERT) {
        parse_hex(&damage->insert, rest, state, "--insert");
    } else if (key == KEY_OVERWRITE) {
        parse_hex(&damage->overwrite, rest, state, "--overwrite");
    } else if (key == KEY_DELETE) {
        damage->delete_ = (uint32_t)tool_number(rest ? rest : "", 1, UINT32_MAX, state, "--delete OFF:LEN, LEN");
    }
}

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case KEY_TRUNCATE:
    case KEY_INSERT:
    case KEY_DELETE:
    case KEY_OVERWRITE:
        add_damage(options, key, value, state);
        return 0;
    case 'o':
        options->output = value;
        return 0;
    case 's':
        options->section = value;
        return 0;
    case 'f':
        options->field = value;
        return 0;
    case ARGP_KEY_ARG:
        if (options->path) {
            argp_error(state, "one file at a time");
        }
        options->path = value;
        return 0;
    case ARGP_KEY_END:
        if (!options->path || !options->n) {
            argp_error(state, options->path ? "which damage?  Give --truncate, --insert, --delete or --overwrite"
                                            : "which stream or case?");
        }
        if (options->field && !options->section) {
            argp_error(state, "--field needs --section");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_damage_argp = {
    .options = (const struct argp_option[]){
        { "truncate", KEY_TRUNCATE, "OFF", 0, "end the stream at OFF", 1 },
        { "insert", KEY_INSERT, "OFF:HEX", 0, "insert bytes at OFF", 1 },
        { "delete", KEY_DELETE, "OFF:LEN", 0, "remove LEN bytes at OFF", 1 },
        { "overwrite", KEY_OVERWRITE, "OFF:HEX", 0, "write bytes over what is at OFF", 1 },
        { "section", 's', "WHICH", 0, "OFF counts from this section's payload: its index, or a part of its idstr; "
                                      "default: from the stream's start", 2 },
        { "field", 'f', "NAME", 0, "OFF counts from this field of the section, named as by hardstop show", 2 },
        { "output", 'o', "FILE", 0, "where to (default: standard output); FILE.mig gets the damaged bytes, "
                                    "FILE.textproto and FILE.case get a case", 2 },
        { 0 },
    },
    .parser = parse,
    .args_doc = "FILE",
    .doc = "Damages a stream, giving bytes, or a case with a setup, giving a case with the damage in it.  Damages may "
           "be repeated; all offsets are those of the undamaged stream.\v" COMMAND_LINE_STATUS_DONE,
};

static int find_section(const Hardstop__Stream *stream, const char *which, uint32_t *index, struct hs_error *err)
{
    char *end;
    unsigned long number = strtoul(which, &end, 10);

    if (*which && !*end && number < stream->n_section) {
        *index = (uint32_t)number;
        return 0;
    }
    for (size_t i = 0; i < stream->n_section; i++) {
        if (case_section_has(stream->section[i], which)) {
            *index = (uint32_t)i;
            return 0;
        }
    }
    return *which && !*end ? hs_fail(err, HS_NO_OFFSET, "no section \"%s\" among %zu; hardstop show lists them", which,
                                     stream->n_section)
                           : case_fail_section(stream, which, err);
}

/* A field that is not there, or an offset behind the end, would silently become another place. */
static int check_place(const Hardstop__Place *at, const Hardstop__Stream *stream,
                       const struct stream_encoding *encoding, struct hs_error *err)
{
    size_t base = at->has_section ? encoding->marks[at->section].payload : 0;
    size_t end = at->has_section ? encoding->marks[at->section].end : encoding->out.size;

    if (at->field) {
        base = damage_field_offset(stream, at->section, at->field);
    }
    if (base == SIZE_MAX) {
        return hs_fail(err, HS_NO_OFFSET, "section %u has no field \"%s\"; hardstop show names them", at->section,
                       at->field);
    }
    if (at->offset > end - base) {
        return hs_fail(err, at->offset, "the %s has only %zu bytes%s", at->has_section ? "section" : "stream",
                       end - base, at->field ? " from that field on" : "");
    }
    return 0;
}

static int add_to_case(struct options *options, Hardstop__Case *test, struct hs_error *err)
{
    struct stream_encoding encoding = { 0 };
    uint32_t section = 0;
    int result = options->section ? find_section(test->stream, options->section, &section, err) : 0;

    stream_encode(test->stream, &encoding, NULL, NULL);
    for (size_t i = 0; i < options->n && result == 0; i++) {
        Hardstop__Damage *damage = options->damages[i];

        damage->at->has_section = options->section != NULL;
        damage->at->section = section;
        damage->at->field = options->field ? hs_strdup(options->field) : NULL;
        result = check_place(damage->at, test->stream, &encoding, err);
        test->damage = hs_resize(test->damage, test->n_damage + 1, sizeof(*test->damage));
        test->damage[test->n_damage++] = damage;
        options->damages[i] = NULL;
    }
    stream_encoding_clear(&encoding);
    return result;
}

/* Without a setup, it was a bare stream, unless a case is asked for by name. */
static bool is_for_bytes(const struct options *options, const Hardstop__Case *test)
{
    return tool_ends_in(options->output, ".mig") ||
           (!test->setup->binary && !tool_names_case(options->output));
}

/* Bytes that would be read as something else are no result. */
static int write_bytes(const char *path, const Hardstop__Case *test, const struct builder *bytes, struct hs_error *err)
{
    const char *name = container_name(bytes->data, bytes->size);

    if (name) {
        return hs_fail(err, 0, "the damaged bytes begin as %s does, and would be taken for one; write a case "
                               "(-o NAME.textproto)", name);
    }
    if (!case_is_whole(test)) {
        fputs("hardstop: the bytes are device sections without a header, which no QEMU takes for a stream; a case "
              "(-o NAME.textproto) keeps what they are\n", stderr);
    }
    return tool_write(path, bytes->data, bytes->size, err);
}

static int write_result(const struct options *options, const Hardstop__Case *test, bool as_bytes, struct hs_error *err)
{
    struct stream_encoding plain = { 0 };
    struct builder damaged = { 0 };
    struct damage_effect effect;
    int result;

    if (!as_bytes) {
        return tool_write_case(options->output, test, err);
    }
    damage_apply(test, &plain, &damaged, &effect);
    result = write_bytes(options->output, test, &damaged, err);
    stream_encoding_clear(&plain);
    builder_clear(&damaged);
    return result;
}

int command_damage(int argc, char **argv)
{
    struct options options = { 0 };
    struct hs_error err;
    Hardstop__Case *test;
    int result = -1;

    command_line_parse(&command_damage_argp, argc, argv, &options);
    test = tool_read_case(options.path, NULL, NULL, &err);
    if (test && add_to_case(&options, test, &err) == 0) {
        result = write_result(&options, test, is_for_bytes(&options, test), &err);
    }
    case_free(test);
    for (size_t i = 0; i < options.n; i++) {
        reflect_free(options.damages[i] ? &options.damages[i]->base : NULL);
    }
    free(options.damages);
    return result < 0 ? tool_fail(&err) : TOOL_CLEAN;
}
