/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A few descriptions, the least recently used given up for a new one. */
#include "harness/wire/vmdesc_cache.h"

#include <string.h>

#include "harness/base/alloc.h"

enum { KEPT = 4 };

static struct {
    struct vmdesc vmdesc;
    unsigned long used;
} kept[KEPT];
static unsigned long uses;

static bool is_of(const struct vmdesc *vmdesc, const ProtobufCBinaryData *json)
{
    return vmdesc->root && vmdesc->text_size == json->len && memcmp(vmdesc->text, json->data, json->len) == 0;
}

void vmdesc_take(struct vmdesc *vmdesc, const ProtobufCBinaryData *json)
{
    memset(vmdesc, 0, sizeof(*vmdesc));
    for (size_t i = 0; json && i < KEPT; i++) {
        if (is_of(&kept[i].vmdesc, json)) {
            *vmdesc = kept[i].vmdesc;
            memset(&kept[i], 0, sizeof(kept[i]));
            /* As if parsed anew: what can be walked does not depend on what was, before. */
            vmdesc->spent += VMDESC_BUDGET - vmdesc->budget;
            vmdesc->budget = VMDESC_BUDGET;
            return;
        }
    }
    if (json && vmdesc_parse(vmdesc, json->data, json->len, NULL) == 0) {
        vmdesc->text = hs_copy(json->data, json->len);
        vmdesc->text_size = json->len;
    }
}

void vmdesc_give_back(struct vmdesc *vmdesc)
{
    size_t oldest = 0;

    /* Where a device made no sense, half of the budget went; and of many bombs each may cost little less. */
    if (!vmdesc->root || vmdesc->budget <= VMDESC_BUDGET / 2 || vmdesc->spent > VMDESC_BUDGET) {
        vmdesc_clear(vmdesc);
        return;
    }
    for (size_t i = 1; i < KEPT; i++) {
        oldest = kept[i].used < kept[oldest].used ? i : oldest;
    }
    vmdesc_clear(&kept[oldest].vmdesc);
    kept[oldest].vmdesc = *vmdesc;
    kept[oldest].used = ++uses;
    memset(vmdesc, 0, sizeof(*vmdesc));
}
