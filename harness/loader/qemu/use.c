/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One table of QMP commands. */
#include "harness/loader/qemu/use.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/loader/qemu/capture.h"

enum {
    PASSES_US = 300000, /* so long the guest runs, by the clock: nothing is judged by it */
    MOST_DEVICES = 8, /* that are asked to go, as -device named none of them */
};

/* In the order of their numbers. */
static const struct {
    enum poke poke;
    const char *command; /* of QMP, or NULL */
    bool of_device, of_guest;
} table[] = {
    { POKE_CONT, "cont", false, false },
    { POKE_CLOCK, NULL, false, false }, /* time passes by itself */
    { POKE_KICK, NULL, false, true },
    { POKE_CONFIG, NULL, false, true },
    { POKE_REGISTERS, NULL, false, true },
    { POKE_STOP, "stop", false, false },
    { POKE_RESET, "system_reset", false, false },
    { POKE_UNPLUG, "device_del", true, false },
};

char *use_words(uint32_t pokes)
{
    char words[128] = "";
    size_t used = 0;

    /* One that runs is stopped first, see below. */
    pokes |= pokes & POKE_BIT(POKE_CONT) && pokes & POKE_BIT(POKE_RESET) ? POKE_BIT(POKE_STOP) : 0;
    for (size_t i = 0; i < HS_COUNT(table); i++) {
        if (table[i].command && pokes & POKE_BIT(table[i].poke)) {
            used += (size_t)snprintf(words + used, sizeof(words) - used, "%s%s", used ? ", " : "", table[i].command);
        }
    }
    return hs_strdup(words);
}

/* 0 also where QEMU refuses. */
static int execute(const struct used *used, const char *command, json_t *arguments, struct hs_error *err)
{
    struct qmp *qmp = used->qmp;

    return qmp_execute(qmp, command, arguments, -1, used->patience, NULL, err) < 0 &&
                   qmp->failure != QMP_FAILURE_REFUSED
               ? -1
               : 0;
}

static int unplug(const struct used *used, const char *command, struct hs_error *err)
{
    int result = 0;

    for (int i = 0; i < MOST_DEVICES && result == 0; i++) {
        char path[64];

        snprintf(path, sizeof(path), "/machine/peripheral-anon/device[%d]", i);
        result = execute(used, command, json_pack("{s:s}", "id", path), err);
    }
    return result;
}

/* What a guest does. */
static int act(const struct used *used, enum poke poke, struct hs_error *err)
{
    struct acts_bus bus;

    if (!used->qtest) {
        return 0;
    }
    bus = qtest_bus(used->qtest);
    if (acts_do(&bus, used->platform, poke)) {
        usleep(PASSES_US);
        return 0;
    }
    used->qmp->failure = used->qtest->is_late ? QMP_FAILURE_LATE : QMP_FAILURE_GONE;
    return hs_fail(err, HS_NO_OFFSET, "QEMU no longer answers on qtest");
}

/* What a command asks for may be done only when QEMU is back in its main loop: two answers later it has been there. */
static int settle(const struct used *used, struct hs_error *err)
{
    return execute(used, "query-status", NULL, err) < 0 ? -1 : execute(used, "query-status", NULL, err);
}

/* One that refuses goes on. */
static int save_reset(struct used *used, struct hs_error *err)
{
    int status = capture_save(used->qmp, used->patience, &used->reset, &used->reset_size, err);
    enum qmp_failure failure = used->qmp->failure;

    return status < 0 && failure != QMP_FAILURE_NONE && failure != QMP_FAILURE_REFUSED ? -1 : 0;
}

int use_machine(struct used *used, uint32_t pokes, enum poke *at, struct hs_error *err)
{
    for (size_t i = 0; i < HS_COUNT(table); i++) {
        int result = 0;

        if (!(pokes & POKE_BIT(table[i].poke)) || (table[i].of_guest && !used->qtest)) {
            continue;
        }
        *at = table[i].poke;
        if (table[i].of_guest) {
            result = act(used, table[i].poke, err);
        } else if (!table[i].command) {
            usleep(PASSES_US);
        } else if (table[i].of_device) {
            result = unplug(used, table[i].command, err);
        } else {
            /* No instruction of what starts anew is executed, as in a served QEMU. */
            result = table[i].poke == POKE_RESET ? execute(used, "stop", NULL, err) : 0;
            result = result < 0 ? result : execute(used, table[i].command, NULL, err);
        }
        if (result < 0 || settle(used, err) < 0) {
            return -1;
        }
        if (table[i].poke == POKE_RESET && save_reset(used, err) < 0) {
            return -1;
        }
    }
    *at = POKE_NONE;
    return 0;
}
