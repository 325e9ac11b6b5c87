/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the lines, and makes setups of them. */
#include "harness/tool/compat_lines.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/shell_split.h"
#include "harness/message/reflect.h"
#include "harness/tool/setup_words.h"

const char *const compat_line_names[2] = { "from", "to" };

static Hardstop__Setup *read_line(const char *line, struct hs_error *err)
{
    Hardstop__Setup *setup = (Hardstop__Setup *)reflect_new(&hardstop__setup__descriptor);
    struct arguments words = { 0 };
    int result = shell_split(line, &words, err);

    if (result == 0) {
        result = words.n ? setup_words_take(&words, setup, err) : hs_fail(err, HS_NO_OFFSET, "an empty command line");
    }
    arguments_clear(&words);
    if (result < 0) {
        reflect_free(&setup->base);
        hs_fail_in(err, "\"%s\"", line);
        return NULL;
    }
    return setup;
}

static void copy_words(char ***to, size_t *n_to, char *const *from, size_t n_from)
{
    for (size_t i = 0; i < n_from; i++) {
        *HS_PUSH(*to, *n_to) = hs_strdup(from[i]);
    }
}

/* Options that a line does not have at all are as the other has them: "-smp", "2", or each "-drive" with its value. */
static void complete_options(Hardstop__Setup *setup, char *const *words, size_t n)
{
    size_t own = setup->n_option;
    bool missing = false;

    for (size_t i = 0; i < n; i++) {
        if (words[i][0] == '-') {
            missing = true;
            for (size_t k = 0; k < own; k++) {
                missing &= strcmp(setup->option[k], words[i]) != 0;
            }
        }
        if (missing) {
            copy_words(&setup->option, &setup->n_option, &words[i], 1);
        }
    }
}

/* What a line does not say is as the other has it: machine, memory, -nodefaults, options, devices. */
static void complete(Hardstop__Setup *setup, const Hardstop__Setup *other)
{
    if (!setup->machine && other->machine) {
        setup->machine = hs_strdup(other->machine);
    }
    if (!*setup->memory) {
        free(setup->memory);
        setup->memory = hs_strdup(other->memory);
    }
    setup->defaults = setup->defaults && other->defaults;
    complete_options(setup, other->option, other->n_option);
    if (!setup->n_device) {
        copy_words(&setup->device, &setup->n_device, other->device, other->n_device);
    }
}

/* The family's setup with the line's own QEMU, machine, globals and options. */
static Hardstop__Setup *with_line(const struct family *family, enum family_transport transport,
                                  const Hardstop__Setup *line)
{
    Hardstop__Setup *setup = family_setup(family, transport, HARDSTOP__FRAMING__FOOTER);

    free(setup->binary);
    setup->binary = hs_strdup(line->binary);
    if (line->machine) {
        free(setup->machine);
        setup->machine = hs_strdup(line->machine);
    }
    copy_words(&setup->global, &setup->n_global, line->global, line->n_global);
    copy_words(&setup->option, &setup->n_option, line->option, line->n_option);
    return setup;
}

static void add(struct compat_plan *plan, Hardstop__Setup *from, Hardstop__Setup *to, enum family_transport transport,
                const struct family *family)
{
    *HS_PUSH(plan->meetings, plan->n_meetings) = (struct meeting){
        .transport = transport == FAMILY_TRANSPORTS ? "-" : family_transport_name(transport),
        .device = family ? family->name : COMPAT_MACHINE, .family = family, .n = 2, .strict = true,
        .names = { compat_line_names[0], compat_line_names[1] }, .setups = { from, to },
        .sends = { { false, true }, { true, false } },
        .states = plan->states,
        .seed = family && plan->states.canary ? compat_plan_seed(plan, family, transport) : NULL,
        .folder = plan->folder,
    };
}

static void add_families(struct compat_plan *plan, Hardstop__Setup *const setups[2])
{
    for (int i = 0; i < FAMILY_TRANSPORTS; i++) {
        enum family_transport transport = (enum family_transport)i;

        for (const struct family *family = families; family->name; family++) {
            if ((plan->transport == FAMILY_TRANSPORTS || plan->transport == transport) &&
                family_transport_serves(transport, setups[0]) && family_transport_serves(transport, setups[1]) &&
                compat_plan_has(plan, family, transport)) {
                add(plan, with_line(family, transport, setups[0]), with_line(family, transport, setups[1]), transport,
                    family);
            }
        }
    }
}

int compat_lines_plan(const char *const lines[2], struct compat_plan *plan, struct hs_error *err)
{
    Hardstop__Setup *setups[2] = { read_line(lines[0], err), NULL };
    bool has_devices;

    setups[1] = setups[0] ? read_line(lines[1], err) : NULL;
    if (!setups[1]) {
        if (setups[0]) {
            reflect_free(&setups[0]->base);
        }
        return -1;
    }
    complete(setups[0], setups[1]);
    complete(setups[1], setups[0]);
    has_devices = setups[0]->n_device || setups[1]->n_device;
    if (!has_devices) {
        add_families(plan, setups);
    }
    if (has_devices || (plan->transport == FAMILY_TRANSPORTS && compat_plan_wants(plan, COMPAT_MACHINE))) {
        add(plan, setups[0], setups[1], FAMILY_TRANSPORTS, NULL);
    } else {
        reflect_free(&setups[0]->base);
        reflect_free(&setups[1]->base);
    }
    return plan->n_meetings ? 0 : hs_fail(err, HS_NO_OFFSET, "no device of this choice that both lines can have");
}
