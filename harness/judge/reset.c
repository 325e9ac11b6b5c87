/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two machines after their resets, section by section. */
#include "harness/judge/reset.h"

#include <string.h>

#include "harness/base/check.h"
#include "harness/judge/state_bytes.h"
#include "harness/wire/map.h"

/* What goes on whatever the machine does: clocks, those with a battery too, and whether the guest runs. */
static const char *const kept[] = { "timer", "globalstate", "mc146818rtc", "todclock" };

static bool is_kept(const Hardstop__Section *section)
{
    char device[64];

    map_device_name(section, device, sizeof(device));
    for (size_t i = 0; i < HS_COUNT(kept); i++) {
        if (strcmp(kept[i], device) == 0) {
            return true;
        }
    }
    return false;
}

/* What is kept by design, and what is behind the end-of-file mark, which was never loaded. */
static void drop_others(Hardstop__Stream *stream)
{
    bool ended = false;
    size_t n = 0;

    for (size_t i = 0; i < stream->n_section; i++) {
        ended |= stream->section[i]->type == HARDSTOP__SECTION__TYPE__EOF;
        if (ended || is_kept(stream->section[i])) {
            stream_free_section(stream->section[i]);
        } else {
            stream->section[n++] = stream->section[i];
        }
    }
    stream->n_section = n;
}

static bool compare(const struct judgement *judgement, const uint8_t *fresh, size_t fresh_size, const uint8_t *used,
                    size_t used_size, enum state_scope scope, struct state_comparison *left)
{
    const Hardstop__Stream *stream = judgement->test->stream;
    Hardstop__Stream *a, *b;
    bool done = false;

    left->n = 0;
    if (!stream || !fresh_size || !used_size) {
        return false;
    }
    if (fresh_size == used_size && memcmp(fresh, used, fresh_size) == 0) {
        return true;
    }
    a = state_adopt_any(stream, fresh, fresh_size);
    b = state_adopt_any(stream, used, used_size);
    if (a && b) {
        drop_others(a);
        state_compare(a, judgement->description, b, judgement->description, scope, left);
        done = true;
    }
    stream_free(a);
    stream_free(b);
    return done;
}

bool reset_compare_states(const struct judgement *judgement, const uint8_t *fresh, size_t fresh_size,
                          const uint8_t *used, size_t used_size, struct state_comparison *left)
{
    return compare(judgement, fresh, fresh_size, used, used_size, STATE_GIVEN, left);
}

bool reset_compare(const struct judgement *judgement, const struct loader_answer *fresh, struct state_comparison *left)
{
    const struct loader_answer *actual = &judgement->actual.answer;

    return reset_compare_states(judgement, fresh->used, fresh->used_size, actual->used, actual->used_size, left);
}

bool retry_compare(const struct judgement *judgement, const struct loader_answer *fresh, struct state_comparison *left)
{
    const struct loader_answer *actual = &judgement->actual.answer;

    return compare(judgement, fresh->used, fresh->used_size, actual->used, actual->used_size, STATE_WHOLE, left);
}
