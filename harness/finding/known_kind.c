/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words, and which verdicts go with a kind. */
#include "harness/finding/known_kind.h"

#include <string.h>

#include "harness/base/check.h"

static const char *const kinds[KNOWN_KINDS] = {
    "assertion", "exit", "memory", "spin", "huge allocation", "accepted", "not saved as given",
};
static const char *const scopes[KNOWN_SCOPES] = { "machine listed", "only without KVM" };
static const char *const reaches[KNOWN_REACHES] = { "shown", "not shown" };

static int find(const char *const *names, int n, const char *name)
{
    int i = 0;

    while (i < n && strcmp(names[i], name) != 0) {
        i++;
    }
    return i;
}

const char *known_kind_name(enum known_kind kind)
{
    HS_CHECK(kind < KNOWN_KINDS, "%d", kind);
    return kinds[kind];
}

const char *known_scope_name(enum known_scope scope)
{
    HS_CHECK(scope < KNOWN_SCOPES, "%d", scope);
    return scopes[scope];
}

const char *known_reach_name(enum known_reach reach)
{
    HS_CHECK(reach < KNOWN_REACHES, "%d", reach);
    return reaches[reach];
}

enum known_kind known_kind_find(const char *name)
{
    return (enum known_kind)find(kinds, KNOWN_KINDS, name);
}

enum known_scope known_scope_find(const char *name)
{
    return (enum known_scope)find(scopes, KNOWN_SCOPES, name);
}

enum known_reach known_reach_find(const char *name)
{
    return (enum known_reach)find(reaches, KNOWN_REACHES, name);
}

bool known_kind_fits(enum known_kind kind, enum verdict verdict, const char *property)
{
    bool accepted = verdict == VERDICT_EQUAL || verdict == VERDICT_GARBAGE;

    switch (kind) {
    case KNOWN_KIND_ASSERTION:
    case KNOWN_KIND_EXIT:
    case KNOWN_KIND_MEMORY:
        return verdict == VERDICT_CRASHED &&
               (strcmp(property, "loader-survives") == 0 || strcmp(property, "accepted-survives-use") == 0);
    case KNOWN_KIND_SPIN:
        return verdict == VERDICT_HUNG && strcmp(property, "loader-answers") == 0;
    case KNOWN_KIND_HUGE_ALLOCATION:
        return verdict == VERDICT_CRASHED && strcmp(property, "loader-answers") == 0;
    case KNOWN_KIND_ACCEPTED:
        return accepted && strcmp(property, "accepted-resaves-equal") != 0;
    case KNOWN_KIND_NOT_SAVED:
        return accepted && strcmp(property, "accepted-resaves-equal") == 0;
    default:
        return false;
    }
}

bool known_is_twin(const char *text)
{
    size_t name = strspn(text, "abcdefghijklmnopqrstuvwxyz_0123456789");

    return strcmp(text, "none") == 0 || (name && strcmp(text + name, "()") == 0);
}
