/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts findings and lines of the list of known ones together. */
#include "harness/report/listed.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/case/pokes.h"

static const char *const names[LISTED_STATUSES] = { "new", "known", "fixed", "unclear" };

const char *listed_status_name(enum listed_status status)
{
    return names[status];
}

enum listed_status listed_status_find(const char *name)
{
    int status = 0;

    while (status < LISTED_STATUSES && strcmp(names[status], name) != 0) {
        status++;
    }
    return (enum listed_status)status;
}

static const struct finding *finding_of_line(const struct listed *listed, const struct known_line *line)
{
    for (size_t i = 0; i < listed->n_findings; i++) {
        if (known_shows(line, listed->findings[i].signature)) {
            return &listed->findings[i];
        }
    }
    return NULL;
}

void listed_make(struct listed *listed)
{
    for (size_t i = 0; i < listed->n_findings; i++) {
        if (!known_of_signature(listed->known, listed->findings[i].signature)) {
            *HS_PUSH(listed->rows, listed->n) =
                (struct listed_row){ .status = LISTED_NEW, .finding = &listed->findings[i] };
        }
    }
    for (size_t i = 0; i < listed->known->n; i++) {
        const struct known_line *line = &listed->known->lines[i];

        *HS_PUSH(listed->rows, listed->n) = (struct listed_row){
            .status = LISTED_KNOWN, .line = line, .finding = finding_of_line(listed, line),
        };
    }
}

void listed_clear(struct listed *listed)
{
    free(listed->rows);
    listed->rows = NULL;
    listed->n = 0;
}

enum verdict listed_verdict(const struct listed_row *row)
{
    return row->finding ? row->finding->verdict : row->line->verdict;
}

bool listed_is_wanted(const struct listed *listed, enum listed_status status, enum verdict verdict)
{
    return (listed->status == LISTED_STATUSES || listed->status == status) &&
           (listed->verdict == VERDICT_COUNT || listed->verdict == verdict);
}

enum listed_status listed_status_of(const struct listed *listed, const struct finding *finding)
{
    enum listed_status status = LISTED_NEW;

    for (size_t i = 0; i < listed->n; i++) {
        const struct listed_row *row = &listed->rows[i];

        if (row->line && row->status > status && known_shows(row->line, finding->signature)) {
            status = row->status;
        }
    }
    return status;
}

json_t *listed_poke_json(const struct finding *finding)
{
    return finding->poke == POKES ? json_null() : json_string(poke_name(finding->poke));
}
