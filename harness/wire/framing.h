/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The framing of a stream: type bytes and tables.  migration/savevm.c and savevm.h, QEMU 7.2. */
#ifndef HARDSTOP_WIRE_FRAMING_H
#define HARDSTOP_WIRE_FRAMING_H

#include "harness/wire/stream.h"

enum {
    TYPE_EOF = HARDSTOP__SECTION__TYPE__EOF,
    TYPE_START = HARDSTOP__SECTION__TYPE__START,
    TYPE_PART = HARDSTOP__SECTION__TYPE__PART,
    TYPE_END = HARDSTOP__SECTION__TYPE__END,
    TYPE_FULL = HARDSTOP__SECTION__TYPE__FULL,
    TYPE_VMDESC = 6,
    TYPE_CONFIGURATION = 7,
    TYPE_COMMAND = HARDSTOP__SECTION__TYPE__COMMAND,
    FOOTER_MARK = 0x7e,
    LENGTH_SIZE = 4,
};

#define STREAM_MAGIC 0x5145564d /* "QEVM" */

/* True for START, PART, END and FULL. */
bool framing_type_has_id(int type);

extern const struct table framing_header;
extern const struct table framing_configuration; /* behind its type byte */
extern const struct table framing_section; /* the part before the payload */
extern const struct table framing_footer;
extern const struct table framing_length; /* before the payload of a FULL section: ci/patches/answers-10.0.patch */
extern const struct table framing_vmdesc; /* behind its type byte */
/* Of the configuration section: migration/savevm.c. */
extern const struct subsection_set configuration_subsections;

#endif
