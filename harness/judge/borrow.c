/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads an end of file alone: what is saved then is as the machine starts. */
#include "harness/judge/borrow.h"

#include "harness/judge/state_bytes.h"
#include "harness/wire/description.h"
#include "harness/wire/framing.h"

bool borrow_description(struct loader *loader, Hardstop__Stream *stream)
{
    static const uint8_t end_of_file[] = { TYPE_EOF };
    const struct loader_input nothing = { .bytes = end_of_file, .size = sizeof(end_of_file) };
    struct loader_answer answer;
    ProtobufCBinaryData json;

    if (!description_is_missing(stream)) {
        return true;
    }
    if (loader_load(loader, &nothing, &answer, NULL) < 0 || answer.outcome != OUTCOME_ACCEPTED ||
        !state_description(answer.saved, answer.saved_size, &json)) {
        return false;
    }
    description_set(stream, &json);
    description_keep(stream, NULL);
    return true;
}
