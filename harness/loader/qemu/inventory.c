/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads lists over QMP. */
#include "harness/loader/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/alloc.h"
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

bool inventory_has_machine(const struct inventory *inventory, const char *name)
{
    for (size_t i = 0; i < inventory->n_machines; i++) {
        if (strcmp(inventory->machines[i], name) == 0) {
            return true;
        }
    }
    return false;
}
