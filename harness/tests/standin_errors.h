/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors that a sanitizer finds. */
#ifndef HARDSTOP_TESTS_STANDIN_ERRORS_H
#define HARDSTOP_TESTS_STANDIN_ERRORS_H

/*
 * H: reads one byte behind 24 of the heap; F: writes what was freed; O: copies 8 bytes more than a global holds;
 * U: shifts an int by 35 bits.
 */
void standin_error(char letter);

#endif
