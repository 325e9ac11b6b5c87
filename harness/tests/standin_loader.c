/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that the preload object serves as if it were a QEMU 7.2, or, as STANDIN_LATER, an 11.1, which says its
 * reasons in an Error, and describes its state to who has put a writer where it looks for one.  As STANDIN_SANITIZED it
 * has sanitizers, and errors for them.  Its streams are commands, a letter each, that are obeyed while they are loaded;
 * the state that it saves is what the letters left.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "harness/loader/limits.h"
#include "standin_coroutine.h"
#include "standin_counters.h"
#include "standin_description.h"
#include "standin_errors.h"

/* A file is its descriptor plus one. */
typedef void file;

__thread void *current_cpu;

static int held = -1; /* opened before the first load */
static char state[64];
static char at_save; /* the letter that is obeyed while the state is saved */
static char memory[8]; /* the guest's */
static char processors[3];
static char goes_on; /* 'A': postcopy is announced; 'P': it is begun; 'C': so is COLO */
static bool is_queued; /* work, for the last of them */
static bool traces_saves;
static int *kills; /* how often a load was killed by 'K'; all processes share it */

static int fd_of(file *from)
{
    return (int)(intptr_t)from - 1;
}

static void keep(char letter)
{
    size_t length = strlen(state);

    if (length + 1 < sizeof(state)) {
        state[length] = letter;
        state[length + 1] = 0;
    }
}

/* The number alone says nothing: what is opened next may have it. */
static bool is_held(void)
{
    struct stat status;

    return fstat(held, &status) == 0 && S_ISCHR(status.st_mode);
}

static void say_section(unsigned id, const char *idstr, unsigned instance)
{
    fprintf(stderr, "qemu_loadvm_state_section_startfull %u(%s) %u 1\n", id, idstr, instance);
}

/* Keeps what each clock shows: 'D' the one day there is, 'U' a day of uptime, '?' anything else. */
static void keep_clocks(void)
{
    static const clockid_t clocks[] = { CLOCK_REALTIME, CLOCK_REALTIME_COARSE, CLOCK_TAI, CLOCK_MONOTONIC,
                                        CLOCK_BOOTTIME };
    const time_t day = 1577836800;
    struct timespec now;
    struct timeval then;

    for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
        clock_gettime(clocks[i], &now);
        keep(now.tv_nsec ? '?' : now.tv_sec == day ? 'D' : now.tv_sec == 86400 ? 'U' : '?');
    }
    gettimeofday(&then, NULL);
    keep(then.tv_sec == day && then.tv_usec == 0 ? 'D' : '?');
    keep(time(NULL) == day ? 'D' : '?');
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t sign = PTHREAD_COND_INITIALIZER;

static void wait_for_sign(void *cond, void *mutex, const char *file, int line)
{
    (void)file;
    (void)line;
    pthread_cond_wait(cond, mutex);
}

void (*qemu_cond_wait_func)(void *cond, void *mutex, const char *file, int line) = wait_for_sign;

/* Keeps the processor that the work was done on. */
static void do_queued_work(void)
{
    is_queued = true;
    while (is_queued) {
        qemu_cond_wait_func(&sign, &mutex, __FILE__, __LINE__);
    }
    keep(current_cpu ? '?' : '-');
}

/* The sign of another thread, which the load starts and waits for. */
static bool is_given;

static void *give_sign(void *argument)
{
    pthread_mutex_lock(&mutex);
    is_given = true;
    pthread_cond_signal(&sign);
    pthread_mutex_unlock(&mutex);
    return argument;
}

static void await_thread(void)
{
    pthread_t thread;

    pthread_mutex_lock(&mutex);
    pthread_create(&thread, NULL, give_sign, NULL);
    while (!is_given) {
        qemu_cond_wait_func(&sign, &mutex, __FILE__, __LINE__);
    }
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
    is_given = false;
}

void *qemu_get_cpu(int index);
void *qemu_get_cpu(int index)
{
    /* One was unplugged. */
    return index == 0 || index == 2 ? &processors[index] : NULL;
}

void process_queued_cpu_work(void *cpu);
void process_queued_cpu_work(void *cpu)
{
    if (is_queued && cpu == &processors[2]) {
        keep(current_cpu == cpu ? '2' : '?');
        is_queued = false;
    }
}

bool cpu_work_list_empty(void *cpu);
bool cpu_work_list_empty(void *cpu)
{
    return !is_queued || cpu != &processors[2];
}

#ifdef STANDIN_LATER
#define migrate_use_multifd migrate_multifd
#define migration_incoming_colo_enabled migrate_colo
#endif

bool migrate_use_multifd(void);
bool migrate_use_multifd(void)
{
    return false;
}

