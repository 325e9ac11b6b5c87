/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs cases, keeps what they find, and a QEMU for each of the setups seen last. */
#include "fuzzers/target.h"

#include <inttypes.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <xxhash.h>

#include "fuzzers/bundle.h"
#include "fuzzers/coverage.h"
#include "fuzzers/last_words.h"
#include "fuzzers/status.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/case/case.h"
#include "harness/case/pokes.h"
#include "harness/finding/finding.h"
#include "harness/judge/beside.h"
#include "harness/loader/open.h"
#include "harness/message/reflect.h"
#include "harness/setup/program.h"

enum {
    /* Setups served at once, a QEMU each.  A new one costs as much as some 30 loads, so all should fit if they can. */
    MIN_POOL = 2,
    MAX_POOL = 48,
    QEMU_SIZE = 32 << 20, /* bytes: an idle one shares all but 11 to 20 MB with others, and its forks need some more */
    EXIT_FULL = 75, /* no engine's own status; EX_TEMPFAIL of sysexits.h */
    KEPT_MEMORY = 32 << 20, /* bytes of what was freed that the C library keeps; it takes no more */
    MAX_FAILURES = 20, /* harness failures in a row: the campaign is not testing anything any more */
};

/* A loader for each setup, the least recently used closed for a new one. */
struct served {
    uint64_t setup; /* hash */
    struct oracle oracle;
    unsigned long used;
};

/* What was no finding, or another one, when it was judged with the full limits. */
struct hasty {
    uint64_t signature;
    unsigned seen;
};

static struct {
    struct served pool[MAX_POOL];
    size_t pool_size;
    unsigned long uses;
    const char *findings, *instance, *beside; /* findings: NULL when the first one ends the target */
    bool has_state, has_coverage; /* what guides the engine */
    uint32_t timeout_ms, pokes;
    unsigned failures;
    struct hasty hasty[64];
    size_t n_hasty;
    bool is_ready;
} state;

static unsigned long setting(const char *name, unsigned long otherwise)
{
    const char *value = getenv(name);

    return value && atoi(value) > 0 ? (unsigned long)atoi(value) : otherwise;
}

static size_t pool_size(void)
{
    uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t fit = memory / 2 / setting("HARDSTOP_PROCESSES", 2) / QEMU_SIZE / (state.beside ? 2 : 1);

    return fit < MIN_POOL ? MIN_POOL : fit > MAX_POOL ? MAX_POOL : (size_t)fit;
}

static void read_feedback(void)
{
    const char *feedback = getenv("HARDSTOP_FEEDBACK");
    bool both;

    /* In the first minutes edges were seen to add nothing (ci/bench coverage); a bundle is for days. */
    if (!feedback || !*feedback) {
        feedback = bundle_is_there() ? "both" : "state";
    }
    both = strcmp(feedback, "both") == 0;
    state.has_state = both || strcmp(feedback, "state") == 0;
    state.has_coverage = both || strcmp(feedback, "coverage") == 0;
    HS_CHECK(state.has_state || state.has_coverage, "HARDSTOP_FEEDBACK is \"%s\": state, coverage or both", feedback);
}

static void read_settings(const char *target)
{
    const char *findings = getenv("HARDSTOP_FINDINGS");
    const char *instance = getenv("HARDSTOP_INSTANCE");
    const char *pokes = getenv("HARDSTOP_POKE");
    struct hs_error err;

    if (!state.is_ready) {
        state.is_ready = true;
        /* The next input wants memory as large as this one's: what is given back would be mapped and zeroed again. */
        mallopt(M_MMAP_THRESHOLD, KEPT_MEMORY);
        mallopt(M_TRIM_THRESHOLD, KEPT_MEMORY);
        if (getenv("__AFL_SHM_ID")) {
            /* AFL++ keeps us stopped between runs: nothing else would end us if its fork server went first. */
            prctl(PR_SET_PDEATHSIG, SIGKILL);
        }
        state.findings = findings && *findings ? findings : bundle_is_there() ? NULL : "findings";
        state.timeout_ms = (uint32_t)setting("HARDSTOP_TIMEOUT_MS", LOADER_CAMPAIGN_MS);
        state.instance = instance && *instance ? instance : target;
        state.beside = program_given(PROGRAM_BESIDE_ENV);
        read_feedback();
        HS_CHECK(!pokes || pokes_of_list(pokes, &state.pokes), "HARDSTOP_POKE is \"%s\": all, or some of %s", pokes,
                 poke_names());
        state.pool_size = pool_size();
        HS_CHECK(!state.findings || file_make_folder(state.findings, &err) == 0, "%s", err.text);
        status_begin(state.findings, state.instance);
    }
}

static void close_oracle(struct oracle *oracle)
{
    beside_close(oracle);
    loader_close(oracle->loader);
    oracle_clear(oracle);
}

/* The oracle for a setup; NULL when its QEMU does not start. */
static struct oracle *oracle_for(const Hardstop__Setup *setup, struct hs_error *err)
{
    size_t size;
    uint8_t *packed = reflect_pack(&setup->base, &size);
    uint64_t hash = XXH3_64bits(packed, size);
    struct served *oldest = &state.pool[0];
    struct oracle oracle = { .timeout_ms = state.timeout_ms, .most_reads = LOADER_CAMPAIGN_READS, .hasty = true,
                             .fast = !state.beside };
    struct loader_options options = { .counters = state.has_coverage ? coverage_counters() : NULL };

