/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tokens of the protobuf text format, their values, and errors that name line and column. */
#ifndef HARDSTOP_MESSAGE_LEXER_H
#define HARDSTOP_MESSAGE_LEXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"

enum lexer_token {
    LEXER_END,
    LEXER_WORD,   /* letters, digits and underscores, not beginning with a digit */
    LEXER_NUMBER, /* digits and what may follow them: 0x1f, 1.5e-3f */
    LEXER_STRING, /* with its quotes */
    LEXER_SIGN,   /* any other single character */
};

struct lexer {
    const char *text;
    size_t size;
    size_t at;     /* behind the token */
    size_t start;  /* of the token */
    enum lexer_token token;
    size_t budget; /* bytes that the reader's messages may still take; not the lexer's concern */
    struct hs_error *err;
};

/* Reads the next token.  Returns 0, or -1 with the reason. */
int lexer_advance(struct lexer *in);
/* Is the token this sign, this text? */
bool lexer_sign(const struct lexer *in, char sign);
bool lexer_text(const struct lexer *in, const char *word);
/* Fails at `offset`: "line L, column C: reason".  Returns -1. */
__attribute__((format(printf, 3, 4))) int lexer_fail(struct lexer *in, size_t offset, const char *fmt, ...);
/* Fails because the token is not what is `wanted`.  Returns -1. */
int lexer_unexpected(struct lexer *in, const char *wanted);
/* The token as a whole number: decimal, 0x hexadecimal, or octal with a leading 0.  Returns 0 or -1. */
int lexer_integer(struct lexer *in, uint64_t *value);
/* The token as a decimal number, "inf" or "nan".  Returns 0 or -1. */
int lexer_real(struct lexer *in, double *value);
/* Reads the escape at `*at`, behind its backslash, within a string token.  Returns 0 or -1. */
int lexer_unescape(struct lexer *in, size_t *at, uint8_t *byte);

#endif
