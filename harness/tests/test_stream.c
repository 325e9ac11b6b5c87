/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole streams in both framings: what decodes encodes to the same bytes, and nothing that is cut decodes. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/random.h"
#include "harness/message/reflect.h"
#include "harness/wire/payload.h"

enum { EOF_TYPE = 0, START = 1, PART = 2, END = 3, FULL = 4, COMMAND = 8 };

static const char json[] = "{\"page_size\": 4096, \"devices\": [{\"name\": \"timer\", \"instance_id\": 0, \"fields\": ["
                           "{\"name\": \"ticks\", \"size\": 12}]}]}";

static void footer(struct builder *out, bool footers, uint32_t id)
{
    if (footers) {
        support_put_footer(out, id);
    }
}

/* A little of everything that QEMU sends. */
static void build(struct builder *out, bool footers)
{
    support_put_header(out);
    support_put_hex(out, "07 00000004"); /* configuration */
    builder_put(out, "mach", 4);
    support_put_hex(out, "05 1a");
    builder_put(out, "configuration/capabilities", 26);
    support_put_hex(out, "00000001 00000002 01 61 02 6263");
    support_put_section(out, START, 2, "ram", 4);
    support_put_hex(out, "0000000000001004 01 61 0000000000001000 0000000000000010");
    footer(out, footers, 2);
    support_put_hex(out, "08 0002 0004 01020304"); /* a ping */
    support_put_hex(out, "02 00000002 0000000000000002 01 61 00 0000000000000010");
    footer(out, footers, 2);
    support_put_hex(out, "03 00000002 0000000000000010");
    footer(out, footers, 2);
    support_put_section(out, FULL, 0, "timer", 2);
    support_put_hex(out, "7e7e00010000002204000000"); /* marks of other things, and the description tells the end */
    footer(out, footers, 0);
    support_put_section(out, FULL, 7, "/fe.0.0005/virtio-rng", 1);
    support_put_virtio(out, support_rng_text);
    footer(out, footers, 7);
    support_put_section(out, FULL, 9, "opaque", 1);
    support_put_hex(out, "ffeeddcc");
    footer(out, footers, 9);
    support_put_hex(out, "00 06");
    builder_put_be(out, 4, strlen(json));
    builder_put(out, json, strlen(json));
}

static const struct {
    int type;
    uint32_t id;
    const char *idstr;
    int payload;
    size_t size;
} sections[] = {
    { START, 2, "ram", HARDSTOP__SECTION__PAYLOAD_OPAQUE, 26 },
    { COMMAND, 0, "", HARDSTOP__SECTION__PAYLOAD__NOT_SET, 0 },
    { PART, 2, "", HARDSTOP__SECTION__PAYLOAD_OPAQUE, 19 },
    { END, 2, "", HARDSTOP__SECTION__PAYLOAD_OPAQUE, 8 },
    { FULL, 0, "timer", HARDSTOP__SECTION__PAYLOAD_OPAQUE, 12 },
    { FULL, 7, "/fe.0.0005/virtio-rng", HARDSTOP__SECTION__PAYLOAD_VIRTIO, 0 },
    { FULL, 9, "opaque", HARDSTOP__SECTION__PAYLOAD_OPAQUE, 4 },
    { EOF_TYPE, 0, "", HARDSTOP__SECTION__PAYLOAD__NOT_SET, 0 },
};

/* Decodes a copy in a block of just that size; NULL when it is refused. */
static Hardstop__Stream *decode(const uint8_t *data, size_t size, enum stream_framing framing, struct hs_error *err)
{
    uint8_t *exact = malloc(size ? size : 1);
    Hardstop__Stream *stream;

    if (size) {
        memcpy(exact, data, size);
    }
    stream = stream_decode(exact, size, framing, err);
    free(exact);
    return stream;
}

static void check_same_bytes(const Hardstop__Stream *stream, const uint8_t *data, size_t size)
{
    struct stream_encoding encoding = { 0 };

    stream_encode(stream, &encoding, NULL, NULL);
    assert_int_equal(encoding.out.size, size);
    assert_memory_equal(encoding.out.data, data, size);
    assert_int_equal(encoding.n_marks, stream->n_section);
    stream_encoding_clear(&encoding);
}

