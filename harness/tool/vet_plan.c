/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts the command line of each step together. */
#include "harness/tool/vet_plan.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/setup/family.h"
#include "harness/setup/program.h"
#include "harness/tool/vet_board.h"
#include "harness/tool/vet_since.h"

/* Sections on pci are longer, and loads slower, by so much. */
enum { PCI_TIMES = 3 };

static bool has_transport(const struct vet *vet, enum family_transport transport)
{
    char *path = program_beside(vet->program, family_transport_binary(transport));
    bool has = path && access(path, X_OK) == 0;

    free(path);
    return has;
}

/* Words, up to a NULL. */
static void add(struct arguments *command, const char *const *words)
{
    for (; *words; words++) {
        arguments_add(command, *words);
    }
}

#define ADD(command, ...) add(command, (const char *const[]){ __VA_ARGS__, NULL })

static struct vet_step *new_step(struct vet *vet, enum vet_kind kind, const char *name)
{
    struct vet_step *step = HS_PUSH(vet->steps, vet->n);

    step->kind = kind;
    step->planned = vet_kinds[kind].seconds * (vet->older && kind != VET_COMPAT && kind != VET_CAMPAIGN ? 2ul : 1ul);
    step->name = hs_strdup(name);
    step->output = hs_format("%s/%s.json", vet->work, name);
    step->log = hs_format("%s/%s.log", vet->work, name);
    return step;
}

/*
 * What it is compared with: made of the older QEMU by the same command, or there from an earlier vetting, which may
 * have left the step out.
 */
static void set_earlier(const struct vet *vet, struct vet_step *step)
{
    char *path = vet->older ? hs_format("%s/against/%s.json", vet->work, step->name)
                            : hs_format("%s/%s.json", vet->baseline ? vet->baseline : "", step->name);

    if (vet->older || (vet->baseline && access(path, F_OK) == 0)) {
        step->earlier = path;
    } else {
        free(path);
    }
}

/* A folder in which no step finds what it asks for is another one than was meant. */
static int check_baseline(const struct vet *vet, struct hs_error *err)
{
    for (size_t i = 0; i < vet->n; i++) {
        if (vet->steps[i].earlier) {
            return 0;
        }
    }
    return vet->baseline ? hs_fail(err, HS_NO_OFFSET, "--baseline: in %s is nothing of a vetting with these steps",
                                   vet->baseline)
                         : 0;
}

static void add_known(struct arguments *command, const char *program)
{
    ADD(command, "hardstop", "known", "--json", "--qemu", program);
}

/* Two programs for `compat`; of a board, which no guest of ours runs on and no seed is for, only fresh states. */
static void add_two(struct arguments *command, const char *one, const char *other)
{
    char *line = vet_board(one) ? vet_board_line(one) : NULL;

    if (line) {
        ADD(command, "--states", "fresh", "--from", line, "--to", other);
    } else {
        ADD(command, "--qemu", one, "--qemu", other);
    }
    free(line);
}

static void add_own(struct arguments *command, const char *program)
{
    ADD(command, "hardstop", "compat", "--json");
    if (!vet_board(program)) {
        ADD(command, "--states", "fresh,guest");
    }
    add_two(command, program, program);
}

/* A step of the whole QEMU, which prints its JSON. */
static void plan_whole(struct vet *vet, enum vet_kind kind,
                       void (*add_words)(struct arguments *command, const char *program))
{
    struct vet_step *step = new_step(vet, kind, vet_kinds[kind].name);

    step->is_printed = true;
    set_earlier(vet, step);
    add_words(&step->command, vet->program);
    if (vet->older) {
        add_words(&step->reference, vet->older);
    }
}

static void plan_compat(struct vet *vet)
{
    struct vet_step *step;
    char *findings = hs_format("%s/findings", vet->work);

    if (vet->older) {
        step = new_step(vet, VET_COMPAT, vet_kinds[VET_COMPAT].name);
        step->is_printed = true;
        ADD(&step->command, "hardstop", "compat", "--json", "--findings", findings);
        add_two(&step->command, vet->older, vet->program);
    }
    free(findings);
}

/* A device on a transport; on a board instead where there is no seed. */
struct audited {
    const struct family *family;
    enum family_transport transport;
    const char *seed;
};

/* With pages of its own where it is no mere reference. */
static void add_audit(struct arguments *command, const char *program, const struct audited *audited, const char *work,
                      const char *name, bool has_pages)
{
    char *json = hs_format("%s/%s.json", work, name), *html = hs_format("%s/%s.html", work, name);
    char *sarif = hs_format("%s/%s.sarif", work, name), *path;

    ADD(command, "hardstop", "audit", "--trust-setup", "--edits", "truncate,insert,delete,range,section");
    ADD(command, "--values", "00", "--elements", "2", "--work", work, "--json", json);
    if (has_pages) {
        ADD(command, "--html", html, "--sarif", sarif);
    }
    if (audited->seed) {
        path = program_beside(program, family_transport_binary(audited->transport));
        ADD(command, "--qemu", path, audited->seed);
        free(path);
    } else {
        vet_board_add(command, program, audited->family);
    }
    free(sarif);
    free(html);
    free(json);
}

