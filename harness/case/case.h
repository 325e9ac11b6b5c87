/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A case between its forms: message, packed bytes, text, and the bytes that a loader gets. */
#ifndef HARDSTOP_CASE_CASE_H
#define HARDSTOP_CASE_CASE_H

#include "case.pb-c.h"
#include "harness/base/error.h"
#include "harness/wire/stream.h"

/* An empty case; every case is freed with case_free(). */
Hardstop__Case *case_new(void);
void case_free(Hardstop__Case *test);

/* Whether the bytes can be a case as text: there are some, and no control characters but white space. */
bool case_is_text(const uint8_t *data, size_t size);
/*
 * Reads a case in either form: text, where case_is_text(), or packed.  NULL with a reason, and the offset where one is
 * known.
 */
Hardstop__Case *case_parse(const uint8_t *data, size_t size, struct hs_error *err);
/* The same for a file; the reason begins with its path. */
Hardstop__Case *case_read(const char *path, struct hs_error *err);
/*
 * What a fuzz target makes of its input: a packed case whose setup passes trust_check() (harness/setup/trust.h), or
 * else device sections, as they are, for the setup of the target ("ccw", "pci_net": see harness/setup/roster.h).
 */
Hardstop__Case *case_of_input(const char *target, const uint8_t *data, size_t size);
/* As text; free it. */
char *case_text(const Hardstop__Case *test);
/* Packed; free it. */
uint8_t *case_pack(const Hardstop__Case *test, size_t *size);
Hardstop__Case *case_clone(const Hardstop__Case *test);

enum case_keep {
    CASE_KEEP_ALL, /* the whole stream, RAM and description included */
    CASE_KEEP_STATE, /* all but RAM and other iterable sections: what may be published */
    CASE_KEEP_DEVICES, /* no header or RAM, and the description as names alone: what the fast path loads */
};

/*
 * Makes a case of a decoded stream, which it takes over, and a setup, which it copies.  Marks the stream as captured.
 */
Hardstop__Case *case_of_stream(Hardstop__Stream *stream, const Hardstop__Setup *setup, enum case_keep keep);

/* Whether a section has an idstr, and `part` in it. */
bool case_section_has(const Hardstop__Section *section, const char *part);
/* Records that no section's idstr contains `part`, and which idstrs there are.  Returns -1. */
int case_fail_section(const Hardstop__Stream *stream, const char *part, struct hs_error *err);

/*
 * Keeps of a case's sections only those whose idstr contains `part`, with what names their fields, the one behind each,
 * and the end of file; marks the stream as captured.  Returns how many sections match.
 */
size_t case_keep_sections(Hardstop__Case *test, const char *part);

/*
 * Keeps the device sections from the one of that index on, the end of file, and of RAM the rings; a stream that was
 * marked as captured is so again.  False, with all as it was, when that is no device section.
 */
bool case_keep_from(Hardstop__Case *test, size_t index);

/*
 * Keeps only the sections that a table describes, and the end of file; marks the stream as captured.  Returns how many
 * sections are described.
 */
size_t case_keep_described(Hardstop__Case *test);

/*
 * Whether the case's bytes, damaged or not, are a whole stream, as -incoming reads one: it has a header, or is said to
 * be one.  Otherwise they are device sections.
 */
bool case_is_whole(const Hardstop__Case *test);

/*
 * Keeps only the sections of the devices named (the last parts of their idstrs, between spaces) with what names their
 * fields, and the end of file; marks the stream as captured.  Returns how many sections are left.
 */
size_t case_keep_devices(Hardstop__Case *test, const char *names);

/* Marks the stream, as it is now, as one that a real QEMU saved. */
void case_mark_captured(Hardstop__Case *test);

/*
 * True of what says something about the input and is no part of it, and stays as it is when cases are changed: the
 * setup, the marks of a captured stream, a whole and a given one, what is done after a load, the description.
 */
bool case_field_is_aside(const ProtobufCFieldDescriptor *field);

/* XXH3 of the encoded stream; what a file shows (mapped.h) counts by its place in the file. */
uint64_t case_stream_hash(const struct stream_encoding *encoding);
/* True when the stream is as it was captured. */
bool case_is_captured(const Hardstop__Case *test, const struct stream_encoding *encoding);
/* Before the stream is brought into another form: takes the mark away unless it is as it was captured. */
void case_check_captured(Hardstop__Case *test);

#endif
