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
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/case/complete.h"
#include "harness/case/damage.h"
#include "harness/loader/confirm.h"
#include "harness/setup/program.h"

enum { INPUTS = 32 };

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

struct said {
    enum outcome outcome;
    char words[256];
};

static bool is_same(const struct said *one, const struct said *other)
{
    return one->outcome == other->outcome &&
           (one->outcome != OUTCOME_REJECTED || strcmp(one->words, other->words) == 0);
}

static struct said ask_served(const struct agree_subject *subject, const struct loader_input *input)
{
    struct said said = { .outcome = OUTCOME_UNKNOWN };
    struct loader_answer answer;
    struct hs_error err;

    if (loader_load(subject->loader, input, &answer, &err) < 0) {
        snprintf(said.words, sizeof(said.words), "%.200s", err.text);
        return said;
    }
    said.outcome = answer.outcome;
    first_words(answer.text, said.words, sizeof(said.words));
    return said;
}

/* `fill` (may be NULL): what the C library is to fill memory with that the program asks for. */
static struct said ask_plain(const struct agree_subject *subject, const char *path, const char *fill)
{
    struct confirm_result result;
    struct said said;
    struct hs_error err;

    if (fill) {
        setenv("MALLOC_PERTURB_", fill, 1);
    }
    if (confirm_run(subject->test->setup, TRUST_ALL, path, NULL, &result, &err) < 0) {
        fail_msg("%s", err.text);
    }
    unsetenv("MALLOC_PERTURB_");
    said.outcome = result.outcome;
    first_words(result.text, said.words, sizeof(said.words));
    confirm_result_clear(&result);
    return said;
}

/* Of what it never filled in itself, an unmodified QEMU may say one thing or another. */
static bool depends_on_chance(const struct agree_subject *subject, const char *path)
{
    struct said one = ask_plain(subject, path, "1"), other = ask_plain(subject, path, "254");

    return !is_same(&one, &other);
}

/* Keeps the case, and the stream that QEMU got, for whoever looks for the reason. */
static void keep(const Hardstop__Case *test, const char *path, unsigned number)
{
    const char *kept = getenv("HARDSTOP_AGREE_FOLDER");
    char *text, *place, *stream;

    if (kept) {
        text = case_text(test);
        place = hs_format("%s/%u.textproto", kept, number);
        stream = hs_format("%s/%u.mig", kept, number);
        file_write(place, text, strlen(text), NULL);
        rename(path, stream);
        free(stream);
        free(place);
        free(text);
    }
}

struct tally {
    unsigned asked;
    unsigned agreeing;
    unsigned by_chance; /* an unmodified QEMU's own answer depends on what it never filled in */
    unsigned alone; /* also loaded without the rest of a stream before the device sections, */
    unsigned alone_by_chance, alone_otherwise; /* and answered otherwise, for that reason and for others */
    unsigned of_group[AGREE_GROUPS], of_damage[AGREE_DAMAGES];
    unsigned of_outcome[OUTCOME_HUNG + 1]; /* an unmodified QEMU's */
};

static void tell(const struct agree_subject *subject, const Hardstop__Case *test, unsigned damage, unsigned number,
                 const char *how, const struct said *served, const struct said *plain)
{
    char *text = test->n_damage ? damage_text(test->damage[test->n_damage - 1]) : NULL;

    print_message("%u: %s, %s (%s)%s: served %s \"%s\", plain %s \"%s\"\n", number, subject->name,
                  agree_damage_name(damage), text ? text : "", how, outcome_name(served->outcome), served->words,
                  outcome_name(plain->outcome), plain->words);
    free(text);
}

/* qemu_load_device_state() and -incoming say each in its own words that a load failed for which there is no other. */
static void say_as_incoming(struct said *said)
{
    int error;

    if (sscanf(said->words, "Failed to load device state: -%d", &error) == 1) {
        snprintf(said->words, sizeof(said->words), "load of migration failed: %s", strerror(error));
    }
}

/* Has the served loader another answer where other things are in its memory? */
static bool depends_on_memory(const struct agree_subject *subject, struct loader_input input, const struct said *served)
{
    for (int chance = 1; chance < 256; chance += 50) {
        struct said other;

        input.chance = (uint8_t)chance;
        other = ask_served(subject, &input);
        say_as_incoming(&other);
        if (!is_same(served, &other)) {
            return true;
        }
    }
    return false;
}

/*
 * A case of device sections is loaded by themselves, too, as audits and campaigns do.  What QEMU reads in one piece is
 * filled only in part where the stream is cut in it; the rest is what was in that memory, or in QEMU's buffer, and in a
 * whole stream a header and guest RAM were read before: of a stream that is cut the words may differ, and only the
 * outcome counts.  `path` has the whole stream.
 */
