/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loop, and what differs between the two kinds of input. */
#include "harness/bench/search.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/random.h"
#include "harness/base/time.h"
#include "harness/loader/open.h"
#include "harness/finding/finding.h"
#include "harness/bench/blame.h"
#include "harness/message/reflect.h"

const char *const search_mode_names[] = { "structure", "bytes", "coverage" };

enum {
    DEPTH = 5, /* libFuzzer's -mutate_depth */
    MAX_SIZE = 1 << 20,
    EDGES = 1 << 19,
};

struct input {
    size_t origin; /* index of the seed */
    uint8_t *data;
    size_t size;
};

/* A seed, and an oracle that remembers what it does undamaged. */
struct origin {
    Hardstop__Case *test;
    struct stream_encoding encoding;
    struct oracle oracle;
};

struct search {
    const struct search_options *options;
    struct search_result *result;
    struct origin *origins;
    struct input *corpus;
    struct random random;
    double start;
    struct judgement judgement;
    bool seen[TARGET_COUNTERS];
    struct loader_counters counters;
    uint8_t *steps; /* of each edge, those of its count that were seen, a bit each */
    uint8_t new_steps; /* those that the last load added, of any edge */
};

/* The name of the section that the loaded bytes begin with is `name`. */
static bool begins_with(const struct builder *bytes, const char *name)
{
    enum { LENGTH_AT = 5, NAME_AT = 6 }; /* behind the type and the section id */
    size_t length = bytes->size > NAME_AT ? bytes->data[LENGTH_AT] : 0;

    return length && length <= bytes->size - NAME_AT && length == strlen(name) &&
           memcmp(bytes->data + NAME_AT, name, length) == 0;
}

/* True for what search.h calls unreached. */
static bool is_unreached(const struct judgement *judgement)
{
    const struct loader_answer *answer = &judgement->actual.answer;

    if (answer->outcome != OUTCOME_REJECTED) {
        return false;
    }
    return !*answer->section || (begins_with(&judgement->damaged, answer->section) &&
                                 (strstr(answer->text, "Unknown savevm section or instance") ||
                                  strstr(answer->text, "savevm: unsupported version")));
}

/* The input as a case; NULL when it is none, which takes the place of a mutation that did nothing. */
static Hardstop__Case *case_of(const struct search *search, const struct input *input)
{
    const struct origin *origin = &search->origins[input->origin];
    Hardstop__Case *test;

    if (search->options->mode != SEARCH_BYTES) {
        return (Hardstop__Case *)reflect_unpack(&hardstop__case__descriptor, input->data, input->size, NULL);
    }
    test = case_clone(origin->test);
    blame_damages(test, origin->encoding.out.data, origin->encoding.out.size, input->data, input->size);
    return test;
}

static void note_finding(struct search *search)
{
    struct search_result *result = search->result;
    struct finding finding;
    struct hs_error err;

    if (!finding_of(&search->judgement, &finding)) {
        return;
    }
    for (size_t i = 0; i < result->n_findings; i++) {
        if (result->findings[i] == finding.signature) {
            return;
        }
    }
    HS_CHECK(result->n_findings < SEARCH_FINDINGS, "more than %d findings", SEARCH_FINDINGS);
    result->taken[result->n_findings] = result->loads;
    result->findings[result->n_findings++] = finding.signature;
    HS_CHECK(finding_save(search->options->folder, &finding, search->judgement.test, &err) >= 0, "%s", err.text);
}

/* libFuzzer's steps of how often an edge was come by. */
static uint8_t step_of(uint8_t count)
{
    return count >= 128 ? 128 : count >= 32 ? 64 : count >= 16 ? 32 : count >= 8 ? 16 : count >= 4 ? 8 :
           count == 3 ? 4 : count == 2 ? 2 : 1;
}

static void note_edge(void *user, size_t at, uint8_t count)
{
    struct search *search = user;
    uint8_t step = step_of(count);

    search->result->edges += !search->steps[at];
    search->new_steps |= step & ~search->steps[at];
    search->steps[at] |= step;
}

static bool shows_something_new(struct search *search)
{
    bool found;

    search->new_steps = 0;
    loader_counters_each(&search->counters, note_edge, search);
    found = search->new_steps && search->options->mode == SEARCH_COVERAGE;
    memset(target_counters, 0, TARGET_COUNTERS);
    target_feedback(&search->judgement);
    for (size_t i = 0; i < TARGET_COUNTERS; i++) {
        found |= target_counters[i] && !search->seen[i];
        search->seen[i] |= target_counters[i] != 0;
    }
    return found;
}

static void keep(struct search *search, const struct input *input)
{
    struct search_result *result = search->result;

    *HS_PUSH(search->corpus, result->corpus) =
        (struct input){ input->origin, hs_copy(input->data, input->size), input->size };
}