static void check_sections(const Hardstop__Stream *stream, bool footers)
{
    struct stream_encoding encoding = { 0 };

    stream_encode(stream, &encoding, NULL, NULL);
    assert_int_equal(stream->n_section, HS_COUNT(sections));
    for (size_t i = 0; i < HS_COUNT(sections); i++) {
        const Hardstop__Section *section = stream->section[i];
        const struct stream_mark *mark = &encoding.marks[i];

        assert_int_equal(section->type, sections[i].type);
        assert_int_equal(section->section_id, sections[i].id);
        assert_int_equal(section->idstr.len, strlen(sections[i].idstr));
        assert_memory_equal(section->idstr.data ? (char *)section->idstr.data : "", sections[i].idstr,
                            section->idstr.len);
        assert_int_equal(section->payload_case, sections[i].payload);
        assert_int_equal(section->footer != NULL, footers && section->has_section_id);
        assert_int_equal(encoding.out.data[mark->start], sections[i].type);
        assert_int_equal(mark->end - mark->payload_end, section->footer ? 5 : 0);
        if (sections[i].payload == HARDSTOP__SECTION__PAYLOAD_OPAQUE) {
            assert_int_equal(mark->payload_end - mark->payload, sections[i].size);
        }
    }
    stream_encoding_clear(&encoding);
}

static void both_framings_decode_and_come_back(void **state)
{
    (void)state;
    for (int footers = 0; footers <= 1; footers++) {
        for (int any = 0; any <= 1; any++) {
            enum stream_framing framing = any ? STREAM_ANY : footers ? STREAM_FOOTER : STREAM_LEGACY;
            struct hs_error err = { .text = "" };
            struct builder bytes = { 0 };
            Hardstop__Stream *stream;

            build(&bytes, footers);
            stream = decode(bytes.data, bytes.size, framing, &err);
            if (!stream) {
                fail_msg("%s at %llu", err.text, (unsigned long long)err.offset);
            }
            assert_true(stream->header && !stream->header->has_magic && !stream->header->has_version);
            assert_int_equal(stream->configuration->n_subsection, 1);
            assert_int_equal(stream->configuration->subsection[0]->capabilities->n_capability, 2);
            assert_false(stream->has_rest);
            assert_false(stream->vmdesc->has_len);
            check_sections(stream, footers);
            assert_int_equal(stream->section[1]->command->cmd, 2);
            assert_false(stream->section[5]->virtio->has_rest);
            check_same_bytes(stream, bytes.data, bytes.size);
            hardstop__stream__free_unpacked(stream, NULL);
            builder_clear(&bytes);
        }
    }
}

static uint8_t bcd(int value)
{
    return (uint8_t)(value / 10 * 16 + value % 10);
}

/* As QEMU's mc146818rtc sends it: second, minute and hour each with an alarm behind it, weekday, day, month, year. */
static void build_with_clock(struct builder *out, int second, int minute, int hour, int weekday)
{
    const uint8_t clock[] = {
        bcd(second), 0, bcd(minute), 0, bcd(hour), 0, (uint8_t)weekday, 0x23, 0x11, 0x26, 0x26, 2, 0, 0x80,
    };
    static const uint8_t zeros[9100];

    support_put_section(out, START, 2, "ram", 4);
    support_put_hex(out, "0000000000000010");
    support_put_section(out, FULL, 4, "mc146818rtc", 3);
    builder_put(out, clock, sizeof(clock));
    builder_put(out, zeros, 128 - sizeof(clock));
    support_put_section(out, FULL, 5, "behind", 1);
    builder_put(out, zeros, sizeof(zeros));
    builder_put_be(out, 1, EOF_TYPE);
}

/*
 * A second, minute or hour of eight is the type of a command, and what follows up to ten its number; one of two to four
 * is the type of a section, and what follows its id.
 */
static void no_time_of_day_looks_like_a_section(void **state)
{
    (void)state;
    for (int at = 0; at < 7 * 24 * 12 * 4; at++) {
        static const int seconds[] = { 2, 3, 4, 8 };
        int second = seconds[at % 4], minute = at / 4 % 12, hour = at / 48 % 24, weekday = at / 48 / 24 + 1;
        struct builder bytes = { 0 };
        Hardstop__Stream *stream;

        build_with_clock(&bytes, second, minute, hour, weekday);
        stream = stream_decode(bytes.data, bytes.size, STREAM_LEGACY, NULL);
        if (!stream || stream->n_section != 4) {
            fail_msg("%02d:%02d:%02d of weekday %d is taken for a section", hour, minute, second, weekday);
        }
        hardstop__stream__free_unpacked(stream, NULL);
        builder_clear(&bytes);
    }
}

