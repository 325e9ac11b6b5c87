/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sub-commands. */
#ifndef HARDSTOP_TOOL_COMMANDS_H
#define HARDSTOP_TOOL_COMMANDS_H

#include <argp.h>

enum tool_status {
    TOOL_CLEAN = 0,
    TOOL_FINDING = 1,
    TOOL_TROUBLE = 2, /* wrong usage, or a failure of our own */
};

struct command {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv); /* argv[0] is "hardstop NAME"; returns an enum tool_status */
    const struct argp *argp; /* what it takes, for its man page and shells */
};

/* The sub-commands; ends with a row whose name is NULL. */
extern const struct command commands[];

int command_capture(int argc, char **argv);
int command_show(int argc, char **argv);
int command_load(int argc, char **argv);
int command_damage(int argc, char **argv);
int command_check(int argc, char **argv);
int command_repro(int argc, char **argv);
int command_findings(int argc, char **argv);
int command_known(int argc, char **argv);
int command_minimize(int argc, char **argv);
int command_fuzz(int argc, char **argv);
int command_seeds(int argc, char **argv);
int command_canaries(int argc, char **argv);
int command_audit(int argc, char **argv);
int command_report(int argc, char **argv);
int command_experiment(int argc, char **argv);
int command_compat(int argc, char **argv);
int command_coverage(int argc, char **argv);
int command_doctor(int argc, char **argv);
int command_vet(int argc, char **argv);
int command_export(int argc, char **argv);

extern const struct argp command_capture_argp, command_show_argp, command_load_argp, command_damage_argp,
    command_check_argp, command_repro_argp, command_findings_argp, command_known_argp,
    command_minimize_argp, command_fuzz_argp, command_seeds_argp, command_canaries_argp,
    command_audit_argp, command_report_argp, command_experiment_argp, command_compat_argp,
    command_coverage_argp, command_doctor_argp, command_vet_argp, command_export_argp;

#endif