/* Judges an input.  True when it was kept. */
static bool judge(struct search *search, const struct input *input)
{
    struct oracle *oracle = &search->origins[input->origin].oracle;
    struct search_result *result = search->result;
    Hardstop__Case *test = case_of(search, input);
    unsigned long before = oracle->loads;
    struct hs_error err;
    bool kept;

    if (!test) {
        return false;
    }
    memset(search->counters.bytes + search->counters.first, 0, search->counters.n);
    HS_CHECK(oracle_judge(oracle, test, &search->judgement, &err) == 0, "%s", err.text);
    HS_CHECK(search->options->mode != SEARCH_BYTES ||
                 (search->judgement.damaged.size == input->size &&
                  memcmp(search->judgement.damaged.data, input->data, input->size) == 0),
             "the damages do not make the input of its seed");
    result->loads += oracle->loads - before;
    result->inputs++;
    result->verdicts[search->judgement.verdict]++;
    result->unreached += is_unreached(&search->judgement);
    if (search->options->watch) {
        search->options->watch(search->options->user, &search->judgement, result->loads);
    }
    note_finding(search);
    kept = shows_something_new(search) && search->judgement.verdict != VERDICT_HUNG;
    if (kept) {
        keep(search, input);
    }
    case_free(test);
    return kept;
}

static size_t mutate(struct search *search, uint8_t *data, size_t size)
{
    if (search->options->mode == SEARCH_BYTES) {
        return search->options->bytes(data, size, MAX_SIZE);
    }
    return target_mutate(data, size, MAX_SIZE, (unsigned)random_bits(&search->random), search->options->bytes);
}

static bool goes_on(const struct search *search)
{
    const struct search_options *options = search->options;

    return options->seconds > 0 ? time_now() < search->start + options->seconds
                                : search->result->loads < options->loads;
}

static void search_from(struct search *search, const struct input *start)
{
    struct input input = *start;

    input.data = hs_alloc(MAX_SIZE);
    memcpy(input.data, start->data, start->size);
    for (int i = 0; i < DEPTH && goes_on(search); i++) {
        input.size = mutate(search, input.data, input.size);
        if (judge(search, &input)) {
            break;
        }
    }
    free(input.data);
}

/* The loader of an earlier seed with the same setup, or a new one. */
static struct loader *loader_for(struct search *search, size_t i)
{
    const Hardstop__Setup *setup = search->origins[i].test->setup;
    const struct loader_options options = { .counters = &search->counters };
    struct loader *loader;
    struct hs_error err;

    for (size_t k = 0; k < i; k++) {
        if (reflect_equal(&search->origins[k].test->setup->base, &setup->base)) {
            return search->origins[k].oracle.loader;
        }
    }
    loader = loader_open(setup, TRUST_ALL, &options, &err);
    HS_CHECK(loader, "%s", err.text);
    HS_CHECK(search->options->mode != SEARCH_COVERAGE || search->counters.n,
             "this QEMU does not count its edges: HARDSTOP_QEMU is to name one of ci/qemu --source --coverage");
    return loader;
}

/* A seed's own damages are left out: an input of bytes has no place for them but in its bytes. */
static void open_origin(struct search *search, size_t i)
{
    struct origin *origin = &search->origins[i];
    struct input input = { .origin = i };

    origin->test = case_clone(search->options->seeds->tests[i]);
    while (origin->test->n_damage) {
        reflect_free(&origin->test->damage[--origin->test->n_damage]->base);
    }
    stream_encode(origin->test->stream, &origin->encoding, NULL, NULL);
    origin->oracle =
        (struct oracle){ .loader = loader_for(search, i), .timeout_ms = LOADER_STEP_MS, .hasty = true };
    if (search->options->mode != SEARCH_BYTES) {
        input.data = case_pack(origin->test, &input.size);
    } else {
        input.size = origin->encoding.out.size;
        input.data = hs_copy(origin->encoding.out.data, input.size);
    }
    if (!judge(search, &input)) {
        keep(search, &input);
    }
    free(input.data);
}

void search_close(struct search *search)
{
    size_t n = search->options->seeds->n;

    for (size_t i = 0; i < n; i++) {
        struct loader *loader = search->origins[i].oracle.loader;

        for (size_t k = i; k < n; k++) {
            search->origins[k].oracle.loader = search->origins[k].oracle.loader == loader ?
                                                   NULL : search->origins[k].oracle.loader;
        }
        loader_close(loader);
        oracle_clear(&search->origins[i].oracle);
        stream_encoding_clear(&search->origins[i].encoding);
        case_free(search->origins[i].test);
    }
    for (size_t i = 0; i < search->result->corpus; i++) {
        free(search->corpus[i].data);
    }
    free(search->corpus);
    free(search->origins);
    free(search->steps);
    loader_counters_close(&search->counters);
    judgement_clear(&search->judgement);
    free(search);
}

struct search *search_open(const struct search_options *options, struct search_result *result)
{
    struct search *search = hs_alloc(sizeof(*search));
    struct hs_error err;

    search->options = options;
    search->result = result;
    memset(result, 0, sizeof(*result));
    HS_CHECK(loader_counters_open(&search->counters, NULL, EDGES, &err) == 0, "%s", err.text);
    search->steps = hs_alloc(EDGES);
    search->start = time_now();
    random_init(&search->random, options->seed);
    search->origins = hs_alloc(options->seeds->n * sizeof(*search->origins));
    for (size_t i = 0; i < options->seeds->n; i++) {
        open_origin(search, i);
    }
    return search;
}

void search_try(struct search *search, size_t origin, const uint8_t *data, size_t size)
{
    struct input input = { .origin = origin, .data = hs_copy(data, size), .size = size };

    judge(search, &input);
    free(input.data);
}

void search_run(const struct search_options *options, struct search_result *result)
{
    struct search *search = search_open(options, result);

    while (goes_on(search)) {
        search_from(search, &search->corpus[random_below(&search->random, result->corpus)]);
    }
    search_close(search);
}
