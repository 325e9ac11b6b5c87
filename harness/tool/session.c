/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a case, or what a fuzz target makes of a file, and opens its loader. */
#include "harness/tool/session.h"

#include <stdio.h>
#include <stdlib.h>

#include "harness/base/file.h"
#include "harness/case/pokes.h"
#include "harness/judge/beside.h"
#include "harness/loader/open.h"
#include "harness/setup/brought.h"
#include "harness/setup/program.h"
#include "harness/tool/read_case.h"

static Hardstop__Case *read_input(const struct file_options *file, struct hs_error *err)
{
    Hardstop__Case *test;
    uint8_t *data;
    size_t size;

    if (file_read(file->path, &data, &size, err) < 0) {
        return NULL;
    }
    test = case_of_input(file->target, data, size);
    free(data);
    return test;
}

int session_open(struct session *session, const struct file_options *file, const struct setup_options *setup,
                 struct hs_error *err)
{
    session->test = file->target ? read_input(file, err) : tool_read_case(file->path, setup, &session->trust, err);
    if (session->test && file->target) {
        session->trust = tool_apply_setup(setup, session->test->setup);
    }
    if (session->test && file->is_captured) {
        session->test->has_given = session->test->given = false;
        case_mark_captured(session->test);
    }
    if (session->test && file->pokes) {
        case_set_pokes(session->test, file->pokes);
    }
    if (session->test) {
        session->oracle.loader = loader_open(session->test->setup, session->trust, NULL, err);
    }
    if (!session->oracle.loader) {
        return -1;
    }
    return beside_open(&session->oracle, session->test->setup, session->trust, program_given(PROGRAM_BESIDE_ENV), err);
}

bool session_has_qemu(const struct session *session)
{
    bool is_brought = brought_has(session->test->setup->binary);

    if (is_brought) {
        fprintf(stderr, "hardstop: %s is a loader of this program, so there is no unmodified QEMU to confirm it on\n",
                session->test->setup->binary);
    }
    return !is_brought;
}

void session_close(struct session *session)
{
    beside_close(&session->oracle);
    loader_close(session->oracle.loader);
    oracle_clear(&session->oracle);
    case_free(session->test);
}
