/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Completes what is to be loaded to a whole stream, and has it confirmed. */
#include "harness/loader/qemu/slow.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/case/complete.h"
#include "harness/loader/qemu/capture.h"
#include "harness/loader/qemu/confirm.h"
#include "harness/loader/qemu/request.h"
#include "harness/loader/qemu/traces.h"
#include "harness/message/reflect.h"

struct slow_loader {
    struct loader loader;
    Hardstop__Setup *setup; /* traced: it says which section it is at */
    Hardstop__Stream *captured;
    uint64_t memory_limit;
    int file; /* that QEMU reads */
    char path[32]; /* of that */
    char name[64];
    struct builder whole;
    struct traces traces;
    struct watch *watch; /* NULL: QEMU lets nothing in */
    struct confirm_result result; /* of the last load */
};

static const struct loader_class slow_class;

/*
 * What tells the section it is at; and a calendar that stands still as long as the guest does: else fields differ from
 * one load to the next.  The setup's own words come behind, and count.
 */
static void add_options(Hardstop__Setup *setup)
{
    static const char *const words[] = {
        "-rtc", "base=2020-01-01T00:00:00,clock=vm", "-trace", TRACES_FULL, "-trace", TRACES_PART,
    };
    size_t n = setup->n_option;
    char **own = setup->option;

    setup->option = hs_resize(NULL, n + HS_COUNT(words), sizeof(*own));
    setup->n_option = 0;
    for (size_t i = 0; i < HS_COUNT(words); i++) {
        setup->option[setup->n_option++] = hs_strdup(words[i]);
    }
    for (size_t i = 0; i < n; i++) {
        setup->option[setup->n_option++] = own[i];
    }
    free(own);
}

static int ask_name(struct slow_loader *slow, struct qmp *qmp, struct patience *patience, struct hs_error *err)
{
    json_t *answer, *version;

    if (qmp_execute(qmp, "query-version", NULL, -1, patience, &answer, err) < 0) {
        return -1;
    }
    version = json_object_get(answer, "qemu");
    snprintf(slow->name, sizeof(slow->name), "QEMU %d.%d.%d",
             (int)json_integer_value(json_object_get(version, "major")),
             (int)json_integer_value(json_object_get(version, "minor")),
             (int)json_integer_value(json_object_get(version, "micro")));
    json_decref(answer);
    return 0;
}

/* Its version, and what device sections need around them. */
static int look(void *user, struct qmp *qmp, struct patience *patience, struct hs_error *err)
{
    struct slow_loader *slow = user;
    uint8_t *bytes;
    size_t size;

    if (ask_name(slow, qmp, patience, err) < 0 || capture_save(qmp, patience, &bytes, &size, err) < 0) {
        return hs_fail_in(err, "%s", slow->setup->binary);
    }
    slow->captured = stream_decode(bytes, size, STREAM_ANY, err);
    free(bytes);
    return slow->captured ? 0 : hs_fail_in(err, "%s: the captured stream", slow->setup->binary);
}

static void say_slow(const struct slow_loader *slow, const char *why)
{
    static char *said;

    if (!said || strcmp(said, why) != 0) {
        fprintf(stderr, "hardstop: %s (%s) is not entered, so each load starts a process, which is slow: %s\n",
                slow->setup->binary, slow->name, why);
        free(said);
        said = hs_strdup(why);
    }
}

struct loader *slow_open(const Hardstop__Setup *setup, const struct loader_options *options, const char *object,
                         const char *why, struct hs_error *err)
{
    struct slow_loader *slow = hs_alloc(sizeof(*slow));

    slow->loader.class = &slow_class;
    slow->setup = (Hardstop__Setup *)reflect_clone(&setup->base);
    slow->memory_limit = options && options->memory_limit ? options->memory_limit : LOADER_MEMORY_LIMIT;
    add_options(slow->setup);
    slow->file = memfd_create("hardstop-stream", MFD_CLOEXEC);
    snprintf(slow->path, sizeof(slow->path), "/proc/self/fd/%d", slow->file);
    if (slow->file < 0) {
        hs_fail(err, HS_NO_OFFSET, "no memory file: %s", strerror(errno));
    }
    if (slow->file < 0 || (object && !(slow->watch = watch_open(object, err))) ||
        capture_ask(slow->setup, TRUST_ALL, look, slow, err) < 0) {
        loader_close(&slow->loader);
        return NULL;
    }
    say_slow(slow, why);
    return &slow->loader;
}

