/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that reads records, and looks at none whose checksum is wrong.  Behind that it has a defect: it trusts that
 * a second body has not more than two values.  libFuzzer's own mutations do not come by the checksum; hardstop's, by
 * field and repaired after each step, do.
 */
#include <stdlib.h>

#include "harness/message/mutate.h"
#include "harness/message/reflect.h"
#include "record.pb-c.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

/* FNV-1a. */
static uint32_t checksum_of(const Body *body)
{
    uint32_t sum = 2166136261u;
    size_t size;
    uint8_t *packed = reflect_pack(&body->base, &size);

    for (size_t i = 0; i < size; i++) {
        sum = (sum ^ packed[i]) * 16777619u;
    }
    free(packed);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Record *record = (Record *)reflect_unpack(&record__descriptor, data, size, NULL);
    uint32_t total[2] = { 0 };

    if (record && record->checksum == checksum_of(record->body) && record->body->next) {
        const Body *next = record->body->next;

        for (size_t i = 0; i < next->n_value; i++) {
            total[i] += next->value[i];
        }
    }
    reflect_free(record ? &record->base : NULL);
    return total[0] == 0xffffffff;
}

static void repair(void *user, ProtobufCMessage *msg)
{
    Record *record = (Record *)msg;

    (void)user;
    record->checksum = checksum_of(record->body);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    /* Built with REPAIR=NULL, it shows what the repair is for. */
    const struct mutate_options options = { .max_size = max_size, .repair = REPAIR };
    ProtobufCMessage *record = reflect_unpack(&record__descriptor, data, size, NULL);
    struct random random;

    record = record ? record : reflect_new(&record__descriptor);
    random_init(&random, seed);
    (void)repair;
    size = mutate_step(record, &options, &random) ? protobuf_c_message_pack(record, data) : size;
    reflect_free(record);
    return size;
}
