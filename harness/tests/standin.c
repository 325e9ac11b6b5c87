/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that looks like a QEMU to the preload object, but for a function that it lacks. */
#include <unistd.h>

#define EXPORT(name)  \
    void name(void);  \
    void name(void)   \
    {                 \
        _exit(99);    \
    }

EXPORT(qemu_init)
EXPORT(qmp_query_version)
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
EXPORT(qapi_enum_parse)
EXPORT(RunState_lookup)
EXPORT(migrate_get_current)
EXPORT(migration_incoming_get_current)
EXPORT(migrate_use_multifd)
EXPORT(migrate_postcopy_preempt)
EXPORT(postcopy_state_get)
EXPORT(migration_incoming_colo_enabled)
EXPORT(error_report)
EXPORT(error_prepend)
EXPORT(error_report_err)
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

int main(void)
{
    return 0;
}