/* The input as QEMU is to read it, in `file`. */
static int put_stream(struct slow_loader *slow, const struct loader_input *input, struct hs_error *err)
{
    const struct builder bytes = { .data = (uint8_t *)input->bytes, .size = input->size };
    Hardstop__Case test = HARDSTOP__CASE__INIT;
    const uint8_t *from;
    size_t left;
    ssize_t n = 0;

    test.has_whole = true;
    test.whole = input->whole;
    test.memory = (Hardstop__GuestMemory **)input->memory;
    test.n_memory = input->n_memory;
    if (complete_stream(&test, &bytes, slow->captured, input->cut, &slow->whole, err) < 0) {
        return -1;
    }
    if (ftruncate(slow->file, 0) < 0) {
        n = -1;
    }
    for (from = slow->whole.data, left = slow->whole.size; n >= 0 && left; from += n, left -= (size_t)n) {
        n = pwrite(slow->file, from, left, from - slow->whole.data);
    }
    return n < 0 ? hs_fail(err, HS_NO_OFFSET, "cannot hand over %zu bytes: %s", slow->whole.size, strerror(errno)) : 0;
}

/* Of the sections that began to be loaded, those before which nothing was put. */
static const char *given(const struct slow_loader *slow, const struct loader_input *input)
{
    const char *loaded = (const char *)slow->traces.loaded.data;

    for (size_t i = 0; !loader_input_is_whole(input) && i < slow->captured->n_section; i++) {
        if (slow->captured->section[i]->type == HARDSTOP__SECTION__TYPE__START) {
            loaded += strcspn(loaded, "\n");
            loaded += *loaded == '\n';
        }
    }
    return loaded;
}

static void fill(struct slow_loader *slow, const struct loader_input *input, struct loader_answer *answer)
{
    struct confirm_result *result = &slow->result;
    size_t devices = result->saved ? complete_devices(result->saved, result->saved_size) : 0;

    answer->outcome = result->outcome;
    answer->saving = result->saving;
    answer->hang = result->hang;
    answer->signal = result->signal;
    answer->report = result->report;
    answer->fault_address = result->report.fault_address;
    answer->n_frames = result->n_frames;
    memcpy(answer->frames, result->frames, sizeof(answer->frames));
    answer->exited = result->outcome == OUTCOME_CRASHED && !result->signal && !*result->report.kind;
    answer->exit_status = result->exit_status;
    traces_take(&slow->traces, result->text, false);
    answer->text = result->text;
    /* Which one it was saving, nothing says. */
    answer->section = result->saving ? "" : slow->traces.section;
    answer->loaded = given(slow, input);
    if (slow->watch && !result->n_frames &&
        (result->outcome == OUTCOME_CRASHED || result->outcome == OUTCOME_HUNG)) {
        watch_read(slow->watch, answer);
    }
    if (result->outcome == OUTCOME_ACCEPTED) {
        answer->saved = result->saved ? result->saved + devices : (const uint8_t *)"";
        answer->saved_size = result->saved ? result->saved_size - devices : 0;
    }
}

static int slow_load(struct loader *loader, const struct loader_input *input, struct loader_answer *answer,
                     struct hs_error *err)
{
    struct slow_loader *slow = (struct slow_loader *)loader;
    const struct confirm_limits limits = { .timeout_ms = request_limit_ms(input), .memory = slow->memory_limit,
                                           .most_reads = input->most_reads };

    memset(answer, 0, sizeof(*answer));
    answer->text = answer->section = answer->loaded = "";
    confirm_result_clear(&slow->result);
    if (put_stream(slow, input, err) < 0 ||
        confirm_watched(slow->setup, TRUST_ALL, slow->path, &limits, slow->watch, &slow->result, err) < 0) {
        return -1;
    }
    answer->timeout_ms = limits.timeout_ms;
    answer->memory_limit = limits.memory;
    fill(slow, input, answer);
    return 0;
}

static const char *slow_name(const struct loader *loader)
{
    return ((const struct slow_loader *)loader)->name;
}

static void slow_close(struct loader *loader)
{
    struct slow_loader *slow = (struct slow_loader *)loader;

    if (slow->file >= 0) {
        close(slow->file);
    }
    stream_free(slow->captured);
    hardstop__setup__free_unpacked(slow->setup, NULL);
    builder_clear(&slow->whole);
    traces_clear(&slow->traces);
    watch_close(slow->watch);
    confirm_result_clear(&slow->result);
    free(slow);
}

static const struct loader_class slow_class = {
    .load = slow_load,
    .name = slow_name,
    .close = slow_close,
};

bool slow_is(const struct loader *loader)
{
    return loader->class == &slow_class;
}
