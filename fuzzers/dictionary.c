/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes a dictionary for fuzz targets: dictionary OUTPUT WRITTEN KIND...  Into OUTPUT goes the text of the file WRITTEN
 * ("": none), and then what schema and tables know of each kind:
 *   stream  names of sections and subsections as they stand in a stream
 *   packed  the same as they stand in a packed case
 *   text    fields, and names of values, as they stand in the text of a case
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "case.pb-c.h"
#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/print.h"
#include "harness/message/member.h"
#include "harness/wire/framing.h"
#include "harness/wire/payload.h"

struct words {
    char **list;
    size_t n;
};

/* How the name of a section, and that of a subsection, is written: its length, and the name. */
struct format {
    const char *section, *subsection;
};

/* Takes the word, and keeps it if it is new. */
static void add(struct words *words, char *word)
{
    for (size_t i = 0; i < words->n; i++) {
        if (strcmp(words->list[i], word) == 0) {
            free(word);
            return;
        }
    }
    *HS_PUSH(words->list, words->n) = word;
}

static void add_subsections(struct words *words, const char *format, const struct table *table)
{
    for (size_t i = 0; i < table->n_fields; i++) {
        const struct field *field = &table->fields[i];

        if (field->kind == FIELD_MESSAGE) {
            add_subsections(words, format, field->message);
        }
        for (size_t k = 0; field->kind == FIELD_SUBSECTIONS && field->subsections->known[k].name; k++) {
            const char *name = field->subsections->known[k].name;

            add(words, hs_format(format, (unsigned)strlen(name), name));
            add_subsections(words, format, field->subsections->known[k].body);
        }
    }
}

static void add_names(struct words *words, const struct format *format)
{
    static const char *const places[] = { "/fe.0.0000", "0000:00:02.0" };

    for (size_t i = 0; payloads[i]; i++) {
        for (size_t k = 0; k < HS_COUNT(places); k++) {
            char *name = hs_format("%s/%s", places[k], payloads[i]->idstr);

            add(words, hs_format(format->section, (unsigned)strlen(name), name));
            free(name);
        }
        add_subsections(words, format->subsection, payloads[i]->table);
    }
    add_subsections(words, format->subsection, &framing_configuration);
}

static void add_stream(struct words *words)
{
    /* A section's name is followed by instance and version, a subsection's stands between a mark and the version. */
    add_names(words, &(struct format){ "\"\\x%02x%s\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x01\"",
                                       "\"\\x05\\x%02x%s\\x00\\x00\\x00\\x01\"" });
}

static void add_packed(struct words *words)
{
    /* Field 4 of a section's message, field 2 of a subsection's. */
    add_names(words, &(struct format){ "\"\\x22\\x%02x%s\"", "\"\\x12\\x%02x%s\"" });
}

/* The schema is a tree: no message may contain itself. */
static void add_fields(struct words *words, const ProtobufCMessageDescriptor *type)
{
    for (unsigned f = 0; f < type->n_fields; f++) {
        const ProtobufCFieldDescriptor *field = &type->fields[f];
        bool is_message = member_kind(field) == MEMBER_MESSAGE;
        const ProtobufCEnumDescriptor *names = field->type == PROTOBUF_C_TYPE_ENUM ? field->descriptor : NULL;

        add(words, hs_format(is_message ? "\"%s { \"" : "\"%s: \"", field->name));
        for (unsigned i = 0; names && i < names->n_value_names; i++) {
            add(words, hs_format("\"%s\"", names->values_by_name[i].name));
        }
        if (is_message) {
            add_fields(words, field->descriptor);
        }
    }
}

static void add_text(struct words *words)
{
    add_fields(words, &hardstop__case__descriptor);
}

static const struct {
    const char *name;
    void (*add)(struct words *words);
} kinds[] = {
    { "stream", add_stream },
    { "packed", add_packed },
    { "text", add_text },
};

static int put_kind(FILE *out, const char *name)
{
    struct words words = { 0 };
    size_t k = 0;

    while (k < HS_COUNT(kinds) && strcmp(kinds[k].name, name) != 0) {
        k++;
    }
    if (k == HS_COUNT(kinds)) {
        fprintf(stderr, "hardstop: a dictionary has no words of the kind \"%s\"\n", name);
        return -1;
    }
    fprintf(out, "# Made of the schema and its tables: %s.\n", name);
    kinds[k].add(&words);
    for (size_t i = 0; i < words.n; i++) {
        fprintf(out, "%s\n", words.list[i]);
        free(words.list[i]);
    }
    free(words.list);
    return 0;
}

static int put_written(FILE *out, const char *path)
{
    struct hs_error err;
    uint8_t *data;
    size_t size;

    if (!*path) {
        return 0;
    }
    if (file_read(path, &data, &size, &err) < 0) {
        fprintf(stderr, "hardstop: %s\n", err.text);
        return -1;
    }
    fwrite(data, 1, size, out);
    free(data);
    return 0;
}

int main(int argc, char **argv)
{
    struct print_memory memory;
    FILE *out = print_open(&memory);
    int result = argc < 3 ? -1 : put_written(out, argv[2]);
    struct hs_error err;
    char *text;

    for (int i = 3; i < argc && result == 0; i++) {
        result = put_kind(out, argv[i]);
    }
    text = print_close(&memory);
    if (result == 0 && (result = file_write(argv[1], text, memory.size, &err)) < 0) {
        fprintf(stderr, "hardstop: %s\n", err.text);
    }
    free(text);
    return result < 0 ? 2 : 0;
}
