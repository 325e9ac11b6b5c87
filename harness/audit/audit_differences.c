/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares setups text by text, and the edits and values of two audits as two sorted lists. */
#include "harness/audit/audit_differences.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/print.h"
#include "harness/setup/framing.h"
#include "harness/setup/setup.h"

#define SHOWN_VALUES 4 /* of those that one audit alone tried */

/* Differences, one behind the other. */
struct list {
    struct print_memory memory;
    size_t n;
};

static FILE *next(struct list *list)
{
    FILE *out = list->memory.out ? list->memory.out : print_open(&list->memory);

    fputs(list->n++ ? "; " : "", out);
    return out;
}

static char *finish(struct list *list)
{
    return list->n ? print_close(&list->memory) : NULL;
}

static void compare_texts(struct list *list, const char *what, const char *now, const char *earlier)
{
    now = now && *now ? now : "none";
    earlier = earlier && *earlier ? earlier : "none";
    if (strcmp(now, earlier) != 0) {
        fprintf(next(list), "%s %s instead of %s", what, now, earlier);
    }
}

static char *joined(char *const *words, size_t n)
{
    struct print_memory memory = { 0 };
    FILE *out = print_open(&memory);

    for (size_t i = 0; i < n; i++) {
        fprintf(out, "%s%s", i ? " " : "", words[i]);
    }
    return print_close(&memory);
}

static void compare_lists(struct list *list, const char *what, char *const *now, size_t n_now, char *const *earlier,
                          size_t n_earlier)
{
    char *left = joined(now, n_now), *right = joined(earlier, n_earlier);

    compare_texts(list, what, left, right);
    free(left);
    free(right);
}

char *audit_setup_differences(const struct audit *now, const struct audit *earlier)
{
    const Hardstop__Setup *a = now->setup, *b = earlier->setup;
    struct list list = { .n = 0 };

    compare_texts(&list, "loader", now->loader, earlier->loader);
    /* Where a QEMU lies is not what it is. */
    compare_texts(&list, "program", setup_program(a), setup_program(b));
    compare_texts(&list, "machine", a->machine, b->machine);
    compare_texts(&list, "memory", a->memory, b->memory);
    compare_texts(&list, "default devices", a->defaults ? "on" : "off", b->defaults ? "on" : "off");
    compare_lists(&list, "devices", a->device, a->n_device, b->device, b->n_device);
    compare_lists(&list, "globals", a->global, a->n_global, b->global, b->n_global);
    compare_lists(&list, "options", a->option, a->n_option, b->option, b->n_option);
    return finish(&list);
}

/* Where the machine type decided the framing, the names of the audited fields tell. */
static Hardstop__Framing framing_of(const struct audit *audit)
{
    if (setup_framing_of(audit->setup)) {
        return audit->setup->framing;
    }
    for (size_t i = 0; i < audit->n_fields; i++) {
        const char *mark = strstr(audit->fields[i].path, "footer.mark");

        if (mark && !mark[strlen("footer.mark")]) {
            return HARDSTOP__FRAMING__FOOTER;
        }
    }
    return HARDSTOP__FRAMING__LEGACY;
}

/* The first run of the next value; boundary values are those of the fields, and no choice. */
static const struct audit_run *next_value(const struct audit *audit, const struct audit_run *run)
{
    const struct audit_run *end = audit->runs + audit->n_runs, *last = run;

    while (run < end && run->edit == last->edit &&
           (edit_kinds[run->edit].place == EDIT_AT_FIELD || strcmp(run->value, last->value) == 0)) {
        run++;
    }
    return run;
}

static int compare_values(const struct audit_run *a, const struct audit_run *b)
{
    int order = (a->edit > b->edit) - (a->edit < b->edit);

    return order || edit_kinds[a->edit].place == EDIT_AT_FIELD ? order : strcmp(a->value, b->value);
}

/* Says which edits and values the first alone has. */
static void compare_tried(struct list *list, const struct audit *first, const struct audit *second, const char *which)
{
    const struct audit_run *a = first->runs, *a_end = first->runs + first->n_runs;
    const struct audit_run *b = second->runs, *b_end = second->runs + second->n_runs;
    size_t n = 0;
    FILE *out;

    while (a < a_end) {
        int order = b < b_end ? compare_values(a, b) : -1;

        if (order < 0 && n++ < SHOWN_VALUES) {
            bool is_named = edit_kinds[a->edit].place != EDIT_AT_FIELD && *a->value;

            out = n == 1 ? next(list) : list->memory.out;
            fprintf(out, "%s%s%s%s", n == 1 ? "" : ", ", edit_name(a->edit), is_named ? " " : "",
                    is_named ? a->value : "");
        }
        a = order <= 0 ? next_value(first, a) : a;
        b = order >= 0 ? next_value(second, b) : b;
    }
    if (n > SHOWN_VALUES) {
        fprintf(list->memory.out, " and %zu more", n - SHOWN_VALUES);
    }
    if (n) {
        fprintf(list->memory.out, " tried in %s alone", which);
    }
}

char *audit_choice_differences(const struct audit *now, const struct audit *earlier)
{
    static const char *const framings[SETUP_FRAMINGS] = { "without section footers", "with section footers",
                                                          "with lengths of sections" };
    Hardstop__Framing framing = framing_of(now), before = framing_of(earlier);
    struct list list = { .n = 0 };

    if (framing != before) {
        fprintf(next(&list), "%s instead of %s", framings[framing], framings[before]);
    }
    compare_texts(&list, "section", now->section, earlier->section);
    compare_tried(&list, now, earlier, "this one");
    compare_tried(&list, earlier, now, "the other");
    return finish(&list);
}
