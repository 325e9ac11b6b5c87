/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One table of QMP commands. */
#include "harness/loader/qemu/use.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/check.h"

enum {
    PASSES_US = 300000, /* so long the guest runs, by the clock: nothing is judged by it */
    MOST_DEVICES = 8, /* that are asked to go, as -device named none of them */
};

static const struct {
    enum poke poke;
    const char *command;
    bool of_device;
} table[] = {
    { POKE_CONT, "cont", false },
    { POKE_CLOCK, NULL, false }, /* time passes by itself */
    { POKE_STOP, "stop", false },
    { POKE_RESET, "system_reset", false },
    { POKE_UNPLUG, "device_del", true },
};

const char *use_words(uint32_t pokes)
{
    static char words[128];
    size_t used = 0;

    words[0] = 0;
    for (size_t i = 0; i < HS_COUNT(table); i++) {
        if (table[i].command && pokes & POKE_BIT(table[i].poke)) {
            used += (size_t)snprintf(words + used, sizeof(words) - used, "%s%s", used ? ", " : "", table[i].command);
        }
    }
    return words;
}

/* 0 also where QEMU refuses. */
static int execute(struct qmp *qmp, const char *command, json_t *arguments, struct patience *patience,
                   struct hs_error *err)
{
    return qmp_execute(qmp, command, arguments, -1, patience, NULL, err) < 0 && qmp->failure != QMP_FAILURE_REFUSED
               ? -1
               : 0;
}

static int unplug(struct qmp *qmp, const char *command, struct patience *patience, struct hs_error *err)
{
    int result = 0;

    for (int i = 0; i < MOST_DEVICES && result == 0; i++) {
        char path[64];

        snprintf(path, sizeof(path), "/machine/peripheral-anon/device[%d]", i);
        result = execute(qmp, command, json_pack("{s:s}", "id", path), patience, err);
    }
    return result;
}

/* What a command asks for may be done only when QEMU is back in its main loop: two answers later it has been there. */
static int settle(struct qmp *qmp, struct patience *patience, struct hs_error *err)
{
    return execute(qmp, "query-status", NULL, patience, err) < 0 ? -1
                                                                 : execute(qmp, "query-status", NULL, patience, err);
}

int use_machine(struct qmp *qmp, uint32_t pokes, enum poke *at, struct patience *patience, struct hs_error *err)
{
    for (size_t i = 0; i < HS_COUNT(table); i++) {
        int result = 0;

        if (!(pokes & POKE_BIT(table[i].poke))) {
            continue;
        }
        *at = table[i].poke;
        if (!table[i].command) {
            usleep(PASSES_US);
        } else if (table[i].of_device) {
            result = unplug(qmp, table[i].command, patience, err);
        } else {
            result = execute(qmp, table[i].command, NULL, patience, err);
        }
        if (result < 0 || settle(qmp, patience, err) < 0) {
            return -1;
        }
    }
    *at = POKE_NONE;
    return 0;
}
