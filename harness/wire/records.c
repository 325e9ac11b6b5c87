/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks records and names what each is made of, or whole runs of them. */
#include "harness/wire/records.h"

#include <stdio.h>
#include <string.h>

#include "harness/base/check.h"
#include "harness/base/printable.h"

enum { NAME_SIZE = 256 };

struct naming {
    struct records *records;
    struct bytes in;
    const uint8_t *block; /* whose name is in `name`, made printable */
    size_t block_size;
    char name[NAME_SIZE];
    char path[NAME_SIZE + 64];
    struct records_run run; /* the one that is open: of that block, */
    uint64_t first, last; /* with these addresses, the lowest and highest, */
    size_t offset, end; /* in these bytes; none where they are the same */
};

#define NUMBER(text, bytes) { .name = text, .kind = FIELD_UINT, .width = bytes, .size = 8 }

static const struct field header = NUMBER("header", 8), idstr_len = NUMBER("idstr_len", 1);
static const struct field rest = { .name = "content", .kind = FIELD_BYTES };

/* Behind header and name; bytes are all that is left of the record. */
static const struct {
    const char *name;
    struct field fields[4]; /* ends with one without a name */
    bool has_no_header;
} kinds[RAM_KINDS] = {
    [RAM_KIND_BLOCKS] = { "blocks", { { 0 } } },
    [RAM_KIND_BLOCK] = { "block", { NUMBER("length", 8), NUMBER("address", 8) }, .has_no_header = true },
    [RAM_KIND_PAGE] = { "page", { { 0 } } },
    [RAM_KIND_ZERO] = { "zero", { NUMBER("fill", 1) } },
    [RAM_KIND_XBZRLE] = { "xbzrle", { NUMBER("encoding", 1), NUMBER("len", 2) } },
    [RAM_KIND_COMPRESSED] = { "compressed", { NUMBER("len", 4) } },
    [RAM_KIND_ATTRIBUTES] = { "attributes", { NUMBER("len", 8) } },
    [RAM_KIND_TABLE] = { "table", { NUMBER("shift", 4) }, .has_no_header = true },
    [RAM_KIND_ENTRIES] = { "entries", { NUMBER("index", 4), NUMBER("n_valid", 2), NUMBER("n_invalid", 2) },
                           .has_no_header = true },
    [RAM_KIND_MARK] = { "mark", { { 0 } } },
};

const char *records_kind_name(enum ram_kind kind)
{
    return kinds[kind].name;
}

void records_run_text(const struct records_run *run, char *text, size_t size)
{
    size_t used = 0;

    *text = 0;
    for (int kind = 0; kind < RAM_KINDS && used < size; kind++) {
        if (run->n[kind]) {
            used += (size_t)snprintf(text + used, size - used, "%s%llu %s", used ? ", " : "",
                                     (unsigned long long)run->n[kind], kinds[kind].name);
        }
    }
}

/* Names the next `size` bytes `prefix`.`name`, and moves behind them. */
static void put(struct naming *naming, size_t prefix, const struct field *field, size_t size)
{
    struct records_place place = { .path = naming->path, .offset = naming->in.at, .size = size, .field = field };
    const uint8_t *ignored;

    if (field->kind == FIELD_BYTES) {
        bytes_get(&naming->in, size, &ignored);
    } else {
        bytes_get_be(&naming->in, size, &place.value);
    }
    snprintf(naming->path + prefix, sizeof(naming->path) - prefix, ".%s", field->name);
    if (size) {
        naming->records->visit(naming->records->user, &place);
    }
}

