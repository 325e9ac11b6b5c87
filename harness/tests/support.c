/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/base/alloc.h"
#include "harness/base/arguments.h"
#include "harness/base/file.h"
#include "harness/case/damage.h"
#include "harness/setup/setup.h"
#include "harness/loader/capture.h"
#include "harness/wire/virtio/tables.h"
#include "harness/message/reflect.h"
#include "harness/message/text.h"

char *support_folder(void)
{
    char *folder = hs_strdup("/tmp/hardstop-test-XXXXXX");

    if (!mkdtemp(folder)) {
        fail_msg("%s: %s", folder, strerror(errno));
    }
    return folder;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

size_t support_count(const char *text, const char *word)
{
    size_t n = 0;

    while ((text = strstr(text, word))) {
        n++;
        text++;
    }
    return n;
}

void support_remove(char *folder)
{
    assert_int_equal(nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
    free(folder);
}

char *support_write(const char *folder, const char *name, const void *data, size_t size)
{
    char *path = hs_format("%s/%s", folder, name);
    struct hs_error err;

    if (file_write(path, data, size, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return path;
}

char *support_on_terminal(const char *term, const char *no_colour, void (*print)(FILE *out))
{
    int master = posix_openpt(O_RDWR | O_NOCTTY), slave;
    char *text = hs_alloc(65536);
    size_t size = 0;
    FILE *out;

    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    out = fdopen(slave, "w");
    assert_non_null(out);
    setenv("TERM", term, 1);
    setenv("NO_COLOR", no_colour, 1);
    print(out);
    fputc('\4', out);
    fflush(out);
    while (!memchr(text, '\4', size)) {
        ssize_t n = read(master, text + size, 65535 - size);

        assert_true(n > 0);
        size += n;
    }
    fclose(out);
    close(master);
    return text;
}

char *support_beside(const char *name)
{
    char *path = arguments_beside(name);

    assert_true(strlen(path) > strlen(name) + 1);
    return path;
}

void support_put_hex(struct builder *out, const char *hex)
{
    unsigned byte;

    for (; *hex; hex += 2) {
        hex += *hex == ' ';
        assert_int_equal(sscanf(hex, "%2x", &byte), 1);
        builder_put_be(out, 1, byte);
    }
}

void support_put_header(struct builder *out)
{
    support_put_hex(out, "5145564d 00000003");
}

void support_put_section(struct builder *out, int type, uint32_t id, const char *idstr, uint32_t version_id)
{
    builder_put_be(out, 1, (uint64_t)type);
    builder_put_be(out, 4, id);
    builder_put_be(out, 1, strlen(idstr));
    builder_put(out, idstr, strlen(idstr));
    builder_put_be(out, 4, 0);
    builder_put_be(out, 4, version_id);
}

void support_put_footer(struct builder *out, uint32_t id)
{
    builder_put_be(out, 1, 0x7e);
    builder_put_be(out, 4, id);
}

ProtobufCMessage *support_message(const ProtobufCMessageDescriptor *type, const char *text)
{
    struct hs_error err;
    ProtobufCMessage *message = text_parse(type, text, strlen(text), &err);

    if (!message) {
        fail_msg("%s: %s", text, err.text);
    }
    return message;
}

void support_put_virtio(struct builder *out, const char *text)
{
    ProtobufCMessage *message = support_message(&hardstop__virtio_section__descriptor, text);
    struct field_encoder encoder = { .out = out };

    field_encode(&encoder, &virtio_table, message);
    reflect_free(message);
}

char *support_pci_config(bool msix)
{
    uint8_t config[256] = { 0xf4, 0x1a, 0x05, 0x10 };
    char *text = hs_alloc(sizeof(config) * 4 + 1);

    if (msix) {
        config[0x06] = 0x10; /* the status bit that says there are capabilities */
        config[0x34] = 0x40;
        config[0x40] = 0x11; /* MSI-X */
        config[0x42] = 1; /* two vectors */
    }
    for (size_t i = 0; i < sizeof(config); i++) {
        sprintf(text + 4 * i, "\\%03o", config[i]);
    }
    return text;
}

const char support_rng_text[] =
    "ccw { cssid: 254 migrated_schid: 3 devno: 5 pmcw { intparm: 7 flags: 129 chpid: '\\001\\002' }"
    "      scsw { count: 9 } mba: 11 mda: 'abc' sense_data: '\\377' last_cmd { cmd_code: 0x42 cda: 0x1000 }"
    "      id { cu_type: 0x3832 cu_model: 4 ciw { type: 1 } ciw { } ciw { count: 2 } } ccw_fmt_1: 1"
    "      subch_subsection { name: 's390_subch_dev/orb' version_id: 1 orb { intparm: 0x11223344 cpa: 8 } }"
    "      indicators { len: 8 addr: 0x2000 } config_vector: 0x1234 ind_offset: 64"
    "      adapter_subsection { name: 's390_adapter_info/summary_offset' version_id: 1 summary_offset {"
    "                           summary_offset: 77 } } thinint_isc: 3 revision: -1 }"
    "status: 15 isr: 1 guest_features: 0x30000000 config: 'conf'"
    "queue { num: 8 desc: 0x4000 last_avail_idx: 2 vector: 6 } rng { }"
    "subsection { name: 'virtio/64bit_features' version_id: 1 features_64bit { guest_features: 0x130000000 } }";

Hardstop__Setup *support_setup(const char *transport, const char *machine, Hardstop__Framing framing)
{
    Hardstop__Setup *setup = setup_standard(transport, framing);

    assert_non_null(setup);
    if (machine) {
        free(setup->machine);
        setup->machine = hs_strdup(machine);
    }
    return setup;
}

Hardstop__Case *support_capture(const Hardstop__Setup *setup, enum case_keep keep)
{
    struct hs_error err;
    Hardstop__Stream *stream = capture_decoded(setup, TRUST_ALL, &err);

    if (!stream) {
        fail_msg("%s: %s at %llu", setup->machine, err.text, (unsigned long long)err.offset);
    }
    return case_of_stream(stream, setup, keep);
}

Hardstop__Case *support_capture_part(const char *transport, Hardstop__Framing framing, const char *part)
{
    Hardstop__Setup *setup = setup_standard(transport, framing);
    Hardstop__Case *test = support_capture(setup, CASE_KEEP_DEVICES);

    assert_true(case_keep_sections(test, part) > 0);
    hardstop__setup__free_unpacked(setup, NULL);
    return test;
}

Hardstop__Case *support_read_case(const char *path)
{
    struct hs_error err;
    Hardstop__Case *test = case_read(path, &err);

    if (!test) {
        fail_msg("%s", err.text);
    }
    return test;
}

uint32_t support_find(const Hardstop__Case *test, const char *name)
{
    size_t length = strlen(name);

    for (uint32_t i = 0; i < test->stream->n_section; i++) {
        const ProtobufCBinaryData *idstr = &test->stream->section[i]->idstr;

        if (idstr->len >= length && memcmp(idstr->data + idstr->len - length, name, length) == 0) {
            return i;
        }
    }
    fail_msg("no section %s", name);
    return 0;
}

Hardstop__VirtioSection *support_virtio(const Hardstop__Case *test, const char *name)
{
    Hardstop__Section *section = test->stream->section[support_find(test, name)];

    assert_int_equal(section->payload_case, HARDSTOP__SECTION__PAYLOAD_VIRTIO);
    return section->virtio;
}

struct loader *support_open(const Hardstop__Setup *setup)
{
    struct hs_error err;
    struct loader *loader = loader_open(setup, TRUST_ALL, NULL, &err);

    if (!loader) {
        fail_msg("%s", err.text);
    }
    return loader;
}

struct loader *support_open_beside(const char *name, const struct loader_options *options)
{
    Hardstop__Setup setup = HARDSTOP__SETUP__INIT;
    struct loader *loader;
    struct hs_error err;

    setup.binary = support_beside(name);
    loader = loader_open(&setup, TRUST_ALL, options, &err);
    free(setup.binary);
    if (!loader) {
        fail_msg("%s", err.text);
    }
    return loader;
}

static void load_case(struct loader *loader, const Hardstop__Case *test, uint32_t timeout_ms, bool fast,
                      struct loader_answer *answer)
{
    struct stream_encoding plain = { 0 };
    struct builder damaged = { 0 };
    struct damage_effect effect;
    struct ring_areas areas = { 0 };
    struct loader_input input;
    struct hs_error err;

    damage_apply(test, &plain, &damaged, &effect);
    input = loader_input_of(test, &damaged, false, &areas);
    input.timeout_ms = timeout_ms;
    input.fast = fast;
    if (loader_load(loader, &input, answer, &err) < 0) {
        fail_msg("%s", err.text);
    }
    ring_areas_clear(&areas);
    stream_encoding_clear(&plain);
    builder_clear(&damaged);
}

void support_load(struct loader *loader, const Hardstop__Case *test, uint32_t timeout_ms, struct loader_answer *answer)
{
    load_case(loader, test, timeout_ms, false, answer);
}

void support_load_fast(struct loader *loader, const Hardstop__Case *test, struct loader_answer *answer)
{
    enum { BUSY_MACHINE_MS = 600000 };

    load_case(loader, test, BUSY_MACHINE_MS, true, answer);
}

Hardstop__Damage *support_damage(Hardstop__Case *test, int kind, uint32_t section, uint32_t offset)
{
    Hardstop__Damage *damage = damage_new(kind, section, offset);

    test->damage = hs_resize(test->damage, test->n_damage + 1, sizeof(*test->damage));
    test->damage[test->n_damage++] = damage;
    return damage;
}

Hardstop__Case *support_crash_case(void)
{
    Hardstop__Case *test = support_capture_part("pci", HARDSTOP__FRAMING__FOOTER, "virtio-net");
    Hardstop__VirtioSection *net = support_virtio(test, "virtio-net");

    assert_true(net->n_queue > 0);
    /* Where the first few reach depends on the heap; these go well past what belongs to the device. */
    net->queue = hs_resize(net->queue, net->n_queue + 64, sizeof(*net->queue));
    for (int i = 0; i < 64; i++) {
        net->queue[net->n_queue] = (Hardstop__VirtQueue *)reflect_clone(&net->queue[0]->base);
        net->n_queue++;
    }
    return test;
}

Hardstop__Case *support_hang_case(void)
{
    Hardstop__Case *test = support_capture_part("ccw", HARDSTOP__FRAMING__FOOTER, "virtio-rng");
    Hardstop__VirtioSection *rng = support_virtio(test, "virtio-rng");

    rng->has_config_len = true;
    rng->config_len = 0x7fffffff;
    return test;
}

static int open_fds;

size_t support_number(const char *variable, size_t otherwise, size_t most)
{
    const char *text = getenv(variable);
    size_t n = text ? strtoul(text, NULL, 10) : otherwise;

    assert_in_range(n, 1, most);
    return n;
}

int support_open_fds(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int n = 0;

    while (readdir(directory)) {
        n++;
    }
    closedir(directory);
    return n;
}

int support_count_open(void **state)
{
    (void)state;
    open_fds = support_open_fds();
    return 0;
}

int support_check_closed(void **state)
{
    (void)state;
    assert_int_equal(support_open_fds(), open_fds);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    return 0;
}
