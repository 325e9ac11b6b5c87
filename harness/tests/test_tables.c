/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every row of every table says of its protobuf field what the generated descriptor says, and no field lacks a row. */
#include "support.h"

#include <string.h>

#include "harness/base/check.h"
#include "harness/wire/framing.h"
#include "harness/wire/payload.h"
#include "harness/wire/tables.h"

enum { MAX_TABLES = 96 };

struct walk {
    const struct table *tables[MAX_TABLES];
    size_t n, rows;
};

static void visit_table(struct walk *walk, const struct table *table);

static void visit_set(struct walk *walk, const struct subsection_set *set)
{
    for (size_t i = 0; set->known[i].name; i++) {
        visit_table(walk, set->known[i].body);
    }
}

static void visit_table(struct walk *walk, const struct table *table)
{
    for (size_t i = 0; i < walk->n; i++) {
        if (walk->tables[i] == table) {
            return;
        }
    }
    assert_true(walk->n < MAX_TABLES);
    walk->tables[walk->n++] = table;
    walk->rows += table->n_fields;
    for (size_t i = 0; i < table->n_fields; i++) {
        if (table->fields[i].kind == FIELD_MESSAGE) {
            visit_table(walk, table->fields[i].message);
        } else if (table->fields[i].kind == FIELD_SUBSECTIONS) {
            visit_set(walk, table->fields[i].subsections);
        }
    }
}

static void walk_payloads(struct walk *walk)
{
    memset(walk, 0, sizeof(*walk));
    for (size_t i = 0; payloads[i]; i++) {
        visit_table(walk, payloads[i]->table);
    }
}

static void walk_all(struct walk *walk)
{
    walk_payloads(walk);
    visit_set(walk, &configuration_subsections);
    /* A walk that finds nothing would pass every check. */
    assert_true(walk->n >= 58);
    assert_true(walk->rows >= 260);
}

static const ProtobufCFieldDescriptor *descriptor_of(const struct table *table, const struct field *row)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(table->descriptor, row->name);

    if (!field) {
        fail_msg("%s has no field %s", table->descriptor->name, row->name);
    }
    return field;
}

static size_t size_of_number(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_ENUM:
        return 4;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return 8;
    default:
        return 0;
    }
}

static bool is_unused_bits(unsigned width, uint64_t value)
{
    return width < 8 && value >> (8 * width);
}

static void check_number(const struct field *row, const ProtobufCFieldDescriptor *field)
{
    if (row->size != size_of_number(field)) {
        fail_msg("%s: %u bytes in the table", field->name, row->size);
    }
    assert_in_range(row->width, 1, row->size);
    assert_false(is_unused_bits(row->width, row->initial));
    assert_false(is_unused_bits(row->width, row->max));
    assert_true(row->max == 0 || row->min <= row->max);
}

