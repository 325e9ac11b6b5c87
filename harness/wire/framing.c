/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of a stream's frame: migration/savevm.c, QEMU 7.2. */
#include "harness/wire/framing.h"

#include <string.h>

#include "harness/wire/table.h"

#define SECTION Hardstop__Section

bool section_is_described(const Hardstop__Section *section)
{
    return section->payload_case != HARDSTOP__SECTION__PAYLOAD__NOT_SET &&
           section->payload_case != HARDSTOP__SECTION__PAYLOAD_OPAQUE;
}

static const uint8_t stream_magic[] = { STREAM_MAGIC >> 24, STREAM_MAGIC >> 16 & 0xff, STREAM_MAGIC >> 8 & 0xff,
                                        STREAM_MAGIC & 0xff };

bool stream_begins(const uint8_t *data, size_t size)
{
    return size >= sizeof(stream_magic) && stream_may_begin(data, size);
}

bool stream_may_begin(const uint8_t *data, size_t size)
{
    return !size || memcmp(data, stream_magic, size < sizeof(stream_magic) ? size : sizeof(stream_magic)) == 0;
}

bool stream_type_has_header(int type)
{
    return type == TYPE_START || type == TYPE_FULL;
}

bool framing_type_has_id(int type)
{
    return stream_type_has_header(type) || type == TYPE_PART || type == TYPE_END;
}

static const struct field header_fields[] = {
    FIELD_NUMBER(Hardstop__Header, magic, 4, .initial = STREAM_MAGIC),
    FIELD_NUMBER(Hardstop__Header, version, 4, .initial = 3),
};
const struct table framing_header = TABLE(hardstop__header, header_fields);

static const struct field configuration_fields[] = {
    FIELD_COUNT_OF(Hardstop__Configuration, name_len, 4, 1, .is_signed = true),
    FIELD_BLOB(Hardstop__Configuration, name),
    FIELD_SUBSECTION_LIST(Hardstop__Configuration, subsection, &configuration_subsections),
};
const struct table framing_configuration = TABLE(hardstop__configuration, configuration_fields);

static bool has_id(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    (void)decoder;
    (void)field;
    return framing_type_has_id((int)((const SECTION *)message)->type);
}

static bool has_header(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    (void)decoder;
    (void)field;
    return stream_type_has_header((int)((const SECTION *)message)->type);
}

static const struct field command_fields[] = {
    FIELD_NUMBER(Hardstop__Command, cmd, 2),
    FIELD_COUNT_OF(Hardstop__Command, len, 2, 1),
    FIELD_BLOB(Hardstop__Command, data),
};
static const struct table command_table = TABLE(hardstop__command, command_fields);

static bool has_command(const struct field_decoder *decoder, const void *message, const struct field *field)
{
    (void)decoder;
    (void)field;
    return (int)((const SECTION *)message)->type == TYPE_COMMAND;
}

static const struct field section_fields[] = {
    { .kind = FIELD_UINT, FIELD_SCALAR_(SECTION, type, 1), .initial = TYPE_FULL },
    FIELD_NUMBER(SECTION, section_id, 4, .present = has_id),
    FIELD_COUNT_OF(SECTION, idstr_len, 1, 1, .present = has_header),
    FIELD_BLOB(SECTION, idstr, .present = has_header),
    FIELD_NUMBER(SECTION, instance_id, 4, .present = has_header),
    FIELD_NUMBER(SECTION, version_id, 4, .present = has_header),
    FIELD_STRUCT(SECTION, command, &command_table, .present = has_command),
};
const struct table framing_section = TABLE(hardstop__section, section_fields);

static const struct field footer_fields[] = {
    FIELD_NUMBER(Hardstop__Footer, mark, 1, .initial = FOOTER_MARK),
    FIELD_NUMBER(Hardstop__Footer, section_id, 4),
};
const struct table framing_footer = TABLE(hardstop__footer, footer_fields);

static const struct field length_fields[] = {
    FIELD_NUMBER(Hardstop__Length, value, LENGTH_SIZE),
};
const struct table framing_length = TABLE(hardstop__length, length_fields);

static const struct field vmdesc_fields[] = {
    FIELD_COUNT_OF(Hardstop__Vmdesc, len, 4, 1),
    FIELD_BLOB(Hardstop__Vmdesc, json),
};
const struct table framing_vmdesc = TABLE(hardstop__vmdesc, vmdesc_fields);
