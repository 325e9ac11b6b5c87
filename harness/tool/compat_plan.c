/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks each QEMU for its machine types, and lists the meetings of those that two have. */
#include "harness/tool/compat_plan.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/finding/replay.h"
#include "harness/judge/versions.h"
#include "harness/loader/inventory.h"
#include "harness/message/reflect.h"
#include "harness/setup/program.h"
#include "harness/setup/setup.h"

/* The machine types of one transport, and who has each. */
struct types {
    char **names;
    size_t n;
    bool (*has)[MEETING_SIDES];
};

/* "pc-q35-" of "pc-q35-7.2"; the whole of a name without a version. */
static size_t stem_length(const char *machine)
{
    size_t length = strlen(machine);

    while (length && (isdigit((unsigned char)machine[length - 1]) || machine[length - 1] == '.')) {
        length--;
    }
    return length ? length : strlen(machine);
}

static bool is_type_of(const char *name, const char *standard)
{
    size_t length = stem_length(standard);

    return strncmp(name, standard, length) == 0 && strlen(standard) == length
               ? !name[length]
               : strncmp(name, standard, length) == 0 && isdigit((unsigned char)name[length]) && strchr(name, '.');
}

/* Those of x86's other machine with PCI have the devices of that transport, too, where they are asked for by name. */
static bool is_wanted_besides(const struct compat_plan *plan, enum family_transport transport, const char *name)
{
    bool wanted = false;

    for (size_t i = 0; i < plan->n_machines; i++) {
        wanted |= strcmp(plan->machines[i], name) == 0;
    }
    return wanted && transport == FAMILY_PCI && is_type_of(name, "pc-i440fx-7.2");
}

static size_t find_type(struct types *types, const char *name)
{
    size_t i = 0;

    while (i < types->n && strcmp(types->names[i], name) != 0) {
        i++;
    }
    if (i == types->n) {
        *HS_PUSH(types->names, types->n) = hs_strdup(name);
        types->has = hs_resize(types->has, types->n, sizeof(*types->has));
        memset(types->has[i], 0, sizeof(*types->has));
    }
    return i;
}

static void set(char **text, const char *value)
{
    free(*text);
    *text = hs_strdup(value);
}

/* The program of that build for a transport; NULL: there is none.  Free it. */
static char *program_of(const struct compat_plan *plan, size_t side, enum family_transport transport)
{
    char *path = program_beside(plan->programs[side], family_transport_binary(transport));
    char *found = path ? program_find(path, NULL) : NULL;

    free(path);
    return found;
}

/* A setup of a transport: of the family, or, NULL, with what the machine has by itself. */
static Hardstop__Setup *setup_of(const struct family *family, enum family_transport transport)
{
    Hardstop__Setup *setup = family_setup(family ? family : family_find("rng"), transport, HARDSTOP__FRAMING__FOOTER);

    if (!family && setup) {
        while (setup->n_device) {
            free(setup->device[--setup->n_device]);
        }
        setup->has_defaults = setup->defaults = true;
    }
    return setup;
}

static int read_types(const struct compat_plan *plan, enum family_transport transport, struct types *types,
                      struct hs_error *err)
{
    Hardstop__Setup *setup = setup_of(NULL, transport);
    char *standard = hs_strdup(setup->machine);
    int result = 0;

    for (size_t i = 0; i < plan->n_programs && result == 0; i++) {
        struct inventory inventory;
        char *path = program_of(plan, i, transport);

        if (path) {
            set(&setup->binary, path);
            set(&setup->machine, "none");
            result = inventory_read(setup, TRUST_ALL, &inventory, err);
            for (size_t k = 0; k < inventory.n_machines; k++) {
                const char *name = inventory.machines[k];

                if (is_type_of(name, standard) || is_wanted_besides(plan, transport, name)) {
                    size_t at = find_type(types, name);

                    types->has[at][i] = true;
                }
            }
            inventory_clear(&inventory);
        }
        free(path);
    }
    free(standard);
    hardstop__setup__free_unpacked(setup, NULL);
    return result;
}

static void clear_types(struct types *types)
{
    for (size_t i = 0; i < types->n; i++) {
        free(types->names[i]);
    }
    free(types->names);
    free(types->has);
}

