/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints an audit as JSON, as it goes: with one line for each cell there can be hundreds of thousands. */
#include "harness/audit/audit_json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/audit/audit_json_said.h"
#include "harness/setup/setup.h"
#include "harness/base/print.h"
#include "harness/base/printable.h"

static void print_foreign(FILE *out, const char *text)
{
    char *copy = printable_copy(text ? text : "", text ? strlen(text) : 0);

    audit_json_quote(out, copy);
    free(copy);
}

static void print_list(FILE *out, const char *key, char *const *values, size_t n)
{
    fprintf(out, ",\"%s\":[", key);
    for (size_t i = 0; i < n; i++) {
        fputs(i ? "," : "", out);
        print_foreign(out, values[i]);
    }
    putc_unlocked(']', out);
}

static void print_setup(FILE *out, const Hardstop__Setup *setup)
{
    fputs("\"setup\":{\"binary\":", out);
    print_foreign(out, setup->binary);
    fputs(",\"machine\":", out);
    print_foreign(out, setup->machine);
    print_list(out, "device", setup->device, setup->n_device);
    print_list(out, "global", setup->global, setup->n_global);
    print_list(out, "option", setup->option, setup->n_option);
    fputs(",\"memory\":", out);
    print_foreign(out, setup->memory);
    fputs(setup->defaults ? ",\"defaults\":true" : "", out);
    fprintf(out, setup->has_framing ? ",\"framing\":\"%s\"},\n" : ",\"framing\":null},\n", setup_framing_name(setup));
}

static void print_edits(FILE *out, const struct audit *audit)
{
    /* From best to worst; cells without a verdict come last. */
    static const enum verdict order[] = { VERDICT_REJECTED, VERDICT_EQUAL, VERDICT_GARBAGE,
                                          VERDICT_CRASHED,  VERDICT_HUNG,  VERDICT_UNKNOWN };
    const char *before = "\n";

    fputs("\"edits\":{", out);
    for (unsigned edit = 0; edit < edit_count; edit++) {
        if (!audit_cells(audit, (enum edit)edit)) {
            continue;
        }
        fprintf(out, "%s\"%s\":{", before, edit_name((enum edit)edit));
        for (size_t i = 0; i < HS_COUNT(order); i++) {
            fprintf(out, "%s\"%s\":%" PRIu64, i ? "," : "", verdict_name(order[i]), audit->counts[edit][order[i]]);
        }
        putc_unlocked('}', out);
        before = ",\n";
    }
    fputs("\n},\n", out);
}

static void print_fields(FILE *out, const struct audit *audit)
{
    fputs("\"fields\":[", out);
    for (size_t i = 0; i < audit->n_fields; i++) {
        fprintf(out, "%s{\"path\":", i ? ",\n" : "\n");
        audit_json_quote(out, audit->fields[i].path);
        fprintf(out, ",\"offset\":%" PRIu32 ",\"size\":%" PRIu32 "}", audit->fields[i].offset, audit->fields[i].size);
    }
    fputs("\n],\n", out);
}

/* As it stands below the work folder, whatever that is called: equal audits give the same bytes. */
static const char *path_in_work(const struct audit *audit, const char *path)
{
    size_t length = audit->work ? strlen(audit->work) : 0;

    return length && strncmp(path, audit->work, length) == 0 && path[length] == '/' ? path + length + 1 : path;
}

static void print_finding(FILE *out, const struct audit *audit, const struct audit_finding *finding)
{
    fprintf(out, "{\"signature\":\"%016" PRIx64 "\",\"verdict\":\"%s\"", finding->finding.signature,
            verdict_name(finding->finding.verdict));
    for (size_t i = 0; i < FINDING_TEXTS; i++) {
        fprintf(out, ",\"%s\":", finding_texts[i].key);
        audit_json_quote(out, (const char *)&finding->finding + finding_texts[i].offset);
    }
    fprintf(out, ",\"edit\":\"%s\",\"value\":", edit_name(finding->edit));
    audit_json_quote(out, finding->value);
    fprintf(out, ",\"offset\":%" PRIu32 ",\"cells\":%" PRIu32 ",\"case\":", finding->offset, finding->cells);
    audit_json_quote(out, path_in_work(audit, finding->path));
    putc_unlocked('}', out);
}

static void print_findings(FILE *out, const struct audit *audit)
{
    fputs("\"findings\":[", out);
    for (size_t i = 0; i < audit->n_findings; i++) {
        fputs(i ? ",\n" : "\n", out);
        print_finding(out, audit, &audit->findings[i]);
    }
    fputs("\n],\n", out);
}

static void print_cell(FILE *out, const struct audit *audit, const struct audit_run *run, uint32_t offset)
{
    const struct audit_field *field = audit_field_at(audit, offset);

    fprintf(out, "{\"offset\":%" PRIu32, offset);
    if (run->verdict == VERDICT_REJECTED) {
        fprintf(out, ",\"count\":%" PRIu32, run->count);
    } else {
        fputs(",\"field\":", out);
        audit_json_quote(out, field ? field->path : "");
    }
    fprintf(out, ",\"edit\":\"%s\",\"value\":", edit_name(run->edit));
    audit_json_quote(out, run->value);
    fprintf(out, ",\"verdict\":\"%s\",\"message\":", verdict_name(run->verdict));
    audit_json_quote(out, run->message);
    if (run->said) {
        fprintf(out, ",\"said\":%" PRIu32, run->said - 1);
    }
    putc_unlocked('}', out);
}

static void print_cells(FILE *out, const struct audit *audit)
{
    const char *before = "\n";

    fputs("\"cells\":[", out);
    for (size_t i = 0; i < audit->n_runs; i++) {
        const struct audit_run *run = &audit->runs[i];
        uint32_t lines = run->verdict == VERDICT_REJECTED ? 1 : run->count;

        for (uint32_t line = 0; line < lines; line++) {
            fputs(before, out);
            print_cell(out, audit, run, run->offset + line);
            before = ",\n";
        }
    }
    fputs("\n]", out);
}

void audit_json_print(FILE *out, const struct audit *audit)
{
    fprintf(out, "{\"version\":%d,\n", AUDIT_JSON_VERSION);
    print_setup(out, audit->setup);
    fputs("\"loader\":", out);
    print_foreign(out, audit->loader);
    fputs(",\n\"section\":", out);
    print_foreign(out, audit->section);
    fprintf(out, ",\n\"bytes\":%" PRIu32 ",\n\"streams\":%" PRIu32 ",\n", audit->bytes, audit->streams);
    print_edits(out, audit);
    print_fields(out, audit);
    audit_json_print_said(out, audit);
    print_findings(out, audit);
    print_cells(out, audit);
    fputs("}\n", out);
}

static void print_audit(FILE *out, const void *audit)
{
    audit_json_print(out, audit);
}

int audit_json_write(const char *path, const struct audit *audit, struct hs_error *err)
{
    return print_file(path, print_audit, audit, err);
}
