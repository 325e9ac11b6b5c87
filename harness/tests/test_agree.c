/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The served loader does what a user's QEMU does: each input is loaded by both, and the outcome must be the same, and
 * of what is rejected the first words, too.  HARDSTOP_AGREE says how many inputs of each group; ci/agree asks for
 * thousands.
 */
#include "agree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/case/complete.h"
#include "harness/case/damage.h"
#include "harness/loader/confirm.h"

enum { INPUTS = 34 };

SUPPORT_SHARED(folder)

/* The line without the program's name; what QEMU says of itself as a process is left out. */
static void first_words(const char *text, char *words, size_t size)
{
    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        const char *end = text + strcspn(text, "\n"), *colon = memmem(text, (size_t)(end - text), ": ", 2);

        if (colon && strncmp(text, "qemu-system-", 12) == 0 && strncmp(colon, ": warning: ", 11) != 0) {
            snprintf(words, size, "%.*s", (int)(end - colon - 2), colon + 2);
            return;
        }
    }
    *words = 0;
}

struct outcome_said {
    enum outcome outcome;
    char words[256];
};

static void ask_served(const struct agree_subject *subject, const Hardstop__Case *test, const struct builder *bytes,
                       struct outcome_said *said)
{
    const struct loader_input input = { .bytes = bytes->data, .size = bytes->size, .whole = test->stream->header,
                                        .memory = test->memory, .n_memory = test->n_memory };
    struct loader_answer answer;
    struct hs_error err;

    if (loader_load(subject->loader, &input, &answer, &err) < 0) {
        *said = (struct outcome_said){ .outcome = OUTCOME_UNKNOWN };
        snprintf(said->words, sizeof(said->words), "%.200s", err.text);
        return;
    }
    said->outcome = answer.outcome;
    first_words(answer.text, said->words, sizeof(said->words));
}

static void ask_plain(const struct agree_subject *subject, const Hardstop__Case *test, const struct builder *bytes,
                      bool cut, struct outcome_said *said)
{
    struct builder whole = { 0 };
    struct confirm_result result;
    struct hs_error err;
    char *path;

    if (test->stream->header) {
        builder_put(&whole, bytes->data, bytes->size);
    } else if (complete_stream(test, bytes, subject->captured, cut, &whole, &err) < 0) {
        fail_msg("%s", err.text);
    }
    path = support_write(folder, "stream.mig", whole.data, whole.size);
    if (confirm_run(test->setup, TRUST_ALL, path, 0, &result, &err) < 0) {
        fail_msg("%s", err.text);
    }
    said->outcome = result.outcome;
    first_words(result.text, said->words, sizeof(said->words));
    confirm_result_clear(&result);
    builder_clear(&whole);
    free(path);
}

/* Keeps the case for whoever looks for the reason. */
static void keep(const Hardstop__Case *test, unsigned number)
{
    const char *kept = getenv("HARDSTOP_AGREE_FOLDER");
    char *text, *path;

    if (kept) {
        text = case_text(test);
        path = hs_format("%s/%u.textproto", kept, number);
        file_write(path, text, strlen(text), NULL);
        free(path);
        free(text);
    }
}

static bool agrees(const struct agree_subject *subject, const Hardstop__Case *test, unsigned damage, unsigned number)
{
    struct outcome_said served, plain;
    struct stream_encoding encoding = { 0 };
    struct damage_effect effect;
    struct builder bytes = { 0 };
    bool same;

    damage_apply(test, &encoding, &bytes, &effect);
    ask_served(subject, test, &bytes, &served);
    ask_plain(subject, test, &bytes, effect.truncated, &plain);
    same = served.outcome == plain.outcome &&
           (served.outcome != OUTCOME_REJECTED || strcmp(served.words, plain.words) == 0);
    if (!same) {
        char *text = test->n_damage ? damage_text(test->damage[test->n_damage - 1]) : NULL;

        print_message("%u: %s, %s (%s): served %s \"%s\", plain %s \"%s\"\n", number, subject->name,
                      agree_damage_name(damage), text ? text : "", outcome_name(served.outcome), served.words,
                      outcome_name(plain.outcome), plain.words);
        free(text);
        keep(test, number);
    }
    stream_encoding_clear(&encoding);
    builder_clear(&bytes);
    return same;
}

struct tally {
    unsigned asked, agreeing;
    unsigned of_group[AGREE_GROUPS], of_damage[AGREE_DAMAGES];
};

/* Every n-th of the group's inputs, n being the number of its subjects. */
static void ask_subject(enum agree_group group, size_t index, size_t subjects, unsigned inputs, struct random *random,
                        struct tally *tally)
{
    struct agree_subject subject;

    agree_open(&subject, group, index, CORPUS_DIR);
    for (size_t i = index; i < inputs; i += subjects) {
        /* Whatever divides the number of subjects, each of them meets all kinds of damage. */
        unsigned damage = (unsigned)((i + i / subjects) % AGREE_DAMAGES);
        Hardstop__Case *test = agree_input(&subject, damage, random);

        if (test) {
            tally->agreeing += agrees(&subject, test, damage, tally->asked);
            tally->asked++;
            tally->of_group[group]++;
            tally->of_damage[damage]++;
            case_free(test);
        }
    }
    agree_close(&subject);
}

static void print_tally(const struct tally *tally)
{
    for (unsigned i = 0; i < AGREE_GROUPS; i++) {
        print_message("%6u %s\n", tally->of_group[i], agree_group_names[i]);
    }
    for (unsigned i = 0; i < AGREE_DAMAGES; i++) {
        print_message("%6u %s\n", tally->of_damage[i], agree_damage_name(i));
    }
    print_message("%u of %u agree\n", tally->agreeing, tally->asked);
}

static unsigned number_of(const char *variable, unsigned otherwise)
{
    const char *text = getenv(variable);

    return text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static void a_plain_qemu_agrees(void **state)
{
    unsigned inputs = number_of("HARDSTOP_AGREE", INPUTS);
    struct tally tally = { .asked = 0 };
    struct random random;

    (void)state;
    random_init(&random, number_of("HARDSTOP_AGREE_SEED", 1));
    for (unsigned group = 0; group < AGREE_GROUPS; group++) {
        size_t subjects = agree_count((enum agree_group)group, CORPUS_DIR);

        for (size_t i = 0; i < subjects && i < inputs; i++) {
            ask_subject((enum agree_group)group, i, subjects, inputs, &random, &tally);
        }
    }
    print_tally(&tally);
    assert_int_equal(tally.agreeing, tally.asked);
    for (unsigned i = 0; i < AGREE_DAMAGES; i++) {
        assert_true(tally.of_damage[i] > inputs * AGREE_GROUPS / AGREE_DAMAGES / 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(a_plain_qemu_agrees),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
