/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fills in templates: files with the text of a test, in which @NAME@ stands for a value. */
#include "harness/report/exported/exported_print.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/print.h"
#include "harness/base/shell.h"
#include "harness/setup/setup.h"

/* Bytes of a stream in a line. */
#define PIECE 16

/* The templates, as files beside this one. */
extern const char exported_qtest_c_in[], exported_functional_py_in[], exported_shell_sh_in[];

typedef void quote_fn(FILE *out, const struct arguments *arguments);
typedef void piece_fn(FILE *out, size_t at, const uint8_t *bytes, size_t size);

static void quote_shell(FILE *out, const struct arguments *arguments)
{
    for (size_t i = 1; i < arguments->n; i++) {
        char *word = shell_word(arguments->argv[i]);

        fprintf(out, "%s%s", i > 1 ? " " : "", word);
        free(word);
    }
}

/* A literal of C (in double quotes) and of Python, whose files are UTF-8. */
static void put_literal(FILE *out, const char *text, char quote)
{
    putc(quote, out);
    for (; *text; text++) {
        if (*text == quote || *text == '\\') {
            fprintf(out, "\\%c", *text);
        } else if (isprint((unsigned char)*text) || (quote == '\'' && (unsigned char)*text >= 0x80)) {
            putc(*text, out);
        } else {
            fprintf(out, "\\%03o", (unsigned char)*text);
        }
    }
    putc(quote, out);
}

/* As a shell takes them, which libqtest starts QEMU with. */
static void quote_c(FILE *out, const struct arguments *arguments)
{
    struct print_memory memory;
    char *line;

    quote_shell(print_open(&memory), arguments);
    line = print_close(&memory);
    put_literal(out, line, '"');
    free(line);
}

static void quote_python(FILE *out, const struct arguments *arguments)
{
    for (size_t i = 1; i < arguments->n; i++) {
        fputs(i > 1 ? ", " : "", out);
        put_literal(out, arguments->argv[i], '\'');
    }
}

static void put_each(FILE *out, const uint8_t *bytes, size_t size, const char *format, const char *between)
{
    for (size_t i = 0; i < size; i++) {
        fputs(i ? between : "", out);
        fprintf(out, format, bytes[i]);
    }
}

static void piece_c(FILE *out, size_t at, const uint8_t *bytes, size_t size)
{
    fprintf(out, "    { 0x%04zx, %zu, \"", at, size);
    put_each(out, bytes, size, "\\x%02x", "");
    fputs("\" },", out);
}

static void piece_python(FILE *out, size_t at, const uint8_t *bytes, size_t size)
{
    fprintf(out, "    0x%04zx: '", at);
    put_each(out, bytes, size, "%02x", "");
    fputs("',", out);
}

static void piece_shell(FILE *out, size_t at, const uint8_t *bytes, size_t size)
{
    fprintf(out, "at 0x%04zx '", at);
    put_each(out, bytes, size, "\\%03o", "");
    fputs("'", out);
}

static const struct form {
    const char *name, *template;
    const char *comment; /* what a line of a comment begins with */
    quote_fn *quote;
    piece_fn *piece; /* a line with some bytes of a stream */
} forms[EXPORTED_FORMS] = {
    [EXPORTED_QTEST] = { "qtest", exported_qtest_c_in, " *", quote_c, piece_c },
    [EXPORTED_PYTHON] = { "python", exported_functional_py_in, "#", quote_python, piece_python },
    [EXPORTED_SHELL] = { "shell", exported_shell_sh_in, "#", quote_shell, piece_shell },
};

const char *exported_form_name(enum exported_form form)
{
    return forms[form].name;
}

/* What is filled in. */
struct filling {
    const struct exported *exported;
    const struct form *form;
    char name[128], class[128];
};

/* In lines of at most 100 characters; what ends a comment of C does not. */
__attribute__((format(printf, 3, 4))) static void put_comment(FILE *out, const struct form *form, const char *format,
                                                              ...)
{
    size_t column = 1000;
    struct print_memory memory;
    va_list args;
    char *text, *rest, *word;

    va_start(args, format);
    vfprintf(print_open(&memory), format, args);
    va_end(args);
    text = print_close(&memory);
    for (word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        for (char *end = strstr(word, "*/"); end; end = strstr(word, "*/")) {
            *end = '+';
        }
        column += strlen(word) + 1;
        if (column > 100) {
            fprintf(out, "%s%s", column < 1000 ? "\n" : "", form->comment);
            column = strlen(word) + 1;
        }
        fprintf(out, " %s", word);
    }
    free(text);
}