static void ask_alone(const struct agree_subject *subject, const Hardstop__Case *test, const struct builder *bytes,
                      const struct loader_input *whole, const char *path, bool cut, unsigned damage,
                      const struct said *plain, struct tally *tally)
{
    struct ring_areas areas = { 0 };
    const struct loader_input input = loader_input_of(test, bytes, cut, &areas);
    struct said served = ask_served(subject, &input);
    bool by_chance;

    say_as_incoming(&served);
    tally->alone++;
    if (!is_same(&served, plain) && !(cut && served.outcome == plain->outcome)) {
        by_chance = depends_on_memory(subject, input, &served) || depends_on_memory(subject, *whole, plain) ||
                    depends_on_chance(subject, path);
        tell(subject, test, damage, tally->asked, by_chance ? ", alone, by chance" : ", alone", &served, plain);
        tally->alone_by_chance += by_chance;
        tally->alone_otherwise += !by_chance;
    }
    ring_areas_clear(&areas);
}

static void ask(const struct agree_subject *subject, const Hardstop__Case *test, unsigned damage, struct tally *tally)
{
    struct builder bytes = { 0 }, whole = { 0 };
    struct stream_encoding encoding = { 0 };
    struct damage_effect effect;
    struct loader_input input = { .whole = true };
    struct said served, plain;
    struct hs_error err;
    char *path;

    damage_apply(test, &encoding, &bytes, &effect);
    if (complete_stream(test, &bytes, subject->captured, effect.truncated, &whole, &err) < 0) {
        fail_msg("%s", err.text);
    }
    path = support_write(folder, "stream.mig", whole.data, whole.size);
    input.bytes = whole.data;
    input.size = whole.size;
    served = ask_served(subject, &input);
    plain = ask_plain(subject, path, NULL);
    tally->of_outcome[plain.outcome]++;
    if (is_same(&served, &plain)) {
        tally->agreeing++;
    } else if (depends_on_chance(subject, path)) {
        tell(subject, test, damage, tally->asked, ", by chance", &served, &plain);
        tally->by_chance++;
    } else {
        tell(subject, test, damage, tally->asked, "", &served, &plain);
    }
    if (!case_is_whole(test)) {
        ask_alone(subject, test, &bytes, &input, path, effect.truncated, damage, &plain, tally);
    }
    if (!is_same(&served, &plain)) {
        keep(test, path, tally->asked);
    }
    free(path);
    stream_encoding_clear(&encoding);
    builder_clear(&bytes);
    builder_clear(&whole);
}

/* Every n-th of the group's inputs, n being the number of its subjects. */
static void ask_subject(enum agree_group group, size_t index, size_t subjects, unsigned inputs, struct random *random,
                        struct tally *tally)
{
    struct agree_subject subject;

