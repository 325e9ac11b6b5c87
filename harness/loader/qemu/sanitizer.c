/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Knows the lines of reports by their shape. */
#include "harness/loader/qemu/sanitizer.h"

#include <ctype.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/check.h"

/*
 * Memory that is refused is QEMU's matter, as without a sanitizer.  No clock gives memory back, and where memory comes
 * from is not kept, which takes time and new memory.  Addresses are named by us, only where a report is kept.  GCC's
 * library wants to be the first one that is loaded.
 */
static const char *const options[][2] = {
    { "ASAN_OPTIONS", "allocator_may_return_null=1:allocator_release_to_os_interval_ms=-1:detect_leaks=0:"
                      "detect_stack_use_after_return=0:malloc_context_size=0:symbolize=0:verify_asan_link_order=0" },
    { "UBSAN_OPTIONS", "print_stacktrace=1:print_summary=1:symbolize=0" },
};

void sanitizer_set_options(void)
{
    for (size_t i = 0; i < HS_COUNT(options); i++) {
        const char *own = getenv(options[i][0]);
        char all[4096];

        snprintf(all, sizeof(all), "%s%s%s", options[i][1], own ? ":" : "", own ? own : "");
        setenv(options[i][0], all, 1);
    }
}

static bool begins(const char *line, const char *head)
{
    return strncmp(line, head, strlen(head)) == 0;
}

static size_t line_length(const char *line)
{
    size_t length = strcspn(line, "\n");

    return length + (line[length] == '\n');
}

/* What follows `what` in a line; NULL when it is not in it. */
static const char *behind(const char *line, const char *what)
{
    const char *found = memmem(line, strcspn(line, "\n"), what, strlen(what));

    return found ? found + strlen(what) : NULL;
}

/* What follows "==PID==" and `what`; NULL: it is another line. */
static const char *behind_number(const char *line, const char *what)
{
    size_t digits = begins(line, "==") ? strspn(line + 2, "0123456789") : 0;
    const char *rest = line + 2 + digits;

    return digits && begins(rest, "==") && begins(rest + 2, what) ? rest + 2 + strlen(what) : NULL;
}

static void take_word(const char *from, size_t length, char *to, size_t size)
{
    snprintf(to, size, "%.*s", (int)(length < size ? length : size - 1), from);
}

static bool is_frame(const char *line)
{
    return begins(line, "    #") && isdigit((unsigned char)line[5]) && behind(line, " 0x");
}

/* "FUNCTION FILE:LINE:COLUMN", or "FUNCTION (MODULE+0xOFFSET)" */
static void read_name(const char *name, struct loader_frame *frame)
{
    const char *file = name + strcspn(name, " \n"), *slash = memrchr(file, '/', strcspn(file, "\n")), *end;

    take_word(name, (size_t)(file - name), frame->symbol, sizeof(frame->symbol));
    if (*file != ' ' || file[1] == '(') {
        return;
    }
    file = slash ? slash + 1 : file + 1;
    end = file + strcspn(file, ":\n");
    end += *end == ':' ? 1 + strspn(end + 1, "0123456789") : 0;
    take_word(file, (size_t)(end - file), frame->source, sizeof(frame->source));
}

/* "MODULE+0xOFFSET) (BuildId: ...)" */
static void read_module(const char *path, struct sanitizer_report *found, struct loader_frame *frame)
{
    size_t length = strcspn(path, "\n");
    const char *plus = memmem(path, length, "+0x", 3), *slash = plus ? memrchr(path, '/', (size_t)(plus - path)) : NULL;
    const char *name = slash ? slash + 1 : path;

    if (!plus) {
        return;
    }
    take_word(name, (size_t)(plus - name), frame->module, sizeof(frame->module));
    frame->offset = strtoull(plus + 1, NULL, 16);
    frame->in_program = !memmem(name, (size_t)(plus - name), ".so", 3);
    if (frame->in_program && !*found->program) {
        take_word(path, (size_t)(plus - path), found->program, sizeof(found->program));
    }
}

/* The frames from the line on; returns the line behind them. */
static const char *read_frames(struct sanitizer_report *found, const char *line)
{
    for (; is_frame(line); line += line_length(line)) {
        struct loader_frame frame = { .offset = strtoull(behind(line, " 0x"), NULL, 16), .in_program = true };
        const char *name = behind(line, " in "), *path = behind(line, " (");

        if (name) {
            read_name(name, &frame);
        }
        if (path) {
            read_module(path, found, &frame);
        }
        if (found->n_frames < LOADER_FRAMES) {
            found->frames[found->n_frames++] = frame;
        }
    }
    return line;
}

/* Kinds that are signals, which a program without a sanitizer would have got, too. */
static const struct {
    const char *kind;
    int signal;
} signals[] = {
    { "SEGV", SIGSEGV }, { "stack-overflow", SIGSEGV }, { "BUS", SIGBUS }, { "FPE", SIGFPE }, { "ILL", SIGILL },
    { "ABRT", SIGABRT }, { "TRAP", SIGTRAP },
};

/* "KIND on unknown address 0x000000000008 (pc ...", or KIND and a colon. */
static void read_head(const char *rest, struct loader_report *report)
{
    const char *address = behind(rest, "address 0x");

    take_word(rest, strcspn(rest, " :\n"), report->kind, sizeof(report->kind));
    for (size_t i = 0; i < HS_COUNT(signals); i++) {
        if (strcmp(report->kind, signals[i].kind) == 0) {
            report->signal = signals[i].signal;
            report->fault_address = address ? strtoull(address, NULL, 16) : 0;
        }
    }
}

