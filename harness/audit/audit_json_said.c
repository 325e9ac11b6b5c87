/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints and reads what was said; counts are read to be compared with those of the cells. */
#include "harness/audit/audit_json_said.h"

#include <inttypes.h>
#include <string.h>

#include "harness/audit/audit_said.h"

/* A printable text needs no other escapes than these two. */
void audit_json_quote(FILE *out, const char *text)
{
    putc_unlocked('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            putc_unlocked('\\', out);
        }
        putc_unlocked(*text, out);
    }
    putc_unlocked('"', out);
}

static void print_message(FILE *out, const struct audit_said *said)
{
    const char *before = "";

    fputs("{\"text\":", out);
    audit_json_quote(out, said->text);
    fputs(",\"names\":[", out);
    for (unsigned i = 0; i < NAMINGS; i++) {
        if (said->named & NAMING_BIT(i)) {
            fprintf(out, "%s\"%s\"", before, naming_name((enum naming)i));
            before = ",";
        }
    }
    fprintf(out, "],\"cells\":%" PRIu64 "}", said->cells);
}

void audit_json_print_said(FILE *out, const struct audit *audit)
{
    struct audit_refusals refusals = audit_refusals(audit);

    if (!audit->n_said) {
        return;
    }
    fprintf(out, "\"refusals\":{\"cells\":%" PRIu64, refusals.cells);
    for (unsigned i = 0; i < NAMINGS; i++) {
        fprintf(out, ",\"%s\":%" PRIu64, naming_name((enum naming)i), refusals.named[i]);
    }
    fputs("},\n\"messages\":[", out);
    for (size_t i = 0; i < audit->n_said; i++) {
        fputs(i ? ",\n" : "\n", out);
        print_message(out, &audit->said[i]);
    }
    fputs("\n],\n", out);
}

static int read_names(const json_t *names, unsigned *named, struct hs_error *err)
{
    if (!json_is_array(names)) {
        return hs_fail(err, HS_NO_OFFSET, "\"names\" is %s", names ? "no list" : "missing");
    }
    for (size_t i = 0; i < json_array_size(names); i++) {
        const char *name = json_string_value(json_array_get(names, i));
        enum naming naming = name ? naming_of_name(name) : NAMINGS;

        /* A later hardstop may know more. */
        *named |= naming < NAMINGS ? NAMING_BIT(naming) : 0;
    }
    return 0;
}

static int read_message(void *user, const json_t *object, struct hs_error *err)
{
    const char *text = json_get_text(object, "text", err);
    unsigned named = 0;

    if (!text || read_names(json_object_get(object, "names"), &named, err) < 0) {
        return -1;
    }
    audit_add_said(user, text, named);
    return 0;
}

int audit_json_read_messages(const struct json_part *part, struct audit *audit, struct hs_error *err)
{
    return part->text ? json_part_each(part, read_message, audit, err) : 0;
}

int audit_json_get_said(const struct audit *audit, const json_t *cell, struct audit_run *run, struct hs_error *err)
{
    uint64_t index;
    const char *text;

    if (!json_object_get(cell, "said")) {
        return 0;
    }
    if (json_as_number(json_object_get(cell, "said"), "said", UINT32_MAX, &index, err) < 0) {
        return -1;
    }
    if (index >= audit->n_said) {
        return hs_fail(err, HS_NO_OFFSET, "\"said\" is %" PRIu64 " of %zu messages", index, audit->n_said);
    }
    text = audit->said[index].text;
    if (strncmp(text, run->message, strlen(run->message)) != 0) {
        return hs_fail(err, HS_NO_OFFSET, "\"%s\" does not begin the message \"%s\"", run->message, text);
    }
    run->said = (uint32_t)index + 1;
    return 0;
}

/* A message whose cells are counted. */
struct counted {
    const struct audit *audit;
    size_t n; /* how many were before */
};

static int check_cells(const json_t *object, const char *key, uint64_t cells, struct hs_error *err)
{
    uint64_t count;

    if (json_as_number(json_object_get(object, key), key, INT64_MAX, &count, err) < 0) {
        return -1;
    }
    return count == cells ? 0 : hs_fail(err, HS_NO_OFFSET, "\"%s\" is %" PRIu64 ", the cells have %" PRIu64, key,
                                        count, cells);
}

static int check_message(void *user, const json_t *object, struct hs_error *err)
{
    struct counted *counted = user;

    return check_cells(object, "cells", counted->audit->said[counted->n++].cells, err);
}

static int check_refusals(const json_t *object, const struct audit *audit, struct hs_error *err)
{
    struct audit_refusals refusals = audit_refusals(audit);

    if (check_cells(object, "cells", refusals.cells, err) < 0) {
        return -1;
    }
    for (unsigned i = 0; i < NAMINGS; i++) {
        if (check_cells(object, naming_name((enum naming)i), refusals.named[i], err) < 0) {
            return -1;
        }
    }
    return 0;
}

int audit_json_check_said(const struct json_part *messages, const struct json_part *refusals,
                          const struct audit *audit, struct hs_error *err)
{
    struct counted counted = { .audit = audit };
    json_t *object;
    int result;

    if (messages->text && json_part_each(messages, check_message, &counted, err) < 0) {
        return -1;
    }
    if (!refusals->text) {
        return 0;
    }
    object = json_part_parse(refusals, err);
    result = object ? check_refusals(object, audit, err) : -1;
    json_decref(object);
    return result < 0 ? hs_fail_in(err, "\"%s\"", refusals->key) : 0;
}
