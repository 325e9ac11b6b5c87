/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resolves the table of QEMU's functions with dlsym(). */
#include "harness/loader/qemu/preload/symbols.h"

#include <dlfcn.h>

struct symbols symbols;

enum need {
    REQUIRED,
    OPTIONAL,
    OR_BEFORE, /* this one, or that of the row before */
};

#define ROW(name, ...) { #name, offsetof(struct symbols, name), __VA_ARGS__ }
#define SYMBOL(name) ROW(name, REQUIRED, NULL)

static const struct {
    const char *name;
    size_t offset;
    enum need need;
    const char *other; /* what other versions call it */
} table[] = {
    SYMBOL(qemu_init),
    SYMBOL(qmp_query_version),
    SYMBOL(qio_channel_file_new_fd),
    SYMBOL(qemu_file_new_input),
    SYMBOL(qemu_file_new_output),
    SYMBOL(qemu_fclose),
    SYMBOL(object_unref),
    SYMBOL(object_property_set_bool),
    SYMBOL(qdev_get_machine),
    SYMBOL(qemu_loadvm_state),
    SYMBOL(qemu_load_device_state),
    SYMBOL(qemu_save_device_state),
    SYMBOL(global_state_store),
    SYMBOL(global_state_received),
    SYMBOL(global_state_get_runstate),
    SYMBOL(runstate_set),
    SYMBOL(qapi_enum_parse),
    SYMBOL(RunState_lookup),
    /* These make a description; see describe.h. */
    ROW(qemu_savevm_state_header, OPTIONAL, NULL),
    ROW(qemu_savevm_state_complete_precopy_non_iterable, OPTIONAL, NULL),
    ROW(qemu_savevm_state_non_iterable, OPTIONAL, NULL),
    ROW(qemu_savevm_state_end_precopy, OPTIONAL, NULL),
    ROW(json_writer_new, OPTIONAL, NULL),
    ROW(json_writer_start_array, OPTIONAL, NULL),
    SYMBOL(migrate_get_current),
    SYMBOL(migration_incoming_get_current),
    ROW(migrate_multifd, REQUIRED, "migrate_use_multifd"),
    SYMBOL(migrate_postcopy_preempt),
    SYMBOL(postcopy_state_get),
    /* QEMU 11.1 does not ask whether the stream said so as well. */
    ROW(migration_incoming_colo_enabled, REQUIRED, "migrate_colo"),
    SYMBOL(error_report),
    SYMBOL(error_prepend),
    SYMBOL(error_report_err),
    SYMBOL(trace_enable_events),
    SYMBOL(qemu_coroutine_create),
    SYMBOL(qemu_coroutine_enter),
    SYMBOL(main_loop_wait),
    SYMBOL(qemu_get_byte),
    SYMBOL(qemu_get_cpu),
    SYMBOL(cpu_work_list_empty),
    SYMBOL(process_queued_cpu_work),
    SYMBOL(current_cpu),
    SYMBOL(qemu_cond_wait_func),
    ROW(physical_memory_write, OPTIONAL, NULL),
    ROW(cpu_physical_memory_rw, OR_BEFORE, NULL),
};

bool symbols_present(void)
{
    return dlsym(RTLD_DEFAULT, "qemu_init") != NULL;
}

static void *find(const char *name)
{
    return name ? dlsym(RTLD_DEFAULT, name) : NULL;
}

const char *symbols_resolve(void)
{
    const void *before = NULL;

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        void *address = find(table[i].name);

        if (!address) {
            address = find(table[i].other);
        }
        if (!address && (table[i].need == REQUIRED || (table[i].need == OR_BEFORE && !before))) {
            return table[i].name;
        }
        *(void **)((char *)&symbols + table[i].offset) = address;
        before = address;
    }
    return NULL;
}