/* What stands behind `head`, as far as it is words. */
static void read_where(const char *line, const char *head, struct loader_report *report)
{
    static const char *const ends[] = { " [", " (", " of thread", " defined in ", " inside of access", "." };
    const char *from = behind(line, head);
    size_t length = from ? strcspn(from, "\n") : 0;

    for (size_t i = 0; i < HS_COUNT(ends); i++) {
        const char *end = length ? memmem(from, length, ends[i], strlen(ends[i])) : NULL;

        length = end ? (size_t)(end - from) : length;
    }
    if (length && !*report->where) {
        take_word(from, length, report->where, sizeof(report->where));
    }
}

/* A line of a report that ends the program: what it says beside its head and its stack. */
static void read_detail(const char *line, struct loader_report *report)
{
    const char *rest;

    if (begins(line, "SUMMARY: ") && (rest = behind(line, "Sanitizer: "))) {
        /* Some heads are sentences: "attempting double-free on ...". */
        take_word(rest, strcspn(rest, " \n"), report->kind, sizeof(report->kind));
    } else if ((rest = behind(line, "The signal is caused by a "))) {
        take_word(rest, strcspn(rest, " \n"), report->access, sizeof(report->access));
    } else if (begins(line, "READ of size ") || begins(line, "WRITE of size ")) {
        take_word(line, strcspn(line, " "), report->access, sizeof(report->access));
        report->size = strtoull(behind(line, " of size "), NULL, 10);
    } else if (begins(line, "0x") || begins(line, "Address 0x")) {
        read_where(line, " is located ", report);
        read_where(line, " is a ", report);
    } else {
        read_where(line, "Hint: address points to ", report);
        read_where(line, "Hint: this fault was caused by a dereference of ", report);
    }
}

/* Both return the line behind the report, whose first line is given. */
static const char *read_error(const char *line, struct sanitizer_report *found)
{
    read_head(behind(line, "Sanitizer: "), &found->report);
    while (*line && !behind_number(line, "ABORTING")) {
        line = is_frame(line) && !found->n_frames ? read_frames(found, line) : line + line_length(line);
        read_detail(line, &found->report);
    }
    return line + line_length(line);
}

static const char *read_undefined(const char *line, struct sanitizer_report *found)
{
    const char *sentence = behind(line, ": runtime error: ");

    take_word(sentence, strcspn(sentence, "\n"), found->report.kind, sizeof(found->report.kind));
    line += line_length(line);
    /* The memory that is meant is printed, too. */
    while (!is_frame(line) && (begins(line, " ") || begins(line, "<") || behind(line, ": note: "))) {
        line += line_length(line);
    }
    line = read_frames(found, line);
    line += begins(line, "\n");
    return begins(line, "SUMMARY: UndefinedBehavior") ? line + line_length(line) : line;
}

/* "FILE:LINE:COLUMN: runtime error: SENTENCE" */
static bool is_undefined(const char *line)
{
    const char *sentence = behind(line, ": runtime error: ");
    size_t place = sentence ? (size_t)(sentence - line) - strlen(": runtime error: ") : 0;

    return place && !memchr(line, ' ', place) && (isdigit((unsigned char)line[place - 1]) || line[place - 1] == '>');
}

static bool is_error(const char *line)
{
    const char *rest = behind_number(line, "ERROR: ");

    return rest && behind(rest, "Sanitizer: ") && !begins(rest, "LeakSanitizer: ");
}

bool sanitizer_warns(const char *line)
{
    static const char *const heads[] = {
        "=================================================================\n", "AddressSanitizer:DEADLYSIGNAL\n",
        "UndefinedBehaviorSanitizer:DEADLYSIGNAL\n", "False positive error reports may follow\n",
        "For details see https://github.com/google/sanitizers/",
    };

    for (size_t i = 0; i < HS_COUNT(heads); i++) {
        if (begins(line, heads[i])) {
            return true;
        }
    }
    return behind_number(line, "WARNING: ");
}

void sanitizer_drop_warnings(char *text)
{
    char *to = text;

    for (const char *line = text, *next; *line; line = next) {
        next = line + line_length(line);
        if (!sanitizer_warns(line)) {
            memmove(to, line, (size_t)(next - line));
            to += next - line;
        }
    }
    *to = 0;
}

bool sanitizer_take(struct sanitizer_report *found, char *text, bool ended, struct builder *printed)
{
    struct sanitizer_report later;
    char *to = text;

    memset(found, 0, sizeof(*found));
    for (const char *line = text, *next; *line; line = next) {
        struct sanitizer_report *report = *found->report.kind ? &later : found;

        memset(&later, 0, sizeof(later));
        if (ended && is_error(line)) {
            next = read_error(line, report);
        } else if (is_undefined(line)) {
            next = read_undefined(line, report);
        } else {
            next = line + line_length(line);
            if (!sanitizer_warns(line)) {
                memmove(to, line, (size_t)(next - line));
                to += next - line;
            }
            continue;
        }
        if (printed && report == found) {
            builder_put(printed, line, (size_t)(next - line));
            builder_put_zeros(printed, 1);
        }
    }
    *to = 0;
    return *found->report.kind;
}
