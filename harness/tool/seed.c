/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts the seed's QEMU, and makes or checks what it is of. */
#include "harness/tool/seed.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/canary/in_use.h"
#include "harness/case/case.h"
#include "harness/loader/capture.h"
#include "harness/loader/open.h"
#include "harness/tool/canary_file.h"
#include "harness/tool/read_case.h"

void seed_clear(struct seed *seed)
{
    loader_close(seed->loader);
    case_free(seed->fresh);
    case_free(seed->test);
    canary_clear(&seed->canary);
    free(seed->path);
    free(seed->skipped);
}

static int capture(struct seed *seed, const Hardstop__Setup *setup)
{
    Hardstop__Stream *stream = capture_decoded(setup, TRUST_ALL, &seed->err);

    if (!stream) {
        return -1;
    }
    seed->fresh = case_of_stream(stream, setup, CASE_KEEP_DEVICES);
    case_keep_described(seed->fresh);
    return 0;
}

static int start(struct seed *seed)
{
    Hardstop__Setup *setup = family_setup(seed->family, seed->transport, HARDSTOP__FRAMING__FOOTER);
    int result = -1;

    if (seed->in_use) {
        in_use_connect(setup);
    }
    seed->loader = loader_open(setup, TRUST_ALL, NULL, &seed->err);
    if (seed->loader) {
        result = capture(seed, setup);
    }
    hardstop__setup__free_unpacked(setup, NULL);
    return result;
}

static enum tool_status write_seed(const char *path, const char *text, struct hs_error *err)
{
    return file_write_own(path, text, strlen(text), err) < 0 ? TOOL_TROUBLE : TOOL_CLEAN;
}

/* The seed's text: what it is and what it lacks, then the case. */
static char *describe(const struct seed *seed)
{
    char *title = hs_format("# SPDX-License-Identifier: GPL-2.0-or-later\n"
                            "# Canary state of %s on %s: every field holds a legal value of its own, which the\n"
                            "# real loader accepts and saves again as given.  Made by: hardstop seeds --make\n",
                            seed->family->section, family_transport_name(seed->transport));
    char *text = canary_file_text(title, &seed->canary, seed->test);

    free(title);
    return text;
}

static enum tool_status make(struct seed *seed)
{
    enum tool_status status;
    char *text;

    seed->test = case_clone(seed->fresh);
    if (canary_make(seed->loader, seed->family, seed->test, &seed->canary, &seed->err) < 0 ||
        canary_check(seed->loader, seed->test, seed->fresh, &seed->canary, &seed->err) < 0) {
        return TOOL_FINDING;
    }
    /* Another QEMU's microvm may save another state, and refuse this one rightly. */
    seed->test->has_captured = seed->transport != FAMILY_MMIO;
    text = describe(seed);
    status = write_seed(seed->path, text, &seed->err);
    free(text);
    return status;
}

static enum tool_status make_in_use(struct seed *seed)
{
    enum tool_status status;
    char *text, *whole;

    seed->test = case_clone(seed->fresh);
    if (in_use_make(seed->loader, seed->family, seed->test, &seed->err) < 0 ||
        in_use_check(seed->loader, seed->family, seed->test, &seed->err) < 0) {
        return TOOL_FINDING;
    }
    text = case_text(seed->test);
    whole = hs_format("# SPDX-License-Identifier: GPL-2.0-or-later\n"
                      "# %s on %s in use: in each of its rings stand requests, which it serves when the guest runs.\n"
                      "# Made by: hardstop seeds --in-use --make\n%s",
                      seed->family->section, family_transport_name(seed->transport), text);
    status = write_seed(seed->path, whole, &seed->err);
    free(whole);
    free(text);
    return status;
}

/* Where a machine type has no versions, a newer QEMU may send more, and then rightly refuses what lacks that. */
static bool is_refused_rightly(struct seed *seed)
{
    char path[256];

    if (seed->transport != FAMILY_MMIO || seed->canary.outcome != OUTCOME_REJECTED ||
        !canary_is_of_other_layout(seed->test, seed->fresh, path, sizeof(path))) {
        return false;
    }
    seed->skipped = hs_format("refused as it should be: this QEMU sends %s, which the seed does not have, and "
                              FAMILY_MMIO_MACHINE " has no versions", path);
    return true;
}

static enum tool_status check_in_use(struct seed *seed)
{
    seed->test = tool_read_case(seed->path, NULL, NULL, &seed->err);
    if (!seed->test) {
        return TOOL_TROUBLE;
    }
    return in_use_check(seed->loader, seed->family, seed->test, &seed->err) == 0 ? TOOL_CLEAN : TOOL_FINDING;
}

static enum tool_status check(struct seed *seed)
{
    /* The QEMU is started for the setup of the table of devices, whatever setup the seed names. */
    seed->test = tool_read_case(seed->path, NULL, NULL, &seed->err);
    if (!seed->test) {
        return TOOL_TROUBLE;
    }
    return canary_check(seed->loader, seed->test, seed->fresh, &seed->canary, &seed->err) == 0 ||
                   is_refused_rightly(seed)
               ? TOOL_CLEAN
               : TOOL_FINDING;
}

void seed_run(struct seed *seed, const char *folder, bool anew)
{
    static enum tool_status (*const what[2][2])(struct seed *seed) = { { check, make }, { check_in_use, make_in_use } };

    seed->path = hs_format("%s/%s/%s.textproto", folder, family_transport_name(seed->transport),
                           seed->family->name);
    if (seed->family->blocked) {
        seed->skipped = hs_strdup(seed->family->blocked);
    } else if (seed->family->host && access(seed->family->host, R_OK | W_OK) < 0) {
        seed->skipped = hs_format("needs the host's %s", seed->family->host);
    } else {
        seed->status = start(seed) < 0 ? TOOL_TROUBLE : what[seed->in_use][anew](seed);
    }
}
