/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a QEMU over and over how far its load is. */
#include "harness/loader/qemu/arrival.h"

#include <string.h>

static bool is(json_t *object, const char *key, const char *value)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text && strcmp(text, value) == 0;
}

/* Asks once how far the load is; UNKNOWN while it goes on. */
static int ask(struct qmp *qmp, struct patience *patience, enum outcome *outcome, struct hs_error *err)
{
    json_t *migration, *guest;

    if (qmp_execute(qmp, "query-migrate", NULL, -1, patience, &migration, err) < 0) {
        return -1;
    }
    if (qmp_execute(qmp, "query-status", NULL, -1, patience, &guest, err) < 0) {
        json_decref(migration);
        return -1;
    }
    if (is(migration, "status", "failed")) {
        *outcome = OUTCOME_REJECTED;
    } else if (is(migration, "status", "completed") || !is(guest, "status", "inmigrate")) {
        *outcome = OUTCOME_ACCEPTED;
    }
    json_decref(migration);
    json_decref(guest);
    return 0;
}

int arrival_await(struct qmp *qmp, struct patience *patience, enum outcome *outcome, struct hs_error *err)
{
    if (qmp_execute(qmp, "qmp_capabilities", NULL, -1, patience, NULL, err) < 0) {
        return -1;
    }
    for (;;) {
        if (ask(qmp, patience, outcome, err) < 0 || *outcome != OUTCOME_UNKNOWN) {
            return *outcome == OUTCOME_UNKNOWN ? -1 : 0;
        }
        patience_rest(patience);
        if (patience_is_over(patience)) {
            qmp->failure = QMP_FAILURE_LATE;
            return -1;
        }
    }
}
