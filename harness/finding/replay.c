/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the program, loads the case, and says what is shown beside what the list says. */
#include "harness/finding/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/time.h"
#include "harness/judge/oracle.h"
#include "harness/loader/open.h"
#include "harness/message/reflect.h"
#include "harness/setup/program.h"
#include "harness/setup/setup.h"

static void set(char **place, const char *value)
{
    free(*place);
    *place = hs_strdup(value);
}

int replay_version(const char *program, char *version, struct hs_error *err)
{
    Hardstop__Setup *setup = (Hardstop__Setup *)reflect_new(&hardstop__setup__descriptor);
    struct loader *loader;
    const char *name;

    set(&setup->binary, program);
    set(&setup->machine, "none");
    loader = loader_open(setup, TRUST_ALL, NULL, err);
    reflect_free(&setup->base);
    if (!loader) {
        return -1;
    }
    name = strrchr(loader_name(loader), ' ');
    snprintf(version, sizeof(((struct replay *)NULL)->qemu), "%s", name ? name + 1 : loader_name(loader));
    loader_close(loader);
    return 0;
}

static int without(struct replay *replay, enum known_state state, const char *why)
{
    replay->state = state;
    replay->signature = 0;
    snprintf(replay->words, sizeof(replay->words), "%.*s", (int)sizeof(replay->words) - 1, why);
    return 0;
}

/* Reasons begin with the program, whose folder is another on each machine. */
static int cannot_open(struct replay *replay, const Hardstop__Setup *setup, const struct hs_error *err)
{
    bool begins = strncmp(err->text, setup->binary, strlen(setup->binary)) == 0;

    return without(replay, KNOWN_NOT_APPLICABLE,
                   begins ? err->text + (setup_program(setup) - setup->binary) : err->text);
}

static int judge(const struct known_line *line, const Hardstop__Case *test, struct loader *loader,
                 struct replay *replay, struct hs_error *err)
{
    struct oracle oracle = { .loader = loader };
    struct judgement judgement = { 0 };
    int result = oracle_judge(&oracle, test, &judgement, err);

    if (result == 0) {
        replay->state =
            known_compare(line, &judgement, &replay->signature, replay->words, sizeof(replay->words));
    }
    judgement_clear(&judgement);
    oracle_clear(&oracle);
    return result;
}

/* Puts the program into the setup; false, the line then not being tried, where there is none. */
static bool take_program(Hardstop__Setup *setup, const char *program, struct replay *replay)
{
    char *beside = setup->binary ? program_beside(program, setup->binary) : NULL;
    char *sibling = beside ? beside : hs_strdup(program), *path = program_find(sibling, NULL);
    const char *slash = strrchr(sibling, '/');
    char why[128];

    if (path) {
        set(&setup->binary, sibling);
    } else {
        snprintf(why, sizeof(why), "no %s %s", slash ? slash + 1 : sibling,
                 slash || program_given(PROGRAM_ENV) ? "beside" : "in PATH");
        without(replay, KNOWN_NOT_TRIED, why);
    }
    free(sibling);
    free(path);
    return replay->state != KNOWN_NOT_TRIED;
}

static int replay_now(const struct known *known, const struct known_line *line, const char *program, enum trust trust,
                      struct replay *replay, struct hs_error *err)
{
    struct hs_error why;
    Hardstop__Case *test;
    struct loader *loader;
    int result;

    *replay = (struct replay){ .state = KNOWN_STATES };
    snprintf(replay->name, sizeof(replay->name), "%s", line->name);
    test = known_read_case(known, line, err);
    if (!test) {
        return -1;
    }
    if (program && !take_program(test->setup, program, replay)) {
        case_free(test);
        return 0;
    }
    loader = loader_open(test->setup, program ? trust | TRUST_BINARY : trust, NULL, &why);
    result = loader ? judge(line, test, loader, replay, err) : cannot_open(replay, test->setup, &why);
    loader_close(loader);
    case_free(test);
    return result;
}

int replay_line(const struct known *known, const struct known_line *line, const char *program, enum trust trust,
                struct replay *replay, struct hs_error *err)
{
    double began = time_now();
    int result = replay_now(known, line, program, trust, replay, err);

    replay->seconds = time_now() - began;
    return result;
}
