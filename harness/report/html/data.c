/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the page's script looks up for a byte, in short: numbers of base 36, runs by edit and value, texts once.
 *   fields  "GROUP.SIZE[.INDEX...] ...": the indexes, decimal, fill the [] of the group's name, from left to right
 *   runs    "COUNT LETTER MESSAGE ..." without spaces within; '_' for cells that were not tested
 *   texts   how many characters are those of the text before, and the rest: thousands may differ in a few digits
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/report/html/parts.h"

/* More runs than these make the page slow: then rejections go without their words, which often differ byte by byte. */
#define MANY_RUNS 60000

struct texts {
    const char **texts;
    size_t n;
};

static void print_base36(FILE *out, uint64_t value)
{
    char digits[16];
    size_t n = 0;

    do {
        digits[n++] = "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36];
        value /= 36;
    } while (value);
    while (n) {
        fputc(digits[--n], out);
    }
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool has_message(const struct html_page *page, const struct audit_run *run)
{
    return *run->message && (run->verdict != VERDICT_REJECTED ||
                             page->sides[0].audit->n_runs + (page->n_sides > 1 ? page->sides[1].audit->n_runs : 0) <=
                                 MANY_RUNS);
}

static struct texts messages_of(const struct html_page *page)
{
    struct texts all = { .texts = NULL };
    size_t kept = 0;

    for (size_t side = 0; side < page->n_sides; side++) {
        const struct audit *audit = page->sides[side].audit;
        const char *last = NULL;

        all.texts = hs_resize(all.texts, all.n + audit->n_runs + 1, sizeof(*all.texts));
        for (size_t i = 0; i < audit->n_runs; i++) {
            if (has_message(page, &audit->runs[i]) && audit->runs[i].message != last) {
                all.texts[all.n++] = last = audit->runs[i].message;
            }
        }
    }
    qsort(all.texts, all.n, sizeof(*all.texts), by_text);
    for (size_t i = 0; i < all.n; i++) {
        if (!kept || strcmp(all.texts[kept - 1], all.texts[i]) != 0) {
            all.texts[kept++] = all.texts[i];
        }
    }
    all.n = kept;
    return all;
}

/* Characters that are one byte in UTF-8 and one unit in JavaScript. */
static size_t shared_prefix(const char *left, const char *right)
{
    size_t n = 0;

    while (left[n] && left[n] == right[n] && (left[n] & 0x80) == 0) {
        n++;
    }
    return n;
}

static void print_messages(FILE *out, const struct texts *messages)
{
    const char *last = "";

    for (size_t i = 0; i < messages->n; i++) {
        size_t shared = shared_prefix(last, messages->texts[i]);

        html_print(out, i ? ",\n%zu," : "%zu,", shared);
        html_json(out, messages->texts[i] + shared);
        last = messages->texts[i];
    }
}

static size_t index_of(const struct texts *texts, const char *text)
{
    const char **found = bsearch(&text, texts->texts, texts->n, sizeof(*texts->texts), by_text);

    return found - texts->texts;
}

static void print_indexes(FILE *out, const char *path)
{
    for (const char *at = strchr(path, '['); at; at = strchr(at + 1, '[')) {
        size_t digits = strspn(at + 1, "0123456789");

        if (at[1 + digits] == ']') {
            fprintf(out, ".%.*s", (int)digits, at + 1);
        }
    }
}

static void print_fields(const struct html_page *page, const struct html_side *side)
{
    for (size_t i = 0; i < side->audit->n_fields; i++) {
        const char *name = side->groups.groups[side->groups.of_field[i]].name;

        fputs(i ? " " : "", page->out);
        print_base36(page->out, html_field_index(page, name));
        fputc('.', page->out);
        print_base36(page->out, side->audit->fields[i].size);
        print_indexes(page->out, side->audit->fields[i].path);
    }
}

/* A run, and those behind it that look the same in the page. */
static size_t print_run(const struct html_page *page, const struct texts *messages, const struct audit_run *runs,
                        size_t n)
{
    bool said = has_message(page, runs);
    uint64_t count = runs->count;
    size_t same = 1;

    while (!said && same < n && runs[same].edit == runs->edit && strcmp(runs[same].value, runs->value) == 0 &&
           runs[same].verdict == runs->verdict && runs[same].offset == runs->offset + count &&
           !has_message(page, &runs[same])) {
        count += runs[same++].count;
    }
    print_base36(page->out, count);
    fputc(grid_letter(runs->verdict), page->out);
    if (said) {
        print_base36(page->out, index_of(messages, runs->message));
    }
    fputc(' ', page->out);
    return same;
}

static void print_series(const struct html_page *page, const struct html_side *side, const struct texts *messages)
{
    const struct audit *audit = side->audit;
    const struct audit_run *last = NULL;
    uint32_t at = 0;

    for (size_t i = 0; i < audit->n_runs;) {
        const struct audit_run *run = &audit->runs[i];

        if (!last || last->edit != run->edit || strcmp(last->value, run->value) != 0) {
            fputs(last ? "\"],\n[" : "[", page->out);
            html_json(page->out, edit_name(run->edit));
            fputc(',', page->out);
            html_json(page->out, run->value);
            fputs(",\"", page->out);
            at = 0;
        }
        if (run->offset > at) {
            print_base36(page->out, run->offset - at);
            fputs("_ ", page->out);
        }
        i += print_run(page, messages, run, audit->n_runs - i);
        last = &audit->runs[i - 1];
        at = last->offset + last->count;
    }
    fputs(last ? "\"]" : "", page->out);
}

/* The edits whose cells are about all bytes of a field. */
static void print_edits_of_fields(FILE *out)
{
    const char *before = "";

    for (unsigned edit = 0; edit < edit_count; edit++) {
        if (edit_kinds[edit].place == EDIT_AT_FIELD) {
            fputs(before, out);
            html_json(out, edit_name((enum edit)edit));
            before = ",";
        }
    }
}

void html_data(const struct html_page *page)
{
    struct texts messages = messages_of(page);
    FILE *out = page->out;

    fprintf(out, "<script type=\"application/json\" id=\"data\">\n{\"columns\":%" PRIu32 ",\"names\":[", page->columns);
    for (size_t i = 0; i < page->n_fields; i++) {
        fputs(i ? "," : "", out);
        html_json(out, page->fields[i].name);
    }
    fputs("],\n\"slugs\":[", out);
    for (size_t i = 0; i < page->n_fields; i++) {
        fputs(i ? "," : "", out);
        html_json(out, page->fields[i].slug);
    }
    fputs("],\n\"ofFields\":[", out);
    print_edits_of_fields(out);
    fputs("],\n\"messages\":[", out);
    print_messages(out, &messages);
    fputs("],\n\"sides\":[", out);
    for (size_t i = 0; i < page->n_sides; i++) {
        const struct html_side *side = &page->sides[i];

        fputs(i ? ",\n{\"label\":" : "{\"label\":", out);
        html_json(out, side->label ? side->label : "");
        fprintf(out, ",\"bytes\":%" PRIu32 ",\"places\":%" PRIu32 ",\"fields\":\"", side->audit->bytes,
                side->grid.places);
        print_fields(page, side);
        fputs("\",\n\"series\":[", out);
        print_series(page, side, &messages);
        fputs("]}", out);
    }
    fputs("]}\n</script>\n", out);
    free(messages.texts);
}
