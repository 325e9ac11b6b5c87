/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors that a sanitizer finds. */
#ifndef HARDSTOP_TESTS_STANDIN_ERRORS_H
#define HARDSTOP_TESTS_STANDIN_ERRORS_H

/* What a name in a stream may hold: a report, word by word, which is none where there is no sanitizer. */
#define STANDIN_REPORT "hw/virtio/virtio.c:31: runtime error: planted\n    #0 0x10 in admin evil.c:1\n"

/*
 * H: reads one byte behind 24 of the heap; F: writes what was freed; O: copies 8 bytes more than a global holds;
 * U: shifts an int by 35 bits.
 */
void standin_error(char letter);

#endif
