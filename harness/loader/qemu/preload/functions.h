/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU's functions and variables that we use, under their own names; symbols.c says where each comes from. */
#ifndef HARDSTOP_LOADER_QEMU_PRELOAD_FUNCTIONS_H
#define HARDSTOP_LOADER_QEMU_PRELOAD_FUNCTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

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
    int (*qemu_loadvm_state)(void *file, void **errp);
    int (*qemu_load_device_state)(void *file, void **errp);
    int (*qemu_save_device_state)(void *file, void **errp);
    void (*global_state_store)(void);
    bool (*global_state_received)(void);
    int (*global_state_get_runstate)(void);
    void (*runstate_set)(int state);
    int (*qapi_enum_parse)(const void *lookup, const char *name, int otherwise, void **errp);
    const void *RunState_lookup;
    void (*qemu_savevm_state_header)(void *file);
    int (*qemu_savevm_state_complete_precopy_non_iterable)(void *file, bool in_postcopy, bool inactivate_disks);
    bool (*qemu_savevm_state_non_iterable)(void *file, void **errp);
    void (*qemu_savevm_state_end_precopy)(void *migration, void *file);
    void *(*json_writer_new)(bool pretty);
    void (*json_writer_start_array)(void *writer, const char *name);
    void *(*migrate_get_current)(void);
    void *(*migration_incoming_get_current)(void);
    bool (*migrate_multifd)(void);
    bool (*migrate_postcopy_preempt)(void);
    int (*postcopy_state_get)(void);
    bool (*migration_incoming_colo_enabled)(void);
    void (*error_report)(const char *fmt, ...);
    void (*error_prepend)(void **errp, const char *fmt, ...);
    void (*error_report_err)(void *error);
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
    void (*physical_memory_write)(uint64_t address, const void *buffer, uint64_t size);
    const bool *kvm_allowed;
    /* These use what was loaded; see poke.h. */
    bool (*runstate_check)(int state);
    int (*vm_prepare_start)(bool step_pending);
    void (*vm_state_notify)(bool running, int state);
    void (*qemu_clock_enable)(int type, bool enabled);
    void (*bdrv_activate_all)(void **errp);
    void (*qemu_system_reset)(int cause);
    int (*qemu_ram_foreach_block)(int (*act)(void *block, void *user), void *user);
    void *(*qemu_ram_get_host_addr)(void *block);
    uint64_t (*qemu_ram_get_used_length)(void *block);
    const char *(*qemu_ram_get_idstr)(void *block);
    void (*qdev_unplug)(void *device, void **errp);
    void (*error_free)(void *error);
    void *(*object_dynamic_cast)(void *object, const char *type);
    void *(*object_resolve_path_component)(void *parent, const char *part);
    void *(*object_resolve_path)(const char *path, bool *ambiguous);
    void (*qemu_foreach_nic)(void (*act)(void *nic, void *user), void *user);
    void *(*qemu_get_queue)(void *nic);
    ssize_t (*qemu_receive_packet)(void *queue, const uint8_t *bytes, int size);
    int (*qemu_chr_be_can_write)(void *chardev);
    void (*qemu_chr_be_write)(void *chardev, const uint8_t *bytes, int size);
    void (*qemu_input_event_send_key_number)(void *console, int number, bool down);
    void (*qemu_input_queue_btn)(void *console, int button, bool down);
    void (*qemu_input_queue_rel)(void *console, int axis, int value);
    void (*qemu_input_queue_abs)(void *console, int axis, int value, int least, int most);
    void (*qemu_input_event_sync)(void);
    int (*object_child_foreach)(void *object, int (*act)(void *child, void *user), void *user);
    int (*object_child_foreach_recursive)(void *object, int (*act)(void *child, void *user), void *user);
    int (*virtio_get_num_queues)(void *device);
    void (*virtio_queue_notify)(void *device, int n);
    uint32_t (*virtio_config_readb)(void *device, uint32_t at);
    uint32_t (*virtio_config_readl)(void *device, uint32_t at);
    void (*virtio_config_writeb)(void *device, uint32_t at, uint32_t value);
    void (*virtio_config_modern_writel)(void *device, uint32_t at, uint32_t value);
    uint64_t (*memory_region_size)(void *region);
    /* The last argument is a struct MemTxAttrs, of four or eight bytes. */
    uint32_t (*memory_region_dispatch_read)(void *region, uint64_t at, uint64_t *value, uint32_t op, uint64_t attrs);
    uint32_t (*memory_region_dispatch_write)(void *region, uint64_t at, uint64_t value, uint32_t op, uint64_t attrs);
    /* The third argument is a struct MemTxAttrs, too. */
    uint32_t (*address_space_rw)(void *space, uint64_t address, uint64_t attrs, void *buffer, uint64_t size,
                                 bool is_write);
    void *address_space_memory, *address_space_io;
    char *counters_start, *counters_stop; /* clang's: a byte for each edge of the code */
    const uintptr_t *counters_places; /* of each a pair: the address, and flags */
    const char *hardstop_defects;
    uint8_t **hardstop_markers;
};

#endif
