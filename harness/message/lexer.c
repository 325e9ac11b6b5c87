/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hand-written lexer: one look at each character, nothing copied. */
#include "harness/message/lexer.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Characters of the longest number that is converted: none needs as many. */
#define MAX_NUMBER 128

int lexer_fail(struct lexer *in, size_t offset, const char *fmt, ...)
{
    char reason[256];
    size_t line = 1, column = 1;
    va_list args;

    for (size_t i = 0; i < offset; i++) {
        column = in->text[i] == '\n' ? 1 : column + 1;
        line += in->text[i] == '\n';
    }
    va_start(args, fmt);
    vsnprintf(reason, sizeof(reason), fmt, args);
    va_end(args);
    return hs_fail(in->err, offset, "line %zu, column %zu: %s", line, column, reason);
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The character `ahead` of the cursor, or 0. */
static char peek(const struct lexer *in, size_t ahead)
{
    return in->size - in->at > ahead ? in->text[in->at + ahead] : 0;
}

static void skip_blanks(struct lexer *in)
{
    bool comment = false;

    for (; in->at < in->size; in->at++) {
        char c = in->text[in->at];

        if (c == '#') {
            comment = true;
        } else if (c == '\n') {
            comment = false;
        } else if (c == 0 || !(comment || strchr(" \t\r\v\f", c))) {
            return;
        }
    }
}

static void scan_number(struct lexer *in)
{
    while (is_word(peek(in, 0)) || peek(in, 0) == '.' ||
           ((peek(in, 0) == '-' || peek(in, 0) == '+') && strchr("eE", in->text[in->at - 1]))) {
        in->at++;
    }
}

static int scan_string(struct lexer *in)
{
    char quote = in->text[in->at++];

    while (in->at < in->size && in->text[in->at] != quote) {
        if (in->text[in->at] == '\n' || in->text[in->at] == 0) {
            return lexer_fail(in, in->at, "a string must end on its line");
        }
        in->at += in->text[in->at] == '\\' && in->size - in->at > 1 ? 2 : 1;
    }
    if (in->at == in->size) {
        return lexer_fail(in, in->start, "the string does not end");
    }
    in->at++;
    return 0;
}

int lexer_advance(struct lexer *in)
{
    char c;

    skip_blanks(in);
    in->start = in->at;
    if (in->at == in->size) {
        in->token = LEXER_END;
        return 0;
    }
    c = peek(in, 0);
    if (isdigit((unsigned char)c) || (c == '.' && isdigit((unsigned char)peek(in, 1)))) {
        in->token = LEXER_NUMBER;
        in->at++;
        scan_number(in);
    } else if (is_word(c)) {
        in->token = LEXER_WORD;
        while (is_word(peek(in, 0))) {
            in->at++;
        }
    } else if (c == '"' || c == '\'') {
        in->token = LEXER_STRING;
        return scan_string(in);
    } else {
        in->token = LEXER_SIGN;
        in->at++;
        if (!isprint((unsigned char)c)) {
            return lexer_fail(in, in->start, "unexpected byte 0x%02x", (unsigned char)c);
        }
    }
    return 0;
}

bool lexer_sign(const struct lexer *in, char sign)
{
    return in->token == LEXER_SIGN && in->text[in->start] == sign;
}

bool lexer_text(const struct lexer *in, const char *word)
{
    return in->at - in->start == strlen(word) && memcmp(in->text + in->start, word, in->at - in->start) == 0;
}

int lexer_unexpected(struct lexer *in, const char *wanted)
{
    int size = (int)(in->at - in->start < 32 ? in->at - in->start : 32);

    if (in->token == LEXER_END) {
        return lexer_fail(in, in->start, "%s expected, not the end", wanted);
    }
    return lexer_fail(in, in->start, "%s expected, not %.*s", wanted, size, in->text + in->start);
}

/* Of a hexadecimal digit. */
static unsigned digit_of(char c)
{
    return isdigit((unsigned char)c) ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
}

int lexer_integer(struct lexer *in, uint64_t *value)
{
    const char *digits = in->text + in->start;
    size_t size = in->at - in->start, i = 0;
    unsigned base = 10;

    if (in->token != LEXER_NUMBER) {
        return lexer_unexpected(in, "a whole number");
    }
    if (size > 2 && digits[0] == '0' && (digits[1] | 0x20) == 'x') {
        base = 16;
        i = 2;
    } else if (size > 1 && digits[0] == '0') {
        base = 8;
        i = 1;
    }
    for (*value = 0; i < size; i++) {
        unsigned digit = isxdigit((unsigned char)digits[i]) ? digit_of(digits[i]) : 16;

        if (digit >= base) {
            return lexer_unexpected(in, "a whole number");
        }
        if (__builtin_mul_overflow(*value, (uint64_t)base, value) || __builtin_add_overflow(*value, digit, value)) {
            return lexer_fail(in, in->start, "the number has more than 64 bits");
        }
    }
    return 0;
}

int lexer_real(struct lexer *in, double *value)
{
    char text[MAX_NUMBER + 1], *end;
    size_t size = in->at - in->start;

    if (in->token == LEXER_WORD && (size == 3 || size == 8)) {
        memcpy(text, in->text + in->start, size);
        text[size] = 0;
        if (strcasecmp(text, "inf") == 0 || strcasecmp(text, "infinity") == 0 || strcasecmp(text, "nan") == 0) {
            *value = tolower((unsigned char)text[0]) == 'n' ? NAN : INFINITY;
            return 0;
        }
    }
    if (in->token != LEXER_NUMBER || size > MAX_NUMBER) {
        return lexer_unexpected(in, "a number");
    }
    memcpy(text, in->text + in->start, size);
    text[size] = 0;
    if (strpbrk(text, "xX") || (text[0] == '0' && isdigit((unsigned char)text[1]))) {
        return lexer_unexpected(in, "a decimal number");
    }
    *value = strtod(text, &end);
    end += *end == 'f' || *end == 'F';
    return *end || end == text ? lexer_unexpected(in, "a number") : 0;
}

int lexer_unescape(struct lexer *in, size_t *at, uint8_t *byte)
{
    static const char letters[] = "nrtabfv\\\"'?", bytes[] = "\n\r\t\a\b\f\v\\\"'?";
    char c = in->text[(*at)++];
    const char *found = c ? strchr(letters, c) : NULL;
    unsigned value = 0, base = (c | 0x20) == 'x' ? 16 : 8, digits = base == 16 ? 2 : 3;
    size_t start = base == 16 ? *at : *at - 1;

    if (found) {
        *byte = (uint8_t)bytes[found - letters];
        return 0;
    }
    for (*at = start; *at < start + digits && isxdigit((unsigned char)in->text[*at]); ++*at) {
        if (digit_of(in->text[*at]) >= base) {
            break;
        }
        value = value * base + digit_of(in->text[*at]);
    }
    if (*at == start || value > 0xff) {
        return lexer_fail(in, start, "unknown escape");
    }
    *byte = (uint8_t)value;
    return 0;
}
