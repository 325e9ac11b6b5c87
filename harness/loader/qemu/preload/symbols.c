/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resolves the table of QEMU's functions: with dlsym(), or by what the supervisor found in the program's file. */
#include "harness/loader/qemu/preload/symbols.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "harness/loader/qemu/preload/program.h"

struct symbols symbols;

enum need {
    REQUIRED,
    OPTIONAL,
    OR_BEFORE, /* this one, or that of the row before */
};

#define MEMBER(member, name, ...) { name, offsetof(struct symbols, member), __VA_ARGS__ }
#define ROW(name, ...) MEMBER(name, #name, __VA_ARGS__)
#define SYMBOL(name) ROW(name, REQUIRED, NULL)
#define USED(name) ROW(name, OPTIONAL, NULL)

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
    ROW(kvm_allowed, OPTIONAL, NULL),
    /* These use what was loaded; see poke.h. */
    USED(runstate_check),
    USED(vm_prepare_start),
    USED(vm_state_notify),
    USED(qemu_clock_enable),
    USED(bdrv_activate_all),
    USED(qemu_system_reset),
    USED(qemu_ram_foreach_block),
    USED(qemu_ram_get_host_addr),
    USED(qemu_ram_get_used_length),
    USED(qemu_ram_get_idstr),
    USED(qdev_unplug),
    USED(error_free),
    USED(object_dynamic_cast),
    USED(object_resolve_path_component),
    USED(object_child_foreach),
    USED(object_child_foreach_recursive),
    USED(object_resolve_path),
    USED(virtio_get_num_queues),
    USED(virtio_queue_notify),
    USED(virtio_config_readb),
    USED(virtio_config_readl),
    USED(virtio_config_writeb),
    USED(virtio_config_modern_writel),
    USED(memory_region_size),
    USED(memory_region_dispatch_read),
    USED(memory_region_dispatch_write),
    USED(qemu_foreach_nic),
    USED(qemu_get_queue),
    USED(qemu_receive_packet),
    USED(qemu_chr_be_can_write),
    USED(qemu_chr_be_write),
    USED(qemu_input_event_send_key_number),
    USED(qemu_input_queue_btn),
    USED(qemu_input_queue_rel),
    USED(qemu_input_queue_abs),
    USED(qemu_input_event_sync),
    USED(address_space_rw),
    USED(address_space_memory),
    USED(address_space_io),
    /* The linker's, at both ends of a section. */
    MEMBER(counters_start, "__start___sancov_cntrs", OPTIONAL, NULL),
    MEMBER(counters_stop, "__stop___sancov_cntrs", OPTIONAL, NULL),
    MEMBER(counters_places, "__start___sancov_pcs", OPTIONAL, NULL),
    /* Of ci/patches/defects-10.0.patch. */
    ROW(hardstop_defects, OPTIONAL, NULL),
    ROW(hardstop_markers, OPTIONAL, NULL),
};

enum { ROWS = sizeof(table) / sizeof(table[0]) };

_Static_assert(2 * ROWS <= PROTOCOL_SYMBOLS, "a row has two names");

bool symbols_present(void)
{
    return dlsym(RTLD_DEFAULT, "qemu_init") || program_is_qemu();
}

bool symbols_counts(void)
{
    return dlsym(RTLD_DEFAULT, "__sanitizer_cov_8bit_counters_init");
}

static void list(struct protocol_shared *shared, const char *name)
{
    struct protocol_symbol *symbol = &shared->program.symbols[shared->program.n];

    if (name) {
        snprintf(symbol->name, sizeof(symbol->name), "%s", name);
        symbol->kind = PROTOCOL_SYMBOL_MISSING;
        shared->program.n++;
    }
}

void symbols_list(struct protocol_shared *shared)
{
    shared->program.n = 0;
    for (size_t i = 0; i < ROWS; i++) {
        list(shared, table[i].name);
        list(shared, table[i].other);
    }
}

static void *find(const struct protocol_shared *shared, const char *name)
{
    void *exported = name ? dlsym(RTLD_DEFAULT, name) : NULL;

    for (uint32_t i = 0; name && !exported && i < shared->program.n; i++) {
        if (strcmp(shared->program.symbols[i].name, name) == 0) {
            return program_address(&shared->program.symbols[i]);
        }
    }
    return exported;
}

const char *symbols_resolve(const struct protocol_shared *shared)
{
    const void *before = NULL;

    for (size_t i = 0; i < ROWS; i++) {
        void *address = find(shared, table[i].name);

        if (!address) {
            address = find(shared, table[i].other);
        }
        if (!address && (table[i].need == REQUIRED || (table[i].need == OR_BEFORE && !before))) {
            return table[i].name;
        }
        *(void **)((char *)&symbols + table[i].offset) = address;
        before = address;
    }
    return NULL;
}
