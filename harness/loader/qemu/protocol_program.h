/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A part of protocol.h: the program that the preload object is in, its functions, and where in it a load ended. */
#ifndef HARDSTOP_LOADER_QEMU_PROTOCOL_PROGRAM_H
#define HARDSTOP_LOADER_QEMU_PROTOCOL_PROGRAM_H

#include <stdint.h>

/* Present in the environment only while QEMU starts; its value is not read. */
#define PROTOCOL_ENV "HARDSTOP_PRELOAD"
/*
 * The same of a QEMU that runs as it is.  Only how it ends is noted in CONTROL, the one descriptor that it has: signal,
 * fault address and frames.  Whether it should have ended so, its supervisor knows.
 */
#define PROTOCOL_ENV_WATCHED "HARDSTOP_PRELOAD_WATCHED"

/* What each QEMU says of its version (system/vl.c), stripped or not: a program that holds it is one. */
#define PROTOCOL_SAYS_QEMU "QEMU emulator version"

enum protocol_symbol_kind {
    PROTOCOL_SYMBOL_MISSING,
    PROTOCOL_SYMBOL_ADDRESS, /* `value` is that of the file: the program may be loaded elsewhere */
    PROTOCOL_SYMBOL_THREAD, /* of each thread its own: `value` is where it is in the program's part of that */
    PROTOCOL_SYMBOL_SEVERAL, /* static ones, none of which is the one */
};

struct protocol_symbol {
    char name[63];
    uint8_t is_static;
    uint64_t value;
    uint8_t kind; /* enum protocol_symbol_kind */
};

#define PROTOCOL_SYMBOLS 192

struct protocol_program {
    char path[4096]; /* of the file that main() is from: not always that of /proc/PID/exe, nor the one started */
    uint32_t n;
    struct protocol_symbol symbols[PROTOCOL_SYMBOLS];
    struct {
        uint64_t size; /* bytes of PROTOCOL_FD_COUNTERS that may be counted in; 0: none */
        uint64_t first, n; /* from QEMU, once ready */
    } counters;
    char marker_names[4096]; /* ",NAME" for each marker, once ready; "": there are none */
};

#define PROTOCOL_MARKERS 128 /* see preload/markers.h */

#define PROTOCOL_FRAMES 24

struct protocol_frame {
    uint64_t offset; /* in the module's file mapping; absolute when no module is known */
    char module[32]; /* base name, "" when unknown */
    char symbol[64]; /* the exported function that it is in, "" when in none */
    uint8_t in_program; /* the module is the program itself */
};

#endif
