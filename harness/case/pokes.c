/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Goes between numbers, names and sets by the schema's own list. */
#include "harness/case/pokes.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

enum { NUMBERS = 32 };

uint32_t case_pokes(const Hardstop__Case *test)
{
    uint32_t set = 0;

    for (size_t i = 0; i < test->n_poke; i++) {
        set |= UINT32_C(1) << (test->poke[i] & (NUMBERS - 1));
    }
    return set;
}

void case_set_pokes(Hardstop__Case *test, uint32_t set)
{
    test->poke = hs_resize(test->poke, NUMBERS, sizeof(*test->poke));
    test->n_poke = 0;
    for (unsigned i = 0; i < NUMBERS; i++) {
        if (set & UINT32_C(1) << i) {
            test->poke[test->n_poke++] = (Hardstop__Poke)i;
        }
    }
}

const char *poke_name(unsigned number)
{
    static char name[32];
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(&hardstop__poke__descriptor, (int)number);

    snprintf(name, sizeof(name), "%s", value ? value->name : "");
    for (char *at = name; *at; at++) {
        *at = (char)tolower((unsigned char)*at);
    }
    return name;
}

static bool add_named(const char *name, uint32_t *set)
{
    bool found = false;

    for (unsigned i = 0; i < NUMBERS; i++) {
        const char *own = poke_name(i);

        if (*own && (strcmp(name, "all") == 0 || strcmp(name, own) == 0)) {
            *set |= UINT32_C(1) << i;
            found = true;
        }
    }
    return found;
}

bool pokes_of_list(const char *list, uint32_t *set)
{
    char *copy = hs_strdup(list), *rest = copy, *word;
    bool all_are_names = true;

    *set = 0;
    while ((word = strsep(&rest, ","))) {
        all_are_names &= add_named(word, set);
    }
    free(copy);
    return all_are_names;
}

const char *poke_names(void)
{
    static char names[256];
    size_t used = 0;

    for (unsigned i = 0; i < NUMBERS && used < sizeof(names); i++) {
        if (*poke_name(i)) {
            used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "", poke_name(i));
        }
    }
    return names;
}
