/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device's files have its name in theirs, "virtio-net.c", "vhost-user-blk-pci.c": no table has to know them. */
#include "harness/tool/vet_since.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/base/file.h"
#include "harness/base/printable.h"
#include "harness/tool/vet_run.h"

/* Does the file's name have the word, with no letter or digit beside it? */
static bool has_word(const char *file, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = strstr(file, word); at; at = strstr(at + 1, word)) {
        if ((at == file || !isalnum((unsigned char)at[-1])) && !isalnum((unsigned char)at[length])) {
            return true;
        }
    }
    return false;
}

static void add_name(struct vet_touched *touched, const char *name)
{
    for (size_t i = 0; i < touched->n; i++) {
        if (strcmp(touched->names[i], name) == 0) {
            return;
        }
    }
    *HS_PUSH(touched->names, touched->n) = hs_strdup(name);
}

/* What is common to all, by how a file's path begins. */
static const char *const common[] = {
    "migration/", "include/migration/", "hw/virtio/virtio.c", "hw/virtio/virtio-bus.c", "hw/virtio/virtio-qmp.c",
    "include/hw/virtio/virtio.h", "include/hw/virtio/virtio-bus.h", "hw/core/", "system/", "softmmu/", "util/",
};

static const struct {
    const char *word;
    enum family_transport transport;
} transports[] = {
    { "ccw", FAMILY_CCW }, { "s390x", FAMILY_CCW }, { "pci", FAMILY_PCI }, { "pcie", FAMILY_PCIE },
    { "mmio", FAMILY_MMIO },
};

void vet_touch(struct vet_touched *touched, const char *file)
{
    const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
    bool is_virtio = has_word(name, "virtio") || has_word(name, "vhost"), is_device = false;

    for (const struct family *family = families; family->name && is_virtio; family++) {
        if (has_word(name, family->target)) {
            add_name(touched, family->target);
            is_device = true;
        }
    }
    for (size_t i = 0; i < HS_COUNT(transports) && !is_device; i++) {
        touched->transports[transports[i].transport] |= has_word(file, transports[i].word);
    }
    for (size_t i = 0; i < HS_COUNT(common); i++) {
        touched->all |= strncmp(file, common[i], strlen(common[i])) == 0;
    }
}

bool vet_is_touched(const struct vet_touched *touched, const struct family *family, enum family_transport transport)
{
    if (touched->all || touched->transports[transport]) {
        return true;
    }
    for (size_t i = 0; i < touched->n; i++) {
        if (strcmp(touched->names[i], family->target) == 0) {
            return true;
        }
    }
    return false;
}

static void touch_lines(struct vet_touched *touched, char *text)
{
    char *rest = text;

    for (char *line; (line = strsep(&rest, "\n"));) {
        if (*line) {
            vet_touch(touched, line);
        }
    }
}

/* Touches what a command of git's names, below the tree; -1 when it fails. */
static int touch_named(const struct vet *vet, struct vet_touched *touched, const char *const *words, const char *log)
{
    char *output = hs_format("%s/since", vet->work);
    struct arguments command = { 0 };
    uint8_t *text = NULL;
    size_t size;
    int result;

    arguments_add(&command, "git");
    arguments_add(&command, "-C");
    arguments_add(&command, vet->tree);
    for (; *words; words++) {
        arguments_add(&command, *words);
    }
    result = vet_run_command("git", &command, output, log) == 0 ? file_read(output, &text, &size, NULL) : -1;
    if (result == 0) {
        touch_lines(touched, (char *)text);
    }
    free(text);
    arguments_clear(&command);
    free(output);
    return result;
}

/* Why git could not: of what is no tree, it then tells all options that it has. */
static int fail(const struct vet *vet, const char *log, struct hs_error *err)
{
    uint8_t *text = NULL;
    size_t size = 0;
    char *said;

    file_read(log, &text, &size, NULL);
    said = text ? printable_copy((const char *)text, strcspn((const char *)text, "\n")) : NULL;
    hs_fail(err, HS_NO_OFFSET, "--since: git names no files that changed in %s since %s: %s (%s)", vet->tree,
            vet->since, said && *said ? said : "nothing was said", log);
    free(said);
    free(text);
    return -1;
}

int vet_since(const struct vet *vet, struct vet_touched *touched, struct hs_error *err)
{
    const char *const changed[] = { "diff", "--name-only", "--no-renames", "--no-relative", vet->since, "--", NULL };
    static const char *const added[] = { "ls-files", "--others", "--exclude-standard", "--full-name", NULL };
    char *log = hs_format("%s/since.log", vet->work);
    int result = 0;

    if (vet->since[0] == '-') {
        result = hs_fail(err, HS_NO_OFFSET, "--since: %s is an option of git, and no commit", vet->since);
    } else if (touch_named(vet, touched, changed, log) < 0 || touch_named(vet, touched, added, log) < 0) {
        result = fail(vet, log, err);
    }
    free(log);
    return result;
}

void vet_touched_clear(struct vet_touched *touched)
{
    for (size_t i = 0; i < touched->n; i++) {
        free(touched->names[i]);
    }
    free(touched->names);
    memset(touched, 0, sizeof(*touched));
}
