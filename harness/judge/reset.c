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

static void swap_sides(struct state_comparison *comparison)
{
    for (size_t i = 0; i < comparison->n && i < STATE_DIFFERENCES; i++) {
        struct state_difference *difference = &comparison->differences[i];
        char left[sizeof(difference->left)];

        memcpy(left, difference->left, sizeof(left));
        memcpy(difference->left, difference->right, sizeof(left));
        memcpy(difference->right, left, sizeof(left));
    }
}

/* The stream's sections as a state has them; NULL: it lacks one. */
static Hardstop__Stream *sections_of(const struct judgement *judgement, const uint8_t *state, size_t size)
{
    Hardstop__Stream *stream = judgement->test->stream && size ? state_adopt_any(judgement->test->stream, state, size)
                                                               : NULL;

    if (stream) {
        drop_others(stream);
    }
    return stream;
}

/* With `both`, also what only the second has; what runs by itself is left out in either case. */
static bool compare(const struct judgement *judgement, const uint8_t *fresh, size_t fresh_size, const uint8_t *used,
                    size_t used_size, bool both, struct state_comparison *left)
{
    Hardstop__Stream *a, *b;
    bool done;

    left->n = 0;
    if (fresh_size && fresh_size == used_size && memcmp(fresh, used, fresh_size) == 0) {
        return judgement->test->stream != NULL;
    }
    a = sections_of(judgement, fresh, fresh_size);
    b = sections_of(judgement, used, used_size);
    done = a && b;
    if (done) {
        state_compare(a, judgement->description, b, judgement->description, STATE_GIVEN, left);
    }
    if (done && both && !left->n) {
        state_compare(b, judgement->description, a, judgement->description, STATE_GIVEN, left);
        swap_sides(left);
    }
    stream_free(a);
    stream_free(b);
    return done;
}

bool reset_compare_states(const struct judgement *judgement, const uint8_t *fresh, size_t fresh_size,
                          const uint8_t *used, size_t used_size, struct state_comparison *left)
{
    return compare(judgement, fresh, fresh_size, used, used_size, false, left);
}

bool reset_compare(const struct judgement *judgement, const struct loader_answer *fresh, struct state_comparison *left)
{
    const struct loader_answer *actual = &judgement->actual.answer;

    return reset_compare_states(judgement, fresh->used, fresh->used_size, actual->used, actual->used_size, left);
}

bool retry_compare(const struct judgement *judgement, const struct loader_answer *fresh, struct state_comparison *left)
{
    const struct loader_answer *actual = &judgement->actual.answer;

    return compare(judgement, fresh->used, fresh->used_size, actual->used, actual->used_size, true, left);
}
