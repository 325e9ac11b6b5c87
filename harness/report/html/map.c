/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The heat map of the HTML report: an SVG whose unit is a byte.  Bytes of one verdict that stand together in a row are
 * one stroke, and each view has one path for each verdict, so that large sections stay small.
 */
#include <inttypes.h>
#include <string.h>

#include "harness/report/html/parts.h"

/* The verdict that most bytes of a view have: it is the ground that the others are drawn on. */
static int ground_of(const uint8_t *worst, uint32_t places)
{
    uint32_t counts[VERDICT_COUNT + 1] = { 0 };
    int most = GRID_UNTESTED;

    for (uint32_t i = 0; i < places; i++) {
        counts[worst[i]]++;
    }
    for (int verdict = 0; verdict <= VERDICT_COUNT; verdict++) {
        most = counts[verdict] > counts[most] ? verdict : most;
    }
    return most;
}

static const char *class_of(int verdict)
{
    return verdict == GRID_UNTESTED ? "untested" : verdict_name((enum verdict)verdict);
}

/* Moves are relative: two numbers a stroke. */
static void print_strokes(FILE *out, const uint8_t *worst, uint32_t places, uint32_t columns, int verdict)
{
    int64_t x = 0, y = 0;
    bool open = false;

    for (uint32_t i = 0, n; i < places; i += n) {
        n = 1;
        while (i + n < places && (i + n) % columns && worst[i + n] == worst[i]) {
            n++;
        }
        if (worst[i] != verdict) {
            continue;
        }
        if (open) {
            fprintf(out, "m%" PRId64 " %" PRId64 "h%" PRIu32, i % columns - x, i / columns - y, n);
        } else {
            fprintf(out, "<path class=\"%s\" d=\"M%" PRIu32 " %" PRIu32 ".5h%" PRIu32, class_of(verdict), i % columns,
                    i / columns, n);
            open = true;
        }
        x = i % columns + n;
        y = i / columns;
    }
    fputs(open ? "\"/>" : "", out);
}

/* The whole rows of the ground as one rectangle, and what is over as another. */
static void print_ground(FILE *out, uint32_t places, uint32_t columns, int verdict)
{
    html_print(out, "<path class=\"ground %s\" d=\"M0 0h%uv%uh-%uz", class_of(verdict), columns, places / columns,
               columns);
    if (places % columns) {
        html_print(out, "M0 %uh%uv1h-%uz", places / columns, places % columns, places % columns);
    }
    fputs("\"/>", out);
}

static void print_view(const struct html_page *page, const struct html_side *side, int view)
{
    const uint8_t *worst = side->grid.worst[view];
    int ground = worst ? ground_of(worst, side->grid.places) : GRID_UNTESTED;

    html_print(page->out, "<g class=\"view %s\">", grid_view_name(view));
    print_ground(page->out, side->grid.places, page->columns, ground);
    for (int verdict = 0; worst && verdict <= VERDICT_COUNT; verdict++) {
        if (verdict != ground) {
            print_strokes(page->out, worst, side->grid.places, page->columns, verdict);
        }
    }
    fputs("</g>\n", page->out);
}

/* A short line before each field that begins another part: an array is one, whatever its elements hold. */
static void print_boundaries(const struct html_page *page, const struct html_side *side)
{
    const struct audit *audit = side->audit;
    size_t last_length = 0;
    const char *last = "";

    fputs("<path class=\"boundary\" d=\"", page->out);
    for (size_t i = 0; i < audit->n_fields; i++) {
        const struct audit_field *field = &audit->fields[i];
        size_t length = strcspn(field->path, "[");
        bool same = length == last_length && strncmp(field->path, last, length) == 0 && field->path[length];

        if (!same && field->offset % page->columns) {
            html_print(page->out, "M%u %uv1", field->offset % page->columns, field->offset / page->columns);
        }
        last = field->path;
        last_length = length;
    }
    fputs("\"/>\n", page->out);
}

static void print_name(const struct html_page *page, const struct html_side *side, size_t group)
{
    const struct html_field *field = &page->fields[side->fields[group]];

    html_print(page->out, "<a href=\"#field-%s\" tabindex=\"-1\">%s</a>", field->slug, field->name);
}

/* A row is named by the first and last fields that begin in it; in between, it says how many more do. */
static void print_names(const struct html_page *page, const struct html_side *side, uint32_t rows)
{
    size_t next = 0;

    fputs("<div class=\"names\">", page->out);
    for (uint32_t row = 0; row < rows; row++) {
        size_t first = next;

        while (next < side->groups.n && side->groups.groups[next].offset / page->columns <= row) {
            next++;
        }
        fputs("<div>", page->out);
        if (next > first) {
            print_name(page, side, first);
        }
        if (next > first + 2) {
            html_print(page->out, " <small>+%zu</small>", next - first - 2);
        }
        if (next > first + 1) {
            fputs(" <span class=\"last\">\xe2\x80\xa6 ", page->out);
            print_name(page, side, next - 1);
            fputs("</span>", page->out);
        }
        fputs("</div>\n", page->out);
    }
    fputs("</div>\n", page->out);
}