static size_t begin_path(struct naming *naming, const struct ram_record *record)
{
    const char *kind = record->kind == RAM_KIND_MARK ? record->mark : kinds[record->kind].name;
    unsigned long long address = record->address;
    int length;

    if (record->kind == RAM_KIND_MARK || record->kind == RAM_KIND_BLOCKS || record->kind == RAM_KIND_TABLE) {
        length = snprintf(naming->path, sizeof(naming->path), "%s", kind);
    } else if (record->kind == RAM_KIND_ENTRIES) {
        length = snprintf(naming->path, sizeof(naming->path), "%s[%llu]", kind, address);
    } else if (record->kind == RAM_KIND_BLOCK) {
        length = snprintf(naming->path, sizeof(naming->path), "%s[%s]", kind, naming->name);
    } else {
        length = snprintf(naming->path, sizeof(naming->path), "%s[%s%s0x%llx]", kind, naming->name,
                          *naming->name ? "+" : "", address);
    }
    return (size_t)length;
}

static void name_record(struct naming *naming, const struct ram_record *record)
{
    static const struct field idstr = { .name = "idstr", .kind = FIELD_BYTES };
    const struct field *field = kinds[record->kind].fields;
    size_t prefix = begin_path(naming, record);

    naming->in.at = record->offset;
    if (!kinds[record->kind].has_no_header) {
        put(naming, prefix, &header, 8);
    }
    if (record->is_named) {
        put(naming, prefix, &idstr_len, 1);
        put(naming, prefix, &idstr, record->block_size);
    }
    for (; field->name && naming->in.at < record->end; field++) {
        put(naming, prefix, field, field->width);
    }
    put(naming, prefix, &rest, record->end - naming->in.at);
}

static void end_run(struct naming *naming)
{
    struct records_place place = { .path = naming->path, .offset = naming->offset,
                                   .size = naming->end - naming->offset, .run = &naming->run };
    int length;

    if (!place.size) {
        return;
    }
    length = snprintf(naming->path, sizeof(naming->path), "pages[%s+0x%llx", naming->name,
                      (unsigned long long)naming->first);
    if (naming->last != naming->first) {
        length += snprintf(naming->path + length, sizeof(naming->path) - (size_t)length, "..0x%llx",
                           (unsigned long long)naming->last);
    }
    snprintf(naming->path + length, sizeof(naming->path) - (size_t)length, "]");
    naming->records->visit(naming->records->user, &place);
    memset(&naming->run, 0, sizeof(naming->run));
    naming->offset = naming->end;
}

static void add_to_run(struct naming *naming, const struct ram_record *record)
{
    if (naming->offset == naming->end) {
        naming->offset = record->offset;
        naming->first = naming->last = record->address;
    }
    naming->first = record->address < naming->first ? record->address : naming->first;
    naming->last = record->address > naming->last ? record->address : naming->last;
    naming->end = record->end;
    naming->run.n[record->kind]++;
}

/* A run is of one block. */
static void take_block(struct naming *naming, const uint8_t *block, size_t size)
{
    if (naming->block && naming->block_size == size && memcmp(naming->block, block, size) == 0) {
        return;
    }
    end_run(naming);
    naming->block = block;
    naming->block_size = size;
    snprintf(naming->name, sizeof(naming->name), "%.*s", (int)size, (const char *)block);
    printable_make(naming->name);
}

static void on_record(void *user, const struct ram_record *record)
{
    struct naming *naming = user;
    bool is_page = record->kind >= RAM_KIND_PAGE && record->kind <= RAM_KIND_COMPRESSED;

    if (record->is_named) {
        take_block(naming, record->block, record->block_size);
    }
    if (is_page && !naming->records->each) {
        add_to_run(naming, record);
    } else {
        end_run(naming);
        name_record(naming, record);
        naming->offset = naming->end;
    }
}

bool records_visit(struct records *records, struct bytes in, const uint8_t *idstr, size_t size)
{
    struct naming naming = { .records = records, .in = in };
    int result;

    if (records->has_block) {
        take_block(&naming, records->block, records->block_size);
    }
    result = ram_walk(&in, idstr, size, &records->format, on_record, &naming, NULL);
    end_run(&naming);
    if (naming.block) {
        memmove(records->block, naming.block, naming.block_size);
        records->has_block = true;
        records->block_size = naming.block_size;
    }
    return result == 0 && in.at == in.size;
}