static bool is_named(char *const *names, size_t n, const char *name)
{
    bool named = n == 0;

    for (size_t i = 0; i < n; i++) {
        named |= strcmp(names[i], name) == 0;
    }
    return named;
}

/* Do the two meet with that type: is it said, or the newest or the oldest that both have? */
static bool meet_with(const struct compat_plan *plan, const struct types *types, size_t at, size_t one, size_t other)
{
    bool newest = true, oldest = true;

    if (!types->has[at][one] || !types->has[at][other] || one == other) {
        return false;
    }
    if (plan->n_machines || plan->choice == COMPAT_MACHINES_ALL) {
        return is_named(plan->machines, plan->n_machines, types->names[at]);
    }
    for (size_t i = 0; i < types->n; i++) {
        if (types->has[i][one] && types->has[i][other]) {
            int order = versions_order(types->names[i], types->names[at]);

            newest &= order <= 0;
            oldest &= order >= 0;
        }
    }
    return newest || (oldest && plan->choice == COMPAT_MACHINES_ENDS);
}

Hardstop__Case *compat_plan_seed(const struct compat_plan *plan, const struct family *family,
                                 enum family_transport transport)
{
    char *path = hs_format("%s/%s/%s.textproto", plan->seeds, family_transport_name(transport), family->name);
    Hardstop__Case *seed = access(path, R_OK) == 0 ? case_read(path, NULL) : NULL;

    free(path);
    return seed;
}

static void add_side(struct compat_plan *plan, struct meeting *meeting, size_t side, enum family_transport transport,
                     const struct family *family, const char *machine)
{
    Hardstop__Setup *setup = setup_of(family, transport);
    char *path = program_of(plan, side, transport);

    set(&setup->binary, path);
    set(&setup->machine, machine);
    free(path);
    meeting->names[meeting->n] = plan->versions[side];
    meeting->setups[meeting->n++] = setup;
}

static void add_meeting(struct compat_plan *plan, const struct types *types, size_t at,
                        enum family_transport transport, const struct family *family)
{
    struct meeting meeting = {
        .transport = family_transport_name(transport), .device = family ? family->name : COMPAT_MACHINE,
        .family = family, .states = plan->states, .folder = plan->folder,
    };
    size_t sides[MEETING_SIDES];

    for (size_t i = 0; i < plan->n_programs; i++) {
        bool meets = false;

        for (size_t k = 0; k < plan->n_programs; k++) {
            meets |= meet_with(plan, types, at, i, k);
        }
        if (meets) {
            sides[meeting.n] = i;
            add_side(plan, &meeting, i, transport, family, types->names[at]);
        }
    }
    for (size_t i = 0; i < meeting.n; i++) {
        for (size_t k = 0; k < meeting.n; k++) {
            meeting.sends[i][k] = meet_with(plan, types, at, sides[i], sides[k]);
        }
    }
    if (meeting.n) {
        meeting.seed = family && plan->states.canary ? compat_plan_seed(plan, family, transport) : NULL;
        *HS_PUSH(plan->meetings, plan->n_meetings) = meeting;
    }
}

bool compat_plan_wants(const struct compat_plan *plan, const char *device)
{
    return is_named(plan->devices, plan->n_devices, device);
}

bool compat_plan_has(const struct compat_plan *plan, const struct family *family, enum family_transport transport)
{
    return family->device[transport] && !family->blocked &&
           (!family->host || access(family->host, R_OK | W_OK) == 0) &&
           compat_plan_wants(plan, family->name);
}

static int add_transport(struct compat_plan *plan, enum family_transport transport, struct hs_error *err)
{
    struct types types = { 0 };
    int result = read_types(plan, transport, &types, err);

    for (size_t at = 0; at < types.n && result == 0; at++) {
        for (const struct family *family = families; family->name; family++) {
            if (compat_plan_has(plan, family, transport)) {
                add_meeting(plan, &types, at, transport, family);
            }
        }
        /* Once for each QEMU: what is behind a root port has no machine of its own. */
        if (transport != FAMILY_PCIE && (plan->states.fresh || plan->states.booted || plan->states.layout) &&
            compat_plan_wants(plan, COMPAT_MACHINE)) {
            add_meeting(plan, &types, at, transport, NULL);
        }
    }
    clear_types(&types);
    return result;
}

