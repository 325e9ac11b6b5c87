/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame of the HTML report: puts the parts together. */
#include "harness/report/html/html.h"

#include "harness/base/check.h"
#include "harness/report/html/parts.h"
#include "harness/base/print.h"

void html_begin(FILE *out, const char *title)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n", out);
    html_print(out, "<title>Hardstop: %s</title>\n<style>\n", title);
    fputs(html_report_css, out);
}

static void print_page(const struct html_page *page)
{
    FILE *out = page->out;
    const char *section = page->sides[0].audit->section;

    html_begin(out, *section ? section : "whole stream");
    html_map_style(page);
    fputs("</style>\n</head>\n<body>\n", out);
    html_headline(page);
    html_maps(page);
    html_changes(page);
    html_findings(page);
    html_fields(page);
    html_said(page);
    fputs("<footer>Made by <code>hardstop audit</code>. A finding is confirmed by its command, on a QEMU process that "
          "nobody has changed.</footer>\n", out);
    html_data(page);
    fputs("<script>\n", out);
    fputs(html_report_js, out);
    fputs("</script>\n</body>\n</html>\n", out);
}

static void print_job(FILE *out, const void *user)
{
    struct html_page page = *(const struct html_page *)user;

    page.out = out;
    html_page_init(&page);
    print_page(&page);
    html_page_clear(&page);
}

int html_write(const char *path, const struct audit *audit, const struct audit *other, const char *const labels[2],
               struct hs_error *err)
{
    struct html_page page = { .sides = { { .audit = audit }, { .audit = other } }, .n_sides = other ? 2 : 1 };

    HS_CHECK(!other || labels, "%s: two audits without labels", path);
    for (size_t i = 0; other && i < 2; i++) {
        page.sides[i].label = labels[i];
    }
    return print_file(path, print_job, &page, err);
}
