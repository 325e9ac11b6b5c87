/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one door: whatever takes a stream and answers with an outcome is a loader.  Each load begins in a clean state. */
#ifndef HARDSTOP_LOADER_LOADER_H
#define HARDSTOP_LOADER_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"
#include "harness/loader/frame.h"
#include "harness/loader/input.h"
#include "harness/loader/limits.h"
#include "harness/loader/outcome.h"
#include "harness/loader/report.h"

#define LOADER_MARKERS 256

struct loader_answer {
    enum outcome outcome;
    int result; /* REJECTED: what the loader returned, a negative errno */
    bool saving; /* CRASHED, HUNG: it happened while the state was saved again, after the load was accepted */
    enum poke poke; /* CRASHED, HUNG: at which it happened, the load and that save being over; else POKE_NONE */
    uint32_t poked; /* the set of those that came to their end; a loader may have none */
    bool is_refused_again; /* POKE_RETRY is one of these, and the second load was rejected */
    struct loader_report report; /* CRASHED: of a sanitizer; the signal and the frames below are then its own */
    bool exited; /* CRASHED: by exit(), not by a signal, nor by a report */
    int exit_status;
    int signal;
    uint64_t fault_address;
    struct loader_frame frames[LOADER_FRAMES]; /* innermost first */
    size_t n_frames;
    enum hang hang; /* HUNG */
    uint32_t timeout_ms; /* the limits that it had, where there were any: processor time, */
    uint64_t memory_limit; /* and bytes of address space that it might add */
    /* Borrowed from the loader until its next call: */
    const char *text; /* error output, "" when there was none */
    const char *printed; /* CRASHED: the `report` as it was printed, which is not in `text`; NULL: there is none */
    /* idstr of the section that the load was at last, or, if `saving`, the save; "" when none or not known */
    const char *section;
    const char *loaded; /* the sections that it began, a line each: idstr, and " #INSTANCE" where that is not 0 */
    /*
     * Of a QEMU in which checks can be taken away (ci/patches/defects-10.0.patch): those that refuse, or would, as
     * corpus/defects.tsv names them, separated by commas.  As many as there is room for.
     */
    char markers[LOADER_MARKERS];
    const uint8_t *saved; /* ACCEPTED: the state saved again: device sections, and a vmdesc unless it was saved fast */
    size_t saved_size;
    const uint8_t *used; /* the state saved last, after POKE_STOP, POKE_RESET or POKE_RETRY, without a vmdesc */
    size_t used_size; /* 0: there is none */
    const uint8_t *written; /* POKE_WATCH: records, each a struct loader_written and its bytes */
    size_t written_size;
};

struct loader;

struct loader_class {
    /* Fills `answer`; 0, or -1 with a reason, the outcome then being UNKNOWN. */
    int (*load)(struct loader *loader, const struct loader_input *input, struct loader_answer *answer,
                struct hs_error *err);
    /* NULL: it has no name. */
    const char *(*name)(const struct loader *loader);
    void (*close)(struct loader *loader);
};

/* The head of every loader's own struct. */
struct loader {
    const struct loader_class *class;
};

static inline int loader_load(struct loader *loader, const struct loader_input *input, struct loader_answer *answer,
                              struct hs_error *err)
{
    return loader->class->load(loader, input, answer, err);
}

/* Program and version, "QEMU 7.2.22"; "" for a loader that has no name. */
static inline const char *loader_name(const struct loader *loader)
{
    return loader->class->name ? loader->class->name(loader) : "";
}

static inline void loader_close(struct loader *loader)
{
    if (loader) {
        loader->class->close(loader);
    }
}

/* The innermost frame inside the loader's own program, by which a crash is known; NULL when there is none. */
const struct loader_frame *loader_crash_frame(const struct loader_answer *answer);
/*
 * The frame by which a hang is known: that of the device's load, called by the innermost vmstate_load_state(), or, from
 * QEMU 11 on, vmstate_load_vmsd().  What it calls in turn is another at each look.  NULL when the stack does not show
 * one.
 */
const struct loader_frame *loader_hang_frame(const struct loader_answer *answer);

/* Signals that a load cannot earn: somebody, or a machine out of memory, killed it. */
bool loader_is_from_outside(int number);
/* "SIGSEGV" ...; a number's text for others.  Valid until the next call. */
const char *loader_signal_name(int number);

/* The bytes of device sections where there is none: nothing is loaded, and the machine's own state is saved. */
extern uint8_t loader_nothing[1];

#endif