static void print_patterns(FILE *out)
{
    fputs("<svg class=\"patterns\" aria-hidden=\"true\" width=\"0\" height=\"0\"><defs>\n"
          "<pattern id=\"p-equal\" width=\"1\" height=\"1\" patternUnits=\"userSpaceOnUse\">"
          "<rect class=\"back\" width=\"1\" height=\"1\"/><path class=\"line\" d=\"M0 .33h1M0 .67h1\"/></pattern>\n"
          "<pattern id=\"p-garbage\" width=\"1\" height=\"1\" patternUnits=\"userSpaceOnUse\">"
          "<rect class=\"back\" width=\"1\" height=\"1\"/>"
          "<path class=\"line\" d=\"M-.2 1.2L1.2-.2M-.2.2L.2-.2M.8 1.2L1.2.8\"/></pattern>\n"
          "<pattern id=\"p-hung\" width=\"1\" height=\"1\" patternUnits=\"userSpaceOnUse\">"
          "<rect class=\"back\" width=\"1\" height=\"1\"/><path class=\"line\" d=\"M.33 0v1M.67 0v1\"/></pattern>\n"
          "<pattern id=\"p-crashed\" width=\"1\" height=\"1\" patternUnits=\"userSpaceOnUse\">"
          "<rect class=\"back\" width=\"1\" height=\"1\"/></pattern>\n"
          "<pattern id=\"p-unknown\" width=\"1\" height=\"1\" patternUnits=\"userSpaceOnUse\">"
          "<rect class=\"back\" width=\"1\" height=\"1\"/><circle class=\"dot\" cx=\".5\" cy=\".5\" r=\".22\"/>"
          "</pattern>\n"
          "<pattern id=\"p-untested\" width=\"1\" height=\"1\" patternUnits=\"userSpaceOnUse\">"
          "<rect class=\"back\" width=\"1\" height=\"1\"/><path class=\"line\" d=\"M.4 .5h.2\"/></pattern>\n"
          "</defs></svg>\n", out);
}

static void print_map(const struct html_page *page, size_t which)
{
    const struct html_side *side = &page->sides[which];
    uint32_t rows = (side->grid.places + page->columns - 1) / page->columns;
    FILE *out = page->out;

    html_print(out, "<div class=\"scroll\"><div class=\"map c%u\" style=\"--rows:%u;--columns:%u\">\n"
               "<div class=\"offsets\" aria-hidden=\"true\">", page->columns, rows, page->columns);
    for (uint32_t row = 0; row < rows; row++) {
        html_print(out, "<div>%u</div>", row * page->columns);
    }
    html_print(out, "</div>\n<div class=\"cells\" id=\"map-%zu\" data-side=\"%zu\">"
               "<svg viewBox=\"0 0 %u %u\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\n", which, which,
               page->columns, rows);
    for (int view = 0; view < GRID_VIEWS; view++) {
        if (html_has_view(page, view)) {
            print_view(page, side, view);
        }
    }
    print_boundaries(page, side);
    fputs("</svg></div>\n", out);
    print_names(page, side, rows);
    fputs("</div></div>\n", out);
}

static const char *label_of(int view)
{
    return view == GRID_LENGTH ? "all that change the length" : view == GRID_ALL ? "all damages"
                                                                             : edit_name((enum edit)view);
}

static bool is_shown(const struct html_page *page, int view)
{
    if (view == GRID_ALL && html_has_view(page, GRID_LENGTH)) {
        /* The same map twice where nothing but lengths was changed. */
        for (unsigned edit = 0; edit < edit_count; edit++) {
            if (!edit_kinds[edit].changes_length && html_has_view(page, (int)edit)) {
                return true;
            }
        }
        return false;
    }
    return html_has_view(page, view);
}

/* Prints a view's button; true unless the page has no such view. */
static bool print_button(const struct html_page *page, int view, bool is_checked)
{
    const char *name = grid_view_name(view);

    if (!is_shown(page, view)) {
        return false;
    }
    html_print(page->out, "<input type=\"radio\" name=\"view\" id=\"view-%s\" value=\"%s\"%s>"
               "<label for=\"view-%s\">%s</label>\n", name, name, is_checked ? " checked" : "", name, label_of(view));
    return true;
}

static void print_choice(const struct html_page *page)
{
    bool any = print_button(page, GRID_LENGTH, true);

    for (unsigned edit = 0; edit < edit_count; edit++) {
        any |= print_button(page, (int)edit, !any);
    }
    print_button(page, GRID_ALL, !any);
}

void html_map_style(const struct html_page *page)
{
    const char *before = "";

    for (int view = 0; view < GRID_VIEWS; view++) {
        if (html_has_view(page, view)) {
            html_print(page->out, "%s#view-%s:checked ~ .maps .%s", before, grid_view_name(view),
                       grid_view_name(view));
            before = ", ";
        }
    }
    fputs(*before == ',' ? " { display: inline; }\n" : "", page->out);
}

void html_maps(const struct html_page *page)
{
    FILE *out = page->out;

    fputs("<section id=\"map\">\n<h2>Byte by byte</h2>\n<p class=\"hint\">Each square is a byte, coloured by the "
          "worst verdict of the damages done there. <span class=\"script-only\">Point at one, or focus the "
          "map and use the arrow keys; Enter or a click leads to the field.</span></p>\n", out);
    print_patterns(out);
    fputs("<div class=\"views\">\n", out);
    print_choice(page);
    fputs("<p class=\"legend\">", out);
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        fputs("<span class=\"count\">", out);
        html_chip(out, grid_order[i]);
        html_print(out, "%s</span> ", verdict_name(grid_order[i]));
    }
    fputs("<span class=\"count\">", out);
    html_chip(out, GRID_UNTESTED);
    fputs("not tested</span></p>\n", out);
    html_print(out, "<div class=\"sides maps n%zu\">\n", page->n_sides);
    for (size_t i = 0; i < page->n_sides; i++) {
        fputs("<div>\n", out);
        if (page->sides[i].label) {
            html_print(out, "<h3>%s</h3>\n", page->sides[i].label);
        }
        print_map(page, i);
        fputs("</div>\n", out);
    }
    fputs("</div>\n</div>\n<div class=\"readout script-only\" id=\"readout\" role=\"status\" aria-live=\"polite\">"
          "</div>\n</section>\n", out);
}