static void put_title(FILE *out, const struct filling *filling)
{
    static const char *const claims[] = {
        [EXPORTED_SURVIVES] = "QEMU refuses the stream or takes it, and neither crashes nor spins",
        [EXPORTED_REFUSES] = "QEMU refuses the stream",
        [EXPORTED_KEEPS] = "QEMU refuses the stream, or saves the value again as it was given",
    };
    const struct finding *finding = &filling->exported->finding;
    const struct form *form = filling->form;

    put_comment(out, form, "%s: %s", finding->device, finding->message);
    putc('\n', out);
    put_comment(out, form, "Passes where %s.", claims[filling->exported->claim]);
    putc('\n', out);
    put_comment(out, form, "(%s: %s)", finding->property, property_find(finding->property)->claim);
}

/* Lines of a stream, but for those that are zero. */
static void put_pieces(FILE *out, const struct builder *bytes, const struct form *form)
{
    static const uint8_t zeros[PIECE];
    const char *between = "";

    for (size_t at = 0; at < bytes->size; at += PIECE) {
        size_t size = bytes->size - at < PIECE ? bytes->size - at : PIECE;

        if (memcmp(bytes->data + at, zeros, size) != 0) {
            fputs(between, out);
            between = "\n";
            form->piece(out, at, bytes->data + at, size);
        }
    }
}

/* Names come from the case: what could end a string, a comment or a word of any language does not go in. */
static void put_plain(FILE *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size && text[i]; i++) {
        bool is_plain = isalnum((unsigned char)text[i]) || strchr(" _.-:/[]", text[i]);

        putc(is_plain ? text[i] : '_', out);
    }
}

/* The machine's type without its options. */
static void put_machine(FILE *out, const struct filling *filling)
{
    const struct arguments *arguments = &filling->exported->arguments;

    for (size_t i = 1; i + 1 < arguments->n; i++) {
        if (strcmp(arguments->argv[i], "-M") == 0) {
            put_plain(out, arguments->argv[i + 1], strcspn(arguments->argv[i + 1], ","));
            return;
        }
    }
}

static void put_architecture(FILE *out, const struct filling *filling)
{
    size_t length = 0;
    const char *architecture = setup_architecture_in(filling->exported->arguments.argv[0], &length);

    put_plain(out, architecture ? architecture : "", length);
}

static void put_control(FILE *out, const struct filling *filling)
{
    put_pieces(out, &filling->exported->control, filling->form);
}

static void put_stream(FILE *out, const struct filling *filling)
{
    put_pieces(out, &filling->exported->stream, filling->form);
}

static void put_arguments(FILE *out, const struct filling *filling)
{
    filling->form->quote(out, &filling->exported->arguments);
}

static void put_name(FILE *out, const struct filling *filling)
{
    fputs(filling->name, out);
}

static void put_class(FILE *out, const struct filling *filling)
{
    fprintf(out, "Test%s", filling->class);
}

static void put_space(FILE *out, const struct filling *filling)
{
    fprintf(out, "%" PRIu64, filling->exported->address_space);
}

static void put_space_kib(FILE *out, const struct filling *filling)
{
    fprintf(out, "%" PRIu64, filling->exported->address_space / 1024);
}

static void put_head(FILE *out, const struct filling *filling)
{
    put_each(out, filling->exported->place.head, filling->exported->place.head_size, "%02x", "");
}

static void put_head_bytes(FILE *out, const struct filling *filling)
{
    put_each(out, filling->exported->place.head, filling->exported->place.head_size, "0x%02x", ", ");
}

static void put_given(FILE *out, const struct filling *filling)
{
    put_each(out, filling->exported->place.given, filling->exported->place.given_size, "%02x", "");
}

static void put_given_bytes(FILE *out, const struct filling *filling)
{
    put_each(out, filling->exported->place.given, filling->exported->place.given_size, "0x%02x", ", ");
}

static void put_field(FILE *out, const struct filling *filling)
{
    const struct exported_place *place = &filling->exported->place;

    put_plain(out, place->device, sizeof(place->device));
    putc(' ', out);
    put_plain(out, place->path, sizeof(place->path));
}

#define NUMBER(name, member)                                                                                           \
    {                                                                                                                  \
        name, NULL, offsetof(struct exported, member)                                                                  \
    }

