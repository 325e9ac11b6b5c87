/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * render HTML JSON AUDIT [AUDIT [LABEL LABEL]]: writes the report of an audit, or of two, and the first one as JSON.
 * An audit is a file of JSON, or the name of a made-up one.
 */
#include <stdio.h>
#include <string.h>

#include "audits.h"
#include "harness/audit/audit_json.h"
#include "harness/report/html/html.h"

static bool is_file(const char *name)
{
    size_t length = strlen(name);

    return length > 5 && strcmp(name + length - 5, ".json") == 0;
}

static int get(struct audit *audit, const char *name, struct hs_error *err)
{
    if (is_file(name)) {
        return audit_json_read(name, audit, err);
    }
    return audits_named(audit, name) ? 0 : hs_fail(err, HS_NO_OFFSET, "no audit \"%s\"", name);
}

int main(int argc, char **argv)
{
    const char *labels[2] = { argc == 7 ? argv[5] : "footers on", argc == 7 ? argv[6] : "footers off" };
    struct audit audits[2] = { 0 };
    struct hs_error err = { .text = "usage: render HTML JSON AUDIT [AUDIT [LABEL LABEL]]" };
    bool good = (argc == 4 || argc == 5 || argc == 7) && get(&audits[0], argv[3], &err) == 0 &&
                (argc == 4 || get(&audits[1], argv[4], &err) == 0) &&
                html_write(argv[1], &audits[0], argc > 4 ? &audits[1] : NULL, labels, &err) == 0 &&
                audit_json_write(argv[2], &audits[0], &err) == 0;

    if (!good) {
        fprintf(stderr, "render: %s\n", err.text);
    }
    audit_clear(&audits[0]);
    audit_clear(&audits[1]);
    return good ? 0 : 2;
}