static void check_row(const struct table *table, const struct field *row)
{
    const ProtobufCFieldDescriptor *field = descriptor_of(table, row);
    bool is_oneof = (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;

    if (row->value != field->offset || (row->quantifier && row->quantifier != field->quantifier_offset)) {
        fail_msg("%s.%s: offsets %zu, %zu in the table, %u, %u in the struct", table->descriptor->name, row->name,
                 row->value, row->quantifier, field->offset, field->quantifier_offset);
    }
    assert_int_equal(row->repeated, field->label == PROTOBUF_C_LABEL_REPEATED);
    assert_int_equal(row->tag, is_oneof ? field->id : 0);
    switch (row->kind) {
    case FIELD_UINT:
    case FIELD_COUNT:
        check_number(row, field);
        assert_true(row->quantifier != 0);
        break;
    case FIELD_BYTES:
        assert_int_equal(field->type, PROTOBUF_C_TYPE_BYTES);
        assert_true(row->quantifier != 0);
        break;
    case FIELD_MESSAGE:
        assert_int_equal(field->type, PROTOBUF_C_TYPE_MESSAGE);
        assert_ptr_equal(field->descriptor, row->message->descriptor);
        assert_true(row->quantifier != 0 || !(row->repeated || is_oneof));
        break;
    case FIELD_SUBSECTIONS:
        assert_ptr_equal(field->descriptor, row->subsections->element);
        assert_true(row->repeated);
        break;
    default:
        fail_msg("%s: kind %d", row->name, row->kind);
    }
}

static void rows_agree_with_their_descriptors(void **state)
{
    struct walk walk;

    (void)state;
    walk_all(&walk);
    for (size_t i = 0; i < walk.n; i++) {
        for (size_t k = 0; k < walk.tables[i]->n_fields; k++) {
            check_row(walk.tables[i], &walk.tables[i]->fields[k]);
        }
    }
}

static void every_field_has_one_row(void **state)
{
    struct walk walk;

    (void)state;
    walk_all(&walk);
    for (size_t i = 0; i < walk.n; i++) {
        const ProtobufCMessageDescriptor *message = walk.tables[i]->descriptor;

        for (unsigned k = 0; k < message->n_fields; k++) {
            size_t rows = 0;

            for (size_t r = 0; r < walk.tables[i]->n_fields; r++) {
                rows += strcmp(walk.tables[i]->fields[r].name, message->fields[k].name) == 0;
            }
            if (rows != 1) {
                fail_msg("%s.%s has %zu rows", message->name, message->fields[k].name, rows);
            }
        }
    }
}

static void counts_lead_to_what_they_count(void **state)
{
    struct walk walk;
    size_t counts = 0;

    (void)state;
    walk_all(&walk);
    for (size_t i = 0; i < walk.n; i++) {
        const struct table *table = walk.tables[i];

        for (size_t k = 0; k < table->n_fields; k++) {
            const struct field *counted = &table->fields[k] + table->fields[k].counts;

            if (table->fields[k].kind != FIELD_COUNT) {
                continue;
            }
            counts++;
            assert_in_range(table->fields[k].counts, 1, table->n_fields - 1 - k);
            assert_true(counted->kind == FIELD_BYTES || counted->repeated);
            assert_int_equal(counted->fixed, 0);
            assert_null(counted->count);
            assert_true(counted->kind == FIELD_BYTES || !table->fields[k].unit);
        }
    }
    assert_true(counts >= 12);
}

/* A row that is always on the wire must know how long it is. */
static void arrays_have_a_length(void **state)
{
    struct walk walk;

    (void)state;
    walk_all(&walk);
    for (size_t i = 0; i < walk.n; i++) {
        const struct table *table = walk.tables[i];

        for (size_t k = 0; k < table->n_fields; k++) {
            const struct field *row = &table->fields[k];
            bool has_length = row->fixed || row->count || row->more;

            for (size_t c = 0; c < k; c++) {
                has_length |= table->fields[c].kind == FIELD_COUNT && c + table->fields[c].counts == k;
            }
            if ((row->repeated || row->kind == FIELD_BYTES) && row->kind != FIELD_SUBSECTIONS && !has_length) {
                fail_msg("%s.%s has no length", table->descriptor->name, row->name);
            }
        }
    }
}

static void subsections_are_named_after_their_vmstate(void **state)
{
    struct walk walk;
    size_t known = 0;

    (void)state;
    walk_all(&walk);
    for (size_t i = 0; i < walk.n; i++) {
        for (size_t k = 0; k < walk.tables[i]->n_fields; k++) {
            const struct subsection_set *set = walk.tables[i]->fields[k].subsections;

            for (size_t s = 0; set && set->known[s].name; s++) {
                const ProtobufCFieldDescriptor *body =
                    protobuf_c_message_descriptor_get_field(set->element, set->known[s].tag);
                size_t prefix = strlen(set->vmstate);

                assert_memory_equal(set->known[s].name, set->vmstate, prefix);
                assert_int_equal(set->known[s].name[prefix], '/');
                assert_non_null(body);
                assert_true(body->flags & PROTOBUF_C_FIELD_FLAG_ONEOF);
                assert_ptr_equal(body->descriptor, set->known[s].body->descriptor);
                known++;
            }
        }
    }
    assert_true(known >= 15);
}

static void fields_are_found_from_the_protobuf_side(void **state)
{
    struct walk walk;
    size_t found = 0;

    (void)state;
    walk_payloads(&walk);
    for (size_t i = 0; i < walk.n; i++) {
        for (size_t k = 0; k < walk.tables[i]->n_fields; k++) {
            const struct field *row = &walk.tables[i]->fields[k];

            assert_ptr_equal(tables_find(descriptor_of(walk.tables[i], row)), row);
            found++;
        }
    }
    assert_true(found >= 250);
    assert_null(tables_find(&hardstop__case__descriptor.fields[0]));
    assert_null(tables_find(&hardstop__configuration_uuid__descriptor.fields[0]));
}

/* The ranges that QEMU's source gives, written a second time; flags (0 and 1) are only counted. */
static const struct {
    const char *field;
    uint64_t min, max;
} ranges[] = {
    { "VirtioSection.queue_sel", 0, 1023 }, { "VirtioSection.num_queues", 0, 1024 }, { "VirtQueue.num", 0, 1024 },
    { "DeviceEndian.device_endian", 0, 2 }, { "VirtQueueElement.out_num", 0, 1024 },
    { "VirtQueueElement.in_num", 0, 1024 }, { "CcwTransport.thinint_isc", 0, 7 }, { "PciTransport.version_id", 0, 2 },
    { "VirtioNet.mac_table_in_use", 0, 64 }, { "VirtioNetRss.indirections_len", 0, 128 },
    { "VirtioSerial.nr_active_ports", 0, 511 }, { "VirtioSerialPort.id", 0, 511 }, { "GpuScanouts.max_outputs", 1, 16 },
    { "ScsiRequest.retry", 1, 2 }, { "ScsiDevice.sense_len", 0, 252 },
};
enum { FLAGS = 38 };

static void ranges_are_those_of_qemu(void **state)
{
    size_t wide = 0, flags = 0, n;
    struct walk walk;

    (void)state;
    for (size_t i = 0; i < HS_COUNT(ranges); i++) {
        const struct field *row = tables_named(ranges[i].field, &n);

        if (!row || row->min != ranges[i].min || row->max != ranges[i].max) {
            fail_msg("%s: %llu to %llu", ranges[i].field, row ? (unsigned long long)row->min : 0,
                     row ? (unsigned long long)row->max : 0);
        }
    }
    walk_all(&walk);
    for (size_t i = 0; i < walk.n; i++) {
        for (size_t k = 0; k < walk.tables[i]->n_fields; k++) {
            wide += walk.tables[i]->fields[k].max > 1;
            flags += walk.tables[i]->fields[k].max == 1;
        }
    }
    assert_int_equal(wide, HS_COUNT(ranges));
    assert_int_equal(flags, FLAGS);
}

/* The rest of a payload is the last row of its table, and of no other. */
static void roots_end_with_the_rest(void **state)
{
    struct walk walk;

    (void)state;
    walk_all(&walk);
    for (size_t i = 0; i < walk.n; i++) {
        bool is_root = false;

        for (size_t k = 0; payloads[k]; k++) {
            is_root |= payloads[k]->table == walk.tables[i];
        }
        for (size_t k = 0; k < walk.tables[i]->n_fields; k++) {
            bool is_last = k + 1 == walk.tables[i]->n_fields;

            assert_int_equal(strcmp(walk.tables[i]->fields[k].name, "rest") == 0, is_root && is_last);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_agree_with_their_descriptors),
        cmocka_unit_test(every_field_has_one_row),
        cmocka_unit_test(counts_lead_to_what_they_count),
        cmocka_unit_test(arrays_have_a_length),
        cmocka_unit_test(subsections_are_named_after_their_vmstate),
        cmocka_unit_test(fields_are_found_from_the_protobuf_side),
        cmocka_unit_test(ranges_are_those_of_qemu),
        cmocka_unit_test(roots_end_with_the_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
