/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts a QEMU and keeps its words. */
#include "harness/loader/qemu/lone_start.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/loader/qemu/capture.h"
#include "harness/loader/qemu/sanitizer.h"

const struct lone_start *lone_start(const Hardstop__Setup *setup, const struct command_line *command,
                                    struct hs_error *err)
{
    static struct lone_start last;
    char *line = arguments_line(&command->arguments);
    struct patience patience = patience_by_clock(LOADER_CAPTURE_MS);
    struct process process;
    struct qmp qmp;
    int status;

    if (last.line && strcmp(last.line, line) == 0) {
        free(line);
        return &last;
    }
    status = capture_start(&qmp, &process, setup, command, &patience, err);
    if (status == 0) {
        free(last.line);
        free(last.said);
        last = (struct lone_start){ .line = line, .said = hs_alloc(PROCESS_ERRORS_SIZE + 1),
                                    .size = process_address_space(&process) };
        process_read_errors(&process, last.said, PROCESS_ERRORS_SIZE + 1);
        sanitizer_drop_warnings(last.said);
    } else {
        free(line);
    }
    capture_quit(&qmp, &process);
    return status == 0 ? &last : NULL;
}

size_t lone_start_words(const struct lone_start *start, const char *text)
{
    static const char digits[] = "0123456789";
    const char *said = start->said, *at = text, *line = text;

    while (*at && *said && (isdigit((unsigned char)*at) ? isdigit((unsigned char)*said) : *at == *said)) {
        size_t n = strspn(at, digits);

        said += n ? strspn(said, digits) : 1;
        at += n ? n : 1;
        line = at[-1] == '\n' ? at : line;
    }
    return (size_t)(line - text);
}
