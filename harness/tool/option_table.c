/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks the tables of argp, whose own printing knows --help alone. */
#include "harness/tool/option_table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"

static bool is_last(const struct argp_option *option)
{
    return !option->name && !option->key && !option->doc;
}

void option_table_walk(const struct argp *argp, option_table_fn *each, void *user)
{
    for (const struct argp_option *option = argp->options; option && !is_last(option); option++) {
        each(user, option);
    }
    for (const struct argp_child *child = argp->children; child && child->argp; child++) {
        if (child->header) {
            each(user, &(struct argp_option){ .doc = child->header });
        }
        option_table_walk(child->argp, each, user);
    }
}

char *option_table_text(const struct argp *argp, int key, const char *text)
{
    char *filtered = argp->help_filter ? argp->help_filter(key, text, NULL) : NULL;

    return filtered && filtered != text ? filtered : hs_strdup(text ? text : "");
}

char *option_table_before(const struct argp *argp)
{
    const char *doc = argp->doc ? argp->doc : "", *end = strchr(doc, '\v');

    return hs_format("%.*s", (int)(end ? (size_t)(end - doc) : strlen(doc)), doc);
}

char *option_table_behind(const struct argp *argp)
{
    const char *doc = argp->doc ? strchr(argp->doc, '\v') : NULL;

    doc = doc ? doc + 1 : "";
    return strstr(doc, "Exit status:") ? hs_strdup(doc)
                                       : hs_format("%s%s" COMMAND_LINE_STATUS, doc, *doc ? "\n\n" : "");
}
