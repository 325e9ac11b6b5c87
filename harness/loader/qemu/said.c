/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a QEMU's error output. */
#include "harness/loader/qemu/said.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/loader/qemu/lone_start.h"
#include "harness/loader/qemu/program.h"
#include "harness/loader/qemu/sanitizer.h"

enum {
    TEXT_PART = 8192, /* of a long text, so much of its begin and of its end is kept */
};

size_t said_read(struct process *process, struct confirm_result *result)
{
    free(result->text);
    result->text = hs_alloc(PROCESS_ERRORS_SIZE + 1);
    return process_read_errors(process, result->text, PROCESS_ERRORS_SIZE + 1);
}

/* What the setup says without a stream, of its sound or its screen, is not what it says of the stream. */
static int leave_out_noise(const Hardstop__Setup *setup, const struct command_line *without,
                           struct confirm_result *result, struct hs_error *err)
{
    const struct lone_start *start = *result->text ? lone_start(setup, without, err) : NULL;
    size_t length;

    if (!*result->text) {
        return 0;
    }
    if (!start) {
        return -1;
    }
    length = lone_start_words(start, result->text);
    memmove(result->text, result->text + length, strlen(result->text + length) + 1);
    return 0;
}

/* What a sanitizer says counts, as in a served QEMU. */
static void read_report(const char *path, struct confirm_result *result)
{
    static struct program program; /* reports of one QEMU come in a row */
    struct sanitizer_report found;

    if (program_sanitizers(path)->may_report &&
        sanitizer_take(&found, result->text, result->outcome == OUTCOME_CRASHED, NULL)) {
        result->outcome = OUTCOME_CRASHED;
        result->report = found.report;
        result->signal = found.report.signal;
        result->exit_status = -1;
        result->hang = HANG_NONE;
        result->n_frames = found.n_frames;
        memcpy(result->frames, found.frames, sizeof(result->frames));
        program_name_frames(&program, found.program, result->frames, result->n_frames, SIZE_MAX);
    }
}

static void shorten(struct confirm_result *result)
{
    char *text = result->text;
    size_t length = strlen(text);

    result->text = length <= 2 * TEXT_PART ? hs_strdup(text)
                                           : hs_format("%.*s\n[%zu bytes left out]\n%s", TEXT_PART, text,
                                                       length - 2 * TEXT_PART, text + length - TEXT_PART);
    free(text);
}

int said_finish(const Hardstop__Setup *setup, const struct command_line *without, struct confirm_result *result,
                struct hs_error *err)
{
    /* Of stacks that are switched it warns when the first is, which a start may not come to. */
    sanitizer_drop_warnings(result->text);
    if (leave_out_noise(setup, without, result, err) < 0) {
        return -1;
    }
    read_report(without->path, result);
    shorten(result);
    return 0;
}
