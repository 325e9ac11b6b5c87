/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sorts cells into kinds, judges one of each, and merges those of one signature. */
#include "harness/audit/audit_findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/audit/edit/edit_plan.h"
#include "harness/base/alloc.h"
#include "harness/message/reflect.h"

#define uthash_malloc(size) hs_alloc(size)
#include <uthash.h>

struct kind {
    char *key;
    const struct audit_run *run;
    uint32_t offset; /* of the first cell */
    uint32_t cells;
    UT_hash_handle hh;
};

/* Which of the findings has a signature. */
struct signature {
    uint64_t value;
    size_t index;
    UT_hash_handle hh;
};

struct search {
    struct audit *audit;
    struct oracle *oracle;
    const Hardstop__Case *test;
    size_t section;
    const char *folder;
    struct judgement judgement;
    struct audit_finding *found;
    size_t n_found;
    struct signature *signatures;
};

static char *key_of(const struct audit_run *run, const char *path)
{
    bool by_words = run->verdict == VERDICT_CRASHED || run->verdict == VERDICT_HUNG;
    char field[256];

    map_path_without_indexes(path, field, sizeof(field));
    return hs_format("%d %d %s %s %s", run->edit, run->verdict, edit_changes_length(run->edit) ? "" : run->value, field,
                     by_words ? run->message : "");
}

static void add_cells(struct kind **kinds, const struct audit_run *run, const char *path, uint32_t offset,
                      uint32_t cells)
{
    char *key = key_of(run, path);
    struct kind *kind;

    HASH_FIND_STR(*kinds, key, kind);
    if (kind) {
        free(key);
    } else {
        kind = hs_alloc(sizeof(*kind));
        kind->key = key;
        kind->run = run;
        kind->offset = offset;
        HASH_ADD_KEYPTR(hh, *kinds, kind->key, strlen(kind->key), kind);
    }
    kind->cells += cells;
}

/* A run can go over several fields. */
static void sort_run(struct kind **kinds, const struct audit *audit, const struct audit_run *run)
{
    uint32_t at = run->offset, end = run->offset + run->count;

    while (at < end) {
        const struct audit_field *field = audit_field_at(audit, at);
        uint32_t stop = field && field->offset + field->size < end ? field->offset + field->size : end;

        add_cells(kinds, run, field ? field->path : "", at, stop - at);
        at = stop;
    }
}

static bool is_kept(const struct audit_run *run)
{
    return run->verdict != VERDICT_REJECTED && run->verdict != VERDICT_UNKNOWN;
}

/* The finding of that signature; `is_new`: there was none, and it is all zero. */
static struct audit_finding *find_signature(struct search *search, uint64_t value, bool *is_new)
{
    struct signature *signature;

    HASH_FIND(hh, search->signatures, &value, sizeof(value), signature);
    *is_new = !signature;
    if (signature) {
        return &search->found[signature->index];
    }
    signature = hs_alloc(sizeof(*signature));
    signature->value = value;
    signature->index = search->n_found;
    HASH_ADD(hh, search->signatures, value, sizeof(value), signature);
    return HS_PUSH(search->found, search->n_found);
}

static void forget_signatures(struct search *search)
{
    struct signature *signature, *next;

    HASH_ITER(hh, search->signatures, signature, next) {
        HASH_DEL(search->signatures, signature);
        free(signature);
    }
}

static int add_finding(struct search *search, const struct kind *kind, const struct finding *finding,
                       struct hs_error *err)
{
    bool is_new;
    struct audit_finding *found = find_signature(search, finding->signature, &is_new);
    char *path;

    if (!is_new) {
        found->cells += kind->cells;
        return 0;
    }
    *found = (struct audit_finding){
        .finding = *finding, .edit = kind->run->edit, .value = kind->run->value, .offset = kind->offset,
        .cells = kind->cells, .path = "",
    };
    if (search->folder) {
        path = finding_case_path(search->folder, finding);
        found->path = audit_keep(search->audit, path);
        free(path);
        return finding_save(search->folder, finding, search->judgement.test, err);
    }
    return 0;
}

static int judge(struct search *search, const struct kind *kind, struct hs_error *err)
{
    Hardstop__Damage *damage = edit_damage(search->test, search->section, kind->run->edit, kind->run->value,
                                            kind->offset);
    Hardstop__Case damaged = *search->test;
    struct finding finding;
    int result;

    damaged.damage = &damage;
    damaged.n_damage = 1;
    result = oracle_judge(search->oracle, &damaged, &search->judgement, err);
    if (result == 0 && finding_of(&search->judgement, &finding)) {
        result = add_finding(search, kind, &finding, err);
    }
    reflect_free(&damage->base);
    return result < 0 ? -1 : 0;
}

/* HASH_SORT keeps the order of kinds that compare equal: it is the audit's. */
static int worst_kind_first(const struct kind *a, const struct kind *b)
{
    return verdict_severity(b->run->verdict) - verdict_severity(a->run->verdict);
}

static int worst_first(const void *left, const void *right)
{
    const struct audit_finding *a = left, *b = right;

    return finding_compare(&a->finding, &b->finding);
}

int audit_find(struct audit *audit, struct oracle *oracle, const Hardstop__Case *test, size_t section,
               const char *folder, struct hs_error *err)
{
    struct search search = {
        .audit = audit, .oracle = oracle, .test = test, .section = section, .folder = folder,
    };
    struct kind *kinds = NULL, *kind, *next;
    int result = 0;

    for (size_t i = 0; i < audit->n_runs; i++) {
        if (is_kept(&audit->runs[i])) {
            sort_run(&kinds, audit, &audit->runs[i]);
        }
    }
    /* Of kinds that share a signature, the first says what the finding is. */
    HASH_SORT(kinds, worst_kind_first);
    HASH_ITER(hh, kinds, kind, next) {
        result = result < 0 ? -1 : judge(&search, kind, err);
        HASH_DEL(kinds, kind);
        free(kind->key);
        free(kind);
    }
    if (search.n_found) {
        qsort(search.found, search.n_found, sizeof(*search.found), worst_first);
    }
    for (size_t i = 0; i < search.n_found && result == 0; i++) {
        audit_add_finding(audit, &search.found[i]);
    }
    free(search.found);
    forget_signatures(&search);
    judgement_clear(&search.judgement);
    return result;
}
