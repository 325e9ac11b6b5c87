/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop report: an audit once more, from its JSON. */
#include "harness/audit/audit_json.h"
#include "harness/report/heatmap.h"
#include "harness/tool/audit_outputs.h"

struct options {
    struct audit_outputs outputs;
    const char *path, *work;
};

enum { KEY_WORK = 0x400 };

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->outputs;
        return 0;
    case KEY_WORK:
        options->work = value;
        return 0;
    case ARGP_KEY_ARG:
        if (options->path) {
            argp_error(state, "one audit at a time; --beside takes another");
        }
        options->path = value;
        return 0;
    case ARGP_KEY_END:
        if (!options->path) {
            argp_error(state, "which audit?  Give the file that hardstop audit --json wrote");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_report_argp = {
    .options = (const struct argp_option[]){
        { "work", KEY_WORK, "FOLDER", 0, "where the audit kept the cases of its findings, in findings/ (default work)",
          0 },
        { 0 },
    },
    .parser = parse,
    .args_doc = "AUDIT_JSON",
    .children = (const struct argp_child[]){ { &audit_outputs_argp, 0, NULL, 0 }, { 0 } },
    .doc = "Shows an audit again, and turns it into any of its other forms, without a loader.\v"
           AUDIT_OUTPUTS_STATUS,
};

int command_report(int argc, char **argv)
{
    struct options options = { .work = "work" };
    struct audit audit = { 0 };
    struct hs_error err;
    int status, result;

    command_line_parse(&command_report_argp, argc, argv, &options);
    result = audit_outputs_open(&options.outputs, options.path, options.work, &err);
    if (result == 0) {
        result = audit_json_read(options.path, &audit, &err);
    }
    if (result == 0) {
        result = audit_outputs_check(&options.outputs, &audit, &err);
    }
    if (result == 0) {
        audit_set_work(&audit, options.work);
        heatmap_text(stdout, &audit, &(struct heatmap_options){ 0 });
        result = audit_outputs_write(&options.outputs, &audit, &status, &err);
    }
    status = result < 0 ? tool_fail(&err) : status;
    audit_clear(&audit);
    audit_outputs_close(&options.outputs);
    return status;
}
