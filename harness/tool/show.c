/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hardstop show: the tree of a stream or case. */
#include "harness/report/show.h"

#include "harness/tool/read_case.h"

struct options {
    struct file_options file;
    struct show_options show;
};

static error_t parse(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->file;
        return 0;
    case 's':
        options->show.section = value;
        return 0;
    case 'a':
        options->show.all = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp command_show_argp = {
    .options = (const struct argp_option[]){
        { "section", 's', "PART", 0, "only sections whose idstr contains PART", 0 },
        { "all", 'a', NULL, 0, "long runs of zero array elements, and records of guest RAM, one by one, too", 0 },
        { 0 },
    },
    .parser = parse,
    .args_doc = "FILE",
    .children = file_children,
    .doc = "Prints a stream or case: each byte's offset, size, field and value.\v" COMMAND_LINE_STATUS_DONE,
};

static bool has_section(const Hardstop__Stream *stream, const char *part)
{
    for (size_t i = 0; i < stream->n_section; i++) {
        if (case_section_has(stream->section[i], part)) {
            return true;
        }
    }
    return false;
}

int command_show(int argc, char **argv)
{
    struct options options = { 0 };
    struct hs_error err;
    Hardstop__Case *test;
    int status;
    struct map map;

    command_line_parse(&command_show_argp, argc, argv, &options);
    test = tool_read_part(options.file.path, NULL, NULL, &err);
    if (!test) {
        return tool_fail(&err);
    }
    if (options.show.section && !has_section(test->stream, options.show.section)) {
        if (*err.text) {
            tool_fail(&err);
        }
        case_fail_section(test->stream, options.show.section, &err);
        hs_fail_in(&err, "%s", options.file.path);
        status = tool_fail(&err);
    } else {
        if (options.show.all) {
            map_init_each(&map, test->stream, NULL);
        } else {
            map_init(&map, test->stream, NULL);
        }
        (options.file.json ? show_json : show_text)(stdout, test->stream, &map, &options.show);
        map_clear(&map);
        fflush(stdout);
        status = *err.text ? tool_fail(&err) : TOOL_CLEAN;
    }
    case_free(test);
    return status;
}