static const struct value {
    const char *name;
    void (*put)(FILE *out, const struct filling *filling);
    size_t number; /* without `put`: where in what is exported there is one, a size_t */
} values[] = {
    { "TITLE", put_title, 0 },
    { "NAME", put_name, 0 },
    { "CLASS", put_class, 0 },
    { "ARCH", put_architecture, 0 },
    { "MACHINE", put_machine, 0 },
    { "ARGUMENTS", put_arguments, 0 },
    { "CONTROL", put_control, 0 },
    NUMBER("CONTROL_SIZE", control.size),
    { "STREAM", put_stream, 0 },
    NUMBER("STREAM_SIZE", stream.size),
    { "ADDRESS_SPACE", put_space, 0 },
    { "ADDRESS_SPACE_KIB", put_space_kib, 0 },
    { "HEAD", put_head, 0 },
    { "HEAD_BYTES", put_head_bytes, 0 },
    NUMBER("HEAD_SIZE", place.head_size),
    NUMBER("AT", place.at),
    { "GIVEN", put_given, 0 },
    { "GIVEN_BYTES", put_given_bytes, 0 },
    NUMBER("GIVEN_SIZE", place.given_size),
    { "FIELD", put_field, 0 },
};

/* Are the lines up to the next @end@ part of it? */
static bool is_part(const struct exported *exported, const char *condition, size_t length)
{
    const struct {
        const char *name;
        bool is_so;
    } conditions[] = {
        { "SURVIVES", exported->claim == EXPORTED_SURVIVES },
        { "REFUSES", exported->claim == EXPORTED_REFUSES },
        { "KEEPS", exported->claim == EXPORTED_KEEPS },
        { "ADDRESS_SPACE", exported->address_space > 0 },
    };

    for (size_t i = 0; i < HS_COUNT(conditions); i++) {
        if (strlen(conditions[i].name) == length && memcmp(conditions[i].name, condition, length) == 0) {
            return conditions[i].is_so;
        }
    }
    HS_CHECK(false, "a template asks for %.*s", (int)length, condition);
}

static void put_value(FILE *out, const struct filling *filling, const char *name, size_t length)
{
    for (size_t i = 0; i < HS_COUNT(values); i++) {
        if (strlen(values[i].name) == length && memcmp(values[i].name, name, length) == 0) {
            if (values[i].put) {
                values[i].put(out, filling);
            } else {
                fprintf(out, "%zu", *(const size_t *)((const char *)filling->exported + values[i].number));
            }
            return;
        }
    }
    HS_CHECK(false, "a template has no value %.*s", (int)length, name);
}

/* A line that ends at `end`, with its values. */
static void put_line(FILE *out, const struct filling *filling, const char *line, const char *end)
{
    while (line < end) {
        const char *at = memchr(line, '@', (size_t)(end - line)), *from = at ? at : end;
        size_t length = at ? strspn(at + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") : 0;

        fwrite(line, 1, (size_t)(from - line), out);
        if (length && at[length + 1] == '@') {
            put_value(out, filling, at + 1, length);
            line = at + length + 2;
        } else {
            fwrite(from, 1, at ? 1 : 0, out);
            line = at ? at + 1 : end;
        }
    }
}

static void name_test(struct filling *filling, const char *name)
{
    size_t n = 0, c = 0;
    bool begins = true;

    for (; *name && n + 1 < sizeof(filling->name); name++) {
        bool is_word = isalnum((unsigned char)*name);

        filling->name[n++] = is_word ? (char)tolower((unsigned char)*name) : '_';
        if (is_word) {
            filling->class[c++] = begins ? (char)toupper((unsigned char)*name) : *name;
        }
        begins = !is_word;
    }
}

void exported_print(FILE *out, const struct exported *exported, enum exported_form form, const char *name)
{
    struct filling filling = { .exported = exported, .form = &forms[form] };
    bool is_left_out = false;

    name_test(&filling, name);
    for (const char *line = filling.form->template, *end; *line; line = end) {
        end = strchr(line, '\n') + 1;
        if (strncmp(line, "@if ", 4) == 0) {
            is_left_out = !is_part(exported, line + 4, strcspn(line + 4, "@"));
        } else if (strncmp(line, "@end@", 5) == 0) {
            is_left_out = false;
        } else if (!is_left_out) {
            put_line(out, &filling, line, end);
        }
    }
}
