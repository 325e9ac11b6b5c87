/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Goes between numbers, names and sets by the schema's own list. */
#include "harness/case/pokes.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

enum { NUMBERS = 32 };

const struct poke_row poke_rows[] = {
    { HARDSTOP__POKE__CONT, "devices are told that the guest runs", "when the guest was to run" },
    { HARDSTOP__POKE__CLOCK, "0.4 s pass, in eight rounds of the main loop", "when time passed" },
    { HARDSTOP__POKE__KICK, "each virtio queue is notified", "when its queues were notified" },
    { HARDSTOP__POKE__INPUT, "a packet for each NIC, bytes for each character device, a key, a button, a move",
      "when something came from outside" },
    { HARDSTOP__POKE__CONFIG, "each byte of a virtio configuration is read, and written at its bounds",
      "when the device's configuration was written" },
    { HARDSTOP__POKE__REGISTERS, "each register of the devices of the setup is read, and written at its bounds",
      "when the device's registers were written" },
    { HARDSTOP__POKE__STOP, "the guest is stopped, and its state saved",
      "when the guest was stopped and saved after use" },
    { HARDSTOP__POKE__RESET, "the machine is reset, and its state saved: what is unlike a fresh machine that was used "
                             "in the same way is left of the stream", "when the machine was reset" },
    { HARDSTOP__POKE__UNPLUG, "each device that the setup names is asked to go, then time passes",
      "when the device was to go" },
    { HARDSTOP__POKE__WATCH, "all the while: what is written to the guest's memory and to what devices are connected "
                             "to is looked at, for fresh memory of the host", "" },
    { HARDSTOP__POKE__RETRY, "after a load that was rejected: a reset, and the undamaged stream, which must give what "
                             "it gives after a stream of which nothing was read",
      "when the machine was reset and loaded the undamaged stream" },
    { 0, NULL, NULL },
};

const struct poke_row *poke_row_of(unsigned number)
{
    const struct poke_row *row = poke_rows;

    while (row->number && row->number != number) {
        row++;
    }
    return row->number ? row : NULL;
}

unsigned poke_of_name(const char *name)
{
    const struct poke_row *row = poke_rows;
    char *copy = hs_strdup(name); /* it may be what poke_name() gave */

    while (row->number && strcmp(poke_name(row->number), copy) != 0) {
        row++;
    }
    free(copy);
    return row->number;
}

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