/* What may be behind the end of a stream whose one section is the first of its machine. */
static const char *const behind[] = { "", "4a554e4b", "5145564d 00000003 00", "00 00000000" };

static void what_is_behind_section_0_takes_no_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(behind); i++) {
        struct builder bytes = { 0 };
        Hardstop__Stream *stream;

        support_put_section(&bytes, FULL, 0, "timer", 2);
        support_put_hex(&bytes, "ffffe14e5727ba7d 0000000000000000 00000001");
        footer(&bytes, true, 0);
        support_put_hex(&bytes, "00");
        support_put_hex(&bytes, behind[i]);
        stream = stream_decode(bytes.data, bytes.size, STREAM_FOOTER, NULL);
        if (!stream || stream->n_section < 2 || stream->section[0]->opaque.len != 20) {
            fail_msg("row %zu", i);
        }
        hardstop__stream__free_unpacked(stream, NULL);
        builder_clear(&bytes);
    }
}

/* The first section of a machine may be a clock: a 7e in it, and zeros behind that, are its footer and the end. */
static void no_clock_looks_like_a_footer(void **state)
{
    struct builder bytes = { 0 };
    Hardstop__Stream *stream;

    (void)state;
    support_put_section(&bytes, FULL, 0, "timer", 2);
    support_put_hex(&bytes, "ffffe14e5727ba7e 0000000000000000 00000000");
    footer(&bytes, true, 0);
    support_put_section(&bytes, FULL, 4, "behind", 1);
    support_put_hex(&bytes, "0123");
    footer(&bytes, true, 4);
    support_put_hex(&bytes, "00");
    stream = stream_decode(bytes.data, bytes.size, STREAM_FOOTER, NULL);
    assert_non_null(stream);
    assert_int_equal(stream->n_section, 3);
    hardstop__stream__free_unpacked(stream, NULL);
    builder_clear(&bytes);
}

/* Bytes of a payload that are, or nearly are, a command. */
static const struct {
    const char *hex;
    size_t n_section; /* the section, the command if it is one, the next section, the end */
} commands[] = {
    { "08 0002 0004 41414141", 4 }, /* a ping */
    { "08 0002 0003 414141", 3 },
    { "08 0002 0005 4141414141", 3 },
    { "08 0001 0001 41", 3 },
    { "08 0000 0000", 3 },
    { "08 000b 0000", 3 },
};

static void what_the_loader_takes_for_no_command_ends_no_section(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(commands); i++) {
        struct builder bytes = { 0 };
        Hardstop__Stream *stream;

        support_put_hex(&bytes, "04 00000005 01 61 00000000 00000001 41");
        support_put_hex(&bytes, commands[i].hex);
        support_put_hex(&bytes, "04 00000006 01 62 00000000 00000001 42 00");
        stream = stream_decode(bytes.data, bytes.size, STREAM_LEGACY, NULL);
        if (!stream || stream->n_section != commands[i].n_section) {
            fail_msg("%s: %zu sections, not %zu", commands[i].hex, stream ? stream->n_section : 0, commands[i].n_section);
        }
        hardstop__stream__free_unpacked(stream, NULL);
        builder_clear(&bytes);
    }
}

static void check_refused(const struct builder *bytes, size_t size, enum stream_framing framing)
{
    struct hs_error err = { .offset = HS_NO_OFFSET, .text = "" };
    Hardstop__Stream *stream = decode(bytes->data, size, framing, &err);

    if (stream) {
        fail_msg("%zu of %zu bytes decode", size, bytes->size);
    }
    assert_in_range(err.offset, 0, size);
    assert_true(*err.text);
    assert_null(strchr(err.text, '\n'));
}

/* The description is optional: a cut in front of it leaves a stream. */
static void check_without_description(const struct builder *bytes, size_t size, enum stream_framing framing)
{
    Hardstop__Stream *stream = decode(bytes->data, size, framing, NULL);

    assert_non_null(stream);
    assert_null(stream->vmdesc);
    check_same_bytes(stream, bytes->data, size);
    hardstop__stream__free_unpacked(stream, NULL);
}

/* Offset of the first payload whose end is guessed where nothing tells it. */
static size_t first_guess(const struct builder *bytes)
{
    const uint8_t *found = memmem(bytes->data, bytes->size, "timer", 5);

    return (size_t)(found - bytes->data) + 13;
}

