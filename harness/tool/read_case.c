/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells streams from cases, and makes a case of both. */
#include "harness/tool/read_case.h"

#include <stdio.h>

#include "harness/base/file.h"
#include "harness/base/printable.h"
#include "harness/message/reflect.h"
#include "harness/setup/framing.h"
#include "harness/wire/container.h"
#include "harness/wire/stream.h"

/* What a file holds, which is freed by whoever read it. */
struct content {
    const char *path;
    const uint8_t *data;
    size_t size;
    size_t skipped; /* of a container, before the stream */
};

/* A stream that stands in a container as it is, is read in place. */
static int open_container(struct content *content, struct hs_error *err)
{
    const char *name = container_name(content->data, content->size);

    if (!name || tool_names_case(content->path)) {
        return 0;
    }
    if (container_open(content->path, content->data, content->size, &content->skipped, err) < 0) {
        return -1;
    }
    content->data += content->skipped;
    content->size -= content->skipped;
    printable_print(stderr, "hardstop: %s: is %s; its stream begins at %zu, which is offset 0 here\n", content->path,
                    name, content->skipped);
    return 0;
}

/* What a QEMU with -incoming reads: nothing at all where no header is first. */
static Hardstop__Stream *decode(const struct content *content, enum stream_framing framing, bool *is_whole,
                                struct hs_error *err)
{
    Hardstop__Stream *stream;

    if (stream_begins(content->data, content->size)) {
        return stream_decode_part(content->data, content->size, framing, is_whole, err);
    }
    if (content->size) {
        hs_fail(err, 0, "no header: a migration stream begins with 51 45 56 4d (QEVM)");
    } else {
        hs_fail(err, 0, "empty; QEMU is asked as -incoming fd: hands it a file (where exec: or a pipe has nothing, "
                        "7.2 never begins to load)");
    }
    *is_whole = false;
    stream = (Hardstop__Stream *)reflect_new(&hardstop__stream__descriptor);
    stream->has_rest = content->size > 0;
    if (content->size) {
        stream_put_bytes(&stream->rest, content->data, content->size);
    }
    return stream;
}

static Hardstop__Case *read_stream(const struct content *content, const Hardstop__Setup *setup, struct hs_error *err)
{
    bool is_whole;
    Hardstop__Stream *stream = decode(content, setup_reading(setup), &is_whole, err);
    Hardstop__Setup empty = HARDSTOP__SETUP__INIT;
    Hardstop__Case *test = case_of_stream(stream, setup ? setup : &empty, CASE_KEEP_ALL);

    test->has_whole = test->whole = !stream->header;
    test->has_given = test->given = true;
    if (!is_whole) {
        /* No QEMU saved it so. */
        test->has_captured = false;
        hs_fail_in(err, "%s: not all can be read, the rest stays as it is", content->path);
    }
    return test;
}

/*
 * The case in a file, or NULL: with a reason where it is meant to be one.  Other bytes may make a case by chance, and
 * one without setup and stream is none.
 */
static Hardstop__Case *read_case(const struct content *content, struct hs_error *err)
{
    bool is_named = tool_names_case(content->path);
    Hardstop__Case *test;

    if (content->skipped || tool_ends_in(content->path, ".mig") ||
        (is_named ? stream_begins : stream_may_begin)(content->data, content->size)) {
        return NULL;
    }
    if (is_named || case_is_text(content->data, content->size)) {
        test = case_parse(content->data, content->size, err);
        if (!test) {
            hs_fail_in(err, "%s: %s", content->path,
                       is_named ? "no case" : "text that is no case (a stream of text needs a name in .mig)");
        }
        return test;
    }
    test = (Hardstop__Case *)reflect_unpack(&hardstop__case__descriptor, content->data, content->size, NULL);
    if (test && (!test->setup || !test->stream)) {
        case_free(test);
        test = NULL;
    }
    return test;
}

static int check_case(Hardstop__Case *test, bool is_started, struct hs_error *err)
{
    if (!test->stream) {
        return hs_fail(err, HS_NO_OFFSET, "the case has no stream");
    }
    if (is_started && !test->setup->binary) {
        return hs_fail(err, HS_NO_OFFSET, "no setup: a stream does not say what QEMU it belongs to; give --qemu, "
                                          "--machine and --device as it was captured");
    }
    return 0;
}

static Hardstop__Case *read_content(const struct content *content, const struct setup_options *options,
                                    enum trust *trust, struct hs_error *err)
{
    Hardstop__Case *test = read_case(content, err);
    struct hs_error reason;

    if (!test && *err->text) {
        return NULL;
    }
    if (!test) {
        test = read_stream(content, options ? options->setup : NULL, err);
        /* The setup of a bare stream is what the caller typed, all of it. */
        if (trust) {
            *trust = TRUST_ALL;
        }
    } else {
        if (!test->setup) {
            test->setup = (Hardstop__Setup *)reflect_new(&hardstop__setup__descriptor);
        }
        if (options) {
            *trust = tool_apply_setup(options, test->setup);
        }
    }
    if (check_case(test, trust != NULL, &reason) < 0) {
        *err = reason;
        hs_fail_in(err, "%s", content->path);
        case_free(test);
        return NULL;
    }
    return test;
}

Hardstop__Case *tool_read_part(const char *path, const struct setup_options *options, enum trust *trust,
                               struct hs_error *err)
{
    struct content content = { .path = path };
    Hardstop__Case *test;
    const uint8_t *data;

    *err = (struct hs_error){ .offset = HS_NO_OFFSET, .text = "" };
    if (file_open(path, &data, &content.size, err) < 0) {
        return NULL;
    }
    content.data = data;
    test = open_container(&content, err) < 0 ? NULL : read_content(&content, options, trust, err);
    file_close(data);
    return test;
}

Hardstop__Case *tool_read_case(const char *path, const struct setup_options *options, enum trust *trust,
                               struct hs_error *err)
{
    Hardstop__Case *test = tool_read_part(path, options, trust, err);

    if (test && *err->text) {
        tool_fail(err);
    }
    return test;
}
