/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies an answer with all that its pointers lead to. */
#include "harness/judge/record.h"

#include <string.h>

static void keep(struct builder *copy, const void *data, size_t size)
{
    builder_reset(copy);
    builder_put(copy, data, size);
}

void record_answer(struct record *record, const struct loader_answer *answer)
{
    record->answer = *answer;
    keep(&record->text, answer->text, strlen(answer->text) + 1);
    keep(&record->printed, answer->printed ? answer->printed : "", answer->printed ? strlen(answer->printed) + 1 : 1);
    keep(&record->section, answer->section, strlen(answer->section) + 1);
    keep(&record->loaded, answer->loaded ? answer->loaded : "", answer->loaded ? strlen(answer->loaded) + 1 : 1);
    keep(&record->saved, answer->saved, answer->saved_size);
    keep(&record->used, answer->used, answer->used_size);
    record->answer.text = (const char *)record->text.data;
    record->answer.printed = answer->printed ? (const char *)record->printed.data : NULL;
    record->answer.section = (const char *)record->section.data;
    record->answer.loaded = (const char *)record->loaded.data;
    record->answer.saved = record->saved.data;
    keep(&record->written, answer->written, answer->written_size);
    record->answer.used = record->used.data;
    record->answer.written = record->written.data;
}

void record_clear(struct record *record)
{
    builder_clear(&record->text);
    builder_clear(&record->printed);
    builder_clear(&record->section);
    builder_clear(&record->loaded);
    builder_clear(&record->saved);
    builder_clear(&record->used);
    builder_clear(&record->written);
}
