/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sample messages, for tests of what works on any message.  A failure here fails the running test. */
#ifndef HARDSTOP_TESTS_MESSAGES_H
#define HARDSTOP_TESTS_MESSAGES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample.pb-c.h"

/* A message of text. */
ProtobufCMessage *messages_parse(const ProtobufCMessageDescriptor *type, const char *text);
/* A Sample__All of at most 4096 bytes, after `steps` steps of the mutator. */
ProtobufCMessage *messages_grow(uint64_t seed, int steps);
/* Demands that it is valid, and is the same once it was packed; returns its packed size. */
size_t messages_check(const ProtobufCMessage *msg);

#endif
