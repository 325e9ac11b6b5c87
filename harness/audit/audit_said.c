/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sums, groups and sorts what was said. */
#include "harness/audit/audit_said.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

struct audit_refusals audit_refusals(const struct audit *audit)
{
    struct audit_refusals refusals = { 0 };

    for (size_t i = 0; i < audit->n_said; i++) {
        refusals.cells += audit->said[i].cells;
        for (unsigned naming = 0; naming < NAMINGS; naming++) {
            refusals.named[naming] += audit->said[i].named & NAMING_BIT(naming) ? audit->said[i].cells : 0;
        }
    }
    return refusals;
}

/* A text without what is in quotes and without the digits of its numbers, hexadecimal where 0x says so; free it. */
static char *shape_of(const char *text)
{
    char *shape = hs_strdup(text), *out = shape;

    for (const char *at = text; *at; at++) {
        const char *end = *at == '\'' ? strchr(at + 1, '\'') : NULL;

        *out++ = *at;
        if (end) {
            at = end;
        } else if (strncmp(at, "0x", 2) == 0) {
            at += 1 + strspn(at + 2, "0123456789abcdefABCDEF");
        } else if (isdigit((unsigned char)*at)) {
            out[-1] = '0';
            at += strspn(at, "0123456789") - 1;
        }
    }
    *out = 0;
    return shape;
}

struct shaped {
    struct audit_said_group group;
    char *shape;
};

static int by_shape(const void *left, const void *right)
{
    const struct shaped *a = left, *b = right;
    const struct audit_said *said = a->group.said, *other = b->group.said;
    int order = said->named == other->named ? strcmp(a->shape, b->shape) : said->named < other->named ? -1 : 1;

    order = order || said->cells == other->cells ? order : said->cells > other->cells ? -1 : 1;
    return order ? order : strcmp(said->text, other->text);
}

static int worst_first(const void *left, const void *right)
{
    const struct audit_said_group *a = left, *b = right;
    int order = naming_rank(a->said->named) - naming_rank(b->said->named);

    order = order || a->cells == b->cells ? order : a->cells > b->cells ? -1 : 1;
    return order ? order : strcmp(a->said->text, b->said->text);
}

/* Each text that has cells, with the first run that has it; free the list and the shapes. */
static struct shaped *shape_all(const struct audit *audit, size_t *n)
{
    struct shaped *all = hs_alloc((audit->n_said + 1) * sizeof(*all));
    const struct audit_run **runs = hs_alloc((audit->n_said + 1) * sizeof(struct audit_run *));

    for (size_t i = audit->n_runs; i-- > 0;) {
        runs[audit->runs[i].said] = &audit->runs[i];
    }
    *n = 0;
    for (size_t i = 0; i < audit->n_said; i++) {
        const struct audit_said *said = &audit->said[i];

        if (said->cells) {
            all[(*n)++] = (struct shaped){ { said, runs[i + 1], said->cells, 1 }, shape_of(said->text) };
        }
    }
    free(runs);
    return all;
}

struct audit_said_group *audit_said_worst_first(const struct audit *audit, size_t *n)
{
    size_t texts;
    struct shaped *all = shape_all(audit, &texts);
    struct audit_said_group *groups = hs_alloc((texts + 1) * sizeof(*groups));

    qsort(all, texts, sizeof(*all), by_shape);
    *n = 0;
    for (size_t i = 0; i < texts; i++) {
        struct audit_said_group *last = *n ? &groups[*n - 1] : NULL;

        if (last && last->said->named == all[i].group.said->named && strcmp(all[i - 1].shape, all[i].shape) == 0) {
            last->cells += all[i].group.cells;
            last->texts++;
        } else {
            groups[(*n)++] = all[i].group;
        }
    }
    for (size_t i = 0; i < texts; i++) {
        free(all[i].shape);
    }
    free(all);
    qsort(groups, *n, sizeof(*groups), worst_first);
    return groups;
}