static void every_truncation_is_refused_at_an_offset(void **state)
{
    (void)state;
    for (int footers = 0; footers <= 1; footers++) {
        enum stream_framing framing = footers ? STREAM_FOOTER : STREAM_LEGACY;
        struct builder bytes = { 0 };
        size_t whole, guess;

        build(&bytes, footers);
        whole = bytes.size - strlen(json) - 5;
        guess = first_guess(&bytes);
        for (size_t size = 0; size < bytes.size; size++) {
            if (size == whole) {
                check_without_description(&bytes, size, framing);
            } else if (footers || size < guess) {
                check_refused(&bytes, size, framing);
            }
            /* Without footers, any zero in a payload that is cut may be the end-of-file mark. */
            if (size < guess) {
                check_refused(&bytes, size, STREAM_ANY);
            }
        }
        builder_clear(&bytes);
    }
}

/* How many sections end within so many bytes. */
static size_t count_whole(const struct stream_encoding *encoding, size_t size)
{
    size_t n = 0;

    while (n < encoding->n_marks && encoding->marks[n].end <= size) {
        n++;
    }
    return n;
}

static Hardstop__Stream *decode_part(const uint8_t *data, size_t size, enum stream_framing framing)
{
    uint8_t *exact = hs_copy(data, size);
    struct hs_error err = { .text = "" };
    bool is_whole;
    Hardstop__Stream *part = stream_decode_part(exact, size, framing, &is_whole, &err);
    Hardstop__Stream *whole = decode(exact, size, framing, NULL);

    assert_int_equal(is_whole, whole != NULL);
    assert_int_equal(*err.text == 0, is_whole);
    check_same_bytes(part, data, size);
    if (whole) {
        hardstop__stream__free_unpacked(whole, NULL);
    }
    free(exact);
    return part;
}

static void what_cannot_be_read_is_kept(void **state)
{
    (void)state;
    for (int footers = 0; footers <= 1; footers++) {
        struct stream_encoding encoding = { 0 };
        struct builder bytes = { 0 };
        Hardstop__Stream *whole;

        build(&bytes, footers);
        whole = decode(bytes.data, bytes.size, footers ? STREAM_FOOTER : STREAM_LEGACY, NULL);
        stream_encode(whole, &encoding, NULL, NULL);
        for (size_t size = 0; size <= bytes.size; size++) {
            Hardstop__Stream *part = decode_part(bytes.data, size, footers ? STREAM_FOOTER : STREAM_LEGACY);
            Hardstop__Stream *any = decode_part(bytes.data, size, STREAM_ANY);

            if (footers) {
                size_t n = count_whole(&encoding, size);

                /* The end of the last is not seen where nothing is behind it. */
                assert_in_range(part->n_section, n ? n - 1 : 0, n);
            }
            assert_true(any->n_section >= part->n_section);
            hardstop__stream__free_unpacked(part, NULL);
            hardstop__stream__free_unpacked(any, NULL);
        }
        hardstop__stream__free_unpacked(whole, NULL);
        stream_encoding_clear(&encoding);
        builder_clear(&bytes);
    }
}

static const struct {
    const char *what, *hex, *reason;
    enum stream_framing framing;
    uint64_t offset;
} refused[] = {
    { "nothing", "", "empty", STREAM_ANY, 0 },
    { "an unknown type", "09", "0x09 is no section type", STREAM_FOOTER, 0 },
    { "a late configuration", "08 0001 0000 07", "0x07 is no section type", STREAM_FOOTER, 5 },
    { "an unknown type behind the header", "5145564d 00000003 ff", "0xff is no section type", STREAM_FOOTER, 8 },
    { "a part of nothing", "02 00000005 00", "a section part of id 5, which no section has", STREAM_LEGACY, 5 },
    { "no idstr", "04 00000001 00 00000000 00000001 00 00", "has no idstr", STREAM_LEGACY, 0 },
    { "no end of a payload", "04 00000001 01 61 00000000 00000001 aabb", "no end found", STREAM_FOOTER, 15 },
    { "ram without a footer", "01 00000001 03 72616d 00000000 00000004 0000000000000010 00", "footer", STREAM_FOOTER,
      26 },
    { "ram with another mark", "01 00000001 03 72616d 00000000 00000004 0000000000000010 7d00000001 00", "no footer",
      STREAM_FOOTER, 25 },
    { "a long machine name", "5145564d 00000003 07 7fffffff 61", "name: 2147483647 bytes wanted, 1 left", STREAM_ANY,
      13 },
    { "an unknown subsection", "5145564d 00000003 07 00000000 05 0f 636f6e66696775726174696f6e2f78 00000001",
      "configuration/x of configuration is not known", STREAM_ANY, 13 },
    { "a long description", "00 06 7fffffff 7b", "vmdesc: json: 2147483647 bytes wanted", STREAM_ANY, 6 },
};

