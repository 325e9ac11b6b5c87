/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an audit holds: its texts once each, its runs merged as they come. */
#include "harness/audit/audit.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/printable.h"

#define uthash_malloc(size) hs_alloc(size)
#include <uthash.h>

struct audit_text {
    UT_hash_handle hh;
    char text[];
};

static struct audit_text *new_text(const char *text, size_t length)
{
    struct audit_text *entry = hs_alloc(sizeof(*entry) + length + 1);

    memcpy(entry->text, text, length);
    return entry;
}

const char *audit_keep(struct audit *audit, const char *text)
{
    size_t length = strlen(text);
    struct audit_text *entry = NULL, *made;

    /* The usual text is printable and known: looked up as it is. */
    HASH_FIND(hh, audit->texts, text, length, entry);
    if (entry) {
        return entry->text;
    }
    made = new_text(text, length);
    printable_make(made->text);
    HASH_FIND(hh, audit->texts, made->text, length, entry);
    if (entry) {
        free(made);
        return entry->text;
    }
    HASH_ADD_KEYPTR(hh, audit->texts, made->text, length, made);
    return made->text;
}

int audit_compare_runs(const struct audit_run *left, const struct audit_run *right)
{
    int order = (left->edit > right->edit) - (left->edit < right->edit);

    order = order || left->value == right->value ? order : strcmp(left->value, right->value);
    return order ? order : (left->offset > right->offset) - (left->offset < right->offset);
}

static bool continues(const struct audit_run *last, const struct audit_run *run)
{
    return edit_kinds[run->edit].place == EDIT_AT_BYTE && last->edit == run->edit && last->value == run->value &&
           last->offset + last->count == run->offset && last->verdict == run->verdict &&
           last->message == run->message && last->said == run->said;
}

bool audit_can_add(const struct audit *audit, const struct audit_run *run)
{
    const struct audit_run *last = audit->n_runs ? &audit->runs[audit->n_runs - 1] : NULL;

    return run->count >= 1 && run->count <= UINT32_MAX - run->offset &&
           (!last || audit_compare_runs(last, run) < 0) &&
           (!last || last->edit != run->edit || strcmp(last->value, run->value) != 0 ||
            last->offset + last->count <= run->offset);
}

void audit_add(struct audit *audit, const struct audit_run *run)
{
    struct audit_run *last = audit->n_runs ? &audit->runs[audit->n_runs - 1] : NULL;
    struct audit_run kept = *run;

    kept.value = last && strcmp(last->value, run->value) == 0 ? last->value : audit_keep(audit, run->value);
    kept.message = audit_keep(audit, run->message);
    HS_CHECK(audit_can_add(audit, &kept), "%s \"%s\" at %u, %u cells, after %zu runs", edit_name(kept.edit), kept.value,
             kept.offset, kept.count, audit->n_runs);
    HS_CHECK(kept.said <= audit->n_said, "%u of %zu texts", kept.said, audit->n_said);
    audit->counts[kept.edit][kept.verdict] += kept.count;
    if (kept.said) {
        audit->said[kept.said - 1].cells += kept.count;
    }
    if (last && continues(last, &kept)) {
        last->count += kept.count;
        return;
    }
    *HS_PUSH(audit->runs, audit->n_runs) = kept;
}

uint32_t audit_add_said(struct audit *audit, const char *text, unsigned named)
{
    *HS_PUSH(audit->said, audit->n_said) = (struct audit_said){ .text = audit_keep(audit, text), .named = named };
    return (uint32_t)audit->n_said;
}

void audit_add_field(struct audit *audit, const char *path, uint32_t offset, uint32_t size)
{
    const struct audit_field *last = audit->n_fields ? &audit->fields[audit->n_fields - 1] : NULL;
    uint32_t end = last ? last->offset + last->size : 0;

    HS_CHECK(offset == end && size >= 1 && size <= UINT32_MAX - offset, "%s: %u bytes at %u, behind %u", path, size,
             offset, end);
    *HS_PUSH(audit->fields, audit->n_fields) = (struct audit_field){ audit_keep(audit, path), offset, size };
}

