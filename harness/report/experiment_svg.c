/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws trials: one bar for each framing and state, of all devices together. */
#include "harness/report/experiment.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/base/print.h"
#include "harness/report/grid.h"

/* In user units. */
enum { WIDTH = 820, LEFT = 330, RIGHT = 70, TOP = 44, BAR = 20, STEP = 28, GAP = 12 };

static const char *const states[] = { "fresh", "canary" };

static const char style[] =
    "<style>\n"
    "text { font: 14px system-ui, \"DejaVu Sans\", sans-serif; fill: #1c1f22; }\n"
    ".rejected { fill: #7fbfa6; } .equal { fill: #56b4e9; } .garbage { fill: #d55e00; } .crashed { fill: #111111; }\n"
    ".hung { fill: #cc79a7; }\n"
    "@media (prefers-color-scheme: dark) { text { fill: #e8eaec; } .crashed { fill: #f7f7f7; } }\n"
    "</style>\n";

/* What all trials of a state and framing gave; the sum of it all, but for what has no verdict. */
static uint64_t add_up(const struct trial *trials, size_t n, const char *state, const char *framing,
                       uint64_t counts[VERDICT_COUNT])
{
    uint64_t cells = 0;

    memset(counts, 0, VERDICT_COUNT * sizeof(*counts));
    for (size_t i = 0; i < n; i++) {
        for (int k = VERDICT_REJECTED; strcmp(trials[i].state, state) == 0 && strcmp(trials[i].framing, framing) == 0 &&
                        k < VERDICT_COUNT; k++) {
            counts[k] += trials[i].counts[k];
            cells += trials[i].counts[k];
        }
    }
    return cells;
}

/* Rejected first, then what was not, the worst last. */
static void draw_bar(FILE *out, const uint64_t counts[VERDICT_COUNT], uint64_t cells, int top)
{
    static const enum verdict order[] = { VERDICT_REJECTED, VERDICT_EQUAL, VERDICT_GARBAGE, VERDICT_HUNG,
                                          VERDICT_CRASHED };
    double left = LEFT, scale = (double)(WIDTH - LEFT - RIGHT) / (double)cells;

    for (size_t i = 0; i < HS_COUNT(order); i++) {
        if (counts[order[i]]) {
            fprintf(out,
                    "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>%s: %" PRIu64
                    "</title></rect>\n",
                    verdict_name(order[i]), left, top, (double)counts[order[i]] * scale, BAR, verdict_name(order[i]),
                    counts[order[i]]);
        }
        left += (double)counts[order[i]] * scale;
    }
}

static void draw_legend(FILE *out)
{
    int left = LEFT;

    for (enum verdict verdict = VERDICT_REJECTED; verdict < VERDICT_COUNT; verdict++) {
        fprintf(out,
                "<rect class=\"%s\" x=\"%d\" y=\"12\" width=\"12\" height=\"12\"/>"
                "<text x=\"%d\" y=\"23\">%s</text>\n",
                verdict_name(verdict), left, left + 17, verdict_name(verdict));
        left += 82;
    }
}

static int draw_framing(FILE *out, const struct trial *trials, size_t n, const struct experiment_framing *framing,
                        int top)
{
    bool any = false;

    for (size_t s = 0; s < HS_COUNT(states); s++) {
        uint64_t counts[VERDICT_COUNT], cells = add_up(trials, n, states[s], framing->name, counts);
        char share[16];

        if (cells) {
            grid_percent(counts[VERDICT_REJECTED], cells, share, sizeof(share));
            fprintf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s: %s</text>\n", LEFT - 10, top + 15,
                    framing->column, states[s]);
            draw_bar(out, counts, cells, top);
            fprintf(out, "<text x=\"%d\" y=\"%d\">%s %%</text>\n", WIDTH - RIGHT + 8, top + 15, share);
            top += STEP;
            any = true;
        }
    }
    return top + (any ? GAP : 0);
}

void experiment_svg(FILE *out, const struct trial *trials, size_t n)
{
    struct print_memory text;
    FILE *bars = print_open(&text);
    int top = TOP;
    char *drawn;

    for (size_t k = 0; k < EXPERIMENT_FRAMINGS; k++) {
        top = draw_framing(bars, trials, n, &experiment_framings[k], top);
    }
    drawn = print_close(&text);
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">\n"
            "<!-- SPDX-License-Identifier: GPL-2.0-or-later -->\n"
            "<title>One to four bytes missing or added at every offset of a section: what the loader makes of it"
            "</title>\n%s",
            WIDTH, top, style);
    draw_legend(out);
    fprintf(out, "%s</svg>\n", drawn);
    free(drawn);
}