static void nonsense_is_refused_where_it_stands(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(refused); i++) {
        struct hs_error err = { .text = "" };
        struct builder bytes = { 0 };

        support_put_hex(&bytes, refused[i].hex);
        assert_null(decode(bytes.data, bytes.size, refused[i].framing, &err));
        if (!strstr(err.text, refused[i].reason) || err.offset != refused[i].offset) {
            fail_msg("%s: \"%s\" at %llu, not \"%s\" at %llu", refused[i].what, err.text,
                     (unsigned long long)err.offset, refused[i].reason, (unsigned long long)refused[i].offset);
        }
        builder_clear(&bytes);
    }
}

static const struct {
    const char *what, *hex;
    enum stream_framing framing;
    bool foreign; /* the footer of the first section has an id of its own */
} odd[] = {
    { "no sections", "00", STREAM_FOOTER, false },
    { "bytes behind the end", "00 aabbcc", STREAM_LEGACY, false },
    { "a second stream behind the end", "00 5145564d 00000003 00", STREAM_FOOTER, false },
    { "another version", "5145564d 00000002 00", STREAM_FOOTER, false },
    { "a footer of another id", "01 00000001 03 72616d 00000000 00000004 0000000000000010 7e 00000002 00",
      STREAM_FOOTER, true },
    { "a footer of id 0", "01 00000001 03 72616d 00000000 00000004 0000000000000010 7e 00000000 00", STREAM_FOOTER,
      true },
    { "a footer of another id than 0", "01 00000000 03 72616d 00000000 00000004 0000000000000010 7e 00000002 00",
      STREAM_FOOTER, true },
    { "id 0 twice", "01 00000000 03 72616d 00000000 00000004 0000000000000010 7e 00000000 00", STREAM_FOOTER, false },
    { "an id given twice: the last has the parts",
      "01 00000001 03 72616d 00000000 00000004 0000000000000010 01 00000001 17 733339302d73746f726167655f61747472"
      "696275746573 00000000 00000001 0000000000000001 02 00000001 0000000000000008 0000000000000001 00",
      STREAM_LEGACY, false },
    { "an empty payload", "04 00000001 01 61 00000000 00000001 00", STREAM_LEGACY, false },
    { "a description that is none", "00 06 00000003 6e6f74", STREAM_FOOTER, false },
    { "an empty description", "00 06 00000000", STREAM_FOOTER, false },
    { "a command of no length", "08 ffff 0000 00", STREAM_LEGACY, false },
    { "a machine name of negative length", "5145564d 00000003 07 ffffffff 00", STREAM_FOOTER, false },
};

static void what_is_odd_but_whole_comes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(odd); i++) {
        struct hs_error err = { .text = "" };
        struct builder bytes = { 0 };
        Hardstop__Stream *stream;

        support_put_hex(&bytes, odd[i].hex);
        stream = decode(bytes.data, bytes.size, odd[i].framing, &err);
        if (!stream) {
            fail_msg("%s: %s", odd[i].what, err.text);
        }
        if (stream->section[0]->footer) {
            assert_int_equal(stream->section[0]->footer->has_section_id, odd[i].foreign);
        }
        check_same_bytes(stream, bytes.data, bytes.size);
        hardstop__stream__free_unpacked(stream, NULL);
        builder_clear(&bytes);
    }
}

#define HEADER "04 00000001 01 61 00000000 00000001 "

