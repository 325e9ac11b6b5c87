/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts edges by line. */
#include "harness/loader/covered.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/loader/qemu/elf.h"

static int compare(const void *left, const void *right)
{
    const struct covered_line *a = left, *b = right;
    int order = strcmp(a->file, b->file);

    order = order ? order : strcmp(a->function, b->function);
    return order ? order : (a->line > b->line) - (a->line < b->line);
}

static void clear_line(struct covered_line *line)
{
    free(line->file);
    free(line->function);
}

static void add_up(struct covered *covered)
{
    size_t n = 0;

    if (covered->n) {
        qsort(covered->lines, covered->n, sizeof(*covered->lines), compare);
    }
    for (size_t i = 0; i < covered->n; i++) {
        if (n && compare(&covered->lines[n - 1], &covered->lines[i]) == 0) {
            covered->lines[n - 1].edges += covered->lines[i].edges;
            covered->lines[n - 1].reached += covered->lines[i].reached;
            clear_line(&covered->lines[i]);
        } else {
            covered->lines[n++] = covered->lines[i];
        }
    }
    covered->n = n;
}

static void take(struct covered *covered, struct elf *elf, uint64_t place, bool reached)
{
    struct covered_line *line = HS_PUSH(covered->lines, covered->n);
    char function[64], source[64], *colon;

    elf_describe(elf, place, function, sizeof(function), source, sizeof(source));
    colon = strrchr(source, ':');
    if (colon) {
        *colon = 0;
    }
    *line = (struct covered_line){ .file = hs_strdup(source), .function = hs_strdup(function),
                                   .line = colon ? atoi(colon + 1) : 0, .edges = 1, .reached = reached };
}

int covered_read(const char *program, const struct loader_counters *counters, const uint8_t *reached,
                 struct covered *covered, struct hs_error *err)
{
    uint64_t *places = loader_counters_places(counters, err);
    struct elf *elf = places ? elf_open(program, err) : NULL;

    *covered = (struct covered){ 0 };
    for (size_t i = 0; elf && i < counters->n; i++) {
        take(covered, elf, places[i], reached[i]);
    }
    add_up(covered);
    free(places);
    elf_close(elf);
    return elf ? 0 : -1;
}

void covered_clear(struct covered *covered)
{
    for (size_t i = 0; i < covered->n; i++) {
        clear_line(&covered->lines[i]);
    }
    free(covered->lines);
    *covered = (struct covered){ 0 };
}

struct covered_part covered_part(const struct covered *covered, size_t at, bool whole_file)
{
    struct covered_part part = { .lines = covered->lines + at };

    while (at + part.n < covered->n) {
        const struct covered_line *line = &part.lines[part.n];

        if (strcmp(line->file, part.lines->file) != 0 ||
            (!whole_file && strcmp(line->function, part.lines->function) != 0)) {
            break;
        }
        part.edges += line->edges;
        part.reached += line->reached;
        part.n_reached += line->reached > 0;
        part.n++;
    }
    return part;
}

unsigned covered_percent(const struct covered_part *part)
{
    return part->edges ? 100 * part->reached / part->edges : 0;
}

bool covered_is_check(const char *function)
{
    static const char *const words[] = { "post_load", "pre_load", "validate", "_load", "load_" };

    for (size_t i = 0; i < HS_COUNT(words); i++) {
        if (strstr(function, words[i])) {
            return true;
        }
    }
    return strncmp(function, "get_", 4) == 0;
}