    for (size_t i = agree_open(&subject, group, index, CORPUS_DIR) ? index : inputs; i < inputs; i += subjects) {
        /* Whatever divides the number of subjects, each of them meets all kinds of damage. */
        unsigned damage = (unsigned)((i + i / subjects) % AGREE_DAMAGES);
        Hardstop__Case *test = agree_input(&subject, damage, random);

        if (test) {
            ask(&subject, test, damage, tally);
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
    for (unsigned i = 0; i < HS_COUNT(tally->of_outcome); i++) {
        print_message("%6u %s\n", tally->of_outcome[i], outcome_name(i));
    }
    print_message("%u of %u agree, of %u an unmodified QEMU says by chance\n", tally->agreeing, tally->asked,
                  tally->by_chance);
    print_message("of %u device sections alone %u are answered otherwise, and %u by chance\n", tally->alone,
                  tally->alone_otherwise, tally->alone_by_chance);
}

static void a_plain_qemu_agrees(void **state)
{
    unsigned inputs = (unsigned)support_number("HARDSTOP_AGREE", INPUTS, 1000000);
    struct tally tally = { .asked = 0 };
    struct random random;

    (void)state;
    random_init(&random, support_number("HARDSTOP_AGREE_SEED", 1, UINT32_MAX));
    for (unsigned group = 0; group < AGREE_GROUPS; group++) {
        size_t subjects = agree_count((enum agree_group)group, CORPUS_DIR);

        for (size_t i = 0; i < subjects && i < inputs; i++) {
            ask_subject((enum agree_group)group, i, subjects, inputs, &random, &tally);
        }
    }
    print_tally(&tally);
    assert_int_equal(tally.agreeing + tally.by_chance, tally.asked);
    assert_true(tally.by_chance <= 1 + tally.asked / 100);
    assert_int_equal(tally.alone_otherwise, 0);
    assert_true(tally.alone_by_chance <= 1 + tally.asked / 50);
    for (unsigned i = 0; i < AGREE_DAMAGES; i++) {
        /* Where a chosen QEMU lacks something, there are fewer. */
        assert_true(getenv(PROGRAM_ENV) || tally.of_damage[i] > inputs * AGREE_GROUPS / AGREE_DAMAGES / 3);
    }
}

/* Commands of a sender: migration/savevm.c, QEMU 7.2. */
#define OPEN_RETURN_PATH "\x08\x00\x01\x00\x00"
#define PING "\x08\x00\x02\x00\x04sign"
#define POSTCOPY_ADVISE "\x08\x00\x03\x00\x10\0\0\0\0\0\0\x10\0\0\0\0\0\0\0\x10\0"
#define COMMANDS(bytes) bytes, sizeof(bytes) - 1

static const struct {
    const char *capability, *commands;
    size_t size;
    enum outcome outcome;
} incoming[] = {
    { "x-xbzrle", COMMANDS(""), OUTCOME_ACCEPTED },
    { "x-compress", COMMANDS(""), OUTCOME_ACCEPTED },
    { "x-colo", COMMANDS(""), OUTCOME_ACCEPTED },
    { "x-background-snapshot", COMMANDS(""), OUTCOME_ACCEPTED },
    { "x-postcopy-ram", COMMANDS(""), OUTCOME_ACCEPTED },
    { "x-postcopy-ram", COMMANDS(OPEN_RETURN_PATH PING POSTCOPY_ADVISE), OUTCOME_ACCEPTED },
    { "x-return-path", COMMANDS(OPEN_RETURN_PATH PING PING), OUTCOME_ACCEPTED },
    { "x-return-path", COMMANDS(PING), OUTCOME_REJECTED },
    { "x-events", COMMANDS(OPEN_RETURN_PATH POSTCOPY_ADVISE), OUTCOME_REJECTED },
};

/* Asks both for the stream with a row's commands at its begin. */
static void ask_with_commands(const struct agree_subject *subject, size_t i)
{
    struct stream_encoding encoding = { 0 };
    struct loader_input input = { .whole = true };
    struct builder bytes = { 0 };
    struct said served, plain;
    size_t begin;
    char *path;

    stream_encode(subject->test->stream, &encoding, NULL, NULL);
    begin = encoding.marks[0].start;
    builder_put(&bytes, encoding.out.data, begin);
    builder_put(&bytes, incoming[i].commands, incoming[i].size);
    builder_put(&bytes, encoding.out.data + begin, encoding.out.size - begin);
    path = support_write(folder, "stream.mig", bytes.data, bytes.size);
    input.bytes = bytes.data;
    input.size = bytes.size;
    served = ask_served(subject, &input);
    plain = ask_plain(subject, path, NULL);
    if (served.outcome != incoming[i].outcome || !is_same(&served, &plain)) {
        fail_msg("%s, %zu bytes of commands: served %s \"%s\", plain %s \"%s\"", incoming[i].capability,
                 incoming[i].size, outcome_name(served.outcome), served.words, outcome_name(plain.outcome),
                 plain.words);
    }
    free(path);
    builder_clear(&bytes);
    stream_encoding_clear(&encoding);
}

static void whatever_the_capabilities(void **state)
{
    Hardstop__Setup *setup = support_setup("pci", "q35", HARDSTOP__FRAMING__FOOTER);
    struct agree_subject subject = { .test = support_capture(setup, CASE_KEEP_ALL) };
    char **global;

    (void)state;
    hardstop__setup__free_unpacked(setup, NULL);
    setup = subject.test->setup;
    global = HS_PUSH(setup->global, setup->n_global);
    for (size_t i = 0; i < HS_COUNT(incoming); i++) {
        free(*global);
        *global = hs_format("migration.%s=on", incoming[i].capability);
        if (!agree_has_global(setup->binary, *global)) {
            continue;
        }
        subject.loader = support_open(setup);
        ask_with_commands(&subject, i);
        loader_close(subject.loader);
    }
    case_free(subject.test);
}

/* An empty file is handed over as a file: where exec: or a pipe has nothing, QEMU 7.2 does not even begin. */
static void whatever_the_bytes(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } raw[] = {
        { "", 0 }, { "Q", 1 }, { "QEV", 3 }, { "QEVM", 4 }, { "QEVM\0\0\0\3", 8 }, { "QEVM\0\0\0\4\0", 9 },
        { "\0\0\0\0\0", 5 }, { "a line of text\n", 15 }, { "\4\0\0\0\1\3ram", 9 }, { "MVEQ\3\0\0\0\0", 9 },
    };
    Hardstop__Setup *setup = support_setup("ccw", "s390-ccw-virtio", HARDSTOP__FRAMING__FOOTER);
    struct agree_subject subject = { .test = case_new(), .loader = support_open(setup) };

    (void)state;
    subject.test->setup = setup;
    for (size_t i = 0; i < HS_COUNT(raw); i++) {
        char *path = support_write(folder, "stream.mig", raw[i].bytes, raw[i].size);
        struct loader_input input = { .bytes = (const uint8_t *)raw[i].bytes, .size = raw[i].size, .whole = true };
        struct said served = ask_served(&subject, &input), plain = ask_plain(&subject, path, NULL);

        if (served.outcome != OUTCOME_REJECTED || !is_same(&served, &plain)) {
            fail_msg("%zu: served %s \"%s\", plain %s \"%s\"", i, outcome_name(served.outcome), served.words,
                     outcome_name(plain.outcome), plain.words);
        }
        free(path);
    }
    loader_close(subject.loader);
    case_free(subject.test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SUPPORT_TIDY(a_plain_qemu_agrees),
        SUPPORT_TIDY(whatever_the_capabilities),
        SUPPORT_TIDY(whatever_the_bytes),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