/* Payloads that no table describes, with bytes in them that are nearly an end; how long they are. */
static const struct {
    const char *what, *hex;
    size_t size;
    enum stream_framing framing;
} nearly[] = {
    { "the next section", HEADER "aa 04 00000002 01 62 00000000 00000001 00", 1, STREAM_LEGACY },
    { "a section of an id that none has", HEADER "aa 04 00010000 01 62 00000000 00000001 00", 16, STREAM_LEGACY },
    { "a section without a name", HEADER "aa 04 00000002 00 00000000 00000001 00", 15, STREAM_LEGACY },
    { "a footer", HEADER "aa 7e00000001 00 7e00000001 00", 1, STREAM_FOOTER },
    { "a footer, where nobody tells the framing", HEADER "aa 7e00000001 00", 1, STREAM_ANY },
    { "a footer, where nobody tells it and a zero is behind the end", HEADER "aa 7e00000001 00 00", 1, STREAM_ANY },
    { "a footer of another id", HEADER "aa 7e00000002 00 7e00000001 00", 7, STREAM_FOOTER },
    { "a footer with nothing behind", HEADER "aa 7e00000001 09 7e00000001 00", 7, STREAM_FOOTER },
    { "a description of too few bytes",
      HEADER "aabbcc 7e00000001 00 06 0000003b"
             "7b2264657669636573223a5b7b226e616d65223a2261222c226669656c6473223a5b7b226e616d65"
             "223a2278222c2273697a65223a327d5d7d5d7d", 3, STREAM_FOOTER },
};

static void only_an_end_ends_a_payload(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(nearly); i++) {
        struct hs_error err = { .text = "" };
        struct builder bytes = { 0 };
        Hardstop__Stream *stream;

        support_put_hex(&bytes, nearly[i].hex);
        stream = decode(bytes.data, bytes.size, nearly[i].framing, &err);
        if (!stream || stream->section[0]->opaque.len != nearly[i].size) {
            fail_msg("%s: %zu bytes, %s", nearly[i].what, stream ? stream->section[0]->opaque.len : 0, err.text);
        }
        check_same_bytes(stream, bytes.data, bytes.size);
        hardstop__stream__free_unpacked(stream, NULL);
        builder_clear(&bytes);
    }
}

/* A stream saved without a description is read with that of another. */
static void a_foreign_description_tells_the_ends(void **state)
{
    ProtobufCBinaryData description = { sizeof(json) - 1, (uint8_t *)json };
    Hardstop__Stream *stream;
    struct builder bytes = { 0 };

    (void)state;
    support_put_section(&bytes, FULL, 3, "timer", 1);
    support_put_hex(&bytes, "04000000030161000000000000"); /* looks like a section; the last byte is the end of file */
    stream = stream_decode_with(bytes.data, bytes.size, STREAM_LEGACY, &description, NULL);
    assert_non_null(stream);
    assert_int_equal(stream->n_section, 2);
    assert_int_equal(stream->section[0]->opaque.len, 12);
    check_same_bytes(stream, bytes.data, bytes.size);
    hardstop__stream__free_unpacked(stream, NULL);
    builder_clear(&bytes);
}

/* Pages have the size that the description says, where that can be one; else 4096 bytes. */
static const struct {
    unsigned said, used;
} page_sizes[] = {
    { 512, 512 },   { 8192, 8192 }, { 1u << 21, 1u << 21 }, { 0, 4096 },         { 256, 4096 },
    { 4095, 4096 }, { 6144, 4096 }, { 1u << 22, 4096 },     { UINT32_MAX, 4096 },
};

static void pages_are_as_large_as_can_be_believed(void **state)
{
    (void)state;
    for (size_t i = 0; i < HS_COUNT(page_sizes); i++) {
        char *description = hs_format("{\"page_size\": %u, \"devices\": []}", page_sizes[i].said);
        struct builder bytes = { 0 };
        Hardstop__Stream *stream;
        struct hs_error err;

        support_put_section(&bytes, START, 2, "ram", 4);
        support_put_hex(&bytes, "0000000000800008 01 61");
        for (unsigned k = 0; k < page_sizes[i].used; k++) {
            builder_put(&bytes, "\x5a", 1);
        }
        support_put_hex(&bytes, "0000000000000010 00 06");
        builder_put_be(&bytes, 4, strlen(description));
        builder_put(&bytes, description, strlen(description));
        stream = stream_decode(bytes.data, bytes.size, STREAM_LEGACY, &err);
        if (!stream) {
            fail_msg("%s: %s", description, err.text);
        }
        assert_int_equal(stream->section[0]->opaque.len, 8 + 2 + page_sizes[i].used + 8);
        hardstop__stream__free_unpacked(stream, NULL);
        builder_clear(&bytes);
        free(description);
    }
}

