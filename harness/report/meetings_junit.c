/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints JUnit XML. */
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/report/meetings.h"
#include "harness/report/meetings_result.h"
#include "harness/report/xml.h"

/* `element` with what a terminal would be told of the result. */
static void print_told(FILE *out, const char *element, json_t *result)
{
    json_t *alone = json_pack("[O]", result);
    char *text;
    size_t size;
    FILE *memory = open_memstream(&text, &size);

    meetings_text(memory, alone, NULL, false);
    fclose(memory);
    json_decref(alone);
    fprintf(out, "<%s type=\"%s\" message=\"", element, meetings_word(result, "verdict"));
    xml_print(out, meetings_word(result, "words"));
    fputs("\">", out);
    xml_print(out, text);
    fprintf(out, "</%s>", element);
    free(text);
}

static void print_testcase(FILE *out, json_t *result, const json_t *baseline)
{
    char *class = hs_format("%s %s on %s", meetings_word(result, "transport"),
                            meetings_word(result, "device"), meetings_word(result, "machine"));

    for (char *c = class; *c; c++) {
        /* Jenkins takes what is before the last dot for a package. */
        *c = *c == '.' ? '_' : *c;
    }
    fputs("    <testcase classname=\"", out);
    xml_print(out, class);
    fputs("\" name=\"", out);
    xml_print(out, meetings_word(result, "state"));
    fputs(": ", out);
    xml_print(out, meetings_word(result, "from"));
    fputs(" to ", out);
    xml_print(out, meetings_word(result, "to"));
    fputs("\" time=\"0\">", out);
    if (meetings_is_break(result, baseline)) {
        print_told(out, "failure", result);
    } else if (strcmp(meetings_word(result, "verdict"), "unknown") == 0) {
        print_told(out, "error", result);
    } else if (strcmp(meetings_word(result, "verdict"), "left out") == 0) {
        fputs("<skipped message=\"", out);
        xml_print(out, meetings_word(result, "words"));
        fputs("\"/>", out);
    }
    fputs("</testcase>\n", out);
    free(class);
}

void meetings_junit(FILE *out, const json_t *results, const json_t *baseline)
{
    struct meetings_counts counts;
    size_t i;
    json_t *result;

    meetings_count(results, baseline, &counts);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
    for (int level = 0; level < 2; level++) {
        fprintf(out, "%s name=\"hardstop compat\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"0\">\n",
                level ? "  <testsuite" : "<testsuites", json_array_size(results), counts.broken, counts.unknown);
    }
    json_array_foreach (results, i, result) {
        print_testcase(out, result, baseline);
    }
    fputs("  </testsuite>\n</testsuites>\n", out);
}
