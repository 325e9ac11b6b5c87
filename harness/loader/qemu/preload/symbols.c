/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resolves the table of QEMU's functions with dlsym(). */
#include "harness/loader/qemu/preload/symbols.h"

#include <dlfcn.h>

struct symbols symbols;

#define SYMBOL(name) { #name, offsetof(struct symbols, name) }

static const struct {
    const char *name;
    size_t offset;
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
    SYMBOL(qemu_savevm_state_complete_precopy_non_iterable),
    SYMBOL(migration_incoming_get_current),
    SYMBOL(migrate_use_multifd),
    SYMBOL(migrate_postcopy_preempt),
    SYMBOL(postcopy_state_get),
    SYMBOL(migration_incoming_colo_enabled),
    SYMBOL(error_report),
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
    SYMBOL(cpu_physical_memory_rw),
};

bool symbols_present(void)
{
    return dlsym(RTLD_DEFAULT, "qemu_init") != NULL;
}

const char *symbols_resolve(void)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        void *address = dlsym(RTLD_DEFAULT, table[i].name);

        if (!address) {
            return table[i].name;
        }
        *(void **)((char *)&symbols + table[i].offset) = address;
    }
    return NULL;
}