void audit_add_finding(struct audit *audit, const struct audit_finding *finding)
{
    struct audit_finding *kept = HS_PUSH(audit->findings, audit->n_findings);

    *kept = *finding;
    kept->value = audit_keep(audit, finding->value);
    kept->path = audit_keep(audit, finding->path);
    finding_make_printable(&kept->finding);
}

void audit_set_work(struct audit *audit, const char *work)
{
    audit->work = audit_keep(audit, work);
    for (size_t i = 0; i < audit->n_findings; i++) {
        const char **path = &audit->findings[i].path;

        if (strncmp(*path, "findings/", strlen("findings/")) == 0) {
            char *whole = hs_format("%s/%s", work, *path);

            *path = audit_keep(audit, whole);
            free(whole);
        }
    }
}

/* Of a message the part between its last two semicolons; how much differs in all depends on what a QEMU saves. */
static size_t first_difference(const char *message, const char **at)
{
    const char *end = strrchr(message, ';');

    *at = message;
    if (!end) {
        return strlen(message);
    }
    for (const char *c = message; c < end; c++) {
        if (*c == ';') {
            *at = c + 1;
        }
    }
    return (size_t)(end - *at);
}

bool audit_leaves_other(const char *message, const char *other)
{
    const char *at, *other_at;
    size_t length = first_difference(message, &at);

    return length != first_difference(other, &other_at) || memcmp(at, other_at, length) != 0;
}

const struct audit_field *audit_field_at(const struct audit *audit, uint32_t offset)
{
    size_t low = 0, high = audit->n_fields;

    /* The first field that ends behind the offset. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct audit_field *field = &audit->fields[middle];

        if (field->offset + field->size > offset) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low < audit->n_fields ? &audit->fields[low] : NULL;
}

size_t audit_run_from(const struct audit *audit, enum edit edit, const char *value, uint32_t offset)
{
    const struct audit_run wanted = { .edit = edit, .value = value, .offset = offset };
    size_t low = 0, high = audit->n_runs;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        /* A run is before the cell when its last cell is. */
        struct audit_run last = audit->runs[middle];

        last.offset += last.count - 1;
        if (audit_compare_runs(&last, &wanted) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const struct audit_run *audit_run_at(const struct audit *audit, enum edit edit, const char *value, uint32_t offset)
{
    size_t index = audit_run_from(audit, edit, value, offset);
    const struct audit_run *run = index < audit->n_runs ? &audit->runs[index] : NULL;

    return run && run->edit == edit && run->offset <= offset && strcmp(run->value, value) == 0 ? run : NULL;
}

uint64_t audit_cells(const struct audit *audit, enum edit edit)
{
    uint64_t cells = 0;

    for (int i = 0; i < VERDICT_COUNT; i++) {
        cells += audit->counts[edit][i];
    }
    return cells;
}

void audit_hard_stops(const struct audit *audit, uint64_t *stopped, uint64_t *cells)
{
    *stopped = *cells = 0;
    for (unsigned i = 0; i < edit_count; i++) {
        if (edit_changes_length((enum edit)i)) {
            *stopped += audit->counts[i][VERDICT_REJECTED];
            *cells += audit_cells(audit, (enum edit)i);
        }
    }
}

void audit_clear(struct audit *audit)
{
    struct audit_text *texts = audit->texts, *text, *next;

    HASH_ITER(hh, texts, text, next) {
        HASH_DEL(texts, text);
        free(text);
    }
    if (audit->setup) {
        hardstop__setup__free_unpacked(audit->setup, NULL);
    }
    free(audit->fields);
    free(audit->runs);
    free(audit->said);
    free(audit->findings);
    memset(audit, 0, sizeof(*audit));
}
