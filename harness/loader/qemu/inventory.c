/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads lists over QMP. */
#include "harness/loader/inventory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/check.h"
#include "harness/loader/qemu/capture.h"

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static int read_names(struct qmp *qmp, const char *command, json_t *arguments, struct patience *patience, char ***names,
                      size_t *n, struct hs_error *err)
{
    json_t *list, *entry;
    size_t i;

    if (qmp_execute(qmp, command, arguments, -1, patience, &list, err) < 0) {
        return -1;
    }
    json_array_foreach(list, i, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "name"));

        if (name) {
            *HS_PUSH(*names, *n) = hs_strdup(name);
        }
    }
    json_decref(list);
    if (*n) {
        qsort(*names, *n, sizeof(**names), by_name);
    }
    return 0;
}

static int read_lists(void *user, struct qmp *qmp, struct patience *patience, struct hs_error *err)
{
    struct inventory *inventory = user;
    json_t *virtio = json_pack("{s:s, s:b}", "implements", "virtio-device", "abstract", 0);

    if (read_names(qmp, "query-machines", NULL, patience, &inventory->machines, &inventory->n_machines, err) < 0) {
        json_decref(virtio);
        return -1;
    }
    return read_names(qmp, "qom-list-types", virtio, patience, &inventory->virtio, &inventory->n_virtio, err);
}

int inventory_read(const Hardstop__Setup *setup, enum trust trust, struct inventory *inventory, struct hs_error *err)
{
    memset(inventory, 0, sizeof(*inventory));
    return capture_ask(setup, trust, read_lists, inventory, err);
}

/* What QEMU refuses, and all after it has ended, is NULL: some properties it does not survive being asked for. */
static json_t *ask_path(struct qmp *qmp, const char *command, const char *path, const char *property,
                        struct patience *patience)
{
    json_t *arguments, *answer = NULL;

    if (qmp->failure != QMP_FAILURE_NONE && qmp->failure != QMP_FAILURE_REFUSED) {
        return NULL;
    }
    arguments = json_pack("{s:s, s:s*}", "path", path, "property", property);
    return qmp_execute(qmp, command, arguments, -1, patience, &answer, NULL) == 0 ? answer : NULL;
}

/* A value of its own, not another object: those types are "child<...>" and "link<...>". */
static bool is_value(const char *type)
{
    return type && !strchr(type, '<');
}

static json_t *read_values(struct qmp *qmp, const char *path, struct patience *patience)
{
    json_t *list = ask_path(qmp, "qom-list", path, NULL, patience), *values = json_object(), *entry;
    size_t i;

    json_array_foreach(list, i, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "name"));
        json_t *value = name && is_value(json_string_value(json_object_get(entry, "type")))
                            ? ask_path(qmp, "qom-get", path, name, patience) : NULL;

        if (value) {
            json_object_set_new(values, name, value);
        }
    }
    json_decref(list);
    return values;
}

/* "virtio-rng-ccw" of "virtio-rng-ccw>", "virtio-rng-ccw (2)" of the second one; free it. */
static char *key_of(const json_t *devices, const char *type)
{
    int length = (int)strcspn(type, ">");
    char *key = hs_format("%.*s", length, type);

    for (unsigned n = 2; json_object_get(devices, key); n++) {
        free(key);
        key = hs_format("%.*s (%u)", length, type, n);
    }
    return key;
}

static int read_devices(void *user, struct qmp *qmp, struct patience *patience, struct hs_error *err)
{
    static const char *const folders[] = { "/machine/peripheral-anon", "/machine/peripheral" };

    (void)err;
    for (size_t k = 0; k < HS_COUNT(folders); k++) {
        json_t *list = ask_path(qmp, "qom-list", folders[k], NULL, patience), *entry;
        size_t i;

        json_array_foreach(list, i, entry)
        {
            const char *name = json_string_value(json_object_get(entry, "name"));
            const char *type = json_string_value(json_object_get(entry, "type"));

            if (name && type && strncmp(type, "child<", strlen("child<")) == 0) {
                char *path = hs_format("%s/%s", folders[k], name);
                char *key = key_of(user, type + strlen("child<"));

                json_object_set_new(user, key, read_values(qmp, path, patience));
                free(path);
                free(key);
            }
        }
        json_decref(list);
    }
    return 0;
}

json_t *inventory_properties(const Hardstop__Setup *setup, enum trust trust, struct hs_error *err)
{
    json_t *devices = json_object();

    if (capture_ask(setup, trust, read_devices, devices, err) < 0) {
        json_decref(devices);
        return NULL;
    }
    return devices;
}

static void clear_names(char **names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(names[i]);
    }
    free(names);
}

void inventory_clear(struct inventory *inventory)
{
    clear_names(inventory->machines, inventory->n_machines);
    clear_names(inventory->virtio, inventory->n_virtio);
    memset(inventory, 0, sizeof(*inventory));
}

/* Runs it to its end, with a file of ours to print to. */
static int dump(const Hardstop__Setup *setup, struct command_line *command, int file, struct hs_error *err)
{
    struct patience patience = patience_by_clock(LOADER_CAPTURE_MS);
    struct process_given given = { 0 };
    struct process process;
    int exit_status = -1, signal, result;
    char text[1024];

    arguments_add(&command->arguments, "-dump-vmstate");
    arguments_add(&command->arguments, "/dev/fd/3");
    process_give(&given, file, 3);
    result = process_start(&process, command->path, &command->arguments, &given, err);
    if (result == 0 && (!process_wait(&process, &patience, &exit_status, &signal) || exit_status != 0)) {
        process_read_errors(&process, text, sizeof(text));
        result = hs_fail(err, HS_NO_OFFSET, "%s -dump-vmstate: %s", setup->binary,
                         *text ? text : "ended without a word, or did not end");
    }
    process_kill(&process);
    return result;
}

json_t *inventory_descriptions(const Hardstop__Setup *setup, enum trust trust, struct hs_error *err)
{
    struct command_line command;
    json_t *descriptions = NULL;
    json_error_t why;
    int file = memfd_create("hardstop-vmstate", MFD_CLOEXEC);

    if (command_line_prepare(&command, setup, trust, err) == 0 && dump(setup, &command, file, err) == 0) {
        lseek(file, 0, SEEK_SET);
        descriptions = json_loadfd(file, 0, &why);
        if (!json_is_object(descriptions)) {
            hs_fail(err, HS_NO_OFFSET, "%s -dump-vmstate: %s", setup->binary, descriptions ? "no object" : why.text);
            json_decref(descriptions);
            descriptions = NULL;
        }
    }
    command_line_clear(&command);
    close(file);
    return descriptions;
}

bool inventory_has_machine(const struct inventory *inventory, const char *name)
{
    for (size_t i = 0; i < inventory->n_machines; i++) {
        if (strcmp(inventory->machines[i], name) == 0) {
            return true;
        }
    }
    return false;
}
