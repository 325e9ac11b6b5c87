/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds and drops what frames a section. */
#include "harness/case/reframe.h"

#include "harness/message/reflect.h"

static void set_footer(Hardstop__Section *section, bool wanted)
{
    if (section->footer && !wanted) {
        hardstop__footer__free_unpacked(section->footer, NULL);
        section->footer = NULL;
    }
    if (!section->footer && wanted && section->type != HARDSTOP__SECTION__TYPE__EOF &&
        section->type != HARDSTOP__SECTION__TYPE__COMMAND) {
        section->footer = (Hardstop__Footer *)reflect_new(&hardstop__footer__descriptor);
    }
}

static void set_length(Hardstop__Section *section, bool wanted)
{
    if (section->length && !wanted) {
        hardstop__length__free_unpacked(section->length, NULL);
        section->length = NULL;
    }
    if (!section->length && wanted && section->type == HARDSTOP__SECTION__TYPE__FULL) {
        section->length = (Hardstop__Length *)reflect_new(&hardstop__length__descriptor);
    }
}

void case_set_framing(Hardstop__Case *test, Hardstop__Framing framing)
{
    case_check_captured(test);
    for (size_t i = 0; i < test->stream->n_section; i++) {
        set_length(test->stream->section[i], framing == HARDSTOP__FRAMING__SIZED);
        set_footer(test->stream->section[i], framing == HARDSTOP__FRAMING__FOOTER);
    }
    test->setup->has_framing = true;
    test->setup->framing = framing;
    if (test->has_captured) {
        case_mark_captured(test);
    }
}