bool migrate_postcopy_preempt(void);
bool migrate_postcopy_preempt(void)
{
    return false;
}

int postcopy_state_get(void);
int postcopy_state_get(void)
{
    return goes_on == 'A' ? 1 : goes_on == 'P' ? 2 : 0;
}

bool migration_incoming_colo_enabled(void);
bool migration_incoming_colo_enabled(void)
{
    return goes_on == 'C';
}

void trace_enable_events(const char *name);
void trace_enable_events(const char *name)
{
    traces_saves |= strcmp(name, "vmstate_save") == 0;
}

void error_report(const char *fmt, ...);
void error_report(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
}

/* An Error is its words. */
void error_prepend(void **errp, const char *fmt, ...);
void error_prepend(void **errp, const char *fmt, ...)
{
    static char text[256];
    va_list args;
    int length;

    va_start(args, fmt);
    length = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    snprintf(text + length, sizeof(text) - (size_t)length, "%s", (char *)*errp);
    *errp = text;
}

void error_report_err(void *error);
void error_report_err(void *error)
{
    error_report("%s", (char *)error);
}

int qemu_get_byte(file *from);
__attribute__((noinline)) int qemu_get_byte(file *from)
{
    uint8_t byte = 0;
    struct iovec part = { &byte, 1 };

    return readv(fd_of(from), &part, 1) == 1 ? byte : 0;
}

/* Its last instruction is a call, and where that would return to is behind its end. */
void standin_last_call(void);
__attribute__((noinline)) void standin_last_call(void)
{
    abort();
}

static int obey(file *from, char letter);

/* As clang lays out what -fsanitize-coverage=inline-8bit-counters,pc-table asks for. */
__attribute__((section("__sancov_cntrs"), used)) static uint8_t counters[STANDIN_COUNTERS];
__attribute__((section("__sancov_pcs"), used)) static const struct {
    int (*place)(file *from, char letter);
    uintptr_t flags;
} places[STANDIN_COUNTERS] = { [0 ... STANDIN_COUNTERS - 1] = { obey, 1 } };
/* The linker makes the names of what is asked for. */
extern const char __start___sancov_cntrs, __stop___sancov_cntrs, __start___sancov_pcs;
__attribute__((used)) static const char *const bounds[] = { &__start___sancov_cntrs, &__stop___sancov_cntrs,
                                                            &__start___sancov_pcs };

/* Where a sanitizer is, it has this; clang's code calls it when the program begins. */
void __sanitizer_cov_8bit_counters_init(char *start, char *stop);
void __sanitizer_cov_8bit_counters_init(char *start, char *stop)
{
    (void)start;
    (void)stop;
}

static void count(char letter)
{
    counters[0]++;
    if (letter >= 'A' && letter <= 'z') {
        counters[STANDIN_COUNTER(letter)]++;
    }
    counters[STANDIN_COUNTERS - 1]++;
}

/* As ci/patches/defects-10.0.patch has them. */
extern const char hardstop_defects[];
const char hardstop_defects[] = ",one,two,three";
extern uint8_t *hardstop_markers;
static uint8_t own_markers[3];
uint8_t *hardstop_markers = own_markers;