static void plan_audit(struct vet *vet, const char *on, const struct audited *audited)
{
    char *name = hs_format("audit-%s-%s", on, audited->family->name), *older = hs_format("%s/against", vet->work);
    struct vet_step *step = new_step(vet, VET_AUDIT, name);

    step->planned *= audited->transport == FAMILY_CCW ? 1 : PCI_TIMES;
    set_earlier(vet, step);
    add_audit(&step->command, vet->program, audited, vet->work, name, true);
    if (vet->older) {
        add_audit(&step->reference, vet->older, audited, older, name, false);
    }
    free(older);
    free(name);
}

static void plan_seed(struct vet *vet, const struct family *family, enum family_transport transport)
{
    const char *on = family_transport_name(transport);
    char *seed = hs_format("%s/%s/%s.textproto", vet->seeds, on, family->name);

    if (access(seed, R_OK) == 0) {
        plan_audit(vet, on, &(struct audited){ family, transport, seed });
    }
    free(seed);
}

static void plan_device(struct vet *vet, const struct vet_touched *touched, const struct family *family,
                        bool is_touched)
{
    static const enum family_transport transports[] = { FAMILY_CCW, FAMILY_PCI };

    if (vet_board(vet->program)) {
        if (vet_board_has(family) && vet_is_touched(touched, family, FAMILY_PCI) == is_touched) {
            plan_audit(vet, "board", &(struct audited){ family, FAMILY_PCI, NULL });
        }
        return;
    }
    for (size_t i = 0; i < HS_COUNT(transports); i++) {
        if (!family->blocked && !family->host && family->device[transports[i]] && has_transport(vet, transports[i]) &&
            vet_is_touched(touched, family, transports[i]) == is_touched) {
            plan_seed(vet, family, transports[i]);
        }
    }
}

/* First the devices that were touched, then the others; those of one kind on all transports. */
static void plan_audits(struct vet *vet, const struct vet_touched *touched)
{
    for (int others = 0; others < 2; others++) {
        for (const struct family *family = families; family->name; family++) {
            plan_device(vet, touched, family, !others);
        }
    }
}

/* One that is not there yet: a campaign would go on in an earlier one's. */
static char *new_folder(const struct vet *vet, const char *name)
{
    char *path = hs_format("%s/%s", vet->work, name);

    for (unsigned i = 2; access(path, F_OK) == 0; i++) {
        free(path);
        path = hs_format("%s/%s-%u", vet->work, name, i);
    }
    return path;
}

static void plan_campaign(struct vet *vet)
{
    static const struct {
        enum family_transport transport;
        const char *target;
    } targets[] = { { FAMILY_CCW, "ccw" }, { FAMILY_PCI, "pci" } };
    struct vet_step *step = new_step(vet, VET_CAMPAIGN, vet_kinds[VET_CAMPAIGN].name);

    step->is_printed = true;
    step->folder = new_folder(vet, step->name);
    ADD(&step->command, "hardstop", "fuzz", "--json", "--jobs", "1", "--inputs", VET_CAMPAIGN_INPUTS, "--seed", "1",
        "--work", step->folder, "--qemu", vet->program);
    for (size_t i = 0; i < HS_COUNT(targets); i++) {
        if (has_transport(vet, targets[i].transport)) {
            arguments_add(&step->command, targets[i].target);
        }
    }
}

static int apply_budget(struct vet *vet, struct hs_error *err)
{
    unsigned long used = 0, least = 0;
    const char *last = NULL;

    for (size_t i = 0; i < vet->n; i++) {
        struct vet_step *step = &vet->steps[i];
        bool is_first = i == 0 || vet->steps[i - 1].kind != step->kind;

        used += step->planned;
        if (!vet->budget || used <= vet->budget) {
            continue;
        }
        step->state = VET_LEFT_OUT;
        step->why = hs_format("the budget does not hold it: with it, %lu s", used);
        if (i == 0 || (is_first && step->kind <= vet->minimum)) {
            least = used;
            last = step->name;
        }
    }
    return least ? hs_fail(err, HS_NO_OFFSET, "--budget: %lu s do not hold the least, which ends with %s: %lu s (or "
                                              "--minimum)", vet->budget, last, least)
                 : 0;
}

int vet_plan(struct vet *vet, struct hs_error *err)
{
    struct vet_touched touched = { 0 };
    int result = vet->since ? vet_since(vet, &touched, err) : 0;

    if (result == 0 && vet->kinds[VET_KNOWN] && !vet_board(vet->program)) {
        plan_whole(vet, VET_KNOWN, add_known);
    }
    if (result == 0 && vet->kinds[VET_OWN]) {
        plan_whole(vet, VET_OWN, add_own);
    }
    if (result == 0 && vet->kinds[VET_COMPAT]) {
        plan_compat(vet);
    }
    if (result == 0 && vet->kinds[VET_AUDIT]) {
        plan_audits(vet, &touched);
    }
    if (result == 0 && vet->kinds[VET_CAMPAIGN] && !vet_board(vet->program)) {
        plan_campaign(vet);
    }
    vet_touched_clear(&touched);
    if (result == 0 && vet->n == 0) {
        result = hs_fail(err, HS_NO_OFFSET, "%s: there is no step to do: no QEMU of s390x, x86_64 or aarch64, no seeds "
                                            "beside this command, or --steps has none that aarch64 has", vet->program);
    }
    return result < 0 || check_baseline(vet, err) < 0 ? -1 : apply_budget(vet, err);
}
