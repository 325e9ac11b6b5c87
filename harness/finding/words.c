/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows assertions, program names and source paths by their shape. */
#include "harness/finding/words.h"

#include <ctype.h>
#include <string.h>

/* A piece of a text. */
struct piece {
    const char *at;
    size_t length;
};

static struct piece line_at(const char *text)
{
    return (struct piece){ text, strcspn(text, "\n") };
}

static const char *find(struct piece in, const char *what)
{
    return memmem(in.at, in.length, what, strlen(what));
}

static struct piece behind(struct piece in, const char *at)
{
    return (struct piece){ at, (size_t)(in.at + in.length - at) };
}

static struct piece before(struct piece in, const char *at)
{
    return (struct piece){ in.at, (size_t)(at - in.at) };
}

static bool ends_with(struct piece piece, const char *end)
{
    size_t length = strlen(end);

    return piece.length >= length && memcmp(piece.at + piece.length - length, end, length) == 0;
}

static struct piece without_end(struct piece piece, const char *end)
{
    piece.length -= ends_with(piece, end) ? strlen(end) : 0;
    return piece;
}

static bool is_of_path(char c)
{
    return isalnum((unsigned char)c) || strchr("/._-+", c);
}

/* How much of the front of a piece is the folder of a C source file. */
static size_t folder_length(struct piece piece)
{
    size_t n = 0, name = 0;

    while (n < piece.length && piece.at[n] && is_of_path(piece.at[n])) {
        n++;
        name = piece.at[n - 1] == '/' ? n : name;
    }
    piece.length = n;
    return ends_with(piece, ".c") || ends_with(piece, ".h") || ends_with(piece, ".inc") ? name : 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A number in hexadecimal, at the front of a piece; 0: none. */
static size_t hex_length(struct piece piece)
{
    size_t n = 2;

    if (piece.length <= n || memcmp(piece.at, "0x", n) != 0 || !isxdigit((unsigned char)piece.at[n])) {
        return 0;
    }
    while (n < piece.length && isxdigit((unsigned char)piece.at[n])) {
        n++;
    }
    return n;
}

/* What follows the slash of a path, or of a block of memory, "/rom@etc/acpi/rsdp": up to the end of the word. */
static size_t name_length(struct piece piece)
{
    size_t n = 0;

    while (n < piece.length && !strchr(" :,;'\"", piece.at[n])) {
        n++;
    }
    return n;
}

static void append(struct piece piece, char *out, size_t size)
{
    size_t n = strlen(out);
    bool in_word = false;

    for (size_t i = 0; i < piece.length && n + 1 < size; i++) {
        size_t hex;

        i += in_word ? 0 : folder_length(behind(piece, piece.at + i));
        hex = in_word ? 0 : hex_length(behind(piece, piece.at + i));
        if (!is_digit(piece.at[i])) {
            out[n++] = piece.at[i];
        } else if (!n || out[n - 1] != '#') {
            out[n++] = '#';
        }
        if (hex) {
            i += hex - 1;
        } else if (!in_word && piece.at[i] == '/') {
            i += name_length(behind(piece, piece.at + i + 1));
        }
        in_word = is_of_path(piece.at[i]);
    }
    out[n] = 0;
}

/* The last word: of "void f", which some compilers give for the function, "f". */
static struct piece last_word(struct piece piece)
{
    size_t start = piece.length;

    while (start && piece.at[start - 1] != ' ' && piece.at[start - 1] != '*') {
        start--;
    }
    return behind(piece, piece.at + start);
}

/* The function that ends the text before an assertion: "x: ../../a.c:12: f" or "ERROR:a.c:12:f". */
static struct piece function_of(struct piece where)
{
    const char *colon = memrchr(where.at, ':', where.length), *open;
    struct piece name = colon ? behind(where, colon + 1) : where;

    open = memchr(name.at, '(', name.length);
    return last_word(open ? before(name, open) : name);
}

static bool say_assertion(struct piece function, struct piece claim, char *out, size_t size)
{
    *out = 0;
    append(function, out, size);
    append((struct piece){ "(): ", 4 }, out, size);
    append(claim, out, size);
    return true;
}

/* "x: ../../a.c:12: f: Assertion `n >= 3' failed." */
static bool read_glibc(struct piece line, char *out, size_t size)
{
    const char *found = find(line, ": Assertion `");

    return found && say_assertion(function_of(before(line, found)),
                                  without_end(without_end(behind(line, found + strlen(": Assertion `")), "."),
                                              "' failed"),
                                  out, size);
}

/* "ERROR:../../a.c:12:f: assertion failed: (n >= 3)", and what else GLib says in that form. */
static bool read_glib(struct piece line, char *out, size_t size)
{
    const char *error = find(line, "ERROR:"), *colon = error ? find(behind(line, error), ": ") : NULL;
    struct piece claim;

    if (!colon) {
        return false;
    }
    claim = behind(line, colon + 2);
    if (!find(claim, "assertion failed") && !find(claim, "should not be reached")) {
        return false;
    }
    return say_assertion(function_of(before(line, colon)), claim, out, size);
}

/* "Assertion failed: n >= 3 (a.c: f: 12)" */
static bool read_musl(struct piece line, char *out, size_t size)
{
    static const char head[] = "Assertion failed: ";
    const char *open = memrchr(line.at, '(', line.length), *colon;
    struct piece where;

    if (!find(line, head) || !open || open < find(line, head) + strlen(head) || !ends_with(line, ")")) {
        return false;
    }
    where = behind(line, open);
    colon = memrchr(where.at, ':', where.length);
    return colon && say_assertion(function_of(before(where, colon)),
                                  without_end(before(behind(line, find(line, head) + strlen(head)), open), " "), out,
                                  size);
}

bool words_assertion(const char *text, char *out, size_t size)
{
    bool found = false;

    while (*text) {
        struct piece line = line_at(text);

        found = read_glibc(line, out, size) || read_glib(line, out, size) || read_musl(line, out, size) || found;
        text += line.length;
        text += *text == '\n';
    }
    return found;
}

static bool begins_with(struct piece piece, const char *head)
{
    return piece.length >= strlen(head) && memcmp(piece.at, head, strlen(head)) == 0;
}

/* Programs put their name before what they say: "name: ", or as GLib does it, "(name:12): ". */
static struct piece without_program(struct piece line, const char *program)
{
    bool is_glib = begins_with(line, "(");
    const char *end = find(line, is_glib ? "): " : ": ");

    if (program && begins_with(line, program) && begins_with(behind(line, line.at + strlen(program)), ": ")) {
        return behind(line, line.at + strlen(program) + 2);
    }
    if (!end || (!is_glib && memchr(line.at, ' ', (size_t)(end - line.at)))) {
        return line;
    }
    return behind(line, end + (is_glib ? 3 : 2));
}

/* The last line that begins so, or NULL. */
static const char *last_that_begins(const char *text, const char *head)
{
    const char *found = NULL;

    for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
        found = begins_with(line_at(text), head) ? text : found;
    }
    return found;
}

const char *words_last_line(const char *text, size_t *length)
{
    /* hw_error() (softmmu/cpus.c), which then prints all registers and aborts. */
    const char *error = last_that_begins(text, "qemu: hardware error: ");
    size_t end = strlen(text), start;

    if (error) {
        *length = line_at(error).length;
        return error;
    }
    while (end && text[end - 1] == '\n') {
        end--;
    }
    for (start = end; start && text[start - 1] != '\n';) {
        start--;
    }
    *length = end - start;
    return text + start;
}

bool words_last(const char *text, const char *program, char *out, size_t size)
{
    struct piece line = { 0 };

    line.at = words_last_line(text, &line.length);
    line = without_program(line, program);
    *out = 0;
    if (begins_with(line, "warning: ") || begins_with(line, "info: ")) {
        return false;
    }
    append(line, out, size);
    return *out;
}

void words_first(const char *text, const char *program, char *out, size_t size)
{
    *out = 0;
    append(without_program(line_at(text), program), out, size);
}
