/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that look like a QEMU to the preload object: of another version, or without a function that it calls. */
#include <stdint.h>
#include <unistd.h>

struct version_info {
    int64_t *triple;
    char *package;
};

const struct version_info *qmp_query_version(void *err);

const struct version_info *qmp_query_version(void *err)
{
    static int64_t triple[3] = { 8, 1, 2 };
    static const struct version_info info = { triple, 0 };

    (void)err;
    return &info;
}

#define EXPORT(name)  \
    void name(void);  \
    void name(void)   \
    {                 \
        _exit(99);    \
    }

EXPORT(qemu_init)
EXPORT(qio_channel_file_new_fd)
EXPORT(qemu_file_new_input)
EXPORT(qemu_file_new_output)
EXPORT(qemu_fclose)
EXPORT(object_unref)
EXPORT(object_property_set_bool)
EXPORT(qdev_get_machine)
EXPORT(qemu_loadvm_state)
EXPORT(qemu_load_device_state)
EXPORT(qemu_save_device_state)
EXPORT(global_state_store)
EXPORT(global_state_received)
EXPORT(global_state_get_runstate)
EXPORT(runstate_set)
EXPORT(qemu_savevm_state_complete_precopy_non_iterable)
EXPORT(migration_incoming_get_current)
EXPORT(migrate_use_multifd)
EXPORT(migrate_postcopy_preempt)
EXPORT(postcopy_state_get)
EXPORT(migration_incoming_colo_enabled)
EXPORT(error_report)
EXPORT(trace_enable_events)
EXPORT(qemu_coroutine_create)
EXPORT(qemu_coroutine_enter)
EXPORT(main_loop_wait)
EXPORT(qemu_get_byte)
EXPORT(qemu_get_cpu)
EXPORT(cpu_work_list_empty)
EXPORT(process_queued_cpu_work)
EXPORT(current_cpu)
EXPORT(qemu_cond_wait_func)
#ifndef STANDIN_LACKS_ONE
EXPORT(cpu_physical_memory_rw)
#endif

int main(void)
{
    return 0;
}
