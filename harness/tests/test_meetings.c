/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Results of QEMUs that meet are counted, compared with earlier ones, and printed. */
#include "support.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/meetings.h"
#include "harness/report/meetings_result.h"

#define RESULT(machine, transport, promise, verdict)                                                       \
    "{\"transport\": \"" transport "\", \"device\": \"net\", \"state\": \"fresh\", \"from\": \"1\", "      \
    "\"to\": \"2\", \"machine\": \"" machine "\", \"promise\": " promise ", \"verdict\": \"" verdict "\"," \
    "\"words\": \"no ring\", \"differences\": [], \"fields\": 0, \"back\": null, \"case\": null}"

static void breaks_are_counted_and_put_together(void **state)
{
    json_t *results = json_loads("[" RESULT("m-1", "pci", "true", "refused") "," RESULT("m-1", "pcie", "true", "refused")
                                 "," RESULT("m", "mmio", "false", "refused") "," RESULT("m-1", "ccw", "true", "equal") ","
                                 RESULT("m-1", "ccw", "true", "left out") "," RESULT("m-1", "ccw", "true", "unknown") "]",
                                 0, NULL);
    json_t *baseline = json_pack("[o]", json_deep_copy(json_array_get(results, 0)));
    struct meetings_counts counts;
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    meetings_count(results, NULL, &counts);
    assert_int_equal(counts.broken, 2);
    assert_int_equal(counts.unpromised, 1);
    assert_int_equal(counts.equal, 1);
    assert_int_equal(counts.left_out, 1);
    assert_int_equal(counts.unknown, 1);
    /* Of what is in the baseline the same on another transport is new. */
    meetings_count(results, baseline, &counts);
    assert_int_equal(counts.broken, 1);
    assert_int_equal(counts.known, 1);
    /* A later point release is known by the one before, unless both are there; another series is not. */
    json_object_set_new(json_array_get(baseline, 0), "from", json_string("10.0.2"));
    json_object_set_new(json_array_get(results, 0), "from", json_string("10.0.13"));
    assert_false(meetings_is_break(json_array_get(results, 0), baseline));
    json_object_set_new(json_array_get(results, 0), "from", json_string("10.1.0"));
    assert_true(meetings_is_break(json_array_get(results, 0), baseline));
    json_object_set_new(json_array_get(results, 0), "from", json_string("1"));
    meetings_text(out, results, NULL, false);
    fclose(out);
    assert_non_null(strstr(text, "  pci on m-1, pcie\n  no ring\n"));
    assert_non_null(strstr(text, "(no promise)"));
    assert_non_null(strstr(text, "left out  net, fresh: 1 -> 2\n"));
    free(text);
    json_decref(results);
    json_decref(baseline);
}

/* What stands in a result stays text, and each break is where its cell leads to. */
static void the_page_has_each_break(void **state)
{
    json_t *results = json_loads("[" RESULT("m-1", "pci", "true", "refused") "," RESULT("m-1", "ccw", "true", "equal")
                                 "," RESULT("m-1", "ccw", "true", "differs") "]", 0, NULL);
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    (void)state;
    json_object_set_new(json_array_get(results, 0), "words", json_string("<script>"));
    json_object_set_new(json_array_get(results, 0), "bytes",
                        json_pack("[{s:s, s:s, s:i, s:s, s:n, s:b}]", "device", "virtio-net", "field", "virtio.status",
                                  "offset", 7, "given", "0f", "other", "differs", 1));
    json_object_set_new(json_array_get(results, 0), "layout",
                        json_pack("[{s:s, s:s, s:s, s:i, s:i}]", "device", "virtio-net", "field", "virtio.status",
                                  "change", "grown", "from", 1, "to", 4));
    json_object_set_new(json_array_get(results, 0), "properties",
                        json_pack("[{s:s, s:s, s:b, s:b}]", "device", "virtio-net", "property", "mq", "from", 1, "to",
                                  0));
    json_object_set_new(json_array_get(results, 0), "case", json_string("found/1.textproto"));
    json_object_set_new(json_array_get(results, 2), "fields", json_integer(1));
    json_object_set_new(json_array_get(results, 2), "differences",
                        json_pack("[{s:s, s:s, s:s, s:s, s:s}]", "change", "lost", "device", "virtio-net", "field",
                                  "virtio.isr", "given", "0x1", "kept", ""));
    meetings_html(out, results, NULL);
    fclose(out);
    assert_non_null(strstr(text, "<h1>Promises broken: 2</h1>"));
    assert_non_null(strstr(text, "<a href=\"#r0\">refused</a>"));
    assert_non_null(strstr(text, "<article id=\"r0\">"));
    assert_non_null(strstr(text, "&#60;script&#62;"));
    assert_null(strstr(text, "<script>"));
    assert_non_null(strstr(text, "<td>lost</td><td><code>virtio-net virtio.isr</code></td>"));
    assert_non_null(strstr(text, "--trust-setup found/1.textproto"));
    assert_non_null(strstr(text, "</code> grown, 1 to 4</p>"));
    assert_non_null(strstr(text, "<code>virtio-net.mq</code> is <code>true</code>"));
    assert_non_null(strstr(text, "<td>7</td><td>0f</td><td></td>"));
    free(text);
    json_decref(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(breaks_are_counted_and_put_together),
        cmocka_unit_test(the_page_has_each_break),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
