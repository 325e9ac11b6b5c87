/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells this process and those that it starts by the environment: see program.h. */
#include "harness/tool/program_option.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/arguments.h"
#include "harness/base/check.h"
#include "harness/judge/property.h"
#include "harness/setup/program.h"
#include "harness/setup/setup.h"

enum { KEY_BESIDE = 0x500, KEY_BESIDE_QEMU };

static const struct {
    int key;
    const char *option, *env;
} programs[] = {
    { 'q', "--qemu", PROGRAM_ENV },
    { KEY_BESIDE, "--beside", PROGRAM_BESIDE_ENV },
    { KEY_BESIDE_QEMU, "--beside-qemu", PROGRAM_BESIDE_ENV }, /* of audit, where --beside is a file */
};

/* A link keeps its name, which tells the architecture. */
static char *absolute(const char *path)
{
    char *here = *path == '/' ? NULL : getcwd(NULL, 0), *whole = hs_format("%s%s%s", here ? here : "", here ? "/" : "",
                                                                           path);

    free(here);
    return whole;
}

static void take(const char *option, const char *env, const char *value, struct argp_state *state)
{
    struct hs_error err;
    char *path = program_chosen(option, value, &err), *whole;

    if (!path) {
        argp_error(state, "%s", err.text);
    }
    whole = absolute(path);
    setenv(env, whole, 1);
    free(whole);
    free(path);
}

/* An option has taken the variable's place by the end of the line. */
static void check(const char *env, struct argp_state *state)
{
    struct hs_error err;

    if (program_check(env, &err) < 0) {
        argp_error(state, "%s", err.text);
    }
}

static error_t parse(int key, char *value, const char *env, struct argp_state *state)
{
    if (key == ARGP_KEY_END) {
        check(env, state);
        return 0;
    }
    for (size_t i = 0; i < HS_COUNT(programs); i++) {
        if (programs[i].key == key) {
            take(programs[i].option, programs[i].env, value, state);
            return 0;
        }
    }
    return ARGP_ERR_UNKNOWN;
}

static error_t parse_program(int key, char *value, struct argp_state *state)
{
    return parse(key, value, PROGRAM_ENV, state);
}

static error_t parse_beside(int key, char *value, struct argp_state *state)
{
    return parse(key, value, PROGRAM_BESIDE_ENV, state);
}

const struct argp program_argp = {
    .options =
        (const struct argp_option[]){
            { "qemu", 'q', "PATH", 0,
              "a " SETUP_PROGRAM "* in the place of the installed one, and for other architectures those beside it "
              "(default: " PROGRAM_ENV ", else what PATH has)",
              0 },
            { 0 },
        },
    .parser = parse_program,
};

const struct argp program_beside_argp = {
    .options =
        (const struct argp_option[]){
            { "beside", KEY_BESIDE, "PATH", 0,
              "a second " SETUP_PROGRAM "*, which is asked the same: that it answers otherwise is a finding, "
              PROPERTY_VERSIONS " (default: " PROGRAM_BESIDE_ENV ", else none)",
              0 },
            { 0 },
        },
    .parser = parse_beside,
};

const struct argp program_beside_qemu_argp = {
    .options =
        (const struct argp_option[]){
            { "beside-qemu", KEY_BESIDE_QEMU, "PATH", 0,
              "audit a second " SETUP_PROGRAM "*, too, and show both in --html; all else, and the exit status, is of "
              "the newer one (of one version, of --qemu's), in which fails what is worse than in the older; with "
              "--baseline, of --qemu's (default: " PROGRAM_BESIDE_ENV ", else none)",
              0 },
            { 0 },
        },
    .parser = parse_beside,
};

const struct argp_child program_children[] = { { &program_argp, 0, NULL, 0 }, { 0 } };

const char *program_option_given(void)
{
    return program_given(PROGRAM_ENV);
}

bool program_option_serves(const char *binary)
{
    char *path = program_option_given() ? program_find(binary, NULL) : NULL;
    bool serves = path || !program_option_given();

    free(path);
    return serves;
}
