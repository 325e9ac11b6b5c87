/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Claim: any bytes are a case, or one line says why not.  A case prints as text that reads back as an equal case; its
 * stream encodes, its damages are done, and what names them is one line.  Any text is a QEMU command line, or one line
 * says why not.  Its words, quoted, are the same words again, and its setup can be checked.
 */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/shell_split.h"
#include "harness/case/case.h"
#include "harness/case/damage.h"
#include "harness/message/reflect.h"
#include "harness/setup/setup_line.h"
#include "harness/setup/trust.h"

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

static void check_error(const struct hs_error *err)
{
    HS_CHECK(err->text[0] && !strpbrk(err->text, "\n\r\033"), "an error is not one line: %s", err->text);
}

/* What a terminal would act on is quoted by means of a shell's, which only a shell takes away. */
static void check_words(const struct arguments *words)
{
    struct arguments again = { 0 };
    char *line = arguments_line(words);
    bool is_split = shell_split(line, &again, NULL) == 0;

    HS_CHECK(is_split || strstr(line, "$(printf"), "what was quoted cannot be read: %s", line);
    HS_CHECK(!is_split || again.n == words->n, "%zu words became %zu: %s", words->n, again.n, line);
    for (size_t i = 0; is_split && i < words->n; i++) {
        HS_CHECK(strcmp(words->argv[i], again.argv[i]) == 0, "word %zu: %s", i, line);
    }
    arguments_clear(&again);
    free(line);
}

static void check_command_line(const char *text)
{
    Hardstop__Setup *setup = (Hardstop__Setup *)reflect_new(&hardstop__setup__descriptor);
    struct arguments words = { 0 };
    struct hs_error err = { .offset = HS_NO_OFFSET };
    char *said = NULL;

    if (shell_split(text, &words, &err) < 0) {
        check_error(&err);
    } else {
        check_words(&words);
        if (setup_line_parse(&words, setup, &said, &err) < 0) {
            check_error(&err);
        }
        trust_check(setup, TRUST_NONE, NULL);
    }
    free(said);
    arguments_clear(&words);
    reflect_free(&setup->base);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct hs_error err = { .offset = HS_NO_OFFSET };
    Hardstop__Case *test = case_parse(data, size, &err);

    if (!test) {
        check_error(&err);
    } else if (size <= MAX_CASE) {
        check_text(test);
        check_damage(test);
    }
    case_free(test);
    if (size <= MAX_CASE && !memchr(data, 0, size)) {
        char *text = hs_format("%.*s", (int)size, (const char *)data);

        check_command_line(text);
        free(text);
    }
    return 0;
}
