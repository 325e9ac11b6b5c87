/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads an end of file alone: what is saved then is as the machine starts. */
#include "harness/judge/borrow.h"

#include "harness/judge/state_bytes.h"
#include "harness/wire/description.h"

int borrow_state(struct loader *loader, struct loader_answer *answer, struct hs_error *err)
{
    const struct loader_input nothing = { .bytes = loader_nothing, .size = sizeof(loader_nothing) };

    if (loader_load(loader, &nothing, answer, err) < 0) {
        return -1;
    }
    return answer->outcome == OUTCOME_ACCEPTED && answer->saved_size
               ? 0
               : hs_fail(err, HS_NO_OFFSET, "%s saves no state of its own: %s", loader_name(loader),
                         *answer->text ? answer->text : "it does not say why");
}

bool borrow_description(struct loader *loader, Hardstop__Stream *stream)
{
    struct loader_answer answer;
    ProtobufCBinaryData json;

    if (!description_is_missing(stream)) {
        return true;
    }
    if (borrow_state(loader, &answer, NULL) < 0 ||
        !state_description(answer.saved, answer.saved_size, &json)) {
        return false;
    }
    description_set(stream, &json);
    description_keep(stream, NULL);
    return true;
}
