/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of one byte, which a served QEMU and its client tell each other: protocol.h says what they mean. */
#ifndef HARDSTOP_LOADER_QEMU_MESSAGE_H
#define HARDSTOP_LOADER_QEMU_MESSAGE_H

/* 0, or -1 when the other side is gone. */
int message_send(int socket, char message);
/* Waits for one; 0 when time is up (in milliseconds; -1: never), -1 when the other side is gone. */
int message_receive(int socket, int timeout_ms);

#endif