/* 0, or what the load returns. */
static int obey(file *from, char letter)
{
    int sum = 0;

    count(letter);
    switch (letter) {
    case 'e':
        exit(0);
    case 'E':
        exit(7);
    case 'x':
        _exit(0);
    case 'a':
        abort();
    case 's':
        *(volatile int *)8 = 1;
        return 0;
    case 'k':
        return raise(SIGKILL);
    case 'K':
        if ((*kills)++ % 2 == 0) {
            raise(SIGKILL);
        }
        keep(letter);
        return 0;
    case 'm':
        for (size_t i = 0; i < sizeof(memory); i++) {
            keep(memory[i] ? memory[i] : '.');
        }
        return 0;
    case 't':
        keep_clocks();
        return 0;
    case 'r':
        return -EINVAL;
    case '1':
        say_section(5, "first", 0);
        return 0;
    case '2':
        say_section(50, "second/with/parts", 3);
        return 0;
    case '3':
        fputs("words of its own\n", stderr);
        return 0;
    case '8':
        fputs(STANDIN_REPORT, stderr);
        return 0;
    case 'l':
        standin_last_call();
        return 0;
    case '4':
        fputs("qemu_loadvm_state_section_partend 5\n", stderr);
        return 0;
    case 'c':
        close(held);
        return 0;
    case 'o':
        keep(is_held() ? 'O' : 'C');
        return 0;
    case 'p':
        snprintf(state, sizeof(state), "%d", (int)getpid());
        return 0;
    case 'h':
        for (;;) {
        }
    case '7':
    case '9':
        hardstop_markers[letter - '7'] = 1;
        return 0;
    case 'z':
        /* The C library's own would ask a clock that stands still. */
        syscall(SYS_nanosleep, &(struct timespec){ .tv_sec = 2 }, NULL);
        return 0;
    case 'g':
        keep((char)qemu_get_byte(from));
        return 0;
    case 'b':
        for (int i = 0; i < 1000000; i++) {
            sum += qemu_get_byte(from);
        }
        keep(sum ? '?' : 'b');
        return 0;
    case 'B':
        for (int i = 0; i < 2 * LOADER_READS_BEYOND; i++) {
            sum += qemu_get_byte(from);
        }
        return sum;
    case 'w':
        await_thread();
        keep(letter);
        return 0;
    case 'W':
        /* To the sender: the next letter is still there, and in its place. */
        keep(writev(fd_of(from), &(struct iovec){ "lost", 4 }, 1) == 4 ? 'W' : '?');
        return 0;
    case 'P':
    case 'A':
    case 'C':
        goes_on = letter;
        return 0;
    case 'y':
        for (;;) {
            pause();
        }
    case 'i':
        standin_yield();
        keep('i');
        return 0;
    case 'q':
        do_queued_work();
        return 0;
    case 'Q':
        for (;;) {
            qemu_cond_wait_func(&sign, &mutex, __FILE__, __LINE__);
        }
#ifdef STANDIN_SANITIZED
    case 'H':
    case 'F':
    case 'O':
    case 'U':
        standin_error(letter);
        return 0;
    case 'M':
        /* As g_malloc() does. */
        if (!malloc(LOADER_MEMORY_LIMIT + (1 << 20))) {
            fputs("\n(process:1): GLib-ERROR **: failed to allocate 1 bytes\n", stderr);
            abort();
        }
        return 0;
#endif
    default:
        keep(letter);
        return 0;
    }
}

