/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges after the loads, when each text is there once: no load waits for it. */
#include "harness/audit/sweep/said.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/printable.h"

/* What is known of one answer. */
struct sweep_said_answer {
    char message[SWEEP_TEXT]; /* the text's first line */
    bool is_judged; /* for this section, in a header or not: */
    size_t section;
    bool is_header;
    unsigned named; /* as naming_judge_section() has it */
    uint32_t numbers[1u << NAMINGS]; /* by what is named: in the audit's list; 0: not there yet */
};

void sweep_said_init(struct sweep_said *said, const struct sweep_plan *plan, const struct sweep_answers *answers,
                     struct audit *audit)
{
    *said = (struct sweep_said){ plan, answers, audit, hs_alloc(answers->n * sizeof(struct sweep_said_answer *)) };
}

void sweep_said_clear(struct sweep_said *said)
{
    for (uint32_t i = 0; i < said->answers->n; i++) {
        free(said->memos[i]);
    }
    free(said->memos);
}

static struct sweep_said_answer *memo_of(struct sweep_said *said, uint32_t answer)
{
    struct sweep_said_answer **memo = &said->memos[answer];

    if (!*memo) {
        const char *text = said->answers->list[answer].text, *end = strstr(text, NAMING_BREAK);

        *memo = hs_alloc(sizeof(**memo));
        snprintf((*memo)->message, SWEEP_TEXT, "%.*s", end ? (int)(end - text) : SWEEP_TEXT - 1, text);
    }
    return *memo;
}

/* What the map has at an offset of the target; NULL behind its end. */
static const struct map_entry *entry_at(const struct sweep_plan *plan, uint32_t offset)
{
    return offset < plan->target.bytes ? map_at(&plan->map, plan->target.base + offset) : NULL;
}

static void judge_section(const struct sweep_said *said, struct sweep_said_answer *memo, const char *text,
                          size_t index, bool is_header)
{
    const Hardstop__Stream *stream = said->plan->test->stream;
    const Hardstop__Section *section = index < stream->n_section ? stream->section[index] : NULL;
    bool is_named = section && section->has_idstr;
    struct naming_place place = { .path = "", .is_header = is_header };
    char *idstr;

    if (memo->is_judged && memo->section == index && memo->is_header == is_header) {
        return;
    }
    place.idstr = idstr = printable_copy(is_named ? (const char *)section->idstr.data : "",
                                         is_named ? section->idstr.len : 0);
    place.section_id = section ? section->section_id : 0;
    place.instance_id = section ? section->instance_id : 0;
    memo->is_judged = true;
    memo->section = index;
    memo->is_header = is_header;
    memo->named = naming_judge_section(text, &place);
    free(idstr);
}

void sweep_said_judge(struct sweep_said *said, uint32_t answer, struct audit_run *run)
{
    const struct sweep_plan *plan = said->plan;
    const char *text = said->answers->list[answer].text, *path;
    struct sweep_said_answer *memo = memo_of(said, answer);
    const struct map_entry *entry = entry_at(plan, run->offset);
    size_t section = entry ? entry->section : plan->target.section, left;
    unsigned named;

    judge_section(said, memo, text, section,
                  entry && (entry->part == FIELD_PART_SECTION_TYPE || entry->part == FIELD_PART_SECTION_HEADER));
    path = entry && edit_kinds[run->edit].place != EDIT_AT_SECTION ? entry->path : "";
    named = naming_judge_field(text, path, memo->named);
    if (!memo->numbers[named]) {
        memo->numbers[named] = audit_add_said(said->audit, text, named);
    }
    run->said = memo->numbers[named];
    run->message = memo->message;
    left = entry ? entry->offset + entry->size - plan->target.base - run->offset : run->count;
    run->count = run->count < left ? run->count : (uint32_t)left;
}
