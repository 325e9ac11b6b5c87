/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What several tests share: cmocka with what it needs, files, hand-built streams, and cases from a real QEMU. */
#ifndef HARDSTOP_TESTS_SUPPORT_H
#define HARDSTOP_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "harness/case/case.h"
#include "harness/loader/open.h"

/* Every helper here fails the running test, with the reason, instead of returning a failure. */

/* A new empty folder; its path is given to support_remove(), which also frees it. */
char *support_folder(void);
void support_remove(char *folder);
/* How often a word stands in a text. */
size_t support_count(const char *text, const char *word);
/* A folder of that name for all tests of a file, and for cmocka make_NAME() and remove_NAME(). */
#define SUPPORT_SHARED(name)                \
    static char *name;                      \
    static int make_##name(void **state)    \
    {                                       \
        (void)state;                        \
        name = support_folder();            \
        return 0;                           \
    }                                       \
    static int remove_##name(void **state)  \
    {                                       \
        (void)state;                        \
        support_remove(name);               \
        return 0;                           \
    }
/* Writes a file in a folder; returns its path, to be freed. */
char *support_write(const char *folder, const char *name, const void *data, size_t size);
/* The path of a program beside the running test; free it. */
char *support_beside(const char *name);

/* What `print` says on a terminal of that TERM and NO_COLOR, up to 64 KiB; free it. */
char *support_on_terminal(const char *term, const char *no_colour, void (*print)(FILE *out));

/* What an environment variable says: a number from 1 to `most`; `otherwise` where it is not set. */
size_t support_number(const char *variable, size_t otherwise, size_t most);

/* How many descriptors this process has open. */
int support_open_fds(void);
/* Set-up and tear-down of a test: nothing is left behind, no descriptor and no child, running or dead. */
int support_count_open(void **state);
int support_check_closed(void **state);
#define SUPPORT_TIDY(test) cmocka_unit_test_setup_teardown(test, support_count_open, support_check_closed)

/* Pieces of a stream. */
void support_put_hex(struct builder *out, const char *hex);
void support_put_header(struct builder *out);
/* Type byte to version_id of a START or FULL section. */
void support_put_section(struct builder *out, int type, uint32_t id, const char *idstr, uint32_t version_id);
void support_put_footer(struct builder *out, uint32_t id);
/* The payload that text of a VirtioSection describes. */
void support_put_virtio(struct builder *out, const char *text);
/* The config space of a pci device of Red Hat in text format, between quotes; free it. */
char *support_pci_config(bool msix);
/* A message of text. */
ProtobufCMessage *support_message(const ProtobufCMessageDescriptor *type, const char *text);
/* Text of a virtio section with a value in every part: the rng device on ccw. */
extern const char support_rng_text[];

/* Live: a setup with the standard devices of a transport on a machine; free with hardstop__setup__free_unpacked(). */
Hardstop__Setup *support_setup(const char *transport, const char *machine, Hardstop__Framing framing);
/* A case of a new capture of the setup. */
Hardstop__Case *support_capture(const Hardstop__Setup *setup, enum case_keep keep);
/* The same, with the standard machine and only the sections whose idstr contains `part` and their neighbours. */
Hardstop__Case *support_capture_part(const char *transport, Hardstop__Framing framing, const char *part);
/* The case in a file of text. */
Hardstop__Case *support_read_case(const char *path);
/* The index of the first section whose idstr ends in `name`. */
uint32_t support_find(const Hardstop__Case *test, const char *name);
Hardstop__VirtioSection *support_virtio(const Hardstop__Case *test, const char *name);
struct loader *support_open(const Hardstop__Setup *setup);
/* That of a program beside the running test, without a machine or devices; `options` may be NULL. */
struct loader *support_open_beside(const char *name, const struct loader_options *options);
/* Loads a case with its damages done. */
void support_load(struct loader *loader, const Hardstop__Case *test, uint32_t timeout_ms, struct loader_answer *answer);
/* The same, fast, however long it takes. */
void support_load_fast(struct loader *loader, const Hardstop__Case *test, struct loader_answer *answer);

/* Appends a damage of the kind at an offset of a section's payload; the caller fills in what the kind needs. */
Hardstop__Damage *support_damage(Hardstop__Case *test, int kind, uint32_t section, uint32_t offset);

/* Cases that QEMU 7.2 is known to fail on. */
Hardstop__Case *support_crash_case(void); /* pci: more queue records than the net device has queues */
Hardstop__Case *support_hang_case(void); /* ccw: a config_len that the stream does not hold */

#endif
