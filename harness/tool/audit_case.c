/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads or captures a stream, and keeps of it what an audit loads. */
#include "harness/tool/audit_case.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/case/reframe.h"
#include "harness/loader/capture.h"
#include "harness/audit/sweep/sweep.h"
#include "harness/tool/read_case.h"

static Hardstop__Case *capture(const Hardstop__Setup *setup, struct hs_error *err)
{
    Hardstop__Stream *stream = capture_decoded(setup, TRUST_ALL, err);

    return stream ? case_of_stream(stream, setup, CASE_KEEP_ALL) : NULL;
}

/* The first section of a device, or SIZE_MAX. */
static size_t find_device(const Hardstop__Stream *stream)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        if (stream->section[i]->type == HARDSTOP__SECTION__TYPE__FULL) {
            return i;
        }
    }
    return SIZE_MAX;
}

static bool is_wanted(const Hardstop__Section *section, const char *part)
{
    if (section->type != HARDSTOP__SECTION__TYPE__FULL) {
        return false;
    }
    return part ? case_section_has(section, part) : section_is_described(section);
}

static size_t find_section(const Hardstop__Stream *stream, const char *part)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        if (is_wanted(stream->section[i], part)) {
            return i;
        }
    }
    return part ? SIZE_MAX : find_device(stream);
}

static int choose(struct audit_case *subject, const char *part, bool whole, struct hs_error *err)
{
    Hardstop__Stream *stream = subject->test->stream;
    size_t index = whole ? find_device(stream) : find_section(stream, part);

    if (index >= stream->n_section) {
        return part ? case_fail_section(stream, part, err)
                    : hs_fail(err, HS_NO_OFFSET, "no section of a device; hardstop show names the sections");
    }
    case_keep_from(subject->test, index);
    subject->section = whole ? EDIT_WHOLE : 0;
    return 0;
}

int audit_case_open(struct audit_case *subject, const char *path, const struct setup_options *setup, const char *part,
                    bool whole, struct hs_error *err)
{
    memset(subject, 0, sizeof(*subject));
    subject->trust = TRUST_ALL;
    subject->test = path ? tool_read_case(path, setup, &subject->trust, err) : capture(setup->setup, err);
    if (!subject->test) {
        return -1;
    }
    if (subject->test->n_damage) {
        return hs_fail(err, HS_NO_OFFSET, "%s: the case has damages of its own; an audit does all of them itself",
                       path);
    }
    if (setup->setup->has_framing) {
        case_set_framing(subject->test, setup->setup->framing);
    }
    return choose(subject, part, whole, err);
}

void audit_case_clear(struct audit_case *subject)
{
    case_free(subject->test);
    memset(subject, 0, sizeof(*subject));
}
