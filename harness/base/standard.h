/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a program may take for granted of the process that it runs in. */
#ifndef HARDSTOP_BASE_STANDARD_H
#define HARDSTOP_BASE_STANDARD_H

/*
 * To be called first of all.  A standard descriptor that was closed is opened, such that its use fails: else the next
 * file would get its number, and what is printed.  A file that grows beyond `ulimit -f`, or a pipe whose reader is
 * gone, makes an error where it is written, not the end of the process.
 */
void standard_begin(void);

#endif