static void flipped_bytes_do_no_harm_and_lose_nothing(void **state)
{
    struct random random;
    unsigned decoded = 0, rounds = 3000;

    (void)state;
    random_init(&random, 7);
    for (unsigned i = 0; i < rounds; i++) {
        struct builder bytes = { 0 };

        build(&bytes, i & 1);
        for (uint64_t n = random_below(&random, 3) + 1; n > 0; n--) {
            uint8_t *byte = bytes.data + random_below(&random, bytes.size);

            *byte = random_one_in(&random, 2) ? (uint8_t)random_bits(&random)
                                              : *byte ^ (1u << random_below(&random, 8));
        }
        for (enum stream_framing framing = STREAM_LEGACY; framing <= STREAM_ANY; framing++) {
            Hardstop__Stream *stream = decode(bytes.data, bytes.size, framing, NULL);

            if (stream) {
                check_same_bytes(stream, bytes.data, bytes.size);
                assert_true(reflect_valid(&stream->base, NULL));
                hardstop__stream__free_unpacked(stream, NULL);
                decoded++;
            }
        }
        builder_clear(&bytes);
    }
    assert_in_range(decoded, rounds / 2, 3 * rounds - 1);
}

/* How many sections a table describes; `footers` tells whether any has a footer. */
static size_t count_described(const Hardstop__Stream *stream, bool *footers)
{
    size_t n = 0;

    *footers = false;
    for (size_t i = 0; i < stream->n_section; i++) {
        n += payload_message(stream->section[i]) != NULL;
        *footers |= stream->section[i]->footer != NULL;
    }
    return n;
}

/* Damage can make a footer of what is there where there was none: the sections behind it keep their names. */
static void a_footer_by_chance_takes_no_names(void **state)
{
    struct builder bytes = { 0 };
    size_t begin, end;
    unsigned by_chance = 0;

    (void)state;
    support_put_header(&bytes);
    begin = bytes.size;
    support_put_section(&bytes, FULL, 0, "/fe.0.0004/virtio-rng", 1);
    support_put_virtio(&bytes, support_rng_text);
    end = bytes.size;
    support_put_section(&bytes, FULL, 7, "/fe.0.0005/virtio-rng", 1);
    support_put_virtio(&bytes, support_rng_text);
    support_put_hex(&bytes, "00");
    for (size_t at = begin; at < end; at++) {
        struct builder longer = { 0 };
        struct hs_error err;
        Hardstop__Stream *readings[2];
        bool whole[2], footers[2];
        size_t described[2];
        uint8_t id[4] = { 0, 0, bytes.data[at + 2], bytes.data[at + 3] };

        /* The section has the id that the footer then has. */
        memcpy(bytes.data + begin + 1, id, memcmp(bytes.data + at, "\0", 2) == 0 ? 4 : 0);
        builder_put(&longer, bytes.data, at);
        support_put_hex(&longer, "7e");
        builder_put(&longer, bytes.data + at, bytes.size - at);
        for (int any = 0; any <= 1; any++) {
            readings[any] = stream_decode_part(longer.data, longer.size, any ? STREAM_ANY : STREAM_FOOTER, &whole[any],
                                               &err);
            described[any] = count_described(readings[any], &footers[any]);
        }
        if (whole[0] && footers[0]) {
            by_chance++;
            assert_true(whole[1] && !footers[1]);
            assert_true(described[1] > described[0]);
        }
        for (int any = 0; any <= 1; any++) {
            hardstop__stream__free_unpacked(readings[any], NULL);
        }
        builder_clear(&longer);
    }
    assert_true(by_chance > 0);
    builder_clear(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_framings_decode_and_come_back),
        cmocka_unit_test(no_time_of_day_looks_like_a_section),
        cmocka_unit_test(what_is_behind_section_0_takes_no_end),
        cmocka_unit_test(no_clock_looks_like_a_footer),
        cmocka_unit_test(what_the_loader_takes_for_no_command_ends_no_section),
        cmocka_unit_test(what_cannot_be_read_is_kept),
        cmocka_unit_test(every_truncation_is_refused_at_an_offset),
        cmocka_unit_test(nonsense_is_refused_where_it_stands),
        cmocka_unit_test(what_is_odd_but_whole_comes_back),
        cmocka_unit_test(a_foreign_description_tells_the_ends),
        cmocka_unit_test(only_an_end_ends_a_payload),
        cmocka_unit_test(pages_are_as_large_as_can_be_believed),
        cmocka_unit_test(flipped_bytes_do_no_harm_and_lose_nothing),
        cmocka_unit_test(a_footer_by_chance_takes_no_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
