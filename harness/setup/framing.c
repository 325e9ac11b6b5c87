/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of framings. */
#include "harness/setup/framing.h"

#include <string.h>

#define FOOTERS(value) "migration.send-section-footer=" value

const struct setup_framing setup_framings[SETUP_FRAMINGS] = {
    [HARDSTOP__FRAMING__LEGACY] = { "legacy", "footers off", "legacy: no footer tells where a section ends",
                                    STREAM_LEGACY, { FOOTERS("off") } },
    [HARDSTOP__FRAMING__FOOTER] = { "footer", "footers on", "footer: a mark behind each section", STREAM_FOOTER,
                                    { FOOTERS("on") } },
    [HARDSTOP__FRAMING__SIZED] = { "sized", "lengths", "sized: each device's section says how long it is",
                                   STREAM_SIZED, { FOOTERS("off"), "migration.x-section-length=on" } },
};

const struct setup_framing *setup_framing_find(const char *name)
{
    for (size_t i = 0; i < SETUP_FRAMINGS; i++) {
        if (strcmp(setup_framings[i].name, name) == 0) {
            return &setup_framings[i];
        }
    }
    return NULL;
}

const struct setup_framing *setup_framing_of(const Hardstop__Setup *setup)
{
    return setup->has_framing && (unsigned)setup->framing < SETUP_FRAMINGS ? &setup_framings[setup->framing] : NULL;
}

enum stream_framing setup_reading(const Hardstop__Setup *setup)
{
    const struct setup_framing *framing = setup ? setup_framing_of(setup) : NULL;

    return framing ? framing->reading : STREAM_ANY;
}

void setup_set_framing(Hardstop__Setup *setup, const struct setup_framing *framing)
{
    setup->has_framing = true;
    setup->framing = (Hardstop__Framing)(framing - setup_framings);
}
