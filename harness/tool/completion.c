/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints completion: commands, their options, the values of those that list them (on|off); any other word is a file. */
#include "harness/tool/completion.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/tool/option_table.h"
#include "harness/tool/tool.h"

#define LICENCE "# SPDX-License-Identifier: GPL-2.0-or-later\n"

struct script {
    FILE *out;
    const struct command *command;
};

static bool lists_values(const struct argp_option *option)
{
    return option->arg && strchr(option->arg, '|');
}

/* The values, with `between` for each |. */
static void put_values(FILE *out, const struct argp_option *option, char between)
{
    for (const char *c = option->arg; *c; c++) {
        fputc(*c == '|' ? between : *c, out);
    }
}

/* What an option is, in a few words: its text up to the first mark that ends a thought, without what `shuns` has. */
static void put_summary(const struct script *script, const struct argp_option *option, const char *shuns)
{
    char *text = option_table_text(script->command->argp, option->key, option->doc);
    size_t length = strcspn(text, ";:(");

    while (length && isspace((unsigned char)text[length - 1])) {
        length--;
    }
    for (size_t i = 0; i < length; i++) {
        fputc(strchr(shuns, text[i]) ? ' ' : text[i], script->out);
    }
    free(text);
}

static void put_names(FILE *out)
{
    for (const struct command *command = commands; command->name; command++) {
        fprintf(out, "%s ", command->name);
    }
    fputs("help", out);
}

static void bash_option(void *user, const struct argp_option *option)
{
    struct script *script = user;

    if (option->name) {
        fprintf(script->out, " --%s", option->name);
    }
}

static void bash_value(void *user, const struct argp_option *option)
{
    struct script *script = user;

    if (option->name && lists_values(option)) {
        fprintf(script->out, "    %s,--%s) values='", script->command->name, option->name);
        put_values(script->out, option, ' ');
        fputs("' ;;\n", script->out);
    }
}

static void print_bash(FILE *out)
{
    fputs(LICENCE "_hardstop() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} values=\n"
          "    if [ \"$word\" = = ]; then\n        word=\n"
          "    elif [ \"$previous\" = = ]; then\n        previous=${COMP_WORDS[COMP_CWORD - 2]}\n    fi\n"
          "    if [ \"$COMP_CWORD\" = 1 ]; then\n        mapfile -t COMPREPLY < <(compgen -W '", out);
    put_names(out);
    fputs("' -- \"$word\")\n        return\n    fi\n    case ${COMP_WORDS[1]},$previous in\n", out);
    for (const struct command *command = commands; command->name; command++) {
        option_table_walk(command->argp, bash_value, &(struct script){ out, command });
    }
    fputs("    esac\n    case $word in\n    -*)\n        case ${COMP_WORDS[1]} in\n", out);
    for (const struct command *command = commands; command->name; command++) {
        fprintf(out, "        %s) values='--help", command->name);
        option_table_walk(command->argp, bash_option, &(struct script){ out, command });
        fputs("' ;;\n", out);
    }
    fputs("        help) values='--man --completion' ;;\n        esac ;;\n    esac\n"
          "    [ \"${COMP_WORDS[1]},$word\" = \"help,${word#-}\" ] && values='", out);
    put_names(out);
    fputs("'\n    COMPREPLY=()\n"
          "    [ -z \"$values\" ] || mapfile -t COMPREPLY < <(compgen -W \"$values\" -- \"$word\")\n}\n"
          "complete -o default -F _hardstop hardstop\n", out);
}

static void zsh_option(void *user, const struct argp_option *option)
{
    struct script *script = user;
    FILE *out = script->out;

    if (!option->name) {
        return;
    }
    if (isgraph(option->key)) {
        fprintf(out, "        '*'{-%c,--%s%s}'[", option->key, option->name, option->arg ? "=" : "");
    } else {
        fprintf(out, "        '*--%s%s[", option->name, option->arg ? "=" : "");
    }
    put_summary(script, option, "[]'");
    fputs("]", out);
    if (lists_values(option)) {
        fputs(":value:(", out);
        put_values(out, option, ' ');
        fputs(")", out);
    } else if (option->arg) {
        fprintf(out, "%s:value:_files", option->flags & OPTION_ARG_OPTIONAL ? ":" : "");
    }
    fputs("'\n", out);
}

static void print_zsh(FILE *out)
{
    fputs("#compdef hardstop\n" LICENCE "local -a names options\nnames=(\n", out);
    for (const struct command *command = commands; command->name; command++) {
        fprintf(out, "    '%s:", command->name);
        for (const char *c = command->summary; *c; c++) {
            fprintf(out, *c == '\'' ? "'\\''" : *c == ':' ? "\\%c" : "%c", *c);
        }
        fputs("'\n", out);
    }
    fputs("    'help:this list, and the options of a command'\n)\n"
          "if ((CURRENT == 2)); then\n    _describe command names\n    return\nfi\ncase $words[2] in\n", out);
    for (const struct command *command = commands; command->name; command++) {
        fprintf(out, "%s)\n    options=(\n", command->name);
        option_table_walk(command->argp, zsh_option, &(struct script){ out, command });
        fputs("    ) ;;\n", out);
    }
    fputs("help)\n    _describe command names\n    return ;;\nesac\n"
          "shift words\n((CURRENT--))\n_arguments -s $options '*:file:_files'\n", out);
}

static void fish_option(void *user, const struct argp_option *option)
{
    struct script *script = user;

    if (!option->name) {
        return;
    }
    fprintf(script->out, "complete -c hardstop -n '__fish_seen_subcommand_from %s' -l %s", script->command->name,
            option->name);
    if (isgraph(option->key)) {
        fprintf(script->out, " -s %c", option->key);
    }
    if (lists_values(option)) {
        fputs(" -x -a '", script->out);
        put_values(script->out, option, ' ');
        fputs("'", script->out);
    } else if (option->arg && !(option->flags & OPTION_ARG_OPTIONAL)) {
        fputs(" -r", script->out);
    }
    fputs(" -d '", script->out);
    put_summary(script, option, "'\\");
    fputs("'\n", script->out);
}

static void print_fish(FILE *out)
{
    fputs(LICENCE, out);
    for (const struct command *command = commands; command->name; command++) {
        fprintf(out, "complete -c hardstop -f -n __fish_use_subcommand -a %s -d '", command->name);
        for (const char *c = command->summary; *c; c++) {
            fprintf(out, *c == '\'' ? "\\%c" : "%c", *c);
        }
        fputs("'\n", out);
        option_table_walk(command->argp, fish_option, &(struct script){ out, command });
    }
    fputs("complete -c hardstop -f -n __fish_use_subcommand -a help -d 'this list, and the options of a command'\n"
          "complete -c hardstop -f -n '__fish_seen_subcommand_from help' -a '", out);
    put_names(out);
    fputs("'\n", out);
}

static const struct {
    const char *shell;
    void (*print)(FILE *out);
} shells[] = { { "bash", print_bash }, { "zsh", print_zsh }, { "fish", print_fish } };

int completion_print(const char *shell, FILE *out)
{
    for (size_t i = 0; shell && i < HS_COUNT(shells); i++) {
        if (strcmp(shell, shells[i].shell) == 0) {
            shells[i].print(out);
            return 0;
        }
    }
    return -1;
}
