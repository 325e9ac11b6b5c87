/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is printed as a test of others holds the finding's bytes and words, and no word of a case is code in it. */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/base/print.h"
#include "harness/report/exported/exported_print.h"

#define HOSTILE "$(x)`y`\"'); z() #*/ \\"

static void make(struct exported *exported, enum exported_claim claim)
{
    static const char *const words[] = { "qemu-system-" HOSTILE, "-M", "pc" HOSTILE ",a=" HOSTILE, "-S", "a b\n" };

    *exported = (struct exported){ .claim = claim };
    snprintf(exported->finding.property, sizeof(exported->finding.property), "loader-survives");
    snprintf(exported->finding.device, sizeof(exported->finding.device), "d*/*/");
    snprintf(exported->finding.message, sizeof(exported->finding.message), "message */ int pwned; /* " HOSTILE);
    snprintf(exported->place.device, sizeof(exported->place.device), "device" HOSTILE);
    snprintf(exported->place.path, sizeof(exported->place.path), "path[0].member" HOSTILE);
    for (size_t i = 0; i < HS_COUNT(words); i++) {
        arguments_add(&exported->arguments, words[i]);
    }
    builder_put(&exported->control, "\x01\x02\xff", 3);
    builder_put_zeros(&exported->stream, 40);
    builder_put(&exported->stream, "'\\", 2);
    memcpy(exported->place.head, "\x05name!", 6);
    exported->place.head_size = 6;
    exported->place.at = 7;
    exported->place.given[0] = 0xab;
    exported->place.given_size = 1;
}

static char *print(const struct exported *exported, enum exported_form form, const char *name)
{
    struct print_memory memory;

    exported_print(print_open(&memory), exported, form, name);
    return print_close(&memory);
}

static size_t count(const char *text, const char *word)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, word)); at += strlen(word)) {
        n++;
    }
    return n;
}

static void assert_has(const char *text, const char *word)
{
    if (!strstr(text, word)) {
        fail_msg("no %s in\n%s", word, text);
    }
}

/* In comments of lines, and in the words of a command line, which are quoted. */
static void assert_harmless(const char *text)
{
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        size_t length = strcspn(line, "\n");
        bool is_quoted = *line == '#' || memmem(line, length, "-M", 2) || memmem(line, length, "ARGUMENTS", 9);

        if (!is_quoted && memmem(line, length, "$(x)", 4)) {
            fail_msg("%.*s", (int)length, line);
        }
    }
}

static void names_are_no_code(void **state)
{
    struct exported exported;

    (void)state;
    make(&exported, EXPORTED_KEEPS);
    for (int form = 0; form < EXPORTED_FORMS; form++) {
        char *text = print(&exported, (enum exported_form)form, "a");

        assert_has(text, "path[0].member__x__y_____ z__ __/ _");
        assert_null(strstr(text, "*/ int pwned"));
        assert_null(strstr(text, "z()\\n"));
        if (form == EXPORTED_QTEST) {
            const char *end = strstr(text, "\n */\n");

            assert_non_null(end);
            assert_int_equal(count(text, "pwned"), 1);
            assert_true(strstr(text, "pwned") < end);
            assert_has(text, "qtest_has_machine(\"pc__x__y_____ z__ __/ _\")");
        } else {
            assert_harmless(text);
        }
        free(text);
    }
    exported_clear(&exported);
}

static void arguments_are_quoted(void **state)
{
    struct exported exported;
    char *text;

    (void)state;
    make(&exported, EXPORTED_REFUSES);
    text = print(&exported, EXPORTED_SHELL, "a");
    assert_has(text, "'pc$(x)`y`\"'\\''); z() #*/ \\,a=");
    free(text);
    text = print(&exported, EXPORTED_PYTHON, "a");
    assert_has(text, "['-M', 'pc$(x)`y`\"\\'); z() #*/ \\\\,a=");
    free(text);
    text = print(&exported, EXPORTED_QTEST, "a");
    assert_has(text, "\"-M 'pc$(x)`y`\\\"'\\\\''); z() #*/ \\\\,a=");
    free(text);
    exported_clear(&exported);
}

/* Sizes, what is not zero, and where the value is. */
static void streams_are_as_they_are(void **state)
{
    static const struct {
        enum exported_form form;
        const char *words[5];
    } wanted[] = {
        { EXPORTED_QTEST, { "{ 0x0000, 3, \"\\x01\\x02\\xff\" },", "{ 0x0020, 10, \"", "\\x27\\x5c\" },",
                            "control = { 3, control_pieces }", "given[] = { 0xab }" } },
        { EXPORTED_PYTHON, { "0x0000: '0102ff',", "STREAM = 42, {\n    0x0020: '0000000000000000275c',\n}", "AT = 7",
                             "HEAD = bytes.fromhex('056e616d6521')", "class TestADiskAt2(Base)" } },
        { EXPORTED_SHELL, { "at 0x0000 '\\001\\002\\377'", "truncate -s 42", "\\047\\134'", "056e616d6521",
                            "at + 2 * (6 + 4 + 7), 2 * 1" } },
    };
    struct exported exported;

    (void)state;
    make(&exported, EXPORTED_KEEPS);
    for (size_t i = 0; i < HS_COUNT(wanted); i++) {
        char *text = print(&exported, wanted[i].form, "a disk-at.2");

        for (size_t k = 0; k < HS_COUNT(wanted[i].words); k++) {
            assert_has(text, wanted[i].words[k]);
        }
        assert_has(text, "a_disk_at_2");
        assert_null(strchr(text, '@') ? strstr(text, "@if") : NULL);
        free(text);
    }
    exported_clear(&exported);
}

/* What a claim does not need is not there. */
static void each_claim_has_its_own_lines(void **state)
{
    static const char *const limit = "It would otherwise depend on the machine";
    struct exported exported;

    (void)state;
    for (int claim = EXPORTED_SURVIVES; claim <= EXPORTED_KEEPS; claim++) {
        for (int form = 0; form < EXPORTED_FORMS; form++) {
            char *text;

            make(&exported, (enum exported_claim)claim);
            exported.address_space = claim == EXPORTED_SURVIVES ? 1 << 20 : 0;
            text = print(&exported, (enum exported_form)form, "a");
            assert_int_equal(strstr(text, "056e616d6521") || strstr(text, "0x05, 0x6e"), claim == EXPORTED_KEEPS);
            assert_int_equal(strstr(text, limit) != NULL, claim == EXPORTED_SURVIVES);
            free(text);
            exported_clear(&exported);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_no_code),
        cmocka_unit_test(arguments_are_quoted),
        cmocka_unit_test(streams_are_as_they_are),
        cmocka_unit_test(each_claim_has_its_own_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
