/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names the journal after what is audited, prints progress on a terminal, and takes SIGINT and SIGTERM. */
#include "harness/tool/sweep_run.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/loader/open.h"
#include "harness/audit/audit_findings.h"
#include "harness/audit/sweep/journal.h"
#include "harness/judge/borrow.h"
#include "harness/message/reflect.h"

static volatile int interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static void show_progress(void *user, const struct sweep_progress *progress)
{
    const char *label = user;
    double share = progress->cells ? (double)progress->done / (double)progress->cells : 1;

    fprintf(stderr, "\r\033[K%s%s%5.1f %%  %" PRIu64 " of %" PRIu64 " damages, %.0f/s", label ? label : "",
            label ? "  " : "", 100 * share, progress->done, progress->cells, progress->rate);
    if (progress->seconds_left >= 0) {
        fprintf(stderr, ", %.0f s left", progress->seconds_left);
    }
    fflush(stderr);
}

/* Audits of other cases, options and loaders have other journals, and so have those of another hardstop's format. */
static char *journal_path(const struct audit_case *subject, const struct sweep_options *options, const char *loader,
                          const char *work)
{
    uint64_t words[] = {
        options->choice.edits, options->choice.lengths, options->choice.elements, options->timeout_ms,
        subject->section, loader_files(subject->test->setup), SWEEP_JOURNAL_VERSION,
    };
    uint64_t hash = XXH3_64bits(words, sizeof(words));
    size_t size;
    uint8_t *packed = case_pack(subject->test, &size);

    hash =
        XXH3_64bits_withSeed(options->choice.values, options->choice.n_values * sizeof(*options->choice.values), hash);
    hash = XXH3_64bits_withSeed(packed, size, hash);
    hash = XXH3_64bits_withSeed(loader, strlen(loader), hash);
    free(packed);
    return hs_format("%s/audit-%016" PRIx64 ".journal", work, hash);
}

int sweep_name(struct audit_case *subject, struct audit *audit, struct hs_error *err)
{
    struct loader *loader = loader_open(subject->test->setup, subject->trust, NULL, err);
    const ProtobufCBinaryData *idstr;
    char *section;

    if (!loader) {
        return -1;
    }
    borrow_description(loader, subject->test->stream);
    idstr = subject->section == EDIT_WHOLE ? NULL : &subject->test->stream->section[subject->section]->idstr;
    section = hs_copy(idstr ? (const char *)idstr->data : "", idstr ? idstr->len : 0);
    audit->setup = (Hardstop__Setup *)reflect_clone(&subject->test->setup->base);
    audit->loader = audit_keep(audit, loader_name(loader));
    audit->section = audit_keep(audit, section);
    free(section);
    loader_close(loader);
    return 0;
}

static struct sweep_options options_of(const struct audit_case *subject, const struct sweep_options *options)
{
    struct sweep_options all = *options;

    all.section = subject->section;
    return all;
}

int sweep_run_foresee(const struct audit_case *subject, const struct sweep_options *options, struct audit *audit,
                      struct hs_error *err)
{
    struct sweep_options all = options_of(subject, options);

    return sweep_foresee(subject->test, &all, audit, err);
}

int sweep_run(const struct audit_case *subject, const struct sweep_options *options, const char *work,
              const char *label, char **journal, struct audit *audit, struct hs_error *err)
{
    bool is_terminal = isatty(STDERR_FILENO);
    struct sigaction action = { .sa_handler = interrupt, .sa_flags = SA_RESETHAND };
    struct sweep_options all = options_of(subject, options);
    struct loader_source source = { subject->test->setup, subject->trust };
    int result;

    if (file_make_folder(work, err) < 0) {
        return -1;
    }
    *journal = journal_path(subject, options, audit->loader, work);
    all.journal = *journal;
    all.progress = is_terminal ? show_progress : NULL;
    all.user = (void *)label;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    result = sweep(subject->test, &all, loader_open_source, &source, &interrupted, audit, err);
    /* The journal is complete: whatever ends the process from here on loses nothing. */
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    if (is_terminal) {
        fputs("\r\033[K", stderr);
    }
    if (result == 1) {
        return hs_fail(err, HS_NO_OFFSET, "interrupted; the same command goes on from %s", *journal);
    }
    return result;
}

int sweep_find(const struct audit_case *subject, const char *work, uint32_t timeout_ms, struct audit *audit,
               struct hs_error *err)
{
    struct oracle oracle = {
        .loader = loader_open(subject->test->setup, subject->trust, NULL, err),
        .timeout_ms = timeout_ms ? timeout_ms : LOADER_TIMEOUT_MS,
    };
    char *folder = hs_format("%s/findings", work);
    int result = oracle.loader ? file_make_folder(folder, err) : -1;

    if (result == 0) {
        audit_set_work(audit, work);
        result = audit_find(audit, &oracle, subject->test, subject->section, folder, err);
    }
    loader_close(oracle.loader);
    oracle_clear(&oracle);
    free(folder);
    return result;
}
