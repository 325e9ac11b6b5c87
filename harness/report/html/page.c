/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lays the audits of the HTML report out: their fields side by side, and how wide the maps are. */
#include "harness/report/html/page.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/report/html/text.h"

/* A row is short enough to be told apart from the next, and a map not longer than some screens. */
static uint32_t columns_for(uint32_t places)
{
    return places <= 4096 ? 64 : places <= 24576 ? 128 : 256;
}

static size_t add_field(struct html_page *page, const struct grid_group *group, size_t side)
{
    const struct grid_group *other = side ? grid_group_find(&page->sides[0].groups, group->name) : NULL;
    size_t index = other ? (size_t)(other - page->sides[0].groups.groups) : page->n_fields;

    if (!other) {
        page->n_fields++;
        page->fields[index] = (struct html_field){ .name = group->name, .slug = html_slug(group->name) };
    }
    page->fields[index].groups[side] = group;
    return index;
}

static int by_slug(const void *left, const void *right)
{
    const struct html_field *const *a = left, *const *b = right;
    int order = strcmp((*a)->slug, (*b)->slug);

    return order ? order : *a < *b ? -1 : *a > *b;
}

/* Names that differ in what a slug leaves out get their index; where one ends like that by itself, all get it. */
static void part_slugs(struct html_page *page)
{
    struct html_field **order = hs_alloc((page->n_fields + 1) * sizeof(*order));
    bool again = false;

    for (size_t i = 0; i < page->n_fields; i++) {
        order[i] = &page->fields[i];
    }
    qsort(order, page->n_fields, sizeof(*order), by_slug);
    for (size_t i = 1; i < page->n_fields; i++) {
        again |= strcmp(order[i - 1]->slug, order[i]->slug) == 0;
    }
    for (size_t i = 0; again && i < page->n_fields; i++) {
        char *slug = hs_format("%s-%zu", page->fields[i].slug, i);

        free(page->fields[i].slug);
        page->fields[i].slug = slug;
    }
    free(order);
}

void html_page_init(struct html_page *page)
{
    uint32_t places = 0;

    for (size_t i = 0; i < page->n_sides; i++) {
        struct html_side *side = &page->sides[i];

        grid_init(&side->grid, side->audit);
        grid_groups_init(&side->groups, side->audit);
        places = side->grid.places > places ? side->grid.places : places;
        page->fields = hs_resize(page->fields, page->n_fields + side->groups.n + 1, sizeof(*page->fields));
        side->fields = hs_alloc((side->groups.n + 1) * sizeof(*side->fields));
        for (size_t j = 0; j < side->groups.n; j++) {
            side->fields[j] = add_field(page, &side->groups.groups[j], i);
        }
    }
    page->columns = columns_for(places);
    part_slugs(page);
}

size_t html_field_index(const struct html_page *page, const char *name)
{
    for (size_t i = 0; i < page->n_sides; i++) {
        const struct grid_group *group = grid_group_find(&page->sides[i].groups, name);

        if (group) {
            return page->sides[i].fields[group - page->sides[i].groups.groups];
        }
    }
    return SIZE_MAX;
}

bool html_has_view(const struct html_page *page, int view)
{
    return page->sides[0].grid.worst[view] || (page->n_sides > 1 && page->sides[1].grid.worst[view]);
}

void html_page_clear(struct html_page *page)
{
    for (size_t i = 0; i < page->n_sides; i++) {
        grid_clear(&page->sides[i].grid);
        grid_groups_clear(&page->sides[i].groups);
        free(page->sides[i].fields);
    }
    for (size_t i = 0; i < page->n_fields; i++) {
        free(page->fields[i].slug);
    }
    free(page->fields);
}
