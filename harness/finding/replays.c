/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of replays, and the file that keeps them. */
#include "harness/finding/replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/file.h"
#include "harness/base/print.h"

static const char head[] =
    "# SPDX-License-Identifier: GPL-2.0-or-later\n"
    "# What each line of known.tsv shows on each QEMU that it was replayed on: written by hardstop known --record.\n"
    "# case\tQEMU\tstate\tsignature\twords\n";

enum { NAME, QEMU, STATE, SIGNATURE, WORDS, COLUMNS };

static struct replay *find(const struct replays *replays, const char *name, const char *qemu)
{
    for (size_t i = 0; i < replays->n; i++) {
        if (strcmp(replays->list[i].name, name) == 0 && strcmp(replays->list[i].qemu, qemu) == 0) {
            return &replays->list[i];
        }
    }
    return NULL;
}

const struct replay *replays_find(const struct replays *replays, const char *name, const char *qemu)
{
    return find(replays, name, qemu);
}

void replays_put(struct replays *replays, const struct replay *replay)
{
    struct replay *place = find(replays, replay->name, replay->qemu);

    place = place ? place : HS_PUSH(replays->list, replays->n);
    *place = *replay;
}

static int compare_versions(const void *left, const void *right)
{
    return strverscmp(*(const char *const *)left, *(const char *const *)right);
}

const char **replays_versions(const struct replays *replays, size_t *n)
{
    const char **versions = NULL;

    *n = 0;
    for (size_t i = 0; i < replays->n; i++) {
        size_t k = 0;

        while (k < *n && strcmp(versions[k], replays->list[i].qemu) != 0) {
            k++;
        }
        if (k == *n) {
            *HS_PUSH(versions, *n) = replays->list[i].qemu;
        }
    }
    if (*n) {
        qsort(versions, *n, sizeof(*versions), compare_versions);
    }
    return versions;
}

void replays_clear(struct replays *replays)
{
    free(replays->list);
    memset(replays, 0, sizeof(*replays));
}

static int read_line(struct replays *replays, char *text, struct hs_error *err)
{
    struct replay replay = { .name = "" };
    char *fields[COLUMNS] = { 0 }, *end;
    size_t n = 0;

    for (; n < COLUMNS && text && *text; n++) {
        fields[n] = strsep(&text, "\t");
    }
    if (n != COLUMNS || text) {
        return hs_fail(err, HS_NO_OFFSET, "not case, QEMU, state, signature and words between tabs");
    }
    replay.state = known_state_find(fields[STATE]);
    replay.signature = strtoull(fields[SIGNATURE], &end, 16);
    if (replay.state == KNOWN_STATES || replay.state == KNOWN_NOT_TRIED ||
        (*end && strcmp(fields[SIGNATURE], "-") != 0)) {
        return hs_fail(err, HS_NO_OFFSET, "no state \"%s\", or no signature \"%s\"", fields[STATE], fields[SIGNATURE]);
    }
    if (strlen(fields[NAME]) >= sizeof(replay.name) || strlen(fields[QEMU]) >= sizeof(replay.qemu) ||
        strlen(fields[WORDS]) >= sizeof(replay.words)) {
        return hs_fail(err, HS_NO_OFFSET, "too long");
    }
    strcpy(replay.name, fields[NAME]);
    strcpy(replay.qemu, fields[QEMU]);
    strcpy(replay.words, fields[WORDS]);
    if (replays_find(replays, replay.name, replay.qemu)) {
        return hs_fail(err, HS_NO_OFFSET, "%s on %s is there twice", replay.name, replay.qemu);
    }
    replays_put(replays, &replay);
    return 0;
}

int replays_read(const char *path, struct replays *replays, struct hs_error *err)
{
    unsigned number = 0;
    uint8_t *data;
    size_t size;
    char *text, *rest;
    int result = 0;

    memset(replays, 0, sizeof(*replays));
    if (access(path, F_OK) < 0) {
        return 0;
    }
    if (file_read(path, &data, &size, err) < 0) {
        return -1;
    }
    text = rest = hs_copy(data, size);
    free(data);
    if (strlen(text) != size) {
        free(text);
        return hs_fail(err, HS_NO_OFFSET, "%s: a zero byte in it: no text", path);
    }
    for (char *line; result == 0 && (line = strsep(&rest, "\n"));) {
        number++;
        result = *line && *line != '#' ? read_line(replays, line, err) : 0;
    }
    free(text);
    return result < 0 ? hs_fail_in(err, "%s:%u", path, number) : 0;
}

static void print_replay(FILE *out, const struct replay *replay)
{
    char signature[17] = "-";

    if (replay->signature) {
        snprintf(signature, sizeof(signature), "%016" PRIx64, replay->signature);
    }
    fprintf(out, "%s\t%s\t%s\t%s\t%s\n", replay->name, replay->qemu, known_state_name(replay->state), signature,
            replay->words);
}

int replays_write(const char *path, const struct replays *replays, const struct known *known, struct hs_error *err)
{
    size_t n;
    const char **versions = replays_versions(replays, &n);
    struct print_memory memory;
    FILE *out = print_open(&memory);
    char *text;
    int result;

    fputs(head, out);
    for (size_t i = 0; i < known->n; i++) {
        for (size_t k = 0; k < n; k++) {
            const struct replay *replay = replays_find(replays, known->lines[i].name, versions[k]);

            if (replay) {
                print_replay(out, replay);
            }
        }
    }
    free(versions);
    text = print_close(&memory);
    result = file_write(path, text, memory.size, err);
    free(text);
    return result;
}
