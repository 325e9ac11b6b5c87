/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks a setup, builds QEMU's command line of it, and explains QEMU's start-up errors. */
#include "harness/loader/qemu/command_line.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/loader/qemu/process.h"
#include "harness/loader/qemu/program.h"
#include "harness/loader/qemu/sanitizer.h"
#include "harness/setup/brought.h"
#include "harness/setup/framing.h"
#include "harness/setup/program.h"
#include "harness/setup/setup.h"

static void add_pairs(struct arguments *arguments, const char *option, char *const *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        arguments_add(arguments, option);
        arguments_add(arguments, values[i]);
    }
}

static void add_setup(struct arguments *arguments, const Hardstop__Setup *setup)
{
    static const char *const fixed[] = { "-S", "-display", "none" };
    const struct setup_framing *framing = setup_framing_of(setup);

    arguments_add(arguments, setup->binary);
    if (setup->machine) {
        arguments_add(arguments, "-M");
        arguments_add(arguments, setup->machine);
    }
    for (size_t i = 0; i < HS_COUNT(fixed); i++) {
        arguments_add(arguments, fixed[i]);
    }
    if (!setup->defaults) {
        arguments_add(arguments, "-nodefaults");
    }
    if (*setup_memory(setup)) {
        arguments_add(arguments, "-m");
        arguments_add(arguments, setup_memory(setup));
    }
    for (size_t i = 0; framing && framing->globals[i]; i++) {
        arguments_add(arguments, "-global");
        arguments_add(arguments, framing->globals[i]);
    }
    add_pairs(arguments, "-global", setup->global, setup->n_global);
    for (size_t i = 0; i < setup->n_option; i++) {
        arguments_add(arguments, setup->option[i]);
    }
    add_pairs(arguments, "-device", setup->device, setup->n_device);
}

static int find(struct command_line *command, const char *binary, struct hs_error *err)
{
    if (!*binary) {
        return hs_fail(err, HS_NO_OFFSET, "the setup names no QEMU binary");
    }
    command->path = program_find(binary, err);
    return command->path ? 0 : -1;
}

int command_line_prepare(struct command_line *command, const Hardstop__Setup *setup, enum trust trust,
                         struct hs_error *err)
{
    struct hs_error reason;

    memset(command, 0, sizeof(*command));
    if (brought_has(setup->binary)) {
        return hs_fail(err, HS_NO_OFFSET, "%s is a loader of this program: there is no QEMU to start or to ask",
                       setup->binary);
    }
    /* First of all: not even the path of a binary that a file asks for is looked at. */
    if (trust_check(setup, trust, &reason) < 0) {
        return hs_fail(err, HS_NO_OFFSET, "%s; give --trust-setup if you know the file", reason.text);
    }
    if (process_check_limits(err) < 0 || find(command, setup->binary ? setup->binary : "", err) < 0) {
        return -1;
    }
    add_setup(&command->arguments, setup);
    return 0;
}

void command_line_clear(struct command_line *command)
{
    free(command->path);
    arguments_clear(&command->arguments);
    memset(command, 0, sizeof(*command));
}

/* Devices that Debian 12 keeps in modules, with the package that brings them. */
static const struct {
    const char *device; /* prefix of the device's name */
    const char *module;
    const char *package;
} modules[] = {
    { "virtio-gpu-ccw", "hw-s390x-virtio-gpu-ccw", SETUP_PACKAGE("common") },
    { "virtio-gpu-gl", "hw-display-virtio-gpu-gl", SETUP_PACKAGE("common") },
    { "virtio-gpu", "hw-display-virtio-gpu", SETUP_PACKAGE("common") },
    { "virtio-vga", "hw-display-virtio-vga", SETUP_PACKAGE("common") },
    { "qxl", "hw-display-qxl", SETUP_PACKAGE("common") },
    { "usb-host", "hw-usb-host", SETUP_PACKAGE("common") },
    { "usb-redir", "hw-usb-redirect", SETUP_PACKAGE("common") },
    { "usb-ccid", "hw-usb-smartcard", SETUP_PACKAGE("common") },
    { "ccid-card", "hw-usb-smartcard", SETUP_PACKAGE("common") },
};

/* Copies the text between `before` and `after` where it first stands; false when it does not. */
static bool between(const char *text, const char *before, const char *after, char *out, size_t size)
{
    const char *from = strstr(text, before);
    const char *to = from ? strstr(from + strlen(before), after) : NULL;

    if (!to) {
        return false;
    }
    from += strlen(before);
    snprintf(out, size, "%.*s", (int)(to - from), from);
    return true;
}

static const char *skip_warnings(const char *text)
{
    while (*text) {
        const char *end = text + strcspn(text, "\n");

        if (!memmem(text, (size_t)(end - text), ": warning: ", strlen(": warning: ")) && !sanitizer_warns(text)) {
            break;
        }
        text = *end ? end + 1 : end;
    }
    return text;
}

static int explain_device(const Hardstop__Setup *setup, const char *name, struct hs_error *err)
{
    for (size_t i = 0; i < HS_COUNT(modules); i++) {
        if (strncmp(name, modules[i].device, strlen(modules[i].device)) == 0) {
            return hs_fail(err, HS_NO_OFFSET,
                           "device %s is in QEMU's module %s.so, which is not installed or not loadable; on Debian: "
                           "apt-get install %s",
                           name, modules[i].module, modules[i].package);
        }
    }
    return hs_fail(err, HS_NO_OFFSET, "%s has no device %s; %s -device help lists its devices", setup->binary, name,
                   setup->binary);
}

int command_line_explain(const Hardstop__Setup *setup, const char *text, struct hs_error *err)
{
    char name[128];
    size_t length;

    text = skip_warnings(text);
    length = strcspn(text, "\n");
    if (strstr(text, "unsupported machine type")) {
        return hs_fail(err, HS_NO_OFFSET, "%s has no machine %s; %s -M help lists its machines", setup->binary,
                       setup->machine ? setup->machine : "", setup->binary);
    }
    /* The second is what a module's device says when the module of the device inside it is missing. */
    if (between(text, "'", "' is not a valid device model name", name, sizeof(name)) ||
        between(text, "missing object type '", "'", name, sizeof(name))) {
        return explain_device(setup, name, err);
    }
    if (strstr(text, "x-section-length") && strstr(text, "not found")) {
        return hs_fail(err, HS_NO_OFFSET, "%s has no sized sections: those come with ci/qemu --source --patch answers",
                       setup->binary);
    }
    if (!length) {
        return hs_fail(err, HS_NO_OFFSET, "%s ended while it started and said nothing: is it a QEMU?",
                       setup->binary);
    }
    return hs_fail(err, HS_NO_OFFSET, "%s did not start: %.*s", setup->binary, (int)length, text);
}

char *command_line_shell(const struct arguments *arguments, const char *binary, const char *program, const char *path)
{
    struct arguments file = { 0 }, words = { 0 };
    char *line, *from, *whole;

    for (size_t i = 0; i < arguments->n; i++) {
        bool is_chosen = program_given(PROGRAM_ENV) && strcmp(arguments->argv[i], binary) == 0;

        arguments_add(&words, is_chosen ? program : arguments->argv[i]);
    }
    line = arguments_line(&words);
    arguments_add(&file, path);
    from = arguments_line(&file);
    /* Of its options (sanitizer.h), those without which it would do something else. */
    whole = hs_format("%s%s " COMMAND_LINE_FD "<%s",
                      program_sanitizers(program)->address
                          ? "ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=0 " : "",
                      line, from);
    arguments_clear(&words);
    arguments_clear(&file);
    free(from);
    free(line);
    return whole;
}
