/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Claim: any bytes are a case, or one line says why not.  A case prints as text that reads back as an equal case; its
 * stream encodes, its damages are done, and what names them is one line.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/case/case.h"
#include "harness/case/damage.h"
#include "harness/message/reflect.h"

/* Repeated sections make a thousand times as many bytes of a case: a larger one could run out of memory. */
enum { MAX_CASE = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const Hardstop__Case *test)
{
    struct hs_error err = { .offset = HS_NO_OFFSET };
    char *text = case_text(test);
    /* Without any field there is no text, and no case in it. */
    Hardstop__Case *again = *text ? case_parse((const uint8_t *)text, strlen(text), &err) : case_new();

    HS_CHECK(again && reflect_equal(&test->base, &again->base), "its text is not the same case: %s", err.text);
    case_free(again);
    free(text);
}

static void check_damage(const Hardstop__Case *test)
{
    struct stream_encoding plain = { 0 };
    struct builder out = { 0 };
    struct damage_effect effect;
    bool changed = damage_apply(test, &plain, &out, &effect);

    HS_CHECK(changed == (out.size != plain.out.size || (out.size && memcmp(out.data, plain.out.data, out.size) != 0)),
             "%zu bytes became %zu", plain.out.size, out.size);
    for (size_t i = 0; i < test->n_damage; i++) {
        char *text = damage_text(test->damage[i]);

        HS_CHECK(!strpbrk(text, "\n\r\033"), "the name of a damage is not one line: %s", text);
        free(text);
    }
    stream_encoding_clear(&plain);
    builder_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hs_error err = { .offset = HS_NO_OFFSET };
    Hardstop__Case *test = case_parse(data, size, &err);

    if (!test) {
        HS_CHECK(err.text[0] && !strpbrk(err.text, "\n\r\033"), "an error is not one line: %s", err.text);
    } else if (size <= MAX_CASE) {
        check_text(test);
        check_damage(test);
    }
    case_free(test);
    return 0;
}