static bool is_of_one_version(const struct compat_plan *plan, size_t at)
{
    for (size_t i = 0; i < plan->n_programs; i++) {
        if (i != at && strcmp(plan->versions[i], plan->versions[at]) == 0) {
            return false;
        }
    }
    return true;
}

/* Two of one version are told apart by their paths, of which the end says most. */
static int name_versions(struct compat_plan *plan, struct hs_error *err)
{
    bool alone[MEETING_SIDES];

    for (size_t i = 0; i < plan->n_programs; i++) {
        if (replay_version(plan->programs[i], plan->versions[i], err) < 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < plan->n_programs; i++) {
        alone[i] = is_of_one_version(plan, i);
    }
    for (size_t i = 0; i < plan->n_programs; i++) {
        size_t length = strlen(plan->programs[i]), room = sizeof(plan->versions[i]) - 1;

        if (!alone[i]) {
            snprintf(plan->versions[i], room + 1, "%s", plan->programs[i] + (length > room ? length - room : 0));
        }
    }
    return 0;
}

static bool is_met_with(const struct compat_plan *plan, const char *machine)
{
    for (size_t i = 0; i < plan->n_meetings; i++) {
        if (strcmp(plan->meetings[i].setups[0]->machine, machine) == 0) {
            return true;
        }
    }
    return false;
}

int compat_plan_make(struct compat_plan *plan, struct hs_error *err)
{
    if (name_versions(plan, err) < 0) {
        return -1;
    }
    for (int i = 0; i < FAMILY_TRANSPORTS; i++) {
        if ((plan->transport == FAMILY_TRANSPORTS || plan->transport == (enum family_transport)i) &&
            add_transport(plan, (enum family_transport)i, err) < 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < plan->n_machines; i++) {
        if (!is_met_with(plan, plan->machines[i])) {
            return hs_fail(err, HS_NO_OFFSET, "no machine type %s that two of these QEMUs have, and devices of this "
                                              "choice on it; --machines knows s390-ccw-virtio, pc-q35, pc-i440fx and "
                                              "microvm, --from and --to any", plan->machines[i]);
        }
    }
    return plan->n_meetings ? 0 : hs_fail(err, HS_NO_OFFSET, "no machine type that two of these QEMUs have, and "
                                                             "devices of this choice on it");
}

/* How much of a canary state there is to lose; a machine's own devices go before. */
static size_t weight_of(const struct meeting *meeting)
{
    return !meeting->family ? SIZE_MAX : meeting->seed ? hardstop__case__get_packed_size(meeting->seed) : 0;
}

static int by_telling(const void *left, const void *right, void *user)
{
    const struct compat_plan *plan = user;
    size_t a = *(const size_t *)left, b = *(const size_t *)right;
    const char *one = plan->meetings[a].setups[0]->machine, *other = plan->meetings[b].setups[0]->machine;
    size_t weights[2] = { weight_of(&plan->meetings[a]), weight_of(&plan->meetings[b]) };
    int order = one && other ? versions_order(other + stem_length(other), one + stem_length(one)) : 0;

    return order                      ? order
           : weights[0] != weights[1] ? (weights[0] < weights[1] ? 1 : -1)
                                      : (a > b) - (a < b);
}

size_t *compat_plan_order(const struct compat_plan *plan)
{
    size_t *order = hs_alloc((plan->n_meetings + 1) * sizeof(*order));

    for (size_t i = 0; i < plan->n_meetings; i++) {
        order[i] = i;
    }
    qsort_r(order, plan->n_meetings, sizeof(*order), by_telling, (void *)plan);
    return order;
}

void compat_plan_keep(struct compat_plan *plan, size_t n)
{
    while (plan->n_meetings > n) {
        struct meeting *meeting = &plan->meetings[--plan->n_meetings];

        for (size_t k = 0; k < meeting->n; k++) {
            reflect_free(&meeting->setups[k]->base);
        }
        if (meeting->seed) {
            case_free(meeting->seed);
        }
    }
}

void compat_plan_clear(struct compat_plan *plan)
{
    compat_plan_keep(plan, 0);
    free(plan->meetings);
    for (size_t i = 0; i < plan->n_machines; i++) {
        free(plan->machines[i]);
    }
    for (size_t i = 0; i < plan->n_devices; i++) {
        free(plan->devices[i]);
    }
    free(plan->machines);
    free(plan->devices);
}
