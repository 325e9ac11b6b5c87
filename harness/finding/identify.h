/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makes a finding the same as another: its signature.
 *
 * Two findings are the same when a developer would mend both in one place, which is taken to be so when they agree in:
 *   crashes    where a sanitizer found what would not have ended the program by itself, its name of that and the three
 *              innermost frames inside the program; else the function and the claim of the failed assertion; else, of
 *              an exit() or abort(), the last line before it, unless that is a warning; else the signal and those three
 *              frames, as names of functions, or as addresses where functions have no names; without a stack, the
 *              signal and the device.  Where memory was refused, the device and the last line
 *   hangs      the function of the device's load; where the stack names none, that it reads behind the stream's end, or
 *              else the property and the place
 *   versions   of versions-agree: both outcomes, the older QEMU's first, and of a crash or hang what tells that, and
 *              only that the other one lives; else the place that differs after one of the loads, or was damaged; else
 *              the first line of a rejection
 *   rejected   the property (undamaged-is-accepted, verdict-is-stable), the device, and QEMU's first line
 *   accepted   the place, and either accepted-resaves-equal, out-of-range-is-rejected, or any of the properties of
 *              length (truncation, extension, deletion, garbage).  What is out of range and not kept is only the first
 * Numbers, the program's name and the folders of its sources are left out of what QEMU says (words.h).
 *
 * The place is the field whose value was not kept, the first of several, or where the first byte was damaged.  Which
 * element of an array it was, which transport or instance, and the verdict (equal or garbage) make no difference.  Nor
 * does the device for what is common to all: the frame of a section, and "virtio.status" or "virtio.ccw.mba".  A
 * device's own fields have its name, as in "virtio.net.mac"; elsewhere the device belongs to the place.
 *
 * One place each, whatever the device and field, are missing checks that are known by their mechanism: a bool that is
 * neither 0 nor 1, and a timer that is negative (mechanism.h); a wrong length in a section without a footer; what is
 * behind an end-of-file mark, under any property, and the mark may be a zero where a section should begin; a section
 * that was taken for something else and never loaded, or for another instance's; a field of the header of any
 * subsection; a field of the three indicators of virtio-ccw.
 */
#ifndef HARDSTOP_FINDING_IDENTIFY_H
#define HARDSTOP_FINDING_IDENTIFY_H

#include "harness/finding/place.h"

/* Fills in `same` of a finding that is described otherwise. */
void identify(const struct judgement *judgement, const struct place *place, struct finding *finding);

#endif