void qemu_init(int argc, char **argv);
void qemu_init(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--version") == 0) {
        printf("QEMU emulator version 7.2.99\n");
        exit(0);
    }
    held = open("/dev/null", O_RDONLY);
    standin_prepare();
    kills = mmap(NULL, sizeof(*kills), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

struct version_info {
    int64_t *triple;
    char *package;
};

const struct version_info *qmp_query_version(void *err);
const struct version_info *qmp_query_version(void *err)
{
    #ifdef STANDIN_LATER
    static int64_t triple[3] = { 11, 1, 99 };
#else
    static int64_t triple[3] = { 7, 2, 99 };
#endif
    static const struct version_info info = { triple, 0 };

    (void)err;
    return &info;
}

void *qio_channel_file_new_fd(int fd);
void *qio_channel_file_new_fd(int fd)
{
    return (void *)(intptr_t)(fd + 1);
}

file *qemu_file_new_input(void *channel);
file *qemu_file_new_input(void *channel)
{
    return channel;
}

file *qemu_file_new_output(void *channel);
file *qemu_file_new_output(void *channel)
{
    return channel;
}

int qemu_fclose(file *from);
int qemu_fclose(file *from)
{
    return close(fd_of(from));
}

void object_unref(void *object);
void object_unref(void *object)
{
    (void)object;
}

void *qdev_get_machine(void);
void *qdev_get_machine(void)
{
    return state;
}

bool object_property_set_bool(void *object, const char *name, bool value, void **errp);
bool object_property_set_bool(void *object, const char *name, bool value, void **errp)
{
    (void)object;
    (void)name;
    (void)value;
    (void)errp;
    return true;
}

/* A static function has no name on the stack. */
static inline __attribute__((always_inline)) int load(file *from)
{
    int result = 0;
    char letter;

    state[0] = 0;
    at_save = 0;
    while (result == 0 && read(fd_of(from), &letter, 1) == 1) {
        if (letter == '+' && read(fd_of(from), &at_save, 1) != 1) {
            at_save = 0;
        }
        result = letter == '+' ? 0 : obey(from, letter);
    }
    return result;
}

static int write_state(file *to)
{
    return write(fd_of(to), state, strlen(state)) == (ssize_t)strlen(state) ? 0 : -errno;
}

static int save(file *to)
{
    if (traces_saves) {
        fputs("vmstate_save saved, in parts, its name\n", stderr);
    }
    if (at_save) {
        obey(to, at_save);
    }
    return write_state(to);
}

#ifdef STANDIN_LATER
int qemu_load_device_state(file *from, void **errp);
int qemu_load_device_state(file *from, void **errp)
{
    int result = load(from);

    if (result < 0) {
        *errp = "the reason";
    }
    return result;
}

int qemu_loadvm_state(file *from, void **errp);
int qemu_loadvm_state(file *from, void **errp)
{
    return qemu_load_device_state(from, errp);
}

int qemu_save_device_state(file *to, void **errp);
int qemu_save_device_state(file *to, void **errp)
{
    (void)errp;
    return save(to);
}

bool qemu_savevm_state_non_iterable(file *to, void **errp);
bool qemu_savevm_state_non_iterable(file *to, void **errp)
{
    (void)errp;
    return write_state(to) == 0;
}

/* Some members may be taken for what they are not; one is the writer. */
enum { STATUS = 3, TAKEN = 5, WRITER = 9, MEMBERS = 12 };

void *migrate_get_current(void);
void *migrate_get_current(void)
{
    static void **migration;

    if (!migration) {
        migration = calloc(MEMBERS, sizeof(*migration));
        migration[TAKEN] = state;
    }
    return migration;
}

void qemu_savevm_state_header(file *to);
void qemu_savevm_state_header(file *to)
{
    void **migration = migrate_get_current();

    (void)to;
    if (migration[STATUS]) {
        abort();
    }
    if (migration[WRITER]) {
        ++*(int *)migration[WRITER];
    }
}

void *json_writer_new(bool pretty);
void *json_writer_new(bool pretty)
{
    (void)pretty;
    return calloc(1, sizeof(int));
}

void json_writer_start_array(void *writer, const char *name);
void json_writer_start_array(void *writer, const char *name)
{
    *(int *)writer += strcmp(name, "devices") == 0;
}

void qemu_savevm_state_end_precopy(void *migration, file *to);
void qemu_savevm_state_end_precopy(void *migration, file *to)
{
    int *writer = ((void **)migration)[WRITER];

    if (writer && *writer == 2 &&
        write(fd_of(to), STANDIN_DESCRIPTION, STANDIN_DESCRIPTION_SIZE) != STANDIN_DESCRIPTION_SIZE) {
        abort();
    }
}

void global_state_store(void);
void global_state_store(void)
{
}

void physical_memory_write(uint64_t address, const void *buffer, uint64_t size);
void physical_memory_write(uint64_t address, const void *buffer, uint64_t size)
{
    if (address < sizeof(memory) && size <= sizeof(memory) - address) {
        memcpy(memory + address, buffer, size);
    }
}
#else
int qemu_load_device_state(file *from);
int qemu_load_device_state(file *from)
{
    return load(from);
}

int qemu_loadvm_state(file *from);
int qemu_loadvm_state(file *from)
{
    return load(from);
}

int qemu_save_device_state(file *to);
int qemu_save_device_state(file *to)
{
    return write(fd_of(to), "QEVM\0\0\0\3", 8) == 8 ? save(to) : -errno;
}

int qemu_savevm_state_complete_precopy_non_iterable(file *to, bool in_postcopy, bool inactivate_disks);
int qemu_savevm_state_complete_precopy_non_iterable(file *to, bool in_postcopy, bool inactivate_disks)
{
    int result = write_state(to);

    if (!in_postcopy && !inactivate_disks &&
        write(fd_of(to), STANDIN_DESCRIPTION, STANDIN_DESCRIPTION_SIZE) != STANDIN_DESCRIPTION_SIZE) {
        return -errno;
    }
    return result;
}

void *migrate_get_current(void);
void *migrate_get_current(void)
{
    static void *migration;

    return migration ? migration : (migration = calloc(4, sizeof(migration)));
}

int global_state_store(void);
int global_state_store(void)
{
    return 0;
}

void cpu_physical_memory_rw(uint64_t address, void *buffer, uint64_t size, bool is_write);
void cpu_physical_memory_rw(uint64_t address, void *buffer, uint64_t size, bool is_write)
{
    if (is_write && address < sizeof(memory) && size <= sizeof(memory) - address) {
        memcpy(memory + address, buffer, size);
    }
}
#endif

bool global_state_received(void);
bool global_state_received(void)
{
    return false;
}

int global_state_get_runstate(void);
int global_state_get_runstate(void)
{
    return 0;
}

const char RunState_lookup[1];

int qapi_enum_parse(const void *lookup, const char *name, int otherwise, void **errp);
int qapi_enum_parse(const void *lookup, const char *name, int otherwise, void **errp)
{
    static const char *const names[] = { "running", "inmigrate", "paused" };

    (void)errp;
    for (int i = 0; lookup == RunState_lookup && i < 3; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    return otherwise;
}

/* The load ends and the guest is stopped: nothing else is a state to save in. */
void runstate_set(int new_state);
void runstate_set(int new_state)
{
    static int before = -1;

    if (new_state != (before == 1 ? 2 : 1)) {
        abort();
    }
    before = new_state;
}

void *migration_incoming_get_current(void);
void *migration_incoming_get_current(void)
{
    static void *incoming[8];

    return incoming;
}

int main(void)
{
    return 0;
}
