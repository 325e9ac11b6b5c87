/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions of QEMU that the preload object calls, looked up at run time.  Signatures are those of QEMU 7.2
 * (migration/savevm.c, migration/qemu-file.h, include/io/channel-file.h, include/sysemu/sysemu.h).
 */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_SYMBOLS_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbols {
    void (*qemu_init)(int argc, char **argv);
    void *(*qmp_query_version)(void **errp);
    void *(*qio_channel_file_new_fd)(int fd);
    void *(*qemu_file_new_input)(void *ioc);
    void *(*qemu_file_new_output)(void *ioc);
    int (*qemu_fclose)(void *file);
    void (*object_unref)(void *object);
    bool (*object_property_set_bool)(void *object, const char *name, bool value, void **errp);
    void *(*qdev_get_machine)(void);
    int (*qemu_loadvm_state)(void *file);
    int (*qemu_load_device_state)(void *file);
    int (*qemu_save_device_state)(void *file);
    int (*global_state_store)(void);
    bool (*global_state_received)(void);
    int (*global_state_get_runstate)(void);
    void (*runstate_set)(int state);
    int (*qemu_savevm_state_complete_precopy_non_iterable)(void *file, bool in_postcopy, bool inactivate_disks);
    void *(*migration_incoming_get_current)(void);
    bool (*migrate_use_multifd)(void);
    bool (*migrate_postcopy_preempt)(void);
    int (*postcopy_state_get)(void);
    bool (*migration_incoming_colo_enabled)(void);
    void (*error_report)(const char *fmt, ...);
    void (*trace_enable_events)(const char *name);
    void *(*qemu_coroutine_create)(void (*entry)(void *user), void *user);
    void (*qemu_coroutine_enter)(void *coroutine);
    void (*main_loop_wait)(int nonblocking);
    int (*qemu_get_byte)(void *file);
    void *(*qemu_get_cpu)(int index);
    bool (*cpu_work_list_empty)(void *cpu);
    void (*process_queued_cpu_work)(void *cpu);
    void **current_cpu; /* of the thread that looked it up, which is the one that loads */
    void (**qemu_cond_wait_func)(void *cond, void *mutex, const char *file, int line);
    void (*cpu_physical_memory_rw)(uint64_t address, void *buffer, uint64_t size, bool is_write);
};

extern struct symbols symbols;

/* True when the running program is a QEMU that exports its functions. */
bool symbols_present(void);
/* Fills `symbols`; returns the name of the first function that is missing, or NULL. */
const char *symbols_resolve(void);

#endif