    free(packed);
    state.uses++;
    for (size_t i = 0; i < state.pool_size; i++) {
        struct served *served = &state.pool[i];

        if (served->oracle.loader && served->setup == hash) {
            served->used = state.uses;
            return &served->oracle;
        }
        oldest = served->used < oldest->used ? served : oldest;
    }
    /* Whatever it came with, an input is a file. */
    oracle.loader = loader_open(setup, TRUST_NONE, &options, err);
    if (!oracle.loader || beside_open(&oracle, setup, TRUST_NONE, state.beside, err) < 0) {
        close_oracle(&oracle);
        return NULL;
    }
    close_oracle(&oldest->oracle);
    *oldest = (struct served){ .setup = hash, .used = state.uses, .oracle = oracle };
    return &oldest->oracle;
}

/*
 * Judges once more, with the full time limit, and names the fields that differ: 1 when it is still a finding, 0 when
 * not, -1 without a verdict.
 */
static int confirm_finding(struct oracle *oracle, const Hardstop__Case *test, struct judgement *judgement,
                           struct finding *finding)
{
    struct oracle patient = { .loader = oracle->loader, .beside = oracle->beside };
    int confirmed = oracle_judge(&patient, test, judgement, NULL);

    if (confirmed == 0) {
        confirmed = finding_of(judgement, finding);
    }
    oracle->loads += patient.loads;
    oracle_clear(&patient);
    return confirmed;
}

static struct hasty *find_hasty(uint64_t signature)
{
    for (size_t i = 0; i < HS_COUNT(state.hasty); i++) {
        if (state.hasty[i].seen && state.hasty[i].signature == signature) {
            return &state.hasty[i];
        }
    }
    return NULL;
}

static void note_hasty(uint64_t signature)
{
    if (!find_hasty(signature)) {
        state.hasty[state.n_hasty++ % HS_COUNT(state.hasty)] = (struct hasty){ signature, 1 };
    }
}

/*
 * A slow rejection looks like a hang each time, and to judge it with the full limits takes its time.  A hang may be at
 * the same place, so the second is judged again, the fourth, the eighth ...
 */
static bool was_hasty(uint64_t signature)
{
    struct hasty *hasty = find_hasty(signature);

    if (!hasty) {
        return false;
    }
    hasty->seen++;
    return (hasty->seen & (hasty->seen - 1)) != 0;
}

/* Without a folder, only a crash that is not known is of interest. */
static bool is_known(const struct finding *finding)
{
    return state.findings ? finding_is_known(state.findings, finding->signature)
                          : finding->verdict != VERDICT_CRASHED || bundle_knows(finding->signature);
}

static void tell(FILE *out, const struct finding *finding)
{
    fprintf(out, "hardstop: new finding %016" PRIx64 ": %s: %s in %s %s: %s\n", finding->signature,
            finding->property, verdict_name(finding->verdict), finding->device, finding->field, finding->message);
}

static void keep_finding(struct oracle *oracle, const struct judgement *judgement, const uint8_t *data, size_t size)
{
    static struct judgement again;
    struct finding finding;
    struct hs_error err;
    uint64_t signature;
    int result;

    if (!finding_of(judgement, &finding) || is_known(&finding) || was_hasty(finding.signature)) {
        return;
    }
    signature = finding.signature;
    result = confirm_finding(oracle, judgement->test, &again, &finding);
    if (result >= 0 && (result == 0 || is_known(&finding))) {
        note_hasty(signature);
    }
    if (result <= 0) {
        return;
    }
    if (!state.findings) {
        if (!is_known(&finding)) {
            tell(last_words_out(), &finding);
            last_words_say(&again.actual.answer, data, size);
        }
        return;
    }
    result = finding_save(state.findings, &finding, judgement->test, &err);
    if (result < 0 && file_check_space(state.findings, NULL) < 0) {
        /* No abort: an engine would take that for a crash of ours, and begin a file that it cannot fill. */
        fprintf(stderr, "hardstop: a finding could not be saved: %s\n", err.text);
        _exit(EXIT_FULL);
    }
    HS_CHECK(result >= 0, "a finding could not be saved: %s", err.text);
    if (result > 0) {
        status_found();
        tell(stderr, &finding);
    }
}

static void on_failure(const struct hs_error *err)
{
    fprintf(stderr, "hardstop: no verdict: %s\n", err->text);
    state.failures++;
    HS_CHECK(state.failures < MAX_FAILURES, "%u cases in a row without a verdict; the last: %s", state.failures,
             err->text);
}

/* What is judged once more, to confirm a finding, is no part of the input's own. */
static void feed_back(const struct judgement *judgement)
{
    if (state.has_state) {
        target_feedback(judgement);
    }
    if (state.has_coverage) {
        coverage_feedback();
    }
}

void target_run(const char *target, const uint8_t *data, size_t size)
{
    static struct judgement judgement;
    Hardstop__Case *test;
    struct oracle *oracle;
    struct hs_error err;
    unsigned long before;
    enum verdict verdict = VERDICT_UNKNOWN;
    unsigned long loads = 0;

    read_settings(target);
    test = case_of_input(target, data, size);
    if (state.pokes) {
        case_set_pokes(test, state.pokes);
    }
    oracle = oracle_for(test->setup, &err);
    if (!oracle) {
        on_failure(&err);
    } else {
        before = oracle->loads;
        coverage_begin();
        if (oracle_judge(oracle, test, &judgement, &err) < 0) {
            on_failure(&err);
        } else {
            state.failures = 0;
            feed_back(&judgement);
            keep_finding(oracle, &judgement, data, size);
        }
        loads = oracle->loads - before;
        verdict = judgement.verdict;
    }
    status_count(verdict, loads);
    status_write();
    case_free(test);
}
