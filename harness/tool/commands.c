/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One table of sub-commands, from which dispatch and --help come. */
#include "harness/tool/commands.h"

#include <stddef.h>

#define COMMAND(name, summary) { #name, summary, command_##name, &command_##name##_argp }

const struct command commands[] = {
    COMMAND(capture, "take a migration stream from a real QEMU"),
    COMMAND(show, "a stream or case as a tree: offsets, field names, values"),
    COMMAND(load, "load a stream or case into the real QEMU: verdict and message"),
    COMMAND(damage, "truncate, insert, delete or overwrite bytes"),
    COMMAND(check, "judge all properties on a case"),
    COMMAND(repro, "replay a case or crash file, and confirm it on an unmodified QEMU"),
    COMMAND(minimize, "make a finding's case small, and say which fields cause it"),
    COMMAND(export, "a finding as a test of QEMU's own"),
    COMMAND(findings, "list findings as new, known or fixed"),
    COMMAND(known, "replay the known findings on any QEMU: confirmed, fixed, changed"),
    COMMAND(fuzz, "run the fuzz targets, and list what they find"),
    COMMAND(seeds, "make or check the canary seeds of all devices"),
    COMMAND(canaries, "make canary states of devices that are not virtio"),
    COMMAND(audit, "every damage at every byte of a section: what is refused, and what is not"),
    COMMAND(report, "an audit once more, in any of its forms"),
    COMMAND(experiment, "bytes missing, bytes too many: is the load always refused?"),
    COMMAND(compat, "QEMUs that meet: is what one saves kept by the other?"),
    COMMAND(vet, "may this QEMU be shipped?  all of it, in a fixed order, within a budget"),
    COMMAND(coverage, "lines of QEMU's own code that cases come by"),
    COMMAND(doctor, "what is missing on this machine, and how to get it"),
    { NULL, NULL, NULL, NULL },
};
